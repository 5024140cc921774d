"""F08, F24, F25 (G1, G2, G5, G7): connections cut, commits of which nobody hears, PostgreSQL away, crashed and back."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from campaigns.models import LedgerEntry, Run, Task
from conductor.lib.clock import Timing
from tests.conftest import make_person
from tests.faults import scenes
from tests.faults.proxy import Proxy
from tests.faults.stack import (
    SLACK_S,
    Started,
    kill,
    mishaps,
    patience_s,
    tries,
    wait_for_end,
    wait_for_workers,
    wait_until,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]


def administer(*statements: str) -> list[tuple[object, ...]]:
    """As an administrator, beside the database of the test; the rows of the last statement."""
    database = settings.DATABASES["default"]
    with psycopg.connect(
        host=database["HOST"], port=database["PORT"] or None, user=database["USER"], password=database["PASSWORD"],
        dbname="postgres", autocommit=True,
    ) as link:  # fmt: skip
        rows: list[tuple[object, ...]] = []
        for statement in statements:
            cursor = link.execute(statement.replace("%name", f'"{database["NAME"]}"'))  # type: ignore[arg-type]
            rows = cursor.fetchall() if cursor.description else []
        return rows


def cut_all() -> None:
    name = settings.DATABASES["default"]["NAME"]
    administer(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
    connection.close()


@contextmanager
def database_away() -> Iterator[None]:
    """Nobody is let in, and who is in is thrown out."""
    administer("alter database %name with allow_connections false")
    cut_all()
    try:
        yield
    finally:
        administer("alter database %name with allow_connections true")


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with tempfile.TemporaryDirectory(prefix="conductor-proxy-") as folder:
        made = Proxy(Path(folder))
        yield made
        made.close()


def ladder(width: int, height: int) -> list[dict[str, object]]:
    """Layers of so many tasks, each needing all of the layer before."""
    layers = [[f"t{row}-{place}" for place in range(width)] for row in range(height)]
    return [scenes.task(key, *before) for before, layer in zip([[], *layers], layers, strict=False) for key in layer]


def test_a_run_completes_while_all_connections_are_cut_again_and_again(s: Started, t: Timing) -> None:
    """F24. Every task won once; nothing failed, and no worker died, for want of a connection."""
    paid = {"calls": 2, "micros": 10, "mode": "slow", "seconds": 0.05}
    s.script({"task": paid})
    supervisor = s.workers(3)
    s.witness()
    pids = set(wait_for_workers(s, 3))
    runs = [scenes.start(scenes.graph(*ladder(6, 5))), scenes.start(scenes.brief()), scenes.start(scenes.brief())]
    cuts = 0
    until = time.monotonic() + 60
    while time.monotonic() < until:
        time.sleep(0.7)
        cut_all()
        cuts += 1
        if cuts >= 5 and not Run.objects.filter(pk__in=[r.pk for r in runs], finished_at=None).exists():
            break
    wait_for_end(s, *runs)
    assert [run.state for run in runs] == ["completed"] * 3
    assert not Task.objects.exclude(failures=0, crashes=0).exists(), mishaps()
    assert set(wait_for_workers(s, 3)) == pids
    assert supervisor.poll() is None
    calls = LedgerEntry.objects.filter(kind="settle")
    assert calls.count() == len(s.heard("paid"))
    assert not calls.filter(known=False).exists()
    print(f"completed through {cuts} cuts of all connections")


def test_a_commit_of_which_nobody_heard_is_found_again(s: Started, proxy: Proxy, t: Timing) -> None:
    """F08 for workers: after a third of all commits the connection ends without an answer."""
    proxy.cut = lambda number: number % 3 == 0
    s.script({"task": {"mode": "slow", "seconds": 0.06}})
    s.witness()
    s.workers(2, CONDUCTOR_TEST_DATABASE_HOST=str(proxy.folder))
    runs = [scenes.start(scenes.graph(*ladder(4, 4))), scenes.start(scenes.brief())]
    wait_for_end(s, *runs, seconds=60)
    for run in runs:
        assert run.state == "completed"
        for task in run.tasks.all():
            assert tries(run, task.key) == ["succeeded"], "an attempt was lost with the answer to its claim"
    assert proxy.cuts > 10
    assert not run.attempts.model.objects.exclude(state="succeeded").exists()
    print(f"{proxy.cuts} of {proxy.commits} commits went unheard")


def test_a_client_that_heard_nothing_finds_its_run_by_its_key(s: Started, proxy: Proxy) -> None:
    """F08 for clients: the commit that accepts a run is done, its answer never comes; the same key finds the run."""
    web = s.web(DATABASE_URL=s.env["DATABASE_URL"].replace(settings.DATABASES["default"]["HOST"], str(proxy.folder)))
    web.wait()
    person = make_person("author", scenes.team(), "author")
    replayed = []
    for number in range(4):
        campaign = scenes.brief()
        path, key = f"/api/v1/campaigns/{campaign.pk}/runs/", f"start-{number}"
        fatal = proxy.commits + 1
        proxy.cut = lambda commit, fatal=fatal: commit == fatal  # type: ignore[misc]
        first = web.post(path, person.key, Idempotency_Key=key)
        again = web.post(path, person.key, Idempotency_Key=key)
        assert again.status == 202, (first.body, again.body)
        run = Run.objects.get(campaign=campaign)
        assert again.body["id"] == str(run.pk)
        assert first.status in (202, 503)
        s.given.add(run.pk)
        replayed.append((first.status, again.headers.get("Idempotency-Replayed")))
    assert (503, "true") in replayed, f"no commit of an accepted run was hidden: {replayed}"


def test_work_done_while_the_database_was_away_is_kept(s: Started, t: Timing) -> None:
    """F25, G5. Away for longer than a lease: agents work on, their results are taken, and nobody is declared dead."""
    s.script(
        {"a": {"mode": "slow", "seconds": 0.9 * t.LEASE_S}, "b": {"calls": 2, "micros": 5, "pause": 0.9 * t.LEASE_S}}
    )
    s.workers(2)
    s.witness()
    run = scenes.start(scenes.graph(scenes.task("a"), scenes.task("b"), scenes.task("c", "a", "b")))
    s.wait_for_start("a")
    wait_until(lambda: s.heard("paid", "b"), told=s.told)
    with database_away():
        time.sleep(1.3 * t.LEASE_S)
        assert len(s.heard("finish", "a")) == 1
        assert len(s.heard("paid", "b")) == 1, "a paid call was begun without a lease"
    back = time.monotonic()
    wait_for_end(s, run, seconds=patience_s(2))
    assert run.state == "completed"
    assert tries(run, "a") == tries(run, "b") == ["succeeded"]
    assert LedgerEntry.objects.filter(kind="settle", known=True).count() == 2
    print(f"after an outage of {1.3 * t.LEASE_S:.1f} s everything was done {time.monotonic() - back:.2f} s later")


@pytest.mark.skipif("CONDUCTOR_TEST_DATABASE_URL" in os.environ, reason="the server is not ours to crash")
def test_postgresql_crashes_and_recovers_in_the_middle_of_a_run(s: Started, t: Timing) -> None:
    """F25. One of its processes is killed, so that it throws everybody out and replays its log."""
    s.script({"task": {"mode": "slow", "seconds": 0.1}})
    administer("alter database %name set synchronous_commit = on")
    try:
        s.workers(3)
        s.witness()
        wait_for_workers(s, 3)
        run = scenes.start(scenes.graph(*ladder(5, 6)))
        for number in (5, 15):
            s_started = number
            wait_until(lambda: len(s.heard("start")) >= s_started, told=s.told)
            [[pid]] = administer("select max(pid) from pg_stat_activity where application_name = 'conductor'")
            connection.ensure_connection()
            kill(int(str(pid)), signal.SIGKILL)
            wait_until(_thrown_out, 30)  # the server needs a moment to see that one of its processes is gone
            wait_until(_answers, 30)
        wait_for_end(s, run)
        assert run.state == "completed"
        won = dict(run.attempts.filter(state="succeeded").values_list("task__key", "pk"))
        assert len(won) == 30
        assert not run.tasks.exclude(failures=0, crashes=0).exists(), mishaps()
    finally:
        administer("alter database %name reset synchronous_commit")


def _thrown_out() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except (OperationalError, InterfaceError):
        connection.close()
        return True
    return False


def _answers() -> bool:
    with contextlib.suppress(psycopg.OperationalError):
        administer("select 1")
        return True
    return False


def test_a_table_locked_by_somebody_else_only_delays(s: Started, t: Timing) -> None:
    """F28. Somebody holds a lock on the attempts for longer than anybody waits for one."""
    s.script({"task": {"mode": "slow", "seconds": 0.1}})
    s.workers(2)
    s.witness()
    wait_for_workers(s, 2)
    run = scenes.start(scenes.graph(*ladder(3, 4)))
    s.wait_for_start("t0-0")
    locked = threading.Event()

    def hold() -> None:
        database = settings.DATABASES["default"]
        where = {"host": database["HOST"], "user": database["USER"], "dbname": database["NAME"]}
        with psycopg.connect(**where) as link:
            link.execute("lock table campaigns_attempt in access exclusive mode")
            locked.set()
            time.sleep(6.0 + SLACK_S / 10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(20)
    thread.join()
    wait_for_end(s, run)
    assert run.state == "completed"
    assert not run.tasks.exclude(failures=0, crashes=0).exists(), mishaps()
