"""Environment variables: typed, and refused by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conductor import environment
from conductor.lib.errors import BadSetting

NAME = "CONDUCTOR_SOME_SETTING"
READERS: dict[str, Callable[[], Any]] = {
    "text": lambda: environment.text(NAME, "x"),
    "choice": lambda: environment.choice(NAME, "a", {"a", "b"}),
    "flag": lambda: environment.flag(NAME, True),
    "count": lambda: environment.count(NAME, 5, least=1, most=10),
    "counts": lambda: environment.counts(NAME, (3, 2)),
    "redis": lambda: environment.redis_url(NAME, "redis://h/0"),
    "folders": lambda: environment.folders(NAME, ["/"]),
    "database": lambda: environment.database(NAME, Path("/x/y.sqlite3")),
}


@pytest.mark.parametrize("reader", READERS)
def test_an_empty_value_is_refused_by_name(reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "  ")
    with pytest.raises(BadSetting, match=NAME):
        READERS[reader]()


@pytest.mark.parametrize("reader", READERS)
def test_without_a_value_the_default_counts(reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    assert READERS[reader]() is not None


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        ("choice", "c"),
        ("flag", "maybe"),
        ("count", "0"),
        ("count", "11"),
        ("count", "1.5"),
        ("counts", "3"),
        ("counts", "3,-2"),
        ("counts", "3,2,1"),
        ("counts", "3,\u00b2"),
        ("redis", "http://h"),
        ("redis", "redis://"),
        ("redis", "unix://"),
        ("redis", "redis://h:port/0"),
        ("database", "mysql://u@h/n"),
        ("database", "postgres://u@h"),
        ("database", "postgres://u@h:x/n"),
        ("database", "conductor.sqlite3"),
        ("folders", "/srv,relative"),
    ],
)
def test_a_wrong_value_is_refused_by_name(reader: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, said)
    with pytest.raises(BadSetting, match=NAME):
        READERS[reader]()


@pytest.mark.parametrize("reader", ["database", "redis"])
@pytest.mark.parametrize("said", ["mysql://u:hunter2@h/n", "postgres://u:hunter2/x@h/n", "redis://:hunter2#x@[h/n"])
def test_a_refusal_does_not_repeat_a_password(reader: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, said)
    with pytest.raises(BadSetting) as refused:
        READERS[reader]()
    assert "hunter2" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__cause__ is None


def test_good_values_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " a, b ,,c ")
    assert environment.names(NAME) == ["a", "b", "c"]
    monkeypatch.setenv(NAME, "1,0")
    assert environment.counts(NAME, (3, 2)) == [1, 0]
    monkeypatch.setenv(NAME, "Off")
    assert environment.flag(NAME, True) is False


def test_a_database_may_be_on_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "postgres://me@/name?host=/run/Postgres&sslmode=disable")
    read = environment.database(NAME, Path("/unused"))
    assert (read["HOST"], read["NAME"], read["USER"]) == ("/run/Postgres", "name", "me")
    assert read["OPTIONS"] == {"sslmode": "disable"}
