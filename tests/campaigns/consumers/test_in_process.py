"""The application without daphne: any ASGI server whose `send` waits will do."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from campaigns.models import Run
from campaigns.sockets import threads
from campaigns.sockets.reader import reader
from conductor.asgi import application
from tests.campaigns.consumers.conftest import Person, append, in_thread


class Socket:
    """One socket as an ASGI server would hold it."""

    def __init__(self, path: str, query: str, person: Person) -> None:
        headers = [(name.lower().encode(), said.encode()) for name, said in person.by_token.items()]
        scope = {"type": "websocket", "path": path, "query_string": query.encode(), "headers": headers}
        self.to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue(10)
        self.to_app.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(application(scope, self.to_app.get, self.from_app.put))

    async def frame(self) -> dict[str, Any]:
        said = await asyncio.wait_for(self.from_app.get(), 10)
        if said["type"] == "websocket.accept":
            return await self.frame()
        return json.loads(said["text"]) if said["type"] == "websocket.send" else said

    async def leave(self) -> None:
        self.to_app.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self.task, 5)


@pytest.fixture(autouse=True)
async def _no_connections_left(transactional_db: None) -> AsyncIterator[None]:
    yield
    for pool in (threads.reading, threads.desk):
        await pool.close_connections()


async def test_events_arrive_in_order(run: Run, viewer: Person) -> None:
    socket = Socket(f"/ws/runs/{run.pk}/", "after=0", viewer)
    await in_thread(append, run, 500)
    assert [(await socket.frame())["seq"] for _ in range(500)] == list(range(1, 501))
    await socket.leave()


async def test_the_reader_rests_when_the_last_socket_has_left(run: Run, viewer: Person) -> None:
    socket = Socket(f"/ws/runs/{run.pk}/", "", viewer)
    assert (await socket.frame())["type"] == "snapshot"
    working = list(reader()._tasks)
    assert working
    await socket.leave()
    await asyncio.gather(*working, return_exceptions=True)
    assert [reader()._tasks, reader().feeds, reader().listeners] == [[], {}, set()]
    again = Socket(f"/ws/runs/{run.pk}/", "after=0", viewer)
    await in_thread(append, run)
    assert (await again.frame())["seq"] == 1
    await again.leave()


async def test_a_client_that_never_reads_is_closed(run: Run, viewer: Person) -> None:
    socket = Socket(f"/ws/runs/{run.pk}/", "after=0", viewer)
    await in_thread(append, run, 3_000)
    await asyncio.sleep(1.5)
    got = []
    while (said := await socket.frame()).get("type") != "websocket.close":
        got.append(said["seq"])
    assert said["code"] == 4408
    assert got == list(range(1, len(got) + 1))
    await socket.leave()
