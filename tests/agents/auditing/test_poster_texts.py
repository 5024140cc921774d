"""What is printed in the zones of a poster is audited like everything else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agents.auditing.audit import audit_pieces
from agents.auditing.pieces import read_piece
from agents.builtin.posters.draw import draw_concept
from agents.builtin.posters.layouts.registry import LAYOUTS
from agents.builtin.posters.lettering import readable

BRIEF = {
    "product": "Trail 40, a backpack.",
    "key_messages": ["The pack weighs only 900 grams."],
    "constraints": {"prohibited_terms": ["cheap"]},
}


def found(name: str, content: str, family: str) -> list[tuple[str, str]]:
    zone = {"name": name, "content": content}
    concept: dict[str, Any] = {"headline": "Trail 40", "alt_text": "Trail 40 on a hill", "layout": {"zones": [zone]}}
    report = audit_pieces(BRIEF, {"visual_concept": {"content": {"concepts": [concept]}}})
    return [(f["path"], f["quote"]) for f in report["findings"] if f["family"] == family and f["path"]]


def test_a_prohibited_term_in_a_printed_zone_is_found() -> None:
    assert found("details", "So cheap", "prohibited_terms") == [("concepts[0].layout.zones[0].content", "cheap")]


def test_a_sentence_in_the_place_of_the_logo_is_read_too() -> None:
    """A logo is drawn in large letters, and nobody else says what stands in it."""
    assert found("logo", "So cheap", "prohibited_terms") == [("concepts[0].layout.zones[0].content", "cheap")]
    assert found("logo", "Trail 40", "shouting") == []


@pytest.mark.parametrize("layout", [*LAYOUTS, "my own"])
def test_whatever_is_drawn_is_audited(layout: str) -> None:
    """Each text of a concept is a word of its own; those that come to stand on a poster are all read."""
    names = ("headline", "focal", "call_to_action", "body", "logo", "fine_print", "list", "number", "details", "link")
    concept: dict[str, Any] = {
        "name": "Nname", "theme": "Ntheme", "mood": "Nmood", "headline": "Nheadline", "call_to_action": "Ncall",
        "fine_print": ["Nfine"], "image_prompt": "Nprompt", "alt_text": "Nalt",
        "palette": [{"role": "background", "hex": "#ffffff"}, {"role": "text", "hex": "#000000"}],
        "typography": {"headline": "Inter", "body": "Inter", "note": "Nnote"},
        "layout": {
            "name": layout,
            "zones": [
                {"name": name, "x": 0.0, "y": n / 10, "width": 1.0, "height": 0.09, "content": f"Nzone{n}"}
                for n, name in enumerate(names)
            ],
        },
    }  # fmt: skip
    drawn = {word for poster in draw_concept(concept).posters for word in re.findall(r"N\w+", poster["svg"])}
    read = {text.text for text in read_piece("visual_concept", {"content": {"concepts": [concept]}}).texts}
    assert "Nheadline" in drawn
    assert drawn <= read


@pytest.mark.parametrize(
    "sign", ["\u2800", "\U0001f150", "\U0001f170", "\U0001f1e6", "\U0001f600", "\u200b", "\u0336", "\u1e9a"]
)
def test_no_sign_that_the_fonts_lack_hides_a_term_that_is_printed(sign: str) -> None:
    for said in (f"So ch{sign}eap", f"So che{sign}p", f"So c{sign}h{sign}e{sign}a{sign}p"):
        printed = readable(said)[0].casefold().split()
        assert "cheap" not in printed or found("body", said, "prohibited_terms")


def test_what_a_zone_only_describes_is_not_printed() -> None:
    assert found("focal", "So cheap", "prohibited_terms") == []


def test_a_figure_over_its_unit_rests_on_the_brief_and_another_does_not() -> None:
    assert found("number", "900\ngrams", "agreement") == []
    assert found("number", "700\ngrams", "agreement") == [("concepts[0].layout.zones[0].content", "700")]
