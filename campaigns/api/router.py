"""The only list of the routes of the API, version 1."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

router = SimpleRouter(use_regex_path=False)

urlpatterns = router.urls
