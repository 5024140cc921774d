"""The websocket client against a server that speaks by hand, byte for byte."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from conductor.cli.websocket import WebSocket
from conductor.lib.errors import Unavailable

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
Play = Callable[[socket.socket, str], None]


def frame(opcode: int, payload: bytes, *, final: bool = True) -> bytes:
    size = len(payload)
    head = bytes([0x80 * final | opcode])
    if size < 126:
        return head + bytes([size]) + payload
    return head + (b"\x7e" + struct.pack("!H", size) if size < 65_536 else b"\x7f" + struct.pack("!Q", size)) + payload


def accept(connection: socket.socket, key: str) -> None:
    proof = base64.b64encode(hashlib.sha1(f"{key}{GUID}".encode()).digest()).decode()
    words = f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {proof}\r\n\r\n"
    connection.sendall(words.encode())


@pytest.fixture
def serve() -> Iterator[Callable[[Play], str]]:
    threads: list[threading.Thread] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def start(play: Play) -> str:
        def run() -> None:
            connection, _ = listening.accept()
            with connection:
                asked = b""
                while b"\r\n\r\n" not in asked:
                    asked += connection.recv(4096)
                lines = dict(line.split(": ", 1) for line in asked.decode().split("\r\n")[1:] if ": " in line)
                assert lines["Authorization"] == "Token secret"
                play(connection, lines["Sec-WebSocket-Key"])

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}/ws/runs/1/?after=0"

    yield start
    listening.close()
    for thread in threads:
        thread.join(5)


def test_messages_arrive_whole_and_in_order(serve: Callable[[Play], str]) -> None:
    long = "x" * 70_000

    def play(connection: socket.socket, key: str) -> None:
        accept(connection, key)
        told = frame(1, b"one") + frame(1, "zw\u00f6lf".encode() * 20) + frame(1, long.encode())
        told += frame(1, b"in ", final=False) + frame(9, b"ping") + frame(0, b"parts")
        for begin in range(0, len(told), 999):
            connection.sendall(told[begin : begin + 999])
        pong = connection.recv(100)
        assert pong[0] == 0x8A
        connection.sendall(frame(8, struct.pack("!H", 4404)))

    with WebSocket(serve(play), "secret") as opened:
        assert [opened.read(5) for _ in range(4)] == ["one", "zw\u00f6lf" * 20, long, "in parts"]
        with pytest.raises(Unavailable, match="4404"):
            opened.read(5)


def test_silence_is_none_and_loses_nothing(serve: Callable[[Play], str]) -> None:
    go = threading.Event()

    def play(connection: socket.socket, key: str) -> None:
        accept(connection, key)
        connection.sendall(frame(1, b"late")[:3])
        go.wait(5)
        connection.sendall(frame(1, b"late")[3:])

    with WebSocket(serve(play), "secret") as opened:
        assert opened.read(0.05) is None
        go.set()
        assert opened.read(5) == "late"


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 403 Forbidden\r\n\r\n", b"HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: x\r\n\r\n", b""]
)
def test_a_refused_handshake_is_said(serve: Callable[[Play], str], answer: bytes) -> None:
    with pytest.raises(Unavailable), WebSocket(serve(lambda c, k: c.sendall(answer)), "secret"):
        pass


def test_nobody_there_is_said() -> None:
    with pytest.raises(Unavailable, match="cannot be opened"), WebSocket("http://127.0.0.1:1/ws/", "secret"):
        pass
