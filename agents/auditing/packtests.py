"""The tests of a rule pack: texts with what its rules must find in them, and texts that must be clean.

Must not audit in another way than a run does: every example goes through `audit_pieces`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from time import monotonic
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.auditing import outside
from agents.auditing.audit import audit_pieces
from agents.auditing.pieces import Kind, text_at
from agents.auditing.rulepacks import errors_by_path, load_yaml, read_pack
from conductor.lib.errors import BadInput

MOST_FAILURES: Final = 200
LONGEST_S: Final = 60.0
"""Tests that take longer hold up whoever runs them, and so would the rules."""
_Text = Annotated[str, Field(max_length=70_000)]


class _Closed(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Expected(_Closed):
    """A finding that must be there. quote null takes any; "" is a finding without a span."""

    rule: Annotated[str, Field(min_length=1, max_length=80)]
    quote: _Text | None = None
    severity: Literal["low", "medium", "high", "critical"] | None = None


class Example(_Closed):
    """One text, several of a kind, or whole pieces. Of `rules` (all where it is empty) exactly `finds` may be found.

    `patched` is what the first text becomes when all patches of these findings are applied.
    """

    name: Annotated[str, Field(max_length=200)] = ""
    text: _Text | list[_Text] | None = None
    kind: Kind = "body"
    language: Annotated[str, Field(max_length=12)] | None = None
    platform: Annotated[str, Field(max_length=60)] = "linkedin"
    brief: dict[str, Any] = Field(default_factory=dict)
    pieces: dict[str, Any] | None = None
    rules: Annotated[list[str], Field(max_length=500)] = Field(default_factory=list)
    finds: Annotated[list[Expected], Field(max_length=200)] = Field(default_factory=list)
    patched: _Text | None = None


class PackTests(_Closed):
    schema_: Annotated[int, Field(alias="schema", ge=1, le=1)]
    pack: Annotated[str, Field(max_length=60)] = ""
    examples: Annotated[list[Example], Field(min_length=1, max_length=2_000)]


def parse_tests(text: str) -> PackTests:
    """Tests from YAML text."""
    return read_tests(load_yaml(text, "tests"))


def read_tests(data: object) -> PackTests:
    if isinstance(data, PackTests):
        return data
    try:
        return PackTests.model_validate(data)
    except ValidationError as error:
        raise BadInput(
            "The tests of the rule pack are not valid.", errors=errors_by_path(error, whole="tests")
        ) from error


def run_tests(pack: object, tests: object, *, seconds: float = LONGEST_S) -> list[str]:
    """What fails, in words; empty where all holds. After so many seconds no example is begun, and that is a failure."""
    until = monotonic() + seconds
    rules, checked = read_pack(pack), read_tests(tests)
    ids = {rule.id for rule in rules.rules}
    failures: list[str] = []
    for number, example in enumerate(checked.examples):
        name = f"examples[{number}]{f' ({example.name})' if example.name else ''}"
        if monotonic() > until:
            return [*failures, f"{name}: the tests took longer than {seconds:g} seconds, so they end here."]
        failures += [f"{name}: {words}" for words in _run(rules, example, ids)]
        if len(failures) >= MOST_FAILURES:
            return [*failures[:MOST_FAILURES], "There are more failures."]
    return failures


def _run(pack: Any, example: Example, ids: set[str]) -> list[str]:
    named = {*example.rules, *(expected.rule for expected in example.finds)}
    if unknown := sorted(named - ids):
        return [f"the pack has no rule {rule!r}." for rule in unknown]
    pieces = example.pieces if example.pieces is not None else _pieces(example)
    if not pieces:
        return ["it has neither a text nor pieces."]
    try:
        report = audit_pieces(example.brief, pieces, pack=pack)
    except BadInput as error:
        return [f"it cannot be audited: {error.errors or error}"]
    considered = set(example.rules) or ids
    found = [finding for finding in report["findings"] if finding["rule"] in considered]
    failed = [skip["why"] for skip in report["not_checked"] if skip["failed"]]
    said = [f"a rule could not be applied: {why}" for why in failed]
    return [*said, *_compare(found, example), *_patched(found, pieces, example)]


def _compare(found: list[dict[str, Any]], example: Example) -> list[str]:
    left = list(found)
    said = []
    for expected in example.finds:
        match = next((finding for finding in left if _is(finding, expected)), None)
        if match is None:
            said.append(f"{expected.rule} did not find {expected.quote!r}{_of(expected.severity)}.")
        else:
            left.remove(match)
    extra = Counter((finding["rule"], finding["quote"]) for finding in left)
    return said + [f"{rule} found {quote[:200]!r}, which is not expected." for rule, quote in extra]


def _is(finding: Mapping[str, Any], expected: Expected) -> bool:
    return (
        finding["rule"] == expected.rule
        and expected.quote in (None, finding["quote"])
        and expected.severity in (None, finding["severity"])
    )


def _of(severity: str | None) -> str:
    return f" as {severity}" if severity else ""


def _patched(found: list[dict[str, Any]], pieces: Mapping[str, Any], example: Example) -> list[str]:
    if example.patched is None:
        return []
    patches = [finding["patch"] | {"slot": finding["slot"]} for finding in found if finding["patch"]]
    if not patches:
        return ["there is no patch to apply."]
    first = patches[0]
    text = text_at(pieces[first["slot"]]["content"], first["path"]) or ""
    for patch in sorted(patches, key=lambda patch: -int(patch["start"])):
        if patch["path"] == first["path"]:
            text = text[: patch["start"]] + patch["replacement"] + text[patch["end"] :]
    return [] if text == example.patched else [f"patched it says {text!r}."]


def _pieces(example: Example) -> dict[str, Any]:
    texts = [example.text] if isinstance(example.text, str) else example.text or []
    if not texts:
        return {}
    slot, content = outside.wrap(texts, example.kind, on=example.platform, language=example.language)
    return {slot: {"content": content}}
