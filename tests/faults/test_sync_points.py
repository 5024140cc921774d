"""F04 to F07, F65 (G2, G4, G9): a worker killed exactly between two steps of its work."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
import redis

from campaigns.models import Attempt, LedgerEntry, Merge, Outbox, Run
from tests.faults import scenes
from tests.faults.stack import Started, kill, tries, wait_for_end, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]

SLOTS = ("copy", "short_copy", "visual_concept")
#: The tries that are there when the worker dies at this point, and whether its agent was started, and had answered.
LEFT: dict[str, tuple[list[str], int, int]] = {
    "after_dequeue": ([], 0, 0),
    "after_claim": (["running"], 0, 0),
    "before_finish": (["running"], 1, 1),
    "after_finish": (["running", "succeeded"], 1, 1),  # the turn that finished one has claimed the next
}


def test_a_worker_killed_between_any_two_steps_loses_and_doubles_nothing(
    s: Started, redis_client: redis.Redis, tmp_path: Path
) -> None:
    s.script({slot: {"calls": 1, "micros": 70} for slot in SLOTS})
    runs: dict[str, Run] = {}
    held: dict[str, set[object]] = {}
    left: dict[str, list[str]] = {}
    for point, (states, started, finished) in LEFT.items():
        redis_client.flushdb()  # what is rung for now is rung for this run
        run = runs[point] = scenes.start(scenes.brief(**{slot: ["scripted"] for slot in SLOTS}))
        heard = len(s.heard("start")), len(s.heard("finish"))
        kill(s.standing_at(point))
        left[point] = sorted(run.attempts.values_list("state", flat=True))
        out_of_time = point == "after_finish" and left[point] == ["succeeded"]  # its slice is over: it claims no other
        assert left[point] == states or out_of_time, point
        assert (len(s.heard("start")), len(s.heard("finish"))) == (heard[0] + started, heard[1] + finished), point
        held[point] = set(run.attempts.values_list("pk", flat=True))
    landing = a_landing_that_was_not_told(s, scenes.make_repository(tmp_path / "repository"))
    s.workers(2, 1)
    s.witness()
    wait_for_end(s, landing, *runs.values())
    for point, run in runs.items():
        assert (run.state, run.outcome) == ("completed", "success"), point
        made = list(run.versions.order_by("artifact__slot").values_list("artifact__slot", "number"))
        assert made == [(slot, 1) for slot in SLOTS], point
        first = Attempt.objects.filter(pk__in=held[point]).order_by("state").values_list("state", flat=True)
        assert list(first) == [state.replace("running", "lost") for state in left[point]], point
        paid = {line["attempt"] for line in s.heard("paid")} & _ids(run.attempts.all())
        settled = LedgerEntry.objects.filter(run=run, kind="settle", micros=70)
        assert _ids(settled, "attempt_id") == paid, point
    assert len(s.heard("paid")) == 4 * len(SLOTS) + 1, "only the answer that was lost before its finish was paid twice"
    assert_landed_once(s, landing)


def a_landing_that_was_not_told(s: Started, repository: Path) -> Run:
    """F65: the branch has moved, and the worker dies before it says so."""
    run = scenes.start(scenes.coding(repository, {"key": "a", "command": ["sh", "-c", "echo a >> a.txt"]}))
    worker = s.standing_at("before_finish", "long")
    assert Merge.objects.get(run=run).state == "intended"
    kill(worker)
    return run


def assert_landed_once(s: Started, run: Run) -> None:
    wait_until(lambda: not Outbox.objects.exists(), told=s.told)
    assert (run.state, tries(run, "a")) == ("completed", ["lost", "succeeded"])
    assert sorted(Merge.objects.filter(run=run).values_list("state", flat=True)) == ["abandoned", "landed"]
    branch, repository = Merge.objects.get(state="landed").branch, Path(run.campaign.repository)
    assert scenes.git(repository, "show", f"{branch}:a.txt") == "a\n"
    assert scenes.git(repository, "rev-list", "--count", f"main..{branch}").strip() == "1"
    assert scenes.git(repository, "status", "--porcelain") == ""


def _ids(rows: Iterable[object], name: str = "pk") -> set[str]:
    return {str(getattr(row, name)) for row in rows}
