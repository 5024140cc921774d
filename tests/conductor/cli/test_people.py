from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from campaigns.models import Membership, Team, Token
from campaigns.queries import tokens
from tests.conductor.cli.conftest import Conductor

pytestmark = pytest.mark.django_db


def test_a_user_is_made_and_gets_a_token(conductor: Conductor, home_team: Team) -> None:
    made = conductor("user", "create", "ada", "--team", "Home", "--role", "author", "--json")
    assert made.code == 0, made.err
    assert get_user_model().objects.get(username="ada").check_password(made.json["password"])
    assert Membership.objects.get().role == "author"
    token = conductor("token", "create", "--user", "ada", "--days", "3", "--scope", "read", "--json").json
    found = tokens.authenticate(token["secret"])
    assert found is not None
    assert (found.scope, found.user.get_username()) == ("read", "ada")


def test_for_people_the_secret_is_the_only_word_on_stdout(conductor: Conductor, home_team: Team) -> None:
    conductor("user", "create", "ada")
    said = conductor("token", "create", "--user", "ada")
    assert tokens.authenticate(said.out.strip()) is not None
    assert said.out.strip() not in said.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("token", "create", "--user", "nobody"), 3),
        (("token", "create", "--user", "ada", "--days", "0"), 2),
        (("token", "create", "--user", "ada", "--days", "1000000000000000000000"), 2),
        (("token", "create", "--user", "ada", "--name", ""), 2),
        (("token", "create", "--user", "ada", "--name", "x" * 500), 2),
        (("user", "create", "ada"), 4),
        (("user", "create", "ADA"), 4),
        (("user", "create", ""), 2),
        (("user", "create", "a\x1b[31mb"), 2),
        (("user", "create", "bob", "--team", "nowhere"), 3),
    ],
)
def test_bad_wishes_are_refused_and_make_nothing(
    conductor: Conductor, home_team: Team, words: tuple[str, ...], code: int
) -> None:
    conductor("user", "create", "ada")
    said = conductor(*words)
    assert said.code == code
    assert not Token.objects.exists()
    assert get_user_model().objects.count() == 1


def test_somebody_may_act_as_a_named_user(
    conductor: Conductor, home_team: Team, monkeypatch: pytest.MonkeyPatch, brief_file: str
) -> None:
    conductor("user", "create", "ada", "--team", "Home")
    monkeypatch.setenv("CONDUCTOR_USER", "ada")
    assert conductor("brief", "run", brief_file).code == 2
    monkeypatch.setenv("CONDUCTOR_USER", "nobody")
    assert conductor("inbox", "list").code == 3
