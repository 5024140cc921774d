"""The committed gallery is what the built-in makers make now."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "scripts" / "gallery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FOLDER = ROOT / "docs" / "gallery"
COMMITTED = sorted(path.name for path in FOLDER.glob("*.md"))


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return dict(load().pages())


@pytest.mark.parametrize("name", COMMITTED)
def test_page_is_up_to_date(pages: dict[str, str], name: str) -> None:
    committed = (FOLDER / name).read_text(encoding="utf-8")
    assert committed == pages.get(name), f"docs/gallery/{name} is out of date: run `make gallery`."


def test_there_is_a_page_for_every_brief_and_an_index(pages: dict[str, str]) -> None:
    assert set(COMMITTED) == set(pages)


def test_every_brief_has_a_page_that_the_index_names(pages: dict[str, str]) -> None:
    briefs = {path.stem for path in (ROOT / "examples" / "briefs").glob("*.yaml")}
    assert {f"{name}.md" for name in briefs} == set(pages) - {"README.md"}
    assert all(f"({name}.md)" in pages["README.md"] for name in briefs)
