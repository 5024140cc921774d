"""Who may do what: one least role per verb, one predicate for every face and action, the SYSTEM actor.

A team somebody is not in does not exist for them, so a foreign id is NotFound.
Must not write, and must not look at states.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from django.db.models import QuerySet

from campaigns.models import Membership, Team
from campaigns.states import Role
from conductor.lib.errors import NotAllowed, NotFound, NotSignedIn

Scope = Literal["read", "write"]

#: The least role for each verb. A verb that is not here is a mistake in the code and raises KeyError.
VERBS: Final[dict[str, Role]] = {
    "view": Role.VIEWER,
    "try_phrase": Role.VIEWER,
    # Making things.
    "create": Role.AUTHOR,
    "edit": Role.AUTHOR,
    "archive": Role.AUTHOR,
    "start": Role.AUTHOR,
    "regenerate": Role.AUTHOR,
    "edit_artifact": Role.AUTHOR,
    "restore_artifact": Role.AUTHOR,
    "audit": Role.AUTHOR,
    "fix": Role.AUTHOR,
    "edit_pack": Role.AUTHOR,
    # Judging them.
    "approve": Role.REVIEWER,
    "reject": Role.REVIEWER,
    "publish_brand": Role.REVIEWER,
    "archive_brand": Role.REVIEWER,
    "answer": Role.REVIEWER,
    "waive": Role.REVIEWER,
    # Steering work.
    "pause": Role.OPERATOR,
    "resume": Role.OPERATOR,
    "cancel": Role.OPERATOR,
    "retry": Role.OPERATOR,
    "skip": Role.OPERATOR,
    "edit_task": Role.OPERATOR,
    "split_task": Role.OPERATOR,
    "reassign_task": Role.OPERATOR,
    "checkpoint": Role.OPERATOR,
    "restore": Role.OPERATOR,
    "fork": Role.OPERATOR,
    "merge": Role.OPERATOR,
    "set_budget": Role.OPERATOR,
    "raise_budget": Role.OPERATOR,
    "check_agent": Role.OPERATOR,
    # Ruling the team.
    "members": Role.ADMIN,
    "tokens": Role.ADMIN,
    "limits": Role.ADMIN,
    "model_keys": Role.ADMIN,
    "delete": Role.ADMIN,
    "publish_pack": Role.ADMIN,
    "waive_widely": Role.ADMIN,
}

#: Verbs for which a lesser role is enough on what one has made oneself.
OWN: Final[dict[str, Role]] = {"cancel": Role.AUTHOR}

_RANK: Final[dict[str, int]] = {role.value: rank for rank, role in enumerate(Role)}
_LABEL_LENGTH: Final = 80


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user (never more than their token's scope), or a part of the product, which has no user."""

    user_id: int | None
    label: str
    correlation: str
    scope: Scope = "write"
    cause: UUID | None = None

    @property
    def is_system(self) -> bool:
        return self.user_id is None


SYSTEM: Final = Actor(None, "system", "")


def actor_for(user: Any, correlation: str, scope: Scope = "write") -> Actor:
    """The actor behind a signed-in user; nobody signed in is refused."""
    if not user.is_authenticated:
        raise NotSignedIn
    return Actor(int(user.pk), f"user:{user.get_username()}"[:_LABEL_LENGTH], correlation, scope)


def require(actor: Actor, verb: str, team_id: UUID, *, owner_id: int | None = None) -> None:
    """Nothing if `actor` may do `verb` in that team; NotFound for an outsider, NotAllowed for too small a role.

    `owner_id` is the user who made the object, where the verb is easier on one's own.
    """
    if actor.is_system:
        return
    role = role_in(actor, team_id)
    if role is None:
        raise NotFound
    if actor.scope == "read" and verb != "view":
        raise NotAllowed("This token may only read.")
    own = owner_id is not None and owner_id == actor.user_id
    if not may(role, verb, own=own):
        raise NotAllowed(f"This needs the role {least_role(verb, own=own)} in the team; yours is {role}.")


def may(role: str, verb: str, *, own: bool = False) -> bool:
    """True if that role is enough for the verb. Pure: for pages that show or hide a button."""
    return _RANK[role] >= _RANK[least_role(verb, own=own)]


def least_role(verb: str, *, own: bool = False) -> Role:
    return OWN.get(verb, VERBS[verb]) if own else VERBS[verb]


def role_in(actor: Actor, team_id: UUID) -> Role | None:
    """The actor's role in a team now; asked anew each time, so that a removed member is out at once."""
    if actor.is_system:
        return Role.ADMIN
    found = Membership.objects.filter(team_id=team_id, user_id=_user_id(actor), user__is_active=True)
    role = found.values_list("role", flat=True).first()
    return None if role is None else Role(role)


def roles_of(actor: Actor) -> dict[UUID, Role]:
    """Every team of the actor, with their role in it: one query for a page of many objects."""
    found = Membership.objects.filter(user_id=_user_id(actor), user__is_active=True)
    return {team_id: Role(role) for team_id, role in found.values_list("team_id", "role")}


def visible_teams(actor: Actor) -> QuerySet[Any, Any]:
    """The ids of the teams whose objects the actor may see, as a subquery: `filter(team__in=visible_teams(actor))`."""
    if actor.is_system:
        return Team.objects.order_by().values("id")
    return Membership.objects.filter(user_id=_user_id(actor), user__is_active=True).order_by().values("team_id")


def _user_id(actor: Actor) -> int:
    """0 for the system, which is no user."""
    return actor.user_id or 0
