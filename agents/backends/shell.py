"""Runs commands of the task in its clone, inside the sandbox: argument lists only, one after another, no shell added.

Must not judge success by text: an exit code other than 0 fails the attempt, and gates judge the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from agents.backends.base import ModelUse
from agents.contracts import (
    AgentFailure,
    AgentFault,
    AgentRequest,
    AgentResult,
    Cancelled,
    Health,
    Host,
    Outcome,
    Role,
    Runs,
)
from agents.outputs import clean_text, read_object
from conductor.lib import redact, sandbox
from conductor.lib.sandbox import Finished
from conductor.lib.sandbox.view import TOKEN_VARIABLE

MAX_COMMANDS: Final = 100
MAX_PARTS: Final = 100
MAX_PART: Final = 4_000
MAX_TOLD: Final = 20_000
"""How much of one command's output goes into the answer; the transcript holds more."""
MAX_KEPT: Final = 1_000_000
MEMORY_BYTES: Final = 2 << 30
PROCESSES: Final = 256
SAYS_WHAT_IT_DID: Final = frozenset({"worker", "task"})
"""Roles whose answer is the record of the commands; for any other the last command prints the answer as JSON."""


_STOPPED: Final[dict[str, tuple[str, str]]] = {
    "output_limit": ("agent_output_too_large", "wrote far more than its limit"),
    "memory_limit": ("agent_failed", "used more memory than its limit"),
    "disk_limit": ("agent_failed", "put more into its clone than its limit"),
}


class ShellBackend:
    name = "shell"
    runs: Runs = "process"
    model: ModelUse = "none"

    def run(self, request: AgentRequest, role: Role, model: str | None, host: Host) -> Outcome:
        commands = read_commands(request.inputs)
        if request.workspace is None:
            raise AgentFault("invalid", "A shell task needs a workspace, and this one has none.", "fatal")
        records: list[dict[str, Any]] = []
        last = b""
        for number, argv in enumerate(commands, 1):
            finished = _run(argv, request, Path(request.workspace.path), host)
            records.append(_record(argv, finished))
            last = finished.output
            failed = _failure(argv, finished, f"Command {number} of {len(commands)}", _transcript(records))
            if failed is not None:
                return failed
        summary = f"{len(commands)} command{'s' if len(commands) > 1 else ''} ran and ended with exit code 0."
        if role.name in SAYS_WHAT_IT_DID:
            most = max(200, min(MAX_TOLD, request.limits.output_bytes // (8 * len(records))))
            told = [{**record, "output": clean_text(record["output"], most)} for record in records]
            output: Mapping[str, Any] = {"summary": summary, "commands": told}
        else:
            output = read_object(last, request.limits.output_bytes)
        return AgentResult(output=output, summary=summary, transcript=_transcript(records))

    def health(self, model: str | None) -> Health:
        found = sandbox.probe()
        return Health(found.form is not None, found.words, found.form or "")


def read_commands(inputs: Mapping[str, Any]) -> list[list[str]]:
    """inputs.command (one argument list, or a list of them) or inputs.commands (a list of them)."""
    given = inputs.get("commands", inputs.get("command"))
    if not isinstance(given, list | tuple) or not given:
        raise _bad('commands: an argument list is needed, such as ["make", "test"]; a line of text is not one.')
    commands = [given] if all(isinstance(part, str) for part in given) else list(given)
    if len(commands) > MAX_COMMANDS:
        raise _bad(f"commands: at most {MAX_COMMANDS} are allowed; there are {len(commands)}.")
    return [_argv(number, command) for number, command in enumerate(commands)]


def _argv(number: int, command: object) -> list[str]:
    where = f"commands[{number}]"
    if isinstance(command, Mapping):
        command = command.get("argv")
    if not isinstance(command, Sequence) or isinstance(command, str) or not command:
        raise _bad(f'{where}: must be an argument list, such as ["make", "test"].')
    if not all(isinstance(part, str) for part in command):
        raise _bad(f"{where}: every part must be text.")
    parts = [str(part) for part in command]
    if len(parts) > MAX_PARTS or any(len(part) > MAX_PART for part in parts):
        raise _bad(f"{where}: is too long.")
    if not parts[0].strip() or any("\x00" in part for part in parts):
        raise _bad(f"{where}: needs a program, and no part may hold a NUL character.")
    return parts


def _run(argv: Sequence[str], request: AgentRequest, cwd: Path, host: Host) -> Finished:
    seconds = min(request.limits.seconds, host.remaining_s())
    if seconds <= 0:
        raise TimeoutError
    socket, token = request.context.get("broker_socket"), request.context.get("broker_token")
    env = {"CONDUCTOR_ATTEMPT": request.attempt, "CONDUCTOR_TASK": request.task}
    if isinstance(token, str):
        env[TOKEN_VARIABLE] = token
    return sandbox.run(
        argv,
        cwd=cwd,
        env=env,
        seconds=seconds,
        output_bytes=max(4_096, min(request.limits.output_bytes, MAX_KEPT)),
        memory_bytes=MEMORY_BYTES,
        processes=PROCESSES,
        cancelled=host.cancelled,
        on_output=lambda chunk: host.partial(chunk.decode("utf-8", "replace")),
        socket=Path(socket) if isinstance(socket, str) else None,
    )


def _record(argv: Sequence[str], finished: Finished) -> dict[str, Any]:
    return {
        "command": redact.redact_structure(list(argv)),
        "exit_code": finished.exit_code,
        "signal": finished.signal,
        "timed_out": finished.timed_out,
        "truncated": finished.truncated,
        "duration_ms": finished.duration_ms,
        "output": clean_text(redact.redact(finished.output.decode("utf-8", "replace")), MAX_KEPT),
    }


def _failure(argv: Sequence[str], finished: Finished, which: str, transcript: str) -> AgentFailure | None:
    """How a command ended, as a failure; None when it ended well."""
    name = f"{which} ({argv[0][:80]})"
    if finished.reason == "cancelled":
        raise Cancelled
    if finished.timed_out:
        return AgentFailure("agent_timeout", f"{name} took longer than its limit.", "transient", transcript=transcript)
    if finished.reason in _STOPPED:
        code, did = _STOPPED[finished.reason]
        return AgentFailure(code, f"{name} {did} and was stopped.", "fatal", transcript=transcript)
    if finished.signal is not None:
        words = f"{name} was ended by signal {finished.signal}."
        return AgentFailure("agent_failed", words, "retriable", transcript=transcript)
    if finished.exit_code != 0:
        words = f"{name} ended with exit code {finished.exit_code}."
        return AgentFailure("agent_failed", words, "retriable", transcript=transcript)
    return None


def _transcript(records: Sequence[Mapping[str, Any]]) -> str:
    parts = []
    for record in records:
        ended = f"signal {record['signal']}" if record["signal"] is not None else f"exit code {record['exit_code']}"
        parts.append(f"$ {' '.join(record['command'])}\n{record['output']}\n[{ended}, {record['duration_ms']} ms]")
    return "\n".join(parts)


def _bad(words: str) -> AgentFault:
    return AgentFault("invalid", words, "fatal")


BACKEND = ShellBackend()
