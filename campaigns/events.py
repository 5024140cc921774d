"""Append events to a stream inside the transaction that caused them; tell the sockets after the commit.

Run streams are numbered under the run's row lock by `transitions.unit`; campaign and team streams here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from campaigns.event_types import check_event
from campaigns.models import Campaign, Event, Team
from campaigns.permissions import Actor
from conductor.lib import bulk, push
from conductor.lib.clock import now as wall_now
from conductor.lib.redact import redact, redact_structure
from conductor.lib.statements import Statement

#: The next number of a stream; takes the row lock of the stream's owner.
_NEXT_SEQ: Final = {
    stream: Statement(
        f"update {table} set last_event_seq = last_event_seq + 1 where id = %(id)s returning last_event_seq", [None]
    )
    for stream, table in (("campaign", "campaigns_campaign"), ("team", "campaigns_team"))
}


def record_campaign(campaign: Campaign, type_: str, *, actor: Actor, message: str = "", **fields: Any) -> Event:
    """One event on the campaign's stream; takes the campaign's row lock by its counter."""
    return _record("campaign", campaign.pk, type_, campaign_id=campaign.pk, actor=actor, message=message, **fields)


def record_team(team: Team, type_: str, *, actor: Actor, message: str = "", **fields: Any) -> Event:
    """One event on the team's stream; takes the team's row lock by its counter."""
    return _record("team", team.pk, type_, campaign_id=None, actor=actor, message=message, **fields)


def _record(
    stream: str,
    pk: UUID,
    type_: str,
    *,
    campaign_id: UUID | None,
    actor: Actor,
    message: str,
    data: Mapping[str, Any] | None = None,
    from_state: str = "",
    to_state: str = "",
    time: datetime | None = None,
) -> Event:
    check_event(type_, data or {})
    event = Event(
        stream=stream,
        stream_id=pk,
        campaign_id=campaign_id,
        type=type_,
        state=to_state,
        from_state=from_state,
        to_state=to_state,
        message=redact(message)[:500],
        time=time or wall_now(),
        actor=actor.label,
        cause=actor.cause,
        correlation=actor.correlation,
        data=redact_structure(dict(data or {})),
    )
    with transaction.atomic(savepoint=False):
        ((seq,),) = _NEXT_SEQ[stream].rows(id=pk)
        event.seq = seq
        bulk.insert([event])
        transaction.on_commit(lambda: push.hints([(f"{stream}:{pk}", seq)]), robust=True)
    return event
