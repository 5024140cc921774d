"""Websockets: `/ws/runs/{id}/` for tools, `/ws/` for pages. Parse, sign in, hand to `sockets`; nothing else.

Plain ASGI: there is no group, no channel layer and no dispatch between an event and a socket.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final
from urllib.parse import parse_qs

from django.db import Error

from campaigns.sockets import doors, threads
from campaigns.sockets.connection import CLOSES, Connection
from campaigns.sockets.doors import Guest
from campaigns.sockets.frames import (
    Frame,
    Ping,
    Stream,
    Subscribe,
    Unsubscribe,
    error_frame,
    frame,
    read_after,
    read_command,
    read_stream,
)
from campaigns.sockets.reader import CLOSE_NOT_FOUND, CLOSE_NOT_SIGNED_IN, Reader, reader
from campaigns.sockets.wires import Send
from conductor.lib import ids, logs
from conductor.lib.errors import BadInput, ConductorError, Throttled, Unavailable

CLOSE_BAD_FRAME: Final = 4400
CLOSE_TOO_MANY: Final = 4429
CLOSE_TRY_LATER: Final = 4503
#: Commands a client may send in a row, and how many more each second; wrong ones it may send before it is closed.
BURST: Final = 200
PER_SECOND: Final = 20.0
MOST_WRONG: Final = 20
SOCKETS_PER_USER: Final = 1_000

PONG: Final = frame({"type": "pong"})

log = logs.logger(__name__)


class Consumer:
    """One socket from handshake to end. What a client may say is up to the subclass."""

    def __init__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.started = time.monotonic()
        self.left = float(BURST)
        self.counted_at = self.started
        self.wrong = 0

    @classmethod
    def as_asgi(cls) -> Any:
        async def application(scope: dict[str, Any], receive: Any, send: Send) -> None:
            with logs.context(correlation=str(ids.new_id())):
                await cls(scope, receive, send).run()

        return application

    async def run(self) -> None:
        await self.receive()
        headers = doors.headers_of(self.scope)
        if not doors.brings_token(headers) and not doors.same_origin(headers):
            log.warning("socket.refused", reason="origin", origin=headers.get(b"origin", "")[:200])
            await self.send({"type": "websocket.close"})
            return
        await self.send({"type": "websocket.accept"})
        guest = await self.sign_in(headers)
        if guest is None:
            return
        connection = Connection(guest, reader(), self.send)
        if _open_sockets(connection.reader, guest) >= SOCKETS_PER_USER:
            await self.close(CLOSE_TOO_MANY, "too many open sockets")
            return
        connection.reader.enter(connection)
        try:
            await self.opened(connection)
            await self.attend(connection)
        finally:
            connection.end()
            lasted_s = round(time.monotonic() - self.started, 1)
            log.info("socket.closed", user=guest.actor.label, code=connection.closed_with, seconds=lasted_s)

    async def sign_in(self, headers: doors.Headers) -> Guest | None:
        try:
            return await threads.desk.run(doors.identify, headers, logs.correlation())
        except ConductorError as error:
            await self.close(CLOSE_NOT_SIGNED_IN, error.message)
        except Error as error:
            log.warning("sockets.database_away", error=type(error).__name__, during="sign_in")
            await self.close(CLOSE_TRY_LATER, "try again later")
        return None

    async def close(self, code: int, reason: str) -> None:
        await self.send({"type": "websocket.close", "code": code, "reason": reason})

    async def attend(self, connection: Connection) -> None:
        """Take frames until the client is gone; they never wait for one another here, so none pile up."""
        while True:
            message = await self.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message["type"] != "websocket.receive" or not connection.is_open:
                continue
            if not self.in_time():
                said = _error(Throttled("Too many frames; connect again more slowly."))
                connection.shut(CLOSE_TOO_MANY, "too many frames", said)
                continue
            try:
                self.received(connection, message.get("text"))
            except ConductorError as error:
                self.wrong += 1
                if self.wrong < MOST_WRONG:
                    connection.push(_error(error))
                else:
                    connection.shut(CLOSE_BAD_FRAME, "too many bad frames", _error(error))

    def in_time(self) -> bool:
        """One frame out of a bucket that fills with time."""
        now = time.monotonic()
        self.left = min(BURST, self.left + (now - self.counted_at) * PER_SECOND) - 1
        self.counted_at = now
        return self.left >= 0

    async def opened(self, connection: Connection) -> None:
        """What happens before the first frame."""

    def received(self, connection: Connection, text: str | None) -> None:
        raise NotImplementedError


class RunConsumer(Consumer):
    """One run, for tools: a snapshot or what follows `after`, then every event. Takes no commands."""

    async def opened(self, connection: Connection) -> None:
        query = parse_qs(self.scope.get("query_string", b"").decode("latin1"), keep_blank_values=True)
        try:
            stream = read_stream(f"run:{self.scope['url_route']['kwargs']['run_id']}", "run")
        except BadInput:
            connection.shut(CLOSE_NOT_FOUND, "there is no such run")
            return
        try:
            wanted = Subscribe(stream, read_after(query["after"][-1] if "after" in query else None))
            await connection.subscribe(wanted, acknowledge=False)
        except ConductorError as error:
            connection.shut(CLOSES.get(error.code, CLOSE_BAD_FRAME), error.message, _error(error))
        except Error as error:
            log.warning("sockets.database_away", error=type(error).__name__, during="subscribe")
            connection.shut(CLOSE_TRY_LATER, "try again later")

    def received(self, connection: Connection, text: str | None) -> None:
        raise BadInput("This address takes no frames; /ws/ does.", code="malformed")


class PageConsumer(Consumer):
    """Many streams over one socket, for pages. Commands are worked off in order, beside the taking of frames."""

    def __init__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        super().__init__(scope, receive, send)
        self.commands: asyncio.Queue[Subscribe | Unsubscribe] = asyncio.Queue(BURST)

    async def attend(self, connection: Connection) -> None:
        working = asyncio.create_task(self.work(connection))
        try:
            await super().attend(connection)
        finally:
            working.cancel()

    def received(self, connection: Connection, text: str | None) -> None:
        if text is None:
            raise BadInput("Frames are text, not binary.", code="malformed")
        command = read_command(text)
        if isinstance(command, Ping):
            connection.push(PONG)
            return
        try:
            self.commands.put_nowait(command)
        except asyncio.QueueFull:
            connection.shut(CLOSE_TOO_MANY, "too many frames")

    async def work(self, connection: Connection) -> None:
        while True:
            command = await self.commands.get()
            try:
                if isinstance(command, Unsubscribe):
                    connection.unsubscribe(command.stream)
                else:
                    await connection.subscribe(command, acknowledge=True)
            except ConductorError as error:
                connection.push(_error(error, command.stream))
            except Error as error:
                log.warning("sockets.database_away", error=type(error).__name__, during="subscribe")
                connection.push(_error(Unavailable(), command.stream))


def _error(error: ConductorError, stream: Stream | None = None) -> Frame:
    return error_frame(error.code, error.message, stream=str(stream or ""), errors=error.errors)


def _open_sockets(reading: Reader, guest: Guest) -> int:
    return sum(1 for listener in reading.listeners if listener.right.user_id == guest.right.user_id)
