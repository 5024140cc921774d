"""The sending half of one socket: a bounded queue in front of a server, and the measure of how far it lags.

Must not know what the frames mean. daphne takes everything at once and lets memory grow behind a client that does not
read, so on daphne the wire asks the transport when to stop and when to go on, and hands over frames made once for all.
"""

from __future__ import annotations

import asyncio
import functools
import sys
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from campaigns.sockets.frames import Bundle, Frame

Send = Callable[[dict[str, Any]], Awaitable[None]]

LONGEST_QUEUE: Final = 1_000
#: How long a client that was too slow is given to read why it was closed.
FAREWELL_S: Final = 60


class Wire(ABC):
    """`push` never waits; `room` is for those who can. `overflow` is called once, when the queue is over its bound."""

    def __init__(self, overflow: Callable[[], None]) -> None:
        self.queue: deque[tuple[float, Frame]] = deque()
        self._overflow = overflow
        self._closed = False
        self._emptied = asyncio.Event()

    @abstractmethod
    def push(self, frame: Frame) -> None: ...

    def push_all(self, bundle: Bundle) -> None:
        for frame in bundle.frames:
            self.push(frame)

    def close(self) -> None:
        """Send nothing more."""
        self._closed = True
        self.queue.clear()
        self._emptied.set()

    async def room(self) -> None:
        """Return when everything pushed so far has been taken."""
        while self.queue and not self._closed:
            self._emptied.clear()
            await self._emptied.wait()

    def lag_s(self) -> float:
        """How long the oldest frame has waited."""
        return time.monotonic() - self.queue[0][0] if self.queue else 0.0

    def _keep(self, frame: Frame) -> None:
        self.queue.append((time.monotonic(), frame))
        if len(self.queue) > LONGEST_QUEUE:
            self._overflow()


class PlainWire(Wire):
    """For servers whose `send` waits until the client keeps up."""

    def __init__(self, send: Send, overflow: Callable[[], None]) -> None:
        super().__init__(overflow)
        self._send = send
        self._sender: asyncio.Task[None] | None = None

    def push(self, frame: Frame) -> None:
        if self._closed:
            return
        self._keep(frame)
        if self._sender is None and not self._closed:
            self._sender = asyncio.get_running_loop().create_task(self._drain())

    def close(self) -> None:
        super().close()
        if self._sender is not None:
            self._sender.cancel()

    async def _drain(self) -> None:
        while self.queue:
            await self._send({"type": "websocket.send", "text": self.queue[0][1].text})
            if self.queue:
                self.queue.popleft()
        self._sender = None
        self._emptied.set()


class DaphneWire(Wire):
    """Writes to daphne's protocol itself, and is the producer its transport pauses and resumes."""

    def __init__(self, protocol: Any, overflow: Callable[[], None]) -> None:
        super().__init__(overflow)
        self._protocol = protocol
        self._transport = protocol.transport
        self._is_plain = hasattr(self._transport, "writeSomeData") and not getattr(self._transport, "TLS", False)
        self._flowing = True
        self._transport.unregisterProducer()
        self._transport.registerProducer(self, True)

    def push(self, frame: Frame) -> None:
        if self._closed:
            return
        if self._flowing and not self.queue:
            self._write(frame)
        else:
            self._keep(frame)

    def push_all(self, bundle: Bundle) -> None:
        if self._closed or self.queue or not self._flowing or self._protocol.send_queue:
            super().push_all(bundle)
        elif self._is_open():
            if bundle.prepared is None:
                bundle.prepared = b"".join(self._prepared(frame) for frame in bundle.frames)
            self._put(bundle.prepared)

    def close(self) -> None:
        super().close()
        if not self._flowing:
            self._protocol.closeHandshakeTimeout = FAREWELL_S

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._flowing = False

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._flowing = True
        while self.queue and self._flowing:
            self._write(self.queue.popleft()[1])
        if not self.queue:
            self._emptied.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.close()

    def _write(self, frame: Frame) -> None:
        if self._is_open():
            data = self._prepared(frame)
            if self._protocol.send_queue:
                self._protocol.sendData(data)
            else:
                self._put(data)

    def _is_open(self) -> bool:
        return bool(self._protocol.state == self._protocol.STATE_OPEN)

    def _prepared(self, frame: Frame) -> bytes:
        if frame.prepared is None:
            frame.prepared = self._protocol.factory.prepareMessage(frame.text.encode(), doNotCompress=True).payloadHybi
        return frame.prepared

    def _put(self, data: bytes) -> None:
        """Straight to the kernel where nothing waits before it; what it does not take goes through the reactor.

        Twisted's own `write` always waits for the next turn of the loop and asks epoll twice, for each socket.
        """
        transport = self._transport
        if self._is_plain and not transport.dataBuffer and not transport._tempDataBuffer:  # noqa: SLF001 - no public sign
            taken = transport.writeSomeData(data)
            if isinstance(taken, int):
                data = data[taken:]
        if data:
            transport.write(data)


def wire_for(send: Send, overflow: Callable[[], None]) -> Wire:
    """The best wire for the server behind `send`; daphne is never imported here, since it brings its own reactor."""
    daphne = sys.modules.get("daphne.ws_protocol")
    behind = send.args[0] if isinstance(send, functools.partial) and send.args else None
    if daphne is not None and isinstance(behind, daphne.WebSocketProtocol):
        return DaphneWire(behind, overflow)
    return PlainWire(send, overflow)
