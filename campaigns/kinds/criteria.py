"""Criteria as data: the kinds of check, their factories, and how a plan writes them down. Pure; gates run elsewhere.

A command is an argument list and runs in the sandbox only; a path stays inside the clone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped]

from campaigns.kinds.base import CriterionSpec
from campaigns.kinds.commands import read_argv
from campaigns.kinds.limits import MAX_TITLE
from campaigns.kinds.settings import BadValue, seconds, whole

Phase: TypeAlias = Literal["entry", "exit"]
PHASES: Final[tuple[Phase, ...]] = ("entry", "exit")

COMMAND_SECONDS: Final = 30.0
TYPE_CHECK_SECONDS: Final = 60.0
TESTS_SECONDS: Final = 120.0
MAX_PATH: Final = 500
MAX_PATTERN: Final = 1_000
MAX_MESSAGE: Final = 1_000


def command(
    argv: Sequence[str] | str,
    *,
    title: str = "",
    exit_code: int = 0,
    timeout: float = COMMAND_SECONDS,
    message: str = "",
    blocking: bool = True,
    phase: Phase = "exit",
) -> CriterionSpec:
    """Holds if the command ends with that exit code in time; `message` is what is said if it does not."""
    words = read_argv(argv)
    spec = {"argv": words, "exit_code": exit_code, "timeout": timeout, "message": message}
    return CriterionSpec(phase, (title or " ".join(words))[:MAX_TITLE], "command", spec, blocking)


def type_check(
    argv: Sequence[str] | str = ("python3", "-m", "mypy", "."), *, blocking: bool = True, phase: Phase = "exit"
) -> CriterionSpec:
    return command(argv, title="Types check", timeout=TYPE_CHECK_SECONDS, blocking=blocking, phase=phase)


def tests(
    argv: Sequence[str] | str = ("python3", "-m", "pytest", "-q"),  # noqa: PT028
    *,
    blocking: bool = True,  # noqa: PT028
    phase: Phase = "exit",  # noqa: PT028
) -> CriterionSpec:
    return command(argv, title="Tests pass", timeout=TESTS_SECONDS, blocking=blocking, phase=phase)


def file_exists(path: str, *, title: str = "", blocking: bool = True, phase: Phase = "exit") -> CriterionSpec:
    """Holds if there is a file of that path in the clone; links are not followed."""
    spec = {"path": read_path(path)}
    return CriterionSpec(phase, (title or f"{path} exists")[:MAX_TITLE], "file_exists", spec, blocking)


def pattern(path: str, matches: str, *, title: str = "", blocking: bool = True, phase: Phase = "exit") -> CriterionSpec:
    """Holds if the regular expression is found in the file; ^ and $ stand for the ends of a line."""
    spec = {"path": read_path(path), "pattern": read_pattern(matches)}
    return CriterionSpec(phase, (title or f"{path} matches {matches}")[:MAX_TITLE], "pattern", spec, blocking)


def json_schema(
    path: str, schema: Mapping[str, Any], *, title: str = "", blocking: bool = True, phase: Phase = "exit"
) -> CriterionSpec:
    """Holds if the file is JSON that fits the schema."""
    spec = {"path": read_path(path), "schema": read_schema(schema)}
    return CriterionSpec(phase, (title or f"{path} fits its schema")[:MAX_TITLE], "json_schema", spec, blocking)


def read_criterion(raw: object, phase: Phase) -> CriterionSpec:
    """A criterion as a plan writes it: {check, title?, blocking?, …}. BadValue says what is wrong."""
    if not isinstance(raw, Mapping):
        raise BadValue(f"Must be an object with check and its arguments; checks: {', '.join(_READERS)}.")
    check = raw.get("check")
    if not isinstance(check, str) or check not in _READERS:
        raise BadValue(f"check must be one of: {', '.join(_READERS)}.")
    known, reader = _READERS[check]
    for name in raw:
        if name not in (*known, "check", "title", "blocking"):
            raise BadValue(f"{check} takes no {str(name)[:60]!r}; it takes {', '.join((*known, 'title', 'blocking'))}.")
    title, blocking = raw.get("title") or "", raw.get("blocking", True)
    if not isinstance(title, str) or len(title) > MAX_TITLE:
        raise BadValue(f"title must be text of at most {MAX_TITLE} characters.")
    if not isinstance(blocking, bool):
        raise BadValue("blocking must be true or false.")
    found = reader(raw, phase)
    return CriterionSpec(phase, title or found.title, found.check, found.spec, blocking)


def written(criterion: CriterionSpec) -> dict[str, Any]:
    """The criterion as a plan writes it, in full; reading it again gives the same."""
    spec = dict(criterion.spec)
    if "argv" in spec:
        spec["command"] = spec.pop("argv")
    return {"check": criterion.check, "title": criterion.title, "blocking": criterion.blocking, **spec}


def read_path(raw: object) -> str:
    """A path that stays inside the clone."""
    if not isinstance(raw, str) or not raw.strip():
        raise BadValue("path must be the path of a file in the repository.")
    parts = raw.split("/")
    outside = raw.startswith(("/", "~", "-")) or "\\" in raw or ".." in parts or parts[0] == ".git"
    if outside or len(raw) > MAX_PATH or not raw.isprintable():
        raise BadValue(f"path {raw[:60]!r} must lead to a file inside the repository.")
    return "/".join(part for part in parts if part not in ("", "."))


def read_pattern(raw: object) -> str:
    if not isinstance(raw, str) or not raw or len(raw) > MAX_PATTERN:
        raise BadValue(f"pattern must be a regular expression of at most {MAX_PATTERN:,} characters.")
    try:
        re.compile(raw)
    except (re.error, RecursionError, OverflowError) as error:
        raise BadValue(f"pattern is not a regular expression: {error}.") from error
    return raw


def read_schema(raw: object) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise BadValue("schema must be a JSON schema: an object.")
    try:
        Draft202012Validator.check_schema(dict(raw))
    except SchemaError as error:
        raise BadValue(f"schema is not a JSON schema: {error.message[:200]}.") from error
    return dict(raw)


def _read_command(raw: Mapping[Any, Any], phase: Phase) -> CriterionSpec:
    message = raw.get("message") or ""
    if not isinstance(message, str) or len(message) > MAX_MESSAGE:
        raise BadValue(f"message must be text of at most {MAX_MESSAGE:,} characters.")
    try:
        exit_code = whole(0, 255)(raw.get("exit_code", 0))
        timeout = seconds(0.1, 86_400)(raw.get("timeout", COMMAND_SECONDS))
    except BadValue as error:
        raise BadValue(f"exit_code and timeout: {error}") from error
    return command(read_argv(raw.get("command")), exit_code=exit_code, timeout=timeout, message=message, phase=phase)


def _read_preset(preset: Callable[..., CriterionSpec]) -> Callable[[Mapping[Any, Any], Phase], CriterionSpec]:
    def reader(raw: Mapping[Any, Any], phase: Phase) -> CriterionSpec:
        given = raw.get("command")
        return preset(phase=phase) if given is None else preset(read_argv(given), phase=phase)

    return reader


_READERS: Final[dict[str, tuple[tuple[str, ...], Callable[[Mapping[Any, Any], Phase], CriterionSpec]]]] = {
    "command": (("command", "exit_code", "timeout", "message"), _read_command),
    "tests": (("command",), _read_preset(tests)),
    "type_check": (("command",), _read_preset(type_check)),
    "file_exists": (("path",), lambda raw, phase: file_exists(read_path(raw.get("path")), phase=phase)),
    "pattern": (
        ("path", "pattern"),
        lambda raw, phase: pattern(read_path(raw.get("path")), read_pattern(raw.get("pattern")), phase=phase),
    ),
    "json_schema": (
        ("path", "schema"),
        lambda raw, phase: json_schema(read_path(raw.get("path")), read_schema(raw.get("schema")), phase=phase),
    ),
}
CHECKS: Final = tuple(_READERS)
