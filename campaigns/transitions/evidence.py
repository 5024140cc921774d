"""What attempts leave beside their outcome: evidence of gates, and what agents were asked, answered and spent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from campaigns.models import GateResult, Invocation
from campaigns.transitions.shapes import Asked, Evidence, Finish
from campaigns.transitions.unit import RunUnit
from conductor.lib.ids import new_id

BATCH = 200


def store_evidence(u: RunUnit, finishes: Sequence[Finish]) -> None:
    """Store it, whatever the outcome: a refuted gate is evidence too."""
    proofs = [_proof(f, e, u.now) for f in finishes for e in f.evidence]
    asked = [_invocation(f, f.asked, u.now) for f in finishes if f.asked is not None]
    for f in finishes:
        for e in f.evidence:
            u.event(
                "gate.recorded",
                task_id=f.claim.task_id,
                attempt_id=f.claim.attempt_id,
                message=e.message,
                data={
                    "criterion": str(e.criterion_id),
                    "verdict": e.verdict,
                    "exit_code": e.exit_code,
                    "title": e.title,
                },
            )
    if proofs:
        GateResult.objects.bulk_create(proofs, batch_size=BATCH)
    if asked:
        Invocation.objects.bulk_create(asked, batch_size=BATCH)


def _proof(f: Finish, e: Evidence, now: datetime) -> GateResult:
    return GateResult(
        pk=new_id(),
        criterion_id=e.criterion_id,
        attempt_id=f.claim.attempt_id,
        verdict=e.verdict,
        command=list(e.command),
        exit_code=e.exit_code,
        message=e.message,
        output=e.output,
        output_hash=e.output_hash,
        tree_hash=e.tree_hash,
        duration_ms=e.duration_ms,
        created_at=now,
    )


def _invocation(f: Finish, asked: Asked, now: datetime) -> Invocation:
    return Invocation(
        pk=new_id(),
        attempt_id=f.claim.attempt_id,
        spec=asked.spec,
        answered_by=asked.answered_by,
        prompt=asked.prompt,
        replayed=asked.replayed,
        ok=asked.ok,
        summary=asked.summary,
        transcript=asked.transcript,
        input_tokens=asked.input_tokens,
        output_tokens=asked.output_tokens,
        cost_micros=asked.cost_micros,
        estimated=asked.estimated,
        duration_ms=f.agent_ms,
        created_at=now,
    )
