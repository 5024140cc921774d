"""Advice on the decision, and how each voice says what follows from a fact. Must claim nothing about the product."""

from __future__ import annotations

from typing import Final

ADVICE: Final[dict[str, tuple[str, ...]]] = {
    "buy": (
        "Take your time: compare the price, see what is included, and ask about whatever is still unclear to you.",
        "Put the facts beside what you have now, point by point, and see which of the two you would choose again.",
        "Ask yourself where you would use {name}, and how often. If the answers come quickly, you have decided.",
    ),
    "trial": (
        (
            "A fair test needs little: pick an ordinary day, use it the way you would anyway, and write down what "
            "got easier and what didn't."
        ),
        (
            "Start on a quiet day, keep your old way beside it for a week, and then ask yourself which of the two you "
            "would rather give up."
        ),
    ),
    "demo": (
        "Bring a case from your own week to the demo, and ask to see what happens with it.",
        "Ask the hard questions in the demo: that is what it is there for.",
    ),
    "download": ("Give it an ordinary day before you judge, and write down what got easier and what didn't.",),
    "know": (
        (
            "You don't have to decide anything today. Think of an ordinary week of yours, and see where {name} "
            "would have a place in it."
        ),
        "Nothing has to be decided today. Read it again tomorrow, and ask about whatever is still open.",
    ),
    "give": (
        "Give what you can spare, and tell a friend or a colleague who might give, too.",
        "No gift is too small, and none has to be the only one.",
    ),
    "join": (
        "If you're coming with others, agree on when you'll meet and how you'll get there.",
        "Put the date in your calendar before something else does.",
        "Ask who would like to come along: an evening is easier to remember when somebody else was there, too.",
    ),
    "visit": (
        "Check the times before you set out, and ask who would like to come along.",
        "A first visit needs no reason: come in, look around, and see for yourself whether it's a place for you.",
    ),
    "sign up": (
        "Tell a friend before you sign up: it's easier to keep at it together.",
        "Ask at home and at work who would come along, and sign up together.",
    ),
    "enrol": (
        "First check that the hours are free in your calendar.",
        "Look at your calendar first, talk it over with those who share your evenings, and then enrol.",
    ),
    "open": (
        (
            "Read the terms before you sign, compare them with what you have now, and ask about whatever is "
            "unclear. There's no harm in taking a night to think it over."
        ),
        "Compare the terms with those of the account that you have now, and take the time that such a decision needs.",
    ),
    "apply": (
        "If you're unsure whether you fit, ask before you decide against it.",
        "Talk it over with those who know you at work, and with those who share your evenings.",
    ),
    "volunteer": ("Ask a friend to come along the first time.",),
    "subscribe": ("Read one issue to the end before you judge.",),
    "book": (
        "Choose a date that suits you, and put it in your calendar.",
        "If only one date suits you, don't wait too long.",
    ),
}
"""Advice on the decision itself, true of any such offer, so that it claims nothing about this one."""

BRISK: Final[dict[str, tuple[str, ...]]] = {
    "buy": (
        "Look at the facts once more, compare them with what you have now, and then make up your mind.",
        "Ask yourself where you would use {name}, and how often. If the answers come quickly, you have decided.",
    ),
    "join": (
        "Tell a friend that you're going, and there's no way back.",
        "Put the date in your calendar before something else does.",
    ),
}
"""The same from voices that do not linger."""

FOLLOWS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("{text}. Which means {so}.", "{text}, so {so}."),
    "formal": ("{text}, so {so}.",),
    "warm": ("{text}, so {so}.",),
    "bold": ("{text}. {So}.",),
    "plain": ("{text}, so {so}.",),
}
"""How each voice says what follows from a fact, the first time and after that."""
