"""The fix loop only ever makes things better, and always stops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agents.auditing import fixing
from agents.auditing.audit import audit_pieces
from agents.auditing.fixing import MOST_ROUNDS, Fixed, fix_pieces
from conductor.lib.ids import content_hash

WEIGHTS = {"tone_consistency": 1, "clarity": 1, "compliance": 1, "accessibility": 1, "risk": 1}
PENALTIES = {"low": 3, "medium": 8, "high": 20, "critical": 60}


def pack(*rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema": 1,
        "name": "test",
        "version": "1.0.0",
        "weights": WEIGHTS,
        "penalties": PENALTIES,
        "rules": [
            {"severity": "high", "category": "compliance", "why": "Because.", "advice": "Change it.", **rule}
            for rule in rules
        ],
    }


def replacing(**words: str) -> dict[str, Any]:
    return {
        "id": "t.terms",
        "family": "prohibited_terms",
        "options": {"terms": list(words), "replacements": words},
    }


DISCLAIMER = {"id": "t.disclaimer", "family": "disclaimers", "options": {"texts": ["Terms apply."]}}
WORDS = {"id": "t.words", "family": "word_limits", "severity": "medium", "category": "clarity"}


def bodies(*texts: str) -> dict[str, Any]:
    return {"content": {"bodies": [{"text": text} for text in texts]}, "version": 1, "sha256": "a" * 64}


def fix(*texts: str, rules: dict[str, Any], brief: dict[str, Any] | None = None, rounds: int = 3) -> Fixed:
    return fix_pieces(brief or {}, {"copy": bodies(*texts)}, pack=rules, rounds=rounds)


def texts_of(fixed: Fixed) -> list[str]:
    return [body["text"] for body in fixed.pieces["copy"]["bodies"]]


def test_safe_patches_are_applied_until_it_is_clean() -> None:
    fixed = fix("A cheap coat, cheaply cheap.", rules=pack({**replacing(cheap="fair"), "id": "t.one"}))
    assert texts_of(fixed)[0].startswith("A fair coat")
    assert "cheap." not in texts_of(fixed)[0]
    assert fixed.rounds[0].kept
    assert fixed.paths == {"copy": ("bodies[0].text",)}


def test_the_report_is_that_of_the_fixed_pieces() -> None:
    fixed = fix("A cheap coat.", rules=pack(replacing(cheap="fair")))
    assert (fixed.stopped, fixed.report["findings"]) == ("clean", [])
    assert fixed.report == audit_pieces(
        {},
        {"copy": {"content": fixed.pieces["copy"], "version": None, "sha256": content_hash(fixed.pieces["copy"])}},
        pack=pack(replacing(cheap="fair")),
    )


def test_what_was_handed_in_is_not_changed() -> None:
    piece = bodies("A cheap coat.")
    fix_pieces({}, {"copy": piece}, pack=pack(replacing(cheap="fair")))
    assert piece == bodies("A cheap coat.")


def test_clean_pieces_take_no_round() -> None:
    fixed = fix("A fair coat.", rules=pack(replacing(cheap="fair")))
    assert (fixed.stopped, fixed.rounds, fixed.paths) == ("clean", (), {})


def test_findings_without_a_patch_end_it() -> None:
    rule = {"id": "t.terms", "family": "prohibited_terms", "options": {"terms": ["cheap"]}}
    fixed = fix("A cheap coat.", rules=pack(rule))
    assert (fixed.stopped, fixed.rounds, texts_of(fixed)) == ("no_patches", (), ["A cheap coat."])


def test_what_is_left_over_has_no_patch() -> None:
    rule = {"id": "t.more", "family": "prohibited_terms", "options": {"terms": ["shabby"]}}
    fixed = fix("A cheap, shabby coat.", rules=pack(replacing(cheap="fair"), rule))
    assert (fixed.stopped, texts_of(fixed)) == ("no_patches", ["A fair, shabby coat."])
    assert [finding["rule"] for finding in fixed.report["findings"]] == ["t.more"]


def test_two_that_prohibit_each_others_replacement_do_not_go_round() -> None:
    there, back = replacing(cheap="budget"), {**replacing(budget="cheap"), "id": "t.back"}
    fixed = fix("A cheap coat.", rules=pack(there, back))
    assert (fixed.stopped, texts_of(fixed)) == ("not_shrinking", ["A cheap coat."])
    assert not fixed.rounds[0].kept
    assert "Taken back: it would bring a finding of t.back" in fixed.rounds[0].refused[0].refused


def test_a_patch_that_would_break_another_rule_is_taken_back_and_the_others_stay() -> None:
    brief = {"constraints": {"max_words": 4}}
    fixed = fix("A cheap warm coat.", rules=pack(replacing(cheap="fair"), DISCLAIMER, WORDS), brief=brief)
    assert texts_of(fixed) == ["A fair warm coat."]
    assert [step.rule for step in fixed.rounds[0].applied] == ["t.terms"]
    assert "t.words" in fixed.rounds[0].refused[0].refused
    assert {finding["rule"] for finding in fixed.report["findings"]} == {"t.disclaimer"}


def test_the_verdict_never_gets_worse() -> None:
    worse = {"id": "t.worse", "family": "prohibited_terms", "severity": "critical", "options": {"terms": ["awful"]}}
    mild = {**replacing(cheap="awful"), "severity": "low"}
    fixed = fix("My cheap coat.", rules=pack(mild, worse))
    assert texts_of(fixed) == ["My cheap coat."]
    assert fixed.report["verdict"] == "pass"
    assert "the verdict would change from pass to fail" in fixed.rounds[0].refused[0].refused


def test_every_slot_is_fixed_and_a_missing_one_stays_missing() -> None:
    posts = {"content": {"platforms": [{"platform": "linkedin", "posts": [{"text": "So cheap"}]}]}}
    pieces = {"copy": bodies("A cheap coat."), "short_copy": posts, "visual_concept": None}
    fixed = fix_pieces({}, pieces, pack=pack(replacing(cheap="fair")))
    assert set(fixed.pieces) == {"copy", "short_copy"}
    assert fixed.paths == {"copy": ("bodies[0].text",), "short_copy": ("platforms[0].posts[0].text",)}
    assert fixed.pieces["short_copy"]["platforms"][0]["posts"][0]["text"] == "So fair"


def test_what_changed_is_named_by_its_own_hash_and_what_did_not_keeps_its_version() -> None:
    fixed = fix_pieces({}, {"copy": bodies("A cheap coat.")}, pack=pack(replacing(cheap="fair")))
    assert fixed.report["pieces"][0]["sha256"] == content_hash(fixed.pieces["copy"])
    same = fix_pieces({}, {"copy": bodies("A coat.")}, pack=pack(replacing(cheap="fair")))
    assert (same.report["pieces"][0]["version"], same.report["pieces"][0]["sha256"]) == (1, "a" * 64)


@pytest.mark.parametrize("rounds", [-1, 0])
def test_no_rounds_change_nothing(rounds: int) -> None:
    fixed = fix("A cheap coat.", rules=pack(replacing(cheap="fair")), rounds=rounds)
    assert (fixed.rounds, texts_of(fixed), fixed.stopped) == ((), ["A cheap coat."], "rounds")


def test_rounds_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An auditor that always finds one fewer thing to patch would keep a loop busy for as long as it likes."""
    calls = 0

    def endless(brief: Any, pieces: Any, *, pack: object = None) -> dict[str, Any]:
        nonlocal calls
        calls += 1
        text = pieces["copy"]["content"]["bodies"][0]["text"]
        finding = {
            "rule": "t", "family": "t", "slot": "copy", "path": "bodies[0].text", "start": 0, "end": 1,
            "quote": text[0], "severity": "low", "category": "clarity", "why": "Because.",
            "patch": {"path": "bodies[0].text", "start": 0, "end": 1, "replacement": chr(ord(text[0]) + 1)},
        }  # fmt: skip
        return {"verdict": "pass", "score": 90.0, "findings": [finding] * (1_000 - calls), "pieces": []}

    monkeypatch.setattr(fixing, "audit_pieces", endless)
    fixed = fix("a coat", rules={}, rounds=1_000_000)
    assert (len(fixed.rounds), fixed.stopped) == (MOST_ROUNDS, "rounds")
    assert calls == MOST_ROUNDS + 1


def test_what_is_to_be_spared_stays_and_is_counted() -> None:
    fixed = fix_spared("A cheap box, a grand box.", "cheap")
    assert texts_of(fixed) == ["A cheap box, a fine box."]
    assert (fixed.spared, fixed.stopped, len(fixed.report["findings"])) == (1, "no_patches", 1)
    assert [step.quote for entry in fixed.rounds for step in entry.applied] == ["grand"]


def test_what_is_spared_stays_so_when_a_patch_moves_it() -> None:
    fixed = fix_spared("A magnificent box, a cheap box.", "cheap", at=21)
    assert texts_of(fixed) == ["A fine box, a cheap box."]
    assert fixed.spared == 1


def test_of_two_places_only_the_one_that_is_named_is_spared() -> None:
    fixed = fix_spared("A cheap box, a cheap lid.", "cheap", at=2)
    assert texts_of(fixed) == ["A cheap box, a fine lid."]


def fix_spared(text: str, quote: str, at: int | None = None) -> Fixed:
    rules = pack(replacing(cheap="fine", grand="fine", magnificent="fine"))

    def spare(finding: Mapping[str, Any]) -> bool:
        return finding["quote"] == quote and at in (None, finding["start"])

    return fix_pieces({}, {"copy": bodies(text)}, pack=rules, spare=spare)


def test_the_house_rules_fix_what_they_can() -> None:
    brief = {"constraints": {"disclaimers": ["While stocks last."]}}
    fixed = fix_pieces(brief, {"copy": bodies("A warm coat.", "A warmer one. While stocks last.")})
    assert texts_of(fixed)[0] == "A warm coat.\n\nWhile stocks last."
    assert texts_of(fixed)[1] == "A warmer one. While stocks last."
