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
MAX_ENTRIES: Final = 10_000
"""Terms and other values in the options of all rules; each is looked for in every text. The house pack has 1,300."""
#: Shipped packs are not rows; their ids are derived from their names and are the same everywhere.
_NAMESPACE: Final = UUID("6f2a7c1e-53f4-5d0b-9a3e-0c6f5f1f4c11")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}\Z")
_VERSION: Final = re.compile(r"(\d{1,5})\.(\d{1,5})\.(\d{1,5})\Z")
_DOTTED_INDEX: Final = re.compile(r"\.(\d+)")


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
    extends: tuple[str, ...] = ()

    def pinned(self) -> dict[str, Any]:
        return {"name": self.name, "version": self.version, "sha256": self.sha256, "data": self.data}


@cache
def shipped() -> dict[str, PackSource]:
    """The packs of the library, by name; read-only for everybody."""
    folder = resources.files("agents.auditing.packs")
    found = {}
    for name in rulepacks.shipped():
        pack, beside = rulepacks.read_pack(rulepacks.pack_data(name)), folder.joinpath(f"{name}.tests.yaml")
        found[name] = PackSource(
            name=name,
            version=pack.version,
            title=pack.title,
            source=folder.joinpath(f"{name}.yaml").read_text("utf-8"),
            data=_flat(rulepacks.pack_data(name)),
            sha256=pack.sha256,
            tests=beside.read_text("utf-8") if beside.is_file() else "",
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
    try:
        pack = rulepacks.read_pack(source.value)
        _check_size(source.value["rules"])
    except BadInput as error:
        raise source.located(_of_source(error)) from None
    if tests.strip():
        _read_tests(tests)
    data = _flat(source.value)
    return PackSource(
        name=pack.name,
        version=pack.version,
        title=str(data.get("title") or ""),
        source=text,
        data=data,
        sha256=rulepacks.pack_digest(data),
        tests=tests if tests.strip() else "",
        extends=tuple(source.value.get("extends") or ()),
    )


def _check_size(rules: Sequence[Mapping[str, Any]]) -> None:
    """A pack that would take minutes to apply is no use, and holds up everybody."""
    count = 0
    for number, rule in enumerate(rules):
        waiting: list[Any] = [rule.get("options")]
        while waiting:
            held = waiting.pop()
            if isinstance(held, Mapping | list):
                waiting.extend(held.values() if isinstance(held, Mapping) else held)
            else:
                count += 1
        if count > MAX_ENTRIES:
            words = f"Up to here the rules have more than {MAX_ENTRIES:,} terms and values; a pack may not."
            raise BadInput(words, errors={f"rules[{number}].options": words})


def _read_tests(text: str) -> packtests.PackTests:
    """Tests as they are written beside a pack; BadInput names path and line of each fault."""
    source = yaml_source.read(text, what="tests", code="invalid", most_bytes=MAX_BYTES)
    try:
        return packtests.read_tests(source.value)
    except BadInput as error:
        told = source.located(_of_source(error))
        errors = {path if path == "tests" else f"tests.{path}": said for path, said in told.errors.items()}
        raise BadInput(f"In its tests, {told.message}", code=told.code, errors=errors) from None


def _flat(own: Mapping[str, Any]) -> dict[str, Any]:
    """The same rules without `extends`: what ships may change with the next release, and what was saved may not."""
    bases = [_flat(rulepacks.pack_data(name)) for name in own.get("extends") or ()]
    if not bases:
        return dict(own)
    parts: list[Mapping[str, Any]] = [*bases, own]
    rules = {rule["id"]: rule for part in parts for rule in part["rules"]}
    left_out = set(own.get("without") or ())
    flat = {name: value for name, value in own.items() if name not in ("extends", "without")}
    flat["rules"] = [rule for rule in rules.values() if rule["id"] not in left_out]
    for name in ("weights", "penalties"):
        flat[name] = {key: value for part in parts for key, value in (part.get(name) or {}).items()}
    counted = own.get("counted") or max((base["counted"] for base in bases if base.get("counted")), default=None)
    return flat | ({"counted": counted} if counted else {})


def _of_source(error: BadInput) -> BadInput:
    """The same faults by paths as a text has them."""
    errors = {_DOTTED_INDEX.sub(r"[\1]", name): said for name, said in error.errors.items()}
    return BadInput(
        error.message,
        code=error.code,
        errors={"source" if path == "pack" else path: said for path, said in errors.items()},
    )


def version_key(version: str) -> tuple[int, ...]:
    """What versions are compared by."""
    found = _VERSION.match(version)
    return tuple(map(int, found.groups())) if found else (0, 0, 0)


def run_tests(data: Mapping[str, Any], tests: str) -> tuple[int, list[str]]:
    """How many tests there are, and what failed, in words."""
    read = _read_tests(tests)
    return len(read.examples), packtests.run_tests(data, read)
