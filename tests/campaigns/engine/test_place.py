from __future__ import annotations

from typing import Any

import pytest

from campaigns.actions.runs import start_run
from campaigns.models import ArtifactVersion, AuditReport, Campaign, Event, Run, Team
from campaigns.permissions import SYSTEM
from tests.campaigns.engine.drive import drive

pytestmark = pytest.mark.django_db(transaction=True)

BRIEF: dict[str, Any] = {
    "schema": 1,
    "objective": "Win 500 trial sign-ups in May",
    "audience": "Founders of small shops",
    "product": "Larkspur, a booking tool",
    "tone": "warm",
    "key_messages": ["Set up in ten minutes", "No card needed"],
    "constraints": {"max_words": None, "prohibited_terms": [], "required_terms": [], "disclaimers": []},
    "brand": {"adjectives": [], "palette": []},
    "platforms": ["linkedin", "instagram"],
}


def start(mode: str = "parallel", **settings: Any) -> Run:
    team, _ = Team.objects.get_or_create(name="T", slug="t")
    campaign = Campaign.objects.create(team=team, kind="creative", name="x", brief=BRIEF, settings=settings)
    return start_run(campaign_id=campaign.pk, mode=mode, actor=SYSTEM)


def test_a_parallel_brief_runs_to_its_end() -> None:
    run = drive(start())
    assert (run.state, run.outcome, run.stage) == ("completed", "success", "completed")
    assert set(ArtifactVersion.objects.values_list("artifact__slot", flat=True)) == {
        "copy",
        "short_copy",
        "visual_concept",
    }
    assert AuditReport.objects.get(run=run).versions.count() == 3


def test_stages_follow_in_order() -> None:
    run = drive(start())
    stages = list(dict.fromkeys(Event.objects.filter(stream_id=run.pk).order_by("seq").values_list("stage", flat=True)))
    assert stages == [
        "queued",
        "generating_copy",
        "generating_short_copy",
        "generating_visual",
        "generation_complete",
        "auditing",
        "completed",
    ]


def test_a_sequential_brief_audits_each_piece_and_never_announces_generation() -> None:
    run = drive(start("sequential"))
    assert run.state == "completed"
    assert AuditReport.objects.filter(run=run, state="done").count() == 3
    assert not Event.objects.filter(type="run.generation_complete").exists()


def test_one_failing_maker_leaves_a_partial_run_that_names_it() -> None:
    run = drive(start(agents={"short_copy": ["scripted:fail"]}))
    assert (run.state, run.outcome) == ("partially_completed", "partial")
    assert [e["agent"] for e in run.errors] == ["short_copy"]


def test_all_makers_failing_fails_the_run() -> None:
    run = drive(start(agents={slot: ["scripted:fail"] for slot in ("copy", "short_copy", "visual_concept")}))
    assert (run.state, run.outcome) == ("failed", "failed")
