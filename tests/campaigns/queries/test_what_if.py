"""What other rules would change in past versions: version by version, a stretch at a time, and nothing is stored."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.actions.campaigns import delete_campaign
from campaigns.kinds.rulepacks import read_source, shipped
from campaigns.models import Artifact, ArtifactVersion, AuditReport, Event, Finding, Run
from campaigns.permissions import SYSTEM
from campaigns.queries.what_if import as_json, compare
from tests.campaigns.packs import CHEAP, DEADLY, made_run, pack_text, say
from tests.campaigns.people import People

pytestmark = pytest.mark.django_db
HOUSE = shipped()["house"].data
STRICT = read_source(pack_text()).data


@pytest.fixture
def run(people: People) -> Run:
    done = made_run(people.team, "house")
    say(done, "A cheap box of Larkspur")
    say(done, "A poison box of Larkspur")
    return done


def what_if(people: People, old: Any = HOUSE, new: Any = STRICT, **more: Any) -> dict[str, Any]:
    """As long as it takes, so that a busy machine compares all of them; a test that is about the time says its own."""
    return as_json(compare(people.team.pk, old, new, **{"seconds": 600.0, **more}))


def stored() -> list[int]:
    return [model.objects.count() for model in (ArtifactVersion, AuditReport, Finding, Event)]


def test_only_what_changes_is_listed(people: People, run: Run) -> None:
    said = what_if(people)
    assert (said["total"], said["checked"], said["changed"], said["next"]) == (3, 3, 1, None)
    (change,) = said["versions"]
    assert (change["slot"], change["number"]) == ("copy", 3)
    assert [finding["rule"] for finding in change["appeared"]] == ["spring.no-poison"]
    assert (change["appeared"][0]["quote"], change["disappeared"]) == ("poison", [])
    assert change["new"]["verdict"] == "fail"
    assert change["new"]["score"] < change["old"]["score"]
    assert said["rules"] == [{"rule": "spring.no-poison", "appeared": 1, "disappeared": 0}]
    assert said["verdicts_changed"] == 1


def test_all_versions_are_the_older_ones_too(people: People, run: Run) -> None:
    said = what_if(people, every=True)
    assert said["checked"] == 5
    assert [(change["slot"], change["number"]) for change in said["versions"]] == [("copy", 2), ("copy", 3)]


def test_the_other_way_round_findings_disappear(people: People, run: Run) -> None:
    said = what_if(people, old=STRICT, new=HOUSE)
    assert said["rules"] == [{"rule": "spring.no-poison", "appeared": 0, "disappeared": 1}]
    assert said["verdicts"][0]["old"] == "fail"


def test_the_same_rules_change_nothing(people: People, run: Run) -> None:
    said = what_if(people, old=STRICT, new=STRICT, every=True)
    assert (said["changed"], said["rules"], said["verdicts"]) == (0, [], [])


def test_a_milder_rule_is_told_as_one_finding_less_and_one_more(people: People, run: Run) -> None:
    mild = read_source(pack_text(rules=CHEAP + DEADLY.replace("critical", "low"))).data
    said = what_if(people, old=STRICT, new=mild)
    assert said["rules"] == [{"rule": "spring.no-poison", "appeared": 1, "disappeared": 1}]


def test_other_weights_alone_make_another_score(people: People, run: Run) -> None:
    heavy = {**STRICT, "weights": {**STRICT["weights"], "risk": 900}}
    said = what_if(people, old=STRICT, new=heavy)
    assert (said["changed"], said["rules"]) == (3, [])


def test_it_goes_on_where_it_ended_and_reads_each_once(people: People, run: Run) -> None:
    seen, after = 0, None
    for _ in range(9):
        said = what_if(people, every=True, after=after, limit=2)
        seen += said["checked"]
        after = said["next"]
        if after is None:
            break
    assert (seen, said["total"]) == (5, 5)


def test_time_is_bounded_and_at_least_one_is_read(people: People, run: Run) -> None:
    said = what_if(people, every=True, seconds=0)
    assert (said["checked"], said["next"] is None) == (1, False)


def test_nothing_is_stored(people: People, run: Run) -> None:
    before = stored()
    what_if(people, every=True)
    assert stored() == before


def test_other_teams_and_deleted_campaigns_are_not_read(people: People, run: Run) -> None:
    made_run(people.elsewhere, "house")
    assert what_if(people)["total"] == 3
    delete_campaign(campaign_id=run.campaign_id, actor=SYSTEM)
    assert what_if(people)["total"] == 0


def test_a_piece_without_an_active_version_is_left_out(people: People, run: Run) -> None:
    Artifact.objects.filter(campaign=run.campaign_id, slot="visual_concept").update(active=None)
    assert what_if(people)["total"] == 2
