"""An audit has a time: what is slower is broken off wherever it is, and nothing that was left undone can pass."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agents.auditing import audit, registry
from agents.auditing.audit import audit_pieces
from agents.auditing.findings import Brief, Family, Found, Rule
from agents.auditing.pieces import Piece
from agents.auditing.rulepacks import house_pack, read_pack
from agents.auditing.timelimit import OutOfTime, TimeLimit
from agents.roles.audit import AuditOutput
from conductor.lib import clock
from conductor.lib.errors import BadSetting
from tests.agents.auditing.test_fail_closed import GOOD, with_rule

#: Far more than a broken-off rule takes to end, far less than the rules below would take.
SOON_S = 8.0


def loops(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    while True:
        pass


def backtracks(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    re.match(r"(a+)+$", "a" * 60 + "!")
    return ()


def swallows(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    until = time.monotonic() + 60
    try:
        while time.monotonic() < until:
            pass
    except BaseException:  # what a careless plug-in does
        while time.monotonic() < until:
            pass
    return ()


def yields_slowly(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    for _ in range(600):
        time.sleep(0.1)
        yield from ()


def naps(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    time.sleep(0.5)
    return ()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any], Any]]:
    """A pack of the house rules and one rule of that family, in the middle of them."""
    audit_pieces({}, GOOD)  # everything is loaded before any time is taken

    def made(apply: Any) -> Any:
        monkeypatch.setattr(registry, "_plugins", lambda: {"slow": Family("slow", apply)})
        return read_pack({**with_rule("slow"), "version": f"1.0.{abs(hash(apply.__name__)) % 9999}"})

    yield made
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize("apply", [loops, backtracks, swallows, yields_slowly], ids=lambda apply: apply.__name__)
def test_a_rule_that_does_not_end_is_broken_off_and_nothing_passes(slow: Any, apply: Any) -> None:
    pack, began = slow(apply), time.monotonic()

    report = audit_pieces({}, GOOD, pack=pack, seconds=0.7)

    assert time.monotonic() - began < SOON_S
    assert report["verdict"] == "not_audited"
    late = [said for said in report["not_checked"] if said["failed"]]
    assert {"family": "slow", "slot": None, "why": "The audit ran out of its 0.7 s.", "failed": True} in late
    assert AuditOutput.model_validate(report).verdict == "not_audited"


def test_rules_that_had_no_turn_leave_their_categories_open(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = audit_pieces({}, GOOD)
    assert whole["verdict"] == "pass"
    first = house_pack().rules[0].family
    monkeypatch.setitem(registry.FAMILIES, first, Family(first, loops))  # type: ignore[index]

    report = audit_pieces({}, GOOD, seconds=0.3)

    assert {entry["score"] for entry in report["categories"].values()} == {None}
    assert (report["verdict"], report["score"]) == ("not_audited", None)


def test_a_text_that_is_slow_to_read_is_not_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "read_piece", loops)

    report = audit_pieces({}, GOOD, seconds=0.3)

    assert report["verdict"] == "not_audited"
    assert report["not_checked"][0] == {
        "family": "pieces", "slot": "copy", "why": "The audit ran out of its 0.3 s.", "failed": True,
    }  # fmt: skip
    assert [piece["present"] for piece in report["pieces"]] == [False]


def test_looking_for_key_messages_is_within_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "coverage", lambda *given: loops(*given[:3]))

    report = audit_pieces({}, GOOD, seconds=3.0)

    assert (report["verdict"], report["coverage"]) == ("not_audited", [])


def test_a_fault_that_was_found_in_time_stands() -> None:
    limit = TimeLimit(0.2)
    assert limit.run(lambda: "done") == "done"
    with pytest.raises(OutOfTime):
        limit.run(lambda: time.sleep(30))
    with pytest.raises(OutOfTime):
        limit.run(lambda: pytest.fail("not even begun"))


def test_in_another_thread_late_work_is_refused_and_no_more_is_begun(slow: Any) -> None:
    pack, told = slow(naps), {}
    thread = threading.Thread(target=lambda: told.update(audit_pieces({}, GOOD, pack=pack, seconds=0.4)))
    thread.start()
    thread.join(SOON_S)

    assert told["verdict"] == "not_audited"
    assert any(said["family"] == "slow" and said["failed"] for said in told["not_checked"])


def test_an_audit_in_time_is_the_same_with_and_without_a_limit(slow: Any) -> None:
    pack = slow(lambda rule, brief, pieces: ())

    assert audit_pieces({}, GOOD, pack=pack, seconds=60) == audit_pieces({}, GOOD, pack=pack)


def test_another_alarm_of_the_process_goes_on() -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: rung.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        assert TimeLimit(5).run(lambda: 1) == 1
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 0.3
        until = time.monotonic() + SOON_S
        while not rung and time.monotonic() < until:
            time.sleep(0.02)
        assert rung == [signal.SIGALRM]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_installation_says_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDUCTOR_TIME_SCALE", "0.01")
    clock.audit_seconds.cache_clear()
    try:
        assert clock.audit_seconds() == 20.0
        for said, wanted in (("2.5", 2.5), ("0", None), ("soon", None)):
            monkeypatch.setenv("CONDUCTOR_AUDIT_S", said)
            clock.audit_seconds.cache_clear()
            if wanted:
                assert clock.audit_seconds() == wanted
            else:
                with pytest.raises(BadSetting, match="CONDUCTOR_AUDIT_S"):
                    clock.audit_seconds()
    finally:
        clock.audit_seconds.cache_clear()
