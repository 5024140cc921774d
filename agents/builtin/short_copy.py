"""The built-in writer of posts: variants per platform from the brief's own facts, the same for a seed.

Must not cut: what a post has to hold stays, and a post that is too long is flagged by the role.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agents.auditing.platforms import PLATFORMS, Platform, count, platform
from agents.auditing.words import STOP_WORDS, count_words, holds_term, words
from agents.builtin import phrases
from agents.builtin.copywriting import calls_to_action, choose, parts_of
from agents.builtin.facts import Facts, dice, make_anew, read_facts, sentence
from agents.contracts import AgentFault, AgentRequest, Host

VARIANTS: Final = 3


def write_posts(request: AgentRequest, host: Host) -> Mapping[str, Any]:
    facts = read_facts(request)
    asked = (request.inputs.get("brief") or {}).get("platforms") or ()
    known, warnings = _platforms(asked if isinstance(asked, list | tuple) else ())
    if not known:
        words_ = f"The brief names no known platform; known: {', '.join(PLATFORMS)}."
        raise AgentFault("invalid", words_, "fatal")

    def write(turn: int) -> dict[str, Any]:
        groups = [
            {"platform": on.name, "posts": _posts(facts, on, dice(request, f"short_copy {on.name}", turn))}
            for on in known
        ]
        return {"platforms": groups, "language": "en", "warnings": [*facts.warnings, *warnings]}

    return make_anew("short_copy", request, write)


def _platforms(asked: Sequence[object]) -> tuple[list[Platform], list[str]]:
    found: dict[str, Platform] = {}
    warnings = []
    for name in asked:
        on = platform(name) if isinstance(name, str) else None
        if on is None:
            warnings.append(f"{str(name)[:60]!r} is not a known platform; no posts were written for it.")
        else:
            found[on.name] = on
    return list(found.values()), warnings


def _posts(facts: Facts, on: Platform, rng: random.Random) -> list[dict[str, str]]:
    calls = calls_to_action(facts, rng)
    start = rng.randrange(len(facts.messages)) if facts.messages and facts.note.first is None else 0
    turned = [*facts.messages[start:], *facts.messages[:start]]
    posts: list[dict[str, str]] = []
    for number in range(VARIANTS):
        rotated = [*turned[number % max(1, len(turned)) :], *turned[: number % max(1, len(turned))]]
        opening, kind = _opening(facts, number, calls[number % len(calls)], rng)
        text = _fit(facts, on, opening, rotated, calls[number % len(calls)])
        while any(text == post["text"] for post in posts):
            text = f"{facts.name[:1].upper()}{facts.name[1:]}. {text}"
        posts.append({"text": text, "note": f"Opens with {kind}, asks to {facts.action.verb}."})
    return posts


def _opening(facts: Facts, number: int, call: str, rng: random.Random) -> tuple[str, str]:
    """Three openings of different construction; a plain one where prohibited terms leave nothing else."""
    parts = parts_of(facts, call)
    patterns = (
        (phrases.HOOKS[facts.voice], "the name"),
        (("For {audience}: {name}.", "Are you among {audience}? Have a look at {name}."), "the audience"),
        (
            ("What is {name}? {Described}.", "{Name}: {described}.", "{count} things to know about {name}:"),
            "what it is",
        ),
    )
    for way in range(VARIANTS):
        texts, kind = patterns[(number + way) % VARIANTS]
        text = choose(facts, rng, texts, parts)
        if text is not None:
            return text, kind
    return sentence(facts.name), "the name"


def _fit(facts: Facts, on: Platform, opening: str, messages: Sequence[str], call: str) -> str:
    """What must be said first, then as much of the rest as the platform reads comfortably."""
    musts = [term for term in facts.required if not holds_term(opening, term)]
    lead, chosen, tail = [opening], list[str](), [*facts.disclaimers]
    extra = [f"{sentence(term)}" for term in musts]
    gap = "\n\n" if on.limit > 1_000 else " "

    def whole(texts: Sequence[str], asked: str = "", ends: Sequence[str] = ()) -> str:
        blocks = [" ".join([*lead, *texts]), " ".join([*extra, asked]).strip(), " ".join(tail), " ".join(ends)]
        return gap.join(block for block in blocks if block)

    def fits(text: str, most: int) -> bool:
        return count(text, on) <= most and (facts.max_words is None or count_words(text) <= facts.max_words)

    for number, message in enumerate(messages):
        roomy = on.limit if number == 0 else min(on.limit, on.advised)
        if fits(whole([*chosen, message]), roomy):
            chosen.append(message)
    asked = f"{call}." if fits(whole(chosen, f"{call}."), on.limit) else ""
    kept: list[str] = []
    for tag in _hashtags(facts)[: on.hashtags]:
        if fits(whole(chosen, asked, [*kept, tag]), on.limit):
            kept.append(tag)
    return whole(chosen, asked, kept)


def _hashtags(facts: Facts) -> list[str]:
    """From the name and the telling words of the messages."""
    name = "".join(word[:1].upper() + word[1:] for word in words(facts.name) if word.casefold() not in STOP_WORDS)
    telling = [
        word.capitalize()
        for message in facts.messages
        for word in words(message)
        if len(word) > 4 and word.isalpha() and word.casefold() not in STOP_WORDS
    ]
    found = dict.fromkeys(tag for tag in (name, *telling) if tag and re.search(r"[^\W\d_]", tag) and len(tag) <= 30)
    return [f"#{tag}" for tag in found if facts.may_say(tag)]
