"""In which form an answer goes out: what the query string or the headers ask for, of what the route has."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from conductor.lib.errors import BadInput


class NamedFormats(DefaultContentNegotiation):
    """A format that the route has not is a fault of the query, not a missing thing."""

    def filter_renderers(self, renderers: Iterable[BaseRenderer], format: str) -> list[BaseRenderer]:  # noqa: A002
        try:
            return super().filter_renderers(renderers, format)
        except Http404:
            known = ", ".join(str(renderer.format) for renderer in renderers)
            raise BadInput(code="malformed", errors={"format": f"Must be one of: {known}."}) from None
