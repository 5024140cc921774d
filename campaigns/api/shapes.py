"""Shapes of answers that several resources share, for the schema. The JSON itself is made in `campaigns.queries`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from campaigns.api.bodies import AnyField, ObjectField
from campaigns.states import (
    AuditState,
    Mode,
    Purpose,
    RunOutcome,
    RunState,
    SessionState,
    TaskState,
    Verdict,
)

Shape = serializers.Serializer


class BudgetShape(Shape[Any]):
    id = serializers.UUIDField()
    scope = serializers.ChoiceField(choices=["team", "campaign", "run", "domain"])
    limit = serializers.CharField(allow_null=True)
    spent = serializers.CharField()
    reserved = serializers.CharField()
    left = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    version = serializers.IntegerField()
    unknown = serializers.CharField(
        required=False,
        allow_null=True,
        help_text="Of a run: how much of what is spent stands for calls whose cost is unknown.",
    )


class LastRunShape(Shape[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    purpose = serializers.ChoiceField(choices=[*Purpose])
    state = serializers.ChoiceField(choices=[*RunState])
    outcome = serializers.ChoiceField(choices=[*RunOutcome], allow_null=True)


class MetricsShape(Shape[Any]):
    total_ms = serializers.IntegerField(allow_null=True)
    time_to_first_artifact_ms = serializers.IntegerField(allow_null=True)
    generation_ms = serializers.IntegerField(allow_null=True)
    audit_ms = serializers.IntegerField()
    write_ms = serializers.IntegerField()
    agent_ms = serializers.DictField(child=serializers.IntegerField())
    events = serializers.IntegerField()
    tasks_total = serializers.IntegerField()
    tasks_completed = serializers.IntegerField()
    tasks_failed = serializers.IntegerField()
    tasks_blocked = serializers.IntegerField()
    tasks_in_progress = serializers.IntegerField()
    tasks_pending = serializers.IntegerField()
    progress_percent = serializers.IntegerField()
    proved_percent = serializers.IntegerField()
    completion_rate = serializers.FloatField()
    failure_rate = serializers.FloatField()
    total_retries = serializers.IntegerField()
    avg_retries_per_task = serializers.FloatField()
    elapsed_ms = serializers.IntegerField()
    avg_task_ms = serializers.IntegerField(allow_null=True)
    estimated_remaining_ms = serializers.IntegerField(allow_null=True)
    drift_checks = serializers.IntegerField()
    drift_corrections = serializers.IntegerField()
    last_drift_severity = serializers.CharField(allow_null=True)


class MakerShape(Shape[Any]):
    agent = serializers.CharField(help_text="The agent that made it, such as builtin or llm:openai:gpt-5.")
    instead_of = serializers.CharField(help_text="The first choice, where another had to answer for it.")
    why = serializers.CharField(help_text="Why the first choice could not, where it is known.")
    replayed = serializers.BooleanField(help_text="Whether the answer was one kept from before.")
    person = serializers.CharField(help_text="Who wrote it by hand.")


class PieceShape(Shape[Any]):
    slot = serializers.CharField()
    artifact = serializers.UUIDField()
    version = serializers.UUIDField()
    number = serializers.IntegerField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    tags = serializers.ListField(child=AnyField())
    inherited = serializers.BooleanField()
    made_by = MakerShape(allow_null=True)
    created_at = serializers.DateTimeField()


class EffectiveShape(Shape[Any]):
    """The verdict without the findings that are waived now; the report itself stays as it is."""

    verdict = serializers.ChoiceField(choices=[*Verdict])
    score = serializers.FloatField(allow_null=True)
    waived = serializers.IntegerField()
    until = serializers.DateTimeField(allow_null=True)


class OpinionShape(Shape[Any]):
    scope = serializers.CharField(help_text="bundle, or the piece that was audited alone.")
    by = serializers.CharField()
    text = serializers.CharField()
    score = serializers.FloatField(allow_null=True)


class NoOpinionShape(Shape[Any]):
    scope = serializers.CharField()
    why = serializers.CharField()


class AuditSummaryShape(Shape[Any]):
    reports = serializers.ListField(child=serializers.UUIDField())
    state = serializers.ChoiceField(choices=[*AuditState], allow_null=True)
    verdict = serializers.ChoiceField(choices=[*Verdict])
    score = serializers.FloatField(allow_null=True)
    findings = serializers.DictField(child=serializers.IntegerField())
    pack = serializers.CharField()
    pack_version = serializers.CharField()
    opinions = OpinionShape(many=True, help_text="What a model thinks; it changes nothing.")
    no_opinion = NoOpinionShape(many=True, help_text="Why a model that was asked gave none.")
    effective = EffectiveShape(allow_null=True, help_text="Without what is waived; null where nothing is.")
    finished_at = serializers.DateTimeField(allow_null=True)


class RunErrorShape(Shape[Any]):
    agent = serializers.CharField()
    task = serializers.CharField(required=False)
    code = serializers.CharField()
    message = serializers.CharField()
    time = serializers.DateTimeField()
    retryable = serializers.BooleanField()


class SessionShape(Shape[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[*SessionState])
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    checkpoint = serializers.UUIDField(allow_null=True)
    carried = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class ProgressShape(Shape[Any]):
    percent = serializers.IntegerField()
    proved_percent = serializers.IntegerField()
    completed = serializers.IntegerField()
    total = serializers.IntegerField()


class PinnedBrandShape(Shape[Any]):
    """The version of a brand that a run was started with."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    sha256 = serializers.CharField()


class RunRowShape(Shape[Any]):
    id = serializers.UUIDField()
    campaign = serializers.UUIDField()
    team = serializers.UUIDField()
    number = serializers.IntegerField()
    kind = serializers.CharField()
    purpose = serializers.ChoiceField(choices=[*Purpose])
    state = serializers.ChoiceField(choices=[*RunState])
    stage = serializers.CharField(allow_null=True)
    outcome = serializers.ChoiceField(choices=[*RunOutcome], allow_null=True)
    mode = serializers.ChoiceField(choices=[*Mode])
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    artifact = serializers.UUIDField(allow_null=True)
    tasks = serializers.DictField(child=serializers.IntegerField())
    audit_pending = serializers.BooleanField()
    last_event = serializers.IntegerField()
    correlation = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    deadline_at = serializers.DateTimeField()


class RunShape(RunRowShape):
    brand = PinnedBrandShape(allow_null=True)
    artifacts = PieceShape(many=True)
    audit = AuditSummaryShape(allow_null=True)
    errors = RunErrorShape(many=True)  # type: ignore[assignment]
    metrics = MetricsShape()
    budget = BudgetShape(allow_null=True)
    session = SessionShape(allow_null=True)
    progress = ProgressShape()


class EventShape(Shape[Any]):
    """The same object as on the websocket."""

    seq = serializers.IntegerField()
    id = serializers.UUIDField()
    stream = serializers.CharField()
    run = serializers.UUIDField(allow_null=True)
    campaign = serializers.UUIDField(allow_null=True)
    type = serializers.CharField()
    state = serializers.CharField(allow_null=True)
    stage = serializers.CharField(allow_null=True)
    to = serializers.CharField(allow_null=True)
    agent = serializers.CharField(allow_null=True)
    task = serializers.UUIDField(allow_null=True)
    message = serializers.CharField()
    time = serializers.DateTimeField()
    actor = serializers.CharField()
    cause = serializers.UUIDField(allow_null=True)
    correlation = serializers.CharField()
    data = ObjectField()  # type: ignore[assignment]

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python, so that field is added by name."""
        return {**super().get_fields(), "from": serializers.CharField(allow_null=True)}


class EventsShape(Shape[Any]):
    last_event = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = EventShape(many=True)


class TaskRowShape(Shape[Any]):
    id = serializers.UUIDField()
    run = serializers.UUIDField()
    key = serializers.CharField()
    position = serializers.IntegerField()
    title = serializers.CharField()
    role = serializers.CharField()
    backend = serializers.ListField(child=serializers.CharField())
    queue = serializers.CharField()
    slot = serializers.CharField(allow_null=True)
    domain = serializers.CharField(allow_null=True)
    priority = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[*TaskState])
    attempts = serializers.IntegerField()
    failures = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    error = AnyField(allow_null=True)
    version = serializers.IntegerField()
    ready_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    not_before = serializers.DateTimeField(allow_null=True)


class EvidenceShape(Shape[Any]):
    id = serializers.UUIDField()
    criterion = serializers.UUIDField()
    task = serializers.UUIDField()
    attempt = serializers.UUIDField()
    title = serializers.CharField()
    phase = serializers.CharField()
    blocking = serializers.BooleanField()
    verdict = serializers.ChoiceField(choices=["proved", "refuted", "error"])
    command = AnyField()
    exit_code = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()
    output = serializers.CharField()
    output_hash = serializers.CharField()
    tree_hash = serializers.CharField()
    duration_ms = serializers.IntegerField()
    created_at = serializers.DateTimeField()
