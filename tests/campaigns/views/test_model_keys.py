"""Keys of models on the page of a team."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.actions.model_keys import add_key
from campaigns.models import ModelKey
from campaigns.permissions import SYSTEM
from campaigns.states import Role
from tests.campaigns.views.conftest import People, text
from tests.models.server import Reply, Server, serving

ClientOf = Callable[[User], Client]
SECRET = "sk-canary-0123456789abcdefghij"
FORM = {"provider": "openai", "key": SECRET, "model": "gpt-4o", "uses": ["copy", "audit"], "prices": "gpt-4o 2.50 10"}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(settings, "MODEL_HOSTS", ["127.0.0.1"])
    with serving(Reply("ready")) as server:
        yield server


def test_an_admin_adds_a_key_and_never_sees_it_again(visitor: Client, people: People) -> None:
    answer = visitor.post(reverse("model-key-add", args=[people.team.pk]), FORM)
    assert answer.status_code == 302
    key = ModelKey.objects.get()
    assert (key.uses, key.prices) == (["copy", "audit"], {"gpt-4o": {"input": "2.50", "output": "10"}})
    page = text(visitor, "team", people.team.pk)
    assert "…ghij" in page
    assert SECRET not in page


def test_a_key_is_meant_for_all_that_no_other_key_serves(visitor: Client, people: People) -> None:
    def chosen() -> list[str]:
        page = text(visitor, "team", people.team.pk)
        panel = page[page.index('id="add-key"') :].partition("</form>")[0]
        return re.findall(r'value="(\w+)"[^>]*checked', panel)

    assert chosen() == ["copy", "short_copy", "visual_concept", "audit"]
    visitor.post(reverse("model-key-add", args=[people.team.pk]), FORM)
    assert chosen() == ["short_copy", "visual_concept"]


def test_a_key_that_was_never_tried_is_not_green(visitor: Client, people: People) -> None:
    visitor.post(reverse("model-key-add", args=[people.team.pk]), FORM)
    page = text(visitor, "team", people.team.pk)
    assert "state-green" not in page[page.index('id="models"') :]


def test_a_form_that_is_refused_does_not_give_the_key_back(visitor: Client, people: People) -> None:
    answer = visitor.post(reverse("model-key-add", args=[people.team.pk]), {**FORM, "model": "", "prices": "one two"})
    assert answer.status_code == 422
    assert SECRET not in answer.content.decode()
    assert not ModelKey.objects.exists()


def test_a_form_that_is_refused_asks_for_the_key_again(visitor: Client, people: People) -> None:
    where = reverse("model-key-add", args=[people.team.pk])
    refused = visitor.post(where, {**FORM, "model": ""}).content.decode()
    assert "Please type the key again" in refused
    assert "Is needed where the key is used by default." in refused
    assert "Please type the key again" not in visitor.post(where, {**FORM, "key": "", "model": ""}).content.decode()


def test_a_test_that_fails_says_only_that(visitor: Client, people: People, model: Server) -> None:
    key = add_key(
        team_id=people.team.pk, provider="openai", secret=SECRET, base_url=model.openai, model="gpt-4o", actor=SYSTEM
    )
    model.plan[:] = [Reply(status=401)]
    tested = visitor.post(reverse("model-key-check", args=[key.pk]), {"model": "gpt-4o"}, follow=True)
    assert [message.level_tag for message in tested.context["messages"]] == ["error"]


def test_a_key_is_used_otherwise_tested_and_revoked(visitor: Client, people: People, model: Server) -> None:
    key = add_key(
        team_id=people.team.pk, provider="openai", secret=SECRET, base_url=model.openai, model="gpt-4o", actor=SYSTEM
    )
    used = visitor.post(reverse("model-key-use", args=[key.pk]), {"model": "gpt-5", "uses": ["short_copy"]})
    tested = visitor.post(reverse("model-key-check", args=[key.pk]), {}, follow=True)
    assert used.status_code == 302
    assert "llm:openai:gpt-5".removeprefix("llm:") in tested.content.decode()
    assert model.heard[0].body["model"] == "gpt-5"
    visitor.post(reverse("model-key-revoke", args=[key.pk]))
    key.refresh_from_db()
    assert (key.sealed, key.revoked_at is not None) == ("", True)
    assert "revoked" in text(visitor, "team", people.team.pk)


def test_a_member_sees_keys_but_may_not_rule_them(people: People, signed_in: ClientOf) -> None:
    key = add_key(team_id=people.team.pk, provider="openai", secret=SECRET, model="gpt-4o", actor=SYSTEM)
    author = signed_in(people.member(Role.AUTHOR))
    page = text(author, "team", people.team.pk)
    assert "gpt-4o" in page
    assert "Add a key" not in page
    assert author.post(reverse("model-key-add", args=[people.team.pk]), FORM).status_code == 403
    for name in ("use", "check", "revoke"):
        assert author.post(reverse(f"model-key-{name}", args=[key.pk]), {"model": "m"}).status_code == 403


def test_an_outsider_finds_no_key(people: People, signed_in: ClientOf) -> None:
    key = add_key(team_id=people.team.pk, provider="openai", secret=SECRET, actor=SYSTEM)
    outsider = signed_in(people.outsider)
    assert outsider.post(reverse("model-key-add", args=[people.team.pk]), FORM).status_code == 404
    for name in ("use", "check", "revoke"):
        assert outsider.post(reverse(f"model-key-{name}", args=[key.pk]), {"model": "m"}).status_code == 404


def test_a_form_page_says_which_agents_would_be_asked(visitor: Client, people: People) -> None:
    add_key(team_id=people.team.pk, provider="openai", secret=SECRET, model="gpt-4o", uses=["copy"], actor=SYSTEM)
    page = text(visitor, "team", people.team.pk)
    assert "usable" in page
