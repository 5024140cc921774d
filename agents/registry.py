"""The only list of roles and backends: name to dotted path, plus plug-ins found by entry points.

Must not import an implementation before it is asked for, so that naming an agent never loads a vendor's library.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final

from agents.contracts import Role
from conductor.lib.errors import BadInput

if TYPE_CHECKING:
    from agents.backends.base import Backend

ROLES: Final[dict[str, str]] = {
    "copywriting": "agents.roles.copywriting:ROLE",
    "short_copy": "agents.roles.short_copy:ROLE",
    "visual_concept": "agents.roles.visual_concept:ROLE",
    "audit": "agents.roles.audit:ROLE",
    "planner": "agents.roles.planner:ROLE",
    "subplanner": "agents.roles.planner:SUBPLANNER",
    "worker": "agents.roles.worker:ROLE",
    "reflector": "agents.roles.reflector:ROLE",
    "drift_assessor": "agents.roles.drift_assessor:ROLE",
    "conflict_resolver": "agents.roles.conflict_resolver:ROLE",
    "recovery_planner": "agents.roles.recovery_planner:ROLE",
    "task": "agents.roles.task:ROLE",
}

BACKENDS: Final[dict[str, str]] = {
    "builtin": "agents.backends.builtin:BACKEND",
    "llm": "agents.backends.llm.backend:BACKEND",
    "shell": "agents.backends.shell:BACKEND",
    "human": "agents.backends.human:BACKEND",
    "scripted": "agents.backends.scripted:BACKEND",
}

PLUGIN_BACKEND: Final = "agents.backends.plugin:PluginBackend"
"""What stands in front of every foreign backend: it runs in a child process, so that it can be stopped."""

ROLE_GROUP: Final = "conductor.roles"
BACKEND_GROUP: Final = "conductor.backends"


@cache
def role(name: str) -> Role:
    """The role of that name, or BadInput naming it."""
    dotted = ROLES.get(name) or _plugins(ROLE_GROUP).get(name)
    if dotted is None:
        raise _unknown("role", name, role_names())
    found = _load(dotted)
    if not isinstance(found, Role):
        raise BadInput(
            f"The role {name!r} at {dotted} is not an agents.contracts.Role.",
            code="unknown_agent",
        )
    return found


@cache
def backend(name: str) -> Backend:
    """The backend of that name, or BadInput naming it."""
    if name in BACKENDS:
        return _load(BACKENDS[name])  # type: ignore[no-any-return]
    dotted = _plugins(BACKEND_GROUP).get(name)
    if dotted is None:
        raise _unknown("backend", name, backend_names())
    return _load(PLUGIN_BACKEND)(name, dotted)  # type: ignore[no-any-return]


def role_names() -> tuple[str, ...]:
    return (*ROLES, *_plugins(ROLE_GROUP))


def backend_names() -> tuple[str, ...]:
    return (*BACKENDS, *_plugins(BACKEND_GROUP))


def names() -> dict[str, tuple[str, ...]]:
    """Every role and backend that can be asked for."""
    return {"roles": role_names(), "backends": backend_names()}


def forget() -> None:
    """Look for plug-ins anew; for tests and after an installation."""
    for cached in (role, backend, _plugins):
        cached.cache_clear()


@cache
def _plugins(group: str) -> dict[str, str]:
    """Plug-ins of a group; one that claims a name of ours is not taken, since a package must not replace a built-in."""
    ours = ROLES if group == ROLE_GROUP else BACKENDS
    return {point.name: point.value for point in entry_points(group=group) if point.name not in ours}


def _load(dotted: str) -> Any:
    module, _, attribute = dotted.partition(":")
    return getattr(import_module(module), attribute)


def _unknown(kind: str, name: str, known: tuple[str, ...]) -> BadInput:
    shown = name if len(name) <= 80 else f"{name[:80]}…"
    words = f"There is no {kind} named {shown!r}. Known: {', '.join(sorted(known))}."
    return BadInput(words, code="unknown_agent", errors={kind: words})
