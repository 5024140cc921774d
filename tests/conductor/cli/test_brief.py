from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.models import Campaign, Run, Team
from tests.conductor.cli.conftest import BRIEF, Conductor, written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sound")]


def test_a_brief_is_run_to_its_end_and_its_pieces_are_written(
    conductor: Conductor, home_team: Team, brief_file: str, tmp_path: Path
) -> None:
    said = conductor("brief", "run", brief_file, "--out", str(tmp_path / "out"))
    assert said.code == 0, said.err
    assert "run.completed" in said.out
    assert "Audit:" in said.out
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert {"manifest.json", "copy.md", "short_copy.json", "audit.json"} <= names
    posters = [name for name in names if name.startswith("visual_concept-")]
    assert sum(name.endswith(".svg") for name in posters) == sum(name.endswith(".png") for name in posters) == 9
    assert Run.objects.get().campaign.team == home_team


def test_with_json_the_answer_is_the_run(conductor: Conductor, home_team: Team, brief_file: str) -> None:
    run = conductor("brief", "run", brief_file, "--mode", "sequential", "--json").json
    assert (run["state"], run["outcome"], run["mode"]) == ("completed", "success", "sequential")
    assert {piece["slot"] for piece in run["artifacts"]} == {"copy", "short_copy", "visual_concept"}


def test_platforms_of_the_command_stand_for_those_of_the_brief(
    conductor: Conductor, home_team: Team, brief_file: str
) -> None:
    assert conductor("brief", "run", brief_file, "--platform", "twitter").code == 0
    assert Run.objects.get().brief["platforms"] == ["x"] or Run.objects.get().brief["platforms"] == ["twitter"]
    said = conductor("brief", "run", brief_file, "--platform", "myspace")
    assert said.code == 2
    assert "--platform" in said.err
    assert "myspace" in said.err
    assert (Run.objects.count(), Campaign.objects.count()) == (1, 1)  # Refused before anything is filed.


def test_a_detached_run_is_left_to_workers(conductor: Conductor, home_team: Team, brief_file: str) -> None:
    run = conductor("brief", "run", brief_file, "--detach", "--json").json
    assert run["state"] == "queued"
    said = conductor("brief", "run", brief_file, "--detach", "--out", "x")
    assert said.code == 2
    assert "--out" in said.err


def test_a_run_that_fails_ends_with_1(conductor: Conductor, home_team: Team, tmp_path: Path) -> None:
    indented = "\n".join(f"  {line}" for line in BRIEF.strip().splitlines())
    fails = "settings: {agents: {short_copy: ['scripted:fail']}}"
    file = written(tmp_path / "b.yaml", f"brief:\n{indented}\n{fails}\n")
    said = conductor("brief", "run", file)
    assert said.code == 1
    assert "short_copy" in said.out
    assert "campaign retry" in said.err


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BRIEF.replace("tone: warm\n", ""), "brief.tone"),
        (BRIEF.replace("platforms: [linkedin, instagram]\n", ""), "brief.platforms"),
        (BRIEF.replace("linkedin", "myspace"), "myspace"),
        (BRIEF.replace("warm", "x" * 400), "400"),
        ("", "empty"),
        ("brief: {}\nsurprise: 1\n", "surprise"),
    ],
)
def test_an_unfit_brief_is_refused_before_anything_is_stored(
    *, conductor: Conductor, home_team: Team, tmp_path: Path, text: str, words: str
) -> None:
    file = written(tmp_path / "b.yaml", text)
    for command in ("check", "run"):
        said = conductor("brief", command, file)
        assert said.code == 2
        assert words in said.err
    assert not Campaign.objects.exists()


@pytest.mark.django_db
def test_a_text_too_long_may_be_cut_if_that_is_accepted(conductor: Conductor, home_team: Team, tmp_path: Path) -> None:
    file = written(tmp_path / "b.yaml", BRIEF.replace("warm", "warm " * 100))
    said = conductor("brief", "check", file, "--truncate", "--json")
    assert said.code == 0
    assert len(said.json["brief"]["tone"]) <= 300
    assert "cut to" in said.err


def test_a_folder_that_is_not_empty_is_refused_before_the_run(
    conductor: Conductor, home_team: Team, brief_file: str, tmp_path: Path
) -> None:
    said = conductor("brief", "run", brief_file, "--out", str(tmp_path))
    assert said.code == 4
    assert not Run.objects.exists()
    assert conductor("brief", "run", brief_file, "--out", str(tmp_path), "--force").code == 0


def test_several_teams_want_a_name(conductor: Conductor, home_team: Team, brief_file: str) -> None:
    Team.objects.create(name="Other", slug="other")
    said = conductor("brief", "run", brief_file)
    assert said.code == 2
    assert "several" in said.err
    assert conductor("brief", "run", brief_file, "--team", "nobody").code == 3
    assert conductor("brief", "run", brief_file, "--team", "Other").code == 0
    assert Run.objects.get().team.name == "Other"


@pytest.mark.django_db
def test_an_amount_that_is_none_is_refused(conductor: Conductor, home_team: Team, brief_file: str) -> None:
    for amount in ("much", "-1", "NaN", "1e30", "0.1234567"):
        said = conductor("brief", "run", brief_file, f"--budget={amount}")
        assert said.code == 2, amount
        assert "budget" in said.err
    assert not Run.objects.exists()
