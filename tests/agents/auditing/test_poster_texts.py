"""What is printed in the zones of a poster is audited like everything else."""

from __future__ import annotations

from typing import Any

from agents.auditing.audit import audit_pieces

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


def test_what_a_zone_only_describes_is_not_printed() -> None:
    assert found("focal", "So cheap", "prohibited_terms") == []


def test_a_figure_over_its_unit_rests_on_the_brief_and_another_does_not() -> None:
    assert found("number", "900\ngrams", "agreement") == []
    assert found("number", "700\ngrams", "agreement") == [("concepts[0].layout.zones[0].content", "700")]
