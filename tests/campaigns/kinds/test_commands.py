from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.kinds.commands import MAX_ARGUMENTS, read_argv, read_commands
from campaigns.kinds.settings import BadValue


@pytest.mark.parametrize(
    ("raw", "argv"),
    [
        (["make", "test"], ["make", "test"]),
        ("make test", ["make", "test"]),
        ("touch 'two words' \"and more\"", ["touch", "two words", "and more"]),
        ("grep -E '^a|b$' file", ["grep", "-E", "^a|b$", "file"]),
        (r"touch a\ b", ["touch", "a b"]),
        ("git commit -m 'cost: $5; done'", ["git", "commit", "-m", "cost: $5; done"]),
        (["sh", "-c", "a | b > c && d"], ["sh", "-c", "a | b > c && d"]),
        (["env", "A=1", "make"], ["env", "A=1", "make"]),
        (["printf", ""], ["printf", ""]),
        (["printf", "two\nlines"], ["printf", "two\nlines"]),
    ],
)
def test_a_command_is_an_argument_list(raw: object, argv: list[str]) -> None:
    assert read_argv(raw) == argv


@pytest.mark.parametrize(
    ("line", "sign"),
    [
        ("a | b", "|"), ("a && b", "&"), ("a; b", ";"), ("a > b", ">"), ("a < b", "<"), ("echo $HOME", "$"),
        ('echo "$HOME"', "$"), ("echo `id`", "`"), ('echo "`id`"', "`"), ("ls *.py", "*"), ("ls a?", "?"),
        ("ls [ab]", "["), ("ls {a,b}", "{"), ("ls ~", "~"), ("a # b", "#"), ("(a)", "("), ("! a", "!"), ("a\nb", "\\n"),
    ],
)  # fmt: skip
def test_what_only_a_shell_understands_is_refused_by_name(line: str, sign: str) -> None:
    with pytest.raises(BadValue) as caught:
        read_argv(line)
    assert f"'{sign}'" in str(caught.value)
    assert '["sh", "-c", "…"]' in str(caught.value)


@pytest.mark.parametrize(
    "raw",
    ["", "  ", [], ["", "a"], [" "], "'open", 'a "b', "A=1 make", None, 3, True, {"a": 1}, ["a", 1], ["a", None],
     ["a", True], ["a\x00b"], ["a", "\ud800"], ["a"] * (MAX_ARGUMENTS + 1), ["a" * 4_001], "a" * 4_001],
)  # fmt: skip
def test_anything_else_is_refused(raw: object) -> None:
    with pytest.raises(BadValue):
        read_argv(raw)
    with pytest.raises(BadValue):
        read_commands(raw)


def test_several_commands_are_told_from_one() -> None:
    assert read_commands("ls -l") == read_commands(["ls", "-l"]) == [["ls", "-l"]]
    assert read_commands([["ls"], ["touch", "a"]]) == [["ls"], ["touch", "a"]]
    assert read_commands([["ls"], "touch a"]) == [["ls"], ["touch", "a"]]


def test_a_bad_command_among_several_is_named() -> None:
    with pytest.raises(BadValue, match=r"Command 2: .\|. is for a shell"):
        read_commands([["ls"], "a | b"])
    with pytest.raises(BadValue, match="limit is 50"):
        read_commands([["ls"]] * 51)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1, max_size=5))
def test_what_is_quoted_for_a_shell_is_read_as_the_same_words(words: list[str]) -> None:
    words[0] = f"run{words[0].strip()}".replace("=", "-")
    assert read_argv(shlex.join(words)) == words


@given(st.text(max_size=60))
def test_a_line_is_either_split_as_a_shell_would_or_refused(line: str) -> None:
    try:
        argv = read_argv(line)
    except BadValue:
        return
    assert argv == shlex.split(line)
    assert argv[0].strip()
