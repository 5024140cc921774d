"""What a waiver covers and what is left of a verdict, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from campaigns.kinds.waivers import Costs, Given, Seen, covering, covers, effective

CAMPAIGN, VERSION, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
SEEN = Seen("r.cheap", "high", "compliance", "copy", "headlines[0].text", 2, "cheap", "Why.", CAMPAIGN, VERSION)
COSTS = Costs({"low": 3, "medium": 8, "high": 20, "critical": 60}, 4)
CATEGORIES = {
    "compliance": {"score": 20.0, "weight": 1, "findings": 2},
    "clarity": {"score": 100.0, "weight": 1, "findings": 0},
    "risk": {"score": None, "weight": 5, "findings": 0},
}


def given(scope: str, seen: Seen = SEEN, day: int = 9) -> Given:
    bound = scope in ("finding", "version")
    return Given(
        id=UUID(int=day), scope=scope, rule=seen.rule, fingerprint="" if scope == "team" else seen.fingerprint,
        place=seen.place if scope == "finding" else "", severity=seen.severity,
        campaign=None if scope == "team" else seen.campaign, version=seen.version if bound else None,
        expires_at=datetime(2027, 1, day, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "scopes"),
    [
        ({}, "finding version campaign team"),
        ({"start": 9}, "version campaign team"),
        ({"path": "headlines[1].text"}, "version campaign team"),
        ({"version": OTHER}, "campaign team"),
        ({"version": OTHER, "slot": "short_copy"}, "campaign team"),
        ({"quote": "CHEAP"}, "team"),
        ({"campaign": OTHER}, "team"),
        ({"rule": "r.other"}, ""),
        ({"severity": "critical"}, ""),
        ({"severity": "low"}, "finding version campaign team"),
        ({"severity": "unheard of"}, ""),
    ],
)
def test_each_scope_covers_what_it_says_and_no_more(change: dict[str, object], scopes: str) -> None:
    other = replace(SEEN, **change)  # type: ignore[arg-type]
    found = [scope for scope in ("finding", "version", "campaign", "team") if covers(given(scope), other)]
    assert " ".join(found) == scopes


def test_without_a_quote_the_words_and_the_piece_tell_findings_apart() -> None:
    bare = replace(SEEN, quote="", path="", start=0)
    waiver = given("campaign", bare)
    assert covers(waiver, bare)
    assert not covers(waiver, replace(bare, why="Another message is missing."))
    assert not covers(waiver, replace(bare, slot="short_copy"))


def test_of_several_the_one_that_holds_longest_is_told() -> None:
    found = covering([given("campaign", day=3), given("version", day=8), given("finding", day=5)], SEEN)
    assert found is not None
    assert found.expires_at.day == 8
    assert covering([], SEEN) is None


def left(*severities: str) -> list[Seen]:
    return [replace(SEEN, severity=severity, start=n) for n, severity in enumerate(severities)]


@pytest.mark.parametrize(
    ("severities", "verdict", "score"),
    [
        ((), "pass", 100.0),
        (("high",), "conditional", 90.0),
        (("critical",), "fail", 70.0),
        (("low", "low"), "pass", 97.0),
        (("high", "high", "high", "high", "high"), "conditional", 60.0),
    ],
)
def test_the_arithmetic_is_that_of_the_audit(severities: tuple[str, ...], verdict: str, score: float) -> None:
    found = effective(verdict="fail", categories=CATEGORIES, left=left(*severities), costs=COSTS)
    assert found == (verdict, score)


def test_what_was_not_tested_stays_without_a_share() -> None:
    untested = {name: {**held, "score": None} for name, held in CATEGORIES.items()}
    assert effective(verdict="fail", categories=untested, left=[], costs=COSTS) == ("not_audited", None)


def test_what_is_not_known_changes_nothing() -> None:
    assert effective(verdict="fail", categories=CATEGORIES, left=[], costs=None) == ("fail", None)
    assert effective(verdict="not_audited", categories=CATEGORIES, left=[], costs=COSTS) == ("not_audited", None)
    assert effective(verdict="fail", categories=CATEGORIES, left=[], costs=COSTS, failed=True)[0] == "not_audited"
