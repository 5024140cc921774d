"""The agents this installation can ask: backends, what they are asked for, whether they are well. Never writes."""

from __future__ import annotations

from typing import Any

from agents import health, registry
from agents.specs import parse
from conductor.lib.errors import BadInput, NotFound


def known() -> list[dict[str, Any]]:
    """Every backend, with its health where that does not depend on a model."""
    return [_row(name) for name in registry.backend_names()]


def one(name: str) -> dict[str, Any]:
    if name not in registry.backend_names():
        raise NotFound("There is no such agent.")
    return _row(name)


def check(spec: str) -> dict[str, Any]:
    """Whether this agent, or chain of agents, is well now."""
    chain = ",".join(str(link) for link in parse(spec))
    found = health.check(spec)
    return {"spec": chain, "ok": found.ok, "words": found.words, "version": found.version}


def _row(name: str) -> dict[str, Any]:
    backend = registry.backend(name)
    said: dict[str, Any] = {"id": name, "backend": name, "model": backend.model, "roles": list(registry.role_names())}
    if backend.model == "required":
        return {**said, "ok": None, "words": "Name a model to check it.", "version": ""}
    try:
        found = health.check(name)
    except BadInput as error:
        return {**said, "ok": False, "words": error.message, "version": ""}
    return {**said, "ok": found.ok, "words": found.words, "version": found.version}
