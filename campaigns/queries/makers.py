"""Who made a version, read with it: its author, or who answered in the attempt that made it. Never writes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left

from campaigns.kinds.makers import Maker, why_not
from campaigns.models import ArtifactVersion, Invocation

MOST_TOLD: Final = 600


def with_makers(rows: QuerySet[ArtifactVersion]) -> QuerySet[ArtifactVersion]:
    """Versions with what `maker_of` reads, in the same question. The author is to be joined by the caller."""
    said = Invocation.objects.filter(attempt=OuterRef("attempt_id"), ok=True).order_by("-created_at", "-pk")
    return rows.annotate(
        made_as=F("attempt__spec"),
        answered_by=Subquery(said.values("answered_by")[:1]),
        was_kept=Subquery(said.values("replayed")[:1]),
        told=Subquery(said.values(short=Left("summary", MOST_TOLD))[:1]),
    )


def maker_of(version: ArtifactVersion) -> Maker | None:
    """None where nothing is known of it, as of a version that was imported."""
    if version.author is not None:
        return Maker(person=version.author.get_username())
    chain = [link for link in (getattr(version, "made_as", "") or "").split(",") if link]
    # A first choice that answers in silence leaves no record but its attempt; whoever answers for another leaves one.
    agent = getattr(version, "answered_by", "") or (chain[0] if chain else "")
    if not agent:
        return None
    instead_of = chain[0] if chain and chain[0] != agent else ""
    why = why_not(instead_of, getattr(version, "told", "") or "")
    return Maker(agent, instead_of, why, bool(getattr(version, "was_kept", False)))


def maker_json(maker: Maker | None) -> dict[str, Any] | None:
    return asdict(maker) if maker else None
