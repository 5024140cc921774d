from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.actions.brands import create_brand, publish_brand
from campaigns.models import Brand, BrandVersion, Campaign, Run
from campaigns.permissions import SYSTEM
from tests.campaigns.api.world import BRIEF
from tests.campaigns.people import People
from tests.factories import make_brand_data

BRANDS = "/api/v1/brands/"
FIELDS = {
    "id", "team", "name", "slug", "state", "version", "published", "head", "has_draft", "palette", "campaigns",
    "created_by", "created_at", "updated_at", "published_by", "published_at", "archived_at", "data", "sha256",
    "published_data", "published_sha256", "missing", "cautions", "contrast",
}  # fmt: skip


def make(people: People, name: str = "Larkspur", **parts: Any) -> Brand:
    brand = create_brand(team_id=people.team.pk, data=make_brand_data(name, **parts), actor=SYSTEM)
    return publish_brand(brand_id=brand.pk, actor=SYSTEM)


def at(brand: Brand, what: str = "") -> str:
    return f"{BRANDS}{brand.pk}/{what}"


def test_a_brand_is_made_and_read_back(author: APIClient, people: People) -> None:
    data = make_brand_data(palette=[{"name": "Ink", "hex": "#000"}, {"name": "Snow", "hex": "#fff"}])
    answer = author.post(BRANDS, {"data": data})
    made = answer.json()
    assert (answer.status_code, set(made)) == (201, FIELDS)
    assert (made["state"], made["published"], made["missing"], made["created_by"]) == ("draft", None, {}, "author")
    assert made["contrast"][0] == {"ink": "#ffffff", "ground": "#000000", "ratio": 21.0, "use": "text"}
    read = author.get(f"{BRANDS}{made['id']}/")
    assert (read.json(), read["ETag"]) == (made, '"1"')


def test_the_name_may_stand_beside_the_data(author: APIClient, people: People) -> None:
    assert author.post(BRANDS, {"name": "Nightjar"}).json()["slug"] == "nightjar"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "data.name"),
        ({"data": []}, "data"),
        ({"data": {"name": "x", "mood": "y"}}, "data.mood"),
        ({"data": {"name": "x", "voice": {"tone": 3}}}, "data.voice.tone"),
        ({"data": {"name": "x"}, "colour": "red"}, "colour"),
        ({"data": {"name": "x"}, "team": "7"}, "team"),
    ],
)
def test_a_fault_is_told_by_its_field(author: APIClient, people: People, body: dict[str, Any], field: str) -> None:
    answer = author.post(BRANDS, body)
    assert (answer.status_code // 100, list(answer.json()["errors"])) == (4, [field])
    assert Brand.objects.count() == 0


def test_the_same_key_makes_one_brand(author: APIClient, people: People) -> None:
    answers = [author.post(BRANDS, {"name": "Once"}, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Brand.objects.count() == 1


def test_a_change_waits_in_the_draft_until_it_is_published(
    author: APIClient, reviewer: APIClient, people: People
) -> None:
    brand = make(people)
    changed = author.patch(at(brand), {"data": {"emoji": "none"}}, headers={"If-Match": f'"{brand.version}"'}).json()
    assert (changed["head"], changed["published"], changed["has_draft"]) == (2, 1, True)
    assert (changed["data"]["emoji"], changed["published_data"]["emoji"]) == ("none", "")
    assert author.post(at(brand, "publish/"), {}).status_code == 403
    assert reviewer.post(at(brand, "publish/"), {"number": 1}).json()["code"] == "stale_version"
    published = reviewer.post(at(brand, "publish/"), {"number": 2}).json()
    assert (published["published"], published["published_by"], published["has_draft"]) == (2, "reviewer", False)


def test_a_stale_change_names_who_changed_what(author: APIClient, people: People) -> None:
    brand = make(people)
    assert author.patch(at(brand), {"data": {"emoji": "none"}, "version": brand.version}).status_code == 200
    answer = author.patch(at(brand), {"data": {"emoji": "free"}, "version": brand.version})
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")
    assert "user:author: The draft of Larkspur was changed: emoji." in answer.json()["detail"]
    assert author.patch(at(brand), {"data": {"emoji": "free"}}).status_code == 428


def test_delete_is_archive_and_restore_undoes_it(reviewer: APIClient, people: People) -> None:
    brand = make(people)
    assert reviewer.delete(at(brand)).status_code == 204
    assert reviewer.get(at(brand)).json()["state"] == "archived"
    assert reviewer.post(at(brand, "restore/"), {}).json()["state"] == "published"
    assert reviewer.post(at(brand, "archive/"), {}).json()["archived_at"] is not None


def test_a_copy_is_a_brand_of_its_own(author: APIClient, people: People) -> None:
    answer = author.post(at(make(people), "clone/"), {"name": "Nightjar"})
    assert (answer.status_code, answer.json()["slug"], answer.json()["state"]) == (201, "nightjar", "draft")


def test_lists_are_filtered_and_are_tables(author: APIClient, people: People) -> None:
    brand = make(people, palette=[{"hex": "#abc"}])
    create_brand(team_id=people.team.pk, data=make_brand_data("=Draft"), actor=SYSTEM)
    create_brand(team_id=people.elsewhere.pk, data=make_brand_data("Foreign"), actor=SYSTEM)
    rows = author.get(BRANDS).json()["results"]
    assert [row["name"] for row in rows] == ["=Draft", "Larkspur"]
    assert rows[1]["palette"] == ["#aabbcc"]
    assert [row["id"] for row in author.get(f"{BRANDS}?state=published&q=lark").json()["results"]] == [str(brand.pk)]
    table = author.get(f"{BRANDS}?format=csv").content.decode()
    assert table.splitlines()[0].startswith("id,name,slug,state")
    assert "'=Draft" in table


def test_versions_are_listed_newest_first(author: APIClient, people: People) -> None:
    brand = make(people)
    author.patch(at(brand), {"data": {"emoji": "none"}, "version": brand.version})
    rows = author.get(at(brand, "versions/")).json()["results"]
    assert [(row["number"], row["published"], row["author"]) for row in rows] == [
        (2, False, "user:author"), (1, True, "system"),
    ]  # fmt: skip
    assert rows[0]["sha256"] == BrandVersion.objects.get(number=2).sha256


def test_the_draft_is_compared_word_by_word(author: APIClient, people: People) -> None:
    brand = make(people)
    author.patch(at(brand), {"data": {"voice": {"tone": "warm, dry"}}, "version": brand.version})
    said = author.get(at(brand, "diff/")).json()
    assert (said["version"], said["against"]) == (2, 1)
    assert [change["path"] for change in said["changes"]] == ["voice.tone"]
    assert {"op": "added", "text": "dry"} in said["changes"][0]["parts"]
    assert author.get(at(brand, "diff/?against=2")).json()["changes"] == []
    assert author.get(at(brand, "diff/?against=9")).status_code == 404
    assert author.get(at(brand, "diff/?against=x")).status_code == 400
    assert author.get(at(brand, "diff/?against=1000000000999")).status_code == 400


def test_use_is_told_by_campaign_and_version(author: APIClient, people: People) -> None:
    brand = make(people)
    filed = author.post("/api/v1/campaigns/", {"kind": "creative", "brief": BRIEF, "brand": "larkspur"}).json()
    assert filed["brand"] == str(brand.pk)
    run = author.post(f"/api/v1/campaigns/{filed['id']}/runs/", {}).json()
    assert (run["brand"]["name"], run["brand"]["version"]) == ("Larkspur", 1)
    used = author.get(at(brand, "usage/")).json()
    assert (used["campaigns_total"], used["campaigns"][0]["id"]) == (1, filed["id"])
    assert used["runs"] == [{"version": 1, "runs": 1}]
    assert author.get(f"/api/v1/campaigns/?brand={brand.pk}").json()["results"][0]["id"] == filed["id"]
    bundle = author.get(f"/api/v1/runs/{run['id']}/bundle/").json()
    assert bundle["brand"] == run["brand"]


def test_a_run_with_a_draft_brand_is_refused_by_name(author: APIClient, people: People) -> None:
    create_brand(team_id=people.team.pk, data=make_brand_data("Nightjar"), actor=SYSTEM)
    filed = author.post("/api/v1/campaigns/", {"kind": "creative", "brief": BRIEF, "brand": "nightjar"}).json()
    ahead = author.post(f"/api/v1/campaigns/{filed['id']}/preflight/", {}).json()
    assert (ahead["ok"], list(ahead["errors"])) == (False, ["brand"])
    answer = author.post(f"/api/v1/campaigns/{filed['id']}/runs/", {})
    assert (answer.status_code, answer.json()["errors"]) == (422, ahead["errors"])
    assert Run.objects.count() == 0


def test_a_brand_of_another_team_cannot_be_named(author: APIClient, people: People) -> None:
    foreign = create_brand(team_id=people.elsewhere.pk, data=make_brand_data("Foreign"), actor=SYSTEM)
    for said in ("foreign", str(foreign.pk)):
        answer = author.post("/api/v1/campaigns/", {"kind": "creative", "brief": BRIEF, "brand": said})
        assert list(answer.json()["errors"]) == ["brand"]
    assert Campaign.objects.count() == 0


def test_a_phrase_is_tried_and_nothing_is_stored(viewer: APIClient, people: People) -> None:
    brand = make(people, words={"avoid": ["leverage -> use"]})
    said = viewer.post(at(brand, "check/"), {"text": "Leverage it."}).json()
    assert said["ok"] is False
    assert [(r["quote"], r["start"], r["end"], r["instead"]) for r in said["remarks"]] == [("Leverage", 0, 8, "Use")]
    assert viewer.post(at(brand, "check/"), {"text": "Use it."}).json()["ok"] is True
    assert viewer.post(at(brand, "check/"), {"text": ""}).status_code in (400, 422)


def test_the_new_fields_of_a_brief_go_in_and_come_back(author: APIClient, people: People) -> None:
    more = {
        "claims": [{"claim": "It is fast.", "proof": "Measured."}],
        "link": "https://larkspur.example",
        "constraints": {"required_hashtags": ["#Larkspur"], "banned_hashtags": ["sale"], "emoji": "none"},
        "brand": {"prefer": ["booking"], "avoid": ["cheap=>fair"]},
    }
    brief = author.post("/api/v1/campaigns/", {"kind": "creative", "brief": {**BRIEF, **more}}).json()["brief"]
    assert (brief["claims"], brief["link"]) == (more["claims"], more["link"])
    assert brief["constraints"]["required_hashtags"] == ["Larkspur"]
    assert brief["brand"]["avoid"] == ["cheap -> fair"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"link": "http://a.example"}, "brief.link"),
        ({"claims": "x"}, "brief.claims"),
        ({"constraints": {"emoji": "all"}}, "brief.constraints.emoji"),
        ({"constraints": {"required_hashtags": ["a"], "banned_hashtags": ["A"]}},
         "brief.constraints.required_hashtags[0]"),
    ],
)  # fmt: skip
def test_a_fault_in_a_new_field_of_a_brief_is_told(
    author: APIClient, people: People, more: dict[str, Any], field: str
) -> None:
    answer = author.post("/api/v1/campaigns/", {"kind": "creative", "brief": {**BRIEF, **more}})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
