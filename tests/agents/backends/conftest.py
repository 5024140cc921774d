"""A workspace, and a package with a backend from outside."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents import registry

OUTSIDE = """
import os, subprocess, sys, time
from agents.contracts import AgentFailure, AgentResult, Changes, Health, NeedsPerson, Usage

class Quill:
    name = "quill"
    runs = "thread"
    model = "optional"

    def run(self, request, role, model, host):
        print("printed by the plug-in")
        deeds = {
            "hang": lambda: time.sleep(1000),
            "break": lambda: 1 / 0,
            "exit": lambda: os._exit(7),
            "fork": lambda: (subprocess.Popen(["sleep", "86400"], start_new_session=True), time.sleep(1000)),
            "huge": lambda: AgentResult({"text": "x" * 3_000_000}),
            "nonsense": lambda: "not an outcome",
            "ask": lambda: NeedsPerson("Shall I?", ("Yes",), {"a": 1}),
            "fail": lambda: AgentFailure("agent_refused", "I would rather not.", "fatal", Usage(1)),
            "environment": lambda: AgentResult({"names": sorted(os.environ)}),
        }
        if model in deeds:
            return deeds[model]()
        host.partial("some ")
        host.reserve(1, 100)
        host.settle(1, 90)
        return AgentResult(
            {"asked": request.inputs.get("say"), "role": role.name,
             "left": host.remaining_s() > 0, "stop": host.cancelled()},
            "Written.", Usage(5, 6, 90, calls=1), "words", Changes("c" * 40, "d", ("a.py",)),
        )

    def health(self, model):
        if model == "ill":
            raise RuntimeError("not well")
        return Health(True, "Sharp.", "1.2")

BACKEND = Quill()
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    made = tmp_path / "clone"
    made.mkdir()
    return made


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An installed package that offers the backend "quill"."""
    (tmp_path / "outside_quill.py").write_text(OUTSIDE)
    info = tmp_path / "outside_quill-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outside-quill\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[conductor.backends]\nquill = outside_quill:BACKEND\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry.forget()
    yield "quill"
    monkeypatch.undo()
    registry.forget()
