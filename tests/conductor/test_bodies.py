"""What a real web process takes in: bodies without end are cut off, and nothing of them is kept."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from tests.campaigns.consumers.conftest import StartServer, servers

LIMIT = 10_000


@pytest.fixture(scope="module")
def port(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with servers(tmp_path_factory.mktemp("web")) as start:
        yield _started(start)


def _started(start: StartServer) -> int:
    return start(MAX_BODY_BYTES=str(LIMIT)).port


def answer_to(port: int, head: str, body: bytes = b"", *, endless: bytes = b"") -> tuple[int, dict[str, object]]:
    """Send it all, or send `endless` again and again, and read the answer."""
    with socket.create_connection(("127.0.0.1", port), 10) as wire:
        wire.sendall(head.encode() + b"\r\n" + body)
        sent = 0
        try:
            while endless and sent < 100 * LIMIT:
                wire.sendall(endless)
                sent += len(endless)
        except OSError:
            assert sent < 100 * LIMIT
        said = b""
        while chunk := _read(wire):
            said += chunk
        status, _, content = said.partition(b"\r\n\r\n")
        return int(status.split()[1]), json.loads(content)


def _read(wire: socket.socket) -> bytes:
    try:
        return wire.recv(65_536)
    except ConnectionError:
        return b""


HEAD = "POST /api/v1/campaigns/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"


def test_a_body_announced_as_huge_is_refused_before_it_is_read(port: int) -> None:
    status, problem = answer_to(port, f"{HEAD}Content-Length: 10000000000\r\n")
    assert (status, problem["code"]) == (413, "too_large")


def test_a_body_in_chunks_without_end_is_cut_off(port: int) -> None:
    chunk = b"400\r\n" + b"x" * 0x400 + b"\r\n"
    status, problem = answer_to(port, f"{HEAD}Transfer-Encoding: chunked\r\n", endless=chunk)
    assert (status, problem["code"]) == (413, "too_large")


def test_a_short_body_in_chunks_gets_the_apis_own_answer(port: int) -> None:
    status, problem = answer_to(port, f"{HEAD}Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n")
    assert (status, problem["code"]) == (400, "malformed")


def test_a_body_just_over_the_limit_gets_the_apis_own_answer(port: int) -> None:
    body = b" " * (LIMIT + 1)
    status, problem = answer_to(port, f"{HEAD}Content-Length: {len(body)}\r\n", body)
    assert (status, problem["code"]) == (401, "not_signed_in")


def test_an_ordinary_body_passes(port: int) -> None:
    status, problem = answer_to(port, f"{HEAD}Content-Length: 2\r\n", b"{}")
    assert (status, problem["code"]) == (401, "not_signed_in")


def test_a_broken_form_gets_the_apis_own_answer(port: int) -> None:
    head = HEAD.replace("application/json", "multipart/form-data; boundary=x")
    broken = b"no boundary in here"
    status, problem = answer_to(port, f"{head}Content-Length: {len(broken)}\r\n", broken)
    assert (status, problem["code"]) == (401, "not_signed_in")
