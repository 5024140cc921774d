"""A host that remembers, and a client that speaks to a broker over its real socket."""

import http.client
import json
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conductor.lib.broker import Broker


class Host:
    """Remembers what the broker told it; `refuse` and `fail` are raised at the next occasion."""

    def __init__(self) -> None:
        self.log: list[tuple[Any, ...]] = []
        self.refuse: Exception | None = None
        self.fail: Exception | None = None
        self.hold = threading.Event()
        self.hold.set()
        self.response: Any = None

    def reserve(self, call: int, micros: int) -> None:
        self.log.append(("reserve", call, micros))
        if self.refuse is not None:
            raise self.refuse

    def settle(self, call: int, micros: int | None) -> None:
        self.log.append(("settle", call, micros))

    def handle(self, call: int, max_micros: int, request: Mapping[str, Any]) -> tuple[Any, int | None]:
        self.log.append(("handle", call, max_micros, dict(request)))
        self.hold.wait(10)
        if self.fail is not None:
            raise self.fail
        return ({"echo": dict(request)} if self.response is None else self.response), 42

    def after(self) -> None:
        self.log.append(("after",))


class Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("broker", timeout=20)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(str(self.path))


def post(broker: Broker, body: Any = None, **options: Any) -> tuple[int, dict[str, Any]]:
    content = body if isinstance(body, bytes) else json.dumps(body or call()).encode()
    headers = {"Authorization": f"Bearer {broker.token}", **options.pop("headers", {})}
    connection = Connection(broker.path)
    try:
        connection.request(options.get("method", "POST"), options.get("path", "/v1/call"), content, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def raw(broker: Broker, content: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(broker.path))
        connection.sendall(content)
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
        return answer


def call(number: int = 1, micros: int = 100, **request: Any) -> dict[str, Any]:
    return {"call": number, "max_micros": micros, "request": request}
