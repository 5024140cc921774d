"""The brand library on the command line: on this machine's database, and through a server's REST API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from campaigns.models import Brand, Campaign, Run, Team
from tests.conductor.cli.conftest import BRIEF, Conductor, Said
from tests.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sound")]

STARTER = str(Path(__file__).resolve().parents[3] / "examples" / "brand.yaml")


@pytest.fixture(params=["here", "server"])
def ask(request: pytest.FixtureRequest, conductor: Conductor, monkeypatch: pytest.MonkeyPatch, team: Team) -> Conductor:
    if request.param == "here":
        return conductor
    live: LiveServer = request.getfixturevalue("live_server")
    people: Mapping[str, Person] = request.getfixturevalue("people")
    monkeypatch.setenv("CONDUCTOR_TOKEN", people["admin"].key)

    def there(*words: str) -> Said:
        return conductor(*words, "--server", live.url)

    return there


def made(ask: Conductor) -> Brand:
    said = ask("brand", "create", STARTER)
    assert said.code == 0, said.err
    return Brand.objects.get()


def test_a_brand_is_made_published_and_shown(ask: Conductor) -> None:
    made(ask)
    assert "Version 1 of Larkspur is published." in ask("brand", "publish", "larkspur", "--number", "1").out
    said = ask("brand", "show", "Larkspur", "--published")
    assert said.code == 0, said.err
    assert "warm, plain, confident" in said.out
    assert "seamless" in said.out
    listed = ask("brand", "list", "--state", "published", "--json").json
    assert [(row["slug"], row["published"]) for row in listed] == [("larkspur", 1)]


def test_a_change_waits_in_the_draft_and_is_compared(ask: Conductor, tmp_path: Path) -> None:
    made(ask)
    ask("brand", "publish", "larkspur")
    change = tmp_path / "change.yaml"
    change.write_text("voice: {tone: 'warm, plain, dry'}\nemoji: null\n")
    said = ask("brand", "edit", "larkspur", str(change), "--json")
    assert (said.json["head"], said.json["published"], said.json["data"]["emoji"]) == (2, 1, "")
    assert "[-confident-]{+dry+}" in ask("brand", "diff", "larkspur").out
    assert "Nothing" in ask("brand", "diff", "larkspur", "--against", "2").out
    stale = ask("brand", "edit", "larkspur", str(change), "--version", "1")
    assert stale.code == 4
    assert "was changed" in stale.err


def test_a_brand_is_archived_restored_and_copied(ask: Conductor) -> None:
    made(ask)
    assert "archived" in ask("brand", "archive", "larkspur").out
    assert ask("brand", "publish", "larkspur").code == 4
    assert "is draft" in ask("brand", "restore", "larkspur").out
    assert "nightjar" in ask("brand", "clone", "larkspur", "Nightjar").out
    assert ask("brand", "clone", "larkspur", "Nightjar").code == 4


def test_a_phrase_is_tried(ask: Conductor) -> None:
    made(ask)
    said = ask("brand", "check", "larkspur", "Leverage our calendar")
    assert said.code == 1
    assert "Say 'Use' instead." in said.out
    assert ask("brand", "check", "larkspur", "Use our calendar").code == 0


def test_faults_of_a_file_are_told_by_line(ask: Conductor, tmp_path: Path) -> None:
    wrong = tmp_path / "brand.yaml"
    wrong.write_text("name: Ember\nemoji: lots\n")
    said = ask("brand", "create", str(wrong))
    assert (said.code, Brand.objects.count()) == (2, 0)
    assert "line 2" in said.err
    assert ask("brand", "create", str(tmp_path / "none.yaml")).code == 2
    assert ask("brand", "show", "nobody").code == 3


def test_a_brief_is_run_with_a_brand(conductor: Conductor, home_team: Team, tmp_path: Path) -> None:
    conductor("brand", "create", STARTER)
    file = tmp_path / "brief.yaml"
    brief = "\n".join(f"  {line}" for line in BRIEF.strip().splitlines() if not line.startswith(("tone", "platforms")))
    file.write_text(f"brand: larkspur\nbrief:\n{brief}\n")
    checked = conductor("brief", "check", str(file), "--json")
    assert (checked.code, checked.json["brand"]) == (0, "larkspur")
    refused = conductor("brief", "run", str(file))
    assert refused.code == 2
    assert "is a draft; publish it first" in refused.err
    conductor("brand", "publish", "larkspur")
    run = conductor("brief", "run", str(file), "--json").json
    assert (run["outcome"], run["brand"]["version"]) == ("success", 1)
    assert Run.objects.get().brief["platforms"] == ["linkedin", "instagram", "facebook"]
    used = conductor("brand", "usage", "larkspur", "--json").json
    assert (used["campaigns_total"], used["runs"]) == (2, [{"version": 1, "runs": 1}])
    assert "1 runs" in conductor("brand", "usage", "larkspur").out


def test_a_brand_that_the_team_does_not_have_is_refused_before_anything_is_filed(
    conductor: Conductor, home_team: Team, brief_file: str
) -> None:
    said = conductor("brief", "run", brief_file, "--brand", "nightjar", "--json")
    assert (said.code, list(json.loads(said.out)["errors"])) == (2, ["brand"])
    assert Campaign.objects.count() == 0
