"""The built-in art director: three directions from the brief's facts and brand colours, the same for a seed.

Each direction is a layout that suits the content, a ground, a pair of typefaces, a picture and the words that go on it.
Must not draw: the role draws every concept, whoever made it. Must not say what the brief does not.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents import colours
from agents.auditing.words import holds_term
from agents.builtin.facts import Facts, bare, dice, make_anew, read_facts, shuffled
from agents.builtin.poster_words import (
    Material,
    Said,
    carries,
    day_of,
    figures_of,
    items_of,
    proofs,
    read_material,
    sayings,
)
from agents.builtin.posters import palettes
from agents.builtin.posters.layouts.registry import LAYOUTS
from agents.builtin.posters.motifs.registry import MOTIFS, suited
from agents.contracts import AgentRequest, Host

MOODS: Final[dict[str, tuple[str, ...]]] = {
    "playful": (
        "bright, quick and a little cheeky",
        "sunny, loose and full of movement",
        "colourful and light on its feet",
    ),
    "formal": ("composed, precise and assured", "quiet, exact and well ordered", "calm and carefully balanced"),
    "warm": ("close, soft and welcoming", "gentle, sunlit and human", "friendly and at ease"),
    "bold": ("loud, sharp and certain", "high in contrast, fast and direct", "strong and wide awake"),
    "plain": ("clear, calm and unhurried", "light, open and easy to read", "simple and tidy"),
}
TYPEFACES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "playful": (("Fredoka", "Inter"), ("Bricolage Grotesque", "Inter"), ("Anton", "Inter")),
    "formal": (("Instrument Serif", "Inter"), ("Inter", "Inter"), ("Fraunces", "Inter")),
    "warm": (("Fraunces", "Inter"), ("Bricolage Grotesque", "Inter"), ("Instrument Serif", "Inter")),
    "bold": (("Anton", "Inter"), ("Bricolage Grotesque", "Inter"), ("Space Grotesk", "Space Grotesk")),
    "plain": (("Inter", "Inter"), ("Space Grotesk", "Space Grotesk"), ("Fraunces", "Inter")),
}
_LIKED: Final[dict[str, tuple[str, ...]]] = {
    "playful": ("badge", "diagonal", "bands", "window", "big_type"),
    "formal": ("framed", "grid", "split", "quote", "bands"),
    "warm": ("window", "horizon", "quote", "framed", "split"),
    "bold": ("big_type", "diagonal", "badge", "bands", "grid"),
    "plain": ("grid", "split", "big_type", "horizon", "bands"),
}
"""Layouts that suit a voice best, from each family."""
_LOUD: Final = ("badge", "diagonal")
LISTED: Final = ("checklist", "event")
"""Layouts that show a list."""
_QUIET: Final = ("formal", "plain")
"""Layouts and voices that do not go together."""


def make_concepts(request: AgentRequest, host: Host) -> Mapping[str, Any]:
    facts = read_facts(request)
    raw = request.inputs.get("brief")
    brief = raw if isinstance(raw, Mapping) else {}
    return make_anew("visual_concept", request, lambda turn: _make(facts, brief, _chance(facts, request, turn)))


def _chance(facts: Facts, request: AgentRequest, turn: int) -> random.Random:
    """The same for the same seed and brief, but another for another brief, so that not all look alike."""
    seed = dice(request, "visual_concept", turn).getrandbits(64)
    return random.Random(f"{seed}|{facts.name}|{'|'.join(facts.messages)}")  # noqa: S311 - not a secret


def _make(facts: Facts, brief: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    material = read_material(facts, brief, rng)
    brand = [colour for colour in map(colours.parse, facts.palette) if colour is not None]
    unread = [text for text in facts.palette if colours.parse(text) is None]
    layouts = _layouts(material, rng)
    pictures = suited(material.text, rng, len(layouts))
    faces, moods = TYPEFACES[facts.voice], shuffled(rng, MOODS[facts.voice])
    concepts: list[dict[str, Any]] = []
    used: dict[str, str] = {}
    said = sayings(material, layouts)
    for number, layout in enumerate(layouts):
        palette = _palette(brand, layout, facts.voice, rng.getrandbits(32), used)
        look = _Look(layout, palette, faces[number % len(faces)], pictures[number], moods[number % len(moods)])
        concepts.append(_concept(material, said[number], look))
    return {
        "concepts": concepts,
        "language": "en",
        "warnings": [
            *facts.warnings,
            *(f"“{text[:80]}” names no colour that the designer knows." for text in unread),
        ][:50],
    }


def _palette(brand: Sequence[str], layout: str, voice: str, seed: int, used: dict[str, str]) -> list[dict[str, str]]:
    """On the ground that suits the layout best, of those that no other direction stands on."""
    liked = [*LAYOUTS[layout].schemes, *palettes.SCHEMES]
    for scheme in [scheme for scheme in dict.fromkeys(liked) if scheme not in used]:
        found = palettes.palette(brand, scheme, voice, random.Random(seed))  # noqa: S311 - not a secret
        if found[0]["hex"] not in used.values():
            break
    used[scheme] = found[0]["hex"]
    return found


def _layouts(material: Material, rng: random.Random) -> list[str]:
    """One that the content asks for, one led by type or ornament, one led by the picture."""
    facts, liked = material.facts, _LIKED[material.facts.voice]

    def pick(*families: str) -> str:
        able = [name for name, layout in LAYOUTS.items() if layout.family in families and carries(material, name)]
        able = [name for name in able if name not in _LOUD or facts.voice not in _QUIET] or able
        if not able:  # nothing carries it: then what carries most, another one in each family
            return max((name for name in LAYOUTS if LAYOUTS[name].family in families), key=lambda n: LAYOUTS[n].longest)
        first = [name for name in liked if name in able]
        return rng.choice(first if first and rng.random() < 0.75 else able)

    content = _content(material, rng)
    second = pick("type", "said", "ornament") if content else pick("type", "said")
    chosen = [content or pick("ornament"), second, pick("picture")]
    return shuffled(rng, chosen) if facts.note.text else chosen


def _content(material: Material, rng: random.Random) -> str:
    """The layout that the facts ask for, if any."""
    found = []
    if day_of(material) is not None:
        return "event"
    if max((figure.strength for _, figure in figures_of(material)), default=-1) >= 1:
        found.append("number")
    # One of the lines heads the list, where the name stands above it as the brand's.
    if len(items_of(material, "")) >= (4 if material.name.casefold() == material.logo.casefold() else 3):
        found.append("checklist")
    # A list is nearly always possible, so it does not always win.
    return rng.choice(found if "number" in found else [*found, ""]) if found else ""


@dataclass(frozen=True, slots=True)
class _Look:
    layout: str
    palette: list[dict[str, str]]
    faces: tuple[str, str]
    picture: str
    mood: str


def _concept(material: Material, said: Said, look: _Look) -> dict[str, Any]:
    facts, layout = material.facts, LAYOUTS[look.layout]
    mood = look.mood if facts.may_say(look.mood) else next(iter(facts.allowed(MOODS[facts.voice])), "calm")
    alt = _alt_text(material, said, look, mood)
    printed = [said.headline, said.call, alt, *facts.disclaimers]
    missing = [term for term in facts.required if not any(holds_term(text, term) for text in printed)]
    contents = {
        "headline": said.headline,
        "call_to_action": said.call,
        "logo": material.logo,
        "focal": look.picture,
        "body": said.body,
        "list": "\n".join(said.items),
        "number": "\n".join(filter(None, said.number)),
        "details": "\n".join(said.details),
        "link": material.link,
    }
    return {
        "name": layout.title,
        "theme": layout.theme,
        "mood": mood,
        "headline": said.headline[:200],
        "call_to_action": said.call,
        "fine_print": [
            *proofs(material, [said.headline, said.body, *(said.items if look.layout in LISTED else ())]),
            *facts.disclaimers,
            *([" ".join(missing)] if missing else []),
        ][:20],
        "palette": look.palette,
        "layout": {
            "name": look.layout,
            # The role says where each of them came to stand.
            "zones": [
                {"name": name, "x": 0.0, "y": 0.0, "width": 1.0, "height": 1.0, "content": content[:4_000]}
                for name, content in contents.items()
                if content
            ],
        },
        "typography": {
            "headline": look.faces[0],
            "body": look.faces[1],
            "note": "One size for the headline, one for everything that is read, one for the fine print.",
        },
        "image_prompt": _prompt(material, look, mood),
        "alt_text": alt,
    }


def _prompt(material: Material, look: _Look, mood: str) -> str:
    found = {entry["role"]: entry["hex"] for entry in look.palette}
    audience = f"for {material.facts.audience}; " if material.facts.audience else ""
    subject = bare(material.about) or material.name
    return (
        f"{MOTIFS[look.picture].prompt}; subject: {subject}; {audience}mood: {mood}; main colours "
        f"{found['background']}, {found['accent']} and {found['support']}; leave calm space for a headline; "
        "no text and no logos in the picture"
    )[:4_000]


def _alt_text(material: Material, said: Said, look: _Look, mood: str) -> str:
    """Subject, purpose and mood, leaving out whatever the brief prohibits."""
    shown = LAYOUTS[look.layout].shows or MOTIFS[look.picture].shows
    by = f" by {material.logo}" if material.logo.casefold() not in material.name.casefold() else ""
    described = f", {material.facts.described.rstrip('.')}" if material.about else ""
    opening = f"Poster for {material.name}{by}: “{said.headline}”."
    if said.headline == material.name:
        opening = f"Poster for {material.name}{by}{described}."
    lines = (opening, f"It shows {shown}; the mood is {mood}.")
    parts = (*lines, f"The call to action reads “{said.call}”.")
    return " ".join([lines[0], *material.facts.allowed(parts[1:])])[:500]
