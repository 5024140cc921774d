"""Headlines with an idea: two facts set side by side, an answer, an invitation, what a thing was and what it is now.

Must not add a fact: every word is the brief's, or follows from it. Where the grammar is not certain there is no idea.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from agents.builtin import lexicon
from agents.builtin.english import bare, capital, is_verb, sentence, third_to_base, tokens
from agents.builtin.facts import Facts
from agents.builtin.frames import in_brand_words
from agents.builtin.meanings import meanings
from agents.builtin.sentences import by_name

IDEAS: Final = ("answer", "then and now", "figures", "point", "invitation", "two facts")
LONGEST: Final = 80
GOOD: Final = 64
LONGEST_ASKED: Final = 44
MOST_WORDS: Final = 9
MOST_ITEMS: Final = 3
LIGHT: Final = ("playful", "warm", "bold")

_COUNT: Final = (
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty hundred"
)
_COUNTED: Final = re.compile(
    rf"(?<![\w:,.])(?P<count>\d[\d,]*(?:\.\d+)?|{'|'.join(_COUNT.split())})(?![\w:-])(?=\s+(?P<what>[a-z][a-z -]*))",
    re.IGNORECASE,
)
_WITHOUT: Final = re.compile(r"\b(?:needs? no|requires? no|with no|without(?: an?)?) (?P<what>[a-z]+(?: [a-z]+)?)")
_BOUND: Final = re.compile(
    r"\b(?:after|before|between|until|at most|at least|less|more|over|under|up to|about|by|of the|half)\b|\bfrom \d",
    re.IGNORECASE,
)
"""Words that make a number mean something else than it says when it stands alone."""
_RATE: Final = re.compile(r"^\s*(?:a|an|per|each|every) (?:day|night|week|month|year|mailbox|person|hour)\b")
_END: Final = (
    lexicon.PREPOSITIONS
    | lexicon.PRONOUNS
    | {"and", "or", "but", "so", "that", "which", "a", "an", "the", "each", "every"}
)
_MADE: Final = re.compile(
    r"\b(?:cut|made|sewn|built|woven) from (?P<article>an?) (?:old|retired|recycled|reclaimed|used|discarded|worn-out) "
    r"(?P<what>[a-z]+(?: [a-z]+)?)\.?$"
)
_TURNED: Final = re.compile(
    r"^(?:Collected |Old |Used )?(?P<old>[A-Za-z]+(?: [a-z]+)?) (?:is|are) turned into "
    r"(?P<new>[a-z]+(?: and [a-z]+)?)\b"
)
_VOWEL: Final = re.compile(r"^[aeiou]", re.IGNORECASE)
ANSWERED: Final = ("problem", "new", "lack")
"""Situations of a reader to which something to do is an answer."""
_NEVER_ASKED: Final = (
    "pause", "stop", "cancel", "need", "have", "want", "know", "see", "pay", "lose", "miss", "wait",
)  # fmt: skip


def ideas(facts: Facts, parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Constructions with their texts, nearest first; the caller judges length and prohibited words."""
    yield from _answers(facts, parts)
    yield from _then_and_now(facts)
    yield from _figures(facts)
    for point in facts.points:
        said = invitation(point.source)
        if said and not said[0].startswith("Be "):
            yield "invitation", stops(said) if len(said) > 1 else said[0]
    yield from _with_meanings(facts)
    yield from _two_facts(facts)


def slogans(facts: Facts, parts: Mapping[str, str]) -> list[str]:
    """Ideas that may stand large on a poster, one of each construction, the strongest first."""
    found: dict[str, str] = {"wanted": f"Wanted: {facts.goal.wanted} for {facts.name}"} if facts.goal.wanted else {}
    for construction, text in ideas(facts, parts):
        if construction in IDEAS and facts.suits(text) and len(text) <= GOOD:
            found.setdefault(construction, text)
    return [found[construction] for construction in ("wanted", *IDEAS) if construction in found]


def stops(parts: Sequence[str]) -> str:
    """Two people. One hour. No drilling."""
    return " ".join(sentence(bare(part)) for part in parts)


def _figures(facts: Facts) -> Iterator[tuple[str, str]]:
    """What a message counts stands for itself; a further sentence about the product has to say of what."""
    if facts.action.name == "give":
        return  # what a gift costs is no price
    for point in facts.points:
        if items := counted(point.source):
            yield "figures", stops(items)
    for detail in facts.details:
        items = counted(detail.source)
        if any(text.startswith("no ") for text in items):
            yield "figures", stops(items)
        elif items and facts.product.named and re.match(r"(?:It|They)\b", detail.source):
            yield "figures", f"{capital(facts.name)}: {', '.join(items)}"


def counted(source: str) -> list[str]:
    """What a sentence counts and what it does without, if that is two things or more: two people, no drilling."""
    if len(source.split()) > 14 or _BOUND.search(source):
        return []
    found: list[tuple[int, str]] = []
    for match in _COUNTED.finditer(source):
        what = _noun(match.group("what"))
        if not what:
            return []
        rate = _RATE.match(source[match.start("what") + len(what) :])
        found.append((match.start(), f"{match.group('count')} {what}{rate.group() if rate else ''}"))
    found += [(match.start(), f"no {_noun(match.group('what'))}") for match in _WITHOUT.finditer(source)]
    items = [text for _, text in sorted(found)]
    return items if 2 <= len(items) <= MOST_ITEMS and not any(text.endswith((" ones", "no ")) for text in items) else []


def _noun(text: str) -> str:
    """The words before the first that cannot belong to the noun: "short films run on" -> short films."""
    words: list[str] = []
    for word in text.split():
        after_plural = bool(words) and (words[-1].endswith("s") or words[-1] == "people") and is_verb(word)
        if word in _END | lexicon.AUXILIARIES or after_plural or third_to_base(word):
            break
        words.append(word)
    return " ".join(words) if 1 <= len(words) <= 3 else ""


def invitation(source: str) -> list[str]:
    """What "you" do with the product, as something to do: You leave Brussels at 19:40 and wake up in Vienna."""
    found = re.match(r"^You (?:can )?(?P<does>[a-z]+ [^.;!?]+)$", bare(source))
    if found is None or ", " in found["does"] or found["does"].split()[0] in _NEVER_ASKED:
        return []
    does = re.sub(r"^are (?=back|home)", "be ", found["does"])
    if (
        not (is_verb(does.split()[0]) or does.startswith("be "))
        or does.split()[0] in lexicon.AUXILIARIES - {"do", "have"}
        or " can " in does
    ):
        return []
    parts = re.split(r" and (?=[a-z]+ )", does)
    whole = [part for part in parts if is_verb(part.split()[0]) and third_to_base(part.split()[0]) is None]
    said = parts if len(whole) == len(parts) else [does]
    return [capital(part) for part in said] if len(does.split()) <= 2 * MOST_WORDS else []


def _answers(facts: Facts, parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The reader's situation as a question, and as its answer what they can do instead."""
    asked = parts.get("short", "")
    if not asked or len(asked) > LONGEST_ASKED or facts.readers.type not in ANSWERED:
        return
    for point in facts.points:
        said = invitation(point.source)
        if not said and point.form == "command":
            said = re.split(r" and (?=[a-z]+ )", bare(point.source))[:1]
        answer = bare(said[-1]) if said else ""
        if (
            answer
            and not answer.startswith("Be ")
            and answer[-1] not in "!?…"
            and len(answer.split()) <= MOST_WORDS
            and "," not in answer
        ):
            yield "answer", in_brand_words(facts, f"{asked} {answer}.")


def _then_and_now(facts: Facts) -> Iterator[tuple[str, str]]:
    noun = facts.product.noun
    for point in facts.points:
        if (made := _MADE.search(bare(point.source))) and noun and not facts.product.plural:
            article = "an" if _VOWEL.match(made["what"]) else "a"
            yield "then and now", f"Once {article} {made['what']}. Now your {noun}."
        if turned := _TURNED.match(bare(point.source)):
            yield "then and now", f"First {turned['old'].lower()}. Then {turned['new']}."


def _with_meanings(facts: Facts) -> Iterator[tuple[str, str]]:
    """A fact, and in a few words why it matters."""
    found = []
    for point in facts.points:
        if point.form not in ("clause", "command") or point.proof:
            continue
        fact = capital(bare(by_name(point.text, facts)))
        joined_ = [
            f"{fact}, {text}" if text.startswith("so ") else f"{fact}. {text}"
            for text in (in_brand_words(facts, meant) for meant in _meant(facts, point.source))
        ]
        said = [text for text in joined_ if facts.suits(text)]
        found += [text for text in said if len(text) <= LONGEST and len(tokens(text)) <= 2 * MOST_WORDS][:1]
    yield from (("point", text) for text in sorted(found, key=lambda text: len(text) > GOOD))


def _meant(facts: Facts, source: str) -> list[str]:
    return meanings(source, facts.action.name, light=facts.voice in LIGHT, strong=True)


def _two_facts(facts: Facts) -> Iterator[tuple[str, str]]:
    """Two short statements that follow each other in the brief."""
    short = [
        point
        for point in facts.points
        if point.form == "clause" and not point.proof and len(point.text.split()) <= MOST_WORDS - 2
    ]
    for one, other in pairwise(short):
        if not re.search("[,;:]", one.text + other.text):
            yield "two facts", stops([by_name(one.text, facts), by_name(other.text, facts)])
