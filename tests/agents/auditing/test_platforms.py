"""Platforms count in their own way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.auditing.platforms import PLATFORMS, Platform, count, platform, read_platforms

TWITTER, LINKEDIN = PLATFORMS["twitter"], PLATFORMS["linkedin"]


def test_limits_are_those_of_the_platforms() -> None:
    assert {name: on.limit for name, on in PLATFORMS.items()} == {
        "twitter": 280,
        "linkedin": 3_000,
        "instagram": 2_200,
        "facebook": 63_206,
        "threads": 500,
    }


@pytest.mark.parametrize("name", ["twitter", " Twitter ", "X", "x", "Twitter/X"])
def test_platform_is_found_in_any_writing(name: str) -> None:
    assert platform(name) == TWITTER


def test_unknown_platform_is_none() -> None:
    assert platform("myspace") is None


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("hello", 5),
        ("漢字", 4),
        ("e\u0301", 1),
        ("🙂", 2),
        ("👩‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("🇩🇪", 2),
        ("https://example.org/a/very/long/path?with=query", 23),
        ("see https://example.org now", 4 + 23 + 4),
    ],
)
def test_one_platform_weighs(text: str, weight: int) -> None:
    assert count(text, TWITTER) == weight


def test_others_count_characters() -> None:
    assert count("漢字e\u0301", LINKEDIN) == 3


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("1\ufe0f\u20e3", 2),
        ("#\u20e3", 2),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("🇩🇪🇫🇷", 4),
        ("❤️", 2),
        ("👩🏽‍🚒", 2),
        ("a\u200db", 3),
        ("नमस्ते", 6),
        ("go example.org/x now", 3 + 23 + 4),
    ],
)
def test_emoji_and_marks_weigh_what_a_reader_sees(text: str, weight: int) -> None:
    assert count(text, TWITTER) == weight


@given(text=st.text(st.sampled_from("a1#é漢🙂👍🏽\u200d\ufe0f\u20e3🇩🇪❤ \u0301"), max_size=12))
def test_a_longer_text_never_weighs_less(text: str) -> None:
    weights = [count(text[:end], TWITTER) for end in range(len(text) + 1)]
    assert weights == sorted(weights)


BLUE = """
- name: Bluish
  title: Bluish
  limit: 300
  counting: graphemes
  hashtags: {most: 1, place: line}
  emoji: none
  link: text
  breaks: single
  aliases: [blu]
"""


def test_a_platform_is_added_as_data() -> None:
    on = read_platforms(BLUE)["bluish"]
    assert (on.limit, on.advised, on.hashtags, on.aliases) == (300, 300, 1, ("blu",))
    assert count("👩‍👩‍👧‍👦e\u0301🇩🇪", on) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("limit: 300", "limit: many"), r"platforms\[0\].limit"),
        (("counting: graphemes", "counting: bytes"), "counting: must be one of"),
        (("link: text", "link: nowhere"), "link: must be one of"),
        (("emoji: none", "emojis: none"), "no field 'emojis'"),
        (("most: 1", "least: 1"), "most and place"),
        (("aliases: [blu]", "aliases: [bluish]"), "is taken"),
        (("title: Bluish", "title: ''"), "title: must be text"),
        ((BLUE, "{}"), "must be a list"),
    ],
)
def test_a_wrong_entry_is_told(change: tuple[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_platforms(BLUE.replace(*change))


@pytest.mark.parametrize("on", PLATFORMS.values(), ids=lambda on: on.name)
def test_every_platform_states_its_habits(on: Platform) -> None:
    assert 0 < on.advised <= on.limit
    assert 0 < on.hook <= on.limit
    assert on.hashtags > 0
