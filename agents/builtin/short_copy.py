"""The built-in writer of posts: variants per platform from the brief's own facts, the same for a seed.

Must not cut: what a post has to hold stays, and a post that is too long is flagged by the role.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from agents.auditing.platforms import PLATFORMS, Platform, count, platform
from agents.auditing.words import count_words, holds_term, stems
from agents.builtin import emoji, phrases
from agents.builtin.english import bare, brief_kind, capital, cut_to_clauses, sentence, stopped
from agents.builtin.facts import Facts, dice, make_anew, read_facts, refuse_other_languages
from agents.builtin.frames import calls_to_action, choose, fill, joined, parts_of, sender
from agents.builtin.hashtags import hashtags, required_count
from agents.builtin.ideas import ideas
from agents.builtin.points import Point
from agents.builtin.post_draft import Draft
from agents.builtin.sentences import audience_line, by_name, entry, grouped, introduction, signed, untold
from agents.contracts import AgentFault, AgentRequest, Host

VARIANTS: Final = 3
ARGUED: Final = 2
LISTED: Final = 3
HEARD: Final = 0.5
LONGEST_BRIEF: Final = 7
"""Words of what a thing is that find room above a list."""
MAX_REPEATED: Final = 7
"""Words of a kind that two posts of one platform may share."""
IDEAS: Final = {
    "answer": "a question and its answer",
    "then and now": "what it was and what it is now",
    "point": "a fact and what it means",
    "figures": "its figures",
}
"""Ideas of headlines that open a post, with what a note calls them."""
"""How many points a post argues with, and how many a list in it has."""


def write_posts(request: AgentRequest, host: Host) -> Mapping[str, Any]:
    refuse_other_languages(request)
    facts = read_facts(request)
    asked = (request.inputs.get("brief") or {}).get("platforms") or ()
    known, warnings = _platforms(asked if isinstance(asked, list | tuple) else ())
    if not known:
        words_ = f"The brief names no known platform; known: {', '.join(PLATFORMS)}."
        raise AgentFault("invalid", words_, "fatal")
    both = [tag for tag in facts.required_hashtags if tag.casefold() in facts.banned_hashtags]
    warnings += [f"The hashtag #{tag} is both required and banned; it was left out." for tag in both]

    def write(turn: int) -> dict[str, Any]:
        taken: set[str] = set()
        groups = [
            {
                "platform": on.name,
                "posts": write_group(facts, on, dice(request, f"short_copy {on.name}", turn), number, taken),
            }
            for number, on in enumerate(known)
        ]
        return {"platforms": groups, "language": "en", "warnings": [*facts.warnings, *warnings]}

    return make_anew("short_copy", request, write)


def own_hashtags(request: AgentRequest) -> list[str]:
    """The hashtags that the brief gives reason for."""
    return hashtags(read_facts(request))


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


def write_group(facts: Facts, on: Platform, rng: random.Random, number: int, taken: set[str]) -> list[dict[str, str]]:
    """Three variants that open, argue and ask in different ways; each platform starts at another point of the brief.

    What the platforms before it have opened with is taken, and becomes so what this one opens with.
    """
    calls = calls_to_action(facts, rng)
    posts: list[dict[str, str]] = []
    ways = _ways(facts, on, rng, number, taken)
    for variant in range(VARIANTS):
        draft, kind, points = next(ways)
        call = calls[variant % len(calls)]
        text = _complete(facts, on, draft, points, call)
        while any(text == post["text"] for post in posts):
            text = f"{capital(facts.name)}. {text}"
        posts.append({"text": text, "note": _note(facts, on, kind, call), **_first_comment(facts, on)})
    return posts


def _ways(
    facts: Facts, on: Platform, rng: random.Random, number: int, taken: set[str]
) -> Iterator[tuple[Draft, str, list[str]]]:
    """The reader's situation; an idea or a fact that speaks for itself; the offer and what belongs to it."""
    points = list(facts.points)
    count = len(points)
    start = 0 if facts.note.first is not None or not points else number * _stride(count) % count
    turned = points[start:] + points[:start]
    parts = parts_of(facts, "")
    situation = _situation(facts, on, rng, parts, turned[:ARGUED])
    whom = {**parts, "wanted": facts.goal.wanted}
    hiring = choose(facts, rng, phrases.WANTED[facts.voice], whom) or choose(facts, rng, phrases.WANTED_BY, whom) or ""
    sought = [hiring] if facts.goal.wanted and hiring else []
    practical = [*sought, *_when(facts)]
    lead = 0 if facts.product.kind in situation[0].opening else 1  # what it is comes first
    yield situation[0], situation[1], [*situation[2][:lead], *sought, *situation[2][lead:]]
    parts = _by_sender(facts, parts)
    idea = _idea(facts, on, parts, taken, situation[0].opening)
    # The brief's order is the order of weight: the first fact that no other platform has opened with.
    said = turned[:ARGUED] if count > ARGUED else []
    fresh = [point for point in points if point not in said and not any(_heard(point, text) for text in taken)]
    first, rest = _speaking(fresh or turned)
    others = rest or [point for point in reversed(turned) if point is not first]
    if idea is not None:
        opening, kind = idea
        taken.add(opening)
        unsaid = [point for point in (*turned[ARGUED:], *turned) if not _heard(point, opening)]
        introduced = list(filter(None, [_naming(facts, rng, parts, said=False)]))
        proven = [f"({point.proof})" for point in points if point.proof and _heard(point, opening)][:1]
        whole = f"{bare(opening)} {proven[0]}." if proven else opening
        told = _said(facts, rng, list(dict.fromkeys(unsaid))[:ARGUED])
        yield Draft(whole), kind, _named_first([*introduced, *practical, *told], facts)
    elif first is None:
        yield Draft(introduction(facts, rng, parts) or sentence(capital(facts.name))), "what it is", []
    else:
        taken.add(first.text)
        introduced = list(filter(None, [_naming(facts, rng, parts)]))
        yield (
            Draft(_proven(by_name(first.text, facts), first)),
            "a fact",
            _named_first([*introduced, *practical, *_said(facts, rng, others[:ARGUED])], facts),
        )
    yield _offer(facts, rng, parts, turned[1:] + turned[:1])


def _when(facts: Facts) -> list[str]:
    """When it is, where people have to come: a post that keeps it to itself brings nobody."""
    parts = untold(facts, parted_too=True) if facts.action.name in ("join", "enrol", "sign up") else ()
    return [part.text for part in parts if part.topic == "when"][:1]


def _stride(count: int) -> int:
    """How far apart platforms start, so that each comes to another point: no divisor of their number but 1."""
    return next(step for step in (2, 3, 1) if count % step or step == 1)


def _idea(facts: Facts, on: Platform, parts: Mapping[str, str], taken: set[str], before: str) -> tuple[str, str] | None:
    """An opening with an idea that no other platform has, and that does not begin like the post before it."""
    asked = parts.get("short", "")
    for construction, text in ideas(facts, parts):
        whole = sentence(text)
        fits = construction in IDEAS and facts.suits(text) and len(text) <= on.hook and whole not in taken
        if fits and not (asked and asked in text and asked in before) and cut_to_clauses(whole)[0] not in before:
            return whole, IDEAS[construction]
    return None


def _heard(point: Point, opening: str) -> bool:
    """Does the opening say the point already, in whole or for the most part?"""
    wanted = stems(point.source)
    return len(wanted & stems(opening)) >= HEARD * max(1, len(wanted))


def _situation(
    facts: Facts, on: Platform, rng: random.Random, parts: dict[str, str], points: Sequence[Point]
) -> tuple[Draft, str, list[str]]:
    kind = "want" if facts.readers.type == "torn" else facts.readers.type
    hooks = phrases.HOOKS[kind][facts.voice] if facts.readers.you else ()
    seen = [frame for frame in hooks if len(fill(frame, parts) or "") <= on.hook]
    hook = choose(facts, rng, seen or hooks, parts)
    said = _said(facts, rng, points)
    if hook is None:
        hook = audience_line(facts, rng, parts)
        opening = introduction(facts, rng, parts) or sentence(capital(facts.name))
        return (Draft(opening), "what it is", [*([hook] if hook else []), *said])
    if facts.product.kind and facts.product.kind in hook:
        return Draft(hook), "the reader's situation", said
    named = holds_term(hook, facts.name)
    intro = introduction(facts, rng, parts, named=named)
    return Draft(hook), "the reader's situation", [*([intro] if intro else []), *said]


def _speaking(points: Sequence[Point]) -> tuple[Point | None, list[Point]]:
    """The point that can open a post: a whole statement, one with a number before others."""
    whole = [
        point
        for point in points
        if point.form in ("clause", "command") and not point.text.startswith(("It ", "They ", "If "))
    ]
    best = next((point for point in whole if point.proof or (point.counts and point.topic != "price")), None) or next(
        iter(whole or points), None
    )
    return best, [point for point in points if point is not best]


def _naming(facts: Facts, rng: random.Random, parts: dict[str, str], *, said: bool = True) -> str:
    """What it is, shorter than the other variants say it; after a fact that was said of it, the name may be enough."""
    product = facts.product
    short = brief_kind(product.kind)
    if _needs_kind(facts):
        return introduction(facts, rng, parts) or sentence(capital(facts.name))
    if stems(short) & stems(facts.name) and (not _must_name(facts) or holds_term(facts.name, facts.brand)):
        return ""  # the name says what it is: it stands in the call and in the hashtag
    near = product.kind and not product.plural and len(short.split()) + 2 > len(product.kind.split()) > MAX_REPEATED
    if not product.kind or not product.named or near:
        named = choose(facts, rng, phrases.NAMINGS[facts.voice], parts) if said and product.named else None
    else:
        patterns = phrases.INTROS[facts.voice] if product.named and product.kind else ()
        named = choose(facts, rng, patterns, {**parts, "kind": short})
    return named or introduction(facts, rng, parts) or sentence(capital(facts.name))


def _must_name(facts: Facts) -> bool:
    """Must every post name the brand?"""
    return bool(facts.brand) and any(term.casefold() == facts.brand.casefold() for term in facts.required)


def _by_sender(facts: Facts, parts: dict[str, str]) -> dict[str, str]:
    """With the brand beside the name, where only the full description would name a brand that every post must."""
    if not _must_name(facts) or not facts.product.named or holds_term(parts["named"], facts.brand):
        return parts
    named = f"{facts.name} from {sender(facts.brand)}"
    return {**parts, "named": named, "Named": capital(named)}


def _needs_kind(facts: Facts) -> bool:
    """Does only what the product is, said in full, hold a term that every post has to hold?"""
    others = (term for term in facts.required if term.casefold() != facts.brand.casefold())
    return any(holds_term(facts.product.kind, term) and not holds_term(facts.name, term) for term in others)


def _offer(
    facts: Facts, rng: random.Random, parts: dict[str, str], points: Sequence[Point]
) -> tuple[Draft, str, list[str]]:
    prices = [
        by_name(detail.text, facts)
        for detail in untold(facts, parted_too=True)
        if detail.topic in ("price", "rate", "pay", "when")
    ]
    lines = [_proven(point.text, point) for point in points[:LISTED]]
    may_list = len(lines) > 1 and facts.product.named and not _needs_kind(facts)
    named = "{Named}: {kind}." if facts.product.named else "{Kind}."
    short = brief_kind(facts.product.kind)
    brief = short if len(short.split()) <= LONGEST_BRIEF and not stems(short) & stems(facts.name) else ""
    heads = phrases.LISTS[facts.voice] if brief else phrases.BARE_LISTS[facts.voice]
    opening = choose(facts, rng, heads if may_list else (named,), {**parts, "brief": brief})
    draft = Draft(
        opening or introduction(facts, rng, parts) or sentence(capital(facts.name)),
        listed=len(lines) > 1,
        lone=_naming(facts, rng, parts),
        entry=lambda point: entry(point, facts),
    )
    return draft, "the offer", [*prices[:2], *lines]


def _said(facts: Facts, rng: random.Random, points: Sequence[Point]) -> list[str]:
    """The points, a later one led to as the voice does it."""
    points = grouped(points, facts, rng)
    texts = [_named_again(point.text, before, facts) for before, point in zip([None, *points], points, strict=False)]
    said = [_proven(text, point) for text, point in zip(texts, points, strict=True)]
    if len(points) > 2 and points[1].form == "clause" and not points[1].proof:
        said[1] = joined(facts, rng, phrases.JOINS[facts.voice], points[1]) or said[1]
    return said


def _named_first(texts: Sequence[str], facts: Facts) -> list[str]:
    """The product's name where the first of the sentences has only a pronoun for it."""
    return [by_name(text, facts) if number == 0 else text for number, text in enumerate(texts)]


def _proven(text: str, point: Point) -> str:
    return f"{bare(text)} ({point.proof})." if point.proof else text


def _named_again(text: str, before: Point | None, facts: Facts) -> str:
    """With the product's name for a pronoun that follows a sentence about something else."""
    about = before is None or before.text.startswith(("It ", "They ", capital(facts.name)))
    return text if about else by_name(text, facts)


def _complete(facts: Facts, on: Platform, draft: Draft, wanted: Sequence[str], call: str) -> str:
    """What must be said first, then as much of the rest as the platform reads comfortably."""
    draft.fine_print = list(map(stopped, facts.disclaimers))
    tags = hashtags(facts)
    must = required_count(facts)
    draft.tags = tags[:must]
    draft.call = _asking(facts, on, call)
    said = " ".join([draft.opening, draft.call, *wanted[:1]])
    draft.terms = [signed(facts, term) for term in facts.required if not holds_term(said, term)]
    if not _fits(facts, on, draft, on.limit) and facts.link and on.link == "text":
        draft.call = facts.link
    elif not _fits(facts, on, draft, on.limit):
        draft.call = ""
    for number, text in enumerate(wanted):
        draft.points.append(text)
        if not _fits(facts, on, draft, on.limit if number == 0 else min(on.limit, on.advised)):
            draft.points.pop()
    unsaid = [term for term in facts.required if not holds_term(draft.text(on), term)]
    draft.terms += [signed(facts, term) for term in unsaid]
    for tag in tags[must : max(must, on.hashtags)]:
        draft.tags.append(tag)
        if not _fits(facts, on, draft, on.limit):
            draft.tags.pop()
    _decorate(facts, on, draft)
    return draft.text(on)


def _decorate(facts: Facts, on: Platform, draft: Draft) -> None:
    left = emoji.allowed(facts, on)
    points = "" if draft.listed else " ".join(draft.points)
    for number, sign in enumerate(emoji.pictures(facts, (draft.opening, points, draft.call))):
        draft.signs.append(sign if left > 0 and (number < 2 or draft.call not in ("", facts.link)) else "")
        if draft.signs[-1] and not _fits(facts, on, draft, on.limit):
            draft.signs[-1] = ""
        left -= bool(draft.signs[-1])


def _fits(facts: Facts, on: Platform, draft: Draft, most: int) -> bool:
    text = draft.text(on)
    return count(text, on) <= most and (facts.max_words is None or count_words(text) <= facts.max_words)


def _asking(facts: Facts, on: Platform, call: str) -> str:
    """The call, with the link where the platform wants it."""
    where = {
        "text": f"{call}: {facts.link}",
        "first_comment": f"{stopped(call)} Link in the first comment.",
        "bio": f"{stopped(call)} Link in bio.",
    }
    asked = where[on.link] if facts.link else stopped(call)
    return asked if facts.suits(asked) else stopped(call)


def _first_comment(facts: Facts, on: Platform) -> dict[str, str]:
    return {"first_comment": facts.link} if facts.link and on.link == "first_comment" else {}


def _note(facts: Facts, on: Platform, kind: str, call: str) -> str:
    soft = call.startswith(("Ask", "Find out", "Read"))
    said = f"Opens with {kind}, asks to {'get in touch' if soft else facts.action.verb}."
    if facts.link and on.link == "bio":
        said += f" The link belongs in the profile: {facts.link}"
    return said
