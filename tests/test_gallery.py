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


PAGES: dict[str, str] = load().pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_is_up_to_date(name: str) -> None:
    committed = (ROOT / "docs" / "gallery" / name).read_text(encoding="utf-8")
    assert committed == PAGES[name], f"docs/gallery/{name} is out of date: run `make gallery`."


def test_no_page_is_left_over() -> None:
    assert {path.name for path in (ROOT / "docs" / "gallery").glob("*.md")} == set(PAGES)


def test_every_brief_has_a_page_that_the_index_names() -> None:
    briefs = {path.stem for path in (ROOT / "examples" / "briefs").glob("*.yaml")}
    assert {f"{name}.md" for name in briefs} == set(PAGES) - {"README.md"}
    assert all(f"({name}.md)" in PAGES["README.md"] for name in briefs)
