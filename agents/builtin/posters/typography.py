"""Which bundled faces a concept is set in, by the names of families that it gives. Must not measure or draw."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from agents.builtin.posters.fitting import Style
from agents.builtin.posters.lettering import face
from conductor.lib.typefaces import LAST_RESORT

HEADS: Final[dict[str, Style]] = {
    "Anton": Style("Anton-400", 1.04, 0.004, caps=True),
    "Inter": Style("Inter-800", 1.0, -0.032),
    "Bricolage Grotesque": Style("BricolageGrotesque-800", 0.98, -0.018),
    "Fraunces": Style("Fraunces-700", 1.05, -0.014),
    "Fredoka": Style("Fredoka-600", 1.04, -0.005),
    "Instrument Serif": Style("InstrumentSerif-400", 1.0, -0.012),
    "Space Grotesk": Style("SpaceGrotesk-700", 1.03, -0.03),
}
BODIES: Final[dict[str, tuple[str, str]]] = {
    "Inter": ("Inter-400", "Inter-600"),
    "Fraunces": ("Fraunces-400", "Fraunces-700"),
    "Space Grotesk": ("SpaceGrotesk-500", "SpaceGrotesk-700"),
}
FAMILIES: Final = tuple(HEADS)

_LIKE: Final = (
    (r"impact|condensed|oswald|bebas|league gothic|compressed|knockout|anton", "Anton"),
    (r"rounded|nunito|baloo|comic|quicksand|varela|fredoka|poppins", "Fredoka"),
    (r"mono|grotesk|futura|eurostile|technical|space|sora|syne", "Space Grotesk"),
    (r"didot|bodoni|playfair|cormorant|elegant|instrument|canela|display serif|garamond", "Instrument Serif"),
    (r"bricolage|gill|franklin|archivo|work sans|cooper hewitt", "Bricolage Grotesque"),
    (r"\bserif\b(?<!sans serif)(?<!sans-serif)|georgia|times|fraunces|merriweather|lora|baskerville|caslon|slab|cooper",
     "Fraunces"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Typography:
    head: Style
    body: Style
    bold: Style
    label: Style
    """Small capitals, widely spaced."""


def typography(said: Mapping[str, Any], headline: str = "", rest: str = "") -> Typography:
    """Faces for these texts: one that lacks some of their letters gives way; two faces in one word look broken."""
    head = HEADS[family(str(said.get("headline", "")))]
    body, bold = BODIES.get(family(str(said.get("body", ""))), BODIES["Inter"])
    body, bold = _able(body, rest), _able(bold, rest)
    head = head if _able(head.face, headline) == head.face else HEADS["Inter"]
    return Typography(head, Style(body, 1.36), Style(bold, 1.22), Style(bold, 1.3, 0.09, caps=True))


@lru_cache(maxsize=1_000)
def _able(key: str, text: str) -> str:
    """The face, or the one of the last resort where that one has letters that this one lacks."""
    spare = LAST_RESORT.get(key, key)
    letters = filter(str.isalpha, set(text + text.upper()))
    return spare if any(not face(key).has(each) and face(spare).has(each) for each in letters) else key


def family(name: str) -> str:
    """The bundled family that comes nearest to what a name or a description says."""
    folded = re.sub(r"sans[ -]serif", "sans", name.casefold())
    exact = [known for known in FAMILIES if known.casefold() in folded]
    if exact:
        return exact[0]
    return next((known for words, known in _LIKE if re.search(words, folded)), "Inter")
