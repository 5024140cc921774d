"""Each form of containment that this machine has, a clone, and a short way to run something in it."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conductor.lib import process, sandbox
from conductor.lib.sandbox import probing as probes

ROOT = Path(__file__).parents[4]
PYTHON = Path(os.path.realpath(sys.executable))
SHOWN = (Path(sys.base_prefix),) if not sys.base_prefix.startswith("/usr") else ()


@pytest.fixture(params=probes.FORMS)
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "bwrap" and shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed here, so this form cannot be tried")
    monkeypatch.setenv(probes.SETTING, request.param)
    return str(request.param)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    path = tmp_path / "clone"
    path.mkdir()
    (path / "README").write_text("hello\n")
    return path


Run = Callable[..., process.Finished]


@pytest.fixture
def run(form: str, clone: Path) -> Run:
    def call(script: str, *args: str, **options: Any) -> process.Finished:
        defaults: dict[str, Any] = {
            "cwd": clone,
            "env": {},
            "seconds": 20,
            "output_bytes": 1 << 20,
            "memory_bytes": 512 << 20,
            "processes": 32,
            "cancelled": lambda: False,
        }
        return sandbox.run(["/bin/sh", "-c", script, "sh", *args], **{**defaults, **options})

    return call


@pytest.fixture
def python(run: Run) -> Run:
    def call(program: str, *args: str, **options: Any) -> process.Finished:
        script = 'exec "$@"'
        return run(script, str(PYTHON), "-I", "-c", program, *args, read_only=SHOWN, **options)

    return call
