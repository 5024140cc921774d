"""What a gate does for one criterion, and what its result proves. Decides only: the gate runner starts the processes.

Nothing passes by default: what could not be decided is an error, and a blocking error holds the gate shut.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeAlias

from campaigns.kinds.criteria import (
    CHECKS,
    command,
    file_exists,
    json_schema,
    pattern,
    read_criterion,
    tests,
    type_check,
    written,
)
from conductor.lib.errors import BadInput

__all__ = [
    "CHECKS",
    "Gate",
    "Judgement",
    "Probe",
    "Verdict",
    "command",
    "cut_output",
    "file_exists",
    "gate",
    "json_schema",
    "judge",
    "pattern",
    "probe_for",
    "read_criterion",
    "tests",
    "type_check",
    "written",
]

Verdict: TypeAlias = Literal["proved", "refuted", "error"]

FILE_CHECK: Final = Path(__file__).with_name("file_check.py")
FILE_SECONDS: Final = 10.0
OUTPUT_CHARACTERS: Final = 10_000
_FILE_CHECKS: Final = ("file_exists", "pattern", "json_schema")


@dataclass(frozen=True, slots=True)
class Probe:
    """The process that decides a criterion, with the clone as its folder.

    `sandboxed` ones are commands of others and run in the sandbox only; the rest are ours and only read. `shown` is
    what the evidence names as the command.
    """

    argv: tuple[str, ...]
    shown: tuple[str, ...]
    seconds: float
    sandboxed: bool
    stdin: bytes | None = None


class Ended(Protocol):
    """How a process ended."""

    @property
    def exit_code(self) -> int | None: ...
    @property
    def signal(self) -> int | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def output(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    message: str
    exit_code: int | None
    output: str


@dataclass(frozen=True, slots=True)
class Gate:
    """The verdict over all criteria of a phase: open only if every blocking one is proved."""

    open: bool
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def probe_for(check: str, spec: Mapping[str, Any]) -> Probe:
    """What to run for a criterion. An unknown check is refused, never passed over."""
    if check == "command":
        argv = tuple(spec["argv"])
        return Probe(argv, argv, float(spec.get("timeout", 30.0)), sandboxed=True)
    if check in _FILE_CHECKS:
        request = json.dumps({**spec, "check": check}).encode()
        shown = (check, spec["path"], *((spec["pattern"],) if check == "pattern" else ()))
        # Isolated from environment and user packages; the folder is the clone, and nothing is imported from it.
        argv = (sys.executable, "-I", str(FILE_CHECK))
        return Probe(argv, shown, FILE_SECONDS, sandboxed=False, stdin=request)
    raise BadInput(errors={"check": f"Unknown check {check!r}; known: command, {', '.join(_FILE_CHECKS)}."})


def judge(check: str, spec: Mapping[str, Any], ended: Ended) -> Judgement:
    """What the end of the probe proves. A check cut short proves nothing, whatever its exit code."""
    output = cut_output(ended.output.decode("utf-8", "replace"))
    cut_short = _cut_short(ended, probe_for(check, spec).seconds)
    if cut_short:
        return Judgement("error", cut_short, ended.exit_code, output)
    if check != "command":
        verdict: Verdict = "proved" if ended.exit_code == 0 else "refuted" if ended.exit_code == 1 else "error"
        said = output.strip().splitlines()[-1] if output.strip() else "The check said nothing."
        return Judgement(verdict, said[:500], ended.exit_code, output)
    wanted = int(spec.get("exit_code", 0))
    if ended.exit_code == wanted:
        return Judgement("proved", f"Ended with exit code {wanted}.", ended.exit_code, output)
    message = spec.get("message") or f"Ended with exit code {ended.exit_code}, not {wanted}."
    return Judgement("refuted", message, ended.exit_code, output)


def gate(results: Iterable[tuple[str, bool, Verdict, str]]) -> Gate:
    """The verdict over (title, blocking, verdict, message) of a phase."""
    reasons: list[str] = []
    warnings: list[str] = []
    for title, blocking, verdict, message in results:
        if verdict != "proved":
            (reasons if blocking else warnings).append(f"{title}: {message}")
    return Gate(not reasons, tuple(reasons), tuple(warnings))


def cut_output(text: str, most: int = OUTPUT_CHARACTERS) -> str:
    """Start and end of a long output: the error is usually at one of the two."""
    text = text.replace("\x00", "\ufffd")
    if len(text) <= most:
        return text
    half = (most - 60) // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} characters left out …\n{text[-half:]}"


def _cut_short(ended: Ended, seconds: float) -> str:
    """Why a probe did not come to its own end, in words; or ""."""
    if ended.reason == "timeout":
        return f"Took longer than {seconds:g} s and was stopped."
    if ended.reason == "cancelled":
        return "Was cancelled."
    if ended.reason in ("output_limit", "memory_limit", "disk_limit"):
        return f"Went over its {ended.reason.removesuffix('_limit')} limit and was stopped."
    if ended.signal is not None or ended.exit_code is None:
        return f"Was ended by signal {ended.signal}."
    return ""
