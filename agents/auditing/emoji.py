"""Emoji in a text, each with all its joiners as one. Must not take ©, ™ or a plain arrow for one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from agents.auditing.words import Span

_BASE: Final = (
    "\U0001f300-\U0001f5ff\U0001f600-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7eb\U0001f900-\U0001f9ff"
    "\U0001fa70-\U0001faff\u2600-\u26ff\u2705\u2708-\u270d\u270f\u2714\u2716\u2728\u2733\u2734\u2744\u2747\u274c\u274e"
    "\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27a1\u27b0\u2b50\u2b55\u2b1b\u2b1c\u231a\u231b\u23e9-\u23f3\u23f8-\u23fa"
)
_MODIFIER: Final = "\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
_EMOJI = re.compile(
    rf"(?:[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|[{_BASE}][{_MODIFIER}]*(?:\u200d[{_BASE}][{_MODIFIER}]*){{0,8}})"
)
_PLAIN: Final = frozenset("☎☏♀♂⚖☑☐☒")
"""Signs of the same blocks that are print, unless a variation selector makes them emoji."""


@lru_cache(maxsize=1024)
def emoji(text: str) -> tuple[Span, ...]:
    if text.isascii():
        return ()
    return tuple(match.span() for match in _EMOJI.finditer(text) if match.group() not in _PLAIN)


@lru_cache(maxsize=1024)
def runs(text: str) -> tuple[tuple[int, int, int], ...]:
    """Emoji that follow each other with nothing but spaces between: start, end and how many."""
    found: list[tuple[int, int, int]] = []
    for start, end in emoji(text):
        if found and not text[found[-1][1] : start].strip(" "):
            found[-1] = (found[-1][0], end, found[-1][2] + 1)
        else:
            found.append((start, end, 1))
    return tuple(found)
