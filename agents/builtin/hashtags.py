"""Hashtags of a brief: required ones first, then from names and what the product is. Must not use a banned one."""

from __future__ import annotations

import re
from typing import Final

from agents.auditing.words import STOP_WORDS, words
from agents.builtin.english import head_of, is_plural, singular
from agents.builtin.facts import Facts

LONGEST: Final = 30
_TAIL: Final = re.compile(r"\b(?:for|from|about|of)\s+([^,.;]+)$")
_PLACE: Final = re.compile(r"(?<=[a-z,] )(?:in|of|at|and|between|links)\s+((?:[A-Z][a-z]+)(?:\s[A-Z][a-z]+)?)\b")


def hashtags(facts: Facts) -> list[str]:
    """Required ones, then as many as the brief gives reason for, best first, each with its sign."""
    required = [tag for tag in facts.required_hashtags if tag.casefold() not in facts.banned_hashtags]
    found: dict[str, str] = {tag.casefold(): tag for tag in required}
    for tag in _candidates(facts):
        wanted = (
            tag.casefold() not in facts.banned_hashtags and 3 <= len(tag) <= LONGEST and re.search(r"[^\W\d_]", tag)
        )
        part = any(tag.casefold() in other for other in found)
        if wanted and not part and facts.may_say(f"#{tag}") and facts.may_say(tag):
            found.setdefault(tag.casefold(), tag)
    return [f"#{tag}" for tag in found.values()]


def required_count(facts: Facts) -> int:
    return sum(tag.casefold() not in facts.banned_hashtags for tag in facts.required_hashtags)


def _candidates(facts: Facts) -> list[str]:
    kind = facts.product.kind
    name = _name_tag(facts.name)
    brand = "" if facts.brand.casefold() in facts.name.casefold() else _name_tag(facts.brand)
    found = [name, brand] if facts.product.named else [_name_tag(facts.brand)]
    # A box of dog food is about dog food.
    held = re.search(
        r"^\S+ (?:\w+ )?(?:box|series|range|set|pack|course|kit|bag|collection) of (.+)$", kind.split(" that ")[0]
    )
    head = [word for word in head_of(held.group(1) if held else kind).split() if _tells(word)]
    if len(head) > 1:
        found.append(_tag(" ".join(head[-2:])))
    if tail := _TAIL.search(kind.split(" that ")[0]):
        group = [word for word in head_of(tail.group(1)).split() if _tells(word)]
        found.append(_tag(" ".join(group[-2:])) if is_plural(tail.group(1)) else "")
    found += [_tag(place) for place in _PLACE.findall(f"{kind}. {facts.readers.whole}")]
    if len([tag for tag in found if tag]) < 2:
        found += [_tag(singular(word)) for word in head[-1:] if len(word) > 4]
        found += [_tag(word) for word in facts.prefer]
        telling = (word for message in facts.messages for word in words(message) if len(word) > 4 and _tells(word))
        found += [_tag(word) for word in telling]
    return [tag for tag in found if tag]


def _tells(word: str) -> bool:
    return word.casefold() not in STOP_WORDS and not re.search(r"\d", word)


def _name_tag(name: str) -> str:
    """A name with all its words, since none of them may be missing."""
    whole = re.sub(r"^the\s+", "", name, flags=re.IGNORECASE).replace("&", " and ")
    return "".join(
        word[:1].upper() + word[1:]
        for word in (re.sub(r"\W", "", part) for part in re.split(r"[\s/-]+", whole))
        if word
    )


def _tag(text: str) -> str:
    """Words joined with capitals, so that a screen reader can tell them apart."""
    return "".join(
        word[:1].upper() + word[1:]
        for word in (re.sub(r"\W", "", word) for word in re.split(r"[\s/&-]+", text))
        if word and (word.casefold() not in STOP_WORDS)
    )
