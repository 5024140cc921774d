"""Emoji that fit what a brief speaks of. Must not replace a word, and never stand two in a row."""

from __future__ import annotations

import re
from typing import Final

from agents.auditing.platforms import Platform
from agents.builtin.facts import Facts

PICTURES: Final[tuple[tuple[str, str], ...]] = (
    (r"bike|bicycle|cycl", "🚲"), (r"bread|baker|loaf|loaves", "🥖"), (r"coffee|cup\b", "☕"), (r"\bdogs?\b", "🐕"),
    (r"\bcats?\b", "🐈"), (r"film|cinema|screen", "🎬"), (r"concert|music|choir|band\b", "🎶"), (r"museum|exhibition", "🏛️"),
    (r"\bmaps?\b", "🗺️"), (r"\brun(?:ner|ning)?s?\b", "🏃"), (r"lantern|night|evening", "🌙"), (r"solar|sun\b|sunny", "☀️"),
    (r"train|station|rail", "🚆"), (r"hik|backpack|trail", "🥾"), (r"climb|rope", "🧗"), (r"book|librar|learn|course", "📚"),
    (r"flat|house|home", "🏡"), (r"tree|oak|garden|wood", "🌳"), (r"calendar|appointment|booking", "📅"), (r"nurse|clinic|health", "🩺"),
    (r"mail|inbox|letter", "✉️"), (r"food|kitchen|meal|soup", "🍲"), (r"ticket|festival", "🎟️"), (r"gift|give|donat", "💛"),
    (r"sail|boat|ferry|harbour", "⛵"), (r"waste|recycl", "♻️"), (r"child|famil", "🧒"), (r"phone|\bapp\b", "📱"),
)  # fmt: skip


def allowed(facts: Facts, on: Platform) -> int:
    """How many a post may carry: what the brief says, else the platform's habit, tempered by voice and guidelines."""
    if not facts.guide.emoji:
        return 0
    policy = facts.emoji or ("none" if facts.voice == "formal" else on.emoji)
    return {"none": 0, "sparing": 1, "free": 2 if facts.voice in ("formal", "plain") else 3}.get(policy, 0)


CALLS: Final = {"give": "💛", "join": "🎟️", "buy": "🛒", "book": "📅", "demo": "📅", "apply": "✍️", "sign up": "✍️", "enrol": "✍️",
                "visit": "📍", "open": "✍️", "trial": "📅"}  # fmt: skip


def pictures(facts: Facts, texts: tuple[str, str, str]) -> list[str]:
    """One sign each for the opening, the points and the call, of what that text itself speaks; "" where nothing fits."""
    chosen: list[str] = []
    for number, text in enumerate(texts):
        found = [CALLS.get(facts.action.name, "")] if number == len(texts) - 1 else _of(text)
        chosen.append(next((sign for sign in found if sign and sign not in chosen and facts.may_say(sign)), ""))
    return chosen


def _of(text: str) -> list[str]:
    folded = text.casefold()
    found = [(match.start(), sign) for pattern, sign in PICTURES if (match := re.search(pattern, folded))]
    return [sign for _, sign in sorted(found)]
