"""docs/guarantees.md names real tests for every guarantee, and no fault test is forgotten there. No processes."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "guarantees.md").read_text()
PROMISED = [f"G{number}" for number in (*range(1, 18), 19, 20)]
SECTION = re.compile(r"^## (G\d+) .*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"^- `(test_\w+)`", re.MULTILINE)
DEFINED = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)


def defined(folder: str) -> set[str]:
    return {name for path in (ROOT / "tests" / folder).rglob("test_*.py") for name in DEFINED.findall(path.read_text())}


def test_every_guarantee_has_tests_that_try_to_break_it() -> None:
    sections = {found[1]: NAMED.findall(found[0]) for found in SECTION.finditer(PAGE)}
    assert list(sections) == PROMISED
    assert all(sections.values())
    missing = {name for names in sections.values() for name in names} - defined(".")
    assert not missing


def test_every_file_of_fault_tests_is_on_the_page() -> None:
    files = {path.name for path in Path(__file__).parent.glob("test_*.py")} - {"test_stack.py", Path(__file__).name}
    assert {name for name in files if f"[`{name}`]" not in PAGE} == set()
