"""What can be done to a run and its pieces: which commands a page offers, and the views that take them. Thin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from campaigns.actions.artifacts import Approvals, approve_run
from campaigns.actions.audits import request_audit
from campaigns.actions.checkpoints import fork_run, restore_checkpoint, save_checkpoint
from campaigns.actions.runs import cancel_run, pause_run, resume_run, retry_run
from campaigns.forms import commands as forms
from campaigns.forms.audits import ApproveRunForm
from campaigns.kinds.makers import BUILTIN
from campaigns.models import Checkpoint, Run, Task
from campaigns.queries.pages import runs as queries
from campaigns.queries.pages.runs import Piece
from campaigns.states import (
    RUN_CANCELLABLE,
    RUN_OPEN,
    RUN_PAUSABLE,
    RUN_REOPENABLE,
    TASK_RETRYABLE,
    RunState,
    TaskState,
    Verdict,
)
from campaigns.views.frame import PageRequest, Viewer, command
from campaigns.views.panels import Panel, carry_out
from conductor.lib.errors import Conflict, NotFound


def run_panels(viewer: Viewer, run: Run) -> list[Panel]:
    """The commands of the top strip, by what the state and the viewer's role allow."""

    def at(name: str) -> str:
        return reverse(f"run-{name}", args=[run.pk])

    team, found = run.team_id, []
    stands = run.state in (RunState.PAUSED, RunState.PAUSING) and not run.end_state
    if stands and viewer.may("resume", team):
        found.append(Panel("resume", "Resume", "play", forms.ResumeForm(), at("resume"), strong=True))
    if run.state in RUN_PAUSABLE and viewer.may("pause", team):
        found.append(Panel("pause", "Pause", "pause", forms.PauseForm(), at("pause")))
    if run.counts.get(TaskState.FAILED) and run.state in RUN_OPEN | RUN_REOPENABLE and viewer.may("retry", team):
        found.append(
            Panel("retry", "Retry what failed", "refresh-cw", forms.RetryForm(), at("retry"), strong=run.is_ended)
        )
    if run.audit_pending and viewer.may("audit", team):
        found.append(Panel("audit-now", "Audit now", "shield-check", forms.AuditForm(), at("audit")))
    if run.state in RUN_OPEN and viewer.may("checkpoint", team):
        found.append(Panel("checkpoint", "Checkpoint", "save", forms.CheckpointForm(), at("checkpoint")))
    if run.state in RUN_CANCELLABLE and viewer.may("cancel", team, owner_id=run.campaign.created_by_id):
        found.append(Panel("cancel", "Cancel", "x", forms.CancelRunForm(), at("cancel")))
    return found


def piece_panels(viewer: Viewer, run: Run, piece: Piece) -> list[Panel]:
    """A missing piece has its own retry; one that is there can be made again with a note."""
    task, found = piece.task, []
    if task and task.state in TASK_RETRYABLE and viewer.may("retry", run.team_id):
        form = forms.RetryForm(initial={"tasks": task.pk})
        found.append(
            Panel(
                f"retry-{piece.slot}",
                "Retry this piece",
                "refresh-cw",
                form,
                reverse("run-retry", args=[run.pk]),
                strong=True,
                about=piece.name,
            )
        )
        if list(task.backend) not in ([], [BUILTIN]) and viewer.may("reassign_task", run.team_id):
            found.append(
                Panel(
                    f"stand-in-{piece.slot}",
                    "Let the built-in maker do it",
                    "pencil",
                    forms.StandInForm(initial={"version": task.version}),
                    reverse("task-stand-in", args=[task.pk]),
                    about=piece.name,
                )
            )
    owner = run.campaign.created_by_id
    if piece.version and run.is_ended and viewer.may("regenerate", run.team_id, owner_id=owner):
        action = reverse("artifact-regenerate", args=[piece.version.artifact_id])
        found.append(
            Panel(
                f"again-{piece.slot}",
                "Regenerate",
                "refresh-cw",
                forms.RegenerateForm(),
                action,
                quiet=True,
                about=piece.name,
            )
        )
    return found


def task_row_panels(viewer: Viewer, run: Run, task: Task) -> Panel | None:
    if task.state not in TASK_RETRYABLE or run.state == RunState.CANCELLED or not viewer.may("retry", run.team_id):
        return None
    return Panel(
        f"retry-{task.pk}",
        "Retry",
        "refresh-cw",
        forms.RetryTaskForm(),
        reverse("task-retry", args=[task.pk]),
        quiet=True,
    )


def checkpoint_panels(viewer: Viewer, run: Run, checkpoint: Checkpoint) -> list[Panel]:
    found = []
    for name, label, icon, form in (
        ("restore", "Restore", "history", forms.RestoreCheckpointForm()),
        ("fork", "Fork", "git-branch", forms.ForkForm()),
    ):
        if viewer.may(name, run.team_id):
            action = reverse(f"checkpoint-{name}", args=[checkpoint.pk])
            found.append(Panel(f"{name}-{checkpoint.pk}", label, icon, form, action, quiet=True))
    return found


def approve_panel(viewer: Viewer, run: Run, pieces: Sequence[Piece], audit: Mapping[str, Any] | None) -> Panel | None:
    """All that pass at once, where an audit passes something that nobody has approved yet."""
    said = (audit or {}).get("effective") or audit or {}
    open_ = any(p.version and p.version.artifact.approved_sha256 != p.version.sha256 for p in pieces)
    # What several reports come to together is the worst of them; one of them may still pass its piece.
    several = len((audit or {}).get("reports", ())) > 1 and said.get("verdict") != Verdict.NOT_AUDITED
    passes = said.get("verdict") == Verdict.PASS or several
    if not (run.is_ended and open_ and passes and viewer.may("approve", run.team_id)):
        return None
    action = reverse("run-approve", args=[run.pk])
    return Panel("approve-run", "Approve all that pass", "badge-check", ApproveRunForm(), action, strong=True)


def _to(run: Run) -> str:
    return reverse("run", args=[run.pk])


@command
def pause(request: PageRequest, run_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.PauseForm(request.POST),
        lambda said: pause_run(run_id=run_id, reason=said["reason"], actor=request.viewer.actor),
        back=reverse("run", args=[run_id]),
        done="The run comes to rest as soon as what runs now has ended.",
    )


@command
def resume(request: PageRequest, run_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.ResumeForm(request.POST),
        lambda _: resume_run(run_id=run_id, actor=request.viewer.actor),
        back=reverse("run", args=[run_id]),
        done="The run goes on.",
    )


@command
def cancel(request: PageRequest, run_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.CancelRunForm(request.POST),
        lambda said: cancel_run(run_id=run_id, reason=said["reason"], actor=request.viewer.actor),
        back=reverse("run", args=[run_id]),
        done="The run is being cancelled. Finished pieces are kept.",
    )


@command
def retry(request: PageRequest, run_id: UUID) -> HttpResponse:
    """What failed, or one piece."""
    return carry_out(
        request,
        forms.RetryForm(request.POST),
        lambda said: retry_run(
            run_id=run_id, tasks=[said["tasks"]] if said["tasks"] else [], agents=[], actor=request.viewer.actor
        ),
        back=reverse("run", args=[run_id]),
        done="It is tried again.",
    )


@command
def checkpoint(request: PageRequest, run_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.CheckpointForm(request.POST),
        lambda said: save_checkpoint(run_id=run_id, reason=said["reason"], cause="manual", actor=request.viewer.actor),
        back=f"{reverse('run', args=[run_id])}?tab=checkpoints",
        done="The checkpoint is saved.",
    )


@command
def audit(request: PageRequest, run_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.AuditForm(request.POST),
        lambda _: request_audit(run_id=run_id, actor=request.viewer.actor),
        back=reverse("run", args=[run_id]),
        done="The audit has been asked for.",
        to=_to,
    )


@command
def approve(request: PageRequest, run_id: UUID) -> HttpResponse:
    def act(_: object) -> Approvals:
        done = approve_run(run_id=run_id, actor=request.viewer.actor)
        if not done.approved:
            raise Conflict(f"Nothing was approved. {_named(done)}")
        return done

    return carry_out(
        request,
        ApproveRunForm(request.POST),
        act,
        back=reverse("run", args=[run_id]),
        done=lambda made: " ".join(filter(None, (f"Approved: {_slots(made)}.", _named(made)))),
    )


def _slots(made: Approvals) -> str:
    return ", ".join(piece.slot.replace("_", " ") for piece in made.approved)


def _named(made: Approvals) -> str:
    """Each piece that is not approved, with the reason."""
    return " ".join(f"Not the {piece.slot.replace('_', ' ')}: {piece.why}" for piece in made.refused)


@command
def restore(request: PageRequest, checkpoint_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        forms.RestoreCheckpointForm(request.POST),
        lambda _: restore_checkpoint(checkpoint_id=checkpoint_id, actor=request.viewer.actor),
        back=_run_of_checkpoint(request, checkpoint_id),
        done="A new run was started from the checkpoint.",
        to=_to,
    )


@command
def fork(request: PageRequest, checkpoint_id: UUID) -> HttpResponse:
    found = _checkpoint(request, checkpoint_id)
    return carry_out(
        request,
        forms.ForkForm(request.POST),
        lambda said: fork_run(
            run_id=found.run_id,
            from_checkpoint=found.pk,
            from_task=said["from_task"].strip() or None,
            changes={},
            actor=request.viewer.actor,
        ),
        back=f"{reverse('run', args=[found.run_id])}?tab=checkpoints",
        done="A new run was forked from the checkpoint.",
        to=_to,
    )


def _checkpoint(request: PageRequest, checkpoint_id: UUID) -> Checkpoint:
    found = Checkpoint.objects.filter(pk=checkpoint_id).only("run_id").first()
    if found is None:
        raise NotFound("There is no such checkpoint.")
    queries.run_for(request.viewer.actor, found.run_id)
    return found


def _run_of_checkpoint(request: PageRequest, checkpoint_id: UUID) -> str:
    return f"{reverse('run', args=[_checkpoint(request, checkpoint_id).run_id])}?tab=checkpoints"
