from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from campaigns.actions.campaigns import (
    archive_campaign,
    delete_campaign,
    file_campaign,
    revise_campaign,
    unarchive_campaign,
)
from campaigns.actions.runs import start_run
from campaigns.models import Budget, Campaign, Event
from campaigns.permissions import SYSTEM
from conductor.lib.errors import BadInput, Conflict, NotAllowed, NotFound, StaleVersion
from tests.campaigns.api.world import BRIEF, PLAN
from tests.campaigns.people import People


def file(people: People, **values: Any) -> Campaign:
    said: dict[str, Any] = {"kind": "creative", "brief": BRIEF, "actor": people.actor("author"), **values}
    return file_campaign(team_id=people.team.pk, **said)


def types_of(campaign: Campaign) -> list[str]:
    return list(Event.objects.filter(stream_id=campaign.pk).order_by("seq").values_list("type", flat=True))


def test_a_brief_is_filed_in_its_normal_form(people: People) -> None:
    filed = file(people, name="Spring")
    assert (filed.state, filed.version, filed.name, filed.created_by) == ("draft", 1, "Spring", people.users["author"])
    assert filed.brief["constraints"]["disclaimers"] == []
    assert len(filed.brief_hash) == 64
    assert types_of(filed) == ["campaign.created"]


def test_an_incomplete_draft_is_kept(people: People) -> None:
    assert file(people, brief={"tone": "dry"}).brief["tone"] == "dry"
    assert file(people, brief=None).name == "Untitled creative campaign"


def test_without_a_name_it_is_named_after_the_product(people: People) -> None:
    assert file(people).name == "Larkspur, a booking tool for small shops. It costs 9 USD a"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"kind": "opera"}, "kind"),
        ({"name": "n" * 201}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"brief": {**BRIEF, "mood": "x"}}, "brief.mood"),
        ({"brief": {**BRIEF, "platforms": ["telegraph"]}}, "brief.platforms[0]"),
        ({"brief": {**BRIEF, "tone": "t" * 301}}, "brief.tone"),
        ({"settings": {"volume": 11}}, "settings.volume"),
        ({"settings": {"seed": -1}}, "settings.seed"),
        ({"settings": {"agents": {"copy": "abacus"}}}, "settings.agents.copy"),
        ({"plan": PLAN}, "plan"),
        ({"budget": Decimal(-1)}, "budget"),
        ({"budget": Decimal("NaN")}, "budget"),
        ({"budget": Decimal("0.0000001")}, "budget"),
        ({"goal": "g" * 10_001}, "goal"),
        ({"kind": "coding", "brief": BRIEF}, "brief"),
        ({"kind": "coding", "brief": None, "repository": "ssh://example.org/x"}, "repository"),
        ({"kind": "coding", "brief": None, "repository": "relative/path"}, "repository"),
        ({"kind": "coding", "brief": None, "repository": "https://ann:pw@example.org/x"}, "repository"),
        ({"kind": "coding", "brief": None, "repository": "https://[broken"}, "repository"),
        ({"kind": "coding", "brief": None, "plan": {"tasks": []}}, "plan.tasks"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(people: People, values: dict[str, Any], named: str) -> None:
    with pytest.raises(BadInput) as refused:
        file(people, **values)
    assert list(refused.value.errors) == [named]
    assert not Campaign.objects.exists()
    assert not Event.objects.exists()


def test_an_overlong_text_is_cut_where_the_author_accepts_it(people: People) -> None:
    long = {**BRIEF, "objective": "word " * 1000}
    with pytest.raises(BadInput) as refused:
        file(people, brief=long)
    assert refused.value.code == "too_long"
    filed = file(people, brief=long, truncate=True)
    assert len(filed.brief["objective"]) <= 2000
    assert filed.cuts[0].startswith("brief.objective had 4,999 characters; cut to ")


def test_a_plan_with_a_cycle_is_refused_by_name(people: People) -> None:
    circle = {
        "tasks": [{"key": key, "title": key, "command": ["true"], "needs": [other]} for key, other in ("ab", "ba")]
    }
    with pytest.raises(BadInput) as refused:
        file(people, kind="coding", brief=None, plan=circle)
    assert refused.value.code == "plan_cycle"


def test_a_budget_is_made_with_the_campaign(people: People) -> None:
    filed = file(people, budget=Decimal("12.50"))
    assert Budget.objects.get(scope="campaign", campaign=filed).limit_micros == 12_500_000


def test_a_plans_budget_acts_unless_another_is_given(people: People) -> None:
    wished = {**PLAN, "budget": "3"}
    filed = file(people, kind="coding", brief=None, plan=wished)
    assert Budget.objects.get(campaign=filed).limit_micros == 3_000_000
    given = file(people, kind="coding", brief=None, plan=wished, budget=Decimal(7))
    assert Budget.objects.get(campaign=given).limit_micros == 7_000_000


def test_a_revised_plans_budget_needs_who_may_set_one(people: People) -> None:
    filed = file(people, kind="coding", brief=None, plan=PLAN)
    changes = {"plan": {**PLAN, "budget": "5"}}
    with pytest.raises(NotAllowed):
        revise_campaign(campaign_id=filed.pk, version=1, changes=changes, actor=people.actor("author"))
    revise_campaign(campaign_id=filed.pk, version=1, changes=changes, actor=people.actor("operator"))
    assert Budget.objects.get(campaign=filed).limit_micros == 5_000_000


def test_the_same_content_has_the_same_hash(people: People) -> None:
    assert file(people, name="a").brief_hash == file(people, name="b").brief_hash
    assert file(people).brief_hash != file(people, brief={**BRIEF, "tone": "dry"}).brief_hash


def test_who_may_file(people: People) -> None:
    with pytest.raises(NotAllowed):
        file(people, actor=people.actor("viewer"))
    with pytest.raises(NotFound):
        file(people, actor=people.actor("outsider"))


def test_a_revision_is_merged_and_counted(people: People) -> None:
    filed = file(people)
    changes = {"brief": {"tone": "dry", "key_messages": None, "constraints": {"max_words": 80}}, "name": "New"}
    revised = revise_campaign(campaign_id=filed.pk, version=1, changes=changes, actor=people.actor("author"))
    assert (revised.version, revised.name, revised.brief["tone"], revised.brief["key_messages"]) == (
        2,
        "New",
        "dry",
        [],
    )
    assert revised.brief["constraints"]["required_terms"] == ["Larkspur"]
    assert revised.brief["constraints"]["max_words"] == 80
    event = Event.objects.get(type="campaign.revised")
    assert event.data == {"fields": ["name", "brief"], "version": 2}


def test_a_revision_that_changes_nothing_is_none(people: People) -> None:
    filed = file(people)
    same = revise_campaign(campaign_id=filed.pk, version=1, changes={"name": filed.name}, actor=people.actor("author"))
    assert same.version == 1
    assert types_of(filed) == ["campaign.created"]


def test_a_stale_revision_says_who_changed_what(people: People) -> None:
    filed = file(people)
    revise_campaign(campaign_id=filed.pk, version=1, changes={"name": "A"}, actor=people.actor("reviewer"))
    revise_campaign(campaign_id=filed.pk, version=2, changes={"brief": {"tone": "dry"}}, actor=people.actor("admin"))
    with pytest.raises(StaleVersion) as refused:
        revise_campaign(campaign_id=filed.pk, version=1, changes={"name": "B"}, actor=people.actor("author"))
    assert "user:reviewer changed name; user:admin changed brief" in refused.value.message
    assert refused.value.errors == {"version": ["Is 3 now."]}


@pytest.mark.parametrize("changes", [{}, {"state": "active"}, {"brief": {"tone": 7}}, {"settings": {"seed": "x"}}])
def test_a_bad_revision_changes_nothing(people: People, changes: dict[str, Any]) -> None:
    filed = file(people)
    with pytest.raises(BadInput):
        revise_campaign(campaign_id=filed.pk, version=1, changes=changes, actor=people.actor("author"))
    assert Campaign.objects.get().version == 1


def test_an_archived_campaign_starts_nothing_until_it_is_taken_out(people: People) -> None:
    filed = file(people)
    for _ in range(2):
        assert archive_campaign(campaign_id=filed.pk, actor=people.actor("author")).state == "archived"
    with pytest.raises(Conflict):
        start_run(campaign_id=filed.pk, actor=people.actor("author"))
    for _ in range(2):
        assert unarchive_campaign(campaign_id=filed.pk, actor=people.actor("author")).state == "active"
    assert types_of(filed) == ["campaign.created", "campaign.archived", "campaign.restored"]


def test_a_campaign_at_work_is_neither_archived_nor_deleted(people: People) -> None:
    filed = file(people)
    start_run(campaign_id=filed.pk, actor=SYSTEM)
    with pytest.raises(Conflict) as refused:
        archive_campaign(campaign_id=filed.pk, actor=people.actor("author"))
    assert refused.value.code == "already_running"
    with pytest.raises(Conflict):
        delete_campaign(campaign_id=filed.pk, actor=people.actor("admin"))


def test_deleting_is_soft_and_final_for_everybody(people: People) -> None:
    filed = file(people)
    with pytest.raises(NotAllowed):
        delete_campaign(campaign_id=filed.pk, actor=people.actor("operator"))
    delete_campaign(campaign_id=filed.pk, actor=people.actor("admin"))
    assert Campaign.objects.get().deleted_at is not None
    for again in (delete_campaign, archive_campaign):
        with pytest.raises(NotFound):
            again(campaign_id=filed.pk, actor=people.actor("admin"))


def test_a_repository_lies_where_the_operator_lets_it(people: People, settings: Any, tmp_path: Path) -> None:
    settings.REPOSITORY_ROOTS = [tmp_path / "allowed"]
    (tmp_path / "allowed").mkdir()
    (tmp_path / "allowed" / "way-out").symlink_to(tmp_path)

    def filed(where: str) -> Campaign:
        return file_campaign(team_id=people.team.pk, kind="coding", repository=where, actor=people.actor("author"))

    assert filed(f"{tmp_path}/allowed/repo").repository == f"{tmp_path}/allowed/repo"
    assert filed("https://git.example.org/x.git").repository == "https://git.example.org/x.git"
    for where in (f"{tmp_path}/other", f"file://{tmp_path}/other", f"{tmp_path}/allowed/way-out/x", "/etc", "/a/../b"):
        with pytest.raises(BadInput) as refused:
            filed(where)
        assert list(refused.value.errors) == ["repository"], where


@pytest.mark.parametrize("inside", ["repositories/0.git", "clones/0"])
def test_no_repository_is_taken_from_the_stores_of_other_campaigns(people: People, settings: Any, inside: str) -> None:
    where = f"{settings.CONDUCTOR_HOME}/{inside}"
    for said in (where, f"file://{where}"):
        with pytest.raises(BadInput) as refused:
            file_campaign(team_id=people.team.pk, kind="coding", repository=said, actor=people.actor("author"))
        assert list(refused.value.errors) == ["repository"]
