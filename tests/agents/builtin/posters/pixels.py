"""Reads the PNG files that the renderer writes (8 bits a channel, RGBA or RGB), without a library for pictures."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    channels: int
    data: bytes

    def at(self, x: int, y: int) -> tuple[int, int, int]:
        start = (y * self.width + x) * self.channels
        return self.data[start], self.data[start + 1], self.data[start + 2]

    def box(self, left: int, top: int, right: int, low: int) -> Iterator[tuple[int, int, int]]:
        for y in range(max(0, top), min(self.height, low)):
            for x in range(max(0, left), min(self.width, right)):
                yield self.at(x, y)


def read(png: bytes) -> Picture:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed, head = 8, b"", (0, 0, 0, 0)
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            head = struct.unpack(">IIBB", body[:10])
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    width, height, depth, colour = head
    assert (depth, colour) in ((8, 6), (8, 2)), head
    channels = 4 if colour == 6 else 3
    return Picture(width, height, channels, _unfiltered(zlib.decompress(packed), width, height, channels))


def _unfiltered(raw: bytes, width: int, height: int, channels: int) -> bytes:
    stride, rows, before = width * channels, [], bytearray(width * channels)
    for y in range(height):
        start = y * (stride + 1)
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        if kind == 1:
            for i in range(channels, stride):
                row[i] = (row[i] + row[i - channels]) & 255
        elif kind == 2:
            for i in range(stride):
                row[i] = (row[i] + before[i]) & 255
        elif kind == 3:
            for i in range(stride):
                left = row[i - channels] if i >= channels else 0
                row[i] = (row[i] + (left + before[i]) // 2) & 255
        elif kind == 4:
            for i in range(stride):
                left, corner = (row[i - channels], before[i - channels]) if i >= channels else (0, 0)
                row[i] = (row[i] + _paeth(left, before[i], corner)) & 255
        rows.append(bytes(row))
        before = row
    return b"".join(rows)


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    distances = (abs(guess - left), abs(guess - above), abs(guess - corner))
    return (left, above, corner)[distances.index(min(distances))]


def difference(one: Picture, other: Picture) -> tuple[float, float]:
    """The mean difference of a channel, and the share of channels that differ plainly."""
    assert (one.width, one.height, one.channels) == (other.width, other.height, other.channels)
    gaps = [abs(a - b) for a, b in zip(one.data, other.data, strict=True)]
    return sum(gaps) / len(gaps), sum(gap > 40 for gap in gaps) / len(gaps)
