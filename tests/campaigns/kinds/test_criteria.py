from __future__ import annotations

from typing import Any

import pytest

from campaigns.kinds import criteria
from campaigns.kinds.base import CriterionSpec
from campaigns.kinds.criteria import CHECKS, read_criterion, read_path, written
from campaigns.kinds.settings import BadValue

SPECS = [
    criteria.command("make test", exit_code=3, timeout=5, message="Broken.", title="Tests", blocking=False),
    criteria.command(["true"], phase="entry"),
    criteria.tests(),
    criteria.type_check(["mypy", "src"]),
    criteria.file_exists("src/./auth//index.ts", title="Entry point"),
    criteria.pattern("README.md", "^# "),
    criteria.json_schema("out.json", {"type": "object"}, blocking=False),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.title)
def test_a_criterion_is_read_as_it_is_written(spec: CriterionSpec) -> None:
    assert read_criterion(written(spec), spec.phase) == spec  # type: ignore[arg-type]


def test_presets_are_commands_with_their_times() -> None:
    assert (criteria.tests().check, criteria.tests().spec["timeout"]) == ("command", 120)
    assert (criteria.type_check().title, criteria.type_check().spec["timeout"]) == ("Types check", 60)
    assert criteria.tests("bun test").spec["argv"] == ["bun", "test"]


def test_criteria_block_unless_they_say_otherwise() -> None:
    assert read_criterion({"check": "file_exists", "path": "a"}, "exit").blocking
    assert not read_criterion({"check": "file_exists", "path": "a", "blocking": False}, "exit").blocking


def test_a_path_is_tidied() -> None:
    assert criteria.file_exists("src/./auth//index.ts").spec == {"path": "src/auth/index.ts"}


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd", "../x", "a/../../x", "~/x", "-rf", "a\\b", ".git/config", "", " ", "a\x00", "a\nb", 3, None,
        "x" * 501,
    ],
)  # fmt: skip
def test_a_path_stays_inside_the_clone(path: object) -> None:
    with pytest.raises(BadValue):
        read_path(path)


@pytest.mark.parametrize(
    "raw",
    [
        None, "tests", [], {}, {"check": "vibes"}, {"check": 3}, {"check": "file_exists"},
        {"check": "file_exists", "path": "a", "pattern": "b"}, {"check": "file_exists", "path": "a", "blocking": "no"},
        {"check": "file_exists", "path": "a", "title": "x" * 201}, {"check": "pattern", "path": "a"},
        {"check": "pattern", "path": "a", "pattern": "("}, {"check": "pattern", "path": "a", "pattern": "x" * 1_001},
        {"check": "json_schema", "path": "a", "schema": 3},
        {"check": "json_schema", "path": "a", "schema": {"type": 3}},
        {"check": "command"}, {"check": "command", "command": "a | b"},
        {"check": "command", "command": ["a"], "timeout": 0},
        {"check": "command", "command": ["a"], "exit_code": 256}, {"check": "command", "command": ["a"], "message": 3},
        {"check": "tests", "command": 3}, {"check": "tests", "timeout": 3},
    ],
)  # fmt: skip
def test_a_criterion_that_cannot_be_checked_is_refused(raw: Any) -> None:
    with pytest.raises(BadValue):
        read_criterion(raw, "exit")


def test_the_words_name_what_is_known() -> None:
    with pytest.raises(BadValue, match=", ".join(CHECKS)):
        read_criterion({"check": "vibes"}, "exit")
