"""Rule packs as people write them: YAML to plain data with the line of each fault, `extends`, versions. Pure.

What a rule may say is for `agents.auditing.rulepacks`; the packs that ship are data of that library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final
from uuid import UUID, uuid5

from agents.auditing import packtests, rulepacks
from campaigns.kinds import yaml_source
from campaigns.kinds.settings import BadValue
from conductor.lib.errors import BadInput

HOUSE: Final = "house"
MAX_BYTES: Final = 500_000
#: Shipped packs are not rows; their ids are derived from their names and are the same everywhere.
_NAMESPACE: Final = UUID("6f2a7c1e-53f4-5d0b-9a3e-0c6f5f1f4c11")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}\Z")
_VERSION: Final = re.compile(r"(\d{1,5})\.(\d{1,5})\.(\d{1,5})\Z")
_DOTTED_INDEX: Final = re.compile(r"\.(\d+)")
_RULE: Final = re.compile(r"rules\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class PackSource:
    """A pack as it was written, and `data`: what acts, with the rules of the pack it extends."""

    name: str
    version: str
    title: str
    source: str
    data: Mapping[str, Any]
    sha256: str
    tests: str = ""
    extends: str = ""

    def pinned(self) -> dict[str, Any]:
        return {"name": self.name, "version": self.version, "sha256": self.sha256, "data": self.data}


@cache
def shipped() -> dict[str, PackSource]:
    """The packs of the library, by name; read-only for everybody."""
    folder = resources.files("agents.auditing.packs")
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        stem, _, ending = entry.name.partition(".")
        if ending != "yaml":
            continue
        text = entry.read_text("utf-8")
        data = yaml_source.read(text, what="source", code="invalid").value
        beside = folder.joinpath(f"{stem}.tests.yaml")
        pack = rulepacks.read_pack(data)
        found[pack.name] = PackSource(
            pack.name,
            pack.version,
            str(data.get("title") or ""),
            text,
            data,
            rulepacks.pack_digest(data),
            beside.read_text("utf-8") if beside.is_file() else "",
        )
    return found


def shipped_id(name: str) -> UUID:
    return uuid5(_NAMESPACE, name)


def shipped_by_id(pk: UUID) -> PackSource | None:
    return next((pack for name, pack in shipped().items() if shipped_id(name) == pk), None)


def pack_name(value: object) -> str:
    """Reads the setting `pack`; whether the team has such a pack is seen when a run is started."""
    if not isinstance(value, str) or not _NAME.match(value):
        raise BadValue("Must be the name of a rule pack, such as 'house'.")
    return value


def read_source(text: str, tests: str = "") -> PackSource:
    """The pack in the text, checked whole. BadInput names path and line of each fault."""
    source = yaml_source.read(text, what="source", code="invalid", most_bytes=MAX_BYTES)
    if not isinstance(source.value, Mapping):
        raise BadInput(errors={"source": "line 1: A rule pack is an object with schema, name, version and rules."})
    own = dict(source.value)
    extends = own.get("extends")
    try:
        data = _extended(own)
        pack = rulepacks.read_pack(data)
    except BadInput as error:
        raise source.located(_of_source(error, own, data if extends else own)) from None
    if tests.strip():
        packtests.parse_tests(tests)
    return PackSource(
        pack.name,
        pack.version,
        str(data.get("title") or ""),
        text,
        data,
        rulepacks.pack_digest(data),
        tests if tests.strip() else "",
        str(extends or ""),
    )


def _extended(own: dict[str, Any]) -> dict[str, Any]:
    """The rules of the shipped pack it extends, those of the same id replaced, the others added after them."""
    base_name = own.pop("extends", None)
    if base_name is None:
        return own
    base = shipped().get(base_name) if isinstance(base_name, str) else None
    if base is None:
        raise BadInput(errors={"extends": f"Only a shipped pack can be extended: {', '.join(shipped())}."})
    rules = own.get("rules", [])
    if not isinstance(rules, Sequence) or isinstance(rules, str):
        return {**base.data, **own}
    mine = {rule["id"]: rule for rule in rules if isinstance(rule, Mapping) and isinstance(rule.get("id"), str)}
    kept = [mine.pop(rule["id"], rule) for rule in base.data["rules"]]
    left = [rule for rule in rules if not isinstance(rule, Mapping) or rule.get("id") in mine or "id" not in rule]
    merged = {**base.data, **own, "rules": [*kept, *left]}
    for part in ("weights", "penalties"):
        if isinstance(own.get(part), Mapping):
            merged[part] = {**base.data[part], **own[part]}
    return merged


def _of_source(error: BadInput, own: Mapping[str, Any], data: Mapping[str, Any]) -> BadInput:
    """The same faults under the paths of the text: rules[n] of what acts is another rule of what was written."""
    errors = {}
    for name, said in error.errors.items():
        path = _DOTTED_INDEX.sub(r"[\1]", name)
        found = _RULE.match(path)
        if found and data is not own:
            path = _rule_path(path, found, own, data)
        errors["source" if path == "pack" else path] = said
    return BadInput(error.message, code=error.code, errors=errors)


def _rule_path(path: str, found: re.Match[str], own: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    rules, written = data.get("rules") or [], own.get("rules") or []
    place = int(found[1])
    if place >= len(rules):
        return path
    at = next((number for number, rule in enumerate(written) if rule is rules[place]), None)
    return path if at is None else f"rules[{at}]{path[found.end() :]}"


def version_key(version: str) -> tuple[int, ...]:
    """What versions are compared by."""
    found = _VERSION.match(version)
    return tuple(map(int, found.groups())) if found else (0, 0, 0)


def run_tests(data: Mapping[str, Any], tests: str) -> tuple[int, list[str]]:
    """How many tests there are, and what failed, in words."""
    cases = packtests.parse_tests(tests)
    return len(cases), packtests.run_tests(rulepacks.read_pack(data), cases)
