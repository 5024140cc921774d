from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conductor.lib.errors import BadInput
from conductor.lib.text import clean, first_twice, fold, is_storable
from conductor.lib.text import plain_cell as text_of_cell


@pytest.mark.parametrize(
    ("said", "kept"),
    [("  Spring  ", "Spring"), ("e\u0301", "é"), (None, ""), ("", ""), ("👩‍👩‍👧", "👩‍👩‍👧"), ("שלום", "שלום")],
)
def test_text_is_brought_into_one_form(said: str | None, kept: str) -> None:
    assert clean(said, "name", most=20) == kept


def test_lines_are_kept_only_where_they_are_wanted() -> None:
    assert clean("a\r\nb\rc\td", "goal", most=20, lines=True) == "a\nb\nc\td"
    with pytest.raises(BadInput):
        clean("a\nb", "name", most=20)


@pytest.mark.parametrize(
    "said", ["a\x00b", "a\x1bb", "a\u202eb", "a\u2066b", "a\ud800b", "a\u200bb", "a\u00adb", 7, ["a"], True]
)
def test_what_is_no_text_is_refused_by_its_field(said: object) -> None:
    with pytest.raises(BadInput) as refused:
        clean(said, "name", most=20)
    assert list(refused.value.errors) == ["name"]


@pytest.mark.parametrize("said", ["a" * 21, "a" * 10_000_000, "a" + "\u0301" * 5000])
def test_what_is_too_long_says_the_limit(said: str) -> None:
    with pytest.raises(BadInput) as refused:
        clean(said, "name", most=20)
    assert refused.value.code == "too_long"
    assert refused.value.errors["name"][0].endswith("the limit is 20.")


def test_blank_is_refused_where_something_is_needed() -> None:
    assert clean("  ", "name", most=20) == ""
    with pytest.raises(BadInput):
        clean(" \u00a0 ", "name", most=20, required=True)


@given(st.text(max_size=30))
def test_cleaning_twice_changes_nothing_more(said: str) -> None:
    try:
        once = clean(said, "name", most=100, lines=True)
    except BadInput:
        return
    assert clean(once, "name", most=100, lines=True) == once


@given(st.text(max_size=30))
def test_twins_fold_to_the_same(said: str) -> None:
    assert fold(fold(said)) == fold(said)
    assert fold(f"  {said} ") == fold(said)


@pytest.mark.parametrize("value", ["a", 1, None, {"a": [1, "é", {"\U0001f600": ()}]}, ["\\u0000"], [[]] * 1000])
def test_what_a_database_takes(value: object) -> None:
    assert is_storable(value)


@pytest.mark.parametrize("value", ["\x00", {"a": ["\ud800"]}, {"\udfff": 1}, [("x", "\x00")]])
def test_what_no_database_takes(value: object) -> None:
    assert not is_storable(value)


def test_endless_nesting_is_not_stored() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert not is_storable(loop)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Larkspur; spring 20 %", "Larkspur; spring 20 %"),
        ("=1+1", "'=1+1"),
        ("Spring;=1+cmd|' /C calc'!A0", "Spring;'=1+cmd|' /C calc'!A0"),
        ('Spring; "@SUM(1)', "Spring; \"'@SUM(1)"),
        (";=1", ";'=1"),
    ],
)
def test_no_cell_is_a_formula_whatever_ends_a_cell(text: str, cell: str) -> None:
    assert text_of_cell(text) == cell


def test_the_first_name_that_stands_twice_is_found_in_one_pass() -> None:
    assert first_twice(["a", "b", "b", "a"]) == "b"
    assert first_twice(["a", "b"]) is None
    assert first_twice(f"n{number % 299_999}" for number in range(300_000)) == "n0"
