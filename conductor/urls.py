"""Mounts the pages, the API, the admin and health. Must hold nothing else."""

from django.contrib import admin
from django.urls import include, path

from campaigns.views import accounts
from conductor import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/login/", accounts.admin_sign_in),
    path("admin/", admin.site.urls),
    path("api/", include("conductor.api.urls")),
    path("", include("campaigns.urls")),
]
handler400 = "campaigns.views.refusals.bad_request"
