"""Run one claimed attempt to its outcome. Gives a Finish; stores nothing of the task."""

from __future__ import annotations

from dataclasses import replace

from agents.contracts import Outcome, Workspace
from agents.invoke import invoke
from campaigns.engine import brokers, coding
from campaigns.engine.bench import Bench
from campaigns.engine.context import request_for
from campaigns.engine.host import AttemptHost
from campaigns.engine.outcomes import finish_of, stopped
from campaigns.transitions.shapes import Claim, Finish
from conductor.lib.clock import boot_seconds


def execute(bench: Bench, claim: Claim) -> Finish:
    """Run the attempt. Faults of agents are outcomes; only faults of ours are raised."""
    if bench.pulse.should_stop(claim.attempt_id):
        return stopped(bench, claim)
    bench.pulse.running(claim)
    began = boot_seconds()
    setting = bench.setting
    if setting.kind.uses_workspace and coding.needs_clone(setting.run, claim):
        finish = coding.execute_in_clone(bench, claim, run_agent)
    else:
        finish = finish_of(bench, claim, run_agent(bench, claim, None))
    return replace(finish, agent_ms=int((boot_seconds() - began) * 1000))


def run_agent(bench: Bench, claim: Claim, workspace: Workspace | None) -> Outcome:
    """Invoke the claim's agents; the answer is checked, the faults are values."""
    host = AttemptHost(claim, bench.pulse, bench.actor)
    request = request_for(bench.setting, claim, bench.gathered, workspace)
    with brokers.lent(claim, host) as broker:
        return invoke(replace(request, context={**request.context, **broker}), claim.backend, host)
