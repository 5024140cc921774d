"""Checks one answer against its role: bounded JSON, the role's schema, the request's schema, checks beyond both.

Must not repair an answer; what a role computes itself (its finish) is not taken from the agent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped]
from jsonschema.protocols import Validator  # type: ignore[import-untyped]
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from referencing import Registry
from referencing.exceptions import Unresolvable

from agents.contracts import AgentFault, AgentRequest, Role
from agents.outputs import InvalidOutput, encode
from agents.roles.fields import HEX, LANGUAGE
from agents.sections import joined

MAX_PROBLEMS: Final = 5
MAX_FAULTS: Final = 50
#: How a check says where it found something: a path into the answer and a colon.
_PLACED: Final = re.compile(r"([a-z_]+(?:\[\d+\])*(?:\.[a-z_]+(?:\[\d+\])*)*): (.+)", re.DOTALL)
#: What people read where a field does not fit, by the kind of fault.
_PLAIN: Final = {
    "missing": "Is missing.",
    "string_too_short": "May not be blank.",
    "string_too_long": "At most {max_length:,} characters.",
    "too_short": "At least {min_length} are needed; there are {actual_length}.",
    "too_long": "At most {max_length} are allowed; there are {actual_length}.",
    "literal_error": "Must be one of {expected}.",
    "extra_forbidden": "There is no such field.",
    "string_type": "Must be text.",
    "list_type": "Must be a list.",
}
_SHAPES: Final = {
    HEX: "Must be a colour such as #2B3A67.",
    LANGUAGE: "Must be a code of a language such as en or de-AT.",
}
_UNSAFE_KEYWORDS: Final = frozenset({"pattern", "patternProperties", "$dynamicRef", "$recursiveRef"})


def accept(role: Role, request: AgentRequest, output: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as it is kept, or InvalidOutput / OutputTooLarge saying where it is wrong."""
    plain = judge(role, request, output)
    return plain if role.finish is None else role.finish(plain, request)


def judge(role: Role, request: AgentRequest, output: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as plain JSON values, without what the role computes from it."""
    if not isinstance(output, Mapping):
        raise InvalidOutput("The answer is not a JSON object.")
    data = encode(output, request.limits.output_bytes)
    if role.output is None:
        plain: dict[str, Any] = json.loads(data)
        if request.output_schema is not None:
            _obey_schema(request.output_schema, plain)
        _obey_checks(role, plain, request)
    else:
        try:
            answer = role.output.model_validate_json(data)
            section, previous = request.inputs.get("section"), request.inputs.get("previous")
            if section and isinstance(previous, Mapping):
                made = answer.model_dump(mode="json", by_alias=True)
                answer = role.output.model_validate(_joined(role, previous, made, str(section)))
        except ValidationError as error:
            raise InvalidOutput(_problems(error), faults=_faults(error)) from error
        _obey_checks(role, answer, request)
        plain = answer.model_dump(mode="json", by_alias=True)
    return plain


def _joined(role: Role, previous: Mapping[str, Any], made: Mapping[str, Any], section: str) -> dict[str, Any]:
    """The piece as it was, with the one section that was asked for."""
    whole = joined(role.name, previous, made, section)
    if whole is None:
        raise InvalidOutput(f"The answer has no section {section!r}.")
    return whole


def shaped(shape: type[BaseModel], output: Mapping[str, Any], max_bytes: int) -> dict[str, Any]:
    """An answer to a part of what a role gives, as plain JSON values of that shape."""
    try:
        return shape.model_validate_json(encode(output, max_bytes)).model_dump(mode="json", by_alias=True)
    except ValidationError as error:
        raise InvalidOutput(_problems(error)) from error


def _obey_checks(role: Role, answer: Any, request: AgentRequest) -> None:
    said = [sentence for check in role.checks for sentence in check(answer, request)]
    if said:
        raise InvalidOutput(" ".join(said[:MAX_PROBLEMS]), faults=[_placed(sentence) for sentence in said[:MAX_FAULTS]])


def _problems(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{path(problem['loc'])}: {problem['msg']}" for problem in found[:MAX_PROBLEMS]]
    more = f" and {len(found) - MAX_PROBLEMS} more" if len(found) > MAX_PROBLEMS else ""
    return f"The answer does not fit its schema: {'; '.join(told)}{more}."


def _placed(sentence: str) -> tuple[str, str]:
    found = _PLACED.fullmatch(sentence)
    if found is None:
        return "", sentence
    return found.group(1), found.group(2)[:1].upper() + found.group(2)[1:]


def _faults(error: ValidationError) -> list[tuple[str, str]]:
    found = error.errors(include_url=False, include_input=False)[:MAX_FAULTS]
    return [(path(problem["loc"]) if problem["loc"] else "", _plainly(problem)) for problem in found]


def _plainly(problem: ErrorDetails) -> str:
    """One fault in plain words; a fault that is not listed keeps the words of the schema."""
    held = problem.get("ctx", {})
    if problem["type"] == "string_pattern_mismatch" and held.get("pattern") in _SHAPES:
        return _SHAPES[held["pattern"]]
    if problem["type"] in ("too_short", "too_long") and held.get("field_type") == "Value":  # a text behind a check
        return _PLAIN[f"string_{problem['type']}"].format(**held)
    if problem["type"] in _PLAIN:
        return _PLAIN[problem["type"]].format(**held)
    words = "May not be blank" if problem["msg"].endswith("must not be blank") else problem["msg"]
    words = words.removeprefix("Value error, ").rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."


def path(parts: tuple[int | str, ...]) -> str:
    """('headlines', 1, 'text') as headlines[1].text."""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{str(part)[:80]}" if text else str(part)[:80]
    return text or "answer"


def _obey_schema(schema: Mapping[str, Any], plain: dict[str, Any]) -> None:
    try:
        first = next(_validator(json.dumps(schema, sort_keys=True)).iter_errors(plain), None)
    except (SchemaError, Unresolvable, RecursionError, TypeError, ValueError) as error:
        raise AgentFault(
            "invalid",
            f"The output schema of this task is not usable: {error}"[:500],
            "fatal",
        ) from error
    if first is not None:
        where = path(tuple(first.absolute_path))
        place, words = where if first.absolute_path else "", first.message[:300]
        told = f"The answer does not fit its schema: {where}: {words}."
        raise InvalidOutput(told, faults=[(place, f"{words[:1].upper()}{words[1:]}.")])


@lru_cache(maxsize=256)
def _validator(schema: str) -> Validator:
    """A validator that fetches nothing and runs no regular expression of a stranger's."""
    parsed = json.loads(schema)
    unsafe = _keywords(parsed) & _UNSAFE_KEYWORDS
    if unsafe:
        raise ValueError(f"{', '.join(sorted(unsafe))} is not supported in output schemas")
    Draft202012Validator.check_schema(parsed)
    return Draft202012Validator(parsed, registry=Registry())


def _keywords(schema: Any) -> set[str]:
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            found.update(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found
