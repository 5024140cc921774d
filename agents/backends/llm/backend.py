"""Models of providers and of endpoints of one's own, as an agent: a task on an asyncio loop, cancelled when asked.

Must not load a provider's library before a model is called, and must not see a key but in the moment it is lent.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from agents import faults
from agents.backends.base import ModelUse
from agents.backends.llm import targets
from agents.backends.llm.calls import Call, CallFailed, Said
from agents.backends.llm.conversation import WIRE, Conversation
from agents.contracts import (
    AgentFailure,
    AgentRequest,
    AgentResult,
    Answered,
    Credential,
    Health,
    Host,
    Outcome,
    Role,
    Runs,
)

LIBRARY: Final = "pydantic_ai"
CHECK_S: Final = 20.0
CHECK_TOKENS: Final = 400
_ENOUGH: Final = 4_000
#: These are said of the attempt, not of the model: nobody goes on after them.
_OVER: Final = frozenset({"cancelled", "lease_lost"})


class LlmBackend:
    name = "llm"
    runs: Runs = "loop"
    model: ModelUse = "required"

    def run(self, request: AgentRequest, role: Role, model: str | None, host: Host) -> Outcome:
        target = targets.read(model or "")
        if min(request.limits.seconds, host.remaining_s()) <= 0:
            raise TimeoutError
        talk: Conversation | None = None
        try:
            credential = host.credential(target.provider, target.endpoint)
            talk = Conversation(request, role, target, credential, host)
            return talk.run()
        except faults.EXPECTED as error:
            failure = faults.failure(error)
            if talk is not None:
                failure = replace(failure, usage=talk.spent, transcript=talk.transcript(failure.transcript))
            return self._after(failure, request, role)

    @staticmethod
    def _after(failure: AgentFailure, request: AgentRequest, role: Role) -> AgentResult | AgentFailure:
        """Where the model only advises, what the built-in decides stands without it, and says so."""
        if role.advice is None or failure.code in _OVER:
            return failure
        words = f"The model gave no opinion: {failure.message}"
        output = role.advice.silent(words, request)
        return AgentResult(output, words, failure.usage, f"{failure.code}\n{failure.transcript}", by=Answered())

    def refuse(self, model: str) -> None:
        """BadInput where this names no model."""
        targets.read(model)

    def access(self, model: str) -> tuple[str, str]:
        """Which access this needs: the provider, and the name of the endpoint where it has one."""
        target = targets.read(model)
        return target.provider, target.endpoint

    def health(self, model: str | None) -> Health:
        """What can be said without a key: whether the spec is one, and the libraries are there."""
        if find_spec(LIBRARY) is None:
            return Health(False, "The library for models is not installed.")
        if model is None:
            return Health(True, "Asks models; each team has its own keys.")
        target = targets.read(model)
        return Health(True, f"Asks {target}, where the team has a key for it.")

    def probe(self, model: str, credential: Credential) -> Health:
        """One real call, a few tokens long: is the address right, the key good, the model known?"""
        target = targets.read(model)
        asked = Call(
            target,
            credential,
            "You are asked whether you are there.",
            (("user", "Answer with the one word: ready"),),
            None,
            "prompted",
            CHECK_TOKENS,
            _ENOUGH,
            CHECK_S,
        )
        said = Said()
        try:
            asyncio.run(asyncio.wait_for(import_module(WIRE).call(asked, said), CHECK_S))
        except CallFailed as failed:
            return Health(False, f"{target}: {failed.fault.message}")
        except TimeoutError:
            return Health(False, f"{target}: It did not answer within {CHECK_S:g} seconds.")
        if not said.text.strip() and not said.output_tokens:
            return Health(False, f"{target}: It answered nothing.")
        return Health(True, f"{target} answers.")

    def preload(self) -> None:
        """Load what calls need, so that a process forked afterwards shares it."""
        import_module(WIRE)


BACKEND = LlmBackend()
