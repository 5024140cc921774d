"""Who may open a socket, and how it ends when they may not any more."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from campaigns.models import Campaign, Membership, Run, Token
from conductor.lib import clock, push
from conductor.lib.clock import Timing
from tests.campaigns.consumers.conftest import SOME_ID, Person, Server, StartServer, append, in_thread, make_person
from tests.websocket import Refused, WebSocket


async def test_an_outsider_finds_no_such_run(server: Server, run: Run, outsider: Person) -> None:
    socket = await server.run_socket(run, outsider)
    code, before = await socket.closed()
    assert code == 4404
    assert [frame["code"] for frame in before] == ["not_found"]


async def test_an_outsider_and_nobody_get_the_same_answer(server: Server, run: Run, outsider: Person) -> None:
    socket = await server.page_socket(outsider)
    answers = []
    for stream in (f"run:{run.pk}", f"run:{SOME_ID}", f"campaign:{run.campaign_id}", f"team:{run.team_id}"):
        await socket.send({"subscribe": stream})
        answers.append(await socket.frame() | {"stream": ""})
    assert [answer["code"] for answer in answers] == ["not_found"] * 4
    assert answers[0] == answers[1]


async def test_an_outsider_hears_nothing_of_a_run(server: Server, run: Run, viewer: Person, outsider: Person) -> None:
    inside = await server.run_socket(run, viewer, after=0)
    socket = await server.page_socket(outsider)
    await socket.send({"subscribe": f"run:{run.pk}", "after": 0})
    assert (await socket.frame())["code"] == "not_found"
    await in_thread(append, run)
    await inside.frame()
    assert await socket.silent(0.5)


@pytest.mark.parametrize("secret", ["", "x", "cdr_aaaaaaaaaaaa_" + "b" * 43, "Token", "é", "a" * 10_000])
async def test_a_wrong_token_is_not_signed_in(server: Server, run: Run, secret: str) -> None:
    headers = {"Authorization": f"Token {secret}"}
    socket = await WebSocket.connect(server.port, f"/ws/runs/{run.pk}/", headers)
    assert (await socket.closed())[0] == 4401


async def test_another_scheme_is_not_signed_in(server: Server, run: Run, viewer: Person) -> None:
    headers = {"Authorization": f"Bearer {viewer.token}"}
    socket = await WebSocket.connect(server.port, f"/ws/runs/{run.pk}/", headers)
    assert (await socket.closed())[0] == 4401


async def test_a_session_opens_a_socket_from_our_own_page(server: Server, run: Run, viewer: Person) -> None:
    headers = await in_thread(viewer.by_session, server.port)
    socket = await WebSocket.connect(server.port, f"/ws/runs/{run.pk}/", headers)
    assert (await socket.frame())["type"] == "snapshot"


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", None, "http://127.0.0.1", "http://127.0.0.1.evil.example", "https://{host}",
     "http://{host}@evil.example", "http://evil.example/{host}", "ws://{host}", "file://", "http://[::1", "x" * 5_000],
)  # fmt: skip
async def test_a_session_from_elsewhere_is_refused(
    server: Server, run: Run, viewer: Person, origin: str | None
) -> None:
    headers = await in_thread(viewer.by_session, server.port)
    del headers["Origin"]
    if origin is not None:
        headers["Origin"] = origin.format(host=f"127.0.0.1:{server.port}")
    with pytest.raises(Refused) as refused:
        await WebSocket.connect(server.port, f"/ws/runs/{run.pk}/", headers)
    assert refused.value.status in (403, 400)  # The server itself finds some of these malformed.
    assert refused.value.status == 400 or "socket.refused" in server.log.read_text()


async def test_a_forged_host_does_not_make_an_origin_ours(server: Server, run: Run, viewer: Person) -> None:
    headers = await in_thread(viewer.by_session, server.port)
    with pytest.raises(Refused):
        await WebSocket.connect(
            server.port, "/ws/", headers | {"Host": "evil.example", "Origin": "http://evil.example"}
        )


async def test_nobody_signed_in_is_told_so(server: Server, run: Run) -> None:
    headers = {"Origin": f"http://127.0.0.1:{server.port}", "Cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345"}
    socket = await WebSocket.connect(server.port, "/ws/", headers)
    assert (await socket.closed())[0] == 4401


async def test_a_token_beside_a_cookie_counts_alone(server: Server, run: Run, viewer: Person) -> None:
    headers = await in_thread(viewer.by_session, server.port)
    socket = await WebSocket.connect(server.port, "/ws/", headers | {"Authorization": "Token wrong"})
    assert (await socket.closed())[0] == 4401


async def test_a_deleted_campaigns_run_is_unknown(server: Server, run: Run, viewer: Person) -> None:
    await in_thread(Campaign.objects.filter(pk=run.campaign_id).update, deleted_at=clock.now())
    socket = await server.run_socket(run, viewer)
    assert (await socket.closed())[0] == 4404


def _remove_member(person: Person) -> None:
    Membership.objects.filter(user=person.user).delete()


def _revoke(person: Person) -> None:
    Token.objects.filter(user=person.user).update(revoked_at=clock.now())


def _expire(person: Person) -> None:
    Token.objects.filter(user=person.user).update(expires_at=clock.now() - timedelta(seconds=1))


def _deactivate(person: Person) -> None:
    User.objects.filter(pk=person.user.pk).update(is_active=False)


def _delete(person: Person) -> None:
    User.objects.filter(pk=person.user.pk).delete()


Ending = tuple[Callable[[Person], None], int]
ENDINGS: list[Ending] = [(_remove_member, 4403), (_revoke, 4401), (_expire, 4401), (_deactivate, 4401), (_delete, 4401)]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_no_event_reaches_who_lost_the_right_before_it(
    server: Server, run: Run, viewer: Person, ending: Ending
) -> None:
    end, code = ending
    other = await in_thread(make_person, "other", run.team)
    staying = await server.run_socket(run, other, after=0)
    socket = await server.run_socket(run, viewer, after=0)
    await in_thread(append, run)
    assert (await socket.frame())["seq"] == 1
    await in_thread(end, viewer)
    await in_thread(append, run, 3)
    assert await socket.closed() == (code, [])
    assert [frame["seq"] for frame in await staying.frames(4)] == [1, 2, 3, 4]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_silent_socket_is_closed_too(
    server: Server, run: Run, viewer: Person, timing: Timing, ending: Ending
) -> None:
    end, code = ending
    socket = await server.run_socket(run, viewer)
    assert (await socket.frame())["type"] == "snapshot"
    await in_thread(end, viewer)
    started = time.monotonic()
    assert await socket.closed(timing.SOCKET_RECHECK_S + 3) == (code, [])
    assert time.monotonic() - started < timing.SOCKET_RECHECK_S + 2


@pytest.mark.parametrize("ending", ENDINGS)
async def test_who_lost_the_right_is_not_shown_text_in_writing_for_long(
    start_server: StartServer, run: Run, viewer: Person, ending: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONDUCTOR_SOCKET_RECHECK_S", "3000")
    end, code = ending
    server = await in_thread(start_server)
    socket = await server.run_socket(run, viewer, after=0)
    await in_thread(append, run)
    assert (await socket.frame())["seq"] == 1
    await in_thread(end, viewer)
    push.partial(run.pk, SOME_ID, "copy", "Roasted on Tuesdays. ")
    ended, frames = await socket.closed(5)
    assert ended == code
    assert [frame["type"] for frame in frames] in ([], ["partial"])


async def test_logging_out_closes_before_the_next_event(server: Server, run: Run, viewer: Person) -> None:
    headers = await in_thread(viewer.by_session, server.port)
    socket = await WebSocket.connect(server.port, f"/ws/runs/{run.pk}/?after=0", headers)
    await in_thread(append, run)
    assert (await socket.frame())["seq"] == 1
    await in_thread(Session.objects.all().delete)
    await in_thread(append, run)
    assert await socket.closed() == (4401, [])


async def test_a_new_password_closes_open_sessions(server: Server, run: Run, viewer: Person, timing: Timing) -> None:
    headers = await in_thread(viewer.by_session, server.port)
    socket = await WebSocket.connect(server.port, f"/ws/runs/{run.pk}/", headers)
    assert (await socket.frame())["type"] == "snapshot"
    viewer.user.set_password("another-long-password")
    await in_thread(viewer.user.save)
    assert await socket.closed(timing.SOCKET_RECHECK_S + 3) == (4401, [])


async def test_who_catches_up_is_looked_at_too(server: Server, run: Run, viewer: Person) -> None:
    await in_thread(append, run, 3_000, size=2_000)
    socket = await server.run_socket(run, viewer, after=0)
    assert (await socket.frame())["seq"] == 1
    await in_thread(_remove_member, viewer)
    code, before = await socket.closed(20)
    assert code == 4403
    assert before[-1]["seq"] < 3_000
