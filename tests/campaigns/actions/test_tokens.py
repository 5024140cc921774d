from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.actions.tokens import create_token, note_use, revoke_token
from campaigns.models import Event, Token
from campaigns.permissions import SYSTEM
from campaigns.queries.tokens import SHAPE, authenticate, listing
from conductor.lib.errors import BadInput, NotAllowed, NotFound
from conductor.lib.redact import redact
from tests.campaigns.people import People


def make(people: People, who: str = "author", **values: object) -> tuple[Token, str]:
    said = {"name": "ci", "days": 30, "scope": "write", **values}
    return create_token(user_id=people.users[who].pk, actor=people.actor(who), **said)  # type: ignore[arg-type]


def test_the_secret_opens_and_is_nowhere_stored(people: People) -> None:
    token, secret = make(people)
    assert SHAPE.fullmatch(secret)
    assert authenticate(secret) == token
    stored = Token.objects.values().get()
    assert secret not in str(stored)
    assert len(stored["digest"]) == 64
    assert secret not in str(list(Event.objects.values()))


def test_a_secret_has_at_least_128_bits(people: People) -> None:
    secrets = {make(people)[1].rpartition("_")[2] for _ in range(3)}
    assert len(secrets) == 3
    assert len(make(people)[1].split("_", 2)[2]) * 6 >= 128


def test_a_secret_is_recognised_by_redaction(people: People) -> None:
    assert make(people)[1] not in redact(f"the key is {make(people)[1]} and more")


def test_what_is_no_secret_opens_nothing(people: People) -> None:
    _, secret = make(people)
    other, _ = make(people, "admin")
    swapped = f"cdr_{other.prefix}_{secret.split('_', 2)[2]}"
    for wrong in ("", "x", secret[:-1], secret + "a", secret.swapcase(), swapped, "ü" * 60, "cdr_\x00", "\ud800"):
        assert authenticate(wrong) is None


def test_revoked_expired_and_inactive_are_out_at_once(people: People) -> None:
    revoked, first = make(people)
    revoke_token(token_id=revoked.pk, actor=people.actor("author"))
    assert authenticate(first) is None
    expired, second = make(people)
    Token.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert authenticate(second) is None
    _, third = make(people)
    people.users["author"].is_active = False
    people.users["author"].save()
    assert authenticate(third) is None


def test_revoking_twice_is_as_good_as_once(people: People) -> None:
    token, _ = make(people)
    first = revoke_token(token_id=token.pk, actor=people.actor("author")).revoked_at
    assert revoke_token(token_id=token.pk, actor=people.actor("author")).revoked_at == first
    assert Event.objects.filter(type="token.revoked").count() == 1


def test_an_admin_of_the_team_revokes_a_members_token_but_makes_none(people: People) -> None:
    token, _ = make(people)
    revoke_token(token_id=token.pk, actor=people.actor("admin"))
    with pytest.raises(NotAllowed):
        create_token(user_id=people.users["author"].pk, name="x", days=1, scope="write", actor=people.actor("admin"))


def test_others_do_not_even_see_it(people: People) -> None:
    token, _ = make(people)
    for name in ("operator", "outsider"):
        with pytest.raises(NotFound):
            revoke_token(token_id=token.pk, actor=people.actor(name))
        assert token not in listing(people.users[name].pk)


def test_a_read_token_makes_and_revokes_none(people: People) -> None:
    token, _ = make(people)
    reader = people.actor("author", "read")
    with pytest.raises(NotAllowed):
        create_token(user_id=people.users["author"].pk, name="x", days=1, scope="read", actor=reader)
    with pytest.raises(NotAllowed):
        revoke_token(token_id=token.pk, actor=reader)


def test_a_superuser_and_the_system_make_one_for_anybody(people: People) -> None:
    people.users["outsider"].is_superuser = True
    people.users["outsider"].save()
    for actor in (SYSTEM, people.actor("outsider")):
        _, secret = create_token(user_id=people.users["author"].pk, name="x", days=1, scope="read", actor=actor)
        assert authenticate(secret) is not None


@pytest.mark.parametrize(
    ("values", "named"),
    [({"name": " "}, "name"), ({"days": 0}, "days"), ({"days": 367}, "days"), ({"scope": "all"}, "scope")],
)
def test_what_is_wrong_with_a_token_is_named(people: People, values: dict[str, object], named: str) -> None:
    with pytest.raises(BadInput) as refused:
        make(people, **values)
    assert list(refused.value.errors) == [named]
    assert not Token.objects.exists()


def test_a_token_of_nobody_is_refused(people: People) -> None:
    with pytest.raises(NotFound):
        create_token(user_id=10**6, name="x", days=1, scope="read", actor=SYSTEM)


def test_use_is_noted_at_most_once_a_minute(people: People) -> None:
    token, _ = make(people)
    note_use(token)
    token.refresh_from_db()
    first = token.last_used_at
    note_use(token)
    token.refresh_from_db()
    assert first is not None
    assert token.last_used_at == first


def test_what_a_token_makes_ends_no_later_than_it(people: People) -> None:
    used, _ = make(people, days=10)

    with pytest.raises(BadInput) as refused:
        make(people, days=11, with_token=used)
    assert list(refused.value.errors) == ["days"]
    assert make(people, days=9, with_token=used)[0].expires_at < used.expires_at


def test_without_days_it_lasts_ninety_or_as_long_as_the_token_used(people: People) -> None:
    used, _ = make(people, days=10)

    alone, _ = make(people, days=None)
    assert timedelta(days=89) < alone.expires_at - timezone.now() <= timedelta(days=90)
    assert make(people, days=None, with_token=used)[0].expires_at == used.expires_at
