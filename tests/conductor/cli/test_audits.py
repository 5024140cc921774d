"""`conductor audit` on what is stored: the same answers on this machine's database and on a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from campaigns.models import Artifact, ArtifactVersion, Run, Team, Waiver
from campaigns.states import Role
from conductor.cli.audit_texts import together
from tests.campaigns.engine.drive import drive
from tests.campaigns.packs import CHEAP, active, faulty, headline, made_run, pack_text, piece, say
from tests.conductor.cli.conftest import Conductor, written
from tests.conftest import make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sound")]

TESTS = "schema: 1\nexamples: [{kind: headline, text: %s, rules: [spring.no-cheap], finds: [{rule: spring.no-cheap}]}]"


@pytest.fixture(params=["here", "there"])
def conductor(
    request: pytest.FixtureRequest, conductor: Conductor, home_team: Team, monkeypatch: pytest.MonkeyPatch
) -> Conductor:
    """The same commands on this machine's database, and through a server with the token of an admin."""
    if request.param == "there":
        monkeypatch.setenv("CONDUCTOR_TOKEN", make_person("the-admin", home_team, Role.ADMIN).key)
        monkeypatch.setenv("CONDUCTOR_SERVER", request.getfixturevalue("live_server").url)
    return conductor


@pytest.fixture
def run(home_team: Team) -> Run:
    return made_run(home_team)


@pytest.fixture
def pack_file(tmp_path: Path) -> str:
    return written(tmp_path / "spring.yaml", pack_text(rules=CHEAP))


def test_a_report_is_shown_with_its_findings(conductor: Conductor, run: Run) -> None:
    finding = faulty(run)
    said = conductor("audit", "show", "--report", str(finding.report_id))
    assert "spring.no-cheap" in said.out
    assert "patch" in said.out
    whole = conductor("audit", "show", str(finding.report.run_id), "--json").json
    assert [report["id"] for report in whole["reports"]] == [str(finding.report_id)]


def test_the_exit_code_tells_the_verdict(conductor: Conductor, run: Run) -> None:
    finding = faulty(run, "A poison box", "no-poison")
    assert conductor("audit", "show", "--report", str(finding.report_id)).code == 1
    assert conductor("audit", "waive", str(finding.pk), "--reason", "A perfume.", "--until", "30d").code == 0
    said = conductor("audit", "show", "--report", str(finding.report_id))
    assert said.code == 0
    assert "with 1 waived until" in said.out


def test_a_patch_is_applied_by_the_last_digits(conductor: Conductor, run: Run) -> None:
    finding = faulty(run)
    digits = str(finding.pk).replace("-", "")[-8:]
    said = conductor("audit", "apply", digits, "--run", str(finding.report.run_id))
    assert said.code == 0, said.err
    assert headline(run) == "A good value box of Larkspur"
    assert conductor("audit", "apply", str(finding.pk)).code == 4


def test_all_safe_patches(conductor: Conductor, run: Run) -> None:
    say(run, "Cheap Larkspur")
    said = conductor("audit", "fix-run", str(run.pk), "--json")
    assert said.code == 0, said.err
    drive(Run.objects.get(pk=said.json["run"]))
    assert "cheap" not in headline(run).lower()
    assert "Nothing was changed." in conductor("audit", "fix-run", str(run.pk)).out


@pytest.mark.parametrize("until", ["never", "2020-01-01", "999d", "0d"])
def test_a_waiver_needs_an_end_ahead(conductor: Conductor, run: Run, until: str) -> None:
    said = conductor("audit", "waive", str(faulty(run).pk), "--reason", "x", "--until", until)
    assert said.code == 2
    assert not Waiver.objects.exists()


def test_waivers_are_listed_and_taken_back(conductor: Conductor, run: Run) -> None:
    assert "Nothing is waived." in conductor("audit", "waivers").out
    finding = faulty(run, "A poison box", "no-poison")
    assert conductor("audit", "waive", str(finding.pk), "--reason", "A perfume.", "--until", "30d").code == 0
    (row,) = conductor("audit", "waivers", "--json").json
    assert (row["rule"], row["reason"], row["state"]) == ("spring.no-poison", "A perfume.", "active")
    assert conductor("audit", "unwaive", "ffffffff").code == 2
    said = conductor("audit", "unwaive", row["id"].replace("-", "")[-8:])
    assert said.code == 0, said.err
    assert "spring.no-poison" not in conductor("audit", "waivers").out
    assert "revoked" in conductor("audit", "waivers", "--all").out
    assert conductor("audit", "show", "--report", str(finding.report_id)).code == 1


def test_all_that_pass_are_approved_at_once(conductor: Conductor, run: Run) -> None:
    made = say(run, "Cheap Larkspur")
    said = conductor("audit", "approve-run", str(run.pk))
    assert said.code == 1
    assert "Not approved: copy. Version 1 is not the active one any more; that is version 2." in said.out
    assert "Approved: short copy, version 1" in said.out
    assert {p.slot for p in Artifact.objects.exclude(approved_sha256="")} == {"short_copy", "visual_concept"}
    assert piece(run).active == made
    whole = conductor("audit", "approve-run", str(run.pk), "--json")
    assert (whole.code, [one["slot"] for one in whole.json["refused"]]) == (1, ["copy"])


def test_what_is_waived_is_not_fixed(conductor: Conductor, run: Run) -> None:
    finding = faulty(run)
    words = ("audit", "waive", str(finding.pk), "--reason", "Its name.", "--until", "30d", "--scope", "campaign")
    assert conductor(*words).code == 0
    said = conductor("audit", "fix-run", str(run.pk))
    assert "of them waived" in said.out, said.err
    assert "cheap" in headline(run)


def test_a_waiver_until_a_date_holds_to_its_end(conductor: Conductor, run: Run) -> None:
    day = f"{ArtifactVersion.objects.latest('created_at').created_at.year + 1}-01-01"
    said = conductor("audit", "waive", str(faulty(run).pk), "--reason", "x", "--until", day, "--scope", "campaign")
    assert said.code == 0, said.err
    waiver = Waiver.objects.get()
    assert (waiver.scope, waiver.expires_at.strftime("%Y-%m-%d %H:%M")) == ("campaign", f"{day} 23:59")


def test_a_certificate_is_written_and_verified(conductor: Conductor, run: Run, tmp_path: Path) -> None:
    file, content = tmp_path / "certificate.json", tmp_path / "copy.json"
    version = active(run)
    assert conductor("audit", "certificate", str(version.pk), "--out", str(file)).code == 0
    content.write_text(json.dumps(version.content))
    assert conductor("audit", "verify", str(file), "--content", str(content)).code == 0
    file.write_text(file.read_text().replace('"verdict": "', '"verdict": "x'))
    assert conductor("audit", "verify", str(file)).code == 1


def test_an_approval_over_the_audit_takes_a_reason(conductor: Conductor, run: Run) -> None:
    made = say(run, "New")
    assert conductor("audit", "approve", str(made.pk)).code == 4
    assert conductor("audit", "approve", str(made.pk), "--override", "Seen.").code == 0
    assert piece(run).approved_over == "Seen."


def test_a_pack_from_file_to_act(conductor: Conductor, home_team: Team, pack_file: str, tmp_path: Path) -> None:
    assert conductor("audit", "pack", "publish", pack_file).code == 2
    beside = tmp_path / "spring.tests.yaml"
    written(beside, TESTS % "A fine box.")
    failed = conductor("audit", "pack", "test", pack_file)
    assert (failed.code, "1 failed" in failed.out) == (1, True)
    written(beside, TESTS % "A cheap box.")
    assert conductor("audit", "pack", "test", pack_file).code == 0
    assert conductor("audit", "pack", "save", pack_file, "--note", "First.").code == 0
    done = conductor("audit", "pack", "publish", pack_file, "--json")
    assert (done.code, done.json["state"], done.json["version"]) == (0, "published", "1.0.0")
    listed = conductor("audit", "packs").out
    assert "shipped" in listed
    assert "published" in listed
    assert conductor("audit", "pack", "archive", "spring").code == 0
    assert conductor("audit", "pack", "archive", "house").code == 3
    assert "archived" in conductor("audit", "packs").out


def test_a_pack_that_is_wrong_names_the_line(conductor: Conductor, home_team: Team, tmp_path: Path) -> None:
    broken = pack_text().replace("family: prohibited_terms", "family: telepathy", 1)
    said = conductor("audit", "pack", "test", written(tmp_path / "spring.yaml", broken))
    assert said.code == 2
    assert "line 7" in said.err
    assert conductor("audit", "pack", "test", str(tmp_path / "nowhere.yaml")).code == 2


def test_what_would_change_reads_every_stretch(conductor: Conductor, home_team: Team, pack_file: str) -> None:
    say(made_run(home_team, "house"), "A cheap box of Larkspur")
    said = conductor("audit", "what-if", pack_file, "--every", "--json").json
    assert (said["checked"], said["total"]) == (4, 4)
    assert {"rule": "spring.no-cheap", "appeared": 1, "disappeared": 0} in said["rules"]
    assert "instead of house" in conductor("audit", "what-if", pack_file).out


def test_stretches_add_up() -> None:
    part: dict[str, Any] = {
        "total": 4, "checked": 2, "changed": 1, "verdicts_changed": 1, "versions": [{"version": "a"}], "next": "x",
        "verdicts": [{"old": "pass", "new": "fail", "versions": 1}],
        "rules": [{"rule": "r", "appeared": 1, "disappeared": 0}],
    }  # fmt: skip
    whole = together(together({}, part), part | {"next": None})
    assert (whole["checked"], whole["changed"], len(whole["versions"]), whole["next"]) == (4, 2, 2, None)
    assert whole["rules"] == [{"rule": "r", "appeared": 2, "disappeared": 0}]
    assert whole["verdicts"] == [{"old": "pass", "new": "fail", "versions": 2}]
