"""Bodies of three lengths: hook, what it is, what it brings, proof, price, what to do, disclaimers.

Must not exceed the brief's limit of words, and must not pad: where the facts are too few, the note says so.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.auditing.words import count_words, first_words, holds_term
from agents.builtin import phrases
from agents.builtin.english import bare, capital, is_certain_clause, sentence, third_to_base
from agents.builtin.facts import Facts
from agents.builtin.frames import choose, fill, in_brand_words, joined, parts_of
from agents.builtin.points import Point

LENGTHS: Final = (("short", 50, 100), ("medium", 100, 200), ("long", 200, 400))
MAX_JOINED: Final = 24

OPENING, POINTS, DETAILS, LIST, PASS_ON, CLOSING, QUOTES, TERMS, DISCLAIMERS = 1, 10, 40, 50, 60, 70, 80, 90, 95


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with its place in the text, and how early it is wanted: 0 must, then 1, 2, 3 …"""

    text: str
    wanted: int
    paragraph: int


def write_body(facts: Facts, length: str, bounds: Sequence[int], calls: Sequence[str], rng: random.Random) -> dict[str, Any]:
    lowest, highest = bounds
    share = {-1: 0.08, 0: 0.3, 1: 0.75}[facts.note.size]
    most = highest if facts.max_words is None else min(highest, facts.max_words)
    target = min(int(lowest + (highest - lowest) * share), most)
    lines = _Writer(facts, length, calls, rng).lines()
    text, left_out = _compose(lines, target, most, facts)
    words = count_words(text)
    notes = []
    if words < lowest:
        limited = facts.max_words is not None and facts.max_words < lowest
        notes.append(
            f"The brief allows {facts.max_words} words, fewer than a {length} body usually has."
            if limited
            else f"The brief's facts carry {words} words; a {length} body usually has {lowest} to {highest}."
        )
    notes += [f"Does not fit in {most} words: {line.text}" for line in left_out]
    return {"length": length, "text": text, "note": " ".join(notes)[:4_000]}


class _Writer:
    """Collects every sentence that this brief can carry at this length, in reading order."""

    def __init__(self, facts: Facts, length: str, calls: Sequence[str], rng: random.Random) -> None:
        self.facts, self.length, self.rng = facts, length, rng
        self.calls = calls
        self.parts = parts_of(facts, calls[0])
        self.found: list[Line] = []

    def add(self, text: str | None, wanted: int, paragraph: int) -> bool:
        if text:
            self.found.append(Line(text, wanted, paragraph))
        return bool(text)

    def pick(self, patterns: Sequence[str], **more: str) -> str | None:
        return choose(self.facts, self.rng, patterns, {**self.parts, **more})

    def lines(self) -> list[Line]:
        facts = self.facts
        points = self._opening(list(facts.points))
        self._points(points)
        self._details()
        if self.length == "long":
            self._list()
            self._pass_on()
        for quote in facts.note.quotes:
            self.add(sentence(quote) if facts.may_say(quote) else None, 1, QUOTES)
        self.add(self.pick(phrases.CLOSERS[facts.voice]), 2, CLOSING)
        for term in facts.required:
            if not any(holds_term(line.text, term) for line in self.found if line.wanted <= 1):
                self.add(sentence(term), 0, TERMS)
        for disclaimer in facts.disclaimers:
            self.add(disclaimer, 0, DISCLAIMERS)
        return self.found or [Line(sentence(facts.name), 0, 1)]

    def _opening(self, points: list[Point]) -> list[Point]:
        """Hook and introduction; without a situation of the reader the strongest point is the hook."""
        facts, voice = self.facts, self.facts.voice
        hook = self.pick(phrases.HOOKS[facts.readers.type][voice]) if facts.readers.you and facts.note.first is None else None
        if not self.add(hook, 2, OPENING) and len(points) > 1:
            first = _strongest(points, facts.note.first)
            points = [point for point in points if point is not first]
            self.add(first.text, 1, OPENING)
            self.add(self._proof(first), 6, OPENING)
        self.add(introduction(facts, self.rng, self.parts), 1, OPENING + 1 if hook is None else OPENING)
        if not facts.readers.you or self.length != "short":
            self.add(self.pick(phrases.AUDIENCE[voice]), 4 if hook is None else 9, OPENING + 1)
        return points

    def _points(self, points: list[Point]) -> None:
        facts, voice = self.facts, self.facts.voice
        place, started = 0, False
        while place < len(points):
            point, paragraph = points[place], POINTS + place // 2
            then = points[place + 1] if place + 1 < len(points) else None
            wanted = 1 if place < 4 else 2
            pair = self._pair(point, then) if then is not None else None
            led = None
            if not started and facts.readers.you and not _about_product(point, facts):
                led = joined(facts, self.rng, phrases.WITH[voice], point)
            elif place == len(points) - 1 and place > 0 and point.form != "phrase":
                led = joined(facts, self.rng, phrases.JOINS[voice], point)
            if pair is not None and led is None:
                self.add(pair, wanted, paragraph)
                place += 2
            else:
                self.add(led or point.text, wanted, paragraph)
                place += 1
            started = True
            for said in (point, then) if pair is not None and led is None else (point,):
                self._after(said, paragraph)

    def _after(self, point: Point | None, paragraph: int) -> None:
        """What a point means for the reader, and what proves it."""
        if point is None:
            return
        self.add(self._proof(point), 3 if self.length != "short" else 6, paragraph)
        if self.length == "short":
            return
        if point.gain:
            self.add(self.pick(phrases.GAINS[self.facts.voice], gain=point.gain, Gain=capital(point.gain)), 5, paragraph)
        for pattern, texts in phrases.CONSEQUENCES:
            if re.search(pattern, point.source, re.IGNORECASE):
                said = self.pick(texts)
                if said and not any(line.text == said for line in self.found):
                    self.add(said, 6 if self.length == "long" else 8, paragraph)
                return

    def _proof(self, point: Point) -> str | None:
        return self.pick(phrases.PROOFS[self.facts.voice], proof=capital(point.proof)) if point.proof else None

    def _pair(self, one: Point, other: Point) -> str | None:
        """Two short sentences as one, for voices that speak in longer breaths."""
        facts = self.facts
        if facts.voice in ("bold", "playful") or facts.guide.short or one.proof or other.proof:
            return None
        texts = (bare(one.text), bare(other.text))
        if count_words(" ".join(texts)) > MAX_JOINED or any("," in text or " and " in text for text in texts):
            return None
        if not (is_certain_clause(texts[0]) and is_certain_clause(texts[1])) or facts.within(texts[1]) == texts[1]:
            return None
        return f"{texts[0]}, and {facts.within(texts[1])}."

    def _details(self) -> None:
        """The product's further sentences, unless the long body answers questions with them."""
        facts = self.facts
        if self.length == "long":
            return
        for detail in facts.details:
            said = by_name(detail.text, facts)
            if detail.topic == "price" and said == detail.text:
                said = joined(facts, self.rng, phrases.PRICES[facts.voice], detail) or said
            self.add(said, 3, DETAILS)
        self.add(self.pick(phrases.GOALS[facts.voice]), 4, DETAILS)

    def _list(self) -> None:
        """Short answers, one a line; then, only where words are wanted, the points once more."""
        facts = self.facts
        header = self.pick(phrases.HEADERS[facts.voice]) or ""
        entries: list[tuple[str, str, int]] = []
        if facts.readers.whole:
            entries.append(("who", sentence(facts.readers.whole), 3))
        if facts.product.does and not facts.guide.short:
            they = self.parts["they"]
            entries.append(("what", sentence(f"{they} {facts.product.does}"), 10))
        for detail in facts.details:
            kind = {"price": "price", "when": "when"}.get(detail.topic, "more")
            entries.append((kind, detail.text, 2))
        goal = self.pick(phrases.GOALS["plain"])
        entries += [("goal", goal, 3)] if goal else []
        if len(self.calls) > 1 and facts.suits(self.calls[1]):
            entries.append(("next", f"{self.calls[1]}.", 7))
        asked = set[str]()
        for number, (kind, answer, wanted) in enumerate(entries):
            self.add(self._entry("more" if kind in asked else kind, answer, header if number == 0 else ""), wanted, LIST)
            asked.add(kind)
        if len(facts.points) > 1:
            recap = self.pick(phrases.RECAPS[facts.voice]) or "In short:"
            points = "\n".join(f"– {bare(point.text)}" for point in facts.points[:5])
            self.add(f"{recap}\n{points}", 12, LIST + 1)

    def _entry(self, kind: str, answer: str, header: str) -> str:
        question, label = phrases.QUESTIONS[kind]
        if self.facts.voice in phrases.LABELLED or not self.facts.guide.questions:
            said = f"{label}: {answer}"
        else:
            said = f"{question} {answer}"
        return f"{header}\n{said}" if header else said

    def _pass_on(self) -> None:
        facts = self.facts
        if facts.readers.who and facts.readers.they:
            said = f"Do you know other {facts.readers.who} who {facts.readers.they}? Pass this on to them."
            said = in_brand_words(facts, said)
            self.add(said if facts.suits(said) else None, 11, PASS_ON)


def introduction(facts: Facts, rng: random.Random, parts: dict[str, str]) -> str | None:
    voice = facts.voice
    if not facts.product.named:
        return choose(facts, rng, phrases.UNNAMED[voice], parts)
    if not facts.product.kind:
        return choose(facts, rng, phrases.BARE[voice], parts) or sentence(facts.name)
    if facts.product.does and (facts.guide.short or voice == "bold"):
        split = choose(facts, rng, phrases.SPLIT_INTROS, parts)
        if split:
            return split
    return choose(facts, rng, phrases.INTROS[voice], parts) or fill("{Named} {be} {kind}.", parts)


def by_name(text: str, facts: Facts) -> str:
    """The sentence with the product's name for a pronoun that would stand too far from it."""
    found = re.match(r"^(?:It|They)\s+(\S+)", text)
    if found is None or not facts.product.named:
        return text
    return f"{capital(facts.name)} {text.split(' ', 1)[1]}"


def _about_product(point: Point, facts: Facts) -> bool:
    """Is the product itself the subject, so that "with the product" before it would repeat it?"""
    first = point.text.split()[0].lower()
    return (
        first in ("it", "they", "there", "no", "every", "the")
        or point.form in ("command", "phrase")
        or holds_term(point.text, facts.name)
        or third_to_base(first) is not None
    )


def _strongest(points: Sequence[Point], first: str | None) -> Point:
    """The one that a note wants first; else the first that states something whole."""
    wanted = [point for point in points if point.source == first]
    whole = [point for point in points if point.form == "clause" and not point.text.startswith(("It ", "They ", "If "))]
    return (wanted or whole or list(points))[0]


def _compose(lines: Sequence[Line], target: int, most: int, facts: Facts) -> tuple[str, list[Line]]:
    """Sentences by how much they are wanted, until the target; never more words than `most`."""
    chosen: set[int] = set()
    left_out: list[Line] = []
    words = 0
    for wanted, place in sorted((line.wanted, place) for place, line in enumerate(lines)):
        size = count_words(lines[place].text)
        if wanted > 2 and words >= target:
            break
        if words + size <= most:
            chosen.add(place)
            words += size
        elif wanted <= 1:
            left_out.append(lines[place])
    if not chosen:
        return first_words(facts.name, most), left_out
    paragraphs: dict[int, list[str]] = {}
    for place in sorted(chosen):
        paragraphs.setdefault(lines[place].paragraph, []).append(lines[place].text)
    in_order = sorted(paragraphs.items())
    return "\n\n".join(("\n" if number == LIST else " ").join(texts) for number, texts in in_order), left_out
