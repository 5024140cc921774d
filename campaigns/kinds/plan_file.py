"""The plan of a coding campaign: tasks, needs, domains, criteria. Read from YAML or JSON into one normal form. Pure.

Every fault is told by path (and line, for a file) and nothing is taken while there is one. Reading a normal form again
gives the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from agents.registry import role as known_role
from campaigns import graph
from campaigns.graph import Need
from campaigns.kinds import yaml_source
from campaigns.kinds.commands import read_commands
from campaigns.kinds.criteria import PHASES, read_criterion, read_path, written
from campaigns.kinds.faults import Faults
from campaigns.kinds.limits import (
    MAX_ATTEMPTS,
    MAX_CRITERIA,
    MAX_DOMAIN,
    MAX_FILES,
    MAX_INPUTS,
    MAX_KEY,
    MAX_NEEDS,
    MAX_SECONDS,
    MAX_TASKS,
    MAX_TEXT,
    MAX_TITLE,
)
from campaigns.kinds.settings import BadValue, Reader, chain, choice, seconds, whole
from campaigns.states import Requires
from conductor.lib.errors import BadInput
from conductor.lib.ids import canonical_json

SCHEMA: Final = 1
LOWEST_PRIORITY: Final = 1_000
NO_PRIORITY: Final = 999
MAX_DOMAINS: Final = 100

#: Settings of the campaign that a plan may carry; a setting given with the campaign itself comes first.
PLAN_SETTINGS: Final[dict[str, Reader]] = {
    "max_workers": whole(1, 100),
    "checkpoint_every": whole(0, 100_000),
    "autonomy": choice("auto", "checkpoint"),
}
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]*\Z")
_TOP: Final = ("version", "goal", "budget", "domains", "tasks", *PLAN_SETTINGS)
_TASK: Final = (
    "key", "title", "description", "domain", "priority", "role", "backend", "command", "question", "options", "inputs",
    "needs", "entry", "exit", "timeout", "max_attempts", "files",
)  # fmt: skip


def parse(text: str | bytes) -> dict[str, Any]:
    """The plan in a YAML file, in its normal form. BadInput says line and path of every fault."""
    source = yaml_source.read(text)
    try:
        return read_data(source.value, field_name="")
    except BadInput as error:
        raise source.located(error) from None


def read(raw: object, field_name: str = "plan") -> dict[str, Any]:
    """A plan given as data or as the text of a file, in its normal form. BadInput by path for every fault."""
    return parse(raw) if isinstance(raw, str | bytes) else read_data(raw, field_name)


def read_data(raw: object, field_name: str) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise BadInput(code="plan_invalid", errors={field_name or "plan": "Must be an object with tasks and more."})
    faults = Faults(f"{field_name}." if field_name else "")
    faults.unknown(raw, "", _TOP)
    plan = _top(raw, faults)
    tasks = faults.entries(raw.get("tasks"), "tasks", MAX_TASKS)
    if not tasks and "tasks" not in faults.fields:
        faults.add("tasks", "A plan needs at least one task.")
    plan["tasks"] = [_task(task, f"tasks[{number}]", plan["domains"], faults) for number, task in enumerate(tasks)]
    faults.raise_any()
    nodes = [graph.Node(task["key"], tuple(Need(need["task"]) for need in task["needs"])) for task in plan["tasks"]]
    graph.check(nodes, f"{faults.prefix}tasks")
    return plan


def _top(raw: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    version = raw.get("version", SCHEMA)
    if isinstance(version, bool) or version != SCHEMA:
        faults.add("version", f"Must be {SCHEMA}; this plan is of another version.")
    plan: dict[str, Any] = {
        "version": SCHEMA,
        "goal": faults.text(raw.get("goal"), "goal", MAX_TEXT, lines=True),
        "budget": faults.value(raw.get("budget"), "budget", read_money),
    }
    for name, reader in PLAN_SETTINGS.items():
        plan[name] = faults.value(raw.get(name), name, reader)
    plan["domains"] = _domains(raw.get("domains"), faults)
    return plan


def _domains(raw: object, faults: Faults) -> dict[str, dict[str, int | None]]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        faults.add("domains", "Must be an object: name of the domain, then its limits.")
        return {}
    if len(raw) > MAX_DOMAINS:
        faults.add("domains", f"Has {len(raw):,} entries; the limit is {MAX_DOMAINS}.")
        return {}
    found: dict[str, dict[str, int | None]] = {}
    for name, limits in raw.items():
        path = f"domains.{faults.shown(name)}"
        if not isinstance(name, str) or not _KEY.match(name) or len(name) > MAX_DOMAIN:
            faults.add(path, _key_words("name of a domain", MAX_DOMAIN))
        elif limits is not None and not isinstance(limits, Mapping):
            faults.add(path, "Must be an object such as {max_parallel: 2}.")
        else:
            faults.unknown(limits or {}, path, ("max_parallel",))
            most = faults.value((limits or {}).get("max_parallel"), f"{path}.max_parallel", whole(1, 1_000))
            found[name] = {"max_parallel": most}
    return found


def _task(raw: object, path: str, domains: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """One task in its normal form: what was said, and key, title, role, backend, priority, needs always."""
    if not isinstance(raw, Mapping):
        faults.add(path, "Must be an object with key, command and more.")
        return {"key": "", "needs": []}
    faults.unknown(raw, path, _TASK)
    key = raw.get("key")
    if not isinstance(key, str) or not _KEY.match(key) or len(key) > MAX_KEY:
        faults.add(f"{path}.key", _key_words("key", MAX_KEY) if key is not None else "A task needs a key.")
        key = ""
    backend = _backend(raw, path, faults)
    task: dict[str, Any] = {
        "key": key,
        "title": faults.text(raw.get("title"), f"{path}.title", MAX_TITLE) or key,
        "role": faults.value(raw.get("role"), f"{path}.role", _role) or _usual_role(backend),
        "backend": backend,
        "priority": faults.value(raw.get("priority"), f"{path}.priority", whole(0, LOWEST_PRIORITY)),
        "needs": _needs(raw.get("needs"), f"{path}.needs", faults),
    }
    if task["priority"] is None:
        task["priority"] = NO_PRIORITY
    if backend == ["builtin"] and known_role(task["role"]).builtin is None:
        faults.add(f"{path}.backend", f"There is no built-in agent for the role {task['role']!r}.")
    optional: dict[str, Any] = {
        "description": faults.text(raw.get("description"), f"{path}.description", MAX_TEXT, lines=True),
        "domain": _domain(raw.get("domain"), f"{path}.domain", domains, faults),
        "command": faults.value(raw.get("command"), f"{path}.command", read_commands),
        "question": faults.text(raw.get("question"), f"{path}.question", MAX_TEXT, lines=True),
        "options": [
            faults.text(option, f"{path}.options[{number}]", MAX_TITLE, required=True)
            for number, option in enumerate(faults.entries(raw.get("options"), f"{path}.options", 20))
        ],
        "inputs": faults.value(raw.get("inputs"), f"{path}.inputs", _inputs),
        **{phase: _criteria(raw.get(phase), f"{path}.{phase}", phase, faults) for phase in PHASES},
        "timeout": faults.value(raw.get("timeout"), f"{path}.timeout", seconds(0.1, MAX_SECONDS)),
        "max_attempts": faults.value(raw.get("max_attempts"), f"{path}.max_attempts", whole(1, MAX_ATTEMPTS)),
        "files": [
            faults.value(file, f"{path}.files[{number}]", read_path)
            for number, file in enumerate(faults.entries(raw.get("files"), f"{path}.files", MAX_FILES))
        ],
    }
    return task | {name: value for name, value in optional.items() if value not in (None, "", [], {})}


def _backend(raw: Mapping[str, Any], path: str, faults: Faults) -> list[str]:
    """The shell where there is a command and nothing else is said; a command is for the shell only."""
    links: list[str] | None = faults.value(raw.get("backend"), f"{path}.backend", chain)
    has_command = raw.get("command") is not None
    if links is None and raw.get("backend") is None:
        if not has_command:
            faults.add(path, "Say how it is done: a command, or a backend such as 'human'.")
        return ["shell"]
    if links and has_command and "shell" not in links:
        faults.add(f"{path}.command", f"A command is for the shell, and the backend is {', '.join(links)}.")
    if links and "shell" in links and not has_command and "commands" not in (raw.get("inputs") or {}):
        faults.add(f"{path}.command", "The shell needs a command.")
    return links or ["shell"]


def _usual_role(backend: Sequence[str]) -> str:
    """Whoever runs commands tells them as a worker; the answer of anybody else is free."""
    return "worker" if "shell" in backend else "task"


def _needs(raw: object, path: str, faults: Faults) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for number, entry in enumerate(faults.entries(raw, path, MAX_NEEDS)):
        place = f"{path}[{number}]"
        given = {"task": entry} if isinstance(entry, str) else entry
        if not isinstance(given, Mapping) or not isinstance(given.get("task"), str):
            faults.add(place, "Must be the key of a task, or {task, requires}.")
            given = {"task": ""}
        faults.unknown(given, place, ("task", "requires"))
        requires = faults.value(given.get("requires"), f"{place}.requires", choice(*Requires))
        found.append({"task": given["task"], "requires": str(requires or Requires.SUCCESS.value)})
    return found


def _domain(raw: object, path: str, domains: Mapping[str, Any], faults: Faults) -> str:
    if raw is None or raw == "":
        return ""
    if not isinstance(raw, str) or not _KEY.match(raw) or len(raw) > MAX_DOMAIN:
        faults.add(path, _key_words("name of a domain", MAX_DOMAIN))
        return ""
    if domains and raw not in domains:
        faults.add(path, f"No domain called {raw!r}; the plan has {', '.join(domains)}.")
    return raw


def _criteria(raw: object, path: str, phase: Any, faults: Faults) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number, entry in enumerate(faults.entries(raw, path, MAX_CRITERIA)):
        criterion = faults.value(
            entry, f"{path}[{number}]", lambda given: read_criterion(given, phase), null="Must be an object."
        )
        if criterion is not None:
            found.append(written(criterion))
    return found


def _role(raw: object) -> str:
    if not isinstance(raw, str):
        raise BadValue("Must be the name of a role.")
    return str(known_role(raw).name)


def _inputs(raw: object) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise BadValue("Must be an object.")
    try:
        size = len(canonical_json(raw).encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise BadValue(f"Must be plain JSON: {error}.") from error
    if size > MAX_INPUTS:
        raise BadValue(f"Has {size:,} bytes as JSON; the limit is {MAX_INPUTS:,}.")
    return dict(raw)


def read_money(raw: object) -> str:
    """An exact amount as text: whole units may be a number, anything else must be quoted."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise BadValue('Must be an amount such as "12.50", in quotes.')
    try:
        amount = Decimal(str(raw).strip())
    except InvalidOperation:
        raise BadValue('Must be an amount such as "12.50".') from None
    if not amount.is_finite() or not 0 <= amount <= 1_000_000_000 or amount != round(amount, 6):
        raise BadValue("Must be an amount from 0 to 1,000,000,000 with at most six decimals.")
    return format(amount, "f")


def _key_words(what: str, most: int) -> str:
    return f"The {what} is made of letters, digits and _ . : / - (at most {most}), and begins with a letter or digit."
