from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.models import Run, Team
from conductor.lib.ids import new_id
from tests.conductor.cli.conftest import Conductor

pytestmark = pytest.mark.django_db


def test_sound_data_ends_with_0(conductor: Conductor, home_team: Team, brief_file: str, tmp_path: Path) -> None:
    run = conductor("brief", "run", brief_file, "--json").json
    given = tmp_path / "given"
    given.write_text(f"{run['id']}\n")
    said = conductor("doctor", "--invariants", "--quiet", "0", "--given", str(given), "--json")
    assert (said.code, said.json["ok"], said.json["violations"]) == (0, True, [])
    assert "nothing found" in conductor("doctor", "--invariants").out


def test_a_fault_is_told_and_ends_with_1(conductor: Conductor, home_team: Team, brief_file: str) -> None:
    run = conductor("brief", "run", brief_file, "--json").json
    Run.objects.update(last_event_seq=1)
    said = conductor("doctor", "--invariants", "--json")
    assert said.code == 1
    assert {(v["check"], v["subject"]) for v in said.json["violations"]} >= {("I2", f"run {run['id']}")}
    told = conductor("doctor", "--invariants")
    assert (told.code, "counts 1 events" in told.out) == (1, True)


def test_a_run_that_was_promised_and_is_missing_is_told(conductor: Conductor, home_team: Team, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.write_text(str(new_id()))
    assert conductor("doctor", "--invariants", "--given", str(given)).code == 1
    given.write_text("not an id")
    assert conductor("doctor", "--invariants", "--given", str(given)).code == 2
    assert conductor("doctor", "--invariants", "--given", str(tmp_path / "none")).code == 2
    assert conductor("doctor", "--invariants", "--quiet", "-1").code == 2


def test_the_health_of_the_installation_is_told(conductor: Conductor, home_team: Team) -> None:
    said = conductor("doctor", "--json")
    assert said.code == 1
    checks = {check["name"]: check["ok"] for check in said.json["checks"]}
    assert checks["database"] is True
    assert checks["witness"] is False
    assert "No witness is running" in conductor("doctor").out


def test_agents_are_checked_by_name(conductor: Conductor, home_team: Team) -> None:
    assert conductor("check", "builtin", "--json").json["ok"] is True
    assert conductor("check").code == 0
    said = conductor("check", "nonsense")
    assert (said.code, "nonsense" in said.err) == (2, True)
