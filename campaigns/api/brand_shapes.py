"""Shapes of brands and of what briefs share with them, for the schema. The JSON is made in `campaigns.queries`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from campaigns.kinds.brands import ROLES
from campaigns.kinds.wording import EMOJI
from campaigns.states import BrandState

Shape = serializers.Serializer


def _texts(**how: Any) -> Any:
    return serializers.ListField(child=serializers.CharField(), required=False, **how)


class ClaimShape(Shape[Any]):
    claim = serializers.CharField()
    proof = serializers.CharField(required=False)


class VoiceShape(Shape[Any]):
    tone = serializers.CharField(required=False)
    adjectives = _texts()
    guidelines = serializers.CharField(required=False)
    dos = _texts()
    donts = _texts()


class WordsShape(Shape[Any]):
    prefer = _texts()
    avoid = _texts(help_text="word, or word -> what is said instead")


class ColourShape(Shape[Any]):
    name = serializers.CharField(required=False)
    hex = serializers.CharField()
    role = serializers.ChoiceField(choices=["", *ROLES], required=False)


class HashtagsShape(Shape[Any]):
    required = _texts()
    banned = _texts()


class RecordShape(Shape[Any]):
    name = serializers.CharField()
    description = serializers.CharField(required=False)


class BrandDataShape(Shape[Any]):
    """A brand. Unknown fields are refused."""

    schema = serializers.IntegerField(required=False)
    name = serializers.CharField(required=False)
    voice = VoiceShape(required=False)
    words = WordsShape(required=False)
    palette = ColourShape(many=True, required=False)
    disclaimers = _texts()
    required_terms = _texts()
    prohibited_terms = _texts()
    claims = ClaimShape(many=True, required=False)
    hashtags = HashtagsShape(required=False)
    emoji = serializers.ChoiceField(choices=["", *EMOJI], required=False)
    platforms = _texts()
    link = serializers.CharField(required=False)
    products = RecordShape(many=True, required=False)
    personas = RecordShape(many=True, required=False)


class BrandRowShape(Shape[Any]):
    id = serializers.UUIDField()
    team = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    state = serializers.ChoiceField(choices=[*BrandState])
    version = serializers.IntegerField()
    published = serializers.IntegerField(allow_null=True)
    head = serializers.IntegerField()
    has_draft = serializers.BooleanField()
    palette = serializers.ListField(child=serializers.CharField())
    campaigns = serializers.IntegerField()
    created_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    published_by = serializers.CharField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    archived_at = serializers.DateTimeField(allow_null=True)


class ContrastShape(Shape[Any]):
    ink = serializers.CharField()
    ground = serializers.CharField()
    ratio = serializers.FloatField()
    use = serializers.ChoiceField(choices=["text", "large", "none"])


class BrandShape(BrandRowShape):
    data = BrandDataShape()  # type: ignore[assignment]
    sha256 = serializers.CharField()
    published_data = BrandDataShape(allow_null=True)
    published_sha256 = serializers.CharField(allow_null=True)
    missing = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    cautions = serializers.ListField(child=serializers.CharField())
    contrast = ContrastShape(many=True)


class BrandVersionShape(Shape[Any]):
    id = serializers.UUIDField()
    brand = serializers.UUIDField()
    number = serializers.IntegerField()
    published = serializers.BooleanField()
    sha256 = serializers.CharField()
    author = serializers.CharField()
    created_at = serializers.DateTimeField()
    data = BrandDataShape()  # type: ignore[assignment]


class BrandPartShape(Shape[Any]):
    op = serializers.ChoiceField(choices=["same", "added", "removed"])
    text = serializers.CharField()


class BrandChangeShape(Shape[Any]):
    path = serializers.CharField()
    parts = BrandPartShape(many=True)


class BrandDiffShape(Shape[Any]):
    version = serializers.IntegerField()
    against = serializers.IntegerField(allow_null=True)
    changes = BrandChangeShape(many=True)


class BrandCampaignShape(Shape[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.CharField()
    runs = serializers.IntegerField()


class BrandRunsShape(Shape[Any]):
    version = serializers.IntegerField()
    runs = serializers.IntegerField()


class BrandUsageShape(Shape[Any]):
    campaigns_total = serializers.IntegerField()
    campaigns = BrandCampaignShape(many=True)
    runs = BrandRunsShape(many=True)


class RemarkShape(Shape[Any]):
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    quote = serializers.CharField()
    severity = serializers.ChoiceField(choices=["low", "medium", "high", "critical"])
    why = serializers.CharField()
    instead = serializers.CharField()
    rule = serializers.CharField()


class PhraseShape(Shape[Any]):
    text = serializers.CharField()
    ok = serializers.BooleanField()
    remarks = RemarkShape(many=True)
