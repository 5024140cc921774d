"""Makes every refusal under /api/ problem JSON, also those made before a view of REST framework is reached.

Must not touch answers outside /api/.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from conductor.api import problems
from conductor.lib.errors import BadInput, ConductorError

ROOT: Final = "/api/"
_BY_STATUS: Final = {
    400: "malformed",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}
_OVERRIDES: Final = ("HTTP_X_HTTP_METHOD_OVERRIDE", "HTTP_X_HTTP_METHOD", "HTTP_X_METHOD_OVERRIDE")


class ProblemMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(ROOT):
            return self.get_response(request)
        refused = _refusal(request)
        if refused is not None:
            return problems.plain(refused)
        response = self.get_response(request)
        if response.status_code >= 400 and "json" not in response.headers.get("Content-Type", ""):
            code = _BY_STATUS.get(response.status_code, "internal")
            return problems.plain(ConductorError(code=code))
        if isinstance(response, HttpResponse) and request.method not in ("GET", "HEAD"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _refusal(request: HttpRequest) -> ConductorError | None:
    """What no view should have to think of: disguised methods, bodies of unknown length."""
    if any(name in request.META for name in _OVERRIDES):
        return BadInput("Send the method you mean; overriding it is not taken.", code="malformed")
    if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
        return BadInput("Send Content-Length; bodies of unknown length are not taken.", code="malformed")
    return None
