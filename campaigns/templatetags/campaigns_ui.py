"""Tags and filters of every page: status badge, icon, time, money, duration, text that cannot play tricks.

Pure presentation: must not query.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django import template
from django.conf import settings
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from agents.auditing.platforms import platform
from campaigns.event_types import EVENT_TYPES
from campaigns.kinds.makers import Maker, agent_words
from campaigns.queries.makers import maker_of
from campaigns.queries.pages.outlook import Progress, progress
from campaigns.queries.pages.spans import Segment, segments
from campaigns.states import LOOKS
from conductor.lib import ids
from conductor.lib.money import as_decimal

register = template.Library()

_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|[@-Z\\-_])")
_HEX: Final = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_KEPT: Final = frozenset("\n\t")
#: Controls, format characters (bidi and zero-width among them), surrogates, private use, line separators.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
#: Format characters that ordinary text needs: joiners of scripts and emoji, marks of direction, the soft hyphen.
_HARMLESS: Final = frozenset("\u200d\u200c\u200e\u200f\u00ad")


def _vendored() -> Mapping[str, str]:
    manifest = json.loads((Path(settings.FILES_DIR) / "static" / "vendor" / "manifest.json").read_text())
    return {entry["name"]: f"vendor/{entry['name']}-{entry['version']}" for entry in manifest}


_FOLDERS: Final = _vendored()


@register.simple_tag
def vendor(package: str, file: str) -> str:
    """The address of a vendored file; its folder carries the version, which the manifest knows."""
    return static(f"{_FOLDERS[package]}/{file}")


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon of the sprite; the word beside it says the same."""
    return format_html(
        '<svg class="icon icon-{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        name,
        vendor("lucide", "icons.svg"),
        name,
    )


@register.simple_tag
def status(word: str | None, said: str = "") -> SafeString:
    """The one badge: colour, icon and word from the palette of `states`; an unknown word is shown plainly."""
    colour, image = LOOKS.get(str(word), ("secondary", "circle"))
    words = said or str(word or "unknown").replace("_", " ")
    return format_html('<span class="state state-{}">{}<span>{}</span></span>', colour, icon(image), words)


@register.simple_tag
def clock(moment: datetime | None, absent: str = "—") -> SafeString:
    """A moment as `<time>`: how long ago (or until), the exact time in its title; script keeps the words fresh."""
    if moment is None:
        return format_html('<span class="dim">{}</span>', absent)
    utc = moment.astimezone(UTC)
    words = relative((timezone.now() - utc).total_seconds())
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        utc.isoformat(timespec="seconds"),
        utc.strftime("%-d %B %Y, %H:%M:%S UTC"),
        words,
    )


@register.simple_tag
def hour(moment: datetime | None) -> SafeString:
    """The time of day, for lists in which each second counts."""
    if moment is None:
        return format_html("—")
    utc = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        utc.isoformat(timespec="milliseconds"),
        utc.strftime("%-d %B %Y, %H:%M:%S UTC"),
        utc.strftime("%H:%M:%S"),
    )


def relative(seconds: float) -> str:
    """Seconds ago (negative: still to come) as words. `app.js` says it the same way."""
    size = abs(seconds)
    if size < 5:
        return "now"
    for limit, unit, name in ((90, 1, "s"), (5_400, 60, "min"), (129_600, 3_600, "h"), (float("inf"), 86_400, "d")):
        if size < limit:
            words = f"{round(size / unit)} {name}"
            break
    return f"{words} ago" if seconds > 0 else f"in {words}"


@register.filter
def duration(ms: float | None) -> str:
    """Milliseconds as people say them."""
    if ms is None:
        return "—"
    if ms < 1_000:
        return f"{round(ms)} ms"
    seconds = ms / 1_000
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, rest = divmod(whole, 3_600)
    return f"{hours} h {rest // 60} min" if hours else f"{whole // 60} min {whole % 60} s"


@register.filter
def span_ms(start: datetime | None, end: datetime | None) -> float | None:
    """The milliseconds from one moment to another; to the present where it has not ended."""
    if start is None:
        return None
    return max(0.0, ((end or timezone.now()) - start).total_seconds() * 1_000)


@register.filter
def money(micros: int | None, currency: str = "USD") -> str:
    """Integer millionths as an amount; what is not known is said, never shown as zero."""
    if micros is None:
        return "unknown"
    amount = as_decimal(micros)
    places = Decimal("0.01") if amount == 0 or abs(amount) >= Decimal("0.01") else Decimal("0.000001")
    return f"{amount.quantize(places):,} {currency}"


@register.filter
def thousands(number: object) -> str:
    """A whole number as the sentences beside it write it; anything else as it is, for agents wrote it."""
    return f"{number:,}" if isinstance(number, int) else str(number)


@register.filter
def short(identifier: UUID | str | None) -> str:
    return ids.short(identifier) if identifier else ""


@register.filter
def words(name: object) -> str:
    """An identifier as words: `short_copy` is `short copy`."""
    return str(name or "").replace("_", " ")


@register.filter
def named(key: object, kind: str) -> str:
    """A task by its key: in a creative run a word of ours, in a plan one of its author, letter by letter."""
    return words(key) if kind == "creative" else str(key or "")


@register.filter
def platform_title(name: object) -> str:
    """A platform as it writes itself."""
    found = platform(str(name or ""))
    return found.title if found else str(name or "").capitalize()


@register.filter
def agent(spec: object) -> str:
    """Who an agent's spec names, as people say it."""
    return agent_words(str(spec or ""))


@register.filter
def maker(version: Any) -> Maker | None:
    """Who made a version that was read with its makers."""
    return maker_of(version)


@register.filter
def plain(text: object) -> str:
    """Text from outside, harmless to read: no escapes, no overwritten lines; hidden characters become visible."""
    said = _ESCAPES.sub("", str(text or "")).replace("\r\n", "\n").replace("\r", "\n")
    if said.isascii() and said.isprintable():
        return said
    return "".join(c if c in _KEPT or c in _HARMLESS or not _is_hidden(c) else f"⟦{ord(c):04X}⟧" for c in said)


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN


@register.filter
def hexcolour(text: object) -> str:
    """A colour that may be used in a drawing, or nothing."""
    return str(text) if _HEX.fullmatch(str(text)) else ""


@register.filter
def percent(part: float | None, whole: float | None = 100) -> int:
    """A whole percentage, rounded down, so that 100 means all of it."""
    return int(100 * (part or 0) / whole) if whole else 0


@register.filter
def item(held: Mapping[Any, Any] | None, key: object) -> Any:
    """One entry of a mapping, by a name that is only known in the template."""
    return held.get(key) if isinstance(held, Mapping) else None


@register.filter
def as_json(value: object) -> str:
    """A structure as indented JSON, for people."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str, sort_keys=True)


@register.simple_tag
def run_progress(run: Any) -> Progress:
    """How far a run is, from its own counters."""
    return progress(run.counts)


@register.simple_tag
def live(stream: str, identifier: UUID, url: str, types: str = "", after: int | None = None) -> SafeString:
    """The attributes that make a part fetch itself anew when events of these types arrive on a stream."""
    seen = format_html(' data-live-after="{}"', after) if after is not None else ""
    wanted = format_html(' data-live-types="{}"', types) if types else ""
    return format_html(
        'data-live="{}:{}"{}{} hx-get="{}" hx-trigger="live" hx-swap="morph:outerHTML"',
        stream,
        identifier,
        wanted,
        seen,
        url,
    )


@register.simple_tag(takes_context=True)
def marked(context: Context, text: object, path: str, *numbers: int) -> SafeString:
    """A text of a piece with its findings marked, harmless to read.

    `path` has {} where the numbers go: "headlines[{}].text".
    """
    held = (context.get("marks") or {}).get(path.format(*numbers), ())
    parts = segments(str(text or ""), held)
    return format_html_join("", "{}", ((_marked(part) if part.finding else plain(part.text),) for part in parts))


def _marked(part: Segment) -> SafeString:
    told = part.finding
    assert told is not None
    return format_html(
        '<mark title="{}: {}"><a href="#finding-{}">{}</a></mark>', told.severity, told.why, told.pk, plain(part.text)
    )


@register.simple_tag
def phrase(text: str, remarks: Sequence[Any]) -> SafeString:
    """A phrase with what was remarked in it marked; of marks that overlap, the first."""
    parts: list[tuple[SafeString | str]] = []
    at = 0
    for remark in remarks:
        if remark.start < at:
            continue
        parts.append((text[at : remark.start],))
        parts.append((format_html('<mark title="{}: {}">{}</mark>', remark.severity, remark.why, remark.quote),))
        at = remark.end
    return format_html_join("", "{}", [*parts, (text[at:],)])


@register.simple_tag
def event_words(event: Any) -> str:
    """What an event of this type tells, from the catalogue."""
    known = EVENT_TYPES.get(event.type)
    return known.words if known else str(event.type)
