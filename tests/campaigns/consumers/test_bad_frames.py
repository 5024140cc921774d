"""Everything a client should not send: an error frame or a close in the 4400s, never a trace, and others go on."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from campaigns.models import Run
from tests.campaigns.consumers.conftest import SOME_ID, Person, Server, append, in_thread
from tests.websocket import WebSocket


@pytest.fixture(autouse=True)
def _no_trace(server: Server) -> Iterator[None]:
    before = server.log.stat().st_size
    yield
    said = server.log.read_text()[before:]
    assert "Traceback" not in said
    assert "Exception" not in said


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"\x00\x01", "malformed"),
        (b"", "malformed"),
        ("", "malformed"),
        ("nonsense", "malformed"),
        ("[" * 4_000, "malformed"),
        ('{"type": "hello"}', "malformed"),
        ("x" * 5_000, "too_large"),
        ("x" * 1_000_000, "too_large"),
        ('{"subscribe": "run:1"}', "invalid"),
        (json.dumps({"subscribe": f"run:{SOME_ID}", "after": -1}), "invalid"),
        (json.dumps({"subscribe": f"run:{SOME_ID}", "after": 2**63}), "invalid"),
        (json.dumps({"subscribe": f"run:{SOME_ID}", "after": "1e9"}), "invalid"),
        (json.dumps({"subscribe": f"run:{SOME_ID}"}), "not_found"),
        (json.dumps({"subscribe": f"campaign:{SOME_ID}"}), "not_found"),
        (json.dumps({"subscribe": f"team:{SOME_ID}"}), "not_found"),
    ],
)
async def test_a_bad_frame_is_answered_and_the_socket_lives(
    server: Server, run: Run, viewer: Person, said: str | bytes, code: str
) -> None:
    socket = await server.page_socket(viewer)
    await socket.send(said)
    answer = await socket.frame()
    assert (answer["type"], answer["code"]) == ("error", code)
    await socket.send({"subscribe": f"run:{run.pk}", "after": 0})
    assert (await socket.frame())["type"] == "subscribed"


async def test_a_frame_beyond_the_servers_limit_is_closed(server: Server, viewer: Person) -> None:
    socket = await server.page_socket(viewer)
    await socket.send("x" * (2 * 2**20))
    code, _ = await socket.closed()
    assert code in (1009, 1006)


async def test_many_bad_frames_close_the_socket(server: Server, viewer: Person) -> None:
    socket = await server.page_socket(viewer)
    for _ in range(30):
        await socket.send("nonsense")
    code, before = await socket.closed()
    assert code == 4400
    assert all(frame["code"] == "malformed" for frame in before)


async def test_a_flood_is_closed_and_others_go_on(server: Server, run: Run, viewer: Person) -> None:
    other = await server.run_socket(run, viewer, after=0)
    socket = await server.page_socket(viewer)

    async def flood() -> None:
        for _ in range(2_000):
            await socket.send({"ping": 1})
            await asyncio.sleep(0.001)

    flooding = asyncio.create_task(flood())
    code, before = await socket.closed(30)
    flooding.cancel()
    await asyncio.gather(flooding, return_exceptions=True)
    assert code == 4429
    assert before[-1]["code"] == "throttled"
    await in_thread(append, run, 3)
    assert [frame["seq"] for frame in await other.frames(3)] == [1, 2, 3]


async def test_a_run_socket_takes_no_frames(server: Server, run: Run, viewer: Person) -> None:
    socket = await server.run_socket(run, viewer, after=0)
    await socket.send({"subscribe": f"run:{run.pk}"})
    assert (await socket.frame())["code"] == "malformed"
    await in_thread(append, run)
    assert (await socket.frame())["seq"] == 1


@pytest.mark.parametrize("after", ["-1", "1e9", str(2**63), "", "x", "1.5", "%00", "9" * 4_000])
async def test_a_bad_after_closes_with_the_reason(server: Server, run: Run, viewer: Person, after: str) -> None:
    socket = await WebSocket.connect(server.port, f"/ws/runs/{run.pk}/?after={after}", viewer.by_token)
    code, before = await socket.closed()
    assert code == 4400
    assert "after" in before[0]["errors"]


@pytest.mark.parametrize(
    "path", ["/ws/runs/1/", "/ws/runs/x%00y/", "/ws/runs/..%2f/", "/ws/nothing/", "/ws/runs/", "/x"]
)
async def test_an_unknown_address_is_closed_as_unknown(server: Server, viewer: Person, path: str) -> None:
    socket = await WebSocket.connect(server.port, path, viewer.by_token)
    assert (await socket.closed())[0] == 4404


async def test_subscribing_to_too_many_streams_is_refused(server: Server, run: Run, viewer: Person) -> None:
    socket = await server.page_socket(viewer)
    await in_thread(_runs, run, 101)
    for pk in await in_thread(lambda: list(Run.objects.exclude(pk=run.pk).values_list("pk", flat=True))):
        await socket.send({"subscribe": f"run:{pk}", "after": 0})
    answers = await socket.frames(101)
    assert [answer["type"] for answer in answers].count("subscribed") == 100
    assert answers[-1]["errors"]["subscribe"]


def _runs(run: Run, count: int) -> None:
    for number in range(count):
        Run.objects.create(
            campaign=run.campaign, team=run.team, number=number + 2, kind="creative", state="completed",
            created_at=run.created_at, updated_at=run.created_at, deadline_at=run.deadline_at,
        )  # fmt: skip
