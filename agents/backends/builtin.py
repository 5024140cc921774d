"""Runs a role's own built-in function: deterministic, offline, free.

Must not pretend: a role without such a function is refused, so that the chain goes on or a person is asked.
"""

from __future__ import annotations

from agents.backends.base import ModelUse
from agents.contracts import (
    AgentFault,
    AgentRequest,
    AgentResult,
    Health,
    Host,
    Outcome,
    Role,
    Runs,
)


class BuiltinBackend:
    name = "builtin"
    runs: Runs = "thread"
    model: ModelUse = "none"

    def run(self, request: AgentRequest, role: Role, model: str | None, host: Host) -> Outcome:
        if role.builtin is None:
            raise AgentFault(
                "unknown_agent",
                f"There is no built-in way to do the role {role.name!r}.",
                "fatal",
            )
        return AgentResult(output=role.builtin(request, host))

    def health(self, model: str | None) -> Health:
        return Health(True, "Always there: it is part of Conductor.")


BACKEND = BuiltinBackend()
