"""Turns a request into a question for a person; the caller keeps it and brings the answer.

Must not wait: a person may take days.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agents.backends.base import ModelUse
from agents.contracts import (
    AgentRequest,
    Health,
    Host,
    NeedsPerson,
    Outcome,
    Role,
    Runs,
)


class HumanBackend:
    name = "human"
    runs: Runs = "thread"
    model: ModelUse = "none"

    def run(self, request: AgentRequest, role: Role, model: str | None, host: Host) -> Outcome:
        asked = request.inputs.get("question")
        question = asked if isinstance(asked, str) and asked.strip() else _question(request, role)
        details: dict[str, Any] = {
            "role": role.name,
            "instructions": request.instructions,
            "inputs": {key: value for key, value in request.inputs.items() if key not in ("question", "options")},
        }
        if role.output is not None or request.output_schema is not None:
            details["schema"] = role.schema() if role.output is not None else dict(request.output_schema or {})
        return NeedsPerson(question, _options(request.inputs.get("options")), details)

    def health(self, model: str | None) -> Health:
        return Health(True, "A person answers from the inbox.")


def _question(request: AgentRequest, role: Role) -> str:
    said = request.instructions.strip()
    return said if said else f"{role.title}: please do this and give the result."


def _options(given: object) -> tuple[str, ...]:
    if isinstance(given, Sequence) and not isinstance(given, str):
        return tuple(option for option in given if isinstance(option, str) and option.strip())
    return ()


BACKEND = HumanBackend()
