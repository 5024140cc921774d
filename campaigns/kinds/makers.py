"""Who or what made a version, in words: a person, the built-in maker, a model, another agent. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BUILTIN: Final = "builtin"
HUMAN: Final = "human"
MODEL: Final = "llm:"


@dataclass(frozen=True, slots=True)
class Maker:
    """`agent` is the spec that answered; `instead_of` the first choice, where another had to answer for it.

    `person` is who wrote it by hand, "" where an agent made it.
    """

    agent: str = ""
    instead_of: str = ""
    replayed: bool = False
    person: str = ""

    @property
    def words(self) -> str:
        """Who it was, to stand after “by”."""
        return self.person or agent_words(self.agent)

    @property
    def first_choice(self) -> str:
        return agent_words(self.instead_of) if self.instead_of else ""


def agent_words(agent: str) -> str:
    """An agent's spec as people say it."""
    if agent == BUILTIN:
        return "the built-in maker"
    if agent == HUMAN:
        return "a person, asked in the inbox"
    return f"the model {agent.removeprefix(MODEL)}" if agent.startswith(MODEL) else f"the agent {agent}"
