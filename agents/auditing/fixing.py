"""The fix loop: applies the patches of an audit, audits the whole again, and stops when findings stop shrinking.

Must not touch anything but flagged spans, and must not keep a change that makes the verdict worse or brings a finding
that was not there before. What it is told to spare stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from agents.auditing.audit import audit_pieces
from agents.auditing.patches import apply_patches
from agents.auditing.scoring import ORDER
from conductor.lib.ids import content_hash

Stopped: TypeAlias = Literal["clean", "no_patches", "not_shrinking", "rounds"]
Pieces: TypeAlias = Mapping[str, Mapping[str, Any] | None]
Spare: TypeAlias = Callable[[Mapping[str, Any]], bool]

MOST_ROUNDS: Final = 10
MOST_TRIES: Final = 40
"""So many groups of patches are tried one by one when all at once did not do."""


@dataclass(frozen=True, slots=True)
class Step:
    """A patch of a round: what it was for, and why it was not applied, if so."""

    rule: str
    slot: str
    path: str
    start: int
    end: int
    quote: str
    replacement: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """kept False means that nothing of it was kept; what was tried is in refused, with the reason."""

    number: int
    applied: tuple[Step, ...]
    refused: tuple[Step, ...]
    verdict: str
    score: float | None
    findings_before: int
    findings_after: int
    kept: bool


@dataclass(frozen=True, slots=True)
class Fixed:
    """pieces maps each slot to its content; paths says which texts of which slot changed; spared counts the findings of
    the report that were left on purpose."""

    pieces: dict[str, dict[str, Any]]
    rounds: tuple[Round, ...]
    report: dict[str, Any]
    stopped: Stopped
    paths: dict[str, tuple[str, ...]]
    spared: int = 0


@dataclass(frozen=True, slots=True)
class _State:
    pieces: dict[str, Mapping[str, Any] | None]
    report: dict[str, Any]
    paths: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Tried:
    state: _State
    applied: tuple[Step, ...]
    refused: tuple[Step, ...]


class _Spared:
    """Which findings are left as they are. Patches move words, so later on the same words of the same text count."""

    def __init__(self, spare: Spare | None, report: Mapping[str, Any]) -> None:
        self._spare = spare
        self._known = {self._key(finding) for finding in report["findings"] if self.exactly(finding)}

    def exactly(self, finding: Mapping[str, Any]) -> bool:
        return self._spare is not None and self._spare(finding)

    def __contains__(self, finding: Mapping[str, Any]) -> bool:
        return self._key(finding) in self._known or self.exactly(finding)

    @staticmethod
    def _key(finding: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(finding[name] for name in ("rule", "slot", "path", "quote"))


def fix_pieces(
    brief: Mapping[str, Any], pieces: Pieces, *, pack: object = None, rounds: int = 3, spare: Spare | None = None
) -> Fixed:
    """The pieces with every safe patch applied; at most so many rounds, each followed by an audit of the whole.

    A finding of the first report that `spare` names is never patched.
    """
    state = _State(dict(pieces), audit_pieces(brief, pieces, pack=pack))
    spared = _Spared(spare, state.report)
    done: list[Round] = []
    stopped: Stopped = "rounds"
    for number in range(1, min(max(rounds, 0), MOST_ROUNDS) + 1):
        is_spared = spared.exactly if number == 1 else spared.__contains__
        patched = [f for f in state.report["findings"] if f["patch"] and f["slot"] and not is_spared(f)]
        if not patched:
            break
        tried = _try_all(brief, state, patched, pack, spared)
        done.append(_round(number, state.report, tried))
        if not tried.applied:
            harmful = any(step.refused.startswith(_WORSE) for step in tried.refused)
            stopped = "not_shrinking" if harmful else "no_patches"
            break
        state = tried.state
    if stopped == "rounds" and not state.report["findings"]:
        stopped = "clean"
    elif stopped == "rounds" and not any(f["patch"] and f not in spared for f in state.report["findings"]):
        stopped = "no_patches"
    left = sum(finding in spared for finding in state.report["findings"])
    return Fixed(_contents(state.pieces), tuple(done), state.report, stopped, _paths(state.paths), left)


_WORSE: Final = "Taken back: "


def _try_all(
    brief: Mapping[str, Any], state: _State, findings: Sequence[Mapping[str, Any]], pack: object, spared: _Spared
) -> _Tried:
    """All patches at once; where that makes something worse, rule by rule and text by text, keeping what helps."""
    tried = _apply(brief, state, findings, pack)
    harm = _harm(state.report, tried.state.report) if tried.applied else ""
    if not harm:
        return tried
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for finding in findings:
        groups.setdefault((finding["rule"], finding["slot"], finding["path"]), []).append(finding)
    if len(groups) == 1:
        return _Tried(state, (), (*tried.refused, *_taken_back(tried.applied, harm)))
    kept = _Tried(state, (), ())
    for key in list(groups)[:MOST_TRIES]:
        kept = _try_one(brief, kept, key, pack, spared)
    return kept


def _try_one(
    brief: Mapping[str, Any], kept: _Tried, key: tuple[str, str, str], pack: object, spared: _Spared
) -> _Tried:
    """One rule on one text. Earlier ones may have moved what it is about, so findings come from the newest report."""
    here = [
        finding
        for finding in kept.state.report["findings"]
        if finding["patch"] and (finding["rule"], finding["slot"], finding["path"]) == key and finding not in spared
    ]
    one = _apply(brief, kept.state, here, pack)
    harm = _harm(kept.state.report, one.state.report) if one.applied else ""
    if harm:
        return _Tried(kept.state, kept.applied, (*kept.refused, *one.refused, *_taken_back(one.applied, harm)))
    return _Tried(one.state, (*kept.applied, *one.applied), (*kept.refused, *one.refused))


def _taken_back(steps: Sequence[Step], harm: str) -> Iterator[Step]:
    return (replace(step, refused=f"{_WORSE}{harm}") for step in steps)


def _apply(brief: Mapping[str, Any], state: _State, findings: Sequence[Mapping[str, Any]], pack: object) -> _Tried:
    pieces = dict(state.pieces)
    applied: list[Step] = []
    refused: list[Step] = []
    paths = list(state.paths)
    for slot in dict.fromkeys(finding["slot"] for finding in findings):
        mine = [finding for finding in findings if finding["slot"] == slot]
        piece = pieces[slot]
        content = piece["content"] if piece else {}
        done = apply_patches(content, [_patch(finding) for finding in mine])
        applied += [_step(mine[number]) for number in done.applied]
        refused += [_step(mine[number], words) for number, words in done.refused]
        if done.applied:
            pieces[slot] = {"content": done.content, "version": None, "sha256": content_hash(done.content)}
            paths += [(slot, path) for path in done.paths if (slot, path) not in paths]
    if not applied:
        return _Tried(state, (), tuple(refused))
    report = audit_pieces(brief, pieces, pack=pack)
    return _Tried(_State(pieces, report, tuple(paths)), tuple(applied), tuple(refused))


def _patch(finding: Mapping[str, Any]) -> dict[str, Any]:
    """The patch with what it may rely on: the finding's quote where it replaces the finding's own span."""
    patch = dict(finding["patch"])
    same = (patch["path"], patch["start"], patch["end"]) == (finding["path"], finding["start"], finding["end"])
    return {**patch, "severity": finding["severity"], **({"quote": finding["quote"]} if same else {})}


def _step(finding: Mapping[str, Any], refused: str = "") -> Step:
    patch = finding["patch"]
    return Step(
        rule=finding["rule"],
        slot=finding["slot"],
        path=patch["path"],
        start=patch["start"],
        end=patch["end"],
        quote=finding["quote"],
        replacement=patch["replacement"],
        refused=refused,
    )


def _harm(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What got worse, in words; "" where nothing did."""
    if ORDER.index(after["verdict"]) > ORDER.index(before["verdict"]):
        return f"the verdict would change from {before['verdict']} to {after['verdict']}."
    new = _kinds(after) - _kinds(before)
    if new:
        return f"it would bring a finding of {', '.join(sorted({rule for rule, _, _ in new}))}."
    return "no finding would go." if len(after["findings"]) >= len(before["findings"]) else ""


def _kinds(report: Mapping[str, Any]) -> Counter[tuple[str, str, str]]:
    """Findings by rule and text: their places move, their number may only fall."""
    return Counter((finding["rule"], str(finding["slot"]), finding["path"]) for finding in report["findings"])


def _round(number: int, before: Mapping[str, Any], tried: _Tried) -> Round:
    after = tried.state.report
    return Round(
        number=number,
        applied=tried.applied,
        refused=tried.refused,
        verdict=after["verdict"],
        score=after["score"],
        findings_before=len(before["findings"]),
        findings_after=len(after["findings"]),
        kept=bool(tried.applied),
    )


def _contents(pieces: Pieces) -> dict[str, dict[str, Any]]:
    return {slot: dict(piece["content"]) for slot, piece in pieces.items() if piece and "content" in piece}


def _paths(changed: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    slots = dict.fromkeys(slot for slot, _ in changed)
    return {slot: tuple(path for one, path in changed if one == slot) for slot in slots}
