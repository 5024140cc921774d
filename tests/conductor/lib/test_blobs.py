"""Content comes back exactly or not at all, and only what nobody wants goes."""

import errno
import hashlib
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conductor.lib import blobs
from conductor.lib.blobs import Blob, BlobStore, StorageDamaged, StorageFull
from conductor.lib.errors import BadInput, NotFound, TooLarge, Unavailable


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs", max_bytes=1000)


def age(store: BlobStore, sha256: str, seconds: float = 10_000) -> None:
    os.utime(store.path(sha256), (time.time() - seconds,) * 2)


def files(store: BlobStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 1000])
def test_content_comes_back_by_its_hash(store: BlobStore, content: bytes) -> None:
    blob = store.put(content)
    assert blob == Blob(hashlib.sha256(content).hexdigest(), len(content))
    assert store.get(blob.sha256) == content
    assert store.has(blob.sha256)


def test_content_in_pieces_is_the_same(store: BlobStore) -> None:
    assert store.put(iter([b"a", b"", b"bc"])) == store.put(b"abc")


def test_same_content_is_stored_once(store: BlobStore) -> None:
    store.put(b"same")
    store.put(b"same")
    assert len(files(store)) == 1


def test_many_writers_of_one_content_agree(store: BlobStore) -> None:
    threads = [threading.Thread(target=store.put, args=(b"same",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get(hashlib.sha256(b"same").hexdigest()) == b"same"
    assert len(files(store)) == 1


def test_files_are_closed_to_others(store: BlobStore) -> None:
    path = store.path(store.put(b"x").sha256)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_too_large_content_is_refused_and_leaves_nothing(store: BlobStore) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 100

    with pytest.raises(TooLarge):
        store.put(endless())
    assert files(store) == []


def test_source_that_fails_half_way_leaves_nothing(store: BlobStore) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("the agent died")

    with pytest.raises(RuntimeError):
        store.put(broken())
    assert files(store) == []


def test_missing_content_is_not_found(store: BlobStore) -> None:
    with pytest.raises(NotFound):
        store.get("0" * 64)
    assert not store.has("0" * 64)


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n", "/etc/passwd"])
def test_only_hashes_name_content(store: BlobStore, sha256: str) -> None:
    for call in (store.get, store.has, store.delete, store.path):
        with pytest.raises(BadInput):
            call(sha256)


def test_damaged_content_is_refused_and_healed_by_storing_again(store: BlobStore) -> None:
    blob = store.put(b"right")
    store.path(blob.sha256).write_bytes(b"wrong")
    with pytest.raises(StorageDamaged) as caught:
        store.get(blob.sha256)
    assert caught.value.code == "storage_damaged"
    store.put(b"right")
    assert store.get(blob.sha256) == b"right"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_full_disk_has_its_own_code(store: BlobStore, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(fd: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(blobs.os, "fsync", full)
    with pytest.raises(StorageFull) as caught:
        store.put(b"x")
    assert caught.value.code == "storage_full"
    assert files(store) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
def test_really_full_disk_then_space_again(tmp_path: Path) -> None:
    """F30"""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine does not let us mount")
    try:
        store = BlobStore(small / "blobs")
        filler = small / "filler"
        filler.write_bytes(b"x" * 900_000)
        with pytest.raises(StorageFull):
            store.put(b"y" * 500_000)
        assert files(store) == []
        filler.unlink()
        assert store.put(b"y" * 500_000).size == 500_000
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_other_faults_of_the_disk_are_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable) as caught:
        BlobStore(tmp_path / "file").put(b"x")
    assert caught.value.code == "unavailable"


def test_garbage_is_old_and_unwanted(store: BlobStore) -> None:
    wanted, old, young = (store.put(content).sha256 for content in (b"wanted", b"old", b"young"))
    age(store, wanted)
    age(store, old)
    assert list(store.garbage({wanted}.__contains__)) == [old]
    assert store.delete(old)
    assert not store.delete(old)
    assert set(store.hashes()) == {wanted, young}


def test_content_stored_again_meanwhile_is_not_deleted(store: BlobStore) -> None:
    blob = store.put(b"x")
    age(store, blob.sha256)
    assert list(store.garbage(lambda sha256: False)) == [blob.sha256]
    store.put(b"x")
    assert not store.delete(blob.sha256)
    assert store.get(blob.sha256) == b"x"


def test_half_written_files_are_swept_when_old(store: BlobStore) -> None:
    store.put(b"x")
    left = store.root / "tmp" / "left"
    left.write_bytes(b"half")
    assert store.sweep() == 0
    os.utime(left, (time.time() - 10_000,) * 2)
    assert store.sweep() == 1
    assert list(store.hashes()) == [hashlib.sha256(b"x").hexdigest()]
