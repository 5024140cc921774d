"""What the web server decides before and behind our code: how much it takes in, and its own errors under /api/.

Daphne itself stores a body of any length, and tells errors in HTML, also that a request took too long. Must not look
into a body. A body within twice the limit gets the API's own answer; beyond it the connection ends.
"""

import json
import sys
from typing import Any, Final

from django.conf import settings

from conductor.lib.errors import CODES

SERVER: Final = "daphne.http_protocol"
ROOT: Final = b"/api/"
MEDIA_TYPE: Final = b"application/problem+json"
RETRY_AFTER_S: Final = 1
#: What the server says by itself: a code of ours for its status, and a sentence where its own is not for callers.
_OWN: Final = {
    400: ("malformed", ""),
    500: ("internal", "The server could not carry this out."),
    503: ("unavailable", "There was no answer in time. What was asked may have been done all the same."),
}


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

        def basic_error(self, status: int, status_text: bytes, body: str) -> None:
            code, words = _OWN.get(status, ("internal", ""))
            if not self.uri.startswith(ROOT):
                super().basic_error(status, status_text, body)
                return
            content = _problem(code, words or f"{body}.")
            headers = [(b"Content-Type", MEDIA_TYPE), (b"Cache-Control", b"no-store")]
            if CODES[code].status == 503:
                headers.append((b"Retry-After", str(RETRY_AFTER_S).encode()))
            self.handle_reply({"type": "http.response.start", "status": CODES[code].status, "headers": headers})
            self.handle_reply({"type": "http.response.body", "body": content})

        def _refuse(self) -> None:
            self.taken = most + 1
            self.channel.transport.write(_refusal(most))
            self.channel.transport.loseConnection()

    protocol.WebRequest = BoundedRequest


def _problem(code: str, detail: str) -> bytes:
    """As `conductor.api.problems` says it, which needs frameworks that may be what is broken."""
    info = CODES[code]
    problem = {
        "type": f"urn:conductor:problem:{code}",
        "title": info.words,
        "status": info.status,
        "code": code,
        "detail": detail,
        "errors": {},
        "retryable": info.retryable,
        "correlation": "",
    }
    return json.dumps(problem).encode()


def _refusal(most: int) -> bytes:
    body = _problem("too_large", f"The body is larger than {most:,} bytes.")
    head = b"HTTP/1.1 413 Content Too Large\r\nContent-Type: " + MEDIA_TYPE + b"\r\nConnection: close\r\n"
    return head + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
