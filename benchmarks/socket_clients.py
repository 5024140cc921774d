"""Many websocket clients in one process of their own: notes when which event arrived on which socket.

`python -m benchmarks.socket_clients PORT COUNT`; paths and tokens come on stdin as JSON, answers go to stdout as JSON.
"""

import asyncio
import base64
import functools
import gc
import json
import os
import sys
import time
from typing import Any

NUMBER = b'"seq":'


class Client(asyncio.Protocol):
    """Reads frames as they arrive; the time is taken before anything else."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.buffer = b""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.arrived: list[tuple[int, float]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        data = self.buffer + data
        if not self.ready.done():
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self.buffer = head
                return
            if b" 101 " not in head[:20]:
                self.ready.set_exception(ConnectionError(head[:80].decode("latin1")))
                return
            self.ready.set_result(None)
        while (size := frame_size(data)) and len(data) >= size:
            at = data.find(NUMBER, 0, size)
            if at > 0:
                self.arrived.append((int(data[at + len(NUMBER) : data.index(b",", at)]), now))
            data = data[size:]
        self.buffer = data


def frame_size(data: bytes) -> int:
    """How many bytes the first frame has in all; 0 if that cannot be seen yet."""
    if len(data) < 4:
        return 0
    size = data[1] & 0x7F
    return 4 + int.from_bytes(data[2:4], "big") if size == 126 else 2 + size


def request(port: int, path: str, token: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Token {token}\r\n\r\n"
    ).encode()


async def main(port: int, path: str, tokens: list[str]) -> None:
    loop = asyncio.get_running_loop()
    clients: list[Client] = []
    for token in tokens:
        client = Client(request(port, path, token))
        await loop.create_connection(functools.partial(_itself, client), "127.0.0.1", port)
        await asyncio.wait_for(client.ready, 30)
        clients.append(client)
    gc.collect()
    gc.freeze()
    gc.disable()
    say("ready")
    await loop.run_in_executor(None, sys.stdin.readline)
    say([client.arrived for client in clients])


def _itself(client: Client) -> Client:
    return client


def say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asked = json.loads(sys.stdin.readline())
    asyncio.run(main(asked["port"], asked["path"], asked["tokens"]))
