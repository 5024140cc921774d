"""A team's rule packs: save a version, run its tests, publish it, archive the pack. Runs keep what they started with.

Must not judge rules: what a pack may say is for the library.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from campaigns import events
from campaigns.kinds import rulepacks
from campaigns.kinds.rulepacks import PackSource
from campaigns.models import RulePack, RulePackVersion, Team
from campaigns.permissions import Actor, require
from campaigns.queries.rulepacks import version_of
from campaigns.states import PackState
from campaigns.transitions.rulepacks import move_pack
from conductor.lib.clock import iso, now
from conductor.lib.errors import BadInput, Conflict, NotFound, StaleVersion
from conductor.lib.text import clean, is_storable

MOST_PACKS: Final = 100
MOST_VERSIONS: Final = 1_000
MOST_FAILURES: Final = 50
NOTE_LENGTH: Final = 500
TESTS_LENGTH: Final = 500_000


def save_pack(
    *, team_id: UUID, source: str, tests: str = "", note: str = "", version: int | None = None, actor: Actor
) -> RulePackVersion:
    """Store a text as the next version of the pack that it names; the same text again changes nothing.

    A new name makes a new pack. `version` is the number that was edited (0: the pack is new); another is a conflict.
    """
    require(actor, "edit_pack", team_id)
    note = clean(note, "note", most=NOTE_LENGTH, lines=True)
    read = read_pack(source, tests)
    if read.name in rulepacks.shipped():
        raise BadInput(errors={"name": f"{read.name!r} is a shipped pack; give yours another name."})
    with transaction.atomic():
        pack = _locked_by_name(team_id, read.name)
        head = pack.head if pack else 0
        if version is not None and version != head:
            raise _stale(read.name, head, version)
        if pack is None:
            pack = _new_pack(team_id, read.name)
        if pack.state == PackState.ARCHIVED:
            raise Conflict("The rule pack is archived; publish a version of it to take it out of the archive.")
        last = RulePackVersion.objects.filter(pack=pack, number=pack.head).first()
        if last is not None and (last.source, last.tests) == (read.source, read.tests):
            return last
        return _add_version(pack, read, note, actor)


def _stale(name: str, head: int, version: int) -> StaleVersion:
    """The name in the text decides which pack is meant, so another name is another pack."""
    if not head:
        words = f"There is no rule pack called {name!r}: a pack keeps its name. Write a new pack for another name."
        return StaleVersion(words, errors={"name": "Is another one."})
    if not version:
        words = f"Your team has a rule pack called {name!r} already; edit that one, or give yours another name."
        return StaleVersion(words, errors={"name": "Is taken."})
    return StaleVersion(f"The rule pack is at version {head}, not {version}; read it again.")


def read_pack(source: str, tests: str) -> PackSource:
    """The pack in the text, with its tests; BadInput by path and line."""
    if not isinstance(source, str) or not isinstance(tests, str):
        raise BadInput(errors={"source": "Must be text."})
    if len(tests) > TESTS_LENGTH:
        words = f"Has {len(tests):,} characters; the limit is {TESTS_LENGTH:,}."
        raise BadInput(code="too_long", errors={"tests": words})
    read = rulepacks.read_source(source.replace("\r\n", "\n"), tests.replace("\r\n", "\n"))
    if not is_storable([read.source, read.tests, read.data]):
        raise BadInput(errors={"source": "Holds characters that are not text."})
    return read


def _new_pack(team_id: UUID, name: str) -> RulePack:
    if RulePack.objects.filter(team=team_id).count() >= MOST_PACKS:
        raise Conflict(f"A team has at most {MOST_PACKS} rule packs.")
    try:
        with transaction.atomic():
            return RulePack.objects.create(team_id=team_id, name=name, created_at=now())
    except IntegrityError:
        raise Conflict(f"Somebody made a rule pack called {name!r} meanwhile; read it again.") from None


def _add_version(pack: RulePack, read: PackSource, note: str, actor: Actor) -> RulePackVersion:
    if pack.head >= MOST_VERSIONS:
        raise Conflict(f"A rule pack has at most {MOST_VERSIONS:,} versions.")
    made = RulePackVersion.objects.create(
        pack=pack,
        number=pack.head + 1,
        version=read.version,
        source=read.source,
        data=read.data,
        sha256=read.sha256,
        tests=read.tests,
        note=note,
        created_by_id=actor.user_id,
        created_at=now(),
    )
    RulePack.objects.filter(pk=pack.pk).update(head=made.number)
    pack.head = made.number
    events.record_team(
        pack.team,
        "rule_pack.drafted",
        actor=actor,
        message=f"{pack.name} {made.version} was saved.",
        data={**_named(pack), "number": made.number, "version": made.version, "sha256": made.sha256},
    )
    return made


def run_pack_tests(*, pack_id: UUID, number: int | None = None, actor: Actor) -> RulePackVersion:
    """Run the tests that stand beside the rules, and keep what they said."""
    pack = _found(pack_id, "edit_pack", actor)
    held = version_of(pack, number)
    if not held.tests:
        raise Conflict("This version has no tests to run.")
    count, failures = rulepacks.run_tests(held.data, held.tests)
    results = {"ran_at": iso(now()), "tests": count, "failures": failures[:MOST_FAILURES], "failed": len(failures)}
    with transaction.atomic():
        RulePackVersion.objects.filter(pk=held.pk).update(results=results)
        said = f"{len(failures)} of its tests failed" if failures else f"{count} tests passed"
        events.record_team(
            pack.team,
            "rule_pack.tested",
            actor=actor,
            message=f"{pack.name} {held.version}: {said}.",
            data={
                **_named(pack),
                "number": held.number,
                "version": held.version,
                "tests": count,
                "failures": len(failures),
            },
        )
    held.refresh_from_db()
    return held


def publish_pack(
    *, pack_id: UUID, number: int | None = None, force: bool = False, reason: str = "", actor: Actor
) -> RulePack:
    """New runs that choose the pack get these rules. Its tests are run first, and one that fails is refused.

    Without tests it takes `force` and a reason. The version it names must be above the published one.
    """
    pack = _found(pack_id, "publish_pack", actor)
    reason = clean(reason, "reason", most=NOTE_LENGTH, lines=True)
    held = version_of(pack, number)
    if held.tests:
        reason = ""
        failed = (run_pack_tests(pack_id=pack.pk, number=held.number, actor=actor).results or {})["failed"]
        if failed:
            raise Conflict(f"{failed} of its own tests failed, so it is not published.")
    elif not force or not reason:
        words = "It has no tests; publishing it all the same takes `force` and a reason."
        raise BadInput(words, errors={"reason" if force else "force": words})
    with transaction.atomic():
        locked = _locked(pack.pk)
        if locked.state == PackState.PUBLISHED and locked.active_id == held.pk:
            return locked
        _refuse_lower(locked, held)
        return _publish(locked, held, reason, actor)


def _refuse_lower(pack: RulePack, held: RulePackVersion) -> None:
    """What is published only rises; the version that was last published may come out of the archive."""
    before = pack.active
    if before is None or before.pk == held.pk:
        return
    if rulepacks.version_key(held.version) <= rulepacks.version_key(before.version):
        words = f"Must be above the published version {before.version}, not {held.version}."
        raise BadInput(words, errors={"version": words})


def _publish(pack: RulePack, held: RulePackVersion, reason: str, actor: Actor) -> RulePack:
    if held.published_at is None:
        RulePackVersion.objects.filter(pk=held.pk).update(
            published_at=now(), published_by_id=actor.user_id, forced=reason
        )
    RulePack.objects.filter(pk=pack.pk).update(active=held)
    data = {**_named(pack), "number": held.number, "version": held.version, "sha256": held.sha256, "forced": reason}
    message = f"{pack.name} {held.version} was published."
    if pack.state == PackState.PUBLISHED:
        events.record_team(pack.team, "rule_pack.renewed", actor=actor, message=message, data=data)
    else:
        move_pack(pack, PackState.PUBLISHED, "rule_pack.published", message=message, actor=actor, data=data)
    return _locked(pack.pk)


def archive_pack(*, pack_id: UUID, actor: Actor) -> RulePack:
    """No new run may choose it; runs that were started with it keep it. Twice is as good as once."""
    _found(pack_id, "publish_pack", actor)
    with transaction.atomic():
        pack = _locked(pack_id)
        if pack.state != PackState.ARCHIVED:
            message = f"{pack.name} was archived."
            move_pack(pack, PackState.ARCHIVED, "rule_pack.archived", message=message, actor=actor, data=_named(pack))
    return pack


def _found(pack_id: UUID, verb: str, actor: Actor) -> RulePack:
    pack = RulePack.objects.select_related("team", "active").filter(pk=pack_id).first()
    if pack is None:
        if rulepacks.shipped_by_id(pack_id) is not None:
            raise Conflict("This pack ships with the product and cannot be changed; extend it in one of your own.")
        raise NotFound("There is no such rule pack.")
    require(actor, verb, pack.team_id)
    return pack


def _locked(pack_id: UUID) -> RulePack:
    rows = RulePack.objects.select_related("team", "active").select_for_update(no_key=True, of=("self",))
    return rows.get(pk=pack_id)


def _locked_by_name(team_id: UUID, name: str) -> RulePack | None:
    if not Team.objects.filter(pk=team_id).exists():
        raise NotFound("There is no such team.")
    rows = RulePack.objects.select_related("team").select_for_update(no_key=True, of=("self",))
    return rows.filter(team=team_id, name=name).first()


def _named(pack: RulePack) -> dict[str, str]:
    return {"pack": str(pack.pk), "name": pack.name}
