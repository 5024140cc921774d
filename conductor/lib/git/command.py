"""Runs git on the host: argv lists, a neutral environment, a time limit, bounded output.

Must never run in a directory an agent could write to: its configuration would be obeyed.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from conductor.lib import process
from conductor.lib.errors import ConductorError, Unavailable
from conductor.lib.process import Finished
from conductor.lib.redact import redact

SECONDS = 120.0
OUTPUT_BYTES = 32 << 20
_SAID_BYTES = 400

#: Nothing of the user's, the system's or a repository's configuration may name a program that we then start.
NEUTRAL: Mapping[str, str] = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.pager": "cat",
    "core.editor": "false",
    "core.askPass": "false",
    "core.sshCommand": "false",
    "core.alternateRefsCommand": "true",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",
    "core.untrackedCache": "false",
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    "credential.helper": "",
    "commit.gpgSign": "false",
    "core.filesRefLockTimeout": "5000",
    "core.packedRefsTimeout": "10000",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "http.followRedirects": "false",
    "maintenance.auto": "false",
    "merge.renames": "true",
    "protocol.allow": "never",
    "protocol.file.allow": "always",
    "protocol.https.allow": "always",
    "submodule.recurse": "false",
}


class GitFailed(ConductorError):
    """Git refused or could not; the message carries what it said."""

    default_code = "repository_unavailable"


@cache
def program() -> str:
    found = shutil.which("git")
    if found is None:
        raise Unavailable("Git is not installed on this host.")
    return found


@cache
def environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ}
    return {
        "PATH": os.defpath,
        **kept,
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "TZ": "UTC",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": "file:https",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "false",
        "GIT_SSH_COMMAND": "false",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
        "GIT_EDITOR": "false",
        "GIT_TEMPLATE_DIR": "",
        "GIT_ADVICE": "0",
    }


def attempt(
    store: Path | None,
    *arguments: str,
    config: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    seconds: float = SECONDS,
    output_bytes: int = OUTPUT_BYTES,
) -> Finished:
    """Run git and answer how it ended; only a time-out is an error here."""
    settings = [part for name, value in {**NEUTRAL, **(config or {})}.items() for part in ("-c", f"{name}={value}")]
    where = ["--git-dir", str(store)] if store is not None else []
    finished = process.run(
        [program(), "--no-pager", *where, *settings, *arguments],
        seconds=seconds,
        cwd=Path("/"),
        env={**environment(), **(env or {})},
        output_bytes=output_bytes,
        head_bytes=output_bytes,
        stdin=stdin,
        contain="group",
        errors_apart=True,
    )
    if finished.timed_out:
        raise GitFailed(f"Git took longer than {seconds:g} seconds ({arguments[0]}).")
    return finished


def text(store: Path | None, *arguments: str, **options: object) -> str:
    """What git printed, stripped; anything but success is GitFailed."""
    return output(store, *arguments, **options).decode("utf-8", "surrogateescape").strip()


def output(store: Path | None, *arguments: str, **options: object) -> bytes:
    finished = attempt(store, *arguments, **options)  # type: ignore[arg-type]
    if not finished.ok:
        raise failed(arguments[0], finished)
    return finished.output


def failed(verb: str, finished: Finished) -> GitFailed:
    said = redact(finished.errors.decode("utf-8", "replace").strip())[-_SAID_BYTES:]
    return GitFailed(f"Git could not do this ({verb}): {said or f'exit {finished.exit_code}'}")


def lines(content: bytes) -> Sequence[str]:
    """The parts of a NUL-separated answer, as text that can be stored: bytes that are none are shown as \\xff."""
    return [part.decode("utf-8", "backslashreplace") for part in content.split(b"\0") if part]
