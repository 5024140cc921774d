"""Lend a sandboxed agent a model through the broker: a socket for one attempt; each call is reserved and settled.

Which model that is, the task says (`inputs.model`, an agent spec set by a person); the agent inside cannot choose or
pay for another. The key of a provider never enters the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connections

from agents.contracts import AgentFailure, AgentRequest, AgentResult, Credential, Host, Limits
from agents.invoke import invoke
from campaigns.transitions.shapes import Claim
from conductor.lib.broker import Broker
from conductor.lib.errors import AgentFailed, BadInput


class CountingHost:
    """Stands in for the attempt's host in a brokered call: the broker has reserved, this only adds up what is spent."""

    def __init__(self, host: Host, most: int) -> None:
        self.host = host
        self.most = most
        self.spent: int | None = 0

    def reserve(self, call: int, micros: int) -> None:
        if self.spent is not None and self.spent + micros > self.most:
            raise BadInput("The call would cost more than was reserved for it.", errors={"max_micros": "too low"})

    def settle(self, call: int, micros: int | None) -> None:
        self.spent = None if micros is None or self.spent is None else self.spent + micros

    def partial(self, text: str) -> None:
        """What a model writes to an agent is not what the agent writes."""

    def cancelled(self) -> bool:
        return self.host.cancelled()

    def remaining_s(self) -> float:
        return self.host.remaining_s()

    def credential(self, provider: str, name: str) -> Credential:
        """For the call that the worker makes; the agent inside sees only what the model said."""
        return self.host.credential(provider, name)

    def recall(self, key: str) -> str | None:
        return self.host.recall(key)

    def keep(self, key: str, text: str) -> None:
        self.host.keep(key, text)


@contextmanager
def lent(claim: Claim, host: Host) -> Iterator[Mapping[str, str]]:
    """What the agent's request says of its broker; nothing for a task that names no model."""
    spec = claim.inputs.get("model")
    if not spec:
        yield {}
        return

    def answer(call: int, max_micros: int, request: Mapping[str, Any]) -> tuple[Any, int | None]:
        inner = CountingHost(host, max_micros)
        return _ask(claim, str(spec), request, inner, max_micros), inner.spent

    with Broker(answer, reserve=host.reserve, settle=host.settle, after_call=connections.close_all) as broker:
        yield {"broker_socket": str(broker.path), "broker_token": broker.token}


def _ask(claim: Claim, spec: str, request: Mapping[str, Any], host: CountingHost, max_micros: int) -> Mapping[str, Any]:
    outcome = invoke(
        AgentRequest(
            attempt=str(claim.attempt_id),
            task=claim.key,
            role=str(request.get("role") or "task"),
            backend=spec,
            instructions=str(request.get("instructions") or ""),
            inputs=request.get("inputs") or {},
            limits=Limits(seconds=host.remaining_s(), money_micros=max_micros),
        ),
        spec,
        host,
    )
    if isinstance(outcome, AgentResult):
        return outcome.output
    if isinstance(outcome, AgentFailure):
        raise AgentFailed(outcome.message)
    raise AgentFailed("The model asks for a person, which a brokered call cannot wait for.")
