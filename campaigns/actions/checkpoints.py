"""Save a checkpoint; restore one or fork a run: both stop the old run and start a child that carries what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from campaigns import permissions
from campaigns.actions.runs import cancel, open_campaign
from campaigns.actions.tasks import queue_of
from campaigns.kinds import snapshots
from campaigns.kinds.base import TaskSpec
from campaigns.kinds.changes import read_changes
from campaigns.models import Checkpoint, Run, Task
from campaigns.permissions import Actor
from campaigns.queries.snapshots import snapshot_of
from campaigns.states import RUN_ENDED, Mode, Purpose, RunState, TaskState
from campaigns.transitions.accept import GivenPlan, NewRun, accept
from campaigns.transitions.decisions import open_decision
from campaigns.transitions.ending import settle_run
from campaigns.transitions.growth import Carried
from campaigns.transitions.lost import cancel_live_attempts
from campaigns.transitions.unit import RunUnit, run_unit
from conductor.lib.errors import BadInput, NotFound

CAUSES = ("manual", "tasks", "time", "budget", "error", "milestone", "safety")


def signing_key() -> bytes:
    """The key of checkpoint signatures: drawn from the installation's secret, never stored beside what it signs."""
    return b"conductor.checkpoint." + settings.SECRET_KEY.encode()


def save_checkpoint(*, run_id: UUID, reason: str = "", cause: str = "manual", actor: Actor) -> Checkpoint:
    """A full, signed snapshot of the run as of its last event. At autonomy `checkpoint`, also the question to go on."""
    found = Run.objects.filter(pk=run_id).only("team_id").first()
    if found is None:
        raise NotFound("There is no such run.")
    permissions.require(actor, "checkpoint", found.team_id)
    if cause not in CAUSES:
        raise BadInput(errors={"cause": [f"Unknown cause {cause!r}; known: {', '.join(CAUSES)}."]})
    if len(reason) > 500:
        raise BadInput(errors={"reason": ["At most 500 characters."]}, code="too_long")
    with run_unit(run_id, actor) as u:
        last = u.run.checkpoints.last()
        if last is not None and u.run.completed_since_checkpoint < _enough(u, cause):
            return last
        saved = _save(u, reason, cause)
        if cause != "manual" and u.run.settings.get("autonomy") == "checkpoint" and u.run.state == RunState.RUNNING:
            _ask(u, saved)
        return saved


def _enough(u: RunUnit, cause: str) -> int:
    """How many tasks must have been completed since the last checkpoint for another: two that save at once make one."""
    every = snapshots.every(u.run.settings, sum(u.run.counts.values()))
    return {"tasks": every, "time": 1}.get(cause, 0)


def _save(u: RunUnit, reason: str, cause: str) -> Checkpoint:
    snapshot = snapshot_of(u.run)
    signed = snapshots.sign(snapshot, signing_key())
    number = u.run.checkpoints.count() + 1
    saved = Checkpoint.objects.create(
        run=u.run,
        number=number,
        at_seq=u.run.last_event_seq,
        cause=cause,
        reason=reason,
        payload=signed.payload,
        digest=signed.digest,
        mac=signed.mac,
        git_commit=snapshot["git"].get("commit", ""),
        git_branch=snapshot["git"].get("branch", ""),
        completed=u.run.counts.get("completed", 0),
        created_at=u.now,
    )
    u.set(completed_since_checkpoint=0)
    u.run.sessions.filter(ended_at__isnull=True).update(checkpoint=saved)
    u.event(
        "post.checkpoint_saved" if u.run.state in RUN_ENDED else "checkpoint.saved",
        message=reason or f"Checkpoint {number}",
        data={
            "checkpoint": str(saved.pk),
            "number": number,
            "cause": cause,
            "reason": reason,
            "commit": saved.git_commit,
        },
    )
    return saved


def _ask(u: RunUnit, saved: Checkpoint) -> None:
    """Autonomy `checkpoint`: the run stands still until a person says how it goes on."""
    open_decision(
        u,
        kind="checkpoint",
        question=f"Checkpoint {saved.number} is saved. Go on?",
        options=["continue", "cancel"],
        details={"checkpoint": str(saved.pk), "completed": saved.completed},
    )
    u.move_run(RunState.PAUSING, "run.pausing", message="It waits for a person at a checkpoint.", reason="checkpoint")
    settle_run(u)


def restore_checkpoint(*, checkpoint_id: UUID, actor: Actor) -> Run:
    """Stop the run of this checkpoint and start a child run with exactly what the checkpoint holds."""
    found = Checkpoint.objects.select_related("run").filter(pk=checkpoint_id).first()
    if found is None:
        raise NotFound("There is no such checkpoint.")
    permissions.require(actor, "restore", found.run.team_id)
    snapshot = load(found)
    return _child(found.run, snapshot, purpose=Purpose.RESTORE, edits={}, again="", actor=actor)


def load(checkpoint: Checkpoint) -> dict[str, Any]:
    """The verified content of a checkpoint; refused by name if it cannot be trusted."""
    signed = snapshots.Signed(checkpoint.payload, checkpoint.digest, checkpoint.mac)
    return snapshots.verify(signed, key=signing_key(), run_id=str(checkpoint.run_id))


def fork_run(
    *,
    run_id: UUID,
    from_checkpoint: UUID | None = None,
    from_task: str | None = None,
    changes: Mapping[str, Any] | None = None,
    actor: Actor,
) -> Run:
    """Stop the run and start a child from a checkpoint, or from now; `from_task` and all after it are done again.

    `changes`: {"tasks": {key: {field: value}}}.
    """
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such run.")
    permissions.require(actor, "fork", run.team_id)
    edits = _checked_edits(changes or {})
    snapshot = None
    if from_checkpoint is not None:
        found = Checkpoint.objects.filter(pk=from_checkpoint, run=run).first()
        if found is None:
            raise NotFound("This run has no such checkpoint.")
        snapshot = load(found)
    return _child(run, snapshot, purpose=Purpose.FORK, edits=edits, again=from_task or "", actor=actor)


def _checked_edits(changes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    unknown = sorted(set(changes) - {"tasks"})
    if unknown:
        raise BadInput(errors={f"changes.{name}": ["Unknown; known: tasks."] for name in unknown})
    tasks = changes.get("tasks", {})
    if not isinstance(tasks, Mapping) or not all(isinstance(v, Mapping) for v in tasks.values()):
        raise BadInput(errors={"changes.tasks": ["Must map task keys to the fields to change."]})
    return {str(key): read_changes(change) for key, change in tasks.items()}


def _child(
    run: Run,
    snapshot: Mapping[str, Any] | None,
    *,
    purpose: Purpose,
    edits: Mapping[str, Mapping[str, Any]],
    again: str,
    actor: Actor,
) -> Run:
    """Stop the old run and accept its child, in one transaction. Without a snapshot it starts from what holds then."""
    with transaction.atomic():
        campaign = open_campaign(run.campaign_id)
        with run_unit(run.pk, actor) as u:
            held = snapshot_of(u.run) if snapshot is None else snapshot
            specs = [_queued(u, spec, edits) for spec in snapshots.with_changes(snapshots.specs_of(held), edits)]
            keep = [snapshots.carried_keys(held, again_from=key) for key in (again, *edits)]
            _stop(u)
        new = NewRun(
            campaign,
            held["brief"],
            _settings_of(held),
            Mode(held["mode"]),
            purpose,
            parent=run,
            inherited=held["versions"],
        )
        carried = _carried(run, frozenset.intersection(*keep), held)
        return accept(new, given=GivenPlan(specs, carried), actor=actor)


def _queued(u: RunUnit, spec: TaskSpec, edits: Mapping[str, Mapping[str, Any]]) -> TaskSpec:
    """A task that is given to other agents may belong to the other queue."""
    return replace(spec, queue=queue_of(u.kind, spec.backend)) if "backend" in edits.get(spec.key, {}) else spec


def _settings_of(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """What was pinned, and the commit that the child's branch starts from."""
    pinned = {name: value for name, value in snapshot["settings"].items() if name != "git_base"}
    commit = snapshot["git"].get("commit", "")
    return {**pinned, "git_base": commit} if commit else pinned


def _stop(u: RunUnit) -> None:
    """End the old run now: its live attempts are fenced off, so that whatever they still bring is late."""
    if u.run.state in RUN_ENDED:
        return
    if u.run.state != RunState.CANCELLING:
        cancel(u, "Restored or forked.")
    cancel_live_attempts(u)
    settle_run(u)


def _carried(run: Run, keep: frozenset[str], snapshot: Mapping[str, Any]) -> dict[str, Carried]:
    """What ended well, with its output, as the snapshot holds it."""
    ids = dict(Task.objects.filter(run=run).values_list("key", "pk"))
    return {
        t["key"]: Carried(ids[t["key"]], TaskState(t["state"]), t["output"] or {}, t["summary"])
        for t in snapshot["tasks"]
        if t["key"] in keep
    }
