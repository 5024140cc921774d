"""Brands as lists, as one page and as choices of a brief. Scoped to the actor's teams; never writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from agents.auditing import palettes
from campaigns.models import Brand, BrandVersion, Event
from campaigns.permissions import Actor, visible_teams
from campaigns.queries.brands import visible
from campaigns.states import BrandState
from conductor.lib.errors import NotFound

VERSIONS_SHOWN: Final = 20
PICKED_FROM: Final = 60


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; anything unknown counts as not asked."""

    state: str = ""
    team: str = ""
    q: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        state = query.get("state", "")
        return cls(
            state=state if state in list(BrandState) else "",
            team=query.get("team", "")[:60],
            q=query.get("q", "").replace("\0", "").strip()[:100],
        )

    @property
    def any(self) -> bool:
        return bool(self.state or self.team or self.q)


def listing(actor: Actor, filters: Filters) -> QuerySet[Brand]:
    """Brands by name, each with the data that counts. Archived ones only when asked for."""
    rows = visible(visible_teams(actor))
    rows = rows.filter(state=filters.state) if filters.state else rows.exclude(state=BrandState.ARCHIVED)
    if filters.team:
        rows = rows.filter(team__slug=filters.team)
    if filters.q:
        rows = rows.filter(Q(name__icontains=filters.q) | Q(slug__icontains=filters.q))
    return rows.order_by("name", "pk")


def brand_for(actor: Actor, brand_id: UUID) -> Brand:
    found = visible(visible_teams(actor)).filter(pk=brand_id).first()
    if found is None:
        raise NotFound("There is no such brand.")
    return found


def versions_shown(brand: Brand) -> list[BrandVersion]:
    return list(BrandVersion.objects.filter(brand=brand).defer("data").order_by("-number")[:VERSIONS_SHOWN])


def history_of(brand: Brand) -> list[Event]:
    """Who did what to it, newest first."""
    told = Event.objects.filter(
        stream="team", stream_id=brand.team_id, type__startswith="brand.", data__brand=str(brand.pk)
    )
    return list(told.order_by("-seq")[:VERSIONS_SHOWN])


def contrast_grid(data: Mapping[str, Any]) -> list[tuple[dict[str, str], list[palettes.Pair]]]:
    """A row per colour as the ground, with each colour as ink on it."""
    colours = data["palette"]
    grid = palettes.grid([colour["hex"] for colour in colours])
    return [(colour, list(line)) for colour, line in zip(colours, grid, strict=True)]


def choices(actor: Actor, chosen: UUID | None) -> list[dict[str, Any]]:
    """The brands a brief may name: the published ones of the actor's teams, and the chosen one whatever its state."""
    rows = visible(visible_teams(actor)).filter(Q(state=BrandState.PUBLISHED) | Q(pk=chosen))
    return [
        {
            "id": brand.pk,
            "name": brand.name,
            "team": brand.team.name,
            "state": brand.state,
            "palette": [colour["hex"] for colour in brand.shown["palette"]],  # type: ignore[attr-defined]
            "tone": brand.shown["voice"]["tone"],  # type: ignore[attr-defined]
            "adjectives": brand.shown["voice"]["adjectives"],  # type: ignore[attr-defined]
            "platforms": brand.shown["platforms"],  # type: ignore[attr-defined]
        }
        for brand in rows.order_by("name", "pk")[:PICKED_FROM]
    ]
