from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.models import Attempt, Campaign, Run
from tests.campaigns.api.world import BRIEF, PLAN, World
from tests.campaigns.people import People

CAMPAIGNS = "/api/v1/campaigns/"
FIELDS = {
    "id", "team", "kind", "name", "state", "version", "repository", "runs", "last_run", "created_by", "created_at",
    "updated_at", "goal", "brief", "plan", "settings", "brief_hash", "missing", "duplicate_of", "cuts", "active",
    "budget", "last_event", "brand",
}  # fmt: skip


def file(client: APIClient, **body: Any) -> Any:
    return client.post(CAMPAIGNS, {"kind": "creative", "brief": BRIEF, **body})


def test_a_brief_is_filed_and_read_back(author: APIClient, people: People) -> None:
    answer = file(author, name="Spring", budget="12.5")
    filed = answer.json()
    assert (answer.status_code, set(filed)) == (201, FIELDS)
    assert (filed["state"], filed["version"], filed["created_by"], filed["missing"]) == ("draft", 1, "author", {})
    assert (filed["budget"]["limit"], filed["budget"]["currency"]) == ("12.50", "USD")
    read = author.get(f"{CAMPAIGNS}{filed['id']}/")
    assert read.json() == filed
    assert read["ETag"] == '"1"'


def test_a_draft_says_what_it_lacks(author: APIClient) -> None:
    lacking = file(author, brief={"tone": "dry"}).json()["missing"]
    assert set(lacking) == {"brief.objective", "brief.audience", "brief.product", "brief.platforms"}


def test_a_twin_is_pointed_out_and_runs_by_itself(author: APIClient) -> None:
    first = file(author).json()
    twin = file(author, name="Again").json()
    assert (first["duplicate_of"], twin["duplicate_of"]) == (None, first["id"])
    assert author.post(f"{CAMPAIGNS}{twin['id']}/runs/", {}).status_code == 202
    assert author.post(f"{CAMPAIGNS}{first['id']}/runs/", {}).status_code == 202


def test_an_oversized_text_is_refused_with_its_limit_or_cut(author: APIClient) -> None:
    long = {**BRIEF, "audience": "shop owners " * 200}
    refused = file(author, brief=long).json()
    assert (refused["status"], refused["code"]) == (422, "too_long")
    assert refused["errors"] == {"brief.audience": ["Has 2,399 characters; the limit is 1,000."]}
    cut = file(author, brief=long, truncate=True).json()
    assert len(cut["brief"]["audience"]) <= 1000
    assert len(cut["cuts"]) == 1
    longer = file(author, brief=long, settings={"limits": {"audience": 3000}})
    assert longer.status_code == 201


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"kind": None}, "kind"),
        ({"kind": "opera"}, "kind"),
        ({"name": 7}, "name"),
        ({"name": None}, "name"),
        ({"name": "n" * 1001}, "name"),
        ({"brief": []}, "brief"),
        ({"brief": "text"}, "brief"),
        ({"brief": {**BRIEF, "tone": 7}}, "brief.tone"),
        ({"brief": {**BRIEF, "key_messages": "one"}}, "brief.key_messages"),
        ({"brief": {**BRIEF, "constraints": {"max_words": -1}}}, "brief.constraints.max_words"),
        ({"brief": {**BRIEF, "constraints": {"max_words": 2**63}}}, "brief.constraints.max_words"),
        ({"brief": {**BRIEF, "platforms": ["fax"]}}, "brief.platforms[0]"),
        ({"brief": {**BRIEF, "schema": 2}}, "brief.schema"),
        ({"brief": {**BRIEF, "schema": 0}}, "brief.schema"),
        ({"brief": {**BRIEF, "tone": "\u202ereversed"}}, "brief.tone"),
        ({"settings": {"seed": 2**53 + 1}}, "settings.seed"),
        ({"settings": {"max_parallel": 0}}, "settings.max_parallel"),
        ({"settings": {"timeouts": {"copy": "1"}}}, "settings.timeouts.copy"),
        ({"budget": 1.5}, "budget"),
        ({"budget": "-1"}, "budget"),
        ({"budget": "1e3"}, "budget"),
        ({"budget": "0.0000001"}, "budget"),
        ({"budget": "9" * 10}, "budget"),
        ({"truncate": "yes"}, "truncate"),
        ({"brand": "acme"}, "brand"),
        ({"playbook": "six"}, "playbook"),
        ({"plan": PLAN}, "plan"),
        ({"team": "home"}, "team"),
        ({"team": 1}, "team"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(author: APIClient, body: dict[str, Any], named: str) -> None:
    refused = file(author, **body)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, [named]), refused.json()
    assert not Campaign.objects.exists()


def test_a_team_is_found_where_there_is_only_one(people: People, author: APIClient) -> None:
    assert file(author).json()["team"] == str(people.team.pk)
    people.elsewhere.memberships.create(user=people.users["author"], role="author")
    assert list(file(author).json()["errors"]) == ["team"]
    assert file(author, team=str(people.elsewhere.pk)).status_code == 201


def test_a_foreign_team_does_not_exist(people: People, author: APIClient) -> None:
    assert file(author, team=str(people.elsewhere.pk)).status_code == 404


def revise(client: APIClient, pk: str, body: dict[str, Any], **headers: str) -> Any:
    return client.patch(f"{CAMPAIGNS}{pk}/", body, headers=headers)


def test_a_revision_names_the_version_it_means(author: APIClient) -> None:
    pk = file(author).json()["id"]
    assert revise(author, pk, {"name": "A"}).json()["code"] == "precondition_required"
    assert revise(author, pk, {"name": "A", "version": 1}).json()["version"] == 2
    assert revise(author, pk, {"name": "B"}, **{"if-match": '"2"'}).json()["version"] == 3
    assert revise(author, pk, {"name": "C"}, **{"if-match": 'W/"3"'})["ETag"] == '"4"'
    assert revise(author, pk, {"name": "D", "version": 4}, **{"if-match": '"3"'}).status_code == 422
    assert revise(author, pk, {"name": "D"}, **{"if-match": "*"}).status_code == 400


def test_a_stale_revision_names_who_changed_what(people: People, author: APIClient) -> None:
    pk = file(author).json()["id"]
    revise(people.client("reviewer"), pk, {"name": "Theirs", "version": 1})
    refused = revise(author, pk, {"name": "Mine", "version": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_version")
    assert "user:reviewer changed name" in refused.json()["detail"]
    assert refused.json()["errors"] == {"version": ["Is 2 now."]}


@pytest.mark.parametrize("version", [0, -1, 2**31, 2**63, "1", 1.0, True, None])
def test_a_version_that_is_none_is_refused(author: APIClient, version: Any) -> None:
    pk = file(author).json()["id"]
    assert revise(author, pk, {"name": "A", "version": version}).status_code == 422
    assert Campaign.objects.get().version == 1


@pytest.mark.parametrize("field", ["state", "kind", "team", "runs", "brief_hash", "created_by", "id", "budget"])
def test_what_cannot_be_revised_is_refused(author: APIClient, field: str) -> None:
    pk = file(author).json()["id"]
    refused = revise(author, pk, {field: "x", "version": 1})
    assert list(refused.json()["errors"]) == [field]


def test_deleting_is_soft_and_looks_final(people: People, author: APIClient, admin: APIClient) -> None:
    pk = file(author).json()["id"]
    assert author.delete(f"{CAMPAIGNS}{pk}/").status_code == 403
    assert admin.delete(f"{CAMPAIGNS}{pk}/").status_code == 204
    assert admin.delete(f"{CAMPAIGNS}{pk}/").status_code == 404
    assert admin.get(f"{CAMPAIGNS}{pk}/").status_code == 404
    assert Campaign.objects.count() == 1


def test_archive_and_back(author: APIClient) -> None:
    pk = file(author).json()["id"]
    assert author.post(f"{CAMPAIGNS}{pk}/archive/").json()["state"] == "archived"
    assert author.post(f"{CAMPAIGNS}{pk}/runs/", {}).status_code == 409
    assert author.post(f"{CAMPAIGNS}{pk}/unarchive/", {}).json()["state"] == "active"


def test_a_preflight_of_a_whole_brief_is_well(author: APIClient) -> None:
    pk = file(author).json()["id"]
    said = author.post(f"{CAMPAIGNS}{pk}/preflight/", {"mode": "sequential", "platforms": ["twitter"]}).json()
    assert (said["ok"], said["errors"], said["warnings"], said["duplicate_of"]) == (True, {}, [], None)
    assert said["estimate"] == {"seconds": None, "cost": "0.00", "currency": "USD", "tasks": 6}
    assert not Run.objects.exists()


def test_a_preflight_knows_how_long_such_work_took(author: APIClient, world: World) -> None:
    said = author.post(f"{CAMPAIGNS}{world.creative.pk}/preflight/", {}).json()
    assert 0 <= said["estimate"]["seconds"] < 60


def test_a_preflight_counts_how_many_tasks_are_worked_on_at_once(author: APIClient, world: World) -> None:
    Attempt.objects.filter(task__run=world.run).update(
        started_at=timezone.now() - timedelta(seconds=10), finished_at=timezone.now()
    )

    def seconds(at_once: int) -> float:
        made = file(author, settings={"max_parallel": at_once}).json()["id"]
        return float(author.post(f"{CAMPAIGNS}{made}/preflight/", {}).json()["estimate"]["seconds"])

    assert (round(seconds(3)), round(seconds(1))) == (20, 40)  # three makers at once and the audit, or one by one


@pytest.mark.parametrize("choice", [{"mode": "parallel"}, {"platforms": ["twitter"]}])
def test_choices_of_a_creative_run_are_refused_for_another_by_their_own_names(
    author: APIClient, world: World, choice: dict[str, Any]
) -> None:
    at = f"{CAMPAIGNS}{world.coding.pk}/"
    named = {name: ["Only a creative campaign has this."] for name in choice}
    assert author.post(f"{at}preflight/", choice).json()["errors"] == named
    refused = author.post(f"{at}runs/", choice)
    assert (refused.status_code, refused.json()["errors"]) == (422, named)


def test_a_preflight_tells_every_fault_by_name(author: APIClient) -> None:
    pk = file(author, brief={"tone": "dry"}).json()["id"]
    said = author.post(f"{CAMPAIGNS}{pk}/preflight/", {"platforms": ["fax"]}).json()
    assert said["ok"] is False
    assert set(said["errors"]) == {"brief.objective", "brief.audience", "brief.product", "platforms[0]"}


def test_a_preflight_of_an_agent_that_is_not_well_names_it(author: APIClient) -> None:
    pk = file(author, settings={"agents": {"copy": "scripted:nothing-like-it"}}).json()["id"]
    said = author.post(f"{CAMPAIGNS}{pk}/preflight/", {}).json()
    assert said["ok"] is False
    assert list(said["errors"]) == ["agents.scripted:nothing-like-it"]
    refused = author.post(f"{CAMPAIGNS}{pk}/runs/", {})
    assert (refused.status_code, refused.json()["errors"]) == (422, said["errors"])
    assert not Run.objects.exists()


def test_a_chain_is_well_if_one_of_it_is(author: APIClient) -> None:
    pk = file(author, settings={"agents": {"copy": ["scripted:nothing-like-it", "builtin"]}}).json()["id"]
    said = author.post(f"{CAMPAIGNS}{pk}/preflight/", {}).json()
    assert (said["ok"], said["warnings"]) == (
        True, ["scripted:nothing-like-it does not answer; its chain goes on without it."],
    )  # fmt: skip
    assert author.post(f"{CAMPAIGNS}{pk}/runs/", {}).status_code == 202


def test_a_preflight_warns_of_a_twin_and_of_a_run_at_work(author: APIClient) -> None:
    file(author)
    pk = file(author).json()["id"]
    author.post(f"{CAMPAIGNS}{pk}/runs/", {})
    said = author.post(f"{CAMPAIGNS}{pk}/preflight/", {}).json()
    assert (said["ok"], len(said["warnings"])) == (True, 2)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"mode": "sideways"}, "mode"),
        ({"platforms": "twitter"}, "platforms"),
        ({"platforms": ["fax"]}, "platforms[0]"),
        ({"platforms": []}, "platforms"),
        ({"session": "s1"}, "session"),
        ({"resume_from": "x"}, "resume_from"),
        ({"seed": 1}, "seed"),
    ],
)
def test_a_start_that_cannot_be_is_refused_by_name(author: APIClient, body: dict[str, Any], named: str) -> None:
    pk = file(author).json()["id"]
    refused = author.post(f"{CAMPAIGNS}{pk}/runs/", body)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, [named])
    assert not Run.objects.exists()


def test_an_incomplete_brief_does_not_start(author: APIClient) -> None:
    pk = file(author, brief={"tone": "dry"}).json()["id"]
    refused = author.post(f"{CAMPAIGNS}{pk}/runs/", {}).json()
    assert (refused["status"], refused["code"]) == (422, "incomplete")
    assert "brief.objective" in refused["errors"]


def test_one_run_at_a_time(author: APIClient) -> None:
    pk = file(author).json()["id"]
    started = author.post(f"{CAMPAIGNS}{pk}/runs/", {"mode": "parallel", "platforms": ["twitter"]})
    assert (started.status_code, started.json()["state"], started.json()["number"]) == (202, "queued", 1)
    again = author.post(f"{CAMPAIGNS}{pk}/runs/", {})
    assert (again.status_code, again.json()["code"]) == (409, "already_running")
    listed = author.get(f"{CAMPAIGNS}{pk}/runs/").json()["results"]
    assert [run["id"] for run in listed] == [started.json()["id"]]
    shown = author.get(CAMPAIGNS).json()["results"][0]
    assert (shown["runs"], shown["last_run"]["state"], shown["state"]) == (1, "queued", "active")


def test_the_active_pieces_of_a_campaign_are_named(viewer: APIClient, world: World) -> None:
    active = viewer.get(f"{CAMPAIGNS}{world.creative.pk}/").json()["active"]
    assert set(active) == {"copy", "short_copy", "visual_concept"}
    assert active["copy"]["version"] == str(world.version.pk)


def test_events_of_a_campaign_come_in_order(author: APIClient) -> None:
    pk = file(author).json()["id"]
    revise(author, pk, {"name": "New", "version": 1})
    said = author.get(f"{CAMPAIGNS}{pk}/events/").json()
    assert [(event["seq"], event["type"]) for event in said["results"]] == [
        (1, "campaign.created"),
        (2, "campaign.revised"),
    ]
    assert said["last_event"] == 2
    first = author.get(f"{CAMPAIGNS}{pk}/events/?limit=1").json()
    assert author.get(first["next"]).json()["results"][0]["seq"] == 2
    assert author.get(f"{CAMPAIGNS}{pk}/events/?after=2").json()["results"] == []


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=9223372036854775808", "after=1e9", "limit=0", "limit=501", "to=1"]
)
def test_a_place_in_the_events_that_is_none_is_400(author: APIClient, query: str) -> None:
    pk = file(author).json()["id"]
    assert author.get(f"{CAMPAIGNS}{pk}/events/?{query}").status_code == 400


def test_a_deleted_or_foreign_campaign_starts_nothing(outsider: APIClient, author: APIClient) -> None:
    pk = file(author).json()["id"]
    assert outsider.post(f"{CAMPAIGNS}{pk}/runs/", {}).status_code == 404
    Campaign.objects.update(deleted_at=timezone.now())
    assert author.post(f"{CAMPAIGNS}{pk}/runs/", {}).status_code == 404


def test_a_coding_campaign_is_filed_with_its_plan(author: APIClient) -> None:
    filed = author.post(CAMPAIGNS, {"kind": "coding", "goal": "Refit", "repository": "/srv/x", "plan": PLAN}).json()
    assert [task["key"] for task in filed["plan"]["tasks"]] == ["first", "second"]
    assert filed["missing"] == {}


def test_a_faulty_plan_is_told_by_its_path(author: APIClient) -> None:
    plan = {"tasks": [{"key": "a", "title": "A", "command": ["true"], "needs": ["b"]}]}
    refused = author.post(CAMPAIGNS, {"kind": "coding", "goal": "x", "plan": plan}).json()
    assert (refused["status"], refused["code"]) == (422, "unknown_dependency")
    assert list(refused["errors"]) == ["plan.tasks[0].needs[0]"]
