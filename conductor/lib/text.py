"""Short texts that people type: one normal form, no hidden characters, a limit; refused with the field's name.

Must not know what a text is for.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from conductor.lib.errors import BadInput

DEEPEST = 64
_HALF = re.compile(r"[\ud800-\udfff]")
#: The wide forms are read as the plain ones where East Asian text is usual.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_INNER_FORMULA = re.compile(rf";[\s\"]*(?=[{re.escape(''.join(_FORMULA))}])")
_KEPT_CONTROLS = "\n\t"
#: Characters that turn the reading direction and can make one name look like another.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


#: Invisible, and needed: emoji of several people, Persian and Indian words, the direction of a bracket.
_JOINING = frozenset("\u200c\u200d\u200e\u200f")


def clean(said: object, field: str, *, most: int, required: bool = False, lines: bool = False) -> str:
    """The text in normal form NFC, trimmed. `lines` allows line breaks and tabs; `most` counts characters."""
    if said is None:
        said = ""
    if not isinstance(said, str):
        raise _bad(field, "Must be text.")
    if len(said) > 4 * most + 1000:  # Before any work on it: a megabyte is not a name.
        raise _too_long(field, len(said), most)
    text = unicodedata.normalize("NFC", said.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if any(_is_hidden(char, lines) for char in text):
        raise _bad(field, "Contains characters that are not text (control, direction, invisible or broken ones).")
    if len(text) > most:
        raise _too_long(field, len(text), most)
    if required and not text:
        raise _bad(field, "May not be blank.")
    return text


def fold(text: str) -> str:
    """A form in which twins are equal: same letters, any case, any composition, any spacing."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def is_storable(value: Any) -> bool:
    """False for a structure that holds text no database takes, or nests deeper than any of ours."""
    level, deep = [value], 0
    while level:
        deep += 1
        texts = [one for one in level if isinstance(one, str)]
        if deep > DEEPEST or any("\x00" in text or _HALF.search(text) for text in texts):
            return False
        level = [
            held
            for one in level
            if isinstance(one, Mapping | list | tuple)
            for held in ((*one.keys(), *one.values()) if isinstance(one, Mapping) else one)
        ]
    return True


def first_twice(names: Iterable[str]) -> str | None:
    """The first name that stands there a second time. In one pass: a body may hold hundreds of thousands."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def plain_cell(text: str) -> str:
    """The text of a cell of a table; what a spreadsheet would run as a formula begins with an apostrophe.

    Where a comma is in numbers, spreadsheets take a semicolon for the end of a cell, whatever the file is written with.
    """
    said = _INNER_FORMULA.sub(r"\g<0>'", text)
    return f"'{said}" if said.startswith(_FORMULA) else said


def _is_hidden(char: str, lines: bool) -> bool:
    if lines and char in _KEPT_CONTROLS:
        return False
    category = unicodedata.category(char)
    # In a name, what cannot be seen makes two of them look alike; joiners and marks of direction belong to scripts.
    unseen = not lines and category == "Cf" and char not in _JOINING and not "\U000e0020" <= char <= "\U000e007f"
    return unseen or char in _BIDI or category in ("Cc", "Cs")


def _bad(field: str, words: str) -> BadInput:
    return BadInput(errors={field: words})


def _too_long(field: str, length: int, most: int) -> BadInput:
    return BadInput(code="too_long", errors={field: f"Has {length:,} characters; the limit is {most:,}."})
