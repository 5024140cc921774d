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
from agents.auditing.families.coverage import name_of
from agents.auditing.pieces import read_piece
from agents.auditing.words import holds_term, stems
from agents.builtin.phrases import ACTIONS, VOICES, Action
from agents.contracts import AgentRequest

T = TypeVar("T")

MAX_NAME_WORDS: Final = 8
TURNS: Final = 8
MAX_AUDIENCE_WORDS: Final = 10
_QUOTED = re.compile(r"[\"\u201c\u201e]([^\"\u201c\u201d\u201e]{2,200})[\"\u201d\u201c]")
_SHORTER = re.compile(r"\b(?:short(?:er|en)?|brief(?:er)?|tight(?:er|en)?|less|cut|concise)\b", re.IGNORECASE)
_LONGER = re.compile(r"\b(?:long(?:er)?|more (?:text|detail|depth|words)|expand|extend)\b", re.IGNORECASE)


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

    def may_say(self, text: str) -> bool:
        return not any(holds_term(text, term) for term in self.prohibited)

    def allowed(self, texts: Iterable[str]) -> list[str]:
        return [text for text in texts if self.may_say(text)]


def read_facts(request: AgentRequest) -> Facts:
    brief: Mapping[str, Any] = request.inputs.get("brief") or {}
    checked = read_brief(brief)
    raw_brand = brief.get("brand")
    brand: Mapping[str, Any] = raw_brand if isinstance(raw_brand, Mapping) else {}
    messages = list(filter(None, map(_flat, checked.key_messages)))
    kept = [message for message in messages if not any(holds_term(message, t) for t in checked.prohibited_terms)]
    note = _read_note(request.inputs.get("note"), kept)
    if note.first is not None:
        kept = [note.first, *(message for message in kept if message != note.first)]
    tone = _flat(brief.get("tone"))
    name, described = _name(_flat(brief.get("product")) or "this")
    brand_words = tuple(map(_flat, _list(brand.get("adjectives"))))
    return Facts(
        name=name,
        described=described,
        audience=_audience(_flat(brief.get("audience"))),
        tone=tone,
        voice=note.voice or _voice(tone) or _voice(" ".join(brand_words)) or "plain",
        brand_words=brand_words,
        palette=tuple(map(_flat, _list(brand.get("palette")))),
        messages=tuple(sentence(message) for message in kept),
        required=tuple(filter(None, map(_flat, checked.required_terms))),
        disclaimers=tuple(filter(None, map(_flat, checked.disclaimers))),
        prohibited=checked.prohibited_terms,
        max_words=checked.max_words,
        action=_action(_flat(brief.get("objective"))),
        note=note,
        warnings=tuple(
            f"Left out a key message that holds a prohibited term: “{message[:200]}”."
            for message in messages
            if message not in kept and message != note.first
        ),
    )


def dice(request: AgentRequest, purpose: str, turn: int = 0) -> random.Random:
    """Chance that is the same for the same seed, note, purpose and turn, on every machine."""
    note = request.inputs.get("note")
    return random.Random(f"{request.seed}|{note if isinstance(note, str) else ''}|{purpose}|{turn}")  # noqa: S311 - not a secret


def make_anew(slot: str, request: AgentRequest, make: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
    """The first turn of chance that does not say again what the previous version said; the last one where all do."""
    previous = request.inputs.get("previous")
    before = read_piece(slot, {"content": previous}).texts if isinstance(previous, Mapping) else ()
    made = make(0)
    for turn in range(1, TURNS):
        if not before or before != read_piece(slot, {"content": made}).texts:
            break
        made = make(turn)
    return made


def shuffled(rng: random.Random, items: Sequence[T]) -> list[T]:
    return rng.sample(list(items), len(items))


def sentence(text: str) -> str:
    """The text with a capital and an end mark; nothing else changes."""
    text = text.strip()
    if not text:
        return text
    # A first word with a capital further in is a name (iPhone, eBay).
    first = text.split(None, 1)[0]
    text = text if first[1:] != first[1:].lower() else text[0].upper() + text[1:]
    return text if text[-1] in ".!?…" else text + "."


def bare(text: str) -> str:
    """A message without its full stop, for use within a line."""
    return text.rstrip(". ")


def _flat(value: object) -> str:
    """One line, without control characters."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _name(product: str) -> tuple[str, str]:
    """How to call the product in a sentence, and the rest of what the brief says it is."""
    name = name_of(product) or product
    if not product.startswith(name):  # a description with an article: "a steel bottle that …"
        return f"the {_few(name)}", product.rstrip(".")
    return _few(name), product[len(name) :].lstrip(" ,:;-\u2013\u2014(").rstrip(" ).")


def _few(name: str) -> str:
    return " ".join(name.split()[:MAX_NAME_WORDS])


def _audience(text: str) -> str:
    first = re.split(r"[.;]|,\s", text, maxsplit=1)[0].strip()
    if not first or len(first.split()) > MAX_AUDIENCE_WORDS:
        return ""
    word = first.split()[0]
    lower = len(first.split()) > 1 and word[1:] == word[1:].lower()
    return first[0].lower() + first[1:] if lower else first


def _voice(text: str) -> str | None:
    folded = text.casefold()
    found = [(folded.find(word), name) for name, words in VOICES.items() for word in words if word in folded]
    return min(found)[1] if found else None


def _action(objective: str) -> Action:
    folded = objective.casefold()
    found = [
        (folded.find(word), number)
        for number, action in enumerate(ACTIONS)
        for word in action.words
        if re.search(rf"\b{word}", folded)
    ]
    return ACTIONS[min(found)[1]] if found else ACTIONS[-1]


def _read_note(value: object, messages: Sequence[str]) -> Note:
    text = _flat(value)
    if not text:
        return Note()
    size = -1 if _SHORTER.search(text) else 1 if _LONGER.search(text) else 0
    wanted = stems(_QUOTED.sub(" ", text))
    shares = [(len(wanted & stems(message)), -number) for number, message in enumerate(messages)]
    best = max(shares, default=(0, 0))
    return Note(text, size, _voice(text), tuple(_QUOTED.findall(text))[:3], messages[-best[1]] if best[0] else None)
