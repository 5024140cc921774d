"""File, revise, archive and delete campaigns. What is stored has been checked, field by field. Must not start runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings as django_settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from campaigns import events
from campaigns.actions.budgets import set_budget, to_micros
from campaigns.actions.runs import locked_campaign
from campaigns.kinds import brief as briefs
from campaigns.kinds.base import Kind
from campaigns.kinds.merging import merged
from campaigns.kinds.registry import get_kind
from campaigns.models import Budget, Campaign, Event, Run
from campaigns.permissions import Actor, require
from campaigns.queries import brands
from campaigns.states import CampaignState
from campaigns.transitions.campaigns import move_campaign
from conductor.lib import git
from conductor.lib.errors import BadInput, Conflict, StaleVersion
from conductor.lib.ids import content_hash
from conductor.lib.text import clean

CHANGEABLE: Final = ("name", "goal", "brief", "brand", "repository", "plan", "settings")
#: Where a field is a column of another name.
_COLUMNS: Final = {"brand": "brand_id"}
NAME_LENGTH: Final = 200
DERIVED_NAME_LENGTH: Final = 60
GOAL_LENGTH: Final = 10_000
REPOSITORY_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class _Content:
    """What a campaign says, as it came or as it is kept."""

    name: str = ""
    goal: str = ""
    brief: Mapping[str, Any] = field(default_factory=dict)
    brand: object = None
    repository: str = ""
    plan: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        return {_COLUMNS.get(name, name): getattr(self, name) for name in CHANGEABLE}

    @classmethod
    def kept_by(cls, campaign: Campaign) -> _Content:
        return cls(**{name: getattr(campaign, _COLUMNS.get(name, name)) for name in CHANGEABLE})

    def says_the_same(self, other: _Content, name: str) -> bool:
        """An older brief lacks the later fields; that is no difference."""
        if name == "brief":
            return briefs.same_content(self.brief, other.brief)
        return bool(getattr(self, name) == getattr(other, name))


def file_campaign(
    *,
    team_id: UUID,
    kind: str,
    name: str = "",
    goal: str = "",
    brief: Mapping[str, Any] | None = None,
    brand: UUID | str | None = None,
    repository: str = "",
    plan: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    budget: Decimal | None = None,
    truncate: bool = False,
    actor: Actor,
) -> Campaign:
    """A new draft: it may be incomplete, but what it says is sound. `truncate` accepts cuts; `cuts` then names them.

    `brand` is a brand of the team, by id, slug or name; whether it may be used is judged when a run starts.
    """
    require(actor, "create", team_id)
    known = get_kind(kind)
    raw = _Content(name, goal, brief or {}, brand, repository, plan or {}, settings or {})
    content, cuts = _checked(known, raw, team_id, truncate=truncate)
    limit = _plan_budget(content) if budget is None else budget
    micros = None if limit is None else to_micros(limit, "budget")
    with transaction.atomic():
        campaign = Campaign.objects.create(
            team_id=team_id,
            kind=known.name,
            brief_hash=_hash(known, content),
            created_by_id=actor.user_id,
            **content.columns(),
        )
        if micros is not None:
            Budget.objects.create(team_id=team_id, scope="campaign", campaign=campaign, limit_micros=micros)
        events.record_campaign(
            campaign,
            "campaign.created",
            actor=actor,
            message=f"{campaign.name} was filed.",
            to_state=campaign.state,
            data={"kind": kind, "name": campaign.name},
        )
    return _fresh(campaign, cuts)


def draft_campaign(
    *,
    team_id: UUID,
    kind: str,
    name: str = "",
    brief: Mapping[str, Any] | None = None,
    brand: UUID | str | None = None,
    settings: Mapping[str, Any] | None = None,
    truncate: bool = False,
) -> Campaign:
    """What would be filed, checked in the same way, for a look ahead. Nothing is stored, so nobody is asked."""
    known = get_kind(kind)
    raw = _Content(name=name, brief=brief or {}, brand=brand, settings=settings or {})
    content, cuts = _checked(known, raw, team_id, truncate=truncate)
    draft = Campaign(team_id=team_id, kind=known.name, brief_hash=_hash(known, content), **content.columns())
    draft.cuts = cuts
    return draft


def revise_campaign(
    *, campaign_id: UUID, version: int, changes: Mapping[str, Any], truncate: bool = False, actor: Actor
) -> Campaign:
    """Change what a campaign says, if nobody did since `version`. Brief and settings are merged, null takes away.

    Runs that were started keep what they were started with.
    """
    with transaction.atomic():
        campaign = locked_campaign(campaign_id)
        require(actor, "edit", campaign.team_id)
        if campaign.version != version:
            raise _stale(campaign, version)
        unknown = {name: "This cannot be changed." for name in changes if name not in CHANGEABLE}
        if unknown or not changes:
            raise BadInput(errors=unknown or {"body": "Say what to change."})
        known = get_kind(campaign.kind)
        kept = _Content.kept_by(campaign)
        content, cuts = _checked(known, _merged(kept, changes), campaign.team_id, truncate=truncate)
        changed = [name for name in CHANGEABLE if not content.says_the_same(kept, name)]
        if changed:
            Campaign.objects.filter(pk=campaign.pk).update(
                version=F("version") + 1,
                brief_hash=_hash(known, content),
                updated_at=timezone.now(),
                **content.columns(),
            )
            events.record_campaign(
                campaign,
                "campaign.revised",
                actor=actor,
                message=f"Changed: {', '.join(changed)}.",
                data={"fields": changed, "version": version + 1},
            )
            wished = _plan_budget(content)
            if wished is not None and wished != _plan_budget(kept):
                set_budget(scope="campaign", object_id=campaign.pk, limit=wished, actor=actor)
    return _fresh(campaign, cuts)


def archive_campaign(*, campaign_id: UUID, actor: Actor) -> Campaign:
    """Put it away: it is kept and readable, and starts no runs. Twice is as good as once."""
    with transaction.atomic():
        campaign = locked_campaign(campaign_id)
        require(actor, "archive", campaign.team_id)
        if campaign.state != CampaignState.ARCHIVED:
            _refuse_if_running(campaign)
            move_campaign(
                campaign, CampaignState.ARCHIVED, "campaign.archived", message="It was archived.", actor=actor
            )
    return _fresh(campaign)


def unarchive_campaign(*, campaign_id: UUID, actor: Actor) -> Campaign:
    """Take it out of the archive."""
    with transaction.atomic():
        campaign = locked_campaign(campaign_id)
        require(actor, "archive", campaign.team_id)
        if campaign.state == CampaignState.ARCHIVED:
            message = "It was taken out of the archive."
            move_campaign(campaign, CampaignState.ACTIVE, "campaign.restored", message=message, actor=actor)
    return _fresh(campaign)


def delete_campaign(*, campaign_id: UUID, actor: Actor) -> None:
    """Delete softly: nobody sees it any more, nothing of its history is lost."""
    with transaction.atomic():
        campaign = locked_campaign(campaign_id)
        require(actor, "delete", campaign.team_id)
        _refuse_if_running(campaign)
        Campaign.objects.filter(pk=campaign.pk).update(deleted_at=timezone.now())
        events.record_campaign(campaign, "campaign.deleted", actor=actor, message="It was deleted.")


def _checked(kind: Kind, raw: _Content, team_id: UUID, *, truncate: bool) -> tuple[_Content, tuple[str, ...]]:
    """The content in its stored form, and what was cut. BadInput tells every fault of the first part that has one."""
    settings = kind.check_settings(raw.settings)
    brief, cuts = _brief(kind, raw, settings, truncate=truncate)
    goal = clean(raw.goal, "goal", most=GOAL_LENGTH, lines=True)
    repository = _repository(clean(raw.repository, "repository", most=REPOSITORY_LENGTH))
    name = clean(raw.name, "name", most=NAME_LENGTH) or _named_after(brief.get("product") or goal, kind)
    brand = _brand(kind, raw.brand, team_id)
    return _Content(name, goal, brief, brand, repository, kind.read_plan(raw.plan), settings), cuts


def _brief(
    kind: Kind, raw: _Content, settings: Mapping[str, Any], *, truncate: bool
) -> tuple[dict[str, Any], tuple[str, ...]]:
    if not kind.slots:
        if raw.brief:
            raise BadInput(errors={"brief": f"A {kind.name} campaign has a goal and a plan, not a brief."})
        return {}, ()
    read = briefs.normalise(raw.brief, limits=settings.get("limits"), truncate=truncate)
    return read.brief, tuple(cut.words for cut in read.cuts)


def _brand(kind: Kind, said: object, team_id: UUID) -> UUID | None:
    found = brands.find(team_id, said)
    if found is not None and not kind.slots:
        raise BadInput(errors={"brand": f"A {kind.name} campaign has no brand."})
    return found.pk if found else None


def _plan_budget(content: _Content) -> Decimal | None:
    """What the plan wants to spend at most."""
    said = content.plan.get("budget")
    return None if said is None else Decimal(str(said))


def _repository(said: str) -> str:
    """A path on this machine, or an https or file address without a password in it."""
    if not said:
        return said
    try:
        parts = urlsplit(said)
        secret = parts.password or (parts.username and parts.scheme == "https")
    except ValueError:
        raise BadInput(errors={"repository": "Is not a valid address."}) from None
    if secret:
        raise BadInput(errors={"repository": "May not hold a user name or password."})
    if not (said.startswith("/") or parts.scheme in ("https", "file")):
        raise BadInput(errors={"repository": "Must be an absolute path, or an https:// or file:// address."})
    path = git.local_path(said)
    if path is not None:
        git.check_place(path, roots=django_settings.REPOSITORY_ROOTS, closed=django_settings.REPOSITORY_CLOSED)
    return said


def _named_after(said: str, kind: Kind) -> str:
    first = said.strip().partition("\n")[0]
    return briefs.cut_at_word(first, DERIVED_NAME_LENGTH) or f"Untitled {kind.name} campaign"


def _hash(kind: Kind, content: _Content) -> str:
    if kind.slots:
        return briefs.brief_hash(content.brief)
    return content_hash({"goal": content.goal, "plan": content.plan, "repository": content.repository})


def _merged(kept: _Content, changes: Mapping[str, Any]) -> _Content:
    """Texts and the plan are replaced; brief and settings are merged."""
    said = {name: changes.get(name, getattr(kept, name)) for name in CHANGEABLE}
    for name in ("brief", "settings"):
        if name in changes:
            said[name] = merged(getattr(kept, name), changes[name])
    said["plan"] = said["plan"] or {}
    return _Content(**said)


def _stale(campaign: Campaign, version: int) -> StaleVersion:
    """Who changed what since the version the caller had read."""
    rows = Event.objects.filter(stream="campaign", stream_id=campaign.pk, type="campaign.revised").order_by("-seq")[:20]
    since = [event for event in reversed(rows) if int(event.data.get("version", 0)) > version]
    said = "; ".join(f"{event.actor} changed {', '.join(event.data.get('fields', ()))}" for event in since)
    words = f"The campaign is at version {campaign.version}, not {version}: {said or 'it was changed'}."
    return StaleVersion(words, errors={"version": f"Is {campaign.version} now."})


def _refuse_if_running(campaign: Campaign) -> None:
    if Run.objects.filter(campaign=campaign, finished_at__isnull=True).exists():
        raise Conflict("A run of this campaign is active; wait for its end or cancel it.", code="already_running")


def _fresh(campaign: Campaign, cuts: tuple[str, ...] = ()) -> Campaign:
    campaign.refresh_from_db()
    campaign.cuts = cuts
    return campaign
