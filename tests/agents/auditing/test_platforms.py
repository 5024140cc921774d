"""Platforms count in their own way."""

import pytest

from agents.auditing.platforms import PLATFORMS, count, platform

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
