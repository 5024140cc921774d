"""Where state lives: everything is under CONDUCTOR_HOME, which is private to its owner.

Must not start anything; settings read these before Django is ready.
"""

import functools
import hashlib
import os
import secrets
import stat
import tempfile
from importlib import metadata
from pathlib import Path

from conductor.lib.errors import BadSetting

HOME = "CONDUCTOR_HOME"
DISTRIBUTION = "conductor"
PROJECT = Path(__file__).resolve().parent.parent.parent
#: The kernel refuses unix socket addresses of about 108 bytes; the margin is for the names servers append.
LONGEST_SOCKET_PATH = 100


def in_checkout() -> bool:
    return (PROJECT / "templates").is_dir()


@functools.cache
def files() -> Path:
    """The folder that holds templates, static files and examples: that of the checkout, or where a wheel put them."""
    if in_checkout():
        return PROJECT
    try:
        installed = metadata.files(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        installed = []
    for file in installed:
        if file.as_posix().endswith("share/conductor/templates/base.html"):
            return Path(str(file.locate())).resolve().parent.parent
    raise BadSetting("The templates of the pages are not installed; install the whole wheel, or work in a checkout.")


def home() -> Path:
    """CONDUCTOR_HOME, else `.conductor` beside the code of a checkout, or in the home of whoever installed a wheel."""
    said = os.environ.get(HOME)
    if said is None:
        return (PROJECT if in_checkout() else Path.home()) / ".conductor"
    if not said.strip() or "\0" in said:
        raise BadSetting(f"{HOME} must be a folder, not {said!r}.")
    return Path(said).expanduser().absolute()


def make_home() -> Path:
    """The home folder, made with mode 700 where it is new."""
    return private_folder(home(), HOME)


def private_folder(folder: Path, setting: str = HOME) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"{setting}: the folder {folder} cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadSetting(f"{setting}: the folder {folder} cannot be written to.")
    if folder.parent == Path(tempfile.gettempdir()):
        _refuse_foreign(folder)
    return folder


def _refuse_foreign(folder: Path) -> None:
    """Anybody may make a folder of any name where all put their temporary files, and wait for what we put in it."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise BadSetting(f"{folder} is not a folder that belongs to this user alone; remove it.")


def database_file() -> Path:
    return home() / "conductor.sqlite3"


def static_folder() -> Path:
    return home() / "static"


def redis_folder() -> Path:
    return home() / "redis"


def redis_socket() -> Path:
    """The socket of the embedded server: in its folder, or in a short private one where that path is too long."""
    usual = redis_folder() / "redis.sock"
    return usual if len(str(usual)) <= LONGEST_SOCKET_PATH else short_folder(home()) / "redis.sock"


def short_folder(folder: Path) -> Path:
    """A short path that belongs to this user and to this folder only; for sockets."""
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"conductor-{os.getuid()}-{name}"


def secret_key() -> str:
    """The key that signs sessions and checkpoints, made once per home with mode 600."""
    file = make_home() / "secret_key"
    try:
        return _read_secret(file)
    except FileNotFoundError:
        draft = file.with_name(f".secret_key.{os.getpid()}.{secrets.token_hex(4)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, file)  # Refuses where another process was first; its key is then the one.
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return _read_secret(file)


def _read_secret(file: Path) -> str:
    try:
        secret = file.read_text().strip()
    except PermissionError as error:
        raise BadSetting(f"{HOME}: {file} cannot be read: {error.strerror}.") from error
    if not secret:
        raise BadSetting(f"{HOME}: {file} is empty; remove it and a new key is made.")
    return secret
