"""The door to a server: its REST API, verb by verb. Must not hold rules of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final
from urllib.parse import quote

from conductor.cli.api import Api
from conductor.cli.door import JSON, Tended
from conductor.cli.remote_audits import RemoteAudits
from conductor.lib.errors import BadInput, NotFound

MOST: Final = 200


class _Nobody:
    """On a server the server's own workers work."""

    def tend(self) -> None:
        return


class RemoteDoor(RemoteAudits):
    """See `Door`."""

    poll_s = 0.5

    def __init__(self, server: str, token: str, say: Callable[[str], None]) -> None:
        self.api = Api(server, token, say)

    def file(self, body: Mapping[str, Any], team: str) -> JSON:
        return dict(self.api.post("campaigns/", {**body, **self._in_team(team)}))

    def campaign(self, campaign: str) -> JSON:
        return dict(self.api.get(f"campaigns/{campaign}/"))

    def preflight(self, campaign: str, body: Mapping[str, Any]) -> JSON:
        return dict(self.api.post(f"campaigns/{campaign}/preflight/", body))

    def start(self, campaign: str, body: Mapping[str, Any]) -> JSON:
        return dict(self.api.post(f"campaigns/{campaign}/runs/", body))

    def run(self, run: str) -> JSON:
        return dict(self.api.get(f"runs/{run}/"))

    def runs(self, **filters: str) -> list[JSON]:
        return self.api.pages("runs/", MOST, limit=str(MOST), **filters)

    def steer(self, run: str, verb: str, body: Mapping[str, Any]) -> JSON:
        return dict(self.api.post(f"runs/{run}/{verb}/", body))

    def events(self, run: str, after: int) -> list[JSON]:
        found: list[JSON] = self.api.get(f"runs/{run}/events/", after=str(after), limit="500")["results"]
        return found

    def bundle(self, run: str) -> JSON:
        return dict(self.api.get(f"runs/{run}/bundle/"))

    def export(self, run: str) -> bytes:
        return self.api.raw(f"runs/{run}/export/")

    def tasks(self, run: str) -> list[JSON]:
        return self.api.pages("tasks/", run=run, limit=str(MOST))

    def graph(self, run: str) -> JSON:
        return dict(self.api.get(f"runs/{run}/graph/"))

    def task(self, task: str) -> JSON:
        return dict(self.api.get(f"tasks/{task}/"))

    def steer_task(self, task: str, verb: str, body: Mapping[str, Any]) -> JSON:
        return dict(self.api.post(f"tasks/{task}/{verb}/", body))

    def domains(self, run: str) -> list[JSON]:
        return self.api.pages("domains/", run=run)

    def evidence(self, run: str) -> list[JSON]:
        return self.api.pages("gates/", run=run, limit=str(MOST))

    def checkpoints(self, run: str) -> list[JSON]:
        return self.api.pages("checkpoints/", run=run, ordering="created_at")

    def restore(self, checkpoint: str) -> JSON:
        return dict(self.api.post(f"checkpoints/{checkpoint}/restore/", {}))

    def decisions(self, **filters: str) -> list[JSON]:
        return self.api.pages("decisions/", MOST, **filters)

    def decision(self, decision: str) -> JSON:
        return dict(self.api.get(f"decisions/{decision}/"))

    def answer(self, decision: str, answer: Any) -> JSON:
        return dict(self.api.post(f"decisions/{decision}/answer/", {"answer": answer}))

    def verify_certificate(self, certificate: Any, content: Any) -> JSON:
        asked = {"certificate": certificate, **({} if content is None else {"content": content})}
        return dict(self.api.post("certificates/verify/", asked))

    def brands(self, **filters: str) -> list[JSON]:
        return self.api.pages("brands/", MOST, **filters)

    def brand(self, brand: str) -> JSON:
        return dict(self.api.get(f"brands/{brand}/"))

    def create_brand(self, data: Mapping[str, Any], team: str) -> JSON:
        return dict(self.api.post("brands/", {"data": dict(data), **self._in_team(team)}))

    def revise_brand(self, brand: str, version: int, changes: Mapping[str, Any]) -> JSON:
        return dict(self.api.patch(f"brands/{brand}/", {"version": version, "data": dict(changes)}))

    def steer_brand(self, brand: str, verb: str, body: Mapping[str, Any]) -> JSON:
        return dict(self.api.post(f"brands/{brand}/{verb}/", body))

    def brand_diff(self, brand: str, against: int | None) -> JSON:
        asked = {} if against is None else {"against": str(against)}
        return dict(self.api.get(f"brands/{brand}/diff/", **asked))

    def brand_usage(self, brand: str) -> JSON:
        return dict(self.api.get(f"brands/{brand}/usage/"))

    def create_token(self, user: str, name: str, days: int | None, scope: str) -> JSON:
        """A token of whoever asks; for others it is made on the server's own machine."""
        me = self.api.get("me/")
        if user and user != me.get("username"):
            raise BadInput(errors={"--user": "A token for somebody else is made on the server's machine."})
        return dict(self.api.post("tokens/", {"name": name, "days": days, "scope": scope}))

    def create_user(self, username: str, superuser: bool, team: str, role: str) -> JSON:
        joined = self._team(team) if role else ""
        made = dict(self.api.post("users/", {"username": username, "superuser": superuser}))
        if joined:
            self.api.post(f"teams/{joined}/members/", {"username": username, "role": role})
        return made

    def readiness(self) -> list[JSON]:
        _, said = self.api.plain("readyz")
        checks = said.get("checks") if isinstance(said, dict) else None
        if not isinstance(checks, dict):
            return [{"name": "server", "ok": False, "words": "It does not answer like Conductor."}]
        return [{"name": name, **check} for name, check in checks.items()]

    def agents(self, specs: Sequence[str], team: str = "") -> list[JSON]:
        return [self._check(spec, team) for spec in specs] if specs else self.api.pages("agents/")

    def _check(self, spec: str, team: str) -> JSON:
        backend, _, model = spec.partition(":")
        said = {**({"model": model} if model else {}), **self._in_team(team)}
        return dict(self.api.post(f"agents/{quote(backend, safe='')}/check/", said))

    def model_keys(self, team: str) -> list[JSON]:
        return self.api.pages("model-keys/", MOST, **self._in_team(team))

    def add_model_key(self, team: str, body: Mapping[str, Any]) -> JSON:
        return dict(self.api.post("model-keys/", {**body, **self._in_team(team)}))

    def revoke_model_key(self, key: str) -> JSON:
        return dict(self.api.post(f"model-keys/{quote(key, safe='')}/revoke/", {}))

    def check_model_key(self, key: str, model: str) -> JSON:
        said = {"model": model} if model else {}
        return dict(self.api.post(f"model-keys/{quote(key, safe='')}/check/", said))

    def working(self) -> AbstractContextManager[Tended]:
        return contextlib.nullcontext(_Nobody())

    def _in_team(self, team: str) -> JSON:
        return {"team": self._team(team)} if team else {}

    def _team(self, said: str) -> str:
        teams = self.api.pages("teams/")
        fitting = [team["id"] for team in teams if not said or said in (team["id"], team["name"])]
        if not fitting:
            raise NotFound(f"There is no team called {said!r} for you.")
        if len(fitting) > 1:
            raise BadInput(errors={"--team": "Say in which of your teams."})
        return str(fitting[0])
