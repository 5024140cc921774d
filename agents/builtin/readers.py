"""Whom a campaign speaks to and what it is about: audience and product texts read into parts that sentences can use.

Must not guess: a part whose grammar is not certain is empty, and the sentences that need it are not written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agents.auditing.families.coverage import name_of
from agents.builtin.english import (
    bare,
    capital,
    clause_verb,
    cut_to_clauses,
    gerund,
    head_of,
    is_plural,
    is_verb,
    third_to_base,
    to_you,
    tokens,
    with_article,
)
from agents.builtin.lexicon import DETERMINERS, PREPOSITIONS, PRONOUNS

MAX_NAME_WORDS: Final = 8
MAX_AUDIENCE_WORDS: Final = 18
MAX_SITUATION_WORDS: Final = 14

_RELATIVE: Final = re.compile(r"^(?P<who>[^,.;]+?)\s+(?:who|that)\s+(?P<does>[^.;]+)$")
_SEEKING: Final = re.compile(r"^(?P<who>[^,.;]+?)\s+(?P<does>(?:looking|searching|waiting)\s+for\s+[^.;]+)$")
_WITHOUT: Final = re.compile(r"^(?P<who>[^,.;]+?)\s+without\s+(?:an?\s+|any\s+)?(?P<has>[^.;,]+)$")
_HAVING: Final = re.compile(r"^(?P<who>\w+(?:\s+\w+)?)\s+with\s+(?P<has>[^.;,]+)$")
_YOUR_OWN: Final = {"lives": "life", "jobs": "job", "careers": "career", "homes": "home", "houses": "house",
                    "phones": "phone", "teams": "team", "companies": "company", "businesses": "business"}  # fmt: skip
_IS: Final = re.compile(r"^(?P<name>[^,.;:]{2,60}?)\s+(?:is|are)\s+(?P<kind>(?:an?|the)\s+.+)$")
_DOES: Final = re.compile(r"\s(?:that|which)\s+(?P<does>.+)$")
_PLACED: Final = re.compile(r"^(?P<name>[A-Z0-9]\S*(?: (?:of the |of |and |& )?[A-Z0-9]\S*)*) (?:at|on|in) .+$")
_KIND_IN_NAME: Final = re.compile(
    r"^(?P<name>[A-Z0-9]\S*(?: [A-Z0-9]\S*)*) (?P<kind>[a-z][a-z-]*(?: [a-z][a-z-]*){0,2})$"
)
_ARTICLE: Final = re.compile(r"^(?:an?|the|our|my)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Audience:
    """who is the group; you what a member does ("still book by phone"), type how that is meant."""

    whole: str = ""
    who: str = ""
    you: str = ""
    type: str = "habit"
    they: str = ""

    @property
    def question(self) -> str:
        first, _, rest = self.you.partition(" ")
        if not self.you or " cannot " in f" {self.you} " or first in ("could", "would", "should"):
            return ""
        if first == "are":
            return f"Are you {rest}?"
        if self.you.startswith("have never "):
            return f"Have you never {self.you.removeprefix('have never ')}?"
        return f"Can you {rest}?" if first == "can" else f"Do you {self.you}?"

    @property
    def short(self) -> str:
        """The question as people ask it in passing: Still booking by phone? Tired of airports?"""
        words = self.you.split()
        if not words or "cannot" in words or words[0] in ("can", "could", "would"):
            return ""
        if words[0] == "are":
            return capital(" ".join(words[1:])) + "?"
        if words[:2] in (["have", "never"], ["have", "no"]):
            return capital(" ".join(words[1:])) + "?"
        if words[0] == "still" and len(words) > 1:
            doing = gerund(words[1])
            return f"Still {doing} {' '.join(words[2:])}".rstrip() + "?" if doing else ""
        return capital(self.you) + "?"


@dataclass(frozen=True, slots=True)
class Product:
    """name as a sentence uses it; kind what it is, with its article; details the other sentences.

    where is the name with place and time, such as "Jazz Night at The Cellar", if the brief names the product so.
    """

    name: str
    described: str = ""
    kind: str = ""
    named: bool = True
    details: tuple[str, ...] = ()
    where: str = ""

    @property
    def plural(self) -> bool:
        return is_plural(self.kind) if self.kind else False

    @property
    def head(self) -> str:
        """What it is, without what it does."""
        found = _DOES.search(self.kind)
        return self.kind[: found.start()].rstrip(", ") if found and self.does else ""

    @property
    def does(self) -> str:
        """The relative clause of the kind, if it can be a sentence of its own: fills free hours by itself."""
        found = _DOES.search(self.kind)
        if found is None:
            return ""
        first = found.group("does").split()[0]
        singular = third_to_base(first) is not None
        if self.plural == singular or not is_verb(first):
            return ""
        # "maps that were wrong": what follows belongs to a noun that stands nearer than the head.
        return found.group("does") if not re.search(r"\babout\s[^,]*$", self.kind[: found.start()]) else ""

    @property
    def noun(self) -> str:
        head = head_of(self.kind)
        return head.split()[-1] if head else ""


def read_audience(text: str) -> Audience:
    first = re.split(r"(?<=[.;!?])\s", text, maxsplit=1)[0].rstrip(" .;!?")
    if not first:
        return Audience()
    whole = _lower(first) if len(first.split()) <= MAX_AUDIENCE_WORDS else ""
    who, they = _situation(first)
    if len(they.split()) > MAX_SITUATION_WORDS:
        they = ""
    you = _yours(they)
    if _type(you) == "lack" and " of " in f" {who} ":
        who = first  # "managers of firms" would be others than "managers of firms without a security team"
    return Audience(whole, _lower(who) if you else whole, you, _type(you), they)


def _situation(text: str) -> tuple[str, str]:
    if found := _RELATIVE.match(text):
        does = found.group("does")
        words = does.split()
        verb = (
            words[1]
            if words[0] in ("still", "rarely", "often", "always", "never", "already", "also") and words[1:]
            else words[0]
        )
        if is_verb(verb) and (third_to_base(verb) is None or verb in ("does",)) and verb not in ("was", "has", "is"):
            return found.group("who"), does
        return text, ""
    if found := _SEEKING.match(text):
        return found.group("who"), f"are {found.group('does')}"
    if found := _WITHOUT.match(text):
        return found.group("who"), f"have no {found.group('has')}"
    if (found := _HAVING.match(text)) and not re.search(r"\d", found.group("has")):
        return found.group("who"), f"have {found.group('has')}"
    return text, ""


def _yours(they: str) -> str:
    """The same said to one reader: want their lives back -> want your life back."""
    return re.sub(r"\byour (\w+)", lambda match: f"your {_YOUR_OWN.get(match.group(1), match.group(1))}", to_you(they))


def _type(you: str) -> str:
    padded = f" {you} "
    if you.startswith("have no "):
        return "lack"
    if " never " in padded:
        return "new"
    if " but cannot " in padded:
        return "torn"
    if re.match(r"(?:want|would like|hope|need|wish|plan to|dream|are looking|are searching|love to)\b", you):
        return "want"
    return (
        "problem"
        if re.search(r"\b(?:still|tired|bored|cannot|struggle|hate|afraid|fear|lose|miss)\b", you)
        else "habit"
    )


def _lower(text: str) -> str:
    word = text.split(maxsplit=1)[0]
    people = re.match(r"\w+(?:ians|eans|icans)$|Londoners|Berliners|Germans|Britons|Scots|Danes", word)
    name = re.match(r"[A-Z]\w*\s+[A-Z0-9]", text)
    return text if people or name or word[1:] != word[1:].lower() else text[0].lower() + text[1:]


_SHORTENED = re.compile(
    r"(?:\b(?:co|inc|ltd|corp|bros|no|nr|st|jr|sr|dr|mt|ave|vs|etc)|\b[^\W\d_]|\.[^\W\d_]+)\.$", re.IGNORECASE
)


def read_product(text: str, brand: str = "") -> Product:
    """The name, what it is, and every further sentence, out of "Larkspur, a booking calendar that …. It costs …"."""
    parts = cut_to_clauses(text) or [text]
    parts.sort(key=lambda part: part.endswith("?"))  # a question opens an advertisement; what it is stands after it
    first, details = parts[0].rstrip("!? ") or parts[0], tuple(parts[1:])
    return _sentence(first, details, brand) or _described(_without_stop(first), details)


def _without_stop(text: str) -> str:
    """Without the full stop of who types a name as a sentence; that of Weaver & Co. belongs to it."""
    return text if not text.endswith(".") or _SHORTENED.search(text) else text.rstrip(". ") or text


def _sentence(first: str, details: tuple[str, ...], brand: str) -> Product | None:
    """A product text that is a sentence: of what something is, of what it needs, or of what "we" do."""
    found = tokens(first)
    if found and found[0].lower() in ("we", "i", "you", "it", "they") and clause_verb(found):
        return Product(brand or "this offer", "", "", bool(brand), (first, *details))
    if is_ := _IS.match(bare(first)):
        return Product(_few(is_.group("name")), bare(first), is_.group("kind"), True, details)
    told = _told_of(bare(first))
    return Product(_mid(told), bare(first), "", True, (first, *details)) if told else None


def _described(first: str, details: tuple[str, ...]) -> Product:
    name = name_of(first) or first
    start = first.find(name)
    before = re.split(r"[,:;(\n]| [\u2013\u2014-] ", first, maxsplit=1)[0].strip()
    proper = re.match(r"^The\s+(?=[A-Z0-9])", before)
    if start == 0 or (proper and _ARTICLE.match(before)):
        whole = name if start == 0 else before
        rest = bare(first[len(whole) :].lstrip(" ,:;-\u2013\u2014(").rstrip(" )."))
        if not rest and (found := _PLACED.match(whole)):
            return Product(_mid(found.group("name")), whole, "", True, details, whole)
        if not rest and (found := _KIND_IN_NAME.match(whole)) and not proper:
            kind = with_article(found.group("kind"))
            return Product(found.group("name"), found.group("kind"), kind, True, details)
        return Product(_mid(_few(whole)), rest, _kind(rest), True, details)
    return Product(f"the {_few(name)}", bare(first), bare(first)[:1].lower() + bare(first)[1:], False, details)


def _told_of(first: str) -> str:
    """Who or what a product text speaks of that is itself a sentence: The Riverside Food Bank needs drivers."""
    found = tokens(first)
    verb = clause_verb(found) if not re.search(r"[,:;(]", " ".join(first.split()[:8])) else None
    subject = first.split()[:verb] if verb and verb <= MAX_NAME_WORDS else []
    if subject and subject[0].lower() in PRONOUNS | DETERMINERS - {"the"}:
        return ""
    proper = [word for word in subject if word[:1].isupper() or word in ("of", "and", "&", "the")]
    return " ".join(subject) if subject and len(proper) == len(subject) and subject[-1][:1].isupper() else ""


def _kind(rest: str) -> str:
    """What follows the name, if it says what it is."""
    if not rest or len(rest.split()) > 30:
        return ""
    return rest if _ARTICLE.match(rest) else _lower(rest)


def _mid(name: str) -> str:
    return f"the {name[4:]}" if name.startswith("The ") and len(name) > 4 else name


def _few(name: str) -> str:
    words = name.split()[:MAX_NAME_WORDS]
    while len(words) > 1 and len(name.split()) > MAX_NAME_WORDS and words[-1].lower() in PREPOSITIONS | DETERMINERS:
        words.pop()
    return " ".join(words)
