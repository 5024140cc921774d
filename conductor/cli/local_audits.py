"""Audits, findings, waivers, certificates and rule packs on this machine's database. Part of the local door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from campaigns.actions import artifacts as artifact_actions
from campaigns.actions import findings as finding_actions
from campaigns.actions import rulepacks as pack_actions
from campaigns.actions import waivers as waiver_actions
from campaigns.models import ArtifactVersion, RulePack
from campaigns.permissions import Actor, require, visible_teams
from campaigns.queries import artifacts, audits, certificates, rulepacks, waivers, what_if
from conductor import sdk
from conductor.cli.door import JSON
from conductor.lib.errors import BadInput, NotFound


class LocalAudits:
    """See `Door`."""

    actor: Actor

    @property
    def _of_teams(self) -> QuerySet[Any, Any]:
        return visible_teams(self.actor)

    def report(self, report: str) -> JSON:
        return audits.report_json(_one(audits.visible(self._of_teams), report, "audit report"))

    def apply_finding(self, finding: str, body: Mapping[str, Any]) -> JSON:
        found = _one(audits.visible_findings(self._of_teams), finding, "finding")
        made = finding_actions.apply_finding(finding_id=found.pk, actor=self.actor, **body)
        return _version(made)

    def waive(self, finding: str, body: Mapping[str, Any]) -> JSON:
        found = _one(audits.visible_findings(self._of_teams), finding, "finding")
        return waivers.row(waiver_actions.waive_finding(finding_id=found.pk, actor=self.actor, **body))

    def waivers(self) -> list[JSON]:
        return [waivers.row(waiver) for waiver in waivers.visible(self._of_teams).order_by("-created_at", "-pk")]

    def revoke_waiver(self, waiver: str) -> JSON:
        found = _one(waivers.visible(self._of_teams), waiver, "waiver")
        return waivers.row(waiver_actions.revoke_waiver(waiver_id=found.pk, actor=self.actor))

    def fix(self, run: str, body: Mapping[str, Any]) -> JSON:
        return finding_actions.fix_run(run_id=UUID(run), actor=self.actor, **body).as_json()

    def certificate(self, version: str) -> JSON:
        return certificates.certificate_of(_one(artifacts.visible_versions(self._of_teams), version, "version"))

    def version(self, version: str) -> JSON:
        found = _one(artifacts.visible_versions(self._of_teams), version, "version")
        return _version(found)

    def approve(self, artifact: str, body: Mapping[str, Any]) -> JSON:
        found = _one(artifacts.visible(self._of_teams), artifact, "piece")
        made = artifact_actions.approve_artifact(artifact_id=found.pk, actor=self.actor, **body)
        return {"id": str(made.pk), "slot": made.slot, "approved_sha256": made.approved_sha256}

    def approve_run(self, run: str) -> JSON:
        return artifact_actions.approve_run(run_id=UUID(run), actor=self.actor).as_json()

    def packs(self) -> list[JSON]:
        return rulepacks.rows(rulepacks.visible(self._of_teams))

    def save_pack(self, body: Mapping[str, Any], team: str) -> JSON:
        made = pack_actions.save_pack(team_id=sdk.team(team).pk, actor=self.actor, **body)
        return rulepacks.as_json(RulePack.objects.select_related("team", "active").get(pk=made.pack_id))

    def publish_pack(self, pack: str, body: Mapping[str, Any]) -> JSON:
        found = _one(rulepacks.visible(self._of_teams), pack, "rule pack")
        return rulepacks.as_json(pack_actions.publish_pack(pack_id=found.pk, actor=self.actor, **body))

    def archive_pack(self, pack: str) -> JSON:
        found = _one(rulepacks.visible(self._of_teams), pack, "rule pack")
        return rulepacks.as_json(pack_actions.archive_pack(pack_id=found.pk, actor=self.actor))

    def what_if(self, body: Mapping[str, Any], team: str) -> JSON:
        found = sdk.team(team)
        require(self.actor, "edit_pack", found.pk)
        read = pack_actions.read_pack(str(body["source"]), "")
        after = UUID(body["after"]) if body.get("after") else None
        every, pack = bool(body.get("every")), rulepacks.named(found.pk, read.name)
        return what_if.answer(found.pk, pack, read, every=every, after=after, limit=what_if.MOST)


def _version(row: ArtifactVersion) -> JSON:
    return {
        "id": str(row.pk),
        "artifact": str(row.artifact_id),
        "slot": row.artifact.slot,
        "number": row.number,
        "sha256": row.sha256,
    }


def _one(rows: QuerySet[Any], said: str, noun: str) -> Any:
    try:
        found = rows.filter(pk=UUID(said)).first()
    except ValueError:
        raise BadInput(errors={noun: f"{said!r} is not an id."}) from None
    if found is None:
        raise NotFound(f"There is no such {noun}.")
    return found
