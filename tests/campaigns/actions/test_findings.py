"""Patches of findings: one or all that are safe, by the person, at what was flagged and nowhere else."""

from __future__ import annotations

from copy import deepcopy

import pytest

from campaigns.actions.artifacts import approve_artifact
from campaigns.actions.findings import apply_finding, fix_artifact, fix_run
from campaigns.actions.runs import start_run
from campaigns.actions.waivers import revoke_waiver, waive_finding
from campaigns.models import ArtifactVersion, AuditReport, Event, Finding, Run
from campaigns.permissions import SYSTEM
from campaigns.queries.audits import overall
from campaigns.states import Purpose, Role
from conductor.lib.errors import BadInput, Conflict, NotFound, StaleVersion
from conductor.lib.ids import new_id
from tests.campaigns.engine.drive import drive
from tests.campaigns.packs import active, faulty, headline, made_run, piece, say, soon
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(people: People) -> Run:
    return made_run(people.team)


class TestApply:
    def test_only_what_was_flagged_changes(self, run: Run, people: People) -> None:
        finding = faulty(run, "A cheap box of Larkspur")
        before = deepcopy(active(run).content)
        made = apply_finding(finding_id=finding.pk, actor=people.actor("author"))
        assert headline(run) == "A good value box of Larkspur"
        before["headlines"][0]["text"] = "A good value box of Larkspur"
        assert made.content == before
        assert (made.number, made.author, active(run)) == (3, people.users["author"], made)
        assert Finding.objects.get(pk=finding.pk).fixed_in == made
        assert Event.objects.get(type="finding.applied").data["version"] == str(made.pk)

    def test_the_span_is_found_again_after_an_edit(self, run: Run) -> None:
        finding = faulty(run, "A cheap box of Larkspur")
        say(run, "Lovely and new: a cheap box of Larkspur, today")
        apply_finding(finding_id=finding.pk, actor=SYSTEM)
        assert headline(run) == "Lovely and new: a good value box of Larkspur, today"

    def test_what_no_longer_stands_is_refused_in_words(self, run: Run) -> None:
        finding = faulty(run, "A cheap box of Larkspur")
        say(run, "A dear box of Larkspur")
        with pytest.raises(Conflict, match="no longer stands"):
            apply_finding(finding_id=finding.pk, actor=SYSTEM)
        assert headline(run) == "A dear box of Larkspur"

    def test_twice_is_refused(self, run: Run) -> None:
        finding = faulty(run)
        apply_finding(finding_id=finding.pk, actor=SYSTEM)
        with pytest.raises(Conflict, match="no longer stands"):
            apply_finding(finding_id=finding.pk, actor=SYSTEM)
        assert active(run).number == 3

    def test_without_a_patch_it_takes_a_person(self, run: Run) -> None:
        finding = faulty(run, "A poison box", "no-poison")
        with pytest.raises(Conflict, match="has no patch"):
            apply_finding(finding_id=finding.pk, actor=SYSTEM)

    def test_another_head_than_was_looked_at(self, run: Run) -> None:
        finding = faulty(run)
        with pytest.raises(StaleVersion):
            apply_finding(finding_id=finding.pk, version=1, actor=SYSTEM)
        apply_finding(finding_id=finding.pk, version=2, actor=SYSTEM)

    def test_an_approval_is_void(self, run: Run) -> None:
        finding = faulty(run)
        approve_artifact(artifact_id=piece(run).pk, sha256=active(run).sha256, override="Now.", actor=SYSTEM)
        apply_finding(finding_id=finding.pk, actor=SYSTEM)
        assert piece(run).approved_sha256 != active(run).sha256

    def test_who_may(self, run: Run, people: People) -> None:
        finding = faulty(run)
        assert_refused(people, Role.AUTHOR, lambda actor: apply_finding(finding_id=finding.pk, actor=actor))
        with pytest.raises(NotFound):
            apply_finding(finding_id=new_id(), actor=SYSTEM)

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_one_is_applied(self, people: People) -> None:
        run = made_run(people.team)
        finding = faulty(run)
        acts = [lambda: apply_finding(finding_id=finding.pk, actor=SYSTEM)] * 2
        results = race(*acts)
        assert sum(isinstance(result, ArtifactVersion) for result in results) == 1, results
        assert headline(run).count("good value") == 1


class TestFix:
    def test_all_safe_patches_become_one_version_and_are_audited(self, run: Run, people: People) -> None:
        say(run, "Cheap, cheap Larkspur")
        done = fix_run(run_id=run.pk, actor=people.actor("author"))
        assert headline(run).lower().count("cheap") == 0
        assert [made.number for made in done.versions] == [3]
        assert done.versions[0].author == people.users["author"]
        assert done.run is not None
        assert (done.run.purpose, done.run.parent) == (Purpose.AUDIT, run)
        drive(done.run)
        report = AuditReport.objects.get(run=done.run)
        assert report.pieces["copy"]["version"] == str(done.versions[0].pk)
        assert not report.findings.filter(rule="spring.no-cheap").exists()

    def test_the_audit_of_the_result_does_not_speak_for_the_run_it_came_from(self, run: Run) -> None:
        before = overall(run)
        say(run, "Cheap Larkspur")
        done = fix_run(run_id=run.pk, actor=SYSTEM)
        assert done.run is not None
        drive(done.run)
        assert overall(run) == before
        after = overall(done.run)
        assert after is not None
        assert after["reports"] == [str(AuditReport.objects.get(run=done.run).pk)]

    def test_where_nothing_is_safe_nothing_is_made(self, run: Run) -> None:
        say(run, "A poison box of Larkspur")
        head = piece(run).head
        done = fix_artifact(artifact_id=piece(run).pk, actor=SYSTEM)
        assert (done.versions, done.run, piece(run).head) == ((), None, head)
        assert done.stopped == "no_patches"
        assert done.findings_left > 0

    def test_one_piece_alone(self, run: Run) -> None:
        say(run, "Cheap Larkspur")
        done = fix_artifact(artifact_id=piece(run).pk, version=2, actor=SYSTEM)
        assert [made.artifact.slot for made in done.versions] == ["copy"]
        assert done.as_json()["versions"][0]["slot"] == "copy"

    @pytest.mark.parametrize("scope", ["finding", "version", "campaign", "team"])
    def test_what_is_waived_is_not_patched(self, run: Run, scope: str) -> None:
        finding = faulty(run, "A cheap box of Larkspur")
        waive_finding(finding_id=finding.pk, reason="Its name.", expires_at=soon(), scope=scope, actor=SYSTEM)
        done = fix_run(run_id=run.pk, actor=SYSTEM)
        assert headline(run) == "A cheap box of Larkspur"
        assert (done.waived, done.as_json()["waived"]) == (1, 1)
        assert not any(step.rule == "spring.no-cheap" for one in done.rounds for step in one.applied)

    def test_what_is_no_longer_waived_is_patched(self, run: Run) -> None:
        finding = faulty(run, "A cheap box of Larkspur")
        made = waive_finding(finding_id=finding.pk, reason="Its name.", expires_at=soon(), actor=SYSTEM)
        revoke_waiver(waiver_id=made.pk, actor=SYSTEM)
        assert fix_run(run_id=run.pk, actor=SYSTEM).waived == 0
        assert headline(run) == "A good value box of Larkspur"

    def test_somebody_was_faster(self, run: Run) -> None:
        say(run, "Cheap Larkspur")
        with pytest.raises(StaleVersion):
            fix_artifact(artifact_id=piece(run).pk, version=1, actor=SYSTEM)

    def test_a_run_that_goes_on_is_not_fixed(self, people: People) -> None:
        run = start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM)
        with pytest.raises(Conflict, match="still going on"):
            fix_run(run_id=run.pk, actor=SYSTEM)

    @pytest.mark.parametrize("rounds", [0, 11, True])
    def test_rounds_are_bounded(self, run: Run, rounds: int) -> None:
        with pytest.raises(BadInput) as refused:
            fix_run(run_id=run.pk, rounds=rounds, actor=SYSTEM)
        assert set(refused.value.errors) == {"rounds"}

    def test_who_may(self, run: Run, people: People) -> None:
        say(run, "Cheap Larkspur")
        assert_refused(people, Role.AUTHOR, lambda actor: fix_run(run_id=run.pk, actor=actor))
        assert_refused(people, Role.AUTHOR, lambda actor: fix_artifact(artifact_id=piece(run).pk, actor=actor))
        with pytest.raises(NotFound):
            fix_run(run_id=new_id(), actor=SYSTEM)

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_one_is_made(self, people: People) -> None:
        run = made_run(people.team)
        say(run, "Cheap Larkspur")
        acts = [lambda: fix_run(run_id=run.pk, actor=SYSTEM)] * 2
        results = race(*acts)
        assert list(piece(run).versions.values_list("number", flat=True)) == [1, 2, 3], results
