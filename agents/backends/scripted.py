"""Replays recorded replies, for tests and for replay: it obeys the same contract as every other backend.

Must not be mistaken for work: its answers are what a script says. Processes it starts are real, and end with it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from agents.backends import script
from agents.backends.base import ModelUse
from agents.backends.script import Script
from agents.contracts import (
    AgentFailure,
    AgentFault,
    AgentRequest,
    AgentResult,
    Cancelled,
    Health,
    Host,
    NeedsPerson,
    Outcome,
    Role,
    Runs,
    Usage,
)
from agents.outputs import read_object
from conductor.lib import process

POLL_S: Final = 0.02
_CHILDREN: Final[dict[str, str]] = {
    "hang": "sleep 86400",
    "ignore_term": "trap '' TERM; while :; do sleep 1; done",
    "fork_tree": (
        "setsid sh -c 'sleep 86400 & setsid sleep 86400 & wait' & "
        "(sleep 86400 &) ; sh -c 'sleep 86400 & sleep 86400' & wait"
    ),
    "keep_pipe": "setsid sleep 86400 & exit 0",
    "flood": "yes 0123456789abcdef0123456789abcdef",
    "flood_line": "tr '\\0' x < /dev/zero",
    "exit_n": 'echo "$1"; exit "$2"',
    "signal": 'kill -"$2" $$',
}
"""Mode to what its child does. Fixed text: what a script says reaches them only as arguments."""


class ScriptedBackend:
    name = "scripted"
    runs: Runs = "process"
    model: ModelUse = "optional"

    def run(self, request: AgentRequest, role: Role, model: str | None, host: Host) -> Outcome:
        said = script.read(request, model)
        oracle = script.oracle_of(request)
        script.tell(oracle, "start", request)
        outcome = self._play(said, request, role, host)
        script.tell(oracle, "finish", request)
        return outcome

    def _play(self, said: Script, request: AgentRequest, role: Role, host: Host) -> Outcome:
        if said.fail > _failures_so_far(request, said):
            return AgentFailure(said.code, "The script says that this try fails.", said.kind)
        _write_partial(said, host)
        usage = _spend(said, request, host)
        if said.mode in _CHILDREN:
            return _child(said, request, host)
        play = _MODES[said.mode]
        outcome = play(said, request, role, host)
        if isinstance(outcome, AgentResult):
            return AgentResult(outcome.output, said.summary, usage, said.transcript)
        return outcome

    def health(self, model: str | None) -> Health:
        if model is None or model in script.MODES:
            return Health(True, "Replays what a script says.")
        return Health(False, f"There is no scripted mode {model!r}.")


def _ok(said: Script, request: AgentRequest, role: Role, host: Host) -> Outcome:
    """What the script says; else what the built-in does; else an empty object."""
    output = said.output
    if output is None:
        wants_builtin = role.builtin is not None and role.name != "task"
        output = dict(role.builtin(request, host)) if wants_builtin and role.builtin else {}
    if said.graph is not None:
        output = {**output, "graph": said.graph}
    return AgentResult(output)


def _slow(said: Script, request: AgentRequest, role: Role, host: Host) -> Outcome:
    wait(said.seconds, host)
    return _ok(said, request, role, host)


def wait(seconds: float, host: Host) -> None:
    """Waits like an agent at work: stops when it is asked to."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        if host.cancelled():
            raise Cancelled
        time.sleep(min(POLL_S, left))


def _bad_json(said: Script, request: AgentRequest, role: Role, host: Host) -> Outcome:
    text = said.raw if said.raw is not None else script.BAD_JSON[said.kind_of_bad]
    return AgentResult(read_object(text, request.limits.output_bytes))


def _raise(said: Script, request: AgentRequest, role: Role, host: Host) -> Outcome:
    raise RuntimeError("The script says that the agent breaks.")


def _fail(said: Script, request: AgentRequest, role: Role, host: Host) -> Outcome:
    raise AgentFault(said.code, "The script says that the agent fails.", said.kind, retry_after_s=said.retry_after_s)


def _ask(said: Script, request: AgentRequest, role: Role, host: Host) -> Outcome:
    return NeedsPerson(said.question, ("Yes", "No"), {"task": request.task})


_MODES: Final[dict[str, Callable[[Script, AgentRequest, Role, Host], Outcome]]] = {
    "ok": _ok,
    "slow": _slow,
    "bad_json": _bad_json,
    "raise": _raise,
    "fail": _fail,
    "ask": _ask,
}


def _write_partial(said: Script, host: Host) -> None:
    for text in said.partial:
        host.partial(text)
        if said.pause:
            wait(said.pause, host)


def _spend(said: Script, request: AgentRequest, host: Host) -> Usage:
    """So many paid calls, each reserved before and settled after; without a known price the reservation stays."""
    oracle = script.oracle_of(request)
    for call in range(1, said.calls + 1):
        host.reserve(call, said.micros if said.reserve_micros is None else said.reserve_micros)
        script.tell(oracle, "paid", request, call=call)
        if said.pause:
            wait(said.pause, host)
        host.settle(call, None if said.unknown_cost else said.micros)
    cost = None if said.unknown_cost and said.calls else said.calls * said.micros
    return Usage(said.calls * 100, said.calls * 20, cost, calls=said.calls)


def _child(said: Script, request: AgentRequest, host: Host) -> Outcome:
    seconds = min(request.limits.seconds, host.remaining_s())
    if seconds <= 0:
        raise TimeoutError
    number = str(said.signal if said.mode == "signal" else said.exit_code)
    finished = process.run(
        ["/bin/sh", "-c", _CHILDREN[said.mode], "sh", said.text, number],
        seconds=seconds,
        cwd=None if request.workspace is None else Path(request.workspace.path),
        output_bytes=min(request.limits.output_bytes, 1_000_000),
        cancelled=host.cancelled,
    )
    told = finished.output.decode("utf-8", "replace")
    if finished.reason == "cancelled":
        raise Cancelled
    if finished.timed_out:
        return AgentFailure("agent_timeout", "The agent took longer than its limit.", "transient", transcript=told)
    if finished.reason == "output_limit":
        words = "The agent wrote far more than its limit and was stopped."
        return AgentFailure("agent_output_too_large", words, "fatal", transcript=told)
    if finished.signal is not None:
        words = f"The agent was ended by signal {finished.signal}."
        return AgentFailure("agent_failed", words, "retriable", transcript=told)
    if finished.exit_code != 0:
        words = f"The agent ended with exit code {finished.exit_code}."
        return AgentFailure("agent_failed", words, "retriable", transcript=told)
    return AgentResult(said.output or {}, said.summary, transcript=told)


_tries: dict[str, int] = {}
_tries_lock = threading.Lock()


def _failures_so_far(request: AgentRequest, said: Script) -> int:
    """Tries before this one: the caller's count where it gives one, else this process's own."""
    if not said.fail:
        return 0
    number = request.context.get("number")
    if isinstance(number, int) and not isinstance(number, bool):
        return number - 1
    with _tries_lock:
        before = _tries.get(request.task, 0)
        _tries[request.task] = before + 1
    return before


BACKEND = ScriptedBackend()
