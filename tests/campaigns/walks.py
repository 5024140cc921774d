"""Walks through the product that take every legal move of the table, by actions and turns alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

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
from campaigns.models import Campaign, Run, Task, Team
from campaigns.permissions import Actor
from campaigns.transitions import merges
from campaigns.transitions.accept import database_now
from campaigns.transitions.shapes import Finish
from campaigns.transitions.unit import run_unit
from tests.campaigns.engine.drive import drive
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, make_due, task
from tests.campaigns.packs import pack_text
from tests.factories import BRIEF, make_brand_data, make_campaign

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
