"""A text from outside is audited as the piece it would be, and its findings point into the text itself."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from agents.auditing.audit import audit_pieces
from agents.auditing.outside import KINDS, MAX_CHARACTERS, as_piece
from agents.auditing.pieces import Kind, read_piece
from conductor.lib.errors import BadInput

BRIEF: dict[str, Any] = {"constraints": {"prohibited_terms": ["cheap"], "disclaimers": ["Terms apply."]}}


def audit_text(text: str, *, brief: dict[str, Any] | None = None, **asked: Any) -> dict[str, Any]:
    slot, content = as_piece(text, brief=brief, **asked)
    return audit_pieces(brief or {}, {slot: {"content": content}})


def families(report: dict[str, Any]) -> set[str]:
    return {finding["family"] for finding in report["findings"]}


def test_findings_are_spans_of_the_text() -> None:
    text = "Warm, but not cheap. Terms apply."
    (finding,) = [one for one in audit_text(text, brief=BRIEF)["findings"] if one["family"] == "prohibited_terms"]
    assert text[finding["start"] : finding["end"]] == finding["quote"] == "cheap"


def test_the_kind_decides_what_is_asked_of_it() -> None:
    assert "disclaimers" in families(audit_text("A warm coat.", brief=BRIEF))
    assert "disclaimers" not in families(audit_text("A warm coat", kind="headline", brief=BRIEF))


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_is_read_by_the_audit(kind: str) -> None:
    slot, content = as_piece("A warm coat", kind=kind, platform_name="linkedin")
    texts = read_piece(slot, {"content": content}).texts
    assert [text.kind for text in texts if text.text == "A warm coat"] == [kind]
    assert audit_text("A cheap coat", kind=kind, brief=BRIEF)["verdict"] == "fail"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["A warm coat for cold days", "Ein warmer Mantel f\u00fcr kalte Tage"])
def test_a_part_is_not_marked_for_what_nobody_handed_in(kind: str, text: str) -> None:
    report = audit_text(text, kind=kind)
    assert (report["verdict"], report["findings"]) == ("pass", [])
    assert {piece["language"] for piece in report["pieces"]} == {"de" if text.startswith("Ein") else "en"}


def test_a_post_is_held_to_its_platform() -> None:
    long = "word " * 80
    assert "platform_limits" in families(audit_text(long, kind="post", platform_name="twitter"))
    assert "platform_limits" not in families(audit_text(long, kind="post", platform_name="linkedin"))


def test_without_a_platform_it_is_the_briefs_first_one() -> None:
    long = "word " * 80
    assert "platform_limits" in families(audit_text(long, kind="post", brief={"platforms": ["x", "linkedin"]}))


def test_without_any_platform_the_report_says_that_limits_were_not_checked() -> None:
    report = audit_text("word " * 80, kind="post")
    assert "platform_limits" in {entry["family"] for entry in report["not_checked"]}


def test_a_said_language_is_the_language() -> None:
    assert audit_text("Ein warmer Mantel", language="de")["pieces"][0]["language"] == "de"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n"}, "text"),
        ({"text": "x" * (MAX_CHARACTERS + 1)}, "text"),
        ({"kind": "novel"}, "kind"),
        ({"platform_name": "myspace"}, "platform"),
    ],
)
def test_what_cannot_be_audited_is_refused_by_name(given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        audit_text(**{"text": "A warm coat", **given})
    assert set(refused.value.errors) == {field}
