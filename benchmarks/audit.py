"""`python -m benchmarks.audit`: how much of what the audit flags is right, and how much of what is wrong it flags.

Runs the house rules over the labelled passages and prints precision and recall per family and language.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from agents.auditing.audit import audit_pieces
from benchmarks.labelled import FAMILIES, LANGUAGES, Expected, Passage, read_all

LEAST_PRECISION: Final = 0.9

SAME_AS: Final[dict[str, str]] = {
    "brand_words": "tone",
    "brand_tone": "tone",
    "inclusive_language": "inclusive",
    "poster_contrast": "accessibility",
    "alt_text": "accessibility",
    "shouting": "accessibility",
    "emoji_use": "accessibility",
    "hashtag_case": "accessibility",
    "styled_letters": "accessibility",
    "links": "links_and_data",
    "personal_data": "links_and_data",
    "emoji_policy": "emoji",
}
"""Family of a finding -> family of the labels, where the names differ."""

COUNTED: Final = frozenset(("required_terms", "disclaimers", "brief_coverage", "hashtags", "product_named"))
"""Families that report what is missing: each thing missing is one finding, and one too many is a false alarm."""


@dataclass(frozen=True, slots=True)
class Miss:
    passage: Passage
    expected: Expected


@dataclass(frozen=True, slots=True)
class Alarm:
    passage: Passage
    finding: Mapping[str, Any]


@dataclass(slots=True)
class Score:
    """hits and misses count labels; alarms count findings that no label asks for."""

    family: str
    language: str = ""
    passages: int = 0
    hits: int = 0
    misses: list[Miss] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)

    @property
    def planted(self) -> int:
        return self.hits + len(self.misses)

    @property
    def precision(self) -> float | None:
        """None where nothing was flagged."""
        flagged = self.hits + len(self.alarms)
        return self.hits / flagged if flagged else None

    @property
    def recall(self) -> float | None:
        return self.hits / self.planted if self.planted else None

    @property
    def f1(self) -> float | None:
        both = 2 * self.hits + len(self.misses) + len(self.alarms)
        return 2 * self.hits / both if both else None


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audit", description=__doc__)
    parser.add_argument("--verbose", action="store_true", help="list every miss and every false alarm")
    parser.add_argument("--family", choices=FAMILIES, help="this family alone")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--markdown", action="store_true", help="print the table as docs/audit.md has it")
    chosen = parser.parse_args(argv)
    passages = read_all()
    began = time.perf_counter()
    scores, others = measure(passages)
    seconds = time.perf_counter() - began
    rows = [score for score in scores if chosen.family in (None, score.family)]
    totals = [score for score in rows if not score.language]
    if chosen.json:
        print(json.dumps([_as_json(score) for score in rows], indent=2))
    elif chosen.markdown:
        print("\n".join(markdown(rows)))
    else:
        print(f"Audit: {len(passages)} labelled passages in {seconds:.2f} s, house rules")
        print("\n".join(table(rows)))
        if others:
            print("Findings of families that are not labelled: " + ", ".join(f"{n} {c}" for n, c in others.items()))
    if chosen.verbose:
        print("\n".join(faults(totals)))
    under = [score.family for score in totals if (score.precision or 0.0) < LEAST_PRECISION]
    if under:
        print(f"Under a precision of {LEAST_PRECISION}: {', '.join(under)}")
    return 1 if under else 0


def measure(passages: Iterable[Passage], *, pack: object = None) -> tuple[list[Score], dict[str, int]]:
    """Figures per family, then per family and language; and how many findings are of families without labels."""
    scores = {(family, language): Score(family, language) for family in FAMILIES for language in ("", *LANGUAGES)}
    others: dict[str, int] = {}
    for passage in passages:
        report = audit_pieces(passage.brief, passage.pieces, pack=pack)
        found: dict[str, list[Mapping[str, Any]]] = {}
        for finding in report["findings"]:
            found.setdefault(SAME_AS.get(finding["family"], finding["family"]), []).append(finding)
        for family in FAMILIES:
            for language in ("", passage.language):
                _judge(scores[family, language], passage, found.get(family, []))
        for family in found.keys() - set(FAMILIES):
            others[family] = others.get(family, 0) + len(found[family])
    return sorted(scores.values(), key=lambda score: FAMILIES.index(score.family)), dict(sorted(others.items()))


def _judge(score: Score, passage: Passage, findings: Sequence[Mapping[str, Any]]) -> None:
    """Each label is a hit if a finding touches it; a finding is a false alarm if it touches no label."""
    wanted = [expected for expected in passage.expected if expected.family == score.family]
    score.passages += bool(wanted) or passage.family == score.family
    left = list(findings)
    for expected in sorted(wanted, key=lambda one: not one.places):
        mine = [finding for finding in left if _answers(finding, expected)]
        if not mine:
            score.misses.append(Miss(passage, expected))
            continue
        score.hits += 1
        taken = mine[:1] if score.family in COUNTED else mine
        left = [finding for finding in left if not any(finding is one for one in taken)]
    score.alarms += [Alarm(passage, finding) for finding in left]


def _answers(finding: Mapping[str, Any], expected: Expected) -> bool:
    """A label without a place is answered by any finding of its family, and a finding without one answers any label."""
    if not expected.places or not finding["path"]:
        return True
    where = (finding["slot"], finding["path"], finding["start"], finding["end"])
    return any(place.touches(*where) for place in expected.places)


def table(scores: Sequence[Score]) -> list[str]:
    head = f"{'family':18s}{'passages':>9s}{'planted':>9s}{'found':>7s}{'missed':>8s}{'false':>7s}"
    lines = [f"{head}{'precision':>11s}{'recall':>8s}{'F1':>7s}{'en P / R':>15s}{'de P / R':>15s}"]
    for score in (one for one in scores if not one.language):
        row = f"{score.family:18s}{score.passages:9d}{score.planted:9d}{score.hits:7d}{len(score.misses):8d}"
        figures = f"{_share(score.precision):>11s}{_share(score.recall):>8s}{_share(score.f1):>7s}"
        lines.append(f"{row}{len(score.alarms):7d}{figures}{_by_language(scores, score.family)}")
    return lines


def _by_language(scores: Sequence[Score], family: str) -> str:
    mine = [score for score in scores if score.family == family and score.language]
    pairs = (f"{_share(score.precision)} / {_share(score.recall)}" for score in mine)
    return "".join(f"{pair:>15s}" for pair in pairs)


def markdown(scores: Sequence[Score]) -> list[str]:
    lines = ["| family | passages | planted | found | missed | false | precision | recall | F1 | en P / R | de P / R |"]
    lines.append("|---|" + "---:|" * 10)
    for score in (one for one in scores if not one.language):
        mine = [one for one in scores if one.family == score.family and one.language]
        cells = [score.passages, score.planted, score.hits, len(score.misses), len(score.alarms)]
        shares = [_share(score.precision), _share(score.recall), _share(score.f1)]
        pairs = [f"{_share(one.precision)} / {_share(one.recall)}" for one in mine]
        lines.append("| " + " | ".join([score.family, *map(str, cells), *shares, *pairs]) + " |")
    return lines


def faults(scores: Sequence[Score]) -> list[str]:
    """Every miss and every false alarm, the families with most of them first."""
    lines: list[str] = []
    for score in sorted(scores, key=lambda one: -len(one.misses) - len(one.alarms)):
        if score.misses or score.alarms:
            lines += ["", score.family]
        lines += [
            f"  missed  {one.passage.id}: {' | '.join(one.expected.quotes) or 'whole piece'}" for one in score.misses
        ]
        lines += [
            f"  false   {one.passage.id}: {one.finding['quote'][:70]!r} {one.finding['rule']}: {_why(one)}"
            for one in score.alarms
        ]
    return lines


def _why(alarm: Alarm) -> str:
    return str(alarm.finding["why"])[:100]


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.2f}"


def _as_json(score: Score) -> dict[str, Any]:
    return {
        "family": score.family,
        "language": score.language or None,
        "passages": score.passages,
        "planted": score.planted,
        "found": score.hits,
        "missed": [miss.passage.id for miss in score.misses],
        "false_alarms": [alarm.passage.id for alarm in score.alarms],
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
    }


if __name__ == "__main__":
    raise SystemExit(main())
