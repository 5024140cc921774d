"""Keeps output of any length in bounded memory: its beginning, its end, and how much lay between.

Must not interpret what it keeps.
"""

CHUNK = 1 << 16


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
        tail = self._tail[-self._tail_cap :] if self._tail_cap else b""
        left_out = self.total - len(self._head) - len(tail)
        return bytes(self._head) + f"\n[... {left_out} bytes left out ...]\n".encode() + bytes(tail)
