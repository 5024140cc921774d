"""Imports every page of the admin, so that Django finds them."""

from campaigns.admin import (
    artifacts,
    audits,
    brands,
    budgets,
    campaigns,
    decisions,
    domains,
    events,
    gates,
    rulepacks,
    runs,
    tasks,
    teams,
    workers,
)

__all__ = [
    "artifacts",
    "audits",
    "brands",
    "budgets",
    "campaigns",
    "decisions",
    "domains",
    "events",
    "gates",
    "rulepacks",
    "runs",
    "tasks",
    "teams",
    "workers",
]
