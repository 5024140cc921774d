"""Voices, actions and frames of the built-in makers. Must hold no claim about any product: facts come from the brief alone.

A frame is used only where the brief gives all its parts. `{you}` is what the audience does or wants ("still book by
phone"), `{question}` asks for it, `{short}` asks for it in three words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

VOICES: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("playful", "fun", "witty", "humor", "humour", "quirky", "cheek", "light-hearted", "youth"),
    "formal": ("formal", "professional", "serious", "authorit", "expert", "corporate", "technical", "trust", "sober"),
    "warm": ("warm", "friendly", "caring", "empath", "hopeful", "gentle", "personal", "compassion", "kind", "inspir"),
    "bold": ("bold", "urgent", "energetic", "confident", "daring", "strong", "direct", "exciting", "dynamic"),
    "plain": ("plain", "simple", "clear", "neutral", "honest", "informative", "calm", "factual"),
}
"""Voice to the words of a tone that mean it. What matches nothing is written plainly, and the tone note says so."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a reader is asked to do, read from the objective's words."""

    name: str
    words: tuple[str, ...]
    verb: str
    calls: tuple[str, ...]


ACTIONS: Final[tuple[Action, ...]] = (
    Action("give", ("donat", "fundrais", "raise", "giving", "appeal"), "give",
           ("Give to {name}", "Help pay for {purpose}", "Give {gift}", "Stand with {name}", "Make a gift to {name}")),
    Action("demo", ("demo",), "see a demo",
           ("Book a demo of {name}", "See {name} at work", "Ask us to show you {name}", "Bring your questions to {name}")),
    Action("trial", ("trial",), "try",
           ("Start your {trial} trial of {name}", "Try {name} for {duration}", "Try {name} yourself",
            "See how {name} works", "Start your trial of {name}")),
    Action("enrol", ("enrol", "course", "class"), "enrol",
           ("Enrol in {name}", "Take your place in {name}", "Ask us about {name}", "See how {name} works")),
    Action("apply", ("hire", "recruit", "applic", "apply", "job"), "apply",
           ("Apply to {name}", "Come and work at {name}", "Ask {name} about the work", "Send {name} your application")),
    Action("open", ("open [^.;]*accounts?", "accounts?"), "open an account",
           ("Open your {noun}", "Apply for {name}", "Ask an adviser about {name}", "Read the terms of {name}")),
    Action("join", ("regist", "attend", "tickets?", "events?", "conference", "webinar", "rsvp", "concert"), "come",
           ("Get your ticket for {name}", "Save your seat at {name}", "Be there for {name}", "Bring a friend to {name}",
            "Come to {name}")),
    Action("download", ("download", "install", "app "), "download",
           ("Download {name}", "Get {name} on your phone", "Install {name} today", "Take a look at {name}")),
    Action("subscribe", ("subscri", "newsletter"), "subscribe",
           ("Subscribe to {name}", "Read the next issue of {name}", "Start reading {name}", "Try an issue of {name}")),
    Action("visit", ("visit", "footfall", "bring [^.;]*customers", "customers? in"), "visit",
           ("Visit {name}", "Come by {name}", "Plan your visit to {name}", "Stop at {name} this week")),
    Action("book", ("book", "appointment", "reserv", "viewing", "berths?"), "book",
           ("Book your {noun} on {name}", "Find your date for {name}", "Reserve your {noun}", "Ask us about {name}",
            "See what {name} offers")),
    Action("sign up", ("sign-up", "sign up", "signup", "lead", "waitlist", "member", "join", "volunteer"), "sign up",
           ("Sign up for {name}", "Join {name}", "Count yourself in for {name}", "Save your place at {name}")),
    Action("buy", ("sell", "sale", "buy", "order", "revenue", "purchas", "conver", "shop", "launch"), "order",
           ("Order your {noun}", "Choose your {noun}", "Order {name}", "See {name} up close", "Make {name} yours")),
    Action("know", (), "find out more",
           ("Get to know {name}", "See what {name} does", "Ask us about {name}", "Read more about {name}")),
)  # fmt: skip
"""The last one serves every objective that names no action, such as awareness; "buy" yields to any other that matches."""

ASKED: Final[dict[str, tuple[str, ...]]] = {
    "book": ("Find a time for {name}", "Ask us about {name}", "See how {name} works"),
    "order": ("Ask us about {name}", "See how {name} works"),
    "register": ("Save your place at {name}", "Come to {name}", "Ask us about {name}"),
    "sign": ("Join {name}", "Get your number for {name}", "Bring a friend to {name}"),
    "apply": ("Come and work at {name}", "Ask {name} about the work"),
}
"""Further calls where the objective itself says what a reader shall do, by its verb."""

SPARE_CALLS: Final = (
    "Ask us about {name}", "Read more about {name}", "Take a look at {name}", "Get to know {name}", "Start with {name}",
    "Yes, please", "Go on", "Continue", "Show me", "Count me in",
)  # fmt: skip

HOOKS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "problem": {
        "playful": ("{short} There's a way out.", "{short} Then let's change the plot."),
        "formal": ("If you {you}, there is now an alternative.", "{question} There is an alternative."),
        "warm": ("{question} It can be different.", "If you {you}, we'd like to show you another way."),
        "bold": ("{short} Time for something else.", "You {you}. That can change."),
        "plain": ("{question} There is another way.", "You {you}. It does not have to stay like that."),
    },
    "lack": {
        "playful": ("{short} No drama.", "So you {you}. You do have {name}."),
        "formal": ("If you {you}, {name} is intended for you.", "{question} {Name} is intended for you."),
        "warm": ("If you {you}, you're exactly who we had in mind.", "{question} That's fine with us."),
        "bold": ("You {you}. You can have {name}.", "{short} Read on."),
        "plain": ("If you {you}, {name} is for you.", "{question} {Name} is for you."),
    },
    "new": {
        "playful": ("{short} Perfect. So have half of us, once.", "{short} You're in for a first."),
        "formal": ("If you {you}, you are the reader we have in mind.", "{question} You are expressly invited."),
        "warm": ("If you {you}, this is a good place to begin.", "{question} Then you're very welcome here."),
        "bold": ("{short} Good. Start here.", "You {you}. Now you can."),
        "plain": ("If you {you}, this is for you.", "{question} This is a place to begin."),
    },
    "want": {
        "playful": ("{short} Now we're talking.", "So you {you}? Step right in."),
        "formal": ("If you {you}, {name} may be of interest to you.", "{question} We should like to introduce {name}."),
        "warm": ("You {you}. So we'd like you to meet {name}.", "If you {you}, {name} is for you."),
        "bold": ("{short} Here it is.", "You {you}. Good. Read on."),
        "plain": ("You {you}. {Name} is made for that.", "{question} {Name} is made for that."),
    },
    "habit": {
        "playful": ("{short} Then you'll like this one.", "So you {you}? Us too."),
        "formal": ("If you {you}, the following concerns you.", "{question} The following concerns you."),
        "warm": ("If you {you}, this one is for you.", "{question} Then this is for you."),
        "bold": ("{short} This is for you.", "You {you}. So read this."),
        "plain": ("If you {you}, this is for you.", "{question} Then this is for you."),
    },
}  # fmt: skip
"""How a text opens from what the audience does: what troubles it, what it lacks, has not done, wants, or simply does."""

INTROS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Say hello to {named}, {kind}.", "Enter {named}: {kind}.", "Meet {named}, {kind}."),
    "formal": ("{Named} {be} {kind}.", "We are pleased to present {named}, {kind}."),
    "warm": ("{Named} {be} {kind}.", "Meet {named}, {kind}."),
    "bold": ("{Named}: {kind}.", "This is {named}, {kind}."),
    "plain": ("{Named} {be} {kind}.",),
}
SPLIT_INTROS: Final = ("{Named} {be} {head}. {They} {does}.",)
"""For short sentences: what it is, then what it does."""

UNNAMED: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Say hello to {kind}.", "Enter {kind}."),
    "formal": ("We are pleased to present {kind}.",),
    "warm": ("Meet {kind}.", "We'd like you to meet {kind}."),
    "bold": ("Meet {kind}.",),
    "plain": ("This is {kind}.", "Here is {kind}."),
}
BARE: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Say hello to {named}.",),
    "formal": ("We are pleased to present {named}.",),
    "warm": ("We'd like you to meet {named}.",),
    "bold": ("This is {named}.",),
    "plain": ("This is about {named}.",),
}

AUDIENCE: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Who's it for? {Audience}.", "It's for {audience}. Yes, you."),
    "formal": ("{Name} {be} intended for {audience}.",),
    "warm": ("{Name} {be} made for {audience}.", "We had {audience} in mind."),
    "bold": ("For {audience}.", "Made for {audience}."),
    "plain": ("{Name} {be} for {audience}.",),
}

JOINS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Oh, and {point}", "Plus, {point}", "Even better, {point}"),
    "formal": ("In addition, {point}", "Furthermore, {point}", "Finally, {point}"),
    "warm": ("And {point}", "What's more, {point}"),
    "bold": ("And {point}",),
    "plain": ("Also, {point}", "And {point}"),
}
"""What adds a point to the one before."""

WITH: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("The plan: {point}", "Here's the trick: {point}"),
    "formal": ("With {name}, {point}",),
    "warm": ("With {name}, {point}", "Here's what changes: {point}"),
    "bold": ("The difference: {point}", "With {name}, {point}"),
    "plain": ("With {name}, {point}",),
}
"""What leads from what the product is to the first thing that it brings."""

PROOFS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Don't take our word for it: {proof}.", "Where that comes from: {proof}."),
    "formal": ("Source: {proof}.",),
    "warm": ("Where the figure comes from: {proof}.", "Our source: {proof}."),
    "bold": ("The proof: {proof}.",),
    "plain": ("Source: {proof}.",),
}

GAINS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("What would you do with {gain}?",),
    "formal": ("Consider what {gain} would mean for you.",),
    "warm": ("Think what you could do with {gain}.", "What would you do with {gain}?"),
    "bold": ("{Gain}. What would you do with them?",),
    "plain": ("What would you do with {gain}?",),
}

GOALS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("The goal: {sum} for {purpose}{by}.",),
    "formal": ("The aim is to raise {sum} for {purpose}{by}.",),
    "warm": ("Together we want to raise {sum} for {purpose}{by}.",),
    "bold": ("The goal: {sum} for {purpose}{by}.",),
    "plain": ("The goal is {sum} for {purpose}{by}.",),
}

PRICES: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("The money part: {detail}", "What's the damage? {Detail}"),
    "formal": ("As to the cost: {detail}",),
    "warm": ("About the price: {detail}",),
    "bold": ("The price? {Detail}",),
    "plain": ("The price: {detail}",),
}

CLOSERS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Go on, {call}.", "Your turn: {call}.", "{Call}!", "So? {Call}."),
    "formal": ("We invite you to {call}.", "Please {call}."),
    "warm": ("Whenever you're ready, {call}.", "We'd be glad to have you: {call}.", "Come on in: {call}."),
    "bold": ("{Call}.", "Your move: {call}.", "Decide. {Call}."),
    "plain": ("{Call}.", "The next step: {call}.", "If this is for you, {call}."),
}

HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Quick questions, quick answers:", "The small print, but readable:"),
    "formal": ("At a glance:", "The essentials:"),
    "warm": ("A few straight answers:", "What you may want to know:"),
    "bold": ("The facts:", "The short version:"),
    "plain": ("The facts in short:", "Questions and answers:"),
}

QUESTIONS: Final[dict[str, tuple[str, str]]] = {
    "who": ("Who is it for?", "For whom"),
    "what": ("What does it do?", "What it does"),
    "is": ("What is it?", "What it is"),
    "price": ("What does it cost?", "Cost"),
    "when": ("When?", "When"),
    "proof": ("Says who?", "Evidence"),
    "next": ("What is the next step?", "Next step"),
    "goal": ("What is the goal?", "Goal"),
    "more": ("What else?", "Also"),
}
"""A question for voices that talk, a label for voices that state."""

LABELLED: Final = ("formal", "bold")

RECAPS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("The lot, once more, for skimmers:",),
    "formal": ("In summary:",),
    "warm": ("And once more, in short:",),
    "bold": ("Remember:",),
    "plain": ("In short:",),
}

MOODS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("bright, quick and a little cheeky", "sunny, loose and full of movement"),
    "formal": ("composed, precise and assured", "quiet, exact and well ordered"),
    "warm": ("close, soft and welcoming", "gentle, sunlit and human"),
    "bold": ("loud, sharp and certain", "high in contrast, fast and direct"),
    "plain": ("clear, calm and unhurried", "light, open and easy to read"),
}

SYNONYMS: Final[tuple[tuple[str, ...], ...]] = (
    ("show", "demonstrate"), ("begin", "start"), ("glad", "happy", "delighted"), ("ask", "talk to"),
    ("price", "cost"), ("facts", "details"), ("goal", "aim"),
)  # fmt: skip
"""Words of our own frames that a brand may prefer one of."""

CONSEQUENCES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"\bpaid in \w+ (?:parts|instalments|installments)\b", ("The whole sum need not be there on the first day.",)),
    (r"\bmeasured|\bin (?:an? )?independent test\b|\bpilot\b", ("That is a result, not a forecast.",)),
    (r"\b(?:is|are|get in|gets in) free\b|\bfree of charge\b|\bon the house\b", ("That costs you nothing.",)),
    (r"\b(?:is|are) included\b|\bno extra cost\b", ("You don't pay extra for that.",)),
    (r"\b(?:come|comes) (?:as you are|alone)\b", ("There's no wrong way to turn up.",)),
    (r"\bcan (?:pause|cancel|stop|return)\b", ("You stay free to change your mind.",)),
    (r"\bfixed\b", ("You can reckon with it from the first day.",)),
    (r"\bstays? in\b", ("You can say where it is when somebody asks.",)),
    (r"\bby (?:phone|telephone)[^.]* or\b|\bchoose between\b", ("You decide what suits you.",)),
    (r"\b(?:no|without) \w[^.]*\bneed|\bneeds no\b|\bchanges no\b", ("That's one thing less to think about.",)),
    (r"\b\d{1,2}:\d\d\b|\bin advance\b|\bevery (?:hour|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|\blast working day\b",
     ("You can plan around that.",)),
    (r"\b(?:nurse|trainer|adviser|mentor)\b|\banswers the phone\b", ("There's a person to ask.",)),
    (r"\b(?:comes? from|made from|cut from|grown in|ingredients)\b", ("You know what you're getting.",)),
    (r"\bwalk away\b|\bshort walk\b", ("The way there is short.",)),
    (r"\bcosts\b", ("You know the sum before you decide.",)),
    (r"\bin (?:about |under )?\w+ (?:minutes?|hours?)\b|\btakes (?:one|two|ten|fifteen) (?:minutes|hour|afternoon)\b",
     ("It fits into an ordinary day.",)),
)  # fmt: skip
"""What a fact of that kind means for the reader; each follows from the words that it is matched with."""

