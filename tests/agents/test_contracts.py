"""The shapes shared with callers."""

from agents.contracts import AgentResult, Role, Usage
from agents.registry import role


def test_usage_adds_up() -> None:
    total = Usage(1, 2, 30, calls=1) + Usage(10, 20, 300, estimated=True, calls=2)
    assert total == Usage(11, 22, 330, estimated=True, calls=3)


def test_unknown_cost_stays_unknown() -> None:
    assert (Usage(cost_micros=5) + Usage(cost_micros=None)).cost_micros is None


def test_outcomes_cannot_be_changed() -> None:
    assert AgentResult({}).__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_role_without_phases_serves_every_phase() -> None:
    found = Role("x", "X")
    assert found.capabilities("3") == found.capabilities() == ("x",)


def test_role_with_phases_serves_only_those() -> None:
    assert Role("x", "X", phases=("1",)).capabilities("2") == ()


def test_role_handles_its_own_tasks() -> None:
    assert Role("x", "X").can_handle({"role": "x"})
    assert not Role("x", "X").can_handle({"role": "y"})
    assert Role("x", "X", seconds=7).estimate({}) == 7


def test_an_agent_is_not_asked_for_what_we_compute() -> None:
    text = str(role("visual_concept").schema())
    assert "alt_text" in text
    assert "'svg'" not in text
    assert "'contrast'" not in text


def test_schema_of_a_free_role_is_any_object() -> None:
    assert role("task").schema() == {"type": "object"}
