"""The REST client against a small server that answers as told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from conductor.cli import api as module
from conductor.cli.api import Api
from conductor.cli.codes import fault_of
from conductor.lib.errors import BadInput, ConductorError, Unavailable

TOKEN = "cdr_abcdefghijkl_" + "x" * 43


@dataclass
class Server:
    """Answers in order; remembers what was asked."""

    url: str = ""
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def answer(self, status: int, body: Any = None, **headers: str) -> None:
        self.answers.append((status, headers, body if isinstance(body, bytes) else json.dumps(body).encode()))

    def break_off(self) -> None:
        self.answers.append((0, {}, b""))


@pytest.fixture
def server() -> Iterator[Server]:
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told.asked.append((self.command, self.path, dict(self.headers), body))
            status, headers, content = told.answers.pop(0)
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _do  # noqa: N815 - names of the standard library

        def log_message(self, *args: Any) -> None:
            return

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{running.server_port}"
    yield told
    running.shutdown()
    running.server_close()
    thread.join(5)


@pytest.fixture
def api(server: Server, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    return Api(server.url, TOKEN, lambda words: None)


def test_the_token_travels_in_the_header_only(api: Api, server: Server) -> None:
    server.answer(200, {"id": 1})
    assert api.get("me/", q="x") == {"id": 1}
    _, path, headers, _ = server.asked[0]
    assert headers["Authorization"] == f"Token {TOKEN}"
    assert TOKEN not in path


def test_a_command_repeated_after_a_broken_connection_has_the_same_key(api: Api, server: Server) -> None:
    server.break_off()
    server.answer(202, {"id": 1})
    assert api.post("campaigns/1/runs/", {"mode": "parallel"}) == {"id": 1}
    keys = {headers["Idempotency-Key"] for _, _, headers, _ in server.asked}
    assert len(server.asked) == 2
    assert len(keys) == 1


def test_two_commands_have_two_keys(api: Api, server: Server) -> None:
    for _ in range(2):
        server.answer(202, {})
        api.post("x/", {})
    assert server.asked[0][2]["Idempotency-Key"] != server.asked[1][2]["Idempotency-Key"]


def test_a_server_that_is_not_there_is_said_with_its_address() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
        Api("http://127.0.0.1:1", TOKEN, lambda words: None).get("me/")


def test_a_redirect_is_not_followed_with_the_token(api: Api, server: Server) -> None:
    server.answer(302, b"", Location="http://evil.example/")
    with pytest.raises(BadInput, match=r"evil\.example"):
        api.get("me/")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "problem", "code", "exit_code"),
    [
        (404, {"code": "not_found", "detail": "No."}, "not_found", 3),
        (409, {"code": "already_running", "detail": "No."}, "already_running", 4),
        (422, {"code": "invalid", "errors": {"brief.tone": ["Say how."]}}, "invalid", 2),
        (401, {"code": "not_signed_in"}, "not_signed_in", 2),
        (403, b"<html>", "not_allowed", 2),
        (429, {"code": "throttled"}, "throttled", 5),
        (500, b"Server Error", "unavailable", 5),
        (503, {"code": "of another release"}, "unavailable", 5),
        (418, {"code": "of another release"}, "invalid", 2),
    ],
)
def test_a_refusal_keeps_code_and_fields(
    *, api: Api, server: Server, status: int, problem: Any, code: str, exit_code: int
) -> None:
    server.answer(status, problem)
    with pytest.raises(ConductorError) as refused:
        api.get("runs/1/")
    assert refused.value.code == code
    assert fault_of(refused.value).exit_code == exit_code
    if isinstance(problem, dict):
        assert refused.value.errors == problem.get("errors", {})


def test_a_list_is_read_page_by_page_on_the_address_that_was_given(api: Api, server: Server) -> None:
    server.answer(200, {"results": [1, 2], "next": "http://inside.example/api/v1/runs/?cursor=abc&limit=2"})
    server.answer(200, {"results": [3], "next": None})
    assert api.pages("runs/", limit="2") == [1, 2, 3]
    assert server.asked[1][1] == "/api/v1/runs/?cursor=abc&limit=2"


def test_what_is_not_conductor_is_said(api: Api, server: Server) -> None:
    server.answer(200, b"<html>hello</html>")
    with pytest.raises(Unavailable, match="does not answer like Conductor"):
        api.get("me/")


def test_an_address_outside_the_api_tells_its_status(api: Api, server: Server) -> None:
    server.answer(503, {"checks": {"redis": {"ok": False, "words": "no"}}})
    status, said = api.plain("readyz")
    assert (status, said["checks"]["redis"]["ok"]) == (503, False)


@pytest.mark.parametrize(
    "said", ["ftp://x", "http://", "http://user:pw@x", "http://x/?q=1", "http://x:99999", "http://["]
)
def test_an_address_that_is_none_is_refused_without_showing_a_password(said: str) -> None:
    with pytest.raises(BadInput) as refused:
        Api(said, TOKEN, lambda words: None)
    assert "--server" in refused.value.errors
    assert "pw@" not in str(refused.value)


def test_plain_http_to_another_machine_is_warned_about() -> None:
    notes: list[str] = []
    Api("http://conductor.example", TOKEN, notes.append)
    Api("https://conductor.example", TOKEN, notes.append)
    assert Api("conductor.example", TOKEN, notes.append).base == "https://conductor.example"
    assert len(notes) == 1
