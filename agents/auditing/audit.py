"""Audits pieces against a brief and a rule pack. Pure: the same pieces, brief and pack give the same report.

Must not pass by default: what was not tested has no score, and without any score there is no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.auditing.families.coverage import coverage
from agents.auditing.findings import CATEGORIES, SEVERITIES, Brief, Category, Finding, Rule, Skip
from agents.auditing.pieces import SLOTS, Piece, read_piece
from agents.auditing.rulepacks import FAMILIES, Pack, house_pack, read_pack
from agents.auditing.scoring import category_score, verdict_of, weighted_total
from conductor.lib.errors import BadInput

MAX_FINDINGS = 2_000


def audit_pieces(
    brief: Mapping[str, Any], pieces: Mapping[str, Mapping[str, Any] | None], *, pack: object = None
) -> dict[str, Any]:
    """The report on the slots handed in; a slot whose value is None is a missing piece. pack None means house rules."""
    unknown = [slot for slot in pieces if slot not in SLOTS]
    if unknown or not pieces:
        words = f"unknown: {', '.join(sorted(map(str, unknown)))[:200]}" if unknown else "there is nothing to audit"
        raise BadInput("The pieces to audit are not valid.", errors={"pieces": words})
    rules = house_pack() if pack is None else read_pack(pack)
    facts = read_brief(brief)
    read = tuple(read_piece(slot, pieces[slot]) for slot in SLOTS if slot in pieces)
    findings, skipped, tested = _apply(rules, facts, read)
    if not any(piece.texts for piece in read):
        tested = set()
    categories = {name: _category(name, rules, findings, tested) for name in CATEGORIES}
    score = weighted_total({name: (entry["score"], entry["weight"]) for name, entry in categories.items()})
    return {
        "verdict": verdict_of(score, (finding.how_bad for finding in findings)),
        "score": score,
        "categories": categories,
        "findings": [_finding(finding, read) for finding in findings],
        "recommendations": _recommendations(findings),
        "pieces": [_piece(piece) for piece in read],
        "coverage": _coverage(facts, read),
        "not_checked": [{"family": rule.family, "slot": skip.slot, "why": skip.why} for rule, skip in skipped],
        "opinions": [],
        "pack": {"name": rules.name, "version": rules.version},
    }


def read_brief(brief: Mapping[str, Any]) -> Brief:
    constraints = brief.get("constraints")
    limits: Mapping[str, Any] = constraints if isinstance(constraints, Mapping) else {}
    most = limits.get("max_words")
    product = brief.get("product")
    return Brief(
        product=product if isinstance(product, str) else "",
        key_messages=_texts(brief.get("key_messages")),
        prohibited_terms=_texts(limits.get("prohibited_terms")),
        required_terms=_texts(limits.get("required_terms")),
        disclaimers=_texts(limits.get("disclaimers")),
        max_words=most if isinstance(most, int) and not isinstance(most, bool) and most > 0 else None,
    )


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    # NUL cannot be stored, so it can neither stand in a piece nor in a finding.
    texts = (text.replace("\x00", "") for text in value if isinstance(text, str))
    return tuple(dict.fromkeys(text for text in texts if text.strip()))


def _apply(
    pack: Pack, brief: Brief, pieces: tuple[Piece, ...]
) -> tuple[list[Finding], list[tuple[Rule, Skip]], set[str]]:
    """All findings, worst first; what was skipped; the categories in which a rule could be applied to everything."""
    findings: list[Finding] = []
    skipped: list[tuple[Rule, Skip]] = []
    tested: set[str] = set()
    for rule in pack.rules:
        found = list(FAMILIES[rule.family](rule, brief, pieces))
        skips = [entry for entry in found if isinstance(entry, Skip)]
        skipped += [(rule, skip) for skip in dict.fromkeys(skips)]
        findings += [entry for entry in found if isinstance(entry, Finding)]
        if not any(skip.slot is None for skip in skips):
            tested.add(rule.category)
    findings.sort(key=lambda finding: -SEVERITIES.index(finding.how_bad))
    return findings[:MAX_FINDINGS], skipped, tested


def _category(name: Category, pack: Pack, findings: Sequence[Finding], tested: set[str]) -> dict[str, Any]:
    mine = [finding.how_bad for finding in findings if finding.rule.category == name]
    score = category_score(mine, pack.penalties) if name in tested else None
    return {"score": score, "weight": pack.weights.get(name, 0), "findings": len(mine)}


def _finding(finding: Finding, pieces: Sequence[Piece]) -> dict[str, Any]:
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
    language = (piece.content or {}).get("language")
    return {
        "slot": piece.slot,
        "version": piece.version,
        "sha256": piece.sha256,
        "present": bool(piece.texts),
        "language": language if isinstance(language, str) else "en",
    }


def _coverage(brief: Brief, pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    return [
        {
            "message": said.message,
            "slot": said.text.slot if said.text else None,
            "path": said.text.path if said.text else "",
            "start": said.start,
            "end": said.end,
            "quote": said.text.text[said.start : said.end] if said.text else "",
        }
        for said in coverage(brief.key_messages, [piece for piece in pieces if piece.texts])
    ]
