"""Checks of the budgets against the ledger: what is spent and reserved, and nothing stays reserved. Never writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from campaigns.models import Budget, LedgerEntry
from campaigns.queries.invariants.base import Look, Violation
from campaigns.states import RUN_ENDED, AttemptState
from conductor.lib.clock import timing


def ledger_matches(look: Look) -> Iterator[Violation]:
    """I7: spent and reserved are the sums of the ledger, and within the limit.

    A call that cost more than was reserved for it is booked in full; only that excess may pass the limit.
    """
    excess = _excess()
    rows = Budget.objects.order_by().annotate(held=_sum("reserve"), settled=_sum("settle"), freed=_sum("release"))
    columns = "pk", "limit_micros", "spent_micros", "reserved_micros", "held", "settled", "freed"
    for pk, limit, spent, reserved, held, settled, released in rows.values_list(*columns):
        real = settled, held - released
        if (spent, reserved) != real:
            words = f"says spent {spent} and reserved {reserved}, the ledger {real[0]} and {real[1]}"
            yield Violation("I7", f"budget {pk}", words)
        if limit is not None and spent + reserved > limit + excess.get(pk, 0):
            yield Violation("I7", f"budget {pk}", f"has used {spent + reserved} of {limit} millionths")


def _sum(kind: str) -> Coalesce:
    return Coalesce(Sum("entries__micros", filter=Q(entries__kind=kind)), 0)


def _excess() -> dict[object, int]:
    """By budget: what its calls cost beyond their reservations."""
    reserved = LedgerEntry.objects.filter(budget=OuterRef("budget"), call_key=OuterRef("call_key"), kind="reserve")
    settled = LedgerEntry.objects.filter(kind="settle").annotate(held=Subquery(reserved.values("micros")[:1]))
    more = settled.filter(micros__gt=F("held")).annotate(over=Greatest(F("micros") - F("held"), 0))
    return dict(more.order_by().values_list("budget_id").annotate(total=Sum("over")))


def calls_are_whole(look: Look) -> Iterator[Violation]:
    """I7: a call is settled only if it was reserved, and settling releases exactly what was reserved."""
    for kind, other, words in (
        ("settle", "reserve", "was settled, but never reserved"),
        ("release", "settle", "was released, but not settled"),
        ("settle", "release", "was settled, but its reservation was not released"),
    ):
        partner = LedgerEntry.objects.filter(budget=OuterRef("budget"), call_key=OuterRef("call_key"), kind=other)
        alone = LedgerEntry.objects.filter(~Exists(partner), kind=kind).order_by()
        for pk, key in alone.values_list("pk", "call_key"):
            yield Violation("I7", f"ledger entry {pk}", f"(call {key}) {words}")
    held = LedgerEntry.objects.filter(budget=OuterRef("budget"), call_key=OuterRef("call_key"), kind="reserve")
    differ = LedgerEntry.objects.filter(kind="release").annotate(held=Subquery(held.values("micros")[:1]))
    for pk, key in differ.exclude(micros=F("held")).order_by().values_list("pk", "call_key"):
        yield Violation("I7", f"ledger entry {pk}", f"(call {key}) releases another amount than was reserved")


def nothing_stays_reserved(look: Look) -> Iterator[Violation]:
    """I7: a reservation ends with its attempt: settled by it, else booked by the witness two leases later."""
    grace = timedelta(seconds=2 * timing().LEASE_S + 2 * timing().SWEEP_S)
    before = look.now - max(look.quiet, grace)
    settled = LedgerEntry.objects.filter(budget=OuterRef("budget"), call_key=OuterRef("call_key"), kind="settle")
    left = LedgerEntry.objects.filter(~Exists(settled), kind="reserve").filter(
        (Q(attempt__finished_at__lt=before) & ~Q(attempt__state=AttemptState.RUNNING))
        | Q(run__finished_at__lt=before, run__state__in=sorted(RUN_ENDED))
    )
    for pk, key in left.order_by().values_list("pk", "call_key"):
        yield Violation("I7", f"ledger entry {pk}", f"(call {key}) stays reserved after the end")
