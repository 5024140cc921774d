"""One correlation id and one log line per request. Must not decide anything about the request."""

import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from conductor.lib import ids, logs

HEADER = "X-Correlation-Id"
_ACCEPTED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")

log = logs.logger(__name__)


class CorrelationMiddleware:
    """Takes a caller's id where it is well formed, else makes one; logs and events of the request carry it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.headers.get(HEADER, "")
        correlation = said if _ACCEPTED.fullmatch(said) else str(ids.new_id())
        started = time.monotonic()
        with logs.context(correlation=correlation):
            response = self.get_response(request)
            took_ms = int((time.monotonic() - started) * 1000)
            log.info("request", method=request.method, path=request.path, status=response.status_code, ms=took_ms)
        response[HEADER] = correlation
        return response
