from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.kinds import plan_file
from campaigns.kinds.limits import MAX_TASKS
from conductor.lib.errors import BadInput
from conductor.lib.ids import canonical_json

GOOD = """\
version: 1
goal: Stock the shelf
budget: "2.50"
autonomy: checkpoint
domains:
  shop: {max_parallel: 2}
  docs:
tasks:
  - key: prices
    title: Write the prices
    domain: shop
    priority: 5
    command:
      - [mkdir, -p, shelf]
      - [sh, -c, "echo ok > shelf/prices"]
    entry:
      - {check: command, command: [test, -d, .git], exit_code: 0, timeout: 5, message: No repository.}
    exit:
      - {check: file_exists, path: shelf/prices}
      - {check: pattern, path: shelf/prices, pattern: ^ok$, blocking: false}
      - {check: tests}
    timeout: 20
    max_attempts: 2
    files: [shelf/prices]
  - key: labels
    command: touch "price labels"
    needs:
      - prices
  - key: ship
    backend: human
    question: Ship it?
    options: [ship, wait]
    needs: [{task: labels, requires: end}]
"""


def refused(text: str | bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        plan_file.parse(text)
    return caught.value


def without(found: str, instead: str) -> str:
    assert found in GOOD
    return GOOD.replace(found, instead, 1)


def test_a_plan_is_read_into_its_normal_form() -> None:
    plan = plan_file.parse(GOOD)
    assert (plan["goal"], plan["budget"], plan["autonomy"]) == ("Stock the shelf", "2.50", "checkpoint")
    assert plan["domains"] == {"shop": {"max_parallel": 2}, "docs": {"max_parallel": None}}
    prices, labels, ship = plan["tasks"]
    assert prices["command"] == [["mkdir", "-p", "shelf"], ["sh", "-c", "echo ok > shelf/prices"]]
    assert [criterion["check"] for criterion in prices["exit"]] == ["file_exists", "pattern", "command"]
    assert prices["exit"][1]["blocking"] is False
    assert labels == {
        "key": "labels",
        "title": "labels",
        "role": "worker",
        "backend": ["shell"],
        "priority": 999,
        "needs": [{"task": "prices", "requires": "success"}],
        "command": [["touch", "price labels"]],
    }
    assert (ship["role"], ship["backend"]) == ("task", ["human"])
    assert ship["needs"] == [{"task": "labels", "requires": "end"}]


def test_reading_again_changes_nothing() -> None:
    plan = plan_file.parse(GOOD)
    assert plan_file.read(plan) == plan
    assert plan_file.read(json.loads(canonical_json(plan))) == plan


def test_a_plan_may_be_given_as_text_or_bytes() -> None:
    assert plan_file.read(GOOD) == plan_file.parse(GOOD.encode()) == plan_file.parse(GOOD)


@pytest.mark.parametrize(
    ("text", "line", "path", "words"),
    [
        (without("      - prices\n", "      - prise\n"), 28, "tasks[1].needs[0]", "No task called 'prise'."),
        (without("key: labels", "key: prices"), 25, "tasks[1].key", "already taken by tasks[0]"),
        (without("key: labels", "key: la bels"), 25, "tasks[1].key", "made of letters"),
        (without("key: labels", "title: Labels"), 25, "tasks[1].key", "A task needs a key."),
        (without("backend: human", "backend: humane"), 30, "tasks[2].backend", "no backend named 'humane'"),
        (without("backend: human", "backend: human:gpt"), 30, "tasks[2].backend", "takes no model"),
        (without("backend: human", "role: wizard\n    backend: human"), 30, "tasks[2].role", "no role named 'wizard'"),
        (without("requires: end", "requires: luck"), 33, "tasks[2].needs[0].requires", "one of: success, end"),
        (without("domain: shop", "domain: shoe"), 11, "tasks[0].domain", "No domain called 'shoe'"),
        (without("priority: 5", "priority: high"), 12, "tasks[0].priority", "whole number"),
        (without("priority: 5", "priority: -1"), 12, "tasks[0].priority", "between 0 and 1,000"),
        (without("max_attempts: 2", "max_attempts: 0"), 23, "tasks[0].max_attempts", "between 1 and 20"),
        (without("timeout: 20", "timeout: 1e9"), 22, "tasks[0].timeout", "between"),
        (without("max_parallel: 2", "max_parallel: 0"), 6, "domains.shop.max_parallel", "between 1"),
        (without("max_parallel: 2", "speed: 2"), 6, "domains.shop.speed", "no such field"),
        (without("version: 1", "version: 2"), 1, "version", "another version"),
        (without("version: 1", "version: true"), 1, "version", "another version"),
        (without('budget: "2.50"', "budget: 2.50"), 3, "budget", "in quotes"),
        (without('budget: "2.50"', 'budget: "-1"'), 3, "budget", "from 0"),
        (without('budget: "2.50"', 'budget: "1.0000001"'), 3, "budget", "six decimals"),
        (without("autonomy: checkpoint", "autonomy: wild"), 4, "autonomy", "auto, checkpoint"),
        (without("path: shelf/prices}", "path: ../etc/passwd}"), 19, "tasks[0].exit[0]", "inside the repository"),
        (without("check: tests", "check: vibes"), 21, "tasks[0].exit[2]", "check must be one of"),
        (without("pattern: ^ok$", "pattern: '('"), 20, "tasks[0].exit[1]", "not a regular expression"),
        (without("files: [shelf/prices]", "files: [/etc/passwd]"), 24, "tasks[0].files[0]", "inside the repository"),
        (without('touch "price labels"', "touch a && touch b"), 26, "tasks[1].command", "'&' is for a shell"),
        (without('touch "price labels"', "[touch, 1]"), 26, "tasks[1].command", "not text"),
        (without("question: Ship it?", "question: 3"), 31, "tasks[2].question", "Must be text."),
        (without("options: [ship, wait]", "options: [ship, '']"), 32, "tasks[2].options[1]", "blank"),
        (without("title: Write the prices", f"title: {'x' * 201}"), 10, "tasks[0].title", "the limit is 200"),
        (GOOD + "extra: 1\n", 34, "extra", "no such field"),
        ("tasks: []", 1, "tasks", "at least one task"),
        ("goal: x", 1, "tasks", "at least one task"),
        ("tasks: {a: 1}", 1, "tasks", "Must be a list."),
        ("tasks:\n  - a\n", 2, "tasks[0]", "Must be an object"),
        ("tasks:\n  - key: a\n", 2, "tasks[0]", "Say how it is done"),
        ("tasks:\n  - {key: a, backend: shell}\n", 2, "tasks[0].command", "needs a command"),
        ("tasks:\n  - {key: a, backend: human, command: ls}\n", 2, "tasks[0].command", "for the shell"),
        ("tasks:\n  - {key: a, backend: builtin, role: planner}\n", 2, "tasks[0].backend", "no built-in agent"),
        ("tasks:\n  - {key: a, command: ls, needs: b}\n", 2, "tasks[0].needs", "Must be a list."),
        ("tasks:\n  - {key: a, command: ls, needs: [3]}\n", 2, "tasks[0].needs[0]", "key of a task"),
        ("tasks:\n  - {key: a, command: ls, inputs: 3}\n", 2, "tasks[0].inputs", "Must be an object."),
        ("tasks:\n  - {key: a, command: ls, needs: [a]}\n", 2, "tasks[0].needs[0]", "'a' needs itself"),
        ("domains: [a]\ntasks:\n  - {key: a, command: ls}\n", 1, "domains", "Must be an object"),
        ("domains: {a b: }\ntasks:\n  - {key: a, command: ls}\n", 1, "domains.a b", "made of letters"),
        ("- 1", 1, "plan", "Must be an object"),
        ("just words", 1, "plan", "Must be an object"),
        ("'- quoted'", 1, "plan", "Must be an object"),
    ],
)
def test_every_fault_has_its_line_and_path(text: str, line: int, path: str, words: str) -> None:
    error = refused(text)
    said = " ".join(error.errors[path])
    assert words in said
    assert said.startswith(f"line {line}: ")
    assert error.message.startswith(f"line {line}: {path}: ")


def test_the_line_is_exact() -> None:
    error = refused(without("      - prices\n", "      - prise\n"))
    line = GOOD.splitlines().index("      - prices") + 1
    assert error.message == f"line {line}: tasks[1].needs[0]: No task called 'prise'."
    assert error.code == "unknown_dependency"


def test_a_cycle_is_named() -> None:
    text = "tasks:\n  - {key: a, command: ls, needs: [b]}\n  - {key: b, command: ls, needs: [a]}\n"
    error = refused(text)
    assert error.code == "plan_cycle"
    assert error.message == "line 2: tasks[0].needs[0]: These tasks need each other in a circle: a → b → a."


def test_all_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = without("priority: 5", "priority: high").replace("backend: human", "backend: nobody")
    error = refused(text)
    assert list(error.errors) == ["tasks[0].priority", "tasks[2].backend"]
    assert error.message.endswith("(and 1 more)")


def test_a_plan_as_data_is_told_by_path_alone() -> None:
    with pytest.raises(BadInput) as caught:
        plan_file.read({"tasks": [{"key": "a", "command": "ls", "needs": ["x"]}]})
    assert caught.value.errors == {"plan.tasks[0].needs[0]": ["No task called 'x'."]}


@pytest.mark.parametrize("raw", [None, 3, [], True])
def test_a_plan_is_an_object(raw: object) -> None:
    with pytest.raises(BadInput) as caught:
        plan_file.read(raw)
    assert list(caught.value.errors) == ["plan"]


def test_inputs_must_be_json_of_a_sensible_size() -> None:
    for inputs in ({"x": float("nan")}, {"x": {1, 2}}, {"x": "y" * 200_000}):
        with pytest.raises(BadInput) as caught:
            plan_file.read({"tasks": [{"key": "a", "backend": "builtin", "inputs": inputs}]})
        assert list(caught.value.errors) == ["plan.tasks[0].inputs"]


def test_ten_thousand_tasks_are_read_and_one_more_is_refused() -> None:
    rows = (f"- {{key: t{i}, command: ls, needs: [{f't{i - 1}' if i else ''}]}}\n" for i in range(MAX_TASKS))
    text = "tasks:\n" + "".join(rows)
    assert len(plan_file.parse(text)["tasks"]) == MAX_TASKS
    assert "the limit is 10,000" in refused(text + "- {key: more, command: ls}\n").message


def test_a_file_of_faults_gives_a_short_answer() -> None:
    text = "tasks:\n" + "".join(f"- {{key: t{i}, colour: red}}\n" for i in range(1_000))
    assert len(canonical_json(refused(text).errors)) < 30_000


def test_nothing_is_ever_run_or_built_from_a_tag() -> None:
    assert "Tags" in refused("tasks: !!python/object/apply:os.system ['touch /tmp/owned']").message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
TASK = st.fixed_dictionaries({"key": st.sampled_from("abc") | JSON}, optional={
    "needs": st.lists(st.sampled_from("abcd") | JSON, max_size=3), "command": st.just("ls") | JSON, "exit": JSON,
    "backend": st.sampled_from(["human", "shell", "builtin", "nobody"]) | JSON, "inputs": JSON, "role": JSON,
    "files": JSON, "priority": JSON, "timeout": JSON, "domain": JSON, "entry": st.lists(JSON, max_size=2),
})  # fmt: skip


@given(
    st.fixed_dictionaries({"tasks": st.lists(TASK, max_size=4) | JSON}, optional={"domains": JSON, "budget": JSON})
    | JSON
)
def test_anything_is_either_read_or_refused_by_field(raw: Any) -> None:
    try:
        plan = plan_file.read(raw)
    except BadInput as error:
        canonical_json(error.errors).encode()
        return
    canonical_json(plan).encode()
    assert plan_file.read(plan) == plan
