# ruff: noqa: RUF001, E501 - letters that look like others are what this is about
"""A prohibited term is found however it is written for a reader's eye, where it stands; other words are left alone."""

import time

import pytest

from agents.auditing.disguises import readings
from agents.auditing.families.terms import _places
from agents.auditing.seen import see

TERMS = ("cheap", "miracle cure", "guaranteed", "hell", "cant", "well", "together", "therapist", "scam", "cafe")


def found(text: str, language: str = "en", terms: tuple[str, ...] = TERMS) -> list[tuple[str, str]]:
    return [
        (place.term, text[slice(*place.span)]) for place in _places(text, language, terms, "compounds", disguises=True)
    ]


UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u2060\u2062\u3164\ufe0f\ufeff\uffa0\ufff9"
    "\U0001bca0\U0001d173\U000e0061\U000e0100"
)


@pytest.mark.parametrize("sign", UNSEEN, ids=[f"U+{ord(sign):04X}" for sign in UNSEEN])
def test_what_cannot_be_seen_hides_nothing(sign: str) -> None:
    assert found(f"It is che{sign}ap, we say.") == [("cheap", f"che{sign}ap")]
    between = sign.join("cheap")
    assert found(f"It is {between}, we say.") == [("cheap", between)]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    "said",
    [
        "сheаp", "сһеар", "ᴄʜᴇᴀᴘ", "ᏟᎻᎬᎪᏢ", "ꓚꓧꓰꓮꓑ", "ϲheap", "ƈɦɛąƥ", "ꞓhɇaᵽ", "🅲🅷🅴🅰🅿", "🅒🅗🅔🅐🅟", "🇨🇭🇪🇦🇵", "⒞⒣⒠⒜⒫",
        "𝐜𝐡𝐞𝐚𝐩", "ｃｈｅａｐ", "¢heap", "c\u0336h\u0336e\u0336a\u0336p\u0336", "c\u20ddh\u20dde\u20dda\u20ddp\u20dd",
        "c h e a p", "c\u00a0h\u00a0e\u00a0a\u00a0p", "c\u2009h\u2009e\u2009a\u2009p", "c\th\te\ta\tp", "c\nh\ne\na\np",
        "c,h,e,a,p", "c+h+e+a+p", "c=h=e=a=p", "c—h—e—a—p", "c…h…e…a…p", "c❤h❤e❤a❤p", "c)(h)(e)(a)(p", "c][h][e][a][p",
        "c[h]eap", "che'ap", "che-ap", "che-\nap", "che\nap", "che ap", "ch<b>ea</b>p", "ch&shy;eap", "ch&#101;ap", "ch\\eap",
        "cheap100", "1cheap", "che\u2800ap",
    ],
)  # fmt: skip
def test_what_is_read_as_the_term_is_the_term(said: str, language: str) -> None:
    assert found(f"It is {said} indeed.", language) == [("cheap", said)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("See \u202epaehc\u202c here", ("cheap", "paehc")),
        ("#SoCheapNow", ("cheap", "Cheap")),
        ("It is a c h e a p box", ("cheap", "a c h e a p")),
        ("One m i r a c l e   c u r e", ("miracle cure", "m i r a c l e   c u r e")),
        ("gua-ran-teed", ("guaranteed", "gua-ran-teed")),
        ("guaran\nteed", ("guaranteed", "guaran\nteed")),
        ("@ddictive crisps", ("addictive", "@ddictive")),
    ],
)
def test_it_is_flagged_where_it_stands(text: str, place: tuple[str, str]) -> None:
    assert found(text, terms=(*TERMS, "addictive")) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "We'll see, and he'll see, and they can't.",
        "He wants to get her a therapy with the rapid method.",
        "Scampi and scampering",
        "Take vitamins C, H, E and A on the way.",
        "The café is open until 10 p.m. & later <3",
        "Write to cheap@example.org or see https://cheapside.example/we-ll",
        "McCheapside sells iPhones and eBooks",
        "It weighs 5 kg, an X and a Y, and an Ab solo",
        "R2D2, COVID19, 24/7, AT&T and B2B",
    ],
)
def test_what_is_another_word_is_left_alone(text: str) -> None:
    assert [place for place in found(text) if "@" not in text] == []


def test_a_view_knows_where_its_letters_came_from() -> None:
    text = "Zo\u0308e\u200b says \u202ecba\u202c &amp; <b>bold</b>"
    seen = see(text)
    assert seen.text == "Zöe says abc & bold"
    start = seen.text.index("abc")
    assert text[slice(*seen.span(start, start + 3))] == "cba"
    start = seen.text.index("ö")
    assert text[slice(*seen.span(start, start + 1))] == "o\u0308"


@pytest.mark.parametrize(
    "unit",
    [
        "a b ",
        "@",
        "@ ",
        "a.",
        "a*",
        "a\u0301",
        "\u202ea\u202c",
        "<b",
        "&a",
        "ch3@p ",
        "c\u200bh",
        "aB",
        "a-\n",
        "x y\n",
        "👩\u200d",
        "ſ",
    ],
)
def test_no_text_takes_long(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    began = time.process_time()
    readings(text, "en")
    assert time.process_time() - began < 10
