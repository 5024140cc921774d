"""What a brief and a brand have in common beside plain texts: hashtags, words to avoid, claims, emoji, a link. Pure.

Each reader takes a raw value and gives its one form; faults go to the reader by field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from agents.auditing.platforms import PLATFORMS, platform
from agents.auditing.words import holds_term
from campaigns.kinds.fields import FieldReader
from campaigns.kinds.texts import tidy
from conductor.lib.text import fold

LIMITS: Final[dict[str, int]] = {"term": 100, "hashtag": 100, "word": 200, "claim": 300, "proof": 1_000, "link": 2_000}
"""The longest text of each, in characters. `word` is an entry of the words a brand uses or avoids."""

MOST: Final = {"terms": 200, "hashtags": 30, "words": 200, "claims": 50, "platforms": 4 * len(PLATFORMS)}

EMOJI: Final = ("none", "sparing", "free")
"""How many emoji a text may have; nothing said means what is usual on the platform."""

_ARROW: Final = re.compile(r"\s*(?:->|=>|\u2192)\s*")


def hashtags(reader: FieldReader, raw: object, name: str) -> list[str]:
    """Without the sign, each once whatever its case: letters, digits and underscores with at least one letter."""
    found: dict[str, str] = {}
    for number, entry in enumerate(reader.entries(raw, name, MOST["hashtags"])):
        place = f"{name}[{number}]"
        text = reader.text(entry, place, "hashtag", may_cut=False).lstrip("#\uff03").strip()
        if not text:
            if isinstance(entry, str) and entry.strip():
                reader.fault(place, "Is a sign without a word.")
            continue
        if not all(map(_in_hashtag, text)) or not any(char.isalpha() for char in text):
            reader.fault(place, f"{text[:60]!r} is no hashtag: only letters, digits and _, with at least one letter.")
            continue
        found.setdefault(fold(text), text)
    return list(found.values())


def _in_hashtag(char: str) -> bool:
    return char.isalnum() or char == "_" or unicodedata.category(char).startswith("M")


def clashes(reader: FieldReader, wanted: Sequence[str], refused: Iterable[str], name: str, words: str) -> None:
    """A fault for each of the wanted that is refused as well."""
    folded = {fold(entry) for entry in refused}
    for number, entry in enumerate(wanted):
        if fold(entry) in folded:
            reader.fault(f"{name}[{number}]", f"{entry!r} {words}")


def avoided(reader: FieldReader, raw: object, name: str) -> list[str]:
    """Words never used, as `word` or `word -> replacement`; the replacement may not hold the word itself."""
    found: dict[str, str] = {}
    for number, entry in enumerate(reader.entries(raw, name, MOST["words"])):
        place = f"{name}[{number}]"
        word, instead = split_avoided(reader.text(entry, place, "word", may_cut=False))
        if not word:
            if instead:
                reader.fault(place, "Say which word is replaced.")
            continue
        if instead and holds_term(instead, word):
            reader.fault(place, f"The replacement {instead!r} holds {word!r} itself.")
            continue
        found.setdefault(fold(word), f"{word} -> {instead}" if instead else word)
    return list(found.values())


def split_avoided(entry: str) -> tuple[str, str]:
    """The word and what is said instead, or ""."""
    word, *rest = _ARROW.split(entry.strip(), maxsplit=1)
    return word.strip(), rest[0].strip() if rest else ""


def avoided_words(entries: Iterable[str]) -> list[str]:
    return [split_avoided(entry)[0] for entry in entries]


def claims(reader: FieldReader, raw: object, name: str) -> list[dict[str, str]]:
    """What may be claimed, and what proves it; the same claim once, with its first proof."""
    found: dict[str, dict[str, str]] = {}
    for place, entry in reader.rows(raw, name, MOST["claims"], ("claim", "proof")):
        claim = reader.text(entry.get("claim"), f"{place}.claim", "claim", may_cut=False)
        proof = reader.text(entry.get("proof"), f"{place}.proof", "proof", may_cut=False)
        if claim:
            kept = found.setdefault(fold(claim), {"claim": claim, "proof": proof})
            kept["proof"] = kept["proof"] or proof
        elif proof:
            reader.fault(f"{place}.claim", "Say what is claimed.")
    return list(found.values())


def emoji(reader: FieldReader, raw: object, name: str) -> str:
    return reader.word(raw, name, EMOJI)


def link(reader: FieldReader, raw: object, name: str) -> str:
    """An https address with a host, without user name and password; "" for none."""
    text = reader.text(raw, name, "link", may_cut=False)
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host, secret = parts.hostname, "@" in parts.netloc
        parts.port  # noqa: B018 - reading it is the check
    except ValueError:
        reader.fault(name, "Is not a valid address.")
        return ""
    if secret:
        reader.fault(name, "May not hold a user name or password.")
    elif parts.scheme != "https" or not host:
        reader.fault(name, "Must be an https:// address.")
    elif any(char in text for char in ' "<>\\^`{|}'):
        reader.fault(name, "Contains a character that no address has; write it as %..")
    else:
        return text
    return ""


def platforms(reader: FieldReader, raw: object, name: str) -> list[str]:
    """Platforms by their own names, each once."""
    found: dict[str, None] = {}
    for number, entry in enumerate(reader.entries(raw, name, MOST["platforms"])):
        known = platform(tidy(entry, lines=False)) if isinstance(entry, str) else None
        if known is not None:
            found[known.name] = None
        elif isinstance(entry, str):
            words = f"Unknown platform {entry[:60]!r}. Known: {', '.join(PLATFORMS)}."
            reader.fault(f"{name}[{number}]", words)
        else:
            reader.fault(f"{name}[{number}]", "Must be the name of a platform.")
    return list(found)


def joined(first: object, second: object) -> list[str]:
    """Two lists of texts as one, twins once."""
    found: dict[str, str] = {}
    for held in (first, second):
        for text in held if isinstance(held, list | tuple) else ():
            found.setdefault(fold(text), text)
    return list(found.values())


def joined_claims(first: object, second: object) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for held in (first, second):
        for entry in held if isinstance(held, list | tuple) else ():
            if isinstance(entry, Mapping) and entry.get("claim"):
                said: dict[str, Any] = {"claim": entry["claim"], "proof": entry.get("proof") or ""}
                kept = found.setdefault(fold(said["claim"]), said)
                kept["proof"] = kept["proof"] or said["proof"]
    return list(found.values())
