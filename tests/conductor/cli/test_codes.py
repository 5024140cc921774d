from __future__ import annotations

import click
import pytest
from django.db import OperationalError

from conductor.cli.codes import fault_of
from conductor.lib.errors import (
    AgentFailed,
    BadInput,
    BadSetting,
    ConductorError,
    Conflict,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    TooLarge,
    Unavailable,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadInput(errors={"a": "b"}), 2),
        (TooLarge(), 2),
        (NotSignedIn(), 2),
        (NotAllowed(), 2),
        (click.UsageError("no"), 2),
        (click.FileError("x"), 2),
        (NotFound(), 3),
        (Conflict(), 4),
        (ConductorError(code="already_running"), 4),
        (Throttled(), 5),
        (Unavailable(), 5),
        (BadSetting("X must be a number."), 5),
        (OperationalError("connection refused\nmore"), 5),
        (ZeroDivisionError("oops"), 5),
        (AgentFailed(), 1),
    ],
)
def test_every_fault_has_its_exit_code(error: Exception, code: int) -> None:
    assert fault_of(error).exit_code == code


def test_an_unexpected_fault_shows_no_secret_and_one_line() -> None:
    fault = fault_of(RuntimeError("password=hunter2hunter2\nsecond line"))
    assert "hunter2" not in fault.words
    assert "second line" not in fault.words
    assert "RuntimeError" in fault.words


def test_a_usage_fault_names_the_option() -> None:
    @click.command()
    @click.option("--days", type=int)
    def command(days: int) -> None: ...

    with pytest.raises(click.BadParameter) as raised:
        command.main(["--days", "x"], standalone_mode=False)
    fault = fault_of(raised.value)
    assert list(fault.errors) == ["--days"]
    assert fault.usage.startswith("Usage:")
