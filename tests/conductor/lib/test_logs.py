"""Log lines: one line each, ids on them, no secrets; in a process of its own, since logging is set up per process."""

import json
import subprocess
import sys

PROGRAM = """
import logging
from conductor.lib import logs, redact
logs.configure("info", "json")
redact.remember(["canary-secret-1"])
with logs.context(run="r1", correlation="c1", attempt=None):
    assert logs.correlation() == "c1"
    logs.logger("ours").info("started", name="a\\nb", token="abcdefgh")
    logging.getLogger("theirs").warning("said %s", "canary-secret-1")
    try:
        raise ValueError("canary-secret-1 is wrong")
    except ValueError:
        logs.logger("ours").exception("failed")
assert logs.correlation() == ""
logs.logger("ours").debug("not shown")
"""


def lines() -> list[dict[str, object]]:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    return [json.loads(line) for line in ran.stderr.splitlines()]


def test_lines_are_json_with_ids_and_without_secrets() -> None:
    ours, theirs, failed = lines()
    assert (ours["run"], ours["correlation"], ours["name"], ours["token"]) == ("r1", "c1", "a\\nb", "[redacted]")
    assert "attempt" not in ours
    assert (theirs["event"], theirs["logger"], theirs["run"]) == ("said [redacted]", "theirs", "r1")
    assert "ValueError: [redacted] is wrong" in str(failed["exception"])
