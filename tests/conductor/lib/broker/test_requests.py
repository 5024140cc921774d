"""Whatever is sent to the broker is answered in bounded time and memory, by name of the fault."""

import json
import time
from typing import Any

import pytest

from conductor.lib import broker_http
from conductor.lib.broker import Broker
from tests.conductor.lib.broker.hosts import Host, call, post, raw


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "x",
        {"call": 1, "max_micros": 1},
        {"call": 1, "max_micros": 1, "request": {}, "more": 1},
        {"call": 0, "max_micros": 1, "request": {}},
        {"call": -1, "max_micros": 1, "request": {}},
        {"call": True, "max_micros": 1, "request": {}},
        {"call": "1", "max_micros": 1, "request": {}},
        {"call": 1.0, "max_micros": 1, "request": {}},
        {"call": 2**63, "max_micros": 1, "request": {}},
        {"call": 1, "max_micros": -1, "request": {}},
        {"call": 1, "max_micros": 10**13, "request": {}},
        {"call": 1, "max_micros": None, "request": {}},
        {"call": 1, "max_micros": 1, "request": []},
        {"call": 1, "max_micros": 1, "request": None},
        b"",
        b"{",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"call": 1, "call": 2, "max_micros": 1, "request": {}}',
        b'{"call": NaN, "max_micros": 1, "request": {}}',
        b'{"call": 1e400, "max_micros": 1, "request": {}}',
        b'{"call": 1, "max_micros": 1, "request": {"a": ' + b"[" * 100 + b"]" * 100 + b"}}",
        b"[" * 200_000,
        b'{"call": ' + b"9" * 10_000 + b', "max_micros": 1, "request": {}}',
    ],
)
def test_bad_bodies_are_refused_by_name(broker: Broker, host: Host, body: Any) -> None:
    status, problem = post(broker, body if isinstance(body, bytes) else json.dumps(body).encode())
    assert status in (400, 422)
    assert problem["code"] in ("malformed", "invalid")
    assert host.log == []


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"path": "/"}, 404),
        ({"path": "/v1/call/"}, 404),
        ({"path": "//v1/call"}, 404),
        ({"method": "GET"}, 405),
        ({"method": "PUT"}, 405),
    ],
)
def test_only_one_address_is_served(broker: Broker, host: Host, options: dict[str, Any], status: int) -> None:
    assert post(broker, **options)[0] == status
    assert host.log == []


@pytest.mark.parametrize(
    "head",
    [
        b"garbage\r\n\r\n",
        b"\r\n\r\n",
        b"POST /v1/call HTTP/9\r\n\r\n",
        b"POST  /v1/call HTTP/1.1\r\n\r\n",
        b"POST /v1/call HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST /v1/call HTTP/1.1\r\nA : b\r\n\r\n",
        b"POST /v1/call HTTP/1.1\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
        b"POST /v1/call HTTP/1.1\r\nAuthorization: Bearer TOKEN\r\n\r\n",
        b"POST /v1/call HTTP/1.1\r\nAuthorization: Bearer TOKEN\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /v1/call HTTP/1.1\r\nAuthorization: Bearer TOKEN\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/call HTTP/1.1\r\nAuthorization: Bearer TOKEN\r\nContent-Length: 1_0\r\n\r\n",
        b"POST /v1/call HTTP/1.1\r\nAuthorization: Bearer TOKEN\r\nContent-Length: \xb2\r\n\r\n",
    ],
)
def test_odd_requests_are_malformed(broker: Broker, head: bytes) -> None:
    assert raw(broker, head.replace(b"TOKEN", broker.token.encode())).startswith(b"HTTP/1.1 400 ")


def test_large_heads_and_bodies_are_refused_before_they_are_read(broker: Broker) -> None:
    assert raw(broker, b"POST /v1/call HTTP/1.1\r\n" + b"a" * 20_000).startswith(b"HTTP/1.1 413 ")
    head = f"POST /v1/call HTTP/1.1\r\nAuthorization: Bearer {broker.token}\r\nContent-Length: 99999999\r\n\r\n"
    assert raw(broker, head.encode()).startswith(b"HTTP/1.1 413 ")


def test_refusal_is_read_also_by_who_is_still_sending(broker: Broker) -> None:
    body = json.dumps(call(1, text="x" * 1_000_000)).encode()
    for _ in range(5):
        assert post(broker, body, headers={"Authorization": "Bearer wrong"})[0] == 401


def test_slow_request_is_cut(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_http, "READ_SECONDS", 0.3)
    started = time.monotonic()
    assert raw(broker, b"POST /v1/call HTTP/1.1\r\n").startswith(b"HTTP/1.1 400 ")
    assert time.monotonic() - started < 5
