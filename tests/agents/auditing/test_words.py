"""Terms and sentences are found at their exact place, whatever the letters look like."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.auditing.words import count_words, find_term, first_words, fold, holds_term, sentences, stem, stems

LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80)
WORD = st.text(st.sampled_from("abcdefgéüßñжцщ漢字"), min_size=1, max_size=8)


@given(LETTERS)
def test_folding_knows_where_every_letter_came_from(text: str) -> None:
    folded = fold(text)
    assert len(folded.letters) == len(folded.places)
    assert all(0 <= place < len(text) for place in folded.places)
    assert list(folded.places) == sorted(folded.places)


@given(before=LETTERS, term=WORD, after=LETTERS)
def test_a_planted_term_is_found_exactly_there(before: str, term: str, after: str) -> None:
    text = f"{before} {term} {after}"
    start = len(before) + 1
    assert (start, start + len(term)) in find_term(text, term)


@given(LETTERS, WORD)
def test_every_span_lies_in_the_text_and_says_the_term(text: str, term: str) -> None:
    for start, end in find_term(text, term):
        assert 0 <= start < end <= len(text)
        assert fold(term).letters in fold(text[start:end]).letters


@given(before=LETTERS, term=WORD)
def test_case_and_composition_make_no_difference(before: str, term: str) -> None:
    for form in (term.upper(), unicodedata.normalize("NFD", term), unicodedata.normalize("NFKC", term)):
        assert holds_term(f"{before} {form}", term)


@pytest.mark.parametrize(
    ("text", "term", "quotes"),
    [
        ("Cheap, CHEAP and cheapest", "cheap", ["Cheap", "CHEAP"]),
        ("the  best\nprice", "best price", ["best\nprice"]),
        ("che\u200bap", "cheap", ["che\u200bap"]),
        ("ｃｈｅａｐ", "cheap", ["ｃｈｅａｐ"]),  # noqa: RUF001 - wide letters are the point
        ("Cafe\u0301s and cafe\u0301", "café", ["cafe\u0301"]),
        ("café", "cafe", []),
        ("cafe\u0301", "cafe", []),
        ("STRASSE", "straße", ["STRASSE"]),
        ("100% sure", "100%", ["100%"]),
        ("1100%", "100%", []),
        ("买最好的茶", "最好", ["最好"]),
        ("a.b", "a.b", ["a.b"]),
        ("axb", "a.b", []),
        ("best-ever", "best", ["best"]),
        ("", "x", []),
        ("x", "", []),
        ("x", " \u200b ", []),
    ],
)
def test_terms_by_example(text: str, term: str, quotes: list[str]) -> None:
    assert [text[start:end] for start, end in find_term(text, term)] == quotes


@given(LETTERS)
def test_sentences_are_spans_in_order(text: str) -> None:
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        last = end


def test_sentences_end_where_readers_think() -> None:
    text = 'One. Two costs 3.50 euros! "Three?"\nFour'
    assert [text[start:end] for start, end in sentences(text)] == ["One.", "Two costs 3.50 euros!", '"Three?"', "Four"]


@pytest.mark.parametrize(("text", "words"), [("", 0), ("don't stop", 2), ("café—bar", 2), ("3,5 kg", 3), ("漢字", 1)])
def test_words_are_counted(text: str, words: int) -> None:
    assert count_words(text) == words


@given(LETTERS, st.integers(1, 10))
def test_first_words_are_a_start_of_so_many_words(text: str, most: int) -> None:
    start = first_words(text, most)
    assert text.startswith(start)
    assert count_words(start) == min(most, count_words(text))


@pytest.mark.parametrize(("one", "other"), [("repairs", "repairing"), ("Weighs", "weigh"), ("recycled", "recycles")])
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_stems_leave_out_what_says_nothing() -> None:
    assert stems("it is the best of all") == {stem("best")}
    assert stems("it is") == {stem("it"), stem("is")}
