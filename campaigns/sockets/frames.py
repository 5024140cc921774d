"""What goes over a socket: names of streams, the commands a client may send, frames ready to be sent to many. Pure."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from conductor.lib.errors import BadInput, TooLarge
from conductor.lib.text import first_twice

KINDS: Final = ("run", "campaign", "team")
INBOX: Final = "inbox"
NOBODY: Final = uuid.UUID(int=0)
LARGEST_SEQ: Final = 2**63 - 1
LONGEST_COMMAND: Final = 4_096
FIELDS: Final = {"subscribe": {"subscribe", "after", "most"}, "unsubscribe": {"unsubscribe"}, "ping": {"ping"}}
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUMBER: Final = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Stream:
    """A numbered history (run, campaign, team) or the inbox, which is nobody's but the listener's and has no id."""

    kind: str
    id: uuid.UUID = NOBODY

    @property
    def numbered(self) -> bool:
        return self.kind != INBOX

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.numbered else self.kind


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Follow `stream` from `after` on; None asks for a snapshot, and so does missing more than `most` events."""

    stream: Stream
    after: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    stream: Stream


class Ping:
    """Asks for a word, so that a client can tell silence from a dead line."""


class Frame:
    """One message for any number of sockets: serialised once, and framed once by the server that can."""

    __slots__ = ("prepared", "seq", "text")

    def __init__(self, text: str, seq: int = 0) -> None:
        self.text = text
        self.seq = seq
        self.prepared: bytes | None = None


Command = Subscribe | Unsubscribe | Ping


class Bundle:
    """Frames in a row that most sockets get whole: put together once."""

    __slots__ = ("frames", "prepared")

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.frames = frames
        self.prepared: bytes | None = None


def frame(said: Mapping[str, Any]) -> Frame:
    """An unnumbered frame: snapshot, changed, partial, error."""
    return Frame(json.dumps(said, separators=(",", ":")))


def error_frame(code: str, message: str, *, stream: str = "", errors: Mapping[str, Any] | None = None) -> Frame:
    said: dict[str, Any] = {"type": "error", "code": code, "message": message}
    return frame(said | ({"stream": stream} if stream else {}) | ({"errors": dict(errors)} if errors else {}))


def read_stream(said: object, field: str) -> Stream:
    """The stream a client named, e.g. "run:0198c0de-…" or "inbox"."""
    if said == INBOX:
        return Stream(INBOX)
    kind, _, identifier = said.partition(":") if isinstance(said, str) else ("", "", "")
    if kind not in KINDS or not _UUID.fullmatch(identifier):
        raise BadInput(errors={field: "Name a stream: run:<id>, campaign:<id>, team:<id> or inbox."})
    return Stream(kind, uuid.UUID(identifier))


def read_after(said: str | None) -> int | None:
    """The `after` of a query string."""
    if said is None:
        return None
    if not _NUMBER.fullmatch(said) or int(said) > LARGEST_SEQ:
        raise BadInput(errors={"after": f"Give the number of the last event you have, from 0 to {LARGEST_SEQ}."})
    return int(said)


def read_command(said: str) -> Command:
    """The command in a text frame; whatever is wrong with it is refused by the field's name."""
    if len(said) > LONGEST_COMMAND:
        raise TooLarge(f"A frame may have {LONGEST_COMMAND} characters, not {len(said)}.")
    try:
        command = json.loads(said, parse_constant=_no_constant, object_pairs_hook=_once)
    except RecursionError as error:
        raise BadInput("The frame is nested too deep.", code="malformed") from error
    except ValueError as error:
        raise BadInput("The frame is not valid JSON.", code="malformed") from error
    verb = next((verb for verb in FIELDS if isinstance(command, dict) and verb in command), None)
    if verb is None:
        raise BadInput('Send {"subscribe": "run:<id>", "after": n} or {"unsubscribe": "run:<id>"}.', code="malformed")
    if unknown := sorted(set(command) - FIELDS[verb]):
        raise BadInput(errors={name[:80]: "There is no such field." for name in unknown[:5]})
    if verb == "ping":
        return Ping()
    stream = read_stream(command[verb], verb)
    if verb == "unsubscribe":
        return Unsubscribe(stream)
    return Subscribe(stream, _read_number(command, "after"), _read_number(command, "most"))


def _read_number(command: Mapping[str, Any], field: str) -> int | None:
    said = command.get(field)
    if said is None:
        return None
    if not isinstance(said, int) or isinstance(said, bool) or not 0 <= said <= LARGEST_SEQ:
        raise BadInput(errors={field: f"Give a whole number from 0 to {LARGEST_SEQ}."})
    return said


def _no_constant(said: str) -> NoReturn:
    raise ValueError(f"{said} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a key given twice says two things and is refused."""
    if first_twice(name for name, _ in pairs) is not None:
        raise ValueError("a key is given twice")
    return dict(pairs)
