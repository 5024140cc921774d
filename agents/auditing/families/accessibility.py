"""Accessibility: contrast, alternative texts, shouted words, runs of emoji, hashtags and letters that are not read.

Must not take an abbreviation for shouting, nor one word of a hashtag for two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from pydantic import Field

from agents.auditing.emoji import emoji, runs
from agents.auditing.families.habits import HASHTAG
from agents.auditing.findings import Brief, Family, Finding, Found, Options, Rule, Skip, Terms, at, replace
from agents.auditing.meaning import telling
from agents.auditing.pieces import Piece, Text, entries
from agents.auditing.tokens import normal, tokens
from agents.auditing.words import Span
from agents.colours import contrast, parse

AA: Final = 4.5
_CAPS: Final = re.compile(r"(?<![\w#@&/.'\u2019\[{-])[^\W\d_a-zäöüß][^\W\d_a-zß]+(?![\w@])")
_BETWEEN: Final = re.compile(r"[ \u00a0,'\u2019&-]{1,3}")
LONGEST_WORD: Final = 18
"""English words of so many letters are rarer than hashtags of several; German ones are not."""
_CODE: Final = re.compile(
    r"(?:code|coupon|voucher|promo|gutschein|codewort|kennwort)[:\s\"\u201c\u201e]*$", re.IGNORECASE
)
_VOWEL: Final = re.compile(r"[AEIOUÄÖÜY]")
_FILE: Final = re.compile(r"^\S+\.(?:jpe?g|png|gif|webp|svg)$|^(?:img|dsc|image|bild|foto)[_ -]?\d*$", re.IGNORECASE)
_STYLED: Final = re.compile(
    r"[\U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189]"
    r"(?:[ \U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\U0001f130-\U0001f189]*"
    r"[\U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\U0001f130-\U0001f189])?"
)


class Contrast(Options):
    least: float = Field(default=AA, ge=1, le=21)


def poster_contrast(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Text and its ground on every poster, as drawn and by its palette."""
    least = rule.read(Contrast).least
    visuals = [piece for piece in pieces if piece.slot == "visual_concept" and piece.content is not None]
    if not visuals:
        yield Skip(None, "There is no visual to measure.")
    for piece in visuals:
        for path, concept in entries(piece.content, "concepts"):
            if concept is not None:
                yield from _drawn(rule, piece, path, concept, least)
                yield from _palette(rule, piece, path, concept, least)


def _drawn(rule: Rule, piece: Piece, path: str, concept: Any, least: float) -> Iterator[Finding]:
    drawn = [
        (concept.get("contrast"), "drawing"),
        *((p.get("contrast"), str(p.get("format"))) for p in _dicts(concept)),
    ]
    for ratio, name in drawn:
        if isinstance(ratio, int | float) and not isinstance(ratio, bool) and 0 < ratio < least:
            why = f"Text on the {name[:40]} of {path} has a contrast of {ratio:.2f}; {least} is needed. {rule.why}"
            yield Finding(rule, piece.slot, why)


def _dicts(concept: Any) -> list[Any]:
    found = concept.get("posters")
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _palette(rule: Rule, piece: Piece, path: str, concept: Any, least: float) -> Iterator[Finding]:
    colours: dict[str, tuple[str, str]] = {}
    for where, entry in entries(concept, "palette"):
        code = (entry or {}).get("hex")
        if isinstance(code, str) and parse(code):
            colours.setdefault(str((entry or {}).get("role")), (f"{path}.{where}.hex", code))
    if "text" in colours and "background" in colours:
        (where, text), (_, ground) = colours["text"], colours["background"]
        ratio = contrast(str(parse(text)), str(parse(ground)))
        if ratio < least:
            why = f"{text} on {ground} has a contrast of {ratio:.2f}; {least} is needed. {rule.why}"
            yield Finding(rule, piece.slot, why, where, 0, len(text), text)


class AltText(Options):
    """`openers` are words that a screen reader already says, such as image of."""

    least: int = Field(default=20, ge=1, le=500)
    most: int = Field(default=500, ge=20, le=5_000)
    openers: Terms = Field(default_factory=list)


def alt_text(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    options = rule.read(AltText)
    visuals = [piece for piece in pieces if piece.slot == "visual_concept" and piece.content is not None]
    if not visuals:
        yield Skip(None, "There is no visual to describe.")
    for piece in visuals:
        known = {text.path: text for text in piece.of_kind("alt_text")}
        for path, concept in entries(piece.content, "concepts"):
            text = known.get(f"{path}.alt_text")
            if concept is not None and (text is None or not text.text.strip()):
                yield Finding(rule, piece.slot, f"The visual {path} has no alternative text. {rule.why}")
            elif text is not None:
                yield from _described(rule, text, options)


def _described(rule: Rule, text: Text, options: AltText) -> Iterator[Finding]:
    said = text.text.strip()
    start = text.text.find(said)
    span = (start, start + len(said))
    folded = normal(said)
    opener = next((o for o in options.openers if folded.startswith(f"{normal(o)} ")), None)
    if _FILE.match(said):
        yield at(rule, text, span, f"A file's name describes nothing. {rule.why}", severity="medium")
    elif len(said) < options.least and len(telling(said, text.language)) < 2:
        why = f"This text of {len(said)} characters says too little. {rule.why}"
        yield at(rule, text, span, why, severity="medium")
    elif len(said) > options.most:
        yield at(
            rule, text, span, f"More than {options.most} characters are tiring to listen to. {rule.why}", severity="low"
        )
    if opener is not None:
        words = f"Screen readers already say that it is a picture; leave out “{said[: len(opener)]}”. {rule.why}"
        yield at(rule, text, (start, start + len(opener)), words, severity="low")


class Shouting(Options):
    """`abbreviations` are words that are written in capitals."""

    abbreviations: Terms = Field(default_factory=list)
    single: int = Field(default=5, ge=3, le=30)


def shouting(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Runs of words in capitals, and single long ones; names that the brief writes so are left alone."""
    options = rule.read(Shouting)
    known = frozenset(options.abbreviations) | _capitals(brief.facts)
    own = _vocabulary((brief.product, brief.brand, *brief.required_terms, *brief.disclaimers))
    for piece in pieces:
        for text in piece.texts:
            for start, end in _shouted(text.text, known, options.single):
                # One word that the brief sets, such as its name or a required notice, may stand out.
                if normal(text.text[start:end]) in own:
                    continue
                patch = replace(text, (start, end), _calm(text.text, (start, end)))
                words = f"“{text.text[start:end]}” is in capitals. {rule.why}"
                yield at(rule, text, (start, end), words, patch if text.language != "de" else None)


@lru_cache(maxsize=128)
def _capitals(facts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for fact in facts for word in _CAPS.findall(fact))


@lru_cache(maxsize=1024)
def _shouted(text: str, known: frozenset[str], single: int) -> tuple[Span, ...]:
    groups: list[list[Span]] = []
    for match in _CAPS.finditer(text):
        if match.group() in known:
            continue
        joins = groups and _BETWEEN.fullmatch(text, groups[-1][-1][1], match.start())
        if joins:
            groups[-1].append(match.span())
        else:
            groups.append([match.span()])
    spans = [(group[0][0], group[-1][1]) for group in groups if _is_shouting(text, group, single)]
    return tuple(span for span in spans if not _CODE.search(text[max(0, span[0] - 24) : span[0]]))


def _is_shouting(text: str, group: list[Span], single: int) -> bool:
    long = [text[a:b] for a, b in group if b - a >= 3 and _VOWEL.search(text[a:b])]
    if len(group) == 1:
        return bool(long) and len(long[0]) >= single
    return len(long) >= 2 and sum(map(len, long)) >= 7 and any(len(word) >= 4 for word in long)


def _calm(text: str, span: Span) -> str:
    """In small letters, with a capital where a sentence starts."""
    said = text[slice(*span)].lower()
    before = text[: span[0]].rstrip(" \u00a0\"'\u201c\u201e(")
    said = re.sub(r"\bi\b", "I", said)
    return said if before and before[-1] not in ".!?:\n" else said[:1].upper() + said[1:]


class EmojiUse(Options):
    """`run` emoji in a row are too many; `before` are words after which an emoji stands for a word."""

    run: int = Field(default=3, ge=2, le=50)
    before: Terms = Field(default_factory=list)


def emoji_use(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    options = rule.read(EmojiUse)
    before = frozenset(options.before)
    for piece in pieces:
        for text in piece.texts:
            for start, end, many in runs(text.text):
                if many >= options.run:
                    words = f"{many} emoji in a row are read aloud one by one. {rule.why}"
                    yield at(rule, text, (start, end), words)
            for start, end in emoji(text.text):
                if _stands_for_a_word(text.text, start, end, before):
                    words = f"“{text.text[start:end]}” stands for a word, which is read aloud by its name. {rule.why}"
                    yield at(rule, text, (start, end), words)


def _stands_for_a_word(text: str, start: int, end: int, before: frozenset[str]) -> bool:
    left = tokens(text[max(0, start - 30) : start])
    follows = re.match(r"\s?[^\W\d_]", text[end : end + 2])
    return bool(left) and left[-1].norm in before and text[start - 1 : start].isspace() and follows is not None


class Spelling(Options):
    """`words` are common words that hashtags are made of; `whole` are single words that look like two."""

    words: Terms = Field(default_factory=list)
    whole: Terms = Field(default_factory=list)
    least: int = Field(default=9, ge=6, le=60)


def hashtag_case(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Hashtags of several words without capitals: a screen reader makes one unknown word of them."""
    options = rule.read(Spelling)
    common, whole = frozenset(options.words), frozenset(options.whole)
    brief_words = _vocabulary(brief.facts)
    required = frozenset(tag.strip("#").casefold() for tag in brief.required_hashtags)
    for piece in pieces:
        for text in piece.texts:
            for match in HASHTAG.finditer(text.text):
                tag = match.group(1)
                if tag.islower() and tag.isalpha() and len(tag) >= options.least and tag not in whole | required:
                    parts = _parts(tag, common | brief_words, 3 if text.language == "de" else 2)
                    if parts:
                        better = f"#{''.join(part[0].upper() + part[1:] for part in parts)}"
                        words = f"“{match.group()}” is {len(parts)} words; write {better}. {rule.why}"
                        yield at(rule, text, match.span(), words, replace(text, match.span(), better))
                    elif text.language == "en" and len(tag) >= LONGEST_WORD:
                        words = f"“{match.group()}” is too long to be one word. {rule.why}"
                        yield at(rule, text, match.span(), words)


@lru_cache(maxsize=128)
def _vocabulary(facts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(token.norm for fact in facts for token in tokens(fact) if len(token.norm) >= 3)


def _parts(tag: str, vocabulary: frozenset[str], least: int) -> list[str]:
    """The words that the tag is made of, if it is made of so many known ones and is none itself."""
    if tag in vocabulary or len(tag) > 60:
        return []
    best: list[list[str] | None] = [[]] + [None] * len(tag)
    for end in range(1, len(tag) + 1):
        for start in range(max(0, end - 20), end):
            parts = best[start]
            if parts is not None and tag[start:end] in vocabulary:
                longer = [*parts, tag[start:end]]
                if best[end] is None or len(longer) < len(best[end] or ()):
                    best[end] = longer
    found = best[-1] or []
    return found if least <= len(found) <= 5 else []


def styled_letters(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Mathematical, wide and circled letters that only look like bold or fancy ones."""
    for piece in pieces:
        for text in piece.texts:
            for match in _STYLED.finditer(text.text) if not text.text.isascii() else ():
                letters = unicodedata.normalize("NFKC", match.group())
                if sum(letter.isalpha() for letter in letters) >= 2 and letters.isascii():
                    words = f"These are signs, not the letters “{letters}”. {rule.why}"
                    yield at(rule, text, match.span(), words, replace(text, match.span(), letters))


POSTER_CONTRAST: Final = Family(
    "poster_contrast", poster_contrast, Contrast, "Contrast on posters", topic="accessibility"
)
ALT_TEXT: Final = Family("alt_text", alt_text, AltText, "Alternative texts", topic="accessibility")
SHOUTING: Final = Family("shouting", shouting, Shouting, "Words in capitals", topic="accessibility")
EMOJI_USE: Final = Family("emoji_use", emoji_use, EmojiUse, "Emoji that are read aloud", topic="accessibility")
HASHTAG_CASE: Final = Family("hashtag_case", hashtag_case, Spelling, "Capitals in hashtags", topic="accessibility")
STYLED_LETTERS: Final = Family("styled_letters", styled_letters, title="Letters that are signs", topic="accessibility")
