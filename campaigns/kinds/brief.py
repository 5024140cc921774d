"""The brief of a creative campaign: one schema, normalised once, the same for every agent. Pure; nothing is guessed.

A draft may be incomplete (`missing` says what a start needs); what is given must be sound; faults are told by field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agents.auditing.platforms import PLATFORMS
from agents.auditing.words import holds_term
from campaigns.kinds import wording
from campaigns.kinds.fields import Cut, FieldReader
from campaigns.kinds.settings import BadValue, Reader, whole
from campaigns.kinds.texts import cut_at_word, tidy
from campaigns.states import Mode
from conductor.lib.errors import BadInput
from conductor.lib.ids import content_hash

__all__ = [
    "Cut",
    "Normalised",
    "brief_hash",
    "cautions",
    "clashes",
    "cut_at_word",
    "default_seed",
    "missing",
    "normalise",
    "platforms",
    "same_content",
    "tidy",
]

SCHEMA: Final = 1

DEFAULT_LIMITS: Final[dict[str, int]] = {
    "objective": 2_000,
    "audience": 1_000,
    "product": 4_000,
    "tone": 300,
    "key_message": 300,
    "disclaimer": 500,
    "brand_name": 120,
    "adjective": 60,
    "colour": 60,
    "guidelines": 4_000,
    **wording.LIMITS,
}
"""The longest text of each field, in characters; a setting of the campaign may change each."""

LIMIT_READERS: Final[dict[str, Reader]] = dict.fromkeys(DEFAULT_LIMITS, whole(1, 20_000))

MOST: Final = {"key_messages": 20, "disclaimers": 20, "brand": 20, **wording.MOST}
"""The longest lists. What holds more is not a brief for one campaign."""

REQUIRED: Final[dict[str, str]] = {
    "objective": "Say what the campaign is to achieve.",
    "audience": "Say whom it is for.",
    "product": "Say what it is about: the product and its facts.",
    "tone": "Say how it should sound.",
}
#: Fields that older briefs do not have. Empty they say nothing, so a brief without them keeps its hash.
_LATER: Final[dict[str, tuple[str, ...]]] = {
    "": ("claims", "link"),
    "constraints": ("required_hashtags", "banned_hashtags", "emoji"),
    "brand": ("prefer", "avoid"),
}
_LANGUAGES: Final = "a language code such as 'en', 'de' or 'pt-BR'"


@dataclass(frozen=True, slots=True)
class Normalised:
    brief: dict[str, Any]
    cuts: tuple[Cut, ...] = ()


def normalise(raw: object, *, limits: Mapping[str, int] | None = None, truncate: bool = False) -> Normalised:
    """The brief in its one form: every field present, NFC, spaces tidied, no twins in lists, platforms by their names.

    BadInput by field for what is not sound. `truncate` accepts that too long prose is cut at a word; terms, colours and
    disclaimers are never cut, for half a disclaimer is worse than none.
    """
    if not isinstance(raw, Mapping):
        raise BadInput(errors={"brief": "Must be an object with objective, audience, product, tone and more."})
    reader = FieldReader({**DEFAULT_LIMITS, **(limits or {})}, truncate)
    reader.known_only(raw, "brief", (*_FIELDS, "schema"))
    _check_schema(raw.get("schema"), reader)
    brief: dict[str, Any] = {"schema": SCHEMA}
    for name, read in _FIELDS.items():
        brief[name] = read(reader, raw.get(name), f"brief.{name}")
    _check_clashes(brief, reader, "is also")
    reader.finish()
    return Normalised(brief, tuple(reader.cuts))


def missing(brief: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a start still needs, by field, in words; empty if the brief is complete."""
    lacking = {f"brief.{name}": [words] for name, words in REQUIRED.items() if not brief.get(name)}
    if not brief.get("platforms"):
        lacking["brief.platforms"] = [f"Choose at least one platform: {', '.join(PLATFORMS)}."]
    return lacking


def clashes(brief: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a brief asks for and forbids at once, by field: for one into which a brand has been merged."""
    reader = FieldReader(DEFAULT_LIMITS)
    _check_clashes(brief, reader, "is, with those of the brand, also")
    return reader.errors


def cautions(brief: Mapping[str, Any]) -> list[str]:
    """What is allowed and hardly meant: a required term that holds a word to be avoided."""
    terms = (brief.get("constraints") or {}).get("required_terms") or ()
    words = wording.avoided_words((brief.get("brand") or {}).get("avoid") or ())
    return [
        f"The required term {term!r} holds {word!r}, which is to be avoided."
        for term in terms
        for word in words
        if holds_term(term, word)
    ]


def platforms(raw: object, field: str = "platforms") -> list[str]:
    """A choice of platforms by their own names, each once; an empty or unknown one is refused by field."""
    reader = FieldReader(DEFAULT_LIMITS)
    chosen = wording.platforms(reader, raw, field)
    if not chosen and not reader.errors:
        reader.fault(field, f"Choose at least one platform: {', '.join(PLATFORMS)}.")
    reader.finish()
    return chosen


def brief_hash(brief: Mapping[str, Any]) -> str:
    """The same for the same content by whatever way it came. How the run goes (`mode`) is not content."""
    return content_hash({name: value for name, value in _said(brief).items() if name != "mode"})


def same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """True if two briefs say the same; a field that one of them lacks counts as empty."""
    return _said(one) == _said(other)


def default_seed(brief: Mapping[str, Any]) -> int:
    """The seed of the built-in makers where none is set: from the content, so that equal briefs give equal pieces."""
    return int(brief_hash(brief)[:12], 16)


def _said(brief: Mapping[str, Any]) -> dict[str, Any]:
    """The brief without the later fields that are empty."""
    said = _without_empty(brief, _LATER[""])
    for part, names in _LATER.items():
        if part and isinstance(held := said.get(part), Mapping):
            said[part] = _without_empty(held, names)
    return said


def _without_empty(held: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in held.items() if value or name not in names}


def _check_schema(said: object, reader: FieldReader) -> None:
    if said is None:
        return
    if isinstance(said, bool) or not isinstance(said, int):
        reader.fault("brief.schema", "Must be a whole number.")
    elif said != SCHEMA:
        reader.fault("brief.schema", f"This is a brief of schema {said}; only schema {SCHEMA} can be read here.")


def _check_clashes(brief: Mapping[str, Any], reader: FieldReader, also: str) -> None:
    rules, brand = brief.get("constraints") or {}, brief.get("brand") or {}
    avoided = wording.avoided_words(brand.get("avoid") or ())
    for name, wanted, refused, word in (
        ("constraints.required_terms", rules.get("required_terms"), rules.get("prohibited_terms"), "prohibited"),
        ("constraints.required_hashtags", rules.get("required_hashtags"), rules.get("banned_hashtags"), "banned"),
        ("brand.prefer", brand.get("prefer"), avoided, "to be avoided"),
    ):
        wording.clashes(reader, wanted or (), refused or (), f"brief.{name}", f"{also} {word}.")


def _prose(reader: FieldReader, raw: object, name: str) -> str:
    return reader.text(raw, name, name.rpartition(".")[2], lines=True)


def _line(reader: FieldReader, raw: object, name: str) -> str:
    return reader.text(raw, name, name.rpartition(".")[2])


def _messages(reader: FieldReader, raw: object, name: str) -> list[str]:
    return reader.texts(raw, name, "key_message", MOST["key_messages"])


def _constraints(reader: FieldReader, raw: object, name: str) -> dict[str, Any]:
    known = ("max_words", "prohibited_terms", "required_terms", "disclaimers", *_LATER["constraints"])
    given = reader.mapping(raw, name, known)
    return {
        "max_words": _max_words(reader, given.get("max_words"), f"{name}.max_words"),
        **{
            terms: reader.texts(given.get(terms), f"{name}.{terms}", "term", MOST["terms"], may_cut=False)
            for terms in ("prohibited_terms", "required_terms")
        },
        "disclaimers": reader.texts(
            given.get("disclaimers"), f"{name}.disclaimers", "disclaimer", MOST["disclaimers"], may_cut=False
        ),
        **{
            tags: wording.hashtags(reader, given.get(tags), f"{name}.{tags}")
            for tags in ("required_hashtags", "banned_hashtags")
        },
        "emoji": wording.emoji(reader, given.get("emoji"), f"{name}.emoji"),
    }


def _brand(reader: FieldReader, raw: object, name: str) -> dict[str, Any]:
    given = reader.mapping(raw, name, ("name", "adjectives", "palette", "guidelines", *_LATER["brand"]))
    return {
        "name": reader.text(given.get("name"), f"{name}.name", "brand_name"),
        "adjectives": reader.texts(given.get("adjectives"), f"{name}.adjectives", "adjective", MOST["brand"]),
        "palette": reader.texts(given.get("palette"), f"{name}.palette", "colour", MOST["brand"], may_cut=False),
        "guidelines": reader.text(given.get("guidelines"), f"{name}.guidelines", "guidelines", lines=True),
        "prefer": reader.texts(given.get("prefer"), f"{name}.prefer", "word", MOST["words"], may_cut=False),
        "avoid": wording.avoided(reader, given.get("avoid"), f"{name}.avoid"),
    }


def _max_words(reader: FieldReader, raw: object, name: str) -> int | None:
    if raw is None or raw == "":
        return None
    try:
        return int(whole(1, 10_000)(raw))
    except BadValue as error:
        reader.fault(name, str(error))
        return None


def _mode(reader: FieldReader, raw: object, name: str) -> str | None:
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str) or raw not in set(Mode):
        reader.fault(name, f"Must be one of: {', '.join(Mode)}.")
        return None
    return str(raw)


def _language(reader: FieldReader, raw: object, name: str) -> str:
    if raw is None or raw == "":
        return "en"
    primary, *rest = raw.strip().replace("_", "-").split("-") if isinstance(raw, str) else [""]
    plain = primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3
    if not plain or not all(part.isascii() and part.isalnum() and 2 <= len(part) <= 8 for part in rest):
        reader.fault(name, f"Must be {_LANGUAGES}.")
        return "en"
    return "-".join((primary.lower(), *rest))


_FIELDS: Final[dict[str, Callable[[FieldReader, object, str], Any]]] = {
    "objective": _prose,
    "audience": _prose,
    "product": _prose,
    "tone": _line,
    "key_messages": _messages,
    "constraints": _constraints,
    "brand": _brand,
    "claims": wording.claims,
    "link": wording.link,
    "platforms": wording.platforms,
    "language": _language,
    "mode": _mode,
}
