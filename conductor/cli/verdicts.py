"""Prints an audit report: findings by place, what was not checked, and the score as sums that can be done by hand.

Must not judge: verdict and figures are the report's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from conductor.cli.console import Console

Where = Callable[[Mapping[str, Any]], str]

_COLOURS: Final = {"pass": "bold green", "conditional": "bold yellow", "fail": "bold red", "not_audited": "bold red"}
_WHY: Final = {
    "pass": "the score is above 80, and nothing is high or critical",
    "conditional": "a finding is high, or the score is between 60 and 80",
    "fail": "a finding is critical, or the score is under 60",
    "not_audited": "nothing could be tested, so nothing passes",
}
_LONGEST: Final = 160


def tell(console: Console, report: Mapping[str, Any], where: Where, penalties: Mapping[str, int]) -> None:
    for finding in report["findings"]:
        tell_finding(console, finding, where(finding))
    for entry in report["not_checked"]:
        console.say(f"Not checked: {entry['family']}: {entry['why']}", style="dim")
    for name, figures in report["categories"].items():
        severities = [one["severity"] for one in report["findings"] if one["category"] == name]
        console.say(category(name, figures, severities, penalties))
    if report["score"] is not None:
        console.say(total(report))
    verdict = report["verdict"]
    console.say(f"Verdict: {verdict.replace('_', ' ')} ({_WHY[verdict]}).", style=_COLOURS[verdict])
    pack = report["pack"]
    console.say(f"Rules: {pack['name']} {pack['version']}")


def tell_finding(console: Console, finding: Mapping[str, Any], where: str) -> None:
    """Place, weight and rule on one line; quote, reason and patch below it."""
    console.say(f"{where}  {finding['severity']}  {finding['rule']}", style="bold")
    if finding["quote"]:
        console.say(f"    \u201c{short(finding['quote'])}\u201d")
    console.say(f"    {finding['why']}")
    if finding["patch"] is not None:
        console.say(f"    patch: {patch_words(finding)}")


def patch_words(finding: Mapping[str, Any]) -> str:
    patch = finding["patch"]
    said = short(patch["replacement"])
    if patch["start"] == patch["end"]:
        return f"insert \u201c{said}\u201d"
    return f"replace by \u201c{said}\u201d" if said else "remove it"


def category(name: str, figures: Mapping[str, Any], severities: Sequence[str], penalties: Mapping[str, int]) -> str:
    """Such as `compliance  100 - 60 (critical) - 2 x 20 (high) = 0.0, at least 0; weight 35`."""
    label = f"{name.replace('_', ' '):18s}"
    if figures["score"] is None:
        return f"{label}not tested"
    parts = [
        f" - {f'{many} x ' if many > 1 else ''}{penalties.get(severity, 0)} ({severity})"
        for severity in ("critical", "high", "medium", "low")
        if (many := severities.count(severity))
    ]
    least = ", never under 0" if 100 - sum(penalties.get(one, 0) for one in severities) < 0 else ""
    return f"{label}100{''.join(parts)} = {figures['score']:g}{least}; weight {figures['weight']}"


def total(report: Mapping[str, Any]) -> str:
    """The weighted mean of what was tested, with its terms."""
    tested = [
        (entry["score"], entry["weight"])
        for entry in report["categories"].values()
        if entry["score"] is not None and entry["weight"]
    ]
    terms = " + ".join(f"{score:g} x {weight}" for score, weight in tested)
    return f"{'score':18s}({terms}) / {sum(weight for _, weight in tested)} = {report['score']}"


def short(text: str) -> str:
    """On one line, and not longer than one can read at a glance."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"
