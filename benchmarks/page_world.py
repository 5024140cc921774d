"""What the page benchmark needs in the database: a signed-in member and finished runs of several sizes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402

from benchmarks.engine import ended, submit_graph  # noqa: E402
from benchmarks.world import pause, workers  # noqa: E402
from campaigns.models import Membership, Team  # noqa: E402


def prepare(sizes: Sequence[int]) -> tuple[str, dict[int, UUID]]:
    """The cookie of a session, and a finished run per size."""
    call_command("migrate", verbosity=0)
    team = Team.objects.create(name="Benchmark", slug="benchmark")
    user = User.objects.create_user("bench", password=None)
    Membership.objects.create(team=team, user=user, role="admin")
    with workers(2):
        runs = {n: submit_graph(team, n)[0] for n in sizes}
        for run_id in runs.values():
            pause(lambda run_id=run_id: ended(run_id), 600, 0.1)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}", runs


def addresses(run_id: UUID) -> dict[str, str]:
    return {
        "page Now": "/",
        "page Run": f"/runs/{run_id}/",
        "API run": f"/api/v1/runs/{run_id}/",
        "API tasks": f"/api/v1/tasks/?run={run_id}",
        "API events": f"/api/v1/runs/{run_id}/events/",
    }
