"""A pytest plugin (`-p tests.legs`): what the SQLite leg leaves out, and how the children of xdist share a leg."""

from __future__ import annotations

import os
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

#: Tests that start many processes, kill some and wait. Those of a group take turns, on the one child of xdist that has
#: them, while the others use the cores; and they begin first, since together they take longest.
FAULTS = ("tests/faults/",)
SERVERS = (
    "tests/campaigns/consumers/test_redis.py",
    "tests/campaigns/consumers/test_slow.py",
    "tests/conductor/cli/test_processes.py",
    "tests/conductor/test_up.py",
)
TAKING_TURNS = (*FAULTS, *SERVERS)
#: Files that take minutes begin next.
LONG = ("tests/campaigns/engine/test_state_machine.py", "tests/campaigns/api/test_fuzz.py")
#: These start processes that read settings, or look at what is read from the environment: they may know the database
#: although no fixture gives them one.
STARTING = ("tests/conductor/test_", "tests/conductor/cli/test_app.py", "tests/conductor/embedded/")
#: These start everything on a home of its own, whose database is the same file of SQLite in either leg.
SAME = ("tests/conductor/test_up.py",)
DATABASE_FIXTURES = frozenset({"db", "transactional_db", "django_db_setup", "live_server"})
CHAOS = "CONDUCTOR_CHAOS_ROUND" in os.environ
LEFT_OUT = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = 0


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ["CONDUCTOR_TEST_DATABASE"] == "sqlite":
        _leave_out(config, items)
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    return 0 if item.nodeid.startswith(TAKING_TURNS) else 1 if item.nodeid.startswith(LONG) else 2


def _leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What touches no database, or one of its own, cannot differ: pytest-django refuses a connection to all others."""
    same = [item for item in items if not _may_differ(item)]
    config.stash[LEFT_OUT] = len(same)
    config.hook.pytest_deselected(items=same)
    items[:] = [item for item in items if _may_differ(item)]
    reason = pytest.mark.skip(reason="needs PostgreSQL: row locks, or connections the server can end")
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(reason)


def _may_differ(item: pytest.Item) -> bool:
    asks = item.get_closest_marker("django_db") is not None or DATABASE_FIXTURES & set(
        getattr(item, "fixturenames", ())
    )
    return bool(asks) or (item.nodeid.startswith(STARTING) and not item.nodeid.startswith(SAME))


# --- with xdist -------------------------------------------------------------------------------------------------------


class ByFile(LoadFileScheduling):
    """The tests of a file stay together and in order, so that they share what their module makes once.

    At full timing the tests of faults mostly wait, so `make chaos` runs several side by side, each with own servers.
    """

    def _split_scope(self, nodeid: str) -> str:
        if CHAOS:
            return nodeid
        group = next((group for group in (FAULTS, SERVERS) if nodeid.startswith(group)), None)
        return group[0] if group else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    said = getattr(node, "workeroutput", {}).get("left_out", 0)
    node.config.stash[LEFT_OUT] = max(node.config.stash[LEFT_OUT], said)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if count := config.stash[LEFT_OUT]:
        terminalreporter.write_line(
            f"{count} tests that ask for no database of the leg were left to the PostgreSQL leg."
        )
