"""Parts of a creative piece that can be made alone: the headlines, one body, the posts of one platform, one concept.

A section has the name of its field, or field.key: headlines, bodies.short, platforms.linkedin, concepts.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from agents.auditing.platforms import platform

COUNTED: Final = "#"
#: By role, the fields, and what tells the entries of a field apart; "" where the field is made as a whole.
PARTS: Final[Mapping[str, Mapping[str, str]]] = {
    "copywriting": {"headlines": "", "bodies": "length", "calls_to_action": "", "tone_note": ""},
    "short_copy": {"platforms": "platform"},
    "visual_concept": {"concepts": COUNTED},
}


def sections(role: str, content: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of all sections of this content."""
    return tuple(_named(role, content))


def path_of(role: str, content: Mapping[str, Any], section: str) -> str | None:
    """Where the section stands in the content, such as platforms[1]; None where it does not."""
    return _named(role, content).get(section)


def joined(role: str, previous: Mapping[str, Any], made: Mapping[str, Any], section: str) -> dict[str, Any] | None:
    """The previous content with this one section as it was made now; None where either has no such section."""
    field, _, key = section.partition(".")
    if section not in _named(role, previous) or section not in _named(role, made):
        return None
    if not key:
        return {**previous, field: made[field]}
    by = PARTS[role][field]
    number = _keys(previous[field], by).index(key)
    kept = [entry for place, entry in enumerate(previous[field]) if place != number]
    fresh = made[field][_keys(made[field], by).index(key)]
    if by == COUNTED:
        fresh = next((entry for entry in (fresh, *made[field]) if not _alike(entry, kept)), fresh)
    return {**previous, field: [*kept[:number], fresh, *kept[number:]]}


def section_title(section: str) -> str:
    """The section for people: Headlines, Short body, Posts for LinkedIn, Concept 2."""
    field, _, key = section.partition(".")
    if field == "platforms":
        known = platform(key)
        return f"Posts for {known.title if known else key}"
    if field == "bodies":
        return f"{key.capitalize()} body"
    return f"Concept {key}" if field == "concepts" else field.replace("_", " ").capitalize()


def _named(role: str, content: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, by in PARTS.get(role, {}).items():
        if field not in content:
            continue
        if not by:
            found[field] = field
        elif isinstance(content[field], list):
            found.update((f"{field}.{key}", f"{field}[{n}]") for n, key in enumerate(_keys(content[field], by)))
    return found


def _keys(entries: Sequence[Any], by: str) -> list[str]:
    if by == COUNTED:
        return [str(number) for number in range(1, len(entries) + 1)]
    return [str(entry.get(by)) if isinstance(entry, Mapping) else "" for entry in entries]


def _alike(entry: Any, others: Sequence[Any]) -> bool:
    """Whether a concept repeats the name, layout or palette of one that stays."""
    mine = list(_marks(entry))
    return any(mark == mine[place] for other in others for place, mark in enumerate(_marks(other)))


def _marks(entry: Mapping[str, Any]) -> Iterator[Any]:
    layout = entry.get("layout")
    yield str(entry.get("name")).casefold()
    yield str(layout.get("name") if isinstance(layout, Mapping) else layout).casefold()
    yield sorted((str(one.get("role")), str(one.get("hex")).lower()) for one in entry.get("palette") or ())
