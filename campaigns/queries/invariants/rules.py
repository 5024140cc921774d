"""Checks of rules and of what people let stand: packs as published, packs as pinned, waivers. Never writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Count, F, Max, Min, Q

from agents.auditing.rulepacks import pack_digest
from campaigns.models import Finding, PinnedPack, RulePack, RulePackVersion, Run, Waiver
from campaigns.queries.invariants.base import Look, Violation
from campaigns.states import PackState

_CHUNK: Final = 200


def packs_are_whole(look: Look) -> Iterator[Violation]:
    """I34: the versions of a rule pack are 1..n with the stored digests, and what is published is a version of it."""
    packs = RulePack.objects.annotate(
        n=Count("versions"), first=Min("versions__number"), last=Max("versions__number")
    ).order_by()
    for condition, words in (
        (~Q(head=F("n")), "has another number of versions than its head says"),
        (Q(n__gt=0) & ~Q(first=1, last=F("n")), "has versions that are not numbered 1 to n"),
        (Q(active__isnull=False) & ~Q(active__pack=F("pk")), "has an active version of another pack"),
        (Q(active__isnull=False, active__published_at=None), "has an active version that was never published"),
        (Q(state=PackState.PUBLISHED, active=None), "is published without a version"),
    ):
        for pk in packs.filter(condition).values_list("pk", flat=True):
            yield Violation("I34", f"rule pack {pk}", words)
    rows = RulePackVersion.objects.order_by().values_list("pk", "data", "sha256", "tests", "forced", "published_at")
    for pk, data, digest, tests, forced, published in rows.iterator(chunk_size=_CHUNK):
        if pack_digest(data) != digest:
            yield Violation("I34", f"version {pk} of a rule pack", "holds other rules than its digest says")
        if published and not tests and not forced:
            yield Violation("I34", f"version {pk} of a rule pack", "was published without tests and without a reason")


def runs_have_their_rules(look: Look) -> Iterator[Violation]:
    """I35: the rules that a run was started with are stored, and are what their digest says."""
    held: set[str] = set()
    rows = PinnedPack.objects.order_by().values_list("pk", "data")
    for digest, data in rows.iterator(chunk_size=_CHUNK):
        held.add(digest)
        if pack_digest(data) != digest:
            yield Violation("I35", f"pinned rules {digest}", "are other rules than their digest says")
    pinned = Run.objects.filter(settings__has_key="pack").order_by().values_list("pk", "settings__pack__sha256")
    for pk, digest in pinned.iterator(chunk_size=_CHUNK):
        if digest and digest not in held:
            yield Violation("I35", f"run {pk}", "names rules that are not stored")


def waivers_are_given(look: Look) -> Iterator[Violation]:
    """I36: a waiver has a reason, somebody who gave it, an end after its beginning, and what its scope needs."""
    bare = Waiver.objects.order_by()
    for condition, words in (
        (Q(reason=""), "has no reason"),
        (Q(approved_by=""), "was given by nobody"),
        (Q(expires_at__lte=F("created_at")), "ends before it begins"),
        (~Q(scope="team") & Q(campaign=None), "is for a campaign and names none"),
        (~Q(scope="team") & Q(fingerprint=""), "does not say what it covers"),
        (Q(scope__in=["finding", "version"], artifact_version=None), "is for a version and names none"),
        (Q(campaign__isnull=False) & ~Q(campaign__team=F("team")), "is of another team than its campaign"),
    ):
        for pk in bare.filter(condition).values_list("pk", flat=True):
            yield Violation("I36", f"waiver {pk}", words)
    strange = Finding.objects.filter(fixed_in__isnull=False, artifact_version__isnull=False)
    for pk in (
        strange.exclude(fixed_in__artifact=F("artifact_version__artifact")).order_by().values_list("pk", flat=True)
    ):
        yield Violation("I36", f"finding {pk}", "was patched in another piece than it is about")
