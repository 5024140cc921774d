"""The same commands through a server's REST API, and the same pieces by API and command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.auth import get_user_model
from pytest_django.live_server_helper import LiveServer

from campaigns.models import Campaign, Run, Team
from conductor.lib.ids import short
from tests.campaigns.engine.drive import drive
from tests.conductor.cli.conftest import ASKING, BRIEF, Conductor, Said, written
from tests.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sound")]


@pytest.fixture
def server(
    live_server: LiveServer, people: Mapping[str, Person], conductor: Conductor, monkeypatch: pytest.MonkeyPatch
) -> Conductor:
    """`server("campaign", "status")` asks the server as its operator; `as_role=` as somebody else."""

    def ask(*words: str, as_role: str = "operator") -> Said:
        monkeypatch.setenv("CONDUCTOR_TOKEN", people[as_role].key)
        return conductor(*words, "--server", live_server.url)

    return ask


def pieces(run: dict[str, Any]) -> dict[str, str]:
    return {piece["slot"]: piece["sha256"] for piece in run["artifacts"]}


def by_api(person: Person, body: dict[str, Any]) -> dict[str, Any]:
    filed = person.api.post("/api/v1/campaigns/", body)
    assert filed.status_code == 201, filed.content
    started = person.api.post(f"/api/v1/campaigns/{filed.json()['id']}/runs/", {})
    assert started.status_code == 202, started.content
    drive(Run.objects.get(pk=started.json()["id"]))
    found: dict[str, Any] = person.api.get(f"/api/v1/runs/{started.json()['id']}/").json()
    return found


@pytest.mark.parametrize("mode", ["parallel", "sequential"])
def test_a_brief_gives_the_same_pieces_by_api_and_command_line(
    *,
    server: Conductor,
    conductor: Conductor,
    people: Mapping[str, Person],
    team: Team,
    brief_file: str,
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    brief = yaml.safe_load(BRIEF)
    api = by_api(
        people["author"], {"kind": "creative", "brief": brief, "settings": {"mode": mode}, "team": str(team.pk)}
    )
    remote = server("brief", "run", brief_file, "--mode", mode, "--json").json
    local = conductor("brief", "run", brief_file, "--mode", mode, "--team", team.name, "--json").json
    assert len(pieces(api)) == 3
    assert pieces(api) == pieces(remote) == pieces(local)


def test_another_seed_gives_other_pieces(conductor: Conductor, team: Team, tmp_path: Path) -> None:
    indented = "\n".join(f"  {line}" for line in BRIEF.strip().splitlines())
    found = [
        pieces(conductor("brief", "run", written(tmp_path / f"{seed}.yaml", text), "--json").json)
        for seed, text in ((n, f"brief:\n{indented}\nsettings: {{seed: {n}}}\n") for n in (1, 1, 2))
    ]
    assert found[0] == found[1] != found[2]


def test_a_plan_gives_the_same_commits_by_api_and_command_line(
    *, conductor: Conductor, people: Mapping[str, Person], team: Team, plan_file: str, repository: str
) -> None:
    plan = yaml.safe_load(Path(plan_file).read_text())
    body = {"kind": "coding", "goal": "g", "plan": plan, "repository": repository, "team": str(team.pk)}
    api = by_api(people["author"], body)
    words = ("campaign", "run", "g", "--plan", plan_file, "--repo", repository, "--team", team.name, "--json")
    line = conductor(*words).json
    trees = [
        [proof["tree_hash"] for proof in people["viewer"].api.get(f"/api/v1/gates/?run={run['id']}").json()["results"]]
        for run in (api, line)
    ]
    assert trees[0]
    assert trees[0] == trees[1]


def test_every_reading_command_answers_the_same_here_and_there(
    server: Conductor, conductor: Conductor, team: Team, plan_file: str, repository: str
) -> None:
    run = server("campaign", "run", "--plan", plan_file, "--repo", repository, "--json").json
    words = [
        ("campaign", "status"),
        ("campaign", "status", short(run["id"])),
        ("campaign", "progress"),
        ("campaign", "list"),
        ("campaign", "domains"),
        ("campaign", "plan"),
        ("campaign", "runs"),
        ("session", "list"),
        ("task", "show", "a"),
        ("inbox", "list"),
    ]
    for each in words:
        here, there = conductor(*each, "--json"), server(*each, "--json")
        assert (here.code, there.code) == (0, 0), there.err
        assert here.json == there.json, each


def test_every_steering_command_works_there(
    server: Conductor, team: Team, plan_file: str, repository: str, tmp_path: Path
) -> None:
    run = server("campaign", "run", "--plan", plan_file, "--repo", repository, "--detach", "--json").json
    pk = short(run["id"])
    assert server("campaign", "pause", pk, "--json").json["state"] == "paused"
    assert server("campaign", "checkpoint", "x", "--run", pk, "--json").json["number"] == 1
    assert server("campaign", "resume", pk, "--json").json["outcome"] == "success"
    assert server("campaign", "restore", "1", "--run", pk, "--json").json["purpose"] == "restore"
    assert server("campaign", "fork", pk, "--from-task", "b", "--json").json["purpose"] == "fork"
    assert server("campaign", "export", str(tmp_path / "out"), "--run", pk).code == 0
    assert server("campaign", "cancel", pk).code == 4


def test_a_question_is_answered_there(server: Conductor, team: Team, repository: str, tmp_path: Path) -> None:
    file = written(tmp_path / "p.yaml", ASKING)
    assert server("campaign", "run", "--plan", file, "--repo", repository).code == 0
    waiting = server("inbox", "list", "--json").json
    assert server("decision", "answer", waiting[0]["id"], "left", "--follow", "--json").json["outcome"] == "success"


def test_pieces_are_written_from_there(server: Conductor, team: Team, brief_file: str, tmp_path: Path) -> None:
    said = server("brief", "run", brief_file, "--out", str(tmp_path / "out"))
    assert said.code == 0, said.err
    assert (tmp_path / "out" / "copy.md").exists()


def test_rights_and_errors_are_those_of_the_token(server: Conductor, team: Team, brief_file: str) -> None:
    said = server("brief", "run", brief_file, "--json", as_role="viewer")
    assert (said.code, said.json["code"]) == (2, "not_allowed")
    run = server("brief", "run", brief_file, "--detach", "--json", as_role="author").json
    assert server("campaign", "status", run["id"], as_role="outsider").code == 3
    assert server("campaign", "pause", run["id"], as_role="viewer").code == 2
    assert Campaign.objects.count() == 1


def test_a_wrong_token_is_refused(
    conductor: Conductor, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONDUCTOR_TOKEN", "cdr_abcdefghijkl_" + "x" * 43)
    said = conductor("campaign", "runs", "--server", live_server.url, "--json")
    assert (said.code, said.json["code"]) == (2, "not_signed_in")
    monkeypatch.delenv("CONDUCTOR_TOKEN")
    assert "CONDUCTOR_TOKEN" in conductor("campaign", "runs", "--server", live_server.url).err


def test_a_token_file_without_a_server_is_refused(conductor: Conductor, tmp_path: Path) -> None:
    said = conductor("campaign", "runs", "--token", str(tmp_path / "t"))
    assert (said.code, "--server" in said.err) == (2, True)


def test_the_health_and_the_agents_of_a_server_are_told(server: Conductor, team: Team) -> None:
    said = server("doctor", "--json")
    assert said.code == 1
    assert {check["name"] for check in said.json["checks"]} >= {"database", "redis", "witness"}
    assert server("check", "builtin", "--json").json["ok"] is True
    assert server("check", "--json").code == 0
    assert server("doctor", "--invariants").code == 2


def test_people_are_made_there(server: Conductor, team: Team, people: Mapping[str, Person]) -> None:
    made = server("token", "create", "--name", "mine", "--json").json
    assert made["secret"].startswith("cdr_")
    assert server("token", "create", "--user", "somebody").code == 2
    assert server("user", "create", "new").code == 2
    get_user_model().objects.filter(pk=people["admin"].user.pk).update(is_superuser=True)
    said = server("user", "create", "new", "--team", team.name, "--role", "author", "--json", as_role="admin")
    assert said.json["password"]
