"""How often a run saves a checkpoint by itself: as was set, else ever more rarely as its graph grows."""

from __future__ import annotations

import pytest

from campaigns.kinds.coding import CodingKind
from campaigns.kinds.creative import CreativeKind
from campaigns.kinds.snapshots import every


@pytest.mark.parametrize(("tasks", "wanted"), [(0, 5), (1, 5), (500, 5), (501, 6), (5_000, 50), (100_000, 1_000)])
def test_where_nobody_said_it_grows_with_the_graph(tasks: int, wanted: int) -> None:
    acting = CodingKind().effective_settings({}, {}, {})
    assert every(acting, tasks) == wanted
    assert tasks // wanted <= 100


@pytest.mark.parametrize("said", [0, 1, 7])
@pytest.mark.parametrize("tasks", [1, 5_000])
def test_what_a_person_or_a_plan_said_is_obeyed_exactly(said: int, tasks: int) -> None:
    by_person = CodingKind().effective_settings({"checkpoint_every": said}, {}, {"checkpoint_every": 3})
    by_plan = CodingKind().effective_settings({}, {}, {"checkpoint_every": said})
    assert every(by_person, tasks) == every(by_plan, tasks) == said


def test_a_kind_without_the_setting_saves_none() -> None:
    assert every(CreativeKind().effective_settings({}, {"platforms": ["linkedin"]}, {}), 5_000) == 0
