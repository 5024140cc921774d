"""One's own password on a page: what it takes, what is told, what ends with the old one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.actions.tokens import create_token
from campaigns.models import Token
from campaigns.permissions import actor_for
from campaigns.states import Role
from campaigns.views import accounts
from tests import factories as make
from tests.campaigns.views.conftest import People

NEW = "seven grey herons"


@pytest.fixture
def viewer(people: People) -> User:
    return people.member(Role.VIEWER)


@pytest.fixture
def client(viewer: User) -> Client:
    client = Client()
    client.force_login(viewer)
    return client


def change(client: Client, **said: str) -> object:
    given = {"old": make.PASSWORD, "new": NEW, "again": NEW, **said}
    return client.post(reverse("password"), given)


def token_of(user: User) -> Token:
    return create_token(user_id=user.pk, name="tool", days=3, scope="read", actor=actor_for(user, ""))[0]


def test_the_page_has_its_form_and_every_account_reaches_it(client: Client) -> None:
    html = client.get(reverse("password")).content.decode()

    assert 'autocomplete="current-password"' in html
    assert html.count('type="password"') == 3
    assert f'href="{reverse("password")}"' in client.get("/").content.decode()


def test_the_new_password_opens_the_door_and_the_old_one_does_not(client: Client, viewer: User) -> None:
    assert change(client)["Location"] == "/"  # type: ignore[index]

    viewer.refresh_from_db()
    assert viewer.check_password(NEW)
    assert not viewer.check_password(make.PASSWORD)


def test_this_session_goes_on_and_others_end(client: Client, viewer: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(viewer)

    change(client)

    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_tokens_end_only_where_one_says_so(client: Client, viewer: User, people: People) -> None:
    token = token_of(viewer)
    other = create_token(user_id=people.admin.pk, name="t", days=3, scope="read", actor=actor_for(people.admin, ""))[0]

    change(client)
    token.refresh_from_db()
    assert token.revoked_at is None

    change(client, old=NEW, new="eight grey herons", again="eight grey herons", revoke_tokens="on")
    token.refresh_from_db()
    other.refresh_from_db()
    assert token.revoked_at is not None
    assert other.revoked_at is None


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"old": "wrong"}, "old"),
        ({"again": "another thing"}, "again"),
        ({"new": "short", "again": "short"}, "new"),
        ({"new": "password1", "again": "password1"}, "new"),
        ({"new": ""}, "new"),
    ],
)
def test_a_refusal_names_its_field_and_changes_nothing(
    client: Client, viewer: User, said: dict[str, str], field: str
) -> None:
    answer = change(client, **said)

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert list(answer.context["form"].errors) == [field]  # type: ignore[attr-defined]
    viewer.refresh_from_db()
    assert viewer.check_password(make.PASSWORD)


def test_no_password_comes_back_in_the_page(client: Client) -> None:
    html = change(client, old="my-wrong-guess").content.decode()  # type: ignore[attr-defined]

    assert "my-wrong-guess" not in html
    assert NEW not in html


def test_guessing_the_present_password_is_slowed_down(client: Client, viewer: User) -> None:
    for _ in range(accounts.MOST["pair"]):
        change(client, old="wrong")

    answer = change(client)

    assert answer.status_code == 429  # type: ignore[attr-defined]
    viewer.refresh_from_db()
    assert viewer.check_password(make.PASSWORD)


def test_who_is_not_signed_in_is_sent_to_sign_in() -> None:
    assert Client().get(reverse("password"))["Location"].startswith(reverse("login"))
