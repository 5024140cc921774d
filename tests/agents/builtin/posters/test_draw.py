"""Posters: drawings that cannot act, texts inside the poster and apart from each other, readable where they stand."""

import random
import re
from collections import Counter
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import colours
from agents.builtin.posters.draw import FORMATS, Drawn, draw_concept
from agents.builtin.posters.layouts.registry import LAYOUTS
from agents.builtin.posters.motifs.registry import MOTIFS
from agents.builtin.posters.palettes import SCHEMES, palette
from conductor.lib import png
from conductor.lib.drawings import is_harmless
from tests.agents.builtin.posters import pixels, samples
from tests.agents.builtin.posters.samples import concept

HEX = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
LONG = "Everything that was ever promised by anyone, said once more at length, with nothing left out, and then again"
HOSTILE = "<script>alert(1)</script>&\"'>]]>"


def zones(**boxes: tuple[float, float, float, float]) -> list[dict[str, Any]]:
    contents = {"logo": "Nordway", "body": "A sentence below."}
    return [
        {"name": name, "x": x, "y": y, "width": w, "height": h, "content": contents.get(name, "")}
        for name, (x, y, w, h) in boxes.items()
    ]


def own(**changes: Any) -> dict[str, Any]:
    """A concept with zones of its own, as a model gives it."""
    laid_out = zones(
        focal=(0, 0, 1, 0.4),
        headline=(0.1, 0.45, 0.8, 0.25),
        call_to_action=(0.1, 0.75, 0.5, 0.08),
        logo=(0.1, 0.86, 0.8, 0.05),
    )
    return {**concept("grid"), "layout": {"name": "my own", "zones": laid_out}, **changes}


def boxes(drawn: Drawn) -> dict[str, tuple[float, float, float, float]]:
    return {name: box for name, box in drawn.zones.items() if name != "focal"}


def test_at_least_eight_layouts() -> None:
    assert len(LAYOUTS) >= 8


@pytest.mark.parametrize("layout", LAYOUTS)
def test_three_formats_are_drawn_portrait_first(layout: str) -> None:
    drawn = draw_concept(concept(layout)).posters
    assert [(poster["format"], poster["width"], poster["height"]) for poster in drawn] == list(FORMATS)
    assert len({poster["svg"] for poster in drawn}) == 3


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_drawing_is_the_same_every_time(layout: str) -> None:
    assert draw_concept(concept(layout)) == draw_concept(concept(layout))


@pytest.mark.parametrize("campaign", range(len(samples.CAMPAIGNS)))
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_poster_can_be_shown_and_rendered(layout: str, campaign: int) -> None:
    for poster in draw_concept(concept(layout, campaign)).posters:
        assert is_harmless(poster["svg"])
        assert png.size_of(poster["svg"]) == (poster["width"], poster["height"])
        assert len(poster["svg"]) < 110_000


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"headline": "Hi", "body": "", "list": "", "number": "", "details": "", "link": "", "logo": "", "fine": []},
        {"headline": LONG, "call": LONG, "logo": LONG, "body": LONG * 3, "fine": [LONG] * 12, "link": "x" * 60},
        {"headline": "Donaudampfschifffahrtsgesellschaftskapitän" * 3, "call": "W" * 100, "number": "W" * 60},
        {"list": "\n".join([LONG] * 20), "details": "\n".join([LONG] * 9), "number": "1,000,000,000\n" + LONG},
        {"headline": "ÄÖÜ ÅÉÎ ÑÇ", "call": "Ça va ?", "body": "gjpqy ÄÖÜ", "list": "Ä\ng\nÅ"},
    ],
    ids=["plain", "bare", "long", "huge words", "many", "accents"],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_texts_stay_on_the_poster_and_apart(layout: str, changes: dict[str, Any]) -> None:
    for campaign in (1, 3):
        made = concept(layout, campaign, **changes)
        for form in range(3):
            found = _page_boxes(made, form)
            for name, (x, y, wide, high) in found.items():
                assert x >= -0.001, (name, form)
                assert y >= -0.001, (name, form)
                assert x + wide <= 1.001, (name, form)
                assert y + high <= 1.001, (name, form)
            names = sorted(found)
            for number, one in enumerate(names):
                for other in names[number + 1 :]:
                    assert not _meet(found[one], found[other]), (one, other, form, found[one], found[other])


def _page_boxes(made: dict[str, Any], form: int) -> dict[str, tuple[float, float, float, float]]:
    from agents.builtin.posters import draw

    words, _ = draw.words_of(made)
    page = draw._compose(made, words, *FORMATS[form])
    share = {
        n: (b.x / page.width, b.y / page.height, b.width / page.width, b.height / page.height)
        for n, b in page.zones.items()
    }
    return {name: box for name, box in share.items() if name != "focal"}


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return across > 0.001 and down > 0.001


@settings(max_examples=25, deadline=None)
@given(text=st.text(min_size=1, max_size=120), layout=st.sampled_from(sorted(LAYOUTS)))
def test_no_text_leaves_the_allow_list(text: str, layout: str) -> None:
    made = concept(
        layout, headline=text, call=text, logo=text, body=text, list=text, fine=[text], alt_text=text, name=text
    )
    for poster in draw_concept(made).posters:
        png.size_of(poster["svg"])
        assert is_harmless(poster["svg"])


@pytest.mark.parametrize(
    "made", [concept("grid", headline=HOSTILE, logo=HOSTILE, fine=[HOSTILE * 9]), own(headline=HOSTILE)]
)
def test_markup_in_a_text_stays_text(made: dict[str, Any]) -> None:
    made["alt_text"] = HOSTILE
    for poster in draw_concept(made).posters:
        assert "<script" not in poster["svg"]
        assert "&lt;script" in poster["svg"]


def test_what_a_poster_says_can_be_read_aloud() -> None:
    root = ElementTree.fromstring(draw_concept(concept("checklist")).posters[0]["svg"].encode())
    about = root.findtext("{http://www.w3.org/2000/svg}desc") or ""
    for said in (
        "A poster.",
        "Customers book a repair",
        "Start a trial",
        "Set up in one morning",
        "Prices exclude VAT.",
    ):
        assert said in about


@settings(max_examples=40, deadline=None)
@given(ground=HEX, text=HEX, accent=HEX, layout=st.sampled_from(sorted(LAYOUTS)))
def test_every_palette_is_made_readable(ground: str, text: str, accent: str, layout: str) -> None:
    entries = [{"role": r, "hex": h} for r, h in (("background", ground), ("text", text), ("accent", accent))]
    for made in (concept(layout, palette=entries), own(palette=entries)):
        assert all(poster["contrast"] >= colours.AA for poster in draw_concept(made).posters)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_pixels_of_a_headline_have_the_contrast_that_is_claimed(layout: str, scheme: str) -> None:
    """Measured on the picture: the two commonest colours where the headline stands are its ground and its letters."""
    drawn = draw_concept(concept(layout, 1, scheme=scheme))
    picture = pixels.read(png.render(drawn.posters[0]["svg"], width=360))
    x, y, wide, high = drawn.zones["headline"]
    w, h = picture.width, picture.height
    found = Counter(picture.box(round(x * w), round(y * h), round((x + wide) * w), round((y + high) * h)))
    (one, _), (other, _) = found.most_common(2)
    ratio = colours.contrast(f"#{bytes(one).hex()}", f"#{bytes(other).hex()}")
    assert ratio >= colours.AA - 0.1
    assert ratio >= drawn.posters[0]["contrast"] - 0.1


def test_a_text_on_a_picture_gets_a_panel() -> None:
    laid_out = zones(focal=(0, 0, 1, 1), headline=(0.1, 0.3, 0.8, 0.3), call_to_action=(0.1, 0.8, 0.5, 0.1))
    made = own(layout={"name": "full", "zones": laid_out})
    assert all(poster["contrast"] >= colours.AA for poster in draw_concept(made).posters)


def test_zones_of_an_agent_are_kept() -> None:
    drawn = draw_concept(own())
    assert drawn.zones["headline"] == (0.1, 0.45, 0.8, 0.25)
    assert drawn.zones["call_to_action"] == (0.1, 0.75, 0.5, 0.08)


@pytest.mark.parametrize("name", ["Big type", "BIG-TYPE", " big_type "])
def test_a_layout_is_known_by_its_name(name: str) -> None:
    named, ours = concept("big_type"), concept("big_type")
    named["layout"]["name"] = name
    assert draw_concept(named).posters == draw_concept(ours).posters


def test_fine_print_without_a_zone_is_still_printed() -> None:
    with_it, without = (draw_concept(own(fine_print=fine)).posters[0]["svg"] for fine in (["While stocks last."], []))
    assert len(with_it) > len(without) + 500
    assert "fine_print" in draw_concept(own(fine_print=["While stocks last."])).zones


def test_long_fine_print_is_written_not_outlined_and_never_wider_than_measured() -> None:
    svg = draw_concept(concept("grid", fine=[LONG * 4])).posters[0]["svg"]
    lines = re.findall(r'<text x="([\d.]+)"[^>]* textLength="([\d.]+)"', svg)
    assert lines
    assert all(float(x) + float(length) <= 1080 for x, length in lines)


def test_letters_that_the_fonts_lack_are_told() -> None:
    drawn = draw_concept(concept("grid", headline="Sale 🎉 日本"))
    assert drawn.lost == ("🎉", "日", "本")


@pytest.mark.parametrize("blank", ["", " ", "🎉", "\u200b"])
@pytest.mark.parametrize("layout", [*LAYOUTS])
def test_nothing_to_say_breaks_nothing(layout: str, blank: str) -> None:
    drawn = draw_concept(concept(layout, headline=blank, call=blank, logo=blank, body=blank, list=blank, fine=[blank]))
    assert all(is_harmless(poster["svg"]) for poster in drawn.posters)


@pytest.mark.parametrize("name", MOTIFS)
def test_every_picture_fills_any_box_with_what_may_be_rendered(name: str) -> None:
    looks = palette(["#2b3a67", "#e4572e"], "paper", "warm", random.Random(1))
    for layout in ("split", "bands", "framed"):
        for poster in draw_concept(concept(layout, focal=name, palette=looks)).posters:
            png.size_of(poster["svg"])


def test_another_picture_is_another_drawing() -> None:
    drawn = {draw_concept(concept("split", focal=name)).posters[0]["svg"] for name in MOTIFS}
    assert len(drawn) == len(MOTIFS)
