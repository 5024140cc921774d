from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.actions.runs import start_run
from campaigns.models import ArtifactVersion, Campaign, Event, Run, Task
from campaigns.permissions import SYSTEM
from campaigns.states import TaskState
from conductor.lib.ids import sha256_hex
from tests.campaigns.api.world import BRIEF, World
from tests.campaigns.engine.drive import drive
from tests.campaigns.people import People
from tests.factories import make_campaign

RUNS = "/api/v1/runs/"
CONTRACT = {
    "id", "campaign", "number", "purpose", "state", "stage", "outcome", "mode", "parent", "progress", "tasks",
    "artifacts", "audit", "errors", "metrics", "budget", "session", "last_event",
}  # fmt: skip
METRICS = {
    "total_ms", "time_to_first_artifact_ms", "generation_ms", "audit_ms", "write_ms", "agent_ms", "events",
    "tasks_total", "tasks_completed", "tasks_failed", "tasks_blocked", "tasks_in_progress", "tasks_pending",
    "progress_percent",
    "proved_percent", "completion_rate", "failure_rate", "total_retries", "avg_retries_per_task", "elapsed_ms",
    "avg_task_ms", "estimated_remaining_ms", "drift_checks", "drift_corrections", "last_drift_severity",
}  # fmt: skip


def ran(people: People, **settings: Any) -> Run:
    campaign = make_campaign(people.team, settings=settings)
    return drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))


def get(client: APIClient, run: Run, what: str = "") -> dict[str, Any]:
    said: dict[str, Any] = client.get(f"{RUNS}{run.pk}/{what}").json()
    return said


def test_a_run_has_the_whole_shape(viewer: APIClient, world: World) -> None:
    said = get(viewer, world.run)
    assert set(said) >= CONTRACT
    assert set(said["metrics"]) == METRICS
    assert (said["state"], said["stage"], said["outcome"]) == ("completed", "completed", "success")
    assert said["tasks"] == {"completed": 4}
    assert said["progress"] == {"percent": 100, "proved_percent": 0, "completed": 4, "total": 4}
    assert [piece["slot"] for piece in said["artifacts"]] == ["copy", "short_copy", "visual_concept"]
    assert said["audit"]["state"] == "done"
    assert said["audit"]["verdict"] in ("pass", "conditional", "fail")
    assert said["session"]["state"] == "completed"
    assert said["last_event"] == said["metrics"]["events"] == Event.objects.filter(stream_id=world.run.pk).count()


def test_a_run_that_has_not_begun_shows_nothing_green(viewer: APIClient, people: People) -> None:
    run = start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM)
    said = get(viewer, run)
    assert (said["audit"]["verdict"], said["audit"]["state"], said["outcome"]) == ("not_audited", "pending", None)
    assert (said["artifacts"], said["errors"], said["progress"]["percent"]) == ([], [], 0)


def test_a_coding_run_has_no_audit(viewer: APIClient, world: World) -> None:
    said = get(viewer, world.open_run)
    assert (said["audit"], said["stage"]) == (None, None)


def test_a_missing_piece_is_named_with_its_error(viewer: APIClient, people: People) -> None:
    run = ran(people, agents={"short_copy": ["scripted:fail"]})
    said = get(viewer, run)
    assert (said["state"], said["outcome"]) == ("partially_completed", "partial")
    assert [(error["agent"], error["retryable"]) for error in said["errors"]] == [("short_copy", True)]
    bundle = get(viewer, run, "bundle/")
    assert bundle["short_copy"] is None
    assert bundle["copy"]["content"]


def test_the_bundle_holds_each_piece_with_its_hash(viewer: APIClient, world: World) -> None:
    bundle = get(viewer, world.run, "bundle/")
    assert set(bundle) == {
        "run", "campaign", "outcome", "brand", "copy", "short_copy", "visual_concept", "generated_at", "audit",
        "errors",
    }  # fmt: skip
    piece = bundle["copy"]
    assert set(piece) == {"artifact", "version", "content", "tags", "sha256"}
    stored = ArtifactVersion.objects.get(pk=piece["version"])
    assert (piece["content"], piece["sha256"]) == (stored.content, stored.sha256)


def test_the_export_is_the_same_bytes_and_proves_itself(viewer: APIClient, world: World) -> None:
    first, second = (viewer.get(f"{RUNS}{world.run.pk}/export/") for _ in range(2))
    assert first.content == second.content
    assert first["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(first.content))
    manifest = json.loads(archive.read("manifest.json"))
    assert {entry["name"] for entry in manifest["files"]} == set(archive.namelist()) - {"manifest.json"}
    for entry in manifest["files"]:
        assert sha256_hex(archive.read(entry["name"])) == entry["sha256"]
    assert sha256_hex(archive.read("copy.json")) == get(viewer, world.run, "bundle/")["copy"]["sha256"]
    assert any(name.startswith("visual_concept-") and name.endswith(".svg") for name in archive.namelist())
    assert all("/" not in name for name in archive.namelist())


def test_the_graph_has_every_task_and_need(viewer: APIClient, world: World) -> None:
    graph = get(viewer, world.run, "graph/")
    keys = {node["id"]: node["key"] for node in graph["nodes"]}
    assert {(keys[edge["from"]], keys[edge["to"]], edge["requires"]) for edge in graph["edges"]} == {
        ("copy", "audit", "end"), ("short_copy", "audit", "end"), ("visual_concept", "audit", "end"),
    }  # fmt: skip


def test_events_are_numbered_from_one_without_gap(viewer: APIClient, world: World) -> None:
    said = get(viewer, world.run, "events/")
    assert [event["seq"] for event in said["results"]] == list(range(1, said["last_event"] + 1))
    assert said["results"][0]["type"] == "run.accepted"
    assert said["results"][-1]["to"] == "completed"
    assert get(viewer, world.run, "events/?after=3")["results"] == said["results"][3:]


def test_pause_resume_cancel(people: People, world: World) -> None:
    operator = people.client("operator")
    url = f"{RUNS}{world.open_run.pk}/"
    paused = operator.post(f"{url}pause/", {"reason": "lunch"})
    assert (paused.status_code, paused.json()["state"]) == (202, "paused")
    assert operator.post(f"{url}pause/").json()["state"] == "paused"
    assert operator.post(f"{url}resume/", {}).json()["state"] == "running"
    cancelled = operator.post(f"{url}cancel/", {"reason": "enough"}).json()
    assert (cancelled["state"], cancelled["outcome"]) == ("cancelled", "cancelled")
    assert operator.post(f"{url}cancel/").status_code == 202
    again = operator.post(f"{url}resume/")
    assert (again.status_code, again.json()["code"]) == (409, "invalid_move")


@pytest.mark.parametrize("reason", [7, None, "r" * 501, ["x"]])
def test_a_reason_that_is_none_is_refused(people: People, world: World, reason: Any) -> None:
    refused = people.client("operator").post(f"{RUNS}{world.open_run.pk}/pause/", {"reason": reason})
    assert list(refused.json()["errors"]) == ["reason"]


def test_an_author_cancels_only_what_they_made(people: People, world: World) -> None:
    author = people.client("author")
    assert author.post(f"{RUNS}{world.open_run.pk}/cancel/").status_code == 202
    other = start_run(campaign_id=make_campaign(people.team, created_by=people.users["admin"]).pk, actor=SYSTEM)
    assert author.post(f"{RUNS}{other.pk}/cancel/").status_code == 403


def test_a_failed_piece_is_retried_and_completes_the_same_bundle(people: People) -> None:
    run = ran(people, agents={"short_copy": ["scripted:fail"]})
    Task.objects.filter(run=run, key="short_copy").update(backend=["builtin"])
    operator = people.client("operator")
    retried = operator.post(f"{RUNS}{run.pk}/retry/", {"agents": ["short_copy"]})
    assert (retried.status_code, retried.json()["state"]) == (202, "running")
    drive(run)
    said = get(operator, run)
    assert (said["state"], said["outcome"], len(said["artifacts"])) == ("completed", "success", 3)
    assert said["audit"]["state"] == "done"
    assert len(said["audit"]["reports"]) == 1
    assert get(operator, run, "bundle/")["short_copy"] is not None


@pytest.mark.parametrize(
    ("body", "status"),
    [({"agents": ["juggler"]}, 422), ({"tasks": ["x"]}, 422), ({"tasks": "all"}, 422), ({}, 409), ({"who": 1}, 422)],
)
def test_a_retry_that_cannot_be_is_refused(people: People, world: World, body: dict[str, Any], status: int) -> None:
    assert people.client("operator").post(f"{RUNS}{world.run.pk}/retry/", body).status_code == status


def test_a_task_of_another_run_is_not_retried(people: People, world: World) -> None:
    body = {"tasks": [str(world.task.pk)]}
    assert people.client("operator").post(f"{RUNS}{world.run.pk}/retry/", body).status_code == 404


def test_a_checkpoint_is_saved_listed_and_restored(people: People, world: World) -> None:
    operator = people.client("operator")
    saved = operator.post(f"{RUNS}{world.open_run.pk}/checkpoint/", {"reason": "before lunch"})
    assert (saved.status_code, saved.json()["number"], saved.json()["reason"]) == (201, 2, "before lunch")
    listed = operator.get(f"/api/v1/checkpoints/?run={world.open_run.pk}").json()["results"]
    assert [row["number"] for row in listed] == [2, 1]
    assert "payload" not in listed[0]
    restored = operator.post(f"/api/v1/checkpoints/{saved.json()['id']}/restore/")
    assert (restored.status_code, restored.json()["purpose"]) == (202, "restore")
    assert restored.json()["parent"] == str(world.open_run.pk)
    assert get(operator, world.open_run)["state"] == "cancelled"


def test_a_fork_is_a_child_that_says_what_changed(people: People, world: World) -> None:
    operator = people.client("operator")
    body = {"from_task": "second", "changes": {"tasks": {"second": {"title": "Second, better"}}}}
    forked = operator.post(f"{RUNS}{world.open_run.pk}/fork/", body)
    assert (forked.status_code, forked.json()["purpose"]) == (202, "fork")
    assert Task.objects.get(run=forked.json()["id"], key="second").title == "Second, better"


@pytest.mark.parametrize(
    "body",
    [
        {"changes": []},
        {"changes": {"state": "completed"}},
        {"changes": {"tasks": {"second": {"state": "completed"}}}},
        {"changes": {"tasks": {"second": "x"}}},
        {"from_checkpoint": "x"},
        {"from_task": 7},
    ],
)
def test_a_fork_that_cannot_be_is_refused(people: People, world: World, body: dict[str, Any]) -> None:
    assert people.client("operator").post(f"{RUNS}{world.open_run.pk}/fork/", body).status_code == 422
    assert Run.objects.filter(purpose="fork").count() == 0


def test_a_later_audit_stands_for_the_run(people: People, world: World) -> None:
    author = people.client("author")
    child = author.post(f"{RUNS}{world.run.pk}/audit/")
    assert (child.status_code, child.json()["purpose"]) == (202, "audit")
    assert author.post(f"{RUNS}{world.run.pk}/audit/").json()["code"] == "already_running"
    drive(Run.objects.get(pk=child.json()["id"]))
    first = get(author, world.run)["audit"]
    assert first["reports"] != [str(world.audit.pk)]
    assert first["state"] == "done"


def test_three_audits_of_a_sequential_run_are_one(people: People, viewer: APIClient) -> None:
    campaign = make_campaign(people.team, settings={"mode": "sequential"})
    run = drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))
    audit = get(viewer, run)["audit"]
    assert (run.mode, audit["state"], len(audit["reports"])) == ("sequential", "done", 3)
    assert audit["verdict"] in ("pass", "conditional", "fail")
    assert 0 <= audit["score"] <= 100


def test_a_pending_audit_is_said_and_is_not_green(people: People, viewer: APIClient) -> None:
    said = get(viewer, ran(people, agents={"audit": ["scripted:fail"]}))
    assert (said["state"], said["audit_pending"]) == ("completed", True)
    assert (said["audit"]["state"], said["audit"]["verdict"]) == ("pending", "not_audited")


def test_runs_are_listed_by_state_purpose_and_campaign(viewer: APIClient, world: World) -> None:
    def ids(query: str) -> list[str]:
        return [row["id"] for row in viewer.get(f"{RUNS}?{query}").json()["results"]]

    assert ids("") == [str(world.open_run.pk), str(world.run.pk)]
    assert ids("state=completed") == [str(world.run.pk)]
    assert ids(f"campaign={world.coding.pk}") == [str(world.open_run.pk)]
    assert ids("purpose=audit,fork") == []


def test_counts_of_a_run_name_only_states_that_exist(viewer: APIClient, world: World) -> None:
    assert set(get(viewer, world.open_run)["tasks"]) <= {state.value for state in TaskState}


def test_the_same_brief_and_seed_give_the_same_hashes(people: People) -> None:
    author = people.client("author")
    hashes = []
    for _ in range(2):
        pk = author.post("/api/v1/campaigns/", {"kind": "creative", "brief": BRIEF}).json()["id"]
        started = author.post(f"/api/v1/campaigns/{pk}/runs/", {}).json()["id"]
        drive(Run.objects.get(pk=started))
        bundle = author.get(f"{RUNS}{started}/bundle/").json()
        hashes.append([bundle[slot]["sha256"] for slot in ("copy", "short_copy", "visual_concept")])
    assert hashes[0] == hashes[1]
    assert Campaign.objects.count() == 2
