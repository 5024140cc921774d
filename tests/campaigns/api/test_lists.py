"""S02, S41: lists show what one may see, in the order asked for, page by page, or as a safe table."""

from __future__ import annotations

import base64
import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.api.tables import cell
from campaigns.models import Campaign
from tests.campaigns.people import People
from tests.factories import make_campaign, make_run, make_task

CAMPAIGNS = "/api/v1/campaigns/"
RUNS = "/api/v1/runs/"


def names(client: APIClient, url: str) -> list[list[str]]:
    """The names on each page, following `next`."""
    found: list[list[str]] = []
    following: str | None = url
    while following:
        page = client.get(following).json()
        found.append([row["name"] for row in page["results"]])
        following = page["next"]
    return found


@pytest.fixture
def five(people: People) -> list[Campaign]:
    return [make_campaign(people.team, name=name) for name in "abcde"]


def test_pages_follow_each_other_without_gap_or_repeat(viewer: APIClient, five: list[Campaign]) -> None:
    assert names(viewer, f"{CAMPAIGNS}?limit=2") == [["e", "d"], ["c", "b"], ["a"]]
    assert names(viewer, f"{CAMPAIGNS}?limit=2&ordering=name") == [["a", "b"], ["c", "d"], ["e"]]
    assert names(viewer, f"{CAMPAIGNS}?limit=5") == [list("edcba")]


def test_pages_lead_back(viewer: APIClient, five: list[Campaign]) -> None:
    first = viewer.get(f"{CAMPAIGNS}?limit=2").json()
    second = viewer.get(first["next"]).json()
    back = viewer.get(second["previous"]).json()
    assert back["results"] == first["results"]
    assert first["previous"] is None
    assert viewer.get(back["next"]).json()["results"] == second["results"]


def test_a_row_added_meanwhile_shifts_nothing(viewer: APIClient, people: People, five: list[Campaign]) -> None:
    first = viewer.get(f"{CAMPAIGNS}?limit=2").json()
    make_campaign(people.team, name="new")
    assert [row["name"] for row in viewer.get(first["next"]).json()["results"]] == ["c", "b"]


def test_thousands_of_equal_values_are_walked_through(viewer: APIClient, people: People) -> None:
    run = make_run(make_campaign(people.team))
    for number in range(25):
        make_task(run, key=f"t{number}", priority=5, position=0)
    seen: list[str] = []
    following: str | None = f"/api/v1/tasks/?run={run.pk}&ordering=priority&limit=4"
    while following:
        page = viewer.get(following).json()
        seen += [row["key"] for row in page["results"]]
        following = page["next"]
    assert sorted(seen) == sorted(f"t{number}" for number in range(25))


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("ordering=state", "ordering"),
        ("ordering=team__name", "ordering"),
        ("ordering=-created_at,id", "ordering"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=1e2", "limit"),
        ("limit=٣", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=%00", "cursor"),
        ("state=sleeping", "state"),
        ("state=draft,", "state"),
        ("team=1", "team"),
        ("since=2026-01-01", "since"),
        ("since=2026-01-01T00:00:00", "since"),
        ("since=0000-01-01T00:00:00Z", "since"),
        ("since=10000-01-01T00:00:00Z", "since"),
        ("q=" + "x" * 101, "q"),
        ("q=a%00b", "q"),
        ("q=a&q=b", "q"),
        ("team__name=Home", "team__name"),
        ("page=2", "page"),
    ],
)
def test_what_is_no_filter_or_place_is_400(viewer: APIClient, query: str, named: str) -> None:
    answer = viewer.get(f"{CAMPAIGNS}?{query}")
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (400, "malformed", [named])


@pytest.mark.parametrize(
    "said",
    [
        ["-created_at", "x", "y", False],
        ["name", "a", "b", False],
        ["-created_at", None, None, False],
        ["-created_at", "0001-01-01T00:00:00+14:00", "01a1f8d7-e461-70e7-af2f-60ca8d7043c4", True],
        ["-created_at", "2026-01-01T00:00:00+00:00", "", False],
        ["-created_at", "a\x00", "01a1f8d7-e461-70e7-af2f-60ca8d7043c4", False],
        [],
        {},
        7,
        [[[[[]]]]],
    ],
)
def test_a_forged_place_is_refused_or_harmless(viewer: APIClient, said: Any, five: list[Campaign]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
    answer = viewer.get(CAMPAIGNS, {"cursor": cursor})
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert list(answer.json()["errors"]) == ["cursor"]


def test_a_place_of_others_shows_only_ones_own(people: People, outsider: APIClient, five: list[Campaign]) -> None:
    theirs = people.client("viewer").get(f"{CAMPAIGNS}?limit=2").json()["next"]
    mine = make_campaign(people.elsewhere, name="mine", created_at=timezone.now() - timedelta(days=1))
    Campaign.objects.filter(pk=mine.pk).update(created_at=timezone.now() - timedelta(days=1))
    assert [row["name"] for row in outsider.get(theirs).json()["results"]] == ["mine"]


def test_filters_narrow_and_never_widen(people: People, viewer: APIClient, five: list[Campaign]) -> None:
    make_campaign(people.elsewhere, name="a")
    Campaign.objects.filter(name="b").update(state="archived")
    assert names(viewer, f"{CAMPAIGNS}?q=A") == [["a"]]
    assert names(viewer, f"{CAMPAIGNS}?state=archived") == [["b"]]
    assert names(viewer, f"{CAMPAIGNS}?state=archived,draft") == [["b"]]
    assert names(viewer, f"{CAMPAIGNS}?team={people.elsewhere.pk}") == [[]]
    assert names(viewer, f"{CAMPAIGNS}?since=2000-01-01T00:00:00Z&before=2001-01-01T00:00:00Z") == [[]]


def test_deleted_campaigns_and_what_hangs_on_them_are_gone(people: People, viewer: APIClient, world: Any) -> None:
    Campaign.objects.update(deleted_at=timezone.now())
    for url in (CAMPAIGNS, RUNS, "/api/v1/artifacts/", "/api/v1/audits/", "/api/v1/checkpoints/", "/api/v1/decisions/",
                "/api/v1/findings/", "/api/v1/ledger/", "/api/v1/budgets/"):  # fmt: skip
        assert viewer.get(url).json()["results"] == [], url
    for noun, pk in world.ids().items():
        if noun not in ("teams", "tokens", "model-keys", "brands", "rule-packs"):
            assert viewer.get(f"/api/v1/{noun}/{pk}/").status_code == 404, noun


def test_tasks_want_to_know_the_run(viewer: APIClient) -> None:
    assert viewer.get("/api/v1/tasks/").json()["errors"] == {"run": ["Say which one."]}


def rows_of(answer: Any) -> list[list[str]]:
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode())))


def test_a_table_holds_every_row_not_a_page(viewer: APIClient, people: People) -> None:
    for number in range(60):
        make_campaign(people.team, name=f"c{number}")
    rows = rows_of(viewer.get(f"{CAMPAIGNS}?format=csv&ordering=name"))
    assert rows[0][:4] == ["id", "name", "kind", "state"]
    assert len(rows) == 61
    assert [row[1] for row in rows[1:]] == sorted(row[1] for row in rows[1:])
    assert len(rows_of(viewer.get(CAMPAIGNS, headers={"accept": "text/csv"}))) == 61


@pytest.mark.parametrize(
    "url", [RUNS, "/api/v1/ledger/", "/api/v1/tasks/?run={run}", "/api/v1/campaigns/{campaign}/runs/"]
)
def test_runs_tasks_and_the_ledger_are_tables_too(viewer: APIClient, world: Any, url: str) -> None:
    url = url.format(run=world.open_run.pk, campaign=world.creative.pk)
    rows = rows_of(viewer.get(f"{url}{'&' if '?' in url else '?'}format=csv"))
    assert len(rows) >= 2
    assert all(len(row) == len(rows[0]) for row in rows)


def test_what_is_no_table_is_not_offered_as_one(viewer: APIClient, world: Any) -> None:
    for url in (f"{RUNS}{world.run.pk}/", f"{CAMPAIGNS}{world.creative.pk}/", "/api/v1/teams/"):
        assert viewer.get(f"{url}?format=csv").status_code == 400
        assert viewer.get(url, headers={"accept": "text/csv"}).status_code == 406


def test_a_table_of_others_is_empty(outsider: APIClient, five: list[Campaign]) -> None:
    assert len(rows_of(outsider.get(f"{CAMPAIGNS}?format=csv"))) == 1


@pytest.mark.parametrize("paging", ["limit=5", "limit=true", "cursor=abc"])
def test_a_file_is_not_a_page(viewer: APIClient, paging: str) -> None:
    answer = viewer.get(f"{CAMPAIGNS}?format=csv&{paging}")

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert list(answer.json()["errors"]) == [paging.partition("=")[0]]


def test_a_table_that_is_too_long_is_refused(
    viewer: APIClient, five: list[Campaign], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.api.tables.MOST_ROWS", 4)
    answer = viewer.get(f"{CAMPAIGNS}?format=csv")
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


def test_a_formula_in_a_name_stays_text(viewer: APIClient, people: People) -> None:
    make_campaign(people.team, name='=HYPERLINK("http://evil.example")')
    rows = rows_of(viewer.get(f"{CAMPAIGNS}?format=csv"))
    assert rows[1][1] == '\'=HYPERLINK("http://evil.example")'
    assert viewer.get(CAMPAIGNS).json()["results"][0]["name"].startswith("=HYPERLINK")


@pytest.mark.parametrize("start", list("=+-@\t\r\n") + ["\uff1d"])
def test_no_cell_begins_like_a_formula(start: str) -> None:
    assert cell(f"{start}1+1") == f"'{start}1+1"


def test_numbers_and_lists_are_plain() -> None:
    assert [cell(value) for value in (-5, 1.5, None, True, ["builtin", "human"], "plain")] == [
        "-5", "1.5", "", "true", "builtin, human", "plain",
    ]  # fmt: skip
