"""Rule packs: those a team may use, which one a run is started with, the rules a run is pinned to. Never writes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from agents.auditing.rulepacks import read_pack
from campaigns.kinds import rulepacks
from campaigns.kinds.rulepacks import HOUSE, PackSource
from campaigns.kinds.waivers import Costs
from campaigns.models import PinnedPack, RulePack, RulePackVersion, Run
from campaigns.states import PackState
from conductor.lib.clock import iso
from conductor.lib.errors import BadInput, ConductorError, NotFound


def visible(teams: QuerySet[Any, Any]) -> QuerySet[RulePack]:
    return RulePack.objects.select_related("team", "active").filter(team__in=teams)


def visible_versions(teams: QuerySet[Any, Any]) -> QuerySet[RulePackVersion]:
    found = RulePackVersion.objects.select_related("pack__team", "created_by", "published_by")
    return found.filter(pack__team__in=teams)


def choose(team_id: UUID, name: str) -> dict[str, Any]:
    """The rules of that name for a new run of the team: {name, version, sha256, data}. BadInput if there are none."""
    if name in rulepacks.shipped():
        return rulepacks.shipped()[name].pinned()
    pack = named(team_id, name)
    if pack is None:
        raise BadInput(errors={"settings.pack": f"There is no rule pack {name!r}; known: {_known(team_id)}."})
    if pack.state != PackState.PUBLISHED or pack.active is None:
        raise BadInput(errors={"settings.pack": f"The rule pack {name!r} is {pack.state}; only a published one acts."})
    held = pack.active
    return {"name": name, "version": held.version, "sha256": held.sha256, "data": held.data}


def _known(team_id: UUID) -> str:
    rows = RulePack.objects.filter(team=team_id, state=PackState.PUBLISHED).order_by("name")
    return ", ".join([*rulepacks.shipped(), *rows.values_list("name", flat=True)])


def pinned_on(run: Run) -> Mapping[str, Any] | None:
    """The rules that the run was started with; None for one that was started before rules were pinned."""
    pinned = run.settings.get("pack")
    digest = pinned.get("sha256") if isinstance(pinned, Mapping) else None
    return held(str(digest)) if digest else None


@lru_cache(maxsize=64)
def held(sha256: str) -> Mapping[str, Any]:
    """Rules by their digest. They never change, so they are read once in a process."""
    data: Mapping[str, Any] | None = PinnedPack.objects.filter(pk=sha256).values_list("data", flat=True).first()
    if data is None:
        raise ConductorError(
            "The rules that this run was started with are not stored any more.", code="storage_damaged"
        )
    return data


def costs(sha256: str, name: str, version: str) -> Costs | None:
    """What findings cost under the rules of a report; None where those rules are not known any more."""
    data: Mapping[str, Any] | None = None
    if sha256:
        data = PinnedPack.objects.filter(pk=sha256).values_list("data", flat=True).first()
    known = rulepacks.shipped().get(name)
    if data is None and known is not None and known.version == version:
        data = known.data
    if data is None:
        return None
    pack = read_pack(data)
    return Costs(pack.penalties, pack.counted)


def shipped_row(pack: PackSource) -> dict[str, Any]:
    """A pack of the library, in the JSON of a list."""
    return {
        "id": str(rulepacks.shipped_id(pack.name)),
        "team": None,
        "name": pack.name,
        "title": pack.title,
        "state": PackState.PUBLISHED.value,
        "version": pack.version,
        "sha256": pack.sha256,
        "head": 0,
        "rules": len(pack.data["rules"]),
        "shipped": True,
        "created_at": None,
    }


def shipped_json(pack: PackSource) -> dict[str, Any]:
    return {**shipped_row(pack), "source": pack.source, "tests": pack.tests, "data": pack.data, "versions": []}


def row(pack: RulePack) -> dict[str, Any]:
    """A pack of a team, in the JSON of a list."""
    active = pack.active
    return {
        "id": str(pack.pk),
        "team": str(pack.team_id),
        "name": pack.name,
        "title": str(active.data.get("title") or "") if active else "",
        "state": pack.state,
        "version": active.version if active else None,
        "sha256": active.sha256 if active else None,
        "head": pack.head,
        "rules": len(active.data["rules"]) if active else None,
        "shipped": False,
        "created_at": iso(pack.created_at),
    }


def rows(packs: QuerySet[RulePack]) -> list[dict[str, Any]]:
    """Those that ship, then these by name, in the JSON of a list."""
    shipped = [shipped_row(pack) for pack in rulepacks.shipped().values()]
    return [*shipped, *(row(pack) for pack in packs.order_by("name", "pk"))]


def named(team_id: UUID, name: str) -> RulePack | None:
    return RulePack.objects.select_related("active").filter(team=team_id, name=name).first()


def version_row(held_: RulePackVersion) -> dict[str, Any]:
    return {
        "id": str(held_.pk),
        "number": held_.number,
        "version": held_.version,
        "sha256": held_.sha256,
        "note": held_.note,
        "results": held_.results,
        "has_tests": bool(held_.tests),
        "created_by": held_.created_by.get_username() if held_.created_by else None,
        "created_at": iso(held_.created_at),
        "published_by": held_.published_by.get_username() if held_.published_by else None,
        "published_at": iso(held_.published_at),
        "forced": held_.forced,
    }


def as_json(pack: RulePack) -> dict[str, Any]:
    """The whole pack: the text and tests of its last version, and all versions, newest first."""
    rows = RulePackVersion.objects.select_related("created_by", "published_by").filter(pack=pack)
    versions = list(rows.defer("data").order_by("-number")[:200])
    last = RulePackVersion.objects.get(pack=pack, number=pack.head)
    text = {"source": last.source, "tests": last.tests, "data": last.data}
    return {**row(pack), **text, "versions": [version_row(one) for one in versions]}


def version_of(pack: RulePack, number: int | None = None) -> RulePackVersion:
    """That version of the pack, else its last."""
    found = RulePackVersion.objects.filter(pack=pack, number=number or pack.head).first()
    if found is None:
        raise NotFound(f"This rule pack has no version {number}.")
    return found


def compared_with(pack: RulePack | None) -> Mapping[str, Any]:
    """The rules that act now where the pack's next version would: its published version, else those of the house."""
    active = pack.active if pack else None
    return active.data if active else rulepacks.shipped()[HOUSE].data
