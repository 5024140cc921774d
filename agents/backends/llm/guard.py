"""The HTTP client of model calls: connects only where it may, follows no redirect, and reads no answer without end.

Must not know providers. Loaded only when a model is called.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import suppress
from functools import cache
from typing import Any, Final

import httpcore2
import httpx2

from agents.contracts import AgentFault
from conductor.lib import outbound
from conductor.lib.outbound import Place

CONNECT_S: Final = 10.0
_READABLE: Final = ("application/json", "text/event-stream", "application/x-ndjson")
#: What is sent in the head of a request; libraries add more, some of it from the server's environment.
_SENT: Final = frozenset(
    "host accept content-type content-length transfer-encoding connection user-agent anthropic-version"
    " anthropic-beta".split()
)
_BEARS_KEY: Final = frozenset(("authorization", "x-api-key", "x-goog-api-key"))


class Refused(Exception):
    """Why an answer is not read or a connection not made; whoever unwinds to it finds the fault."""

    def __init__(self, fault: AgentFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def client(hosts: Collection[str], *, key: str, seconds: float, most_bytes: int) -> httpx2.AsyncClient:
    """A client for one run; whoever asks for it closes it. No proxy of the environment is used, no key but this."""
    return httpx2.AsyncClient(
        transport=_Transport(hosts, key, most_bytes, time.monotonic() + seconds),
        follow_redirects=False,
        trust_env=False,
        timeout=httpx2.Timeout(seconds, connect=min(CONNECT_S, seconds)),
    )


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates takes longer than some calls."""
    return httpx2.create_ssl_context(trust_env=False)


class _Transport(httpx2.AsyncHTTPTransport):
    def __init__(self, hosts: Collection[str], key: str, most_bytes: int, until: float) -> None:
        super().__init__(verify=_trusted(), trust_env=False)
        self._key = key
        self._until = until
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_trusted(),
            max_connections=2,
            network_backend=_Doorman(hosts),
        )
        self._most_bytes = most_bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._keep_to_ours(request.headers)
        response = await super().handle_async_request(request)
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if 300 <= response.status_code < 400:
            await response.aclose()
            raise Refused(_unreachable("The address answers with a redirect, which is not followed."))
        if response.status_code < 300 and kind not in _READABLE:
            await response.aclose()
            raise Refused(_unreachable(f"The address does not answer like a model, but with {kind[:60] or 'no type'}."))
        if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
            await response.aclose()
            raise Refused(_unreachable("The address answers in a packed form that was not asked for."))
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream, self._most_bytes, self._until)
        return response

    def _keep_to_ours(self, headers: httpx2.Headers) -> None:
        """Nothing packed is asked for: a little of it can become a lot. Of keys only the one that was lent is sent."""
        for name in list(headers):
            bears = name in _BEARS_KEY and headers[name].removeprefix("Bearer ") == self._key
            if name not in _SENT and not bears:
                del headers[name]
        headers["accept-encoding"] = "identity"


class _Bounded(httpx2.AsyncByteStream):
    """Ends at so many bytes, and in time also where what comes keeps the loop too busy to look at the clock."""

    def __init__(self, stream: httpx2.AsyncByteStream, most: int, until: float) -> None:
        self._stream = stream
        self._left = most
        self._until = until

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            if time.monotonic() >= self._until:
                raise Refused(AgentFault("agent_timeout", "The model took longer than its limit.", "transient"))
            self._left -= len(chunk)
            if self._left < 0:
                raise Refused(AgentFault("agent_output_too_large", "The model sent far more than its limit.", "fatal"))
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Doorman(httpcore2.AnyIOBackend):
    """Looks a name up once, judges every address, and connects to a judged one; TLS still proves the name."""

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = tuple(hosts)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as the base class has it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            addresses = await _addresses(host, port)
        except (OSError, UnicodeError) as error:
            raise Refused(_unreachable("The host of the model is not known.")) from error
        place = Place(host.casefold(), port)
        if not addresses or not all(outbound.may_connect(address, place, self._hosts) for address in addresses):
            words = "The host of the model is inside a private network, and MODEL_HOSTS does not name it."
            raise Refused(_unreachable(words))
        return await self._connect_first(addresses, port, timeout, local_address, socket_options)

    async def _connect_first(
        self, addresses: list[str], port: int, seconds: float | None, local: str | None, options: Iterable[Any] | None
    ) -> httpcore2.AsyncNetworkStream:
        last: Exception | None = None
        for address in addresses:
            try:
                return await super().connect_tcp(address, port, seconds, local, options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
        assert last is not None
        raise last

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - as the base class has it
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise Refused(_unreachable("A model is not reached through a socket of this machine."))


async def _addresses(host: str, port: int) -> list[str]:
    """What a name stands for. Looked up in a thread of its own: one that hangs must not hold up the end of the loop."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def tell(found: list[str], error: Exception | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(found)
        else:
            answer.set_exception(error)

    def look_up() -> None:
        found: list[str] = []
        error: Exception | None = None
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError) as failed:
            error = failed
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(tell, found, error)

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    return await answer


def _unreachable(words: str) -> AgentFault:
    return AgentFault("agent_unreachable", words, "fatal")
