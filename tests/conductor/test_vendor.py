"""The front-end files: what the manifest says is what is there."""

import hashlib
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
MANIFEST: list[dict[str, Any]] = json.loads((VENDOR / "manifest.json").read_text())


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["name"])
def test_files_are_the_ones_of_the_manifest(entry: dict[str, Any]) -> None:
    folder = VENDOR / f"{entry['name']}-{entry['version']}"
    present = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert present == entry["files"]
    assert entry["licence"] in ("MIT", "0BSD", "ISC")
    assert (folder / "LICENSE").stat().st_size > 200


def test_nothing_else_is_there() -> None:
    named = {f"{entry['name']}-{entry['version']}" for entry in MANIFEST}
    assert {path.name for path in VENDOR.iterdir()} == named | {"manifest.json"}


def test_all_of_it_is_about_a_megabyte() -> None:
    assert sum(path.stat().st_size for path in VENDOR.rglob("*") if path.is_file()) < 1_100_000


def test_every_icon_has_its_name() -> None:
    (sprite,) = VENDOR.glob("lucide-*/icons.svg")
    names = [symbol.get("id") for symbol in ElementTree.fromstring(sprite.read_text())]
    assert len(names) == len(set(names)) >= 40


def test_no_file_asks_for_a_source_map() -> None:
    files = [path for path in VENDOR.rglob("*") if path.suffix in (".js", ".css")]
    assert not [path for path in files if "sourceMappingURL" in path.read_text()]
