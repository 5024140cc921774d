"""S01, S02, S10: ids of another team inside bodies and queries, and answers that were kept for somebody else."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.actions.campaigns import file_campaign
from campaigns.actions.runs import start_run
from campaigns.actions.tokens import create_token
from campaigns.models import ArtifactVersion, Budget, Campaign, Checkpoint, Event, Run, Task, Token
from tests.campaigns.api.world import BRIEF, PLAN, World
from tests.campaigns.engine.drive import drive
from tests.campaigns.people import People


@pytest.fixture
def own(world: World) -> dict[str, str]:
    """What the outsider has in the team of their own."""
    people = world.people
    actor = people.actor("outsider")
    creative = file_campaign(team_id=people.elsewhere.pk, kind="creative", brief=BRIEF, actor=actor)
    done = drive(start_run(campaign_id=creative.pk, actor=actor))
    coding = file_campaign(team_id=people.elsewhere.pk, kind="coding", goal="g", plan=PLAN, actor=actor)
    draft = file_campaign(team_id=people.elsewhere.pk, kind="creative", brief=BRIEF, actor=actor)
    run = start_run(campaign_id=coding.pk, actor=actor)
    return {"run": str(run.pk), "draft": str(draft.pk), "done": str(done.pk)}


def _state() -> dict[str, Any]:
    """Everything of the other team that a mistake could have changed, and how much there is of all."""
    return {
        "events": list(Event.objects.order_by("stream_id", "seq").values_list("stream_id", "seq", "type")),
        "tasks": list(Task.objects.order_by("pk").values_list("pk", "state", "version")),
        "budgets": list(Budget.objects.order_by("pk").values_list("pk", "limit_micros")),
        "counts": [model.objects.count() for model in (Campaign, Run, Checkpoint, Token)],
    }


def test_no_id_of_another_team_is_obeyed_inside_a_body(world: World, own: dict[str, str]) -> None:
    client, people = world.people.client("outsider"), world.people
    tries: list[tuple[str, dict[str, Any]]] = [
        ("campaigns/", {"kind": "creative", "team": str(people.team.pk)}),
        (f"runs/{own['run']}/retry/", {"tasks": [str(world.task.pk)]}),
        (f"runs/{own['done']}/retry/", {"tasks": [str(world.task.pk)]}),
        (f"runs/{own['run']}/fork/", {"from_checkpoint": str(world.checkpoint.pk)}),
        (f"runs/{own['run']}/fork/", {"from_task": str(world.task.pk)}),
        (f"campaigns/{own['draft']}/runs/", {"resume_from": str(world.checkpoint.pk)}),
        (f"campaigns/{own['draft']}/runs/", {"resume_from": str(world.run.pk)}),
        ("tokens/", {"name": "x", "user": people.users["admin"].pk}),
        *(
            ("budgets/", {"scope": scope, "object": str(row.pk), "limit": "5"})
            for scope, row in (("team", people.team), ("campaign", world.creative), ("run", world.run))
        ),
    ]
    before = _state()
    answers = {f"{path} {body}": client.post(f"/api/v1/{path}", body).status_code for path, body in tries}
    assert {said: status for said, status in answers.items() if status not in (403, 404, 409, 422)} == {}
    assert _state() == before


@pytest.mark.parametrize(
    "query",
    [
        "runs/?campaign={creative}",
        "runs/?parent={run}",
        "runs/?team={team}",
        "campaigns/?team={team}",
        "tasks/?run={run}",
        "tasks/?run={run}&format=csv",
        "gates/?run={run}",
        "gates/?task={task}",
        "domains/?run={run}",
        "ledger/?run={run}",
        "ledger/?format=csv&run={open_run}",
        "budgets/?run={open_run}",
        "checkpoints/?run={open_run}",
        "decisions/?run={open_run}",
        "audits/?run={run}",
        "findings/?run={run}",
        "artifacts/?campaign={creative}",
    ],
)
def test_no_filter_reaches_rows_of_another_team(world: World, own: dict[str, str], query: str) -> None:
    names = {name: str(getattr(world, name).pk) for name in ("creative", "run", "open_run", "task")}
    answer = world.people.client("outsider").get(f"/api/v1/{query.format(team=world.people.team.pk, **names)}")
    if answer.status_code == 200 and "json" in answer["Content-Type"]:
        assert answer.json()["results"] == []
    elif answer.status_code == 200:
        assert len(answer.content.decode().strip().splitlines()) == 1
    else:
        assert answer.status_code in (400, 404), answer.content


def test_versions_of_another_team_are_not_compared_with_ones_own(world: World, own: dict[str, str]) -> None:
    mine = ArtifactVersion.objects.filter(run=own["done"]).first()
    assert mine is not None
    client = world.people.client("outsider")
    assert client.get(f"/api/v1/versions/{mine.pk}/diff/?against={world.version.pk}").status_code == 404


def test_a_token_that_may_only_read_gets_no_answer_that_was_kept(people: People) -> None:
    author = people.users["author"]
    body = {"kind": "creative", "team": str(people.team.pk)}

    def client(scope: str) -> APIClient:
        _, key = create_token(user_id=author.pk, name="t", days=1, scope=scope, actor=people.actor("author"))
        said = {"host": "localhost", "authorization": f"Token {key}", "idempotency-key": "once"}
        return APIClient(headers=said)

    assert client("write").post("/api/v1/campaigns/", body).status_code == 201
    assert client("read").post("/api/v1/campaigns/", body).status_code == 403
    assert client("write").post("/api/v1/campaigns/", body)["Idempotency-Replayed"] == "true"
