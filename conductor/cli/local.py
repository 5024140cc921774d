"""The door to this machine's database: actions and queries, as the local operator or as a named user."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet

from agents.specs import access_of, parse
from campaigns.actions import brands as brand_actions
from campaigns.actions import campaigns as campaign_actions
from campaigns.actions import checkpoints as checkpoint_actions
from campaigns.actions import decisions as decision_actions
from campaigns.actions import model_keys as key_actions
from campaigns.actions import runs as run_actions
from campaigns.actions import tasks as task_actions
from campaigns.actions import teams as team_actions
from campaigns.actions import tokens as token_actions
from campaigns.models import Brand, Campaign, Run, Task
from campaigns.permissions import Actor, require, visible_teams
from campaigns.queries import (
    agents,
    artifacts,
    audits,
    brands,
    campaigns,
    certificates,
    checkpoints,
    decisions,
    domains,
    events,
    exports,
    model_keys,
    preflight,
    runs,
    tasks,
)
from conductor import health, sdk
from conductor.cli.door import JSON, Tended
from conductor.cli.local_audits import LocalAudits
from conductor.lib.clock import iso
from conductor.lib.errors import BadInput, NotFound
from conductor.lib.money import as_text

MOST: Final = 200
Say = Callable[[str], None]


def open_door(username: str, say: Say) -> LocalDoor:
    """The door, once the database is fit for use."""
    sdk.prepare_here(say)
    return LocalDoor(sdk.local_actor(username), say)


class LocalDoor(LocalAudits):
    """See `Door`. What the actor may not see does not exist for it."""

    poll_s = 0.2

    def __init__(self, actor: Actor, say: Say) -> None:
        self.actor = actor
        self.say = say

    @property
    def _teams(self) -> QuerySet[Any, Any]:
        return visible_teams(self.actor)

    def file(self, body: Mapping[str, Any], team: str) -> JSON:
        made = campaign_actions.file_campaign(team_id=sdk.team(team).pk, actor=self.actor, **_priced(body))
        return campaigns.as_json(made)

    def campaign(self, campaign: str) -> JSON:
        return campaigns.as_json(self._campaign(campaign))

    def preflight(self, campaign: str, body: Mapping[str, Any]) -> JSON:
        found = self._campaign(campaign)
        require(self.actor, "start", found.team_id, owner_id=found.created_by_id)
        said = preflight.preflight(found, body.get("mode"), body.get("platforms"))
        told: JSON = {"ok": said.ok, "errors": said.errors, "warnings": list(said.warnings), "estimate": None}
        if (estimate := said.estimate) is not None:
            cost = None if estimate.cost_micros is None else as_text(estimate.cost_micros)
            told["estimate"] = {"seconds": estimate.seconds, "cost": cost, "currency": "USD", "tasks": estimate.tasks}
        told["agents"] = [asdict(use) for use in said.agents]
        return {**told, "duplicate_of": str(said.duplicate_of) if said.duplicate_of else None}

    def start(self, campaign: str, body: Mapping[str, Any]) -> JSON:
        run = run_actions.start_run(campaign_id=self._campaign(campaign).pk, actor=self.actor, **body)
        return runs.read(run.pk)

    def run(self, run: str) -> JSON:
        return runs.as_json(self._run(run))

    def runs(self, **filters: str) -> list[JSON]:
        rows = runs.visible(self._teams).filter(**filters).order_by("-created_at", "-pk")
        return [runs.row(row) for row in rows[:MOST]]

    def steer(self, run: str, verb: str, body: Mapping[str, Any]) -> JSON:
        pk, actor = self._run(run).pk, self.actor
        if verb == "checkpoint":
            return checkpoints.row(checkpoint_actions.save_checkpoint(run_id=pk, actor=actor, **body))
        verbs: Mapping[str, Callable[..., Run]] = {
            "pause": run_actions.pause_run,
            "resume": run_actions.resume_run,
            "cancel": run_actions.cancel_run,
            "retry": run_actions.retry_run,
            "fork": checkpoint_actions.fork_run,
        }
        return runs.read(verbs[verb](run_id=pk, actor=actor, **_with_ids(body)).pk)

    def events(self, run: str, after: int) -> list[JSON]:
        return events.events_after("run", UUID(run), after)

    def bundle(self, run: str) -> JSON:
        found = self._run(run)
        return artifacts.bundle(found, audits.overall(found))

    def export(self, run: str) -> bytes:
        found = self._run(run)
        return exports.as_zip(artifacts.bundle(found, audits.overall(found)), certificates.of_run(found))

    def tasks(self, run: str) -> list[JSON]:
        rows = tasks.visible(self._teams).filter(run=self._run(run).pk).order_by("position", "pk")
        return [tasks.row(row) for row in rows]

    def graph(self, run: str) -> JSON:
        return tasks.graph_of(self._run(run))

    def task(self, task: str) -> JSON:
        return tasks.as_json(self._task(task))

    def steer_task(self, task: str, verb: str, body: Mapping[str, Any]) -> JSON:
        verbs: Mapping[str, Callable[..., Task]] = {"retry": task_actions.retry_task, "skip": task_actions.skip_task}
        verbs[verb](task_id=self._task(task).pk, actor=self.actor, **body)
        return self.task(task)

    def domains(self, run: str) -> list[JSON]:
        rows = domains.visible(self._teams).filter(run=self._run(run).pk).order_by("position")
        return [domains.row(row) for row in rows]

    def evidence(self, run: str) -> list[JSON]:
        rows = tasks.visible_evidence(self._teams).filter(criterion__task__run=self._run(run).pk)
        return [tasks.evidence(row) for row in rows.order_by("created_at", "pk")]

    def checkpoints(self, run: str) -> list[JSON]:
        rows = checkpoints.visible(self._teams).filter(run=self._run(run).pk).order_by("number")
        return [checkpoints.row(row) for row in rows]

    def restore(self, checkpoint: str) -> JSON:
        pk = self._one(checkpoints.visible(self._teams), checkpoint, "checkpoint").pk
        return runs.read(checkpoint_actions.restore_checkpoint(checkpoint_id=pk, actor=self.actor).pk)

    def decisions(self, **filters: str) -> list[JSON]:
        rows = decisions.visible(self._teams).filter(**filters).order_by("created_at", "pk")
        return [decisions.row(row) for row in rows[:MOST]]

    def decision(self, decision: str) -> JSON:
        return decisions.row(self._one(decisions.visible(self._teams), decision, "decision"))

    def answer(self, decision: str, answer: Any) -> JSON:
        pk = UUID(self.decision(decision)["id"])
        decision_actions.answer_decision(decision_id=pk, answer=answer, actor=self.actor)
        return self.decision(decision)

    def verify_certificate(self, certificate: Any, content: Any) -> JSON:
        said = certificates.verify(certificate, content)
        return {"ok": said.ok, "words": said.words}

    def brands(self, **filters: str) -> list[JSON]:
        return [brands.row(row) for row in brands.visible(self._teams).filter(**filters).order_by("name", "pk")[:MOST]]

    def brand(self, brand: str) -> JSON:
        return brands.as_json(self._one(brands.visible(self._teams), brand, "brand"))

    def create_brand(self, data: Mapping[str, Any], team: str) -> JSON:
        made = brand_actions.create_brand(team_id=sdk.team(team).pk, data=data, actor=self.actor)
        return self.brand(str(made.pk))

    def revise_brand(self, brand: str, version: int, changes: Mapping[str, Any]) -> JSON:
        pk = UUID(self.brand(brand)["id"])
        brand_actions.revise_brand(brand_id=pk, version=version, changes=changes, actor=self.actor)
        return self.brand(brand)

    def steer_brand(self, brand: str, verb: str, body: Mapping[str, Any]) -> JSON:
        found = self.brand(brand)
        if verb == "check":
            return brands.tried(found["data"], body["text"])
        verbs: Mapping[str, Callable[..., Brand]] = {
            "publish": brand_actions.publish_brand,
            "archive": brand_actions.archive_brand,
            "restore": brand_actions.restore_brand,
            "clone": brand_actions.clone_brand,
        }
        return self.brand(str(verbs[verb](brand_id=UUID(found["id"]), actor=self.actor, **body).pk))

    def brand_diff(self, brand: str, against: int | None) -> JSON:
        return brands.diff_json(self._one(brands.visible(self._teams), brand, "brand"), against)

    def brand_usage(self, brand: str) -> JSON:
        return brands.usage(self._one(brands.visible(self._teams), brand, "brand"))

    def create_token(self, user: str, name: str, days: int | None, scope: str) -> JSON:
        found = get_user_model().objects.filter(username=user).first()
        if found is None:
            raise NotFound(f"There is no user called {user!r}.")
        made, secret = token_actions.create_token(
            user_id=int(found.pk), name=name, days=days, scope=scope, actor=self.actor
        )
        said = {"id": str(made.pk), "username": user, "name": made.name, "prefix": made.prefix, "scope": made.scope}
        times = {"created_at": iso(made.created_at), "expires_at": iso(made.expires_at)}
        return {**said, **times, "last_used_at": None, "revoked_at": None, "secret": secret}

    def create_user(self, username: str, superuser: bool, team: str, role: str) -> JSON:
        with transaction.atomic():
            user, password = team_actions.create_user(username=username, superuser=superuser, actor=self.actor)
            if role:
                team_actions.add_member(team_id=sdk.team(team).pk, username=username, role=role, actor=self.actor)
        said = {"id": user.pk, "username": user.get_username(), "superuser": user.is_superuser}
        return {**said, "password": password}

    def readiness(self) -> list[JSON]:
        return [{"name": check.name, "ok": check.ok, "words": check.words} for check in health.readiness()]

    def agents(self, specs: Sequence[str], team: str = "") -> list[JSON]:
        return [self._check(spec, team) for spec in specs] if specs else agents.known()

    def _check(self, spec: str, team: str) -> JSON:
        if all(access_of(str(link)) is None for link in parse(spec)):
            return agents.check(spec)
        return key_actions.check_agent(team_id=sdk.team(team).pk, spec=spec, actor=self.actor)

    def model_keys(self, team: str) -> list[JSON]:
        rows = model_keys.visible(self._teams).order_by("-created_at")
        return [model_keys.row(row) for row in (rows.filter(team=sdk.team(team).pk) if team else rows)[:MOST]]

    def add_model_key(self, team: str, body: Mapping[str, Any]) -> JSON:
        said = dict(body)
        secret = said.pop("key", "")
        made = key_actions.add_key(team_id=sdk.team(team).pk, secret=secret, actor=self.actor, **said)
        return model_keys.row(made)

    def revoke_model_key(self, key: str) -> JSON:
        pk = self._one(model_keys.visible(self._teams), key, "key").pk
        return model_keys.row(key_actions.revoke_key(key_id=pk, actor=self.actor))

    def check_model_key(self, key: str, model: str) -> JSON:
        pk = self._one(model_keys.visible(self._teams), key, "key").pk
        return key_actions.check_key(key_id=pk, model=model, actor=self.actor)

    def working(self) -> AbstractContextManager[Tended]:
        return sdk.working(self.say)

    def _campaign(self, campaign: str) -> Campaign:
        found: Campaign = self._one(campaigns.visible(self._teams), campaign, "campaign")
        return found

    def _run(self, run: str) -> Run:
        found: Run = self._one(runs.visible(self._teams), run, "run")
        return found

    def _task(self, task: str) -> Task:
        found: Task = self._one(tasks.visible(self._teams), task, "task")
        return found

    @staticmethod
    def _one(rows: QuerySet[Any], said: str, noun: str) -> Any:
        try:
            found = rows.filter(pk=UUID(said)).first()
        except ValueError:
            found = None
        if found is None:
            raise NotFound(f"There is no such {noun}.")
        return found


def _priced(body: Mapping[str, Any]) -> dict[str, Any]:
    """The budget as an exact amount; the rest as it is."""
    said = dict(body)
    if said.get("budget") is not None:
        try:
            said["budget"] = Decimal(str(said["budget"]))
        except ArithmeticError:
            raise BadInput(errors={"budget": 'Must be an amount such as "12.50".'}) from None
    return said


def _with_ids(body: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(body)
    if said.get("tasks"):
        said["tasks"] = [UUID(task) for task in said["tasks"]]
    if said.get("from_checkpoint"):
        said["from_checkpoint"] = UUID(said["from_checkpoint"])
    return said
