"""Rule packs: YAML or plain data to checked, frozen rules. BadInput names the entry that is wrong.

Must not run anything from a pack: a rule names a family and gives it options, and the family checks them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.auditing.findings import Category, Rule, Severity
from agents.auditing.registry import FAMILIES, family, family_names
from conductor.lib.errors import BadInput

__all__ = ["FAMILIES", "Pack", "house_pack", "pack_data", "pack_digest", "parse_pack", "read_pack", "shipped"]

SCHEMA: Final = 1
MAX_BYTES: Final = 1_000_000
COUNTED: Final = 4
"""So many findings of one rule lower a score, the worst ones, unless the pack says otherwise."""


@dataclass(frozen=True, slots=True)
class Pack:
    name: str
    version: str
    weights: Mapping[Category, int]
    penalties: Mapping[Severity, int]
    rules: tuple[Rule, ...]
    title: str = ""
    counted: int = COUNTED
    sha256: str = ""


class _Closed(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$")]
_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")]
_Weight = Annotated[int, Field(ge=0, le=1_000)]


class _RuleData(_Closed):
    id: _Id
    family: str
    severity: Severity
    category: Category
    why: Annotated[str, Field(min_length=1, max_length=500)]
    advice: Annotated[str, Field(min_length=1, max_length=300)]
    options: dict[str, Any] = Field(default_factory=dict)


class _PackData(_Closed):
    """`extends` names packs that ship here, whose rules come first; a rule of the same id replaces theirs."""

    schema_: Annotated[int, Field(alias="schema", ge=SCHEMA, le=SCHEMA)]
    name: _Name
    version: Annotated[str, Field(pattern=r"^\d{1,5}\.\d{1,5}\.\d{1,5}$", max_length=20)]
    title: Annotated[str, Field(max_length=200)] = ""
    extends: Annotated[list[_Name], Field(max_length=5)] = Field(default_factory=list)
    without: Annotated[list[_Id], Field(max_length=500)] = Field(default_factory=list)
    weights: dict[Category, _Weight] = Field(default_factory=dict)
    penalties: dict[Severity, _Weight] = Field(default_factory=dict)
    counted: Annotated[int, Field(ge=1, le=1_000)] | None = None
    rules: Annotated[list[_RuleData], Field(max_length=500)]


def shipped() -> tuple[str, ...]:
    """The names of the packs that ship with Conductor."""
    names = (entry.name for entry in resources.files("agents.auditing.packs").iterdir())
    return tuple(
        sorted(n.removesuffix(".yaml") for n in names if n.endswith(".yaml") and not n.endswith(".tests.yaml"))
    )


@cache
def pack_data(name: str = "house") -> Any:
    """A pack that ships, as plain data."""
    if name not in shipped():
        words = f"There is no pack {name[:60]!r} here. Known: {', '.join(shipped())}."
        raise BadInput(words, errors={"pack": words})
    return _load(resources.files("agents.auditing.packs").joinpath(f"{name}.yaml").read_text("utf-8"))


@cache
def house_pack() -> Pack:
    return read_pack(pack_data())


def parse_pack(text: str) -> Pack:
    """A pack from YAML text."""
    return read_pack(_load(text))


def _load(text: str) -> Any:
    return load_yaml(text, "pack")


def load_yaml(text: str, what: str) -> Any:
    """Plain data from YAML; BadInput where it is too long, not YAML, or more than plain data."""
    if len(text) > MAX_BYTES:
        raise BadInput(f"A rule {what} has at most {MAX_BYTES:,} characters.", errors={what: "is too long"})
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader, made stricter
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        words = f"The rule {what} is not valid YAML: {error}"[:500]
        raise BadInput(words, errors={what: "is not valid YAML"}) from error


def read_pack(data: object) -> Pack:
    """A pack from plain data, such as the one pinned on a run; a pack that was read already is taken as it is."""
    if isinstance(data, Pack):
        return data
    return _read(_plain(data))


def pack_digest(data: object) -> str:
    """The SHA-256 of a pack's content. Of a pack that extends others their content is part."""
    if isinstance(data, Pack):
        return data.sha256
    return _digest(json.loads(_plain(data)))


def _digest(data: Any) -> str:
    bases = data.get("extends") if isinstance(data, dict) else None
    found = [_digest(pack_data(name)) for name in bases if name in shipped()] if isinstance(bases, list) else []
    whole = json.dumps([data, *found], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(data: object) -> str:
    try:
        return json.dumps(data, sort_keys=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadInput("The rule pack is not plain data.", errors={"pack": "is not plain data"}) from error


@lru_cache(maxsize=64)
def _read(text: str) -> Pack:
    try:
        data = _PackData.model_validate_json(text)
    except ValidationError as error:
        raise _refusal(error) from error
    except (ValueError, RecursionError) as error:
        raise BadInput("The rule pack is not plain data.", errors={"pack": "is not plain data"}) from error
    errors: dict[str, Any] = {}
    bases = _bases(data, errors)
    own = [rule for number, entry in enumerate(data.rules) if (rule := _rule(entry, number, errors)) is not None]
    _check_ids(data, bases, errors)
    penalties = {**_joined(base.penalties for base in bases), **data.penalties}
    if set(penalties) != {"low", "medium", "high", "critical"}:
        errors["penalties"] = "needs low, medium, high and critical"
    weights = {**_joined(base.weights for base in bases), **data.weights}
    if not weights:
        errors["weights"] = "needs at least one category"
    rules = {rule.id: rule for rule in (*(rule for base in bases for rule in base.rules), *own)}
    kept = tuple(rule for rule in rules.values() if rule.id not in data.without)
    if not kept and "rules" not in errors:
        errors["rules"] = "needs at least one rule"
    if errors:
        raise BadInput("The rule pack is not valid.", errors=errors)
    counted = data.counted or max((base.counted for base in bases), default=COUNTED)
    sha256 = _digest(json.loads(text))
    return Pack(data.name, data.version, weights, penalties, kept, data.title, counted, sha256)


def _bases(data: _PackData, errors: dict[str, Any]) -> list[Pack]:
    found: list[Pack] = []
    for number, name in enumerate(data.extends):
        if name not in shipped() or name == data.name:
            errors[f"extends[{number}]"] = f"must be one of: {', '.join(shipped())}, and not the pack itself"
        elif pack_data(name).get("extends") and pack_data(name)["extends"] != ["house"]:
            errors[f"extends[{number}]"] = "a pack that ships may extend the house pack only"
        else:
            found.append(read_pack(pack_data(name)))
    return found


def _joined(mappings: Iterable[Mapping[Any, int]]) -> dict[Any, int]:
    return {name: value for mapping in mappings for name, value in mapping.items()}


def _check_ids(data: _PackData, bases: list[Pack], errors: dict[str, Any]) -> None:
    ids = [rule.id for rule in data.rules]
    errors |= {f"rules[{n}].id": "is used twice" for n, name in enumerate(ids) if name in ids[:n]}
    known = {rule.id for base in bases for rule in base.rules}
    errors |= {
        f"without[{n}]": f"no rule {name!r} to leave out" for n, name in enumerate(data.without) if name not in known
    }


def _rule(entry: _RuleData, number: int, errors: dict[str, Any]) -> Rule | None:
    found = family(entry.family)
    if found is None:
        known = ", ".join(family_names())
        errors[f"rules[{number}].family"] = f"there is no family {entry.family[:80]!r}; known: {known}"
        return None
    try:
        settings = found.options.model_validate_json(json.dumps(entry.options))
    except ValidationError as error:
        errors |= errors_by_path(error, f"rules[{number}].options")
        return None
    options = settings.model_dump()
    return Rule(entry.id, entry.family, entry.severity, entry.category, entry.why, entry.advice, options, settings)


def _refusal(error: ValidationError) -> BadInput:
    return BadInput("The rule pack is not valid.", errors=errors_by_path(error))


def errors_by_path(error: ValidationError, start: str = "", whole: str = "pack") -> dict[str, Any]:
    errors: dict[str, Any] = {}
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        path = start
        for part in problem["loc"]:
            path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
        errors.setdefault(path or whole, []).append(problem["msg"])
    return errors


class _Loader(yaml.SafeLoader):
    """Plain data only: no tags, no aliases (a bomb is made of them), no key twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in seen:
                raise yaml.YAMLError(
                    f"line {key_node.start_mark.line + 1}: the key {str(key)[:80]!r} is not text, or twice"
                )
            seen.add(key)
        return super().construct_mapping(node, deep)
