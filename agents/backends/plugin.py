"""Stands in front of a backend from outside: it runs in a child process of its own, so that it can always be stopped.

Must not load the plug-in here, nor hand it an environment with secrets: it gets PATH and what is named for plug-ins.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Final

from agents.backends.base import ModelUse
from agents.contracts import (
    AgentFailure,
    AgentFault,
    AgentRequest,
    AgentResult,
    Cancelled,
    Changes,
    Credential,
    Health,
    Host,
    NeedsPerson,
    Outcome,
    Role,
    Runs,
    Usage,
)
from agents.outputs import OutputTooLarge, read_object
from conductor.lib import process
from conductor.lib.errors import ConductorError, NotAllowed

CHILD: Final = "agents.backends.plugin_child"
PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")
PREFIX: Final = "CONDUCTOR_PLUGIN_"
"""Variables that start like this are meant for plug-ins."""
OUTCOME_ROOM: Final = 500_000
HEALTH_S: Final = 10.0


class PluginBackend:
    """Speaks in lines of JSON: the child asks on its output and is answered through a pipe."""

    runs: Runs = "process"
    model: ModelUse = "optional"

    def __init__(self, name: str, dotted: str) -> None:
        self.name = name
        self._dotted = dotted

    def run(self, request: AgentRequest, role: Role, model: str | None, host: Host) -> Outcome:
        seconds = min(request.limits.seconds, host.remaining_s())
        if seconds <= 0:
            raise TimeoutError
        asked = {"do": "run", "request": asdict(request), "role": role.name, "model": model}
        talk = _Talk(host, request.limits.output_bytes + OUTCOME_ROOM)
        finished = self._start(asked, talk, seconds)
        if finished.reason == "cancelled" and not talk.overflowed:
            raise Cancelled
        if finished.timed_out:
            raise TimeoutError
        told = finished.errors.decode("utf-8", "replace")
        if talk.overflowed:
            raise OutputTooLarge(talk.most, request.limits.output_bytes)
        if talk.outcome is None:
            words = f"The plug-in {self.name!r} ended without an outcome (exit code {finished.exit_code})."
            return AgentFailure("agent_failed", words, "retriable", transcript=told)
        return read_outcome(talk.outcome, told)

    def health(self, model: str | None) -> Health:
        talk = _Talk(_NoHost(), OUTCOME_ROOM)
        finished = self._start({"do": "health", "model": model}, talk, HEALTH_S)
        if talk.outcome is None:
            told = finished.errors.decode("utf-8", "replace").strip().splitlines()
            return Health(False, f"The plug-in {self.name!r} did not answer: {told[-1][:300] if told else 'no word'}")
        said = talk.outcome
        return Health(said.get("ok") is True, str(said.get("words", ""))[:500], str(said.get("version", ""))[:100])

    def _start(self, asked: Mapping[str, Any], talk: _Talk, seconds: float) -> process.Finished:
        reader, writer = os.pipe()
        talk.answers = writer
        try:
            return process.run(
                [sys.executable, "-m", CHILD, self._dotted, str(reader)],
                seconds=seconds,
                env=_environment(),
                stdin=json.dumps(asked, default=str).encode(),
                output_bytes=4_096,
                hard_bytes=talk.most * 2,
                cancelled=talk.must_stop,
                on_output=talk.hear,
                errors_apart=True,
                pass_fds=(reader,),
            )
        finally:
            os.close(reader)
            os.close(writer)


class _Talk:
    """What the child says, line by line, in the caller's own thread."""

    def __init__(self, host: Host, most: int) -> None:
        self._host = host
        self._heard = bytearray()
        self.most = most
        self.answers = -1
        self.outcome: dict[str, Any] | None = None
        self.overflowed = False

    def must_stop(self) -> bool:
        return self.overflowed or self._host.cancelled()

    def hear(self, chunk: bytes) -> None:
        self._heard += chunk
        while (end := self._heard.find(b"\n")) >= 0:
            line = bytes(self._heard[:end])
            del self._heard[: end + 1]
            self._handle(read_object(line, self.most))
        self.overflowed = self.overflowed or len(self._heard) > self.most

    def _handle(self, said: Mapping[str, Any]) -> None:
        match said.get("do"):
            case "outcome":
                self.outcome = dict(said.get("outcome") or {})
            case "partial":
                self._host.partial(str(said.get("text", "")))
            case "cancelled":
                self._answer({"value": self._host.cancelled()})
            case "remaining_s":
                self._answer({"value": self._host.remaining_s()})
            case "reserve" | "settle" as verb:
                self._pay(verb, said)
            case other:
                raise AgentFault(
                    "agent_failed", f"The plug-in asked for something unknown: {str(other)[:80]}.", "fatal"
                )

    def _pay(self, verb: str, said: Mapping[str, Any]) -> None:
        call, micros = said.get("call"), said.get("micros")
        if not isinstance(call, int) or not (isinstance(micros, int) or (micros is None and verb == "settle")):
            raise AgentFault("agent_failed", f"The plug-in's {verb} names no call or amount.", "fatal")
        try:
            if verb == "settle":
                self._host.settle(call, micros)
            elif micros is not None:
                self._host.reserve(call, micros)
        except ConductorError as refused:
            self._answer({"code": refused.code, "message": refused.message})
        else:
            self._answer({"value": None})

    def _answer(self, words: Mapping[str, Any]) -> None:
        with suppress(BrokenPipeError):
            os.write(self.answers, json.dumps(words).encode() + b"\n")


class _NoHost:
    """For a health check: nothing may be spent, nobody cancels."""

    def reserve(self, call: int, micros: int) -> None:
        raise AgentFault("agent_failed", "A health check must not spend anything.", "fatal")

    def settle(self, call: int, micros: int | None) -> None:
        return None

    def partial(self, text: str) -> None:
        return None

    def cancelled(self) -> bool:
        return False

    def remaining_s(self) -> float:
        return HEALTH_S

    def credential(self, provider: str, name: str) -> Credential:
        raise NotAllowed("A health check is lent no access to models.")

    def recall(self, key: str) -> str | None:
        return None

    def keep(self, key: str, text: str) -> None:
        return None


def read_outcome(said: Mapping[str, Any], told: str) -> Outcome:
    """An outcome from the child's words; anything else than the three shapes is an agent's failure."""
    try:
        kind, fields = said["type"], dict(said["fields"])
        if kind == "needs_person":
            return NeedsPerson(str(fields["question"]), tuple(map(str, fields["options"])), fields["details"])
        fields.pop("by", None)  # who answered is what was asked, not what the child says
        usage = Usage(**fields.pop("usage"))
        transcript = "\n".join(filter(None, (str(fields.pop("transcript", "")), told)))
        if kind == "failure":
            return AgentFailure(**fields, usage=usage, transcript=transcript)
        changes = fields.pop("changes")
        if changes is not None:
            changes = Changes(changes["commit"], str(changes["diff"]), tuple(map(str, changes["files"])))
        return AgentResult(fields["output"], str(fields["summary"]), usage, transcript, changes)
    except (KeyError, TypeError, ValueError) as error:
        words = "The plug-in's outcome does not have the agreed shape."
        raise AgentFault("agent_output_invalid", words, "retriable", transcript=told) from error


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    meant = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    return {**kept, **meant, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUNBUFFERED": "1"}
