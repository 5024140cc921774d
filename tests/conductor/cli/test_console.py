from __future__ import annotations

import json

import pytest

from conductor.cli.codes import Fault
from conductor.cli.console import Console, plain


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("\x1bPq#0\x1b\\image", "image"),
        ("\x1b(0line", "line"),
        ("\x1b]52;c;cm0gLXJm", ""),
        ("over\rwritten", "over written"),
        ("bell\x07 null\x00 back\x08", "bell null back"),
        ("left \u202eright\u2069 zero\u200bwidth\ufeff", "left right zerowidth"),
        ("half \ud800 pair", "half  pair"),
        ("two\nlines", "two lines"),
        ("family \U0001f468\u200d\U0001f469 stays", "family \U0001f468\u200d\U0001f469 stays"),
        ("Übergröße 漢字 עברית", "Übergröße 漢字 עברית"),
    ],
)
def test_nothing_in_a_text_steers_the_terminal(said: str, shown: str) -> None:
    assert plain(said) == shown


def test_lines_stay_where_they_are_wanted() -> None:
    assert plain("one\r\ntwo\tand\x1b[2Jthree", lines=True) == "one\ntwo\tandthree"


def test_content_in_tables_and_lines_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(as_json=False)
    console.say("\x1b[2Jsaid [bold]as it is[/bold]")
    console.table(("a", "b"), [("\x1b[31mx", None)])
    console.facts({"name": "\x1b]0;t\x07value", "nothing": None})
    console.note("\x1b[1mnote")
    told = capsys.readouterr()
    assert "\x1b" not in told.out + told.err
    assert "said [bold]as it is[/bold]" in told.out
    assert "name  value" in told.out
    assert "nothing" not in told.out


def test_an_empty_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    Console(as_json=False).table(("a",), [], "Nothing here.")
    assert capsys.readouterr().out == "Nothing here.\n"


def test_with_json_stdout_holds_one_document_and_only_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(as_json=True)
    console.say("words")
    console.table(("a",), [("b",)])
    console.facts({"a": 1})
    console.answer({"name": "ü\x1b\u202e"})
    told = capsys.readouterr().out
    assert told.isascii()
    assert json.loads(told) == {"name": "ü\x1b\u202e"}


def test_a_refusal_names_the_fields_on_stderr_and_is_a_problem_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    fault = Fault(2, "invalid", "Some fields are not valid.", {"brief.tone": ["Say how it should sound."]}, status=422)
    Console(as_json=True).refuse(fault)
    told = capsys.readouterr()
    assert told.err == "conductor: Some fields are not valid.\n  brief.tone: Say how it should sound.\n"
    assert json.loads(told.out)["errors"] == {"brief.tone": ["Say how it should sound."]}
    Console(as_json=False).refuse(fault)
    assert capsys.readouterr().out == ""
