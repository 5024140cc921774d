"""Answers of models that are kept for replay: within a team, as much as is allowed, for as long as is allowed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from campaigns.models import ModelReply
from conductor.lib.clock import now as wall_now
from conductor.lib.ids import new_id
from conductor.lib.text import is_storable

MB: Final = 1_000_000
#: One answer takes at most this share of a team's room, so that one cannot push out all others.
LARGEST_SHARE: Final = 10


def recall(team_id: UUID, key: str) -> str | None:
    return ModelReply.objects.filter(team=team_id, key=key).values_list("text", flat=True).first()


def keep(team_id: UUID, key: str, text: str) -> None:
    """Keep it; the oldest of the team make room. What is too large, or no text for a database, is not kept."""
    size, room = len(text.encode("utf-8", "replace")), settings.MODEL_REPLIES_MB * MB
    if size * LARGEST_SHARE > room or not is_storable(text):
        return
    with transaction.atomic():
        ModelReply.objects.update_or_create(
            team_id=team_id, key=key, defaults={"text": text, "size": size, "created_at": wall_now()},
            create_defaults={"pk": new_id(), "text": text, "size": size, "created_at": wall_now()},
        )  # fmt: skip
        _make_room(team_id, room)


def _make_room(team_id: UUID, room: int) -> None:
    mine = ModelReply.objects.filter(team=team_id)
    over = (mine.aggregate(all=Sum("size"))["all"] or 0) - room
    if over <= 0:
        return
    oldest: list[UUID] = []
    for pk, size in mine.order_by("created_at").values_list("pk", "size").iterator():
        if over <= 0:
            break
        oldest.append(pk)
        over -= size
    mine.filter(pk__in=oldest).delete()


def forget_old_replies(now: datetime) -> int:
    """Those that are older than answers are kept; how many."""
    deleted, _ = ModelReply.objects.filter(created_at__lt=now - timedelta(days=settings.MODEL_REPLY_DAYS)).delete()
    return deleted
