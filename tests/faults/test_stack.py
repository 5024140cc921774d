from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.actions.runs import start_run
from campaigns.models import Campaign, Team
from campaigns.permissions import SYSTEM
from tests.campaigns.engine.test_place import BRIEF
from tests.faults.stack import ended, stack, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


def test_real_workers_run_a_brief(process_environment: dict[str, str], redis_client: object, tmp_path: Path) -> None:
    team = Team.objects.create(name="T", slug="t")
    campaign = Campaign.objects.create(team=team, kind="creative", name="x", brief=BRIEF)
    with stack(process_environment, tmp_path) as s:
        s.workers(2, 1)
        s.witness()
        run = start_run(campaign_id=campaign.pk, actor=SYSTEM)
        wait_until(lambda: ended(run), told=s.told)
        assert run.state == "completed"
