"""The table of moves: every legal one is reached through actions and turns and told by events, no other is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from campaigns import states as table
from campaigns.actions.audits import give_up_audit
from campaigns.actions.brands import archive_brand, create_brand, publish_brand, restore_brand
from campaigns.actions.budgets import raise_budget, set_budget
from campaigns.actions.campaigns import archive_campaign, file_campaign, unarchive_campaign
from campaigns.actions.checkpoints import restore_checkpoint, save_checkpoint
from campaigns.actions.decisions import answer_decision
from campaigns.actions.rulepacks import archive_pack, publish_pack, save_pack
from campaigns.actions.runs import cancel_run, pause_run, resume_run, retry_run, start_run
from campaigns.actions.tasks import reassign_task, skip_task, split_task
from campaigns.engine.sweeps import overdue
from campaigns.graph import Need
from campaigns.kinds.base import GraphChange
from campaigns.models import Campaign, Event, Run, Task, Team
from campaigns.permissions import SYSTEM, Actor
from campaigns.queries.invariants.fold import Born, History, Told, fold
from campaigns.states import LOOKS, MOVES, STATES, CampaignState, RunState, TaskState, may_move, sources
from campaigns.transitions import merges
from campaigns.transitions.accept import database_now
from campaigns.transitions.campaigns import move_campaign
from campaigns.transitions.moves import move_task
from campaigns.transitions.shapes import Finish
from campaigns.transitions.unit import run_unit
from conductor.lib.errors import InvalidMove
from scripts import tables
from tests.campaigns.engine.drive import drive
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh, make_due, task
from tests.campaigns.packs import pack_text
from tests.factories import BRIEF, make_brand_data, make_campaign, make_run, make_task

Move = tuple[str, str, str]

ACTOR = Actor(None, "system:test", "walk")


def skip(run: Run, *keys: str) -> None:
    for key in keys:
        skip_task(task_id=task(run, key).pk, reason="walk", actor=ACTOR)


def split(run: Run, key: str) -> None:
    split_task(task_id=task(run, key).pk, version=1, parts=[{"title": "1"}, {"title": "2"}], actor=ACTOR)


def cancel(run: Run) -> None:
    cancel_run(run_id=run.pk, actor=ACTOR)


def pause(run: Run) -> None:
    pause_run(run_id=run.pk, actor=ACTOR)


def fail(run: Run, key: str) -> None:
    hand = Hand(run)
    hand.fail(hand.claim(key), kind="fatal")


def two(team: Team) -> Run:
    return begin(spec("a", priority=1), spec("b", priority=2), team=team, actor=ACTOR)


# --- Walks: each takes some legal moves ---------------------------------------------------------------------------


def queued_to_every_state(team: Team) -> None:
    pause(two(team))
    cancel(two(team))
    skip(two(team), "a", "b")
    brief = start_run(campaign_id=make_campaign(team).pk, actor=ACTOR)
    skip(brief, "audit", "copy", "short_copy", "visual_concept")
    done = two(team)
    Hand(done).work_off()
    restore_checkpoint(checkpoint_id=save_checkpoint(run_id=done.pk, actor=ACTOR).pk, actor=ACTOR)


def running_to_every_end_and_back(team: Team) -> None:
    partial, failed, cancelled = two(team), two(team), two(team)
    fail(partial, "a")
    Hand(partial).work_off("b")
    fail(failed, "a")
    fail(failed, "b")
    for run in (partial, failed):
        retry_run(run_id=run.pk, actor=ACTOR)
    hand = Hand(cancelled)
    claim = hand.claim()
    cancel(cancelled)
    hand.release(claim)


def pausing_to_every_state(team: Team) -> None:
    for finish in ("paused", "resumed", "cancelled", "completed", "partial", "failed"):
        run = two(team)
        if finish == "partial":
            fail(run, "a")
        elif finish != "paused":
            skip(run, "a")
        hand = Hand(run)
        claim = hand.claim()
        pause(run)
        if finish == "resumed":
            resume_run(run_id=run.pk, actor=ACTOR)
        elif finish == "cancelled":
            cancel(run)
        elif finish == "failed":
            hand.fail(claim, kind="fatal")
        else:
            hand.succeed(claim)


def paused_to_every_state(team: Team) -> None:
    for finish in ("running", "cancelled", "completed", "partial", "failed"):
        run = begin(spec("a", priority=1), spec("b", priority=2), spec("c", priority=3), team=team, actor=ACTOR)
        if finish in ("completed", "partial"):
            Hand(run).work_off("a")
        if finish in ("partial", "failed"):
            fail(run, "b" if finish == "partial" else "a")
        pause(run)
        if finish == "running":
            resume_run(run_id=run.pk, actor=ACTOR)
        elif finish == "cancelled":
            cancel(run)
        else:
            skip(run, *(key for key, state in states_of(run) if state == "ready"))


def states_of(run: Run) -> list[tuple[str, str]]:
    return list(Task.objects.filter(run=run).values_list("key", "state"))


def a_deadline_passes(team: Team) -> None:
    run = two(team)
    Run.objects.filter(pk=run.pk).update(deadline_at=database_now() - timedelta(seconds=1))
    overdue(database_now(), ACTOR)


def a_budget_stops_it_and_it_goes_on(team: Team) -> None:
    run = two(team)
    budget = set_budget(scope="run", object_id=run.pk, limit=Decimal(1), actor=ACTOR)
    hand = Hand(run)
    hand.release(hand.claim(), "budget_exceeded")
    raise_budget(budget_id=budget.pk, limit=Decimal(2), actor=ACTOR)


def tasks_not_begun(team: Team) -> None:
    def chain() -> Run:
        return begin(spec("a"), spec("b", "a"), team=team, actor=ACTOR)

    skip(chain(), "b")
    cancel(chain())
    split(chain(), "b")
    fail(chain(), "a")
    run = begin(spec("plan", priority=1), spec("late"), spec("early", "plan"), team=team, actor=ACTOR)
    split(run, "early")
    hand = Hand(run)
    further = GraphChange(add=(spec("new", supersedes="late"), spec("x")), edges=(("early-1-1", Need("x")),))
    hand.succeed(hand.claim("plan"), graph=further)
    ready = begin(spec("plan", priority=1), spec("late"), team=team, actor=ACTOR)
    hand = Hand(ready)
    hand.succeed(hand.claim("plan"), graph=GraphChange(add=(spec("x"),), edges=(("late", Need("x")),)))


def waiting_to_every_state(team: Team) -> None:
    for finish in ("answered", "reassigned", "skipped", "cancelled", "split"):
        run = two(team)
        hand = Hand(run)
        hand.ask(hand.claim("a"))
        if finish == "answered":
            answer_decision(decision_id=run.decisions.get().pk, answer={"n": 1}, actor=ACTOR)
        elif finish == "reassigned":
            reassign_task(task_id=task(run, "a").pk, version=1, backend="builtin", actor=ACTOR)
        elif finish == "skipped":
            skip(run, "a")
        elif finish == "cancelled":
            cancel(run)
        else:
            split(run, "a")


def failed_and_blocked_to_every_state(team: Team) -> None:
    for finish in ("retried", "skipped", "split", "blocked skipped", "blocked split"):
        run = begin(spec("a", priority=1), spec("b", "a"), spec("c"), team=team, actor=ACTOR)
        fail(run, "a")
        if finish == "retried":
            retry_run(run_id=run.pk, actor=ACTOR)
        elif finish.endswith("skipped"):
            skip(run, "b" if finish.startswith("blocked") else "a")
        else:
            split(run, "b" if finish.startswith("blocked") else "a")


def attempts_to_every_end(team: Team) -> None:
    run = begin(spec("a", max_attempts=9), team=team, actor=ACTOR)
    hand = Hand(run)
    for end in (hand.fail, hand.time_out, hand.release, hand.vanish):
        end(hand.claim())
        make_due(run)
    saved = save_checkpoint(run_id=run.pk, actor=ACTOR)
    hand.claim()
    restore_checkpoint(checkpoint_id=saved.pk, actor=ACTOR)


def audits(team: Team) -> None:
    campaign = make_campaign(team, settings={"agents": {"audit": ["scripted:fail"]}})
    run = drive(start_run(campaign_id=campaign.pk, actor=ACTOR))
    give_up_audit(run_id=run.pk, actor=ACTOR)


def landings(team: Team) -> None:
    for lands in (True, False):
        run = begin(spec("a"), team=team, actor=ACTOR)
        hand = Hand(run)
        claim = hand.claim()
        with run_unit(run.pk, ACTOR) as u:
            merge_id = merges.intend(u, claim, merges.Landing("branch", "0" * 40, "1" * 40, "2" * 40))
        if lands:
            hand.turn(Finish(claim, table.AttemptState.SUCCEEDED, merge_id=merge_id))
        else:
            hand.vanish(claim)
            with run_unit(run.pk, ACTOR) as u:
                merges.abandon(u, u.run.merges.get())


def campaigns(team: Team) -> None:
    def filed() -> Campaign:
        return file_campaign(team_id=team.pk, kind="creative", brief=BRIEF, actor=ACTOR)

    archive_campaign(campaign_id=filed().pk, actor=ACTOR)
    active = filed()
    cancel(start_run(campaign_id=active.pk, actor=ACTOR))
    archive_campaign(campaign_id=active.pk, actor=ACTOR)
    unarchive_campaign(campaign_id=active.pk, actor=ACTOR)


def brands(team: Team) -> None:
    made = [create_brand(team_id=team.pk, data=make_brand_data(name), actor=ACTOR).pk for name in ("A", "B")]
    publish_brand(brand_id=made[0], actor=ACTOR)
    for brand_id in made:
        archive_brand(brand_id=brand_id, actor=ACTOR)
        restore_brand(brand_id=brand_id, actor=ACTOR)


def rule_packs(team: Team) -> None:
    drafted, other = (save_pack(team_id=team.pk, source=pack_text(name=name), actor=ACTOR) for name in ("a", "b"))
    publish_pack(pack_id=drafted.pack_id, force=True, reason="walk", actor=ACTOR)
    archive_pack(pack_id=drafted.pack_id, actor=ACTOR)
    publish_pack(pack_id=drafted.pack_id, force=True, reason="walk", actor=ACTOR)
    archive_pack(pack_id=other.pack_id, actor=ACTOR)


WALKS: list[Callable[[Team], None]] = [
    queued_to_every_state,
    running_to_every_end_and_back,
    pausing_to_every_state,
    paused_to_every_state,
    a_deadline_passes,
    a_budget_stops_it_and_it_goes_on,
    tasks_not_begun,
    waiting_to_every_state,
    failed_and_blocked_to_every_state,
    attempts_to_every_end,
    audits,
    landings,
    campaigns,
    brands,
    rule_packs,
]


# --- What the events tell ------------------------------------------------------------------------------------------


def moves_told() -> Iterator[Move]:
    """Every move that the events of all runs and campaigns tell, by replaying them one by one."""
    for run in Run.objects.all():
        yield from moves_of(run)
    for event in Event.objects.filter(stream="campaign", type__startswith="campaign.").exclude(from_state=""):
        yield "campaign", event.from_state, event.to_state
    for event in Event.objects.filter(stream="team", type__startswith="brand.").exclude(from_state=""):
        yield "brand", event.from_state, event.to_state
    for event in Event.objects.filter(stream="team", type__startswith="rule_pack.").exclude(from_state=""):
        yield "rule_pack", event.from_state, event.to_state


def moves_of(run: Run) -> Iterator[Move]:
    told = [
        Told(e.seq, e.type, e.state, e.stage, e.from_state, e.to_state, e.task_id, e.attempt_id, e.data)
        for e in Event.objects.filter(stream_id=run.pk).order_by("seq")
    ]
    born = {t.pk: Born(t.key, t.origin is not None) for t in Task.objects.filter(run=run)}
    histories = [fold(told[:n], born) for n in range(len(told) + 1)]
    assert histories[-1].faults == []
    for before, after in pairwise(histories):
        yield from changes("run", {0: before.run}, {0: after.run})
        for noun in ("session", "task", "attempt", "decision", "merge", "audit"):
            yield from changes(noun, rows(before, noun), rows(after, noun))


def rows(history: History, noun: str) -> dict[Any, str]:
    found: dict[Any, str] = getattr(history, f"{noun}s")
    return found


def changes(noun: str, before: dict[Any, str], after: dict[Any, str]) -> Iterable[Move]:
    return [(noun, before[pk], new) for pk, new in after.items() if before.get(pk, "") not in ("", new)]


def legal() -> set[Move]:
    return {(noun, old, new) for noun, moves in MOVES.items() for old, news in moves.items() for new in news}


@pytest.mark.django_db
def test_every_legal_move_is_reached_and_told_with_its_correlation(team: Team) -> None:
    for walk in WALKS:
        walk(team)
    assert set(moves_told()) == legal()
    of_runs = Event.objects.filter(stream__in=["run", "campaign"])
    assert set(of_runs.values_list("correlation", flat=True)) == {"walk"}
    assert of_runs.filter(actor="").count() == 0


# --- The table itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("noun", STATES)
def test_every_state_has_its_moves_and_its_look(noun: str) -> None:
    words = {state.value for state in STATES[noun]}
    assert set(MOVES[noun]) == words
    assert all(news <= words for news in MOVES[noun].values())
    assert words <= set(LOOKS)


@pytest.mark.parametrize("noun", STATES)
def test_no_state_leads_to_itself(noun: str) -> None:
    assert not [state for state, news in MOVES[noun].items() if state in news]


def test_sources_are_the_table_read_backwards() -> None:
    for noun, moves in MOVES.items():
        for new in moves:
            assert sources(noun, new) == {old for old in moves if may_move(noun, old, new)}


def test_groups_follow_from_the_table() -> None:
    ends = {state for state in RunState if not MOVES["run"][state] or MOVES["run"][state] == {"running"}}
    assert ends == table.RUN_ENDED
    assert {state for state in RunState if not MOVES["run"][state]} == table.RUN_ENDED - table.RUN_REOPENABLE
    assert {old for old in RunState if may_move("run", old, "pausing")} == table.RUN_PAUSABLE
    assert {old for old in RunState if may_move("run", old, "cancelling")} == table.RUN_CANCELLABLE
    assert {old for old in TaskState if may_move("task", old, "in_progress")} <= table.TASK_OPEN
    assert table.TASK_ENDED_WELL & table.TASK_ENDED_BADLY == set()


def illegal(noun: str) -> list[tuple[str, str]]:
    return [(old, new) for old in MOVES[noun] for new in MOVES[noun] if not may_move(noun, old, new)]


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), illegal("run"))
def test_a_run_takes_no_other_move(team: Team, old: str, new: str) -> None:
    run = make_run(make_campaign(team), RunState(old))
    with pytest.raises(InvalidMove), run_unit(run.pk, SYSTEM) as u:
        u.move_run(RunState(new), "run.started")
    assert fresh(run).state == old


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), illegal("task"))
def test_a_task_takes_no_other_move(team: Team, old: str, new: str) -> None:
    made = make_task(make_run(make_campaign(team)), "a", TaskState(old))
    with pytest.raises(InvalidMove), run_unit(made.run_id, SYSTEM) as u:
        move_task(u, made, TaskState(new), "task.ready")
    assert Task.objects.get(pk=made.pk).state == old


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), illegal("campaign"))
def test_a_campaign_takes_no_other_move(team: Team, old: str, new: str) -> None:
    campaign = make_campaign(team, state=old)
    with pytest.raises(InvalidMove):
        move_campaign(campaign, CampaignState(new), "campaign.archived", message="", actor=SYSTEM)
    assert Campaign.objects.get(pk=campaign.pk).state == old


@pytest.mark.parametrize(("name", "make"), tables.PAGES.items())
def test_the_documents_made_from_the_tables_are_current(name: str, make: Callable[[], str]) -> None:
    written = (Path(tables.ROOT) / "docs" / name).read_text()
    assert written == make(), "run scripts/tables.py"
