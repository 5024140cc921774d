"""All models, re-exported."""

from campaigns.models.agents import Invocation
from campaigns.models.artifacts import Artifact, ArtifactVersion
from campaigns.models.audits import AuditReport, Finding, Waiver
from campaigns.models.brands import Brand, BrandVersion
from campaigns.models.budgets import Budget, LedgerEntry
from campaigns.models.campaigns import Campaign
from campaigns.models.checkpoints import Checkpoint
from campaigns.models.decisions import Decision
from campaigns.models.domains import Domain, Merge, Workspace
from campaigns.models.events import Event, Outbox
from campaigns.models.gates import Criterion, GateResult
from campaigns.models.model_keys import ModelKey, ModelReply
from campaigns.models.rulepacks import PinnedPack, RulePack, RulePackVersion
from campaigns.models.runs import IdempotencyKey, Run, Session
from campaigns.models.tasks import Attempt, Dependency, Task, TaskOutput
from campaigns.models.teams import Limit, Membership, Team, Token
from campaigns.models.workers import Service, Worker

__all__ = [
    "Artifact",
    "ArtifactVersion",
    "Attempt",
    "AuditReport",
    "Brand",
    "BrandVersion",
    "Budget",
    "Campaign",
    "Checkpoint",
    "Criterion",
    "Decision",
    "Dependency",
    "Domain",
    "Event",
    "Finding",
    "GateResult",
    "IdempotencyKey",
    "Invocation",
    "LedgerEntry",
    "Limit",
    "Membership",
    "Merge",
    "ModelKey",
    "ModelReply",
    "Outbox",
    "PinnedPack",
    "RulePack",
    "RulePackVersion",
    "Run",
    "Service",
    "Session",
    "Task",
    "TaskOutput",
    "Team",
    "Token",
    "Waiver",
    "Worker",
    "Workspace",
]
