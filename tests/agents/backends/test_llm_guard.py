"""S46: where a model is, is judged again when it is called; no redirect is followed, no proxy of the machine used."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from agents.contracts import AgentFailure, Limits
from tests.agents.stand_ins import StubHost
from tests.models.asking import SPECS, ask, good, lend
from tests.models.server import Reply, Server, serving


@pytest.fixture
def model() -> Iterator[Server]:
    with serving(Reply(good())) as server:
        yield server


@pytest.mark.parametrize("name", SPECS)
def test_private_address_that_is_not_named_is_not_called(model: Server, name: str) -> None:
    outcome = ask(model, name, host=lend(StubHost(), model, name, hosts=()))
    assert isinstance(outcome, AgentFailure)
    assert (outcome.code, outcome.kind) == ("agent_unreachable", "fatal")
    assert "private network" in outcome.message
    assert not model.heard


def test_name_that_turns_to_a_private_address_is_not_called(model: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def turned(host: Any, *args: Any, **named: Any) -> Any:
        looked_up.append(str(host))
        return real("127.0.0.1", *args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", turned)
    base = f"http://models.example.com:{model.port}/v1"
    host = lend(StubHost(), model, "local", hosts=(), base_url=base)
    outcome = ask(model, "local", host=host)
    assert isinstance(outcome, AgentFailure)
    assert "private network" in outcome.message
    assert looked_up == ["models.example.com"]
    assert not model.heard


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_not_followed(model: Server, status: int) -> None:
    with serving(Reply(good())) as elsewhere:
        model.play(Reply(status=status, headers={"location": f"{elsewhere.openai}/chat/completions"}))
        outcome = ask(model)
        assert isinstance(outcome, AgentFailure)
        assert "redirect" in outcome.message
        assert not elsewhere.heard


def test_proxy_of_the_environment_is_not_used(model: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Reply(good())) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.plain)
        ask(model)
        assert model.heard
        assert not proxy.heard


@pytest.mark.parametrize("name", SPECS)
def test_keys_and_addresses_of_the_environment_are_not_used(
    model: Server, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Reply(good())) as elsewhere:
        for variable in ("OPENAI", "ANTHROPIC", "GOOGLE", "GEMINI"):
            monkeypatch.setenv(f"{variable}_API_KEY", "sk-of-the-operator-0123456789")
            monkeypatch.setenv(f"{variable}_BASE_URL", elsewhere.openai)
        monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "sk-of-the-operator-0123456789")
        ask(model, name)
        assert "operator" not in " ".join(model.heard[0].headers.values())
        assert not elsewhere.heard


@pytest.mark.parametrize("name", SPECS)
def test_nothing_else_of_the_environment_is_sent_along(
    model: Server, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(variable, "of-the-operator")
    for variable in ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS"):
        monkeypatch.setenv(variable, "X-Gateway: of-the-operator\nX-Api-Key: of-the-operator")
    ask(model, name)
    assert "of-the-operator" not in " ".join(model.heard[0].headers.values())


@pytest.mark.parametrize("status", [200, 400])
def test_packed_answer_is_not_unpacked(model: Server, status: int) -> None:
    packed = gzip.compress(b"data: " + b"x" * 20_000_000)
    model.play(Reply(status=status, raw=packed, kind="text/event-stream", headers={"content-encoding": "gzip"}))
    outcome = ask(model)
    assert isinstance(outcome, AgentFailure)
    assert "packed form" in outcome.message
    assert model.heard[0].headers["accept-encoding"] == "identity"


def test_flood_of_nothing_ends_in_time(model: Server) -> None:
    model.play(Reply(raw=b"\n" * 30_000_000, kind="text/event-stream"))
    began = time.monotonic()
    outcome = ask(model, limits=Limits(seconds=0.5))
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "agent_timeout"
    assert time.monotonic() - began < 5


def test_look_up_that_hangs_holds_up_nobody(model: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    host = lend(StubHost(), model, "openai")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **named: [over.wait(30)][1:])
    began = time.monotonic()
    outcome = ask(model, host=host, limits=Limits(seconds=0.5))
    over.set()
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "agent_timeout"
    assert time.monotonic() - began < 5


def test_name_that_nobody_knows_is_unreachable(model: Server) -> None:
    outcome = ask(model, "local", host=lend(StubHost(), model, "local", base_url="https://no-such-host.invalid/v1"))
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "agent_unreachable"
    assert "not known" in outcome.message
