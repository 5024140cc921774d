"""Audits a text that no campaign made: wraps it in the piece it would be. Must not change the text.

A finding's span is a span of the text as it was handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from agents.auditing.audit import audit_pieces
from agents.auditing.platforms import PLATFORMS, platform
from conductor.lib.errors import BadInput

MAX_CHARACTERS: Final = 100_000


def _copy(name: str, entry: dict[str, Any]) -> Callable[[str, str], tuple[str, dict[str, Any], str]]:
    return lambda text, _: ("copy", {name: [{**entry, "text": text}]}, f"{name}[0].text")


def _post(text: str, on: str) -> tuple[str, dict[str, Any], str]:
    return "short_copy", {"platforms": [{"platform": on, "posts": [{"text": text}]}]}, "platforms[0].posts[0].text"


def _poster(name: str) -> Callable[[str, str], tuple[str, dict[str, Any], str]]:
    return lambda text, _: ("visual_concept", {"concepts": [{name: text}]}, f"concepts[0].{name}")


KINDS: Final[dict[str, Callable[[str, str], tuple[str, dict[str, Any], str]]]] = {
    "headline": _copy("headlines", {}),
    "body": _copy("bodies", {}),
    "call_to_action": _copy("calls_to_action", {}),
    "post": _post,
    "poster_headline": _poster("headline"),
    "poster_call_to_action": _poster("call_to_action"),
    "alt_text": _poster("alt_text"),
}


def as_piece(
    text: str, *, kind: str = "body", platform_name: str = "", language: str | None = None
) -> tuple[str, dict[str, Any], str]:
    """Slot, content and path of a piece that is nothing but this text."""
    errors: dict[str, str] = {}
    if kind not in KINDS:
        errors["kind"] = f"Must be one of {', '.join(KINDS)}."
    if not isinstance(text, str) or not text.strip():
        errors["text"] = "There is no text."
    elif len(text) > MAX_CHARACTERS:
        errors["text"] = f"Has {len(text):,} characters; the limit is {MAX_CHARACTERS:,}."
    if platform_name and platform(platform_name) is None:
        errors["platform"] = f"Must be one of {', '.join(PLATFORMS)}."
    if errors:
        raise BadInput("The text cannot be audited.", errors=errors)
    slot, content, path = KINDS[kind](text, platform_name)
    return slot, {**content, **({"language": language} if language else {})}, path


def audit_text(
    text: str,
    *,
    kind: str = "body",
    brief: Mapping[str, Any] | None = None,
    pack: object = None,
    language: str | None = None,
    platform_name: str = "",
) -> dict[str, Any]:
    """The report on a text as one kind of piece. language None leaves it to the audit to tell.

    A post without a platform is one for the brief's first platform; where there is none, limits are not checked, and
    the report says so.
    """
    asked = (brief or {}).get("platforms")
    first = next((name for name in asked if isinstance(name, str)), "") if isinstance(asked, list | tuple) else ""
    slot, content, _ = as_piece(text, kind=kind, platform_name=platform_name or first, language=language)
    return audit_pieces(brief or {}, {slot: {"content": content, "version": None, "sha256": None}}, pack=pack)
