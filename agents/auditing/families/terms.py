"""Prohibited and required terms. Must find a term whatever its case, width, spacing or invisible characters."""

from __future__ import annotations

from agents.auditing.findings import Brief, Finding, Found, Patch, Rule, Skip, at
from agents.auditing.pieces import SLOT_TITLES, Piece, Text
from agents.auditing.words import find_term, holds_term

MAX_PER_TERM = 50


def prohibited_terms(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Every place where a term of the brief or of the pack stands; a patch only where the pack names a replacement."""
    replacements = rule.options.get("replacements", {})
    terms = dict.fromkeys((*brief.prohibited_terms, *rule.options.get("terms", ())))
    if not terms:
        yield Skip(None, "The brief and the pack prohibit no terms.")
        return
    for piece in pieces:
        for text in piece.texts:
            for term in terms:
                yield from _occurrences(rule, text, term, replacements.get(term))


def _occurrences(rule: Rule, text: Text, term: str, replacement: str | None) -> Found:
    for start, end in find_term(text.text, term)[:MAX_PER_TERM]:
        patch = None if replacement is None else Patch(text.path, start, end, replacement)
        yield at(rule, text, (start, end), f"“{term}” is a prohibited term. {rule.why}", patch)


def required_terms(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Each required term stands at least once in each written piece (in a body, in a post of every platform)."""
    terms = tuple(dict.fromkeys((*brief.required_terms, *rule.options.get("terms", ()))))
    if not terms:
        yield Skip(None, "The brief and the pack require no terms.")
        return
    for piece in pieces:
        for name, texts in _places(piece).items():
            for term in terms:
                if texts and not any(holds_term(text.text, term) for text in texts):
                    yield Finding(rule, piece.slot, f"“{term}” is required, but {name}. {rule.why}")


def _places(piece: Piece) -> dict[str, list[Text]]:
    if piece.slot == "short_copy":
        groups = dict.fromkeys(text.group for text in piece.texts)
        return {f"no post for {name} says it": [text for text in piece.texts if text.group == name] for name in groups}
    if piece.slot == "copy":
        return {"no body says it": piece.of_kind("body")}
    return {f"the {SLOT_TITLES[piece.slot]} does not say it": list(piece.texts)}
