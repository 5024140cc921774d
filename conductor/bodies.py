"""Bounds what the web server takes in before any of our code sees it: daphne itself stores a body of any length.

Must not look into a body. A body within twice the limit gets the API's own answer; beyond it the connection ends.
"""

import json
import sys
from typing import Any, Final

from django.conf import settings

from conductor.lib.errors import CODES

SERVER: Final = "daphne.http_protocol"


def bound() -> None:
    """In a process of daphne, give every connection requests that stop reading; elsewhere do nothing."""
    protocol: Any = sys.modules.get(SERVER)
    if protocol is None:
        return
    most = 2 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    plain: Any = protocol.WebRequest

    class BoundedRequest(plain):
        """Counts what arrives, announced or not. Forms are read by the application alone: it can say what is wrong."""

        taken = 0

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "parsePOSTFormSubmission": False})

        def gotLength(self, length: int | None) -> None:  # noqa: N802 - the server's name
            super().gotLength(length)
            if length is not None and length > most:
                self._refuse()

        def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - the server's name
            if self.taken <= most:
                self.taken += len(data)
                if self.taken > most:
                    self._refuse()
                else:
                    super().handleContentChunk(data)

        def _refuse(self) -> None:
            self.taken = most + 1
            self.channel.transport.write(_refusal(most))
            self.channel.transport.loseConnection()

    protocol.WebRequest = BoundedRequest


def _refusal(most: int) -> bytes:
    info = CODES["too_large"]
    problem = {
        "type": "urn:conductor:problem:too_large",
        "title": info.words,
        "status": info.status,
        "code": "too_large",
        "detail": f"The body is larger than {most:,} bytes.",
        "errors": {},
        "retryable": info.retryable,
        "correlation": "",
    }
    body = json.dumps(problem).encode()
    head = "HTTP/1.1 413 Content Too Large\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
