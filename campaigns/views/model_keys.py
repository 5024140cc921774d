"""Keys of models on the page of a team: add, choose the use, test, revoke. Thin; a key is never shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse

from campaigns.actions.model_keys import add_key, change_key, check_key, revoke_key
from campaigns.forms.model_keys import (
    ModelCheckForm,
    ModelKeyForm,
    ModelRevokeForm,
    ModelUseForm,
    prices_of,
)
from campaigns.models import ModelKey
from campaigns.queries import model_keys as queries
from campaigns.views.frame import PageRequest, Viewer, command
from campaigns.views.panels import Panel, carry_out
from conductor.lib.errors import NotAllowed, NotFound


def model_keys_of(viewer: Viewer, team_id: UUID) -> dict[str, Any]:
    """What the page of a team shows of its keys."""
    keys = queries.of_team(team_id)
    add = reverse("model-key-add", args=[team_id])
    served = {use for key in keys if key.revoked_at is None for use in key.uses}
    form = ModelKeyForm(initial={"uses": [use for use in queries.USES if use not in served]})
    panel = Panel("add-key", "Add a key", "lock", form, add, quiet=True)
    return {
        "keys": [(key, _panels(viewer, key)) for key in keys],
        "add_key": panel if viewer.may("model_keys", team_id) else None,
    }


def _panels(viewer: Viewer, key: ModelKey) -> list[Panel]:
    if key.revoked_at is not None:
        return []
    use = ModelUseForm(initial={"model": key.model, "uses": key.uses, "prices": _lines(key)})
    offered = [
        ("check_agent", "check", "Test", "circle-check", ModelCheckForm(initial={"model": key.model})),
        ("model_keys", "use", "Use", "settings", use),
        ("model_keys", "revoke", "Revoke", "trash-2", ModelRevokeForm()),
    ]
    return [
        Panel(f"{name}-{key.pk}", label, icon, form, reverse(f"model-key-{name}", args=[key.pk]), quiet=True)
        for verb, name, label, icon, form in offered
        if viewer.may(verb, key.team_id)
    ]


def _lines(key: ModelKey) -> list[str]:
    return [f"{model} {price['input']} {price['output']}" for model, price in key.prices.items()]


@command
def key_add(request: PageRequest, team_id: UUID) -> HttpResponse:
    _needs(request, "model_keys", team_id)

    def act(said: dict[str, Any]) -> ModelKey:
        given = {**said, "prices": prices_of(said["prices"])}
        return add_key(team_id=team_id, secret=given.pop("key"), actor=request.viewer.actor, **given)

    back = reverse("team", args=[team_id])
    return carry_out(request, ModelKeyForm(request.POST), act, back=back, done="Added. The key is not shown again.")


@command
def key_use(request: PageRequest, key_id: UUID) -> HttpResponse:
    def act(said: dict[str, Any]) -> ModelKey:
        changes = {**said, "prices": prices_of(said["prices"])}
        return change_key(key_id=key_id, changes=changes, actor=request.viewer.actor)

    return carry_out(request, ModelUseForm(request.POST), act, back=_back(request, "model_keys", key_id), done="Saved.")


@command
def key_check(request: PageRequest, key_id: UUID) -> HttpResponse:
    back = _back(request, "check_agent", key_id)

    def act(said: dict[str, Any]) -> dict[str, Any]:
        found = check_key(key_id=key_id, model=said["model"], actor=request.viewer.actor)
        if not found["ok"]:
            messages.error(request, found["words"])
        return found

    def done(found: dict[str, Any]) -> str:
        return str(found["words"]) if found["ok"] else ""

    return carry_out(request, ModelCheckForm(request.POST), act, back=back, done=done)


@command
def key_revoke(request: PageRequest, key_id: UUID) -> HttpResponse:
    return carry_out(
        request,
        ModelRevokeForm(request.POST),
        lambda _: revoke_key(key_id=key_id, actor=request.viewer.actor),
        back=_back(request, "model_keys", key_id),
        done="Revoked, with effect at once.",
    )


def _back(request: PageRequest, verb: str, key_id: UUID) -> str:
    """The page of the key's team; who may not do this is told so before their form is read."""
    team_id = ModelKey.objects.filter(pk=key_id).values_list("team_id", flat=True).first()
    if team_id is None:
        raise NotFound("There is no such key.")
    _needs(request, verb, team_id)
    return reverse("team", args=[team_id])


def _needs(request: PageRequest, verb: str, team_id: UUID) -> None:
    request.viewer.sees(team_id)
    if not request.viewer.may(verb, team_id):
        raise NotAllowed("Your role does not allow this.")
