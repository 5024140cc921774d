"""Rule packs: versions are kept, tests decide, what is published only rises, and runs keep what they started with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from agents.backends.script import SCRIPT_VARIABLE
from campaigns.actions.audits import request_audit
from campaigns.actions.campaigns import revise_campaign
from campaigns.actions.rulepacks import archive_pack, publish_pack, run_pack_tests, save_pack
from campaigns.actions.runs import start_run
from campaigns.kinds import rulepacks
from campaigns.models import AuditReport, Event, PinnedPack, RulePack, RulePackVersion, Run
from campaigns.permissions import SYSTEM, Actor
from campaigns.queries.invariants import violations
from campaigns.queries.rulepacks import pinned_on
from campaigns.states import Role
from conductor.lib.errors import BadInput, Conflict, NotFound, StaleVersion
from conductor.lib.ids import new_id
from tests.campaigns.engine.drive import drive
from tests.campaigns.packs import CHEAP, faulty, made_run, pack_text, published
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db

GOOD = """
schema: 1
examples:
  - name: said
    kind: headline
    text: A cheap box.
    rules: [spring.no-cheap]
    finds: [{rule: spring.no-cheap, quote: cheap}]
"""
BAD = GOOD.replace("A cheap box.", "A fine box.")


def saved(people: People, text: str = "", tests: str = "", actor: Actor = SYSTEM, **more: Any) -> RulePackVersion:
    return save_pack(team_id=people.team.pk, source=text or pack_text(), tests=tests, actor=actor, **more)


def told(type_: str) -> list[Event]:
    return list(Event.objects.filter(stream="team", type=type_).order_by("seq"))


class TestSave:
    def test_the_first_text_makes_a_draft(self, people: People) -> None:
        made = saved(people, actor=people.actor("author"), note="First try.")
        assert (made.number, made.version, made.pack.name, made.pack.state) == (1, "1.0.0", "spring", "draft")
        assert (made.created_by, made.note, made.results, made.published_at) == (
            people.users["author"], "First try.", None, None,
        )  # fmt: skip
        assert [event.data["sha256"] for event in told("rule_pack.drafted")] == [made.sha256]

    def test_the_next_text_is_the_next_version_and_the_first_stays(self, people: People) -> None:
        first, second = saved(people), saved(people, pack_text("1.1.0"))
        assert (second.pack, second.number) == (first.pack, 2)
        assert RulePackVersion.objects.get(pk=first.pk).source == pack_text()

    def test_the_same_text_twice_is_one_version(self, people: People) -> None:
        assert saved(people) == saved(people)
        assert len(told("rule_pack.drafted")) == 1

    def test_house_rules_act_beside_those_of_the_team(self, people: People) -> None:
        ids = [rule["id"] for rule in saved(people).data["rules"]]
        house = [rule["id"] for rule in rulepacks.shipped()["house"].data["rules"]]
        assert ids == [*house, "spring.no-cheap", "spring.no-poison"]

    def test_a_rule_of_the_same_id_stands_in_for_that_of_the_house(self, people: People) -> None:
        own = CHEAP.replace("spring.no-cheap", "house.prohibited-terms").replace("severity: high", "severity: low")
        rules = {rule["id"]: rule for rule in saved(people, pack_text(rules=own)).data["rules"]}
        assert rules["house.prohibited-terms"]["severity"] == "low"
        assert len(rules) == len(rulepacks.shipped()["house"].data["rules"])

    @pytest.mark.parametrize(
        ("text", "path", "line"),
        [
            (pack_text().replace("family: prohibited_terms", "family: telepathy", 1), "rules[0].family", 7),
            (pack_text().replace("severity: high", "severity: awful"), "rules[0].severity", 8),
            (pack_text("one"), "version", 3),
            (pack_text().replace("extends: [house]", "extends: [elsewhere]"), "extends[0]", 4),
            ("schema: 1\nname: [", "source", 2),
            ("just words", "source", 1),
            ("", "source", 1),
        ],
    )
    def test_a_fault_is_told_by_path_and_line(self, people: People, text: str, path: str, line: int) -> None:
        with pytest.raises(BadInput) as refused:
            save_pack(team_id=people.team.pk, source=text, actor=SYSTEM)
        assert path in refused.value.errors
        assert refused.value.errors[path][0].startswith(f"line {line}: ")
        assert not RulePack.objects.exists()

    def test_another_name_is_another_pack_and_that_is_said(self, people: People) -> None:
        saved(people, version=0)
        with pytest.raises(StaleVersion, match="no rule pack called 'summer': a pack keeps its name"):
            saved(people, pack_text(name="summer"), version=1)

    def test_a_shipped_name_is_taken(self, people: People) -> None:
        with pytest.raises(BadInput) as refused:
            saved(people, pack_text(name="house", house=False))
        assert set(refused.value.errors) == {"name"}

    def test_somebody_was_faster(self, people: People) -> None:
        saved(people, version=0)
        with pytest.raises(StaleVersion, match="has a rule pack called 'spring' already"):
            saved(people, pack_text("1.1.0"), version=0)

    def test_who_may(self, people: People) -> None:
        assert_refused(people, Role.AUTHOR, lambda actor: saved(people, actor=actor))
        with pytest.raises(NotFound):
            save_pack(team_id=new_id(), source=pack_text(), actor=SYSTEM)

    def test_two_teams_may_have_a_pack_of_the_same_name(self, people: People) -> None:
        mine = saved(people)
        other = save_pack(team_id=people.elsewhere.pk, source=pack_text(), actor=SYSTEM)
        assert mine.pack != other.pack

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_each_has_its_number(self, people: People) -> None:
        saved(people)
        race(lambda: saved(people, pack_text("1.1.0")), lambda: saved(people, pack_text("1.2.0")))
        assert list(RulePackVersion.objects.values_list("number", flat=True)) == [1, 2, 3]


class TestTests:
    def test_what_they_said_is_kept(self, people: People) -> None:
        made = saved(people, tests=GOOD)
        held = run_pack_tests(pack_id=made.pack_id, actor=people.actor("author"))
        assert held.results is not None
        assert (held.results["tests"], held.results["failures"], held.results["failed"]) == (1, [], 0)
        assert [event.data["failures"] for event in told("rule_pack.tested")] == [0]

    def test_a_failing_one_is_told_in_words(self, people: People) -> None:
        held = run_pack_tests(pack_id=saved(people, tests=BAD).pack_id, actor=SYSTEM)
        assert held.results is not None
        assert held.results["failed"] == 1
        assert "spring.no-cheap" in held.results["failures"][0]

    def test_without_tests_there_is_nothing_to_run(self, people: People) -> None:
        with pytest.raises(Conflict, match="no tests"):
            run_pack_tests(pack_id=saved(people).pack_id, actor=SYSTEM)

    def test_tests_that_are_none_are_refused_when_saved(self, people: People) -> None:
        with pytest.raises(BadInput):
            saved(people, tests="just words")

    def test_who_may(self, people: People) -> None:
        made = saved(people, tests=GOOD)
        assert_refused(people, Role.AUTHOR, lambda actor: run_pack_tests(pack_id=made.pack_id, actor=actor))


class TestPublish:
    def test_its_tests_pass_so_it_acts(self, people: People) -> None:
        made = saved(people, tests=GOOD)
        pack = publish_pack(pack_id=made.pack_id, actor=people.actor("admin"))
        assert (pack.state, pack.active) == ("published", made)
        event = told("rule_pack.published")[0]
        assert (event.from_state, event.to_state, event.data["version"]) == ("draft", "published", "1.0.0")

    def test_a_failing_test_keeps_it_out_and_force_does_not_help(self, people: People) -> None:
        made = saved(people, tests=BAD)
        for more in ({}, {"force": True, "reason": "Now."}):
            with pytest.raises(Conflict, match="1 of its own tests failed"):
                publish_pack(pack_id=made.pack_id, actor=SYSTEM, **more)
        assert RulePack.objects.get().state == "draft"

    @pytest.mark.parametrize(
        ("more", "field"), [({}, "force"), ({"force": True}, "reason"), ({"force": True, "reason": "  "}, "reason")]
    )
    def test_without_tests_it_takes_force_and_a_reason(self, people: People, more: Any, field: str) -> None:
        made = saved(people)
        with pytest.raises(BadInput) as refused:
            publish_pack(pack_id=made.pack_id, actor=SYSTEM, **more)
        assert set(refused.value.errors) == {field}

    def test_the_reason_is_kept_and_told(self, people: People) -> None:
        published(people.team)
        assert RulePackVersion.objects.get().forced == "No tests yet."
        assert told("rule_pack.published")[0].data["forced"] == "No tests yet."

    @pytest.mark.parametrize("version", ["1.0.0", "0.9.9"])
    def test_the_version_must_rise(self, people: People, version: str) -> None:
        published(people.team)
        with pytest.raises(BadInput) as refused:
            published(people.team, pack_text(version, rules=CHEAP))
        assert set(refused.value.errors) == {"version"}

    def test_a_higher_one_takes_its_place(self, people: People) -> None:
        published(people.team, pack_text("1.9.0"))
        pack = published(people.team, pack_text("1.10.0"))
        assert pack.active is not None
        assert pack.active.version == "1.10.0"
        assert [event.data["version"] for event in told("rule_pack.renewed")] == ["1.10.0"]

    def test_twice_is_as_good_as_once(self, people: People) -> None:
        assert published(people.team) == published(people.team)
        assert len(told("rule_pack.published")) == 1

    def test_what_ships_cannot_be_changed(self, people: People) -> None:
        with pytest.raises(Conflict, match="ships with the product"):
            publish_pack(pack_id=rulepacks.shipped_id("house"), actor=SYSTEM)

    def test_who_may(self, people: People) -> None:
        made = saved(people)
        assert_refused(
            people,
            Role.ADMIN,
            lambda actor: publish_pack(pack_id=made.pack_id, force=True, reason="x", actor=actor),
        )
        assert_refused(people, Role.ADMIN, lambda actor: archive_pack(pack_id=made.pack_id, actor=actor))


class TestArchive:
    def test_no_new_run_may_choose_it(self, people: People) -> None:
        pack = published(people.team)
        for _ in range(2):
            archive_pack(pack_id=pack.pk, actor=SYSTEM)
        assert len(told("rule_pack.archived")) == 1
        with pytest.raises(BadInput) as refused:
            start_run(campaign_id=make_campaign(people.team, settings={"pack": "spring"}).pk, actor=SYSTEM)
        assert "archived" in refused.value.errors["settings.pack"][0]

    def test_publishing_takes_it_out_again(self, people: People) -> None:
        pack = published(people.team)
        archive_pack(pack_id=pack.pk, actor=SYSTEM)
        with pytest.raises(Conflict, match="archived"):
            saved(people, pack_text("1.1.0"))
        assert published_again(pack).state == "published"


def published_again(pack: RulePack) -> RulePack:
    return publish_pack(pack_id=pack.pk, force=True, reason="Still right.", actor=SYSTEM)


class TestRuns:
    """A run is pinned to the rules it starts with, and so are its children."""

    def test_a_brief_is_audited_by_the_pack_of_its_team(self, people: People) -> None:
        run = made_run(people.team)
        active = RulePack.objects.get().active
        assert active is not None
        assert run.settings["pack"] == {"name": "spring", "version": "1.0.0", "sha256": active.sha256}
        report = AuditReport.objects.get(run=run)
        assert (report.pack, report.pack_version, report.pack_sha256) == ("spring", "1.0.0", active.sha256)
        assert faulty(run).severity == "high"

    @pytest.mark.parametrize(
        "said",
        [
            {"name": "house", "version": "HOUSE", "sha256": ""},
            {"name": "house", "version": "HOUSE", "sha256": "f" * 64},
            {"name": "house", "version": "0.0.1", "sha256": ""},
            {"name": "mine", "version": "HOUSE", "sha256": ""},
        ],
    )
    def test_an_auditors_word_about_its_rules_counts_for_nothing(
        self, people: People, said: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        house = rulepacks.shipped()["house"]
        pack = {**said, "version": said["version"].replace("HOUSE", house.version)}
        recording = tmp_path / "replies.json"
        recording.write_text(json.dumps({"audit": {"output": {"pack": pack}}}))
        monkeypatch.setenv(SCRIPT_VARIABLE, str(recording))
        campaign = make_campaign(people.team, settings={"agents": {"audit": ["scripted"]}})
        run = drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))
        report = AuditReport.objects.get(run=run, state="done")
        assert (report.pack, report.pack_version, report.pack_sha256) == ("house", house.version, house.sha256)

    def test_without_a_choice_it_is_the_house(self, people: People) -> None:
        run = made_run(people.team, "house")
        house = rulepacks.shipped()["house"]
        assert run.settings["pack"] == {"name": "house", "version": house.version, "sha256": house.sha256}
        assert AuditReport.objects.get(run=run).pack_sha256 == house.sha256
        assert pinned_on(run) == house.data

    def test_a_pack_that_is_not_there_is_refused_before_anything_starts(self, people: People) -> None:
        with pytest.raises(BadInput) as refused:
            start_run(campaign_id=make_campaign(people.team, settings={"pack": "autumn"}).pk, actor=SYSTEM)
        assert "known: eu-claims, finance, health, house" in refused.value.errors["settings.pack"][0]
        assert not Run.objects.exists()

    def test_a_draft_acts_nowhere(self, people: People) -> None:
        saved(people)
        with pytest.raises(BadInput, match="is draft"):
            start_run(campaign_id=make_campaign(people.team, settings={"pack": "spring"}).pk, actor=SYSTEM)

    def test_the_pack_of_another_team_is_not_there(self, people: People) -> None:
        published(people.elsewhere)
        with pytest.raises(BadInput, match="There is no rule pack"):
            start_run(campaign_id=make_campaign(people.team, settings={"pack": "spring"}).pk, actor=SYSTEM)

    def test_a_later_version_changes_no_run_that_was_started(self, people: People) -> None:
        run = made_run(people.team)
        published(people.team, pack_text("2.0.0", rules=CHEAP))
        from_before = drive(_audit_again(run))
        assert from_before.settings["pack"] == run.settings["pack"]
        assert AuditReport.objects.get(run=from_before).pack_version == "1.0.0"
        assert made_run(people.team).settings["pack"]["version"] == "2.0.0"

    def test_the_setting_is_checked_by_its_shape(self, people: People) -> None:
        campaign = make_campaign(people.team)
        with pytest.raises(BadInput) as refused:
            revise_campaign(
                campaign_id=campaign.pk, version=1, changes={"settings": {"pack": "No Such!"}}, actor=SYSTEM
            )
        assert set(refused.value.errors) == {"settings.pack"}

    def test_rules_are_stored_once_for_all_runs_and_never_changed(self, people: People) -> None:
        made_run(people.team)
        made_run(people.team)
        assert PinnedPack.objects.count() == 1
        with pytest.raises(DatabaseError), transaction.atomic():
            PinnedPack.objects.update(name="other")
        with pytest.raises(DatabaseError), transaction.atomic():
            PinnedPack.objects.all().delete()

    def test_what_is_stored_is_sound(self, people: People) -> None:
        made_run(people.team)
        assert violations(quiet_s=0) == []


def _audit_again(run: Run) -> Run:
    return request_audit(run_id=run.pk, actor=SYSTEM)
