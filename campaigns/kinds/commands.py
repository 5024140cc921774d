"""Reads commands: always an argument list, never a line for a shell. Must not run anything."""

from __future__ import annotations

import re
import shlex
from typing import Final

from campaigns.kinds.settings import BadValue

MAX_ARGUMENTS: Final = 100
MAX_ARGUMENT: Final = 4_000
MAX_COMMANDS: Final = 50

_SHELL_WORDS: Final = "|&;<>()*?[]{}~#!"
_EXPANDED: Final = "$`"
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_OUTRIGHT: Final = 'write it as a list, or ask for a shell outright: ["sh", "-c", "…"]'


def read_commands(raw: object) -> list[list[str]]:
    """One command, or a list of them in order; each an argument list or a plain string. BadValue says what is wrong."""
    if isinstance(raw, str):
        return [read_argv(raw)]
    if not isinstance(raw, list | tuple) or not raw:
        raise BadValue("Must be a command: an argument list, a plain string, or a list of those.")
    if all(isinstance(entry, str) for entry in raw):
        return [read_argv(raw)]
    if not any(isinstance(entry, list | tuple) for entry in raw):
        return [read_argv(raw)]  # says which argument is no text
    if len(raw) > MAX_COMMANDS:
        raise BadValue(f"Has {len(raw):,} commands; the limit is {MAX_COMMANDS}.")
    found: list[list[str]] = []
    for number, entry in enumerate(raw, 1):
        try:
            found.append(read_argv(entry))
        except BadValue as error:
            raise BadValue(f"Command {number}: {error}") from error
    return found


def read_argv(raw: object) -> list[str]:
    """The argument list of one command. A string is split into words; anything only a shell understands is refused."""
    argv = _split(raw) if isinstance(raw, str) else raw
    if not isinstance(argv, list | tuple):
        raise BadValue("Must be an argument list such as [python3, -m, pytest], or a plain string.")
    if not argv:
        raise BadValue("The command is empty.")
    if len(argv) > MAX_ARGUMENTS:
        raise BadValue(f"Has {len(argv):,} arguments; the limit is {MAX_ARGUMENTS}.")
    for number, argument in enumerate(argv, 1):
        if not isinstance(argument, str):
            raise BadValue(f"Argument {number} ({argument!r:.40}) is not text; put quotes around it.")
        if len(argument) > MAX_ARGUMENT:
            raise BadValue(f"Argument {number} has {len(argument):,} characters; the limit is {MAX_ARGUMENT:,}.")
        if "\x00" in argument or _is_broken(argument):
            raise BadValue(f"Argument {number} contains a character that no command can take.")
    if not argv[0].strip():
        raise BadValue("The first argument, the program, is blank.")
    return list(argv)


def _split(line: str) -> list[str]:
    if not line.strip():
        raise BadValue("The command is empty.")
    if len(line) > MAX_ARGUMENT:
        raise BadValue(f"Has {len(line):,} characters; the limit is {MAX_ARGUMENT:,}.")
    if found := _shell_sign(line):
        raise BadValue(f"{found!r} is for a shell, and commands are not run by one; {_OUTRIGHT}.")
    try:
        words = shlex.split(line)
    except ValueError:
        raise BadValue("A quotation mark is not closed.") from None
    if words and _ASSIGNMENT.match(words[0]):
        raise BadValue(f"{words[0][:40]!r} sets a variable, which only a shell does; {_OUTRIGHT}.")
    return words


def _shell_sign(line: str) -> str:
    """The first sign a shell would act on, quotes respected; or ""."""
    quote, escaped = "", False
    for sign in line:
        if escaped:
            escaped = False
        elif sign == "\\" and quote != "'":
            escaped = True
        elif quote:
            if sign == quote:
                quote = ""
            elif quote == '"' and sign in _EXPANDED:
                return sign
        elif sign in "'\"":
            quote = sign
        elif sign in _SHELL_WORDS or sign in _EXPANDED or sign in "\r\n":
            return sign
    return ""


def _is_broken(argument: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in argument)
