"""Make, revise, publish, archive, restore and copy brands. Versions are immutable; a run keeps its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify

from campaigns import events
from campaigns.kinds import brand_file, brands
from campaigns.kinds.merging import merged
from campaigns.models import Brand, BrandVersion, Event
from campaigns.permissions import Actor, require
from campaigns.states import BrandState
from campaigns.transitions.brands import move_brand
from conductor.lib.errors import BadInput, Conflict, NotFound, StaleVersion, Unavailable
from conductor.lib.text import fold

STARTER: Final = Path(settings.FILES_DIR) / "examples" / "brand.yaml"


def create_brand(*, team_id: UUID, data: Mapping[str, Any], copy_of: str = "", actor: Actor) -> Brand:
    """A new draft; what it says is sound. A name that looks like another of the team's is refused."""
    require(actor, "create", team_id)
    checked = brands.normalise(data)
    name = checked["name"]
    with transaction.atomic():
        brand = _born(team_id, name, actor)
        _add_version(brand, 1, checked, actor)
        told = {"brand": str(brand.pk), "name": name, "number": 1} | ({"copy_of": copy_of} if copy_of else {})
        words = f"The brand {name} was made{f' as a copy of {copy_of}' if copy_of else ''}."
        events.record_team(brand.team, "brand.created", actor=actor, message=words, to_state=brand.state, data=told)
    return _fresh(brand)


def revise_brand(*, brand_id: UUID, version: int, changes: Mapping[str, Any], actor: Actor) -> Brand:
    """Change the draft, if nobody did since `version`: objects are merged, null takes away, lists are replaced.

    The published version stays what it is until the draft is published.
    """
    with transaction.atomic():
        brand = _locked(brand_id)
        require(actor, "edit", brand.team_id)
        if brand.version != version:
            raise _stale(brand, version)
        if brand.state == BrandState.ARCHIVED:
            raise Conflict("The brand is archived; take it out of the archive first.")
        if not isinstance(changes, Mapping) or not changes:
            raise BadInput(errors={"data": "Say what to change."})
        kept = _version(brand, brand.head).data
        data = brands.normalise(merged(kept, changes))
        changed = [name for name in data if data[name] != kept.get(name)]
        if changed:
            _refuse_twin(brand.team_id, data["name"], besides=brand)
            _add_version(brand, brand.head + 1, data, actor)
            name = brand.name if brand.published else data["name"]
            Brand.objects.filter(pk=brand.pk).update(
                head=F("head") + 1, version=F("version") + 1, name=name, updated_at=timezone.now()
            )
            events.record_team(
                brand.team,
                "brand.revised",
                actor=actor,
                message=f"The draft of {name} was changed: {', '.join(changed)}.".replace("_", " "),
                data={
                    "brand": str(brand.pk), "name": name, "fields": changed, "number": brand.head + 1,
                    "version": version + 1,
                },
            )  # fmt: skip
    return _fresh(brand)


def publish_brand(*, brand_id: UUID, number: int | None = None, actor: Actor) -> Brand:
    """Runs that start from now on use the draft. `number` is the version that was looked at; another is a conflict."""
    with transaction.atomic():
        brand = _locked(brand_id)
        require(actor, "publish_brand", brand.team_id)
        if brand.state == BrandState.ARCHIVED:
            raise Conflict("The brand is archived; take it out of the archive first.")
        if number is not None and number != brand.head:
            raise StaleVersion(
                f"The draft is version {brand.head} now, not {number}; look again before publishing.",
                errors={"number": f"Is {brand.head} now."},
            )
        if brand.published == brand.head:
            return brand
        draft = _version(brand, brand.head)
        if lacking := brands.missing(draft.data):
            raise BadInput("The brand is not complete.", errors=lacking, code="incomplete")
        _refuse_twin(brand.team_id, draft.data["name"], besides=brand)
        _set_published(brand, draft, actor)
    return _fresh(brand)


def _set_published(brand: Brand, draft: BrandVersion, actor: Actor) -> None:
    name, now = draft.data["name"], timezone.now()
    columns = {
        "published": draft.number, "published_at": now, "published_by_id": actor.user_id, "name": name,
        "updated_at": now,
    }  # fmt: skip
    data = {"number": draft.number, "sha256": draft.sha256}
    words = f"Version {draft.number} of {name} was published."
    if brand.state == BrandState.DRAFT:
        move_brand(brand, BrandState.PUBLISHED, "brand.published", message=words, data=data, actor=actor, **columns)
        return
    Brand.objects.filter(pk=brand.pk).update(version=F("version") + 1, **columns)
    told = {"brand": str(brand.pk), "name": name, **data, "version": brand.version + 1}
    events.record_team(brand.team, "brand.published", actor=actor, message=words, data=told)


def archive_brand(*, brand_id: UUID, actor: Actor) -> Brand:
    """Put it away: it is kept and readable, no run starts with it. Twice is as good as once."""
    with transaction.atomic():
        brand = _locked(brand_id)
        require(actor, "archive_brand", brand.team_id)
        if brand.state != BrandState.ARCHIVED:
            move_brand(
                brand,
                BrandState.ARCHIVED,
                "brand.archived",
                message=f"The brand {brand.name} was archived.",
                data={},
                actor=actor,
                archived_at=timezone.now(),
            )
    return _fresh(brand)


def restore_brand(*, brand_id: UUID, actor: Actor) -> Brand:
    """Take it out of the archive: published again, if it was."""
    with transaction.atomic():
        brand = _locked(brand_id)
        require(actor, "archive_brand", brand.team_id)
        if brand.state == BrandState.ARCHIVED:
            back = BrandState.DRAFT if brand.published is None else BrandState.PUBLISHED
            words = f"The brand {brand.name} was taken out of the archive."
            move_brand(brand, back, "brand.restored", message=words, data={}, actor=actor, archived_at=None)
    return _fresh(brand)


def clone_brand(*, brand_id: UUID, name: str = "", actor: Actor) -> Brand:
    """A new draft that begins with the last version of another brand of the team."""
    found = Brand.objects.filter(pk=brand_id).first()
    if found is None:
        raise NotFound("There is no such brand.")
    require(actor, "create", found.team_id)
    data = {**_version(found, found.head).data, "name": name or f"{found.name} (copy)"}
    return create_brand(team_id=found.team_id, data=data, copy_of=found.name, actor=actor)


def copy_starter(*, team_id: UUID, actor: Actor) -> Brand:
    """The example brand as a draft of the team; Unavailable where the example was not installed."""
    require(actor, "create", team_id)
    try:
        text = STARTER.read_bytes()
    except OSError:
        raise Unavailable("The starter brand is not part of this installation.") from None
    return create_brand(team_id=team_id, data=brand_file.parse(text), actor=actor)


def _born(team_id: UUID, name: str, actor: Actor) -> Brand:
    slug = _slug(name)
    if not slug:
        raise BadInput(errors={"data.name": "Needs a letter or a digit."})
    _refuse_twin(team_id, name)
    try:
        with transaction.atomic():
            made = Brand.objects.create(team_id=team_id, name=name, slug=slug, created_by_id=actor.user_id)
    except IntegrityError:
        raise _taken(name) from None
    return Brand.objects.select_related("team").get(pk=made.pk)


def _slug(name: str) -> str:
    return slugify(fold(name), allow_unicode=True)[:60].strip("-")


def _refuse_twin(team_id: UUID, name: str, *, besides: Brand | None = None) -> None:
    others = Brand.objects.filter(team_id=team_id)
    others = others.exclude(pk=besides.pk) if besides else others
    slug = _slug(name)
    if any(fold(other) == fold(name) or known == slug for other, known in others.values_list("name", "slug")):
        raise _taken(name)


def _taken(name: str) -> Conflict:
    return Conflict(f"The team has a brand named {name!r} already.", errors={"data.name": "Is taken."})


def _add_version(brand: Brand, number: int, data: Mapping[str, Any], actor: Actor) -> None:
    digest = brands.digest(data)
    BrandVersion.objects.create(brand=brand, number=number, data=dict(data), sha256=digest, author=actor.label)


def _version(brand: Brand, number: int) -> BrandVersion:
    return BrandVersion.objects.get(brand=brand, number=number)


def _locked(brand_id: UUID) -> Brand:
    rows = Brand.objects.select_for_update(no_key=True, of=("self",)).select_related("team")
    found = rows.filter(pk=brand_id).first()
    if found is None:
        raise NotFound("There is no such brand.")
    return found


def _stale(brand: Brand, version: int) -> StaleVersion:
    """Who changed what since the version the caller had read."""
    told = Event.objects.filter(
        stream="team", stream_id=brand.team_id, type__startswith="brand.", data__brand=str(brand.pk)
    )
    since = [e for e in told.order_by("-seq")[:20] if int(e.data.get("version", 0)) > version]
    said = "; ".join(f"{event.actor}: {event.message}" for event in reversed(since))
    words = f"The brand is at version {brand.version}, not {version}. {said or 'It was changed.'}"
    return StaleVersion(words, errors={"version": f"Is {brand.version} now."})


def _fresh(brand: Brand) -> Brand:
    brand.refresh_from_db()
    return brand
