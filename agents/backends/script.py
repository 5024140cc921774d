"""Reads what the scripted backend shall play: from the task, from a recording, or from the spec; and tells an oracle.

Must not open a file that a task names: recordings and oracles are the operator's, set in the environment.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.answers import path as field_path
from agents.contracts import AgentFault, AgentRequest, FailureKind
from conductor.lib.errors import CODES

SCRIPT_VARIABLE: Final = "CONDUCTOR_SCRIPT"
"""A JSON file of replies by "role/task", "task" or "role"."""
ORACLE_VARIABLE: Final = "CONDUCTOR_ORACLE"
"""A file that gets a line for every start and finish; or a folder, in which inputs.oracle names the file."""

PLAYED: Final = ("ok", "slow", "bad_json", "raise", "fail", "ask")
"""Modes that are played in this process."""
STARTED: Final = ("hang", "ignore_term", "fork_tree", "keep_pipe", "flood", "flood_line", "exit_n", "signal")
"""Modes that are a real child process."""
MODES: Final = frozenset({*PLAYED, *STARTED})

BAD_JSON: Final[dict[str, str]] = {
    "prose": "Sorry, I cannot do that today.",
    "cut": '{"summary": "cut of',
    "nan": '{"summary": "x", "score": NaN}',
    "infinite": '{"score": 1e999}',
    "deep": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "duplicate": '{"summary": "one", "summary": "two"}',
    "two": '{"summary": "one"} {"summary": "two"}',
    "array": "[1, 2, 3]",
    "empty": "",
    "html": "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
    "schema": '{"surprise": [1, 2, {"deep": true}]}',
    "huge": '{"text": "' + "x" * 3_000_000 + '"}',
    "nul": '{"summary": "a\\u0000b"}',
    "surrogate": '{"summary": "\\ud800"}',
}


class Script(BaseModel):
    """One reply. mode says what happens; fail, partial and calls happen before it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    mode: str = "ok"
    output: dict[str, Any] | None = None
    graph: dict[str, Any] | None = None
    summary: str = ""
    transcript: str = ""
    seconds: Annotated[float, Field(ge=0, le=86_400)] = 1.0
    pause: Annotated[float, Field(ge=0, le=3_600)] = 0.0
    partial: list[str] = Field(default_factory=list)
    fail: Annotated[int, Field(ge=0, le=1_000)] = 0
    code: str = "agent_failed"
    kind: FailureKind = "retriable"
    retry_after_s: float | None = None
    calls: Annotated[int, Field(ge=0, le=10_000)] = 0
    micros: Annotated[int, Field(ge=0, le=10**15)] = 0
    reserve_micros: Annotated[int, Field(ge=0, le=10**15)] | None = None
    unknown_cost: bool = False
    kind_of_bad: str = "prose"
    raw: str | None = None
    text: str = ""
    exit_code: Annotated[int, Field(ge=0, le=255)] = 1
    signal: Annotated[int, Field(ge=1, le=31)] = 9
    question: str = "The script asks: shall it go on?"


_OK: Final = Script()


def read(request: AgentRequest, model: str | None) -> Script:
    """inputs.script, else the recording, else the mode that the spec names."""
    given = request.inputs.get("script")
    if given is None:
        given = _recorded(request)
    if given is None:
        return _OK if model is None else _checked({"mode": model})
    if not isinstance(given, Mapping):
        raise _bad("script: must be an object.")
    return _checked({"mode": model, **given} if model is not None else dict(given))


def _checked(given: Mapping[str, Any]) -> Script:
    try:
        said = Script.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise _bad(f"{field_path(('script', *first['loc']))}: {first['msg']}.") from error
    for name, value, known in (
        ("mode", said.mode, MODES),
        ("code", said.code, CODES),
        ("kind_of_bad", said.kind_of_bad, BAD_JSON),
    ):
        if value not in known:
            raise _bad(f"script.{name}: there is no {value[:80]!r}; known: {', '.join(sorted(known))}.")
    return said


def _recorded(request: AgentRequest) -> Mapping[str, Any] | None:
    file = os.environ.get(SCRIPT_VARIABLE)
    if not file:
        return None
    try:
        replies = _recording(file, Path(file).stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        raise _bad(f"The recording in {SCRIPT_VARIABLE} cannot be read: {type(error).__name__}.") from error
    for name in (f"{request.role}/{request.task}", request.task, request.role):
        if name in replies:
            return _reply(name, replies[name])
    return None


def _reply(name: str, reply: object) -> Mapping[str, Any]:
    if not isinstance(reply, Mapping):
        raise _bad(f"The recorded reply {name[:80]!r} is not an object.")
    return reply


@lru_cache(maxsize=4)
def _recording(file: str, changed: int) -> dict[str, Any]:
    replies = json.loads(Path(file).read_text("utf-8"))
    if not isinstance(replies, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the same answer as for text that is not JSON
    return replies


def oracle_of(request: AgentRequest) -> str | None:
    """The file to tell, if the operator wants one. A task can only choose a name inside the operator's folder."""
    place = os.environ.get(ORACLE_VARIABLE)
    name = request.inputs.get("oracle")
    if not place:
        if name:
            raise _bad(f"inputs.oracle needs {ORACLE_VARIABLE} to name the folder of oracles.")
        return None
    if not os.path.isdir(place):
        return place
    if not isinstance(name, str) or name in ("", ".", "..") or os.path.basename(name) != name:
        return str(Path(place) / "oracle.jsonl")
    return str(Path(place) / name)


def tell(oracle: str | None, what: str, request: AgentRequest, **more: object) -> None:
    """One line, written at once, so that lines of several processes never mix."""
    if oracle is None:
        return
    line = {
        "what": what,
        "attempt": request.attempt,
        "task": request.task,
        "role": request.role,
        "pid": os.getpid(),
        "at": time.time(),
        **more,
    }
    file = os.open(oracle, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, (json.dumps(line) + "\n").encode())
    finally:
        os.close(file)


def _bad(words: str) -> AgentFault:
    return AgentFault("invalid", words, "fatal")
