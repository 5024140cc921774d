"""A web process of a test, and a client that says what it was told: the outside view of promises made."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

START_S = 30.0


class Broken(Exception):
    """The connection ended without an answer: the client knows nothing."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, and how long it took."""

    status: int
    body: Any
    headers: dict[str, str]
    seconds: float


@dataclass(frozen=True, slots=True)
class Web:
    process: subprocess.Popen[bytes]
    port: int
    told: Callable[[], str]

    def wait(self) -> Web:
        """Until it takes connections."""
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError(f"the web process did not start\n{self.told()}")

    def get(self, path: str, key: str) -> Said:
        return self.send("GET", path, key)

    def post(self, path: str, key: str, body: Any = None, **headers: str) -> Said:
        return self.send("POST", path, key, {} if body is None else body, **headers)

    def send(self, method: str, path: str, key: str, body: Any = None, **headers: str) -> Said:
        """One request on a connection of its own; header names are given with underscores. Broken without an answer."""
        said = {"Authorization": f"Token {key}", "Content-Type": "application/json", "Connection": "close"}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        began = time.monotonic()
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            link.request(method, path, None if body is None else json.dumps(body), said)
            answer = link.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Broken(repr(error)) from error
        finally:
            link.close()
        took = time.monotonic() - began
        kind = answer.headers.get("Content-Type", "")
        return Said(answer.status, json.loads(raw) if "json" in kind else raw, dict(answer.headers), took)
