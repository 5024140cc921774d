"""An attempt that works in a clone: prepare, entry gate, agent, commit, import, exit gate, landing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from agents import contracts
from agents.contracts import AgentResult, Outcome
from campaigns.engine import gate, integrate, workspace
from campaigns.engine.bench import Bench
from campaigns.engine.outcomes import finish_of, stopped
from campaigns.models import Criterion, Run
from campaigns.states import AttemptState
from campaigns.transitions.shapes import Claim, Evidence, Fault, Finish
from conductor.lib import git, sandbox
from conductor.lib.errors import ConductorError, LeaseLost

RunAgent = Callable[[Bench, Claim, contracts.Workspace | None], Outcome]

COMMIT_S = 60.0


def needs_clone(run: Run, claim: Claim) -> bool:
    """Work of people needs no clone, and neither does anything in a campaign without a repository."""
    return bool(run.campaign.repository) and claim.backend[:1] != ("human",)


def execute_in_clone(bench: Bench, claim: Claim, run_agent: RunAgent) -> Finish:
    """The whole attempt. What goes wrong outside the agent is a fault of this attempt, by code."""
    try:
        return _execute(bench, claim, run_agent)
    except LeaseLost:
        return stopped(bench, claim)
    except git.ImportRefused as error:
        return _fault(claim, Fault(error.code, error.message, "retriable"))
    except sandbox.SandboxUnavailable as error:
        return _fault(claim, Fault("sandbox_unavailable", str(error), "fatal"))
    except ConductorError as error:
        kind = "retriable" if error.retryable else "fatal"
        return _fault(claim, Fault(error.code, error.message, kind))
    except OSError as error:
        full = error.errno in (28, 122)
        code, words = (
            ("storage_full", "No space is left for the clone.") if full else ("unavailable", str(error.strerror))
        )
        return _fault(claim, Fault(code, words, "retriable"))
    finally:
        workspace.close_clone(claim)


def _fault(claim: Claim, fault: Fault, evidence: tuple[Evidence, ...] = ()) -> Finish:
    return Finish(claim, AttemptState.FAILED, fault=fault, evidence=evidence)


def _execute(bench: Bench, claim: Claim, run_agent: RunAgent) -> Finish:
    run = bench.setting.run
    integrate.recover(run.pk, bench.actor)
    place = workspace.open_clone(run, claim)
    store = workspace.store_of(run)
    clone = Path(place.path)
    found = bench.gathered.criteria.get(claim.task_id, ())

    def cancelled() -> bool:
        return bench.pulse.should_stop(claim.attempt_id)

    entry = gate.prove(found, "entry", clone, tree=git.tree_hash(store, place.base_commit), cancelled=cancelled)
    if not entry.open:
        return _fault(claim, Fault("gate_failed", f"It may not start yet. {entry.words}", "retriable"), entry.evidence)
    outcome = run_agent(bench, claim, place)
    if not isinstance(outcome, AgentResult):
        return replace(finish_of(bench, claim, outcome), evidence=entry.evidence)
    commit = _commit(claim, place, store, clone, cancelled)
    proof, fault = _prove(claim, found, place, store, commit, cancelled)
    evidence = entry.evidence + proof
    if cancelled():
        return stopped(bench, claim)
    finish = replace(finish_of(bench, claim, outcome), evidence=evidence)
    if fault is not None:
        return replace(finish, state=AttemptState.FAILED, fault=fault)
    if finish.state != AttemptState.SUCCEEDED or commit == place.base_commit:
        return finish
    merge_id, fault = integrate.integrate(run, claim, store, place.branch, commit, bench.actor)
    if fault is not None:
        return replace(finish, state=AttemptState.FAILED, fault=fault)
    files = git.changed_files(store, place.base_commit, commit)
    output = {**finish.output, "commit": commit, "files": list(files)[:1000]}
    return replace(finish, merge_id=merge_id, output=output)


def _commit(claim: Claim, place: contracts.Workspace, store: Path, clone: Path, cancelled: Callable[[], bool]) -> str:
    """Commit what the agent left, inside the sandbox, and import the objects. Dated by its base, so that it repeats."""
    when = datetime.fromtimestamp(git.committed_at(store, place.base_commit), UTC)
    argv = git.commit_in_sandbox_argv(f"{claim.key}: {claim.title}", when)
    ended = sandbox.run(
        argv, cwd=clone, env={}, seconds=COMMIT_S, output_bytes=100_000, memory_bytes=gate.MEMORY_BYTES,
        processes=gate.PROCESSES, cancelled=cancelled,
    )  # fmt: skip
    if not ended.ok:
        raise git.ImportRefused(f"The work could not be committed: {ended.text.strip()[-300:]}")
    return str(git.import_commit(store, clone, str(claim.attempt_id), base=place.base_commit))


def _prove(
    claim: Claim,
    found: Sequence[Criterion],
    place: contracts.Workspace,
    store: Path,
    commit: str,
    cancelled: Callable[[], bool],
) -> tuple[tuple[Evidence, ...], Fault | None]:
    """Exit criteria on a fresh clone of exactly what was imported: nothing that the agent left beside it counts."""
    criteria = [c for c in found if c.phase == "exit"]
    if not criteria:
        return (), None
    fresh = workspace.proof_folder(claim)
    git.clone_for_attempt(store, place.branch, fresh, imported=str(claim.attempt_id))
    proof = gate.prove(criteria, "exit", fresh, tree=git.tree_hash(store, commit), cancelled=cancelled)
    if proof.open:
        return proof.evidence, None
    return proof.evidence, Fault("gate_failed", proof.words, "retriable")
