"""Signing in and out: where one lands, what is told of a failure, how guessing is slowed down."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.views import accounts
from tests import factories as make
from tests.campaigns.views.conftest import People


def sign_in(client: Client, username: str, password: str, **more: str) -> object:
    return client.post(reverse("login"), {"username": username, "password": password, **more})


def test_one_lands_where_one_wanted_to_go(people: People, client: Client) -> None:
    answer = sign_in(client, people.admin.username, make.PASSWORD, next="/inbox/")

    assert answer["Location"] == "/inbox/"  # type: ignore[index]


def test_one_never_lands_on_another_host(people: People, client: Client) -> None:
    for evil in ("//evil.example", "https://evil.example/", "javascript:alert(1)"):
        answer = sign_in(Client(), people.admin.username, make.PASSWORD, next=evil)

        assert answer["Location"] == "/"  # type: ignore[index]


def test_a_failure_does_not_tell_whether_the_account_exists(people: People, client: Client) -> None:
    wrong = sign_in(client, people.admin.username, "wrong")
    unknown = sign_in(client, "nobody-here", "wrong")

    assert wrong.status_code == unknown.status_code == 422  # type: ignore[attr-defined]
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()  # type: ignore[attr-defined]


def test_the_name_is_kept_and_the_password_is_not(people: People, client: Client) -> None:
    html = sign_in(client, people.admin.username, "wrong-password").content.decode()  # type: ignore[attr-defined]

    assert f'value="{people.admin.username}"' in html
    assert "wrong-password" not in html


def test_guessing_is_refused_after_a_while_even_with_the_right_password(people: People, client: Client) -> None:
    for _ in range(accounts.MOST["pair"]):
        sign_in(client, people.admin.username, "wrong")

    answer = sign_in(client, people.admin.username, make.PASSWORD)

    assert answer.status_code == 429  # type: ignore[attr-defined]
    assert answer["Retry-After"] == str(accounts.WINDOW_S)  # type: ignore[index]
    assert "_auth_user_id" not in client.session


def test_others_may_still_sign_in(people: People, client: Client) -> None:
    for _ in range(accounts.MOST["pair"]):
        sign_in(client, people.admin.username, "wrong")

    assert sign_in(client, people.outsider.username, make.PASSWORD).status_code == 302  # type: ignore[attr-defined]


def test_guesses_are_counted_without_a_cache(people: People, client: Client, settings: object) -> None:
    settings.CACHES = {  # type: ignore[attr-defined]
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere.sock?db=0"}
    }
    for _ in range(accounts.MOST["pair"]):
        sign_in(client, people.admin.username, "wrong")

    assert sign_in(client, people.admin.username, make.PASSWORD).status_code == 429  # type: ignore[attr-defined]


def test_an_account_that_was_switched_off_cannot_sign_in(people: People, client: Client) -> None:
    User.objects.filter(pk=people.admin.pk).update(is_active=False)

    assert sign_in(client, people.admin.username, make.PASSWORD).status_code == 422  # type: ignore[attr-defined]


def test_signing_out_needs_a_post(people: People, client: Client) -> None:
    client.force_login(people.admin)

    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).status_code == 302
    assert "_auth_user_id" not in client.session


def test_the_session_is_another_one_after_signing_in(people: People, client: Client) -> None:
    session = client.session
    session["seen"] = 1
    session.save()
    before = session.session_key

    sign_in(client, people.admin.username, make.PASSWORD)

    assert client.session.session_key != before


def test_the_admin_has_no_door_of_its_own_without_a_brake(people: People, client: Client) -> None:
    staff = make.make_user(is_staff=True, is_superuser=True)
    to_sign_in = client.post("/admin/login/?next=/admin/", {"username": staff.username, "password": make.PASSWORD})
    assert to_sign_in["Location"] == f"{reverse('login')}?next=%2Fadmin%2F"
    assert "_auth_user_id" not in client.session

    landed = sign_in(client, staff.username, make.PASSWORD, next="/admin/")
    assert landed["Location"] == "/admin/"  # type: ignore[index]
    assert client.get("/admin/").status_code == 200


def test_who_is_signed_in_but_may_not_use_the_admin_is_told_so(people: People, client: Client) -> None:
    client.force_login(people.admin)

    assert client.get("/admin/", follow=True).status_code == 403


def test_a_made_up_forwarded_address_does_not_get_around_the_brake(people: People, settings: Any) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for number in range(accounts.MOST["address"]):
        # What the server itself makes of the header is the first entry, which the caller may write.
        forged = {"REMOTE_ADDR": f"10.0.0.{number}", "HTTP_X_FORWARDED_FOR": f"10.0.0.{number}, 203.0.113.9"}
        Client(**forged).post(reverse("login"), {"username": f"u{number}", "password": "wrong"})

    last = Client(REMOTE_ADDR="10.9.9.9", HTTP_X_FORWARDED_FOR="10.9.9.9, 203.0.113.9")
    answer = last.post(reverse("login"), {"username": people.admin.username, "password": make.PASSWORD})

    assert answer.status_code == 429
