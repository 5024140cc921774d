"""Reads the parts of a normalised brief that rules ask for. Whatever is absent or of another shape asks for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from agents.auditing.findings import Brief, Claim

EMOJI: Final = ("none", "sparing", "free")
_NOT_FACTS: Final = (
    "palette",
    "prohibited_terms",
    "avoid",
    "banned_hashtags",
    "mode",
    "language",
    "schema",
    "platforms",
)


def read_brief(brief: Mapping[str, Any]) -> Brief:
    limits, brand = _mapping(brief.get("constraints")), _mapping(brief.get("brand"))
    most = limits.get("max_words")
    emoji = _text(limits.get("emoji"))
    return Brief(
        product=_text(brief.get("product")),
        tone=_text(brief.get("tone")),
        language=_text(brief.get("language")),
        key_messages=_texts(brief.get("key_messages")),
        prohibited_terms=_texts(limits.get("prohibited_terms")),
        required_terms=_texts(limits.get("required_terms")),
        disclaimers=_texts(limits.get("disclaimers")),
        required_hashtags=_texts(limits.get("required_hashtags")),
        banned_hashtags=_texts(limits.get("banned_hashtags")),
        emoji=emoji if emoji in EMOJI else "",
        max_words=most if isinstance(most, int) and not isinstance(most, bool) and most > 0 else None,
        brand=_text(brand.get("name")),
        adjectives=_texts(brand.get("adjectives")),
        guidelines=_text(brand.get("guidelines")),
        prefer=_texts(brand.get("prefer")),
        avoid=_texts(brand.get("avoid")),
        claims=tuple(_claims(brief.get("claims"))),
        link=_text(brief.get("link")).strip(),
        facts=tuple(_facts(brief)),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    # NUL cannot be stored, so it can neither stand in a piece nor in a finding.
    return value.replace("\x00", "") if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    return tuple(dict.fromkeys(text for text in map(_text, value) if text.strip()))


def _claims(value: object) -> Iterator[Claim]:
    for entry in value if isinstance(value, list | tuple) else ():
        claim = _text(_mapping(entry).get("claim"))
        if claim.strip():
            yield Claim(claim, _text(_mapping(entry).get("proof")).strip())


def _facts(value: object, depth: int = 0) -> Iterator[str]:
    """Every text of the brief that may hold a fact."""
    if isinstance(value, str):
        yield _text(value)
    elif isinstance(value, Mapping) and depth < 5:
        for name, entry in value.items():
            if name not in _NOT_FACTS:
                yield from _facts(entry, depth + 1)
    elif isinstance(value, list | tuple) and depth < 5:
        for entry in value:
            yield from _facts(entry, depth + 1)
