"""S04 to S07: sessions with CSRF, tokens in the header, nothing else."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.actions.tokens import create_token
from campaigns.models import Membership, Token
from tests.campaigns.people import People

ME = "/api/v1/me/"


def bearing(value: str) -> APIClient:
    return APIClient(headers={"host": "localhost", "authorization": value})


@pytest.fixture
def secret(people: People) -> str:
    return create_token(
        user_id=people.users["author"].pk, name="ci", days=1, scope="write", actor=people.actor("author")
    )[1]


def test_a_token_signs_in_its_user(secret: str, people: People) -> None:
    said = bearing(f"Token {secret}").get(ME).json()
    assert (said["username"], said["scope"]) == ("author", "write")
    assert said["teams"] == [{"id": str(people.team.pk), "role": "author"}]
    assert Token.objects.get().last_used_at is not None


def test_a_token_needs_no_csrf_and_carries_no_cookie(secret: str, people: People) -> None:
    client = APIClient(enforce_csrf_checks=True, headers={"host": "localhost", "authorization": f"Token {secret}"})
    answer = client.post("/api/v1/campaigns/", {"kind": "creative", "team": str(people.team.pk)})
    assert answer.status_code == 201
    assert not answer.cookies


@pytest.mark.parametrize(
    "header", ["Token", "Token ", "Token x", "Token cdr_aaaaaaaaaaaa_" + "b" * 43, "Token " + "x" * 9000]
)
def test_a_token_that_is_none_is_refused(header: str, people: People) -> None:
    answer = bearing(header).get(ME)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_who_sends_the_token_under_another_word_is_told_the_right_one(secret: str, people: People) -> None:
    answer = bearing(f"Bearer {secret}").get(ME)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert "`Authorization: Token …`" in answer.json()["detail"]
    assert people.client("author").get(ME, headers={"authorization": "Bearer x"}).status_code == 200


def test_a_bad_token_is_refused_even_beside_a_session(people: People) -> None:
    client = people.client("author")
    assert client.get(ME, headers={"authorization": "Token nonsense"}).status_code == 401


@pytest.mark.parametrize("place", ["?token={}", "?access_token={}", "?Authorization=Token%20{}"])
def test_a_token_in_the_address_opens_nothing(place: str, secret: str) -> None:
    answer = APIClient(headers={"host": "localhost"}).get(ME + place.format(secret))
    assert answer.status_code == 401


def test_a_secret_is_never_logged(secret: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        bearing(f"Token {secret}").get(f"{ME}?token={secret}")
        bearing(f"Token {secret}x").get(ME)
    assert secret not in caplog.text


def test_revoked_and_expired_tokens_are_out_at_once(secret: str) -> None:
    client = bearing(f"Token {secret}")
    assert client.get(ME).status_code == 200
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(ME).status_code == 401


def test_a_session_changes_nothing_without_the_csrf_token(people: People) -> None:
    client = APIClient(enforce_csrf_checks=True, headers={"host": "localhost"})
    client.force_login(people.users["author"])
    body = {"kind": "creative", "team": str(people.team.pk)}
    refused = client.post("/api/v1/campaigns/", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    as_form = client.post("/api/v1/campaigns/", "kind=creative", content_type="application/x-www-form-urlencoded")
    assert as_form.status_code == 403
    as_text = client.post("/api/v1/campaigns/", "{}", content_type="text/plain")
    assert as_text.status_code == 403


def test_a_session_with_the_csrf_token_does(people: People) -> None:
    client = APIClient(enforce_csrf_checks=True, headers={"host": "localhost"})
    client.force_login(people.users["author"])
    client.cookies["csrftoken"] = token = "a" * 32
    answer = client.post(
        "/api/v1/campaigns/",
        {"kind": "creative", "team": str(people.team.pk)},
        headers={"x-csrftoken": token},
    )
    assert answer.status_code == 201


def test_a_removed_member_with_a_session_is_out_at_once(people: People) -> None:
    client = people.client("viewer")
    url = f"/api/v1/teams/{people.team.pk}/"
    assert client.get(url).status_code == 200
    Membership.objects.filter(user=people.users["viewer"]).delete()
    assert client.get(url).status_code == 404


def test_a_deactivated_user_is_out_at_once(people: People, secret: str) -> None:
    client = people.client("author")
    people.users["author"].is_active = False
    people.users["author"].save()
    assert client.get(ME).status_code == 401
    assert bearing(f"Token {secret}").get(ME).status_code == 401


def test_ten_thousand_guesses_are_slowed_down(people: People, settings: object) -> None:
    settings.API_REQUESTS_PER_MINUTE = {"anonymous": 5, "read": 0, "write": 0}  # type: ignore[attr-defined]
    answers = [bearing(f"Token guess{number}").get(ME) for number in range(8)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 3
    assert int(answers[-1]["Retry-After"]) > 0


def test_the_secret_of_a_made_token_is_shown_once(people: People) -> None:
    client = people.client("author")
    made = client.post("/api/v1/tokens/", {"name": "ci"}, headers={"idempotency-key": "k"}).json()
    again = client.post("/api/v1/tokens/", {"name": "ci"}, headers={"idempotency-key": "k"}).json()
    assert bearing(f"Token {made['secret']}").get(ME).status_code == 200
    assert again == {**made, "secret": None}
    assert Token.objects.count() == 1
    listed = client.get("/api/v1/tokens/").json()["results"]
    assert "secret" not in listed[0]


def test_a_token_is_revoked_over_rest(people: People, secret: str) -> None:
    client = people.client("author")
    pk = client.get("/api/v1/tokens/").json()["results"][0]["id"]
    assert client.delete(f"/api/v1/tokens/{pk}/").status_code == 204
    assert client.delete(f"/api/v1/tokens/{pk}/").status_code == 204
    assert bearing(f"Token {secret}").get(ME).status_code == 401
