#!/usr/bin/env python
"""Prints how many branches of the engine, the actions and the transitions the tests took; fails under 90 %.

`make coverage` runs it after the tests. Counts branches, not lines. Must not be imported by the product.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("campaigns/engine", "campaigns/actions", "campaigns/transitions")
LEAST = 90.0


def report() -> dict[str, dict[str, int]]:
    """Branches by file, from the data that the tests left: those there are, and those taken."""
    coverage = Coverage(data_file=str(ROOT / ".coverage"), config_file=str(ROOT / "pyproject.toml"))
    coverage.load()
    with tempfile.NamedTemporaryFile(suffix=".json") as written:
        coverage.json_report(include=[f"{package}/*" for package in PACKAGES], outfile=written.name)
        files = json.loads(Path(written.name).read_text())["files"]
    return {name: found["summary"] for name, found in files.items()}


def main() -> int:
    files = report()
    low = []
    for package in PACKAGES:
        total: Counter[str] = Counter()
        for name, summary in files.items():
            if name.startswith(f"{package}/"):
                total.update(there=summary["num_branches"], taken=summary["covered_branches"])
        share = 100.0 * total["taken"] / total["there"]
        print(f"{package:24} {total['taken']:4} of {total['there']:4} branches, {share:5.1f} %")
        if share < LEAST:
            low.append(package)
    if low:
        print(f"Under {LEAST:.0f} %: {', '.join(low)}. `coverage report --include='campaigns/*'` names the lines.")
    return bool(low)


if __name__ == "__main__":
    sys.exit(main())
