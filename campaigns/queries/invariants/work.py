"""Checks of runs, tasks and attempts: who may be live, who won, what can still move. Never writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q

from campaigns.models import Attempt, Decision, Dependency, Run, Task
from campaigns.queries.invariants.base import Look, Violation
from campaigns.states import (
    ATTEMPT_COUNTS,
    RUN_ENDED,
    RUN_OPEN,
    TASK_ENDED,
    TASK_ENDED_BADLY,
    TASK_ENDED_WELL,
    TASK_OPEN,
    AttemptState,
    DecisionState,
    Requires,
    RunState,
    TaskState,
)

_LIVE: Final = Q(state=AttemptState.RUNNING)
_WON: Final = Q(state=AttemptState.SUCCEEDED)


def given_runs_exist(look: Look) -> Iterator[Violation]:
    """I0: every run id that a client was given is a run."""
    there = set(Run.objects.filter(pk__in=look.given).values_list("pk", flat=True))
    for pk in sorted(look.given - there):
        yield Violation("I0", f"run {pk}", "was promised to a client and does not exist")


def something_can_move(look: Look) -> Iterator[Violation]:
    """I1: an open run that does not wait for a person has work, or somebody at work."""
    held = Attempt.objects.filter(_LIVE, run=OuterRef("pk"), lease_until__gt=look.since)
    movable = Task.objects.filter(run=OuterRef("pk"), state__in=[TaskState.READY, TaskState.WAITING])
    open_ = Run.objects.filter(state__in=sorted(RUN_OPEN), updated_at__lt=look.since).exclude(state=RunState.PAUSED)
    stopping = Q(state__in=[RunState.PAUSING, RunState.CANCELLING])
    stuck = open_.filter(~Exists(held)).filter(stopping | ~Exists(movable))
    for pk, state in stuck.order_by().values_list("pk", "state"):
        yield Violation("I1", f"run {pk}", f"is {state}, and nothing can ever move it")


def waiting_is_asked(look: Look) -> Iterator[Violation]:
    """I1: a task that waits for a person has its question open; a need that ended badly has blocked what it must."""
    asked = Decision.objects.filter(task=OuterRef("pk"), kind="task", state=DecisionState.OPEN)
    for pk in Task.objects.filter(~Exists(asked), state=TaskState.WAITING).values_list("pk", flat=True):
        yield Violation("I1", f"task {pk}", "waits for a person, but nobody is asked")
    dead = Dependency.objects.filter(
        requires=Requires.SUCCESS,
        needs__state__in=sorted(TASK_ENDED_BADLY),
        needs__finished_at__lt=look.since,
        task__state__in=[TaskState.PENDING, TaskState.READY],
        task__run__state__in=sorted(RUN_OPEN),
    )
    for task, needed in dead.values_list("task_id", "needs_id"):
        yield Violation("I1", f"task {task}", f"still waits for {needed}, which ended badly")


def one_live_one_winner(look: Look) -> Iterator[Violation]:
    """I3: at most one live attempt of a task, at most one that won."""
    counted = Attempt.objects.order_by().values_list("task_id")
    rows = counted.annotate(live=Count("pk", filter=_LIVE), won=Count("pk", filter=_WON))
    for task, live, won in rows.filter(Q(live__gt=1) | Q(won__gt=1)):
        yield Violation("I3", f"task {task}", f"has {live} live attempts and {won} that won")


def states_agree(look: Look) -> Iterator[Violation]:
    """I4: a task is completed iff an attempt of it won (or it was carried over), in progress iff one is live."""
    won = Exists(Attempt.objects.filter(_WON, task=OuterRef("pk")))
    live = Exists(Attempt.objects.filter(_LIVE, task=OuterRef("pk")))
    done, at_work = Q(state=TaskState.COMPLETED), Q(state=TaskState.IN_PROGRESS)
    for condition, words in (
        (done & Q(origin=None) & ~Q(won), "is completed, but no attempt of it succeeded"),
        (~done & Q(won), "is not completed, but an attempt of it succeeded"),
        (Q(origin__isnull=False) & Q(won), "was carried over and yet worked on"),
        (at_work & ~Q(live), "is in progress, but no attempt of it is live"),
        (~at_work & Q(live), "is not in progress, but an attempt of it is live"),
    ):
        tasks = Task.objects.annotate(won=won, live=live).filter(condition).order_by()
        for pk, state in tasks.values_list("pk", "state"):
            yield Violation("I4", f"task {pk}", f"({state}) {words}")
    elsewhere = Attempt.objects.exclude(run=F("task__run")).order_by()
    for pk in elsewhere.values_list("pk", flat=True):
        yield Violation("I4", f"attempt {pk}", "belongs to another run than its task")


def ended_is_over(look: Look) -> Iterator[Violation]:
    """I8: an ended run has nothing live or open, an end and an outcome; an open one has neither."""
    ended = sorted(RUN_ENDED)
    for pk in Attempt.objects.filter(_LIVE, run__state__in=ended).values_list("pk", flat=True):
        yield Violation("I8", f"attempt {pk}", "is live in a run that has ended")
    final = sorted(RUN_ENDED - {RunState.BUDGET_STOPPED})  # Once the budget is raised, open tasks go on.
    open_tasks = Task.objects.filter(run__state__in=final, state__in=sorted(TASK_OPEN)).order_by()
    for pk, state in open_tasks.values_list("pk", "state"):
        yield Violation("I8", f"task {pk}", f"is {state} in a run that has ended")
    over = Q(state__in=ended)
    wrong = Run.objects.filter(
        (over & (Q(finished_at=None) | Q(outcome=None)))
        | (~over & (Q(finished_at__isnull=False) | Q(outcome__isnull=False)))
    )
    for pk, state in wrong.order_by().values_list("pk", "state"):
        yield Violation("I8", f"run {pk}", f"is {state}; its end and its outcome do not fit that")


def none_after_cancel(look: Look) -> Iterator[Violation]:
    """I9: no attempt started after the cancellation was asked for."""
    late = Attempt.objects.filter(started_at__gt=F("run__cancel_requested_at")).order_by()
    for pk in late.values_list("pk", flat=True):
        yield Violation("I9", f"attempt {pk}", "started after its run was cancelled")


def counters_match(look: Look) -> Iterator[Violation]:
    """I11 and I20: a task's counters fit its attempts, which are numbered 1..n with rising fences."""
    rows = Task.objects.order_by().annotate(
        n=Count("tries"),
        first=Min("tries__number"),
        last=Max("tries__number"),
        fences=Count("tries__fence", distinct=True),
        low=Min("tries__fence"),
        high=Max("tries__fence"),
        bad=Count("tries", filter=Q(tries__state__in=sorted(ATTEMPT_COUNTS))),
        lost=Count("tries", filter=Q(tries__state=AttemptState.LOST)),
    )
    columns = (
        "pk", "attempts", "failures", "crashes", "fence", "max_attempts", "version", "n", "first", "last", "fences",
        "low", "high", "bad", "lost",
    )  # fmt: skip
    for row in rows.values_list(*columns).iterator():
        pk, attempts, failures, crashes, fence, most, version, n, first, last, fences, low, high, bad, lost = row
        for check, wrong, words in (
            ("I11", attempts != n, f"counts {attempts} attempts, but has {n}"),
            ("I11", failures > bad, f"counts {failures} failures, but {bad} attempts failed"),
            ("I11", crashes > lost, f"counts {crashes} crashes, but {lost} attempts were lost"),
            # A person may lower the limit of a task that has failed before; that raises its version.
            ("I11", failures > most and version == 1, f"failed {failures} times; {most} were allowed"),
            ("I20", n and (first, last) != (1, n), f"has {n} attempts, numbered {first} to {last}"),
            ("I20", n and (fences != n or low < 1), "has attempts that share a fence or have none"),
            ("I20", n and high != fence, f"has fence {fence}, but its last attempt has {high}"),
        ):
            if wrong:
                yield Violation(check, f"task {pk}", words)


def leases_swept(look: Look) -> Iterator[Violation]:
    """I19: a lease that ran out was found."""
    over = Attempt.objects.filter(_LIVE, lease_until__lt=look.since).order_by()
    for pk in over.values_list("pk", flat=True):
        yield Violation("I19", f"attempt {pk}", "still runs, long after its lease ran out")


def counts_match(look: Look) -> Iterator[Violation]:
    """I30: the per-state counters of a run are the real counts of its tasks."""
    real: dict[Any, Counter[str]] = {}
    for run, state, n in Task.objects.order_by().values_list("run_id", "state").annotate(n=Count("pk")):
        real.setdefault(run, Counter())[state] = n
    for pk, counts in Run.objects.order_by().values_list("pk", "counts").iterator():
        kept = {state: n for state, n in counts.items() if n}
        if kept != dict(real.get(pk, {})):
            yield Violation("I30", f"run {pk}", f"counts {kept}, but has {dict(real.get(pk, {}))}")


def needs_match(look: Look) -> Iterator[Violation]:
    """I31: `needs_left` of a task that has not begun is the number of its unmet needs; with none it is ready."""
    met = Q(needs__requires=Requires.SUCCESS, needs__needs__state__in=sorted(TASK_ENDED_WELL)) | Q(
        needs__requires=Requires.END, needs__needs__state__in=sorted(TASK_ENDED)
    )
    waiting = Task.objects.filter(state__in=[TaskState.PENDING, TaskState.READY]).order_by()
    counted = waiting.annotate(known=Count("needs"), met=Count("needs", filter=met))
    for pk, left, known, met_ in counted.values_list("pk", "needs_left", "known", "met"):
        if left != known - met_:
            yield Violation("I31", f"task {pk}", f"waits for {left} needs, but {known - met_} are unmet")
    wrong = Task.objects.filter(Q(state=TaskState.PENDING, needs_left=0) | Q(state=TaskState.READY, needs_left__gt=0))
    for pk, state in wrong.order_by().values_list("pk", "state"):
        yield Violation("I31", f"task {pk}", f"is {state}, which does not fit its needs")
