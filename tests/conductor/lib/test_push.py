"""Doorbells: what they say, that nothing else is believed, and that a dead or frozen Redis costs nobody anything."""

import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from pytest_django.fixtures import Settings

from conductor.embedded import redis as embedded
from conductor.lib import push
from conductor.lib.push import Changed, Hint, Partial

RUN, TEAM, ATTEMPT = (str(uuid.UUID(int=n, version=4)) for n in range(3))


@pytest.fixture(autouse=True)
def _fresh_bell() -> Iterator[None]:
    push._forget()
    yield
    push._forget()


@pytest.fixture
def listening(redis_client: "redis.Redis") -> Iterator["redis.client.PubSub"]:
    with redis_client.pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(push.channel(f"run:{RUN}"), push.channel(f"team:{TEAM}"))
        pubsub.get_message(timeout=1)
        pubsub.get_message(timeout=1)
        yield pubsub


@pytest.fixture
def private_redis(tmp_path: Path, settings: Settings) -> Iterator[embedded.RedisServer]:
    """A server this test may harm."""
    server = embedded.start(tmp_path / "redis", tmp_path / "redis" / "r.sock", durable=False)
    settings.REDIS_URL = server.url
    push._forget()
    yield server
    server.process.send_signal(signal.SIGCONT)
    server.stop()


def heard(pubsub: "redis.client.PubSub") -> tuple[str, object]:
    message = pubsub.get_message(timeout=2)
    assert message is not None
    return push.stream_of(message["channel"]), push.read(message["data"])


def test_a_hint_says_the_highest_number_once_per_stream(listening: "redis.client.PubSub") -> None:
    push.hints([(f"run:{RUN}", 3), (f"team:{TEAM}", 1), (f"run:{RUN}", 5), (f"run:{RUN}", 4)])
    assert heard(listening) == (f"run:{RUN}", Hint(5))
    assert heard(listening) == (f"team:{TEAM}", Hint(1))
    assert listening.get_message(timeout=0.1) is None


def test_changed_names_the_run_on_the_channel_of_its_team(listening: "redis.client.PubSub") -> None:
    push.changed(TEAM, RUN)
    assert heard(listening) == (f"team:{TEAM}", Changed(RUN))


def test_partial_text_arrives_as_it_was_said(listening: "redis.client.PubSub") -> None:
    push.partial(RUN, ATTEMPT, "copy", 'Größe "1"\n')
    assert heard(listening) == (f"run:{RUN}", Partial(ATTEMPT, "copy", 'Größe "1"\n'))


def test_long_partial_text_keeps_its_end(listening: "redis.client.PubSub") -> None:
    push.partial(RUN, ATTEMPT, "copy", "a " * push.PARTIAL_CHARS + "end\n")
    _, said = heard(listening)
    assert isinstance(said, Partial)
    assert len(said.text) == push.PARTIAL_CHARS
    assert said.text.endswith("end\n")


def test_partial_text_carries_no_secret(listening: "redis.client.PubSub") -> None:
    push.partial(RUN, ATTEMPT, "copy", "the key is sk-proj-abcdefghijklmnopqrstuvwx")
    _, said = heard(listening)
    assert isinstance(said, Partial)
    assert "abcdefghijkl" not in said.text


def test_a_secret_that_is_still_being_written_is_not_shown_in_part(listening: "redis.client.PubSub") -> None:
    secret = "sk-proj-abcdefghijklmnopqrstuvwx"
    for end in range(1, len(secret)):
        push.partial(RUN, ATTEMPT, "copy", f"the key is {secret[:end]}")
        _, said = heard(listening)
        assert isinstance(said, Partial)
        assert said.text == "the key is "


def test_a_secret_at_the_cut_is_not_shown_in_part(listening: "redis.client.PubSub") -> None:
    secret = "sk-proj-abcdefghijklmnopqrstuvwx"
    rest = push.PARTIAL_CHARS - 10
    push.partial(RUN, ATTEMPT, "copy", f"the key is {secret} " + "a" * (rest - 2) + " ")
    _, said = heard(listening)
    assert isinstance(said, Partial)
    assert "uvwx" not in said.text


@pytest.mark.parametrize(
    "forged",
    [
        b"", b"x", b"-1", b"0", b"1e9", b"1.5", b" 1", b"9" * 30, str(2**63).encode(), "٣".encode(),
        b"run:", b"run:../../etc", b"run:\xff", b"{", b"{}", b"[]", b"[" * 100_000, b"{" * 100_000, b'{"a":' * 50_000,
        b'{"attempt": 1, "task": "copy", "text": "x"}',
        json.dumps({"attempt": "x", "task": "copy", "text": "x"}).encode(),
        json.dumps({"attempt": ATTEMPT, "task": "copy", "text": None}).encode(),
        b'{"type": "websocket.close"}', b"<script>alert(1)</script>", bytes(range(256)),
    ],
)  # fmt: skip
def test_a_forged_message_says_nothing(forged: bytes) -> None:
    assert push.read(forged) is None


def test_a_partial_of_someone_else_is_cut_to_size() -> None:
    said = push.read(json.dumps({"attempt": ATTEMPT, "task": "k" * 500, "text": "t" * 30_000}).encode())
    assert isinstance(said, Partial)
    assert (len(said.task), len(said.text)) == (80, push.PARTIAL_CHARS)


def test_without_redis_nothing_is_raised_and_the_loss_is_counted(settings: Settings, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    push.hints([(f"run:{RUN}", 1)])
    push.changed(TEAM, RUN)
    push.partial(RUN, ATTEMPT, "copy", "x")
    assert (push.tally().sent, push.tally().lost) == (0, 3)
    assert push.tally().last_error == "ConnectionError"


def test_after_a_failure_nobody_waits_for_a_while(private_redis: embedded.RedisServer) -> None:
    push.hints([(f"run:{RUN}", 1)])
    os.kill(private_redis.process.pid, signal.SIGSTOP)
    started = time.monotonic()
    for seq in range(1_000):
        push.hints([(f"run:{RUN}", seq)])
    assert time.monotonic() - started < 10 * push.TIMEOUT_S
    assert push.tally().lost == 1_000


def test_doorbells_ring_again_when_redis_is_back(
    private_redis: embedded.RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "REST_S", 0.01)
    push._forget()
    os.kill(private_redis.process.pid, signal.SIGSTOP)
    push.hints([(f"run:{RUN}", 1)])
    os.kill(private_redis.process.pid, signal.SIGCONT)
    time.sleep(0.05)
    push.hints([(f"run:{RUN}", 2)])
    assert (push.tally().sent, push.tally().lost) == (1, 1)


def test_a_forked_child_rings_over_its_own_connection(listening: "redis.client.PubSub") -> None:
    push.hints([(f"run:{RUN}", 1)])
    child = os.fork()
    if child == 0:
        push.hints([(f"run:{RUN}", 2)])
        os._exit(0 if push.tally().sent == 1 else 1)
    _, status = os.waitpid(child, 0)
    push.hints([(f"run:{RUN}", 3)])
    assert os.waitstatus_to_exitcode(status) == 0
    assert [heard(listening)[1] for _ in range(3)] == [Hint(1), Hint(2), Hint(3)]
