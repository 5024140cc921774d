"""Budgets and the ledger over REST: read, set, raise."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import budgets as actions
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import Body, MoneyField, VersionedBody
from campaigns.api.filters import ById, OneOf
from campaigns.api.resources import Resource, tagged
from campaigns.api.shapes import BudgetShape
from campaigns.models import Budget, Campaign, Domain, LedgerEntry, Run
from campaigns.permissions import require
from campaigns.queries import budgets as queries
from conductor.lib.clock import iso
from conductor.lib.errors import NotFound
from conductor.lib.money import as_text

SCOPES = ("team", "campaign", "run", "domain")


class OwnedBudgetShape(BudgetShape):
    team = serializers.UUIDField()
    campaign = serializers.UUIDField(allow_null=True)
    run = serializers.UUIDField(allow_null=True)
    domain = serializers.UUIDField(allow_null=True)
    warned_at = serializers.DateTimeField(allow_null=True)


class BudgetBody(Body):
    scope = serializers.ChoiceField(choices=SCOPES)
    object = serializers.UUIDField(help_text="The team, campaign, run or domain.")
    limit = MoneyField(allow_null=True, help_text="null takes the limit away.")


class RaiseBody(VersionedBody):
    limit = MoneyField()


class EntryShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    budget = serializers.UUIDField()
    scope = serializers.CharField()
    run = serializers.UUIDField(allow_null=True)
    attempt = serializers.UUIDField(allow_null=True)
    call = serializers.CharField()
    kind = serializers.ChoiceField(choices=["reserve", "settle", "release"])
    amount = serializers.CharField()
    currency = serializers.CharField()
    known = serializers.BooleanField()
    created_at = serializers.DateTimeField()


def budget_json(budget: Budget) -> dict[str, Any]:
    owners = {name: getattr(budget, f"{name}_id") for name in SCOPES}
    return {
        **queries.figures(budget),
        **{name: str(pk) if pk else None for name, pk in owners.items()},
        "warned_at": iso(budget.warned_at),
    }


def entry_json(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "id": str(entry.pk),
        "budget": str(entry.budget_id),
        "scope": entry.budget.scope,
        "run": str(entry.run_id) if entry.run_id else None,
        "attempt": str(entry.attempt_id) if entry.attempt_id else None,
        "call": entry.call_key,
        "kind": entry.kind,
        "amount": as_text(entry.micros),
        "currency": entry.budget.currency,
        "known": entry.known,
        "created_at": iso(entry.created_at),
    }


class OfRun(ById):
    """The budgets a run falls under, and those inside it."""

    def narrow(self, rows: QuerySet[Any], said: str) -> QuerySet[Any]:
        super().narrow(Run.objects.all(), said)
        run = Run.objects.only("team_id", "campaign_id").filter(pk=said).first()
        return rows.filter(queries.over(run)) if run else rows.none()


class BudgetsResource(Resource):
    visible = queries.visible
    orderings = ("-created_at", "created_at")
    filters = {"run": OfRun("pk"), "team": ById("team"), "campaign": ById("campaign"), "scope": OneOf("scope", SCOPES)}

    @extend_schema(responses=OwnedBudgetShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset(), budget_json)

    @extend_schema(responses=OwnedBudgetShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        budget = self.find(pk)
        return tagged(budget_json(budget), budget.version)

    @extend_schema(request=BudgetBody, responses={200: OwnedBudgetShape})
    def create(self, request: Request) -> Response:
        """Set the budget of a team, campaign, run or domain."""
        body = self.read(BudgetBody)
        self._check_owner(body["scope"], body["object"])

        def work() -> Answer:
            budget = actions.set_budget(
                scope=body["scope"], object_id=body["object"], limit=body["limit"], actor=self.actor
            )
            return Answer(200, budget_json(budget))

        return self.once(work)

    @extend_schema(request=RaiseBody, responses=OwnedBudgetShape)
    @action(detail=True, methods=["post"], url_path="raise")
    def raise_limit(self, request: Request, pk: UUID) -> Response:
        """Set a higher limit; runs that were stopped for want of money go on."""
        self.find(pk, "raise_budget")
        body = self.read(RaiseBody)
        version = self.version(body)

        def work() -> Answer:
            budget = actions.raise_budget(budget_id=pk, limit=body["limit"], version=version, actor=self.actor)
            return Answer(200, budget_json(budget))

        return self.once(work)

    def _check_owner(self, scope: str, pk: UUID) -> None:
        """What somebody else owns, or what was deleted, is not there."""
        if scope == "team":
            require(self.actor, "set_budget", pk)
            return
        rows: dict[str, QuerySet[Any]] = {
            "campaign": Campaign.objects.filter(team__in=self.teams, deleted_at=None),
            "run": Run.objects.filter(team__in=self.teams, campaign__deleted_at=None),
            "domain": Domain.objects.filter(run__team__in=self.teams, run__campaign__deleted_at=None),
        }
        if not rows[scope].filter(pk=pk).exists():
            raise NotFound(f"There is no such {scope}.")


class LedgerResource(Resource):
    """The book: what was reserved, settled and released. Nothing in it is ever changed."""

    visible = queries.visible_entries
    team_path = "budget.team_id"
    orderings = ("created_at", "-created_at")
    columns = ("id", "created_at", "scope", "run", "attempt", "call", "kind", "amount", "currency", "known")
    filters = {
        "run": ById("run"),
        "budget": ById("budget"),
        "kind": OneOf("kind", ("reserve", "settle", "release")),
        "scope": OneOf("budget__scope", SCOPES),
    }

    @extend_schema(responses=EntryShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset(), entry_json)
