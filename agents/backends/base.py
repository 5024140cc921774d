"""What every backend offers: one method, request in, outcome out; and how it is stopped.

Must not know any particular backend.
"""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from agents.contracts import AgentRequest, Health, Host, Outcome, Role, Runs

ModelUse: TypeAlias = Literal["none", "optional", "required"]


class Backend(Protocol):
    """Who does the work. One object serves all threads, so it keeps no state between runs.

    run may return any Outcome or raise AgentFault, Cancelled or a ConductorError. It blocks until the agent has ended
    and leaves no process behind. Where `runs` is "process" it kills its child soon after host.cancelled() turns true or
    the time is over; where "loop" it cancels its own asyncio task; where "thread" it can only be asked.
    """

    name: str
    runs: Runs
    model: ModelUse

    def run(self, request: AgentRequest, role: Role, model: str | None, host: Host) -> Outcome:
        """Do the work once."""

    def health(self, model: str | None) -> Health:
        """Is this backend installed and usable here? Quick, and without side effects."""
