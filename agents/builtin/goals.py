"""What the campaign is to achieve, read from the objective: the kind of action, what a reader is asked to do, by when.

Must not publish a target: how many sign-ups a firm hopes for is its own affair; a sum collected for something is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agents.builtin.english import singular
from agents.builtin.phrases import ACTIONS, Action

WEAK: Final = ("buy", "book")
"""Actions that yield to any other that the objective names: who books a demo wants to see it."""

_PERSUADE: Final = re.compile(
    r"\b(?:get|bring|move|encourage|persuade|invite|ask|help|convince)\s+[^.;]*?\bto\s+(?P<ask>[a-z]+\b[^.;]*)",
    re.IGNORECASE,
)
_WHO: Final = re.compile(r"\b(?:who|should)\s+(?P<ask>(?:apply|enrol|enroll|register|sign up|book|order|join)\b[^.;]*)")
_ASKABLE: Final = frozenset(
    "book order register sign join apply enrol enroll subscribe download donate give visit try start buy reserve call "
    "come vote switch volunteer request ask open".split()
)
_DATE: Final = re.compile(
    r"\s*\b(?:by|before|until)\s+(?:the\s+)?\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:January|February|March|April|May|June|July|"
    r"August|September|October|November|December)(?:\s+\d{4})?",
)
_WHEN: Final = re.compile(
    r"\s+(?:by|before|until|within|this|next|in the (?:first|next|coming)|during|two weeks)\b[^,.;]*$", re.IGNORECASE
)
_SOLD: Final = re.compile(
    r"\b(?:sell(?: out)?|win|open|fill|book|hand out|give away)\s+(?:all\s+)?(?:(?:[\d.,]+|one|two|three|four|five|six|"
    r"ten|twelve|twenty|fifty|hundred)\s+)?(?:more\s+|new\s+|orders for\s+)*(?P<object>[a-z][a-z -]*?s)\b"
    r"(?=\s+(?:in|on|by|to|with|from|for|before|until|online|this|next|at|two)\b|[,.;]|$)",
    re.IGNORECASE,
)
_PURPOSE: Final = re.compile(r"\b(?:raise|collect)\b[^.;]*?\bfor\s+(?P<purpose>[^.;]+)", re.IGNORECASE)
_SUM: Final = re.compile(
    r"\b(?:raise|collect)\s+(?P<sum>[€£$]?[\d][\d.,]*(?:\s+(?:euros|pounds|dollars))?)\s+for\b", re.IGNORECASE
)
_HIRED: Final = re.compile(
    r"\b(?:recruit|hire|find)\s+(?:[\d.,]+\s+|one\s+|two\s+|three\s+|four\s+|five\s+|ten\s+)?(?:new\s+|more\s+)?"
    r"(?P<wanted>[a-z][a-z -]*?s)(?=\s+(?:who|that|for|to|by|before|until|in|at|with|and|this|next)\b|[,.;]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Goal:
    """ask is an imperative such as "book your skin check in May", wanted whom an employer looks for, such as "nurses".

    What the brief does not say is empty.
    """

    action: Action
    ask: str = ""
    noun: str = ""
    deadline: str = ""
    purpose: str = ""
    sum: str = ""
    wanted: str = ""

    @property
    def object(self) -> str:
        """What is booked, without when and where: skin check, of "book your skin check in May"."""
        found = re.match(r"^book your (?P<object>[a-z -]+?)(?=\s+(?:in|on|at|for|with|from|by)\b|$)", self.ask)
        return found.group("object") if found else ""


def read_goal(objective: str) -> Goal:
    date = _DATE.search(objective)
    deadline = date.group().strip() if date else ""
    plain = _DATE.sub("", objective)
    ask = _ask(plain)
    action = action_of(ask if ask and action_of(ask).name != "know" else objective)
    purpose = _PURPOSE.search(plain) if action.name == "give" else None
    hired = _HIRED.search(plain) if action.name == "apply" else None
    total = _SUM.search(plain) if action.name == "give" else None
    return Goal(
        action=action,
        ask=ask,
        noun=_noun(plain),
        deadline=deadline if ask or action.name in ("give", "apply", "enrol") else "",
        purpose=_WHEN.sub("", purpose.group("purpose")).strip(" ,") if purpose else "",
        sum=total.group("sum") if total else "",
        wanted=hired.group("wanted") if hired else "",
    )


def action_of(objective: str) -> Action:
    folded = objective.casefold()
    found = [
        (match.start(), number)
        for number, action in enumerate(ACTIONS)
        for word in action.words
        if (match := re.search(rf"\b{word}", folded))
    ]
    if any(ACTIONS[number].name == "volunteer" for _, number in found):
        return next(action for action in ACTIONS if action.name == "volunteer")
    for weak in WEAK:
        found = [entry for entry in found if ACTIONS[entry[1]].name != weak] or found
    return ACTIONS[min(found)[1]] if found else ACTIONS[-1]


def _ask(objective: str) -> str:
    found = _WHO.search(objective) or _PERSUADE.search(objective)
    if found is None:
        return ""
    ask = re.split(r"\s+and\s+|,", found.group("ask"), maxsplit=1)[0]
    ask = _WHEN.sub("", ask).strip()
    if ask.split()[0].lower() not in _ASKABLE or len(ask.split()) > 8:
        return ""
    return re.sub(r"^(\w+(?: for)?) an? (?!demo\b)", r"\1 your ", ask[:1].lower() + ask[1:])


def _noun(objective: str) -> str:
    found = _SOLD.search(objective)
    if found is None:
        return ""
    noun = found.group("object").strip()
    return (
        singular(noun)
        if len(noun.split()) <= 3 and "sign-up" not in noun and noun not in ("units", "orders", "sales")
        else ""
    )
