"""What every page promises: who gets in, what a foreign thing looks like, nothing inline, few queries."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse

from campaigns import urls
from campaigns.actions.model_keys import add_key
from campaigns.permissions import SYSTEM
from campaigns.states import Role, RunState
from conductor.lib.errors import ConductorError, Conflict, Unavailable
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People

MOST_QUERIES = 12
OPEN_DOORS = ("login", "logout")
#: Pages without an object in their address.
PLAIN = (
    "now", "status", "inbox", "campaigns", "brief-new", "coding-new", "brands", "brand-new", "teams", "tokens",
    "rule-packs",
)  # fmt: skip
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)

ClientOf = Callable[[User], Client]


def routes() -> list[URLPattern]:
    return [route for route in urls.urlpatterns if route.name not in OPEN_DOORS]


def address(route: URLPattern, known: dict[str, object]) -> str:
    names = route.pattern.converters
    plain = {"part": "strip", "slot": "copy", "concept": 0, "poster": 0, "scope": "campaign"}
    return reverse(str(route.name), kwargs={name: known.get(name, plain.get(name, uuid.uuid4())) for name in names})


@pytest.fixture
def known(people: People) -> dict[str, object]:
    """One of each thing, by the name that addresses give it."""
    scene = scenes.creative_run(people.team, people.admin)
    coding = scenes.coding_run(people.team, people.admin)
    decision = coding.run.decisions.get()
    budget = scene.campaign.budgets.create(team=people.team, scope="campaign", limit_micros=10)
    token = people.admin.api_tokens.create(name="t", prefix="x" * 12, digest="0" * 64, expires_at=scene.run.deadline_at)
    assert scene.report is not None
    return {
        "run_id": scene.run.pk,
        "campaign_id": scene.campaign.pk,
        "task_id": coding.tasks["step-2"].pk,
        "artifact_id": scene.artifact.pk,
        "version_id": scene.versions["visual_concept"].pk,
        "report_id": scene.report.pk,
        "brand_id": scenes.brand(people.team).pk,
        "decision_id": decision.pk,
        "checkpoint_id": coding.run.checkpoints.get().pk,
        "team_id": people.team.pk,
        "membership_id": people.team.memberships.get().pk,
        "budget_id": budget.pk,
        "object_id": scene.campaign.pk,
        "token_id": token.pk,
        "finding_id": scene.report.findings.get().pk,
        "waiver_id": make.make_waiver(scene.report.findings.get()).pk,
        "pack_id": make.make_pack(people.team).pk,
        "key_id": add_key(team_id=people.team.pk, provider="openai", secret="sk-of-a-page-0123456789", actor=SYSTEM).pk,
    }


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
def test_nobody_gets_in_without_signing_in(route: URLPattern, known: dict[str, object]) -> None:
    where = address(route, known)

    answers = [Client().get(where), Client().post(where)]

    assert {answer.status_code for answer in answers} <= {302, 405}
    for answer in answers:
        assert answer.status_code == 405 or answer["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("route", [r for r in routes() if r.pattern.converters], ids=lambda route: route.name)
def test_what_belongs_to_another_team_is_not_there(
    route: URLPattern, known: dict[str, object], people: People, signed_in: ClientOf
) -> None:
    client = signed_in(people.outsider)
    sent = {"username": "x", "reason": "x", "note": "x", "sha256": "0" * 64, "number": 1, "version": 1, "content": "{}"}
    sent |= {
        "answer": "x",
        "limit": "5",
        "role": "viewer",
        "scope": "run",
        "name": "",
        "parts": "a\nb",
        "backend": "human",
    }

    answers = [client.get(address(route, known)), client.post(address(route, known), sent)]

    assert {answer.status_code for answer in answers} <= {404, 405}
    assert 404 in {answer.status_code for answer in answers}


@pytest.mark.parametrize("route", [r for r in routes() if r.pattern.converters], ids=lambda route: route.name)
def test_a_thing_that_never_was_is_not_there(route: URLPattern, visitor: Client) -> None:
    answers = [visitor.get(address(route, {})), visitor.post(address(route, {}), {"sha256": "0" * 64, "number": 1})]

    assert {answer.status_code for answer in answers} <= {404, 405, 422}
    assert not {answer.status_code for answer in answers} & {200, 302}


def test_a_fragments_request_without_a_session_moves_the_whole_page_to_sign_in(known: dict[str, object]) -> None:
    where = reverse("run-part", args=[known["run_id"], "strip"])

    answer = Client().get(where, HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/runs/")

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"{reverse('login')}?next=%2Fruns%2F"


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/campaigns/new/brief/?from=x", "/campaigns/new/brief/?from=x"),
        ("http://elsewhere.example/campaigns/", "/"),
        ("", "/"),
    ],
)
def test_a_form_sent_without_a_session_leads_back_to_its_page(came_from: str, back: str) -> None:
    answer = Client().post(reverse("brief-new"), {}, HTTP_REFERER=came_from)

    assert answer["Location"] == f"{reverse('login')}?{urlencode({'next': back})}"


def test_a_post_without_its_token_is_refused(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.admin)

    answer = client.post(reverse("sample"))

    assert answer.status_code == 403
    assert b"may not do this" in answer.content


def pages(known: dict[str, object]) -> list[str]:
    runs = [
        reverse("run", args=[known["run_id"]]) + f"?tab={tab}"
        for tab in ("pieces", "tasks", "checkpoints", "history", "figures")
    ]
    things = ("campaign", "task", "artifact", "team")
    return [
        *(reverse(name) for name in PLAIN),
        *runs,
        *(reverse(name, args=[known[f"{name}_id"]]) for name in things),
        reverse("audit", args=[known["report_id"]]),
        reverse("brief-edit", args=[known["campaign_id"]]),
    ]


def test_no_page_serves_anything_inline(known: dict[str, object], visitor: Client) -> None:
    for where in pages(known):
        answer = visitor.get(where)
        html = answer.content.decode()

        assert answer.status_code == 200, where
        assert not INLINE.search(html), f"{where}: {INLINE.search(html)}"
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert html.count("<h1") == 1
        assert html.startswith("<!doctype html>\n<html lang=")


def test_no_page_asks_the_database_more_than_a_dozen_times(
    known: dict[str, object], visitor: Client, people: People
) -> None:
    coding = scenes.coding_run(people.team, people.admin, tasks=40)
    tabs = ("tasks", "domains", "evidence", "checkpoints", "history", "figures")
    waiting = [reverse("run", args=[coding.run.pk]) + f"?tab={tab}" for tab in tabs]
    running = scenes.creative_run(people.team, people.admin, RunState.RUNNING, made=("copy",))

    counted = {}
    for where in [*pages(known), *waiting, reverse("run", args=[running.run.pk])]:
        with CaptureQueriesContext(connection) as queries:
            visitor.get(where)
        counted[where] = len(queries)

    assert {where: n for where, n in counted.items() if n > MOST_QUERIES} == {}


def test_more_rows_do_not_mean_more_queries(people: People, visitor: Client) -> None:
    def queries_of(where: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert visitor.get(where).status_code == 200
        return len(queries)

    one = scenes.coding_run(people.team, people.admin, tasks=5)
    many = scenes.coding_run(people.team, people.admin, tasks=120)
    few = queries_of(reverse("run", args=[one.run.pk]))
    before = queries_of(reverse("campaigns"))
    for _ in range(5):
        scenes.creative_run(people.team, people.admin)

    assert queries_of(reverse("run", args=[many.run.pk])) == few
    assert queries_of(reverse("campaigns")) == before


def test_a_viewer_sees_no_button_that_changes_anything(
    known: dict[str, object], people: People, signed_in: ClientOf
) -> None:
    client = signed_in(people.member(Role.VIEWER))

    for where in pages(known):
        answer = client.get(where)
        if where.startswith(("/campaigns/new/", "/tokens/")) or where.endswith("/brief/"):
            continue
        actions = set(re.findall(r'<form method="post" action="([^"]+)"', answer.content.decode()))
        assert actions - {reverse("logout")} <= {
            reverse("member-remove", args=[people.team.pk, m.pk])
            for m in people.team.memberships.filter(user__username=client_name(client))
        }, where


def client_name(client: Client) -> str:
    return str(User.objects.get(pk=client.session["_auth_user_id"]).username)


def test_a_viewer_may_not_make_campaigns(people: People, signed_in: ClientOf) -> None:
    answer = signed_in(people.member(Role.VIEWER)).get(reverse("brief-new"))

    assert answer.status_code == 403
    assert b"role author" in answer.content


def test_somebody_in_no_team_gets_a_page_and_not_an_error(signed_in: ClientOf, db: None) -> None:
    client = signed_in(make.make_user())

    for name in PLAIN:
        assert client.get(reverse(name)).status_code in (200, 403), name


def test_the_badge_counts_what_the_inbox_shows(people: People, visitor: Client) -> None:
    for _ in range(3):
        scenes.coding_run(people.team, people.admin, tasks=3)

    html = visitor.get(reverse("inbox")).content.decode()

    assert re.search(r'id="inbox-count"[^>]*>3<', html)
    assert html.count('id="decision-') == 3


@pytest.mark.parametrize("template", ["400.html", "403.html", "404.html", "500.html", "403_csrf.html"])
def test_error_pages_need_neither_database_nor_viewer(template: str) -> None:
    html = render_to_string(template)

    assert "<h1>" in html
    assert not INLINE.search(html)


@pytest.mark.parametrize(
    ("error", "words"), [(Unavailable(), "Try again in a moment."), (Conflict("Too late."), "Too late.")]
)
def test_an_error_is_a_page_or_a_fragment_with_its_code(
    visitor: Client, monkeypatch: pytest.MonkeyPatch, error: ConductorError, words: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("campaigns.views.workers.queries.status_page", fail)

    page = visitor.get(reverse("status"))
    part = visitor.get(reverse("status"), HTTP_HX_REQUEST="true")

    assert page.status_code == part.status_code == error.status
    for answer in (page, part):
        assert words in answer.content.decode()
        assert error.code in answer.content.decode()
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
