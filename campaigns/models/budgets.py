"""Budget and LedgerEntry: limits along a chain, and the append-only book of what was reserved, settled, released."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from campaigns.models.campaigns import Campaign
from campaigns.models.fields import micros, uuid_pk
from campaigns.models.runs import Run
from campaigns.models.teams import Team


class Budget(models.Model):
    """One level of the chain team > campaign > run > domain. At every commit: spent + reserved <= limit."""

    SCOPES = [(s, s) for s in ("team", "campaign", "run", "domain")]

    id = uuid_pk()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="budgets")
    scope = models.CharField(max_length=10, choices=SCOPES)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, blank=True, related_name="budgets")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, null=True, blank=True, related_name="budgets")
    domain = models.ForeignKey(
        "campaigns.Domain", on_delete=models.CASCADE, null=True, blank=True, related_name="budgets"
    )
    currency = models.CharField(max_length=3, default="USD")
    limit_micros = micros(null=True, default=None)
    spent_micros = micros()
    reserved_micros = micros()
    warned_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reserved_micros__gte=0, spent_micros__gte=0), name="budget_not_negative"
            ),
            models.UniqueConstraint(fields=["run"], condition=Q(scope="run"), name="budget_once_per_run"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(scope="campaign"), name="budget_once_per_campaign"
            ),
            models.UniqueConstraint(fields=["team"], condition=Q(scope="team"), name="budget_once_per_team"),
            models.UniqueConstraint(fields=["domain"], condition=Q(scope="domain"), name="budget_once_per_domain"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} budget"

    @property
    def used_micros(self) -> int:
        return int(self.spent_micros) + int(self.reserved_micros)


class LedgerEntry(models.Model):
    """Append-only. One row per budget, call and kind; `release` gives back what was reserved and not spent."""

    KINDS = [(k, k) for k in ("reserve", "settle", "release")]

    id = uuid_pk()
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="entries")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger")
    attempt = models.ForeignKey("campaigns.Attempt", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    call_key = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=KINDS)
    micros = micros()
    known = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at"]
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(F("budget"), F("call_key"), F("kind"), name="ledger_once_per_call"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.micros}"
