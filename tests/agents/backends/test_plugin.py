"""A backend from outside runs in a child of its own and reaches us only through lines of data."""

import pytest

from agents.backends.plugin import read_outcome
from agents.contracts import AgentFailure, AgentFault, AgentResult, Changes, NeedsPerson, Usage
from agents.health import check
from agents.invoke import invoke
from tests.agents.stand_ins import StubHost, request

pytestmark = pytest.mark.usefixtures("plugin")


def test_result_usage_changes_and_host_calls_come_through() -> None:
    host = StubHost()
    outcome = invoke(request(say="hello"), "quill", host)
    assert isinstance(outcome, AgentResult)
    assert outcome.output == {"asked": "hello", "role": "task", "left": True, "stop": False}
    assert outcome.usage == Usage(5, 6, 90, calls=1)
    assert outcome.changes == Changes("c" * 40, "d", ("a.py",))
    assert "printed by the plug-in" in outcome.transcript
    assert host.calls == [("reserve", 1, 100), ("settle", 1, 90)]
    assert host.texts == ["some "]


def test_refused_reservation_reaches_the_plugin() -> None:
    outcome = invoke(request(), "quill", StubHost(purse=1))
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "budget_exceeded"


def test_lost_lease_reaches_the_plugin() -> None:
    outcome = invoke(request(), "quill", StubHost(leased=False))
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "lease_lost"


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("break", "agent_failed"),
        ("exit", "agent_failed"),
        ("huge", "agent_output_too_large"),
        ("nonsense", "agent_failed"),
        ("fail", "agent_refused"),
    ],
)
def test_whatever_breaks_is_a_failure(model: str, code: str) -> None:
    outcome = invoke(request(), f"quill:{model}", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == code


def test_question_comes_through() -> None:
    assert invoke(request(), "quill:ask", StubHost()) == NeedsPerson("Shall I?", ("Yes",), {"a": 1})


def test_plugin_sees_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "very secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    monkeypatch.setenv("CONDUCTOR_PLUGIN_COLOUR", "blue")
    outcome = invoke(request(), "quill:environment", StubHost())
    assert isinstance(outcome, AgentResult)
    assert "CONDUCTOR_PLUGIN_COLOUR" in outcome.output["names"]
    assert not {"SECRET_KEY", "DATABASE_URL"} & set(outcome.output["names"])


def test_health_is_asked_in_the_child() -> None:
    assert check("quill").version == "1.2"
    ill = check("quill:ill")
    assert not ill.ok
    assert "did not answer" in ill.words


@pytest.mark.parametrize(
    "said", [{}, {"type": "result", "fields": {}}, {"type": "failure", "fields": {"usage": {"x": 1}}}]
)
def test_outcome_of_another_shape_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(AgentFault):
        read_outcome(said, "")
