"""Arithmetic of an audit, simple enough to check by hand. Nothing passes that was not tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from agents.auditing.findings import CATEGORIES, Severity

ORDER: Final = ("pass", "conditional", "not_audited", "fail")
"""From best to worst: what is not known is worse than what needs a look, and better than what is known to be wrong."""

_TENTH = Decimal("0.1")


def points_of(found: Sequence[tuple[str, Severity]], penalties: Mapping[Severity, int], counted: int) -> list[int]:
    """What each finding (its rule and how bad it is) costs: of one rule the first `counted` do.

    Findings come worst first, so these are the worst. A habit repeated a hundred times is one thing to mend and does
    not cost a hundredfold.
    """
    seen: dict[str, int] = {}
    costs = []
    for rule, severity in found:
        seen[rule] = seen.get(rule, 0) + 1
        costs.append(penalties[severity] if seen[rule] <= counted else 0)
    return costs


def category_score(points: Iterable[int]) -> float:
    """100 less what every finding of the category costs, never under 0."""
    return float(max(0, 100 - sum(points)))


def weighted_total(categories: Mapping[str, tuple[float | None, int]]) -> float | None:
    """The mean of the tested categories by weight, to one decimal; None when nothing was tested."""
    tested = [
        (Decimal(str(score)), weight) for score, weight in categories.values() if score is not None and weight > 0
    ]
    if not tested:
        return None
    total = sum(score * weight for score, weight in tested) / sum(weight for _, weight in tested)
    return float(Decimal(total).quantize(_TENTH, ROUND_HALF_UP))


def verdict_of(score: float | None, severities: Iterable[str]) -> str:
    """A critical finding or a score under 60 fails; a high finding or 60 to 80 is conditional; above 80 passes."""
    if score is None:
        return "not_audited"
    worst = set(severities)
    if "critical" in worst or score < 60:
        return "fail"
    return "conditional" if "high" in worst or score <= 80 else "pass"


def worse_of(*verdicts: str) -> str:
    return max(verdicts, key=ORDER.index) if verdicts else "not_audited"


def combine(reports: Sequence[Mapping[str, Any]], weights: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Audits of single pieces as one report: scores by weight of the slot (default 1 each), worst finding wins.

    A part that was not audited keeps the whole from passing. The verdict is never better than the rules give for the
    combined score and all findings.
    """
    shares = [_weight(report, weights or {}) for report in reports]
    categories = {name: _combined_category(name, reports, shares) for name in CATEGORIES}
    categories = {name: entry for name, entry in categories.items() if entry is not None}
    score = weighted_total(
        {str(number): (report.get("score"), shares[number]) for number, report in enumerate(reports)}
    )
    findings = [finding for report in reports for finding in report.get("findings", ())]
    verdict = verdict_of(score, (finding["severity"] for finding in findings))
    if any(report.get("verdict", "not_audited") == "not_audited" for report in reports):
        verdict = worse_of(verdict, "not_audited")
    return {
        "verdict": verdict,
        "score": score,
        "categories": categories,
        **{
            part: [entry for report in reports for entry in report.get(part, ())]
            for part in ("findings", "recommendations", "pieces", "coverage", "not_checked", "opinions")
        },
        "pack": dict(reports[0]["pack"]) if reports else {"name": "none", "version": "0"},
    }


def _weight(report: Mapping[str, Any], weights: Mapping[str, int]) -> int:
    slots = [piece["slot"] for piece in report.get("pieces", ())]
    return sum(weights.get(slot, 1) for slot in slots) or 1


def _combined_category(name: str, reports: Sequence[Mapping[str, Any]], shares: Sequence[int]) -> dict[str, Any] | None:
    parts = [
        (report["categories"][name], share)
        for report, share in zip(reports, shares, strict=True)
        if name in report.get("categories", {})
    ]
    if not parts:
        return None
    return {
        "score": weighted_total({str(number): (part["score"], share) for number, (part, share) in enumerate(parts)}),
        "weight": parts[0][0]["weight"],
        "findings": sum(part["findings"] for part, _ in parts),
    }
