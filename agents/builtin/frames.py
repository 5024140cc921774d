"""Fills frames with the brief's parts, in the brand's words. Must not use a frame of which a part is missing."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping, Sequence
from string import Formatter
from typing import Final

from agents.auditing.words import holds_term
from agents.builtin import phrases
from agents.builtin.english import bare, capital, expanded, singular, tidy
from agents.builtin.facts import Facts, shuffled
from agents.builtin.points import Point

CALLS: Final = 4
LONGEST_CALL: Final = 70
ADDING: Final = frozenset(pattern for patterns in phrases.JOINS.values() for pattern in patterns)


def fill(pattern: str, parts: Mapping[str, str]) -> str | None:
    """The pattern with its parts, or None where one is missing."""
    wanted = [name for _, name, _, _ in Formatter().parse(pattern) if name]
    return tidy(pattern.format(**parts)) if all(name in parts for name in wanted) else None


def choose(
    facts: Facts, rng: random.Random, patterns: Sequence[str], parts: Mapping[str, str], used: Collection[str] = ()
) -> str | None:
    """One of the patterns that can be filled and may be said; first one that was not used yet, and among those one with
    a word that the brand prefers."""
    usable = []
    for pattern in shuffled(rng, patterns):
        text = fill(pattern, parts)
        if text is not None:
            text = in_brand_words(facts, text)
            if facts.suits(text):
                usable.append(text)
    return min(
        usable, key=lambda text: (text in used, not any(holds_term(text, word) for word in facts.prefer)), default=None
    )


def in_brand_words(facts: Facts, text: str) -> str:
    """Our own words as the voice, the guidelines and the brand's word list want them."""
    if not facts.guide.contractions or facts.voice in ("formal", "plain"):
        text = expanded(text)
    for group in phrases.SYNONYMS:
        wanted = next((word for word in group if word in facts.prefer), None)
        for word in group if wanted else ():
            text = re.sub(rf"\b{word}\b", wanted or word, text)
    return text


def parts_of(facts: Facts, call: str, message: str = "") -> dict[str, str]:
    """What patterns may name; a part that the brief does not give is left out."""
    product, readers = facts.product, facts.readers
    from_brand = f"{facts.name} from {sender(facts.brand)}" if _brand_is_news(facts) else facts.name
    many = product.plural
    parts = {
        "name": facts.name,
        "named": from_brand,
        "described": facts.described,
        "kind": product.kind,
        "head": product.head,
        "does": product.does,
        "be": "are" if many else "is",
        "it": "they" if many else "it",
        "they": readers.they,
        "audience": readers.whole,
        "you": readers.you,
        "who": readers.who,
        "question": readers.question,
        "short": readers.short,
        "message": bare(message),
        "call": call[:1].lower() + call[1:],
        "verb": facts.action.verb,
        "count": str(len(facts.messages)) if len(facts.messages) > 1 else "",
        "noun": facts.goal.noun,
        "purpose": facts.goal.purpose,
        "sum": facts.goal.sum,
        "gift": facts.gift,
        "object": facts.goal.object,
        "duration": facts.trial,
        "trial": re.sub(r"^(\S+) (\w+?)s?$", lambda m: f"{m.group(1)}-{singular(m.group(2))}", facts.trial),
    }
    capitals = {key.capitalize(): capital(text) for key, text in parts.items()}
    found = {name: text for name, text in {**parts, **capitals, "Call": call}.items() if text}
    return {**found, "by": f" {facts.goal.deadline}" if facts.goal.deadline else ""}


def sender(brand: str) -> str:
    """A brand as one says whom something is from: the Harbour Museum, but Northgate Council."""
    words = brand.split()
    place = len(words) > 1 and words[-1] in ("Museum", "Library", "Theatre", "Gallery", "Foundation", "Zoo")
    return f"the {brand}" if place and "'" not in brand and words[0].lower() not in ("the", "st") else brand


def _brand_is_news(facts: Facts) -> bool:
    """Does the brand stand neither in the name nor in what it is, so that it has to be said?"""
    brand = facts.brand.casefold()
    return (
        bool(brand)
        and facts.product.named
        and brand not in f"{facts.name} {facts.product.kind}".casefold()
        and (facts.name.casefold() not in brand)
    )


def calls_to_action(facts: Facts, rng: random.Random) -> list[str]:
    """At least three, first the one that the objective asks for, each about this product."""
    parts = parts_of(facts, "")
    filled = [text for pattern in facts.action.calls if (text := fill(pattern, parts))]
    own = [*shuffled(rng, filled[:2]), *filled[2:]]
    asked = _asked(facts)
    if asked:
        patterns = phrases.ASKED.get(facts.goal.ask.split()[0], ())
        own = [*asked, *(text for pattern in patterns if (text := fill(pattern, parts)))]
    noun_first = own[len(asked) :] if asked else sorted(own, key=lambda text: not _is_strong(facts, text))
    spare = [text for pattern in phrases.SPARE_CALLS if (text := fill(pattern, parts))]
    wanted = [text for text in dict.fromkeys((*asked, *noun_first, *spare)) if len(text) <= LONGEST_CALL]
    found = [text for text in wanted if facts.suits(text)] or wanted
    specific = [text for text in found if text in own or text not in spare]
    return (specific if len(specific) >= 3 else found)[:CALLS] if len(found) >= 3 else _plainest(facts, found)


def _plainest(facts: Facts, found: list[str]) -> list[str]:
    """Where prohibited terms leave too few: a name with an arrow is still a call."""
    for text in ("Go on", "Yes, please", "Continue", "Show me", "Details", "Next"):
        if len(found) < 3 and text not in found and facts.may_say(text):
            found = [*found, text]
    return [*found, "→", "→ →", "→ → →"][: max(3, len(found))]


def _asked(facts: Facts) -> list[str]:
    ask, deadline = facts.goal.ask, facts.goal.deadline
    if not ask:
        return []
    whole = capital(re.sub(r"\bour\s.+$", facts.name, ask))
    if ask in ("sign up", "register", "apply", "enrol", "enroll"):
        joint = {"sign up": "for", "register": "for", "apply": "to", "enrol": "in", "enroll": "in"}[ask]
        whole = f"{whole} {joint} {facts.name}"
    dated = f"{whole} {deadline}" if deadline else whole
    return [dated if len(dated) <= LONGEST_CALL else whole]


def _is_strong(facts: Facts, text: str) -> bool:
    """Does the call name what is sold, or for how long it can be tried?"""
    return any(
        part and part in text for part in (facts.goal.noun, facts.trial, facts.gift, facts.goal.purpose)
    ) or bool(facts.trial and facts.trial.split()[0] in text)


def joined(facts: Facts, rng: random.Random, patterns: Sequence[str], point: Point) -> str | None:
    """The point behind a word that leads to it, if its own first word can stand inside a sentence."""
    inner = facts.within(point.text)
    if inner == point.text and not inner[:1].isdigit():
        return None
    fit = [pattern for pattern in patterns if not (pattern.startswith("And ") and " and " in inner)]
    if point.form == "command":
        # "Plus, bring a blanket" adds an order as if it were a fact.
        fit = [pattern for pattern in fit if "nd {point}" in pattern or pattern not in ADDING]
    return choose(facts, rng, fit, {**parts_of(facts, ""), "point": inner})
