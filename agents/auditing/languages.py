"""Which language a text is in, by its small words and its letters. English and German are told well; others are named.

Must not guess: a text that says too little has no language of its own, and takes that of its piece.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MUCH: Final = 4_000
"""So many characters of a text are looked at; the rest would not change the answer."""

_WORD = re.compile(r"[^\W\d_]+")
_SMALL: Final[dict[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": (
            "the and of to is for with that you your it this are on be as not at from by we our have has will can an "
            "or but its their they was were who which what when how all more about into than if no there been "
            "would new up "
            "out so do does one get make makes made only every just us me my his her "
            "under over after today free now here where because each any own per while before since start book order "
            "try join save home day days week month year people customers price ask call today's don't without"
        ),
        "de": (
            "der die das und ist nicht ein eine einen einem einer eines zu den dem des mit von für auf im sich "
            "auch wie "
            "wir ihr ihre ihren sie es bei oder aus nach noch nur wird werden haben hat sind kann können mehr als wenn "
            "so aber über vor zum zur durch unser unsere unseren dein deine du uns am bis ohne alle jetzt mein schon "
            "dass ab beim ins vom seit um unter nach heute kostenlos neu neue neuen kunden preis preise "
            "bestellen testen "
            "sparen tag tage woche wochen monat jahr zuhause immer dies diese dieser dieses sein kein keine ganz gut"
        ),
        "nl": (
            "het een van en de niet zijn voor met aan dat ook naar wordt deze onze je jij wij bij uit nog geen maar "
            "worden heeft dan jouw uw zo om over meer"
        ),
        "fr": (
            "le la les des et est une un pour dans vous nous que qui sur avec au aux du ce cette votre notre pas plus "
            "vos nos ou par sont ne se il elle en chez"
        ),
        "es": (
            "el la los las de y que en un una para con por es del su al se lo como más pero sus este esta nuestro "
            "nuestra tu sin sobre son muy todo"
        ),
        "it": (
            "il di che è la per un una con non sono del della dei delle nel alla le gli si da più come anche nostro "
            "nostra tuo questo questa ogni senza su al lo"
        ),
        "pt": (
            "o os um uma de que e do da dos das em para com não por mais como se ao na no nas nos seu sua você nosso "
            "nossa são está ou sem"
        ),
        "sv": "och att det som en är på för med av inte den till har vi du ett om kan din vår från eller här när",
        "da": "og det at er en til på af for med ikke den som har vi du et om kan din vores fra eller her når",
        "pl": "i w na z do nie się jest to że jak dla o po od za ale przez już tylko twoje nasze nas ich czy",
    }.items()
}
_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "th",
        "wh",
        "sh",
        "ing ",
        "tion",
        "ou",
        "ight",
        "ly ",
        "ed ",
        "ough",
        "ea",
        "ee",
        "oo",
        "ay",
        "ow",
        "y ",
        "wor",
        "ful ",
        "able ",
        "ment ",
        "ess ",
        "ies ",
        "ry ",
        "ve ",
        "ce ",
        "'s ",
        "co",
        "ev",
        "ck ",
        "ure ",
        " qu",
        "wn ",
    ),
    "de": (
        "sch",
        "ich",
        "cht",
        "ung",
        "ein",
        "eit ",
        "ig ",
        "isch",
        "ier",
        "ß",
        "ä",
        "ö",
        "ü",
        "tz",
        "pf",
        "zt",
        "en ",
        "em ",
        "ern ",
        " ge",
        " ver",
        " zu",
        " auf",
        "rt ",
        "gt ",
        "lt ",
        "los ",
        "frei",
        "voll",
        "kauf",
        "nn ",
        "hn",
        "eu",
        " z",
        "zig ",
        "mm",
        "uf ",
    ),
    "nl": ("ij", "aa", "oo", "sch", "cht", "uu"),
    "fr": ("eau", "é", "è", "ê", "ç", "oux", "ment", "qu"),
    "es": ("ción", "ñ", "ía", "qu", "ue", "ó"),
    "it": ("zione", "gli", "cch", "tt", "ità", "zz"),
    "pt": ("ção", "ão", "nh", "lh", "ções"),
    "sv": ("å", "ä", "ö", "skap"),
    "da": ("å", "ø", "æ", "hed"),
    "pl": ("ł", "ę", "ą", "ż", "ó", "cz", "sz", "ś"),
}
"""Pieces of words that a language has more often than its neighbours."""
_SCRIPTS: Final = (
    ("ja", "\u3040", "\u30ff"), ("zh", "\u4e00", "\u9fff"), ("ko", "\uac00", "\ud7af"), ("ar", "\u0600", "\u06ff"),
    ("he", "\u0590", "\u05ff"), ("el", "\u0370", "\u03ff"), ("ru", "\u0400", "\u04ff"), ("th", "\u0e00", "\u0e7f"),
    ("hi", "\u0900", "\u097f"),
)  # fmt: skip
"""A script that one language among those we can name writes; Japanese first, since it also uses Chinese letters."""

CONFIDENT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Detected:
    """language "" means that the text says too little; confidence goes from 0 to 1."""

    language: str = ""
    confidence: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.language) and self.confidence >= CONFIDENT


@lru_cache(maxsize=2048)
def detect(text: str) -> Detected:
    text = text[:MUCH]
    script = _script(text)
    if script is not None:
        return script
    words = [word.casefold() for word in _WORD.findall(text)]
    points = _points(words)
    if not points:
        return Detected()
    (best, most), *others = sorted(points.items(), key=lambda entry: -entry[1])
    second = others[0][1] if others else 0.0
    # Certain where the best is far ahead of the next and enough was said: two points are about two small words.
    ahead = (most - second) / most
    sure = min(1.0, ahead * 2) * min(1.0, most / 2) * min(1.0, len(words) / 4)
    return Detected(best, round(sure, 3))


def _points(words: list[str]) -> dict[str, float]:
    points = dict.fromkeys(_PARTS, 0.0)  # in this order: of two that are as likely, the first one is taken
    for word, times in Counter(words).items():
        for language, value in _points_of(word):
            points[language] = points.get(language, 0.0) + times * value
    return {language: value for language, value in points.items() if value > 0}


@lru_cache(maxsize=16_384)
def _points_of(word: str) -> tuple[tuple[str, float], ...]:
    """A point for a small word, shared among the languages that have it; else fractions for pieces of the word."""
    mine = [language for language, small in _SMALL.items() if word in small]
    if mine:
        return tuple((language, 1 / len(mine)) for language in mine)
    plain = f" {word} "
    counted = ((language, sum(part in plain for part in parts)) for language, parts in _PARTS.items())
    return tuple((language, 0.15 * count) for language, count in counted if count)


def _script(text: str) -> Detected | None:
    foreign = [letter for letter in text if letter > "\u036f" and letter.isalpha()]
    if not foreign:
        return None
    letters = sum(map(str.isalpha, text))
    for language, low, high in _SCRIPTS:
        share = sum(low <= letter <= high for letter in foreign) / letters
        if share > (0.15 if language == "ja" else 0.5):
            return Detected(language, round(min(1.0, share + 0.3), 3))
    return None


def primary(code: object) -> str:
    """The language of a code such as de-AT; "" where it is none."""
    return code.replace("_", "-").split("-")[0].strip().casefold() if isinstance(code, str) else ""


def of_piece(texts: list[str], said: str, asked: str) -> str:
    """The language of a piece: what its texts show, else what it says of itself, else what the brief asks."""
    found = detect("\n".join(dict.fromkeys(texts)))
    likely = found.language if found.language in ("en", "de") else ""
    return found.language if found else said or asked or likely or "en"


def of_text(text: str, piece: str) -> str:
    """The language of one text within a piece: its own only where it says so clearly."""
    if len(_WORD.findall(text)) < 6:
        return piece
    found = detect(text)
    clear = found and found.confidence >= 0.8
    return found.language if clear else piece
