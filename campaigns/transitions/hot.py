"""The statements of the turn, which every attempt pays for. What they mean is said where they are used.

Each reads or changes by ids, or by the run under its lock; one that moves a status asks for the status it starts from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from campaigns.models import (
    Artifact,
    ArtifactVersion,
    Attempt,
    Campaign,
    Criterion,
    Dependency,
    Run,
    Session,
    Task,
    TaskOutput,
)
from campaigns.states import Queue
from conductor.lib.statements import Statement, column_list, fields


class ReadyTask(NamedTuple):
    """What a claim reads of a task, by the names of its columns."""

    id: UUID
    key: str
    title: str
    description: str
    role: str
    backend: Sequence[str]
    slot: str
    state: str
    domain_id: UUID | None
    inputs: Mapping[str, Any]
    timeout_s: float
    attempts: int
    fence: int
    solo: bool
    error: Mapping[str, Any] | None


class AttemptRow(NamedTuple):
    """An attempt as it is born; in the order of the table's columns."""

    id: UUID
    task_id: UUID
    run_id: UUID
    number: int
    fence: int
    state: str
    worker_id: UUID | None
    alone: bool
    spec: str
    lease_until: datetime
    limit_at: datetime
    started_at: datetime
    finished_at: datetime | None
    agent_ms: int | None
    error: Mapping[str, Any] | None


class EventRow(NamedTuple):
    """An event as it is stored; in the order of the table's columns."""

    id: UUID
    stream: str
    stream_id: UUID
    seq: int
    campaign_id: UUID
    type: str
    state: str
    stage: str
    from_state: str
    to_state: str
    agent: str
    task_id: UUID | None
    attempt_id: UUID | None
    message: str
    time: datetime
    actor: str
    cause: UUID | None
    correlation: str
    data: Mapping[str, Any]


#: The run with its lock: what is read of its campaign, the clock, whether it has limits and domains.
OF_CAMPAIGN: Final = fields(Campaign, "id", "team_id", "name", "goal", "repository")
LOCK_RUN: Final = Statement(
    f"""
    select {column_list(Run, "r")}, {", ".join(f"c.{field.column}" for field in OF_CAMPAIGN)}, statement_timestamp(),
      exists (select 1 from campaigns_limit l where l.team_id = r.team_id),
      exists (select 1 from campaigns_domain d where d.run_id = r.id)
    from campaigns_run r join campaigns_campaign c on c.id = r.campaign_id
    where r.id = %(run)s for no key update of r
    """,
    (*fields(Run), *OF_CAMPAIGN, None, None, None),
)
READY_COUNT: Final = Statement(
    "select coalesce((counts->>'ready')::int, 0) from campaigns_run where id = %(run)s and finished_at is null", [None]
)
#: The condition is judged again on the row as it is once nobody else holds it.
PASS_BY: Final = {
    queue: Statement(
        f"update campaigns_run set rings_{queue} = case when rings_{queue} > 0 then rings_{queue} - 1 else 0 end"
        " where id = %(run)s and finished_at is null and coalesce((counts->>'ready')::int, 0) = 0"
    )
    for queue in Queue
}

# --- finishing -----------------------------------------------------------------------------------------------------

STATES_OF_ATTEMPTS: Final = Statement(
    "select id, state from campaigns_attempt where id = any(%(ids)s)", fields(Attempt, "id", "state")
)
COMPLETE_TASKS: Final = Statement(
    "update campaigns_task set state = 'completed', finished_at = %(now)s, error = null"
    " where id = any(%(ids)s) and state = 'in_progress'"
)
END_ATTEMPTS: Final = Statement(
    "update campaigns_attempt set state = %(state)s, finished_at = %(now)s"
    " where id = any(%(ids)s) and state = 'running'"
)
NOTE_AGENTS_TIME: Final = Statement("update campaigns_attempt set agent_ms = %(ms)s where id = %(id)s")

#: Lower the counters of what waits for these tasks; what has nothing left becomes ready. A `success` need is met by
#: those that ended well, an `end` need by any.
_LOWER = """
    with met as (
      select task_id, count(*) as n from campaigns_dependency where {met} group by task_id
    )
    update campaigns_task set
      needs_left = needs_left - met.n,
      ready_at = case when state = 'pending' and needs_left = met.n then %(now)s else ready_at end,
      state = case when state = 'pending' and needs_left = met.n then 'ready' else state end
    from met where id = met.task_id and needs_left >= met.n
    returning id, key, role, state, needs_left
    """
_LOWERED = fields(Task, "id", "key", "role", "state", "needs_left")
LOWER: Final = Statement(_LOWER.format(met="needs_id = any(%(well)s)"), _LOWERED)
LOWER_ALSO_ENDS: Final = Statement(
    _LOWER.format(met="needs_id = any(%(well)s) or (needs_id = any(%(badly)s) and requires = 'end')"), _LOWERED
)
BLOCKS_SOME: Final = Statement(
    "select 1 from campaigns_dependency where needs_id = any(%(badly)s) and requires = 'success' limit 1"
)

#: Tasks of a run with few: what the rules of its kind see of them.
FACTS: Final = Statement(
    "select key, role, slot, state from campaigns_task where run_id = %(run)s and state <> 'superseded'"
    " order by position",
    fields(Task, "key", "role", "slot", "state"),
)

# --- claiming ------------------------------------------------------------------------------------------------------

WORKERS_AT: Final = Statement(
    "select distinct worker_id from campaigns_attempt where run_id = %(run)s and state = 'running'",
    fields(Attempt, "worker_id"),
)
READY: Final = Statement(
    f"""
    select {", ".join(ReadyTask._fields)} from campaigns_task
    where run_id = %(run)s and queue = %(queue)s and state = 'ready'
      and (not_before is null or not_before <= %(now)s)
    order by priority, position limit %(most)s
    """,
    fields(Task, *ReadyTask._fields),
)
READY_QUEUES: Final = Statement(
    "select distinct queue from campaigns_task where run_id = %(run)s and state = 'ready'"
    " and (not_before is null or not_before <= %(now)s)",
    fields(Task, "queue"),
)
START_TASKS: Final = Statement(
    "update campaigns_task set state = 'in_progress', attempts = attempts + 1, fence = fence + 1,"
    " started_at = %(now)s, not_before = null where id = any(%(ids)s) and state = 'ready'"
)

CRITERIA_SPECS: Final = Statement(
    "select task_id, spec from campaigns_criterion where task_id = any(%(ids)s)", fields(Criterion, "task_id", "spec")
)

# --- gathering what agents are given -------------------------------------------------------------------------------

OUTPUTS_OF_NEEDS: Final = Statement(
    """
    select d.task_id, t.key, o.output
    from campaigns_dependency d
    join campaigns_taskoutput o on o.task_id = d.needs_id
    join campaigns_task t on t.id = d.needs_id
    where d.task_id = any(%(ids)s) order by d.id
    """,
    (*fields(Dependency, "task_id"), *fields(Task, "key"), *fields(TaskOutput, "output")),
)
CRITERIA: Final = Statement(
    f"select {column_list(Criterion, 'c')} from campaigns_criterion c where c.task_id = any(%(ids)s)"
    " order by c.phase, c.position",
    fields(Criterion),
)
PIECES: Final = Statement(
    "select id, sha256, content from campaigns_artifactversion where id = any(%(ids)s)",
    fields(ArtifactVersion, "id", "sha256", "content"),
)

# --- sittings, campaigns and pieces --------------------------------------------------------------------------------

START_SESSION: Final = Statement(
    "update campaigns_session set state = 'running' where run_id = %(run)s and state = 'initializing'"
)
OPEN_SESSION: Final = Statement(
    "select id, number, state from campaigns_session where run_id = %(run)s and state in ('initializing', 'running')"
    " order by number desc limit 1",
    fields(Session, "id", "number", "state"),
)
END_SESSION: Final = Statement(
    "update campaigns_session set state = %(state)s, ended_at = %(now)s, reason = %(reason)s"
    " where id = %(id)s and state in ('initializing', 'running')"
)
COUNT_RUN: Final = Statement("update campaigns_campaign set runs_count = runs_count + 1 where id = %(id)s")
LOCK_CAMPAIGN: Final = Statement(
    f"select {column_list(Campaign, 'c')} from campaigns_campaign c where c.id = %(id)s and c.deleted_at is null"
    " for no key update of c",
    fields(Campaign),
)
#: One version of each artifact: the database may choose among several.
MOVE_HEADS: Final = Statement(
    "update campaigns_artifact set head = v.number, active_id = v.id from campaigns_artifactversion v"
    " where campaigns_artifact.id = v.artifact_id and v.id = any(%(versions)s)"
)
SLOTS_MADE: Final = Statement(
    "select slot from campaigns_artifact where campaign_id = %(campaign)s", fields(Artifact, "slot")
)
LOCK_ARTIFACTS: Final = Statement(
    f"select {column_list(Artifact, 'a')} from campaigns_artifact a where a.campaign_id = %(campaign)s"
    " and a.slot = any(%(slots)s) order by a.id for no key update of a",
    fields(Artifact),
)
