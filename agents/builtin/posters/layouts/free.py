"""Free: the zones that an agent or a person has laid out, each text as large as goes in its own.

Must not move a zone.
"""

from __future__ import annotations

from collections.abc import Mapping

from agents import colours
from agents.builtin.posters import parts
from agents.builtin.posters.fitting import Style
from agents.builtin.posters.page import Box, Page

_LARGEST = {
    "headline": 0.2,
    "number": 0.5,
    "body": 0.036,
    "details": 0.036,
    "logo": 0.04,
    "link": 0.032,
    "fine_print": 0.02,
}


def compose(page: Page, zones: Mapping[str, Box]) -> None:
    look, words = page.look, page.words
    page.ground(look.background)
    if "focal" in zones:
        page.art(zones["focal"])
    styles = {
        "headline": page.type.head,
        "number": page.type.head,
        "body": page.type.body,
        "fine_print": page.type.body,
    }
    texts = {
        "headline": words.headline,
        "number": " ".join(filter(None, (words.number, words.unit))),
        "body": words.body,
        "details": " · ".join(words.details),
        "logo": words.logo,
        "link": words.link,
        "fine_print": words.fine,
    }
    for name, text in texts.items():
        if text and name in zones:
            box = zones[name]
            style = styles.get(name, Style(page.type.bold.face, 1.15))
            stand = "middle" if name in ("logo", "link") else "top"
            page.write(name, text, box, style, largest=_LARGEST[name] * page.width, smallest=12, stand=stand)
            page.zones[name] = box
    if "list" in zones:
        parts.ticks(page, words.items, zones["list"], largest=page.width * 0.036)
    if "call_to_action" in zones:
        _button(page, zones["call_to_action"])


def _button(page: Page, box: Box) -> None:
    look = page.look
    fill = look.accent if colours.contrast(look.accent, look.background) >= 1.3 else look.text
    page.rect(box.x, box.y, box.width, box.height, fill, radius=min(box.height / 2, 60))
    pad = min(box.height * 0.3, box.width * 0.12)
    inner = Box(box.x + pad, box.y + box.height * 0.2, box.width - 2 * pad, box.height * 0.6)
    style = Style(page.type.bold.face, 1.12)
    page.write("call_to_action", page.words.call, inner, style, largest=44, smallest=12, align="middle",
               stand="middle", colour=(look.background, look.text))  # fmt: skip
    page.zones["call_to_action"] = box
