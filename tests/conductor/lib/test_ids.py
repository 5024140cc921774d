"""Keys, short forms, canonical JSON."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conductor.lib import ids

LEAVES = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


def test_keys_are_uuids_that_sort_by_time() -> None:
    keys = [ids.new_id() for _ in range(1000)]
    assert all(isinstance(key, uuid.UUID) and key.version == 7 for key in keys)
    assert keys == sorted(keys)


def test_short_forms_made_in_the_same_moment_differ() -> None:
    shorts = {ids.short(ids.new_id()) for _ in range(100)}
    assert len(shorts) == 100
    assert {len(short) for short in shorts} == {8}


def test_order_of_fields_does_not_change_the_hash() -> None:
    assert ids.content_hash({"a": 1, "b": [2]}) == ids.content_hash({"b": [2], "a": 1})


def test_the_hash_is_the_well_known_one() -> None:
    assert ids.sha256_hex("") == ids.sha256_hex(b"")
    assert ids.sha256_hex("abc").startswith("ba7816bf8f01cfea")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": [float("-inf")]}, object(), {1, 2}])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        ids.canonical_json(value)


@given(JSON)
def test_canonical_text_is_stable(value: object) -> None:
    assert ids.canonical_json(value) == ids.canonical_json(value)
