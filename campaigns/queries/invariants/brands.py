"""Checks of brands: their versions, what is published, and what runs were started with. Never writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Count, F, Max, Min, Q

from campaigns.models import Brand, BrandVersion, Run
from campaigns.queries.invariants.base import Look, Violation
from conductor.lib.ids import content_hash

_CHUNK: Final = 200


def brands_published_once(look: Look) -> Iterator[Violation]:
    """I32: the versions of a brand are 1..n, its head is n, and at most one, which exists, is published."""
    brands = Brand.objects.annotate(n=Count("versions"), first=Min("versions__number"), last=Max("versions__number"))
    for condition, words in (
        (Q(n=0) | ~Q(head=F("n")), "has another number of versions than its head says"),
        (Q(n__gt=0) & ~Q(first=1, last=F("n")), "has versions that are not numbered 1 to n"),
        (Q(published__gt=F("head")) | Q(published__lt=1), "names a published version that it does not have"),
        (Q(state="published", published=None), "is published without a version"),
        (Q(state="draft", published__isnull=False), "is a draft with a published version"),
    ):
        for pk in brands.filter(condition).order_by().values_list("pk", flat=True):
            yield Violation("I32", f"brand {pk}", words)
    rows = BrandVersion.objects.order_by().values_list("pk", "data", "sha256")
    for pk, data, digest in rows.iterator(chunk_size=_CHUNK):
        if content_hash(data) != digest:
            yield Violation("I32", f"brand version {pk}", "has data of another hash than is stored")


def pinned_brands_match(look: Look) -> Iterator[Violation]:
    """I33: the brand a run names is the stored version it points to, by number and hash; a child has its parent's."""
    named = Q(settings__brand__isnull=False) | Q(brand_version__isnull=False)
    rows = Run.objects.filter(named).order_by().values_list(
        "pk", "settings__brand", "brand_version__brand_id", "brand_version__number", "brand_version__sha256",
        "parent_id", "parent__brand_version_id", "brand_version_id",
    )  # fmt: skip
    for pk, record, brand, number, digest, parent, parents, own in rows.iterator(chunk_size=_CHUNK):
        told = (record or {}).get("id"), (record or {}).get("version"), (record or {}).get("sha256")
        if told != (str(brand), number, digest):
            yield Violation("I33", f"run {pk}", "names another brand version than the one it points to")
        if parent is not None and parents != own:
            yield Violation("I33", f"run {pk}", "has another brand version than its parent")
