"""`conductor campaign run`: goal, plan file and repository become a run. Options of later parts are refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from agents import health
from campaigns import graph
from campaigns.kinds.base import RunInput, TaskSpec
from campaigns.kinds.campaign_file import CampaignFile
from campaigns.kinds.registry import get_kind
from campaigns.states import Mode, Purpose
from conductor.cli import codes, files, runs
from conductor.cli.options import Place, common, in_team
from conductor.lib.errors import BadInput

#: Option -> the setting it gives. The kind says which of them are not to be had yet, and why.
SETTINGS: Final[dict[str, str]] = {
    "planner": "planner",
    "subplanner": "subplanner",
    "worker": "workers",
    "max_workers": "max_workers",
    "checkpoint_every": "checkpoint_every",
    "fresh_start_every": "fresh_start_every",
    "autonomy": "autonomy",
    "git_mode": "git_mode",
    "merge_strategy": "merge_strategy",
    "use_droid": "use_droid",
}


@click.command()
@click.argument("goal", required=False, default="")
@click.option("--plan", "plan", metavar="FILE", help="The plan: tasks, needs, domains, criteria (YAML).")
@click.option("--repo", metavar="PATH|URL", help="The git repository; else that of the current folder.")
@click.option("--name", default="", help="A name for the campaign.")
@click.option("--max-workers", metavar="N", help="How many tasks at once (1).")
@click.option(
    "--checkpoint-every",
    metavar="N",
    help="A checkpoint after so many completed tasks (5, in large plans about 100 in all; 0: none).",
)
@click.option("--autonomy", metavar="auto|checkpoint", help="Stop for a person at every checkpoint, or not (auto).")
@click.option("--git-mode", metavar="MODE", help="campaign-branch.")
@click.option("--merge-strategy", metavar="WAY", help="merge.")
@click.option("--budget", metavar="AMOUNT", help="The most it may cost, e.g. 2.50.")
@click.option("--planner", metavar="SPEC", help="Not available yet.")
@click.option("--subplanner", metavar="SPEC", help="Not available yet.")
@click.option("--worker", metavar="SPEC,…", help="Not available yet: each task of a plan names its own.")
@click.option("--fresh-start-every", metavar="N", help="Not available yet.")
@click.option("--playbook", metavar="NAME", help="Not available yet.")
@click.option("--use-droid", is_flag=True, default=None, help="Not available yet.")
@in_team
@click.option("--dry-run", is_flag=True, help="Only say what would be done; nothing is stored.")
@click.option("--detach", is_flag=True, help="Do not wait for the end.")
@common
def run(
    place: Place,
    *,
    goal: str,
    plan: str | None,
    repo: str | None,
    name: str,
    budget: str | None,
    playbook: str | None,
    team: str,
    dry_run: bool,
    detach: bool,
    **options: Any,
) -> int:
    """Work towards GOAL in a git repository, by the tasks of a plan, and stay with the run until it ends.

    The work lands on a branch of its own, conductor/…; what is checked out is not touched.
    """
    if playbook:
        raise BadInput(errors={"--playbook": "Playbooks are not available yet."})
    settings = _settings(options)
    if not plan:
        raise BadInput(errors={"--plan": "A plan file is needed; planning by an agent is not available yet."})
    found = files.read_campaign(plan, kind="coding")
    settings = {**found.settings, **settings}
    if dry_run:
        return _tell_plan(place, found, settings)
    body: dict[str, Any] = {
        "kind": "coding",
        "goal": goal or found.goal,
        "plan": found.plan,
        "repository": _repository(place, repo, found),
        "settings": settings,
    }
    body |= {"name": name or found.name} if name or found.name else {}
    body |= {"budget": budget or found.budget} if budget or found.budget else {}
    return runs.finish(place, runs.file_and_start(place, body, {}, team=team, detach=detach))


def _settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that were given, typed; faults are told by the name of the option."""
    given = {SETTINGS[name]: value for name, value in options.items() if value is not None}
    try:
        return get_kind("coding").check_settings(given)
    except BadInput as error:
        names = {f"settings.{setting}": f"--{option.replace('_', '-')}" for option, setting in SETTINGS.items()}
        raise BadInput(code=error.code, errors={names.get(f, f): said for f, said in error.errors.items()}) from None


def _repository(place: Place, repo: str | None, found: CampaignFile) -> str:
    """The address on the server, or an absolute path here. A file with a recipe fills a folder that is new."""
    if place.server:
        if not repo:
            raise BadInput(errors={"--repo": "Say which repository, as the server sees it."})
        return repo
    if repo and "://" in repo:
        return repo
    folder = Path(repo).expanduser().resolve() if repo else _repository_here()
    empty = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    if found.repository_files and repo and empty:
        files.make_repository(folder, found.repository_files)
        place.console.note(f"made the repository of the example in {folder}.")
    return str(folder)


def _repository_here() -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".git").exists():
            return folder
    raise BadInput(errors={"--repo": "The current folder is in no git repository; say which one to work in."})


def _tell_plan(place: Place, found: CampaignFile, settings: Mapping[str, Any]) -> int:
    """What would be done: the tasks in their order, and whether their agents are well here."""
    kind = get_kind("coding")
    acting = kind.effective_settings(settings, {}, found.plan)
    specs = kind.plan(RunInput({}, acting, found.plan, Mode.PARALLEL, Purpose.FULL, seed=0))
    nodes = [graph.as_node(spec, number) for number, spec in enumerate(specs)]
    graph.check(nodes, "plan.tasks")
    chains = {",".join(chain): health.check(chain) for chain in dict.fromkeys(spec.backend for spec in specs)}
    by_key = {spec.key: spec for spec in specs}
    layers = [[by_key[key] for key in layer] for layer in graph.layers(nodes)]
    ok = all(said.ok for said in chains.values())
    place.console.answer(
        {
            "ok": ok,
            "settings": acting,
            "tasks": [_task(spec, number) for number, layer in enumerate(layers, 1) for spec in layer],
            "agents": [{"spec": spec, "ok": said.ok, "words": said.words} for spec, said in chains.items()],
        }
    )
    rows = [
        (number, spec.key, spec.title, spec.domain, ", ".join(need.key for need in spec.needs), ",".join(spec.backend))
        for number, layer in enumerate(layers, 1)
        for spec in layer
    ]
    place.console.table(("step", "task", "title", "domain", "needs", "by"), rows)
    for name, said in chains.items():
        place.console.say(f"{name}: {said.words}", style="" if said.ok else "red")
    place.console.say("Nothing was stored.")
    return codes.OK if ok else codes.FAILED


def _task(spec: TaskSpec, step: int) -> dict[str, Any]:
    needs = [{"task": need.key, "requires": need.requires.value} for need in spec.needs]
    said = {"key": spec.key, "title": spec.title, "step": step, "domain": spec.domain or None, "needs": needs}
    return {**said, "backend": list(spec.backend), "priority": spec.priority, "max_attempts": spec.max_attempts}
