"""A campaign in a YAML file: a brief or a plan with its settings, as the examples and the command line use it. Pure.

A file may also hold a bare brief or a bare plan. Every fault is told by line and path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from campaigns.kinds import brief as briefs
from campaigns.kinds import plan_file, yaml_source
from campaigns.kinds.base import Kind
from campaigns.kinds.criteria import read_path
from campaigns.kinds.registry import get_kind
from campaigns.kinds.settings import BadValue
from conductor.lib.errors import BadInput
from conductor.lib.text import clean

MAX_NAME: Final = 200
MAX_GOAL: Final = 20_000
MAX_FILES: Final = 200
MAX_FILE: Final = 200_000
_KNOWN: Final = ("kind", "name", "goal", "brief", "brand", "plan", "settings", "budget", "repository_files", "expected")


@dataclass(frozen=True, slots=True)
class CampaignFile:
    """What a file says.

    `brand` names a brand of the team. `repository_files` is a recipe for a small repository: path to text, for one
    first commit. `expected` is what a run must come to; only demonstrations and tests look at it. `cuts` says what was
    shortened.
    """

    kind: str
    name: str = ""
    goal: str = ""
    brief: Mapping[str, Any] = field(default_factory=dict)
    brand: str = ""
    plan: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    budget: str | None = None
    repository_files: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, Any] = field(default_factory=dict)
    cuts: tuple[str, ...] = ()


def parse(text: str | bytes, *, truncate: bool = False) -> CampaignFile:
    """The campaign in the file, its parts in their normal forms. BadInput says line and path of the faults."""
    source = yaml_source.read(text, what="file", code="malformed")
    try:
        return _read(source.value, truncate=truncate)
    except BadInput as error:
        raise source.located(error) from None


def _read(raw: object, *, truncate: bool) -> CampaignFile:
    if not isinstance(raw, Mapping):
        raise BadInput(errors={"file": f"Must be an object with some of: {', '.join(_KNOWN)}."})
    if "tasks" in raw:
        plan = plan_file.read_data(raw, field_name="")
        return CampaignFile("coding", goal=plan["goal"], plan=plan, budget=plan["budget"])
    if "brief" not in raw and "plan" not in raw and "objective" in raw:
        return _bare_brief(raw, truncate=truncate)
    unknown = [str(name)[:60] for name in raw if name not in _KNOWN]
    if unknown:
        words = f"There is no such field. Known: {', '.join(_KNOWN)}."
        raise BadInput(errors=dict.fromkeys(unknown, words))
    name = raw.get("kind") or ("coding" if "plan" in raw else "creative")
    if not isinstance(name, str):
        raise BadInput(errors={"kind": "Must be the name of a kind."})
    kind = get_kind(name)
    settings = kind.check_settings(_object(raw, "settings"))
    plan = kind.read_plan(raw.get("plan"))
    if plan and raw.get("brief"):
        raise BadInput(errors={"brief": f"A {kind.name} campaign has a plan, not a brief."})
    read = briefs.normalise(raw.get("brief") or {}, limits=settings.get("limits"), truncate=truncate)
    return CampaignFile(
        kind=kind.name,
        name=clean(raw.get("name"), "name", most=MAX_NAME),
        goal=clean(raw.get("goal"), "goal", most=MAX_GOAL, lines=True) or str(plan.get("goal") or ""),
        brief=read.brief if kind.slots else {},
        brand=_brand(raw.get("brand"), kind),
        plan=plan,
        settings=settings,
        budget=_budget(raw.get("budget")) or plan.get("budget"),
        repository_files=_files(_object(raw, "repository_files")),
        expected=dict(_object(raw, "expected")),
        cuts=tuple(cut.words for cut in read.cuts),
    )


def _brand(said: object, kind: Kind) -> str:
    """The name, slug or id of a brand of the team; which brands there are is not known here."""
    name = clean(said, "brand", most=MAX_NAME)
    if name and not kind.slots:
        raise BadInput(errors={"brand": f"A {kind.name} campaign has no brand."})
    return name


def _bare_brief(raw: Mapping[str, Any], *, truncate: bool) -> CampaignFile:
    try:
        read = briefs.normalise(raw, truncate=truncate)
    except BadInput as error:
        told = {field.removeprefix("brief."): words for field, words in error.errors.items()}
        raise BadInput(code=error.code, errors=told) from None
    return CampaignFile("creative", brief=read.brief, cuts=tuple(cut.words for cut in read.cuts))


def _object(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    given = raw.get(name)
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise BadInput(errors={name: "Must be an object."})
    return given


def _budget(raw: object) -> str | None:
    try:
        return None if raw is None else plan_file.read_money(raw)
    except BadValue as error:
        raise BadInput(errors={"budget": str(error)}) from None


def _files(raw: Mapping[str, Any]) -> dict[str, str]:
    if len(raw) > MAX_FILES:
        raise BadInput(errors={"repository_files": f"Has {len(raw):,} entries; the limit is {MAX_FILES}."})
    found: dict[str, str] = {}
    for path, content in raw.items():
        name = f"repository_files.{path[:60]}"
        if not isinstance(content, str) or len(content) > MAX_FILE:
            raise BadInput(errors={name: f"Must be text of at most {MAX_FILE:,} characters."})
        try:
            found[read_path(path)] = content
        except BadValue as error:
            raise BadInput(errors={name: str(error)}) from None
    return found
