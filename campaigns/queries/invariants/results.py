"""Checks of what was made: versions, reports, checkpoints, merges, keys and what must still leave. Never writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, F, Max, Min, Q

from campaigns.kinds import snapshots
from campaigns.models import (
    Artifact,
    ArtifactVersion,
    AuditReport,
    Checkpoint,
    IdempotencyKey,
    Merge,
    Outbox,
    TaskOutput,
    Workspace,
)
from campaigns.queries.invariants.base import Look, Violation
from campaigns.states import AttemptState, MergeState
from conductor.lib.errors import BadInput
from conductor.lib.ids import canonical_json, sha256_hex

_CHUNK: Final = 200
#: A clone outlives the attempt it was made for by at most this, then the witness has removed it.
CLONES_KEPT: Final = timedelta(minutes=10)


def versions_numbered(look: Look) -> Iterator[Violation]:
    """I5: the versions of a piece are 1..n, its head is n, the active one is its own."""
    pieces = Artifact.objects.annotate(
        n=Count("versions"), first=Min("versions__number"), last=Max("versions__number")
    ).order_by()
    for condition, words in (
        (~Q(head=F("n")), "has another number of versions than its head says"),
        (Q(n__gt=0) & ~Q(first=1, last=F("n")), "has versions that are not numbered 1 to n"),
        (Q(active__isnull=False) & ~Q(active__artifact=F("pk")), "has an active version of another piece"),
        (Q(n__gt=0, active=None), "has versions, but none is active"),
    ):
        for pk in pieces.filter(condition).values_list("pk", flat=True):
            yield Violation("I5", f"artifact {pk}", words)


def only_winners_made(look: Look) -> Iterator[Violation]:
    """I6: versions, reports, outputs and landings come from attempts that won."""
    lost = Q(attempt__isnull=False) & ~Q(attempt__state=AttemptState.SUCCEEDED)
    for noun, found in (
        ("version", ArtifactVersion.objects.filter(lost)),
        ("audit report", AuditReport.objects.filter(lost)),
        ("output of task", TaskOutput.objects.filter(lost)),
        ("merge", Merge.objects.filter(lost, state=MergeState.LANDED)),
    ):
        for pk in found.order_by().values_list("pk", flat=True):
            yield Violation("I6", f"{noun} {pk}", "was made by an attempt that did not succeed")
    strangers = ArtifactVersion.objects.filter(attempt__isnull=False).exclude(run=F("attempt__run"))
    for pk in strangers.order_by().values_list("pk", flat=True):
        yield Violation("I6", f"version {pk}", "names another run than the attempt that made it")


def checkpoints_hold(look: Look) -> Iterator[Violation]:
    """I15: a checkpoint is not ahead of its run, is undamaged, and is signed (checked where the key is given)."""
    ahead = Checkpoint.objects.filter(at_seq__gt=F("run__last_event_seq")).order_by()
    for pk in ahead.values_list("pk", flat=True):
        yield Violation("I15", f"checkpoint {pk}", "is ahead of the history of its run")
    rows = Checkpoint.objects.order_by().values_list("pk", "run_id", "payload", "digest", "mac")
    for pk, run, payload, digest, mac in rows.iterator(chunk_size=_CHUNK):
        if look.key is None:
            if sha256_hex(payload) != digest or not mac:
                yield Violation("I15", f"checkpoint {pk}", "is damaged or not signed")
            continue
        try:
            snapshots.verify(snapshots.Signed(payload, digest, mac), key=look.key, run_id=str(run))
        except BadInput as error:
            yield Violation("I15", f"checkpoint {pk}", error.message)


def outbox_leaves(look: Look) -> Iterator[Violation]:
    """I16: what must leave has left, or is known to be dead."""
    stuck = Outbox.objects.filter(dead_at=None, created_at__lt=look.since, not_before__lt=look.since).order_by()
    for pk, topic in stuck.values_list("pk", "topic"):
        yield Violation("I16", f"outbox {pk}", f"({topic}) was due long ago and has not left")


def keys_name_one_run(look: Look) -> Iterator[Violation]:
    """I18: an idempotency key has its answer, and no run belongs to two keys."""
    for pk in IdempotencyKey.objects.filter(status_code=None).order_by().values_list("pk", flat=True):
        yield Violation("I18", f"idempotency key {pk}", "has no answer")
    named = IdempotencyKey.objects.filter(run__isnull=False).order_by().values_list("run_id")
    for run, n in named.annotate(n=Count("pk")).filter(n__gt=1):
        yield Violation("I18", f"run {run}", f"belongs to {n} idempotency keys")
    for pk, run, body in IdempotencyKey.objects.filter(run__isnull=False).values_list("pk", "run_id", "response"):
        if isinstance(body, dict) and body.get("id") != str(run):
            yield Violation("I18", f"idempotency key {pk}", f"answered with {body.get('id')}, but its run is {run}")


def content_matches_hash(look: Look) -> Iterator[Violation]:
    """I23: the content of every version has the hash and size stored beside it, and reports name those hashes."""
    hashes: dict[str, str] = {}
    rows = ArtifactVersion.objects.order_by().values_list("pk", "content", "sha256", "size")
    for pk, content, digest, size in rows.iterator(chunk_size=_CHUNK):
        hashes[str(pk)] = digest
        text = canonical_json(content).encode()
        if sha256_hex(text) != digest or len(text) != size:
            yield Violation("I23", f"version {pk}", "has content of another hash or size than is stored")
    for pk, pieces in AuditReport.objects.order_by().values_list("pk", "pieces"):
        for slot, piece in pieces.items():
            if piece and not _names(piece, hashes):
                yield Violation("I23", f"audit report {pk}", f"names content of {slot} that is not stored so")


def _names(piece: Any, hashes: dict[str, str]) -> bool:
    version, digest = piece.get("version"), piece.get("sha256")
    return version is None or hashes.get(str(version)) == digest


def clones_removed(look: Look) -> Iterator[Violation]:
    """I24: no clone is kept long after its attempt."""
    old = Workspace.objects.filter(removed_at=None, attempt__finished_at__lt=look.since - CLONES_KEPT).order_by()
    for pk in old.values_list("pk", flat=True):
        yield Violation("I24", f"workspace {pk}", "is kept long after its attempt has ended")


def landings_decided(look: Look) -> Iterator[Violation]:
    """I27: an intent to land is landed or abandoned once its attempt is over; an attempt that won has landed."""
    left = Merge.objects.filter(state=MergeState.INTENDED, attempt__finished_at__lt=look.since).order_by()
    for pk in left.values_list("pk", flat=True):
        yield Violation("I27", f"merge {pk}", "was intended, and neither landed nor was given up")
