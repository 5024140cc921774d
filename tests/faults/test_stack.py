from __future__ import annotations

import pytest

from tests.faults import scenes
from tests.faults.stack import Started, wait_for_end

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]


def test_real_workers_run_a_brief(s: Started) -> None:
    s.python("manage.py", "worker", "--short", "2", "--long", "1")
    s.python("manage.py", "witness")
    run = scenes.start(scenes.brief())
    wait_for_end(s, run)
    assert run.state == "completed"
