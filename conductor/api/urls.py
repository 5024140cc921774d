"""Addresses under /api/: version 1, its schema, its browser; anything else is a problem of code not_found."""

from __future__ import annotations

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpRequest, JsonResponse
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from conductor.api import problems, schema
from conductor.lib.errors import NotFound


@csrf_exempt
def nothing_here(request: HttpRequest) -> JsonResponse:
    slash = "" if request.path.endswith("/") else " Addresses end with a slash."
    return problems.plain(NotFound(f"There is no such address.{slash}"))


#: The browser's style sheet is written into its page; its script is not.
browser = csp_update({"style-src": [SELF, UNSAFE_INLINE]})(SpectacularSwaggerSplitView.as_view(url_name=schema.NAME))

urlpatterns = [
    path("v1/", include("campaigns.api.router")),
    path("schema/", SpectacularAPIView.as_view(generator_class=schema.OnceGenerator), name=schema.NAME),
    path("docs/", browser, name="api-docs"),
    re_path(r"^.*$", nothing_here),
]
