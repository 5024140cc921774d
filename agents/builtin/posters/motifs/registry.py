"""The pictures that posters may carry, what each shows in words, and which topics it suits.

A picture is one function and one line here. Must not draw.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

from agents.builtin.posters.motifs import geometric, scenic

Draw: TypeAlias = Callable[[float, float, Sequence[str], str, random.Random], list[str]]


class Motif(NamedTuple):
    draw: Draw
    shows: str
    prompt: str


MOTIFS: Final[dict[str, Motif]] = {
    "tiles": Motif(
        geometric.tiles,
        "a pattern of geometric tiles",
        "a graphic mosaic of quarter circles, leaves and stripes, flat colour",
    ),
    "rays": Motif(
        geometric.rays,
        "a rising sun with broad beams",
        "a stylised sun rising at the lower edge, broad flat beams across the sky",
    ),
    "rings": Motif(
        geometric.rings,
        "great circles within each other",
        "large concentric circles cropped by the frame",
    ),
    "ribbons": Motif(
        geometric.ribbons,
        "broad diagonal ribbons",
        "bold diagonal ribbons of flat colour with rounded ends, strong movement",
    ),
    "columns": Motif(
        geometric.columns,
        "columns that grow from left to right",
        "rounded columns rising from left to right like a skyline of growth",
    ),
    "net": Motif(
        geometric.net, "points joined to a net", "an airy network of points and lines, a few points glowing large"
    ),
    "confetti": Motif(
        geometric.confetti, "paper confetti in the air", "cut-paper confetti in mid-air, playful flat shapes"
    ),
    "scales": Motif(
        geometric.scales,
        "rows of round scales",
        "overlapping rows of concentric half circles, a calm repeating pattern",
    ),
    "hills": Motif(
        scenic.hills,
        "the sun over soft hills",
        "soft layered hills in morning light under a round sun, cut-paper style",
    ),
    "sea": Motif(scenic.sea, "a low sun over the sea", "layered paper waves under a low sun, wide and calm"),
    "mountains": Motif(
        scenic.mountains,
        "mountains with bright peaks",
        "layered mountain peaks with bright tops and a round sun, cut-paper style",
    ),
    "plants": Motif(
        scenic.plants,
        "plants with paired leaves before a pale sun",
        "tall leafy stems growing from the lower edge, cut-paper style",
    ),
    "blooms": Motif(scenic.blooms, "rows of flowers", "a flat-lay of stylised flowers in rows, cut-paper style"),
    "arches": Motif(
        scenic.arches, "gates within gates", "nested arches side by side, warm flat colour, a welcoming entrance"
    ),
    "skyline": Motif(
        scenic.skyline, "a town with lit windows", "a town at dusk with lit windows, layered cut-paper silhouettes"
    ),
    "plates": Motif(
        scenic.plates,
        "a laid table seen from above",
        "a laid table seen from directly above, round plates in strong flat colour",
    ),
    "wheels": Motif(
        scenic.wheels, "wheels with spokes", "two spoked wheels in profile on a plain ground, graphic and flat"
    ),
}

SCENES: Final = frozenset({"hills", "sea", "mountains", "plants", "skyline", "columns", "arches", "wheels", "rays"})
"""Those that stand on a ground and have an up and a down; the others are patterns."""

_TOPICS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"bike|bicycl|cycl|fahrrad|e-bike|scooter", ("wheels", "ribbons", "rings")),
    (
        r"food|coffee|tea\b|restaurant|bak(?:e|ery)|kitchen|meal|chef|wine|bread|menu|essen|küche|lunch|recipe|snack|organic",
        ("plates", "tiles", "scales"),
    ),
    (r"sea\b|ocean|sail|harbou?r|boat|ferry|water|swim|beach|coast|hafen|meer|surf|river", ("sea", "scales", "rings")),
    (
        r"boot|hik|trail|outdoor|mountain|ski\b|climb|walk|camp|wander|berg|travel|railway|sleeper|train\b|tour\b|trip",
        ("mountains", "hills", "rays"),
    ),
    (
        r"garden|plant|tree|forest|nature|climate|green|farm|eco|sustain|seed|wald|natur|herb|vegan",
        ("plants", "blooms", "scales"),
    ),
    (
        r"health|clinic|care\b|yoga|wellbeing|wellness|sleep|skin|doctor|nurse|pflege|gesund|medic|dental|therap|vaccin",
        ("scales", "rings", "tiles"),
    ),
    (
        r"bank|financ|saving|invest|insur|account|bookkeep|tax|loan|pension|money|steuer|fund\b|credit",
        ("columns", "rings", "tiles"),
    ),
    (
        r"software|app\b|data|cloud|platform|digital|secur|network|code|cyber|api|api\b|robot|comput|server|analytics",
        ("net", "tiles", "columns"),
    ),
    (
        r"festival|concert|party|music|cinema|film|theat|fest\b|celebrat|opening|gala|fair\b|carnival|dance|market",
        ("confetti", "ribbons", "tiles"),
    ),
    (
        r"school|college|lesson|learn|teach|universit|student|reading|librar|child|kids?\b|kinder|museum|workshop",
        ("tiles", "confetti", "rings"),
    ),
    (
        r"shelter|home|hous|apartment|rent|property|estate|city|town|neighbou?r|community|wohn|stadt|urban",
        ("skyline", "arches", "tiles"),
    ),
    (r"donat|charit|volunteer|refuge|hunger|hope|support|help|give|spend", ("arches", "rings", "tiles")),
    (r"energy|solar|power|sun\b|light|heat|electric|strom", ("rays", "columns", "ribbons")),
    (
        r"fashion|cloth|wear\b|shoe|style|design|furniture|beauty|cosmetic|jewel|hotel|spa\b",
        ("arches", "blooms", "ribbons"),
    ),
    (r"sport|run\b|marathon|race|gym|fitness|football|team", ("ribbons", "rings", "tiles")),
    (r"confer|summit|webinar|meetup|congress|talk\b|keynote", ("net", "rings", "confetti")),
)
_ANY: Final = ("tiles", "rings", "ribbons", "scales")
"""What says nothing about a subject, for texts that name none."""


def suited(text: str, rng: random.Random, most: int = 3) -> list[str]:
    """The pictures that suit a text best, each once, then others by chance."""
    folded = text.casefold()
    hits = [(len(re.findall(rf"\b(?:{words})", folded)), -number) for number, (words, _) in enumerate(_TOPICS)]
    found: list[str] = []
    for count, number in sorted(hits, reverse=True):
        if count:
            found += [name for name in _TOPICS[-number][1] if name not in found]
    rest = rng.sample(_ANY, len(_ANY))
    return [*found, *(name for name in rest if name not in found)][:most]
