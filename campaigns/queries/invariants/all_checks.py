"""The list of all checks, and running them on one snapshot of the database. Never writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from campaigns.queries.invariants import brands, histories, money, results, rules, work
from campaigns.queries.invariants.base import Check, Look, Violation
from conductor.lib.clock import now as wall_now
from conductor.lib.clock import timing

#: In the order in which they are told. The first line of each docstring says what must hold.
CHECKS: Final[tuple[Check, ...]] = (
    work.given_runs_exist,
    work.something_can_move,
    work.waiting_is_asked,
    histories.gap_free,
    work.one_live_one_winner,
    work.states_agree,
    results.versions_numbered,
    results.only_winners_made,
    money.ledger_matches,
    money.calls_are_whole,
    money.nothing_stays_reserved,
    work.ended_is_over,
    work.none_after_cancel,
    work.counters_match,
    histories.runs_match,
    results.checkpoints_hold,
    results.outbox_leaves,
    results.keys_name_one_run,
    work.leases_swept,
    histories.campaigns_match,
    results.content_matches_hash,
    results.clones_removed,
    results.landings_decided,
    work.counts_match,
    work.needs_match,
    brands.brands_published_once,
    brands.pinned_brands_match,
    rules.packs_are_whole,
    rules.runs_have_their_rules,
    rules.waivers_are_given,
)
_LONGEST_MS: Final = 900_000


def violations(
    *, quiet_s: float | None = None, given: Iterable[UUID] = (), signing_key: bytes | None = None
) -> list[Violation]:
    """Everything that must not be, on one snapshot; an empty list is what is wanted.

    `quiet_s`: what moved that lately is left alone by the checks of things that still go on (default: two leases).
    `given`: run ids that clients were told. `signing_key`: also check the signatures of checkpoints.
    """
    quiet = timedelta(seconds=2 * timing().LEASE_S if quiet_s is None else quiet_s)
    with _snapshot():
        look = Look(_database_now(), quiet, frozenset(given), signing_key)
        return [found for check in CHECKS for found in check(look)]


@contextmanager
def _snapshot() -> Iterator[None]:
    """One consistent view for all checks, which holds nobody up; inside a caller's transaction, that one's view."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
            for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute(f"set local {name} = {_LONGEST_MS}")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("begin deferred")  # Django's own transactions would lock out every writer meanwhile.
            try:
                yield
            finally:
                cursor.execute("rollback")


def _database_now() -> datetime:
    """The clock by which leases are judged; on SQLite that is this process's own."""
    if connection.vendor != "postgresql":
        return wall_now()
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found
