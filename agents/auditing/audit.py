"""Audits pieces against a brief and a rule pack. Pure: the same pieces, brief and pack give the same report.

Must not pass by default: what was not tested has no score, without any score there is no verdict, and a rule that
failed keeps everything from passing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any, Final, TypeVar

from agents.auditing.briefs import read_brief
from agents.auditing.families.coverage import Coverage, coverage
from agents.auditing.findings import CATEGORIES, SEVERITIES, Brief, Category, Finding, Rule, Skip
from agents.auditing.pieces import SLOTS, Piece, read_piece, text_at
from agents.auditing.registry import family
from agents.auditing.rulepacks import Pack, house_pack, read_pack
from agents.auditing.scoring import category_score, points_of, verdict_of, weighted_total, worse_of
from agents.auditing.timelimit import OutOfTime, TimeLimit
from conductor.lib.clock import audit_seconds
from conductor.lib.errors import BadInput

__all__ = ["audit_pieces", "read_brief"]

T = TypeVar("T")

MAX_FINDINGS: Final = 2_000
MAX_SKIPS: Final = 190


def audit_pieces(
    brief: Mapping[str, Any],
    pieces: Mapping[str, Mapping[str, Any] | None],
    *,
    pack: object = None,
    seconds: float | None = None,
) -> dict[str, Any]:
    """The report on the slots handed in; a slot whose value is None is a missing piece. pack None means house rules.

    It takes at most so many seconds, or as long as the installation says; what was not done by then is told as failed.
    """
    unknown = [slot for slot in pieces if slot not in SLOTS]
    if unknown or not pieces:
        words = f"unknown: {', '.join(sorted(map(str, unknown)))[:200]}" if unknown else "there is nothing to audit"
        raise BadInput("The pieces to audit are not valid.", errors={"pieces": words})
    rules = house_pack() if pack is None else read_pack(pack)
    facts = read_brief(brief)
    told = _Told(TimeLimit(audit_seconds() if seconds is None else seconds))
    read = tuple(_read(told, slot, pieces[slot], facts.language) for slot in SLOTS if slot in pieces)
    _apply(told, rules, facts, read)
    covered = told.in_time("brief_coverage", lambda: _coverage(rules, facts, read)) or []
    if not any(piece.texts for piece in read):
        told.tested.clear()
    points = points_of([(f.rule.id, f.how_bad) for f in told.findings], rules.penalties, rules.counted)
    categories = {name: _category(name, rules, told, points) for name in CATEGORIES}
    score = weighted_total({name: (entry["score"], entry["weight"]) for name, entry in categories.items()})
    verdict = verdict_of(score, (finding.how_bad for finding in told.findings))
    return {
        "verdict": worse_of(verdict, "not_audited") if told.failed else verdict,
        "score": score,
        "categories": categories,
        "findings": [_finding(f, cost, read) for f, cost in zip(told.findings, points, strict=True)],
        "recommendations": _recommendations(told.findings),
        "pieces": [_piece(piece) for piece in read],
        "coverage": covered,
        "not_checked": told.not_checked(),
        "opinions": [],
        "pack": {"name": rules.name, "version": rules.version, "sha256": rules.sha256},
    }


@dataclass(slots=True)
class _Told:
    """All findings, worst first; what was not checked; the categories in which a rule was applied to everything."""

    limit: TimeLimit
    findings: list[Finding] = field(default_factory=list)
    skipped: dict[tuple[str, str | None, str, bool], None] = field(default_factory=dict)
    tested: set[str] = field(default_factory=set)
    untested: set[str] = field(default_factory=set)

    @property
    def failed(self) -> bool:
        return any(failed for *_, failed in self.skipped)

    def skip(self, family_name: str, skip: Skip) -> None:
        self.skipped[family_name, skip.slot, skip.why[:500], skip.failed] = None

    def in_time(self, family_name: str, work: Callable[[], T], slot: str | None = None) -> T | None:
        """What the work gives; None where there was no time for it, which is told and keeps everything from passing."""
        try:
            return self.limit.run(work)
        except OutOfTime:
            self.skip(family_name, Skip(slot, f"The audit ran out of its {self.limit.seconds:g} s.", failed=True))
            return None

    def not_checked(self) -> list[dict[str, Any]]:
        """What failed comes first, so that a long list cannot hide it."""
        entries = sorted(self.skipped, key=lambda entry: not entry[3])
        return [{"family": f, "slot": s, "why": w, "failed": failed} for f, s, w, failed in entries[:MAX_SKIPS]]


def _read(told: _Told, slot: str, given: Mapping[str, Any] | None, language: str) -> Piece:
    piece = told.in_time("pieces", lambda: read_piece(slot, given, language), slot)
    return piece or Piece(slot, None)


def _apply(told: _Told, pack: Pack, brief: Brief, pieces: tuple[Piece, ...]) -> None:
    for piece in pieces:
        if piece.unread:
            where = ", ".join(piece.unread[:5])
            told.skip("pieces", Skip(piece.slot, f"No text could be read at {where}."[:500], failed=True))
    idle: list[tuple[Rule, Skip]] = []
    for rule in pack.rules:
        found = told.in_time(rule.family, partial(_apply_rule, rule, brief, pieces))
        if found is None:
            told.untested.add(rule.category)
            continue
        skips = [entry for entry in found if isinstance(entry, Skip)]
        for skip in skips:
            if skip.slot is None and not skip.failed:
                idle.append((rule, skip))
            else:
                told.skip(rule.family, skip)
        told.findings += [entry for entry in found if isinstance(entry, Finding)]
        if any(skip.failed for skip in skips):
            told.untested.add(rule.category)
        elif not any(skip.slot is None for skip in skips):
            told.tested.add(rule.category)
    for rule, skip in idle:
        told.skip(rule.family, _of_one_rule(rule, skip, pack, {idle_rule.id for idle_rule, _ in idle}))
    told.tested -= told.untested
    told.findings.sort(key=lambda finding: -SEVERITIES.index(finding.how_bad))
    if len(told.findings) > MAX_FINDINGS:
        told.findings = told.findings[:MAX_FINDINGS]
        told.skip(
            "findings", Skip(None, f"There are more than {MAX_FINDINGS:,} findings; the rest is left out.", failed=True)
        )


def _of_one_rule(rule: Rule, skip: Skip, pack: Pack, idle: Set[str]) -> Skip:
    """Says which rule was not applied, where others of its family were."""
    applied = [other.id for other in pack.rules if other.family == rule.family and other.id not in idle]
    said = f"The rule {rule.id} was not applied, others of its family were. {skip.why}"
    return replace(skip, why=said) if applied else skip


def _apply_rule(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> list[Finding | Skip]:
    """What the rule found. Whatever goes wrong inside it is told, and its category stays untested."""
    try:
        applied = family(rule.family)
        if applied is None:
            return [Skip(None, f"There is no family {rule.family!r} any more.", failed=True)]
        found = list(islice(applied.apply(rule, brief, pieces), MAX_FINDINGS + 1))
        for entry in found:
            if words := _unsound(entry, rule, pieces):
                return [Skip(None, f"{rule.id} gave an answer that is not sound: {words}"[:500], failed=True)]
        return found
    except Exception as error:  # a family may be a plug-in's; nothing it raises may end the audit or let it pass
        return [Skip(None, f"{rule.id} failed: {type(error).__name__}: {error}"[:500], failed=True)]


def _unsound(entry: object, rule: Rule, pieces: tuple[Piece, ...]) -> str:
    """What is wrong with a finding, or "": it is of this rule, and its quote is what stands at its span."""
    if isinstance(entry, Skip):
        return ""
    if not isinstance(entry, Finding) or entry.rule is not rule or entry.how_bad not in SEVERITIES:
        return "it is not a finding of this rule."
    if not entry.path:
        return "" if (entry.start, entry.end, entry.quote, entry.patch) == (0, 0, "", None) else "a span needs a path."
    piece = next((piece for piece in pieces if piece.slot == entry.slot and piece.content is not None), None)
    text = text_at(piece.content or {}, entry.path) if piece else None
    if text is None or not 0 <= entry.start <= entry.end <= len(text) or text[entry.start : entry.end] != entry.quote:
        return f"its quote does not stand at {entry.path}."
    patch = entry.patch
    if patch is not None and not (patch.path == entry.path and entry.start <= patch.start <= patch.end <= entry.end):
        return "its patch leaves the flagged span."
    return ""


def _category(name: Category, pack: Pack, told: _Told, points: Sequence[int]) -> dict[str, Any]:
    mine = [cost for finding, cost in zip(told.findings, points, strict=True) if finding.rule.category == name]
    score = category_score(mine) if name in told.tested else None
    return {"score": score, "weight": pack.weights.get(name, 0), "findings": len(mine)}


def _finding(finding: Finding, points: int, pieces: Sequence[Piece]) -> dict[str, Any]:
    patch = finding.patch
    return {
        "rule": finding.rule.id,
        "family": finding.rule.family,
        "slot": finding.slot,
        "version": next((piece.version for piece in pieces if piece.slot == finding.slot), None),
        "path": finding.path,
        "start": finding.start,
        "end": finding.end,
        "quote": finding.quote,
        "severity": finding.how_bad,
        "category": finding.rule.category,
        "points": points,
        "why": finding.why[:2_000],
        "patch": None
        if patch is None
        else {"path": patch.path, "start": patch.start, "end": patch.end, "replacement": patch.replacement},
    }


def _recommendations(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """One per rule and slot, worst first: what to do, in the imperative."""
    found = {(finding.rule.id, finding.slot): finding for finding in reversed(findings)}
    return [
        {
            "text": finding.rule.advice,
            "priority": finding.how_bad,
            "rule": finding.rule.id,
            "slot": finding.slot,
        }
        for finding in sorted(found.values(), key=lambda finding: -SEVERITIES.index(finding.how_bad))
    ]


def _piece(piece: Piece) -> dict[str, Any]:
    return {
        "slot": piece.slot,
        "version": piece.version,
        "sha256": piece.sha256,
        "present": bool(piece.texts),
        "language": piece.language,
    }


def _coverage(pack: Pack, brief: Brief, pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    options = next((rule.read(Coverage) for rule in pack.rules if rule.family == "brief_coverage"), None)
    return [
        {
            "message": said.message,
            "slot": said.text.slot if said.text else None,
            "path": said.text.path if said.text else "",
            "start": said.start,
            "end": said.end,
            "quote": said.text.text[said.start : said.end] if said.text else "",
        }
        for said in coverage(brief.key_messages, [piece for piece in pieces if piece.texts], options)
    ]
