from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from campaigns.kinds import yaml_source
from campaigns.kinds.yaml_source import MAX_DEPTH, MAX_VALUES, read
from conductor.lib.errors import BadInput


def refused(text: str | bytes, **how: Any) -> str:
    """The one sentence of the refusal, with its line."""
    with pytest.raises(BadInput) as caught:
        read(text, **how)
    ((words,),) = caught.value.errors.values()
    return words


def test_every_value_has_its_line() -> None:
    source = read("version: 1\ntasks:\n  - key: a\n    needs: [b,\n      c]\n")
    assert source.value == {"version": 1, "tasks": [{"key": "a", "needs": ["b", "c"]}]}
    assert source.lines["tasks[0].needs[1]"] == 5
    assert source.line("tasks[0].nothing.here[3]") == 3
    assert source.line("nowhere") == 1


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12), ("-3", -3), ("+4", 4), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("true", True), ("False", False),
        ("~", None), ("null", None), ("", None), ("yes", "yes"), ("on", "on"), ("NO", "NO"), ("010", "010"),
        ("0x10", "0x10"), ("1_000", "1_000"), ("2026-11-20", "2026-11-20"), ("12:30:00", "12:30:00"), ("'12'", "12"),
        ('"true"', "true"), ("1.2.3", "1.2.3"), ("-", None), ("é", "é"), ("9007199254740991", 2**53 - 1),
    ],
)  # fmt: skip
def test_scalars_are_what_they_look_like(written: str, value: object) -> None:
    found = read(f"a: {written}\n" if written != "-" else "a:\n").value["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\na: 2", "line 2: The key 'a' appears twice in the file."),
        ("x:\n  - b: 1\n    b: 2", "line 3: The key 'b' appears twice in x[0]."),
        ("a: 1\n---\nb: 2", "line 2: Only one document is taken; a second begins here."),
        ("a: !!python/object/apply:os.system [ls]", "line 1: Tags such as"),
        ("a: !local b", "line 1: Tags such as '!local' are not taken."),
        ("base: &x {a: 1}\nb:\n  <<: *x", "line 3: Merge keys (<<) are not taken"),
        ("1: a", "line 1: The key '1' is not text"),
        ("null: a", "line 1: The key 'null' is not text"),
        ("[a]: b", "line 1: A key must be text, not a list or a map."),
        ("? {a: b}\n: c", "line 1: A key must be text, not a list or a map."),
        ("a: &k b\n*k : c", "line 2: A key must be text, not an alias."),
        ("a: *nothing", "line 1: *nothing refers to nothing before it"),
        ("a: &me\n  b: *me", "line 2: *me refers to nothing before it, or to itself."),
        ("a: 9007199254740992", "line 1: This number is too large to be kept exactly"),
        ("a: 1" + "0" * 5000, "line 1: This number is too large to be kept exactly"),
        ("a: 1e999", "line 1: This number is too large."),
        ("a: .nan", "line 1: .nan is not a number."),
        ("a: -.inf", "line 1: -.inf is not a number."),
        ("a:\n\t- b", "line 2: Not valid YAML"),
        ("a: [1, 2", "line 1: Not valid YAML"),
        ("a: 'open", "line 1: Not valid YAML"),
        ("a: b: c", "line 1: Not valid YAML"),
        ("ok: 1\nbad: \x00", "line 2: Holds a character that YAML does not allow."),
        ("ok: 1\nbad: \ud800", "line 2: Holds half of a surrogate pair."),
        (b"ok: 1\nbad: \xff", "line 2: Not UTF-8 text: byte 11."),
        ("", "line 1: The file is empty."),
        ("# only a remark\n", "line 1: The file is empty."),
    ],
)
def test_what_is_refused_is_refused_with_its_line(text: str | bytes, words: str) -> None:
    assert refused(text).startswith(words)


def test_depth_ends_at_its_limit() -> None:
    read("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert "nested deeper" in refused("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
    assert "nested deeper" in refused("[" * 100_000)


def test_depth_by_aliases_ends_too() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 50))
    assert "nested deeper" in refused(text)


def test_aliases_repeat_a_value_but_cannot_explode() -> None:
    assert read("a: &x [1, 2]\nb: *x").value == {"a": [1, 2], "b": [1, 2]}
    ten = ", ".join
    bomb = "a0: &a0 [" + ten("x" * 10) + "]\n"
    bomb += "".join(f"a{i}: &a{i} [{ten([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9))
    assert f"more than {MAX_VALUES:,} values" in refused(bomb)


def test_size_ends_at_its_limit() -> None:
    read("a: 1", most_bytes=4)
    assert refused("a: 12", most_bytes=4) == "Has 5 bytes; the limit is 4."
    assert "the limit is" in refused(b"\xff" * 10_000_000)


def test_a_byte_order_mark_is_no_text() -> None:
    assert read("\ufeffa: 1").value == read(b"\xef\xbb\xbfa: 1").value == {"a": 1}


def test_a_fault_is_told_under_the_name_of_the_file() -> None:
    with pytest.raises(BadInput) as caught:
        read("", what="brief")
    assert (caught.value.code, list(caught.value.errors)) == ("plan_invalid", ["brief"])


def test_a_fault_found_later_is_located() -> None:
    source = read("a: 1\nb:\n  - c: 2\n")
    located = source.located(BadInput(errors={"b[0].c": ["Is wrong."], "a": ["Is odd."]}))
    assert located.message == "line 1: a: Is odd. (and 1 more)"
    assert located.errors == {"a": ["line 1: Is odd."], "b[0].c": ["line 3: Is wrong."]}


def test_the_slow_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read("a: [1, {b: c}]\n# d\ne: |\n  text\n")
    monkeypatch.setattr(yaml_source, "_LOADER", yaml.SafeLoader)
    assert read("a: [1, {b: c}]\n# d\ne: |\n  text\n") == fast


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\u2028\u2029\x85\ufffe\uffff"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4))
def test_what_is_written_plainly_is_read_back(value: dict[str, Any]) -> None:
    text = yaml.dump(value, default_style='"', allow_unicode=True)
    assert _as_text(read(_untagged(text)).value) == _as_text(value)


def _untagged(text: str) -> str:
    for tag in ("!!int ", "!!bool ", "!!null "):
        text = text.replace(tag, "")
    return text


def _as_text(value: Any) -> Any:
    """Quoted scalars are read as text: compare the text of everything that is no list or map."""
    if isinstance(value, dict):
        return {key: _as_text(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_as_text(entry) for entry in value]
    if value is None or isinstance(value, bool):  # by type: 0 and 1 equal them
        return json.dumps(value)
    return str(value)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_read_or_refused_with_a_line(text: str | bytes) -> None:
    try:
        read(text)
    except BadInput:
        assert refused(text).startswith("line ")
