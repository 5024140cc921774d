"""A model at work in a run: what it is lent, what is written down of it, what is kept and given again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from agents import contracts, health
from campaigns.actions.artifacts import regenerate_artifact
from campaigns.actions.campaigns import file_campaign
from campaigns.actions.model_keys import add_key
from campaigns.actions.runs import start_run
from campaigns.engine.brokers import lent
from campaigns.engine.context import Gathered, Setting, request_for
from campaigns.engine.host import AttemptHost
from campaigns.engine.sweeps import SWEEPS
from campaigns.kinds.registry import get_kind
from campaigns.models import (
    Artifact,
    Attempt,
    AuditReport,
    Budget,
    Finding,
    Invocation,
    LedgerEntry,
    ModelReply,
    Run,
    Team,
)
from campaigns.permissions import SYSTEM
from campaigns.transitions.accept import database_now
from tests.agents.stand_ins import request
from tests.campaigns.engine.drive import drive, make_station
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin
from tests.conductor.lib.broker.hosts import call, post
from tests.factories import BRIEF
from tests.models.asking import good
from tests.models.server import KEY, Reply, Server, serving

pytestmark = pytest.mark.django_db(transaction=True)

SPEC = "llm:openai-compatible:mock/m"
PRICES = {"*": {"input": "1", "output": "2"}}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Answers as a copywriter. The libraries are loaded before: a station of a test has no heartbeat meanwhile."""
    health.preload(["llm"])
    monkeypatch.setattr(settings, "MODEL_HOSTS", ["127.0.0.1"])
    with serving(Reply(good("copywriting", request("copywriting", brief=BRIEF)))) as server:
        yield server


def give_key(team: Team, model: Server, **changes: Any) -> None:
    said = {"prices": PRICES, "model": "m", "uses": ["copy"], **changes}
    add_key(
        team_id=team.pk, provider="openai-compatible", endpoint="mock", base_url=model.openai, secret=KEY,
        actor=SYSTEM, **said,
    )  # fmt: skip


def ran(team: Team, **said: Any) -> Run:
    campaign = file_campaign(team_id=team.pk, kind="creative", brief=BRIEF, settings=said, actor=SYSTEM)
    return drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))


def said_of(run: Run, slot: str = "copy") -> Invocation:
    return Invocation.objects.get(attempt__run=run, attempt__task__slot=slot)


def test_what_a_model_did_is_written_down(team: Team, model: Server) -> None:
    give_key(team, model)
    run = ran(team)
    said = said_of(run)
    assert run.state == "completed"
    assert (said.answered_by, said.prompt, said.replayed, said.ok) == (SPEC, "copywriting@3", False, True)
    assert (said.input_tokens, said.output_tokens, said.cost_micros) == (1_000, 200, 1_400)
    assert Budget.objects.get(run=run).spent_micros == 1_400


def test_unknown_cost_stays_unknown_and_is_booked_as_reserved(team: Team, model: Server) -> None:
    give_key(team, model, prices={})
    run = ran(team)
    assert said_of(run).cost_micros is None
    settled = LedgerEntry.objects.get(run=run, kind="settle")
    assert (settled.known, settled.micros) == (False, settings.MODEL_SLICE_CENTS * 10_000)


def test_the_key_is_in_no_request(team: Team, model: Server) -> None:
    give_key(team, model)
    run = begin(spec("a"), team=team)
    claim = Hand(run).claim()
    asked = request_for(Setting(run, get_kind(run.kind)), claim, Gathered({}, {}, {}), None)
    assert KEY not in repr(asked)


@pytest.mark.parametrize(("mode", "calls"), [("off", 2), ("replay", 1)])
def test_answers_are_given_again_where_a_campaign_says_so(team: Team, model: Server, mode: str, calls: int) -> None:
    give_key(team, model)
    first, second = ran(team, cache=mode), ran(team, cache=mode)
    assert len(model.heard) == calls
    assert (said_of(second).replayed, said_of(second).cost_micros) == (
        (True, 0) if mode == "replay" else (False, 1_400)
    )
    assert (first.state, second.state) == ("completed", "completed")
    assert ModelReply.objects.count() == (1 if mode == "replay" else 0)


def test_kept_answers_are_not_given_to_another_team(team: Team, model: Server) -> None:
    other = Team.objects.create(name="Other", slug="other")
    for each in (team, other):
        give_key(each, model)
        ran(each, cache="replay")
    assert len(model.heard) == 2


def test_only_asks_nobody(team: Team, model: Server) -> None:
    give_key(team, model)
    run = ran(team, cache="only", agents={"copy": [SPEC]})
    assert not model.heard
    assert run.state == "partially_completed"
    assert "only" in Attempt.objects.get(run=run, task__key="copy").error["message"]
    ran(team, cache="replay", agents={"copy": [SPEC]})
    again = ran(team, cache="only", agents={"copy": [SPEC]})
    assert again.state == "completed"
    assert len(model.heard) == 1


def test_what_one_attempt_may_spend_is_a_setting(team: Team, model: Server) -> None:
    give_key(team, model)
    stopped = ran(team, per_attempt={"money": "0.000100"})
    assert not model.heard
    assert stopped.state == "budget_stopped"
    ran(team, per_attempt={"tokens": 2_000})
    assert model.heard[0].body["max_tokens"] == 2_000


def test_without_access_the_next_of_the_chain_is_asked(team: Team) -> None:
    run = begin(spec("a"), team=team)
    station = make_station()
    hand = Hand(run)
    hand.worker = station.worker
    claim = hand.claim()
    station.pulse.hold([claim])
    host = AttemptHost(claim, station.pulse, station.actor())
    with pytest.raises(contracts.AgentFault) as fault:
        host.credential("openai", "")
    assert fault.value.code == "agent_unreachable"


def test_key_that_cannot_be_opened_leaves_the_built_in_maker(
    team: Team, model: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_key(team, model)
    monkeypatch.setattr(settings, "MODEL_KEY_SECRETS", ["another secret"])
    run = ran(team)
    assert run.state == "completed"
    assert said_of(run).answered_by == "builtin"
    assert "MODEL_KEY_SECRETS" in said_of(run).transcript


def test_old_answers_are_forgotten_by_the_witness(team: Team, model: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    give_key(team, model)
    ran(team, cache="replay")
    assert SWEEPS["replies_over"](database_now(), SYSTEM) == 0
    monkeypatch.setattr(settings, "MODEL_REPLY_DAYS", -1)
    assert SWEEPS["replies_over"](database_now(), SYSTEM) == 1
    assert not ModelReply.objects.exists()


def test_a_piece_is_made_anew_by_the_teams_model_with_the_note(team: Team, model: Server) -> None:
    run = ran(team)
    give_key(team, model)
    artifact = Artifact.objects.get(campaign=run.campaign_id, slot="copy")
    again = drive(regenerate_artifact(artifact_id=artifact.pk, note="Name the price.", actor=SYSTEM))
    assert again.settings["agents"]["copy"] == [SPEC, "builtin"]
    assert "Name the price." in model.heard[0].whole
    assert said_of(again).answered_by == SPEC


def test_of_what_a_model_writes_only_the_section_that_was_asked_for_is_taken(team: Team, model: Server) -> None:
    run = ran(team)
    artifact = Artifact.objects.select_related("active").get(campaign=run.campaign_id, slot="copy")
    before = artifact.active.content
    give_key(team, model)
    model.play(Reply(good()))
    drive(regenerate_artifact(artifact_id=artifact.pk, note="Warmer.", section="calls_to_action", actor=SYSTEM))
    assert '"section": "calls_to_action"' in json.loads(model.heard[0].whole)["messages"][-1]["content"]
    artifact.refresh_from_db()
    written = json.loads(good())
    assert [call["text"] for call in artifact.active.content["calls_to_action"]] == [
        call["text"] for call in written["calls_to_action"]
    ]
    assert artifact.active.content["headlines"] == before["headlines"]
    assert artifact.active.content["bodies"] == before["bodies"]


def test_hostile_answer_turns_nothing_green(team: Team, model: Server) -> None:
    """A model that obeys what is planted in the brief, and writes what must not stand there."""
    bad = good("copywriting", request("copywriting", brief=BRIEF)).replace("Larkspur", "guaranteed Larkspur")
    model.play(Reply(bad))
    give_key(team, model)
    run = ran(team)
    report = AuditReport.objects.get(run=run)
    assert report.verdict == "fail"
    assert Finding.objects.filter(report=report, slot="copy", quote__iexact="guaranteed").exists()


def test_sandboxed_agent_reaches_a_model_and_no_key(team: Team, model: Server) -> None:
    """Through the broker the worker asks; what the agent inside gets is what the model said."""
    give_key(team, model)
    model.play(Reply('{"said": "hello"}'))
    run = begin(spec("a"), team=team)
    station = make_station()
    hand = Hand(run)
    hand.worker = station.worker
    claim = replace(hand.claim(), inputs={"model": SPEC})
    station.pulse.hold([claim])
    with lent(claim, AttemptHost(claim, station.pulse, station.actor())) as said:
        assert KEY not in repr(said)
        opened = SimpleNamespace(path=said["broker_socket"], token=said["broker_token"])
        status, answer = post(opened, call(1, 100_000, inputs={"question": "?"}))  # type: ignore[arg-type]
    assert (status, answer["response"], answer["cost_micros"]) == (200, {"said": "hello"}, 1_400)
    assert model.heard[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(answer)
