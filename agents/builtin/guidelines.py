"""What a brand's guidelines ask for, as far as the built-in makers understand it. Must not guess at the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NO: Final = r"\b(?:no|never|avoid|without|don't use|do not use|not use)\s+(?:\w+\s+){0,2}?"


@dataclass(frozen=True, slots=True)
class Guide:
    exclamations: bool = True
    questions: bool = True
    contractions: bool = True
    emoji: bool = True
    we: bool = True
    short: bool = False
    avoid: tuple[str, ...] = ()
    understood: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """Sentences of which nothing was understood."""


_READ: Final[tuple[tuple[str, str], ...]] = (
    ("no exclamation marks", rf"{_NO}exclamation"),
    ("no questions", rf"{_NO}(?:rhetorical )?questions?\b"),
    ("no contractions", rf"{_NO}contractions?"),
    ("no emoji", rf"{_NO}emojis?\b"),
    ("no “we”", r"\bnever\s+(?:say|use|write)\s+[\"'\u201c]?we\b|\bthird person\b"),
    ("short sentences", r"\bshort sentences\b"),
    ("one reader is addressed", r"\b(?:address|speak|talk|write)\b[^.;]*\b(?:one|single|friend|neighbour|neighbor)\b"),
    ("no jargon", rf"{_NO}jargon"),
)
_QUOTED: Final = re.compile(
    r"\b(?:never|avoid|don't say|do not say|not say)\b[^.;]*?[\"\u201c']([^\"\u201d']{2,60})[\"\u201d']", re.I
)


def read_guidelines(text: str) -> Guide:
    found = [name for name, pattern in _READ if re.search(pattern, text, re.IGNORECASE)]
    quoted = tuple(word for word in _QUOTED.findall(text) if word.casefold() not in ("we", "our", "us"))
    parts = [part for part in re.split(r"(?<=[.!?])\s+", text.strip()) if part]
    left = [part for part in parts if not _QUOTED.search(part) and not any(re.search(p, part, re.I) for _, p in _READ)]
    return Guide(
        exclamations="no exclamation marks" not in found,
        questions="no questions" not in found,
        contractions="no contractions" not in found,
        emoji="no emoji" not in found,
        we="no “we”" not in found,
        short="short sentences" in found,
        avoid=quoted,
        understood=(*found, *(f"never “{word}”" for word in quoted)),
        left=tuple(part if part[-1] in ".!?" else f"{part}." for part in left),
    )
