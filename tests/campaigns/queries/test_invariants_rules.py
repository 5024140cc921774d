"""Checks of rule packs, pinned rules and waivers: sound data has no fault, each planted one is found by its number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F

from campaigns.actions.findings import apply_finding
from campaigns.actions.waivers import waive_finding
from campaigns.models import Finding, PinnedPack, RulePack, RulePackVersion, Run, Waiver
from campaigns.permissions import SYSTEM
from campaigns.queries.invariants import violations
from conductor.lib.clock import now
from tests import factories as make
from tests.campaigns.packs import active, faulty, made_run, soon
from tests.campaigns.people import People

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    return sorted({violation.check for violation in violations(quiet_s=0)})


@pytest.fixture
def run(people: People) -> Run:
    """With a published pack, a waiver of each scope and a patch that was applied."""
    done = made_run(people.team)
    finding = faulty(done)
    for scope in ("finding", "version", "campaign", "team"):
        waive_finding(finding_id=finding.pk, reason="Known.", expires_at=soon(), scope=scope, actor=SYSTEM)
    apply_finding(finding_id=finding.pk, actor=SYSTEM)
    return done


def test_what_actions_make_is_sound(run: Run) -> None:
    assert violations(quiet_s=0) == []


def foreign_pin(run: Run) -> None:
    PinnedPack.objects.create(sha256="f" * 64, name="x", version="1.0.0", data={"name": "x"}, created_at=now())


def lost_pin(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(settings={**run.settings, "pack": {"name": "x", "sha256": "e" * 64}})


def foreign_version(run: Run) -> None:
    other = make.make_pack(make.make_team())
    RulePack.objects.filter(name="spring", team=run.team).update(active=RulePackVersion.objects.get(pack=other))


def foreign_patch(run: Run) -> None:
    Finding.objects.exclude(fixed_in=None).update(fixed_in=active(run, "short_copy"))


PLANTS: list[tuple[str, Callable[[Run], object]]] = [
    ("I34", lambda run: RulePackVersion.objects.update(data={"name": "other"})),
    ("I34", lambda run: RulePackVersion.objects.update(forced="")),
    ("I34", lambda run: RulePackVersion.objects.update(published_at=None)),
    ("I34", lambda run: RulePackVersion.objects.update(number=7)),
    ("I34", lambda run: RulePack.objects.update(head=3)),
    ("I34", lambda run: RulePack.objects.update(active=None)),
    ("I34", foreign_version),
    ("I35", foreign_pin),
    ("I35", lost_pin),
    ("I36", lambda run: Waiver.objects.update(reason="")),
    ("I36", lambda run: Waiver.objects.update(approved_by="")),
    ("I36", lambda run: Waiver.objects.update(expires_at=F("created_at") - timedelta(days=1))),
    ("I36", lambda run: Waiver.objects.filter(scope="campaign").update(campaign=None)),
    ("I36", lambda run: Waiver.objects.filter(scope="campaign").update(fingerprint="")),
    ("I36", lambda run: Waiver.objects.filter(scope="version").update(artifact_version=None)),
    ("I36", lambda run: Waiver.objects.update(team=make.make_team())),
    ("I36", foreign_patch),
]


@pytest.mark.parametrize(
    ("check", "plant"), PLANTS, ids=[f"{number}-{check}" for number, (check, _) in enumerate(PLANTS)]
)
def test_a_planted_fault_is_found(run: Run, check: str, plant: Callable[[Run], object]) -> None:
    plant(run)
    assert found() == [check]
