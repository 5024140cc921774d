"""Who offers models: one entry for each, and in `agents/backends/llm/wire.py` the function that speaks to it.

Must not load the library of any provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Structure: TypeAlias = Literal["native", "tool", "prompted"]
"""How an answer is bound to its schema: by the provider, as the arguments of a tool, or by words in the prompt."""


@dataclass(frozen=True, slots=True)
class Provider:
    """answer_tokens is the most that one answer may have; prices is its name in the public price list, "" if in none.

    address is where it is called; "" where each team says that for endpoints of its own.
    """

    name: str
    answer_tokens: int
    structure: Structure
    address: str = ""
    prices: str = ""


COMPATIBLE: Final = "openai-compatible"
"""Any server that speaks OpenAI's chat completions, under a name of the team's own."""

KNOWN: Final[dict[str, Provider]] = {
    provider.name: provider
    for provider in (
        Provider("openai", 16_000, "native", "https://api.openai.com/v1", "openai"),
        Provider("anthropic", 8_000, "tool", "https://api.anthropic.com", "anthropic"),
        Provider("google", 8_000, "native", "https://generativelanguage.googleapis.com", "google"),
        Provider(COMPATIBLE, 4_000, "prompted"),
    )
}
