"""Bodies of three lengths: hook, what it is, what it brings, proof, price, what to do, disclaimers.

Must not exceed the brief's limit of words, and must not pad: where the facts are too few, the note says so.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any, Final

from agents.auditing.words import count_words, holds_term, stems
from agents.builtin import lexicon, phrases, reasons
from agents.builtin.composing import LIST, REASONS, Line, compose
from agents.builtin.english import bare, capital, cut_to_clauses, is_certain_clause, is_thing, sentence, stopped
from agents.builtin.facts import Facts
from agents.builtin.frames import choose, fill, in_brand_words, joined, parts_of
from agents.builtin.ideas import LIGHT, ideas
from agents.builtin.meanings import meanings, question_for
from agents.builtin.points import Point, parted, shared_subject, strongest, tells_how
from agents.builtin.sentences import audience_line, by_name, entry, grouped, introduction, signed, untold

LENGTHS: Final = (("short", 50, 100), ("medium", 100, 200), ("long", 200, 400))
MAX_JOINED: Final = 24
MAX_SENTENCE: Final = 30
COVERED: Final = 0.6
SHORT: Final = 18
"""Words of a sentence that is still short, for brands that ask for short ones."""
MOST_REASONS: Final = 6
"""How many points may be said once more."""
SAID_IN_QUESTION: Final = 2
"""Telling words that a question and what follows from its answer may not share."""
MOST_MEANT: Final = 2
"""How often a medium body says what a fact means: the long one has the rest."""
MOST_ASKED: Final = 4
"""How many questions of the reader a long body answers."""
SLOGANS: Final = ("answer", "then and now", "figures")
"""Ideas of headlines with which a long text may end."""
DASH: Final = "\u2013"
_STATED: Final = re.compile(r"^(?:It costs|They cost|The rate is|It is open|It takes place|It runs|They start) ")
PEOPLE: Final = frozenset(
    "you customers people guests visitors members children staff teams everybody everyone".split()
)

OPENING, POINTS, DETAILS, PASS_ON, SLOGAN, CLOSING = 1, 10, 40, 60, 65, 70
QUOTES, TERMS, DISCLAIMERS = 80, 90, 95
"""Paragraphs in reading order; the points take as many as they need from theirs on."""


def write_bodies(facts: Facts, calls: Sequence[str], rng: random.Random) -> list[dict[str, Any]]:
    """One of each length; what one has said in our own words the next says in others, where there are others."""
    used = set[str]()
    return [_write_body(facts, length, bounds, _Writer(facts, length, calls, rng, used)) for length, *bounds in LENGTHS]


def _write_body(facts: Facts, length: str, bounds: Sequence[int], writer: _Writer) -> dict[str, Any]:
    lowest, highest = bounds
    share = {-1: 0.08, 0: 0.3, 1: 0.75}[facts.note.size]
    most = highest if facts.max_words is None else min(highest, facts.max_words)
    target = min(int(lowest + (highest - lowest) * share), most)
    lines = writer.lines()
    text, left_out = compose(lines, lowest, target, most, facts)
    words = count_words(text)
    notes = []
    if words < lowest:
        limited = facts.max_words is not None and facts.max_words < lowest
        notes.append(
            f"The brief allows {facts.max_words} words, fewer than a {length} body usually has."
            if limited
            else f"The brief's facts carry {words} words; a {length} body usually has {lowest} to {highest}. "
            "More key messages or sentences about the product would fill it, and nothing was made up instead."
        )
    notes += [f"Does not fit in {most} words: {line.text}" for line in left_out]
    return {"length": length, "text": text, "note": " ".join(notes)[:4_000]}


class _Writer:
    """Collects every sentence that this brief can carry at this length, in reading order."""

    def __init__(self, facts: Facts, length: str, calls: Sequence[str], rng: random.Random, used: set[str]) -> None:
        self.facts, self.length, self.rng, self.used = facts, length, rng, used
        self.calls = calls
        self.parts = parts_of(facts, calls[0])
        self.found: list[Line] = []
        self.meanings = self.asked = self.meant = 0
        self.just_asked = False

    def add(self, text: str | None, wanted: int, paragraph: int) -> bool:
        if text:
            self.found.append(Line(text, wanted, paragraph))
        return bool(text)

    def pick(self, patterns: Sequence[str], **more: str) -> str | None:
        said = choose(self.facts, self.rng, patterns, {**self.parts, **more}, self.used)
        if said:
            self.used.add(said)
        return said

    def lines(self) -> list[Line]:
        facts = self.facts
        points = self._opening(grouped(facts.points, facts, self.rng))
        self._points(points)
        self._details()
        self._recap()
        self._pass_on()
        for quote in facts.note.quotes:
            self.add(sentence(quote) if facts.may_say(quote) else None, 1, QUOTES)
        self._closing()
        for term in facts.required:
            if not any(holds_term(line.text, term) for line in self.found if line.wanted <= 1):
                self.add(signed(facts, term), 0, TERMS)
        for disclaimer in facts.disclaimers:
            self.add(stopped(disclaimer), 0, DISCLAIMERS)
        return self.found or [Line(sentence(facts.name), 0, 1)]

    def _closing(self) -> None:
        """Advice, a second door, and what to do, with the address where the text is not short."""
        facts, voice = self.facts, self.facts.voice
        if facts.action.name != "buy" or facts.priced:
            wanted = 7 if facts.action.name in reasons.WORTH_SAYING and self.length == "long" else 21
            advice = reasons.ADVICE.get(facts.action.name, ())
            self.add(self.pick(advice), wanted, PASS_ON)
            told = {line.text for line in self.found}
            more = choose(facts, self.rng, advice, self.parts, told)
            self.add(more if more not in told else None, 24, PASS_ON)
        asks = next((call for call in self.calls[1:] if call.startswith("Ask")), "")
        asks = "" if "show you" in asks else asks
        asks = asks or (f"Ask us about {facts.name}" if facts.link and facts.action.name != "give" else "")
        if asks and self.length == "long":
            self.add(self.pick(phrases.UNSURE[voice], other=_inner(asks), Other=asks), 20, PASS_ON)
            self.add(self.pick(phrases.REASSURING[voice]), 22, PASS_ON)
        if self.length == "long":
            found = (text for name, text in ideas(facts, self.parts) if name in SLOGANS and text.endswith("."))
            self.add(next(filter(facts.suits, found), None), 8, SLOGAN)
        linked = self.length != "short" and facts.link
        said = self.pick(self._in_time(phrases.LINKED[voice]), link=facts.link) if linked else None
        self.add(said or self.pick(self._in_time(phrases.CLOSERS[voice])), 1, CLOSING)

    def _in_time(self, patterns: Sequence[str]) -> Sequence[str]:
        """Without those that leave time, where there is a deadline."""
        if not self.facts.goal.deadline:
            return patterns
        return [pattern for pattern in patterns if not any(word in pattern for word in phrases.PATIENT)] or patterns

    def _opening(self, points: list[Point]) -> list[Point]:
        """Hook and introduction; without a situation of the reader the strongest point is the hook."""
        facts, voice = self.facts, self.facts.voice
        hook = self._hook()
        if not self.add(hook, 2, OPENING) and len(points) > 1:
            first = strongest(points, facts.note.first)
            points = [point for point in points if point is not first]
            self.add(first.text, 1, OPENING)
            self.add(self._proof(first), 6, OPENING)
        introduced = hook is not None and bool(facts.product.kind) and facts.product.kind in hook
        if introduced:
            self.found[-1] = Line(hook or "", 1, OPENING)
        else:
            named = hook is not None and holds_term(hook, facts.name)
            self.add(introduction(facts, self.rng, self.parts, named=named), 1, OPENING)
        if facts.goal.wanted:
            told = self.pick(phrases.WANTED[voice], wanted=facts.goal.wanted)
            self.add(told or self.pick(phrases.WANTED_BY, wanted=facts.goal.wanted), 2, OPENING)
        if hook is None:
            self.add(audience_line(facts, self.rng, self.parts), 4 if self.length != "long" else 11, OPENING)
        return points

    def _hook(self) -> str | None:
        readers = self.facts.readers
        if not readers.you or self.facts.note.first is not None:
            return None
        kind = "want" if readers.type == "torn" else readers.type
        hooks = phrases.HOOKS[kind][self.facts.voice]
        if self.facts.guide.short:
            hooks = tuple(hook for hook in hooks if self._is_short(hook))
        return self.pick(hooks)

    def _is_short(self, pattern: str) -> bool:
        return all(len(part.split()) <= SHORT for part in cut_to_clauses(fill(pattern, self.parts) or ""))

    def _points(self, points: list[Point]) -> None:
        facts, voice = self.facts, self.facts.voice
        place, started = 0, False
        while place < len(points):
            # A last point that would stand alone joins the paragraph before it.
            alone = place == len(points) - 1 and place % 2 == 0 and place > 0
            point, paragraph = points[place], POINTS + (place - alone) // 2
            then = points[place + 1] if place + 1 < len(points) else None
            wanted = 1 if place < 2 else 2
            pair = self._pair(point, then) if then is not None and self.length != "long" else None
            led = None
            asked = self._asked(point)
            if asked:
                led = f"{asked} {point.text}"
            elif point.topic == "result" and point.proof:
                led = joined(facts, self.rng, phrases.RESULTS[voice], point)
            elif not started and self._may_lead(point):
                led = joined(facts, self.rng, phrases.WITH[voice], point)
            elif place == len(points) - 1 and place > 2 and (point.form == "clause" or voice == "playful"):
                led = joined(facts, self.rng, phrases.JOINS[voice], point)
            if pair is not None and led is None:
                self.add(pair, wanted, paragraph)
                place += 2
            else:
                self.add(self._meaning(self._proven(led or point.text, point), point), wanted, paragraph)
                place += 1
            started = True
            for said in (point, then) if pair is not None and led is None else (point,):
                self._after(said, paragraph)

    def _asked(self, point: Point) -> str:
        """What the reader would ask before this point; not of two points that follow each other."""
        facts = self.facts
        may = self.length == "long" and facts.voice != "formal" and self.asked < MOST_ASKED and not self.just_asked
        question = (
            in_brand_words(facts, question_for(point.source)) if may and point.form in ("clause", "command") else ""
        )
        self.just_asked = bool(question) and facts.suits(question)
        self.asked += self.just_asked
        return question if self.just_asked else ""

    def _after(self, point: Point | None, paragraph: int) -> None:
        """What a point means for the reader, and what proves it."""
        if point is None:
            return
        self.add(self._proof(point), 2, paragraph)
        if self.length == "short":
            return
        beside = self._consequence(point)
        if beside and not beside.startswith("so "):
            self.add(beside, 6, paragraph)
            self.meant += 1
        if point.gain:
            self.add(
                self.pick(phrases.GAINS[self.facts.voice], gain=point.gain, Gain=capital(point.gain)), 5, paragraph
            )

    def _consequence(self, point: Point) -> str:
        """What the point means for the reader; nothing where that was said before in this text."""
        facts = self.facts
        if self.length == "medium" and self.meant >= MOST_MEANT:
            return ""
        if " without " in f" {point.proof} ":
            return ""  # the proof takes something back
        if self.length == "short" or (point.form == "phrase" and bare(point.source) not in point.text):
            return ""
        concluded = re.search(r", (?:so|because)\b|\bso that\b", point.source)
        said = [
            in_brand_words(facts, text)
            for text in meanings(point.source, facts.action.name, light=facts.voice in LIGHT)
            if not (concluded and text.startswith("so "))
        ]
        heard = " ".join(line.text for line in self.found).casefold()
        asked = stems(question_for(point.source)) if self.length == "long" else frozenset()
        return next(
            (
                text
                for text in said
                if facts.suits(text)
                and text.removeprefix("so ").casefold() not in heard
                and len(asked & stems(text)) < SAID_IN_QUESTION
            ),
            "",
        )

    def _meaning(self, text: str, point: Point) -> str:
        text = self._in_short_sentences(text, point)
        so = self._consequence(point)
        fits = (
            so.startswith("so ")
            and text.endswith(".")
            and not point.proof
            and count_words(f"{text} {so}") <= MAX_SENTENCE
        )
        if not fits:
            return text
        so = so.removeprefix("so ")
        ways = reasons.FOLLOWS[self.facts.voice]
        self.meanings += 1
        self.meant += 1
        return ways[min(self.meanings, len(ways)) - 1].format(text=bare(text), so=so, So=capital(so))

    def _in_short_sentences(self, text: str, point: Point) -> str:
        """Two statements as two sentences, for voices that speak in short ones, if one still says the message."""
        if not (self.facts.voice == "bold" or self.facts.guide.short) or text != point.text:
            return text
        parts = parted(text)
        wanted = stems(point.source)
        whole = any(len(stems(part) & wanted) >= COVERED * len(wanted) for part in parts)
        if not whole or len(parts) < 2:
            return text
        first, *rest = parts
        subject = shared_subject(parts)
        if not subject or subject.lower() in ("you", "we", "it", "they"):
            return " ".join(parts)
        if not is_thing(subject):
            return text
        return " ".join([first, *(f"It {part.removeprefix(subject).lstrip()}" for part in rest)])

    def _may_lead(self, point: Point) -> bool:
        """Does "with the product" make sense before it: does the reader need something that this point brings?"""
        facts = self.facts
        fits = facts.readers.type in ("problem", "lack", "want", "torn") and facts.action.name not in ("give", "apply")
        first = point.text.split()[0].lower()
        return fits and bool(facts.readers.you) and facts.product.named and first in PEOPLE

    def _proof(self, point: Point) -> str | None:
        if not point.proof or tells_how(point.proof):
            return None
        return self.pick(phrases.PROOFS[self.facts.voice], proof=point.proof)

    def _proven(self, text: str, point: Point) -> str:
        """The sentence with its proof in brackets, where the proof says how something was measured."""
        return f"{bare(text)} ({point.proof})." if tells_how(point.proof) else text

    def _pair(self, one: Point, other: Point) -> str | None:
        """Two short sentences as one, for voices that speak in longer breaths."""
        facts = self.facts
        if facts.voice in ("bold", "playful") or facts.guide.short or one.proof or other.proof:
            return None
        # Two statements about different things do not become one thought by an "and".
        if not stems(one.source) & stems(other.source) or self._consequence(one) or self._consequence(other):
            return None
        texts = (bare(one.text), bare(other.text))
        joint = any("," in text or " and " in text or text[-1:] in "!?…" for text in texts)
        if count_words(" ".join(texts)) > MAX_JOINED or joint:
            return None
        if not (is_certain_clause(texts[0]) and is_certain_clause(texts[1])) or facts.within(texts[1]) == texts[1]:
            return None
        return f"{texts[0]}, and {facts.within(texts[1])}."

    def _details(self) -> None:
        """The product's further sentences; a long body that tells when and for how much does so line by line."""
        facts = self.facts
        long = self.length == "long"
        parts = untold(facts, parted_too=True) if long else []
        listed = [detail for detail in parts if detail.topic in phrases.LABELS]
        listed = listed if len({detail.topic for detail in listed}) > 1 else []
        details = parts if listed else untold(facts, parted_too=False)
        for detail in details:
            if detail in listed:
                continue
            said = by_name(detail.text, facts)
            if detail.topic == "price" and said == detail.text and not long:
                said = joined(facts, self.rng, phrases.PRICES[facts.voice], detail) or said
            said = self._meaning(said, detail) if long else said
            self.add(said, 2 if detail.topic in ("when", "price", "rate", "pay") else 3, DETAILS)
        goal = self.pick(phrases.GOALS[facts.voice])
        self.add(goal, 4 if not long else 3, DETAILS)
        header = self.pick(phrases.HEADERS[facts.voice]) or ""
        entries = sorted(listed, key=lambda detail: list(phrases.LABELS).index(detail.topic))
        for number, detail in enumerate(entries):
            again = number > 0 and entries[number - 1].topic == detail.topic
            said = by_name(detail.text, facts) if again else self._entry(detail.topic, detail.text)
            said = self._meaning(said, detail)
            self.add(f"{header}\n{said}" if number == 0 and header else said, 2, LIST)

    def _recap(self) -> None:
        """Some of the points once more, only where words are wanted that the facts do not give."""
        facts = self.facts
        if len(facts.points) < 4 or self.length != "long":
            return
        header = self.pick(phrases.REASONS[facts.voice])
        if not header:
            return
        told = [f"{DASH} {entry(point.text, facts)}" for point in facts.points[:MOST_REASONS]]
        self.add("\n".join([header, *told[:2]]), 10, REASONS)
        for more, text in enumerate(told[2:], 11):
            self.add(text, more, REASONS)

    def _entry(self, kind: str, answer: str) -> str:
        """Cost: 12 pounds with shoes and harness."""
        short = _STATED.sub("", answer)
        return f"{phrases.LABELS[kind]}: {short}" if short != answer else by_name(answer, self.facts)

    def _pass_on(self) -> None:
        own = next((word for word in self.facts.prefer if word.casefold() in lexicon.COMPANY), "")
        self.add(f"Please pass this on to your {own}." if own else None, 5, PASS_ON)


def _inner(call: str) -> str:
    """A call as it stands inside a sentence."""
    return call[:1].lower() + call[1:]
