# ruff: noqa: RUF001, RUF003 - this is what the file is about
"""Letters of other alphabets, and odd Latin ones, that are read as a plain letter. Must not touch accents."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_DRAWN_ALIKE: Final = dict(
    zip(
        # Cyrillic, Greek, Coptic, Armenian, Cherokee, Lisu.
        "авеіјкмнорстухѕԁɡһӏԛԝьпгАВЕЅІЈКМНОРСТУХԌαβεικνορτυχγηωΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳ"
        "ⲁⲃⲥⲉⲏⲓⲕⲙⲛⲟⲣⲧⲩⲭօսոհցզյԱՏ"
        "ᏟᎻᎬᎪᏢᎢᎠᎳᎷᏚᏃᏞᏦᏙᎫᏀᏴᎩ"
        "ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ",
        "abeijkmhopctyxsdghlqwbnrabesijkmhopctyxgabeiknoptuxynwabezhikmnoptyxcj"
        "abcehikmnoptyxounhgqjus"
        "cheaptdwmszlkvjgby"
        "abcdefghijklmnoprstuvwxyz",
        strict=True,
    )
)
#: ɐ and ə are turned letters; ɪ, ᴀ and the like are small capitals; ɇ, ɦ, ƥ are letters with something on them.
_NAME: Final = re.compile(
    r"LATIN (?:(?:SMALL|CAPITAL) )?LETTER (?:SMALL CAPITAL |DOTLESS |OPEN |SCRIPT |LONG )?([A-Z])(?: WITH .+)?"
)


@lru_cache(maxsize=4096)
def latin(letter: str) -> str:
    """The plain letter that it looks like; itself where it is one, or has an accent that Unicode can take off."""
    if letter.isascii():
        return letter
    alike = _DRAWN_ALIKE.get(letter) or _DRAWN_ALIKE.get(letter.upper())
    if alike is not None:
        return alike
    if letter == "\u2113":
        return "l"
    named = _NAME.fullmatch(unicodedata.name(letter, ""))
    if named is None or unicodedata.decomposition(letter):
        return letter
    return named[1].lower()
