"""What can be told of a brand without a run: contrast of colours, cautions, how a phrase fares under it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agents.auditing import palettes
from agents.auditing.audit import audit_pieces
from agents.auditing.words import find_term, holds_term
from campaigns.kinds import wording
from campaigns.kinds.brands import into_brief
from conductor.lib.text import clean

LONGEST_PHRASE: Final = 2_000
_PATH: Final = "bodies[0].text"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in a phrase that does not go with the brand: where it stands, why, what to say instead (if known)."""

    start: int
    end: int
    quote: str
    severity: str
    why: str
    instead: str = ""
    rule: str = ""


def contrasts(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every two different colours of the palette, ink on ground, with their ratio and what it is enough for."""
    colours = [colour["hex"] for colour in data.get("palette") or ()]
    return [
        {"ink": pair.ink, "ground": pair.ground, "ratio": pair.ratio, "use": pair.use}
        for line in palettes.grid(colours)
        for pair in line
        if pair.ink != pair.ground
    ]


def cautions(data: Mapping[str, Any]) -> list[str]:
    """What is allowed and hardly meant."""
    return [*_terms(data), *_claims(data), *_colours(data)]


def _terms(data: Mapping[str, Any]) -> Iterator[str]:
    refused = [*wording.avoided_words(data["words"]["avoid"]), *data["prohibited_terms"]]
    for part in ("required_terms", "disclaimers"):
        for text in data[part]:
            for word in refused:
                if holds_term(text, word):
                    yield f"{text!r} is required and holds {word!r}, which is not to be used."


def _claims(data: Mapping[str, Any]) -> Iterator[str]:
    for entry in data["claims"]:
        if not entry["proof"]:
            yield f"The claim {entry['claim']!r} has no proof."


def _colours(data: Mapping[str, Any]) -> Iterator[str]:
    by_role = {colour["role"]: colour for colour in data["palette"]}
    text, ground = by_role.get("text"), by_role.get("background")
    if text and ground:
        pair = palettes.pair(text["hex"], ground["hex"])
        if pair.ratio < palettes.TEXT:
            yield (
                f"{text['name']} on {ground['name']} has a contrast of {pair.ratio:g} to 1; "
                f"text needs {palettes.TEXT:g} to 1."
            )
    elif data["palette"] and not any(
        pair.use == "text" for line in palettes.grid([c["hex"] for c in data["palette"]]) for pair in line
    ):
        yield "No two colours of the palette are readable on each other; black or white will be used with them."


def read_phrase(text: object) -> str:
    return clean(text, "text", most=LONGEST_PHRASE, required=True, lines=True)


def check_phrase(data: Mapping[str, Any], text: str) -> list[Remark]:
    """What the audit would say of these words in a campaign of the brand, in the order of the text."""
    brief = into_brief({}, data)
    report = audit_pieces(brief, {"copy": {"content": {"bodies": [{"text": text}]}}})
    found = [
        Remark(
            entry["start"], entry["end"], entry["quote"], entry["severity"], entry["why"],
            (entry["patch"] or {}).get("replacement", ""), entry["rule"],
        )
        for entry in report["findings"]
        if entry["path"] == _PATH and entry["end"] > entry["start"]
    ]  # fmt: skip
    found += [
        remark
        for remark in _own(data, text)
        if not any(other.start < remark.end and remark.start < other.end for other in found)
    ]
    # Two rules may forbid the same place: the one that says what to say instead is told.
    places = {(remark.start, remark.end): remark for remark in sorted(found, key=lambda remark: bool(remark.instead))}
    return [places[place] for place in sorted(places)]


def _own(data: Mapping[str, Any], text: str) -> Iterator[Remark]:
    """The words of the brand itself, for rule packs that have no rule for them."""
    for entry in data["words"]["avoid"]:
        word, instead = wording.split_avoided(entry)
        for start, end in find_term(text, word):
            yield Remark(start, end, text[start:end], "medium", "The brand avoids this word.", instead, "brand.avoid")
    for tag in data["hashtags"]["banned"]:
        for start, end in find_term(text, tag):
            if start and text[start - 1] in "#\uff03":
                yield Remark(
                    start - 1, end, text[start - 1 : end], "high", "The brand bans this hashtag.", "", "brand.hashtags"
                )
