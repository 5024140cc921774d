"""A model server of ours that speaks the protocols of providers over real HTTP: what it says is scripted.

OpenAI chat completions, Anthropic messages and Google generateContent, each whole and streamed. Must not be clever: it
keeps what it was asked, and plays what it is told.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from agents import health
from tests.models import protocols

KEY: Final = "sk-canary-0123456789abcdefghij"


@dataclass(frozen=True, slots=True)
class Heard:
    """One request: which protocol, headers (names in small letters), body."""

    protocol: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def whole(self) -> str:
        return json.dumps(self.body, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is played for one request.

    status other than 200 is an error of the provider; break_after closes the connection after so many pieces; endless
    goes on until nobody listens; kind is another content type than the protocol's; raw is a body of one's own;
    byte_s is how long each byte of a stream takes; reset ends the connection without a farewell where it breaks.
    """

    text: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 0.0
    refusal: str = ""
    cut: bool = False
    break_after: int | None = None
    endless: bool = False
    kind: str = ""
    raw: bytes | None = None
    byte_s: float = 0.0
    reset: bool = False
    tokens: tuple[int, int] | None = (1_000, 200)
    message: str = "scripted"
    pieces: int = 8


Answer = Callable[[Heard], Reply]


@dataclass(slots=True)
class Server:
    """A server and what it has heard. `plan` is played in order, its last reply for ever; or `answer` decides."""

    port: int
    plan: list[Reply] = field(default_factory=list)
    answer: Answer | None = None
    heard: list[Heard] = field(default_factory=list)
    #: Set once a request has begun to be answered, and once somebody hung up in the middle.
    begun: threading.Event = field(default_factory=threading.Event)
    hung_up: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def openai(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def plain(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def play(self, *replies: Reply) -> None:
        self.plan = list(replies)

    def reply_to(self, heard: Heard) -> Reply:
        with self._lock:
            self.heard.append(heard)
            if self.answer is not None:
                return self.answer(heard)
            return self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Bound

    def log_message(self, *args: Any) -> None:
        return

    def do_POST(self) -> None:
        told = self.rfile.read(int(self.headers.get("content-length") or 0))
        protocol = protocols.of_path(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        heard = Heard(protocol.name if protocol else "", self.path, headers, json.loads(told or b"{}"))
        script = self.server.script
        reply = script.reply_to(heard)
        script.begun.set()
        if reply.wait_s:
            time.sleep(reply.wait_s)
        try:
            if protocol is None:
                self._send(404, b'{"error": {"message": "no such path"}}')
            else:
                self._answer(protocol, heard, reply)
        except (BrokenPipeError, ConnectionResetError):
            script.hung_up.set()

    def _answer(self, protocol: protocols.Protocol, heard: Heard, reply: Reply) -> None:
        if reply.raw is not None:
            self._send(reply.status, reply.raw, reply.kind or "text/html", reply.headers)
        elif reply.status != 200:
            error = json.dumps(protocol.error(reply.status, reply.message)).encode()
            self._send(reply.status, error, headers=reply.headers)
        elif protocol.is_streamed(heard.path, heard.body):
            self._stream(protocol.stream(heard.body, reply), reply)
        else:
            self._send(200, json.dumps(protocol.whole(heard.body, reply)).encode())

    def _send(
        self, status: int, body: bytes, kind: str = "application/json", headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, frames: Iterator[bytes], reply: Reply) -> None:
        self.send_response(200)
        self.send_header("content-type", reply.kind or "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for number, frame in enumerate(frames):
            if reply.break_after is not None and number >= reply.break_after:
                break
            for part in (frame,) if not reply.byte_s else (frame[at : at + 1] for at in range(len(frame))):
                time.sleep(reply.byte_s)
                self.wfile.write(part)
                self.wfile.flush()
        if reply.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        self.close_connection = True


class _Bound(ThreadingHTTPServer):
    daemon_threads = True
    script: Server

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up in the middle is no fault of ours."""
        self.script.hung_up.set()


@contextmanager
def serving(*replies: Reply, answer: Answer | None = None) -> Iterator[Server]:
    """The server, on a port of its own, until the end of the block. Who asks it has the libraries loaded by then."""
    health.preload(["llm"])
    with _Bound(("127.0.0.1", 0), _Handler) as bound:
        bound.script = Server(bound.server_address[1], list(replies) or [Reply("{}")], answer)
        thread = threading.Thread(target=bound.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield bound.script
        finally:
            bound.shutdown()
            thread.join(5)
