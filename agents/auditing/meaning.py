"""Whether a sentence says what another text says: telling words by their stems, numbers and negation must agree.

Must not guess beyond words: a paraphrase in other words is not found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from agents.auditing.context import NEGATIONS
from agents.auditing.quantities import Quantity, quantities
from agents.auditing.tokens import tokens
from agents.auditing.words import STOP_WORDS, fold, stem, words

ENOUGH: Final = 0.6
"""The share of a message's telling words that one sentence must hold."""

_GERMAN_ENDINGS: Final = (
    "ungen", "enden", "ung", "ende", "end", "sten", "ste", "ern", "ten", "em", "en", "er", "es", "st", "te", "e", "n",
    "s", "t",
)  # fmt: skip
_UMLAUTS: Final = str.maketrans("äöü", "aou")
_GERMAN_STOPS: Final = frozenset(
    "unser unsere unseren unserem unserer euer eure dein deine deinen ihre ihren ihrem ihrer sein seine seinen wenn "
    "dann hier dort jetzt alle alles jede jeder jedes jeden einen etwas mal eben schon am vom beim ab gibt haben kein "
    "keine keinen ohne uns euch du es dies diese dieser dieses wo was wer sowie je pro".split()
)
NEGATIVE: Final = frozenset(word for known in NEGATIONS.values() for word in known)
Synonyms = Mapping[str, str]
"""The stem of a word to the stem that stands for its group."""


@lru_cache(maxsize=16_384)
def stem_of(word: str, language: str) -> str:
    if language != "de":
        plain = stem(word)
        return plain[:-1] if len(plain) > 3 and plain[-1] == plain[-2] else plain
    plain = word.casefold()
    if plain.startswith("ge") and plain.endswith("t") and len(plain) > 6:
        plain = plain[2:]
    for ending in _GERMAN_ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) >= 4:
            plain = plain[: -len(ending)]
            break
    return fold(plain.translate(_UMLAUTS)).letters


@lru_cache(maxsize=16_384)
def telling(text: str, language: str) -> frozenset[str]:
    """The stems of the words that carry meaning, without numbers and negations; of all words where none does."""
    found = [word for word in words(text) if not word[0].isdigit()]
    kept = [
        word
        for word in found
        if (plain := word.casefold()) not in STOP_WORDS and plain not in _GERMAN_STOPS and plain not in NEGATIVE
    ]
    return frozenset(stem_of(word, language) for word in (kept or found))


def share_said(sentence: str, message: str, language: str, synonyms: Synonyms | None = None) -> float:
    """The share of the message's telling words that the sentence holds, 0 where a number or a negation disagrees."""
    known = synonyms or {}
    wanted = {known.get(word, word) for word in telling(message, language)}
    held = {known.get(word, word) for word in telling(sentence, language)}
    here = sum(word in held or (language == "de" and _in_compound(word, held)) for word in wanted)
    if not here or not numbers_agree(sentence, message) or not negations_agree(sentence, message, language):
        return 0.0
    return here / len(wanted)


def says(sentence: str, message: str, language: str, enough: float = ENOUGH) -> bool:
    return share_said(sentence, message, language) >= enough


def _in_compound(word: str, held: set[str]) -> bool:
    return len(word) >= 5 and any(word in other for other in held)


def numbers_agree(sentence: str, message: str) -> bool:
    """Every number of the message is in the sentence, however it is written."""
    wanted = quantities(message)
    if not wanted:
        return True
    held = quantities(sentence)
    return all(_is_held(one, held, message) for one in wanted if one.kind != "year")


def _is_held(one: Quantity, held: Sequence[Quantity], message: str) -> bool:
    """One minute is also said by a minute, if no other number of minutes is."""
    if any(one.same(other) for other in held):
        return True
    single = one.spelled and message[one.start :].casefold().startswith(("one", "eins"))
    return single and not any((other.kind, other.unit) == (one.kind, one.unit) for other in held)


@lru_cache(maxsize=4096)
def _negated(text: str, language: str) -> tuple[int, frozenset[str]]:
    """How many negations, and the stems of the words that stand within three words after one."""
    known = NEGATIONS.get(language, frozenset())
    found = [token for token in tokens(text) if token.is_word]
    places = [place for place, token in enumerate(found) if token.norm in known]
    near = {stem_of(found[n].norm, language) for place in places for n in range(place + 1, place + 4) if n < len(found)}
    return len(places), frozenset(near)


def negations_agree(sentence: str, message: str, language: str) -> bool:
    """What the message negates the sentence negates; what the sentence negates is not what the message affirms."""
    (asked, _), (here, near) = _negated(message, language), _negated(sentence, language)
    if asked:
        return here > 0 or language not in NEGATIONS or _says_free(sentence)
    return not (near & telling(message, language))


_FREE: Final = frozenset("free zero frei kostenlos gratis los".split())


def _says_free(sentence: str) -> bool:
    """A word that denies without a negation: card-free, kostenlos, fettfrei."""
    return any(
        word.casefold() in _FREE or word.casefold().endswith(("frei", "freie", "los")) for word in words(sentence)
    )


def synonyms_of(groups: Sequence[Sequence[str]], language: str) -> dict[str, str]:
    return {stem_of(word, language): stem_of(group[0], language) for group in groups for word in group}
