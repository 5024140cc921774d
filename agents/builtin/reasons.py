"""Advice on the decision, and how each voice says what follows from a fact. Must claim nothing about the product."""

from __future__ import annotations

from typing import Final

ADVICE: Final[dict[str, tuple[str, ...]]] = {
    "buy": ("Compare the price, look at what is included, and take the time that you need.",),
    "trial": (
        (
            "Before you start, write down what should get easier, and look at the list again when the trial ends: "
            "that is all that a fair test needs."
        ),
    ),
    "demo": (
        "Bring a case from your own company to the demo, and ask to see what happens with it.",
        "Ask the hard questions in the demo: that is what it is there for.",
    ),
    "download": ("Give it an ordinary day before you judge, and write down what got easier and what didn't.",),
    "know": (
        (
            "You don't have to decide anything today. Think of an ordinary week of yours, and see where {name} would "
            "have a place in it."
        ),
    ),
    "give": ("Give what you can spare, and tell a friend or a colleague who might give, too.",),
    "join": ("If you're coming with others, agree on when and where you'll meet, and on how you'll get there.",),
    "visit": ("Check the times before you set out, and ask who would like to come along.",),
    "sign up": ("Ask at home and at work who would come along, and sign up together.",),
    "enrol": (
        "Before you decide, check that the hours are free in your calendar.",
        "Talk it over with those who share your evenings.",
    ),
    "open": (
        (
            "Read the terms before you sign, compare them with those of the account that you have now, and ask about "
            "whatever is unclear."
        ),
    ),
    "apply": ("If you're unsure whether you fit, ask before you decide against it.",),
    "volunteer": ("Ask a friend to come along the first time.",),
    "subscribe": ("Read one issue to the end before you judge.",),
    "book": (
        "Choose a date that suits you, and put it in your calendar.",
        "Write down what you want to ask, so that nothing is forgotten on the day.",
    ),
}
"""Advice on the decision itself, true of any such offer, so that it claims nothing about this one."""

WORTH_SAYING: Final = ("demo", "give", "open", "apply")
"""Actions whose advice is said also where the words are not needed."""

FOLLOWS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("{text}, so {so}.",),
    "formal": ("{text}, so {so}.",),
    "warm": ("{text}, so {so}.",),
    "bold": ("{text}. {So}.",),
    "plain": ("{text}, so {so}.",),
}
"""How each voice says what follows from a fact, the first time and after that."""
