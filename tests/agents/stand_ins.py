"""A host, a brief and requests for the tests of agents. Must not check anything itself."""

from __future__ import annotations

import copy
import time
from typing import Any

from agents.contracts import AgentFault, AgentRequest, Credential, Limits, Workspace
from conductor.lib.errors import BudgetExceeded, LeaseLost

BRIEF: dict[str, Any] = {
    "schema": 1,
    "objective": "Sell 500 units in the spring launch",
    "audience": "Weekend hikers in their thirties",
    "product": "Trail 40, a 40-litre backpack made from old sails",
    "tone": "warm, honest",
    "key_messages": ["Made from recycled sails", "Repairs are free for ten years", "Weighs only 900 grams"],
    "constraints": {
        "max_words": None,
        "prohibited_terms": ["cheap", "best"],
        "required_terms": ["Nordway"],
        "disclaimers": ["While stocks last."],
    },
    "brand": {"voice": ["honest"], "palette": ["#0b3d2e", "sand", "deep orange"]},
    "platforms": ["twitter", "linkedin", "instagram", "facebook", "threads"],
}


def brief(**changes: Any) -> dict[str, Any]:
    """The sample brief with changes; those of constraints and brand are merged."""
    made = copy.deepcopy(BRIEF)
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(made.get(name), dict):
            made[name] = {**made[name], **value}
        else:
            made[name] = value
    return made


class StubHost:
    """Notes what an agent asks for; can be cancelled, poor or without its lease."""

    def __init__(self, *, seconds: float = 60.0, purse: int | None = None, leased: bool = True) -> None:
        self.calls: list[tuple[str, int, int | None]] = []
        self.texts: list[str] = []
        self.stop = False
        self.purse = purse
        self.leased = leased
        self._ends = time.monotonic() + seconds
        #: Access it lends, by provider or endpoint, and answers it keeps.
        self.access: dict[str, Credential] = {}
        self.kept: dict[str, str] = {}

    def reserve(self, call: int, micros: int) -> None:
        if not self.leased:
            raise LeaseLost
        if self.purse is not None and micros > self.purse:
            raise BudgetExceeded
        self.calls.append(("reserve", call, micros))

    def settle(self, call: int, micros: int | None) -> None:
        self.calls.append(("settle", call, micros))

    def partial(self, text: str) -> None:
        self.texts.append(text)

    def cancelled(self) -> bool:
        return self.stop

    def remaining_s(self) -> float:
        return self._ends - time.monotonic()

    def credential(self, provider: str, name: str) -> Credential:
        if (name or provider) not in self.access:
            raise AgentFault("agent_unreachable", "There is no key.", "fatal")
        return self.access[name or provider]

    def recall(self, key: str) -> str | None:
        return self.kept.get(key)

    def keep(self, key: str, text: str) -> None:
        self.kept[key] = text


def request(role: str = "task", *, seed: int = 1, **fields: Any) -> AgentRequest:
    """A request; fields that are not of AgentRequest are inputs."""
    own = {name: fields.pop(name) for name in ("context", "output_schema", "instructions") if name in fields}
    workspace = fields.pop("workspace", None)
    limits = fields.pop("limits", Limits())
    if role in ("copywriting", "short_copy", "visual_concept", "audit"):
        fields.setdefault("brief", brief())
    return AgentRequest(
        attempt="attempt-1",
        task="task-1",
        role=role,
        backend="builtin",
        instructions=own.pop("instructions", ""),
        inputs=fields,
        limits=limits,
        workspace=Workspace(str(workspace), "main", "0" * 40) if workspace else None,
        seed=seed,
        **own,
    )
