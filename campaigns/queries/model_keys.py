"""Keys of models: which a team has, what they are used for, what a start would use. Never writes, never opens one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from agents.contracts import COMPATIBLE
from agents.specs import access_of
from campaigns.kinds.creative import PARTS
from campaigns.models import ModelKey
from conductor.lib.clock import iso

#: The parts of a creative campaign that a key may serve by default.
USES: Final = PARTS
#: Stands behind a model that a team uses by default: a model that fails leaves a campaign with the built-in makers.
BEHIND: Final = "builtin"


def visible(teams: QuerySet[Any, Any]) -> QuerySet[ModelKey]:
    return ModelKey.objects.select_related("created_by").filter(team__in=teams)


def row(key: ModelKey) -> dict[str, Any]:
    """A key in JSON: everything but the key."""
    return {
        "id": str(key.pk),
        "team": str(key.team_id),
        "provider": key.provider,
        "endpoint": key.endpoint,
        "base_url": key.base_url,
        "last_four": key.last_four,
        "model": key.model,
        "spec": spec_of(key) if key.model else "",
        "uses": key.uses,
        "prices": key.prices,
        "structured": key.structured,
        "created_by": key.created_by.get_username() if key.created_by else None,
        "created_at": iso(key.created_at),
        "last_used_at": iso(key.last_used_at),
        "revoked_at": iso(key.revoked_at),
    }


def spec_of(key: ModelKey, model: str = "") -> str:
    named = model or key.model
    return f"llm:{key.provider}:{key.endpoint}/{named}" if key.endpoint else f"llm:{key.provider}:{named}"


def of_team(team_id: UUID) -> list[ModelKey]:
    """Those that can be used first, then the revoked."""
    rows = ModelKey.objects.select_related("created_by").filter(team=team_id)
    return sorted(rows.order_by("-created_at")[:200], key=lambda key: key.revoked_at is not None)


def usable(team_id: UUID, provider: str, endpoint: str) -> ModelKey | None:
    return ModelKey.objects.filter(team=team_id, provider=provider, endpoint=endpoint, revoked_at=None).first()


def any_usable() -> bool:
    return ModelKey.objects.filter(revoked_at=None).exists()


def defaults(team_id: UUID) -> dict[str, list[str]]:
    """Which agents the team asks where a campaign does not say otherwise, by part."""
    keys = ModelKey.objects.filter(team=team_id, revoked_at=None).exclude(model="")
    return {part: [spec_of(key), BEHIND] for key in keys.order_by("created_at") for part in key.uses}


def with_defaults(team_id: UUID, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a creative campaign with the team's agents for the parts of which it says nothing."""
    chosen = {**defaults(team_id), **(settings.get("agents") or {})}
    return {**settings, "agents": chosen} if chosen else dict(settings)


def lacking(team_id: UUID, link: str) -> str:
    """What a team lacks to ask this agent, in words; "" if nothing."""
    needed = access_of(link)
    if needed is None or usable(team_id, *needed) is not None:
        return ""
    provider, endpoint = needed
    what = f"endpoint {endpoint!r}" if provider == COMPATIBLE else f"key for {provider}"
    return f"The team has no {what}; an admin adds it on the team's page, under Models."
