"""The creative kind: three makers in parallel or in sequence, then an audit. Pure; agents know how pieces are made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from agents.sections import section_title
from campaigns.kinds import brief as briefs
from campaigns.kinds.base import (
    End,
    EndFacts,
    GraphChange,
    Need,
    NewReport,
    NewVersion,
    PeriodicCheck,
    Products,
    RunInput,
    TaskFact,
    TaskSpec,
)
from campaigns.kinds.rulepacks import HOUSE, pack_name
from campaigns.kinds.settings import (
    HIGHEST_SAFE,
    LONGEST_RUN_S,
    MODEL_FIELDS,
    chain,
    choice,
    read,
    seconds,
    table,
    whole,
)
from campaigns.states import (
    TASK_ENDED,
    Mode,
    Purpose,
    Queue,
    Requires,
    RunOutcome,
    RunState,
    Stage,
    TaskState,
    Verdict,
    may_move,
)
from conductor.lib.errors import BadInput


class Slot(NamedTuple):
    """A piece of the campaign: which role makes it, its words, the stage its making is."""

    role: str
    title: str
    stage: Stage


SLOTS: Final[dict[str, Slot]] = {
    "copy": Slot("copywriting", "Write the copy", Stage.GENERATING_COPY),
    "short_copy": Slot("short_copy", "Write the short copy", Stage.GENERATING_SHORT_COPY),
    "visual_concept": Slot("visual_concept", "Design the visual", Stage.GENERATING_VISUAL),
}
AUDIT: Final = "audit"
MAKER_SECONDS: Final = 120.0
AUDIT_SECONDS: Final = 60.0

#: What an agent can be named for, and what a key of a model can serve.
PARTS: Final = (*SLOTS, AUDIT)
_FIELDS: Final = {
    "mode": choice(*(mode.value for mode in Mode)),
    "seed": whole(0, HIGHEST_SAFE),
    "max_parallel": whole(1, 100),
    "deadline_s": seconds(1, LONGEST_RUN_S),
    "agents": table(dict.fromkeys(PARTS, chain)),
    "timeouts": table(dict.fromkeys(PARTS, seconds(1, 3600))),
    "limits": table(briefs.LIMIT_READERS),
    **MODEL_FIELDS,
    "pack": pack_name,
}
_AUDIT_KEY: Final = re.compile(r"audit(?:-(?P<slot>copy|short_copy|visual_concept))?(?:-(?P<number>\d+))?\Z")


class CreativeKind:
    """See `Kind`. Makers and audits are tried once: a retry of a creative piece is a person's decision."""

    name = "creative"
    max_parallel = 3
    max_attempts = 1
    slots = tuple(SLOTS)
    uses_workspace = False
    periodic: tuple[PeriodicCheck, ...] = ()

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return read(settings, _FIELDS)

    def effective_settings(
        self, settings: Mapping[str, Any], brief: Mapping[str, Any], plan: Mapping[str, Any]
    ) -> dict[str, Any]:
        defaults = {
            "mode": brief.get("mode") or Mode.PARALLEL.value,
            "seed": briefs.default_seed(brief),
            "max_parallel": self.max_parallel,
            "pack": HOUSE,
        }
        given = self.check_settings(settings)
        agents = {part: ["builtin"] for part in PARTS} | given.get("agents", {})
        timeouts = dict.fromkeys(SLOTS, MAKER_SECONDS) | {AUDIT: AUDIT_SECONDS} | given.get("timeouts", {})
        limits = briefs.DEFAULT_LIMITS | given.get("limits", {})
        return {**defaults, **given, "agents": agents, "timeouts": timeouts, "limits": limits}

    def at_once(self, settings: Mapping[str, Any]) -> int:
        return int(settings.get("max_parallel") or self.max_parallel)

    def domains(self, plan: Mapping[str, Any]) -> dict[str, int | None]:
        return {}

    def read_plan(self, raw: object) -> dict[str, Any]:
        if raw:
            raise BadInput(errors={"plan": "A creative campaign has a brief, not a plan."})
        return {}

    def missing(self, brief: Mapping[str, Any], plan: Mapping[str, Any], goal: str) -> dict[str, list[str]]:
        return briefs.missing(brief)

    def plan(self, given: RunInput) -> tuple[TaskSpec, ...]:
        if given.purpose == Purpose.AUDIT:
            return (self._audit(given, slots=tuple(SLOTS), needs=()),)
        if given.purpose == Purpose.REGENERATE:
            return self._regenerate(given)
        return self._sequential(given) if given.mode == Mode.SEQUENTIAL else self._parallel(given)

    def retry_changes(self, given: RunInput, tasks: Sequence[TaskFact], retried: Sequence[str]) -> GraphChange:
        """A piece made again needs a new audit where its audit has ended; one still to come will see it anyway."""
        made_again = {fact.slot for fact in tasks if fact.slot and fact.key in retried}
        add: list[TaskSpec] = []
        aside: list[str] = []
        for slot, audit in _last_audits(tasks).items():
            covers = made_again if not slot else made_again & {slot}
            if not covers or audit.state not in TASK_ENDED or audit.key in retried:
                continue
            slots = (slot,) if slot else tuple(SLOTS)
            makers = [f.key for f in tasks if f.slot in slots and f.state != TaskState.SUPERSEDED]
            needs = tuple(Need(key, Requires.END) for key in makers)
            add.append(self._audit(given, slots=slots, needs=needs, key=_next_key(audit.key), supersedes=audit.key))
            if may_move("task", audit.state, TaskState.SUPERSEDED):
                aside.append(audit.key)
        return GraphChange(add=tuple(add), supersede=tuple(aside))

    def products(self, task: TaskFact, output: Mapping[str, Any], inputs: Mapping[str, Any]) -> Products:
        if task.slot:
            note, section = str(inputs.get("note") or ""), str(inputs.get("section") or "")
            note = f"{section_title(section)}: {note}" if section else note
            return Products(version=NewVersion(task.slot, dict(output), tags=_tags(output), note=note))
        if task.role == AUDIT:
            return Products(report=_report(output, str(inputs.get("scope") or "bundle")))
        return Products()

    def stage_on_start(self, task: TaskFact, mode: Mode) -> str:
        if task.slot in SLOTS:
            return SLOTS[task.slot].stage
        return Stage.AUDITING if task.role == AUDIT else ""

    def generation_complete(self, mode: Mode, slots: Sequence[TaskFact]) -> bool:
        return mode == Mode.PARALLEL and bool(slots) and all(fact.state in TASK_ENDED for fact in slots)

    def end(self, facts: EndFacts) -> End:
        """Own pieces decide; inherited ones complete the bundle but are no work of this run."""
        wanted = {fact.slot for fact in facts.slots if fact.state != TaskState.SUPERSEDED}
        made = {fact.slot for fact in facts.slots if fact.state == TaskState.COMPLETED}
        audits = [fact for fact in facts.audits if fact.state != TaskState.SUPERSEDED]
        if not wanted:  # an audit run, or nothing at all
            well = bool(audits) and all(fact.state == TaskState.COMPLETED for fact in audits)
            return End(RunState.COMPLETED, RunOutcome.SUCCESS) if well else End(RunState.FAILED, RunOutcome.FAILED)
        if not made:
            return End(RunState.FAILED, RunOutcome.FAILED)
        # A skipped audit is a person's decision; one that failed or never came is still owed.
        owed = any(fact.state not in (TaskState.COMPLETED, TaskState.SKIPPED) for fact in audits)
        if wanted - made:
            return End(RunState.PARTIALLY_COMPLETED, RunOutcome.PARTIAL, audit_pending=owed)
        return End(RunState.COMPLETED, RunOutcome.SUCCESS, audit_pending=owed)

    def _parallel(self, given: RunInput) -> tuple[TaskSpec, ...]:
        makers = [self._maker(given, slot, needs=()) for slot in SLOTS]
        needs = tuple(Need(maker.key, Requires.END) for maker in makers)
        return (*makers, self._audit(given, slots=tuple(SLOTS), needs=needs))

    def _sequential(self, given: RunInput) -> tuple[TaskSpec, ...]:
        """Each maker waits for the end of the audit before it, and reads the copy where there is one."""
        tasks: list[TaskSpec] = []
        before: tuple[Need, ...] = ()
        for slot in SLOTS:
            maker = self._maker(given, slot, needs=before)
            audit = self._audit(given, slots=(slot,), needs=(Need(slot, Requires.END),), key=f"{AUDIT}-{slot}")
            tasks += [maker, audit]
            before = (Need("copy", Requires.END), Need(audit.key, Requires.END))
        return tuple(tasks)

    def _regenerate(self, given: RunInput) -> tuple[TaskSpec, ...]:
        """One piece anew; without it there is nothing new to audit, so the audit needs its success."""
        if given.slot not in SLOTS:
            raise BadInput(errors={"slot": f"Unknown piece {given.slot!r}; known: {', '.join(SLOTS)}."})
        maker = self._maker(given, given.slot, needs=())
        return maker, self._audit(given, slots=tuple(SLOTS), needs=(Need(maker.key),))

    def _maker(self, given: RunInput, slot: str, *, needs: tuple[Need, ...]) -> TaskSpec:
        inputs: dict[str, Any] = {}
        if given.purpose == Purpose.REGENERATE:
            inputs = {"note": given.note, "previous": given.inherited.get(slot)}
            inputs |= {"section": given.section} if given.section else {}
        return TaskSpec(
            key=slot,
            title=SLOTS[slot].title,
            role=SLOTS[slot].role,
            backend=_backend(given, slot),
            queue=Queue.SHORT,
            slot=slot,
            priority=10 * (1 + list(SLOTS).index(slot)),
            inputs=inputs,
            needs=needs,
            max_attempts=self.max_attempts,
            timeout_s=_timeout(given, slot, MAKER_SECONDS),
        )

    def _audit(
        self,
        given: RunInput,
        *,
        slots: tuple[str, ...],
        needs: tuple[Need, ...],
        key: str = AUDIT,
        supersedes: str = "",
    ) -> TaskSpec:
        """`inputs.slots` says which pieces to read: this run's, else inherited ones; a piece nobody has is missing."""
        scope = slots[0] if len(slots) == 1 else "bundle"
        return TaskSpec(
            key=key,
            title="Audit the bundle" if scope == "bundle" else f"Audit the {scope.replace('_', ' ')}",
            role=AUDIT,
            backend=_backend(given, AUDIT),
            queue=Queue.SHORT,
            priority=40 if scope == "bundle" else 10 * (1 + list(SLOTS).index(scope)) + 5,
            inputs={"slots": list(slots), "scope": scope},
            needs=needs,
            max_attempts=self.max_attempts,
            timeout_s=_timeout(given, AUDIT, AUDIT_SECONDS),
            supersedes=supersedes,
        )


def _backend(given: RunInput, part: str) -> tuple[str, ...]:
    return tuple((given.settings.get("agents") or {}).get(part) or ("builtin",))


def _timeout(given: RunInput, part: str, default: float) -> float:
    return float((given.settings.get("timeouts") or {}).get(part) or default)


def _last_audits(tasks: Sequence[TaskFact]) -> dict[str, TaskFact]:
    """The latest audit of each scope: "" for the bundle, else the slot."""
    last: dict[str, tuple[int, TaskFact]] = {}
    for fact in tasks:
        named = _AUDIT_KEY.match(fact.key) if fact.role == AUDIT else None
        if named:
            slot, number = named["slot"] or "", int(named["number"] or 1)
            if slot not in last or number > last[slot][0]:
                last[slot] = (number, fact)
    return {slot: fact for slot, (_, fact) in last.items()}


def _next_key(key: str) -> str:
    named = _AUDIT_KEY.match(key)
    assert named is not None
    number = int(named["number"] or 1) + 1
    return f"{AUDIT}-{named['slot']}-{number}" if named["slot"] else f"{AUDIT}-{number}"


def _tags(output: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """The distinct tags of all items of a piece, in the order they stand there."""
    found: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}
    for tags in _all_tags(output):
        found.setdefault(tuple(sorted((str(name), repr(value)) for name, value in tags.items())), dict(tags))
    return tuple(found.values())


def _all_tags(value: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        if isinstance(value.get("tags"), Mapping):
            yield value["tags"]
        children = [child for name, child in value.items() if name != "tags"]
    else:
        children = list(value) if isinstance(value, list | tuple) else []
    if depth < 4:  # pieces are lists of items in groups; anything deeper has no tags of ours
        for child in children:
            yield from _all_tags(child, depth + 1)


def _report(output: Mapping[str, Any], scope: str) -> NewReport:
    verdict = output.get("verdict", Verdict.NOT_AUDITED)
    if verdict not in set(Verdict):
        raise BadInput(errors={"verdict": f"Unknown verdict {verdict!r}."})
    pieces = {
        piece["slot"]: {"version": piece.get("version"), "sha256": piece.get("sha256")} if piece["present"] else None
        for piece in output.get("pieces", ())
    }
    pack = output.get("pack") or {}
    languages = {piece["slot"]: str(piece.get("language") or "") for piece in output.get("pieces", ())}
    return NewReport(
        scope=scope,
        verdict=str(verdict),
        score=output.get("score"),
        categories=output.get("categories") or {},
        findings=tuple(output.get("findings", ())),
        recommendations=tuple(output.get("recommendations", ())),
        pieces=pieces,
        pack=str(pack.get("name", "")),
        pack_version=str(pack.get("version", "")),
        pack_sha256=str(pack.get("sha256") or ""),
        coverage=tuple(output.get("coverage", ())),
        not_checked=tuple(output.get("not_checked", ())),
        opinions=tuple(output.get("opinions", ())),
        languages=languages,
    )
