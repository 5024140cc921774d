"""Posters: safe SVG, text inside its zone, readable in every palette."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.builtin.poster import ATTRIBUTES, ELEMENTS, FORMATS, draw_concept
from agents.colours import AA

HEX = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
NAMESPACE = "{http://www.w3.org/2000/svg}"


def concept(**changes: Any) -> dict[str, Any]:
    zones = [
        {"name": "focal", "x": 0.0, "y": 0.0, "width": 1.0, "height": 0.4, "content": ""},
        {"name": "headline", "x": 0.1, "y": 0.45, "width": 0.8, "height": 0.25, "content": ""},
        {"name": "call_to_action", "x": 0.1, "y": 0.75, "width": 0.5, "height": 0.08, "content": ""},
        {"name": "logo", "x": 0.1, "y": 0.86, "width": 0.8, "height": 0.05, "content": "Trail 40"},
    ]
    return {
        "name": "Test",
        "headline": "Made from recycled sails",
        "call_to_action": "Order yours",
        "alt_text": "A poster.",
        "fine_print": ["While stocks last."],
        "palette": [
            {"role": "background", "hex": "#0b3d2e"},
            {"role": "text", "hex": "#ffffff"},
            {"role": "accent", "hex": "#e8590c"},
        ],
        "layout": {"name": "x", "zones": zones},
        "typography": {"headline": "Georgia", "body": "Helvetica", "note": ""},
        **changes,
    }


def test_three_formats_are_drawn_portrait_first() -> None:
    assert [(poster["format"], poster["width"], poster["height"]) for poster in draw_concept(concept())] == list(
        FORMATS
    )


def test_drawing_is_the_same_every_time() -> None:
    assert draw_concept(concept()) == draw_concept(concept())


@settings(max_examples=40, deadline=None)
@given(text=st.text(min_size=1, max_size=120), name=st.text(max_size=40))
def test_no_text_leaves_the_allow_list(text: str, name: str) -> None:
    for poster in draw_concept(
        concept(headline=text, call_to_action=text, alt_text=text, name=name, fine_print=[text])
    ):
        for element in ElementTree.fromstring(poster["svg"]).iter():
            assert element.tag.removeprefix(NAMESPACE) in ELEMENTS
            assert set(element.attrib) <= ATTRIBUTES
        assert "url(" not in re.sub(r">[^<]*<", "><", poster["svg"])


def test_markup_in_a_text_stays_text() -> None:
    svg = draw_concept(concept(headline="<script>alert(1)</script>"))[0]["svg"]
    assert "<script" not in svg
    assert "&lt;script" in svg


@given(ground=HEX, text=HEX, accent=HEX)
def test_every_palette_is_made_readable(ground: str, text: str, accent: str) -> None:
    palette = [{"role": r, "hex": h} for r, h in (("background", ground), ("text", text), ("accent", accent))]
    assert draw_concept(concept(palette=palette))[0]["contrast"] >= AA


@pytest.mark.parametrize(
    "headline", ["Hi", "Made from recycled sails", "word " * 30, "Donaudampfschifffahrtsgesellschaft" * 3]
)
def test_headline_stays_in_its_zone(headline: str) -> None:
    for poster in draw_concept(concept(headline=headline)):
        zone_left, zone_top = 0.1 * poster["width"], 0.45 * poster["height"]
        zone_right, zone_low = 0.9 * poster["width"], 0.7 * poster["height"]
        root = ElementTree.fromstring(poster["svg"])
        text = root.findall(f"{NAMESPACE}text")[0]
        size = float(text.attrib["font-size"])
        for line in text.iter(f"{NAMESPACE}tspan"):
            x, y, words = float(line.attrib["x"]), float(line.attrib["y"]), line.text or ""
            assert zone_left <= x
            assert x + len(words) * size * 0.62 <= zone_right + 1
            assert zone_top <= y - size + 1
            assert y <= zone_low + 1


def test_fine_print_without_a_zone_is_still_printed() -> None:
    assert "While stocks last." in draw_concept(concept())[0]["svg"]


def test_all_concepts_work_without_an_accent() -> None:
    palette = [{"role": "background", "hex": "#FFFFFF"}, {"role": "text", "hex": "#fefefe"}]
    assert draw_concept(concept(palette=palette))[0]["contrast"] >= AA
