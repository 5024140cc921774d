"""Habits of platforms and wishes of the brief: hashtags, emoji, and where a link stands.

Must not judge a text that belongs to no platform by the habits of one.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from agents.auditing.emoji import emoji
from agents.auditing.findings import Brief, Family, Finding, Found, Options, Patch, Rule, Skip, Term, at
from agents.auditing.pieces import Piece, Text
from agents.auditing.platforms import count, platform
from agents.auditing.tokens import normal

HASHTAG: Final = re.compile(r"(?<![\w&#/])[#\uff03](\w*[^\W\d_]\w*)")
_LINK: Final = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_AFTER_LINK: Final = re.compile(r"[\s.,;:!?)\u201d\"]*")

Most: TypeAlias = Annotated[int, Field(ge=0, le=100)]


def bare(tag: str) -> str:
    """A hashtag without its sign, in one case."""
    return normal(tag.strip().lstrip("#\uff03")).replace("'", "")


class Hashtags(Options):
    """`required` and `banned` join those of the brief; `most` is how many a post may have, by platform."""

    required: Annotated[list[Term], Field(max_length=50)] = Field(default_factory=list)
    banned: Annotated[list[Term], Field(max_length=1_000)] = Field(default_factory=list)
    most: dict[str, Most] = Field(default_factory=dict)


def hashtags(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    options = rule.read(Hashtags)
    required = _by_name((*brief.required_hashtags, *options.required))
    banned = frozenset(_by_name((*brief.banned_hashtags, *options.banned)))
    posts = [text for piece in pieces for text in piece.of_kind("post")]
    if not posts:
        yield Skip(None, "There are no posts.")
        return
    for text in posts:
        found = [(match.start(), match.end(), bare(match.group(1))) for match in HASHTAG.finditer(text.text)]
        for start, end, name in found:
            if name in banned:
                yield at(rule, text, (start, end), f"“{text.text[start:end]}” is a banned hashtag. {rule.why}")
        held = {name for _, _, name in found}
        yield from (_missing(rule, text, tag) for name, tag in required.items() if name not in held)
        known = platform(text.group)
        most = options.most.get(known.name) if known else None
        if known and most is not None and len(found) > most:
            why = f"On {known.title} a post has at most {most} hashtags here; this one has {len(found)}. {rule.why}"
            yield at(rule, text, (found[most][0], found[-1][1]), why, severity="low")


def _by_name(tags: tuple[str, ...]) -> dict[str, str]:
    return {bare(tag): tag.strip().lstrip("#\uff03").replace(" ", "") for tag in tags if bare(tag)}


def _missing(rule: Rule, text: Text, tag: str) -> Finding:
    end = len(text.text)
    known = platform(text.group)
    addition = f" #{tag}"
    fits = known is None or count(text.text + addition, known) <= known.limit
    patch = Patch(text.path, end, end, addition) if fits and text.text.strip() else None
    return at(rule, text, (end, end), f"The hashtag “#{tag}” is missing. {rule.why}", patch)


class EmojiPolicy(Options):
    """How many emoji a text may have where the brief says “sparing”, and by platform where it says nothing."""

    sparing: Most = 2
    most: dict[str, Most] = Field(default_factory=dict)


def emoji_policy(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    options = rule.read(EmojiPolicy)
    if brief.emoji == "free" or (not brief.emoji and not options.most):
        yield Skip(None, "Neither the brief nor the pack limits emoji.")
        return
    for piece in pieces:
        for text in piece.texts:
            most = _most_emoji(brief.emoji, text, options)
            found = emoji(text.text)
            if most == 0 and brief.emoji == "none":
                for span in found[:50]:
                    yield at(rule, text, span, f"The brief wants no emoji. {rule.why}")
            elif most is not None and len(found) > most:
                why = f"At most {most} emoji are wanted here; this text has {len(found)}. {rule.why}"
                yield at(rule, text, (found[most][0], found[-1][1]), why)


def _most_emoji(policy: str, text: Text, options: EmojiPolicy) -> int | None:
    if policy:
        return {"none": 0, "sparing": options.sparing}.get(policy)
    known = platform(text.group) if text.kind == "post" else None
    return options.most.get(known.name) if known else None


class LinkPlaces(Options):
    """Where a link may stand in a post, by platform; `none` where a link in the text cannot be followed."""

    places: dict[str, Literal["none", "end"]] = Field(default_factory=dict)


def link_places(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    places = rule.read(LinkPlaces).places
    posts = [text for piece in pieces for text in piece.of_kind("post")]
    judged = [(text, place) for text in posts if (place := places.get(_platform(text)))]
    if not judged:
        yield Skip(None, "There is no post for a platform whose links have a place.")
        return
    for text, place in judged:
        for match in _LINK.finditer(text.text):
            rest = HASHTAG.sub("", _LINK.sub("", text.text[match.end() :]))
            if place == "none":
                yield at(rule, text, match.span(), f"A link in this text cannot be followed there. {rule.why}")
            elif not _AFTER_LINK.fullmatch(_without(rest, brief.disclaimers)):
                yield at(rule, text, match.span(), f"The link belongs at the end. {rule.why}")


def _platform(text: Text) -> str:
    known = platform(text.group)
    return known.name if known else ""


def _without(text: str, fixed: tuple[str, ...]) -> str:
    for wording in fixed:
        text = text.replace(wording, "")
    return text


HASHTAGS: Final = Family("hashtags", hashtags, Hashtags, "Hashtags", topic="limits")
EMOJI_POLICY: Final = Family("emoji_policy", emoji_policy, EmojiPolicy, "Emoji policy", topic="limits")
LINK_PLACES: Final = Family("link_places", link_places, LinkPlaces, "Place of links", topic="limits")
