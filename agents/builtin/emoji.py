"""Emoji that fit what a brief speaks of. Must not replace a word, and never stand two in a row."""

from __future__ import annotations

import re
from typing import Final

from agents.auditing.platforms import Platform
from agents.builtin.facts import Facts

PICTURES: Final[tuple[tuple[str, str], ...]] = tuple(
    (rf"\b(?:{words})\b", sign)
    for words, sign in (
        ("bikes?|bicycles?|cycling", "🚲"),
        ("breads?|bakery|loaf|loaves", "🥖"),
        ("coffee|cup", "☕"),
        ("dogs?", "🐕"),
        ("cats?", "🐈"),
        ("films?|cinema", "🎬"),
        ("concerts?|music|choir", "🎶"),
        ("museum|exhibition", "🏛️"),
        ("maps?", "🗺️"),
        ("runners?|running|(?:evening|fun|charity|lantern|marathon|park) run", "🏃"),
        ("lanterns?|night", "🌙"),
        ("solar|sun|sunny", "☀️"),
        ("trains|railway|sleeper", "🚆"),
        ("hikes?|hikers?|hiking|backpacks?|trail", "🥾"),
        ("climb|climbed|climbing|rope", "🧗"),
        ("books|library|learn|course", "📚"),
        ("flats|a house|homes?|moves house", "🏡"),
        ("trees?|garden|gardens|forest", "🌳"),
        ("calendar|appointments?", "📅"),
        ("nurses?|clinic|doctor", "🩺"),
        ("mails?|inbox|letters?", "✉️"),
        ("kitchen|meals?|soup", "🍲"),
        ("tickets?|festival", "🎟️"),
        ("sails?|boats?|ferry", "⛵"),
        ("recycled|recycling", "♻️"),
        ("children|families", "🧒"),
        ("phone|app", "📱"),
    )
)
CALLS: Final = {
    "give": "💛",
    "join": "🎟️",
    "buy": "🛒",
    "book": "📅",
    "demo": "📅",
    "trial": "📅",
    "apply": "✍️",
    "sign up": "✍️",
    "enrol": "✍️",
    "open": "✍️",
    "visit": "📍",
}


def allowed(facts: Facts, on: Platform) -> int:
    """How many a post may carry: what the brief says, else the platform's habit, tempered by voice and guidelines."""
    if not facts.guide.emoji:
        return 0
    policy = facts.emoji or ("none" if facts.voice == "formal" else on.emoji)
    return {"none": 0, "sparing": 1, "free": 2 if facts.voice in ("formal", "plain") else 3}.get(policy, 0)


def pictures(facts: Facts, texts: tuple[str, str, str]) -> list[str]:
    """One sign each for the opening, the points and the call, of what that text speaks; "" where nothing fits."""
    chosen: list[str] = []
    for number, text in enumerate(texts):
        found = [CALLS.get(facts.action.name, "")] if number == len(texts) - 1 else _of(text)
        chosen.append(next((sign for sign in found if sign and sign not in chosen and facts.may_say(sign)), ""))
    return chosen


def _of(text: str) -> list[str]:
    folded = text.casefold()
    found = [(match.start(), sign) for pattern, sign in PICTURES if (match := re.search(pattern, folded))]
    return [sign for _, sign in sorted(found)]
