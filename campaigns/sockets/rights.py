"""By what right sockets are open, and whether the right still stands. Database functions; they run in threads.

Asked before every delivery, so the usual answer, that all is well, is three counts in one statement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils.crypto import constant_time_compare

from campaigns.models import Membership, Token
from conductor.lib import clock


@dataclass(frozen=True, slots=True)
class Pass:
    """By what right a socket is open. Equal passes stand or fall together, so each is looked at once."""

    user_id: int
    token_id: UUID | None = None
    session_key: str = field(default="", repr=False)


def all_stand(team_id: UUID, rights: Collection[Pass]) -> bool:
    """True if every one of these is signed in and may see the team; else ask `standing` who is not.

    Plain SQL for the same reason as in `queries.events`: through the ORM this took two thirds of a delivery.
    """
    tokens = {right.token_id for right in rights if right.token_id}
    keys = {right.session_key for right in rights if right.session_key}
    users = {right.user_id for right in rights if right.session_key}
    counts: list[str] = []
    params: list[Any] = []
    on_postgres = connection.vendor == "postgresql"
    now = connection.ops.adapt_datetimefield_value(clock.now())
    team: Any = team_id if on_postgres else team_id.hex
    for template, among, *others in (
        (_TOKENS, [token if on_postgres else token.hex for token in tokens], team, now),
        (_SESSIONS, [*keys], now),
        (_SEATS, [*users], team),
    ):
        if among:
            counts.append(template.format("= ANY(%s)" if on_postgres else f"IN ({_places(among)})"))
            params += [*([among] if on_postgres else among), *others]
    if not counts:
        return True
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", params)
        found = cursor.fetchone()
    return int(sum(found)) == len(tokens) + len(keys) + len(users)


def standing(rights: Collection[Pass], *, thorough: bool = False) -> dict[Pass, frozenset[UUID]]:
    """The teams each may see now; who is missing is not signed in any more.

    At most three short queries for any number of sockets. `thorough` also finds sessions ended by a new password.
    """
    users = {right.user_id for right in rights}
    teams: dict[int, set[UUID]] = {}
    seats = Membership.objects.filter(user_id__in=users, user__is_active=True).order_by()
    for user_id, team_id in seats.values_list("user_id", "team_id"):
        teams.setdefault(user_id, set()).add(team_id)
    tokens = _live_tokens({right.token_id for right in rights if right.token_id})
    keys = {right.session_key for right in rights if right.session_key}
    sessions = _sound_sessions(keys) if thorough else _live_sessions(keys)
    return {
        right: frozenset(teams.get(right.user_id, ()))
        for right in rights
        if (right.token_id in tokens if right.token_id else right.session_key in sessions)
    }


def _live_tokens(tokens: Collection[UUID]) -> frozenset[UUID]:
    if not tokens:
        return frozenset()
    found = Token.objects.filter(pk__in=tokens, revoked_at=None, expires_at__gt=clock.now(), user__is_active=True)
    return frozenset(found.values_list("pk", flat=True))


def _live_sessions(keys: Collection[str]) -> frozenset[str]:
    if not keys:
        return frozenset()
    found = Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now())
    return frozenset(found.values_list("session_key", flat=True))


def _sound_sessions(keys: Iterable[str]) -> frozenset[str]:
    """Sessions whose user is active and has not changed the password since."""
    found = Session.objects.filter(session_key__in=list(keys), expire_date__gt=clock.now())
    said = {session.session_key: session.get_decoded() for session in found}
    wanted = {str(data[SESSION_KEY]) for data in said.values() if SESSION_KEY in data}
    users = {str(pk): user for pk, user in get_user_model().objects.filter(is_active=True).in_bulk(wanted).items()}
    return frozenset(
        key
        for key, data in said.items()
        if (user := users.get(str(data.get(SESSION_KEY)))) is not None
        and constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    )


def _places(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


_USER: Final = get_user_model()._meta.db_table
_TOKENS: Final = (
    f"(SELECT count(*) FROM {Token._meta.db_table} t JOIN {_USER} u ON u.id = t.user_id"  # noqa: S608 - names of our own
    f" JOIN {Membership._meta.db_table} m ON m.user_id = u.id"
    " WHERE t.id {} AND m.team_id = %s AND t.revoked_at IS NULL AND t.expires_at > %s AND u.is_active)"
)
_SESSIONS: Final = f"(SELECT count(*) FROM {Session._meta.db_table} WHERE session_key {{}} AND expire_date > %s)"  # noqa: S608
_SEATS: Final = (
    f"(SELECT count(*) FROM {Membership._meta.db_table} m JOIN {_USER} u ON u.id = m.user_id"  # noqa: S608 - names of our own
    " WHERE m.user_id {} AND m.team_id = %s AND u.is_active)"
)
