"""Set and raise budgets; reserve, settle and release along the chain team > campaign > run > domain.

A reservation is one conditional UPDATE per level, in order: no row means refused, and all is rolled back. At every
commit spent + reserved <= limit. Unknown outcome keeps the reservation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Model, Q, QuerySet

from campaigns import permissions
from campaigns.models import Attempt, Budget, Campaign, Domain, LedgerEntry, Run, Team
from campaigns.permissions import Actor
from campaigns.states import AttemptState, RunState
from campaigns.transitions.ending import settle_run
from campaigns.transitions.opening import reopen
from campaigns.transitions.turn import ring_for_rest
from campaigns.transitions.unit import RunUnit, run_unit
from conductor.lib.errors import BadInput, BudgetExceeded, Conflict, LeaseLost, NotFound, StaleVersion

MICROS = 1_000_000
WARN_AT = Decimal("0.8")
MOST_MICROS = 10**15


def to_micros(amount: Decimal, field: str = "limit") -> int:
    """An amount of money in millionths; BadInput if negative, not finite, finer than a millionth, or absurd."""
    if not amount.is_finite() or amount < 0:
        raise BadInput(errors={field: ["Must be an amount of money, zero or more."]})
    micros = amount * MICROS
    if micros != micros.to_integral_value():
        raise BadInput(errors={field: ["At most six decimal places."]})
    if micros > MOST_MICROS:
        raise BadInput(errors={field: [f"At most {MOST_MICROS // MICROS}."]})
    return int(micros)


#: Scope to its model and the path from there to the team; widest first, the order in which budgets are locked.
SCOPES: Final[dict[str, tuple[type[Model], str]]] = {
    "team": (Team, "pk"),
    "campaign": (Campaign, "team_id"),
    "run": (Run, "team_id"),
    "domain": (Domain, "run__team_id"),
}
RANK: Final = {scope: rank for rank, scope in enumerate(SCOPES)}


def _team_of(scope: str, object_id: UUID) -> UUID:
    if scope not in SCOPES:
        raise BadInput(errors={"scope": [f"Unknown scope {scope!r}; known: {', '.join(SCOPES)}."]})
    model, path = SCOPES[scope]
    team_id: UUID | None = model._default_manager.filter(pk=object_id).values_list(path, flat=True).first()
    if team_id is None:
        raise NotFound(f"There is no such {scope}.")
    return team_id


def set_budget(*, scope: str, object_id: UUID, limit: Decimal | None, actor: Actor) -> Budget:
    """Make or change the budget of a team, campaign, run or domain. None: no limit; zero: nothing may be spent."""
    team_id = _team_of(scope, object_id)
    permissions.require(actor, "set_budget", team_id)
    micros = None if limit is None else to_micros(limit)
    with transaction.atomic():
        key = {f"{scope}_id": object_id}
        found = Budget.objects.select_for_update(no_key=True).filter(scope=scope, **key).first()
        if found is None:
            return Budget.objects.create(scope=scope, limit_micros=micros, **{"team_id": team_id, **key})
        return _relimit(found, micros)


def _relimit(budget: Budget, micros: int | None) -> Budget:
    if micros is not None and micros < budget.used_micros:
        raise BadInput(errors={"limit": ["Less than what is already spent and reserved."]})
    budget.limit_micros = micros
    budget.version += 1
    if micros is None or budget.used_micros < WARN_AT * micros:
        budget.warned_at = None
    budget.save(update_fields=["limit_micros", "version", "warned_at"])
    return budget


def raise_budget(*, budget_id: UUID, limit: Decimal, version: int | None = None, actor: Actor) -> Budget:
    """Set a higher limit; runs that were stopped by this budget go on."""
    found = Budget.objects.filter(pk=budget_id).first()
    if found is None:
        raise NotFound("There is no such budget.")
    permissions.require(actor, "raise_budget", found.team_id)
    micros = to_micros(limit)
    with transaction.atomic():
        locked = list(stopped_runs(found).select_for_update(no_key=True, of=("self",)).order_by("pk"))
        budget = Budget.objects.select_for_update(no_key=True).get(pk=budget_id)
        if version is not None and version != budget.version:
            raise StaleVersion(f"The budget is at version {budget.version}, not {version}; read it again.")
        if budget.limit_micros is not None and micros <= budget.limit_micros:
            raise BadInput(
                errors={"limit": [f"Must be more than the present {Decimal(budget.limit_micros) / MICROS}."]}
            )
        budget = _relimit(budget, micros)
        for run in locked:
            with run_unit(run.pk, actor) as u:
                _go_on(u, budget)
    return budget


def stopped_runs(budget: Budget) -> QuerySet[Run]:
    """Runs under this budget that ended, or are about to end, because money ran out."""
    scope = {
        "team": Q(team=budget.team_id),
        "campaign": Q(campaign=budget.campaign_id),
        "run": Q(pk=budget.run_id),
        "domain": Q(domains=budget.domain_id),
    }[budget.scope]
    return Run.objects.filter(scope, end_state=RunState.BUDGET_STOPPED.value)


def _go_on(u: RunUnit, budget: Budget) -> None:
    data = {**_figures(budget), "budget": str(budget.pk)}
    if u.run.state == RunState.BUDGET_STOPPED:
        try:
            reopen(u, "The budget was raised.")
        except Conflict:
            u.event("post.edited", message="The budget was raised; another run goes on.", data={"what": "budget"})
            return
        u.event("budget.raised", data=data)
        settle_run(u)
    else:
        u.event("budget.raised", data=data)
    if u.run.state == RunState.PAUSING:
        u.set(end_state="", end_code="")
        u.move_run(RunState.RUNNING, "run.resumed", message="The budget was raised.")
    ring_for_rest(u)


def _figures(budget: Budget) -> dict[str, str | None]:
    limit = None if budget.limit_micros is None else str(Decimal(budget.limit_micros) / MICROS)
    return {"scope": budget.scope, "limit": limit, "currency": budget.currency}


def chain_of(run: Run, domain_id: UUID | None) -> list[Budget]:
    """The budgets that a call of this run falls under, widest first: the order in which they are locked."""
    rows = Budget.objects.filter(
        Q(scope="team", team=run.team_id)
        | Q(scope="campaign", campaign=run.campaign_id)
        | Q(scope="run", run=run.pk)
        | (Q(scope="domain", domain=domain_id) if domain_id else Q(pk__in=[]))
    )
    return sorted(rows, key=lambda b: RANK[b.scope])


def reserve(*, run_id: UUID, attempt_id: UUID, call: int, micros: int, actor: Actor) -> None:
    """Reserve the worst case of a paid call before it is made. BudgetExceeded or LeaseLost: the call must not be made.

    Repeating a call's number reserves nothing more.
    """
    if micros < 0:
        raise BadInput(errors={"micros": ["Must be zero or more."]})
    called = _Call(attempt_id, call)
    refused: Budget | None = None
    with run_unit(run_id, actor) as u:
        attempt = Attempt.objects.select_related("task").filter(pk=attempt_id, run=run_id).first()
        if attempt is None or attempt.state != AttemptState.RUNNING or attempt.lease_until < u.now:
            raise LeaseLost("The attempt no longer belongs to this worker.")
        chain = chain_of(u.run, attempt.task.domain_id) or [_unlimited(u.run)]
        if LedgerEntry.objects.filter(budget=chain[-1], call_key=called.key, kind="reserve").exists():
            return
        try:
            with transaction.atomic():
                _hold(chain, micros)
        except _Refused as no:
            refused = Budget.objects.get(pk=no.budget.pk)
            words = f"The {refused.scope} budget refused a call."
            u.event("budget.exhausted", attempt_id=attempt_id, message=words, data=_used(refused))
        else:
            _enter(u, called, chain, "reserve", micros=micros)
            _warn(u, chain)
    if refused is not None:
        raise BudgetExceeded(f"The {refused.scope} budget does not allow this call.")


class _Refused(Exception):
    def __init__(self, budget: Budget) -> None:
        self.budget = budget


def _hold(chain: Sequence[Budget], micros: int) -> None:
    for budget in chain:
        room = Q(limit_micros__isnull=True) | Q(limit_micros__gte=F("spent_micros") + F("reserved_micros") + micros)
        if not Budget.objects.filter(room, pk=budget.pk).update(reserved_micros=F("reserved_micros") + micros):
            raise _Refused(budget)


def _unlimited(run: Run) -> Budget:
    """The run's own book, without a limit, so that what is spent is always recorded."""
    return Budget.objects.get_or_create(scope="run", run=run, defaults={"team_id": run.team_id})[0]


def _used(budget: Budget) -> dict[str, str | None]:
    return {**_figures(budget), "budget": str(budget.pk), "used": str(Decimal(budget.used_micros) / MICROS)}


def _warn(u: RunUnit, chain: Sequence[Budget]) -> None:
    """Exactly one warning per budget when 80 % is used or reserved: the conditional UPDATE decides."""
    for budget in Budget.objects.filter(pk__in=[b.pk for b in chain], limit_micros__isnull=False):
        if budget.used_micros < WARN_AT * budget.limit_micros:
            continue
        if Budget.objects.filter(pk=budget.pk, warned_at__isnull=True).update(warned_at=u.now):
            u.event("budget.warned", message=f"80 % of the {budget.scope} budget is used.", data=_used(budget))


@dataclass(frozen=True, slots=True)
class _Call:
    """A paid call of an attempt: what its entries in the books are found by."""

    attempt_id: UUID
    number: int

    @property
    def key(self) -> str:
        return f"{self.attempt_id}:{self.number}"


def _enter(u: RunUnit, call: _Call, chain: Sequence[Budget], kind: str, *, micros: int, known: bool = True) -> None:
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            budget=budget,
            run=u.run,
            attempt_id=call.attempt_id,
            call_key=call.key,
            kind=kind,
            micros=micros,
            known=known,
            created_at=u.now,
        )
        for budget in chain
    )


def settle(*, run_id: UUID, attempt_id: UUID, call: int, micros: int | None, actor: Actor) -> None:
    """Book what a call really cost, keyed by the call and not fenced: late workers' spending counts too.

    None: the cost is unknown; the whole reservation is booked as spent (fail closed) and marked not known.
    A cost above the reservation is booked in full: the books tell what was spent, not what was hoped.
    """
    called = _Call(attempt_id, call)
    with run_unit(run_id, actor) as u:
        entries = LedgerEntry.objects.filter(call_key=called.key, run=run_id)
        rows = list(entries.select_related("budget").filter(kind="reserve"))
        if not rows or entries.filter(kind="settle").exists():
            return
        for entry in sorted(rows, key=lambda e: RANK[e.budget.scope]):
            cost = entry.micros if micros is None else micros
            Budget.objects.filter(pk=entry.budget_id).update(
                spent_micros=F("spent_micros") + cost, reserved_micros=F("reserved_micros") - entry.micros
            )
            _enter(u, called, [entry.budget], "settle", micros=cost, known=micros is not None)
            _enter(u, called, [entry.budget], "release", micros=entry.micros)


def settle_unknown(*, run_id: UUID, actor: Actor) -> int:
    """Reservations of ended attempts that were never settled: booked as spent, since the outcome is unknown."""
    settled = LedgerEntry.objects.filter(run=run_id, kind="settle").values_list("call_key", flat=True)
    open_ = (
        LedgerEntry.objects.filter(run=run_id, kind="reserve")
        .exclude(attempt__state=AttemptState.RUNNING)
        .exclude(call_key__in=settled)
        .values_list("call_key", "attempt_id")
        .distinct()
    )
    found = list(open_)
    for key, attempt_id in found:
        settle(run_id=run_id, attempt_id=attempt_id, call=int(key.rsplit(":", 1)[1]), micros=None, actor=actor)
    return len(found)
