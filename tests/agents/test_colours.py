"""Contrast by WCAG, and readable pairs for any ground."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.colours import AA, contrast, mix, parse, readable_on

HEX = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_known_ratios() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#ffffff") == 4.47
    assert contrast("#123456", "#123456") == 1


@given(HEX, HEX)
def test_contrast_has_no_order(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)


@given(HEX, HEX)
def test_some_text_is_readable_on_every_ground(ground: str, wanted: str) -> None:
    assert contrast(readable_on(ground, wanted), ground) >= AA


@pytest.mark.parametrize(
    ("text", "colour"),
    [("#ABC", "#aabbcc"), ("brand #0B3D2E", "#0b3d2e"), ("navy", "#14284b"), ("no such thing", None), ("#12345", None)],
)
def test_colours_are_read(text: str, colour: str | None) -> None:
    assert parse(text) == colour


def test_deep_is_darker_and_light_is_lighter() -> None:
    assert contrast(parse("deep blue") or "", "#ffffff") > contrast(parse("blue") or "", "#ffffff")
    assert contrast(parse("light blue") or "", "#ffffff") < contrast(parse("blue") or "", "#ffffff")


def test_mix_goes_from_one_to_the_other() -> None:
    assert mix("#000000", "#ffffff", 0) == "#000000"
    assert mix("#000000", "#ffffff", 1) == "#ffffff"
