"""Texts that no campaign made, as the pieces they would be. Must not change a text.

A finding's span is a span of the text as it was handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

from agents.auditing.pieces import Kind
from agents.auditing.platforms import PLATFORMS, platform
from conductor.lib.errors import BadInput

MAX_CHARACTERS: Final = 100_000
#: What a poster shows, where only a part of it is handed in, so that its lack is no finding; words of no language.
_ALT_TEXT: Final = "Poster: logo, motif, panorama"

Content: TypeAlias = dict[str, Any]
_Wrap: TypeAlias = Callable[[Sequence[str], str], tuple[str, Content]]


def _copy(name: str) -> _Wrap:
    return lambda texts, _: ("copy", {name: [{"text": text} for text in texts]})


def _post(texts: Sequence[str], on: str) -> tuple[str, Content]:
    return "short_copy", {"platforms": [{"platform": on, "posts": [{"text": text} for text in texts]}]}


def _poster(part: Callable[[str], Content]) -> _Wrap:
    return lambda texts, _: ("visual_concept", {"concepts": [{"alt_text": _ALT_TEXT, **part(text)} for text in texts]})


KINDS: Final[dict[Kind, _Wrap]] = {
    "headline": _copy("headlines"),
    "body": _copy("bodies"),
    "call_to_action": _copy("calls_to_action"),
    "post": _post,
    "poster_headline": _poster(lambda text: {"headline": text}),
    "poster_call_to_action": _poster(lambda text: {"call_to_action": text}),
    "poster_text": _poster(lambda text: {"layout": {"zones": [{"name": "body", "content": text}]}}),
    "fine_print": _poster(lambda text: {"fine_print": [text]}),
    "alt_text": _poster(lambda text: {"alt_text": text}),
}


def wrap(texts: Sequence[str], kind: Kind, *, on: str = "", language: str | None = None) -> tuple[str, Content]:
    """Slot and content of a piece that is nothing but these texts; `on` is the platform of posts."""
    slot, content = KINDS[kind](texts, on)
    return slot, {**content, **({"language": language} if language else {})}


def as_piece(
    text: str,
    *,
    kind: str = "body",
    platform_name: str = "",
    brief: Mapping[str, Any] | None = None,
    language: str | None = None,
) -> tuple[str, Content]:
    """Slot and content of a piece that is nothing but this text. language None leaves it to the audit to tell.

    A post without a platform is one for the brief's first platform; where there is none, limits are not checked, and
    the report says so. BadInput names what cannot be audited.
    """
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
    return wrap([text], cast("Kind", kind), on=platform_name or _first_platform(brief or {}), language=language)


def _first_platform(brief: Mapping[str, Any]) -> str:
    asked = brief.get("platforms")
    return next((name for name in asked if isinstance(name, str)), "") if isinstance(asked, list | tuple) else ""
