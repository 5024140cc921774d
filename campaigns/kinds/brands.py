"""A brand: its data in one form, what a publication still needs, how it becomes part of a brief. Pure.

Must not know of states and versions. A brief wins where one thing is said twice; lists are joined, so that nothing a
brand forbids is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from agents.auditing.palettes import hex_colour
from campaigns.kinds import wording
from campaigns.kinds.fields import FieldReader
from campaigns.kinds.texts import tidy
from conductor.lib.errors import BadInput
from conductor.lib.ids import content_hash
from conductor.lib.text import fold

SCHEMA: Final = 1

LIMITS: Final[dict[str, int]] = {
    "name": 120,
    "tone": 300,
    "adjective": 60,
    "guidelines": 4_000,
    "rule": 300,
    "disclaimer": 500,
    "colour_name": 60,
    "colour": 60,
    "role": 30,
    "label": 120,
    "description": 2_000,
    **wording.LIMITS,
}
"""The longest text of each field, in characters."""

MOST: Final = {"adjectives": 20, "rules": 30, "palette": 12, "disclaimers": 20, "records": 50, **wording.MOST}

ROLES: Final = ("primary", "secondary", "accent", "background", "text")
"""What a colour is for. Text is measured against the background."""

PARTS: Final = (
    "voice", "words", "palette", "disclaimers", "required_terms", "prohibited_terms", "claims", "hashtags", "emoji",
    "platforms", "link", "products", "personas",
)  # fmt: skip


def normalise(raw: object) -> dict[str, Any]:
    """The brand in its one form, every field present. BadInput by field for whatever is not sound."""
    if not isinstance(raw, Mapping):
        raise BadInput(errors={"data": f"Must be an object with name and some of: {', '.join(PARTS)}."})
    reader = FieldReader(LIMITS)
    reader.known_only(raw, "data", ("schema", "name", *PARTS))
    if (schema := raw.get("schema")) is not None and (isinstance(schema, bool) or schema != SCHEMA):
        reader.fault("data.schema", f"Only schema {SCHEMA} can be read here.")
    name = reader.text(raw.get("name"), "data.name", "name", may_cut=False)
    if not name and "data.name" not in reader.errors:
        reader.fault("data.name", "Say how the brand is called.")
    data = {"schema": SCHEMA, "name": name, **_parts(reader, raw)}
    _check_clashes(data, reader)
    reader.finish()
    return data


def _parts(reader: FieldReader, raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "voice": _voice(reader, raw.get("voice"), "data.voice"),
        "words": _words(reader, raw.get("words"), "data.words"),
        "palette": _palette(reader, raw.get("palette"), "data.palette"),
        "disclaimers": reader.texts(
            raw.get("disclaimers"), "data.disclaimers", "disclaimer", MOST["disclaimers"], may_cut=False
        ),
        **{
            terms: reader.texts(raw.get(terms), f"data.{terms}", "term", MOST["terms"], may_cut=False)
            for terms in ("required_terms", "prohibited_terms")
        },
        "claims": wording.claims(reader, raw.get("claims"), "data.claims"),
        "hashtags": _hashtags(reader, raw.get("hashtags"), "data.hashtags"),
        "emoji": wording.emoji(reader, raw.get("emoji"), "data.emoji"),
        "platforms": wording.platforms(reader, raw.get("platforms"), "data.platforms"),
        "link": wording.link(reader, raw.get("link"), "data.link"),
        **{part: _records(reader, raw.get(part), f"data.{part}") for part in ("products", "personas")},
    }


def _voice(reader: FieldReader, raw: object, name: str) -> dict[str, Any]:
    given = reader.mapping(raw, name, ("tone", "adjectives", "guidelines", "dos", "donts"))
    return {
        "tone": reader.text(given.get("tone"), f"{name}.tone", "tone"),
        "adjectives": reader.texts(given.get("adjectives"), f"{name}.adjectives", "adjective", MOST["adjectives"]),
        "guidelines": reader.text(given.get("guidelines"), f"{name}.guidelines", "guidelines", lines=True),
        **{
            rules: reader.texts(given.get(rules), f"{name}.{rules}", "rule", MOST["rules"])
            for rules in ("dos", "donts")
        },
    }


def _words(reader: FieldReader, raw: object, name: str) -> dict[str, Any]:
    given = reader.mapping(raw, name, ("prefer", "avoid"))
    return {
        "prefer": reader.texts(given.get("prefer"), f"{name}.prefer", "word", MOST["words"], may_cut=False),
        "avoid": wording.avoided(reader, given.get("avoid"), f"{name}.avoid"),
    }


def _palette(reader: FieldReader, raw: object, name: str) -> list[dict[str, str]]:
    """Colours as #rrggbb with a name of their own; each once, at most one background and one text."""
    found: dict[str, dict[str, str]] = {}
    roles: set[str] = set()
    for place, entry in reader.rows(raw, name, MOST["palette"], ("name", "hex", "role")):
        label = reader.text(entry.get("name"), f"{place}.name", "colour_name", may_cut=False)
        said = reader.text(entry.get("hex"), f"{place}.hex", "colour", may_cut=False)
        role = reader.word(entry.get("role"), f"{place}.role", ROLES)
        colour = hex_colour(said)
        if not said and not label:
            continue
        if colour is None:
            reader.fault(f"{place}.hex", "Must be a colour as #rrggbb, such as #2B3A67.")
            continue
        if role in ("background", "text") and role in roles:
            reader.fault(f"{place}.role", f"Another colour is the {role} already.")
        roles.add(role)
        found.setdefault(colour, {"name": label or colour, "hex": colour, "role": role})
    return list(found.values())


def _hashtags(reader: FieldReader, raw: object, name: str) -> dict[str, Any]:
    given = reader.mapping(raw, name, ("required", "banned"))
    return {which: wording.hashtags(reader, given.get(which), f"{name}.{which}") for which in ("required", "banned")}


def _records(reader: FieldReader, raw: object, name: str) -> list[dict[str, str]]:
    """Products or personas: a name, and what a brief that names it means by it."""
    found: dict[str, dict[str, str]] = {}
    for place, entry in reader.rows(raw, name, MOST["records"], ("name", "description")):
        label = reader.text(entry.get("name"), f"{place}.name", "label", may_cut=False)
        words = reader.text(entry.get("description"), f"{place}.description", "description", lines=True, may_cut=False)
        if not label:
            if words:
                reader.fault(f"{place}.name", "Give it a name.")
            continue
        if fold(label) in found:
            reader.fault(f"{place}.name", f"{label!r} is there already.")
        found[fold(label)] = {"name": label, "description": words}
    return list(found.values())


def _check_clashes(data: Mapping[str, Any], reader: FieldReader) -> None:
    tags, words = data["hashtags"], data["words"]
    avoided = wording.avoided_words(words["avoid"])
    for name, wanted, refused, why in (
        ("required_terms", data["required_terms"], data["prohibited_terms"], "is also prohibited."),
        ("required_terms", data["required_terms"], avoided, "is also to be avoided."),
        ("hashtags.required", tags["required"], tags["banned"], "is also banned."),
        ("words.prefer", words["prefer"], avoided, "is also to be avoided."),
        ("words.prefer", words["prefer"], data["prohibited_terms"], "is also prohibited."),
    ):
        wording.clashes(reader, wanted, refused, f"data.{name}", why)


def missing(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a publication still needs, by field: a brand without a voice would steer nothing."""
    voice = data.get("voice") or {}
    if voice.get("tone") or voice.get("adjectives") or voice.get("guidelines"):
        return {}
    return {"data.voice": ["Say how the brand speaks: a tone, some adjectives or guidelines."]}


def digest(data: Mapping[str, Any]) -> str:
    return content_hash(data)


def comparable(data: Mapping[str, Any]) -> dict[str, Any]:
    """The brand as people compare it: lists as one text, records by their names, so that a new order changes little."""
    return {name: _comparable(value) for name, value in data.items() if name != "schema"}


def _comparable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _comparable(held) for name, held in value.items()}
    if not isinstance(value, list):
        return value
    if not any(isinstance(entry, Mapping) for entry in value):
        return "\n".join(map(str, value))
    return {name: " ".join(filter(None, rest)) or "-" for name, *rest in (entry.values() for entry in value)}


def into_brief(brief: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The brief of a run of this brand: the brief wins on what can be said once; lists are joined, its own first."""
    voice, words, tags = (_part(data, name) for name in ("voice", "words", "hashtags"))
    rules, brand = _part(brief, "constraints"), _part(brief, "brand")
    return {
        **brief,
        "tone": brief.get("tone") or voice.get("tone") or "",
        "product": _described(brief.get("product"), data.get("products") or ()),
        "audience": _described(brief.get("audience"), data.get("personas") or ()),
        "platforms": brief.get("platforms") or list(data.get("platforms") or ()),
        "link": brief.get("link") or data.get("link") or "",
        "claims": wording.joined_claims(brief.get("claims"), data.get("claims")),
        "constraints": {
            **rules,
            "max_words": rules.get("max_words"),
            **{
                name: wording.joined(rules.get(name), data.get(name))
                for name in ("prohibited_terms", "required_terms", "disclaimers")
            },
            "required_hashtags": wording.joined(rules.get("required_hashtags"), tags.get("required")),
            "banned_hashtags": wording.joined(rules.get("banned_hashtags"), tags.get("banned")),
            "emoji": rules.get("emoji") or data.get("emoji") or "",
        },
        "brand": {
            "name": brand.get("name") or data.get("name") or "",
            "adjectives": wording.joined(brand.get("adjectives"), voice.get("adjectives")),
            "palette": brand.get("palette") or [colour["hex"] for colour in data.get("palette") or ()],
            "guidelines": _guidelines(brand.get("guidelines") or voice.get("guidelines") or "", voice),
            "prefer": wording.joined(brand.get("prefer"), words.get("prefer")),
            "avoid": _avoided(brand.get("avoid"), words.get("avoid")),
        },
    }


def _part(held: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = held.get(name)
    return found if isinstance(found, Mapping) else {}


def _described(said: object, records: Sequence[Mapping[str, str]]) -> str:
    """What was said; where it is only the name of a record of the brand, with the record's description."""
    text = said if isinstance(said, str) else ""
    found = next((record for record in records if text and fold(record["name"]) == fold(text.rstrip("."))), None)
    return f"{found['name']}: {found['description']}" if found and found["description"] else text


def _guidelines(text: str, voice: Mapping[str, Any]) -> str:
    """Guidelines with the rules of the voice below them, which no brief takes away."""
    lines = [text, *(f"Do: {rule}" for rule in voice.get("dos") or ())]
    lines += [f"Do not: {rule}" for rule in voice.get("donts") or ()]
    return tidy("\n".join(lines), lines=True)


def _avoided(first: object, second: object) -> list[str]:
    """Both lists; of one word said twice, the entry that names a replacement."""
    found: dict[str, tuple[str, str]] = {}
    for entry in wording.joined(first, second):
        word, instead = wording.split_avoided(entry)
        kept = found.setdefault(fold(word), (word, instead))
        if instead and not kept[1]:
            found[fold(word)] = (word, instead)
    return [f"{word} -> {instead}" if instead else word for word, instead in found.values()]


@dataclass(frozen=True, slots=True)
class Pinned:
    """Which version of which brand a run is started with. `record` is what the run keeps and shows."""

    version_id: UUID
    brand_id: UUID
    name: str
    version: int
    sha256: str
    data: Mapping[str, Any]

    @property
    def record(self) -> dict[str, Any]:
        return {"id": str(self.brand_id), "name": self.name, "version": self.version, "sha256": self.sha256}
