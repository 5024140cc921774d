"""A way to PostgreSQL that can be cut at the worst moment: a COMMIT is done, and nobody hears of it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

SOCKET = ".s.PGSQL.5432"
COMMIT = b"COMMIT\x00"


class Proxy:
    """Listens on a socket in `folder`; children are given that folder as the host of the database.

    `cut` is asked at every COMMIT, with its number; where it says yes, the server does the commit, and the client's
    connection ends without an answer.
    """

    def __init__(self, folder: Path, cut: Callable[[int], bool] = lambda number: False) -> None:
        self.folder = folder
        self.cut = cut
        self.commits = 0
        self.cuts = 0
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        with self._lock:
            for link in self._open:
                _end(link)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(Path(settings.DATABASES["default"]["HOST"]) / SOCKET))
            with self._lock:
                self._open += [client, server]
            cut = threading.Event()
            threading.Thread(target=self._forward, args=(client, server, cut), daemon=True).start()
            threading.Thread(target=self._answer, args=(client, server, cut), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        """What the client says; psycopg sends a COMMIT as one message of its own."""
        with contextlib.suppress(OSError):
            while chunk := client.recv(65_536):
                if chunk.endswith(COMMIT) and self._shall_cut():
                    cut.set()
                server.sendall(chunk)
        _end(server)

    def _answer(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        """What the server says; after the fatal COMMIT its answer proves that it was done, and is kept back."""
        with contextlib.suppress(OSError):
            while chunk := server.recv(65_536):
                if cut.is_set():
                    break
                client.sendall(chunk)
        _end(client)
        _end(server)

    def _shall_cut(self) -> bool:
        with self._lock:
            self.commits += 1
            yes = self.cut(self.commits)
            self.cuts += yes
            return yes


def _end(link: socket.socket) -> None:
    with contextlib.suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
    link.close()
