"""`/ws/runs/{id}/`: every event once, in order, from the snapshot or from `after` on."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from campaigns.models import Event, Run
from campaigns.queries import events
from tests.campaigns.consumers.conftest import Person, Server, StartServer, append, in_thread
from tests.websocket import WebSocket


async def test_first_frame_is_a_snapshot_then_events_follow(server: Server, run: Run, viewer: Person) -> None:
    await in_thread(append, run, 3)
    socket = await server.run_socket(run, viewer)
    snapshot = await socket.frame()
    assert (snapshot["type"], snapshot["last_event"]) == ("snapshot", 3)
    assert snapshot["run"]["id"] == str(run.pk)
    await in_thread(append, run, 2)
    assert [frame["seq"] for frame in await socket.frames(2)] == [4, 5]


async def test_a_frame_is_the_json_of_the_event(server: Server, run: Run, viewer: Person) -> None:
    socket = await server.run_socket(run, viewer, after=0)
    await in_thread(append, run)
    stored = await in_thread(Event.objects.get, stream_id=run.pk)
    assert await socket.frame() == events.frame(stored)


async def test_after_gives_only_what_came_later(server: Server, run: Run, viewer: Person) -> None:
    await in_thread(append, run, 500)
    socket = await server.run_socket(run, viewer, after=100)
    assert [frame["seq"] for frame in await socket.frames(400)] == list(range(101, 501))


async def test_after_beyond_the_last_event_is_answered_with_a_snapshot(
    server: Server, run: Run, viewer: Person
) -> None:
    socket = await server.run_socket(run, viewer, after=9)
    assert (await socket.frame())["type"] == "snapshot"


async def test_no_gap_while_many_writers_commit_and_roll_back(server: Server, run: Run, viewer: Person) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(40))
    sockets = [await server.run_socket(run, viewer, after=0) for _ in range(5)]
    writes = [in_thread(append, run, 1 + number % 3, roll_back=number % 2 == 1) for number in range(200)]
    late = asyncio.create_task(_join_later(server, run, viewer))
    await asyncio.gather(*writes)
    last = (await in_thread(Run.objects.get, pk=run.pk)).last_event_seq
    for socket in [*sockets, await late]:
        assert [frame["seq"] for frame in await socket.frames(last)] == list(range(1, last + 1))
        assert await socket.silent(0.3)


async def _join_later(server: Server, run: Run, viewer: Person) -> WebSocket:
    await asyncio.sleep(0.1)
    return await server.run_socket(run, viewer, after=0)


async def test_reconnecting_with_after_loses_and_repeats_nothing(server: Server, run: Run, viewer: Person) -> None:
    seen: list[int] = []
    for _ in range(5):
        socket = await server.run_socket(run, viewer, after=len(seen))
        await in_thread(append, run, 7)
        seen += [frame["seq"] for frame in await socket.frames(5)]
        await socket.close()
    assert seen == list(range(1, 26))


@pytest.mark.faults
async def test_a_killed_web_process_costs_no_event(start_server: StartServer, run: Run, viewer: Person) -> None:
    victim = start_server()
    socket = await victim.run_socket(run, viewer, after=0)
    await in_thread(append, run, 3)
    seen = [frame["seq"] for frame in await socket.frames(3)]
    victim.process.kill()
    await in_thread(append, run, 3)
    other = start_server()
    socket = await other.run_socket(run, viewer, after=seen[-1])
    assert [frame["seq"] for frame in await socket.frames(3)] == [4, 5, 6]


async def test_two_web_processes_deliver_the_same(
    server: Server, start_server: StartServer, run: Run, viewer: Person
) -> None:
    sockets = [await each.run_socket(run, viewer, after=0) for each in (server, start_server())]
    await in_thread(append, run, 10)
    first, second = [await socket.frames(10) for socket in sockets]
    assert first == second
