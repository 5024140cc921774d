"""`conductor agent`: keys come from files, variables or standard input; they are listed, tested and revoked."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from campaigns.actions.model_keys import lend
from campaigns.models import ModelKey, Team
from tests.conductor.cli.conftest import Conductor
from tests.models.server import KEY, Reply, Server, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(settings, "MODEL_HOSTS", ["127.0.0.1"])
    with serving(Reply("ready")) as server:
        yield server


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    file = tmp_path / "key"
    file.touch(mode=0o600)
    file.write_text(f"{KEY}\n")
    return str(file)


def test_a_key_is_added_from_a_private_file_and_never_printed(
    conductor: Conductor, home_team: Team, key_file: str
) -> None:
    said = conductor(
        "--json", "agent", "key", "add", "openai", "--model", "gpt-4o", "--use", "copy", "--key-file", key_file
    )
    assert (said.code, said.json["spec"], said.json["uses"]) == (0, "llm:openai:gpt-4o", ["copy"])
    listed = conductor("agent", "keys")
    assert "…ghij" in listed.out
    assert KEY not in said.out + said.err + listed.out
    assert lend(home_team.pk, "openai", "").key == KEY


def test_a_key_comes_from_a_variable_or_standard_input(
    conductor: Conductor, home_team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONDUCTOR_MODEL_KEY", KEY)
    assert conductor("agent", "key", "add", "google").code == 0
    monkeypatch.delenv("CONDUCTOR_MODEL_KEY")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{KEY}\n"))
    assert conductor("agent", "key", "add", "anthropic").code == 0
    assert [lend(home_team.pk, name, "").key for name in ("google", "anthropic")] == [KEY, KEY]


def test_a_file_that_others_may_read_is_refused(conductor: Conductor, home_team: Team, key_file: str) -> None:
    Path(key_file).chmod(0o644)
    said = conductor("agent", "key", "add", "openai", "--key-file", key_file)
    assert said.code == 2
    assert "--key-file" in said.err
    assert not ModelKey.objects.exists()


def test_an_agent_is_tested_with_a_real_call(
    conductor: Conductor, home_team: Team, key_file: str, model: Server
) -> None:
    conductor("agent", "key", "add", "openai", "--base-url", model.openai, "--key-file", key_file)
    said = conductor("agent", "check", "llm:openai:gpt-4o", "builtin")
    assert said.code == 0, said.out + said.err
    assert len(model.heard) == 1
    model.play(Reply(status=401))
    assert conductor("agent", "check", "llm:openai:gpt-4o").code == 1


def test_a_key_is_tested_and_revoked_by_its_id(
    conductor: Conductor, home_team: Team, key_file: str, model: Server
) -> None:
    words = ("--base-url", model.openai, "--model", "gpt-4o", "--key-file", key_file)
    pk = conductor("--json", "agent", "key", "add", "openai", *words).json["id"]
    assert conductor("agent", "key", "check", pk).code == 0
    assert conductor("agent", "key", "revoke", pk).code == 0
    assert conductor("agent", "key", "check", pk).code == 1
    assert conductor("agent", "key", "revoke", "nonsense").code == 3
    assert ModelKey.objects.get().sealed == ""


def test_keys_are_sealed_anew_on_this_machine_only(conductor: Conductor, home_team: Team, key_file: str) -> None:
    conductor("agent", "key", "add", "openai", "--key-file", key_file)
    before = ModelKey.objects.get().sealed
    assert conductor("--json", "agent", "key", "rotate").json == {"sealed": 1}
    assert ModelKey.objects.get().sealed != before
    assert conductor("--server", "https://conductor.example", "agent", "key", "rotate").code == 2


def test_without_a_key_the_check_says_what_is_missing(conductor: Conductor, home_team: Team) -> None:
    said = conductor("agent", "check", "llm:openai:gpt-4o")
    assert said.code == 1
    assert "no key for openai" in said.out
