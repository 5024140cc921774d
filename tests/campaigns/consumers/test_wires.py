"""Wires: order, bounds and lag, on a server that waits and on one that does not. No sockets here."""

import asyncio
from typing import Any

import pytest

from campaigns.sockets.frames import Bundle, Frame
from campaigns.sockets.wires import LONGEST_QUEUE, DaphneWire, PlainWire, wire_for


class Client:
    """The far end of a server whose `send` waits."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.reads = asyncio.Event()
        self.reads.set()

    async def send(self, message: dict[str, Any]) -> None:
        await self.reads.wait()
        self.got.append(message["text"])


class Transport:
    """Twisted's, as far as a wire knows it: `takes` bytes fit into the kernel."""

    def __init__(self, takes: int = 10**9) -> None:
        self.takes = takes
        self.kernel = b""
        self.dataBuffer = b""
        self._tempDataBuffer: list[bytes] = []
        self.producer: Any = None

    def unregisterProducer(self) -> None:  # noqa: N802 - Twisted's name
        self.producer = None

    def registerProducer(self, producer: Any, streaming: bool) -> None:  # noqa: N802 - Twisted's name
        assert streaming
        self.producer = producer

    def writeSomeData(self, data: bytes) -> int | Exception:  # noqa: N802 - Twisted's name
        if self.takes < 0:
            return ConnectionError("lost")
        taken = data[: self.takes]
        self.takes -= len(taken)
        self.kernel += taken
        return len(taken)

    def write(self, data: bytes) -> None:
        self._tempDataBuffer.append(data)
        if len(self._tempDataBuffer) >= 3:
            self.producer.pauseProducing()

    def drain(self) -> None:
        self.kernel += b"".join(self._tempDataBuffer)
        self._tempDataBuffer.clear()
        self.takes = 10**9
        self.producer.resumeProducing()


class Prepared:
    def __init__(self, payload: bytes) -> None:
        self.payloadHybi = b"<" + payload + b">"


class Protocol:
    """daphne's."""

    STATE_OPEN = 3

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.state = self.STATE_OPEN
        self.factory = self
        self.send_queue: list[Any] = []
        self.prepared = 0
        self.closeHandshakeTimeout = 1

    def prepareMessage(self, payload: bytes, doNotCompress: bool) -> Prepared:  # noqa: N802, N803 - Autobahn's names
        assert doNotCompress
        self.prepared += 1
        return Prepared(payload)


def frames(count: int) -> list[Frame]:
    return [Frame(str(seq), seq) for seq in range(1, count + 1)]


def said(count: int) -> bytes:
    return b"".join(b"<%d>" % seq for seq in range(1, count + 1))


def never() -> None:
    pytest.fail("nothing is too much here")


async def test_a_waiting_server_gets_everything_in_order() -> None:
    client = Client()
    wire = PlainWire(client.send, never)
    wire.push_all(Bundle(frames(500)))
    await wire.room()
    assert client.got == [str(seq) for seq in range(1, 501)]


async def test_a_full_queue_is_reported_once_and_emptied() -> None:
    client = Client()
    client.reads.clear()
    told: list[int] = []

    def overflow() -> None:
        told.append(len(wire.queue))
        wire.close()

    wire = PlainWire(client.send, overflow)
    wire.push_all(Bundle(frames(LONGEST_QUEUE + 50)))
    assert told == [LONGEST_QUEUE + 1]
    assert not wire.queue


async def test_lag_is_the_age_of_the_oldest_frame() -> None:
    client = Client()
    wire = PlainWire(client.send, never)
    assert wire.lag_s() == 0
    client.reads.clear()
    wire.push(Frame("1", 1))
    await asyncio.sleep(0.05)
    assert wire.lag_s() > 0.04
    client.reads.set()
    await wire.room()
    assert wire.lag_s() == 0


async def test_nothing_is_sent_after_the_close() -> None:
    client = Client()
    client.reads.clear()
    wire = PlainWire(client.send, never)
    wire.push(Frame("1", 1))
    wire.close()
    wire.push(Frame("2", 2))
    client.reads.set()
    await wire.room()
    assert client.got == []


async def test_on_daphne_a_bundle_goes_out_in_one_piece() -> None:
    protocol = Protocol(Transport())
    wire = DaphneWire(protocol, never)
    wire.push_all(Bundle(frames(3)))
    assert protocol.transport.kernel == said(3)


async def test_a_frame_is_framed_once_for_many() -> None:
    protocols = [Protocol(Transport()) for _ in range(10)]
    frame = Frame("1", 1)
    for protocol in protocols:
        DaphneWire(protocol, never).push(frame)
    assert sum(protocol.prepared for protocol in protocols) == 1
    assert {protocol.transport.kernel for protocol in protocols} == {b"<1>"}


async def test_what_the_kernel_does_not_take_is_kept_in_order() -> None:
    transport = Transport(takes=4)
    wire = DaphneWire(Protocol(transport), never)
    for frame in frames(20):
        wire.push(frame)
    assert transport.kernel == said(2)[:4]
    assert wire.queue
    while wire.queue or transport._tempDataBuffer:
        transport.drain()
    assert transport.kernel == said(20)


async def test_on_daphne_room_waits_for_the_transport() -> None:
    transport = Transport(takes=0)
    wire = DaphneWire(Protocol(transport), never)
    for frame in frames(10):
        wire.push(frame)
    waiting = asyncio.create_task(wire.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    while wire.queue:
        transport.drain()
    await asyncio.wait_for(waiting, 1)


async def test_on_daphne_a_full_queue_is_reported_and_given_time_to_read_why() -> None:
    transport = Transport(takes=0)
    protocol = Protocol(transport)
    told: list[bool] = []

    def overflow() -> None:
        told.append(True)
        wire.close()

    wire = DaphneWire(protocol, overflow)
    for frame in frames(LONGEST_QUEUE + 50):
        wire.push(frame)
    assert told == [True]
    assert protocol.closeHandshakeTimeout > 1


async def test_a_lost_connection_is_left_to_the_reactor() -> None:
    transport = Transport(takes=-1)
    DaphneWire(Protocol(transport), never).push(Frame("1", 1))
    assert transport._tempDataBuffer == [b"<1>"]


async def test_nothing_is_written_to_a_socket_that_closes() -> None:
    protocol = Protocol(Transport())
    wire = DaphneWire(protocol, never)
    protocol.state = 2
    wire.push(Frame("1", 1))
    wire.push_all(Bundle(frames(2)))
    assert protocol.transport.kernel == b""


async def test_another_server_gets_the_plain_wire() -> None:
    assert isinstance(wire_for(Client().send, never), PlainWire)
