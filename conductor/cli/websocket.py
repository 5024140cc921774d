"""A websocket as a tool reads it: text messages in order, one reader, no threads. RFC 6455, standard library only."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import ssl
import struct
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

from conductor.lib.errors import Unavailable

CONNECT_S: Final = 10.0
LARGEST: Final = 16_000_000
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_GUID: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class WebSocket:
    """Connected on entering, closed on leaving. `url` is http(s)://host[:port]/path."""

    def __init__(self, url: str, token: str) -> None:
        self._parts = urlsplit(url)
        self._token = token
        self._held = b""
        self._pieces: list[bytes] = []

    def __enter__(self) -> WebSocket:
        host, secure = self._parts.hostname or "", self._parts.scheme == "https"
        port = self._parts.port or (443 if secure else 80)
        try:
            raw = socket.create_connection((host, port), timeout=CONNECT_S)
            self._socket = ssl.create_default_context().wrap_socket(raw, server_hostname=host) if secure else raw
            self._shake_hands(f"{host}:{port}")
        except OSError as error:
            raise Unavailable(f"The websocket cannot be opened: {error.strerror or error}.") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def read(self, timeout_s: float) -> str | None:
        """The next message; None if none comes for so long. Unavailable once the other side has closed."""
        self._socket.settimeout(timeout_s)
        while True:
            try:
                opcode, final, payload = self._frame()
            except TimeoutError:
                return None
            except OSError as error:
                raise Unavailable(f"The websocket broke: {error.strerror or error}.") from error
            if opcode == _CLOSE:
                code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
                raise Unavailable(f"The server closed the websocket ({code}).")
            if opcode == _PING:
                self._send(_PONG, payload)
            elif opcode in (0, _TEXT):
                self._pieces.append(payload)
                if final:
                    message, self._pieces = b"".join(self._pieces), []
                    return message.decode("utf-8", "replace")

    def _shake_hands(self, host: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {self._parts.path}?{self._parts.query} HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            f"Authorization: Token {self._token}",
        ]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        while b"\r\n\r\n" not in self._held:
            self._receive()
        head, _, self._held = self._held.partition(b"\r\n\r\n")
        status, *headers = head.decode("latin-1").split("\r\n")
        if " 101 " not in f"{status} ":
            raise Unavailable(f"The websocket was refused: {status}.")
        said = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in headers)}
        proof = base64.b64encode(hashlib.sha1(f"{key}{_GUID}".encode(), usedforsecurity=False).digest()).decode()
        if said.get("sec-websocket-accept") != proof:
            raise Unavailable("What answers there does not speak websocket.")

    def _frame(self) -> tuple[int, bool, bytes]:
        """One whole frame; what came of it so far is kept if the rest is late."""
        need = 2
        while True:
            while len(self._held) < need:
                self._receive()
            first, second = self._held[0], self._held[1]
            size, begin = second & 0x7F, 2
            if size >= 126:
                begin = 4 if size == 126 else 10
                if len(self._held) < begin:
                    need = begin
                    continue
                size = int.from_bytes(self._held[2:begin], "big")
            if size > LARGEST:
                raise Unavailable("A message of the websocket is too large.")
            need = begin + size
            if len(self._held) >= need:
                payload, self._held = self._held[begin:need], self._held[need:]
                return first & 0x0F, bool(first & 0x80), payload

    def _receive(self) -> None:
        got = self._socket.recv(65_536)
        if not got:
            raise Unavailable("The server closed the connection.")
        self._held += got

    def _send(self, opcode: int, payload: bytes) -> None:
        """Only answers to pings, which are short. A mask of zeros leaves the payload as it is."""
        self._socket.sendall(struct.pack("!BB", 0x80 | opcode, 0x80 | len(payload)) + bytes(4) + payload)
