from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.kinds import brief as briefs
from campaigns.kinds.brief import DEFAULT_LIMITS, Normalised, cut_at_word, normalise
from conductor.lib.errors import BadInput
from conductor.lib.ids import canonical_json

WHOLE: dict[str, Any] = {
    "objective": "Win 200 subscribers by the end of May.",
    "audience": "People who work at night.",
    "product": "Ember & Oak: coffee roasted on demand, from 9.50 a bag.",
    "tone": "warm, plain",
    "key_messages": ["Roasted the day it ships."],
    "constraints": {
        "max_words": 120,
        "prohibited_terms": ["best in the world"],
        "required_terms": ["Ember & Oak"],
        "disclaimers": ["Prices include VAT."],
        "required_hashtags": ["EmberAndOak"],
        "banned_hashtags": ["deal"],
        "emoji": "sparing",
    },
    "brand": {
        "name": "Ember & Oak",
        "adjectives": ["honest"],
        "palette": ["#5B2E1A"],
        "guidelines": "No jargon.",
        "prefer": ["roasted"],
        "avoid": ["cheap -> fair", "premium"],
    },
    "claims": [{"claim": "Roasted the day it ships.", "proof": "Roast log, kept for a year."}],
    "link": "https://ember.example/spring?from=poster",
    "platforms": ["instagram"],
    "mode": "parallel",
    "language": "en",
}


def refused(raw: object, **how: Any) -> dict[str, list[str]]:
    with pytest.raises(BadInput) as caught:
        normalise(raw, **how)
    assert all(caught.value.errors.values())
    return caught.value.errors


def code_of(raw: object) -> str:
    with pytest.raises(BadInput) as caught:
        normalise(raw)
    return caught.value.code


def test_a_whole_brief_is_complete() -> None:
    read = normalise(WHOLE)
    assert read.brief == {"schema": 1, **WHOLE}
    assert read.cuts == ()
    assert briefs.missing(read.brief) == {}


def test_an_empty_draft_has_every_field_and_says_what_is_missing() -> None:
    draft = normalise({}).brief
    assert set(draft) == {"schema", *WHOLE}
    assert draft["constraints"]["prohibited_terms"] == []
    assert set(briefs.missing(draft)) == {
        "brief.objective", "brief.audience", "brief.product", "brief.tone", "brief.platforms",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["objective", "audience", "product", "tone"])
@pytest.mark.parametrize("nothing", [None, "", " \n\t "])
def test_nothing_in_a_needed_field_is_a_draft(name: str, nothing: str | None) -> None:
    assert list(briefs.missing(normalise({**WHOLE, name: nothing}).brief)) == [f"brief.{name}"]


def test_normalising_again_changes_nothing() -> None:
    first = normalise({**WHOLE, "platforms": ["X", "linkedin", "twitter"], "objective": "a\r\n\r\n\r\n b  c"})
    assert normalise(first.brief) == first
    assert normalise(json.loads(canonical_json(first.brief))) == first


def test_spaces_lines_and_letters_get_one_form() -> None:
    text = "\ufeff  Cafe\u0301  au\tlait \r\n\r\n\r\n\n second\u00a0line \r third "
    brief = normalise({"objective": text, "tone": "warm,\n plain"}).brief
    assert brief["objective"] == "Caf\u00e9 au lait\n\nsecond line\nthird"
    assert brief["tone"] == "warm, plain"


def test_right_to_left_text_and_emoji_are_text() -> None:
    assert normalise({"objective": "قهوة 👩🏽‍🍳 طازجة"}).brief["objective"] == "قهوة 👩🏽‍🍳 طازجة"


def test_twins_in_lists_are_kept_once_and_blank_entries_left_out() -> None:
    brief = normalise({"key_messages": ["Fresh", " fresh ", "", "\uff26\uff32\uff25\uff33\uff28", "Fair"]}).brief
    assert brief["key_messages"] == ["Fresh", "Fair"]


def test_platforms_get_their_own_names_once() -> None:
    assert normalise({"platforms": ["X", "Twitter/X", " LinkedIn "]}).brief["platforms"] == ["twitter", "linkedin"]


def test_an_unknown_platform_is_refused_by_place_and_the_known_ones_told() -> None:
    (words,) = refused({"platforms": ["linkedin", "myspace"]})["brief.platforms[1]"]
    assert "'myspace'" in words
    assert "instagram" in words


def test_a_choice_of_platforms_may_not_be_empty() -> None:
    assert briefs.platforms(["x"]) == ["twitter"]
    for wrong in ([], None, "x", ["nowhere"], [3]):
        with pytest.raises(BadInput):
            briefs.platforms(wrong)


@pytest.mark.parametrize("raw", [None, [], "text", 3, True])
def test_a_brief_is_an_object(raw: object) -> None:
    assert list(refused(raw)) == ["brief"]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"objective": 3}, "brief.objective"),
        ({"objective": ["a"]}, "brief.objective"),
        ({"tone": True}, "brief.tone"),
        ({"key_messages": "one"}, "brief.key_messages"),
        ({"key_messages": ["a", 2]}, "brief.key_messages[1]"),
        ({"constraints": []}, "brief.constraints"),
        ({"brand": "Ember"}, "brief.brand"),
        ({"platforms": "instagram"}, "brief.platforms"),
        ({"platforms": [None]}, "brief.platforms[0]"),
        ({"mode": "zigzag"}, "brief.mode"),
        ({"mode": 1}, "brief.mode"),
        ({"language": "English, please"}, "brief.language"),
        ({"language": 7}, "brief.language"),
        ({"schema": 2}, "brief.schema"),
        ({"schema": 0}, "brief.schema"),
        ({"schema": "1"}, "brief.schema"),
        ({"schema": True}, "brief.schema"),
    ],
)
def test_a_wrong_type_or_value_is_refused_by_field(raw: dict[str, Any], field: str) -> None:
    assert list(refused(raw)) == [field]


@pytest.mark.parametrize("number", [0, -1, 10_001, 2**63, 1.5, float("nan"), float("inf"), True, "ten", [], {}])
def test_a_word_limit_is_a_sensible_whole_number(number: object) -> None:
    assert list(refused({"constraints": {"max_words": number}})) == ["brief.constraints.max_words"]


@pytest.mark.parametrize(("number", "read"), [("120", 120), (1, 1), (None, None), ("", None)])
def test_a_word_limit_may_come_from_a_form(number: object, read: int | None) -> None:
    assert normalise({"constraints": {"max_words": number}}).brief["constraints"]["max_words"] == read


def test_unknown_fields_are_refused_at_every_level() -> None:
    errors = refused({"goal": "x", "constraints": {"length": 3}, "brand": {"logo": "x"}, "\ud800": 1})
    assert set(errors) == {"brief.goal", "brief.constraints.length", "brief.brand.logo", "brief.\\ud800"}


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x7f", "\u202e", "\u2066", "\ud800"])
def test_characters_that_are_no_text_are_refused_by_their_code(char: str) -> None:
    (words,) = refused({"objective": f"a{char}b"})["brief.objective"]
    assert f"U+{ord(char):04X}" in words
    words.encode()


def test_every_fault_is_told_at_once() -> None:
    assert len(refused({"objective": 1, "tone": "\x00", "platforms": ["?"], "extra": 1})) == 4


@pytest.mark.parametrize("over", [1, 10_000_000])
@pytest.mark.parametrize("name", ["objective", "audience", "product", "tone"])
def test_a_text_over_its_limit_names_field_length_and_limit(name: str, over: int) -> None:
    most = DEFAULT_LIMITS[name]
    assert normalise({name: "x" * most}).brief[name] == "x" * most
    (words,) = refused({name: "x" * (most + over)})[f"brief.{name}"]
    assert words == f"Has {most + over:,} characters; the limit is {most:,}."


def test_only_too_long_has_its_own_code() -> None:
    assert code_of({"tone": "x" * 301}) == "too_long"
    assert code_of({"tone": "x" * 301, "audience": 3}) == "invalid"


def test_limits_are_settings() -> None:
    assert list(refused({"tone": "warm"}, limits={"tone": 3})) == ["brief.tone"]
    assert normalise({"tone": "x" * 400}, limits={"tone": 400}).brief["tone"] == "x" * 400


def test_lists_have_a_length_too() -> None:
    (words,) = refused({"key_messages": ["a"] * 21})["brief.key_messages"]
    assert "21" in words
    assert refused({"constraints": {"required_terms": ["a"] * 201}})


def test_truncating_cuts_at_a_word_and_reports_it() -> None:
    read = normalise({"tone": "word " * 100, "key_messages": ["m" * 400]}, truncate=True)
    assert read.brief["tone"] == ("word " * 60).strip()
    assert [(cut.field, cut.length, cut.limit, cut.kept) for cut in read.cuts] == [
        ("brief.tone", 499, 300, 299),
        ("brief.key_messages[0]", 400, 300, 300),
    ]
    assert read.cuts[0].words == "brief.tone had 499 characters; cut to 299 (the limit is 300)."


def test_disclaimers_and_terms_are_never_cut() -> None:
    long = {"disclaimers": ["d" * 501], "prohibited_terms": ["p" * 101], "required_terms": ["r" * 101]}
    assert len(refused({"constraints": long}, truncate=True)) == 3


def test_a_term_cannot_be_required_and_prohibited() -> None:
    errors = refused({"constraints": {"required_terms": ["fair", "Free"], "prohibited_terms": ["FREE"]}})
    assert list(errors) == ["brief.constraints.required_terms[1]"]


def test_equal_content_has_the_same_hash_and_seed_by_whatever_way() -> None:
    one = normalise(WHOLE).brief
    other = normalise({**dict(reversed(WHOLE.items())), "tone": " warm,  plain ", "platforms": ["Instagram"]}).brief
    assert briefs.brief_hash(one) == briefs.brief_hash(other)
    assert briefs.default_seed(one) == briefs.default_seed(other) < 2**53


def test_the_mode_is_not_content_but_every_other_field_is() -> None:
    base = normalise(WHOLE).brief
    assert briefs.brief_hash(base) == briefs.brief_hash(normalise({**WHOLE, "mode": None}).brief)
    for name in ("objective", "audience", "product", "tone"):
        assert briefs.brief_hash(base) != briefs.brief_hash(normalise({**WHOLE, name: "other"}).brief)


def test_the_hash_is_the_same_on_every_machine_and_in_every_version() -> None:
    assert briefs.brief_hash(normalise({}).brief) == "751e520a55f16598047c04d51a71d544fd8b8ff88410959a1f1dd6c3d6e51c37"


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("one two three", 9, "one two"),
        ("one two three", 7, "one two"),
        ("one two three", 100, "one two three"),
        ("a verylongwordthatneverends", 10, "a verylong"),
        ("abc👩‍🍳", 4, "abc"),
        ("abce\u0301f", 4, "abc"),
        ("ab🇩🇪", 3, "ab"),
        ("ab👍🏽", 3, "ab"),
    ],
)
def test_cutting_keeps_words_and_composed_characters_whole(text: str, most: int, cut: str) -> None:
    assert cut_at_word(text, most) == cut


@given(st.text(max_size=400), st.integers(1, 120))
def test_a_cut_is_a_beginning_and_never_too_long(text: str, most: int) -> None:
    cut = cut_at_word(text, most)
    assert len(cut) <= most
    assert text.startswith(cut)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
NUMBERS = st.fixed_dictionaries({}, optional={"max_words": JSON, "disclaimers": JSON})
NEAR = st.fixed_dictionaries({}, optional={name: JSON | NUMBERS | st.just(value) for name, value in WHOLE.items()})


@given(NEAR | JSON, st.booleans())
def test_anything_is_either_read_or_refused_by_field(raw: Any, truncate: bool) -> None:
    try:
        read = normalise(raw, truncate=truncate)
    except BadInput:
        for words in refused(raw, truncate=truncate).values():
            canonical_json(words).encode()
        return
    canonical_json(read.brief).encode()
    assert normalise(read.brief) == Normalised(read.brief)
