"""Regular inflections of English and German words, for finding a term in the forms that a sentence gives it.

Must not reach further than the same word: news is no form of new, and poster none of post.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

_VOWELS: Final = "aeiou"
_OTHER_WORDS: Final = frozenset(
    "news goods customs means arms glasses savings earnings clothing building being thing things hers does hardly "
    "lately shortly nearly barely highly largely fully likely lovely friendly monthly weekly daily yearly timely "
    "costly orderly really actually only early lively lonely elderly bestly needs species series pants outed "
    "during morning "
    "evening wedding stocking ceiling herring pudding stuffed wells lies".split()
)
_GRADED: Final = frozenset(
    "cheap big small fast quick smart safe strong great fine nice clean bright dark light rich poor low high hot cold "
    "new old young long short hard soft easy healthy happy pretty lazy crazy ugly deep wide thin fat slim simple cool "
    "tall sweet fresh dirty tough late near fair weak warm dumb large pure green".split()
)
_NOUN_ENDINGS: Final = ("s", "es", "e", "en", "n", "er", "ern")
_ADJECTIVE_ENDINGS: Final = ("e", "en", "em", "er", "es")
_GRADES: Final = ("", "er", "st", "est")
_VERB_ENDINGS: Final = (
    "e st est t et en te ten tet test ete eten end ende enden ender endes endem".split()
)  # fmt: skip


@lru_cache(maxsize=8192)
def forms(word: str, language: str) -> frozenset[str]:
    """The word and its regular forms, in one case. `word` keeps the capital that tells a German noun."""
    plain = word.casefold()
    if not plain.isalpha() or len(plain) < 3:
        return frozenset((plain,))
    if language == "en":
        return frozenset((plain, *(form for form in _english(plain) if form not in _OTHER_WORDS)))
    if language == "de":
        found = _german_noun(plain) if word[0].isupper() else _german_other(plain)
        return frozenset((plain, *found))
    return frozenset((plain,))


def _english(word: str) -> set[str]:
    stem = _english_base(word)
    found = set[str]()
    for base in dict.fromkeys((word, stem)):
        found |= {base, *_with_s(base)}
        soft = base[:-1] if base.endswith("e") else base
        if len(base) > 3 and not base.endswith(("ed", "ing", "ly", "est")):
            found |= {f"{soft}ed", f"{soft}ing"}
            if _doubles(base):
                found |= {f"{base}{base[-1]}ed", f"{base}{base[-1]}ing"}
            if base.endswith("y") and base[-2] not in _VOWELS:
                found |= {f"{base[:-1]}ied"}
        if len(base) > 3 and base.endswith(("ed", "al", "ous", "ful", "ive", "ic")):
            found.add(f"{base}ally" if base.endswith("ic") else f"{base}ly")
        if base in _GRADED:
            found |= _graded(base)
    return found


def _english_base(word: str) -> str:
    """The singular or bare form of a plural or a third person; the word itself where that is not plain."""
    if word in _OTHER_WORDS or word.endswith(("ss", "us", "is", "ous")) or len(word) < 5:
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes", "zzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


def _with_s(word: str) -> set[str]:
    if word.endswith("y") and word[-2] not in _VOWELS:
        return {f"{word[:-1]}ies"}
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return {f"{word}es"}
    return {f"{word}s"}


def _doubles(word: str) -> bool:
    ends = word[-1] not in "aeiouwxyhjq" and word[-2] in _VOWELS and word[-3] not in _VOWELS
    return ends and sum(letter in _VOWELS for letter in word) == 1


def _graded(word: str) -> set[str]:
    if word.endswith("y"):
        return {f"{word[:-1]}ier", f"{word[:-1]}iest", f"{word[:-1]}ily"}
    soft = word[:-1] if word.endswith("e") else word
    last = word[-1] if _doubles(word) else ""
    own = {f"{soft}{last}er", f"{soft}{last}est"}
    return own if word in ("hard", "late", "short", "near", "low", "high", "fast", "large") else {*own, f"{word}ly"}


def _german_noun(word: str) -> set[str]:
    base = word[:-1] if word.endswith("en") and len(word) > 5 else word
    found = {base, *(f"{word}{ending}" for ending in _NOUN_ENDINGS)}
    if base != word:
        found |= {f"{base}s"}
    return found


def _german_other(word: str) -> set[str]:
    """Adjectives with endings and grades, participles, and verbs by their infinitive."""
    found = set[str]()
    stem = word
    for ending in ("en", "em", "er", "es", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            stem = word[: -len(ending)]
            break
    for base in dict.fromkeys((word, stem)):
        found.add(base)
        for grade in _GRADES:
            found |= {f"{base}{grade}{ending}" for ending in _ADJECTIVE_ENDINGS}
    if word.endswith("en") and len(word) >= 6:
        verb = word[:-2]
        found |= {f"{verb}{ending}" for ending in _VERB_ENDINGS} | {f"ge{verb}t"}
    return found


_LOOSE_ENDS: Final = (
    "bar", "lich", "ung", "ungen", "haft", "isch", "ische", "ischen", "los", "lose", "losen", "voll", "sam", "bare",
    "baren", "barer", "lichen", "liche", "ling", "heit", "keit", "chen", "lein", "tum", "schaft", "ieren", "iert",
)  # fmt: skip
_LOOSE_STARTS: Final = (
    "be", "ver", "ent", "zer", "er", "ge", "un", "ab", "an", "auf", "aus", "um", "zu", "ein", "vor", "nach", "über",
    "unter", "miss", "hin", "her", "bei", "mit", "durch", "wieder", "gegen",
)  # fmt: skip
LEAST_IN_COMPOUND: Final = 5


def in_compound(token: str, term: str) -> tuple[int, int] | None:
    """Where a German word stands as the first or last part of a compound, as a span of the token; or None."""
    word, part = token.casefold(), term.casefold()
    if term[:1].islower():
        # An adjective is only the last part: spottbillig, but not Billigung.
        start = len(word) - len(part)
        whole = (
            len(part) >= LEAST_IN_COMPOUND and start >= 4 and word.endswith(part) and word[:start] not in _LOOSE_STARTS
        )
        return (start, len(word)) if whole else None
    if len(part) < LEAST_IN_COMPOUND or not part.isalpha() or len(word) - len(part) < 3 or len(word) != len(token):
        return None
    if word.startswith(part) and word[len(part) :] not in _LOOSE_ENDS and not word[len(part) :].startswith(part):
        return 0, len(part)
    if word.startswith(part):
        return None
    for ending in ("", "s", "e", "n", "en", "es"):
        if word.endswith(part + ending) and len(word) - len(part) - len(ending) >= 3:
            start = len(word) - len(part) - len(ending)
            return None if word[:start] in _LOOSE_STARTS else (start, len(word))
    return None
