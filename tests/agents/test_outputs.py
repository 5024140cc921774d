"""What agents write is bounded and safe before anybody looks at it."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.outputs import MAX_DEPTH, InvalidOutput, OutputTooLarge, clean_text, encode, read_object

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '\ufeff {"a": 1}\n',
        '```json\n{"a": 1}\n```',
        '```\n{"a": 1}```',
        'Here it is:\n{"a": 1}\nI hope it helps.',
        b'{"a": 1}',
        b'\xef\xbb\xbf{"a": 1}',
    ],
)
def test_the_one_object_is_found(text: str | bytes) -> None:
    assert read_object(text, 1_000) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("I would rather not.", "no JSON object"),
        ("[1, 2]", "not a JSON object"),
        ('{"a": 1', "not valid JSON"),
        ("{'a': 1}", "not valid JSON"),
        ('{"a": NaN}', "not a number"),
        ('{"a": -Infinity}', "not a number"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"b": {"a": 1, "a": 2}}', "twice"),
        ('{"a": 1} {"b": 2}', "more than one"),
        ("<html>502</html>", "no JSON object"),
        (b"\xff\xfe", "UTF-8"),
        ('{"a":' * 100_000, "."),
    ],
)
def test_anything_else_is_refused_with_the_reason(text: str | bytes, word: str) -> None:
    with pytest.raises(InvalidOutput, match=word):
        read_object(text, 10_000_000)


@pytest.mark.parametrize("text", ["x" * 11, b"x" * 11])
def test_too_long_is_refused_before_it_is_read(text: str | bytes) -> None:
    with pytest.raises(OutputTooLarge, match="11 bytes"):
        read_object(text, 10)


@pytest.mark.parametrize("value", [math.nan, math.inf, {1, 2}, object(), b"x", "a\x00b", "\ud800"])
def test_what_json_or_a_database_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(InvalidOutput):
        encode({"a": [value]}, 1_000_000)


def test_number_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(InvalidOutput):
        encode(read_object('{"a": 1e999}', 100), 100)


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def test_depth_is_bounded_exactly() -> None:
    assert encode(nested(MAX_DEPTH), 10_000)
    with pytest.raises(InvalidOutput, match="deeper"):
        encode(nested(MAX_DEPTH + 1), 10_000)
    with pytest.raises(InvalidOutput, match="deep"):
        encode(nested(200_000), 10_000_000)


def test_many_brackets_are_not_depth() -> None:
    assert encode({"a": [[] for _ in range(1_000)]}, 100_000)


def test_size_is_bounded_in_bytes() -> None:
    assert encode({"a": "é"}, 10)
    with pytest.raises(OutputTooLarge):
        encode({"a": "éé"}, 11)


def test_backslash_u0000_as_text_is_no_nul() -> None:
    assert encode({"a": "\\u0000"}, 100)


@given(st.dictionaries(st.text(max_size=8), PLAIN, max_size=5))
def test_reading_gives_back_what_was_encoded(value: dict[str, Any]) -> None:
    try:
        data = encode(value, 100_000)
    except InvalidOutput:
        return  # NUL and lone surrogates are refused
    assert read_object(data, 100_000) == value


@given(st.text(), st.integers(50, 200))
def test_cleaned_text_is_storable_and_short(text: str, most: int) -> None:
    cleaned = clean_text(text * 10, most)
    assert "\x00" not in cleaned
    assert len(cleaned) <= most + 40
    cleaned.encode("utf-8")


def test_cleaned_text_keeps_start_and_end() -> None:
    cleaned = clean_text("start" + "x" * 10_000 + "end", 200)
    assert cleaned.startswith("start")
    assert cleaned.endswith("end")
    assert "left out" in cleaned


def test_a_number_longer_than_python_writes_is_refused() -> None:
    with pytest.raises(InvalidOutput):
        encode({"a": 10**5_000}, 1_000_000)
