"""The catalogue of events: every type, what it says, which moves it may tell, which data it carries. There is no other.

`docs/events.md` is generated from this table. Types are named noun.past-tense.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class EventType:
    """`noun` and `to` name the state move it tells (empty if none); `data` lists the only keys its data may have."""

    name: str
    words: str
    noun: str = ""
    to: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    end: bool = False


def _event(name: str, words: str, noun: str = "", to: str = "", data: str = "", *, end: bool = False) -> EventType:
    return EventType(name, words, noun, frozenset(to.split()), frozenset(data.split()), end)


_ALL: Final = (
    # campaigns (stream: campaign)
    _event("campaign.created", "A campaign was filed.", "campaign", "draft", "kind name"),
    _event("campaign.revised", "Its brief, goal or settings were changed.", data="fields version"),
    _event("campaign.activated", "Its first run was accepted.", "campaign", "active"),
    _event("campaign.archived", "It was archived.", "campaign", "archived"),
    _event("campaign.restored", "It was taken out of the archive.", "campaign", "active"),
    _event("campaign.deleted", "It was deleted (softly)."),
    # runs
    _event(
        "run.accepted",
        "A run was accepted; its tasks are planned.",
        "run",
        "queued",
        "number mode purpose tasks parent platforms brand section",
    ),
    _event("run.started", "Its first attempt starts.", "run", "running"),
    _event("run.pausing", "No attempt starts any more; running ones end first.", "run", "pausing", "reason"),
    _event("run.paused", "It stands still.", "run", "paused"),
    _event("run.resumed", "It goes on.", "run", "running"),
    _event(
        "run.cancelling",
        "Tasks not started are cancelled; running agents are stopped.",
        "run",
        "cancelling",
        "reason code",
    ),
    _event("run.generation_complete", "All makers have ended; the audit follows."),
    _event("run.completed", "It ended: everything was done.", "run", "completed", "outcome audit_pending", end=True),
    _event(
        "run.partially_completed",
        "It ended: some of it was done.",
        "run",
        "partially_completed",
        "outcome audit_pending",
        end=True,
    ),
    _event("run.failed", "It ended without success.", "run", "failed", "outcome code", end=True),
    _event(
        "run.cancelled", "It ended by cancellation; finished pieces are kept.", "run", "cancelled", "outcome", end=True
    ),
    _event(
        "run.budget_stopped", "It ended because its budget is used up.", "run", "budget_stopped", "outcome", end=True
    ),
    _event("run.reopened", "A retry or a raised budget opened it again.", "run", "running", "reason"),
    _event("graph.grown", "Tasks were added or set aside while it ran.", data="added superseded by"),
    # sessions
    _event("session.opened", "A sitting begins.", "session", "initializing running", "number parent"),
    _event("session.started", "The sitting's first attempt starts.", "session", "running"),
    _event(
        "session.ended",
        "The sitting ends.",
        "session",
        "paused completed partially_completed failed cancelled budget_stopped",
        "number",
    ),
    # tasks and attempts; a task event that starts or ends an attempt tells both moves
    _event("task.ready", "All it needs is there; it waits for a worker.", "task", "ready", "key why"),
    _event("task.started", "An attempt at it starts.", "task", "in_progress", "key number fence worker"),
    _event("task.completed", "Its attempt succeeded.", "task", "completed", "key attempt"),
    _event("task.failed", "No try is left.", "task", "failed", "key attempt code kind retryable"),
    _event(
        "task.retrying",
        "Its attempt failed; another will be made.",
        "task",
        "ready",
        "key attempt code kind not_before",
    ),
    _event("task.lost", "Its worker vanished; another attempt will be made.", "task", "ready", "key attempt crashes"),
    _event("task.released", "Its worker handed it back.", "task", "ready", "key attempt why"),
    _event("task.waiting", "It waits for a person.", "task", "waiting", "key attempt decision"),
    _event("task.blocked", "Something it needs ended badly.", "task", "blocked", "key by"),
    _event("task.pending", "It waits for its needs again.", "task", "pending", "key why"),
    _event("task.skipped", "A person decided to go without it.", "task", "skipped", "key reason"),
    _event("task.cancelled", "It was cancelled.", "task", "cancelled", "key attempt"),
    _event("task.superseded", "Another task stands in for it.", "task", "superseded", "key by"),
    _event("tasks.cancelled", "All tasks that had not started were cancelled.", "task", "cancelled", "count"),
    _event("task.edited", "A person changed it.", data="key fields version"),
    # artifacts, audits, gates
    _event("artifact.versioned", "A version of a piece was stored.", data="artifact version number slot sha256"),
    _event(
        "artifact.approved",
        "A person approved exactly this content; `over` is why, where the audit does not support it.",
        data="artifact slot sha256 verdict over",
    ),
    _event("artifact.rejected", "A person took the approval back or refused it.", data="artifact slot note"),
    _event("audit.pending", "The audit could not be made; it will be made later.", "audit", "pending", "report code"),
    _event("audit.done", "The audit is done.", "audit", "done", "report verdict score findings"),
    _event("finding.applied", "Its patch was applied in a new version.", data="finding artifact version rule"),
    _event(
        "finding.waived",
        "A person lets it stand, for a reason and a time. Told to the team where it covers the team.",
        data="waiver finding rule scope severity expires_at",
    ),
    _event("waiver.revoked", "It covers nothing from now on.", data="waiver rule scope"),
    _event("gate.recorded", "Evidence for a criterion was recorded.", data="criterion verdict exit_code title"),
    # decisions
    _event("decision.opened", "Something waits for a person.", "decision", "open", "decision kind"),
    _event("decision.answered", "A person answered.", "decision", "answered", "decision kind"),
    _event("decision.voided", "The question no longer matters.", "decision", "void", "decision kind"),
    # money
    _event("budget.warned", "80 % of a budget is used or reserved.", data="budget scope limit used currency"),
    _event(
        "budget.exhausted", "A budget refused a call; no new attempt starts.", data="budget scope limit used currency"
    ),
    _event("budget.set", "A person made a budget or changed its limit.", data="budget scope limit currency"),
    _event(
        "budget.raised", "A person raised a limit; what it had stopped goes on.", data="budget scope limit currency"
    ),
    # checkpoints, git
    _event("checkpoint.saved", "A checkpoint was saved.", data="checkpoint number cause reason commit"),
    _event("merge.intended", "A commit is about to land on a branch.", "merge", "intended", "merge branch old new"),
    _event("merge.landed", "A commit landed on a branch.", "merge", "landed", "merge branch old new"),
    _event("merge.abandoned", "A landing was given up; the branch did not move.", "merge", "abandoned", "merge branch"),
    # after the end
    _event("post.late_result", "A worker that had lost its lease came back; its result was not taken.", data="code"),
    _event("post.audit_started", "A later audit run was started.", data="run"),
    _event("post.audit_failed", "The audit that was still owed could not be made.", "audit", "failed", "report code"),
    _event("post.audit_done", "The audit that was still owed has been made.", data="report run verdict"),
    _event(
        "post.checkpoint_saved",
        "A checkpoint of the ended run was saved.",
        data="checkpoint number cause reason commit",
    ),
    _event(
        "post.merge_abandoned",
        "A landing that the end of the run left open was given up; the branch is as if it had not moved.",
        "merge",
        "abandoned",
        "merge branch",
    ),
    _event("post.edited", "Something was changed after the end.", data="what"),
    # teams (stream: team)
    _event("team.created", "A team was made.", data="name"),
    _event("team.member_added", "A person joined.", data="user role"),
    _event("team.member_removed", "A person left.", data="user"),
    _event("team.limit_set", "A limit was set.", data="scope name value"),
    _event("team.model_key_added", "Access to models was added.", data="provider endpoint last_four uses"),
    _event("team.model_key_changed", "What a key of a model is used for was changed.", data="provider endpoint uses"),
    _event("team.model_key_revoked", "Access to models was revoked.", data="provider endpoint last_four"),
    _event("brand.created", "A brand was made.", "brand", "draft", "brand name number copy_of"),
    _event("brand.revised", "Its draft was changed.", data="brand name fields number version"),
    _event(
        "brand.published",
        "A version of it was published; runs that start from now on use it.",
        "brand",
        "published",
        "brand name number sha256 version",
    ),
    _event("brand.archived", "It was archived; no run starts with it.", "brand", "archived", "brand name version"),
    _event(
        "brand.restored",
        "It was taken out of the archive.",
        "brand",
        "draft published",
        "brand name version",
    ),
    _event("rule_pack.drafted", "A version of a rule pack was saved.", data="pack name number version sha256"),
    _event("rule_pack.tested", "Its own tests were run.", data="pack name number version tests failures"),
    _event(
        "rule_pack.published",
        "A version of it acts in runs from now on; `forced` is why, where it has no tests.",
        "rule_pack",
        "published",
        "pack name number version sha256 forced",
    ),
    _event(
        "rule_pack.renewed",
        "Another version of a published pack acts in runs from now on.",
        data="pack name number version sha256 forced",
    ),
    _event("rule_pack.archived", "No new run may choose it.", "rule_pack", "archived", "pack name"),
    _event("token.created", "A token was made.", data="prefix scope"),
    _event("token.revoked", "A token was revoked.", data="prefix"),
)

EVENT_TYPES: Final[dict[str, EventType]] = {event.name: event for event in _ALL}
END_TYPES: Final = frozenset(event.name for event in _ALL if event.end)


def check_event(name: str, data: Mapping[str, Any]) -> None:
    """Refuse a type or a data field that the catalogue does not know: a programming error, found in any test."""
    known = EVENT_TYPES[name].data
    if not known.issuperset(data):
        raise ValueError(f"{name} has no data field {', '.join(sorted(set(data) - known))}")
