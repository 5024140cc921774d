"""Sentences that bodies and posts share: what the product is, for whom, and what else the brief says of it.

Must not repeat what a key message says.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from agents.auditing.words import stems
from agents.builtin import lexicon, phrases
from agents.builtin.english import bare, capital, is_verb, item, listed, sentence
from agents.builtin.facts import Facts
from agents.builtin.frames import choose, fill, parts_of
from agents.builtin.points import Point, parted
from agents.builtin.points import point as make_point


def grouped(points: Sequence[Point], facts: Facts, rng: random.Random) -> list[Point]:
    """The points, with those that are mere noun phrases told in one sentence, where the first of them stood."""
    phrases_ = [point for point in points if _may_be_listed(point)]
    if not phrases_:
        return list(points)
    items = [item(entry.source, facts.names) for entry in phrases_]
    text = choose(facts, rng, phrases.GROUPS[facts.voice], {**parts_of(facts, ""), "items": listed(items)})
    if text is None:
        return list(points)
    whole = Point(text, listed(items), "phrase", "")
    return [whole if point is phrases_[0] else point for point in points if point not in phrases_[1:]]


def _may_be_listed(point: Point) -> bool:
    """Is it the name of something, and nothing that needs a sentence or a line of its own?"""
    text = bare(point.source)
    first = text.split()[0].lower() if text.split() else ""
    whole = bare(point.text) == capital(text)  # it has got no subject yet
    plain = not re.search(r"[,;:?!…\"\u201c\u201d()]|\.\.| [\u2013-] ", text)
    leads = (
        lexicon.PREPOSITIONS
        | lexicon.PRONOUNS
        | {"because", "whether", "if", "when", "while", "and", "or", "but", "so"}
    )
    return (
        point.form == "phrase"
        and not point.proof
        and whole
        and plain
        and first not in leads
        and len(text.split()) <= 8
        and not re.match(r"\w+ed\b", first)
        and not text.isupper()
    )


def introduction(facts: Facts, rng: random.Random, parts: dict[str, str], *, named: bool = False) -> str | None:
    """What it is; where the name has just been said, by a pronoun, unless the brand has to be named too."""
    voice = facts.voice
    if not facts.may_say(facts.name) and facts.product.kind:
        return choose(facts, rng, phrases.UNNAMED[voice], parts)
    if named and facts.product.named and facts.product.kind:
        return fill("{It} {be} {kind}." if parts["named"] == facts.name else "{Named} {be} {kind}.", parts)
    if not facts.product.named:
        return choose(facts, rng, phrases.UNNAMED[voice], parts)
    if not facts.product.kind:
        whole = (
            {**parts, "named": facts.product.where} if facts.product.where and parts["named"] == facts.name else parts
        )
        return choose(facts, rng, phrases.BARE[voice], whole) or sentence(facts.name)
    if facts.product.does and (facts.guide.short or voice == "bold"):
        split = choose(facts, rng, phrases.SPLIT_INTROS, parts)
        if split:
            return split
    said = choose(facts, rng, phrases.INTROS[voice], parts) or fill("{Named} {be} {kind}.", parts)
    return said if said and facts.may_say(said) else None


def audience_line(facts: Facts, rng: random.Random, parts: dict[str, str]) -> str | None:
    return (
        choose(facts, rng, phrases.AUDIENCE[facts.voice], parts)
        if facts.action.name not in ("give", "volunteer", "apply")
        else None
    )


def untold(facts: Facts, *, parted_too: bool) -> list[Point]:
    """The product's further sentences without what a key message says; in parts, where they answer two questions."""
    told = [stems(point.source) for point in facts.points]
    found: list[Point] = []
    for whole in facts.details:
        parts = [make_point(text, plural=facts.product.plural) for text in parted(whole.text)]
        fresh = [part for part in parts if not any(_says(said, part) for said in told)]
        two = parted_too and len({part.topic for part in parts}) > 1
        found += fresh if two or len(fresh) < len(parts) else [whole]
    return found


def _says(said: frozenset[str], part: Point) -> bool:
    wanted = stems(part.source)
    return len(wanted & said) >= 0.8 * len(wanted)


def by_name(text: str, facts: Facts) -> str:
    """The sentence with the product's name for a pronoun that would stand too far from it."""
    if not facts.product.named:
        return text
    if re.match(r"^(?:It|They)\s+(\S+)", text):
        return f"{capital(facts.name)} {text.split(' ', 1)[1]}"
    # "The council delivers it": nothing before the pronoun is one thing, but for what does something with it.
    found = re.match(r"^(?P<who>(?:The |Our )?[A-Za-z]+|(?:Two|Three|Four) \w+|You|We) (?P<does>[a-z]+) it\b", text)
    if found and is_verb(found["does"]):
        return f"{text[: found.end('does')]} {facts.name}{text[found.end() :]}"
    return text


def entry(text: str, facts: Facts) -> str:
    """A sentence as an entry of a list that is headed by the name: Costs 149 euros, Open every night."""
    whole = bare(text)
    subject = next((name for name in (capital(facts.name), "It", "They") if whole.startswith(f"{name} ")), "")
    rest = whole.removeprefix(subject).lstrip()
    first, _, then = rest.partition(" ")
    if (
        not subject
        or not then
        or first in ("can", "could", "will", "would", "may", "might", "must", "should", "was", "were")
    ):
        return whole
    if first in ("is", "are"):
        return capital(then) if then.split()[0] not in ("not", "no") else whole
    return capital(rest) if is_verb(first) else whole


def signed(facts: Facts, term: str) -> str:
    """A required term that no sentence holds: the brand's name as the sender, anything else as it is."""
    return (
        f"Brought to you by {facts.brand}."
        if facts.brand and term.casefold() == facts.brand.casefold()
        else sentence(term)
    )
