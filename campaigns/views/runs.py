"""The page of a run: its top strip, its tabs, and each of its parts as a fragment of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone

from campaigns.kinds.registry import get_kind
from campaigns.models import Run, Task
from campaigns.queries import audits, budgets, metrics
from campaigns.queries.pages import now as crew_queries
from campaigns.queries.pages import runs as queries
from campaigns.queries.pages.outlook import outlook, progress
from campaigns.queries.snapshots import git_of
from campaigns.states import RUN_OPEN, TaskState
from campaigns.views.frame import PageRequest, fragment, page, show
from campaigns.views.run_commands import approve_panel, checkpoint_panels, piece_panels, run_panels, task_row_panels
from conductor.lib.errors import NotFound

Part = Callable[[PageRequest, Run], Mapping[str, Any]]

PIECE_TABS: Final = (
    ("pieces", "Pieces"),
    ("tasks", "Tasks"),
    ("checkpoints", "Checkpoints"),
    ("history", "History"),
    ("figures", "Figures"),
)
TASK_TABS: Final = (
    ("tasks", "Tasks"), ("domains", "Domains"), ("evidence", "Evidence"), ("checkpoints", "Checkpoints"),
    ("history", "History"), ("figures", "Figures"),
)  # fmt: skip


@page
def run(request: PageRequest, run_id: UUID) -> HttpResponse:
    found = queries.run_for(request.viewer.actor, run_id)
    tabs = PIECE_TABS if get_kind(found.kind).slots else TASK_TABS
    named = dict(tabs)
    tab = request.GET.get("tab", "")
    tab = tab if tab in named else tabs[0][0]
    context = {"run": found, "tabs": tabs, "tab": tab, **_strip(request, found), **PARTS[tab](request, found)}
    if tab in ("pieces", "tasks"):
        context |= _ticker(request, found)
    return show(request, "runs/detail.html", context)


@page
def run_part(request: PageRequest, run_id: UUID, part: str) -> HttpResponse:
    """One part alone, for a swap: the template the page itself includes."""
    if part not in PARTS:
        raise NotFound
    found = queries.run_for(request.viewer.actor, run_id)
    return fragment(request, f"runs/_{part}.html", {"run": found, **PARTS[part](request, found)})


@page
def run_piece(request: PageRequest, run_id: UUID, slot: str) -> HttpResponse:
    """One piece alone, so that one finishing does not disturb the others."""
    found = queries.run_for(request.viewer.actor, run_id)
    piece = next((piece for piece in queries.pieces_of(found) if piece.slot == slot), None)
    if piece is None:
        raise NotFound
    context = {"run": found, "piece": piece, "panels": piece_panels(request.viewer, found, piece)}
    return fragment(request, "runs/_piece.html", context)


def _strip(request: PageRequest, run: Run) -> dict[str, Any]:
    """State, what follows, what waits for a person; and the commands that the state and the viewer's role allow."""
    decisions = queries.decisions_of(run)
    far = progress(run.counts)
    idle = run.state in RUN_OPEN and not far.working and bool(far.ready)
    workers = crew_queries.crew(timezone.now()).total if idle else None
    return {
        "decisions": decisions,
        "outlook": outlook(run, len(decisions), workers),
        "progress": far,
        "budget": budgets.tightest(run),
        "commands": run_panels(request.viewer, run),
        **_of_kind(run),
    }


def _of_kind(run: Run) -> dict[str, Any]:
    """Pieces have a rail of steps; code has proof."""
    kind = get_kind(run.kind)
    if kind.slots:
        return {"rail": rail_of(run)}
    return {"proved": metrics.proved(Task.objects.filter(run=run))}


def _pieces(request: PageRequest, run: Run) -> dict[str, Any]:
    found = queries.pieces_of(run)
    pieces = [(piece, piece_panels(request.viewer, run, piece)) for piece in found]
    return {"pieces": pieces, **_verdict(request, run, found)}


def _audit(request: PageRequest, run: Run) -> dict[str, Any]:
    return _verdict(request, run, queries.pieces_of(run))


def _verdict(request: PageRequest, run: Run, pieces: Sequence[queries.Piece]) -> dict[str, Any]:
    audit = audits.overall(run)
    return {"audit": audit, "approve": approve_panel(request.viewer, run, pieces, audit)}


def _ticker(request: PageRequest, run: Run) -> dict[str, Any]:
    return {"events": queries.last_events(run)}


def _tasks(request: PageRequest, run: Run) -> dict[str, Any]:
    filters = queries.TaskFilters.read(request.GET)
    tasks = queries.tasks_page(run, filters, request.GET.get("page", "1"))
    uses_proof = not get_kind(run.kind).slots
    return {
        "tasks": tasks,
        "filters": filters,
        "states": [(state.value, n) for state in TaskState if (n := run.counts.get(state.value))],
        "proofs": queries.proofs_of(list(tasks)) if uses_proof else {},
        "uses_proof": uses_proof,
        "retries": {task.pk: panel for task in tasks if (panel := task_row_panels(request.viewer, run, task))},
    }


def _domains(request: PageRequest, run: Run) -> dict[str, Any]:
    return {"domains": queries.domains_of(run), "merges": queries.merges_of(run), "git": git_of(run)}


def _evidence(request: PageRequest, run: Run) -> dict[str, Any]:
    return {"evidence": queries.evidence_of(run, request.GET.get("page", "1"))}


def _checkpoints(request: PageRequest, run: Run) -> dict[str, Any]:
    rows = [(row, checkpoint_panels(request.viewer, run, row)) for row in queries.checkpoints_of(run)]
    return {"checkpoints": rows, "children": queries.children_of(run)}


def _history(request: PageRequest, run: Run) -> dict[str, Any]:
    said = request.GET.get("before", "")
    events = queries.events_before(run, int(said) if said.isdecimal() and len(said) < 18 else None)
    return {"events": events, "older": events[-1].seq if events and events[-1].seq > 1 else None}


def _figures(request: PageRequest, run: Run) -> dict[str, Any]:
    figures = metrics.calculate(metrics.gather(run), timezone.now())
    return {"figures": figures, "sessions": queries.sessions_of(run)}


PARTS: Final[dict[str, Part]] = {
    "strip": _strip,
    "pieces": _pieces,
    "audit": _audit,
    "ticker": _ticker,
    "tasks": _tasks,
    "domains": _domains,
    "evidence": _evidence,
    "checkpoints": _checkpoints,
    "history": _history,
    "figures": _figures,
}

_STEPS: Final = (
    ("Queued", ("queued",)),
    ("Generating", ("generating_copy", "generating_short_copy", "generating_visual")),
    ("Generated", ("generation_complete",)),
    ("Auditing", ("auditing",)),
    ("Completed", ("completed", "partially_completed", "failed", "cancelled")),
)
_LAST_STEP: Final = {
    "completed": ("done", "Completed"),
    "partially_completed": ("partial", "Partly completed"),
    "failed": ("bad", "Failed"),
    "cancelled": ("bad", "Cancelled"),
    "budget_stopped": ("bad", "Stopped by its budget"),
}


def rail_of(run: Run) -> tuple[tuple[str, str], ...]:
    """The five steps with done, now, partial, waits, bad or later for each."""
    now = next((number for number, (_, stages) in enumerate(_STEPS) if run.stage in stages), 0)
    steps = [
        (name, "done" if number < now else "now" if number == now else "later")
        for number, (name, _) in enumerate(_STEPS)
    ]
    if run.is_ended:
        made = run.first_version_at is not None
        steps = [(name, "done" if made or number == 0 else "skipped") for number, (name, _) in enumerate(_STEPS)]
        if run.audit_pending:
            steps[3] = ("Audit queued", "waits")
        state, word = _LAST_STEP[run.state]
        steps[4] = (word, state)
    return tuple(steps)
