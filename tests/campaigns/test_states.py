"""The table of moves: every legal one is reached through actions and turns and told by events, no other is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from campaigns import states as table
from campaigns.models import Campaign, Event, Run, Task, Team
from campaigns.permissions import SYSTEM
from campaigns.queries.invariants.fold import Born, History, Told, fold
from campaigns.states import LOOKS, MOVES, STATES, CampaignState, RunState, TaskState, may_move, sources
from campaigns.transitions.campaigns import move_campaign
from campaigns.transitions.moves import move_task
from campaigns.transitions.unit import run_unit
from conductor.lib.errors import InvalidMove
from scripts import tables
from tests.campaigns.hands import fresh
from tests.campaigns.walks import WALKS
from tests.factories import make_campaign, make_run, make_task

Move = tuple[str, str, str]


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
