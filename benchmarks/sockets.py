"""Event commit to socket: Conductor beside a direct Redis fan-out, same web server, same clients, same run.

`python -m benchmarks.sockets` starts its own PostgreSQL (syncing to disk), Redis and web processes. The clock starts
when the commit of an event has returned; clients run in a process of their own.
"""

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SIZES = (20, 100, 500)
ROUNDS = 3
EVENTS = 100
WARM_UP = 10
PROJECT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds from commit to receipt over all events and clients; `missing` deliveries did not happen."""

    p50: float
    p99: float
    worst: float
    missing: int
    disordered: int


def measure(sizes: tuple[int, ...] = SIZES, rounds: int = ROUNDS) -> dict[int, dict[str, list[Figures]]]:
    """Both sides in turn, `rounds` times at each number of clients."""
    from benchmarks import socket_world as world  # Django's settings are read on import; the environment comes first.

    found: dict[int, dict[str, list[Figures]]] = {}
    with web("conductor.asgi:application") as ours, web("benchmarks.direct_fanout:application") as direct:
        for size in sizes:
            tokens = world.tokens(size)
            for _ in range(rounds):
                run_id = world.new_run()
                path = f"/ws/runs/{run_id}/?after=0"
                sides = {
                    "conductor": (ours, lambda seq, run_id=run_id: world.commit(run_id, seq)),
                    "direct": (direct, lambda seq, run_id=run_id: world.commit_direct(run_id, seq)),
                }
                for name, (port, send) in sides.items():
                    said = one_round(port, path, tokens, send, pause_s=max(0.02, size / 4_000))
                    found.setdefault(size, {}).setdefault(name, []).append(said)
    return found


def one_round(
    port: int, path: str, tokens: list[str], send: Callable[[int], Callable[[], None]], *, pause_s: float
) -> Figures:
    command = [sys.executable, "-m", "benchmarks.socket_clients"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as clients:
        assert clients.stdin
        assert clients.stdout
        clients.stdin.write(json.dumps({"port": port, "path": path, "tokens": tokens}) + "\n")
        clients.stdin.flush()
        assert clients.stdout.readline() == '"ready"\n'
        time.sleep(1)
        committed: dict[int, float] = {}
        for seq in range(1, WARM_UP + EVENTS + 1):
            ring = send(seq)
            committed[seq] = time.monotonic()
            ring()
            time.sleep(pause_s)
        time.sleep(2)
        clients.stdin.write("\n")
        clients.stdin.flush()
        arrived = json.loads(clients.stdout.readline())
    return judge(committed, arrived)


def judge(committed: dict[int, float], arrived: list[list[tuple[int, float]]]) -> Figures:
    late = sorted((at - committed[seq]) * 1_000 for client in arrived for seq, at in client if seq > WARM_UP)
    expected = [*committed]
    return Figures(
        p50=statistics.median(late),
        p99=late[int(len(late) * 0.99)],
        worst=late[-1],
        missing=sum(len(expected) - len({seq for seq, _ in client}) for client in arrived),
        disordered=sum([seq for seq, _ in client] != expected for client in arrived),
    )


@contextlib.contextmanager
def web(application: str) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), application]
    process = subprocess.Popen(command, cwd=PROJECT)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def services() -> Iterator[None]:
    """PostgreSQL and Redis of this run alone, unless the environment names others."""
    from conductor.embedded import postgres, redis

    with tempfile.TemporaryDirectory(prefix="conductor-bench-") as folder, contextlib.ExitStack() as stack:
        os.chmod(folder, 0o711)
        home = Path(folder)
        os.environ |= {"CONDUCTOR_ENV": "test", "CONDUCTOR_HOME": str(home / "home"), "LOG_LEVEL": "warning"}
        if "DATABASE_URL" not in os.environ:
            (home / "postgres").mkdir(mode=0o700)
            database = postgres.start(home / "postgres", durable=True)
            stack.callback(database.stop)
            os.environ["DATABASE_URL"] = database.url
        if "REDIS_URL" not in os.environ:
            server = redis.start(home / "redis", home / "redis" / "redis.sock", durable=False)
            stack.callback(server.stop)
            os.environ["REDIS_URL"] = server.url
        yield


def report(found: dict[int, dict[str, list[Figures]]]) -> list[dict[str, Any]]:
    """One row per number of clients: medians over the rounds, and the ratio of the p50s."""
    rows = []
    for size, sides in found.items():
        ours, direct = (
            {name: statistics.median(getattr(each, name) for each in sides[side]) for name in ("p50", "p99")}
            for side in ("conductor", "direct")
        )
        rows.append(
            {
                "clients": size,
                "p50_ms": round(ours["p50"], 2),
                "p99_ms": round(ours["p99"], 2),
                "direct_p50_ms": round(direct["p50"], 2),
                "direct_p99_ms": round(direct["p99"], 2),
                "ratio_p50": round(ours["p50"] / direct["p50"], 2),
                "missing": sum(each.missing for each in sides["conductor"]),
                "disordered": sum(each.disordered for each in sides["conductor"]),
            }
        )
    return rows


def main() -> None:
    chosen = argparse.ArgumentParser(prog="python -m benchmarks.sockets", description=__doc__)
    chosen.add_argument("sizes", nargs="*", type=int, default=list(SIZES), help="numbers of clients")
    chosen.add_argument("--json", action="store_true", help="one JSON object per number of clients")
    said = chosen.parse_args()
    with services():
        rows = report(measure(tuple(said.sizes)))
    if said.json:
        print("\n".join(json.dumps(row) for row in rows))
        return
    print("Event commit to socket, beside a direct Redis fan-out under the same web server")
    for row in rows:
        print(
            f"  {row['clients']:4d} clients   p50 {row['p50_ms']:7.2f} ms   {row['ratio_p50']:5.2f} x direct"
            f"   p99 {row['p99_ms']:7.2f} ms (direct {row['direct_p99_ms']:.2f})"
            f"   missing {row['missing']}, out of order {row['disordered']}"
        )


if __name__ == "__main__":
    main()
