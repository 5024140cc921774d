"""Names of roles and backends, ours and from outside."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents import registry
from agents.contracts import Role
from conductor.lib.errors import BadInput


@pytest.mark.parametrize("name", registry.ROLES)
def test_every_role_loads_under_its_name(name: str) -> None:
    assert registry.role(name).name == name


@pytest.mark.parametrize("name", registry.BACKENDS)
def test_every_backend_loads_under_its_name(name: str) -> None:
    assert registry.backend(name).name == name


def test_every_backend_says_how_it_is_stopped() -> None:
    assert {registry.backend(name).runs for name in registry.BACKENDS} <= {"thread", "process", "loop"}


def test_unknown_role_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="no role named 'poet'") as caught:
        registry.role("poet")
    assert caught.value.code == "unknown_agent"
    assert "role" in caught.value.errors


def test_unknown_backend_is_refused_by_name_and_a_long_name_is_cut() -> None:
    with pytest.raises(BadInput, match="no backend named") as caught:
        registry.backend("z" * 10_000)
    assert len(caught.value.message) < 500


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installed package with a role and two backends, one of which wants to replace ours."""
    (tmp_path / "outside_agents.py").write_text(
        "from agents.contracts import Role\nROLE = Role('poet', 'Write a poem')\nNOT_A_ROLE = 3\n"
    )
    info = tmp_path / "outside_agents-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outside-agents\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[conductor.roles]\npoet = outside_agents:ROLE\nthree = outside_agents:NOT_A_ROLE\n"
        "[conductor.backends]\nquill = outside_agents:BACKEND\nbuiltin = outside_agents:BACKEND\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    registry.forget()
    yield tmp_path
    monkeypatch.undo()
    registry.forget()


def test_plugin_role_is_found(plugin: Path) -> None:
    found = registry.role("poet")
    assert isinstance(found, Role)
    assert found.title == "Write a poem"


def test_plugin_that_is_no_role_is_refused(plugin: Path) -> None:
    with pytest.raises(BadInput, match="is not an"):
        registry.role("three")


def test_plugin_backend_runs_as_a_process_and_is_not_imported_here(plugin: Path) -> None:
    found = registry.backend("quill")
    assert found.runs == "process"
    assert "quill" in registry.names()["backends"]


def test_plugin_cannot_replace_a_backend_of_ours(plugin: Path) -> None:
    assert registry.backend("builtin").runs == "thread"
    assert registry.backend_names().count("builtin") == 1
