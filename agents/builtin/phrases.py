"""Phrase banks of the built-in makers. Must hold no claim about any product: facts come from the brief alone."""

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

    words: tuple[str, ...]
    verb: str
    calls: tuple[str, ...]


ACTIONS: Final[tuple[Action, ...]] = (
    Action(("donat", "fundrais", "raise money", "giving"), "give",
           ("Give today", "Make a donation", "Support the work", "Give what you can", "Become a supporter")),
    Action(("regist", "attend", "ticket", "event", "conference", "webinar", "rsvp"), "join",
           ("Save your place", "Register today", "Join us", "Reserve a seat", "See the programme")),
    Action(("trial", "demo"), "try",
           ("Try it yourself", "Start a trial", "Ask for a demo", "See it at work", "Take a first look")),
    Action(("download", "install", "app "), "download",
           ("Download it", "Get the app", "Install it today", "Have a look inside", "Start on your phone")),
    Action(("subscri", "newsletter"), "subscribe",
           ("Subscribe", "Get the next issue", "Read along", "Join the list", "Start reading")),
    Action(("book", "appointment", "visit", "reserv", "footfall"), "visit",
           ("Book a visit", "Plan your visit", "Find a time", "Come by", "Reserve a time")),
    Action(("sign-up", "sign up", "signup", "lead", "waitlist", "member", "join", "volunteer"), "sign up",
           ("Sign up today", "Put your name down", "Join us", "Start here", "Count yourself in")),
    Action(("sell", "sale", "buy", "order", "revenue", "purchas", "conver", "shop", "launch"), "order",
           ("Order yours", "Shop now", "See what is on offer", "Find yours", "Make it yours")),
    Action(("hire", "recruit", "applic", "apply", "job"), "apply",
           ("Apply today", "See the role", "Work with us", "Send your application", "Ask us about it")),
    Action((), "find out more",
           ("Find out more", "Take a closer look", "See the details", "Ask us anything", "Start here")),
)  # fmt: skip
"""The last one serves every objective that names no action, such as awareness."""

HEADLINES: Final[tuple[tuple[str, str], ...]] = (
    ("message", "{message}"),
    ("name and message", "{Name}: {message}"),
    ("introduction", "Meet {name}"),
    ("audience", "For {audience}: {name}"),
    ("question", "Looking for {name}?"),
    ("question with answer", "Why {name}? {message}"),
    ("number", "{count} reasons to look at {name}"),
    ("invitation", "{call}: {name}"),
    ("described", "{Name}, {described}"),
    ("news", "Say hello to {name}"),
)
"""Construction and pattern; a pattern with a part that the brief does not give is not used."""

SPARE_HEADLINES: Final = ("{Name}", "{Name}. Have a look", "About {name}", "{Name}, in short", "This is {name}")

OPENERS: Final[dict[str, tuple[str, ...]]] = {
    "playful": (
        "Well, hello. This is {name}, and it would love to meet you.",
        "Drum roll, please: {name}.",
        "Here is some news worth putting the kettle on for: {name}.",
        "Stop scrolling for a second and say hello to {name}.",
        "You, meet {name}. We think you two will get on.",
    ),
    "formal": (
        "We are pleased to introduce {name}.",
        "This is a short introduction to {name} and to what it offers.",
        "Please allow us to present {name}.",
        "What follows sets out what {name} means in practice.",
        "A decision is easier when the facts are in one place; here they are for {name}.",
    ),
    "warm": (
        "We would love you to meet {name}.",
        "It is good to have you here, and a pleasure to tell you about {name}.",
        "Some things are best told person to person, so here is {name} in our own words.",
        "Pull up a chair; this is the story of {name}.",
        "Thank you for stopping by. This is {name}.",
    ),
    "bold": (
        "This is {name}. Look twice.",
        "Enough small talk: this is {name}.",
        "One name to remember: {name}.",
        "Here it is: {name}. No detours.",
        "Ready? Then meet {name}.",
    ),
    "plain": (
        "This is {name}.",
        "Here is {name}, in a few plain words.",
        "Let us tell you about {name}.",
        "This is what you should know about {name}.",
        "A short note about {name}.",
    ),
}

DESCRIPTIONS: Final = ("In one line: {described}.", "Put simply: {described}.", "To say what it is: {described}.")

AUDIENCE: Final = (
    "We wrote this for {audience}.",
    "If you count yourself among {audience}, this is for you.",
    "It is meant for {audience}, and we had you in mind with every line.",
    "When we planned this, we thought of {audience} first.",
)

LEADS: Final = (
    ("Here is what matters most.", "Start with this.", "First things first.", "The main point comes first."),
    ("There is more to it.", "Next on the list.", "The second point is just as short.", "And it goes on."),
    ("Then there is this.", "One more thing.", "Keep this in mind as well.", "That is not all."),
    ("And also.", "Another point for your list.", "Worth adding.", "While we are at it."),
)
"""What leads to the first, second, third and every further message."""

COMMENTS: Final = (
    "It takes one sentence to say, and we would rather not dress it up.",
    "Read it again if you like; it means what it says.",
    "Put it on your list when you compare, and see how the others answer.",
    "If that is what you have been looking for, you may have found it.",
    "Ask us about it whenever you like, because we enjoy the question.",
    "You decide how much it counts for you, and nobody else does.",
    "We mention it early because people ask about it early.",
    "Think of a normal week of yours and picture what it would change.",
    "That is a point to talk over with the people you share the decision with.",
    "It is simple to say, and just as simple to ask us about.",
)

REASONS: Final = (
    "Nobody needs another long list, so this one stays short enough to remember.",
    "Take the points above, hold them against what you need, and you will know quickly whether it fits.",
    "If a point is missing here, it is because we would rather tell you in person than guess what you want to know.",
    "You do not have to decide today; a first look costs nothing but a few minutes.",
    "Good decisions start with clear words, and we have tried to choose ours with care.",
    "Share this with somebody whose opinion you trust and see what they say.",
)

CLOSERS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Come and {verb}; we will keep the kettle warm.", "So, shall we? {Call}.", "Your move. {Call}!"),
    "formal": ("We look forward to hearing from you. {Call}.", "For the next step: {call}.", "To go on: {call}."),
    "warm": ("We would be glad to have you with us. {Call}.", "Whenever you are ready: {call}.", "{Call}. We mean it."),
    "bold": ("{Call}. Now is a good time.", "Do not wait for a sign. {Call}.", "The next step is yours: {call}."),
    "plain": ("The next step: {call}.", "If you like what you read: {call}.", "{Call}, if this is for you."),
}

TERM_LINES: Final = ("Good to know: {term}.", "To be clear: {term}.", "In short: {term}.")

HOOKS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("Psst: {name}.", "Guess who? {Name}.", "New favourite word: {name}.", "Plot twist: {name}."),
    "formal": ("Introducing {name}.", "In brief: {name}.", "Now presenting {name}.", "A word on {name}."),
    "warm": ("Say hello to {name}.", "This one is for you: {name}.", "With love: {name}.", "Come and meet {name}."),
    "bold": ("{Name}. That is the news.", "Look here: {name}.", "Remember this name: {name}.", "This is {name}."),
    "plain": ("This is {name}.", "About {name}.", "In a few words: {name}.", "Have a look at {name}."),
}

MOODS: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("bright, quick and a little cheeky", "sunny, loose and full of movement"),
    "formal": ("composed, precise and assured", "quiet, exact and well ordered"),
    "warm": ("close, soft and welcoming", "gentle, sunlit and human"),
    "bold": ("loud, sharp and certain", "high in contrast, fast and direct"),
    "plain": ("clear, calm and unhurried", "light, open and easy to read"),
}
