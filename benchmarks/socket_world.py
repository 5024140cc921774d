"""What the socket benchmark needs in the database: people with tokens, a run, and events committed one by one."""

import os
import secrets
import uuid
from collections.abc import Callable
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
django.setup()

import redis  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from benchmarks.direct_fanout import CHANNEL  # noqa: E402
from campaigns.models import Campaign, Event, Membership, Run, Team, Token  # noqa: E402
from campaigns.queries import events  # noqa: E402
from conductor.lib import clock, ids, push  # noqa: E402

call_command("migrate", verbosity=0)
_redis = redis.Redis.from_url(settings.REDIS_URL)
_team = Team.objects.create(name="Benchmark", slug="benchmark")


def tokens(count: int) -> list[str]:
    """As many different people, each with a token of their own."""
    users = User.objects.bulk_create(User(username=f"user-{secrets.token_hex(6)}") for _ in range(count))
    Membership.objects.bulk_create(Membership(team=_team, user=user, role="viewer") for user in users)
    made, said = [], []
    for user in users:
        prefix = secrets.token_hex(6)
        secret = f"cdr_{prefix}_{secrets.token_urlsafe(32)}"
        expires_at = clock.now() + timedelta(days=1)
        made.append(
            Token(user=user, name="benchmark", prefix=prefix, digest=ids.sha256_hex(secret), expires_at=expires_at)
        )
        said.append(secret)
    Token.objects.bulk_create(made)
    return said


def new_run() -> uuid.UUID:
    campaign = Campaign.objects.create(team=_team, kind="creative", name="Benchmark", state="active")
    now = clock.now()
    run = Run.objects.create(
        campaign=campaign, team=_team, number=1, kind="creative", state="running", created_at=now, updated_at=now,
        deadline_at=now + timedelta(days=1),
    )  # fmt: skip
    return run.pk


def commit(run_id: uuid.UUID, seq: int) -> Callable[[], None]:
    """Store an event as the engine does; what is returned rings for it."""
    _store(run_id, seq)
    return lambda: push.hints([(f"run:{run_id}", seq)])


def commit_direct(run_id: uuid.UUID, seq: int) -> Callable[[], None]:
    """The same, but the serialised event itself is published."""
    text = events.text(events.frame(_store(uuid.uuid5(run_id, "direct"), seq)))

    def ring() -> None:
        _redis.publish(CHANNEL, text)

    return ring


def _store(run_id: uuid.UUID, seq: int) -> Event:
    event = Event(
        stream="run", stream_id=run_id, seq=seq, type="task.completed", state="running", stage="generating_copy",
        from_state="in_progress", to_state="completed", agent="copywriting", task_id=ids.new_id(),
        message="Copywriting finished: 3 headlines, 3 bodies, 3 calls to action.", time=clock.now(), actor="system",
        correlation=str(run_id), data={"version": 1, "attempt": str(ids.new_id()), "ms": 41, "tokens": 0},
    )  # fmt: skip
    with transaction.atomic():
        Run.objects.filter(pk=run_id).update(last_event_seq=seq)
        event.save(force_insert=True)
    return event
