"""What a draft left to be filled: braces, brackets, XX, lorem ipsum. Must not take a hint in plain brackets for one."""

from __future__ import annotations

import re
from typing import Final

from pydantic import Field

from agents.auditing.findings import Brief, Family, Found, Options, Rule, Terms, at
from agents.auditing.pieces import Piece


class Placeholders(Options):
    """Words that only a draft has, in addition to brackets and braces that wait to be filled."""

    words: Terms = Field(default_factory=list)


_TEMPLATE: Final = re.compile(
    r"\{\{[^{}\n]{0,80}\}\}|\{%[^%\n]{0,80}%\}|\$\{[^{}\n]{1,60}\}|(?<![\w{])\{[a-z][a-z_ ]{1,40}\}(?![\w}])"
    r"|\[(?:insert|add|your|enter|todo|tbd|name|company|date|city|link|product|price|einf\u00fcgen|hier|firma|datum"
    r"|produkt|ort|preis)\b[^\]\n]{0,60}\]"
    r"|\[[^\]\n]{0,40}\b(?:here|einf\u00fcgen|einsetzen)\]|<(?:insert|your|name|company|hier)\b[^>\n]{0,60}>"
    r"|(?<!\w)XX+(?=\s?(?:%|\u20ac|\$|Euro|percent|Prozent|days|Tage))",
    re.IGNORECASE,
)
_DRAFT: Final = re.compile(r"\b(?:TODO|TBD|FIXME|TBC)\b|%[A-Z][A-Z_]{2,30}%")
_LOREM: Final = re.compile(r"\blorem ipsum\b[^.\n]{0,200}", re.IGNORECASE)


def placeholders(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """What a draft left to be filled."""
    words = rule.read(Placeholders).words
    own = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words), re.IGNORECASE) if words else None
    for piece in pieces:
        for text in piece.texts:
            for pattern in filter(None, (_TEMPLATE, _DRAFT, _LOREM, own)):
                for match in pattern.finditer(text.text):
                    yield at(rule, text, match.span(), f"“{match.group()[:80]}” was left to be filled. {rule.why}")


PLACEHOLDERS: Final = Family("placeholders", placeholders, Placeholders, "Placeholders", topic="links_and_data")
