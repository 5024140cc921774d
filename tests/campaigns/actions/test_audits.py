"""Late audits: asked for by a person or owed and made by the witness; never while the run, or one of them, goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from agents.auditing.findings import Family
from agents.auditing.registry import FAMILIES
from campaigns.actions.audits import close_owed_audit, give_up_audit, request_audit
from campaigns.actions.runs import cancel_run, retry_run, start_run
from campaigns.engine import sweeps
from campaigns.models import AuditReport, Event, Run
from campaigns.permissions import SYSTEM
from campaigns.queries.audits import overall
from campaigns.states import Purpose, Role
from campaigns.transitions.accept import database_now
from conductor.lib.errors import Conflict, NotFound
from conductor.lib.ids import new_id
from tests.campaigns.engine.drive import drive
from tests.campaigns.graphs import spec
from tests.campaigns.hands import Hand, begin, fresh
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db

BROKEN = {"agents": {"audit": ["scripted:fail"]}}


def made(people: People, **settings: Any) -> Run:
    """A brief that was run to its end."""
    campaign = make_campaign(people.team, settings=settings)
    return drive(start_run(campaign_id=campaign.pk, actor=SYSTEM))


def later(seconds: float = 3600) -> Any:
    return database_now() + timedelta(seconds=seconds)


def told(run: Run) -> list[str]:
    return list(Event.objects.filter(stream_id=run.pk, type__contains="audit").values_list("type", flat=True))


def test_an_audit_that_failed_leaves_the_run_completed_and_the_audit_owed(people: People) -> None:
    run = made(people, **BROKEN)
    assert (run.state, run.outcome, run.audit_pending) == ("completed", "success", True)
    report = AuditReport.objects.get(run=run)
    assert (report.state, report.verdict) == ("pending", "not_audited")
    assert told(run) == ["audit.pending"]
    said = overall(run)
    assert said is not None
    assert (said["state"], said["verdict"]) == ("pending", "not_audited")


def test_an_audit_that_runs_out_of_its_time_ends_the_run_unaudited_and_says_why(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that never ends would otherwise keep the worker until the witness gave the attempt up."""

    def never_ends(*given: Any) -> Any:
        while True:
            pass

    monkeypatch.setattr("agents.roles.audit.audit_seconds", lambda: 0.5)
    monkeypatch.setitem(FAMILIES, "readability", Family("readability", never_ends))  # type: ignore[index]

    run = made(people)

    assert (run.state, run.audit_pending) == ("completed", False)
    report = AuditReport.objects.get(run=run)
    assert (report.state, report.verdict) == ("done", "not_audited")
    late = [said for said in report.not_checked if said["failed"]]
    assert {"family": "readability", "slot": None, "why": "The audit ran out of its 0.5 s.", "failed": True} in late


def test_a_person_asks_for_an_audit_of_an_ended_run(people: People) -> None:
    run = made(people)
    child = request_audit(run_id=run.pk, actor=people.actor("author"))
    assert (child.purpose, child.parent) == (Purpose.AUDIT, run)
    assert [t.key for t in child.tasks.all()] == ["audit"]
    assert drive(child).state == "completed"
    assert AuditReport.objects.get(run=child).versions.count() == 3
    assert told(run)[-1] == "post.audit_started"


def test_the_owed_audit_is_closed_once_it_was_made(people: People) -> None:
    run = made(people, **BROKEN)
    run.campaign.settings = {}
    run.campaign.save()
    close_owed_audit(run_id=run.pk, actor=SYSTEM)
    assert fresh(run).audit_pending
    drive(request_audit(run_id=run.pk, actor=SYSTEM))
    for _ in range(2):
        close_owed_audit(run_id=run.pk, actor=SYSTEM)
    assert not fresh(run).audit_pending
    assert told(run) == ["audit.pending", "post.audit_started", "post.audit_done"]
    said = overall(fresh(run))
    assert said is not None
    assert said["state"] == "done"


def test_it_is_tried_again_and_again_each_time_later_and_then_has_failed(people: People) -> None:
    run = made(people, **BROKEN)
    for tries in range(sweeps.AUDIT_TRIES):
        assert sweeps.audits_owed(database_now(), SYSTEM) == 0
        wait = sweeps._audit_wait(tries)
        assert sweeps.audits_owed(database_now() + wait, SYSTEM) == 1
        child = run.children.latest("number")
        assert sweeps.audits_owed(later(), SYSTEM) == 0, "one is going on"
        assert drive(child).state == "failed"
    assert run.children.count() == sweeps.AUDIT_TRIES
    assert sweeps.audits_owed(later(86_400), SYSTEM) == 1
    run = fresh(run)
    assert (run.audit_pending, run.audits.get().state) == (False, "failed")
    assert told(run)[-1] == "post.audit_failed"
    assert sweeps.audits_owed(later(86_400), SYSTEM) == 0
    said = overall(run)
    assert said is not None
    assert (said["state"], said["verdict"]) == ("failed", "not_audited")


def test_an_audit_from_before_a_retry_pays_no_debt_of_after_it(people: People) -> None:
    broken = {"short_copy": ["scripted:fail"], "audit": ["scripted:fail"]}
    run = made(people, agents=broken)
    run.campaign.settings = {}
    run.campaign.save()
    drive(request_audit(run_id=run.pk, actor=SYSTEM))
    sweeps.audits_made(database_now(), SYSTEM)
    run.tasks.filter(slot="short_copy").update(backend=["builtin"])
    run = drive(retry_run(run_id=run.pk, agents=["short_copy"], actor=SYSTEM))
    assert run.audit_pending
    assert sweeps.audits_made(database_now(), SYSTEM) == 0
    assert sweeps.audits_owed(later(), SYSTEM) == 1
    drive(run.children.latest("number"))
    assert sweeps.audits_made(database_now(), SYSTEM) == 1


def test_giving_up_twice_is_the_same_as_once(people: People) -> None:
    run = made(people, **BROKEN)
    for _ in range(2):
        give_up_audit(run_id=run.pk, actor=SYSTEM)
    assert told(run).count("post.audit_failed") == 1


def test_nothing_is_audited_of_a_deleted_campaign(people: People) -> None:
    run = made(people, **BROKEN)
    run.campaign.deleted_at = database_now()
    run.campaign.save()
    assert sweeps.audits_owed(later(), SYSTEM) == 0


def test_while_the_run_goes_on_it_is_refused(people: People) -> None:
    run = start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM)
    with pytest.raises(Conflict, match="still going on"):
        request_audit(run_id=run.pk, actor=SYSTEM)


def test_while_another_audit_goes_on_it_is_refused(people: People) -> None:
    run = made(people)
    request_audit(run_id=run.pk, actor=SYSTEM)
    with pytest.raises(Conflict) as refused:
        request_audit(run_id=run.pk, actor=SYSTEM)
    assert refused.value.code == "already_running"


def test_a_run_without_pieces_has_nothing_to_audit(people: People) -> None:
    brief = start_run(campaign_id=make_campaign(people.team).pk, actor=SYSTEM)
    cancel_run(run_id=brief.pk, actor=SYSTEM)
    work = begin(spec("a"), team=people.team)
    Hand(work).work_off()
    for run in (brief, work):
        with pytest.raises(Conflict, match="no pieces"):
            request_audit(run_id=run.pk, actor=SYSTEM)


def test_a_retry_after_an_audit_brings_another_that_stands_in_for_it(people: People) -> None:
    run = made(people, agents={"short_copy": ["scripted:fail"]})
    assert run.state == "partially_completed"
    run.tasks.filter(slot="short_copy").update(backend=["builtin"])
    run = drive(retry_run(run_id=run.pk, agents=["short_copy"], actor=SYSTEM))
    assert (run.state, run.audits.filter(state="done").count()) == ("completed", 2)
    assert run.tasks.get(key="audit-2").supersedes.key == "audit"
    assert run.tasks.get(key="audit").state == "completed", "what ended well is never undone"


def test_a_failed_audit_of_a_partial_run_is_superseded_by_the_retry(people: People) -> None:
    broken = {"short_copy": ["scripted:fail"], "audit": ["scripted:fail"]}
    run = made(people, agents=broken)
    assert (run.state, run.audit_pending) == ("partially_completed", True)
    run.tasks.filter(state="failed").update(backend=["builtin"])
    run.settings["agents"]["audit"] = ["builtin"]
    run.save(update_fields=["settings"])
    run = drive(retry_run(run_id=run.pk, agents=["short_copy"], actor=SYSTEM))
    assert run.tasks.get(key="audit").state == "superseded"
    assert (run.state, run.audit_pending) == ("completed", False)
    assert list(run.audits.values_list("state", flat=True)) == ["done"]


def test_who_may(people: People) -> None:
    run = made(people)
    assert_refused(people, Role.AUTHOR, lambda actor: request_audit(run_id=run.pk, actor=actor))
    with pytest.raises(NotFound):
        request_audit(run_id=new_id(), actor=SYSTEM)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_witnesses_one_starts_the_audit(people: People) -> None:
    run = made(people, **BROKEN)
    results = race(*[lambda: sweeps.audits_owed(later(), SYSTEM)] * 2)
    assert sorted(results) == [0, 1]
    assert run.children.count() == 1
