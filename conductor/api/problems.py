"""The one translation of errors into answers of the API: RFC 9457 problem JSON with a stable code.

Must not show a traceback, SQL or a secret: those go to the log, under the correlation id the answer names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from django.core import exceptions as django_errors
from django.core.signals import got_request_exception
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from rest_framework import exceptions as drf_errors
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from conductor.lib import logs
from conductor.lib.errors import (
    BadInput,
    ConductorError,
    Conflict,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    TooLarge,
    Unavailable,
)
from conductor.lib.redact import redact, redact_structure

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 1

log = logs.logger(__name__)


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """Called by REST framework for whatever a view raised."""
    request = context["request"]
    said = translate(error)
    if said.code == "internal":
        log.error("request failed", exc_info=error)
        got_request_exception.send(sender=None, request=getattr(request, "_request", request))
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), "application/json"
    return Response(body(said), status=said.status, headers=_headers(said), content_type=MEDIA_TYPE)


def plain(said: ConductorError) -> JsonResponse:
    """The same answer where no view of REST framework is at work."""
    answer = JsonResponse(body(said), status=said.status, headers=_headers(said), content_type=MEDIA_TYPE)
    answer["Content-Length"] = str(len(answer.content))
    return answer


def body(said: ConductorError) -> dict[str, Any]:
    return {
        "type": f"urn:conductor:problem:{said.code}",
        "title": said.info.words,
        "status": said.status,
        "code": said.code,
        "detail": redact(said.message),
        "errors": redact_structure(said.errors),
        "retryable": said.retryable,
        "correlation": logs.correlation(),
    }


def translate(error: Exception) -> ConductorError:
    """Our own errors as they are, those of the frameworks as ours, the unexpected as `internal`."""
    if isinstance(error, ConductorError):
        return error
    if isinstance(error, drf_errors.ValidationError):
        return BadInput(errors=dict(_flat(error.detail)))
    if isinstance(error, drf_errors.Throttled):
        return Throttled(retry_after_s=getattr(error, "wait", None))
    for kinds, ours in _SAME:
        if isinstance(error, kinds):
            return ours(error)
    return _of_database(error)


def _of_database(error: Exception) -> ConductorError:
    if isinstance(error, OperationalError | InterfaceError):
        log.warning("database unavailable", error=type(error).__name__, words=str(error).strip()[:500])
        return Unavailable("The database does not answer; try again.", retry_after_s=RETRY_AFTER_S)
    if isinstance(error, IntegrityError):
        log.warning("refused by a constraint", exc_info=error)
        return Conflict("Somebody else changed this at the same moment; read it again.")
    return ConductorError()


def _sentence(error: Exception) -> str:
    return str(getattr(error, "detail", "") or "")


#: Errors of Django and REST framework, and what they are called here. The first that fits is taken.
_SAME: Final[tuple[tuple[tuple[type[Exception], ...], Callable[[Exception], ConductorError]], ...]] = (
    ((drf_errors.NotAuthenticated,), lambda error: NotSignedIn()),
    ((drf_errors.AuthenticationFailed,), lambda error: NotSignedIn(_sentence(error))),
    ((drf_errors.PermissionDenied,), lambda error: NotAllowed(_sentence(error))),
    ((django_errors.PermissionDenied,), lambda error: NotAllowed()),
    ((drf_errors.NotFound, Http404), lambda error: NotFound()),
    ((drf_errors.MethodNotAllowed,), lambda error: ConductorError(code="method_not_allowed")),
    ((drf_errors.NotAcceptable,), lambda error: ConductorError(code="not_acceptable")),
    ((drf_errors.UnsupportedMediaType,), lambda error: ConductorError(_sentence(error), code="unsupported_format")),
    ((drf_errors.ParseError,), lambda error: BadInput(_sentence(error), code="malformed")),
    ((django_errors.RequestDataTooBig,), lambda error: TooLarge()),
    ((django_errors.SuspiciousOperation,), lambda error: BadInput(code="malformed")),
)


def _headers(said: ConductorError) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if said.status == 401:
        headers["WWW-Authenticate"] = "Token"
    if said.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(said.retry_after_s)))
    return headers


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Nested errors of serializers as dotted field names."""
    if isinstance(detail, Mapping):
        for name, held in detail.items():
            step = "" if name == "non_field_errors" else str(name)
            yield from _flat(held, ".".join(part for part in (path, step) if part))
    elif isinstance(detail, list) and any(isinstance(held, Mapping | list) for held in detail):
        for number, held in enumerate(detail):
            yield from _flat(held, f"{path}.{number}" if path else str(number))
    else:
        yield path or "body", [str(said) for said in (detail if isinstance(detail, list) else [detail])]
