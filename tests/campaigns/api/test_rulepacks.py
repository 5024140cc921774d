"""Rule packs over REST: saved, tested, compared, published and archived; those that ship are read-only."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.kinds.rulepacks import shipped, shipped_id
from campaigns.models import RulePack
from tests.campaigns.packs import CHEAP, made_run, pack_text, published, say
from tests.campaigns.people import People
from tests.factories import make_member

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/rule-packs/"
TESTS = "schema: 1\nexamples: [{kind: headline, text: %s, rules: [spring.no-cheap], finds: [{rule: spring.no-cheap}]}]"


def saved(client: APIClient, **more: Any) -> dict[str, Any]:
    answer = client.post(WHERE, {"source": pack_text(), **more})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_from_text_to_act(people: People, author: APIClient, admin: APIClient) -> None:
    made = saved(author, tests=TESTS % "A cheap box.", note="First.", version=0)
    assert (made["state"], made["head"], made["version"]) == ("draft", 1, None)
    tested = author.post(f"{WHERE}{made['id']}/test/", {})
    assert (tested.status_code, tested.json()["results"]["failures"]) == (200, [])
    assert author.post(f"{WHERE}{made['id']}/publish/", {}).status_code == 403
    done = admin.post(f"{WHERE}{made['id']}/publish/", {}).json()
    assert (done["state"], done["version"], done["versions"][0]["published_by"]) == ("published", "1.0.0", "admin")
    archived = admin.post(f"{WHERE}{made['id']}/archive/").json()
    assert archived["state"] == "archived"


def test_what_ships_comes_first_and_is_read_only(viewer: APIClient, admin: APIClient, people: People) -> None:
    published(people.team)
    rows = viewer.get(WHERE).json()["results"]
    assert [(row["name"], row["shipped"]) for row in rows] == [
        *((name, True) for name in sorted(shipped())),
        ("spring", False),
    ]
    house = viewer.get(f"{WHERE}{shipped_id('house')}/").json()
    assert (house["sha256"], house["source"]) == (shipped()["house"].sha256, shipped()["house"].source)
    for verb in ("publish", "archive", "test"):
        assert admin.post(f"{WHERE}{shipped_id('house')}/{verb}/", {}).status_code in (404, 409)


def test_a_fault_is_told_by_path_and_line(author: APIClient) -> None:
    broken = pack_text().replace("family: prohibited_terms", "family: telepathy", 1)
    refused = author.post(WHERE, {"source": broken})
    assert refused.status_code == 422
    assert refused.json()["errors"]["rules[0].family"][0].startswith("line 7: ")
    refused = author.post(WHERE, {"source": pack_text(), "tests": "schema: 1\nexamples: [{text: 3}]"})
    assert [path.startswith("tests.examples[0].text") for path in refused.json()["errors"]] == [True] * 2
    assert not RulePack.objects.exists()


def test_failing_tests_keep_it_from_acting(author: APIClient, admin: APIClient) -> None:
    made = saved(author, tests=TESTS % "A fine box.")
    refused = admin.post(f"{WHERE}{made['id']}/publish/", {"force": True, "reason": "Now."})
    assert refused.status_code == 409
    assert "its own tests failed" in refused.json()["detail"]


def test_without_tests_it_takes_force_and_a_reason(author: APIClient, admin: APIClient) -> None:
    made = saved(author)
    assert list(admin.post(f"{WHERE}{made['id']}/publish/", {}).json()["errors"]) == ["force"]
    done = admin.post(f"{WHERE}{made['id']}/publish/", {"force": True, "reason": "Small."}).json()
    assert done["versions"][0]["forced"] == "Small."


def test_under_a_key_it_is_saved_once(author: APIClient) -> None:
    key = {"Idempotency-Key": "save-1"}
    first, again = (author.post(WHERE, {"source": pack_text()}, headers=key) for _ in range(2))
    assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")


def test_a_stale_number_is_a_conflict(author: APIClient) -> None:
    saved(author)
    answer = author.post(WHERE, {"source": pack_text("1.1.0"), "version": 0})
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")


def test_a_team_is_named_where_there_are_several(people: People, author: APIClient) -> None:
    make_member(people.elsewhere, people.users["author"])
    assert list(author.post(WHERE, {"source": pack_text()}).json()["errors"]) == ["team"]
    assert saved(author, team=str(people.elsewhere.pk))["team"] == str(people.elsewhere.pk)


def test_what_another_team_wrote_is_not_there(people: People, outsider: APIClient) -> None:
    pack = published(people.team)
    assert [row["name"] for row in outsider.get(WHERE).json()["results"]] == sorted(shipped())
    for answer in (
        outsider.get(f"{WHERE}{pack.pk}/"),
        outsider.get(f"{WHERE}{pack.pk}/what-if/"),
        outsider.post(f"{WHERE}{pack.pk}/publish/", {}),
        outsider.post(f"{WHERE}what-if/", {"source": pack_text(), "team": str(people.team.pk)}),
    ):
        assert answer.status_code == 404


def test_what_would_change_by_cursor(people: People, viewer: APIClient, author: APIClient) -> None:
    say(made_run(people.team, "house"), "A cheap box of Larkspur")
    made = saved(author, source=pack_text(rules=CHEAP))
    where, seen, after = f"{WHERE}{made['id']}/what-if/", 0, ""
    for _ in range(9):
        said = viewer.get(f"{where}?every=true&limit=2{after}").json()
        seen += said["checked"]
        after = f"&after={said['next']}"
        if said["next"] is None:
            break
    assert seen == said["total"] == 4
    assert (said["old"]["name"], said["new"]) == ("house", {"name": "spring", "version": "1.0.0"})
    by_text = author.post(f"{WHERE}what-if/", {"source": pack_text(rules=CHEAP)}).json()
    assert [change["slot"] for change in by_text["versions"]] == ["copy"]


@pytest.mark.parametrize("query", ["after=x", "limit=0", "limit=999", "every=yes", "number=-1", "mood=good"])
def test_a_query_that_means_nothing_is_refused(people: People, viewer: APIClient, query: str) -> None:
    pack = published(people.team)
    assert viewer.get(f"{WHERE}{pack.pk}/what-if/?{query}").status_code == 400


def test_a_number_that_is_not_there(people: People, viewer: APIClient, admin: APIClient) -> None:
    pack = published(people.team)
    assert viewer.get(f"{WHERE}{pack.pk}/what-if/?number=9").status_code == 404
    assert admin.post(f"{WHERE}{pack.pk}/publish/", {"number": 9}).status_code == 404
