"""Pieces: regenerate, edit, restore, approve and reject; each change is the next version and voids the approval."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from django.db import connection, transaction

from agents.sections import path_of, section_title
from campaigns.actions.artifacts import (
    CONTENT_BYTES,
    NOTE_LENGTH,
    approve_artifact,
    approve_run,
    edit_artifact,
    regenerate_artifact,
    reject_artifact,
    restore_artifact,
)
from campaigns.actions.campaigns import archive_campaign
from campaigns.actions.runs import cancel_run, start_run
from campaigns.kinds.creative import SLOTS
from campaigns.models import Artifact, ArtifactVersion, AuditReport, Event, Run
from campaigns.permissions import SYSTEM, Actor
from campaigns.queries.snapshots import versions_by_slot
from campaigns.states import Purpose, Role
from conductor.lib.errors import BadInput, Conflict, NotFound, StaleVersion
from conductor.lib.ids import new_id
from tests.campaigns.engine.drive import drive
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(people: People) -> Run:
    """A brief that was run to its end."""
    return drive(start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM))


def piece(run: Run, slot: str = "copy") -> Artifact:
    return Artifact.objects.select_related("active").get(campaign=run.campaign, slot=slot)


def content(run: Run, slot: str = "copy") -> dict[str, Any]:
    active = piece(run, slot).active
    assert active is not None
    return deepcopy(active.content)


def edited(run: Run, actor: Actor = SYSTEM, *, head: int = 1) -> ArtifactVersion:
    """The copy with another tone note."""
    changed = content(run) | {"tone_note": f"Calm, said {head}."}
    return edit_artifact(artifact_id=piece(run).pk, version=head, content=changed, actor=actor)


def approve(run: Run, actor: Actor = SYSTEM) -> Artifact:
    active = piece(run).active
    assert active is not None
    return approve_artifact(artifact_id=piece(run).pk, sha256=active.sha256, actor=actor)


def is_approved(run: Run) -> bool:
    found = piece(run)
    return found.active is not None and found.approved_sha256 == found.active.sha256


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Fields, or entries of a list that is as long as it was, that are not the same; without warnings."""
    found: set[str] = set()
    for field in before.keys() - {"warnings"}:
        one, other = before[field], after[field]
        if field in ("headlines", "calls_to_action") or not isinstance(one, list):
            found |= {field} if one != other else set()
        else:
            assert len(one) == len(other)
            found |= {f"{field}[{n}]" for n, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]}
    return found


class TestRegenerate:
    def test_one_piece_gets_its_next_version_and_the_others_stay(self, run: Run) -> None:
        before = versions_by_slot(run)
        child = regenerate_artifact(artifact_id=piece(run).pk, note="Shorter, please.", actor=SYSTEM)
        assert (child.purpose, child.parent, child.artifact) == (Purpose.REGENERATE, run, piece(run))
        assert drive(child).state == "completed"
        after = versions_by_slot(child)
        assert {slot for slot in before if before[slot] != after[slot]} == {"copy"}
        made = piece(run).active
        assert made is not None
        assert (made.number, made.note, made.run) == (2, "Shorter, please.", child)

    @pytest.mark.parametrize(
        ("slot", "section"),
        [
            ("copy", "headlines"), ("copy", "bodies.short"), ("copy", "calls_to_action"),
            ("short_copy", "platforms.linkedin"), ("visual_concept", "concepts.1"), ("visual_concept", "concepts.2"),
        ],
    )  # fmt: skip
    def test_one_section_is_made_anew_and_the_rest_of_the_piece_stays(self, run: Run, slot: str, section: str) -> None:
        before = content(run, slot)
        child = regenerate_artifact(artifact_id=piece(run, slot).pk, note="Again.", section=section, actor=SYSTEM)
        assert drive(child).state == "completed"
        after = content(run, slot)
        where = path_of(SLOTS[slot].role, before, section)
        assert changed(before, after) == {where}
        made = piece(run, slot).active
        assert made is not None
        assert made.note == f"{section_title(section)}: Again."

    @pytest.mark.parametrize("section", ["x", "bodies", "bodies.tiny", "platforms.linkedin", "headlines.0", "."])
    def test_a_section_that_the_piece_does_not_have_is_refused_by_name(self, run: Run, section: str) -> None:
        with pytest.raises(BadInput) as refused:
            regenerate_artifact(artifact_id=piece(run).pk, note="Again.", section=section, actor=SYSTEM)
        assert "bodies.short" in str(refused.value.errors["section"])

    def test_the_bundle_is_audited_again_in_the_child_run(self, run: Run) -> None:
        child = drive(regenerate_artifact(artifact_id=piece(run).pk, note="Shorter.", actor=SYSTEM))
        report = AuditReport.objects.get(run=child)
        assert {str(pk) for pk in report.versions.values_list("pk", flat=True)} == set(versions_by_slot(child).values())

    def test_it_starts_from_what_stands_now(self, run: Run) -> None:
        by_hand = edited(run)
        child = regenerate_artifact(artifact_id=piece(run, "short_copy").pk, note="Funnier.", actor=SYSTEM)
        assert child.settings["inherited"]["copy"] == str(by_hand.pk)

    def test_one_at_a_time_for_each_piece(self, run: Run) -> None:
        regenerate_artifact(artifact_id=piece(run).pk, note="Shorter.", actor=SYSTEM)
        with pytest.raises(Conflict) as refused:
            regenerate_artifact(artifact_id=piece(run).pk, note="Longer.", actor=SYSTEM)
        assert refused.value.code == "already_running"
        regenerate_artifact(artifact_id=piece(run, "short_copy").pk, note="Funnier.", actor=SYSTEM)

    @pytest.mark.parametrize("note", ["", "   ", "x" * (NOTE_LENGTH + 1)])
    def test_a_note_is_required_and_bounded(self, run: Run, note: str) -> None:
        with pytest.raises(BadInput) as refused:
            regenerate_artifact(artifact_id=piece(run).pk, note=note, actor=SYSTEM)
        assert set(refused.value.errors) == {"note"}

    def test_there_must_be_something_to_start_from(self, people: People) -> None:
        unfinished = start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM)
        cancel_run(run_id=unfinished.pk, actor=SYSTEM)
        with pytest.raises(Conflict, match="no finished run"):
            regenerate_artifact(artifact_id=piece(unfinished).pk, note="x", actor=SYSTEM)

    def test_an_archived_campaign_makes_nothing_new(self, run: Run) -> None:
        archive_campaign(campaign_id=run.campaign_id, actor=SYSTEM)
        with pytest.raises(Conflict, match="archived"):
            regenerate_artifact(artifact_id=piece(run).pk, note="x", actor=SYSTEM)

    def test_who_may(self, people: People, run: Run) -> None:
        assert_refused(
            people, Role.AUTHOR, lambda actor: regenerate_artifact(artifact_id=piece(run).pk, note="x", actor=actor)
        )

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_a_run_does_not_wait_for_a_piece_that_is_being_edited(self, run: Run) -> None:
        """An edit locks the piece, then its campaign; a start has the campaign, so waiting for the piece would be a
        deadlock."""

        def regenerate_soon() -> Run:
            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = '2s'")
            return regenerate_artifact(artifact_id=piece(run).pk, note="Again.", actor=SYSTEM)

        with transaction.atomic():
            Artifact.objects.select_for_update(no_key=True).get(pk=piece(run).pk)
            (child,) = race(regenerate_soon)
        assert isinstance(child, Run), child

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_one_is_made(self, run: Run) -> None:
        acts = [lambda: regenerate_artifact(artifact_id=piece(run).pk, note="x", actor=SYSTEM)] * 2
        assert sorted(type(r).__name__ for r in race(*acts)) == ["Conflict", "Run"]


class TestEdit:
    def test_what_a_person_wrote_is_the_next_version(self, people: People, run: Run) -> None:
        made = edited(run, people.actor("author"))
        assert (made.number, made.content["tone_note"], made.attempt) == (2, "Calm, said 1.", None)
        assert (piece(run).head, piece(run).active) == (2, made)
        event = Event.objects.get(stream="campaign", type="artifact.versioned")
        assert (event.actor, event.data["number"], event.data["sha256"]) == ("user:author", 2, made.sha256)

    def test_somebody_was_faster(self, run: Run) -> None:
        edited(run)
        with pytest.raises(StaleVersion, match="at version 2, not 1"):
            edited(run)

    @pytest.mark.parametrize("wrong", [{}, {"headlines": "none"}, ["a list"]])
    def test_what_is_no_such_piece_is_refused(self, run: Run, wrong: Any) -> None:
        with pytest.raises(BadInput):
            edit_artifact(artifact_id=piece(run).pk, version=1, content=wrong, actor=SYSTEM)
        assert piece(run).head == 1

    def test_too_much_is_refused(self, run: Run) -> None:
        huge = content(run) | {"tone_note": "x" * (CONTENT_BYTES + 1)}
        with pytest.raises(BadInput):
            edit_artifact(artifact_id=piece(run).pk, version=1, content=huge, actor=SYSTEM)

    def test_who_may(self, people: People, run: Run) -> None:
        assert_refused(people, Role.AUTHOR, lambda actor: edited(run, actor))
        with pytest.raises(NotFound):
            edit_artifact(artifact_id=new_id(), version=1, content={}, actor=SYSTEM)

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_of_two_edits_at_once_one_is_stale(self, run: Run) -> None:
        results = race(lambda: edited(run), lambda: edited(run))
        assert sorted(type(r).__name__ for r in results) == ["ArtifactVersion", "StaleVersion"]
        assert list(ArtifactVersion.objects.filter(artifact=piece(run)).values_list("number", flat=True)) == [1, 2]


class TestRestore:
    def test_an_older_content_becomes_the_next_version(self, run: Run) -> None:
        first = piece(run).active
        assert first is not None
        edited(run)
        made = restore_artifact(artifact_id=piece(run).pk, number=1, actor=SYSTEM)
        assert (made.number, made.sha256, made.tags) == (3, first.sha256, first.tags)
        assert piece(run).active == made

    def test_a_version_that_does_not_exist_is_not_found(self, run: Run) -> None:
        with pytest.raises(NotFound, match="no version 9"):
            restore_artifact(artifact_id=piece(run).pk, number=9, actor=SYSTEM)

    def test_who_may(self, people: People, run: Run) -> None:
        assert_refused(
            people, Role.AUTHOR, lambda actor: restore_artifact(artifact_id=piece(run).pk, number=1, actor=actor)
        )


class TestApprove:
    def test_exactly_this_content_is_approved(self, people: People, run: Run) -> None:
        approved = approve(run, people.actor("reviewer"))
        assert is_approved(run)
        assert (approved.approved_by, approved.approved_at is None) == (people.users["reviewer"], False)
        assert Event.objects.get(type="artifact.approved").data["sha256"] == approved.approved_sha256

    def test_a_later_edit_voids_it(self, run: Run) -> None:
        approve(run)
        edited(run)
        assert not is_approved(run)

    def test_a_later_regeneration_voids_it(self, run: Run) -> None:
        approve(run)
        drive(regenerate_artifact(artifact_id=piece(run).pk, note="Shorter.", actor=SYSTEM))
        assert not is_approved(run)

    def test_another_content_than_was_looked_at_is_refused(self, run: Run) -> None:
        with pytest.raises(StaleVersion):
            approve_artifact(artifact_id=piece(run).pk, sha256="0" * 64, actor=SYSTEM)

    def test_nothing_yet_is_refused(self, people: People) -> None:
        waiting = start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM)
        with pytest.raises(Conflict, match="nothing to approve"):
            approve_artifact(artifact_id=piece(waiting).pk, sha256="", actor=SYSTEM)

    def test_twice_is_as_good_as_once(self, run: Run) -> None:
        for _ in range(2):
            approve(run)
        assert is_approved(run)
        assert Event.objects.filter(type="artifact.approved").count() == 1

    def test_a_rejection_takes_it_back(self, run: Run) -> None:
        approve(run)
        reject_artifact(artifact_id=piece(run).pk, note="Not ours.", actor=SYSTEM)
        assert not is_approved(run)
        assert Event.objects.get(type="artifact.rejected").data["note"] == "Not ours."

    @pytest.mark.parametrize("note", [" ", "x" * (NOTE_LENGTH + 1)])
    def test_a_rejection_says_why(self, run: Run, note: str) -> None:
        with pytest.raises(BadInput) as refused:
            reject_artifact(artifact_id=piece(run).pk, note=note, actor=SYSTEM)
        assert set(refused.value.errors) == {"note"}

    def test_what_was_never_audited_takes_a_reason_which_is_kept(self, run: Run) -> None:
        made = edited(run)
        with pytest.raises(Conflict, match="not audited"):
            approve(run)
        approve_artifact(artifact_id=piece(run).pk, sha256=made.sha256, override="Seen by the board.", actor=SYSTEM)
        assert is_approved(run)
        assert piece(run).approved_over == "Seen by the board."
        event = Event.objects.get(type="artifact.approved")
        assert (event.data["verdict"], event.data["over"]) == ("not_audited", "Seen by the board.")

    def test_what_the_audit_fails_takes_a_reason(self, run: Run) -> None:
        AuditReport.objects.update(verdict="fail")
        with pytest.raises(Conflict, match="fails it"):
            approve(run)
        active = piece(run).active
        assert active is not None
        approve_artifact(artifact_id=piece(run).pk, sha256=active.sha256, override="A joke.", actor=SYSTEM)
        assert is_approved(run)

    @pytest.mark.parametrize("verdict", ["pass", "conditional"])
    def test_where_the_audit_supports_it_a_reason_is_not_kept(self, run: Run, verdict: str) -> None:
        AuditReport.objects.update(verdict=verdict)
        active = piece(run).active
        assert active is not None
        approve_artifact(artifact_id=piece(run).pk, sha256=active.sha256, override="Why not.", actor=SYSTEM)
        assert piece(run).approved_over == ""

    def test_a_rejection_takes_the_reason_away(self, run: Run) -> None:
        made = edited(run)
        approve_artifact(artifact_id=piece(run).pk, sha256=made.sha256, override="Now.", actor=SYSTEM)
        reject_artifact(artifact_id=piece(run).pk, note="Not ours.", actor=SYSTEM)
        assert piece(run).approved_over == ""

    def test_who_may(self, people: People, run: Run) -> None:
        assert_refused(people, Role.REVIEWER, lambda actor: approve(run, actor))
        assert_refused(
            people, Role.REVIEWER, lambda actor: reject_artifact(artifact_id=piece(run).pk, note="no", actor=actor)
        )

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_an_edit_at_the_same_time_is_never_approved_unseen(self, run: Run) -> None:
        seen = piece(run).active
        assert seen is not None
        race(lambda: approve_artifact(artifact_id=piece(run).pk, sha256=seen.sha256, actor=SYSTEM), lambda: edited(run))
        assert not is_approved(run)


class TestApproveRun:
    """All pieces that their audit passes, and no other."""

    def test_what_passes_is_approved_and_twice_is_as_good_as_once(self, run: Run, people: People) -> None:
        AuditReport.objects.update(verdict="pass")
        for _ in range(2):
            done = approve_run(run_id=run.pk, actor=people.actor("reviewer"))
            assert [one.slot for one in done.approved] == ["copy", "short_copy", "visual_concept"]
            assert done.refused == ()
        assert Event.objects.filter(type="artifact.approved").count() == 3
        assert piece(run).approved_by == people.users["reviewer"]

    @pytest.mark.parametrize("verdict", ["conditional", "fail", "not_audited"])
    def test_less_than_a_pass_is_refused_by_name(self, run: Run, verdict: str) -> None:
        AuditReport.objects.update(verdict=verdict)
        done = approve_run(run_id=run.pk, actor=SYSTEM)
        assert done.approved == ()
        assert {one.slot: bool(one.why) for one in done.refused} == dict.fromkeys(SLOTS, True)
        assert not Artifact.objects.exclude(approved_sha256="").exists()

    def test_a_version_that_is_not_active_any_more_is_refused(self, run: Run) -> None:
        AuditReport.objects.update(verdict="pass")
        edited(run)
        said = approve_run(run_id=run.pk, actor=SYSTEM).as_json()
        assert [one["slot"] for one in said["approved"]] == ["short_copy", "visual_concept"]
        assert said["refused"][0]["why"] == "Version 1 is not the active one any more; that is version 2."
        assert not is_approved(run)

    def test_a_missing_piece_is_named(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        AuditReport.objects.update(verdict="pass")
        left = {slot: pk for slot, pk in versions_by_slot(run).items() if slot != "copy"}
        monkeypatch.setattr("campaigns.actions.artifacts.versions_by_slot", lambda _: left)
        said = approve_run(run_id=run.pk, actor=SYSTEM).as_json()
        assert (said["refused"][0]["slot"], said["refused"][0]["why"]) == ("copy", "It is missing.")
        assert said["refused"][0]["version"] is None

    def test_a_run_that_goes_on_is_refused(self, people: People) -> None:
        run = start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM)
        with pytest.raises(Conflict, match="still going on"):
            approve_run(run_id=run.pk, actor=SYSTEM)

    def test_who_may(self, people: People, run: Run) -> None:
        assert_refused(people, Role.REVIEWER, lambda actor: approve_run(run_id=run.pk, actor=actor))
        with pytest.raises(NotFound):
            approve_run(run_id=new_id(), actor=SYSTEM)
