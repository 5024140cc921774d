"""Makes an installation ready to serve: migrations, static files, first admin. Run by `conductor up` and in images.

Must be safe to run again at any time: the second run finds everything as it was.
"""

import hashlib
import os
import sys
from importlib.metadata import version
from pathlib import Path

import django
import redis
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import DatabaseError

from conductor import installation
from conductor.embedded import paths
from conductor.lib.errors import ConductorError, Unavailable

#: What installed packages bring along and no page of ours uses.
UNUSED_STATIC = ["rest_framework", "redoc", "htmx-4*", "htmax-4*", "ext"]


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
    try:
        django.setup()
        refuse_faults()
        call_command("migrate", interactive=False, verbosity=0)
        collect_static()
        if "bootstrap" in get_commands():
            call_command("bootstrap")
    except DatabaseError as error:
        print(f"conductor: the database cannot be used: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return 1
    except (ConductorError, redis.RedisError, OSError) as error:
        print(f"conductor: {error}", file=sys.stderr)
        return 1
    return 0


def refuse_faults() -> None:
    """Say what is weak; stop where results would be wrong, and in production at either."""
    for fault in installation.faults():
        if fault.refuses or settings.PRODUCTION:
            raise Unavailable(fault.words)
        print(f"conductor: warning: {fault.words}", file=sys.stderr)


def collect_static() -> None:
    """Collect and compress only when a file or Django has changed since the last time."""
    stamp = paths.static_folder() / ".collected"
    mark = _fingerprint()
    if stamp.exists() and stamp.read_text() == mark:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=UNUSED_STATIC)
    stamp.write_text(mark)


def _fingerprint() -> str:
    seen = hashlib.sha256(f"{version('django')} {settings.STORAGES['staticfiles']['BACKEND']}".encode())
    for finder in get_finders():
        for name, storage in finder.list(None):
            file = Path(storage.path(name)).stat()
            seen.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    return seen.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
