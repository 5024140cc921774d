"""Voices, actions and frames of the built-in makers. Must hold no claim about any product: facts come from the brief.

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
           ("Book a demo of {name}", "See {name} at work", "Ask us to show you {name}")),
    Action("trial", ("trial",), "try",
           ("Start your {trial} trial of {name}", "Try {name} for {duration}", "Try {name} yourself",
            "See how {name} works", "Start your trial of {name}")),
    Action("enrol", ("enrol", "course", "class"), "enrol",
           ("Enrol in {name}", "Take your place in {name}", "Ask us about {name}", "See what {name} covers")),
    Action("apply", ("hire", "recruit", "applic", "apply", "job"), "apply",
           ("Apply to {name}", "Come and work at {name}", "Find out about working at {name}",
            "Send {name} your application")),
    Action("open", ("open [^.;]*accounts?", "accounts?"), "open an account",
           ("Open your {noun}", "Apply for {name}", "Ask an adviser about {name}", "Read the terms of {name}")),
    Action("volunteer", ("volunteer",), "lend a hand",
           ("Volunteer at {name}", "Lend a hand at {name}", "Join the team at {name}", "Ask where {name} needs help")),
    Action("join", ("regist", "attend", "tickets?", "events?", "conference", "webinar", "rsvp", "concert"), "come",
           ("Get your ticket for {name}", "Save your seat at {name}", "Come to {name}", "Bring a friend to {name}")),
    Action("download", ("download", "install", "apps?\\b"), "download",
           ("Download {name}", "Get {name} on your phone", "Install {name} today", "Take a look at {name}")),
    Action("subscribe", ("subscri", "newsletter"), "subscribe",
           ("Subscribe to {name}", "Read the next issue of {name}", "Start reading {name}", "Try an issue of {name}")),
    Action("visit", ("visit", "footfall", "bring [^.;]*customers", "customers? in"), "visit",
           ("Visit {name}", "Plan your visit to {name}", "Come and see {name}", "Take a look at {name}")),
    Action("book", ("book", "appointment", "reserv", "viewing", "berths?"), "book",
           ("Book your {noun} on {name}", "Find your date for {name}", "Reserve your {noun}", "Ask us about {name}",
            "See what {name} offers")),
    Action("sign up", ("sign-up", "sign up", "signup", "leads?\\b", "waitlist", "member", "join"), "sign up",
           ("Sign up for {name}", "Save your place at {name}", "Join {name}", "Bring a friend to {name}")),
    Action("buy", ("sell", "sale", "buy", "order", "revenue", "purchas", "conver", "shop", "launch"), "order",
           ("Order your {noun}", "Choose your {noun}", "Order {name}", "See {name} up close", "Make {name} yours")),
    Action("know", (), "find out more",
           ("Get to know {name}", "Take a closer look at {name}", "Find out about {name}", "Ask us about {name}")),
)  # fmt: skip
"""The last one serves every objective that names no action; "buy" and "book" yield to any other that matches."""

ASKED: Final[dict[str, tuple[str, ...]]] = {
    "book": ("Find a time for your {object}", "Ask us about {name}", "Find out more about {name}"),
    "visit": ("Plan your visit to {name}", "Come and see {name}", "Ask us about {name}"),
    "order": ("Ask us about {name}", "Find out more about {name}"),
    "register": ("Save your place at {name}", "Come to {name}", "Ask us about {name}"),
    "sign": ("Join {name}", "Get your number for {name}", "Bring a friend to {name}"),
    "apply": ("Come and work at {name}", "Find out about working at {name}", "Send {name} your application"),
}
"""Further calls where the objective itself says what a reader shall do, by its verb."""

SPARE_CALLS: Final = (
    "Ask us about {name}", "Read more about {name}", "Take a look at {name}", "Get to know {name}", "Start with {name}",
    "Yes, please", "Go on", "Continue", "Show me", "Count me in",
)  # fmt: skip

HOOKS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "problem": {
        "playful": ("{short} There's a way out.", "{short} Say hello to {named}, {kind}.", "{short} Same here."),
        "formal": ("If you {you}, consider {named}, {kind}.", "{question} There is an alternative."),
        "warm": ("If you {you}, let us show you {named}, {kind}.", "{short} Then let us show you another way."),
        "bold": ("{short} Time for something else.", "{short} Read on.", "{short} There is another way."),
        "plain": ("{question} There is another way.", "If you {you}, look at {named}, {kind}."),
    },
    "lack": {
        "playful": ("{short} No drama.", "So you {you}. You can have {named}, {kind}."),
        "formal": ("If you {you}, consider {named}, {kind}.", "{question} {Named} {be} {kind}."),
        "warm": ("If you {you}, you're exactly who we had in mind.", "{question} Then meet {named}, {kind}."),
        "bold": ("{short} Read on.", "{short} Start with {named}, {kind}.", "{short} {Named} {be} {kind}."),
        "plain": ("If you {you}, look at {named}, {kind}.", "{question} {Named} {be} {kind}."),
    },
    "new": {
        "playful": ("{short} You're in for a first.", "{short} Say hello to {named}, {kind}."),
        "formal": ("If you {you}, we would like to invite you.", "{question} You are cordially invited."),
        "warm": ("If you {you}, this is a good place to begin.", "{question} Then you're very welcome here.",
                 "{short} Then you're in for something new."),
        "bold": ("{short} Good. Start here.", "{short} Here is where to start."),
        "plain": ("If you {you}, here is a place to begin.", "{question} Here is a place to begin."),
    },
    "want": {
        "playful": ("{short} Now we're talking.", "So you {you}? Say hello to {named}, {kind}."),
        "formal": ("If you {you}, consider {named}, {kind}.", "{question} {Named} {be} {kind}."),
        "warm": ("If you {you}, meet {named}, {kind}.", "{question} Then meet {named}, {kind}."),
        "bold": ("{short} Here it is.", "You {you}. Good. Read on."),
        "plain": ("{question} {Named} {be} {kind}.", "If you {you}, look at {named}, {kind}."),
    },
    "habit": {
        "playful": ("{question} Good. Say hello to {named}, {kind}.", "So you {you}? Say hello to {named}, {kind}."),
        "formal": ("If you {you}, we would like to introduce {named}, {kind}.", "{question} {Named} {be} {kind}."),
        "warm": ("{question} Then meet {named}, {kind}.", "{question} Here is {named}, {kind}."),
        "bold": ("{question} Meet {named}, {kind}.", "You {you}? Read on."),
        "plain": ("{question} {Named} {be} {kind}.",),
    },
}  # fmt: skip
"""How a text opens from what the audience does: what troubles it, what it lacks, has not done, wants, or simply does.

A frame with {kind} says at once what the product is."""

INTROS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Say hello to {named}, {kind}.", "Enter {named}: {kind}.", "Meet {named}, {kind}."),
    "formal": ("{Named} {be} {kind}.",),
    "warm": ("{Named} {be} {kind}.", "Meet {named}, {kind}."),
    "bold": ("{Named}: {kind}.", "This is {named}, {kind}."),
    "plain": ("{Named} {be} {kind}.",),
}
SPLIT_INTROS: Final = ("{Named} {be} {head}. {It} {does}.",)
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

NAMINGS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Say hello to {named}.",),
    "formal": ("This is {named}.",),
    "warm": ("That's {named}.", "We'd like you to meet {named}."),
    "bold": ("That's {named}.", "This is {named}."),
    "plain": ("This is {named}.",),
}
"""The name after a fact that speaks for it, where what it is has no shorter form."""

LISTS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("{Named}, {brief}, in a nutshell:",),
    "formal": ("{Named}, {brief}, at a glance:",),
    "warm": ("{Named}, {brief}, in short:", "{Named}, {brief}, in a few lines:"),
    "bold": ("{Named}, {brief}. The facts:",),
    "plain": ("{Named}, {brief}, in short:",),
}
BARE_LISTS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("{Named} in a nutshell:",),
    "formal": ("{Named} at a glance:",),
    "warm": ("{Named} in short:", "{Named}, in a few lines:"),
    "bold": ("{Named}. The facts:",),
    "plain": ("{Named} in short:",),
}
"""The same where what it is has no short form, or is its name."""

AUDIENCE: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Who's it for? {Audience}.", "It's for {audience}."),
    "formal": ("{It} {be} intended for {audience}.",),
    "warm": ("{It} {be} made for {audience}.",),
    "bold": ("For {audience}.", "Made for {audience}."),
    "plain": ("{It} {be} for {audience}.",),
}
"""For whom it is; not said where readers are asked for something that is for others."""

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("The goodies: {items}.",),
    "formal": ("What it offers: {items}.",),
    "warm": ("What you can look forward to: {items}.",),
    "bold": ("What you get: {items}.",),
    "plain": ("What you get: {items}.",),
}
"""Key messages that are no sentences, told together."""

WANTED: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("We're looking for {wanted}.",),
    "formal": ("We are looking for {wanted}.",),
    "warm": ("We're looking for {wanted}.",),
    "bold": ("Wanted: {wanted}.",),
    "plain": ("We are looking for {wanted}.",),
}
WANTED_BY: Final = ("{Name} {be} looking for {wanted}.",)
"""Whom an employer looks for, and the same for brands that never say "we"."""

JOINS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Oh, and {point}", "Plus, {point}"),
    "formal": (),
    "warm": ("And {point}",),
    "bold": ("And {point}",),
    "plain": ("And {point}",),
}
"""What adds a point to the one before."""

WITH: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("The plan: {point}", "Here's how: {point}"),
    "formal": ("With {name}, {point}",),
    "warm": ("With {name}, {point}",),
    "bold": ("With {name}, {point}",),
    "plain": ("With {name}, {point}",),
}
"""What leads from what the reader does or wants to the first thing that the product brings."""

RESULTS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("The scoreboard so far: {point}",),
    "formal": ("The result so far: {point}",),
    "warm": ("And the result so far: {point}",),
    "bold": ("The result: {point}",),
    "plain": ("The result so far: {point}",),
}

PROOFS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Where we got that: {proof}.",),
    "formal": ("Source: {proof}.",),
    "warm": ("Our source: {proof}.",),
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
    "playful": ("Go on, {call}.", "Your turn: {call}.", "{Call}!", "You know what to do: {call}."),
    "formal": ("We invite you to {call}.", "Please {call}.", "You are welcome to {call}."),
    "warm": (
        "Whenever you're ready, {call}.",
        "If that sounds right to you, {call}.",
        "When it suits you, {call}.",
        "{Call}.",
    ),
    "bold": ("{Call}.", "Your move: {call}.", "Now: {call}."),
    "plain": ("{Call}.", "The next step: {call}.", "The next step is yours: {call}."),
}
LINKED: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Go on, {call}: {link}", "Your turn. {Call}: {link}", "{Call}, this way: {link}"),
    "formal": ("{Call}: {link}", "You can {call} here: {link}", "We invite you to {call}: {link}"),
    "warm": (
        "Whenever you're ready, {call}: {link}",
        "{Call} here: {link}",
        "When it suits you, {call}: {link}",
        "{Call}: {link}",
    ),
    "bold": ("{Call}: {link}", "Your move. {Call}: {link}", "Now {call}: {link}"),
    "plain": ("{Call}: {link}", "{Call} here: {link}"),
}
"""A closer with the address. Without a full stop after it, so that none becomes part of the address."""

HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Before you {verb}:", "The small print, but readable:", "Quick facts:"),
    "formal": ("Before you {verb}:", "At a glance:", "The essentials:"),
    "warm": ("Before you {verb}:", "Good to know:", "What you may want to know:"),
    "bold": ("The facts:", "Before you {verb}:"),
    "plain": ("Before you {verb}:", "Good to know:", "The facts in short:"),
}

LABELS: Final[dict[str, str]] = {
    "when": "When", "price": "Cost", "pay": "Pay", "rate": "Rate", "next": "Next step", "goal": "Goal",
}  # fmt: skip
"""What a line of a long body is headed by, for what readers look up."""

REASONS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Reasons to {verb}:", "Worth remembering:"),
    "formal": ("In summary:",),
    "warm": ("Good reasons to {verb}:", "Worth remembering:"),
    "bold": ("Reasons to {verb}:", "Remember:"),
    "plain": ("Reasons to {verb}:", "Worth remembering:"),
}
"""What heads some of the points, said once more in a long text of a thin brief."""

UNSURE: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Still not sure? {Other}.", "Something missing here? {Other}."),
    "formal": ("Should questions remain, please {other}.", "If anything remains unclear, please {other}."),
    "warm": ("Not sure yet? {Other}.", "If anything is unclear, {other}."),
    "bold": ("Not sure? {Other}. Then decide.", "Questions? {Other}."),
    "plain": ("Not sure yet? {Other}.", "Is something unclear? {Other} before you decide."),
}
REASSURING: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("A question costs nothing, and silly ones don't exist.",),
    "formal": ("Every question is welcome, and none is too small.",),
    "warm": ("A question costs nothing, and none is too small.",),
    "bold": ("A question costs nothing.",),
    "plain": ("A question costs nothing, and none is too small.",),
}
"""What may be added to that, where words are wanted that the facts do not give."""

PATIENT: Final = ("ready", "suits you", "No hurry", "No rush")
"""Words of closers that do not go with a deadline."""

MOODS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("bright, quick and a little cheeky", "sunny, loose and full of movement"),
    "formal": ("composed, precise and assured", "quiet, exact and well ordered"),
    "warm": ("close, soft and welcoming", "gentle, sunlit and human"),
    "bold": ("loud, sharp and certain", "high in contrast, fast and direct"),
    "plain": ("clear, calm and unhurried", "light, open and easy to read"),
}

SYNONYMS: Final[tuple[tuple[str, ...], ...]] = (
    ("show", "demonstrate"), ("begin", "start"), ("glad", "happy", "delighted"), ("ask", "talk to"),
    ("price", "cost"), ("facts", "details"), ("goal", "aim"), ("company", "firm", "business", "organisation"),
)  # fmt: skip
"""Words of our own frames that a brand may prefer one of."""
