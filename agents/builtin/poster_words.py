"""What the posters of a brief say: a headline, the sentence under it, the list, the figure and the fine print.

Must not say what the brief does not, nor let two directions say the same as long as there is something else.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from agents.auditing.words import stems
from agents.builtin.english import capital, stopped
from agents.builtin.facts import Facts, bare
from agents.builtin.frames import calls_to_action, parts_of
from agents.builtin.ideas import slogans
from agents.builtin.posters import reading
from agents.builtin.posters.layouts.registry import LAYOUTS
from agents.builtin.sentences import by_name, entry, untold

_UNNAMED = re.compile(
    r"^(?:They are|It is|They['\u2019]re|It['\u2019]s)\s+(?=\w+ed\b|(?:hand)?made\b|built\b|cut\b|grown\b)"
)
_MONEY: Final = re.compile(
    r"[$€£¥]|\b(?:euros?|dollars?|pounds?|francs?|crowns?|cents?|pence|usd|eur|gbp|chf)\b", re.IGNORECASE
)
_COSTS: Final = re.compile(r"\bcosts?\b|\bprices?\b|\bfee\b|\bfares?\b|\bfrom \W?\d", re.IGNORECASE)
_VOICE: Final = re.compile(r"\b(?:we|our|us|I|my|me)\b|\b(?:we|I)['\u2019]", re.IGNORECASE)
_PRONOUN: Final = re.compile(r"\b(?:they|them)\b")
_LEAVING: Final = re.compile(r"\b(?:pause|cancel|stop|quit|return)\b", re.IGNORECASE)
"""What nobody puts first on a poster: how to leave."""

LONGEST_ITEM: Final = 72
LONGEST_BODY: Final = 130
LONGEST_PRACTICAL: Final = 190
LONGEST_ROW: Final = 66
PROVED: Final = 0.75
SOFT: Final = ("Ask", "Find out", "Read", "See", "Take a look", "Get to know")
COMING: Final = ("join", "visit", "book", "enrol", "sign up", "volunteer", "apply", "open")
"""Actions for which a reader has to be somewhere, or to know the pay."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one direction says."""

    headline: str
    call: str
    body: str = ""
    items: tuple[str, ...] = ()
    number: tuple[str, str] = ("", "")
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What all directions of one brief are made of."""

    facts: Facts
    logo: str
    name: str
    about: str
    link: str
    calls: tuple[str, ...]
    lines: tuple[str, ...]
    ideas: tuple[str, ...]
    text: str
    product: str


def read_material(facts: Facts, brief: Mapping[str, Any], rng: random.Random) -> Material:
    raw = brief.get("brand")
    named = raw.get("name") if isinstance(raw, Mapping) else None
    name = re.sub(r"^the\s+", "", facts.name)
    name = name[:1].upper() + name[1:]
    logo = " ".join(named.split())[:120] if isinstance(named, str) and named.strip() else name[:120]
    described = re.split(r"(?<=[.!?])\s", facts.described, maxsplit=1)[0].rstrip(".")
    about = f"{capital(facts.name)}, {described}." if described and not name.endswith(described) else ""
    fields = ("product", "objective", "audience")
    text = " ".join([*(str(brief.get(field) or "") for field in fields), *facts.messages])
    return Material(
        facts,
        logo if facts.may_say(logo) else name[:120],
        name[:120],
        about if len(about) <= LONGEST_BODY and facts.may_say(about) else "",
        _link(brief.get("link")),
        tuple(calls_to_action(facts, rng)),
        tuple(
            sorted(
                (_line_of(message, facts) for message in facts.messages), key=lambda line: bool(_LEAVING.search(line))
            )
        ),
        tuple(slogans(facts, parts_of(facts, ""))),
        text,
        str(brief.get("product") or ""),
    )


def _line_of(message: str, facts: Facts) -> str:
    """A message as a line that stands alone, with the product's name where a pronoun would be left over."""
    alone = _stand_alone(message)
    return by_name(alone, facts) if not _PRONOUN.search(alone[1:]) else by_name(bare(message), facts)


def _stand_alone(message: str) -> str:
    """A message as a line that stands alone: nobody has said yet who "they" are."""
    alone = _UNNAMED.sub("", bare(message))
    return alone[:1].upper() + alone[1:]


def _link(value: object) -> str:
    """An address as people read it."""
    if not isinstance(value, str) or not value.strip():
        return ""
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return ""
    said = f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}"
    return said if len(said) <= 60 else parts.netloc.removeprefix("www.")[:60]


def figures_of(material: Material) -> list[tuple[str, reading.Figure]]:
    """Lines with their figures. A price is shown large only where it is what the thing costs, not a part of it."""
    found = [(line, figure) for line in material.lines if (figure := reading.figure(line))]
    return [
        (line, figure)
        for line, figure in found
        if not _MONEY.search(f"{figure.number} {figure.unit}") or _COSTS.search(line)
    ]


def _speaks(line: str) -> bool:
    """Whether somebody says it: between quotation marks a plain statement would be a voice that nobody has."""
    return bool(_VOICE.search(line)) and not re.search(r"\d", line)


def carries(material: Material, layout: str) -> bool:
    most = LAYOUTS[layout].longest
    fits = [line for line in material.lines if len(line) <= most]
    if layout == "quote":
        return any(_speaks(line) for line in fits)
    return bool(fits) or len(material.name) <= most


def day_of(material: Material) -> reading.When | None:
    facts = material.facts
    if not reading.is_event(facts.described, facts.name):
        return None
    return reading.date((facts.described, material.product, *material.lines))


def items_of(material: Material, headline: str) -> tuple[str, ...]:
    """Lines for a list, without what the headline says already."""
    return tuple(line for line in material.lines if len(line) <= LONGEST_ITEM and not _repeats(line, [headline]))[:5]


def sayings(material: Material, layouts: Sequence[str]) -> list[Said]:
    """What each direction says: no line is the headline of two as long as there are enough."""
    used: list[str] = []
    said: dict[int, Said] = {}
    # What needs a certain line chooses first.
    order = sorted(range(len(layouts)), key=lambda k: layouts[k] not in ("number", "event", "checklist"))
    for number in order:
        layout, call = layouts[number], _call(material, number)
        figure = None
        if layout == "number":
            rated = [(found.strength, -k, line, found) for k, (line, found) in enumerate(figures_of(material))]
            _, _, headline, figure = max(rated, default=(0, 0, material.name, None))
        elif layout in ("event", "checklist"):
            # Under a logo of the same words the name would be said twice.
            alone = len(material.name) <= 40 and (
                layout == "event" or material.name.casefold() != material.logo.casefold()
            )
            headline = material.name if alone else _line(material, layout, used)
        else:
            headline = _line(material, layout, used)
        used.append(headline)
        items = items_of(material, headline)
        when = day_of(material) if layout == "event" else None
        shown = (when.day, when.rest) if when else (figure.number, figure.unit) if figure else ("", "")
        body = _dated(material, layout, headline, _body(material, layout, headline, used))
        if layout == "checklist":
            items = tuple(dict.fromkeys((*_what(material), *_practical_lines(material), *items)))[:5]
        rows = _ticket(material, items) if layout == "event" else items
        said[number] = Said(headline, call, body, items, shown, tuple(i for i in rows if len(i) <= LONGEST_ROW)[:3])
    return [said[number] for number in range(len(layouts))]


def _call(material: Material, number: int) -> str:
    """What a poster asks for: with a deadline always the same, else never less than to come, to buy or to give."""
    strong = [call for call in material.calls if not call.startswith(SOFT)] or list(material.calls)
    return strong[0] if material.facts.goal.deadline else strong[number % len(strong)]


def _line(material: Material, layout: str, used: Sequence[str]) -> str:
    """The first message that nobody has used and that the layout carries; the name where there is none."""
    most = LAYOUTS[layout].longest
    able = [line for line in material.lines if len(line) <= most]
    fresh = [line for line in (*material.ideas, *able) if len(line) <= most and not _repeats(line, used)]
    if layout == "quote":
        fresh = [line for line in fresh if _speaks(line)] or fresh
    if fresh:
        return fresh[0]
    spare = [text for text in (material.name, bare(material.about)) if text and text not in used and len(text) <= most]
    return (spare or able or [material.name[:200]])[0]


def _repeats(line: str, used: Sequence[str]) -> bool:
    """Does another direction say most of it already?"""
    words = stems(line)
    return any(line == other or len(words & stems(other)) >= 0.6 * max(1, len(words)) for other in used)


def _body(material: Material, layout: str, headline: str, used: Sequence[str]) -> str:
    """The sentence under the headline: what it is, where the headline does not say so; else another message."""
    # Beside a figure there is room for one sentence.
    practical = _practical(material, headline) if layout != "number" else ""
    about = material.about
    if about and material.name.casefold() in headline.casefold() and headline != material.name:
        kind = capital(material.facts.product.kind)
        about = f"{kind}." if kind and not _repeats(kind, [headline]) and material.facts.may_say(kind) else ""
        practical = practical if about else ""
    if _repeats(headline, [practical]):
        practical = ""
    both = f"{about} {practical}".strip()
    if both:
        return both if len(both) <= LONGEST_PRACTICAL else about
    short = [line for line in material.lines if len(line) <= LONGEST_BODY and line not in used]
    return f"{short[0]}." if short else ""


def _what(material: Material) -> list[str]:
    """What the product is, as a line of its own."""
    kind = capital(material.facts.product.kind)
    return [kind] if kind and len(kind) <= LONGEST_ITEM and material.facts.may_say(kind) else []


def _practical(material: Material, headline: str) -> str:
    """When and for how much, and what is collected or sought: nobody comes to a poster that keeps it to itself."""
    facts = material.facts
    goal = facts.goal
    told = [f"{capital(facts.name)} is looking for {goal.wanted}."] if goal.wanted and "Wanted" not in headline else []
    if goal.sum and goal.purpose:
        told.append(f"The goal: {goal.sum} for {goal.purpose} {goal.deadline}".strip() + ".")
    coming = facts.action.name in COMING
    details = facts.details if coming else untold(facts, parted_too=True)
    topics = ("when", "price", "pay", "rate") if coming else ("price", "rate")
    told += [detail.text for detail in details if detail.topic in topics][:1]
    return " ".join(text for text in told if facts.may_say(text))


def _practical_lines(material: Material) -> list[str]:
    """When, and for how much, as two lines of a list, where people have to come."""
    facts = material.facts
    parts = untold(facts, parted_too=True)
    topics = ("when", "price", "pay") if facts.action.name in COMING else ("price",)
    found = {part.topic: bare(_named(part.text, facts)) for part in reversed(parts) if part.topic in topics}
    told = [found[topic] for topic in topics if topic in found]
    return [text for text in told if len(text) <= LONGEST_ITEM and facts.may_say(text)]


def _named(text: str, facts: Facts) -> str:
    """A line of a list under the name: Costs 149 euros, repairs included."""
    return entry(by_name(text, facts), facts)


def _ticket(material: Material, items: Sequence[str]) -> list[str]:
    """The rows of a ticket: what it is and where, what it costs, then the list."""
    facts = material.facts
    prices = [by_name(bare(detail.text), facts) for detail in untold(facts, parted_too=True) if detail.topic == "price"]
    what = [capital(facts.product.kind)] if facts.product.kind else []
    return [text for text in (*what, *prices[:1], *items) if facts.may_say(text)]


def _dated(material: Material, layout: str, headline: str, body: str) -> str:
    """With the day of an event, which nobody may miss; the layout for events has a place of its own for it."""
    when = day_of(material) if layout != "event" else None
    if when is None or when.day in headline or when.day in body:
        return body
    dated = f"{body} {when.day} {when.rest.splitlines()[0] if when.rest else ''}".strip() + "."
    return dated if len(dated) <= LONGEST_BODY and material.facts.may_say(dated) else body


def proofs(material: Material, shown: Sequence[str]) -> list[str]:
    """What stands behind the claims that a poster makes, in the small print."""
    facts = material.facts
    said = [stems(text) for text in shown]
    found = []
    for point in facts.points:
        words = stems(point.source)
        if (
            point.proof
            and facts.may_say(point.proof)
            and any(len(words & held) >= PROVED * len(words) for held in said)
        ):
            found.append(stopped(capital(point.proof)))
    return list(dict.fromkeys(found))
