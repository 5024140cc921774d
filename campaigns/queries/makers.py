"""Who or what made a version: a person, the built-in maker, a model, another agent. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import F, OuterRef, QuerySet, Subquery

from campaigns.models import ArtifactVersion, Invocation

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


def with_makers(rows: QuerySet[ArtifactVersion]) -> QuerySet[ArtifactVersion]:
    """Versions with what `maker_of` reads, in the same question. The author is to be joined by the caller."""
    said = Invocation.objects.filter(attempt=OuterRef("attempt_id"), ok=True).order_by("-created_at", "-pk")
    return rows.annotate(
        made_as=F("attempt__spec"),
        answered_by=Subquery(said.values("answered_by")[:1]),
        was_kept=Subquery(said.values("replayed")[:1]),
    )


def maker_of(version: ArtifactVersion) -> Maker | None:
    """None where nothing is known of it, as of a version that was imported."""
    if version.author is not None:
        return Maker(person=version.author.get_username())
    chain = [link for link in (getattr(version, "made_as", "") or "").split(",") if link]
    # A first choice that answers in silence leaves no record but its attempt; whoever answers for another leaves one.
    agent = getattr(version, "answered_by", "") or (chain[0] if chain else "")
    if not agent:
        return None
    instead_of = chain[0] if chain and chain[0] != agent else ""
    return Maker(agent, instead_of, bool(getattr(version, "was_kept", False)))


def agent_words(agent: str) -> str:
    """An agent's spec as people say it."""
    if agent == BUILTIN:
        return "the built-in maker"
    if agent == HUMAN:
        return "a person, asked in the inbox"
    return f"the model {agent.removeprefix(MODEL)}" if agent.startswith(MODEL) else f"the agent {agent}"
