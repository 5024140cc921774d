"""`make bench`: our figures beside the bare limits of the same machine in the same run. Only the ratios travel.

The audit's precision and recall are figures of its rules, the same on every machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from typing import Any

from benchmarks import audit, bare, world


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--graphs", default="1000,5000,100000", help="sizes of the layered graphs")
    parser.add_argument("--only", choices=["audit", "engine", "sockets", "pages"], help="one part alone")
    chosen = parser.parse_args()
    os.environ["BENCH_GRAPHS"] = chosen.graphs
    judged = audit.main([]) if chosen.only in (None, "audit") else 0
    if chosen.only in (None, "engine"):
        engine()
    if chosen.only in (None, "pages"):
        subprocess.run([sys.executable, "-m", "benchmarks.pages"], cwd=world.PROJECT, check=True)
    if chosen.only in (None, "sockets"):
        subprocess.run([sys.executable, "-m", "benchmarks.sockets"], cwd=world.PROJECT, check=True)
    return judged


def engine() -> None:
    with world.services():
        before = limits()
        ran = subprocess.run(
            [sys.executable, "-m", "benchmarks.engine"], cwd=world.PROJECT, stdout=subprocess.PIPE, check=True
        )
        after = limits()
    said = json.loads(ran.stdout.splitlines()[-1])
    tell(said, {name: (before[name] + after[name]) / 2 for name in before})


def limits() -> dict[str, float]:
    return {"rq": bare.rq_jobs_per_s(), "chain_ms": bare.rq_chain_ms(), "commits": bare.commits_per_s()}


def tell(said: dict[str, Any], bare_: dict[str, float]) -> None:
    rq, chain = bare_["rq"], bare_["chain_ms"]
    print("Bare limits (mean of before and after)")
    print(f"  RQ SimpleWorker x2              {rq:10.0f} jobs/s")
    print(f"  four RQ jobs in a row           {chain:10.1f} ms")
    print(f"  PostgreSQL, one connection      {bare_['commits']:10.0f} commits/s")
    tell_briefs(said["alone"], said["at_once"], rq, chain)
    print("Layered graphs, instant tasks")
    for graph in said["graphs"]:
        per_s, where = graph["per_s"], f"{graph['tasks']:6d} tasks, {graph['state']}"
        more = f"submitted in {graph['submit_s']:.2f} s, again {graph['again']}"
        print(f"  {where:32s}{per_s:10.0f} tasks/s {per_s / rq:6.2f} x bare RQ   {more}")
    kill = said["killed"]
    print("kill -9 of all workers half-way through 1,000 tasks")
    print(f"  lost {kill['lost']}, results twice {kill['twice']}, repeated {kill['repeated']}")
    print(f"  ended {kill['after_kill_s']:.1f} s after the kill")
    print(f"Private memory of a worker: {said['memory']['worker_private_mb_max']:.0f} MB at most (aim < 60)")


def tell_briefs(alone: dict[str, Any], burst: dict[str, Any], rq: float, chain: float) -> None:
    took, per_s = alone["run_ms_p50"], burst["per_s"]
    print("Briefs with instant makers (three in parallel, join, audit; all rows stored)")
    print(f"  submit to first attempt, p50    {alone['first_attempt_ms_p50']:10.1f} ms")
    print(f"  alone, p50                      {took:10.1f} ms      {took / chain:6.2f} x four RQ jobs (aim <= 1)")
    where = f"{burst['runs']} at once, {burst['completed']} completed"
    print(f"  {where:32s}{per_s:10.0f} runs/s  {per_s / (rq / 4):6.2f} x bare RQ / 4 (aim >= 2)")


if __name__ == "__main__":
    raise SystemExit(main())
