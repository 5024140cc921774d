"""What the engine lends to a running agent: money, a way to say what it writes, and the word that it must stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from agents import contracts
from campaigns.actions import budgets, model_keys, model_replies
from campaigns.engine.patience import patiently
from campaigns.engine.pulse import Pulse
from campaigns.models import Run
from campaigns.permissions import Actor
from campaigns.transitions.shapes import Claim
from conductor.lib import push
from conductor.lib.clock import boot_seconds
from conductor.lib.errors import BadSetting, LeaseLost, NotFound

SHOWN_AT_ONCE: Final = 10.0
SHOWN_PER_SECOND: Final = 10.0


class AttemptHost:
    """The `Host` of one attempt."""

    def __init__(self, claim: Claim, pulse: Pulse, actor: Actor) -> None:
        self.claim = claim
        self.pulse = pulse
        self.actor = actor
        self._until = boot_seconds() + claim.timeout_s
        self._written = ""
        self._shows = SHOWN_AT_ONCE
        self._shown_at = time.monotonic()

    def reserve(self, call: int, micros: int) -> None:
        """No paid call is begun without a lease; a database that is away is waited for, and then judges."""
        if not self.pulse.wait_for_trust(self.claim.attempt_id):
            raise contracts.LeaseLost("The lease is lost; no paid call is begun.")
        try:
            self._book(budgets.reserve, call, micros)
        except LeaseLost as error:
            raise contracts.LeaseLost(error.message) from error

    def settle(self, call: int, micros: int | None) -> None:
        self._book(budgets.settle, call, micros)

    def _book(self, entry: Callable[..., None], call: int, micros: int | None) -> None:
        """Both entries are keyed by the call: made again, they change nothing."""
        of = {"run_id": self.claim.run_id, "attempt_id": self.claim.attempt_id, "actor": self.actor}
        patiently(lambda _: entry(call=call, micros=micros, **of), stop=self.cancelled)

    def partial(self, text: str) -> None:
        """Pages get everything written so far, so that a lost message is made good by the next; ten times a second."""
        self._written = (self._written + text)[-push.HELD_CHARS :]
        now = time.monotonic()
        self._shows = min(SHOWN_AT_ONCE, self._shows + (now - self._shown_at) * SHOWN_PER_SECOND)
        self._shown_at = now
        if self._shows >= 1:
            self._shows -= 1
            push.partial(self.claim.run_id, self.claim.attempt_id, self.claim.key, self._written)

    def cancelled(self) -> bool:
        return self.pulse.should_stop(self.claim.attempt_id)

    def remaining_s(self) -> float:
        return max(self._until - boot_seconds(), 0.0)

    # --- models ---------------------------------------------------------------------------------------------------

    @cached_property
    def _run(self) -> tuple[UUID, dict[str, Any]]:
        """The team of the run, and its pinned settings; read where a model is asked for, and only there."""
        rows = Run.objects.filter(pk=self.claim.run_id).values_list("team_id", "settings")
        found: tuple[UUID, dict[str, Any]] = patiently(lambda _: rows.get(), stop=self.cancelled)
        return found

    def credential(self, provider: str, name: str) -> contracts.Credential:
        """The team's access, opened for this attempt. Without one the agent cannot be reached; the next is asked."""
        team_id, _ = self._run
        try:
            return patiently(lambda _: model_keys.lend(team_id, provider, name), stop=self.cancelled)
        except (NotFound, BadSetting) as error:
            raise contracts.AgentFault("agent_unreachable", error.message, "fatal") from error

    def recall(self, key: str) -> str | None:
        """What the run's setting `cache` says: off asks anew, replay gives again what was kept, only asks nobody."""
        team_id, settings = self._run
        mode = settings.get("cache") or "off"
        if mode == "off":
            return None
        kept = patiently(lambda _: model_replies.recall(team_id, key), stop=self.cancelled)
        if kept is None and mode == "only":
            words = "No answer to this is kept, and this run asks no model (its setting `cache` is only)."
            raise contracts.AgentFault("agent_unreachable", words, "fatal")
        return kept

    def keep(self, key: str, text: str) -> None:
        team_id, settings = self._run
        if settings.get("cache") == "replay":
            patiently(lambda _: model_replies.keep(team_id, key, text), stop=self.cancelled)
