"""The shell backend: argument lists, exit codes, captured output, in the task's clone."""

from pathlib import Path
from typing import Any

import pytest

from agents.backends import shell
from agents.contracts import AgentFailure, AgentResult, Limits
from agents.invoke import invoke
from conductor.lib import sandbox
from conductor.lib.sandbox import SandboxUnavailable
from tests.agents.stand_ins import StubHost, request

pytestmark = pytest.mark.skipif(
    sandbox.probe().form is None,
    reason="this host cannot isolate programs; the backend refuses, which test_contract shows",
)


def run(workspace: Path | None, role: str = "worker", host: StubHost | None = None, **fields: Any) -> Any:
    return invoke(request(role, workspace=workspace, **fields), "shell", host or StubHost())


def test_commands_run_in_the_clone_in_order(workspace: Path) -> None:
    outcome = run(workspace, commands=[["sh", "-c", "echo one > made"], ["cat", "made"]])
    assert isinstance(outcome, AgentResult)
    assert [entry["exit_code"] for entry in outcome.output["commands"]] == [0, 0]
    assert outcome.output["commands"][1]["output"] == "one\n"
    assert (workspace / "made").read_text() == "one\n"
    assert outcome.changes is None


def test_one_command_may_stand_alone(workspace: Path) -> None:
    assert run(workspace, command=["true"]).output["status"] == "done"


def test_no_shell_is_added(workspace: Path) -> None:
    outcome = run(workspace, command=["echo", "$HOME; *"])
    assert outcome.output["commands"][0]["output"] == "$HOME; *\n"


def test_exit_code_fails_the_attempt_and_stops_the_rest(workspace: Path) -> None:
    outcome = run(workspace, commands=[["sh", "-c", "echo oh; exit 3"], ["touch", "never"]])
    assert isinstance(outcome, AgentFailure)
    assert (outcome.code, outcome.kind) == ("agent_failed", "retriable")
    assert "exit code 3" in outcome.message
    assert "oh" in outcome.transcript
    assert not (workspace / "never").exists()


def test_a_signal_is_told(workspace: Path) -> None:
    outcome = run(workspace, command=["sh", "-c", "kill -9 $$"])
    assert isinstance(outcome, AgentFailure)
    assert "signal 9" in outcome.message


def test_a_program_that_is_not_there_fails(workspace: Path) -> None:
    assert isinstance(run(workspace, command=["no-such-program-here"]), AgentFailure)


def test_words_of_success_do_not_help(workspace: Path) -> None:
    assert isinstance(run(workspace, command=["sh", "-c", "echo all tests passed; exit 1"]), AgentFailure)


def test_long_output_is_cut_and_says_so(workspace: Path) -> None:
    outcome = run(workspace, command=["sh", "-c", "yes | head -c 300000"], limits=Limits(30, output_bytes=100_000))
    assert isinstance(outcome, AgentResult)
    entry = outcome.output["commands"][0]
    assert entry["truncated"]
    assert len(entry["output"]) < 30_000


def test_a_flood_is_stopped(workspace: Path) -> None:
    outcome = run(workspace, command=["yes"], limits=Limits(30, output_bytes=10_000))
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "agent_output_too_large"


def test_text_is_passed_on_while_it_is_written(workspace: Path) -> None:
    host = StubHost()
    run(workspace, host=host, command=["echo", "hello"])
    assert "hello" in "".join(host.texts)


def test_it_knows_its_attempt_and_the_brokers_token(workspace: Path) -> None:
    outcome = run(
        workspace,
        command=["sh", "-c", "echo $CONDUCTOR_ATTEMPT $CONDUCTOR_TASK $CONDUCTOR_BROKER_TOKEN"],
        context={"broker_token": "one-attempt"},
    )
    assert outcome.output["commands"][0]["output"] == "attempt-1 task-1 one-attempt\n"


def test_a_planner_may_be_a_program(workspace: Path) -> None:
    plan = '{"summary": "Two steps", "graph": {"add": [{"key": "a", "title": "A"}]}}'
    outcome = run(workspace, "planner", command=["echo", plan])
    assert isinstance(outcome, AgentResult)
    assert outcome.output["graph"]["add"][0]["key"] == "a"


@pytest.mark.parametrize("said", ["no json", '{"summary": NaN}', '{"a": 1, "a": 2}', '{"x": 1}'])
def test_a_planner_that_talks_nonsense_is_refused(workspace: Path, said: str) -> None:
    outcome = run(workspace, "planner", command=["echo", said])
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "agent_output_invalid"


def test_without_a_workspace_it_does_not_run() -> None:
    outcome = run(None, command=["true"])
    assert isinstance(outcome, AgentFailure)
    assert "workspace" in outcome.message


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"command": "make test"},
        {"command": []},
        {"commands": [["true"], "false"]},
        {"commands": [["true", 3]]},
        {"command": [""]},
        {"command": ["a\x00b"]},
        {"command": ["x"] * 1_001},
        {"commands": [["true"]] * 101},
        {"command": {"argv": ["true"]}},
    ],
)
def test_what_is_no_argument_list_is_refused(workspace: Path, inputs: dict[str, Any]) -> None:
    outcome = run(workspace, **inputs)
    assert isinstance(outcome, AgentFailure)
    assert (outcome.code, outcome.kind) == ("invalid", "fatal")
    assert outcome.message.startswith("commands")


def test_without_a_sandbox_the_next_agent_is_asked(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise SandboxUnavailable("No namespaces here.")

    monkeypatch.setattr(shell.sandbox, "run", refuse)
    outcome = invoke(request("worker", workspace=workspace, command=["true"]), "shell", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert (outcome.code, outcome.kind) == ("sandbox_unavailable", "fatal")
    fallen_back = invoke(request("worker", workspace=workspace, command=["true"]), "shell,human", StubHost())
    assert not isinstance(fallen_back, AgentFailure)


def test_a_secret_that_a_command_prints_is_kept_nowhere(workspace: Path) -> None:
    secrets = ["sk-" + "a1B2" * 8, "hunter2-of-mine"]
    words = f"echo {secrets[0]}; echo password={secrets[1]}"
    host = StubHost()
    kept = [
        run(workspace, commands=[["sh", "-c", words]], host=host),
        run(workspace, commands=[["sh", "-c", f"{words}; exit 1"]], host=host),
    ]
    for outcome in kept:
        assert "[redacted]" in repr(outcome)
        assert not any(secret in repr(outcome) for secret in secrets)


def test_a_secret_at_the_cut_of_a_long_output_is_not_kept_in_part(workspace: Path) -> None:
    most = 4_096
    script = f"yes a | head -c {most // 2 - 20}; echo sk-{'a1B2' * 12}; yes b | head -c 100000"
    outcome = run(workspace, commands=[["sh", "-c", script]], limits=Limits(output_bytes=most))
    assert isinstance(outcome, AgentResult)
    assert "bytes left out" in outcome.transcript
    assert "a1B2" not in repr(outcome)
