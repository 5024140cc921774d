"""Text from anywhere as Markdown that shows just that text: no markup, no link, no tag, no heading of its own.

Must not know what a text is for.
"""

import re
import unicodedata
from typing import Final

#: What begins a tag, an entity, a link, a picture, emphasis or code; an underscore within a word is none of these.
_ANYWHERE: Final = re.compile(r"[\\`*<>\[\]|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w{1,40};)")
#: What makes a block of a line: a heading, a list, a quote, a rule, the underline of a heading.
_AT_START: Final = re.compile(r"(#{1,6}(?=\s|\Z)|[-+](?=\s|\Z)|[-=]+(?=\s*\Z)|-(?=\s*-))|(\d{1,9})([.)])(?=\s|\Z)")
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def literal(text: object, *, indent: str = "") -> str:
    """The text, line by line; every line after the first is indented, so that it stays in the list item it is of.

    What steers a screen (controls, turned reading direction) becomes visible.
    """
    lines = str(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(f"{indent if number and said else ''}{said}" for number, said in enumerate(map(_line, lines)))


def _line(line: str) -> str:
    said = "".join(f"⟦{ord(c):04X}⟧" if _steers(c) else c for c in line.strip())
    said = _ANYWHERE.sub(r"\\\g<0>", said)
    start = _AT_START.match(said)
    if start is None:
        return said
    mark = start.start(1) if start[1] else start.start(3)
    return f"{said[:mark]}\\{said[mark:]}"


def _steers(char: str) -> bool:
    return char != "\t" and (char in _BIDI or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"))
