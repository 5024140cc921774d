"""Waivers: a finding may stand for a reason and a time, within what was looked at; the report stays as it is."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest

from campaigns.actions.artifacts import edit_artifact, restore_artifact
from campaigns.actions.waivers import LONGEST, revoke_waiver, waive_finding
from campaigns.models import AuditReport, Event, Finding, Membership, Run, Waiver
from campaigns.permissions import SYSTEM, Actor
from campaigns.queries.waivers import effect
from campaigns.states import Role
from conductor.lib.clock import now
from conductor.lib.errors import BadInput, Conflict, NotAllowed, NotFound
from conductor.lib.ids import new_id
from tests.campaigns.packs import active, audited, faulty, made_run, piece, say, soon
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(people: People) -> Run:
    return made_run(people.team)


def waive(finding: Finding, actor: Actor = SYSTEM, *, until: datetime | None = None, **more: Any) -> Waiver:
    return waive_finding(
        finding_id=finding.pk, reason="The founder's own words.", expires_at=until or soon(), actor=actor, **more
    )


def waived(report: AuditReport, at: datetime | None = None) -> set[str]:
    fresh = AuditReport.objects.select_related("run").get(pk=report.pk)
    found = effect(fresh, at).waived
    return set(fresh.findings.filter(pk__in=found).values_list("rule", flat=True))


def verdict(report: AuditReport, at: datetime | None = None) -> str:
    return effect(AuditReport.objects.select_related("run").get(pk=report.pk), at).verdict


def change(run: Run, field: str, number: int, text: str, *, actor: Actor = SYSTEM) -> None:
    content = deepcopy(active(run).content)
    content[field][number]["text"] = text
    edit_artifact(artifact_id=piece(run).pk, version=piece(run).head, content=content, actor=actor)


def found(run: Run) -> Finding:
    """What an audit of the pieces as they stand says about the first headline."""
    finding = audited(run).findings.filter(rule="spring.no-cheap", path="headlines[0].text").first()
    assert finding is not None
    return finding


class TestEffect:
    def test_a_waived_finding_no_longer_counts_and_the_report_stays(self, run: Run, people: People) -> None:
        finding = faulty(run, "A poison box", "no-poison")
        before = AuditReport.objects.values().get(pk=finding.report_id)
        assert before["verdict"] == "fail"
        waive(finding, people.actor("admin"))
        found = effect(finding.report)
        assert found.verdict != "fail"
        assert found.score is not None
        assert found.score > before["score"]
        assert list(found.waived) == [finding.pk]
        assert AuditReport.objects.values().get(pk=finding.report_id) == before
        assert Finding.objects.filter(pk=finding.pk).exists()

    def test_what_is_left_decides(self, run: Run) -> None:
        say(run, "A cheap poison box")
        report = audited(run)
        waive(report.findings.get(rule="spring.no-cheap", path="headlines[0].text"))
        assert (report.verdict, verdict(report)) == ("fail", "fail")

    def test_time_alone_ends_it(self, run: Run) -> None:
        finding = faulty(run)
        waive(finding, until=soon(3))
        assert waived(finding.report, soon(2.9)) == {"spring.no-cheap"}
        assert waived(finding.report, soon(3.1)) == set()

    def test_revoking_ends_it(self, run: Run) -> None:
        finding = faulty(run)
        made = waive(finding)
        for _ in range(2):
            ended = revoke_waiver(waiver_id=made.pk, actor=SYSTEM)
        assert ended.revoked_at is not None
        assert waived(finding.report) == set()
        assert Event.objects.filter(type="waiver.revoked").count() == 1

    def test_a_report_whose_rules_are_not_known_any_more_is_not_made_better(self, run: Run) -> None:
        finding = faulty(run)
        waive(finding)
        AuditReport.objects.filter(pk=finding.report_id).update(pack_sha256="", pack="lost")
        report = AuditReport.objects.get(pk=finding.report_id)
        assert verdict(report) == report.verdict

    def test_what_was_not_audited_stays_not_audited(self, run: Run) -> None:
        finding = faulty(run)
        waive(finding)
        AuditReport.objects.filter(pk=finding.report_id).update(verdict="not_audited")
        assert verdict(finding.report) == "not_audited"

    def test_a_rule_that_failed_keeps_everything_from_passing(self, run: Run) -> None:
        finding = faulty(run)
        waive(finding)
        AuditReport.objects.filter(pk=finding.report_id).update(not_checked=[{"family": "x", "failed": True}])
        assert verdict(finding.report) == "not_audited"


class TestScope:
    """A later audit has it waived again: by rule and quote, within the scope, never wider."""

    def test_a_finding_is_found_again_in_the_same_version(self, run: Run) -> None:
        waive(faulty(run))
        assert waived(audited(run)) == {"spring.no-cheap"}

    @pytest.mark.parametrize("scope", ["finding", "version"])
    def test_the_next_version_is_not_covered(self, run: Run, scope: str) -> None:
        waive(faulty(run), scope=scope)
        say(run, "Another cheap box of Larkspur")
        assert waived(audited(run)) == set()

    def test_the_campaign_covers_the_same_words_in_the_next_version(self, run: Run) -> None:
        waive(faulty(run), scope="campaign")
        say(run, "Another cheap box of Larkspur")
        assert waived(audited(run)) == {"spring.no-cheap"}

    def test_another_quote_is_another_finding(self, run: Run) -> None:
        waive(faulty(run), scope="campaign")
        say(run, "A CHEAP box of Larkspur")
        assert waived(audited(run)) == set()

    def test_another_campaign_is_not_covered(self, run: Run, people: People) -> None:
        waive(faulty(run), scope="campaign")
        assert waived(faulty(made_run(people.team)).report) == set()

    def test_the_team_covers_the_rule_everywhere(self, run: Run, people: People) -> None:
        waive(faulty(run), people.actor("admin"), scope="team")
        assert waived(faulty(made_run(people.team), "A CHEAP box").report) == {"spring.no-cheap"}
        event = Event.objects.get(type="finding.waived")
        assert (event.stream, event.stream_id) == ("team", people.team.pk)

    def test_another_team_is_not_covered(self, run: Run, people: People) -> None:
        waive(faulty(run), people.actor("admin"), scope="team")
        assert waived(faulty(made_run(people.elsewhere)).report) == set()

    def test_two_places_in_one_version_are_two_findings(self, run: Run) -> None:
        say(run, "Cheap, or cheap")
        report = audited(run)
        first, second = report.findings.filter(rule="spring.no-cheap", path="headlines[0].text")
        waive(first)
        assert set(effect(report).waived) == {first.pk}
        waive(second, scope="version")
        assert set(effect(report).waived) == {first.pk, second.pk}

    def test_what_became_worse_is_not_covered(self, run: Run) -> None:
        finding = faulty(run)
        waive(finding, scope="campaign")
        Finding.objects.filter(pk=finding.pk).update(severity="critical")
        assert waived(finding.report) == set()

    def test_a_finding_about_no_version_is_waived_for_its_campaign_only(self, run: Run) -> None:
        finding = faulty(run)
        Finding.objects.filter(pk=finding.pk).update(artifact_version=None, quote="", slot="")
        with pytest.raises(BadInput) as refused:
            waive(finding)
        assert set(refused.value.errors) == {"scope"}
        waive(finding, scope="campaign")
        assert waived(finding.report) == {"spring.no-cheap"}
        Finding.objects.filter(pk=finding.pk).update(why="Something else is missing.")
        assert waived(finding.report) == set()


class TestWho:
    def test_a_reviewer_may(self, run: Run, people: People) -> None:
        finding = faulty(run)
        made = waive(finding, people.actor("reviewer"))
        assert (made.approver, made.approved_by, made.scope) == (people.users["reviewer"], "reviewer", "finding")
        event = Event.objects.get(type="finding.waived")
        assert (event.stream, event.actor, event.data["waiver"]) == ("campaign", "user:reviewer", str(made.pk))
        assert_refused(people, Role.REVIEWER, lambda actor: waive(finding, actor))
        assert_refused(people, Role.REVIEWER, lambda actor: revoke_waiver(waiver_id=made.pk, actor=actor))

    def test_a_critical_finding_is_for_an_admin(self, run: Run, people: People) -> None:
        finding = faulty(run, "A poison box", "no-poison")
        for role in ("reviewer", "operator"):
            with pytest.raises(NotAllowed, match="critical"):
                waive(finding, people.actor(role))
        waive(finding, people.actor("admin"))

    def test_the_whole_team_is_for_an_admin(self, run: Run, people: People) -> None:
        with pytest.raises(NotAllowed, match="whole team"):
            waive(faulty(run), people.actor("reviewer"), scope="team")

    def test_who_wrote_the_version_does_not_judge_it(self, run: Run, people: People) -> None:
        finding = faulty(run, actor=people.actor("reviewer"))
        with pytest.raises(NotAllowed, match="You wrote this version"):
            waive(finding, people.actor("reviewer"))
        waive(finding, people.actor("operator"))

    def test_who_wrote_the_words_in_an_earlier_version_does_not_judge_them(self, run: Run, people: People) -> None:
        say(run, "A cheap box of Larkspur", actor=people.actor("reviewer"))
        change(run, "calls_to_action", 0, "Order the Larkspur box", actor=people.actor("operator"))
        finding = found(run)
        with pytest.raises(NotAllowed, match=r"You wrote these words, in version 2;"):
            waive(finding, people.actor("reviewer"))
        assert not Waiver.objects.exists()
        with pytest.raises(NotAllowed, match="You wrote this version"):
            waive(finding, people.actor("operator"))
        waive(finding, people.actor("admin"))

    def test_words_taken_out_and_put_back_by_another_are_still_ones_own(self, run: Run, people: People) -> None:
        first = say(run, "A cheap box of Larkspur", actor=people.actor("reviewer"))
        say(run, "A box of Larkspur", actor=people.actor("operator"))
        restore_artifact(artifact_id=piece(run).pk, number=first.number, actor=people.actor("author"))
        with pytest.raises(NotAllowed, match="version 2"):
            waive(found(run), people.actor("reviewer"))

    def test_changing_something_else_makes_nobody_the_author_of_the_words(self, run: Run, people: People) -> None:
        say(run, "A cheap box of Larkspur")
        change(run, "calls_to_action", 0, "Order the Larkspur box", actor=people.actor("reviewer"))
        change(run, "calls_to_action", 1, "See the Larkspur farms", actor=people.actor("operator"))
        assert waive(found(run), people.actor("reviewer"))

    def test_restoring_the_words_of_another_does_not_make_them_ones_own(self, run: Run, people: People) -> None:
        first = say(run, "A cheap box of Larkspur")
        say(run, "A box of Larkspur")
        restore_artifact(artifact_id=piece(run).pk, number=first.number, actor=people.actor("reviewer"))
        change(run, "calls_to_action", 0, "Order the Larkspur box", actor=people.actor("operator"))
        assert waive(found(run), people.actor("reviewer"))

    def test_the_same_word_once_more_is_ones_own(self, run: Run, people: People) -> None:
        say(run, "A cheap box of Larkspur")
        say(run, "A cheap, cheap box of Larkspur", actor=people.actor("reviewer"))
        change(run, "calls_to_action", 0, "Order the Larkspur box", actor=people.actor("operator"))
        with pytest.raises(NotAllowed, match="version 3"):
            waive(found(run), people.actor("reviewer"))

    def test_a_finding_without_a_quote_is_about_the_text_at_its_place(self, run: Run, people: People) -> None:
        say(run, "A cheap box of Larkspur", actor=people.actor("reviewer"))
        change(run, "calls_to_action", 0, "Order the Larkspur box", actor=people.actor("operator"))
        finding = found(run)
        Finding.objects.filter(pk=finding.pk).update(quote="")
        with pytest.raises(NotAllowed, match="version 2"):
            waive(finding, people.actor("reviewer"))
        Finding.objects.filter(pk=finding.pk).update(path="")
        assert waive(finding, people.actor("reviewer"))

    def test_who_is_alone_in_a_team_judges_as_before(self, run: Run, people: People) -> None:
        say(run, "A cheap box of Larkspur", actor=people.actor("reviewer"))
        change(run, "calls_to_action", 0, "Order the Larkspur box")
        finding = found(run)
        Membership.objects.filter(team=people.team).exclude(user=people.users["reviewer"]).delete()
        assert waive(finding, people.actor("reviewer"))

    def test_what_is_not_there(self) -> None:
        with pytest.raises(NotFound):
            waive_finding(finding_id=new_id(), reason="x", expires_at=soon(), actor=SYSTEM)
        with pytest.raises(NotFound):
            revoke_waiver(waiver_id=new_id(), actor=SYSTEM)


class TestWhat:
    @pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
    def test_a_reason_is_required_and_bounded(self, run: Run, reason: str) -> None:
        with pytest.raises(BadInput) as refused:
            waive_finding(finding_id=faulty(run).pk, reason=reason, expires_at=soon(), actor=SYSTEM)
        assert set(refused.value.errors) == {"reason"}

    @pytest.mark.parametrize("ahead", [timedelta(seconds=-1), LONGEST + timedelta(days=1)])
    def test_an_end_is_required_and_bounded(self, run: Run, ahead: timedelta) -> None:
        with pytest.raises(BadInput) as refused:
            waive(faulty(run), until=now() + ahead)
        assert set(refused.value.errors) == {"expires_at"}
        assert not Waiver.objects.exists()

    def test_an_unknown_scope_is_refused(self, run: Run) -> None:
        with pytest.raises(BadInput) as refused:
            waive(faulty(run), scope="world")
        assert set(refused.value.errors) == {"scope"}

    def test_twice_is_as_good_as_once_and_otherwise_is_a_conflict(self, run: Run) -> None:
        finding, until = faulty(run), soon()
        assert waive(finding, until=until) == waive(finding, until=until)
        with pytest.raises(Conflict, match="waived already"):
            waive(finding, until=soon(90))
        assert Waiver.objects.count() == 1

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_one_is_made(self, people: People) -> None:
        finding = faulty(made_run(people.team))
        race(lambda: waive(finding, until=soon(5)), lambda: waive(finding, until=soon(6)))
        assert Waiver.objects.count() == 1
