"""Key messages, claims and further product sentences as points: whole sentences with a topic and, where given, a proof.

Must keep the brief's own words: a fragment gets the subject it lacks, and nothing else changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agents.auditing.words import stems
from agents.builtin.english import (
    Form,
    bare,
    capital,
    clause_verb,
    form_of,
    is_plural,
    is_verb,
    sentence,
    third_to_base,
    tokens,
)

_PRICE: Final = (
    r"\bcosts?\b|\bprices?\b|\bstarts? at [€£$]?[\d.,]+ (?:euros|pounds|dollars)\b|\bfee\b|\bfree of charge\b|"
    r"\bfrom [€£$]?\d[\d.,]* ?(?:euros|pounds|dollars)\b"
)
_WHEN: Final = (
    r"\b(?:\d{1,2}:\d\d|monday|tuesday|wednesday|thursday|friday|saturday|sunday|daily|every (?:day|night|week|month|"
    r"hour)|january|february|march|april|june|july|august|september|october|november|december|o'clock)\b"
)
TOPICS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (topic, re.compile(words, re.IGNORECASE))
    for topic, words in (
        ("pay", r"\b(pay|salary|salaries|wages?) (?:starts?|is|are)\b"),
        ("rate", r"\b(interest )?rate is\b"),
        ("price", _PRICE),
        ("when", _WHEN),
        ("result", r"\b(pilot|study|survey|tests?|tested|measured)\b"),
    )
)
_NUMBER: Final = re.compile(r"\d")
_WINS: Final = re.compile(r"\b(?:sav|free|spar|win|gain|give)\w*\b", re.IGNORECASE)
"""Only what saves or gives time gives it to the reader; who fills more hours has worked more."""
_MORE: Final = re.compile(
    r"\b((?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty) (?:more|extra) (?:free )?"
    r"(?:minutes|hours|days|weeks|evenings|weekends|nights)(?: (?:a|per|every|each) (?:day|week|month|year))?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Point:
    """text is the sentence as it is written; source what the brief says; proof what stands behind it, or nothing."""

    text: str
    source: str
    form: Form
    topic: str
    proof: str = ""

    @property
    def counts(self) -> bool:
        return bool(_NUMBER.search(self.source))

    @property
    def gain(self) -> str:
        """The time that the reader wins, such as "12 more hours a week"; empty if the point speaks of none."""
        found = _MORE.search(self.source) if _WINS.search(self.source) else None
        return found.group(1) if found else ""


def point(text: str, *, plural: bool, proof: str = "") -> Point:
    form = "phrase" if text.rstrip().endswith("?") else form_of(text)
    return Point(sentence(completed(text, form, plural=plural)), text, form, topic_of(text), proof)


def completed(text: str, form: Form, *, plural: bool) -> str:
    """The text with the subject that it leaves out: Weighs 900 grams -> It weighs 900 grams."""
    they, be = ("They", "are") if plural else ("It", "is")
    first, _, rest = text.partition(" ")
    low = first[:1].lower() + first[1:]
    if form == "predicate":
        return f"{they} {(third_to_base(first) or low) if plural else low} {rest}"
    if form == "superlative":
        return f"{they} {be} the {low} {rest}"
    if form in ("participle", "adjective"):
        return f"{they} {be} {low} {rest}".rstrip()
    if form == "phrase" and first.lower() == "no" and rest and "," not in text:
        return f"There {'are' if is_plural(rest) else 'is'} no {rest}"
    if form == "phrase" and first.lower() in ("a", "an") and rest and not text.endswith("?"):
        return f"There is {low} {rest}"
    return capital(text)


def topic_of(text: str) -> str:
    return next((topic for topic, words in TOPICS if words.search(text)), "")


def parted(text: str) -> list[str]:
    """A sentence that says two things, as two: It weighs 900 grams and costs 149 euros -> … It costs 149 euros."""
    whole = bare(text)
    for joint in re.finditer(" and ", whole):
        left, right = whole[: joint.start()], whole[joint.end() :]
        verb = clause_verb(tokens(left))
        if verb is None or "," in left or not right:
            continue
        if third_to_base(tokens(right)[0] if tokens(right) else "") and right[0].islower():
            subject = " ".join(left.split()[:verb])
            return [sentence(left), *parted(sentence(f"{subject} {right}"))] if len(subject.split()) <= 4 else [text]
        if form_of(right) == "clause" and not is_verb(tokens(right)[0]):
            return [sentence(left), *parted(sentence(right))]
    return [text]


def shared_subject(parts: Sequence[str]) -> str:
    """The subject that all these sentences start with, if the first one's verb shows where it ends."""
    found = tokens(parts[0])
    verb = clause_verb(found)
    subject = " ".join(parts[0].split()[:verb]) if verb else ""
    return subject if subject and all(part.startswith(f"{subject} ") for part in parts) else ""


def with_proofs(points: Sequence[Point], claims: Sequence[tuple[str, str]], *, plural: bool) -> list[Point]:
    """The points with the proofs of the claims that they make; a proven claim that none makes becomes a point."""
    found = list(points)
    for claim, proof in claims:
        wanted = stems(claim)
        shares = [len(wanted & stems(entry.source)) / max(1, len(wanted)) for entry in found]
        best = max(range(len(found)), key=shares.__getitem__, default=None)
        if best is not None and shares[best] >= 0.75:
            old = found[best]
            found[best] = Point(old.text, old.source, old.form, old.topic, proof or old.proof)
        elif proof:
            found.append(point(claim, plural=plural, proof=proof))
    return found


def replaced(text: str, words: Mapping[str, str]) -> str:
    """The text with the brand's own words for those that it avoids."""
    for word, instead in words.items():
        if not instead:
            continue
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
        text = pattern.sub(lambda match, to=instead: capital(to) if match.group()[:1].isupper() else to, text)  # type: ignore[misc]
    return text


def tells_how(proof: str) -> bool:
    """Does the proof say how something was measured, so that it may stand in brackets after it?"""
    return (
        proof.split(maxsplit=1)[0].lower() in ("weighed", "measured", "tested", "counted", "calculated", "checked")
        if proof
        else False
    )


def strongest(points: Sequence[Point], first: str | None) -> Point:
    """The one that a note wants first; else the first that states something whole."""
    wanted = [point for point in points if point.source == first]
    whole = [point for point in points if point.form == "clause" and not point.text.startswith(("It ", "They ", "If "))]
    return (wanted or whole or list(points))[0]
