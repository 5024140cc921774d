"""The arithmetic of an audit, recomputed by hand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.auditing.findings import SEVERITIES
from agents.auditing.scoring import ORDER, category_score, combine, points_of, verdict_of, weighted_total, worse_of

PENALTIES: Any = {"low": 3, "medium": 8, "high": 20, "critical": 60}


def test_category_loses_the_penalty_of_each_finding() -> None:
    assert points_of([("a", "high"), ("b", "medium"), ("c", "low")], PENALTIES, 4) == [20, 8, 3]
    assert category_score([20, 8, 3]) == 69
    assert category_score([60, 60]) == 0
    assert category_score([]) == 100


def test_of_one_rule_only_the_worst_findings_cost() -> None:
    found: Any = [("a", "high"), ("a", "medium"), ("b", "low"), ("a", "low"), ("b", "low")]
    assert points_of(found, PENALTIES, 2) == [20, 8, 3, 0, 3]
    assert points_of(found, PENALTIES, 1) == [20, 0, 3, 0, 0]


def test_total_is_the_mean_by_weight_of_what_was_tested() -> None:
    assert weighted_total({"a": (100.0, 25), "b": (40.0, 35), "c": (None, 40)}) == 65.0
    assert weighted_total({"a": (33.3, 1), "b": (33.4, 1)}) == 33.4
    assert weighted_total({"a": (None, 5)}) is None
    assert weighted_total({"a": (50.0, 0)}) is None
    assert weighted_total({}) is None


@pytest.mark.parametrize(
    ("score", "severities", "verdict"),
    [
        (100.0, [], "pass"),
        (80.1, ["medium", "low"], "pass"),
        (80.0, [], "conditional"),
        (100.0, ["high"], "conditional"),
        (60.0, [], "conditional"),
        (59.9, [], "fail"),
        (100.0, ["critical"], "fail"),
        (None, [], "not_audited"),
        (None, ["critical"], "not_audited"),
    ],
)
def test_verdict_by_the_rules(score: float | None, severities: list[str], verdict: str) -> None:
    assert verdict_of(score, severities) == verdict


def test_the_worse_of_verdicts() -> None:
    assert worse_of("pass", "conditional") == "conditional"
    assert worse_of("not_audited", "conditional") == "not_audited"
    assert worse_of("not_audited", "fail") == "fail"
    assert worse_of() == "not_audited"


def report(score: float | None, verdict: str, *severities: str, slot: str = "copy") -> dict[str, Any]:
    return {
        "verdict": verdict,
        "score": score,
        "categories": {"clarity": {"score": score, "weight": 25, "findings": len(severities)}},
        "findings": [{"severity": severity} for severity in severities],
        "pieces": [{"slot": slot}],
        "pack": {"name": "house", "version": "1.0.0"},
    }


def test_audits_in_sequence_combine_by_weight() -> None:
    parts = [report(100.0, "pass"), report(70.0, "conditional", slot="short_copy")]
    whole = combine(parts)
    assert (whole["score"], whole["verdict"]) == (85.0, "pass")
    weighted = combine(parts, {"copy": 1, "short_copy": 3})
    assert (weighted["score"], weighted["verdict"]) == (77.5, "conditional")
    assert len(whole["pieces"]) == 2
    assert whole["categories"]["clarity"] == {"score": 85.0, "weight": 25, "findings": 0}


def test_worst_finding_wins() -> None:
    assert combine([report(100.0, "pass"), report(100.0, "fail", "critical")])["verdict"] == "fail"
    assert combine([report(100.0, "pass"), report(95.0, "conditional", "high")])["verdict"] == "conditional"


def test_a_part_not_audited_keeps_the_whole_from_passing() -> None:
    assert combine([report(100.0, "pass"), report(None, "not_audited")])["verdict"] == "not_audited"
    assert combine([report(100.0, "pass"), {"pack": {"name": "x", "version": "1"}}])["verdict"] == "not_audited"


def test_nothing_combined_is_not_audited() -> None:
    assert combine([])["verdict"] == "not_audited"


REPORT = st.tuples(st.none() | st.integers(0, 100).map(float), st.lists(st.sampled_from(SEVERITIES), max_size=3)).map(
    lambda pair: report(pair[0], verdict_of(*pair), *pair[1])
)


@given(st.lists(REPORT, min_size=1, max_size=3))
def test_combined_is_never_better_than_its_best_part(reports: list[dict[str, Any]]) -> None:
    best = min((part["verdict"] for part in reports), key=ORDER.index)
    assert ORDER.index(combine(reports)["verdict"]) >= ORDER.index(best)


@given(st.lists(REPORT, min_size=1, max_size=3))
def test_a_critical_finding_never_passes(reports: list[dict[str, Any]]) -> None:
    severities = {finding["severity"] for part in reports for finding in part["findings"]}
    if severities & {"critical", "high"}:
        assert combine(reports)["verdict"] != "pass"
