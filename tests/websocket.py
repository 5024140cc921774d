"""A small websocket client on asyncio streams, for tests and benchmarks. Reads only when asked, so it can be slow."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Refused(Exception):
    """The handshake was answered with another HTTP status than 101."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Closed:
    """The server closed; 1006 means it did so without a word."""

    code: int


class WebSocket:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(
        cls, port: int, path: str, headers: Mapping[str, str] | None = None, *, limit: int = 2**16
    ) -> WebSocket:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=limit)
        said = {
            "Host": f"127.0.0.1:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13",
            **(headers or {}),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        writer.write(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        status = int(answer.split(b" ", 2)[1])
        if status != 101:
            writer.close()
            raise Refused(status)
        return cls(reader, writer)

    async def receive(self, timeout_s: float = 10) -> str | Closed:
        """The next message, or how it ended."""
        return await asyncio.wait_for(self._receive(), timeout_s)

    async def frame(self, timeout_s: float = 10) -> dict[str, Any]:
        """The next message, which must be a JSON object."""
        said = await self.receive(timeout_s)
        assert isinstance(said, str), said
        return json.loads(said)  # type: ignore[no-any-return]

    async def frames(self, count: int, timeout_s: float = 10) -> list[dict[str, Any]]:
        return [await self.frame(timeout_s) for _ in range(count)]

    async def closed(self, timeout_s: float = 10) -> tuple[int, list[dict[str, Any]]]:
        """The close code, and everything that came before it."""
        before: list[dict[str, Any]] = []
        while True:
            said = await self.receive(timeout_s)
            if isinstance(said, Closed):
                return said.code, before
            before.append(json.loads(said))

    async def unread_until(self, done: Callable[[], bool], timeout_s: float = 60) -> None:
        """Read nothing until that is so."""
        until = time.monotonic() + timeout_s
        while not done():
            assert time.monotonic() < until, "it did not come to that"
            await asyncio.sleep(0.05)

    async def silent(self, for_s: float) -> bool:
        """True if nothing comes for so long."""
        try:
            await self.receive(for_s)
        except TimeoutError:
            return True
        return False

    async def send(self, said: str | bytes | dict[str, Any]) -> None:
        if isinstance(said, dict):
            said = json.dumps(said)
        binary = isinstance(said, bytes)
        await self._send(BINARY if binary else TEXT, said if isinstance(said, bytes) else said.encode())

    async def close(self) -> None:
        self._writer.close()

    async def _send(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
        elif size < 65_536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
        self._writer.write(head + bytes(4) + payload)  # A mask of zeros leaves the payload as it is.
        await self._writer.drain()

    async def _receive(self) -> str | Closed:
        while True:
            try:
                opcode, payload = await self._read()
            except (asyncio.IncompleteReadError, ConnectionError):
                return Closed(1006)
            if opcode == TEXT:
                return payload.decode()
            if opcode == PING:
                await self._send(PONG, payload)
            if opcode == CLOSE:
                self._writer.close()
                return Closed(struct.unpack("!H", payload[:2])[0] if payload else 1005)

    async def _read(self) -> tuple[int, bytes]:
        first, second = await self._reader.readexactly(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", await self._reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", await self._reader.readexactly(8))
        return first & 0x0F, await self._reader.readexactly(size)
