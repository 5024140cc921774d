"""Campaigns over REST: file, read, revise, delete, preflight, start a run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import campaigns as actions
from campaigns.actions import runs as run_actions
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import (
    AnyField,
    Body,
    MoneyField,
    NothingBody,
    ObjectField,
    StrictBooleanField,
    TextField,
    VersionedBody,
    refuse_unbuilt,
)
from campaigns.api.brand_shapes import ClaimShape
from campaigns.api.events import PARAMETERS, QUERY, events_page
from campaigns.api.filters import ById, Containing, OneOf, Since
from campaigns.api.resources import Resource, tagged
from campaigns.api.shapes import BudgetShape, EventsShape, LastRunShape, RunRowShape, RunShape
from campaigns.kinds.registry import KINDS
from campaigns.kinds.wording import EMOJI
from campaigns.models import Campaign
from campaigns.queries import campaigns as queries
from campaigns.queries import runs as run_queries
from campaigns.queries.preflight import Preflight, preflight
from campaigns.states import CampaignState, Mode
from conductor.lib.money import as_text

_UNBUILT: Final = {
    "playbook": "Playbooks are not available yet.",
    "session": "Sessions are opened by start, resume and retry; none can be chosen.",
    "resume_from": "Use POST checkpoints/{id}/restore/.",
}


class ConstraintsShape(serializers.Serializer[Any]):
    max_words = serializers.IntegerField(required=False, allow_null=True)
    prohibited_terms = serializers.ListField(child=serializers.CharField(), required=False)
    required_terms = serializers.ListField(child=serializers.CharField(), required=False)
    disclaimers = serializers.ListField(child=serializers.CharField(), required=False)
    required_hashtags = serializers.ListField(child=serializers.CharField(), required=False)
    banned_hashtags = serializers.ListField(child=serializers.CharField(), required=False)
    emoji = serializers.ChoiceField(choices=["", *EMOJI], required=False)


class BriefBrandShape(serializers.Serializer[Any]):
    name = serializers.CharField(required=False)
    adjectives = serializers.ListField(child=serializers.CharField(), required=False)
    palette = serializers.ListField(child=serializers.CharField(), required=False)
    guidelines = serializers.CharField(required=False)
    prefer = serializers.ListField(child=serializers.CharField(), required=False)
    avoid = serializers.ListField(child=serializers.CharField(), required=False, help_text="word, or word -> instead")


class BriefShape(serializers.Serializer[Any]):
    """The brief. Limits of length are settings of the campaign; unknown fields are refused."""

    schema = serializers.IntegerField(required=False)
    objective = serializers.CharField(required=False)
    audience = serializers.CharField(required=False)
    product = serializers.CharField(required=False)
    tone = serializers.CharField(required=False)
    key_messages = serializers.ListField(child=serializers.CharField(), required=False)
    constraints = ConstraintsShape(required=False)
    brand = BriefBrandShape(required=False)
    claims = ClaimShape(many=True, required=False)
    link = serializers.CharField(required=False, help_text="An https:// address.")
    platforms = serializers.ListField(child=serializers.CharField(), required=False)
    language = serializers.CharField(required=False)
    mode = serializers.ChoiceField(choices=[*Mode], required=False, allow_null=True)


@extend_schema_field(BriefShape)
class BriefField(ObjectField):
    """Read by the kind of the campaign, which names every fault by its field."""


class CampaignBody(Body):
    team = serializers.UUIDField(required=False, help_text="May be left out where you may create in one team only.")
    kind = serializers.ChoiceField(choices=sorted(KINDS))
    name = TextField(required=False, max_length=1000)
    goal = TextField(required=False, trim_whitespace=False)
    brief = BriefField(required=False)
    brand = TextField(required=False, allow_null=True, help_text="A brand of the team: its id, slug or name.")
    repository = TextField(required=False)
    playbook = AnyField(required=False, allow_null=True, help_text=_UNBUILT["playbook"])
    plan = ObjectField(required=False)
    settings = ObjectField(required=False)
    budget = MoneyField(required=False, allow_null=True)
    truncate = StrictBooleanField(required=False, default=False)


class RevisionBody(VersionedBody):
    """Brief and settings are merged; null takes a value away. The rest is replaced."""

    name = TextField(required=False, max_length=1000)
    goal = TextField(required=False, trim_whitespace=False)
    brief = BriefField(required=False)
    brand = TextField(required=False, allow_null=True, help_text="null: without a brand.")
    repository = TextField(required=False)
    plan = ObjectField(required=False)
    settings = ObjectField(required=False)
    truncate = StrictBooleanField(required=False, default=False)


class StartBody(Body):
    mode = serializers.ChoiceField(choices=[*Mode], required=False, allow_null=True)
    platforms = serializers.ListField(child=TextField(max_length=60), required=False, allow_null=True, max_length=100)


class RunStartBody(StartBody):
    session = AnyField(required=False, allow_null=True, help_text=_UNBUILT["session"])
    resume_from = AnyField(required=False, allow_null=True, help_text=_UNBUILT["resume_from"])


class ActivePieceShape(serializers.Serializer[Any]):
    artifact = serializers.UUIDField()
    version = serializers.UUIDField()
    number = serializers.IntegerField()
    sha256 = serializers.CharField()
    approved = serializers.BooleanField()


class CampaignRowShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    team = serializers.UUIDField()
    kind = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=[*CampaignState])
    brand = serializers.UUIDField(allow_null=True)
    version = serializers.IntegerField()
    repository = serializers.CharField()
    runs = serializers.IntegerField()
    last_run = LastRunShape(allow_null=True)
    created_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CampaignShape(CampaignRowShape):
    goal = serializers.CharField()
    brief = ObjectField()
    plan = ObjectField()
    settings = ObjectField()
    brief_hash = serializers.CharField()
    missing = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    duplicate_of = serializers.UUIDField(allow_null=True)
    cuts = serializers.ListField(child=serializers.CharField())
    active = serializers.DictField(child=ActivePieceShape())
    budget = BudgetShape(allow_null=True)
    last_event = serializers.IntegerField()


class EstimateShape(serializers.Serializer[Any]):
    seconds = serializers.FloatField(allow_null=True)
    cost = serializers.CharField(allow_null=True, help_text="null: not known yet.")
    currency = serializers.CharField()
    tasks = serializers.IntegerField()


class AgentUseShape(serializers.Serializer[Any]):
    task = serializers.CharField()
    agent = serializers.CharField()
    ok = serializers.BooleanField()
    words = serializers.CharField()


class PreflightShape(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField())
    )
    warnings = serializers.ListField(child=serializers.CharField())
    agents = AgentUseShape(many=True)
    estimate = EstimateShape(allow_null=True)
    duplicate_of = serializers.UUIDField(allow_null=True)


class CampaignsResource(Resource):
    visible = queries.visible
    orderings = ("-created_at", "created_at", "name", "-name", "-updated_at", "updated_at")
    columns = ("id", "name", "kind", "state", "runs", "created_by", "created_at", "updated_at")
    filters = {
        "team": ById("team"),
        "kind": OneOf("kind", tuple(sorted(KINDS))),
        "state": OneOf("state", CampaignState),
        "brand": ById("brand"),
        "q": Containing("name"),
        "since": Since("created_at"),
        "before": Since("created_at", "lt"),
    }

    @extend_schema(responses=CampaignRowShape(many=True))
    def list(self, request: Request) -> HttpResponseBase:
        if self.as_table:
            return self.page(queries.listing(self.teams), lambda row: queries.row(row, None))
        rows = self.paginate_queryset(self.filter_queryset(queries.listing(self.teams))) or []
        newest = queries.last_runs(row.pk for row in rows)
        return self.get_paginated_response([queries.row(row, newest.get(row.pk)) for row in rows])

    @extend_schema(request=CampaignBody, responses={201: CampaignShape})
    def create(self, request: Request) -> Response:
        team = self.team_for("create", "create campaigns")
        body = self.read(CampaignBody)
        refuse_unbuilt(body, _UNBUILT)
        body.pop("team", None)

        def work() -> Answer:
            made = actions.file_campaign(team_id=team, actor=self.actor, **body)
            return Answer(201, queries.as_json(made))

        return self.once(work)

    @extend_schema(responses=CampaignShape)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        found = self.find(pk)
        return tagged(queries.as_json(found), found.version)

    @extend_schema(request=RevisionBody, responses=CampaignShape)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        self.find(pk, "edit")
        body = self.read(RevisionBody)
        version, truncate = self.version(body), body.pop("truncate")
        revised = actions.revise_campaign(
            campaign_id=pk, version=version, changes=body, truncate=truncate, actor=self.actor
        )
        return tagged(queries.as_json(revised), revised.version)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        self.find(pk, "delete")
        actions.delete_campaign(campaign_id=pk, actor=self.actor)
        return Response(status=204)

    @extend_schema(request=NothingBody, responses=CampaignShape)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: UUID) -> Response:
        self.find(pk, "archive")
        self.read(NothingBody)
        return self.once(lambda: _answer(actions.archive_campaign(campaign_id=pk, actor=self.actor)))

    @extend_schema(request=NothingBody, responses=CampaignShape)
    @action(detail=True, methods=["post"])
    def unarchive(self, request: Request, pk: UUID) -> Response:
        self.find(pk, "archive")
        self.read(NothingBody)
        return self.once(lambda: _answer(actions.unarchive_campaign(campaign_id=pk, actor=self.actor)))

    @extend_schema(request=StartBody, responses=PreflightShape)
    @action(detail=True, methods=["post"])
    def preflight(self, request: Request, pk: UUID) -> Response:
        """Would a run start, and what would it take? No effect."""
        found = self.find(pk, "start", owner="created_by_id")
        body = self.read(StartBody)
        return Response(_preflight(preflight(found, body.get("mode"), body.get("platforms"))))

    @extend_schema(responses=RunRowShape(many=True), operation_id="campaigns_runs_list")
    @action(
        detail=True,
        methods=["get"],
        listing=True,
        filters={},
        orderings=("-created_at", "created_at"),
        columns=run_queries.COLUMNS,
    )
    def runs(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The runs of the campaign, newest first."""
        self.find(pk)
        return self.page(run_queries.visible(self.teams).filter(campaign=pk), run_queries.row)

    @extend_schema(request=RunStartBody, responses={202: RunShape}, operation_id="campaigns_runs_start")
    @runs.mapping.post
    def start(self, request: Request, pk: UUID) -> Response:
        """Accept a run; 409 if one is active."""
        self.find(pk, "start", owner="created_by_id")
        body = self.read(RunStartBody)
        refuse_unbuilt(body, _UNBUILT)

        def work() -> Answer:
            run = run_actions.start_run(
                campaign_id=pk, mode=body.get("mode"), platforms=body.get("platforms"), actor=self.actor
            )
            return Answer(202, run_queries.read(run.pk), run_id=run.pk)

        return self.once(work)

    @extend_schema(parameters=PARAMETERS, responses=EventsShape)
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None, query=QUERY)
    def events(self, request: Request, pk: UUID) -> Response:
        """The campaign's own events, in order."""
        return events_page(request, "campaign", pk, self.find(pk).last_event_seq)


def _answer(campaign: Campaign) -> Answer:
    return Answer(200, queries.as_json(campaign))


def _preflight(found: Preflight) -> dict[str, Any]:
    estimate = found.estimate
    return {
        "ok": found.ok,
        "errors": found.errors,
        "warnings": list(found.warnings),
        "agents": [asdict(use) for use in found.agents],
        "estimate": estimate
        and {
            "seconds": estimate.seconds,
            "cost": None if estimate.cost_micros is None else as_text(estimate.cost_micros),
            "currency": "USD",
            "tasks": estimate.tasks,
        },
        "duplicate_of": str(found.duplicate_of) if found.duplicate_of else None,
    }
