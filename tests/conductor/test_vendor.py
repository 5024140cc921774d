"""The front-end files and fonts: what the manifests say is what is there."""

import hashlib
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
FONTS = ROOT / "conductor" / "lib" / "fonts"
PLACES = (VENDOR, FONTS)
ENTRIES: list[tuple[Path, dict[str, Any]]] = [
    (place, entry) for place in PLACES for entry in json.loads((place / "manifest.json").read_text())
]


@pytest.mark.parametrize(("place", "entry"), ENTRIES, ids=[entry["name"] for _, entry in ENTRIES])
def test_files_are_the_ones_of_the_manifest(place: Path, entry: dict[str, Any]) -> None:
    folder = place / f"{entry['name']}-{entry['version']}"
    present = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert present == entry["files"]
    assert entry["licence"] in (("OFL-1.1",) if place == FONTS else ("MIT", "0BSD", "ISC"))
    assert (folder / "LICENSE").stat().st_size > 200


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_nothing_else_is_there(place: Path) -> None:
    named = {f"{entry['name']}-{entry['version']}" for where, entry in ENTRIES if where == place}
    assert {path.name for path in place.iterdir()} == named | {"manifest.json"}


@pytest.mark.parametrize("licence", sorted(FONTS.glob("*/LICENSE")), ids=lambda path: path.parent.name)
def test_a_font_that_was_made_smaller_has_no_reserved_name(licence: Path) -> None:
    said = licence.read_text()
    assert "SIL Open Font License, Version 1.1" in said
    assert "with Reserved Font Name" not in said.partition("This license is copied below")[0]


def test_all_of_it_is_about_a_megabyte() -> None:
    assert sum(path.stat().st_size for path in VENDOR.rglob("*") if path.is_file()) < 1_100_000


def test_every_icon_has_its_name() -> None:
    (sprite,) = VENDOR.glob("lucide-*/icons.svg")
    names = [symbol.get("id") for symbol in ElementTree.fromstring(sprite.read_text())]
    assert len(names) == len(set(names)) >= 40


def test_no_file_asks_for_a_source_map() -> None:
    files = [path for path in VENDOR.rglob("*") if path.suffix in (".js", ".css")]
    assert not [path for path in files if "sourceMappingURL" in path.read_text()]
