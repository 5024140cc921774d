"""Findings survive later edits: a span follows its quote, and is gone when the quote was edited."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.auditing.spans import moved


def follow(before: str, after: str, quote: str) -> str | None:
    start = before.index(quote)
    found = moved(before, after, (start, start + len(quote)))
    return None if found is None else after[found[0] : found[1]] + f"@{found[0]}"


BEFORE = "Bread at six. Cheap rolls at seven. Cake at nine."


def test_text_before_moves_a_span() -> None:
    assert follow(BEFORE, f"Good morning! {BEFORE}", "Cheap rolls") == "Cheap rolls@28"


def test_text_after_leaves_a_span_in_place() -> None:
    assert follow(BEFORE, f"{BEFORE} And tea.", "Cheap") == "Cheap@14"


def test_edits_on_both_sides_are_followed() -> None:
    assert follow(BEFORE, "Fresh bread at five. Cheap rolls at eight. No cake.", "Cheap rolls") == "Cheap rolls@21"


def test_an_edited_quote_is_gone() -> None:
    assert follow(BEFORE, BEFORE.replace("Cheap rolls", "Cheap buns"), "Cheap rolls") is None


def test_a_longer_word_is_not_the_word() -> None:
    assert follow(BEFORE, BEFORE.replace("Cheap", "Cheaper"), "Cheap") is None


def test_a_removed_quote_is_gone_although_its_letters_stand_elsewhere() -> None:
    assert follow("An at the gate. Meet at six.", "An the gate. Meet at six.", "at the") is None


def test_of_two_equal_words_the_right_one_is_followed() -> None:
    assert moved("red, blue, red", "blue, red", (11, 14)) == (6, 9)


def test_a_sentence_that_moved_is_found() -> None:
    after = "Cake at nine. Bread at six. Cheap rolls at seven."
    assert follow(BEFORE, after, "Cheap rolls at seven.") == "Cheap rolls at seven.@28"


def test_changed_space_around_is_no_change() -> None:
    assert follow(BEFORE, BEFORE.replace(". ", ".\n\n"), "Cheap rolls") == "Cheap rolls@15"


def test_the_end_of_a_text_stays_behind_its_last_word() -> None:
    assert moved("Hello.", "Hello. Terms apply.", (6, 6)) == (6, 6)
    assert moved("Hello.", "Well, hello. Hello.", (6, 6)) == (19, 19)


def test_the_beginning_stays_the_beginning() -> None:
    assert moved("Hello.", "Oh! Hello.", (0, 0)) == (0, 0)


def test_space_is_followed_too() -> None:
    assert moved("one  two three", "zero one  two four", (3, 5)) == (8, 10)


def test_unchanged_text_moves_nothing() -> None:
    assert moved(BEFORE, BEFORE, (3, 9)) == (3, 9)


def test_a_span_outside_the_text_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="not within"):
        moved("abc", "abd", (2, 9))


def test_a_long_text_with_edits_everywhere_is_followed() -> None:
    before = " ".join(f"the word{number} and, so to say, more of it." for number in range(500))
    after = before.replace("7 and", "7 or").replace("word23", "term")
    assert follow(before, after, "word301 and, so") == f"word301 and, so@{after.index('word301 ')}"
    assert follow(before, after, "word297 and") is None


letters = st.text(st.sampled_from("ab ,.é\u0301🎩\u200b\n"), max_size=30)


@settings(deadline=None)
@given(letters, letters, st.data())
def test_what_is_found_is_the_very_same_text(before: str, after: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    found = moved(before, after, (start, end))
    if found is not None:
        assert 0 <= found[0] <= found[1] <= len(after)
        assert after[found[0] : found[1]] == before[start:end]


words = st.lists(st.sampled_from(["bread", "cake", "tea"]), max_size=8).map(" ".join)


@settings(deadline=None)
@given(words, words, words, words)
def test_a_quote_between_edits_is_always_found(left: str, right: str, new_left: str, new_right: str) -> None:
    before, after = f"{left} unmistakable quote {right}", f"{new_left} unmistakable quote {new_right}"
    start = before.index("unmistakable")
    found = moved(before, after, (start, start + 18))
    assert found is not None
    assert found[0] == after.index("unmistakable")
