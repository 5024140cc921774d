"""Rule packs: YAML or plain data to checked, frozen rules. BadInput names the entry that is wrong.

Must not run anything from a pack: a rule names a family of ours and gives it options.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.auditing.families import coverage, disclaimers, limits, terms
from agents.auditing.findings import Category, Family, Rule, Severity
from conductor.lib.errors import BadInput

SCHEMA: Final = 1
MAX_BYTES: Final = 1_000_000

FAMILIES: Final[dict[str, Family]] = {
    "prohibited_terms": terms.prohibited_terms,
    "required_terms": terms.required_terms,
    "disclaimers": disclaimers.disclaimers,
    "platform_limits": limits.platform_limits,
    "word_limits": limits.word_limits,
    "missing_pieces": coverage.missing_pieces,
    "brief_coverage": coverage.brief_coverage,
    "product_named": coverage.product_named,
}


@dataclass(frozen=True, slots=True)
class Pack:
    name: str
    version: str
    weights: Mapping[Category, int]
    penalties: Mapping[Severity, int]
    rules: tuple[Rule, ...]


class _Closed(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


_Term = Annotated[str, Field(min_length=1, max_length=500)]


class _Options(_Closed):
    terms: Annotated[list[_Term], Field(max_length=1_000)] = Field(default_factory=list)
    texts: Annotated[list[_Term], Field(max_length=100)] = Field(default_factory=list)
    replacements: dict[_Term, Annotated[str, Field(max_length=500)]] = Field(default_factory=dict)


class _RuleData(_Closed):
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]
    family: str
    severity: Severity
    category: Category
    why: Annotated[str, Field(min_length=1, max_length=500)]
    advice: Annotated[str, Field(min_length=1, max_length=300)]
    options: _Options = _Options()


_Weight = Annotated[int, Field(ge=0, le=1_000)]


class _PackData(_Closed):
    schema_: Annotated[int, Field(alias="schema", ge=SCHEMA, le=SCHEMA)]
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")]
    version: Annotated[str, Field(pattern=r"^\d{1,5}\.\d{1,5}\.\d{1,5}$")]
    title: Annotated[str, Field(max_length=200)] = ""
    weights: dict[Category, _Weight]
    penalties: dict[Severity, _Weight]
    rules: Annotated[list[_RuleData], Field(min_length=1, max_length=500)]


@cache
def house_pack() -> Pack:
    return parse_pack(resources.files("agents.auditing.packs").joinpath("house.yaml").read_text("utf-8"))


def parse_pack(text: str) -> Pack:
    """A pack from YAML text."""
    if len(text) > MAX_BYTES:
        raise BadInput(f"A rule pack has at most {MAX_BYTES:,} characters.", errors={"pack": "is too long"})
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader, made stricter
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(
            f"The rule pack is not valid YAML: {error}"[:500], errors={"pack": "is not valid YAML"}
        ) from error
    return read_pack(data)


def read_pack(data: object) -> Pack:
    """A pack from plain data, such as the one pinned on a run."""
    try:
        return _read(json.dumps(data, sort_keys=True))
    except (TypeError, ValueError, RecursionError) as error:
        if isinstance(error, ValidationError):
            raise _refusal(error) from error
        raise BadInput("The rule pack is not plain data.", errors={"pack": "is not plain data"}) from error


@lru_cache(maxsize=64)
def _read(text: str) -> Pack:
    data = _PackData.model_validate_json(text)
    unknown = {
        f"rules[{number}].family": f"there is no family {rule.family[:80]!r}; known: {', '.join(FAMILIES)}"
        for number, rule in enumerate(data.rules)
        if rule.family not in FAMILIES
    }
    ids = [rule.id for rule in data.rules]
    unknown |= {f"rules[{n}].id": "is used twice" for n, name in enumerate(ids) if name in ids[:n]}
    if set(data.penalties) != {"low", "medium", "high", "critical"}:
        unknown["penalties"] = "needs low, medium, high and critical"
    if unknown:
        raise BadInput("The rule pack is not valid.", errors=unknown)
    rules = tuple(
        Rule(rule.id, rule.family, rule.severity, rule.category, rule.why, rule.advice, rule.options.model_dump())
        for rule in data.rules
    )
    return Pack(data.name, data.version, dict(data.weights), dict(data.penalties), rules)


def _refusal(error: ValidationError) -> BadInput:
    errors: dict[str, list[str]] = {}
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        errors.setdefault(".".join(map(str, problem["loc"])) or "pack", []).append(problem["msg"])
    return BadInput("The rule pack is not valid.", errors=errors)


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
