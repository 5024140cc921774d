"""Audits, findings, waivers, certificates and rule packs on a server. Part of the door to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from conductor.cli.api import Api
from conductor.cli.door import JSON


class RemoteAudits:
    """See `Door`."""

    api: Api

    def _in_team(self, team: str) -> JSON:
        raise NotImplementedError

    def report(self, report: str) -> JSON:
        return dict(self.api.get(f"audits/{report}/"))

    def apply_finding(self, finding: str, body: Mapping[str, Any]) -> JSON:
        return dict(self.api.post(f"findings/{finding}/apply/", body))

    def waive(self, finding: str, body: Mapping[str, Any]) -> JSON:
        until = body["expires_at"]
        said = {**body, "expires_at": until.isoformat() if isinstance(until, datetime) else until}
        return dict(self.api.post(f"findings/{finding}/waive/", said))

    def waivers(self) -> list[JSON]:
        return self.api.pages("waivers/")

    def revoke_waiver(self, waiver: str) -> JSON:
        return dict(self.api.post(f"waivers/{waiver}/revoke/", {}))

    def fix(self, run: str, body: Mapping[str, Any]) -> JSON:
        return dict(self.api.post(f"runs/{run}/fix/", body))

    def certificate(self, version: str) -> JSON:
        return dict(self.api.get(f"versions/{version}/certificate/"))

    def version(self, version: str) -> JSON:
        return dict(self.api.get(f"versions/{version}/"))

    def approve(self, artifact: str, body: Mapping[str, Any]) -> JSON:
        return dict(self.api.post(f"artifacts/{artifact}/approve/", body))

    def approve_run(self, run: str) -> JSON:
        return dict(self.api.post(f"runs/{run}/approve/", {}))

    def packs(self) -> list[JSON]:
        return self.api.pages("rule-packs/")

    def save_pack(self, body: Mapping[str, Any], team: str) -> JSON:
        return dict(self.api.post("rule-packs/", {**body, **self._in_team(team)}))

    def publish_pack(self, pack: str, body: Mapping[str, Any]) -> JSON:
        return dict(self.api.post(f"rule-packs/{pack}/publish/", body))

    def archive_pack(self, pack: str) -> JSON:
        return dict(self.api.post(f"rule-packs/{pack}/archive/", {}))

    def what_if(self, body: Mapping[str, Any], team: str) -> JSON:
        return dict(self.api.post("rule-packs/what-if/", {**body, **self._in_team(team)}))
