"""The scripted backend plays what tests of the engine need, as a real agent would."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.backends import script, scripted
from agents.contracts import AgentFailure, AgentResult, Answered, Limits, NeedsPerson
from agents.invoke import invoke
from tests.agents.stand_ins import StubHost, request


def play(host: StubHost | None = None, role: str = "task", limits: Limits | None = None, **said: Any) -> Any:
    return invoke(request(role, script=said, limits=limits or Limits(seconds=20)), "scripted", host or StubHost())


def test_every_mode_is_played() -> None:
    assert set(scripted._MODES) == set(script.PLAYED)
    assert set(scripted._CHILDREN) == set(script.STARTED)


def test_ok_gives_the_recorded_output() -> None:
    outcome = play(output={"n": 1}, summary="Done.", transcript="words")
    assert outcome == AgentResult({"n": 1}, "Done.", transcript="words", by=Answered("scripted"))


def test_ok_without_output_gives_an_empty_object() -> None:
    assert play().output == {}


def test_ok_of_a_role_with_a_builtin_gives_its_output() -> None:
    assert len(play(role="copywriting").output["headlines"]) >= 3


def test_graph_is_added_to_the_answer() -> None:
    outcome = play(role="planner", output={"summary": "x"}, graph={"add": [{"key": "a", "title": "A"}]})
    assert outcome.output["graph"]["add"][0]["role"] == "worker"


def test_unsound_graph_is_refused() -> None:
    outcome = play(graph={"add": [{"key": "a", "title": "A", "needs": [{"key": "a"}]}]})
    assert outcome.code == "agent_output_invalid"
    assert "needs itself" in outcome.message


def test_slow_takes_its_time_and_stops_when_asked() -> None:
    assert isinstance(play(mode="slow", seconds=0.05), AgentResult)
    host = StubHost()
    host.stop = True
    with pytest.raises(scripted.Cancelled):
        scripted.wait(5, host)


@pytest.mark.parametrize("kind", script.BAD_JSON)
def test_bad_json_of_every_kind_is_refused(kind: str) -> None:
    outcome = play(role="planner", mode="bad_json", kind_of_bad=kind)
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == ("agent_output_too_large" if kind == "huge" else "agent_output_invalid")


def test_raw_text_is_read_like_an_agents() -> None:
    assert play(mode="bad_json", raw='```json\n{"a": 1}\n```').output == {"a": 1}


@pytest.mark.parametrize(("exit_code", "kind"), [(0, AgentResult), (1, AgentFailure), (77, AgentFailure)])
def test_exit_code_decides(exit_code: int, kind: type[AgentResult | AgentFailure]) -> None:
    outcome = play(mode="exit_n", exit_code=exit_code, text="everything failed")
    assert isinstance(outcome, kind)
    assert "everything failed" in outcome.transcript


def test_signal_is_told() -> None:
    assert "signal 9" in play(mode="signal").message


@pytest.mark.parametrize("mode", ["flood", "flood_line"])
def test_flood_is_capped_and_stopped(mode: str) -> None:
    outcome = play(mode=mode, limits=Limits(20, output_bytes=10_000))
    assert outcome.code == "agent_output_too_large"
    assert len(outcome.transcript) < 20_000


def test_kept_pipe_does_not_hang() -> None:
    assert isinstance(play(mode="keep_pipe"), AgentResult)


def test_calls_are_reserved_and_settled() -> None:
    host = StubHost()
    outcome = play(host, calls=2, micros=70, reserve_micros=100)
    assert host.calls == [("reserve", 1, 100), ("settle", 1, 70), ("reserve", 2, 100), ("settle", 2, 70)]
    assert outcome.usage.cost_micros == 140


def test_unknown_cost_is_settled_as_unknown() -> None:
    host = StubHost()
    outcome = play(host, calls=1, micros=70, unknown_cost=True)
    assert host.calls[1] == ("settle", 1, None)
    assert outcome.usage.cost_micros is None


def test_partial_text_streams() -> None:
    host = StubHost()
    play(host, partial=["one ", "two"])
    assert host.texts == ["one ", "two"]


def test_fails_so_often_and_then_works_by_the_callers_count() -> None:
    base = request(script={"fail": 2})
    kinds = [type(invoke(replace(base, context={"number": number}), "scripted", StubHost())) for number in (1, 2, 3)]
    assert kinds == [AgentFailure, AgentFailure, AgentResult]


def test_fails_so_often_and_then_works_by_its_own_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripted, "_tries", {})
    assert [type(play(fail=1)) for _ in range(2)] == [AgentFailure, AgentResult]


def test_failure_has_the_scripted_code_and_wait() -> None:
    outcome = play(mode="fail", code="agent_throttled", kind="transient", retry_after_s=2.5)
    assert (outcome.code, outcome.kind, outcome.retry_after_s) == ("agent_throttled", "transient", 2.5)


def test_break_and_question() -> None:
    assert play(mode="raise").code == "agent_failed"
    assert isinstance(play(mode="ask", question="Now?"), NeedsPerson)


@pytest.mark.parametrize(
    "said",
    [
        {"mode": "x"},
        {"code": "x"},
        {"surprise": 1},
        {"seconds": -1},
        {"calls": "3"},
        {"mode": "bad_json", "kind_of_bad": "x"},
    ],
)
def test_bad_script_is_refused_by_its_field(said: dict[str, Any]) -> None:
    outcome = play(**said)
    assert (outcome.code, outcome.kind) == ("invalid", "fatal")
    assert outcome.message.startswith("script")


def test_script_that_is_no_object_is_refused() -> None:
    outcome = invoke(request(script=[1]), "scripted", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "invalid"


def test_spec_names_the_mode_and_the_script_has_the_rest() -> None:
    outcome = invoke(request(script={"exit_code": 5}), "scripted:exit_n", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert "exit code 5" in outcome.message


def test_recording_answers_by_role_and_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "replies.json"
    file.write_text(
        json.dumps({"task/a": {"output": {"n": 1}}, "b": {"output": {"n": 2}}, "task": {"output": {"n": 3}}})
    )
    monkeypatch.setenv(script.SCRIPT_VARIABLE, str(file))
    found = []
    for key in ("a", "b", "c"):
        outcome = invoke(replace(request(), task=key), "scripted", StubHost())
        assert isinstance(outcome, AgentResult)
        found.append(outcome.output["n"])
    assert found == [1, 2, 3]


@pytest.mark.parametrize("text", ["not json", "[]", '{"task": 3}'])
def test_bad_recording_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    file = tmp_path / "replies.json"
    file.write_text(text)
    monkeypatch.setenv(script.SCRIPT_VARIABLE, str(file))
    outcome = invoke(request(), "scripted", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert "record" in outcome.message


def test_oracle_file_gets_start_and_finish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "oracle.jsonl"
    monkeypatch.setenv(script.ORACLE_VARIABLE, str(file))
    play(calls=1)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["what"] for line in lines] == ["start", "paid", "finish"]
    assert {line["attempt"] for line in lines} == {"attempt-1"}


def test_oracle_of_a_broken_agent_has_no_finish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "oracle.jsonl"
    monkeypatch.setenv(script.ORACLE_VARIABLE, str(file))
    play(mode="raise")
    assert [json.loads(line)["what"] for line in file.read_text().splitlines()] == ["start"]


@pytest.mark.parametrize(
    ("name", "file"), [("mine", "mine"), ("../x", "oracle.jsonl"), ("..", "oracle.jsonl"), (7, "oracle.jsonl")]
)
def test_a_task_names_an_oracle_only_inside_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: object, file: str
) -> None:
    monkeypatch.setenv(script.ORACLE_VARIABLE, str(tmp_path))
    invoke(request(oracle=name), "scripted", StubHost())
    assert [path.name for path in tmp_path.iterdir()] == [file]


def test_a_task_alone_opens_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(script.ORACLE_VARIABLE, raising=False)
    outcome = invoke(request(oracle=str(tmp_path / "x")), "scripted", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert outcome.code == "invalid"
    assert list(tmp_path.iterdir()) == []
