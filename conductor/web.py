"""Becomes the web process: daphne on HOST and PORT. Must hold no routes and no settings."""

import os
import sys

from django.conf import settings


def command() -> list[str]:
    """Time-outs are on: a request that hangs is ended, and slow work never belongs here."""
    where = ["-b", settings.HOST, "-p", str(settings.PORT)]
    manners = ["--http-timeout", "60", "--no-server-name", "-v", "0"]
    proxied = ["--proxy-headers"] if settings.TRUSTED_PROXIES else []
    return [sys.executable, "-m", "daphne", *where, *manners, *proxied, "conductor.asgi:application"]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
    os.execv(sys.executable, command())  # noqa: S606 - no shell is wanted
