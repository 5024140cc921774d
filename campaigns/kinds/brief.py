"""The brief of a creative campaign: one schema, normalised once, the same for every agent. Pure; nothing is guessed.

A draft may be incomplete (`missing` says what a start needs); what is given must be sound; faults are told by field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from agents.auditing.platforms import PLATFORMS, platform
from campaigns.kinds.settings import BadValue, Reader, whole
from campaigns.kinds.texts import cut_at_word, hidden_in, tidy
from campaigns.states import Mode
from conductor.lib.errors import BadInput
from conductor.lib.ids import content_hash
from conductor.lib.text import fold

__all__ = [
    "Cut",
    "Normalised",
    "brief_hash",
    "cut_at_word",
    "default_seed",
    "missing",
    "normalise",
    "platforms",
    "tidy",
]

SCHEMA: Final = 1

DEFAULT_LIMITS: Final[dict[str, int]] = {
    "objective": 2_000,
    "audience": 1_000,
    "product": 4_000,
    "tone": 300,
    "key_message": 300,
    "term": 100,
    "disclaimer": 500,
    "brand_name": 120,
    "adjective": 60,
    "colour": 60,
    "guidelines": 4_000,
}
"""The longest text of each field, in characters; a setting of the campaign may change each."""

LIMIT_READERS: Final[dict[str, Reader]] = dict.fromkeys(DEFAULT_LIMITS, whole(1, 20_000))

MOST: Final = {"key_messages": 20, "terms": 200, "disclaimers": 20, "platforms": len(PLATFORMS), "brand": 20}
"""The longest lists. What holds more is not a brief for one campaign."""

REQUIRED: Final[dict[str, str]] = {
    "objective": "Say what the campaign is to achieve.",
    "audience": "Say whom it is for.",
    "product": "Say what it is about: the product and its facts.",
    "tone": "Say how it should sound.",
}
_LANGUAGES: Final = "a language code such as 'en', 'de' or 'pt-BR'"


@dataclass(frozen=True, slots=True)
class Cut:
    """A text that was shortened because the caller accepted it."""

    field: str
    length: int
    limit: int
    kept: int

    @property
    def words(self) -> str:
        return f"{self.field} had {self.length:,} characters; cut to {self.kept:,} (the limit is {self.limit:,})."


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
    reader = _Reader({**DEFAULT_LIMITS, **(limits or {})}, truncate)
    reader.known_only(raw, "brief", (*_FIELDS, "schema"))
    _check_schema(raw.get("schema"), reader)
    brief: dict[str, Any] = {"schema": SCHEMA}
    for name, read in _FIELDS.items():
        brief[name] = read(reader, raw.get(name), f"brief.{name}")
    _check_terms(brief["constraints"], reader)
    reader.finish()
    return Normalised(brief, tuple(reader.cuts))


def missing(brief: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a start still needs, by field, in words; empty if the brief is complete."""
    lacking = {f"brief.{name}": [words] for name, words in REQUIRED.items() if not brief.get(name)}
    if not brief.get("platforms"):
        lacking["brief.platforms"] = [f"Choose at least one platform: {', '.join(PLATFORMS)}."]
    return lacking


def platforms(raw: object, field: str = "platforms") -> list[str]:
    """A choice of platforms by their own names, each once; an empty or unknown one is refused by field."""
    reader = _Reader(DEFAULT_LIMITS, truncate=False)
    chosen = _platforms(reader, raw, field)
    if not chosen and not reader.errors:
        reader.fault(field, f"Choose at least one platform: {', '.join(PLATFORMS)}.")
    reader.finish()
    return chosen


def brief_hash(brief: Mapping[str, Any]) -> str:
    """The same for the same content by whatever way it came. How the run goes (`mode`) is not content."""
    return content_hash({name: value for name, value in brief.items() if name != "mode"})


def default_seed(brief: Mapping[str, Any]) -> int:
    """The seed of the built-in makers where none is set: from the content, so that equal briefs give equal pieces."""
    return int(brief_hash(brief)[:12], 16)


def _check_schema(said: object, reader: _Reader) -> None:
    if said is None:
        return
    if isinstance(said, bool) or not isinstance(said, int):
        reader.fault("brief.schema", "Must be a whole number.")
    elif said != SCHEMA:
        reader.fault("brief.schema", f"This is a brief of schema {said}; only schema {SCHEMA} can be read here.")


def _check_terms(constraints: Mapping[str, Any], reader: _Reader) -> None:
    forbidden = {fold(term) for term in constraints["prohibited_terms"]}
    for number, term in enumerate(constraints["required_terms"]):
        if fold(term) in forbidden:
            reader.fault(f"brief.constraints.required_terms[{number}]", f"{term!r} is also prohibited.")


@dataclass
class _Reader:
    """Collects faults and cuts while a brief is read."""

    limits: Mapping[str, int]
    truncate: bool
    errors: dict[str, list[str]] = field(default_factory=dict)
    cuts: list[Cut] = field(default_factory=list)
    too_long: int = 0

    def fault(self, name: str, words: str) -> None:
        self.errors.setdefault(name, []).append(words)

    def finish(self) -> None:
        if self.errors:
            only_long = self.too_long == sum(map(len, self.errors.values()))
            raise BadInput(code="too_long" if only_long else "invalid", errors=self.errors)

    def known_only(self, raw: Mapping[Any, Any], name: str, known: tuple[str, ...]) -> None:
        for key in raw:
            if key not in known:
                shown = str(key)[:60].encode("ascii", "backslashreplace").decode()
                self.fault(f"{name}.{shown}", f"There is no such field. Known: {', '.join(known)}.")

    def text(self, raw: object, name: str, limit: str, *, lines: bool = False, may_cut: bool = True) -> str:
        if raw is None:
            return ""
        if not isinstance(raw, str):
            self.fault(name, "Must be text.")
            return ""
        text = tidy(raw, lines=lines)
        if hidden := hidden_in(text):
            self.fault(name, f"Contains a character that is not text: {hidden}.")
            return ""
        most = self.limits[limit]
        if len(text) <= most:
            return text
        if not (self.truncate and may_cut):
            self.too_long += 1
            self.fault(name, f"Has {len(text):,} characters; the limit is {most:,}.")
            return ""
        kept = cut_at_word(text, most)
        self.cuts.append(Cut(name, len(text), most, len(kept)))
        return kept

    def texts(self, raw: object, name: str, limit: str, most: int, *, may_cut: bool = True) -> list[str]:
        """A list of single-line texts, blank ones and twins left out."""
        found: dict[str, str] = {}
        for number, entry in enumerate(self.entries(raw, name, most)):
            text = self.text(entry, f"{name}[{number}]", limit, may_cut=may_cut)
            if text:
                found.setdefault(fold(text), text)
        return list(found.values())

    def entries(self, raw: object, name: str, most: int) -> list[Any]:
        if raw is None:
            return []
        if not isinstance(raw, list | tuple):
            self.fault(name, "Must be a list.")
            return []
        if len(raw) > most:
            self.fault(name, f"Has {len(raw):,} entries; the limit is {most:,}.")
            return []
        return list(raw)


def _prose(reader: _Reader, raw: object, name: str) -> str:
    return reader.text(raw, name, name.rpartition(".")[2], lines=True)


def _line(reader: _Reader, raw: object, name: str) -> str:
    return reader.text(raw, name, name.rpartition(".")[2])


def _messages(reader: _Reader, raw: object, name: str) -> list[str]:
    return reader.texts(raw, name, "key_message", MOST["key_messages"])


def _constraints(reader: _Reader, raw: object, name: str) -> dict[str, Any]:
    given = _mapping(reader, raw, name, ("max_words", "prohibited_terms", "required_terms", "disclaimers"))
    return {
        "max_words": _max_words(reader, given.get("max_words"), f"{name}.max_words"),
        **{
            terms: reader.texts(given.get(terms), f"{name}.{terms}", "term", MOST["terms"], may_cut=False)
            for terms in ("prohibited_terms", "required_terms")
        },
        "disclaimers": reader.texts(
            given.get("disclaimers"), f"{name}.disclaimers", "disclaimer", MOST["disclaimers"], may_cut=False
        ),
    }


def _brand(reader: _Reader, raw: object, name: str) -> dict[str, Any]:
    given = _mapping(reader, raw, name, ("name", "adjectives", "palette", "guidelines"))
    return {
        "name": reader.text(given.get("name"), f"{name}.name", "brand_name"),
        "adjectives": reader.texts(given.get("adjectives"), f"{name}.adjectives", "adjective", MOST["brand"]),
        "palette": reader.texts(given.get("palette"), f"{name}.palette", "colour", MOST["brand"], may_cut=False),
        "guidelines": reader.text(given.get("guidelines"), f"{name}.guidelines", "guidelines", lines=True),
    }


def _mapping(reader: _Reader, raw: object, name: str, known: tuple[str, ...]) -> Mapping[Any, Any]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        reader.fault(name, f"Must be an object with some of: {', '.join(known)}.")
        return {}
    reader.known_only(raw, name, known)
    return raw


def _max_words(reader: _Reader, raw: object, name: str) -> int | None:
    if raw is None or raw == "":
        return None
    try:
        return int(whole(1, 10_000)(raw))
    except BadValue as error:
        reader.fault(name, str(error))
        return None


def _platforms(reader: _Reader, raw: object, name: str) -> list[str]:
    found: dict[str, None] = {}
    for number, entry in enumerate(reader.entries(raw, name, 4 * MOST["platforms"])):
        known = platform(tidy(entry, lines=False)) if isinstance(entry, str) else None
        if known is not None:
            found[known.name] = None
        elif isinstance(entry, str):
            words = f"Unknown platform {entry[:60]!r}. Known: {', '.join(PLATFORMS)}."
            reader.fault(f"{name}[{number}]", words)
        else:
            reader.fault(f"{name}[{number}]", "Must be the name of a platform.")
    return list(found)


def _mode(reader: _Reader, raw: object, name: str) -> str | None:
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str) or raw not in set(Mode):
        reader.fault(name, f"Must be one of: {', '.join(Mode)}.")
        return None
    return str(raw)


def _language(reader: _Reader, raw: object, name: str) -> str:
    if raw is None or raw == "":
        return "en"
    primary, *rest = raw.strip().replace("_", "-").split("-") if isinstance(raw, str) else [""]
    plain = primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3
    if not plain or not all(part.isascii() and part.isalnum() and 2 <= len(part) <= 8 for part in rest):
        reader.fault(name, f"Must be {_LANGUAGES}.")
        return "en"
    return "-".join((primary.lower(), *rest))


_FIELDS: Final[dict[str, Callable[[_Reader, object, str], Any]]] = {
    "objective": _prose,
    "audience": _prose,
    "product": _prose,
    "tone": _line,
    "key_messages": _messages,
    "constraints": _constraints,
    "brand": _brand,
    "platforms": _platforms,
    "language": _language,
    "mode": _mode,
}
