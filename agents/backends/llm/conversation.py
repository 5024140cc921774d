"""A task put to a model: calls are reserved, watched and settled, tried again by one policy, repaired at most twice.

Asynchronous work happens between the caller's own, which may use a database: nothing of the host is asked in the loop
but whether to stop. Must not accept an answer that the role's contract refuses.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final, get_args

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from agents import pricing
from agents.answers import judge, shaped
from agents.backends.llm import prompting
from agents.backends.llm.calls import Call, CallFailed, Said, Turn
from agents.backends.llm.prompting import Asked
from agents.backends.llm.readable import Readable
from agents.backends.llm.targets import Target
from agents.contracts import (
    AgentFault,
    AgentRequest,
    AgentResult,
    Answered,
    Cancelled,
    Credential,
    Host,
    Price,
    Role,
    Usage,
)
from agents.outputs import InvalidOutput, clean_text, read_object
from agents.providers import KNOWN, Structure

#: Loaded when the first model is called, or before workers are forked: it brings the libraries of all providers.
WIRE: Final = "agents.backends.llm.wire"
MAX_REPAIRS: Final = 2
MAX_TRIES: Final = 3
LONGEST_WAIT_S: Final = 30.0
POLL_S: Final = 0.05
LEAST_TOKENS: Final = 256
#: What a call without usage is taken to have used: so many characters of question and answer make a token.
CHARACTERS_PER_TOKEN: Final = 4
TOLD: Final = 4_000
#: Of an answer that is sent back with what is wrong with it.
SHOWN_AGAIN: Final = 40_000
_REFUSAL: Final = re.compile(
    r"\b(?:I(?:'|\u2019)?m (?:sorry|unable)|I am (?:not able|unable)|I (?:can(?:'|\u2019)?t|cannot|won(?:'|\u2019)t)"
    r"|as an? (?:AI|language model)|against my guidelines|es tut mir leid|ich kann (?:das|dabei|dir|ihnen) nicht)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Conversation:
    request: AgentRequest
    role: Role
    target: Target
    credential: Credential = field(repr=False)
    host: Host
    spent: Usage = field(default_factory=Usage)
    told: list[str] = field(default_factory=list)
    calls: int = 0
    ends: float = 0.0

    def run(self) -> AgentResult:
        import_module(WIRE)  # before the first call is reserved and timed
        self.ends = time.monotonic() + self.request.limits.seconds
        structure = self._structure()
        spell, address = structure == "prompted", self.credential.base_url
        asked = prompting.ask(self.request, self.role, self.target, spell_schema=spell, address=address)
        kept = self.host.recall(asked.key)
        if kept is not None:
            output = self._read(Said(text=kept, ended="stop"))
            by = Answered(prompt=asked.version, replayed=True)
            return AgentResult(output, "An answer kept from before, given again.", Usage(), by=by)
        return self._talk(asked, structure)

    def transcript(self, last: str = "") -> str:
        return "\n".join([*self.told, last] if last and last not in self.told else self.told)

    def _talk(self, asked: Asked, structure: Structure) -> AgentResult:
        turns: list[Turn] = [("user", asked.data)]
        for left in range(MAX_REPAIRS, -1, -1):
            said = self._call(asked, turns, structure)
            self.told.append(clean_text(said.text, TOLD))
            try:
                output = self._read(said)
            except InvalidOutput as invalid:
                self.told.append(f"refused: {invalid.message}")
                if not left:
                    raise
                again = clean_text(said.text, SHOWN_AGAIN) or "(nothing)"
                turns += [("model", again), ("user", prompting.repair(invalid.message))]
            else:
                self.host.keep(asked.key, said.text)
                by = Answered(prompt=asked.version)
                words = f"An opinion of {self.target}." if self.role.advice else f"Written by {self.target}."
                return AgentResult(output, words, self.spent, self.transcript(), by=by)
        raise AssertionError("the last round returns or raises")

    def _structure(self) -> Structure:
        """How the answer is bound to its schema: as the team's key says, else as the provider is known to do it."""
        shaped = self.role.output is not None or self.role.advice is not None
        if not shaped and "properties" not in (self.request.output_schema or {}):
            return "prompted"  # any object will do; providers bind to named properties only
        said = self.credential.structured
        known: dict[str, Structure] = {name: name for name in get_args(Structure)}
        return known.get(said, KNOWN[self.target.provider].structure)

    def _read(self, said: Said) -> Mapping[str, Any]:
        """The answer as the role's contract takes it; InvalidOutput says what is wrong, AgentFault that it is none."""
        if said.refused or _is_refusal(said.text):
            raise AgentFault("agent_refused", "The model refuses the task.", "fatal")
        if said.ended == "length":
            raise InvalidOutput("The answer was cut off: it was longer than the model may write. It has to be shorter.")
        answer = read_object(said.text, self.request.limits.output_bytes)
        advice = self.role.advice
        if advice is not None:
            answer = dict(advice.given(shaped(advice.asked, answer, self.request.limits.output_bytes), self.request))
        judge(self.role, self.request, answer)
        return answer

    # --- one call -------------------------------------------------------------------------------------------------

    def _call(self, asked: Asked, turns: list[Turn], structure: Structure) -> Said:
        """The policy: what may do better is tried again, after as long as the provider asks, while there is time."""
        retrying = Retrying(
            stop=stop_after_attempt(MAX_TRIES),
            retry=retry_if_exception(lambda error: isinstance(error, CallFailed) and self._may_try(error)),
            wait=_pause,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            said: Said = retrying(self._pay_and_call, asked, turns, structure)
        except CallFailed as failed:
            raise failed.fault from failed
        return said

    def _may_try(self, failed: CallFailed) -> bool:
        wait = failed.fault.retry_after_s or 0.0
        return failed.again and wait <= LONGEST_WAIT_S and wait + 1.0 < self._left()

    def _left(self) -> float:
        return min(self.host.remaining_s(), self.ends - time.monotonic())

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.host.cancelled():
                raise Cancelled
            time.sleep(min(POLL_S, left))

    def _pay_and_call(self, asked: Asked, turns: list[Turn], structure: Structure) -> Said:
        seconds = self._left()
        if self.host.cancelled():
            raise Cancelled
        if seconds <= 0:
            raise TimeoutError
        shown = Readable()
        call = Call(
            self.target,
            self.credential,
            asked.system,
            tuple(turns),
            asked.schema,
            structure,
            self._tokens_left(),
            self.request.limits.output_bytes,
            seconds,
            heard=lambda text: self._show(shown, text),
        )
        price = pricing.price_of(self.target.provider, self.target.model, self.credential.prices)
        self.calls += 1
        self.host.reserve(self.calls, self._worst(call, price))
        said, free = Said(), False
        try:
            asyncio.run(_watched(lambda: import_module(WIRE).call(call, said), self.host, seconds))
        except CallFailed as failed:
            free = failed.free
            raise
        finally:
            self._settle(call, said, price, free=free)
        return said

    def _show(self, shown: Readable, text: str) -> None:
        if readable := shown.feed(text):
            self.host.partial(readable)

    def _tokens_left(self) -> int:
        most = self.target.answer_tokens
        allowed = self.request.limits.tokens
        if allowed is None:
            return most
        left = allowed - self.spent.counted_tokens
        if left < LEAST_TOKENS:
            words = f"Of the tokens that this attempt may use {max(left, 0):,} are left, too few for another call."
            if guessed := self.spent.unmeasured_tokens:
                words += f" About {guessed:,} of those used are an estimate, since the provider did not tell."
            raise AgentFault("limit_reached", words, "fatal")
        return min(most, left)

    def _worst(self, call: Call, price: Price | None) -> int:
        """No token is shorter than a byte, so what is sent cannot have more of them."""
        worst = pricing.cost(price, len(_sent(call).encode("utf-8", "replace")), call.max_tokens)
        return self.credential.slice_micros if worst is None else worst

    def _settle(self, call: Call, said: Said, price: Price | None, *, free: bool) -> None:
        """What is known is booked; a call that broke off, or has no price, cost nobody knows what.

        What it used without telling is estimated, so that the limit of tokens holds all the same.
        """
        whole = bool(said.ended) and said.is_measured
        micros = 0 if free else pricing.cost(price, said.input_tokens, said.output_tokens) if whole else None
        guess = 0 if free or whole else (len(_sent(call)) + len(said.text)) // CHARACTERS_PER_TOKEN
        guess = max(0, guess - said.input_tokens - said.output_tokens)
        self.spent += Usage(said.input_tokens, said.output_tokens, micros, calls=1, unmeasured_tokens=guess)
        self.host.settle(self.calls, micros)


def _sent(call: Call) -> str:
    return call.system + str(call.schema) + "".join(text for _, text in call.turns)


async def _watched(start: Callable[[], Awaitable[None]], host: Host, seconds: float) -> None:
    """The call, cancelled as soon as the host says so or the time is over. Nothing of it goes on afterwards."""
    task = asyncio.ensure_future(start())
    until = time.monotonic() + seconds
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=POLL_S)
            if task.done():
                break
            if host.cancelled():
                raise Cancelled
            if time.monotonic() >= until:
                raise TimeoutError
        task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=2.0)


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.fault.retry_after_s if isinstance(error, CallFailed) else None
    return asked if asked is not None else float(_BACKOFF(state))


_BACKOFF: Final = wait_exponential_jitter(initial=0.5, max=8.0, jitter=0.5)


def _is_refusal(text: str) -> bool:
    """Words that decline, and no object at all. A story that happens to hold them is not one."""
    return "{" not in text and len(text) < 2_000 and _REFUSAL.search(text) is not None
