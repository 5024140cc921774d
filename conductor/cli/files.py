"""Files a command reads and folders it writes. What comes from a server names no place outside the folder."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from campaigns.kinds import campaign_file, yaml_source
from campaigns.kinds.campaign_file import CampaignFile
from conductor.lib.errors import BadInput, Conflict, Unavailable

STDIN: Final = "-"
LARGEST: Final = 5_000_000
_MOST_UNPACKED: Final = 500_000_000
#: The example's first commit is the same commit everywhere.
_COMMIT: Final = {
    "GIT_AUTHOR_NAME": "Conductor",
    "GIT_AUTHOR_EMAIL": "conductor@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00+00:00",
    "GIT_COMMITTER_NAME": "Conductor",
    "GIT_COMMITTER_EMAIL": "conductor@example.org",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00+00:00",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def read_bytes(name: str, *, what: str = "FILE") -> bytes:
    """A whole file, or standard input for "-"; one over LARGEST bytes is refused, not cut. `what` names the option."""
    try:
        if name == STDIN:
            raw = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(LARGEST + 1)
    except OSError as error:
        raise BadInput(errors={what: f"{name} cannot be read: {error.strerror}."}) from error
    if len(raw) > LARGEST:
        raise BadInput(errors={what: f"{name} is larger than {LARGEST:,} bytes."}, code="too_large")
    return raw


def read_campaign(name: str, *, kind: str, truncate: bool = False) -> CampaignFile:
    """The campaign in a YAML file; faults are told by line and path. Another kind than asked for is refused."""
    found = campaign_file.parse(read_bytes(name), truncate=truncate)
    if found.kind != kind:
        other = "conductor brief run" if found.kind == "creative" else "conductor campaign run --plan"
        raise BadInput(errors={"FILE": f"{name} holds a {found.kind} campaign; run it with `{other}`."})
    return found


def check_folder(name: str, *, force: bool) -> Path:
    """The folder to write into: new, empty, or one that may be written over."""
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not force:
            raise Conflict(f"{folder} is not empty; --force writes into it all the same.")
    except OSError as error:
        raise BadInput(errors={"DIR": f"{folder} cannot be written: {error.strerror}."}) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(errors={"DIR": f"{folder} cannot be written."})
    return folder


def unpack(packed: bytes, folder: Path) -> list[str]:
    """Write the files of an export; names that lead elsewhere and bombs are refused before anything is written."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(packed))
        entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Unavailable("The export is not a ZIP file.") from error
    with archive:
        if sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
            raise Unavailable("The export is too large.")
        for entry in entries:
            if Path(entry.filename).name != entry.filename or entry.filename in (".", "..") or "\\" in entry.filename:
                raise Unavailable("The export names a file outside its folder.")
        for entry in entries:
            write(folder / entry.filename, archive.read(entry))
    return [entry.filename for entry in entries]


def write_json(file: Path, value: Any) -> None:
    write(file, json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")


def write_lines(file: Path, rows: Iterable[Any]) -> None:
    """One JSON document on each line."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    write(file, text.encode("utf-8", "backslashreplace"))


def write(file: Path, content: bytes) -> None:
    """A regular file of ours; an existing link is replaced, not followed."""
    try:
        file.unlink(missing_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise BadInput(errors={"DIR": f"{file} cannot be written: {error.strerror}."}) from error


def make_repository(folder: Path, files: Mapping[str, str]) -> Path:
    """A git repository with these files in its one commit, at a place where nothing is yet."""
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty; a repository is made only in a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    for words in (["init", "-q", "-b", "main"], ["add", "--all"], ["commit", "-q", "-m", "The example as it begins"]):
        done = subprocess.run(
            ["git", "-C", folder, *words], env={**os.environ, **_COMMIT}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Unavailable(f"git {words[0]} failed: {done.stderr.strip()[-200:]}")
    return folder.resolve()


def read_object(name: str) -> dict[str, Any]:
    """An object in a YAML or JSON file."""
    return object_in(read_bytes(name, what="--file"), "--file")


def object_in(text: str | bytes, what: str) -> dict[str, Any]:
    """An object written as YAML or JSON."""
    found = yaml_source.read(text, what=what, code="malformed").value
    if not isinstance(found, dict):
        raise BadInput(errors={what: "Must be an object."})
    return found
