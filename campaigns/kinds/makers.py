"""Who or what made a version, in words: a person, the built-in maker, a model, another agent. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BUILTIN: Final = "builtin"
HUMAN: Final = "human"
MODEL: Final = "llm:"


@dataclass(frozen=True, slots=True)
class Maker:
    """`agent` is the spec that answered; `instead_of` the first choice, where another had to answer for it.

    `why` is why the first choice could not, "" where nobody said. `person` is who wrote it by hand, "" where an agent
    made it.
    """

    agent: str = ""
    instead_of: str = ""
    why: str = ""
    replayed: bool = False
    person: str = ""

    @property
    def words(self) -> str:
        """Who it was, to stand after “by”."""
        return self.person or agent_words(self.agent)

    @property
    def first_choice(self) -> str:
        return agent_words(self.instead_of) if self.instead_of else ""


def stood_in(maker: Maker) -> str:
    """For whom the maker stood in, and why; "" where it was the first choice."""
    said = f"since {maker.first_choice} could not" if maker.instead_of else ""
    return f"{said}: {maker.why}" if said and maker.why else said


def agent_words(agent: str) -> str:
    """An agent's spec as people say it."""
    if agent == BUILTIN:
        return "the built-in maker"
    if agent == HUMAN:
        return "a person, asked in the inbox"
    return f"the model {agent.removeprefix(MODEL)}" if agent.startswith(MODEL) else f"the agent {agent}"


def chain_words(chain: Sequence[str]) -> str:
    """Who is asked, and who stands behind."""
    first, *others = [agent_words(agent) for agent in chain] or [agent_words(BUILTIN)]
    return f"{first}; if that cannot, {', then '.join(others)}" if others else first


def why_not(agent: str, summary: str) -> str:
    """What an attempt's summary says of an agent that could not; whoever answered for it has put it there."""
    said = f"{agent} could not: "
    return summary.removeprefix(said).strip() if agent and summary.startswith(said) else ""
