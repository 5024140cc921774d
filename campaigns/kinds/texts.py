"""How the texts of a brief are tidied, judged and cut. Pure; it does not know what a text is for."""

from __future__ import annotations

import unicodedata


def tidy(text: str, *, lines: bool) -> str:
    """NFC, no byte order mark, single spaces; with `lines`, line breaks stay and blank lines come singly."""
    text = unicodedata.normalize("NFC", text).replace("\ufeff", "")
    if not lines:
        return " ".join(text.split())
    rows = [" ".join(row.split()) for row in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept = [row for number, row in enumerate(rows) if row or (number and rows[number - 1])]
    return "\n".join(kept).strip()


def cut_at_word(text: str, most: int) -> str:
    """At most so many characters, ending with a whole word where there is one, never inside a composed character."""
    if len(text) <= most:
        return text
    cut = text[:most]
    if not text[most].isspace():
        space = max(cut.rfind(" "), cut.rfind("\n"))
        if space > most // 2:
            return cut[:space].rstrip()
        end = most
        while end > 1 and _joins(text[end - 1], text[end]):
            end -= 1
        cut = text[:end]
    return cut.rstrip()


def _joins(before: str, after: str) -> bool:
    """True if the two belong to one visible character: marks, joiners, skin tones, pairs that make a flag."""
    flag = "\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff"
    tone = "\U0001f3fb" <= after <= "\U0001f3ff"
    return flag or tone or "\u200d" in (before, after) or unicodedata.category(after) in ("Mn", "Me", "Mc")


def hidden_in(text: str) -> str:
    """The first character that is no text (control, direction override, half a surrogate pair), by its code; or ""."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return ""
    for char in text:
        turning = "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"
        if turning or (char != "\n" and unicodedata.category(char) in ("Cc", "Cs")):
            return f"U+{ord(char):04X}"
    return ""
