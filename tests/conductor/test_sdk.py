from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from campaigns.actions import runs as run_actions
from campaigns.models import Campaign, Checkpoint, Run, Team, Worker
from campaigns.permissions import SYSTEM
from conductor import sdk, up
from conductor.lib.clock import now
from conductor.lib.errors import BadInput, Conflict, InvalidMove, NotFound, Unavailable
from conductor.lib.ids import new_id
from conductor.sdk import workers as workers_module
from tests.campaigns.engine.drive import drive
from tests.campaigns.engine.test_place import BRIEF

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def home_team(transactional_db: None) -> Team:
    return Team.objects.create(name="Home", slug="home")


class Driver:
    def tend(self) -> None:
        for run in Run.objects.filter(state__in=["queued", "running"]):
            drive(run)


def failing() -> Run:
    agents = {slot: ["scripted:fail"] for slot in ("copy", "short_copy", "visual_concept")}
    return drive(sdk.run_campaign(brief=BRIEF, settings={"agents": agents}))


def test_a_brief_is_filed_started_and_waited_for() -> None:
    run = sdk.run_campaign(brief=BRIEF, mode="sequential", name="Spring")
    ended = sdk.wait(run.pk, 30, working=Driver())  # type: ignore[arg-type]
    assert (ended.outcome, ended.mode, ended.campaign.name) == ("success", "sequential", "Spring")
    told = [event["seq"] for event in sdk.events(run.pk)]
    assert told == list(range(1, ended.last_event_seq + 1))
    assert [event["seq"] for event in sdk.events(run.pk, told[-3])] == told[-2:]


def test_a_plan_may_be_yaml_text_and_its_faults_have_lines() -> None:
    with pytest.raises(BadInput, match="line 3"):
        sdk.run_campaign(goal="g", plan="tasks:\n  - key: a\n    comand: ls\n")
    with pytest.raises(BadInput):
        sdk.run_campaign(goal="g")
    assert not Campaign.objects.exists()


def test_filing_and_starting_are_one() -> None:
    with pytest.raises(BadInput):
        sdk.run_campaign(brief={**BRIEF, "tone": ""})
    assert not Campaign.objects.exists()


def test_a_campaign_is_loaded_until_it_is_deleted() -> None:
    run = drive(sdk.run_campaign(brief=BRIEF))
    assert sdk.load_campaign(run.campaign_id).pk == run.campaign_id
    Campaign.objects.update(deleted_at=now())
    for pk in (run.campaign_id, new_id()):
        with pytest.raises(NotFound):
            sdk.load_campaign(pk)


def test_a_paused_run_is_resumed() -> None:
    run = sdk.run_campaign(brief=BRIEF)
    run_actions.pause_run(run_id=run.pk, actor=SYSTEM)
    assert sdk.wait(run.pk).state == "paused"
    assert sdk.resume_campaign(run.campaign_id).state == "running"
    assert drive(run).outcome == "success"
    with pytest.raises(InvalidMove, match="nothing to resume"):
        sdk.resume_campaign(run.campaign_id)


def test_a_failed_run_is_tried_again_by_resuming() -> None:
    run = failing()
    assert (run.state, sdk.resume_campaign(run.campaign_id).state) == ("failed", "running")


def test_a_campaign_without_a_run_cannot_be_resumed(home_team: Team) -> None:
    campaign = Campaign.objects.create(team=home_team, kind="creative", name="x", brief=BRIEF)
    with pytest.raises(NotFound, match="no run yet"):
        sdk.resume_campaign(campaign.pk)


def test_a_checkpoint_is_saved_found_and_restored() -> None:
    run = sdk.run_campaign(brief=BRIEF)
    assert sdk.latest_checkpoint(run.pk) is None
    saved = sdk.save_checkpoint(run.pk, "before lunch")
    found = sdk.latest_checkpoint(run.pk)
    assert found is not None
    assert (found.pk, found.reason) == (saved.pk, "before lunch")
    child = sdk.resume_campaign(run.campaign_id, from_checkpoint=saved.pk)
    assert (child.purpose, child.parent_id) == ("restore", run.pk)
    other = failing()
    with pytest.raises(NotFound):
        sdk.resume_campaign(other.campaign_id, from_checkpoint=saved.pk)


def test_a_forged_checkpoint_is_refused() -> None:
    run = sdk.run_campaign(brief=BRIEF)
    sdk.save_checkpoint(run.pk)
    Checkpoint.objects.update(mac="0" * 64)
    with pytest.raises(BadInput, match="signature"):
        sdk.latest_checkpoint(run.pk)


def test_sittings_follow_each_other(home_team: Team) -> None:
    campaign = Campaign.objects.create(team=home_team, kind="creative", name="x", brief=BRIEF)
    first = sdk.start_session(campaign.pk)
    with pytest.raises(Conflict):
        sdk.start_session(campaign.pk)
    saved = sdk.pause_session(first.run_id, "lunch")
    first.refresh_from_db()
    assert (first.state, first.checkpoint_id, saved.reason) == ("paused", saved.pk, "lunch")
    with pytest.raises(InvalidMove, match="paused"):
        sdk.complete_session(first.run_id)
    second = sdk.start_session(campaign.pk)
    assert (second.number, second.parent_id) == (2, first.pk)
    done = sdk.complete_session(first.run_id, 30, working=Driver())  # type: ignore[arg-type]
    assert (done.pk, done.state) == (second.pk, "completed")


def test_waiting_has_an_end() -> None:
    run = sdk.run_campaign(brief=BRIEF)
    with pytest.raises(Unavailable, match="still queued"):
        sdk.wait(run.pk, 0.01)
    with pytest.raises(NotFound):
        sdk.wait(new_id())


def test_the_team_is_named_where_there_are_several(home_team: Team) -> None:
    assert sdk.team() == home_team
    other = Team.objects.create(name="Other", slug="other")
    assert sdk.team("Other") == sdk.team(str(other.pk)) == other
    with pytest.raises(BadInput, match="several"):
        sdk.team()
    with pytest.raises(NotFound):
        sdk.team("Nobody")
    Team.objects.all().delete()
    with pytest.raises(NotFound, match="no team yet"):
        sdk.team()


def test_what_the_operator_does_is_told_with_their_name() -> None:
    run = sdk.run_campaign(brief=BRIEF)
    event = next(sdk.events(run.pk))
    assert event["actor"].startswith("cli:")
    assert event["correlation"]
    with pytest.raises(NotFound):
        sdk.local_actor("nobody")


def test_a_script_needs_nothing_but_the_import() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from conductor import sdk; print(len(sdk.__all__))"],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, int(done.stdout)) == (0, len(sdk.__all__)), done.stderr


# --- workers for the time of a command ------------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be started, instead of starting it."""
    told: list[str] = []
    monkeypatch.setattr(up, "start_redis", lambda stack: told.append("redis"))
    monkeypatch.setattr(up, "start_engine", lambda stack: told.append("engine"))
    return told


def make_workers(**values: Any) -> None:
    for queue in settings.WORKERS:
        given = {"host": "elsewhere", "pid": 1, "queue": queue, "started_at": now(), "beat_at": now()}
        Worker.objects.create(pk=new_id(), **{**given, **values})


def test_workers_are_started_where_none_is_alive(started: list[str]) -> None:
    said: list[str] = []
    with sdk.working(said.append) as opened:
        assert started == ["redis", "engine"]
        opened.tend()
    assert started == ["redis", "engine"]
    assert "for the time of this command" in said[0]


def test_living_workers_are_left_to_work(started: list[str]) -> None:
    make_workers()
    with sdk.working() as opened:
        opened.tend()
    assert started == []


@pytest.mark.parametrize(
    "values", [{"stopped_at": now()}, {"draining": True}, {"host": os.uname().nodename, "pid": 2**22 + 1}]
)
def test_stopped_leaving_and_vanished_workers_do_not_count(started: list[str], values: dict[str, Any]) -> None:
    make_workers(**values)
    with sdk.working():
        assert started == ["redis", "engine"]


def test_while_another_supervisor_has_the_home_none_is_started(started: list[str]) -> None:
    said: list[str] = []
    with up.sole_user(), sdk.working(said.append) as opened:
        opened.looked = float("-inf")
        opened.tend()
        assert started == []
    assert len(said) == 1
    assert "runs already" in said[0]


def test_when_the_others_leave_workers_are_started(started: list[str]) -> None:
    make_workers()
    with sdk.working(lambda words: None) as opened:
        Worker.objects.all().delete()
        opened.looked = float("-inf")
        opened.tend()
        assert started == ["redis", "engine"]


def test_a_redis_that_does_not_start_leaves_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(stack: object) -> None:
        raise Unavailable("No Redis.")

    monkeypatch.setattr(up, "start_redis", refuse)
    with pytest.raises(Unavailable), sdk.working(lambda words: None):
        pass
    with up.sole_user():
        pass


def test_a_prepared_database_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "call_command", lambda *words, **options: pytest.fail("it was touched"))
    sdk.prepare_here(lambda words: None)


def test_another_database_is_not_migrated_by_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "_migrations_wait", lambda: True)
    with pytest.raises(Unavailable, match=r"conductor\.prepare"):
        sdk.prepare_here(lambda words: None)


def test_a_database_that_somebody_else_prepares_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter([True, True, False])
    monkeypatch.setattr(workers_module, "_migrations_wait", lambda: next(left))
    monkeypatch.setattr(settings, "SQLITE", True)
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(workers_module.paths.database_file()))
    monkeypatch.setattr(workers_module.time, "sleep", lambda seconds: None)
    said: list[str] = []
    with up.sole_user(), contextlib.suppress(StopIteration):
        sdk.prepare_here(said.append)
    assert said == ["The database is being made ready; waiting for that."]
