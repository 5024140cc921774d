from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campaigns.queries import diffs
from campaigns.queries.diffs import Change, Part, changes, words

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)


def test_a_changed_word_is_one_removed_and_one_added() -> None:
    assert words("Book in ten minutes.", "Book in two minutes.") == (
        Part("same", "Book in "), Part("removed", "ten"), Part("added", "two"), Part("same", " minutes."),
    )  # fmt: skip


def test_only_places_that_differ_are_told_by_their_path() -> None:
    old = {"headlines": [{"text": "A"}, {"text": "B"}], "note": "x"}
    new = {"headlines": [{"text": "A"}, {"text": "C"}], "tone": "dry"}
    assert [change.path for change in changes(old, new)] == ["headlines[1].text", "tone", "note"]
    assert changes(old, old) == ()


def test_a_whole_new_piece_is_all_added() -> None:
    assert changes({}, {"text": "Hello"}) == (Change("text", (Part("added", "Hello"),)),)


def test_a_very_long_text_is_replaced_whole() -> None:
    long = "a " * (diffs.MOST_WORDS + 1)
    assert [part.op for part in words(long, long + "b")] == ["removed", "added"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_parts_give_back_both_texts(old: str, new: str) -> None:
    parts = words(old, new)
    assert "".join(part.text for part in parts if part.op != "added") == old
    assert "".join(part.text for part in parts if part.op != "removed") == new


@given(JSON, JSON)
def test_any_two_contents_can_be_compared(old: object, new: object) -> None:
    for change in changes(old, new):
        assert any(part.op != "same" for part in change.parts)
