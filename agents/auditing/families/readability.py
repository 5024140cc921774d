"""How hard a text is to read: Flesch and Flesch-Kincaid in English, Amstad and Wiener in German, long sentences, style.

Must not judge short texts, lists or disclaimers: a formula on twenty words measures nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pydantic import Field

from agents.auditing.context import sentence_spans
from agents.auditing.findings import Brief, Code, Family, Found, Options, Rule, Skip, at, spoken
from agents.auditing.pieces import Kind, Piece, Text
from agents.auditing.words import Span, words

_VOWELS: Final = {
    "en": re.compile(r"[aeiouy]+"),
    "de": re.compile(r"ei|ai|au|äu|eu|ie|oi|ui|aa|ee|oo|[aeiouyäöü]"),
}
_SILENT: Final = re.compile(r"(?:[^laeiouy]e|[^td]ed|[^sxzcg]es|[cs]hes$)$")
_ABSTRACT: Final = {
    "en": re.compile(r"^\w{4,}(?:tions?|ments?|ness(?:es)?|ances?|ences?|isms?|ities|ity)$"),
    "de": re.compile(r"^\w{3,}(?:ungs?|ungen|heit|heiten|keit|keiten|tion|tionen|ismus|ierung|ierungen)$"),
}
_PASSIVE: Final = {
    "en": re.compile(
        r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+)?(?:\w{3,}ed|made|given|taken|done|seen|shown|held|sent|"
        r"known|found|kept|built|sold|paid|written|chosen|driven|brought)\b",
        re.IGNORECASE,
    ),
    "de": re.compile(r"\b(?:wird|werden|wurde|wurden|worden)\b", re.IGNORECASE),
}
_PARTICIPLE: Final = re.compile(
    r"\b(?:ge\w{3,}(?:t|en)|\w{2,}ge\w{2,}(?:t|en)|(?:be|ver|ent|er|zer)\w{3,}(?:t|en)|\w+iert)\b"
)


class Measures(Options):
    """Thresholds for texts of one kind; None does not measure. `ease` is Flesch in English and Amstad in German."""

    least_words: int = Field(default=45, ge=10, le=1_000)
    ease: float | None = Field(default=None, ge=-200, le=120)
    grade: float | None = Field(default=None, ge=1, le=40)
    sentence_words: int | None = Field(default=None, ge=8, le=200)
    mean_sentence_words: float | None = Field(default=None, ge=5, le=100)
    passive: float | None = Field(default=None, ge=0.1, le=1)
    nominal: float | None = Field(default=None, ge=0.02, le=1)


class Readability(Options):
    """Per language and kind of text. A kind that is not named is not measured."""

    languages: dict[Code, dict[Kind, Measures]] = Field(min_length=1, max_length=20)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text measures. grade is the years of school it takes: Flesch-Kincaid, or the first Wiener formula."""

    words: int
    sentences: int
    ease: float
    grade: float


def readability(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    options = rule.read(Readability)
    texts, skips = spoken(pieces, options.languages)
    yield from skips
    measured = False
    for text in texts:
        measures = options.languages[text.language].get(text.kind)
        if measures is not None:
            plain = _without(text.text, brief.disclaimers)
            measured = True
            yield from _sentences(rule, text, measures, brief.disclaimers)
            yield from _whole(rule, text, plain, measures)
    if texts and not measured:
        yield Skip(None, "No text of a kind that the pack measures.")


def _sentences(rule: Rule, text: Text, measures: Measures, fixed: Sequence[str]) -> Found:
    if measures.sentence_words is None:
        return
    for start, end in sentence_spans(text.text):
        sentence = text.text[start:end]
        length = len(words(sentence))
        if length > measures.sentence_words and not _is_list(sentence) and sentence not in fixed:
            why = (
                f"This sentence has {length} words; more than {measures.sentence_words} are hard to follow. {rule.why}"
            )
            yield at(rule, text, (start, end), why)


def _is_list(sentence: str) -> bool:
    """Many short parts between commas or semicolons read well however many they are."""
    parts = re.split(r"[,;\u2022]", sentence)
    return len(parts) > 5 and len(words(sentence)) / len(parts) < 4


def _whole(rule: Rule, text: Text, plain: str, measures: Measures) -> Found:
    span = _trimmed(text.text)
    found = measure(plain, text.language)
    if found is None or found.words < measures.least_words:
        return
    hard = []
    if measures.ease is not None and found.ease < measures.ease:
        name = "Amstad" if text.language == "de" else "Flesch"
        hard.append(f"its {name} reading ease is {found.ease:.0f} (at least {measures.ease:.0f} is wanted)")
    if measures.grade is not None and found.grade > measures.grade:
        hard.append(f"it takes {found.grade:.0f} years of school (at most {measures.grade:.0f} are wanted)")
    mean = found.words / found.sentences
    if measures.mean_sentence_words is not None and mean > measures.mean_sentence_words:
        hard.append(f"its sentences have {mean:.0f} words on average (at most {measures.mean_sentence_words:.0f})")
    if hard:
        yield at(rule, text, span, f"This text is hard to read: {'; '.join(hard)}. {rule.why}")
    for words_ in _style(plain, text.language, measures):
        yield at(rule, text, span, f"{words_} {rule.why}", severity="low")


def _style(plain: str, language: str, measures: Measures) -> Iterator[str]:
    spans = [(start, end) for start, end in sentence_spans(plain) if len(words(plain[start:end])) > 3]
    if measures.passive is not None and len(spans) >= 4:
        share = sum(_is_passive(plain[start:end], language) for start, end in spans) / len(spans)
        if share >= measures.passive:
            yield f"{share:.0%} of the sentences are in the passive voice."
    if measures.nominal is not None:
        found = words(plain)
        share = sum(_ABSTRACT[language].match(word.casefold()) is not None for word in found) / max(1, len(found))
        if share >= measures.nominal:
            yield f"{share:.0%} of the words are abstract nouns."


def _is_passive(sentence: str, language: str) -> bool:
    passive = _PASSIVE[language].search(sentence) is not None
    return passive and (language != "de" or _PARTICIPLE.search(sentence) is not None)


@lru_cache(maxsize=512)
def measure(text: str, language: str) -> Reading | None:
    """The measures of a text in English or German; None without words or in another language."""
    if language not in _VOWELS:
        return None
    found = [word for word in words(text) if not word[0].isdigit()]
    spans = [span for span in sentence_spans(text) if words(text[slice(*span)])]
    if not found or not spans:
        return None
    counts = [syllables(word, language) for word in found]
    total, length, per_word = len(found), len(found) / len(spans), sum(counts) / len(found)
    if language == "en":
        ease = 206.835 - 1.015 * length - 84.6 * per_word
        grade = 0.39 * length + 11.8 * per_word - 15.59
    else:
        ease = 180 - length - 58.5 * per_word
        many, one = (sum(count >= 3 for count in counts) / total, sum(count == 1 for count in counts) / total)
        long = sum(len(word) > 6 for word in found) / total
        grade = 0.1935 * many * 100 + 0.1672 * length + 0.1297 * long * 100 - 0.0327 * one * 100 - 0.875
    return Reading(total, len(spans), round(ease, 2), round(grade, 2))


@lru_cache(maxsize=16_384)
def syllables(word: str, language: str) -> int:
    plain = word.casefold()
    count = len(_VOWELS[language].findall(plain))
    if language == "en" and count > 1 and _SILENT.search(plain):
        count -= 1
    return max(1, count)


def _trimmed(text: str) -> Span:
    start = len(text) - len(text.lstrip())
    return start, max(start, len(text.rstrip()))


def _without(text: str, fixed: Sequence[str]) -> str:
    for wording in fixed:
        text = text.replace(wording, "")
    return text


READABILITY: Final = Family("readability", readability, Readability, "Readability", topic="readability")
