from __future__ import annotations

import json
from pathlib import Path

import pytest

from campaigns.models import Campaign, Decision, Run, Task
from conductor.lib.ids import short
from tests.conductor.cli.conftest import ASKING, PLAN, Conductor, written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home_team", "sound")]


def test_a_plan_is_worked_off_and_everything_about_it_can_be_read(
    conductor: Conductor, plan_file: str, repository: str, tmp_path: Path
) -> None:
    said = conductor("campaign", "run", "Two files", "--plan", plan_file, "--repo", repository, "--json")
    assert said.code == 0, said.err
    run = said.json
    assert (run["outcome"], run["tasks"]) == ("success", {"completed": 2})
    assert Campaign.objects.get().goal == "Two files"
    for words in (("status",), ("status", short(run["id"])), ("progress",), ("runs",), ("domains",), ("plan",)):
        told = conductor("campaign", *words)
        assert told.code == 0, told.err
        assert told.out
    assert [d["name"] for d in conductor("campaign", "domains", "--json").json] == ["site"]
    assert [n["state"] for n in conductor("campaign", "plan", "--json").json["nodes"]] == ["completed", "completed"]
    assert conductor("campaign", "progress", "--json").json["metrics"]["tasks_completed"] == 2
    assert [s["state"] for s in conductor("session", "list", "--json").json] == ["completed"]
    assert conductor("session", "status", "--json").json["number"] == 1
    shown = conductor("task", "show", "a")
    assert "proved" in shown.out
    assert conductor("task", "show", "a", "--json").json["tries"][0]["state"] == "succeeded"
    out = tmp_path / "export"
    assert conductor("campaign", "export", str(out)).code == 0
    assert json.loads((out / "run.json").read_text())["id"] == run["id"]
    assert len((out / "events.jsonl").read_text().splitlines()) == run["last_event"]
    assert {task["key"] for task in json.loads((out / "tasks.json").read_text())} == {"a", "b"}


@pytest.mark.django_db
def test_a_dry_run_tells_the_order_and_stores_nothing(conductor: Conductor, plan_file: str) -> None:
    said = conductor("campaign", "run", "--plan", plan_file, "--dry-run", "--json", "--max-workers", "3")
    assert [(task["key"], task["step"]) for task in said.json["tasks"]] == [("a", 1), ("b", 2)]
    assert said.json["settings"]["max_workers"] == 3
    assert "Nothing was stored" in conductor("campaign", "run", "--plan", plan_file, "--dry-run").out
    assert not Campaign.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--planner", "claude"), "--planner"),
        (("--subplanner", "claude"), "--subplanner"),
        (("--worker", "claude,codex"), "--worker"),
        (("--fresh-start-every", "10"), "--fresh-start-every"),
        (("--use-droid",), "--use-droid"),
        (("--playbook", "six"), "--playbook"),
        (("--merge-strategy", "rebase"), "--merge-strategy"),
        (("--merge-strategy", "throw"), "--merge-strategy"),
        (("--git-mode", "patches"), "--git-mode"),
        (("--max-workers", "0"), "--max-workers"),
        (("--max-workers", "many"), "--max-workers"),
        (("--checkpoint-every", "-1"), "--checkpoint-every"),
        (("--autonomy", "full"), "--autonomy"),
    ],
)
def test_options_that_cannot_act_are_refused_by_name(
    *, conductor: Conductor, plan_file: str, repository: str, options: tuple[str, ...], named: str
) -> None:
    said = conductor("campaign", "run", "g", "--plan", plan_file, "--repo", repository, *options)
    assert said.code == 2
    assert named in said.err
    assert not Campaign.objects.exists()


def test_options_that_act_are_obeyed(conductor: Conductor, plan_file: str, repository: str) -> None:
    options = ("--max-workers", "2", "--checkpoint-every", "1", "--autonomy", "auto", "--budget", "2.50", "--name", "N")
    run = conductor("campaign", "run", "--plan", plan_file, "--repo", repository, *options, "--json").json
    assert Run.objects.get().settings["max_workers"] == 2
    assert Campaign.objects.get().name == "N"
    assert run["budget"]["limit"] == "2.50"
    assert len(conductor("campaign", "list", "--json").json) >= 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (PLAN.replace("needs: [a]", "needs: [c]"), "c"),
        (PLAN.replace("domain: site", "needs: [b]"), "circle"),
        (PLAN + "  - key: a\n    command: ls\n", "'a'"),
        (PLAN.replace("echo a", "\x1b[31mecho"), "line"),
        ("goal: x\ntasks: []\n", "tasks"),
        ("kind: creative\nbrief: {}\n", "creative"),
    ],
)
def test_an_unfit_plan_is_refused_with_its_place(
    *, conductor: Conductor, repository: str, tmp_path: Path, plan: str, words: str
) -> None:
    said = conductor("campaign", "run", "--plan", written(tmp_path / "p.yaml", plan), "--repo", repository)
    assert said.code == 2
    assert words in said.err
    assert not Campaign.objects.exists()


@pytest.mark.django_db
def test_a_plan_and_a_repository_are_needed(
    conductor: Conductor, plan_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = conductor("campaign", "run", "Make it good")
    assert (said.code, "--plan" in said.err) == (2, True)
    monkeypatch.chdir(tmp_path)
    said = conductor("campaign", "run", "--plan", plan_file)
    assert (said.code, "--repo" in said.err) == (2, True)
    assert not Campaign.objects.exists()


def test_the_repository_of_the_current_folder_is_taken(
    conductor: Conductor, plan_file: str, repository: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = Path(repository) / "deep"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert conductor("campaign", "run", "--plan", plan_file, "--detach").code == 0
    assert Campaign.objects.get().repository == repository


def test_a_run_is_paused_resumed_checkpointed_and_restored(
    conductor: Conductor, plan_file: str, repository: str
) -> None:
    conductor("campaign", "run", "--plan", plan_file, "--repo", repository, "--detach")
    assert conductor("campaign", "pause", "--reason", "lunch", "--json").json["state"] == "paused"
    saved = conductor("campaign", "checkpoint", "Before dessert", "--json").json
    assert (saved["number"], saved["reason"]) == (1, "Before dessert")
    assert conductor("campaign", "list", "--json").json[0]["id"] == saved["id"]
    assert "Before dessert" in conductor("campaign", "list").out
    resumed = conductor("campaign", "resume", "--json")
    assert (resumed.code, resumed.json["outcome"], resumed.json["session"]["number"]) == (0, "success", 2)
    again = conductor("campaign", "restore", "1", "--run", short(resumed.json["id"]), "--json")
    assert (again.code, again.json["purpose"], again.json["parent"]) == (0, "restore", resumed.json["id"])
    assert conductor("campaign", "restore", "7", "--run", short(resumed.json["id"])).code == 3


def test_a_fork_changes_tasks_and_begins_again_from_one(conductor: Conductor, plan_file: str, repository: str) -> None:
    conductor("campaign", "run", "--plan", plan_file, "--repo", repository)
    forked = conductor("campaign", "fork", "--from-task", "b", "--change", "b.title=Other words", "--json")
    assert (forked.code, forked.json["purpose"], forked.json["outcome"]) == (0, "fork", "success")
    assert Task.objects.get(run=forked.json["id"], key="b").title == "Other words"
    for change in ("nonsense", "b.title", "c.title=x", "b.colour=red", "b.max_attempts=[", "b.max_attempts=0"):
        said = conductor("campaign", "fork", "--change", change)
        assert said.code == 2, change
    assert conductor("campaign", "fork", "--from-task", "nothing").code == 2


def test_cancelling_is_final_and_saying_it_twice_is_fine(conductor: Conductor, plan_file: str, repository: str) -> None:
    conductor("campaign", "run", "--plan", plan_file, "--repo", repository, "--detach")
    for _ in range(2):
        assert conductor("campaign", "cancel", "--json").json["state"] == "cancelled"
    for verb in ("pause", "resume"):
        assert conductor("campaign", verb).code == 4
    assert conductor("campaign", "retry").code == 4


def test_what_failed_is_retried_or_skipped(conductor: Conductor, repository: str, tmp_path: Path) -> None:
    plan = PLAN.replace("echo a > a.txt", "exit 3").replace("domain: site", "max_attempts: 1")
    said = conductor("campaign", "run", "--plan", written(tmp_path / "p.yaml", plan), "--repo", repository)
    assert said.code == 1
    assert "campaign retry" in said.err
    assert conductor("campaign", "retry", "--task", "a").code == 1
    assert conductor("campaign", "retry", "--agent", "nobody").code == 2
    assert conductor("task", "retry", "b", "--json").json["state"] in ("pending", "blocked")
    skipped = conductor("task", "skip", "a", "Not needed", "--json").json
    assert skipped["state"] == "skipped"
    assert conductor("task", "skip", "b", "  ").code == 2


def test_a_question_is_answered_from_the_inbox(conductor: Conductor, repository: str, tmp_path: Path) -> None:
    file = written(tmp_path / "p.yaml", ASKING)
    said = conductor("campaign", "run", "--plan", file, "--repo", repository)
    assert (said.code, "inbox" in said.err) == (0, True)
    waiting = conductor("inbox", "list", "--json").json
    assert [(d["question"], d["options"]) for d in waiting] == [("Which way?", ["left", "right"])]
    assert "Which way?" in conductor("inbox", "list").out
    pk = short(waiting[0]["id"])
    assert conductor("decision", "answer", pk, "up").code == 2
    assert conductor("decision", "answer", pk, "{broken").code == 2
    assert conductor("decision", "answer", pk).code == 2
    done = conductor("decision", "answer", pk, "left", "--follow", "--json")
    assert (done.code, done.json["outcome"]) == (0, "success")
    assert conductor("decision", "answer", str(Decision.objects.get().pk), "left").code == 4
    assert conductor("inbox", "list", "--json").json == []
    assert len(conductor("inbox", "list", "--all", "--json").json) == 1


@pytest.mark.django_db
def test_the_full_screen_view_is_refused_by_name(conductor: Conductor) -> None:
    said = conductor("campaign", "status", "--tui")
    assert (said.code, "--tui" in said.err) == (2, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        ("campaign", "status"),
        ("campaign", "resume", "abcd"),
        ("campaign", "pause", "01a1f8d5-0000-7000-8000-000000000000"),
        ("campaign", "list"),
        ("campaign", "checkpoint", "x"),
        ("campaign", "retry", "../../etc"),
        ("task", "show", "x"),
        ("session", "status"),
        ("decision", "answer", "abcd", "x"),
        ("campaign", "export", "somewhere"),
    ],
)
def test_what_is_not_there_is_not_found(conductor: Conductor, words: tuple[str, ...]) -> None:
    said = conductor(*words, "--json")
    assert said.code == 3
    assert said.json["exit_code"] == 3
    assert said.err.startswith("conductor: ")


def test_status_follows_a_run_that_goes_on(conductor: Conductor, plan_file: str, repository: str) -> None:
    conductor("campaign", "run", "--plan", plan_file, "--repo", repository, "--detach")
    said = conductor("campaign", "status", "--follow", "--json")
    assert said.json["outcome"] == "success"
