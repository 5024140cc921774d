from __future__ import annotations

import pytest

from agents.auditing import palettes


@pytest.mark.parametrize(
    ("said", "read"),
    [("#FFF", "#ffffff"), ("1c5fd4", "#1c5fd4"), (" #Abc ", "#aabbcc"), ("navy", None), ("#12345", None), ("", None)],
)
def test_a_hex_code_gets_one_form_and_nothing_else_is_one(said: str, read: str | None) -> None:
    assert palettes.hex_colour(said) == read


def test_a_pair_says_what_its_contrast_is_enough_for() -> None:
    assert palettes.pair("#000000", "#ffffff") == palettes.Pair("#000000", "#ffffff", 21.0, "text")
    assert palettes.pair("#8a8a8a", "#ffffff").use == "large"
    assert palettes.pair("#dddddd", "#ffffff").use == "none"


def test_the_grid_has_every_ink_on_every_ground() -> None:
    grid = palettes.grid(["#000000", "#ffffff", "#ff0000"])
    assert [[pair.ink for pair in line] for line in grid] == [["#000000", "#ffffff", "#ff0000"]] * 3
    assert [line[0].ground for line in grid] == ["#000000", "#ffffff", "#ff0000"]
    assert all(grid[n][n].ratio == 1 for n in range(3))
