"""Set and raise budgets; reserve, settle and release along the chain team > campaign > run > domain.

A reservation is one conditional UPDATE per level, in order: no row means refused, and all is rolled back. At every
commit spent + reserved <= limit. Unknown outcome keeps the reservation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Model, Q

from campaigns import permissions
from campaigns.actions.runs import locked_campaign
from campaigns.events import record_campaign, record_team
from campaigns.models import Attempt, Budget, Campaign, Domain, LedgerEntry, Run, Team
from campaigns.permissions import Actor
from campaigns.states import RUN_ENDED, AttemptState, RunState
from campaigns.transitions.ending import settle_run
from campaigns.transitions.opening import reopen
from campaigns.transitions.turn import ring_for_rest
from campaigns.transitions.unit import RunUnit, run_unit
from conductor.lib.errors import BadInput, BudgetExceeded, Conflict, LeaseLost, NotFound, StaleVersion
from conductor.lib.money import MICROS, as_decimal

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
    with transaction.atomic(), _holder(scope, object_id, actor) as u:
        key = {f"{scope}_id": object_id}
        given = {"team_id": team_id, "limit_micros": micros}
        budget, made = Budget.objects.get_or_create(scope=scope, **key, defaults=given)
        if not made:
            budget = _relimit(Budget.objects.select_for_update(no_key=True).get(pk=budget.pk), micros)
        _tell(budget, "budget.set", actor, u)
    return budget


@contextmanager
def _holder(scope: str, object_id: UUID, actor: Actor) -> Iterator[RunUnit | None]:
    """What a budget belongs to, locked before the budget itself; the unit of its run, if it is a run's or domain's."""
    if scope in ("run", "domain"):
        run_id = object_id if scope == "run" else Domain.objects.values_list("run_id", flat=True).get(pk=object_id)
        with run_unit(run_id, actor) as u:
            yield u
    else:
        _lock_owner(scope, object_id)
        yield None


def _lock_owner(scope: str, object_id: UUID) -> None:
    if scope == "campaign":
        locked_campaign(object_id)
    elif scope == "team":
        Team.objects.select_for_update(no_key=True).get(pk=object_id)


def _tell(budget: Budget, type_: str, actor: Actor, u: RunUnit | None) -> None:
    """On the stream of what the budget belongs to."""
    data = {**_figures(budget), "budget": str(budget.pk)}
    if u is not None and u.run.state in RUN_ENDED:
        u.event("post.edited", message=f"The {budget.scope} budget was set.", data={"what": "budget"})
    elif u is not None:
        u.event(type_, data=data)
    elif budget.campaign is not None:
        record_campaign(budget.campaign, type_, actor=actor, data=data)
    else:
        record_team(budget.team, type_, actor=actor, data=data)


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
    found = Budget.objects.select_related("domain").filter(pk=budget_id).first()
    if found is None:
        raise NotFound("There is no such budget.")
    permissions.require(actor, "raise_budget", found.team_id)
    micros = to_micros(limit)
    with transaction.atomic():
        if found.campaign_id is not None:
            _lock_owner("campaign", found.campaign_id)
        own = found.run_id or (found.domain.run_id if found.domain else None)
        runs = Run.objects.filter(_stopped_by(found) | Q(pk=own)).select_for_update(no_key=True, of=("self",))
        locked = list(runs.order_by("pk"))
        if found.scope == "team":
            _lock_owner("team", found.team_id)
        budget = _raised(budget_id, micros, version)
        for run in locked:
            with run_unit(run.pk, actor) as u:
                _go_on(u, budget)
        if own is None:
            _tell(budget, "budget.raised", actor, None)
    return budget


def _raised(budget_id: UUID, micros: int, version: int | None) -> Budget:
    budget = Budget.objects.select_for_update(no_key=True).get(pk=budget_id)
    if version is not None and version != budget.version:
        raise StaleVersion(f"The budget is at version {budget.version}, not {version}; read it again.")
    if budget.limit_micros is not None and micros <= budget.limit_micros:
        words = f"Must be more than the present {as_decimal(budget.limit_micros)}."
        raise BadInput(errors={"limit": [words]})
    return _relimit(budget, micros)


def _stopped_by(budget: Budget) -> Q:
    """Runs under this budget that ended, or are about to end, because money ran out."""
    under = {
        "team": Q(team=budget.team_id),
        "campaign": Q(campaign=budget.campaign_id),
        "run": Q(pk=budget.run_id),
        "domain": Q(pk=budget.domain.run_id if budget.domain else None),
    }[budget.scope]
    return under & Q(end_state=RunState.BUDGET_STOPPED.value)


def _go_on(u: RunUnit, budget: Budget) -> None:
    """A run that money had stopped is opened again, one that was about to stop goes on; others are only told."""
    stopped = u.run.end_state == RunState.BUDGET_STOPPED.value
    if u.run.state == RunState.BUDGET_STOPPED:
        try:
            reopen(u, "The budget was raised.")
        except Conflict:  # Another run took its place meanwhile; the money is there all the same.
            stopped = False
    _tell(budget, "budget.raised", u.actor, u)
    if stopped and u.run.state == RunState.PAUSING:
        u.set(end_state="", end_code="")
        u.move_run(RunState.RUNNING, "run.resumed", message="The budget was raised.")
    settle_run(u)
    ring_for_rest(u)


def _figures(budget: Budget) -> dict[str, str | None]:
    limit = None if budget.limit_micros is None else str(as_decimal(budget.limit_micros))
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
    return {**_figures(budget), "budget": str(budget.pk), "used": str(as_decimal(budget.used_micros))}


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
        if u.run.state not in RUN_ENDED:
            _warn(u, [entry.budget for entry in rows])


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
