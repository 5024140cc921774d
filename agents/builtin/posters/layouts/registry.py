"""The layouts that posters may have. A layout is one module and one entry here. Must not draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from agents.builtin.posters.layouts import (
    badge,
    bands,
    big_type,
    checklist,
    diagonal,
    event,
    framed,
    grid,
    horizon,
    number,
    quote,
    split,
    window,
)
from agents.builtin.posters.page import Page

LONGEST_HEADLINE: Final = 84


class Layout(NamedTuple):
    """`title` names the direction, `theme` says what it is about, `schemes` which grounds it looks best on.

    `longest` is the longest headline, in characters, that it carries well; `shows` is what it draws in the place of a
    motif, in the words of an alternative text.
    """

    compose: Callable[[Page], None]
    title: str
    theme: str
    schemes: tuple[str, ...]
    family: str
    longest: int = LONGEST_HEADLINE
    shows: str = ""


LAYOUTS: Final[dict[str, Layout]] = {
    "big_type": Layout(
        big_type.compose,
        "Big type",
        "The words are the picture: one line, as large as it will go",
        ("loud", "night", "paper"),
        "type",
        longest=62,
    ),
    "bands": Layout(
        bands.compose,
        "Four bands",
        "Stripes of colour in a clear order: name, promise, pattern, next step",
        ("paper", "fresh", "night"),
        "type",
    ),
    "quote": Layout(
        quote.compose,
        "In our words",
        "Something said out loud, with room around it",
        ("fresh", "paper", "night"),
        "said",
        longest=80,
    ),
    "number": Layout(
        number.compose,
        "The figure",
        "One number from the facts, seen from across the street",
        ("night", "loud", "paper"),
        "content",
    ),
    "checklist": Layout(
        checklist.compose,
        "The short list",
        "Every good reason on its own line, ticked off",
        ("paper", "fresh", "night"),
        "content",
        longest=60,
    ),
    "event": Layout(
        event.compose,
        "Admit one",
        "A ticket to hold: date first, then what awaits",
        ("paper", "night", "fresh"),
        "content",
        longest=64,
    ),
    "grid": Layout(
        grid.compose,
        "Grid",
        "A strict grid: picture, column, headline, each in its place",
        ("paper", "night", "fresh"),
        "picture",
    ),
    "split": Layout(
        split.compose,
        "Split frame",
        "Two halves that answer each other: picture beside words",
        ("paper", "night", "fresh"),
        "picture",
    ),
    "diagonal": Layout(
        diagonal.compose,
        "On the slant",
        "A slanted cut that pulls the eye from the promise to the next step",
        ("night", "loud", "paper"),
        "picture",
    ),
    "window": Layout(
        window.compose,
        "Open window",
        "A great arch that opens on what is waiting outside",
        ("fresh", "paper", "loud"),
        "picture",
        longest=70,
    ),
    "horizon": Layout(
        horizon.compose,
        "Wide horizon",
        "A wide scene below, the promise in the open sky",
        ("night", "fresh", "loud"),
        "picture",
    ),
    "badge": Layout(
        badge.compose,
        "The seal",
        "A seal of honour on beams of light, all on one axis",
        ("loud", "fresh", "night"),
        "ornament",
        longest=56,
        shows="a round seal on beams of light",
    ),
    "framed": Layout(
        framed.compose,
        "In a frame",
        "Quiet and formal: a border, a round picture, one calm line",
        ("paper", "night", "fresh"),
        "ornament",
        longest=76,
    ),
}
