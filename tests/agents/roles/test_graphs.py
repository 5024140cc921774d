"""The shape in which agents propose work."""

from typing import Any

import pytest

from agents.invoke import check_answer
from agents.roles.graphs import Graph, graph_problems, problems_of
from conductor.lib.errors import BadInput
from tests.agents.stand_ins import request


def task(key: str = "a", **fields: Any) -> dict[str, Any]:
    return {"key": key, "title": key.upper(), **fields}


def test_a_task_needs_only_key_and_title() -> None:
    spec = Graph.model_validate({"add": [task()]}).add[0]
    assert (spec.role, spec.backend, spec.max_attempts) == ("worker", None, None)


def test_everything_of_a_task_is_kept() -> None:
    full = task(
        description="d",
        role="worker",
        backend="shell",
        needs=[{"key": "b", "requires": "end"}],
        domain="core",
        priority=1,
        inputs={"command": ["true"]},
        criteria={"exit": [{"description": "tests pass", "command": ["make", "test"]}]},
        max_attempts=2,
        timeout_s=60.0,
        files=["src/a.py"],
    )
    spec = Graph.model_validate({"add": [full]}).model_dump()["add"][0]
    assert spec["criteria"]["exit"][0]["expected_exit_code"] == 0
    assert {name: spec[name] for name in full if name != "criteria"} == {
        n: v for n, v in full.items() if n != "criteria"
    }


@pytest.mark.parametrize(
    ("graph", "word"),
    [
        ({"add": [task(), task()]}, "used twice"),
        ({"add": [task(needs=[{"key": "a"}])]}, "needs itself"),
        ({"add": [task(needs=[{"key": "b"}, {"key": "b"}])]}, "names a need twice"),
        ({"edges": [{"task": "a", "needs": "a"}]}, "needs itself"),
        ({"supersede": [{"key": "a"}, {"key": "a"}]}, "superseded twice"),
        ({"supersede": [{"key": "a", "by": ["a"]}]}, "supersede itself"),
        ({"add": [task()], "supersede": [{"key": "a"}]}, "supersede itself"),
    ],
)
def test_unsound_graph_is_told(graph: dict[str, Any], word: str) -> None:
    assert word in " ".join(problems_of(Graph.model_validate(graph)))
    assert word in " ".join(graph_problems(graph))


@pytest.mark.parametrize(
    "graph",
    [
        [],
        None,
        {"add": [{"key": "a"}]},
        {"add": [task(key="with space")]},
        {"add": [task(surprise=1)]},
        {"add": [task(timeout_s=-1)]},
        {"add": [task(timeout_s=10**9)]},
        {"add": [task(max_attempts=0)]},
        {"add": [task(files=["/etc/passwd"])]},
        {"add": [task(files=["../x"])]},
        {"add": [task(criteria={"exit": [{"description": "x", "command": "make test"}]})]},
        {"edges": [{"task": "a", "needs": "b", "requires": "luck"}]},
        {"add": [task(str(number)) for number in range(2_001)]},
    ],
)
def test_what_is_no_graph_is_refused_with_its_path(graph: Any) -> None:
    assert graph_problems(graph)
    assert graph_problems(graph)[0].startswith("graph")


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ({"summary": "x", "done": True, "graph": {"add": [task()]}}, "done"),
        ({"summary": "x"}, "changes nothing"),
        ({"summary": " ", "done": True}, "blank"),
    ],
)
def test_a_plan_must_make_sense(answer: dict[str, Any], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        check_answer(request("planner"), answer)


@pytest.mark.parametrize(
    ("role", "answer"),
    [
        ("planner", {"summary": "All is planned.", "done": True}),
        ("subplanner", {"summary": "x", "graph": {"add": [task()]}}),
        ("worker", {"summary": "x", "files": ["a.py"], "graph": {"add": [task()]}}),
        ("reflector", {"summary": "x", "passed": True, "confidence": 0.5}),
        ("drift_assessor", {"summary": "x", "drifted": False, "confidence": 1}),
        ("conflict_resolver", {"decision": "x", "resolutions": [{"file": "a", "take": "ours"}]}),
        ("recovery_planner", {"summary": "x", "steps": [{"title": "Look", "owner": "person"}]}),
    ],
)
def test_coding_roles_take_a_plain_answer(role: str, answer: dict[str, Any]) -> None:
    assert check_answer(request(role), answer)


@pytest.mark.parametrize(
    ("role", "answer"),
    [
        ("worker", {"summary": "x", "graph": {"add": [task(), task()]}}),
        ("reflector", {"summary": "x", "passed": "yes", "confidence": 0.5}),
        ("reflector", {"summary": "x", "passed": True, "confidence": 2}),
        ("drift_assessor", {"summary": "x", "drifted": True, "confidence": 1}),
        ("drift_assessor", {"summary": "x", "drifted": True, "severity": "severe", "confidence": 1}),
        ("conflict_resolver", {"decision": "x", "resolutions": [{"file": "a", "take": "content"}]}),
        ("conflict_resolver", {"decision": "x", "resolutions": [{"file": "a", "take": "ours"}] * 2}),
        ("recovery_planner", {"summary": "x", "steps": []}),
    ],
)
def test_coding_roles_refuse_what_contradicts_itself(role: str, answer: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        check_answer(request(role), answer)
