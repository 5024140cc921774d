"""The little of HTTP/1.1 that the broker speaks: one request per connection, everything bounded in bytes and time.

Must not know what a call does or costs.
"""

import hmac
import json
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from conductor.lib.errors import BadInput, ConductorError, NotFound, NotSignedIn, TooLarge
from conductor.lib.text import first_twice

HEAD_BYTES = 16 << 10
BODY_BYTES = 4 << 20
READ_SECONDS = 10.0
LINGER_SECONDS = 1.0
REFUSE_SECONDS = 0.1
MOST_CALLS = 10_000
MOST_MICROS = 10**12
DEEPEST = 64
_METHOD, _PATH = "POST", "/v1/call"


@dataclass(frozen=True, slots=True)
class Call:
    """What an agent asks for, checked; `raw` tells a repeat from another request under the same number."""

    call: int
    max_micros: int
    request: Mapping[str, Any]
    raw: bytes


def read_call(connection: socket.socket, token: str) -> Call:
    """The one request of a connection, once its token is proved."""
    deadline = time.monotonic() + READ_SECONDS
    head, body = _read_head(connection, deadline)
    method, path, headers = _parse_head(head)
    given = headers.get("authorization", "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode()):
        raise NotSignedIn("The token is missing or is not this attempt's.")
    if path != _PATH:
        raise NotFound("There is only POST /v1/call here.")
    if method != _METHOD:
        raise ConductorError("There is only POST /v1/call here.", code="method_not_allowed")
    length = _length(headers)
    parts = [body]
    missing = length - len(body)
    while missing > 0:
        parts.append(_receive(connection, min(missing, 1 << 16), deadline))
        missing -= len(parts[-1])
    return _parse_body(b"".join(parts)[:length])


def _receive(connection: socket.socket, most: int, deadline: float) -> bytes:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)
    chunk = connection.recv(most)
    if not chunk:
        raise BadInput("The request ended too early.", code="malformed")
    return chunk


def _read_head(connection: socket.socket, deadline: float) -> tuple[bytes, bytes]:
    content = b""
    while b"\r\n\r\n" not in content:
        if len(content) > HEAD_BYTES:
            raise TooLarge("The head of the request is too large.")
        content += _receive(connection, 4096, deadline)
    head, _, rest = content.partition(b"\r\n\r\n")
    return head, rest


def _parse_head(head: bytes) -> tuple[str, str, dict[str, str]]:
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0"):
        raise BadInput("This is not an HTTP request.", code="malformed")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        key = name.lower()
        if not colon or not name or name != name.strip() or key in headers:
            raise BadInput("A header is not valid, or given twice.", code="malformed")
        headers[key] = value.strip()
    return words[0], words[1], headers


def _length(headers: Mapping[str, str]) -> int:
    said = headers.get("content-length", "")
    if "transfer-encoding" in headers or not (said.isascii() and said.isdigit() and len(said) < 12):
        raise BadInput("A Content-Length is needed.", code="malformed")
    if int(said) > BODY_BYTES:
        raise TooLarge(f"A request may have {BODY_BYTES} bytes.")
    return int(said)


def _parse_body(body: bytes) -> Call:
    try:
        content = json.loads(body.decode(), object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadInput("The body is not JSON.", code="malformed") from None
    if not isinstance(content, dict) or content.keys() != {"call", "max_micros", "request"}:
        raise BadInput(
            "A call has exactly: call, max_micros, request.", errors={"body": "other fields, or missing ones"}
        )
    for name, least, most in (("call", 1, MOST_CALLS), ("max_micros", 0, MOST_MICROS)):
        value = content[name]
        if type(value) is not int or not least <= value <= most:
            raise BadInput("A number is not valid.", errors={name: f"a whole number from {least} to {most}"})
    if not isinstance(content["request"], dict):
        raise BadInput("The request is not valid.", errors={"request": "an object is needed"})
    if _depth(content["request"]) > DEEPEST:
        raise BadInput("The request is not valid.", errors={"request": f"nested deeper than {DEEPEST}"})
    return Call(content["call"], content["max_micros"], content["request"], body)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if first_twice(name for name, _ in pairs) is not None:
        raise ValueError("a key twice")
    return dict(pairs)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _depth(value: Any) -> int:
    depth, layer = 0, [value]
    while layer:
        depth += 1
        layer = [
            child
            for one in layer
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def problem(error: ConductorError) -> tuple[int, bytes]:
    status = HTTPStatus.PAYMENT_REQUIRED if error.code == "budget_exceeded" else error.status
    content = {
        "type": "about:blank",
        "title": error.info.words,
        "status": int(status),
        "code": error.code,
        "detail": error.message,
        "errors": error.errors,
        "retryable": error.retryable,
    }
    return int(status), json.dumps(content).encode()


def send(connection: socket.socket, status: int, answer: bytes) -> None:
    kind = "application/json" if status == HTTPStatus.OK else "application/problem+json"
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(answer)}\r\nConnection: close\r\n\r\n"
    )
    with suppress(OSError):
        connection.settimeout(READ_SECONDS)
        connection.sendall(head.encode() + answer)


def linger(connection: socket.socket, seconds: float) -> None:
    """Read away what is still being sent: closing at once would break the sender before it has read the answer."""
    deadline = time.monotonic() + seconds
    left = BODY_BYTES
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        while left > 0 and (wait := deadline - time.monotonic()) > 0:
            connection.settimeout(wait)
            chunk = connection.recv(1 << 16)
            if not chunk:
                return
            left -= len(chunk)


def refuse(connection: socket.socket, error: ConductorError) -> None:
    """Answer without having read anything; short, because nobody else is let in meanwhile."""
    with connection:
        send(connection, *problem(error))
        linger(connection, REFUSE_SECONDS)
