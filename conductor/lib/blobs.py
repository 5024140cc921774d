"""Content by its SHA-256 in a directory: written once, never changed, checked when read.

Must not know who refers to what: the caller says which hashes are wanted, the rest is garbage once it is old.
"""

import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from conductor.lib.errors import BadInput, ConductorError, NotFound, TooLarge, Unavailable

MAX_BYTES = 64 << 20
#: Content younger than this is never garbage: its row may not be committed yet.
YOUNG_S = 3_600.0
_CHUNK = 1 << 20
_HASH = re.compile(r"[0-9a-f]{64}")
_TEMPORARY = "tmp"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StorageFull(Unavailable):
    default_code = "storage_full"


class StorageDamaged(ConductorError):
    """What is stored is not what was stored."""

    default_code = "storage_damaged"


@dataclass(frozen=True, slots=True)
class Blob:
    sha256: str
    size: int


class BlobStore:
    """One directory; any number of processes may use it at once."""

    def __init__(self, root: Path, max_bytes: int = MAX_BYTES) -> None:
        self.root = root
        self.max_bytes = max_bytes

    def put(self, content: bytes | Iterable[bytes]) -> Blob:
        """Store content and answer its hash; it is on the disk when this returns. The same content twice is once."""
        chunks = (content,) if isinstance(content, bytes) else content
        temporary = self.root / _TEMPORARY / secrets.token_hex(16)
        try:
            temporary.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            blob = self._write(temporary, chunks)
            self._place(temporary, blob)
        except OSError as error:
            if error.errno in _FULL:
                raise StorageFull from error
            raise Unavailable(f"The blob store cannot be written: {error.strerror}.") from error
        finally:
            with suppress(OSError):
                temporary.unlink()
        return blob

    def get(self, sha256: str) -> bytes:
        """The content, proved against its hash."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound("This content is not stored.") from None
        except OSError as error:
            raise Unavailable(f"The blob store cannot be read: {error.strerror}.") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StorageDamaged
        return content

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def path(self, sha256: str) -> Path:
        """Where the content lies, for those who stream it; the hash is not proved then."""
        if not _HASH.fullmatch(sha256):
            raise BadInput("This is not a content hash.", errors={"sha256": "64 hexadecimal digits are needed"})
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def hashes(self) -> Iterator[str]:
        """Everything stored, in the order of the hashes."""
        for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            if _HASH.fullmatch(path.name):
                yield path.name

    def garbage(self, is_wanted: Callable[[str], bool], *, older_than_s: float = YOUNG_S) -> Iterator[str]:
        """Stored hashes that are old and that nobody wants."""
        for sha256 in self.hashes():
            if self._age_s(self.path(sha256)) > older_than_s and not is_wanted(sha256):
                yield sha256

    def delete(self, sha256: str, *, older_than_s: float = YOUNG_S) -> bool:
        """Delete one, unless somebody stored it again meanwhile; again is fine."""
        path = self.path(sha256)
        if self._age_s(path) <= older_than_s:
            return False
        with suppress(FileNotFoundError):
            path.unlink()
            return True
        return False

    def sweep(self, *, older_than_s: float = YOUNG_S) -> int:
        """Remove what killed writers left half-written; answers how many."""
        removed = 0
        for path in (self.root / _TEMPORARY).glob("*"):
            if self._age_s(path) > older_than_s:
                with suppress(FileNotFoundError):
                    path.unlink()
                    removed += 1
        return removed

    def _write(self, temporary: Path, chunks: Iterable[bytes]) -> Blob:
        digest, size = hashlib.sha256(), 0
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb", buffering=_CHUNK) as file:
            for chunk in chunks:
                size += len(chunk)
                if size > self.max_bytes:
                    raise TooLarge(f"The content is larger than {self.max_bytes} bytes.")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(fd)
        return Blob(digest.hexdigest(), size)

    def _place(self, temporary: Path, blob: Blob) -> None:
        path = self.path(blob.sha256)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Also where it is already: its age starts anew, and damage is healed.
        temporary.replace(path)
        for directory in (path.parent, path.parent.parent, self.root):
            _sync(directory)

    @staticmethod
    def _age_s(path: Path) -> float:
        """Seconds since it was written; a missing one is as young as can be."""
        try:
            return time.time() - path.stat().st_mtime
        except FileNotFoundError:
            return -1.0


def _sync(directory: Path) -> None:
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
