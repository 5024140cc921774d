"""One contract for every backend: outcomes not exceptions, prompt end on cancel and time, nothing left behind."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from agents import registry
from agents.contracts import AgentFailure, AgentResult, Health, Limits, NeedsPerson
from agents.invoke import invoke
from conductor.lib import sandbox
from conductor.lib.errors import CODES
from tests.agents.stand_ins import StubHost, request
from tests.models.asking import SPECS as MODEL_SPECS
from tests.models.asking import lend
from tests.models.server import Heard, Reply, serving

BACKENDS = ("builtin", "shell", "human", "scripted", "quill", "llm")
#: How each is named where it needs a model.
SPECS = {"llm": MODEL_SPECS["local"]}
#: How each is asked for something that works, that lasts for ever, and that cannot work.
WORKS: dict[str, dict[str, Any]] = {
    "builtin": {"output": {"a": 1}},
    "shell": {"command": ["sh", "-c", "echo hello"]},
    "human": {"question": "Is it done?"},
    "scripted": {"script": {"output": {"a": 1}}},
    "quill": {"say": "x"},
    "llm": {"say": "ok"},
}
LASTS: dict[str, tuple[str, dict[str, Any]]] = {
    "shell": ("shell", {"command": ["sh", "-c", "trap '' TERM; sleep 86400 & sleep 86400"]}),
    "scripted": ("scripted:ignore_term", {}),
    "quill": ("quill:fork", {}),
    "llm": (MODEL_SPECS["local"], {"say": "endless"}),
}
BREAKS: dict[str, tuple[str, dict[str, Any]]] = {
    "builtin": ("builtin", {}),
    "shell": ("shell", {"command": "echo one line"}),
    "scripted": ("scripted:no-such-mode", {}),
    "quill": ("quill:break", {}),
    "llm": (MODEL_SPECS["local"], {"say": "nonsense"}),
}


def answer(heard: Heard) -> Reply:
    """The model of this test does as the task says."""
    if "endless" in heard.whole:
        return Reply("word ", endless=True)
    return Reply("no object at all" if "nonsense" in heard.whole else '{"a": 1}')


@pytest.fixture
def host() -> Iterator[StubHost]:
    """A host that lends access to a model server, for the backend that asks for it."""
    with serving(answer=answer) as server:
        yield lend(StubHost(), server, "local")


@pytest.fixture(autouse=True)
def nothing_stays_behind(plugin: str) -> Any:
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    yield
    until = time.monotonic() + 5
    while left := {process.pid for process in psutil.Process().children(recursive=True)} - before:
        assert time.monotonic() < until, left
        time.sleep(0.05)


def asked(name: str, workspace: Path, inputs: dict[str, Any], limits: Limits | None = None) -> Any:
    return request(workspace=workspace, limits=limits or Limits(seconds=30), **inputs)


def needs_sandbox(name: str) -> None:
    if name == "shell" and sandbox.probe().form is None:
        pytest.skip(f"this host has no sandbox: {sandbox.probe().words}")


@pytest.mark.parametrize("name", BACKENDS)
def test_backend_names_itself_and_how_it_is_stopped(name: str) -> None:
    found = registry.backend(name)
    assert found.name == name
    assert found.runs in ("thread", "process", "loop")
    assert found.model in ("none", "optional", "required")


@pytest.mark.parametrize("name", BACKENDS)
def test_backend_tells_its_health(name: str) -> None:
    health = registry.backend(name).health(None)
    assert isinstance(health, Health)
    assert health.words


@pytest.mark.parametrize("name", BACKENDS)
def test_backend_does_what_it_can(name: str, workspace: Path, host: StubHost) -> None:
    needs_sandbox(name)
    outcome = invoke(asked(name, workspace, WORKS[name]), SPECS.get(name, name), host)
    assert isinstance(outcome, NeedsPerson if name == "human" else AgentResult)


@pytest.mark.parametrize("name", BREAKS)
def test_backend_fails_with_a_stable_code(name: str, workspace: Path, host: StubHost) -> None:
    spec, inputs = BREAKS[name]
    outcome = invoke(asked(name, workspace, inputs), spec, host)
    assert isinstance(outcome, AgentFailure)
    assert outcome.code in CODES
    assert outcome.message


@pytest.mark.parametrize("name", LASTS)
def test_backend_ends_soon_after_cancel(name: str, workspace: Path, host: StubHost) -> None:
    needs_sandbox(name)
    spec, inputs = LASTS[name]
    timer = threading.Timer(0.4, lambda: setattr(host, "stop", True))
    timer.start()
    started = time.monotonic()
    outcome = invoke(asked(name, workspace, inputs), spec, host)
    timer.join()
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "cancelled"
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("name", LASTS)
def test_backend_ends_soon_after_its_time(name: str, workspace: Path, host: StubHost) -> None:
    needs_sandbox(name)
    spec, inputs = LASTS[name]
    started = time.monotonic()
    outcome = invoke(asked(name, workspace, inputs, Limits(seconds=0.6)), spec, host)
    assert isinstance(outcome, AgentFailure)
    assert (outcome.code, outcome.kind) == ("agent_timeout", "transient")
    assert time.monotonic() - started < 7


@pytest.mark.parametrize("name", LASTS)
def test_backend_does_not_start_when_no_time_is_left(name: str, workspace: Path) -> None:
    spec, inputs = LASTS[name]
    outcome = invoke(asked(name, workspace, inputs), spec, StubHost(seconds=0))
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "agent_timeout"
