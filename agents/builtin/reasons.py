"""What facts mean for a reader, and advice on the decision. Must claim nothing that does not follow from the words."""

from __future__ import annotations

from typing import Final

ADVICE: Final[dict[str, str]] = {
    "buy": (
        "Before you buy anything of the kind, three questions help: will you use it often, does it suit you, and who "
        "helps if something is wrong? Answer them for {name}, too."
    ),
    "trial": (
        "A fair test needs little: pick an ordinary day, use it the way you would anyway, and write down what "
        "got easier and what didn't."
    ),
    "demo": "Bring a case from your own week to the demo. What you know well is the best test of what is new.",
    "download": "Give it an ordinary day before you judge, and write down what got easier and what didn't.",
    "know": (
        "You don't have to decide anything today. Think of an ordinary week of yours, and see where {name} "
        "would have a place in it."
    ),
    "give": "Give what you can spare and not more. Several small gifts carry as far as one large one.",
    "join": (
        "If you're coming with others, settle the date first and the details later: who comes, and how you get there."
    ),
    "visit": "Look where it lies on your way. A place on your route is a place you'll come back to.",
    "sign up": "Tell a friend before you sign up. A plan that two people share is seldom dropped.",
    "enrol": (
        "Look at your calendar before you enrol. A course is easier to keep up if its hours have a fixed "
        "place in your week."
    ),
    "open": (
        "Read the terms before you sign, compare them with what you have now, and ask about whatever is "
        "unclear. A good decision survives a night's sleep."
    ),
    "apply": (
        "If you're unsure whether you fit, apply all the same. A conversation tells both sides more than a form."
    ),
    "volunteer": "Ask a friend to come along the first time. It's easier to begin in company.",
    "subscribe": "Read one issue to the end before you judge.",
    "book": "Look at your calendar first: a date that suits you is a date you'll keep.",
}
"""Advice on the decision itself, true of any such offer, so that it claims nothing about this one."""

MEANINGS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("{text}. Which means {so}.", "{text}, so {so}."),
    "formal": ("{text}; as a result, {so}.", "{text}, so {so}."),
    "warm": ("{text}, so {so}.",),
    "bold": ("{text}. {So}.",),
    "plain": ("{text}, so {so}.",),
}
"""How each voice says what follows from a fact, the first time and after that."""

CONSEQUENCES: Final[tuple[tuple[str, str], ...]] = (
    (r"\bpaid in \w+ (?:parts|instalments|installments)\b", "so the whole sum isn't due at once"),
    (r"\bin the pilot\b|\bin an independent test\b", "That's a result, not a forecast."),
    (r"\b(?:come|comes) (?:as you are|alone)\b", "There's no wrong way to turn up."),
    (r"\bcan (?:pause|cancel|stop|return)\b", "so you stay free to change your mind"),
    (r"\bfixed (?:price|rate|fee|cost)\b", "so you can reckon with it from the first day"),
    (r"\bby (?:phone|telephone)\b[^.]* or\b", "so you decide what suits you"),
    (r"\bmentor\b", "so nobody starts alone"),
    (r"\bone \w+ looks after\b", "so nobody is left alone"),
    (r"\bneeds? no\b|\bno \w[^.]*\bneeded\b|\bchanges no\b", "That's one thing less to think about."),
    (r"\bevery (?:half )?hour\b", "so you needn't plan your day around them"),
    (r"\bin advance\b|\blast working day\b|\bby \d{1,2}:\d\d\b", "so you can plan around it"),
    (r"\bevery (?:mon|tues|wednes|thurs|fri|satur|sun)day\b", "so the day is easy to remember"),
    (r"\badviser\b|\banswers the phone\b", "so there's a person to ask"),
    (r"\bingredients\b", "so you know what's in it"),
    (r"\bno two\b", "so yours is the only one of its kind"),
    (r"\bfor one \w+ costs\b", "so you know what your gift does"),
    (r"\brepairs are free\b", "so a tear is no reason to throw it away"),
    (r"\b(?:takes|in) (?:about |under |only )?(?:one hour|one afternoon|(?:ten|fifteen|twenty|thirty|\d\d) minutes)\b",
     "You'll find time for that."),
    (r"\bshoes and \w+ are included\b|\bequipment is included\b", "so there's nothing to buy beforehand"),
    (r"\bare included\b", "so they cost you nothing extra"),
    (r"\bis included\b", "so it costs you nothing extra"),
    (r"\bsends? (?:you )?a reminder\b", "so nobody has to keep it in mind"),
    (r"\bwalk away\b|\bshort walk from\b", "so you can come without a car"),
)  # fmt: skip
"""What a fact of that kind means for the reader: "so …" joins its sentence, the rest stands beside it.

Each follows from the words that it is matched with.
"""
