"""Which model a spec means: a provider, or an endpoint by its name; never an address. Must not reach anything.

`openai:gpt-5`, `anthropic:claude-sonnet-5`, `google:gemini-2.5-flash`, `openai-compatible:<endpoint>/<model>`. Where
an endpoint is, the team's own configuration says: a campaign cannot point the server at an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agents.providers import COMPATIBLE, KNOWN
from conductor.lib.errors import BadInput

_ENDPOINT: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, slots=True)
class Target:
    """endpoint is "" for the providers that have a name of their own."""

    provider: str
    endpoint: str
    model: str

    @property
    def answer_tokens(self) -> int:
        return KNOWN[self.provider].answer_tokens

    def __str__(self) -> str:
        return f"{self.provider}:{self.endpoint}/{self.model}" if self.endpoint else f"{self.provider}:{self.model}"


def read(said: str) -> Target:
    """The target of the model part of a spec; BadInput says what is wrong."""
    provider, _, model = said.partition(":")
    if provider not in KNOWN:
        raise _bad(f"{provider[:60]!r} is not a provider of models. Known: {', '.join(KNOWN)}.")
    endpoint = ""
    if provider == COMPATIBLE:
        endpoint, _, model = model.partition("/")
        if not _ENDPOINT.fullmatch(endpoint):
            raise _bad(f"'llm:{COMPATIBLE}:<endpoint>/<model>' names an endpoint of the team: a-z, 0-9 and hyphens.")
    if not model:
        raise _bad(f"'llm:{said[:80]}' names no model, as 'llm:openai:gpt-4o' does.")
    if any(part in ("", ".", "..") for part in model.split("/")):
        raise _bad(f"'llm:{said[:80]}' names a path, not a model.")
    return Target(provider, endpoint, model)


def _bad(words: str) -> BadInput:
    return BadInput(words, code="unknown_agent", errors={"agent": words})
