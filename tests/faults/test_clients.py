"""F49, F50, F53 (G1, G15): what clients were told. Web processes die, answers are lost, everybody asks at once."""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from campaigns.actions.runs import cancel_run, pause_run, resume_run, retry_run
from campaigns.models import IdempotencyKey, Run
from campaigns.permissions import SYSTEM
from conductor.lib.clock import Timing
from conductor.lib.errors import ConductorError, InvalidMove
from tests.conftest import make_person
from tests.faults import scenes
from tests.faults.own_redis import own_redis
from tests.faults.stack import Started, close, wait_for_end, wait_for_workers, wait_until
from tests.faults.web import Broken, Said, Web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]

#: `make chaos` counts its rounds, so that each throws other dice.
ROUND = os.environ.get("CONDUCTOR_CHAOS_ROUND", "0")


def test_a_web_process_killed_right_after_it_accepted_leaves_a_run_that_its_key_finds(s: Started) -> None:
    """F53. A Redis that is frozen holds the web process between its commit and its answer; there it is killed."""
    person = make_person("author", scenes.team(), "author")
    campaigns = [scenes.brief() for _ in range(2)]
    paths = [f"/api/v1/campaigns/{campaign.pk}/runs/" for campaign in campaigns]
    with tempfile.TemporaryDirectory(prefix="conductor-redis-") as folder, own_redis(Path(folder)) as redis:
        victims = [s.web(REDIS_URL=redis.url), s.web(REDIS_URL=redis.url)]
        for web in victims:
            web.wait().get("/healthz", person.key)
        redis.freeze()
        for web, path, campaign in zip(victims, paths, campaigns, strict=True):
            with ThreadPoolExecutor(1) as pool:
                asked = pool.submit(web.post, path, person.key, Idempotency_Key=path)
                wait_until(lambda: Run.objects.filter(campaign=campaign).exists(), told=s.told)
                web.process.kill()
                with pytest.raises(Broken):
                    asked.result(30)
    again = s.web().wait()
    runs = []
    for path, campaign in zip(paths, campaigns, strict=True):
        said = again.post(path, person.key, Idempotency_Key=path)
        assert (said.status, said.headers["Idempotency-Replayed"]) == (202, "true")
        run = Run.objects.get(campaign=campaign)
        assert said.body["id"] == str(run.pk)
        s.given.add(run.pk)
        runs.append(run)
    s.workers(2)
    s.witness()
    wait_for_end(s, *runs)
    assert [run.state for run in runs] == ["completed", "completed"]


def test_many_clients_with_one_key_start_one_run(s: Started) -> None:
    web = s.web().wait()
    other = s.web().wait()
    person = make_person("author", scenes.team(), "author")
    for number in range(3):
        campaign = scenes.brief()
        path, key = f"/api/v1/campaigns/{campaign.pk}/runs/", f"key-{number}"
        webs = [web, other] * 10

        def ask(one: Web, path: str = path, key: str = key) -> Said:
            return one.post(path, person.key, Idempotency_Key=key)

        with ThreadPoolExecutor(len(webs)) as pool:
            told = list(pool.map(ask, webs))
        [run] = Run.objects.filter(campaign=campaign)
        assert {(said.status, said.body.get("id")) for said in told} == {(202, str(run.pk))}
        assert Counter(said.headers["Idempotency-Replayed"] for said in told) == {"false": 1, "true": len(webs) - 1}
        s.given.add(run.pk)
        with ThreadPoolExecutor(len(webs)) as pool:
            told = list(pool.map(lambda one: one.post(path, person.key), webs))
        assert {said.status for said in told} == {409}, "without a key a second run was started"
    assert IdempotencyKey.objects.count() == 3


def test_commands_from_eight_sides_at_once_leave_a_legal_history(s: Started, t: Timing) -> None:
    """F50. The fold of the events, which judges every move, runs after the test."""
    s.script({"task": {"mode": "slow", "seconds": 0.05 + t.LEASE_S / 100, "fail": 1}})
    s.workers(3)
    s.witness()
    wait_for_workers(s, 3)
    tasks = [scenes.task(f"t{n}", *([f"t{n - 3}"] if n > 2 else []), max_attempts=1 + n % 2) for n in range(24)]
    runs = [scenes.start(scenes.graph(*tasks)) for _ in range(3)]
    until = time.monotonic() + 4 + t.LEASE_S / 5
    told: Counter[str] = Counter()
    strange: list[Exception] = []

    def storm(seed: int) -> None:
        chance = random.Random(f"{ROUND}:{seed}")
        while time.monotonic() < until:
            act = chance.choice([pause_run, resume_run, resume_run, retry_run])
            try:
                act(run_id=chance.choice(runs).pk, actor=SYSTEM)
                told[act.__name__] += 1
            except ConductorError as refused:
                told[f"{act.__name__}: {refused.code}"] += 1
            except Exception as error:
                strange.append(error)
            time.sleep(chance.random() * 0.05)
        close()

    threads = [threading.Thread(target=storm, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not strange
    with suppress(InvalidMove):
        cancel_run(run_id=runs[0].pk, actor=SYSTEM)
    for run in runs[1:]:
        with suppress(InvalidMove):  # it has ended by itself
            resume_run(run_id=run.pk, actor=SYSTEM)
    wait_for_end(s, *runs, seconds=90)
    print(f"{sum(told.values())} commands: {dict(told.most_common(6))}")
    assert min(told["pause_run"], told["resume_run"]) > 0, told
