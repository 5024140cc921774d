"""What a command prints: words and tables for people, or one JSON document. Must not know what it prints.

Content comes from briefs, agents and repositories: nothing in it may steer the terminal.
"""

from __future__ import annotations

import io
import json
import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final, TextIO

import rich.console
from rich.table import Table
from rich.text import Text

from conductor.cli.codes import Fault

#: Whole escape sequences go, not only the byte they begin with.
_SEQUENCES: Final = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]P^_X]|[\x9d\x90\x9e\x9f\x98])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"
    r"|\x1b[ -/]*[0-~]"
)
_JOINERS: Final = "\u200c\u200d"  # They belong to letters and emoji.
_NOT_A_TERMINAL: Final = 160


def plain(text: object, *, lines: bool = False) -> str:
    """The text without anything a terminal would obey: escapes, control signs, turned reading direction."""
    said = _SEQUENCES.sub("", str(text))
    kept = "\n\t" if lines else "\t"
    said = said if lines else " ".join(said.splitlines())
    return "".join(char for char in said if char in kept or char in _JOINERS or not _steers(char))


def _steers(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")


class NobodyReads(Exception):
    """The other end of the pipe is closed. Not an OSError, which click would make an exit of its own."""


class _Rich(rich.console.Console):
    def on_broken_pipe(self) -> None:
        raise NobodyReads


class Console:
    """Two kinds of output. For JSON nothing else goes to stdout; notes always go to stderr."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        for stream in (sys.stdout, sys.stderr):
            _never_fail_to_encode(stream)
        width = None if sys.stdout.isatty() else _NOT_A_TERMINAL
        self._rich = _Rich(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False, soft_wrap=True)

    def say(self, text: object = "", style: str = "") -> None:
        """A line for a person; with --json nothing."""
        if not self.as_json:
            self._rich.print(Text(plain(text, lines=True), style=style))
            _flush()

    def note(self, text: object) -> None:
        """A line beside the answer: on stderr."""
        sys.stderr.write(f"conductor: {plain(text, lines=True)}\n")
        sys.stderr.flush()

    def answer(self, data: Any) -> None:
        """The answer as JSON, pure ASCII; without --json nothing."""
        if self.as_json:
            try:
                sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=True, default=str) + "\n")
            except BrokenPipeError:
                raise NobodyReads from None
            _flush()

    def facts(self, rows: Mapping[str, object]) -> None:
        """Names and values below each other; what has no value is left out."""
        if self.as_json:
            return
        shown = {name: value for name, value in rows.items() if value not in (None, "")}
        width = max(map(len, shown), default=0)
        for name, value in shown.items():
            self.say(f"{name:<{width}}  {value}")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str = "Nothing.") -> None:
        if self.as_json:
            return
        if not rows:
            self.say(empty)
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(plain("" if cell is None else cell)) for cell in row))
        self._rich.print(table, soft_wrap=False)
        _flush()

    def refuse(self, fault: Fault) -> None:
        """Why it was not done: words on stderr, by field; with --json also a problem on stdout."""
        if fault.usage:
            sys.stderr.write(f"{plain(fault.usage, lines=True)}\n")
        sys.stderr.write(f"conductor: {plain(fault.words, lines=True)}\n")
        for name, said in fault.errors.items():
            sys.stderr.writelines(f"  {plain(name)}: {plain(words)}\n" for words in said if words != fault.words)
        sys.stderr.flush()
        self.answer(fault.as_json())


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise NobodyReads from None


def _never_fail_to_encode(stream: TextIO) -> None:
    """A terminal of another encoding shows what it cannot write as numbers, instead of ending the command."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
