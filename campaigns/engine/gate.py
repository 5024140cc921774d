"""Prove: run the criteria of a task on a clone and keep the evidence. Nothing passes by default."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from campaigns.engine import criteria as rules
from campaigns.models import Criterion
from campaigns.transitions.shapes import Evidence
from conductor.lib import process, redact, sandbox
from conductor.lib.ids import sha256_hex

OUTPUT_BYTES = 200_000
MEMORY_BYTES = 2 << 30
PROCESSES = 256


@dataclass(frozen=True, slots=True)
class Proof:
    """The verdict of a phase, and the evidence for it."""

    open: bool
    words: str
    evidence: tuple[Evidence, ...]


def prove(found: Sequence[Criterion], phase: str, clone: Path, *, tree: str, cancelled: Callable[[], bool]) -> Proof:
    """Check every criterion of the phase on the clone; an entry gate stops at its first blocking refutation."""
    evidence: list[Evidence] = []
    results: list[tuple[str, bool, rules.Verdict, str]] = []
    for criterion in (c for c in found if c.phase == phase):
        one = _check(criterion, clone, tree, cancelled)
        evidence.append(one)
        results.append((criterion.title, criterion.blocking, one.verdict, one.message))  # type: ignore[arg-type]
        if phase == "entry" and criterion.blocking and one.verdict != "proved":
            break
    gate = rules.gate(results)
    return Proof(gate.open, " ".join(gate.reasons), tuple(evidence))


def _check(criterion: Criterion, clone: Path, tree: str, cancelled: Callable[[], bool]) -> Evidence:
    """The evidence is kept and shown, so it holds no secret; the hash is that of what the command really said."""
    probe = rules.probe_for(criterion.check_kind, criterion.spec)
    ended = _run(probe, clone, cancelled)
    said = replace(ended, output=redact.redact(ended.text).encode("utf-8", "replace"))
    judged = rules.judge(criterion.check_kind, criterion.spec, said)
    return Evidence(
        criterion_id=criterion.pk,
        title=criterion.title,
        verdict=judged.verdict,
        command=tuple(redact.redact_structure(list(probe.shown))),
        exit_code=judged.exit_code,
        message=redact.redact(judged.message),
        output=judged.output,
        output_hash=sha256_hex(ended.output),
        tree_hash=tree,
        duration_ms=ended.duration_ms,
    )


def _run(probe: rules.Probe, clone: Path, cancelled: Callable[[], bool]) -> process.Finished:
    if probe.sandboxed:
        return sandbox.run(
            probe.argv,
            cwd=clone,
            env={},
            seconds=probe.seconds,
            output_bytes=OUTPUT_BYTES,
            memory_bytes=MEMORY_BYTES,
            processes=PROCESSES,
            cancelled=cancelled,
            stdin=probe.stdin,
        )
    return process.run(
        probe.argv,
        cwd=clone,
        env={},
        seconds=probe.seconds,
        output_bytes=OUTPUT_BYTES,
        cancelled=cancelled,
        stdin=probe.stdin,
    )
