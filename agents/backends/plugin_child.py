"""The child's side of a plug-in: loads it, lends it a host that asks the parent, and says the outcome.

Must not print on standard output, which carries the talk with the parent: what a plug-in prints goes to its errors.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from importlib import import_module
from typing import Any, TextIO

from agents import faults, registry
from agents.contracts import (
    AgentFailure,
    AgentRequest,
    AgentResult,
    Credential,
    Limits,
    NeedsPerson,
    Outcome,
    Workspace,
)
from conductor.lib.errors import BudgetExceeded, ConductorError, LeaseLost, NotAllowed


class RemoteHost:
    """The parent's host, asked line by line."""

    def __init__(self, says: TextIO, hears: TextIO) -> None:
        self._says = says
        self._hears = hears

    def reserve(self, call: int, micros: int) -> None:
        self._ask(do="reserve", call=call, micros=micros)

    def settle(self, call: int, micros: int | None) -> None:
        self._ask(do="settle", call=call, micros=micros)

    def partial(self, text: str) -> None:
        self.say(do="partial", text=text)

    def cancelled(self) -> bool:
        return bool(self._ask(do="cancelled"))

    def remaining_s(self) -> float:
        return float(self._ask(do="remaining_s"))

    def credential(self, provider: str, name: str) -> Credential:
        raise NotAllowed("Plug-ins are lent no access to models.")

    def recall(self, key: str) -> str | None:
        return None

    def keep(self, key: str, text: str) -> None:
        return None

    def say(self, **words: Any) -> None:
        self._says.write(json.dumps(words, allow_nan=False) + "\n")
        self._says.flush()

    def _ask(self, **words: Any) -> Any:
        self.say(**words)
        answer = json.loads(self._hears.readline() or '{"code": "lease_lost", "message": "The worker has gone."}')
        if "code" in answer:
            kinds = {"budget_exceeded": BudgetExceeded, "lease_lost": LeaseLost}
            raise kinds.get(answer["code"], ConductorError)(answer["message"], code=answer["code"])
        return answer["value"]


def main(dotted: str, answers: int) -> int:
    says = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    host = RemoteHost(says, os.fdopen(answers, encoding="utf-8"))
    asked = json.load(sys.stdin)
    module, _, attribute = dotted.partition(":")
    backend = getattr(import_module(module), attribute)
    if asked["do"] == "health":
        host.say(do="outcome", outcome=asdict(backend.health(asked["model"])))
        return 0
    try:
        outcome = backend.run(_request(asked["request"]), registry.role(asked["role"]), asked["model"], host)
    except Exception as error:  # whatever a plug-in raises is told to the parent as its failure
        outcome = faults.failure(error)
    host.say(do="outcome", outcome=_plain(outcome))
    return 0


def _request(fields: dict[str, Any]) -> AgentRequest:
    limits, workspace = Limits(**fields.pop("limits")), fields.pop("workspace")
    return AgentRequest(**fields, limits=limits, workspace=Workspace(**workspace) if workspace else None)


def _plain(outcome: Outcome) -> dict[str, Any]:
    kinds = {AgentResult: "result", AgentFailure: "failure", NeedsPerson: "needs_person"}
    return {"type": kinds[type(outcome)], "fields": asdict(outcome)}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2])))
