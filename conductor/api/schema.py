"""What the OpenAPI document says beyond the views: how to sign in, and the problems every call may answer with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator

from conductor.api import problems
from conductor.lib.errors import CODES

NAME: Final = "api-schema"
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    "description": "The same key and body give the same answer for seven days; another body is refused.",
}
METHODS: Final = ("get", "post", "put", "patch", "delete")


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "conductor.api.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        words = "`Token <key>`; keys are made with `conductor token create` or POST /api/v1/tokens/."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": words}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "conductor.api.auth.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        words = "The session of the pages; changes also need the header X-CSRFToken."
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": words}


class OnceGenerator(SchemaGenerator):
    """The document is the same for everybody, so each process makes it once."""

    made: ClassVar[dict[str, Any] | None] = None

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        if OnceGenerator.made is None:
            OnceGenerator.made = super().get_schema(request=None, public=True)
        return OnceGenerator.made


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Every operation may answer with a problem; a table given as CSV is text."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _problem()
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for method, operation in _operations(result):
        if method == "post":
            operation.setdefault("parameters", []).append(_KEY)
        responses = operation["responses"]
        responses.setdefault("4XX", {"description": "The request was refused.", "content": content})
        responses.setdefault("5XX", {"description": "The service could not answer; try again.", "content": content})
        for response in responses.values():
            if "text/csv" in response.get("content", {}):
                response["content"]["text/csv"]["schema"] = {"type": "string"}
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in result.get("paths", {}).values():
        for method in METHODS:
            if method in methods:
                yield method, methods[method]


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    properties: dict[str, Any] = {
        "type": {"type": "string", "description": "urn:conductor:problem:<code>"},
        "title": text,
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(CODES), "description": "A stable word; never renamed."},
        "detail": {"type": "string", "description": "What happened, in words."},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": text}},
        "retryable": {"type": "boolean"},
        "correlation": {"type": "string", "description": "Names the request in logs and events."},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}
