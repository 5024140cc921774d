"""Brand and BrandVersion: how a team speaks and looks, in immutable, content-hashed versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from campaigns.models.fields import status, uuid_pk
from campaigns.models.teams import Team
from campaigns.states import BrandState


class Brand(models.Model):
    """`head` is the number of its last version, the draft; `published` the number of the one that runs use, if any.

    `name` is that of the published version, else of the draft. `version` counts changes of this row, for editors.
    """

    id = uuid_pk()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="brands")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, allow_unicode=True)
    state = status(BrandState, BrandState.DRAFT)
    head = models.PositiveIntegerField(default=1)
    published = models.PositiveIntegerField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["team", "slug"], name="brand_slug_once"),
            models.CheckConstraint(
                condition=Q(published__isnull=True) | Q(published__lte=F("head")), name="brand_published_exists"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published__isnull=False), name="brand_published_has_version"
            ),
            models.CheckConstraint(
                condition=~Q(state="draft") | Q(published__isnull=True), name="brand_draft_has_none_published"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_draft(self) -> bool:
        """True if there is something that has not been published."""
        return self.published != self.head


class BrandVersion(models.Model):
    """Written once; the database refuses to change or delete it. `sha256` is over the canonical JSON
    of `data`; `author` is the actor as events name them.
    """

    id = uuid_pk()
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    data = models.JSONField()
    sha256 = models.CharField(max_length=64)
    author = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["brand", "number"], name="brand_version_once")]

    def __str__(self) -> str:
        return f"version {self.number}"
