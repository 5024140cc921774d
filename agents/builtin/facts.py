"""What the built-in makers may say: the brief's own facts in usable form, and what a note asks to change.

Must not add a fact: a part that the brief does not give is empty, and sentences that need it are not written.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from agents.auditing.audit import read_brief
from agents.auditing.findings import Brief
from agents.auditing.languages import detect, primary
from agents.auditing.pieces import read_piece
from agents.auditing.words import holds_term, stems
from agents.builtin.english import bare, lower_first, sentence
from agents.builtin.goals import Goal, read_goal
from agents.builtin.guidelines import Guide, read_guidelines
from agents.builtin.phrases import VOICES, Action
from agents.builtin.points import Point, point, replaced, with_proofs
from agents.builtin.readers import Audience, Product, read_audience, read_product
from agents.contracts import AgentFault, AgentRequest
from agents.sections import path_of

__all__ = ["Facts", "Note", "bare", "dice", "make_anew", "read_facts", "sentence", "shuffled"]

T = TypeVar("T")

TURNS: Final = 8
CERTAIN: Final = 0.8
NAMES: Final = {
    "de": "German", "fr": "French", "nl": "Dutch", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "sv": "Swedish", "da": "Danish", "pl": "Polish", "ru": "Russian", "uk": "Ukrainian", "el": "Greek",
    "ja": "Japanese", "zh": "Chinese", "ko": "Korean", "ar": "Arabic", "he": "Hebrew",
}  # fmt: skip
SHORT_AUDIENCE: Final = 10
_QUOTED = re.compile(r"[\"\u201c\u201e]([^\"\u201c\u201d\u201e]{2,200})[\"\u201d\u201c]")
_SHORTER = re.compile(r"\b(?:short(?:er|en)?|brief(?:er)?|tight(?:er|en)?|less|cut|concise)\b", re.IGNORECASE)
_LONGER = re.compile(r"\b(?:long(?:er)?|more (?:text|detail|depth|words)|expand|extend)\b", re.IGNORECASE)
_WE = re.compile(r"\b(?:we|us|our|ours)\b|\bwe['\u2019]", re.IGNORECASE)
_DURATION = re.compile(
    r"\b(\d+|one|two|three|four|five|six|seven|ten|twelve|fourteen|thirty|sixty|ninety)[ -](day|week|month|year)s?\b",
    re.I,
)
_GIFT = re.compile(
    r"^(?P<what>(?:An?|One)\s[^,.;]+?)\s+costs?\s+(?P<sum>[€£$]?\d[\d.,]*(?:\s+(?:euros?|pounds?|dollars?))?)\.?$"
)


@dataclass(frozen=True, slots=True)
class Note:
    """A regenerate note, as far as the built-in makers understand it."""

    text: str = ""
    size: int = 0
    voice: str | None = None
    quotes: tuple[str, ...] = ()
    first: str | None = None

    def understood(self) -> list[str]:
        said = {-1: ["shorter"], 1: ["longer"]}.get(self.size, [])
        said = [*said, f"in a {self.voice} voice"] if self.voice else said
        said = [*said, f"“{self.first}” comes first"] if self.first else said
        return [*said, *(f"says “{quote}”" for quote in self.quotes)]


@dataclass(frozen=True, slots=True)
class Facts:
    """messages are the key messages as whole sentences; points the same with topic and proof, and proven claims."""

    name: str
    described: str
    audience: str
    tone: str
    voice: str
    brand_words: tuple[str, ...]
    palette: tuple[str, ...]
    messages: tuple[str, ...]
    required: tuple[str, ...]
    disclaimers: tuple[str, ...]
    prohibited: tuple[str, ...]
    max_words: int | None
    action: Action
    note: Note
    warnings: tuple[str, ...]
    product: Product
    readers: Audience
    goal: Goal
    guide: Guide
    points: tuple[Point, ...]
    details: tuple[Point, ...]
    brand: str = ""
    prefer: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    link: str = ""
    emoji: str = ""
    required_hashtags: tuple[str, ...] = ()
    banned_hashtags: frozenset[str] = frozenset()
    trial: str = ""
    gift: str = ""

    def may_say(self, text: str) -> bool:
        return not any(holds_term(text, term) for term in self.prohibited)

    def allowed(self, texts: Iterable[str]) -> list[str]:
        return [text for text in texts if self.may_say(text)]

    def suits(self, text: str) -> bool:
        """May our own sentence stand there: neither prohibited nor against the brand's words and guidelines?"""
        return (
            self.may_say(text)
            and not any(holds_term(text, word) for word in self.avoid)
            and (self.guide.exclamations or "!" not in text)
            and (self.guide.questions or "?" not in text)
            and (self.guide.we or not _WE.search(text))
        )

    @property
    def priced(self) -> bool:
        """Does the brief name a price, and nowhere say that the thing is free?"""
        said = [*self.points, *self.details]
        free = re.search(r"\b(?:is|are) free\b(?! for)|\bfree of charge\b", " ".join(entry.source for entry in said))
        return not free and any(entry.topic in ("price", "rate") and entry.counts for entry in said)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.name, self.brand)))

    def within(self, text: str) -> str:
        """The text as it stands inside a sentence."""
        return lower_first(text, self.names)


def read_facts(request: AgentRequest) -> Facts:
    brief: Mapping[str, Any] = request.inputs.get("brief") or {}
    checked = read_brief(brief)
    brand = _Brand.read(_mapping(brief.get("brand")))
    messages = list(filter(None, map(_flat, checked.key_messages)))
    kept = [message for message in messages if not _holds_any(message, checked.prohibited_terms)]
    note = _read_note(request.inputs.get("note"), kept)
    if note.first is not None:
        kept = [note.first, *(message for message in kept if message != note.first)]
    tone, goal = _flat(brief.get("tone")), read_goal(_flat(brief.get("objective")))
    product = read_product(_flat(brief.get("product")) or "this", brand.name)
    readers = read_audience(replaced(_flat(brief.get("audience")), brand.replacements))
    points = [point(replaced(message, brand.replacements), plural=product.plural) for message in kept]
    details = [detail for detail in product.details if not _holds_any(detail, checked.prohibited_terms)]
    return Facts(
        name=product.name,
        described=product.described,
        audience=readers.whole if len(readers.whole.split()) <= SHORT_AUDIENCE else "",
        tone=tone,
        voice=note.voice or _voice(tone) or _voice(" ".join(brand.words)) or "plain",
        brand_words=brand.words,
        palette=brand.palette,
        messages=tuple(entry.text for entry in points),
        required=tuple(filter(None, map(_flat, checked.required_terms))),
        disclaimers=tuple(filter(None, map(_flat, checked.disclaimers))),
        prohibited=checked.prohibited_terms,
        max_words=checked.max_words,
        action=goal.action,
        note=note,
        warnings=tuple(
            [
                *mixed_languages(brief),
                *_warnings(messages, kept, note, brand),
                *_warnings_of_name(product, checked),
                *([] if _flat(brief.get("link")) else ["The brief names no link, so no text says where to go."]),
            ][:45]
        ),
        product=product,
        readers=readers,
        goal=goal,
        guide=brand.guide,
        points=tuple(_proven(points, brief.get("claims"), checked.prohibited_terms, product)),
        details=tuple(point(replaced(text, brand.replacements), plural=product.plural) for text in details),
        brand=brand.name,
        prefer=brand.prefer,
        avoid=brand.avoid,
        link=_flat(brief.get("link")),
        trial=_trial([*kept, *product.details]),
        gift=next((f"{m['sum']} for {lower_first(m['what'])}" for text in kept if (m := _GIFT.match(text))), ""),
        **_limits(_mapping(brief.get("constraints"))),
    )


@dataclass(frozen=True, slots=True)
class _Brand:
    """The brand's part of a brief; avoid holds also what its guidelines say never to say."""

    name: str
    words: tuple[str, ...]
    palette: tuple[str, ...]
    prefer: tuple[str, ...]
    avoid: tuple[str, ...]
    replacements: Mapping[str, str]
    guide: Guide

    @classmethod
    def read(cls, brand: Mapping[str, Any]) -> _Brand:
        guide = read_guidelines(_flat(brand.get("guidelines")))
        avoid, replacements = _avoided(brand.get("avoid"))
        return cls(
            name=_flat(brand.get("name")),
            words=tuple(map(_flat, _list(brand.get("adjectives")))),
            palette=tuple(map(_flat, _list(brand.get("palette")))),
            prefer=tuple(filter(None, map(_flat, _list(brand.get("prefer"))))),
            avoid=(*avoid, *guide.avoid),
            replacements=replacements,
            guide=guide,
        )


def _limits(constraints: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "emoji": _flat(constraints.get("emoji")),
        "required_hashtags": plain_hashtags(constraints.get("required_hashtags")),
        "banned_hashtags": frozenset(tag.casefold() for tag in plain_hashtags(constraints.get("banned_hashtags"))),
    }


def _holds_any(text: str, terms: Iterable[str]) -> bool:
    return any(holds_term(text, term) for term in terms)


def refuse_other_languages(request: AgentRequest) -> None:
    """Writers call it first: English sentences for a brief in another language would be worse than none."""
    language = (request.inputs.get("brief") or {}).get("language")
    if isinstance(language, str) and language and language.replace("_", "-").split("-")[0].lower() != "en":
        words_ = (
            f"The built-in makers write English only, and this brief asks for {language[:20]!r}. "
            "Choose a model or a person for this role."
        )
        raise AgentFault("invalid", words_, "fatal")


def mixed_languages(brief: Mapping[str, Any]) -> list[str]:
    """What to tell where English sentences of ours would stand beside texts of another language."""
    texts = [_flat(brief.get(field)) for field in ("product", "audience", "objective")]
    found = detect(" ".join([*texts, *map(_flat, _list(brief.get("key_messages")))]))
    asked = primary(brief.get("language"))
    other = found.language if found.confidence >= CERTAIN and found.language != "en" else asked if asked != "en" else ""
    if not other:
        return []
    said = NAMES.get(other, f"another language ({other[:20]})")
    told = f"The brief is in {said}, but the built-in makers write English: calls to action and all sentences that are "
    told += "not the brief's own stand in English beside its texts. Choose a model or a person for this role."
    return [told]


def dice(request: AgentRequest, purpose: str, turn: int = 0) -> random.Random:
    """Chance that is the same for the same seed, product, note, purpose and turn, on every machine.

    The product is in it so that two clients of one house do not get the same turns of phrase.
    """
    note = request.inputs.get("note")
    brief = request.inputs.get("brief")
    product = _flat(brief.get("product")) if isinstance(brief, Mapping) else ""
    said = note if isinstance(note, str) else ""
    return random.Random(f"{request.seed}|{said}|{purpose}|{turn}|{product}")  # noqa: S311 - not a secret


def make_anew(slot: str, request: AgentRequest, make: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
    """The first turn of chance that does not say again what the previous version said; the last one where all do.

    Where one section was asked for, it is that section which has to say something else.
    """
    previous = request.inputs.get("previous")
    before = _told(slot, previous, request) if isinstance(previous, Mapping) else []
    made = make(0)
    for turn in range(1, TURNS):
        if not before or before != _told(slot, made, request):
            break
        made = make(turn)
    return made


def _told(slot: str, content: Mapping[str, Any], request: AgentRequest) -> list[str]:
    """What a piece or its section says, without what drawing sets into the zones of a poster."""
    section = request.inputs.get("section")
    start = (path_of(request.role, content, str(section)) or "") if section else ""
    texts = read_piece(slot, {"content": content}).texts
    return [text.text for text in texts if text.kind != "poster_text" and text.path.startswith(start)]


def shuffled(rng: random.Random, items: Sequence[T]) -> list[T]:
    return rng.sample(list(items), len(items))


def _flat(value: object) -> str:
    """One line, without control characters."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _avoided(value: object) -> tuple[tuple[str, ...], dict[str, str]]:
    """The words that the brand avoids, and what it says instead: "users -> people"."""
    words, replacements = [], {}
    for entry in filter(None, map(_flat, _list(value))):
        word, arrow, instead = (part.strip() for part in re.split(r"(->|\u2192)", entry, maxsplit=1)) if re.search(
            r"->|\u2192", entry
        ) else (entry, "", "")  # fmt: skip
        if word:
            words.append(word)
            replacements.update({word: instead} if arrow and instead else {})
    return tuple(words), replacements


def _warnings(messages: Sequence[str], kept: Sequence[str], note: Note, brand: _Brand) -> list[str]:
    left_out = [
        f"Left out a key message that holds a prohibited term: “{message[:200]}”."
        for message in messages
        if message not in kept and message != note.first
    ]
    said = [
        f"The key message “{message[:200]}” holds “{word[:60]}”, which the brand avoids; it is said as it is."
        for message in kept
        for word in brand.avoid
        if word not in brand.replacements and holds_term(message, word)
    ]
    return (left_out + said)[:40]


def _warnings_of_name(product: Product, checked: Brief) -> list[str]:
    return [
        f"The product's name holds the prohibited term “{term[:60]}”; sentences with the name were left out."
        for term in checked.prohibited_terms
        if holds_term(product.name, term)
    ]


def _proven(points: list[Point], claims: object, prohibited: Sequence[str], product: Product) -> list[Point]:
    pairs = [
        (_flat(entry.get("claim")), bare(_flat(entry.get("proof"))))
        for entry in _list(claims)
        if isinstance(entry, Mapping) and _flat(entry.get("claim"))
    ]
    sayable = [pair for pair in pairs if not _holds_any(" ".join(pair), prohibited)]
    return with_proofs(points, sayable, plural=product.plural)


def plain_hashtags(value: object) -> tuple[str, ...]:
    """Without the sign, without what no platform reads as part of a tag, and without tags that hold no letter."""
    tags = (re.sub(r"\W", "", _flat(entry).lstrip("#")) for entry in _list(value))
    return tuple(dict.fromkeys(tag for tag in tags if re.search(r"[^\W\d_]", tag)))


def uses(text: str, word: str) -> bool:
    """Does the text hold the word in any of its forms?"""
    wanted = stems(word)
    return holds_term(text, word) or bool(wanted and wanted <= stems(text))


def _trial(texts: Sequence[str]) -> str:
    """How long a trial lasts, as the brief says it: 30 days."""
    for text in texts:
        if re.search(r"\btrial\b", text, re.IGNORECASE) and (found := _DURATION.search(text)):
            return found.group().replace("-", " ")
    return ""


def _voice(text: str) -> str | None:
    folded = text.casefold()
    found = [(folded.find(word), name) for name, words in VOICES.items() for word in words if word in folded]
    return min(found)[1] if found else None


def _read_note(value: object, messages: Sequence[str]) -> Note:
    text = _flat(value)
    if not text:
        return Note()
    size = -1 if _SHORTER.search(text) else 1 if _LONGER.search(text) else 0
    wanted = stems(_QUOTED.sub(" ", text))
    shares = [(len(wanted & stems(message)), -number) for number, message in enumerate(messages)]
    best = max(shares, default=(0, 0))
    return Note(text, size, _voice(text), tuple(_QUOTED.findall(text))[:3], messages[-best[1]] if best[0] else None)
