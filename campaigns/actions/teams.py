"""Users and teams: who is there, in which team with which role, and how much runs at once. Must not touch tokens."""

from __future__ import annotations

import secrets
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from agents import registry
from campaigns import events
from campaigns.models import Limit, Membership, Team
from campaigns.permissions import Actor, require
from campaigns.states import Role
from conductor.lib.errors import BadInput, Conflict, NotAllowed, NotFound
from conductor.lib.text import clean, fold

MAX_LIMIT: Final = 10_000
PASSWORD_BYTES: Final = 15
_NAMED_SCOPES: Final = {"domain", "role", "backend"}
_SCOPES: Final = {"team", "run"} | _NAMED_SCOPES


def create_user(*, username: str, superuser: bool = False, actor: Actor) -> tuple[User, str]:
    """A new user and their generated password, which is not stored in clear and cannot be shown again."""
    if not actor.is_system:
        _superuser(actor, "Only a superuser may make a user.")
    username = clean(username, "username", most=150, required=True)
    try:
        User.username_validator(username)
    except ValidationError as error:
        raise BadInput(errors={"username": error.messages}) from None
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    with transaction.atomic():
        # Twins (other case, other composition) would be taken for one person.
        if fold(username) in map(fold, User.objects.values_list("username", flat=True).iterator()):
            raise Conflict(f"There is a user named {username!r} already.", errors={"username": "Is taken."})
        user = User.objects.create_user(username, password=password, is_staff=superuser, is_superuser=superuser)
    return user, password


def create_team(*, name: str, actor: Actor) -> Team:
    """A new team; the superuser who makes it becomes its admin. Names that look alike are refused."""
    user = None if actor.is_system else _superuser(actor, "Only a superuser may make a team.")
    name = clean(name, "name", most=100, required=True)
    slug = slugify(fold(name), allow_unicode=True)[:60].strip("-")
    if not slug:
        raise BadInput(errors={"name": "Needs a letter or a digit."})
    with transaction.atomic():
        team, made = Team.objects.get_or_create(slug=slug, defaults={"name": name})
        if not made:
            raise Conflict(f"There is a team named {team.name!r} already.", errors={"name": "Is taken."})
        events.record_team(team, "team.created", actor=actor, message=f"Team {name} was made.", data={"name": name})
        if user is not None:
            _join(team, user, Role.ADMIN, actor)
    team.refresh_from_db()
    return team


def add_member(*, team_id: UUID, username: str, role: str, actor: Actor) -> Membership:
    """Bring a user into the team, or give a member another role. The last admin stays admin."""
    require(actor, "members", team_id)
    if role not in set(Role):
        raise BadInput(errors={"role": f"Must be one of {', '.join(Role)}."})
    user = _user(username)
    with transaction.atomic():
        team = _locked(team_id)
        found = Membership.objects.filter(team=team, user=user).first()
        if found is None:
            return _join(team, user, Role(role), actor)
        if found.role != role:
            _keep_an_admin(team, found, leaving=role != Role.ADMIN)
            found.role = role
            found.save(update_fields=["role"])
            _tell_joined(team, user, Role(role), actor)
    return found


def remove_member(*, team_id: UUID, username: str, actor: Actor) -> None:
    """Take a user out of the team, with effect at once; anybody may leave by themselves. The last admin stays."""
    # Permission first: who may not look into the team learns nothing about who has an account.
    leaving = actor.scope == "write" and User.objects.filter(pk=actor.user_id or 0, username=username).exists()
    require(actor, "view" if leaving else "members", team_id)
    user = _user(username)
    with transaction.atomic():
        team = _locked(team_id)
        found = Membership.objects.filter(team=team, user=user).first()
        if found is None:
            return
        _keep_an_admin(team, found, leaving=True)
        found.delete()
        message = f"{user.get_username()} left the team."
        events.record_team(
            team, "team.member_removed", actor=actor, message=message, data={"user": user.get_username()}
        )


def set_limit(*, team_id: UUID, scope: str, name: str, value: int | None, actor: Actor) -> Limit | None:
    """How many may be at work at once in that scope; None takes the limit away. It acts from the next claim on."""
    require(actor, "limits", team_id)
    name = _limit_name(scope, name)
    if value is not None and (isinstance(value, bool) or not 0 <= value <= MAX_LIMIT):
        raise BadInput(errors={"value": f"Must be a whole number from 0 to {MAX_LIMIT:,}."})
    with transaction.atomic():
        team = _locked(team_id)
        which = Limit.objects.filter(team=team, scope=scope, name=name)
        old = which.first()
        if (old.value if old else None) == value:
            return old
        limit = None
        if value is None:
            which.delete()
        else:
            limit, _ = Limit.objects.update_or_create(team=team, scope=scope, name=name, defaults={"value": value})
        said = "no limit" if value is None else str(value)
        events.record_team(
            team,
            "team.limit_set",
            actor=actor,
            message=f"Limit of {scope} {name}".strip() + f": {said}.",
            data={"scope": scope, "name": name, "value": value},
        )
    return limit


def _limit_name(scope: str, name: str) -> str:
    if scope not in _SCOPES:
        raise BadInput(errors={"scope": f"Must be one of {', '.join(sorted(_SCOPES))}."})
    name = clean(name, "name", most=100, required=scope in _NAMED_SCOPES)
    if scope not in _NAMED_SCOPES and name:
        raise BadInput(errors={"name": f"A limit of the scope {scope!r} has no name."})
    known = {"role": registry.role_names, "backend": registry.backend_names}.get(scope)
    if known is not None and name not in known():
        raise BadInput(errors={"name": f"There is no {scope} of that name; known: {', '.join(sorted(known()))}."})
    return name


def require_superuser(actor: Actor) -> None:
    """For faces that must refuse before they read what was sent."""
    if not actor.is_system:
        _superuser(actor, "Only a superuser may do this.")


def _superuser(actor: Actor, refusal: str) -> User:
    user = User.objects.filter(pk=actor.user_id or 0, is_active=True, is_superuser=True).first()
    if user is None or actor.scope == "read":
        raise NotAllowed(refusal)
    return user


def _user(username: str) -> User:
    username = clean(username, "username", most=150, required=True)
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise BadInput(errors={"username": "There is no active user of that name."})
    return user


def _locked(team_id: UUID) -> Team:
    team = Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
    if team is None:
        raise NotFound("There is no such team.")
    return team


def _join(team: Team, user: User, role: Role, actor: Actor) -> Membership:
    membership = Membership.objects.create(team=team, user=user, role=role)
    _tell_joined(team, user, role, actor)
    return membership


def _tell_joined(team: Team, user: User, role: Role, actor: Actor) -> None:
    name = user.get_username()
    events.record_team(
        team,
        "team.member_added",
        actor=actor,
        message=f"{name} is {role} in the team.",
        data={"user": name, "role": role.value},
    )


def _keep_an_admin(team: Team, member: Membership, *, leaving: bool) -> None:
    if not leaving or member.role != Role.ADMIN:
        return
    others = Membership.objects.filter(team=team, role=Role.ADMIN, user__is_active=True).exclude(pk=member.pk)
    if not others.exists():
        raise Conflict("A team keeps at least one admin; make somebody else admin first.")
