"""The built-in copywriter: headlines, bodies and calls to action out of the brief's own facts, the same for a seed.

Must not claim what the brief does not say, and must not exceed its limit of words.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any, Final

from agents.auditing.words import count_words, first_words, holds_term
from agents.builtin import phrases
from agents.builtin.facts import Facts, bare, dice, make_anew, read_facts, sentence, shuffled
from agents.contracts import AgentRequest, Host

LENGTHS: Final = (("short", 50, 100), ("medium", 100, 200), ("long", 200, 400))
MAX_HEADLINE: Final = 90
GOOD_HEADLINE: Final = 60
HEADLINES: Final = 5
CALLS: Final = 4


def write_copy(request: AgentRequest, host: Host) -> Mapping[str, Any]:
    facts = read_facts(request)
    return make_anew("copy", request, lambda turn: _write(facts, dice(request, "copywriting", turn)))


def _write(facts: Facts, rng: random.Random) -> dict[str, Any]:
    calls = calls_to_action(facts, rng)
    warnings = list(facts.warnings)
    headlines = _headlines(facts, calls[0], rng, warnings)
    bodies = [_body(facts, length, bounds, calls, rng) for length, *bounds in LENGTHS]
    return {
        "headlines": [{"text": text, "construction": construction} for construction, text in headlines],
        "bodies": bodies,
        "calls_to_action": [{"text": call} for call in calls],
        "tone_note": tone_note(facts),
        "language": "en",
        "warnings": warnings,
    }


def calls_to_action(facts: Facts, rng: random.Random) -> list[str]:
    own = shuffled(rng, facts.allowed(facts.action.calls))
    spare = [call for call in facts.allowed(phrases.ACTIONS[-1].calls) if call not in own]
    found = (own + spare)[:CALLS]
    # Prohibited terms may leave too few; an arrow and a name are still a call.
    for plain in ("Go on", "Yes, please", "Have a look", "Continue"):
        if len(found) < 3 and plain not in found:
            found.append(plain)
    return found


def parts_of(facts: Facts, call: str, message: str = "") -> dict[str, str]:
    """What patterns may name; a part that the brief does not give is left out."""
    parts = {
        "name": facts.name,
        "Name": facts.name[:1].upper() + facts.name[1:],
        "described": facts.described,
        "Described": facts.described[:1].upper() + facts.described[1:],
        "audience": facts.audience,
        "message": bare(message),
        "call": call[:1].lower() + call[1:],
        "Call": call,
        "verb": facts.action.verb,
        "count": str(len(facts.messages)) if len(facts.messages) > 1 else "",
    }
    return {name: value for name, value in parts.items() if value}


def fill(pattern: str, parts: Mapping[str, str]) -> str | None:
    """The pattern with its parts, or None where one is missing."""
    wanted = [name for _, name, _, _ in Formatter().parse(pattern) if name]
    return pattern.format(**parts) if all(name in parts for name in wanted) else None


def choose(facts: Facts, rng: random.Random, patterns: Sequence[str], parts: Mapping[str, str]) -> str | None:
    """One of the patterns that can be filled and may be said."""
    for pattern in shuffled(rng, patterns):
        text = fill(pattern, parts)
        if text is not None and facts.may_say(text):
            return text
    return None


def _headlines(facts: Facts, call: str, rng: random.Random, warnings: list[str]) -> list[tuple[str, str]]:
    messages = list(facts.messages) or [""]
    start = rng.randrange(len(messages)) if facts.note.first is None else 0
    found: dict[str, str] = {}
    for number, (construction, pattern) in enumerate(shuffled(rng, phrases.HEADLINES)):
        text = fill(
            pattern,
            parts_of(
                facts, facts.action.calls[number % len(facts.action.calls)], messages[(start + number) % len(messages)]
            ),
        )
        if text and len(text) <= MAX_HEADLINE and facts.may_say(text) and not _same(text, found.values()):
            found[construction] = text
    best = sorted(found.items(), key=lambda entry: len(entry[1]) > GOOD_HEADLINE)[:HEADLINES]
    for pattern in phrases.SPARE_HEADLINES:
        text = fill(pattern, parts_of(facts, call)) or facts.name
        text = text[: MAX_HEADLINE * 2]
        if len(best) < 3 and not _same(text, (line for _, line in best)):
            best.append(("plain", text))
            if not facts.may_say(text):
                warnings.append("A headline holds a prohibited term because the product's name does.")
    return best


def _same(text: str, others: Any) -> bool:
    plain = text.casefold().strip(".!? ")
    return any(plain == other.casefold().strip(".!? ") for other in others)


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence with its place in the text, and how early it is wanted: 0 must, then 1, 2, 3 …"""

    text: str
    wanted: int
    paragraph: int


def _body(facts: Facts, length: str, bounds: Sequence[int], calls: Sequence[str], rng: random.Random) -> dict[str, Any]:
    lowest, highest = bounds
    if facts.note.size < 0:
        highest = lowest + (highest - lowest) // 3
    target = lowest + (highest - lowest) * (2 if facts.note.size > 0 else 1) // 4
    most = highest if facts.max_words is None else min(highest, facts.max_words)
    target = min(target, most)
    lines = _lines(facts, calls, rng)
    text, left_out = _compose(lines, target, most, facts)
    words = count_words(text)
    notes = []
    if words < lowest:
        limited = facts.max_words is not None and facts.max_words < lowest
        notes.append(
            f"The brief allows {facts.max_words} words, fewer than a {length} body usually has."
            if limited
            else f"The brief's facts carry {words} words; a {length} body usually has {lowest} to {highest}."
        )
    notes += [f"Does not fit in {most} words: {line.text}" for line in left_out]
    return {"length": length, "text": text, "note": " ".join(notes)[:4_000]}


def _lines(facts: Facts, calls: Sequence[str], rng: random.Random) -> list[_Line]:
    """Every sentence this brief can carry, in reading order."""
    parts = parts_of(facts, calls[0])
    lines: list[_Line] = []

    def add(text: str | None, wanted: int, paragraph: int) -> None:
        if text:
            lines.append(_Line(text, wanted, paragraph))

    add(choose(facts, rng, phrases.OPENERS[facts.voice], parts), 1, 1)
    add(choose(facts, rng, phrases.DESCRIPTIONS, parts), 2, 1)
    add(choose(facts, rng, phrases.AUDIENCE, parts), 3, 1)
    comments = iter(shuffled(rng, facts.allowed(phrases.COMMENTS)))
    for number, message in enumerate(facts.messages):
        lead = choose(facts, rng, phrases.LEADS[min(number, len(phrases.LEADS) - 1)], parts)
        add(lead, 5, 2 + number // 2)
        add(message, 1 if number < 3 else 2, 2 + number // 2)
        add(next(comments, None), 4 if number < 2 else 6, 2 + number // 2)
    for quote in facts.note.quotes:
        add(sentence(quote) if facts.may_say(quote) else None, 1, 90)
    for number, reason in enumerate(shuffled(rng, facts.allowed(phrases.REASONS))):
        add(reason, 6 + number, 91)
    for comment in list(comments)[:2]:
        add(comment, 13, 91)
    add(choose(facts, rng, phrases.CLOSERS[facts.voice], parts), 2, 92)
    for number, term in enumerate(facts.required):
        if not any(holds_term(line.text, term) for line in lines if line.wanted == 1):
            pattern = phrases.TERM_LINES[number % len(phrases.TERM_LINES)]
            add(pattern.format(term=term.rstrip(".")), 0, 93)
    for disclaimer in facts.disclaimers:
        add(disclaimer, 0, 94)
    return lines or [_Line(sentence(facts.name), 0, 1)]


def _compose(lines: Sequence[_Line], target: int, most: int, facts: Facts) -> tuple[str, list[_Line]]:
    """Sentences by how much they are wanted, until the target; never more words than `most`."""
    chosen: set[int] = set()
    left_out: list[_Line] = []
    words = 0
    for wanted, place in sorted((line.wanted, place) for place, line in enumerate(lines)):
        size = count_words(lines[place].text)
        if wanted > 1 and words >= target:
            break
        if words + size <= most:
            chosen.add(place)
            words += size
        elif wanted <= 1:
            left_out.append(lines[place])
    if not chosen:
        return first_words(facts.name, most), left_out
    paragraphs: dict[int, list[str]] = {}
    for place in sorted(chosen):
        paragraphs.setdefault(lines[place].paragraph, []).append(lines[place].text)
    return "\n\n".join(" ".join(texts) for texts in paragraphs.values()), left_out


def tone_note(facts: Facts) -> str:
    asked = f"The brief asks for a tone that is “{facts.tone}”" if facts.tone else "The brief names no tone"
    said = [f"{asked}; the built-in writer used its {facts.voice} voice."]
    if facts.audience:
        said.append(f"It speaks to {facts.audience}.")
    if facts.brand_words:
        said.append(f"The brand's words ({', '.join(facts.brand_words)[:300]}) were used to choose the voice only.")
    if facts.note.text:
        understood = facts.note.understood()
        read = f"was read as: {'; '.join(understood)}" if understood else "only made it choose other sentences"
        said.append(f"The note “{facts.note.text[:300]}” {read}.")
    return " ".join(said)
