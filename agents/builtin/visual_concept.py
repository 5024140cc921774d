"""The built-in art director: three directions from the brief's facts and brand colours, the same for a seed.

Each direction is a layout that suits the content, a ground, a pair of typefaces, a picture and the words that go on it.
Must not draw: the role draws every concept, whoever made it. Must not say what the brief does not.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from agents import colours
from agents.auditing.words import holds_term
from agents.builtin.copywriting import calls_to_action
from agents.builtin.english import capital, stopped
from agents.builtin.facts import Facts, bare, dice, make_anew, read_facts, shuffled
from agents.builtin.posters import palettes, reading
from agents.builtin.posters.layouts.registry import LAYOUTS
from agents.builtin.posters.motifs.registry import MOTIFS, suited
from agents.builtin.sentences import by_name
from agents.contracts import AgentRequest, Host

_UNNAMED = re.compile(
    r"^(?:They are|It is|They['\u2019]re|It['\u2019]s)\s+(?=\w+ed\b|(?:hand)?made\b|built\b|cut\b|grown\b)"
)

_MONEY: Final = re.compile(
    r"[$€£¥]|\b(?:euros?|dollars?|pounds?|francs?|crowns?|cents?|pence|usd|eur|gbp|chf)\b", re.IGNORECASE
)
_COSTS: Final = re.compile(r"\bcosts?\b|\bprices?\b|\bfee\b|\bfares?\b|\bfrom \W?\d", re.IGNORECASE)
_VOICE: Final = re.compile(r"\b(?:we|our|us|I|my|me)\b|\b(?:we|I)['\u2019]", re.IGNORECASE)

LONGEST_ITEM: Final = 72
LONGEST_BODY: Final = 130

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


@dataclass(frozen=True, slots=True)
class _Said:
    """What one direction says."""

    headline: str
    call: str
    body: str = ""
    items: tuple[str, ...] = ()
    number: tuple[str, str] = ("", "")
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Material:
    """What all directions of one brief are made of."""

    facts: Facts
    logo: str
    name: str
    about: str
    link: str
    calls: tuple[str, ...]
    lines: tuple[str, ...]
    text: str
    product: str


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
    material = _material(facts, brief, rng)
    brand = [colour for colour in map(colours.parse, facts.palette) if colour is not None]
    unread = [text for text in facts.palette if colours.parse(text) is None]
    layouts = _layouts(material, rng)
    pictures = suited(material.text, rng, len(layouts))
    faces, moods = TYPEFACES[facts.voice], shuffled(rng, MOODS[facts.voice])
    concepts: list[dict[str, Any]] = []
    used: dict[str, str] = {}
    said = _sayings(material, layouts)
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


def _material(facts: Facts, brief: Mapping[str, Any], rng: random.Random) -> _Material:
    raw = brief.get("brand")
    named = raw.get("name") if isinstance(raw, Mapping) else None
    name = re.sub(r"^the\s+", "", facts.name)
    name = name[:1].upper() + name[1:]
    logo = " ".join(named.split())[:120] if isinstance(named, str) and named.strip() else name[:120]
    described = re.split(r"(?<=[.!?])\s", facts.described, maxsplit=1)[0].rstrip(".")
    about = f"{name}, {described}." if described and not name.endswith(described) else ""
    fields = ("product", "objective", "audience")
    text = " ".join([*(str(brief.get(field) or "") for field in fields), *facts.messages])
    return _Material(
        facts,
        logo if facts.may_say(logo) else name[:120],
        name[:120],
        about if len(about) <= LONGEST_BODY and facts.may_say(about) else "",
        _link(brief.get("link")),
        tuple(calls_to_action(facts, rng)),
        tuple(by_name(_stand_alone(message), facts) for message in facts.messages),
        text,
        str(brief.get("product") or ""),
    )


def _stand_alone(message: str) -> str:
    """A message as a line that stands alone: nobody has said yet who "they" are."""
    alone = _UNNAMED.sub("", bare(message))
    return alone[:1].upper() + alone[1:]


def _link(value: object) -> str:
    """An address as people read it."""
    if not isinstance(value, str) or not value.strip():
        return ""
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return ""
    said = f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}"
    return said if len(said) <= 60 else parts.netloc.removeprefix("www.")[:60]


def _layouts(material: _Material, rng: random.Random) -> list[str]:
    """One that the content asks for, one led by type or ornament, one led by the picture."""
    facts, liked = material.facts, _LIKED[material.facts.voice]

    def pick(*families: str) -> str:
        able = [name for name, layout in LAYOUTS.items() if layout.family in families and _carries(material, name)]
        first = [name for name in liked if name in able]
        return rng.choice(first if first and rng.random() < 0.75 else able or ["bands"])

    content = _content(material, rng)
    second = pick("type", "said", "ornament") if content else pick("type", "said")
    chosen = [content or pick("ornament"), second, pick("picture")]
    return shuffled(rng, chosen) if facts.note.text else chosen


def _content(material: _Material, rng: random.Random) -> str:
    """The layout that the facts ask for, if any."""
    found = []
    if _when(material) is not None:
        return "event"
    if max((figure.strength for _, figure in _figures(material)), default=-1) >= 1:
        found.append("number")
    if len(_items(material, "")) >= 3:
        found.append("checklist")
    # A list is nearly always possible, so it does not always win.
    return rng.choice(found if "number" in found else [*found, ""]) if found else ""


def _figures(material: _Material) -> list[tuple[str, reading.Figure]]:
    """Lines with their figures. A price is shown large only where it is what the thing costs, not a part of it."""
    found = [(line, figure) for line in material.lines if (figure := reading.figure(line))]
    return [
        (line, figure)
        for line, figure in found
        if not _MONEY.search(f"{figure.number} {figure.unit}") or _COSTS.search(line)
    ]


def _speaks(line: str) -> bool:
    """Whether somebody says it: between quotation marks a plain statement would be a voice that nobody has."""
    return bool(_VOICE.search(line)) and not re.search(r"\d", line)


def _carries(material: _Material, layout: str) -> bool:
    most = LAYOUTS[layout].longest
    fits = [line for line in material.lines if len(line) <= most]
    if layout == "quote":
        return any(_speaks(line) for line in fits)
    return bool(fits) or len(material.name) <= most


def _when(material: _Material) -> reading.When | None:
    facts = material.facts
    if not reading.is_event(facts.described, facts.name):
        return None
    return reading.date((facts.described, material.product, *material.lines))


def _items(material: _Material, headline: str) -> tuple[str, ...]:
    return tuple(line for line in material.lines if len(line) <= LONGEST_ITEM and line != headline)[:5]


def _sayings(material: _Material, layouts: Sequence[str]) -> list[_Said]:
    """What each direction says: no line is the headline of two as long as there are enough."""
    used: list[str] = []
    said: dict[int, _Said] = {}
    # What needs a certain line chooses first.
    order = sorted(range(len(layouts)), key=lambda k: layouts[k] not in ("number", "event", "checklist"))
    for number in order:
        layout, call = layouts[number], material.calls[number % len(material.calls)]
        figure = None
        if layout == "number":
            rated = [(found.strength, -k, line, found) for k, (line, found) in enumerate(_figures(material))]
            _, _, headline, figure = max(rated, default=(0, 0, material.name, None))
        elif layout in ("event", "checklist"):
            headline = material.name if len(material.name) <= 40 else _line(material, layout, used)
        else:
            headline = _line(material, layout, used)
        used.append(headline)
        items = _items(material, headline)
        when = _when(material) if layout == "event" else None
        shown = (when.day, when.rest) if when else (figure.number, figure.unit) if figure else ("", "")
        body = _dated(material, layout, headline, _body(material, headline, used))
        said[number] = _Said(headline, call, body, items, shown, tuple(i for i in items if len(i) <= 56)[:3])
    return [said[number] for number in range(len(layouts))]


def _line(material: _Material, layout: str, used: Sequence[str]) -> str:
    """The first message that nobody has used and that the layout carries; the name where there is none."""
    most = LAYOUTS[layout].longest
    able = [line for line in material.lines if len(line) <= most]
    fresh = [line for line in able if line not in used]
    if layout == "quote":
        fresh = [line for line in fresh if _speaks(line)] or fresh
    if fresh:
        return fresh[0]
    spare = [text for text in (material.name, bare(material.about)) if text and text not in used and len(text) <= most]
    return (spare or able or [material.name[:200]])[0]


def _body(material: _Material, headline: str, used: Sequence[str]) -> str:
    """The sentence under the headline: what it is, where the headline does not say so; else another message."""
    names_it = material.name.casefold() in headline.casefold()
    if material.about and (not names_it or headline == material.name):
        return material.about
    short = [line for line in material.lines if len(line) <= LONGEST_BODY and line not in used]
    return f"{short[0]}." if short else ""


def _dated(material: _Material, layout: str, headline: str, body: str) -> str:
    """With the day of an event, which nobody may miss; the layout for events has a place of its own for it."""
    when = _when(material) if layout != "event" else None
    if when is None or when.day in headline or when.day in body:
        return body
    dated = f"{body} {when.day} {when.rest.splitlines()[0] if when.rest else ''}".strip() + "."
    return dated if len(dated) <= LONGEST_BODY and material.facts.may_say(dated) else body


def _proofs(material: _Material, headline: str) -> list[str]:
    """What stands behind the headline, in the small print."""
    said = {by_name(_stand_alone(point.source), material.facts): point.proof for point in material.facts.points}
    proof = said.get(headline, "")
    return [stopped(capital(proof))] if proof and material.facts.may_say(proof) else []


@dataclass(frozen=True, slots=True)
class _Look:
    layout: str
    palette: list[dict[str, str]]
    faces: tuple[str, str]
    picture: str
    mood: str


def _concept(material: _Material, said: _Said, look: _Look) -> dict[str, Any]:
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
            *_proofs(material, said.headline),
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


def _prompt(material: _Material, look: _Look, mood: str) -> str:
    found = {entry["role"]: entry["hex"] for entry in look.palette}
    audience = f"for {material.facts.audience}; " if material.facts.audience else ""
    subject = bare(material.about) or material.name
    return (
        f"{MOTIFS[look.picture].prompt}; subject: {subject}; {audience}mood: {mood}; main colours "
        f"{found['background']}, {found['accent']} and {found['support']}; leave calm space for a headline; "
        "no text and no logos in the picture"
    )[:4_000]


def _alt_text(material: _Material, said: _Said, look: _Look, mood: str) -> str:
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
