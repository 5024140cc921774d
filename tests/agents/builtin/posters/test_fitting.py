"""Fitting: everything stays in its box, no word is lost, none is broken that could stay whole, none stands alone."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.builtin.posters.fitting import Style, _break, fit, measure, same_size
from agents.builtin.posters.lettering import readable
from agents.builtin.posters.typography import HEADS

BOX = (900.0, 400.0)
BODY = Style("Inter-400", 1.3)
TEXT = st.text(max_size=160).map(lambda text: readable(text)[0])


@settings(max_examples=60, deadline=None)
@given(text=TEXT, wide=st.floats(40, 1000), tall=st.floats(20, 1200), head=st.sampled_from(sorted(HEADS)))
def test_a_text_stays_in_its_box(text: str, wide: float, tall: float, head: str) -> None:
    block = fit(text, HEADS[head], (wide, tall), largest=300)
    assert block.width <= wide + 0.01
    assert block.height <= tall + 0.01


def test_lines_are_not_evened_where_the_new_last_one_reaches_below_the_box() -> None:
    block = fit("0 ; 0", HEADS["Bricolage Grotesque"], (40.0, 36.0), largest=300)
    assert block.height <= 36.0


@settings(max_examples=60, deadline=None)
@given(text=TEXT)
def test_no_letter_is_lost(text: str) -> None:
    block = fit(text, Style("Inter-600"), (300, 300), largest=80)
    assert "".join(block.lines).replace(" ", "").replace("-", "") == text.replace(" ", "").replace("-", "")


def test_a_width_is_that_of_the_longest_line() -> None:
    block = fit("one two three", Style("Inter-400"), (5000, 200), largest=50)
    assert block.lines == ("one two three",)
    assert block.width == pytest.approx(measure("one two three", block.style) * 50)


def test_a_smaller_box_makes_a_smaller_text() -> None:
    sizes = [fit("Made from recycled sails", Style("Inter-800"), (w, 300), largest=200).size for w in (900, 600, 300)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3


def test_a_word_is_broken_only_where_it_fits_nowhere_whole() -> None:
    whole = fit("Donaudampfschifffahrtsgesellschaft", Style("Inter-800"), BOX, largest=200)
    assert len(whole.lines) == 1
    broken = fit("Donaudampfschifffahrtsgesellschaft" * 3, Style("Inter-800"), (200, 800), largest=200, smallest=40)
    assert len(broken.lines) > 1
    assert broken.lines[0].endswith("-")


@pytest.mark.parametrize(
    "text",
    [
        "Boots made from recycled sails",
        "Bring your own cup and pay 30 pence less",
        "Repairs are free for ten whole years",
    ],
)
def test_no_word_stands_alone_in_the_last_line(text: str) -> None:
    for wide in (400, 500, 620, 760):
        block = fit(text, Style("Inter-800"), (wide, 500), largest=110)
        if len(block.lines) > 1:
            assert block.widths[-1] > 0.3 * block.width, block.lines


def test_capitals_are_measured_as_capitals() -> None:
    style = Style("Anton-400", caps=True)
    block = fit("straße", style, BOX, largest=100)
    assert block.lines == ("STRASSE",)
    assert block.width == pytest.approx(measure("STRASSE", style) * 100)


def test_blocks_beside_each_other_take_the_smallest_size() -> None:
    blocks = [fit(text, Style("Inter-600"), (300, 60), largest=60) for text in ("Short", "A much longer line of text")]
    assert {block.size for block in same_size(blocks)} == {min(block.size for block in blocks)}


def test_each_sentence_of_a_headline_has_lines_of_its_own() -> None:
    block = fit("Once a racing sail. Now your backpack.", Style("Inter-600"), BOX, largest=150)
    assert block.lines[0] == "Once a racing sail."
    assert block.width <= BOX[0]
    assert block.height <= BOX[1]


def test_sentences_share_a_line_where_parting_them_would_cost_much_size() -> None:
    text = "Yes. No two packs in all the world look quite the same. No. Really none of them do."
    block = fit(text, Style("Inter-600"), (900.0, 200.0), largest=150)
    assert block.height <= 200.0
    assert "Yes." not in block.lines


def test_a_number_stays_with_what_it_counts() -> None:
    block = fit("Last winter the shelter gave 4,200 nights of sleep", Style("Inter-600"), (460.0, 400.0), largest=80)
    assert not [line for line in block.lines if line[-1].isdigit()]


@pytest.mark.parametrize("text", ["漢" * 40_000, "word " * 8_000, "w" * 40_000])
def test_a_text_of_any_length_finds_its_size_at_once(text: str) -> None:
    started = time.process_time()
    block = fit(text, BODY, (900, 170), largest=24, smallest=15)
    assert time.process_time() - started < 5
    assert "".join("".join(block.lines).split()).replace("-", "") == "".join(text.split())


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="iWmVA-漢\u0301é", min_size=1, max_size=40), st.floats(0, 12))
def test_a_broken_word_takes_as_many_letters_as_find_room(word: str, room: float) -> None:
    first = _break([word], BODY, room)[0]
    if measure(word, BODY) <= room:
        assert first == word
    elif len(word) > 2 and first != word:
        taken = len(first) - 1
        assert taken == 1 or measure(first, BODY) <= room
        assert taken == len(word) - 1 or measure(word[: taken + 1] + "-", BODY) > room
