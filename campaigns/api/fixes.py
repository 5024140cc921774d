"""What the fix loop is asked and answers, for pieces and for runs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from campaigns.actions.findings import MOST_ROUNDS, ROUNDS, Fix
from campaigns.actions.idempotency import Answer
from campaigns.api.bodies import Body, StrictIntegerField, VersionedBody


class RunFixBody(Body):
    rounds = StrictIntegerField(required=False, min_value=1, max_value=MOST_ROUNDS, default=ROUNDS)


class FixBody(VersionedBody):
    """With `version` (the head that was looked at) any other head is a conflict."""

    rounds = StrictIntegerField(required=False, min_value=1, max_value=MOST_ROUNDS, default=ROUNDS)


@extend_schema_serializer(many=False)
class FixShape(serializers.Serializer[Any]):
    stopped = serializers.ChoiceField(choices=["clean", "no_patches", "not_shrinking", "rounds"])
    rounds = serializers.ListField()
    findings_left = serializers.IntegerField()
    waived = serializers.IntegerField(help_text="How many of those are waived, and so were not patched.")
    versions = serializers.ListField(help_text="The versions that were made: {id, artifact, slot, number, sha256}.")
    run = serializers.UUIDField(allow_null=True, help_text="The child run that audits them.")


def fix_answer(done: Fix) -> Answer:
    """202 while the new audit is going on; 200 where there was nothing to patch."""
    return Answer(200 if done.run is None else 202, done.as_json())
