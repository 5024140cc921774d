"""The broker makes only calls that were reserved, once each, for who holds the token, as long as the attempt lives."""

import contextlib
import http.client
import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from conductor.lib import sandbox
from conductor.lib.broker import CONNECTIONS, Broker
from conductor.lib.errors import BadInput, BudgetExceeded, LeaseLost
from conductor.lib.sandbox import probing
from tests.conductor.lib.broker.hosts import Host, call, post, raw


def test_call_is_reserved_made_and_settled_in_this_order(broker: Broker, host: Host) -> None:
    assert post(broker, call(3, 500, model="m")) == (
        200,
        {"call": 3, "cost_micros": 42, "response": {"echo": {"model": "m"}}},
    )
    assert [entry[0] for entry in host.log] == ["reserve", "handle", "settle", "after"]
    assert host.log[0] == ("reserve", 3, 500)
    assert host.log[2] == ("settle", 3, 42)


def test_socket_is_closed_to_others(broker: Broker) -> None:
    assert broker.path.stat().st_mode & 0o777 == 0o600
    assert broker.path.parent.stat().st_mode & 0o777 == 0o700
    assert len(str(broker.path)) < 60


def test_each_broker_has_its_own_token(broker: Broker, host: Host) -> None:
    with Broker(host.handle, reserve=host.reserve, settle=host.settle) as other:
        assert len(other.token) >= 40
        status, problem = post(broker, headers={"Authorization": f"Bearer {other.token}"})
    assert (status, problem["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer x", "Basic x", "bearer"])
def test_wrong_token_is_refused_and_never_repeated(broker: Broker, host: Host, header: str) -> None:
    status, problem = post(broker, headers={"Authorization": header})
    assert status == 401
    assert broker.token not in json.dumps(problem)
    assert host.log == []


def test_budget_exceeded_is_told_and_nothing_is_called(broker: Broker, host: Host) -> None:
    host.refuse = BudgetExceeded("The budget of the run is used up.")
    status, problem = post(broker)
    assert (status, problem["code"], problem["detail"]) == (402, "budget_exceeded", "The budget of the run is used up.")
    assert [entry[0] for entry in host.log] == ["reserve", "after"]


def test_lost_lease_is_told_and_nothing_is_called(broker: Broker, host: Host) -> None:
    host.refuse = LeaseLost()
    status, problem = post(broker)
    assert (status, problem["code"]) == (409, "lease_lost")
    assert "handle" not in [entry[0] for entry in host.log]


def test_refused_call_may_be_sent_again(broker: Broker, host: Host) -> None:
    host.refuse = BudgetExceeded()
    assert post(broker)[0] == 402
    host.refuse = None
    assert post(broker)[0] == 200


def test_repeated_call_gets_the_same_answer_and_costs_nothing(broker: Broker, host: Host) -> None:
    assert post(broker, call(1, a=1)) == post(broker, call(1, a=1))
    assert [entry[0] for entry in host.log].count("handle") == 1
    assert [entry[0] for entry in host.log].count("reserve") == 1


def test_number_of_another_call_is_refused(broker: Broker, host: Host) -> None:
    post(broker, call(1, a=1))
    status, problem = post(broker, call(1, a=2))
    assert (status, problem["code"]) == (422, "idempotency_mismatch")


def test_call_sent_twice_at_once_is_made_once(broker: Broker, host: Host) -> None:
    host.hold.clear()
    statuses: list[int] = []
    first = threading.Thread(target=lambda: statuses.append(post(broker)[0]))
    first.start()
    while ("handle", 1, 100, {}) not in host.log:
        time.sleep(0.01)
    assert post(broker)[0] == 409
    host.hold.set()
    first.join()
    assert statuses == [200]
    assert [entry[0] for entry in host.log].count("handle") == 1


@pytest.mark.parametrize("error", [RuntimeError("with a secret-key"), BadInput("The model is not known.")])
def test_failed_call_is_settled_as_unknown_and_not_made_again(broker: Broker, host: Host, error: Exception) -> None:
    host.fail = error
    first = post(broker)
    host.fail = None
    assert post(broker) == first
    assert first[0] >= 400
    assert ("settle", 1, None) in host.log
    assert [entry[0] for entry in host.log].count("handle") == 1
    assert "secret-key" not in json.dumps(first[1])


def test_answer_that_is_not_json_or_too_large_fails_after_it_was_settled(
    broker: Broker, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.response = object()
    assert post(broker, call(1))[1]["code"] == "agent_failed"
    host.response = float("nan")
    assert post(broker, call(2))[1]["code"] == "agent_failed"
    host.response = "x" * 1000
    monkeypatch.setattr("conductor.lib.broker.ANSWER_BYTES", 100)
    assert post(broker, call(3))[1]["code"] == "agent_output_too_large"
    assert [entry for entry in host.log if entry[0] == "settle"] == [("settle", n, 42) for n in (1, 2, 3)]


def test_answers_kept_for_repeats_are_bounded(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conductor.lib.broker.KEPT_BYTES", 200)
    statuses = [post(broker, call(number, text="x" * 100))[0] for number in range(1, 4)]
    assert statuses[0] == 200
    assert statuses[-1] == 402


def test_too_many_at_once_are_told_to_wait(broker: Broker) -> None:
    idle = [socket.socket(socket.AF_UNIX) for _ in range(CONNECTIONS)]
    try:
        for one in idle:
            one.connect(str(broker.path))
        time.sleep(0.2)
        assert raw(broker, b"").startswith(b"HTTP/1.1 429 ")
    finally:
        for one in idle:
            one.close()


def test_parallel_calls_are_served(broker: Broker, host: Host) -> None:
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda number=number: statuses.append(post(broker, call(number))[0]))
        for number in range(1, 7)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 6


def test_closed_broker_serves_nobody_and_leaves_nothing(broker: Broker, host: Host) -> None:
    idle = socket.socket(socket.AF_UNIX)
    idle.connect(str(broker.path))
    idle.settimeout(5)
    started = time.monotonic()
    broker.close()
    broker.close()
    assert time.monotonic() - started < 2
    assert not broker.path.parent.exists()
    with contextlib.suppress(ConnectionResetError):  # it was not let in yet
        assert idle.recv(10) == b""
    idle.close()
    with pytest.raises(FileNotFoundError):
        post(broker)


def test_call_under_way_at_the_close_is_still_settled(broker: Broker, host: Host) -> None:
    host.hold.clear()
    errors: list[str] = []

    def ask() -> None:
        try:
            post(broker)
        except (OSError, http.client.HTTPException) as error:
            errors.append(type(error).__name__)

    thread = threading.Thread(target=ask)
    thread.start()
    while ("handle", 1, 100, {}) not in host.log:
        time.sleep(0.01)
    broker.close()
    thread.join(5)
    assert errors
    host.hold.set()
    end = time.monotonic() + 5
    while ("after",) not in host.log and time.monotonic() < end:
        time.sleep(0.01)
    assert ("settle", 1, 42) in host.log


def test_directory_with_a_long_name_is_refused(host: Host, tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    with pytest.raises(BadInput):
        Broker(host.handle, reserve=host.reserve, settle=host.settle, directory=long)
    assert list(long.iterdir()) == []


@pytest.mark.parametrize("form", probing.FORMS)
def test_agent_in_a_sandbox_reaches_it_and_only_it(
    broker: Broker, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setenv(probing.SETTING, form)
    if sandbox.probe().form != form:
        pytest.skip(sandbox.probe().words)
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / "agent.py").write_text(
        "import http.client, json, os, socket\n"
        "connection = http.client.HTTPConnection('broker')\n"
        "connection.sock = socket.socket(socket.AF_UNIX); connection.sock.connect(os.environ['CONDUCTOR_BROKER'])\n"
        "body = json.dumps({'call': 1, 'max_micros': 7, 'request': {'prompt': 'hello'}})\n"
        "token = os.environ['CONDUCTOR_BROKER_TOKEN']\n"
        "connection.request('POST', '/v1/call', body, {'Authorization': 'Bearer ' + token})\n"
        "print(json.loads(connection.getresponse().read())['response'])\n"
    )
    program = os.path.realpath(sys.executable)
    finished = sandbox.run(
        [program, "-I", "agent.py"],
        cwd=clone,
        env={"CONDUCTOR_BROKER_TOKEN": broker.token},
        seconds=20,
        output_bytes=10_000,
        memory_bytes=1 << 30,
        processes=16,
        cancelled=lambda: False,
        socket=broker.path,
        read_only=[] if sys.base_prefix.startswith("/usr") else [Path(sys.base_prefix)],
    )
    assert finished.text == "{'echo': {'prompt': 'hello'}}\n"
    assert ("reserve", 1, 7) in host.log
    assert post(broker, call(2))[0] == 200
