"""Patches change flagged spans and nothing else, whatever the text is made of."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.auditing.patches import MAX_TEXT, Applied, apply_patches
from agents.auditing.pieces import text_at

PATH = "bodies[0].text"


def content(text: str = "We sell cheap coats and cheap hats.") -> dict[str, Any]:
    return {
        "headlines": [{"text": "Warm"}, {"text": "Warmer"}],
        "bodies": [{"text": text, "words": 7}],
        "language": "en",
        "warnings": [],
    }


def patch(start: int, end: int, replacement: str, path: str = PATH, **more: Any) -> dict[str, Any]:
    return {"path": path, "start": start, "end": end, "replacement": replacement, **more}


def applied(text: str, *patches: dict[str, Any]) -> str | None:
    return text_at(apply_patches(content(text), patches).content, PATH)


def why(done: Applied) -> str:
    (refusal,) = done.refused
    return refusal[1]


def test_a_span_is_replaced_and_the_rest_is_the_same() -> None:
    before = content()
    done = apply_patches(before, [patch(8, 13, "good", quote="cheap")])
    assert text_at(done.content, PATH) == "We sell good coats and cheap hats."
    assert (done.applied, done.refused, done.paths) == ((0,), (), (PATH,))
    assert done.content["headlines"] is before["headlines"]


def test_what_was_handed_in_is_not_changed() -> None:
    before = content()
    kept = copy.deepcopy(before)
    apply_patches(before, [patch(8, 13, "good")])
    assert before == kept


def test_computed_fields_are_left_to_the_role() -> None:
    assert apply_patches(content(), [patch(8, 13, "very good")]).content["bodies"][0]["words"] == 7


def test_several_patches_hold_their_places_in_any_order() -> None:
    text = "We sell cheap coats and cheap hats."
    both = [patch(24, 29, "inexpensive"), patch(8, 13, "good")]
    wanted = "We sell good coats and inexpensive hats."
    assert applied(text, *both) == applied(text, *reversed(both)) == wanted


def test_an_insertion_has_an_empty_span() -> None:
    assert applied("Hello.", patch(6, 6, " Terms apply.")) == "Hello. Terms apply."


def test_insertions_at_one_place_stand_in_the_order_given() -> None:
    assert applied("Hi", patch(2, 2, " one"), patch(2, 2, " two")) == "Hi one two"


def test_the_worse_finding_is_inserted_first() -> None:
    low, high = patch(2, 2, " low", severity="low"), patch(2, 2, " high", severity="high")
    assert applied("Hi", low, high) == "Hi high low"


def test_an_insertion_before_a_replaced_word_goes_with_it() -> None:
    assert applied("a cheap coat", patch(2, 7, "good"), patch(2, 2, "very ")) == "a very good coat"


def test_of_overlapping_patches_the_first_by_position_wins() -> None:
    done = apply_patches(content("one two three"), [patch(4, 13, "B"), patch(0, 7, "A")])
    assert text_at(done.content, PATH) == "A three"
    assert done.applied == (1,)
    assert "overlaps patch 1" in why(done)


def test_at_one_position_the_worse_wins() -> None:
    mild, bad = patch(0, 3, "mild", severity="low"), patch(0, 7, "bad", severity="critical")
    done = apply_patches(content("one two three"), [mild, bad])
    assert (text_at(done.content, PATH), done.applied) == ("bad three", (1,))


def test_patches_that_only_touch_are_both_applied() -> None:
    assert applied("onetwo", patch(0, 3, "1"), patch(3, 6, "2")) == "12"


def test_the_same_patch_twice_is_applied_once() -> None:
    done = apply_patches(content("Hi"), [patch(2, 2, "!"), patch(2, 2, "!")])
    assert (text_at(done.content, PATH), done.applied, done.refused) == ("Hi!", (0, 1), ())


def test_a_patch_is_refused_where_its_quote_no_longer_stands() -> None:
    done = apply_patches(content("We sell good coats."), [patch(8, 13, "fair", quote="cheap")])
    assert "no longer stands" in why(done)
    assert (done.content, done.paths) == (content("We sell good coats."), ())


def test_one_refused_patch_does_not_stop_the_others() -> None:
    done = apply_patches(content("one two"), [patch(0, 99, "x"), patch(4, 7, "2")])
    assert (text_at(done.content, PATH), done.applied) == ("one 2", (1,))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("nonsense", "not a patch"),
        (patch(0, 1, "x", path="bodies[9].text"), "no text at"),
        (patch(0, 1, "x", path="bodies[0].words"), "no text at"),
        (patch(0, 1, "x", path="bodies[0].text; rm"), "no text at"),
        (patch(0, 1, "x", path="../bodies[0].text"), "no text at"),
        (patch(0, 1, 7), "not text"),  # type: ignore[arg-type]
        (patch(0, 1, "a\x00b"), "not text"),
        (patch(0, 1, "a\ud800b"), "not text"),
        (patch(3, 1, "x"), "not within"),
        (patch(-2, 1, "x"), "not within"),
        (patch(0, 3_000, "x"), "not within"),
        ({**patch(0, 1, "x"), "start": True}, "not two numbers"),
        ({**patch(0, 1, "x"), "end": "1"}, "not two numbers"),
        (patch(0, 2, "We"), "changes nothing"),
        (patch(0, 35, "  "), "leave nothing"),
        (patch(0, 0, "x" * MAX_TEXT), "grow beyond"),
    ],
)
def test_what_cannot_be_applied_is_refused_in_words(bad: Any, words: str) -> None:
    done = apply_patches(content(), [bad])
    assert words in why(done)
    assert (done.content, done.applied) == (content(), ())


def test_an_accent_stays_with_its_letter() -> None:
    text = "cafe\u0301 noir"
    assert "accent" in why(apply_patches(content(text), [patch(3, 4, "é")]))
    assert applied(text, patch(0, 5, "bar")) == "bar noir"


def test_emoji_and_invisible_characters_beside_a_patch_survive() -> None:
    text = "👩\u200d👩\u200d👧 sells che\u200bap hats 🎩"
    start = text.index("che")
    assert applied(text, patch(start, start + 6, "good")) == "👩\u200d👩\u200d👧 sells good hats 🎩"


def test_nested_paths_are_reached() -> None:
    post = {"platforms": [{"platform": "x", "posts": [{"text": "a"}, {"text": "b", "characters": 1}]}]}
    done = apply_patches(post, [patch(0, 1, "c", path="platforms[0].posts[1].text")])
    assert done.content["platforms"][0]["posts"] == [{"text": "a"}, {"text": "c", "characters": 1}]
    assert done.paths == ("platforms[0].posts[1].text",)


@st.composite
def texts_and_patches(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    text = draw(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40))
    places = st.integers(0, len(text))
    patches = []
    for _ in range(draw(st.integers(0, 6))):
        start, end = sorted((draw(places), draw(places)))
        patches.append(patch(start, end, draw(st.text("ab é🎩", max_size=4)), quote=text[start:end]))
    return text, patches


@settings(deadline=None)
@given(texts_and_patches())
def test_whatever_is_not_in_an_applied_span_stands_as_it_stood(case: tuple[str, list[dict[str, Any]]]) -> None:
    text, patches = case
    done = apply_patches(content(text), patches)
    after = text_at(done.content, PATH)
    assert after is not None
    changes = {(patches[n]["start"], patches[n]["end"], patches[n]["replacement"]) for n in done.applied}
    place = 0
    for start, end, replacement in sorted(changes, key=lambda change: change[:2]):
        here = text[place:start]
        assert after.startswith(here)
        after = after[len(here) :]
        if sum(change[:2] == (start, end) for change in changes) == 1:
            assert after.startswith(replacement)
        after = after[len(replacement) :]
        place = end
    assert after == text[place:]


@settings(deadline=None)
@given(texts_and_patches())
def test_every_patch_is_either_applied_or_refused(case: tuple[str, list[dict[str, Any]]]) -> None:
    text, patches = case
    done = apply_patches(content(text), patches)
    assert sorted([*done.applied, *(number for number, _ in done.refused)]) == list(range(len(patches)))
    assert json.dumps(done.content)
