"""What a person sees of JSON that is still being written: its texts, one below the other, without braces and names.

Must not judge it: what was written is read properly when it is whole.
"""

from __future__ import annotations

from string import hexdigits
from typing import Final

#: Values under these names are for programs.
_QUIET: Final = frozenset(
    {"language", "length", "construction", "hex", "family", "layout", "align", "role", "weight", "id", "key", "rule"}
)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "", "b": "", "f": ""}


class Readable:
    """Fed with pieces of JSON as they come; gives the readable text that each adds."""

    def __init__(self) -> None:
        self._string: list[str] | None = None
        self._escape = ""
        self._high = 0
        self._shown = False
        self._quiet = False
        self._last = ""
        self._name = ""
        self._expects_value = False
        self._levels: list[str] = []

    def feed(self, text: str) -> str:
        return "".join(self._inside(char) if self._string is not None else self._outside(char) for char in text)

    def _outside(self, char: str) -> str:
        if char in "{[":
            self._levels.append(char)
            self._expects_value = char == "["
        elif char in "}]":
            if self._levels:
                self._levels.pop()
            self._expects_value = False
        elif char == ":":
            self._name, self._expects_value = self._last, True
        elif char == ",":
            self._expects_value = bool(self._levels) and self._levels[-1] == "["
        elif char == '"':
            self._string = []
            self._shown = False
            self._quiet = not self._levels or not self._expects_value or self._name in _QUIET
        return ""

    def _inside(self, char: str) -> str:
        assert self._string is not None
        if self._escape:
            return self._escaped(char)
        if char == "\\":
            self._escape = char
            return ""
        if char == '"':
            self._last, self._string = "".join(self._string), None
            return "\n" if self._shown else ""
        return self._say(char)

    def _escaped(self, char: str) -> str:
        self._escape += char
        if self._escape[1] != "u":
            self._escape = ""
            return self._say(_ESCAPES.get(char, char))
        if len(self._escape) < 6:
            return ""
        digits = self._escape[2:]
        number = int(digits, 16) if all(digit in hexdigits for digit in digits) else 0xFFFD
        self._escape = ""
        if 0xD800 <= number < 0xDC00:
            self._high = number
            return ""
        if 0xDC00 <= number < 0xE000:
            high, self._high = self._high, 0
            return self._say(chr(0x10000 + ((high - 0xD800) << 10) + (number - 0xDC00))) if high else ""
        return self._say(chr(number))

    def _say(self, char: str) -> str:
        assert self._string is not None
        if self._quiet:
            if len(self._string) < 80:
                self._string.append(char)
            return ""
        self._shown = True
        return char
