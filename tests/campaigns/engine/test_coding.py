from __future__ import annotations

import errno
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from campaigns.actions.runs import cancel_run, start_run
from campaigns.engine import gate, workspace
from campaigns.engine.place import take_place
from campaigns.kinds.plan_file import parse, read
from campaigns.models import Attempt, Campaign, GateResult, LedgerEntry, Merge, Run, Team, Workspace
from campaigns.permissions import SYSTEM
from campaigns.states import Queue
from campaigns.transitions.accept import database_now
from conductor.lib import git as our_git
from conductor.lib import sandbox
from conductor.lib.errors import Conflict, LeaseLost, Unavailable
from tests.campaigns.engine.drive import drive, make_station
from tests.campaigns.hands import states

pytestmark = pytest.mark.django_db(transaction=True)

PLAN = """
version: 1
goal: Write two files
tasks:
  - key: a
    title: Write a
    command: ["sh", "-c", "echo a > a.txt"]
    exit:
      - {check: file_exists, path: a.txt}
  - key: b
    title: Write b
    command: ["sh", "-c", "echo b > b.txt"]
  - key: c
    title: Join
    needs: [a, b]
    command: ["sh", "-c", "cat a.txt b.txt > c.txt"]
    exit:
      - {check: command, command: ["grep", "-q", "b", "c.txt"]}
"""


def start(repository: Path, plan: str = PLAN) -> Run:
    team = Team.objects.create(name="T", slug="t")
    campaign = Campaign.objects.create(
        team=team, kind="coding", name="x", goal="g", repository=str(repository), plan=parse(plan)
    )
    return start_run(campaign_id=campaign.pk, actor=SYSTEM)


def git(repository: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", repository, *words], capture_output=True, text=True, check=True).stdout


def test_tasks_land_on_the_runs_branch_and_it_is_published(repository: Path) -> None:
    run = drive(start(repository))
    assert (run.state, run.outcome) == ("completed", "success")
    branch = Merge.objects.filter(run=run).latest("created_at").branch
    assert git(repository, "show", f"{branch}:c.txt") == "a\nb\n"
    assert git(repository, "status", "--porcelain") == ""


def test_exit_criteria_leave_evidence_on_the_tree(repository: Path) -> None:
    run = drive(start(repository))
    proofs = GateResult.objects.filter(attempt__run=run)
    assert {p.verdict for p in proofs} == {"proved"}
    assert all(p.tree_hash and p.output_hash for p in proofs)


def test_a_refuted_gate_fails_the_task_and_blocks_what_needs_it(repository: Path) -> None:
    plan = PLAN.replace("path: a.txt", "path: never.txt").replace(
        "title: Write a", "title: Write a\n    max_attempts: 1"
    )
    run = drive(start(repository, plan))
    assert (run.state, run.outcome) == ("partially_completed", "partial")
    assert set(run.tasks.values_list("key", "state")) == {("a", "failed"), ("b", "completed"), ("c", "blocked")}
    assert not Merge.objects.filter(attempt__task__key="a").exists()


def test_a_sandboxed_command_reaches_its_model_only_through_the_broker(repository: Path) -> None:
    asks = (
        "import http.client, json, os, socket\n"
        "s = socket.socket(socket.AF_UNIX); s.connect('/run/broker.sock')\n"
        "c = http.client.HTTPConnection('broker'); c.sock = s\n"
        "body = json.dumps({'call': 1, 'max_micros': 500, 'request': {'inputs': {'output': {'said': 'hello'}}}})\n"
        "c.request('POST', '/v1/call', body, {'Authorization': 'Bearer ' + os.environ['CONDUCTOR_BROKER_TOKEN']})\n"
        "open('said.txt', 'w').write(json.loads(c.getresponse().read())['response']['said'])\n"
    )
    task = {"key": "ask", "command": ["python3", "-c", asks], "inputs": {"model": "builtin"}, "max_attempts": 1}
    plan = read({"version": 1, "tasks": [task]})
    team = Team.objects.create(name="T", slug="t")
    campaign = Campaign.objects.create(
        team=team, kind="coding", name="x", goal="g", repository=str(repository), plan=plan
    )
    run = drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))
    assert run.state == "completed", run.errors
    branch = Merge.objects.get(run=run).branch
    assert git(repository, "show", f"{branch}:said.txt") == "hello"
    assert [e.kind for e in LedgerEntry.objects.filter(run=run).order_by("created_at", "kind")].count("reserve") == 1


def one(repository: Path, command: str = "echo a > a.txt", **task: Any) -> Run:
    """A run of one task that is tried once."""
    said = {"key": "a", "command": ["sh", "-c", command], "max_attempts": 1, **task}
    team = Team.objects.create(name="T", slug="t")
    campaign = Campaign.objects.create(
        team=team,
        kind="coding",
        name="x",
        goal="g",
        repository=str(repository),
        plan=read({"version": 1, "tasks": [said]}),
    )
    return start_run(campaign_id=campaign.pk, actor=SYSTEM)


def error_of(run: Run) -> tuple[str, str]:
    error = run.tasks.get().error
    return error["code"], error["message"]


class TestWhatGoesWrong:
    def test_a_closed_entry_gate_starts_no_agent(self, repository: Path) -> None:
        run = drive(one(repository, entry=[{"check": "file_exists", "path": "never.txt"}]))
        code, words = error_of(run)
        assert (run.state, code, "may not start yet" in words) == ("failed", "gate_failed", True)
        assert GateResult.objects.get().verdict == "refuted"
        assert not Merge.objects.exists()

    def test_an_agent_that_fails_lands_nothing_and_its_entry_gate_is_kept(self, repository: Path) -> None:
        run = drive(one(repository, "exit 3", entry=[{"check": "file_exists", "path": "README"}]))
        assert (run.state, error_of(run)[0]) == ("failed", "agent_failed")
        assert GateResult.objects.get().verdict == "proved"
        assert not Merge.objects.exists()

    def test_what_changes_nothing_is_done_and_nothing_is_published(self, repository: Path) -> None:
        run = drive(one(repository, "cat README"))
        assert (run.state, Merge.objects.count()) == ("completed", 0)
        assert git(repository, "branch", "--list", "conductor/*") == ""

    @pytest.mark.parametrize("command", ["rm -rf .git", "ln -s /etc/passwd outside"])
    def test_work_that_cannot_be_imported_is_refused(self, repository: Path, command: str) -> None:
        run = drive(one(repository, command))
        assert run.state == "failed"
        assert Attempt.objects.get().error["kind"] == "retriable"
        assert not Merge.objects.exists()

    @pytest.mark.parametrize(
        ("trouble", "code", "kind"),
        [
            (OSError(errno.ENOSPC, "No space left on device"), "storage_full", "retriable"),
            (PermissionError(errno.EACCES, "Permission denied"), "unavailable", "retriable"),
            (sandbox.SandboxUnavailable("No namespaces here."), "sandbox_unavailable", "fatal"),
            (Unavailable("The repository is away."), "unavailable", "retriable"),
            (Conflict("Not so."), "conflict", "fatal"),
        ],
    )
    def test_a_clone_that_cannot_be_made_is_a_fault_by_code(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception, code: str, kind: str
    ) -> None:
        def refuse(run: Run, claim: Any) -> Any:
            raise trouble

        monkeypatch.setattr(workspace, "open_clone", refuse)
        drive(one(repository))
        error = Attempt.objects.get().error
        assert (error["code"], error["kind"]) == (code, kind)

    def test_a_lease_lost_while_the_clone_is_made_hands_the_task_back(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        usual, troubles = workspace.open_clone, [LeaseLost()]

        def open_clone(run: Run, claim: Any) -> Any:
            if troubles:
                raise troubles.pop()
            return usual(run, claim)

        monkeypatch.setattr(workspace, "open_clone", open_clone)
        assert drive(one(repository)).state == "completed"
        assert sorted(Attempt.objects.values_list("state", flat=True)) == ["released", "succeeded"]

    def test_a_worker_that_lost_its_lease_before_it_landed_lands_nothing(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run, station = one(repository), make_station(Queue.LONG)
        usual, answers = type(station.pulse).wait_for_trust, [False]

        def wait_for_trust(self: Any, attempt_id: Any) -> bool:
            return answers.pop() if answers else usual(self, attempt_id)

        monkeypatch.setattr(type(station.pulse), "wait_for_trust", wait_for_trust)
        while take_place(station, run.pk, Queue.LONG):
            pass
        assert sorted(Attempt.objects.values_list("state", flat=True)) == ["released", "succeeded"]
        assert Merge.objects.count() == 1

    def test_a_run_cancelled_while_its_work_is_proved_lands_nothing(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run, station = one(repository, exit=[{"check": "file_exists", "path": "a.txt"}]), make_station(Queue.LONG)
        prove = gate.prove

        def cancel_meanwhile(found: Any, phase: str, *args: Any, **more: Any) -> gate.Proof:
            if phase == "exit":
                cancel_run(run_id=run.pk, actor=SYSTEM)
                station.pulse._tick()
            return prove(found, phase, *args, **more)

        monkeypatch.setattr(gate, "prove", cancel_meanwhile)
        take_place(station, run.pk, Queue.LONG)
        run.refresh_from_db()
        assert (run.state, states(run)) == ("cancelled", {"a": "cancelled"})
        assert not Merge.objects.exists()


class TestEntryGate:
    def test_it_stops_at_its_first_blocking_refutation_and_warnings_hold_nothing_up(self, repository: Path) -> None:
        entry = [
            {"check": "file_exists", "path": "nice-to-have.txt", "blocking": False},
            {"check": "command", "command": ["sh", "-c", "exit 4"]},
            {"check": "command", "command": ["true"]},
        ]
        run = drive(one(repository, entry=entry))
        assert error_of(run)[0] == "gate_failed"
        found = GateResult.objects.order_by("criterion__position").values_list("verdict", "exit_code")
        assert list(found) == [("refuted", 1), ("refuted", 4)]


def test_work_of_people_needs_no_clone(repository: Path) -> None:
    team = Team.objects.create(name="T", slug="t")
    plan = read({"version": 1, "tasks": [{"key": "a", "backend": ["human"], "question": "Is it so?"}]})
    campaign = Campaign.objects.create(
        team=team, kind="coding", name="x", goal="g", repository=str(repository), plan=plan
    )
    run = drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))
    assert states(run) == {"a": "waiting"}
    assert not Workspace.objects.exists()


class TestClones:
    def test_those_of_attempts_long_over_are_removed_and_others_stay(self, repository: Path) -> None:
        run = drive(one(repository))
        row = Workspace.objects.get()
        for path in (Path(row.path), Path(f"{row.path}-proof")):
            path.mkdir(parents=True)
        Workspace.objects.update(removed_at=None)
        now = database_now()
        assert workspace.remove_old_clones(now) == 0, "it may still be looked at"
        assert workspace.remove_old_clones(now + timedelta(hours=1)) == 1
        assert workspace.remove_old_clones(now + timedelta(hours=1)) == 0
        assert not Path(row.path).exists()
        assert not Path(f"{row.path}-proof").exists()
        assert run.state == "completed"

    def test_of_two_workers_that_start_the_branch_one_is_first_and_both_go_on(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = one(repository)
        store, branch = workspace.store_of(run), workspace.branch_of(run)
        usual = our_git.mirror

        def other_is_first(source: Any, into: Path) -> str:
            base = usual(source, into)
            ahead = git(into, "-c", "user.name=x", "-c", "user.email=x@y", "commit-tree", "-m", "x", f"{base}^{{tree}}")
            our_git.create_branch(into, branch, ahead.strip())
            return base

        monkeypatch.setattr(our_git, "mirror", other_is_first)
        assert workspace.ensure_branch(run) == (store, branch)
        assert drive(run).state == "completed"
