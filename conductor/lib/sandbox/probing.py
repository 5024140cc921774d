"""Finds out, once, which form of containment works here, by running a contained command and looking at it.

Must not guess from versions: only what the command really saw counts.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from conductor.lib.errors import BadSetting, ConductorError
from conductor.lib.sandbox.contained import Job, execute

Form = Literal["bwrap", "unshare"]
FORMS: tuple[Form, ...] = ("bwrap", "unshare")
SETTING = "CONDUCTOR_SANDBOX"
_SECONDS = 20.0
_MEMORY = 512 << 20
# Prints what a contained process must not have; the marker lies beside the workspace on the host.
_LOOK = 'cat /proc/self/status; test -e "$1" && echo marker-seen; echo written > file; echo looked'


@dataclass(frozen=True, slots=True)
class Probe:
    form: Form | None
    ok: bool
    words: str


def probe() -> Probe:
    """The form this process uses; asked of the machine once per process and setting."""
    return _probe(os.environ.get(SETTING, ""))


def program(form: Form) -> str | None:
    """The path of bubblewrap for the form that needs it. Only the system's own, never one from a user's PATH."""
    if form == "unshare":
        return None
    return shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin") or "/usr/bin/bwrap"


@cache
def _probe(forced: str) -> Probe:
    if forced == "none":
        return Probe(None, False, f"Sandboxes are switched off by {SETTING}=none, so outside agents do not run.")
    if forced and forced not in FORMS:
        raise BadSetting(f"{SETTING} must be bwrap, unshare or none, not {forced[:40]!r}.")
    reasons = []
    for form in FORMS:
        if forced in ("", form):
            reason = _try(form)
            if reason is None:
                return Probe(form, True, f"Outside agents are isolated by {form}.")
            reasons.append(f"{form}: {reason}")
    return Probe(None, False, f"This host cannot isolate outside agents, so they do not run ({'; '.join(reasons)}).")


def _try(form: Form) -> str | None:
    """None when the form holds, else why not."""
    bwrap = program(form)
    if bwrap is not None and not Path(bwrap).exists():
        return "not installed"
    with tempfile.TemporaryDirectory(prefix="conductor-probe-") as directory:
        workspace = Path(directory) / "workspace"
        workspace.mkdir()
        marker = Path(directory) / "marker"
        marker.touch()
        job = Job(
            argv=("/bin/sh", "-c", _LOOK, "sh", str(marker)),
            cwd=workspace,
            env={},
            seconds=_SECONDS,
            output_bytes=1 << 16,
            memory_bytes=_MEMORY,
            processes=16,
            cancelled=lambda: False,
        )
        try:
            finished = execute(job, bwrap)
        except (ConductorError, OSError) as error:
            return str(error)
        return _judge(finished.text, (workspace / "file").exists())


def _judge(said: str, written: bool) -> str | None:
    seen = {name: value.strip() for name, _, value in (line.partition(":") for line in said.splitlines())}
    if "looked" not in said or not written:
        return f"the test command did not do its work: {said[-200:]!r}"
    if "marker-seen" in said:
        return "the host's files are visible"
    if seen.get("NoNewPrivs") != "1" or seen.get("CapEff", "").strip("0") or seen.get("CapBnd", "").strip("0"):
        return "privileges remain"
    if seen.get("Seccomp") != "2":
        return "every system call is allowed"
    return None
