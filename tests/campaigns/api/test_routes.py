"""Every route of the API for every role: outsiders find nothing, viewers change nothing, the anonymous sign in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.actions.tokens import create_token
from campaigns.models import ArtifactVersion
from campaigns.states import Role
from tests.campaigns.api.world import PACK, World

ROLES = [role.value for role in Role]


@dataclass(frozen=True)
class Route:
    """`least` is the least role; None: anybody signed in. `foreign` is what an outsider gets."""

    method: str
    path: str
    least: str | None = "viewer"
    body: dict[str, Any] = field(default_factory=dict)
    foreign: int = 404
    query: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def read(path: str, query: str = "", **values: Any) -> Route:
    return Route("get", path, query=query, **values)


def listed(path: str, query: str = "") -> Route:
    """A list shows the outsider an empty page."""
    return Route("get", path, least=None, query=query, foreign=200)


def do(path: str, least: str, **body: Any) -> Route:
    return Route("post", path, least, body)


ROUTES = [
    listed("agents/"),
    Route("get", "agents/{pk}/", least=None, foreign=200),
    Route("post", "agents/{pk}/check/", "operator", foreign=200),
    listed("artifacts/"),
    read("artifacts/{pk}/"),
    read("artifacts/{pk}/versions/"),
    do("artifacts/{pk}/regenerate/", "author", note="Shorter"),
    do("artifacts/{pk}/edit/", "author", version=1, content={}),
    do("artifacts/{pk}/restore/", "author", number=1),
    do("artifacts/{pk}/approve/", "reviewer", sha256="0" * 64),
    do("artifacts/{pk}/reject/", "reviewer", note="No"),
    do("artifacts/{pk}/fix/", "author"),
    listed("audits/"),
    read("audits/{pk}/"),
    listed("brands/"),
    Route("post", "brands/", "author", {"name": "New", "team": "{team}"}),
    read("brands/{pk}/"),
    Route("patch", "brands/{pk}/", "author", {"data": {"emoji": "none"}, "version": 1}),
    Route("delete", "brands/{pk}/", "reviewer"),
    do("brands/{pk}/publish/", "reviewer"),
    do("brands/{pk}/archive/", "reviewer"),
    do("brands/{pk}/restore/", "reviewer"),
    do("brands/{pk}/clone/", "author", name="Copy"),
    read("brands/{pk}/versions/"),
    read("brands/{pk}/diff/"),
    read("brands/{pk}/usage/"),
    do("brands/{pk}/check/", "viewer", text="A phrase"),
    listed("budgets/"),
    read("budgets/{pk}/"),
    Route("post", "budgets/", "operator", {"scope": "team", "object": "{team}", "limit": "10"}),
    do("budgets/{pk}/raise/", "operator", limit="10", version=1),
    listed("campaigns/"),
    Route("post", "campaigns/", "author", {"kind": "creative", "team": "{team}"}),
    Route("post", "certificates/verify/", None, {"certificate": {}}, foreign=200),
    read("campaigns/{pk}/"),
    Route("patch", "campaigns/{pk}/", "author", {"name": "New", "version": 1}),
    Route("delete", "campaigns/{pk}/", "admin"),
    do("campaigns/{pk}/archive/", "author"),
    do("campaigns/{pk}/unarchive/", "author"),
    do("campaigns/{pk}/preflight/", "author"),
    read("campaigns/{pk}/runs/"),
    do("campaigns/{pk}/runs/", "author"),
    read("campaigns/{pk}/events/"),
    listed("checkpoints/"),
    read("checkpoints/{pk}/"),
    do("checkpoints/{pk}/restore/", "operator"),
    listed("decisions/"),
    read("decisions/{pk}/"),
    do("decisions/{pk}/answer/", "reviewer", answer="continue"),
    listed("domains/", "run={run}"),
    listed("findings/"),
    read("findings/{pk}/"),
    do("findings/{pk}/apply/", "author"),
    do("findings/{pk}/waive/", "reviewer", reason="Known", expires_at="{soon}"),
    listed("gates/", "run={run}"),
    listed("ledger/"),
    listed("me/"),
    listed("model-keys/"),
    Route(
        "post", "model-keys/", "admin",
        {"team": "{team}", "provider": "anthropic", "key": "sk-of-a-route-0123456789"},
    ),
    read("model-keys/{pk}/"),
    Route("patch", "model-keys/{pk}/", "admin", {"uses": []}),
    Route("delete", "model-keys/{pk}/", "admin"),
    do("model-keys/{pk}/revoke/", "admin"),
    do("model-keys/{pk}/check/", "operator", model="gpt-4o"),
    Route("get", "rule-packs/", least=None, foreign=200),
    Route("post", "rule-packs/", "author", {"source": PACK, "team": "{team}"}),
    read("rule-packs/{pk}/"),
    do("rule-packs/{pk}/test/", "author"),
    do("rule-packs/{pk}/publish/", "admin", force=True, reason="Small"),
    do("rule-packs/{pk}/archive/", "admin"),
    read("rule-packs/{pk}/what-if/"),
    Route("post", "rule-packs/what-if/", "author", {"source": PACK, "team": "{team}"}),
    listed("runs/"),
    read("runs/{pk}/"),
    do("runs/{pk}/pause/", "operator"),
    do("runs/{pk}/resume/", "operator"),
    do("runs/{pk}/cancel/", "operator"),
    do("runs/{pk}/checkpoint/", "operator"),
    do("runs/{pk}/retry/", "operator"),
    do("runs/{pk}/fork/", "operator"),
    do("runs/{pk}/audit/", "author"),
    do("runs/{pk}/approve/", "reviewer"),
    do("runs/{pk}/fix/", "author"),
    read("runs/{pk}/events/"),
    read("runs/{pk}/bundle/"),
    read("runs/{pk}/export/"),
    read("runs/{pk}/graph/"),
    listed("status/"),
    listed("tasks/", "run={run}"),
    read("tasks/{pk}/"),
    do("tasks/{pk}/retry/", "operator"),
    do("tasks/{pk}/skip/", "operator", reason="Not needed"),
    do("tasks/{pk}/edit/", "operator", version=1, title="New"),
    do("tasks/{pk}/split/", "operator", version=1, parts=[{"title": "A"}, {"title": "B"}]),
    do("tasks/{pk}/reassign/", "operator", version=1, backend="human"),
    listed("teams/"),
    Route("post", "teams/", "superuser", {"name": "New"}, foreign=403),
    read("teams/{pk}/"),
    read("teams/{pk}/members/"),
    do("teams/{pk}/members/", "admin", username="outsider", role="viewer"),
    Route("delete", "teams/{pk}/members/{username}/", "admin"),
    read("teams/{pk}/limits/"),
    do("teams/{pk}/limits/", "admin", scope="team", value=3),
    read("teams/{pk}/events/"),
    listed("tokens/"),
    Route("post", "tokens/", None, {"name": "x"}, foreign=201),
    Route("delete", "tokens/{pk}/", "admin-only", foreign=404),
    Route("post", "users/", "superuser", {"username": "new"}, foreign=403),
    read("versions/{pk}/"),
    read("versions/{pk}/diff/"),
    read("versions/{pk}/posters/"),
    read("versions/{pk}/posters/{concept}/{form}/"),
    read("versions/{pk}/certificate/"),
    listed("waivers/"),
    read("waivers/{pk}/"),
    do("waivers/{pk}/revoke/", "reviewer"),
    listed("workers/"),
]  # fmt: skip


#: A body is sent, and nothing is changed.
ASKING = ("post certificates/verify/",)


def served() -> Iterator[tuple[str, str]]:
    """Every method and path that the API really serves."""
    api = next(p for p in get_resolver().url_patterns if str(p.pattern) == "api/")
    first = next(p for p in api.url_patterns if str(p.pattern) == "v1/")
    for pattern in first.url_patterns:
        path = re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        for method in pattern.callback.actions:
            if method != "head":
                yield method, path


def call(client: APIClient, route: Route, world: World) -> Any:
    noun = route.path.partition("/")[0]
    names = {
        "pk": world.ids().get(noun, "builtin"), "run": str(world.run.pk), "team": str(world.people.team.pk),
        "concept": 0, "form": "portrait", "username": "viewer",
        "soon": (timezone.now() + timedelta(days=3)).isoformat(),
    }  # fmt: skip
    if "/posters/" in route.path:
        visual = ArtifactVersion.objects.filter(artifact__slot="visual_concept", run=world.run)
        names["pk"] = str(visual.values_list("pk", flat=True).get())
    url = f"/api/v1/{route.path.format(**names)}" + (f"?{route.query.format(**names)}" if route.query else "")
    body = {
        key: said.format(**names) if isinstance(said, str) and said != PACK else said
        for key, said in route.body.items()
    }
    with transaction.atomic():
        answer = getattr(client, route.method)(url, body if route.method != "get" else None)
        transaction.set_rollback(True)
    return answer


def test_the_table_names_every_route() -> None:
    assert sorted((route.method, route.path) for route in ROUTES) == sorted(served())


def test_the_anonymous_is_asked_to_sign_in_everywhere(world: World) -> None:
    client = world.people.client("anonymous")
    answers = {str(route): call(client, route, world) for route in ROUTES}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 401} == {}
    assert {answer["WWW-Authenticate"] for answer in answers.values()} == {"Token"}
    assert {answer["Content-Type"] for answer in answers.values()} == {"application/problem+json"}


def test_the_outsider_finds_nothing_of_the_team(world: World) -> None:
    client = world.people.client("outsider")
    answers = [(route, call(client, route, world)) for route in ROUTES]
    assert {str(r): a.status_code for r, a in answers if a.status_code != r.foreign} == {}
    own = ("agents/", "me/", "status/", "workers/", "teams/", "tokens/", "rule-packs/")
    for route, answer in answers:
        if route.method == "get" and answer.status_code == 200 and not route.path.startswith(own):
            assert answer.json()["results"] == [], str(route)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_it_may_and_no_more(world: World, role: str) -> None:
    client = world.people.client(role)
    wrong = {}
    for route in ROUTES:
        status = call(client, route, world).status_code
        if route.least == "admin-only":  # somebody else's token is not even there for other roles
            ok = status == (204 if role == "admin" else 404)
        elif route.least == "superuser":
            ok = status == 403
        elif route.least is None or ROLES.index(role) >= ROLES.index(_own(route, role)):
            ok = status not in (401, 403, 404) and status < 500
        else:
            ok = status == 403
        if not ok:
            wrong[str(route)] = status
    assert wrong == {}


def _own(route: Route, role: str) -> str:
    """An author may cancel what they made, and anybody may leave a team."""
    if route.path == "runs/{pk}/cancel/" and role == "author":
        return "author"
    if route.path == "teams/{pk}/members/{username}/" and role == "viewer":
        return "viewer"
    return str(route.least)


def test_a_token_that_may_only_read_changes_nothing(world: World) -> None:
    admin = world.people.users["admin"]
    _, secret = create_token(user_id=admin.pk, name="read", days=1, scope="read", actor=world.people.actor("admin"))
    client = APIClient(headers={"host": "localhost", "authorization": f"Token {secret}"})
    statuses = {str(route): call(client, route, world).status_code for route in ROUTES}
    assert {n: s for n, s in statuses.items() if not n.startswith("get") and n not in ASKING and s != 403} == {}
    assert {n: s for n, s in statuses.items() if n.startswith("get") and s != 200} == {}
