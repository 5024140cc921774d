"""Compare what a run came to with what its example states. A statement nobody knows how to check is a difference."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conductor.cli.door import JSON


@dataclass(slots=True)
class Facts:
    """The run, its events, evidence and checkpoints as the API gave them; where its branch is."""

    run: JSON
    events: Sequence[JSON]
    evidence: Sequence[JSON] = ()
    checkpoints: Sequence[JSON] = ()
    repository: Path | None = None
    branch: str = ""


def differences(expected: Mapping[str, Any], facts: Facts) -> list[str]:
    """Every statement that does not hold, in words."""
    found: list[str] = []
    for name, wanted in expected.items():
        look = _LOOKS.get(name)
        if look is None:
            found.append(f"{name}: nobody knows how to check this.")
            continue
        found += look(name, wanted, facts)
    return found or ([] if expected else ["The example states nothing."])


def _equal(name: str, wanted: object, real: object) -> list[str]:
    return [] if wanted == real else [f"{name}: is {real!r}, stated was {wanted!r}."]


def _of_run(name: str, wanted: object, facts: Facts) -> list[str]:
    return _equal(name, wanted, facts.run[name])


def _pieces(name: str, wanted: Any, facts: Facts) -> list[str]:
    return _equal(name, sorted(wanted), sorted(piece["slot"] for piece in facts.run["artifacts"]))


def _audit(name: str, wanted: Mapping[str, Any], facts: Facts) -> list[str]:
    audit = facts.run["audit"] or {}
    return [said for key, value in wanted.items() for said in _equal(f"{name}.{key}", value, audit.get(key))]


def _merges(name: str, wanted: object, facts: Facts) -> list[str]:
    return _equal(name, wanted, sum(event["type"] == "merge.landed" for event in facts.events))


def _proofs(name: str, wanted: object, facts: Facts) -> list[str]:
    return _equal(name, wanted, dict(Counter(proof["verdict"] for proof in facts.evidence)))


def _checkpoints(name: str, wanted: int, facts: Facts) -> list[str]:
    n = len(facts.checkpoints)
    return [] if n >= wanted else [f"{name}: there are {n}, stated were at least {wanted}."]


def _files(name: str, wanted: Mapping[str, str], facts: Facts) -> list[str]:
    if facts.repository is None or not facts.branch:
        return [f"{name}: the work is on no branch."]
    found: list[str] = []
    for path, content in wanted.items():
        words = ["git", "-C", str(facts.repository), "cat-file", "blob", f"{facts.branch}:{path}"]
        shown = subprocess.run(words, capture_output=True, text=True, check=False)
        found += _equal(f"{name}.{path}", content, shown.stdout if shown.returncode == 0 else None)
    return found


_LOOKS: Final[dict[str, Callable[[str, Any, Facts], list[str]]]] = {
    "state": _of_run,
    "outcome": _of_run,
    "stage": _of_run,
    "tasks": _of_run,
    "pieces": _pieces,
    "audit": _audit,
    "merges": _merges,
    "proofs": _proofs,
    "checkpoints_at_least": _checkpoints,
    "files": _files,
}
