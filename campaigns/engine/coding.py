"""An attempt that works in a clone: prepare, entry gate, agent, commit, import, exit gate, landing."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from agents import contracts
from agents.contracts import AgentResult, Outcome
from campaigns.engine import gate, integrate, workspace
from campaigns.engine.bench import Bench
from campaigns.engine.outcomes import finish_of, stopped
from campaigns.engine.patience import patiently
from campaigns.models import Criterion, Run
from campaigns.states import AttemptState
from campaigns.transitions.shapes import Claim, Evidence, Fault, Finish
from conductor.lib import git, sandbox
from conductor.lib.errors import ConductorError, LeaseLost
from conductor.lib.redact import redact

RunAgent = Callable[[Bench, Claim, contracts.Workspace | None], Outcome]

COMMIT_S = 60.0
#: So many names of changed files are kept with a task's output.
MOST_FILES = 1000


def needs_clone(run: Run, claim: Claim) -> bool:
    """Work of people needs no clone, and neither does anything in a campaign without a repository."""
    return bool(run.campaign.repository) and claim.backend[:1] != ("human",)


@dataclass(frozen=True, slots=True)
class Site:
    """Where an attempt works: its clone, the store that its objects go to, and the word that it must stop."""

    claim: Claim
    place: contracts.Workspace
    store: Path
    cancelled: Callable[[], bool]

    @property
    def clone(self) -> Path:
        return Path(self.place.path)


def execute_in_clone(bench: Bench, claim: Claim, run_agent: RunAgent) -> Finish:
    """The whole attempt. What goes wrong outside the agent is a fault of this attempt, by code."""
    try:
        return _execute(bench, claim, run_agent)
    except LeaseLost:
        return stopped(bench, claim)
    except (ConductorError, sandbox.SandboxUnavailable, OSError) as error:
        return _fault(claim, _fault_of(error))
    finally:
        workspace.close_clone(claim)


def _fault(claim: Claim, fault: Fault, evidence: tuple[Evidence, ...] = ()) -> Finish:
    return Finish(claim, AttemptState.FAILED, fault=fault, evidence=evidence)


def _fault_of(error: Exception) -> Fault:
    """What was raised, as a fault with its code, without secrets: git and the sandbox repeat what programs said."""
    fault = _raised(error)
    return replace(fault, message=redact(fault.message))


def _raised(error: Exception) -> Fault:
    """Whether another try may help is the code's to say."""
    if isinstance(error, git.ImportRefused):
        return Fault(error.code, error.message, "retriable")
    if isinstance(error, sandbox.SandboxUnavailable):
        return Fault("sandbox_unavailable", str(error), "fatal")
    if isinstance(error, ConductorError):
        return Fault(error.code, error.message, "retriable" if error.retryable else "fatal")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Fault("storage_full", "No space is left for the clone.", "retriable")
    return Fault("unavailable", getattr(error, "strerror", None) or "The clone cannot be used.", "retriable")


def _execute(bench: Bench, claim: Claim, run_agent: RunAgent) -> Finish:
    run = bench.setting.run
    patiently(lambda _: integrate.recover(run.pk, bench.actor))
    place = workspace.open_clone(run, claim)
    site = Site(claim, place, workspace.store_of(run), lambda: bench.pulse.should_stop(claim.attempt_id))
    found = bench.gathered.criteria.get(claim.task_id, ())
    tree = git.tree_hash(site.store, place.base_commit)
    entry = gate.prove(found, "entry", site.clone, tree=tree, cancelled=site.cancelled)
    if not entry.open:
        return _fault(claim, Fault("gate_failed", f"It may not start yet. {entry.words}", "retriable"), entry.evidence)
    outcome = run_agent(bench, claim, place)
    if not isinstance(outcome, AgentResult):
        return replace(finish_of(bench, claim, outcome), evidence=entry.evidence)
    commit = _commit(site)
    proof, fault = _prove(site, found, commit)
    if site.cancelled():
        return stopped(bench, claim)
    finish = replace(finish_of(bench, claim, outcome), evidence=entry.evidence + proof)
    if fault is not None:
        return replace(finish, state=AttemptState.FAILED, fault=fault)
    if finish.state != AttemptState.SUCCEEDED or commit == place.base_commit:
        return finish
    return _land(bench, site, finish, commit)


def _commit(site: Site) -> str:
    """Commit what the agent left, inside the sandbox, and import the objects. Dated by its base, so that it repeats."""
    claim, base = site.claim, site.place.base_commit
    when = datetime.fromtimestamp(git.committed_at(site.store, base), UTC)
    argv = git.commit_in_sandbox_argv(f"{claim.key}: {claim.title}", when)
    ended = sandbox.run(
        argv,
        cwd=site.clone,
        env={},
        seconds=COMMIT_S,
        output_bytes=100_000,
        memory_bytes=gate.MEMORY_BYTES,
        processes=gate.PROCESSES,
        cancelled=site.cancelled,
    )
    if not ended.ok:
        raise git.ImportRefused(f"The work could not be committed: {ended.text.strip()[-300:]}")
    return str(git.import_commit(site.store, site.clone, str(claim.attempt_id), base=base))


def _prove(site: Site, found: Sequence[Criterion], commit: str) -> tuple[tuple[Evidence, ...], Fault | None]:
    """Exit criteria on a fresh clone of exactly what was imported: nothing that the agent left beside it counts."""
    criteria = [c for c in found if c.phase == "exit"]
    if not criteria:
        return (), None
    fresh = workspace.proof_folder(site.claim)
    git.clone_for_attempt(site.store, site.place.branch, fresh, imported=str(site.claim.attempt_id))
    tree = git.tree_hash(site.store, commit)
    proof = gate.prove(criteria, "exit", fresh, tree=tree, cancelled=site.cancelled)
    if proof.open:
        return proof.evidence, None
    return proof.evidence, Fault("gate_failed", proof.words, "retriable")


def _land(bench: Bench, site: Site, finish: Finish, commit: str) -> Finish:
    """Integrate what was proved; the finish turn tells that it landed."""
    if not bench.pulse.wait_for_trust(site.claim.attempt_id):
        return stopped(bench, site.claim)
    merge_id, fault = integrate.integrate(site.claim, site.store, site.place.branch, commit, actor=bench.actor)
    if fault is not None:
        return replace(finish, state=AttemptState.FAILED, fault=fault)
    files = git.changed_files(site.store, site.place.base_commit, commit)
    output = {**finish.output, "commit": commit, "files": list(files)[:MOST_FILES]}
    return replace(finish, merge_id=merge_id, output=output)
