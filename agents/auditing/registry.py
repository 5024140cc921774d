"""The only list of families of rules, and those of plug-ins. Must not let a plug-in replace a family of ours.

A plug-in names a `Family` under the entry-point group `conductor.rule_families`. One that cannot be loaded stays in the
list as a family that fails, so that a pack which uses it audits nothing by accident.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from pydantic import ConfigDict

from agents.auditing.families import (
    accessibility,
    agreement,
    brand_tone,
    claims,
    coverage,
    disclaimers,
    habits,
    inclusive,
    limits,
    links,
    originality,
    personal,
    placeholders,
    readability,
    terms,
)
from agents.auditing.findings import Brief, Family, Found, Options, Rule
from agents.auditing.pieces import Piece

GROUP: Final = "conductor.rule_families"

FAMILIES: Final[Mapping[str, Family]] = {
    family.name: family
    for family in (
        terms.PROHIBITED_TERMS,
        terms.REQUIRED_TERMS,
        disclaimers.DISCLAIMERS,
        limits.PLATFORM_LIMITS,
        limits.WORD_LIMITS,
        habits.HASHTAGS,
        habits.EMOJI_POLICY,
        habits.LINK_PLACES,
        claims.CLAIMS,
        agreement.AGREEMENT,
        readability.READABILITY,
        brand_tone.BRAND_WORDS,
        brand_tone.BRAND_TONE,
        inclusive.INCLUSIVE_LANGUAGE,
        accessibility.POSTER_CONTRAST,
        accessibility.ALT_TEXT,
        accessibility.SHOUTING,
        accessibility.EMOJI_USE,
        accessibility.HASHTAG_CASE,
        accessibility.STYLED_LETTERS,
        links.LINKS,
        personal.PERSONAL_DATA,
        placeholders.PLACEHOLDERS,
        coverage.MISSING_PIECES,
        coverage.BRIEF_COVERAGE,
        coverage.PRODUCT_NAMED,
        originality.ORIGINALITY,
    )
}


class _Anything(Options):
    """The options of a family that could not be loaded: nothing can be said about them."""

    model_config = ConfigDict(strict=False, extra="allow", frozen=True)


def family(name: str) -> Family | None:
    """The family of that name, ours first."""
    return FAMILIES.get(name) or _plugins().get(name)


def family_names() -> tuple[str, ...]:
    return (*FAMILIES, *_plugins())


def forget() -> None:
    """Look for plug-ins anew."""
    _plugins.cache_clear()


@cache
def _plugins() -> dict[str, Family]:
    return {point.name: _load(point) for point in entry_points(group=GROUP) if point.name not in FAMILIES}


def _load(point: EntryPoint) -> Family:
    try:
        found: Any = point.load()
    except Exception as error:  # whatever a foreign module does at import, the audit says it and goes on
        return _broken(point.name, f"{type(error).__name__}: {error}")
    if not isinstance(found, Family) or found.name != point.name:
        return _broken(point.name, f"{point.value} is not a family named {point.name!r}")
    return found


def _broken(name: str, words: str) -> Family:
    def apply(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
        raise RuntimeError(f"The plug-in {name} could not be loaded: {words}"[:400])

    return Family(name, apply, _Anything)
