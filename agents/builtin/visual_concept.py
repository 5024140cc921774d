"""The built-in art director: distinct poster directions from the brief's facts and brand colours, the same for a seed.

Must not draw: the role draws every concept, whoever made it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents import colours
from agents.builtin import phrases
from agents.builtin.copywriting import calls_to_action, choose, parts_of
from agents.builtin.facts import Facts, bare, dice, make_anew, read_facts, shuffled
from agents.contracts import AgentRequest, Host

VISIBLE: Final = 1.6
"""The contrast from which an accent is told from its ground; text on it is chosen apart."""


@dataclass(frozen=True, slots=True)
class _Direction:
    """A way to look at any brief: its layout, its type, its ground (dark or light), and what the picture shows."""

    name: str
    theme: str
    layout: str
    zones: tuple[tuple[str, float, float, float, float], ...]
    fonts: tuple[str, str]
    dark: bool
    picture: str


_ALL: Final = (
    _Direction(
        "Big type", "The words are the picture: one line, as large as it will go", "type first",
        (("logo", 0.08, 0.06, 0.84, 0.06), ("headline", 0.08, 0.16, 0.84, 0.40), ("focal", 0.08, 0.60, 0.84, 0.18),
         ("call_to_action", 0.08, 0.82, 0.50, 0.08), ("fine_print", 0.08, 0.92, 0.84, 0.05)),
        ("Helvetica", "Helvetica"), True, "bold abstract shapes in two colours, no people, flat light",
    ),
    _Direction(
        "Quiet space", "Room to breathe: a small picture, much air, one calm line", "centred",
        (("logo", 0.20, 0.06, 0.60, 0.05), ("focal", 0.28, 0.15, 0.44, 0.34), ("headline", 0.12, 0.54, 0.76, 0.22),
         ("call_to_action", 0.28, 0.80, 0.44, 0.08), ("fine_print", 0.10, 0.92, 0.80, 0.05)),
        ("Georgia", "Georgia"), False, "a single object in soft daylight on an empty table, much empty space",
    ),
    _Direction(
        "Split frame", "Two halves that answer each other: picture beside words", "split",
        (("focal", 0.00, 0.00, 0.46, 0.90), ("logo", 0.52, 0.07, 0.42, 0.06), ("headline", 0.52, 0.18, 0.42, 0.44),
         ("call_to_action", 0.52, 0.72, 0.42, 0.08), ("fine_print", 0.04, 0.92, 0.92, 0.06)),
        ("Helvetica", "Georgia"), False, "the subject seen from the side, cropped close, against a plain wall",
    ),
    _Direction(
        "Low horizon", "A wide scene above, the promise below it", "banner",
        (("focal", 0.00, 0.00, 1.00, 0.46), ("headline", 0.08, 0.50, 0.84, 0.26),
         ("call_to_action", 0.08, 0.80, 0.46, 0.08), ("logo", 0.58, 0.81, 0.34, 0.06),
         ("fine_print", 0.08, 0.92, 0.84, 0.05)),
        ("Georgia", "Helvetica"), True, "a wide view at the end of the day with a low horizon and long shadows",
    ),
)  # fmt: skip

_FALLBACK: Final = {"playful": "#e8590c", "formal": "#14284b", "warm": "#b5573a", "bold": "#c81e1e", "plain": "#0f7c7c"}


def make_concepts(request: AgentRequest, host: Host) -> Mapping[str, Any]:
    facts = read_facts(request)
    return make_anew("visual_concept", request, lambda turn: _make(facts, dice(request, "visual_concept", turn)))


def _make(facts: Facts, rng: random.Random) -> dict[str, Any]:
    calls = calls_to_action(facts, rng)
    brand = [colour for colour in map(colours.parse, facts.palette) if colour is not None]
    unread = [text for text in facts.palette if colours.parse(text) is None]
    lines = _headlines(facts, calls[0], rng)
    chosen = shuffled(rng, [rng.choice([way for way in _ALL if way.dark is dark]) for dark in (True, False)])
    return {
        "concepts": [
            _concept(facts, direction, _Words(lines[number % len(lines)], calls[number % len(calls)]), brand, rng)
            for number, direction in enumerate(chosen)
        ],
        "language": "en",
        "warnings": [*facts.warnings, *(f"“{text[:80]}” names no colour that the designer knows." for text in unread)],
    }


@dataclass(frozen=True, slots=True)
class _Words:
    headline: str
    call: str


def _headlines(facts: Facts, call: str, rng: random.Random) -> list[str]:
    """Short lines: messages that are short enough, then patterns around the name."""
    messages = [bare(message) for message in facts.messages if len(message) <= 70]
    named = [
        choose(facts, rng, patterns, parts_of(facts, call))
        for patterns in (("Meet {name}", "Say hello to {name}", "This is {name}"), ("{Name}", "{Name}, for {audience}"))
    ]
    first = [] if facts.note.first is None else messages[:1]
    others = shuffled(rng, [line for line in messages if line not in first])
    found = [line for line in (*first, *others, *named) if line]
    return [line[:200] for line in found] or [facts.name[:200]]


def _concept(
    facts: Facts, direction: _Direction, words: _Words, brand: Sequence[str], rng: random.Random
) -> dict[str, Any]:
    palette = _palette(brand, direction, _FALLBACK[facts.voice])
    mood = rng.choice(facts.allowed(phrases.MOODS[facts.voice]) or ["calm"])
    ground = next(entry["hex"] for entry in palette if entry["role"] == "background")
    accent = next(entry["hex"] for entry in palette if entry["role"] == "accent")
    contents = {
        "headline": words.headline,
        "call_to_action": words.call,
        "logo": facts.name,
        "focal": direction.picture,
    }
    said = " ".join([*(term for term in facts.required)])
    fine_print = [*facts.disclaimers, *([said] if said else [])]
    seen = f"for {facts.audience}" if facts.audience else "for its readers"
    return {
        "name": direction.name,
        "theme": direction.theme,
        "mood": mood,
        "headline": words.headline,
        "call_to_action": words.call,
        "fine_print": fine_print[:20],
        "palette": palette,
        "layout": {
            "name": direction.layout,
            "zones": [
                {
                    "name": name,
                    "x": x,
                    "y": y,
                    "width": width,
                    "height": height,
                    "content": contents.get(name, "")[:4_000],
                }
                for name, x, y, width, height in direction.zones
                if name != "fine_print" or fine_print
            ],
        },
        "typography": {
            "headline": direction.fonts[0],
            "body": direction.fonts[1],
            "note": "Headline in bold; no more than two sizes beside it.",
        },
        "image_prompt": (
            f"{direction.picture}; subject: {facts.name}; mood: {mood}; main colours {ground} and {accent}; "
            f"{seen}; leave space for a headline; no text in the picture"
        )[:4_000],
        "alt_text": f"Poster for {facts.name}: “{words.headline}”. {direction.picture.capitalize()}; {mood}."[:500],
    }


def _palette(brand: Sequence[str], direction: _Direction, fallback: str) -> list[dict[str, str]]:
    """Brand colours where there are any; what is missing is derived from the first of them."""
    main = brand[0] if brand else fallback
    by_light = sorted(brand, key=colours.luminance)
    if direction.dark:
        ground = by_light[0] if by_light and colours.luminance(by_light[0]) < 0.2 else colours.mix(main, "#000000", 0.7)
    else:
        bright = by_light and colours.luminance(by_light[-1]) > 0.6
        ground = by_light[-1] if bright else colours.mix(main, "#ffffff", 0.9)
    others = [colour for colour in brand if colour != ground]
    text = colours.readable_on(ground, *others)
    accents = [colour for colour in (*others, main, colours.mix(main, "#ffffff", 0.35)) if colour not in (ground, text)]
    seen = [colour for colour in accents if colours.contrast(colour, ground) >= VISIBLE]
    accent = seen[0] if seen else colours.mix(ground, text, 0.5)
    wanted = {
        "background": ground,
        "text": text,
        "accent": accent,
        "surface": colours.mix(ground, text, 0.12),
    }
    return [
        {"role": role, "hex": colour, "source": "brand" if colour in brand else "derived"}
        for role, colour in wanted.items()
    ]
