"""`/ws/`: many streams over one socket, hints for lists of runs, the inbox, text that is being written."""

import asyncio
from typing import Any

import redis

from campaigns import events as recorder
from campaigns.models import Campaign, Decision, Run, Team
from campaigns.permissions import SYSTEM
from conductor.lib import clock, push
from conductor.lib.clock import Timing
from tests.campaigns.consumers.conftest import SOME_ID, Person, Server, append, in_thread, make_run, make_team


async def test_two_runs_over_one_socket(server: Server, team: Team, run: Run, viewer: Person) -> None:
    second = await in_thread(make_run, team)
    socket = await server.page_socket(viewer)
    for each in (run, second):
        await socket.send({"subscribe": f"run:{each.pk}", "after": 0})
        assert (await socket.frame())["type"] == "subscribed"
    await in_thread(append, run, 2)
    await in_thread(append, second, 2)
    got = await socket.frames(4)
    for each in (run, second):
        assert [frame["seq"] for frame in got if frame["run"] == str(each.pk)] == [1, 2]


async def test_a_subscription_is_acknowledged_with_where_it_stands(server: Server, run: Run, viewer: Person) -> None:
    await in_thread(append, run, 5)
    socket = await server.page_socket(viewer)
    await socket.send({"subscribe": f"run:{run.pk}", "after": 3})
    said = {"type": "subscribed", "stream": f"run:{run.pk}", "after": 3, "last_event": 5}
    assert await socket.frame() == said
    assert [frame["seq"] for frame in await socket.frames(2)] == [4, 5]


async def test_without_after_the_run_is_shown_first(server: Server, run: Run, viewer: Person) -> None:
    socket = await server.page_socket(viewer)
    await socket.send({"subscribe": f"run:{run.pk}"})
    said = await socket.frame()
    assert (said["type"], said["stream"], said["last_event"]) == ("snapshot", f"run:{run.pk}", 0)
    assert said["run"]["state"] == "running"


async def test_missing_more_than_wanted_is_answered_with_a_snapshot(server: Server, run: Run, viewer: Person) -> None:
    await in_thread(append, run, 50)
    socket = await server.page_socket(viewer)
    await socket.send({"subscribe": f"run:{run.pk}", "after": 0, "most": 49})
    said = await socket.frame()
    assert (said["type"], said["last_event"]) == ("snapshot", 50)
    await in_thread(append, run)
    assert (await socket.frame())["seq"] == 51


async def test_unsubscribing_ends_it(server: Server, run: Run, viewer: Person) -> None:
    socket = await server.page_socket(viewer)
    await socket.send({"subscribe": f"run:{run.pk}", "after": 0})
    await socket.frame()
    await socket.send({"unsubscribe": f"run:{run.pk}"})
    await socket.send({"unsubscribe": f"run:{SOME_ID}"})
    await socket.send({"ping": 1})
    assert await socket.frame() == {"type": "pong"}
    await in_thread(append, run)
    assert await socket.silent(0.5)


async def test_subscribing_twice_starts_anew_and_repeats_nothing(server: Server, run: Run, viewer: Person) -> None:
    await in_thread(append, run, 3)
    socket = await server.page_socket(viewer)
    for _ in range(2):
        await socket.send({"subscribe": f"run:{run.pk}", "after": 2})
        assert [frame.get("seq") for frame in await socket.frames(2)] == [None, 3]
    await in_thread(append, run)
    assert (await socket.frame())["seq"] == 4
    assert await socket.silent(0.5)


async def test_events_of_campaign_and_team_arrive(server: Server, team: Team, run: Run, viewer: Person) -> None:
    socket = await server.page_socket(viewer)
    for stream in (f"campaign:{run.campaign_id}", f"team:{team.pk}"):
        await socket.send({"subscribe": stream})
        assert (await socket.frame())["type"] == "snapshot"
    campaign = await in_thread(Campaign.objects.get, pk=run.campaign_id)
    await in_thread(recorder.record_campaign, campaign, "campaign.archived", actor=SYSTEM)
    said = await socket.frame()
    assert (said["stream"], said["run"], said["type"]) == (f"campaign:{campaign.pk}", None, "campaign.archived")
    await in_thread(recorder.record_team, team, "team.limit_set", actor=SYSTEM)
    assert (await socket.frame())["stream"] == f"team:{team.pk}"


async def test_a_changed_run_is_told_to_pages_that_list_runs(
    server: Server, team: Team, run: Run, viewer: Person
) -> None:
    socket = await server.page_socket(viewer)
    await socket.send({"subscribe": f"team:{team.pk}"})
    await socket.frame()
    push.changed(team.pk, run.pk)
    assert await socket.frame(2) == {"type": "changed", "stream": f"team:{team.pk}", "run": str(run.pk)}


async def test_many_changes_are_told_once(server: Server, team: Team, run: Run, viewer: Person) -> None:
    socket = await server.page_socket(viewer)
    await socket.send({"subscribe": f"team:{team.pk}"})
    await socket.frame()
    for _ in range(300):
        push.changed(team.pk, run.pk)
    got: list[Any] = []
    while not await socket.silent(0.8):
        got.append(1)
    assert len(got) <= 3


async def test_a_change_nobody_rang_for_is_found(server: Server, team: Team, run: Run, viewer: Person) -> None:
    socket = await server.page_socket(viewer)
    await socket.send({"subscribe": f"team:{team.pk}"})
    await socket.frame()
    assert await socket.silent(0.5)
    await in_thread(append, run, ring=False)
    assert (await socket.frame(2))["run"] == str(run.pk)
    await in_thread(Run.objects.filter(pk=run.pk).update, state="completed")
    assert (await socket.frame(2))["run"] == str(run.pk)


async def test_the_inbox_says_how_much_waits(server: Server, run: Run, viewer: Person, outsider: Person) -> None:
    sockets = [await server.page_socket(person) for person in (viewer, outsider)]
    for socket in sockets:
        await socket.send({"subscribe": "inbox"})
        assert await socket.frame() == {"type": "snapshot", "stream": "inbox", "open": 0, "last_event": 0}
    decision = await in_thread(
        Decision.objects.create, team=run.team, run=run, kind="checkpoint", question="Go on?", created_at=clock.now()
    )
    assert await sockets[0].frame(2) == {"type": "changed", "stream": "inbox", "open": 1}
    await in_thread(Decision.objects.filter(pk=decision.pk).update, state="answered")
    assert (await sockets[0].frame(2))["open"] == 0
    assert await sockets[1].silent(0.5)


async def test_a_new_team_joins_the_inbox(server: Server, team: Team, viewer: Person, timing: Timing) -> None:
    other = await in_thread(make_team, "Other")
    run = await in_thread(make_run, other)
    await in_thread(
        Decision.objects.create, team=other, run=run, kind="checkpoint", question="Go on?", created_at=clock.now()
    )
    socket = await server.page_socket(viewer)
    await socket.send({"subscribe": "inbox"})
    assert (await socket.frame())["open"] == 0
    await in_thread(viewer.user.memberships.create, team=other, role="viewer")
    assert (await socket.frame(timing.SOCKET_RECHECK_S + 3))["open"] == 1


async def test_text_being_written_arrives_without_a_number(server: Server, run: Run, viewer: Person) -> None:
    socket = await server.page_socket(viewer)
    await socket.send({"subscribe": f"run:{run.pk}", "after": 0})
    await socket.frame()
    await asyncio.sleep(0.3)
    attempt = SOME_ID
    push.partial(run.pk, attempt, "copy", "Roasted on <b>Tuesdays and Thur")  # the last word waits for its end
    assert await socket.frame() == {
        "type": "partial", "stream": f"run:{run.pk}", "run": str(run.pk), "task": "copy", "attempt": attempt,
        "text": "Roasted on <b>Tuesdays and ",
    }  # fmt: skip


async def test_what_redis_says_is_believed_only_in_its_own_shape(
    server: Server,
    run: Run,
    viewer: Person,
    redis_client: "redis.Redis",
) -> None:
    socket = await server.run_socket(run, viewer, after=0)
    name = push.channel(f"run:{run.pk}")
    for forged in (b"999999", b"-5", b'{"type":"websocket.close"}', b'{"seq": 1, "type": "x"}', b"\xff" * 9):
        redis_client.publish(name, forged)
    assert await socket.silent(0.5)
    await in_thread(append, run)
    assert (await socket.frame())["seq"] == 1
