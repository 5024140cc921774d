"""Typed reading of environment variables: a value that is set but wrong is refused with the variable's name.

Must not know what the values are for.
"""

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import environ

from conductor.lib.errors import BadSetting

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
DATABASES = {"sqlite", "postgres", "postgresql", "psql", "pgsql"}


def text(name: str, default: str) -> str:
    said = os.environ.get(name)
    if said is None:
        return default
    if not said.strip():
        raise BadSetting(f"{name} is set but empty; give it a value or leave it out.")
    return said.strip()


def choice(name: str, default: str, options: Collection[str]) -> str:
    said = text(name, default)
    if said not in options:
        raise BadSetting(f"{name} must be one of {', '.join(sorted(options))}, not {said!r}.")
    return said


def flag(name: str, default: bool) -> bool:
    said = text(name, "true" if default else "false").lower()
    if said not in TRUE | FALSE:
        raise BadSetting(f"{name} must be true or false, not {said!r}.")
    return said in TRUE


def count(name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
    said = text(name, str(default))
    try:
        number = int(said)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise BadSetting(f"{name} must be a whole number from {least} to {most}, not {said!r}.")
    return number


def names(name: str, default: Collection[str] = ()) -> list[str]:
    """A list separated by commas."""
    if name not in os.environ:
        return list(default)
    return [part.strip() for part in text(name, "").split(",") if part.strip()]


def folders(name: str, default: Collection[str] = ()) -> list[Path]:
    """Absolute paths, separated by commas."""
    said = names(name, default)
    if not all(one.startswith("/") for one in said):
        raise BadSetting(f"{name} must be absolute paths separated by commas, not {','.join(said)!r}.")
    return [Path(one) for one in said]


def counts(name: str, default: Sequence[int], *, most: int = 100) -> list[int]:
    """As many whole numbers as the default has, separated by commas."""
    said = names(name, [str(number) for number in default])
    if len(said) != len(default) or not all(part.isascii() and part.isdigit() and int(part) <= most for part in said):
        example = ",".join(str(number) for number in default)
        raise BadSetting(f"{name} must be {len(default)} whole numbers up to {most}, like {example}.")
    return [int(part) for part in said]


def redis_url(name: str, default: str) -> str:
    said = text(name, default)
    parts = _parts(name, said)
    if parts.scheme == "unix" and parts.path not in ("", "/"):
        return said
    if parts.scheme in ("redis", "rediss") and parts.hostname:
        return said
    raise BadSetting(f"{name} must look like redis://host:port/0, rediss:// or unix:///path/to.sock?db=0.")


def database(name: str, default: Path) -> dict[str, Any]:
    """Django's settings of the database at that address; without one, an SQLite file."""
    if name not in os.environ:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(default)}
    said = text(name, "")
    parts = _parts(name, said)
    usable = parts.path.strip("/") and (parts.scheme == "sqlite" or parts.hostname or "host=" in parts.query)
    if parts.scheme not in DATABASES or not (usable or "%2F" in parts.netloc.upper()):
        raise BadSetting(f"{name} must look like postgres://user:password@host:5432/name or sqlite:////path/to/file.")
    config = dict(environ.Env.db_url_config(said))
    if host := config.get("OPTIONS", {}).pop("host", None):
        config["HOST"] = host  # A folder with the server's socket.
    return config


def passwords(address: str) -> list[str]:
    """The passwords in an address: before the host, or in the query."""
    parts = urlsplit(address)
    return [parts.password or "", *(value for name, value in parse_qsl(parts.query) if name == "password")]


def _parts(name: str, said: str) -> Any:
    try:
        parts = urlsplit(said)
        _ = parts.port
    except ValueError:  # Python's words repeat a part of the address, which may be of the password
        raise BadSetting(
            f"{name} is not a valid address. Are characters such as / # ? @ in the password written as %2F %23 %3F %40?"
        ) from None
    return parts
