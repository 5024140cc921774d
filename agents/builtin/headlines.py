"""Headlines of different construction out of the brief's own facts. Must not say the same thing twice in one set."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from agents.auditing.wordpairs import shared
from agents.auditing.words import stems
from agents.builtin import lexicon
from agents.builtin.english import bare, brief_kind, capital, cut_to_clauses, stopped
from agents.builtin.facts import Facts
from agents.builtin.frames import choose, fill, in_brand_words, parts_of
from agents.builtin.ideas import IDEAS, LONGEST, ideas
from agents.builtin.sentences import by_name

MOST: Final = 90
GOOD: Final = 68
WANTED: Final = 5
ENOUGH: Final = 4
ALIKE: Final = 0.5
SAME: Final = 0.75
WEAK: Final = ("description", "asked", "how", "call")
ROOMY: Final = ("promise", "proof", *IDEAS)
"""Constructions that are worth a longer line."""
"""What is said only where the facts give nothing better, a second of these included."""
SECOND: Final = ("second point", "second benefit")
SHORT_AUDIENCE: Final = 7

_CONTRAST: Final = re.compile(r"\bnot\b|\bwithout\b|\binstead of\b|\bbut\b|\bno\b", re.IGNORECASE)
_BEATS: Final = re.compile(
    r"\b(?P<time>\d+ (?:days?|weeks?|minutes?|hours?))\b.*?\b(?P<no>no [a-z -]+)$", re.IGNORECASE
)

_NEGATIVE: Final = re.compile(r"\b(?:no|nobody|nothing|never|not)\b")
_ORDER: Final = {
    "playful": ("answer", "then and now", "point", "figures", "proof", "two facts", "contrast", "question", "wanted",
                "benefit", "promise", "number", "invitation", "command", "description", "asked", "how", "call"),
    "formal": ("wanted", "then and now", "figures", "proof", "point", "promise", "benefit", "two facts", "invitation",
               "number", "contrast", "description", "command", "asked", "how", "call"),
    "warm": ("answer", "then and now", "point", "wanted", "proof", "promise", "two facts", "figures", "invitation",
             "question", "benefit", "number", "contrast", "command", "description", "asked", "how", "call"),
    "bold": ("answer", "figures", "proof", "point", "wanted", "then and now", "contrast", "promise", "two facts",
             "invitation", "question", "number", "command", "benefit", "description", "asked", "how", "call"),
    "plain": ("then and now", "wanted", "proof", "point", "figures", "benefit", "promise", "two facts", "question",
              "number", "contrast", "invitation", "command", "description", "asked", "how", "call"),
}  # fmt: skip
"""What each voice reaches for first; formal does without questions."""

_SPARE: Final = (
    "{Name}", "For {audience}", "Help pay for {purpose}", "Time to {verb}", "What you should know", "Here it is",
    "Read on", "Details inside", "Welcome",
)  # fmt: skip


def headlines(facts: Facts, calls: list[str], rng: random.Random, warnings: list[str]) -> list[tuple[str, str]]:
    found: dict[str, list[str]] = {}
    for construction, text in _candidates(facts, calls, rng):
        if text and len(text) <= MOST and facts.suits(text):
            found.setdefault(construction, []).append(text)
    chosen: list[tuple[str, str]] = []
    order = list(_ORDER[facts.voice])
    ideas_of_voice = [name for name in order[:5] if name in found]
    if len(ideas_of_voice) > 1 and rng.random() < 0.5:
        one, other = (order.index(name) for name in ideas_of_voice[:2])
        order[one], order[other] = order[other], order[one]
    if facts.note.first is not None:
        order.sort(key=lambda name: facts.note.first not in found.get(name, []))
    strong = [name for name in order if name not in WEAK]
    for names, longest in ((strong, GOOD), (SECOND, GOOD), (strong, MOST)):
        _add(chosen, names, longest, found, WANTED)
    for longest in (GOOD, MOST):
        _add(chosen, order, longest, found, ENOUGH)
    return _enough(facts, chosen, warnings)


def _add(
    chosen: list[tuple[str, str]], names: Sequence[str], longest: int, found: Mapping[str, Sequence[str]], most: int
) -> None:
    """One of each construction that is not there yet, as long as some are wanted."""
    for name in names:
        there = [construction for construction, _ in chosen]
        if len(chosen) >= most or name in there or (name == "question" and "answer" in there):
            continue
        construction = name.removeprefix("second ")
        limit = max(longest, LONGEST) if construction in ROOMY else longest
        best = next((t for t in found.get(construction, ()) if len(t) <= limit and _is_new(t, chosen)), None)
        if best is not None:
            chosen.append((name, best))


def _is_new(text: str, chosen: list[tuple[str, str]]) -> bool:
    """No other says it, in whole or in one of two sentences."""
    said = {part.casefold() for part in cut_to_clauses(stopped(text))}
    words_ = stems(text)
    return all(
        shared(text, other) < ALIKE
        and len(words_ & stems(other)) < SAME * max(1, min(len(words_), len(stems(other))))
        and not said & {part.casefold() for part in cut_to_clauses(stopped(other))}
        for _, other in chosen
    )


def _candidates(facts: Facts, calls: list[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    parts = parts_of(facts, calls[0])
    yield from ideas(facts, parts)
    if facts.goal.wanted:
        yield "wanted", f"Wanted: {facts.goal.wanted} for {facts.name}"
    yield from _of_points(facts, rng)
    yield from _questions(facts, parts)
    yield from _of_product(facts, parts)
    if len(facts.readers.whole.split()) <= SHORT_AUDIENCE:
        yield "description", choose(facts, rng, ("{Name} for {audience}", "For {audience}: {name}"), parts) or ""
    yield from (("call", call) for call in calls)


def _of_points(facts: Facts, rng: random.Random) -> Iterator[tuple[str, str]]:
    points = list(facts.points)
    if rng.random() < 0.4:
        points[:2] = reversed(points[:2])
    points.sort(key=lambda point: facts.note.first != point.source)
    for point in points:
        # Nothing before a headline says who "they" are.
        lone = point.form in ("participle", "predicate") and not re.search(r"\b(?:they|it|them)\b", point.source)
        source = point.source if lone else by_name(point.text, facts)
        text = capital(bare(source))
        if point.form == "command":
            yield "command", text
        elif beats := _BEATS.search(text):
            yield "contrast", f"{capital(beats['time'])}, {beats['no']}"
            yield "number", text
        elif point.proof:
            yield "proof", text
        elif point.counts:
            yield "number", text
        elif _CONTRAST.search(text) and not text.startswith("There "):
            yield "contrast", text
        else:
            yield "benefit", text


def _questions(facts: Facts, parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """ "Read labels?" sounds like an order; only what troubles or is missing can be asked in passing."""
    habit = facts.readers.type == "habit"
    for asked in filter(None, map(parts.get, ("question",) if habit else ("short", "question"))):
        yield "asked" if habit else "question", in_brand_words(facts, asked)


def _of_product(facts: Facts, parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    product, name = facts.product, parts["Name"]
    does = product.does.split()
    if does and does[0] in lexicon.DOING and not _NEGATIVE.search(product.does):
        yield "how", f"How {facts.name} {product.does}"
    if does:
        yield "promise", f"{name}: {_definite(brief_kind(product.head))} that {product.does}"
    if product.named:
        yield "promise", fill("{Name}: {kind}", dict(parts)) or ""
        yield "description", fill("{Name}: {kind}", dict(parts)) or ""
        if len(brief_kind(product.kind).split()) > 2:
            yield "description", f"{name}, {brief_kind(product.kind)}"


def _definite(noun_phrase: str) -> str:
    return re.sub(r"^an?\s", "the ", noun_phrase)


def _enough(facts: Facts, chosen: list[tuple[str, str]], warnings: list[str]) -> list[tuple[str, str]]:
    """At least three; plain ones where the facts or prohibited terms leave nothing else."""
    parts = parts_of(facts, "")
    spare = [text for pattern in _SPARE if (text := fill(pattern, parts))]
    for text in spare:
        if len(chosen) < 3 and len(text) <= 2 * MOST and facts.may_say(text) and _is_new(text, chosen):
            chosen.append(("plain", text))
    if len(chosen) < 3:
        name = facts.name[: 2 * MOST]
        warnings.append("The brief leaves too little to say for headlines that differ.")
        texts = [*([name] if facts.may_say(name) else []), "→", "→ →", "…"]
        chosen += [("plain", text) for text in texts if _is_new(text, chosen)][: 3 - len(chosen)]
    return _numbered(chosen)


def _numbered(chosen: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Constructions differ, also where several are plain."""
    names = [name for name, _ in chosen]
    return [
        (name if names.index(name) == place else f"{name} {names[:place].count(name) + 1}", text)
        for place, (name, text) in enumerate(chosen)
    ]
