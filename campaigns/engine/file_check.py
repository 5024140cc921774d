"""A small program of ours: looks at one file of a clone, in a process of its own that can be stopped.

A regular expression or a schema written by others may never end, and cannot be stopped in a thread. Reads one JSON
request from stdin, prints one sentence, exits 0 (holds), 1 (does not hold) or 2 (could not be decided). It must not
import anything of ours, follow a link, or leave the folder it is started in.
"""

import json
import os
import re
import resource
import stat
import sys
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]
from referencing import Registry
from referencing.exceptions import Unresolvable

MOST_BYTES = 5_000_000
#: Schemas and expressions of others may want any amount while they run.
MOST_MEMORY = 1 << 30


class Undecided(Exception):
    """The check could not be made; the message says why."""


class Refuted(Exception):
    """The check was made and does not hold; the message says why."""


def open_inside(path: str) -> int:
    """A descriptor of the regular file at a path below the working folder, without following any link."""
    *folders, name = path.split("/")
    folder = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in folders:
            deeper = _open(part, os.O_RDONLY | os.O_DIRECTORY, folder, path)
            os.close(folder)
            folder = deeper
        # Non-blocking, so that a pipe in place of a file cannot hold us.
        found = _open(name, os.O_RDONLY | os.O_NONBLOCK, folder, path)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise Refuted(f"{path} is not a file.")
    return found


def _open(part: str, flags: int, folder: int, path: str) -> int:
    if part in ("", ".", ".."):
        raise Undecided(f"{path} does not lead to a file inside the clone.")
    try:
        return os.open(part, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        raise Refuted(f"{path} does not exist.") from None
    except OSError as error:
        if _is_link(part, folder):
            raise Refuted(f"{path} leads over a link; links are not followed.") from None
        if isinstance(error, NotADirectoryError):
            raise Refuted(f"{path} does not exist: {part} is not a folder.") from None
        raise Undecided(f"{path} cannot be opened: {error.strerror}.") from None


def _is_link(part: str, folder: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:  # such as a name that is too long for any file
        return False


def read_inside(path: str) -> str:
    with os.fdopen(open_inside(path), "rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Undecided(f"{path} is larger than {MOST_BYTES:,} bytes.")
    return data.decode("utf-8", "replace")


def check_file_exists(request: dict[str, Any]) -> str:
    os.close(open_inside(request["path"]))
    return f"{request['path']} exists."


def check_pattern(request: dict[str, Any]) -> str:
    found = re.compile(request["pattern"], re.MULTILINE).search(read_inside(request["path"]))
    if found is None:
        raise Refuted(f"{request['path']} holds nothing that matches.")
    line = found.string.count("\n", 0, found.start()) + 1
    return f"{request['path']} matches in line {line}."


def check_json_schema(request: dict[str, Any]) -> str:
    try:
        value = json.loads(read_inside(request["path"]))
    except (ValueError, RecursionError) as error:
        raise Refuted(f"{request['path']} is not valid JSON: {error}.") from None
    try:
        # An empty registry: a schema must not make us fetch anything.
        fault = best_match(Draft202012Validator(request["schema"], registry=Registry()).iter_errors(value))
    except Unresolvable as error:
        raise Undecided(f"The schema refers to something else: {error}.") from None
    if fault is not None:
        raise Refuted(f"{request['path']} does not fit at {fault.json_path}: {fault.message[:300]}")
    return f"{request['path']} fits the schema."


CHECKS = {"file_exists": check_file_exists, "pattern": check_pattern, "json_schema": check_json_schema}


def main() -> int:
    try:
        request = json.load(sys.stdin)
        print(CHECKS[request["check"]](request))  # noqa: T201 - the answer of this program
        return 0
    except Refuted as said:
        print(said)  # noqa: T201
        return 1
    except Undecided as said:
        print(said)  # noqa: T201
        return 2
    except Exception as error:  # a schema or an expression that breaks its reader proves nothing, either way
        print(f"The check could not be made ({type(error).__name__}).")  # noqa: T201
        return 2


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    sys.exit(main())
