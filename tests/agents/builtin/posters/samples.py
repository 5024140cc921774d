"""Concepts for tests: every layout with the words of four made-up campaigns, and the golden pictures of them.

`python -m tests.agents.builtin.posters.samples` draws the golden pictures anew after a deliberate change.
"""

import random
from pathlib import Path
from typing import Any

from agents.builtin.posters.draw import draw_concept
from agents.builtin.posters.layouts.registry import LAYOUTS
from agents.builtin.posters.palettes import palette
from conductor.lib import png

GOLDEN = Path(__file__).parent / "golden"
WIDTH = 240

CAMPAIGNS: tuple[dict[str, Any], ...] = (
    {
        "headline": "Customers book a repair online in under one minute",
        "call": "Start a trial",
        "logo": "Larkspur",
        "body": "A booking calendar for repair shops that fills free hours by itself.",
        "list": "Reminder one day before each appointment\n30 days of trial, no credit card\nSet up in one morning",
        "number": "12\nmore hours a week",
        "details": "30 days of trial\nNo credit card",
        "link": "larkspur.example/trial",
        "focal": "wheels",
        "fine": ["Prices exclude VAT."],
        "brand": ["#2b3a67", "#f5f1e8", "#e4572e"],
        "voice": "warm",
        "faces": ("Fraunces", "Inter"),
    },
    {
        "headline": "Three nights of film by the water",
        "call": "Save your place",
        "logo": "Port Cinema",
        "body": "Open-air cinema on the old harbour wall.",
        "list": "Nine films, three screens\nBlankets at the gate\nChildren under ten go free",
        "number": "14\u201316\nJune 2026",
        "details": "Doors at 20:00\nOld harbour wall, gate 3\nFree under ten",
        "focal": "confetti",
        "fine": ["In a storm the film moves to the hall."],
        "brand": [],
        "voice": "playful",
        "faces": ("Fredoka", "Inter"),
    },
    {
        "headline": "Boots made from recycled sails",
        "call": "Find yours",
        "logo": "Nordway",
        "body": "Each pair is resoled for free, for as long as you walk in it.",
        "list": "Made from recycled sails\nRepairs are free for life",
        "number": "400 km\nof trail before we said yes",
        "details": "In shops from 3 May",
        "link": "nordway.example",
        "focal": "mountains",
        "fine": [],
        "brand": ["#0b3d2e", "#e8590c"],
        "voice": "bold",
        "faces": ("Anton", "Inter"),
    },
    {
        "headline": "Your savings, without the small talk",
        "call": "Open an account",
        "logo": "Halden Savings Bank",
        "body": "One rate, shown on the first page, and a person who picks up the phone.",
        "list": "2.1 % from day one\nNo monthly fee\nMoney at hand every day\nA person answers\nProtected by law",
        "number": "2.1 %\ninterest from the first euro",
        "details": "",
        "link": "halden.example/savings",
        "focal": "columns",
        "fine": [
            (
                "Interest rate as of 1 March 2026; it may change. Deposits are protected up to 100,000 euros a person "
                "by the statutory deposit guarantee. Read the product sheet before you open an account."
            )
        ],
        "brand": ["#14284b"],
        "voice": "formal",
        "faces": ("Instrument Serif", "Inter"),
    },
)


def concept(layout: str, campaign: int = 0, *, scheme: str | None = None, **changes: Any) -> dict[str, Any]:
    """Words of zones are changed by their names, fields of the concept by theirs."""
    said = {**CAMPAIGNS[campaign], **{name: value for name, value in changes.items() if name in CAMPAIGNS[0]}}
    names = ("logo", "body", "list", "number", "details", "link", "focal")
    contents = {"headline": said["headline"], "call_to_action": said["call"], **{n: said.get(n, "") for n in names}}
    ground = scheme or LAYOUTS[layout].schemes[campaign % 3]
    made = {
        "name": f"{layout} {campaign}",
        "headline": said["headline"],
        "call_to_action": said["call"],
        "alt_text": "A poster.",
        "image_prompt": "abstract shapes",
        "fine_print": said["fine"],
        "palette": palette(said["brand"], ground, said["voice"], random.Random(1)),
        "layout": {
            "name": layout,
            "zones": [
                {"name": name, "x": 0.0, "y": 0.0, "width": 1.0, "height": 1.0, "content": text}
                for name, text in contents.items()
                if text
            ],
        },
        "typography": {"headline": said["faces"][0], "body": said["faces"][1], "note": ""},
    }
    return {**made, **{name: value for name, value in changes.items() if name in made}}


def goldens() -> dict[str, str]:
    """File name to SVG: every layout in every format, the campaigns in turn."""
    return {
        f"{layout}-{poster['format']}.png": poster["svg"]
        for number, layout in enumerate(LAYOUTS)
        for poster in draw_concept(concept(layout, number % len(CAMPAIGNS))).posters
    }


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.glob("*.png"):
        old.unlink()
    for name, svg in goldens().items():
        (GOLDEN / name).write_bytes(png.render(svg, width=WIDTH))
    print(f"{len(list(GOLDEN.glob('*.png')))} golden pictures drawn anew")


if __name__ == "__main__":
    main()
