"""The libraries of models are loaded before workers are forked where they will be needed, and only there."""

from __future__ import annotations

import pytest
from django.conf import settings

from campaigns.actions.model_keys import add_key, revoke_key
from campaigns.jobs import supervisor
from campaigns.models import Team
from campaigns.permissions import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(supervisor, "preload", found.extend)
    return found


def test_without_a_key_nothing_is_loaded(loaded: list[str]) -> None:
    supervisor.preload_models()
    assert loaded == []


def test_with_a_key_of_any_team_they_are_loaded(team: Team, loaded: list[str]) -> None:
    key = add_key(team_id=team.pk, provider="openai", secret="sk-of-a-test-0123456789", actor=SYSTEM)
    supervisor.preload_models()
    assert loaded == ["llm"]
    revoke_key(key_id=key.pk, actor=SYSTEM)
    supervisor.preload_models()
    assert loaded == ["llm"]


@pytest.mark.parametrize(("said", "loads"), [("yes", ["llm"]), ("no", [])])
def test_a_setting_says_it_outright(
    team: Team, loaded: list[str], monkeypatch: pytest.MonkeyPatch, said: str, loads: list[str]
) -> None:
    if said == "no":
        add_key(team_id=team.pk, provider="openai", secret="sk-of-a-test-0123456789", actor=SYSTEM)
    monkeypatch.setattr(settings, "PRELOAD_MODELS", said)
    supervisor.preload_models()
    assert loaded == loads
