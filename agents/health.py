"""Is this agent installed, signed in, answering? Must not start work, nor raise for an agent that is not well."""

from __future__ import annotations

from collections.abc import Sequence

from agents import registry
from agents.contracts import Credential, Health
from agents.specs import Spec, parse
from conductor.lib.errors import ConductorError


def check(spec: str | Sequence[str]) -> Health:
    """The health of the first agent of the chain that is well; else of the first, with what is wrong with all.

    A spec that cannot be read raises BadInput: that is the caller's mistake, not the agent's.
    """
    found = [(link, _check_one(link)) for link in parse(spec)]
    well = next((health for _, health in found if health.ok), None)
    if well is not None:
        return well
    return Health(False, " ".join(f"{link}: {health.words}" for link, health in found), found[0][1].version)


def _check_one(link: Spec) -> Health:
    try:
        return registry.backend(link.backend).health(link.model)
    except ConductorError as error:
        return Health(False, error.message)
    except Exception as error:  # a plug-in's own check may break in any way; that is what "not well" means
        return Health(False, f"Its check failed: {type(error).__name__}.")


def probe(spec: str, credential: Credential) -> Health:
    """A real call with this access, for backends that offer one; it may cost a little money."""
    link = parse(spec)[0]
    found = registry.backend(link.backend)
    ask = getattr(found, "probe", None)
    if ask is None or link.model is None:
        return _check_one(link)
    health: Health = ask(link.model, credential)
    return health


def preload(backends: Sequence[str]) -> None:
    """Load what these backends need at their first call, so that processes forked afterwards share it."""
    for name in backends:
        load = getattr(registry.backend(name), "preload", None)
        if load is not None:
            load()
