"""Looks at the services this installation stands on: wrong results refuse the start, weak hardening is warned about.

Must not change anything. Where CONDUCTOR_ENV is production a warning refuses too.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

#: File systems on which SQLite's write-ahead log does not work, since memory is not shared.
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "glusterfs", "lustre"}
MOUNTS = Path("/proc/self/mounts")
#: The first SQLite that knows `update … from` and `returning`, which every turn uses.
OLDEST_SQLITE = (3, 35, 0)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it must be."""

    words: str
    refuses: bool


def faults() -> list[Fault]:
    found = _of_sqlite() if settings.SQLITE else _of_postgres()
    return found + ([] if settings.REDIS_EMBEDDED else _of_redis())


def _of_sqlite() -> list[Fault]:
    found = []
    file = Path(settings.DATABASES["default"]["NAME"])
    if (kind := file_system(file.parent)) in NETWORK_FILE_SYSTEMS:
        found.append(Fault(f"The database file {file} is on a network disk ({kind}); SQLite needs a local one.", True))
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        found.append(Fault(f"SQLite is {sqlite3.sqlite_version}; the least that will do is {wanted}.", True))
    if _ask("PRAGMA journal_mode") != "wal":
        found.append(Fault(f"The database {file} cannot use a write-ahead log, so writers would fail.", True))
    if settings.PRODUCTION:
        found.append(Fault("SQLite is for one machine and small teams; use PostgreSQL in production.", False))
    return found


def _of_postgres() -> list[Fault]:
    wanted = {"fsync": "a crash of its machine loses data", "synchronous_commit": "what was accepted may be lost"}
    off = [(name, why) for name, why in wanted.items() if _ask(f"SHOW {name}") == "off"]
    return [Fault(f"PostgreSQL runs with {name} off: {why}.", settings.CONDUCTOR_ENV != "test") for name, why in off]


def _ask(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])


def _of_redis() -> list[Fault]:
    try:
        with redis.Redis.from_url(settings.REDIS_HASTY_URL, retry=None, decode_responses=True) as client:
            said = dict(client.config_get("maxmemory-policy", "appendonly", "maxmemory"))
    except redis.ResponseError:
        return []  # A managed server that does not show its configuration.
    found = []
    if said.get("maxmemory-policy") != "noeviction" and said.get("maxmemory") != "0":
        found.append(Fault("Redis may drop what is queued when it is full; set maxmemory-policy noeviction.", False))
    if said.get("appendonly") == "no":
        found.append(Fault("Redis keeps nothing over a restart; set appendonly yes, or work starts later then.", False))
    return found


def file_system(folder: Path) -> str:
    """The kind of file system a folder is on; empty where this system does not say."""
    if not MOUNTS.exists():
        return ""
    best, kind = "", ""
    for line in MOUNTS.read_text().splitlines():
        _, mounted, form, *_ = line.split()
        if folder.resolve().is_relative_to(mounted) and len(mounted) >= len(best):
            best, kind = mounted, form
    return kind
