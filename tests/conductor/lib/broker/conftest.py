"""A broker that serves, and the host behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conductor.lib.broker import Broker
from tests.conductor.lib.broker.hosts import Host


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def broker(host: Host, tmp_path: Path) -> Iterator[Broker]:
    with Broker(host.handle, reserve=host.reserve, settle=host.settle, after_call=host.after) as served:
        yield served
