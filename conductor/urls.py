"""Mounts the pages, the API, the admin and health. Must hold nothing else."""

from django.contrib import admin
from django.urls import include, path

from conductor import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/", include("conductor.api.urls")),
    path("", include("campaigns.urls")),
]
handler400 = "campaigns.views.refusals.bad_request"
