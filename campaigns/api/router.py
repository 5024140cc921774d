"""The only list of the routes of the API, version 1."""

from __future__ import annotations

from typing import Any, Final

from rest_framework.routers import SimpleRouter

from campaigns.api.agents import AgentsResource
from campaigns.api.artifacts import ArtifactsResource, VersionsResource
from campaigns.api.audits import AuditsResource
from campaigns.api.brands import BrandsResource
from campaigns.api.budgets import BudgetsResource, LedgerResource
from campaigns.api.campaigns import CampaignsResource
from campaigns.api.certificates import CertificatesResource
from campaigns.api.checkpoints import CheckpointsResource
from campaigns.api.decisions import DecisionsResource
from campaigns.api.domains import DomainsResource
from campaigns.api.findings import FindingsResource, WaiversResource
from campaigns.api.model_keys import ModelKeysResource
from campaigns.api.rulepacks import RulePacksResource
from campaigns.api.runs import RunsResource
from campaigns.api.tasks import GatesResource, TasksResource
from campaigns.api.teams import MeResource, TeamsResource, UsersResource
from campaigns.api.tokens import TokensResource
from campaigns.api.workers import StatusResource, WorkersResource

RESOURCES: Final[dict[str, Any]] = {
    "agents": AgentsResource,
    "artifacts": ArtifactsResource,
    "audits": AuditsResource,
    "brands": BrandsResource,
    "budgets": BudgetsResource,
    "campaigns": CampaignsResource,
    "certificates": CertificatesResource,
    "checkpoints": CheckpointsResource,
    "decisions": DecisionsResource,
    "domains": DomainsResource,
    "findings": FindingsResource,
    "gates": GatesResource,
    "ledger": LedgerResource,
    "me": MeResource,
    "model-keys": ModelKeysResource,
    "rule-packs": RulePacksResource,
    "runs": RunsResource,
    "status": StatusResource,
    "tasks": TasksResource,
    "teams": TeamsResource,
    "tokens": TokensResource,
    "users": UsersResource,
    "versions": VersionsResource,
    "waivers": WaiversResource,
    "workers": WorkersResource,
}

router = SimpleRouter(use_regex_path=False)
for name, resource in RESOURCES.items():
    router.register(name, resource, basename=name)

urlpatterns = router.urls
