"""Pieces and their versions over REST: read, compare, regenerate, edit, restore, approve, reject."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import artifacts as actions
from campaigns.actions import findings
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import OBJECT, Body, ObjectField, StrictIntegerField, TextField, VersionedBody
from campaigns.api.filters import Being, ById
from campaigns.api.fixes import FixBody, FixShape, fix_answer
from campaigns.api.posters import PostersOfVersion
from campaigns.api.resources import Resource, tagged
from campaigns.api.shapes import RunShape
from campaigns.models import Artifact, ArtifactVersion
from campaigns.queries import artifacts as queries
from campaigns.queries import certificates, runs
from campaigns.queries.diffs import changes
from conductor.lib.clock import iso
from conductor.lib.errors import BadInput, NotFound


class RegenerateBody(Body):
    note = TextField(max_length=2000, help_text="What should change.")
    section = TextField(
        required=False,
        allow_null=True,
        max_length=200,
        help_text="Only this part, such as headlines, bodies.short, platforms.linkedin or concepts.2; else all of it.",
    )


class ArtifactEditBody(VersionedBody):
    content = ObjectField()
    note = TextField(required=False, max_length=2000, default="")


class ApproveBody(Body):
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}\Z", help_text="The hash of the content that was looked at.")
    override = TextField(
        required=False, max_length=2000, default="", help_text="Why, where the audit fails it or there is none."
    )


class RejectBody(Body):
    note = TextField(max_length=2000)


class RestoreVersionBody(Body):
    number = StrictIntegerField(min_value=1, max_value=2**31 - 1)


class VersionRowShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    artifact = serializers.UUIDField()
    slot = serializers.CharField()
    number = serializers.IntegerField()
    run = serializers.UUIDField(allow_null=True)
    attempt = serializers.UUIDField(allow_null=True)
    author = serializers.CharField(allow_null=True, help_text="Who wrote it by hand.")
    note = serializers.CharField()
    tags = serializers.ListField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class VersionShape(VersionRowShape):
    content = ObjectField()


class ArtifactRowShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    campaign = serializers.UUIDField()
    slot = serializers.CharField()
    head = serializers.IntegerField()
    active = VersionRowShape(allow_null=True)
    approved = serializers.BooleanField()
    approved_sha256 = serializers.CharField(allow_null=True)
    approved_by = serializers.CharField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    approved_over = serializers.CharField(help_text="The reason for an approval that the audit does not support.")
    created_at = serializers.DateTimeField()


class ArtifactShape(ArtifactRowShape):
    active = VersionShape(allow_null=True)


class PartShape(serializers.Serializer[Any]):
    op = serializers.ChoiceField(choices=["same", "added", "removed"])
    text = serializers.CharField()


class ChangeShape(serializers.Serializer[Any]):
    path = serializers.CharField()
    parts = PartShape(many=True)


class DiffShape(serializers.Serializer[Any]):
    version = serializers.UUIDField()
    against = serializers.UUIDField(allow_null=True)
    changes = ChangeShape(many=True)


def version_row(row: ArtifactVersion, slot: str) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "artifact": str(row.artifact_id),
        "slot": slot,
        "number": row.number,
        "run": str(row.run_id) if row.run_id else None,
        "attempt": str(row.attempt_id) if row.attempt_id else None,
        "author": row.author.get_username() if row.author else None,
        "note": row.note,
        "tags": row.tags,
        "sha256": row.sha256,
        "size": row.size,
        "created_at": iso(row.created_at),
    }


def artifact_row(piece: Artifact) -> dict[str, Any]:
    active = piece.active
    approved = bool(active and piece.approved_sha256 == active.sha256)
    return {
        "id": str(piece.pk),
        "campaign": str(piece.campaign_id),
        "slot": piece.slot,
        "head": piece.head,
        "active": version_row(active, piece.slot) if active else None,
        "approved": approved,
        "approved_sha256": piece.approved_sha256 or None,
        "approved_by": piece.approved_by.get_username() if piece.approved_by else None,
        "approved_at": iso(piece.approved_at),
        "approved_over": piece.approved_over if approved else "",
        "created_at": iso(piece.created_at),
    }


def artifact_json(piece: Artifact) -> dict[str, Any]:
    """With the content of the active version."""
    row = artifact_row(piece)
    if piece.active:
        row["active"]["content"] = piece.active.content
    return row


class ArtifactsResource(Resource):
    visible = queries.visible
    team_path = "campaign.team_id"
    orderings = ("-created_at", "created_at")
    filters = {"campaign": ById("campaign"), "slot": Being("slot")}

    @extend_schema(responses=ArtifactRowShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        return self.page(self.get_queryset(), artifact_row)

    @extend_schema(responses=ArtifactShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        piece = self.find(pk)
        return tagged(artifact_json(piece), piece.head)

    @extend_schema(responses=VersionRowShape(many=True))
    @action(detail=True, methods=["get"], listing=True, filters={}, orderings=("-number", "number"))
    def versions(self, request: Request, pk: UUID) -> HttpResponseBase:
        piece = self.find(pk)
        rows = queries.visible_versions(self.teams).filter(artifact=pk).defer("content")
        return self.page(rows, lambda row: version_row(row, piece.slot))

    @extend_schema(request=RegenerateBody, responses={202: RunShape})
    @action(detail=True, methods=["post"])
    def regenerate(self, request: Request, pk: UUID) -> Response:
        """Make the next version with a note, in a child run that audits the bundle again."""
        self.find(pk, "regenerate", owner="campaign.created_by_id")
        body = self.read(RegenerateBody)
        section = body.get("section") or ""

        def work() -> Answer:
            run = actions.regenerate_artifact(artifact_id=pk, note=body["note"], section=section, actor=self.actor)
            return Answer(202, runs.read(run.pk), run_id=run.pk)

        return self.once(work)

    @extend_schema(request=FixBody, responses={200: FixShape, 202: FixShape})
    @action(detail=True, methods=["post"])
    def fix(self, request: Request, pk: UUID) -> Response:
        """Apply all safe patches of this piece, round by round; then a child run audits the bundle again."""
        self.find(pk, "fix")
        body = self.read(FixBody)
        return self.once(lambda: fix_answer(findings.fix_artifact(artifact_id=pk, actor=self.actor, **body)))

    @extend_schema(request=ArtifactEditBody, responses={201: VersionShape})
    @action(detail=True, methods=["post"])
    def edit(self, request: Request, pk: UUID) -> Response:
        """Store what a person wrote as the next version; `version` is the number that was edited."""
        self.find(pk, "edit_artifact")
        body = self.read(ArtifactEditBody)
        version = self.version(body)

        def work() -> Answer:
            made = actions.edit_artifact(
                artifact_id=pk, version=version, content=body["content"], note=body["note"], actor=self.actor
            )
            return version_answer(made)

        return self.once(work)

    @extend_schema(request=RestoreVersionBody, responses={201: VersionShape})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """The content of an older version becomes the next version."""
        self.find(pk, "restore_artifact")
        number = self.read(RestoreVersionBody)["number"]
        return self.once(
            lambda: version_answer(actions.restore_artifact(artifact_id=pk, number=number, actor=self.actor))
        )

    @extend_schema(request=ApproveBody, responses=ArtifactShape)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: UUID) -> Response:
        """Approve exactly the content with this hash; a later version voids it.

        What its last audit fails, or what was never audited, takes `override`: the reason.
        """
        self.find(pk, "approve")
        body = self.read(ApproveBody)

        def work() -> Answer:
            actions.approve_artifact(artifact_id=pk, actor=self.actor, **body)
            return Answer(200, artifact_json(self.find(pk)))

        return self.once(work)

    @extend_schema(request=RejectBody, responses=ArtifactShape)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: UUID) -> Response:
        """Say why it is not approved; an approval is taken back."""
        self.find(pk, "reject")
        note = self.read(RejectBody)["note"]

        def work() -> Answer:
            actions.reject_artifact(artifact_id=pk, note=note, actor=self.actor)
            return Answer(200, artifact_json(self.find(pk)))

        return self.once(work)


def version_answer(made: ArtifactVersion) -> Answer:
    return Answer(201, {**version_row(made, made.artifact.slot), "content": made.content})


class VersionsResource(PostersOfVersion):
    visible = queries.visible_versions
    team_path = "artifact.campaign.team_id"

    @extend_schema(responses=VersionShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        row = self.find(pk)
        return Response({**version_row(row, row.artifact.slot), "content": row.content})

    @extend_schema(responses={200: OBJECT})
    @action(detail=True, methods=["get"])
    def certificate(self, request: Request, pk: UUID) -> Response:
        """What the last audit says of exactly this content, signed; 409 where there is none."""
        found = certificates.certificate_of(self.find(pk))
        name = f'attachment; filename="certificate-{pk}.json"'
        return Response(found, headers={"Content-Disposition": name})

    @extend_schema(parameters=[OpenApiParameter("against", {"type": "string", "format": "uuid"})], responses=DiffShape)
    @action(detail=True, methods=["get"], query=("against",))
    def diff(self, request: Request, pk: UUID) -> Response:
        """Word by word, against another version of the same piece; without one, against the version before."""
        new = self.find(pk)
        old = self._against(new, request.query_params.get("against"))
        found = changes(old.content if old else {}, new.content)
        return Response(
            {
                "version": str(new.pk),
                "against": str(old.pk) if old else None,
                "changes": [
                    {"path": change.path, "parts": [{"op": part.op, "text": part.text} for part in change.parts]}
                    for change in found
                ],
            }
        )

    def _against(self, new: ArtifactVersion, said: str | None) -> ArtifactVersion | None:
        same_piece = self.get_queryset().filter(artifact=new.artifact_id)
        if not said:
            before: ArtifactVersion | None = same_piece.filter(number=new.number - 1).first()
            return before
        try:
            wanted = UUID(said)
        except ValueError:
            raise BadInput(code="malformed", errors={"against": "Must be an id."}) from None
        found: ArtifactVersion | None = same_piece.filter(pk=wanted).first()
        if found is None:
            raise NotFound("This piece has no such version.")
        return found
