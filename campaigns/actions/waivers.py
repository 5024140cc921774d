"""Let a finding stand for a reason and a time, or take that back. A report is never changed by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from campaigns import events
from campaigns.kinds.waivers import SCOPES, covers
from campaigns.models import Finding, Team, Waiver
from campaigns.permissions import Actor, may, require, role_in
from campaigns.queries.teams import has_others
from campaigns.queries.waivers import given, seen, written_in
from conductor.lib.clock import iso, now
from conductor.lib.errors import BadInput, Conflict, NotAllowed, NotFound
from conductor.lib.text import clean

LONGEST: Final = timedelta(days=366)
REASON_LENGTH: Final = 1_000


def waive_finding(
    *, finding_id: UUID, reason: str, expires_at: datetime, scope: str = "finding", actor: Actor
) -> Waiver:
    """The finding no longer counts, until then, within the scope; it stays visible. Told twice it is one waiver.

    A critical finding, and a waiver for the whole team, are for an admin. Who wrote the version, or the words in an
    earlier one, does not judge them.
    """
    finding = _found(finding_id)
    team_id = finding.report.run.team_id
    require(actor, "waive", team_id)
    _refuse_too_small(finding, scope, actor, team_id)
    reason = clean(reason, "reason", most=REASON_LENGTH, lines=True, required=True)
    _check(finding, scope, expires_at)
    wanted = _wanted(finding, scope)
    with transaction.atomic():
        team = Team.objects.select_for_update(no_key=True).get(pk=team_id)
        held = Waiver.objects.filter(team=team, revoked_at=None, expires_at__gt=now(), **_same(wanted)).first()
        if held is not None:
            if (held.reason, held.expires_at) == (reason, expires_at):
                return held
            raise Conflict(f"It is waived already, until {iso(held.expires_at)}; revoke that waiver first.")
        made = Waiver.objects.create(
            team=team,
            finding=finding,
            reason=reason,
            approver_id=actor.user_id,
            approved_by=actor.label.removeprefix("user:"),
            created_at=now(),
            expires_at=expires_at,
            **wanted,
        )
        _tell(made, finding, actor)
    return made


def revoke_waiver(*, waiver_id: UUID, actor: Actor) -> Waiver:
    """The findings it covered count again, from now on. Twice is as good as once."""
    waiver = Waiver.objects.select_related("team", "campaign").filter(pk=waiver_id).first()
    if waiver is None:
        raise NotFound("There is no such waiver.")
    require(actor, "waive", waiver.team_id)
    with transaction.atomic():
        ended = Waiver.objects.filter(pk=waiver.pk, revoked_at=None)
        if ended.update(revoked_at=now(), revoked_by_id=actor.user_id):
            data = {"waiver": str(waiver.pk), "rule": waiver.rule, "scope": waiver.scope}
            message = f"The waiver of {waiver.rule} was revoked."
            if waiver.campaign is None:
                events.record_team(waiver.team, "waiver.revoked", actor=actor, message=message, data=data)
            else:
                events.record_campaign(waiver.campaign, "waiver.revoked", actor=actor, message=message, data=data)
    waiver.refresh_from_db()
    return waiver


def _found(finding_id: UUID) -> Finding:
    rows = Finding.objects.select_related("report__run__campaign", "artifact_version")
    finding = rows.filter(pk=finding_id, report__run__campaign__deleted_at=None).first()
    if finding is None:
        raise NotFound("There is no such finding.")
    return finding


def _refuse_too_small(finding: Finding, scope: str, actor: Actor, team_id: UUID) -> None:
    """Who may waive at all may not waive everything."""
    role = role_in(actor, team_id)
    if role is not None and may(role, "waive_widely"):
        return
    if finding.severity == "critical":
        raise NotAllowed("A critical finding can be waived by an admin only.")
    if scope == "team":
        raise NotAllowed("A rule can be waived for the whole team by an admin only.")
    author = finding.artifact_version.author_id if finding.artifact_version else None
    if author is not None and author == actor.user_id:
        raise NotAllowed("You wrote this version; somebody else has to judge what was found in it.")
    if actor.user_id is None or not has_others(team_id, actor.user_id):
        return
    if number := written_in(finding, actor.user_id):
        raise NotAllowed(f"You wrote these words, in version {number}; somebody else has to judge them.")


def _check(finding: Finding, scope: str, expires_at: datetime) -> None:
    if scope not in SCOPES:
        raise BadInput(errors={"scope": f"Must be one of {', '.join(SCOPES)}."})
    if scope in ("finding", "version") and finding.artifact_version is None:
        raise BadInput(errors={"scope": "This finding is about no version; waive it for the campaign."})
    if expires_at.tzinfo is None:
        raise BadInput(errors={"expires_at": "Must say its zone."})
    if not now() < expires_at <= now() + LONGEST:
        raise BadInput(errors={"expires_at": f"Must lie ahead, at most {LONGEST.days} days."})


def _wanted(finding: Finding, scope: str) -> dict[str, Any]:
    """What the waiver covers: no more than its scope needs."""
    campaign = finding.report.run.campaign
    facts = seen(finding, campaign.pk)
    held: dict[str, Any] = {
        "scope": scope,
        "rule": finding.rule,
        "severity": finding.severity,
        "campaign": None,
        "artifact_version": None,
        "fingerprint": "",
        "place": "",
        "quote": "",
    }
    if scope != "team":
        held |= {"campaign": campaign, "fingerprint": facts.fingerprint, "quote": finding.quote}
    if scope in ("finding", "version"):
        held["artifact_version"] = finding.artifact_version
    if scope == "finding":
        held["place"] = facts.place
    made = Waiver(team_id=finding.report.run.team_id, expires_at=now(), **held)
    assert covers(given(made), facts)
    return held


def _same(wanted: Mapping[str, Any]) -> dict[str, Any]:
    names = ("scope", "rule", "fingerprint", "place", "severity", "campaign", "artifact_version")
    return {name: wanted[name] for name in names}


def _tell(waiver: Waiver, finding: Finding, actor: Actor) -> None:
    data = {
        "waiver": str(waiver.pk),
        "finding": str(finding.pk),
        "rule": waiver.rule,
        "scope": waiver.scope,
        "severity": waiver.severity,
        "expires_at": iso(waiver.expires_at),
    }
    message = f"{waiver.rule} is waived until {waiver.expires_at:%Y-%m-%d}: {waiver.reason}"
    if waiver.campaign is None:
        events.record_team(waiver.team, "finding.waived", actor=actor, message=message, data=data)
    else:
        events.record_campaign(waiver.campaign, "finding.waived", actor=actor, message=message, data=data)
