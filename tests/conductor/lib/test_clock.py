"""Timing constants and clocks."""

from collections.abc import Iterator

import pytest

from conductor.lib import clock
from conductor.lib.errors import BadSetting


@pytest.fixture(autouse=True)
def _read_afresh() -> Iterator[None]:
    clock.timing.cache_clear()
    yield
    clock.timing.cache_clear()


def test_a_factor_scales_every_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.SCALE, "0.1")
    scaled = clock.timing()
    assert [scaled.LEASE_S, scaled.HEARTBEAT_S] == pytest.approx([3, 0.5])


def test_one_interval_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.SCALE, "1")
    monkeypatch.setenv("CONDUCTOR_LEASE_S", "45")
    assert clock.timing().LEASE_S == 45


@pytest.mark.parametrize("said", ["", "soon", "0", "-1", "nan", "inf"])
def test_a_wrong_interval_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("CONDUCTOR_SWEEP_S", said)
    with pytest.raises(BadSetting, match="CONDUCTOR_SWEEP_S"):
        clock.timing()


def test_the_lease_outlives_several_heartbeats() -> None:
    timing = clock.timing()
    assert timing.HEARTBEAT_S * 3 < timing.LEASE_S - timing.SOFT_FENCE_S


def test_now_is_aware() -> None:
    assert clock.now().tzinfo is not None


def test_boot_seconds_never_go_back() -> None:
    assert clock.boot_seconds() <= clock.boot_seconds()
