"""Keeps output of any length in bounded memory: its beginning, its end, and how much lay between.

Must not interpret what it keeps.
"""

import re

CHUNK = 1 << 16
#: A word that the gap has cut in two is left out with it, up to this length: half a secret would not be known as one.
LONGEST_WORD = 1_000
_LAST_WORD, _FIRST_WORD = re.compile(rb"\S*\Z"), re.compile(rb"\S*")


class Capture:
    """Keeps the head and the tail of a stream of any length in bounded memory."""

    def __init__(self, cap: int, head: int | None = None) -> None:
        self.total = 0
        self._head_cap = cap // 2 if head is None else min(head, cap)
        self._tail_cap = cap - self._head_cap
        self._head = bytearray()
        self._tail = bytearray()

    def add(self, chunk: bytes) -> None:
        self.total += len(chunk)
        room = self._head_cap - len(self._head)
        if room > 0:
            self._head += chunk[:room]
            chunk = chunk[room:]
        if chunk and self._tail_cap:
            self._tail += chunk
            if len(self._tail) > 2 * self._tail_cap + CHUNK:
                del self._tail[: -self._tail_cap]

    @property
    def truncated(self) -> bool:
        return self.total > self._head_cap + self._tail_cap

    def content(self) -> bytes:
        if not self.truncated:
            return bytes(self._head + self._tail)
        head, tail = bytes(self._head), b""
        if self._tail_cap:
            tail = bytes(self._tail[-self._tail_cap :])
            head = head[: len(head) - _length(_LAST_WORD.search(head[-LONGEST_WORD:]))]
            tail = tail[_length(_FIRST_WORD.match(tail[:LONGEST_WORD])) :]
        left_out = self.total - len(head) - len(tail)
        return head + f"\n[... {left_out} bytes left out ...]\n".encode() + tail


def _length(word: re.Match[bytes] | None) -> int:
    return len(word[0]) if word else 0
