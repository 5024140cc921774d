"""Real workers ask a real model server: five campaigns at once, a key that is nowhere, a model that dies midway."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from decimal import Decimal

import pytest
import redis
from django.conf import settings
from django.db import connection

from campaigns.actions.budgets import set_budget
from campaigns.actions.model_keys import add_key, revoke_key
from campaigns.actions.runs import cancel_run
from campaigns.models import ArtifactVersion, AuditReport, Budget, Invocation, LedgerEntry, ModelKey, Run
from campaigns.permissions import SYSTEM
from tests.agents.stand_ins import request
from tests.factories import BRIEF
from tests.faults import scenes
from tests.faults.stack import SLACK_S, Process, Started, wait_for_end, wait_until
from tests.models.asking import good
from tests.models.server import KEY, Heard, Reply, Server, serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

ANSWERS_IN_S = 3.0
FIRST_WITHIN_S = 15.0
ALL_WITHIN_S = 60.0
HOST = "127.0.0.1"
_OPINION = json.dumps({"opinions": [{"text": "Warm enough, and honest.", "score": 80}]})
_OPENINGS = {
    "You write campaign copy": "copywriting",
    "You write posts": "short_copy",
    "You design posters": "visual_concept",
    "You give an opinion": "audit",
}


def role_of(heard: Heard) -> str:
    system = heard.body["messages"][0]["content"]
    return next(role for opening, role in _OPENINGS.items() if system.startswith(opening))


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Answers whatever a role of ours is asked, at once."""
    monkeypatch.setattr(settings, "MODEL_HOSTS", [HOST])
    said = {role: good(role, request(role, brief=BRIEF)) for role in _OPENINGS.values() if role != "audit"}
    said["audit"] = _OPINION
    with serving(answer=lambda heard: Reply(said[role_of(heard)])) as server:
        yield server


def one_key(model: Server, *uses: str) -> ModelKey:
    return add_key(
        team_id=scenes.team().pk, provider="openai-compatible", endpoint="mock", base_url=model.openai, secret=KEY,
        model="mock-1", uses=uses or ("copy", "short_copy", "visual_concept"),
        prices={"*": {"input": "1", "output": "2"}}, actor=SYSTEM,
    )  # fmt: skip


def workers(s: Started, count: int) -> Process:
    """A supervisor in a new interpreter, which reads its settings and loads what it needs as in the product."""
    return s.python("manage.py", "worker", "--short", str(count), "--long", "0", MODEL_HOSTS=HOST)


def slowly(model: Server, seconds: float) -> None:
    quick = model.answer
    assert quick is not None
    model.answer = lambda heard: Reply(quick(heard).text, wait_s=seconds)


def test_five_campaigns_on_three_workers_with_a_model_of_three_seconds(s: Started, model: Server) -> None:
    slowly(model, ANSWERS_IN_S)
    one_key(model)
    workers(s, 3)
    wait_until(lambda: "worker started" in s.told(), told=s.told)
    runs = [scenes.start(scenes.brief()) for _ in range(5)]

    wait_for_end(s, *runs, seconds=ALL_WITHIN_S + SLACK_S)

    for run in runs:
        assert run.state == "completed", run.errors
        first = ArtifactVersion.objects.filter(artifact__campaign=run.campaign_id).earliest("created_at").created_at
        assert (first - run.created_at).total_seconds() < FIRST_WITHIN_S
        assert run.finished_at is not None
        assert (run.finished_at - runs[0].created_at).total_seconds() < ALL_WITHIN_S
    asked = Invocation.objects.filter(attempt__run__in=runs)
    assert set(asked.values_list("answered_by", flat=True)) == {"llm:openai-compatible:mock/mock-1"}
    assert asked.count() == len(model.heard) == 15
    assert {row.cost_micros for row in asked} == {1_400}  # 1,000 tokens at 1 and 200 at 2 per million
    assert AuditReport.objects.filter(run__in=runs, state="done").count() == 5


def test_key_is_in_nothing_that_work_leaves(s: Started, model: Server, redis_client: redis.Redis) -> None:
    model.answer = lambda heard: Reply(status=401, message=f"Incorrect API key provided: {KEY}")
    one_key(model, "copy", "audit")
    workers(s, 1)
    run = scenes.start(scenes.brief())
    wait_for_end(s, run)

    assert any(KEY in " ".join(heard.headers.values()) for heard in model.heard)  # it was really used
    assert KEY not in s.told()
    stored = _everything_stored()
    assert "Larkspur" in stored
    assert KEY not in stored
    assert KEY.encode() not in b"".join(redis_client.dump(name) or b"" for name in redis_client.keys("*"))
    home = settings.CONDUCTOR_HOME
    assert not [path for path in home.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def _everything_stored() -> str:
    with connection.cursor() as cursor:
        told = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'select * from "{table}"')
            told.append(repr(cursor.fetchall()))
    return "\n".join(told)


def test_without_its_model_a_campaign_is_made_by_the_built_in_makers(s: Started, model: Server) -> None:
    model.answer = lambda heard: Reply(status=500)
    one_key(model)
    workers(s, 2)
    run = scenes.start(scenes.brief())
    wait_for_end(s, run)
    assert run.state == "completed"
    said = Invocation.objects.filter(attempt__run=run, attempt__task__slot="copy").get()
    assert (said.answered_by, said.ok) == ("builtin", True)
    assert "agent_unreachable" in said.transcript


def test_key_that_is_revoked_is_not_used_again(s: Started, model: Server) -> None:
    key = one_key(model)
    run = scenes.start(scenes.brief())
    revoke_key(key_id=key.pk, actor=SYSTEM)
    workers(s, 1)
    wait_for_end(s, run)
    assert run.state == "completed"
    assert not model.heard


def test_cancel_ends_a_call_and_its_money_is_settled(s: Started, model: Server) -> None:
    model.answer = lambda heard: Reply("x ", endless=True)
    one_key(model)
    workers(s, 1)
    run = scenes.start(scenes.brief())
    assert model.begun.wait(60), s.told()
    wait_until(lambda: LedgerEntry.objects.filter(run=run, kind="reserve").exists(), told=s.told)
    cancel_run(run_id=run.pk, actor=SYSTEM)
    wait_for_end(s, run)
    assert run.state == "cancelled"
    assert model.hung_up.wait(10)
    wait_until(lambda: not Budget.objects.filter(run=run, reserved_micros__gt=0).exists(), told=s.told)
    assert not LedgerEntry.objects.filter(run=run, kind="settle", known=True).exists()  # nobody knows what it cost


def test_budget_that_does_not_reach_stops_the_run_before_the_call(s: Started, model: Server) -> None:
    one_key(model)
    run = scenes.start(scenes.brief())
    set_budget(scope="run", object_id=run.pk, limit=Decimal("0.000001"), actor=SYSTEM)
    workers(s, 1)
    wait_for_end(s, run)
    assert run.state == "budget_stopped"
    assert not model.heard


def test_worker_that_dies_in_a_call_is_replaced_and_the_run_completes(s: Started, model: Server) -> None:
    quick, died = model.answer, threading.Event()
    assert quick is not None

    def once_for_ever(heard: Heard) -> Reply:
        return Reply(quick(heard).text, wait_s=0 if died.is_set() else 30)

    model.answer = once_for_ever
    one_key(model, "copy")
    first = workers(s, 1)
    run = scenes.start(scenes.brief())
    assert model.begun.wait(60), s.told()
    first.kill()
    died.set()
    workers(s, 1)
    s.witness()
    wait_for_end(s, run)
    assert run.state == "completed", run.errors
    assert ArtifactVersion.objects.filter(artifact__campaign=run.campaign_id, artifact__slot="copy").count() == 1


def test_an_opinion_of_a_model_changes_no_verdict(s: Started, model: Server) -> None:
    one_key(model, "audit")
    workers(s, 1)
    with_model, without = scenes.start(scenes.brief()), scenes.start(scenes.brief(audit=["builtin"]))
    wait_for_end(s, with_model, without)
    reports = {report.run_id: report for report in AuditReport.objects.filter(run__in=[with_model, without])}
    asked, plain = reports[with_model.pk], reports[without.pk]
    assert (asked.verdict, asked.score, asked.categories) == (plain.verdict, plain.score, plain.categories)
    assert Run.objects.filter(pk=with_model.pk, state="completed").exists()
