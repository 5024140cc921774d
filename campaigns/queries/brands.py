"""Brands: lists, the one JSON of a brand, its versions and use, and which version a run would be started with."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from campaigns.kinds import brand_checks
from campaigns.kinds.brands import Pinned, comparable, into_brief, missing
from campaigns.models import Brand, BrandVersion, Campaign, Run
from campaigns.queries.diffs import Change, changes
from campaigns.states import BrandState
from conductor.lib.clock import iso
from conductor.lib.errors import BadInput, NotFound
from conductor.lib.text import fold

#: What a table of brands shows, of `row`.
COLUMNS: Final = (
    "id", "name", "slug", "state", "published", "head", "campaigns", "created_by", "created_at", "published_at",
)  # fmt: skip


def visible(teams: QuerySet[Any, Any]) -> QuerySet[Brand]:
    """Brands of these teams, each with the data that counts (published, else draft) and the number of its campaigns."""
    counts = BrandVersion.objects.filter(brand=OuterRef("pk"), number=Coalesce(OuterRef("published"), OuterRef("head")))
    return (
        Brand.objects.filter(team__in=teams)
        .select_related("team", "created_by", "published_by")
        .annotate(
            shown=Subquery(counts.values("data")[:1]),
            uses=Count("campaigns", filter=Q(campaigns__deleted_at=None), distinct=True),
        )
    )


def row(brand: Brand) -> dict[str, Any]:
    """What a list shows of a brand."""
    shown: Mapping[str, Any] = brand.shown  # type: ignore[attr-defined]
    return {
        "id": str(brand.pk),
        "team": str(brand.team_id),
        "name": brand.name,
        "slug": brand.slug,
        "state": brand.state,
        "version": brand.version,
        "published": brand.published,
        "head": brand.head,
        "has_draft": brand.has_draft,
        "palette": [colour["hex"] for colour in shown["palette"]],
        "campaigns": brand.uses,  # type: ignore[attr-defined]
        "created_by": brand.created_by.get_username() if brand.created_by else None,
        "created_at": iso(brand.created_at),
        "updated_at": iso(brand.updated_at),
        "published_by": brand.published_by.get_username() if brand.published_by else None,
        "published_at": iso(brand.published_at),
        "archived_at": iso(brand.archived_at),
    }


def as_json(brand: Brand) -> dict[str, Any]:
    """The whole brand: `data` is the draft, `published_data` what runs use."""
    held = {version.number: version for version in versions_of(brand, brand.head, brand.published)}
    draft = held[brand.head]
    published = held.get(brand.published or 0)
    return {
        **row(brand),
        "data": draft.data,
        "sha256": draft.sha256,
        "published_data": published.data if published else None,
        "published_sha256": published.sha256 if published else None,
        "missing": missing(draft.data),
        "cautions": brand_checks.cautions(draft.data),
        "contrast": brand_checks.contrasts(draft.data),
    }


def versions_of(brand: Brand, *numbers: int | None) -> list[BrandVersion]:
    return list(BrandVersion.objects.filter(brand=brand, number__in=[n for n in numbers if n is not None]))


def version(brand: Brand, number: int) -> BrandVersion:
    found = BrandVersion.objects.filter(brand=brand, number=number).first()
    if found is None:
        raise NotFound(f"The brand has no version {number}.")
    return found


def versions(brand: Brand) -> QuerySet[BrandVersion]:
    return BrandVersion.objects.filter(brand=brand)


def version_row(made: BrandVersion, brand: Brand) -> dict[str, Any]:
    return {
        "id": str(made.pk),
        "brand": str(brand.pk),
        "number": made.number,
        "published": made.number == brand.published,
        "sha256": made.sha256,
        "author": made.author,
        "created_at": iso(made.created_at),
        "data": made.data,
    }


def differences(brand: Brand, against: int | None = None) -> tuple[int | None, tuple[Change, ...]]:
    """What the draft changes, word by word: against a version, by default the published one (none: all is new)."""
    number = brand.published if against is None else against
    old = version(brand, number).data if number is not None else {}
    return number, changes(comparable(old), comparable(version(brand, brand.head).data))


def diff_json(brand: Brand, against: int | None = None) -> dict[str, Any]:
    number, found = differences(brand, against)
    return {
        "version": brand.head,
        "against": number,
        "changes": [
            {"path": change.path, "parts": [{"op": part.op, "text": part.text} for part in change.parts]}
            for change in found
        ],
    }


def tried(data: Mapping[str, Any], said: object) -> dict[str, Any]:
    """How a phrase fares under a brand, in JSON."""
    text = brand_checks.read_phrase(said)
    remarks = brand_checks.check_phrase(data, text)
    return {"text": text, "ok": not remarks, "remarks": [dataclasses.asdict(remark) for remark in remarks]}


def usage(brand: Brand) -> dict[str, Any]:
    """Which campaigns name it, and how many runs each version of it was used by."""
    rows = Campaign.objects.filter(brand=brand, deleted_at=None).order_by("-created_at", "-pk")
    columns = "pk", "name", "state", "runs_count"
    by_version = (
        Run.objects.filter(brand_version__brand=brand, campaign__deleted_at=None)
        .values(used=F("brand_version__number"))
        .annotate(runs=Count("pk"))
        .order_by("-used")
    )
    return {
        "campaigns_total": rows.count(),
        "campaigns": [
            {"id": str(pk), "name": name, "state": state, "runs": runs}
            for pk, name, state, runs in rows.values_list(*columns)[:USES_SHOWN]
        ],
        "runs": [{"version": entry["used"], "runs": entry["runs"]} for entry in by_version],
    }


USES_SHOWN: Final = 50


def find(team_id: UUID, said: object) -> Brand | None:
    """The brand of the team that is meant by an id, a slug or a name; None for nothing said."""
    if said is None or said == "":
        return None
    rows = Brand.objects.filter(team_id=team_id)
    if isinstance(said, UUID):
        found = rows.filter(pk=said).first()
    elif not isinstance(said, str):
        raise BadInput(errors={"brand": "Must be the id or the name of a brand."})
    else:
        found = _by_id(rows, said) or rows.filter(slug=fold(said)).first() or _by_name(rows, said)
    if found is None:
        raise BadInput(errors={"brand": f"The team has no brand {str(said)[:60]!r}."})
    return found


def _by_id(rows: QuerySet[Brand], said: str) -> Brand | None:
    try:
        return rows.filter(pk=UUID(said)).first()
    except ValueError:
        return None


def _by_name(rows: QuerySet[Brand], said: str) -> Brand | None:
    fitting = [brand for brand in rows if fold(brand.name) == fold(said)]
    return fitting[0] if len(fitting) == 1 else None


def pinned_for(brand_id: UUID | None) -> Pinned | None:
    """The version a run would be started with. BadInput, by name, for a brand that may not be used now."""
    if brand_id is None:
        return None
    brand = Brand.objects.get(pk=brand_id)
    if refusal := why_not(brand):
        raise BadInput(errors={"brand": refusal})
    used = BrandVersion.objects.get(brand=brand, number=brand.published or 0)
    return Pinned(used.pk, brand.pk, used.data["name"], used.number, used.sha256, used.data)


def why_not(brand: Brand) -> str:
    """Why no run may start with this brand now; "" if one may."""
    if brand.state == BrandState.ARCHIVED:
        return f"The brand {brand.name} is archived; restore it, or choose another."
    if brand.published is None:
        return f"The brand {brand.name} is a draft; publish it first."
    return ""


def branded(brief: Mapping[str, Any], brand_id: UUID | None) -> dict[str, Any]:
    """The brief with the brand merged into it: its published version, or its draft where none is published yet."""
    if brand_id is None:
        return dict(brief)
    counts = Q(number=Coalesce(F("brand__published"), F("brand__head")))
    return into_brief(brief, BrandVersion.objects.filter(counts, brand=brand_id).get().data)
