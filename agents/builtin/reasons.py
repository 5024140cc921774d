"""What facts mean for a reader, and advice on the decision. Must claim nothing that does not follow from the words."""

from __future__ import annotations

from typing import Final

ADVICE: Final[dict[str, str]] = {
    "buy": "Take your time: compare the price, see what is included, and ask about whatever is still unclear to you.",
    "trial": (
        "A fair test needs little: pick an ordinary day, use it the way you would anyway, and write down what "
        "got easier and what didn't."
    ),
    "demo": "Bring a case from your own week to the demo, and ask to see what happens with it.",
    "download": "Give it an ordinary day before you judge, and write down what got easier and what didn't.",
    "know": (
        "You don't have to decide anything today. Think of an ordinary week of yours, and see where {name} "
        "would have a place in it."
    ),
    "give": "Give what you can spare, and tell a friend or a colleague who might give, too.",
    "join": "If you're coming with others, agree on when you'll meet and how you'll get there.",
    "visit": "Check the times before you set out, and ask who would like to come along.",
    "sign up": "Tell a friend before you sign up: it's easier to keep at it together.",
    "enrol": "Before you enrol, check that the hours are free in your calendar.",
    "open": (
        "Read the terms before you sign, compare them with what you have now, and ask about whatever is "
        "unclear. There's no harm in taking a night to think it over."
    ),
    "apply": "If you're unsure whether you fit, ask before you decide against it.",
    "volunteer": "Ask a friend to come along the first time.",
    "subscribe": "Read one issue to the end before you judge.",
    "book": "Choose a date that suits you, and put it in your calendar.",
}
"""Advice on the decision itself, true of any such offer, so that it claims nothing about this one."""

BRISK: Final[dict[str, str]] = {
    "buy": "Look at the facts once more, compare them with what you have now, and then make up your mind.",
    "join": "Bring a friend, or come alone and sit next to somebody you don't know yet.",
}
"""The same from voices that do not linger."""

MEANINGS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("{text}. Which means {so}.", "{text}, so {so}."),
    "formal": ("{text}, so {so}.",),
    "warm": ("{text}, so {so}.",),
    "bold": ("{text}. {So}.",),
    "plain": ("{text}, so {so}.",),
}
"""How each voice says what follows from a fact, the first time and after that."""

CONSEQUENCES: Final[tuple[tuple[str, str], ...]] = (
    (r"\bpaid in \w+ (?:parts|instalments|installments)\b", "so the whole sum isn't due at once"),
    (r"\bcan (?:pause|cancel|stop|return)\b", "so you stay free to change your mind"),
    (r"\bfixed (?:price|rate|fee|cost)\b", "so you know it from the first day"),
    (r"\byou\b[^.]*\bby (?:phone|telephone)\b[^.]* or\b", "so you decide what suits you"),
    (r"\bneeds? no\b|\bno \w[^.]*\bneeded\b|\bchanges no\b", "That's one less thing to think about."),
    (r"\b(?:tours|trains|buses|boats|shuttles|sessions|classes)\b[^.]*\bevery (?:half )?hour\b",
     "so you needn't plan your day around them"),
    (r"\b(?:days|weeks|months) (?:in advance|ahead)\b", "so you can plan ahead"),
    (r"\blast working day\b", "so you know when to expect it"),
    (r"\bby \d{1,2}:\d\d\b", "so you can plan around it"),
    (r"\bevery (?:mon|tues|wednes|thurs|fri|satur|sun)day\b", "so the day is easy to remember"),
    (r"\banswers the phone\b", "so there's a person to ask"),
    (r"\bingredients\b[^.]*\b(?:printed|listed|named)\b", "so you know what's in it"),
    (r"\bfor one \w+ costs\b", "so you know what your gift does"),
    (r"\bshoes and \w+ are included\b|\bequipment is included\b", "so you needn't bring your own"),
    (r"\bare included\b", "so they cost you nothing extra"),
    (r"\bis included\b", "so it costs you nothing extra"),
)  # fmt: skip
"""What a fact of that kind means for the reader: "so …" joins its sentence, the rest stands beside it.

Each follows from the words that it is matched with.
"""
