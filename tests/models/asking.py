"""Asks the scripted model server for pieces, as an agent would. Must not check anything itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from agents import health, registry
from agents.contracts import AgentRequest, Credential, Limits, Outcome
from agents.invoke import invoke
from tests.agents.stand_ins import StubHost, request
from tests.models.server import KEY, Server

#: Protocol -> a spec that speaks it. The last two speak the same, to a provider and to an endpoint of one's own.
SPECS: Final = {
    "anthropic": "llm:anthropic:claude-mock",
    "google": "llm:google:gemini-2.5-flash",
    "openai": "llm:openai:gpt-4o",
    "local": "llm:openai-compatible:local/qwen3:8b",
}
SLICE: Final = 50_000


def lend(host: StubHost, server: Server, name: str, *, base_url: str = "", **changes: Any) -> StubHost:
    """The host with access to the server under that name. Loading the libraries is not part of what is timed."""
    health.preload(["llm"])
    base = base_url or (server.plain if name in ("anthropic", "google") else server.openai)
    given: dict[str, Any] = {"hosts": ("127.0.0.1",), "slice_micros": SLICE, **changes}
    host.access[name] = Credential(name, KEY, base, **given)
    return host


def ask(
    server: Server, name: str = "openai", *, role: str = "copywriting", host: StubHost | None = None, **fields: Any
) -> Outcome:
    host = host or StubHost()
    if name not in host.access:
        lend(host, server, name)
    return invoke(request(role, **fields), SPECS[name], host)


def good(role: str = "copywriting", asked: AgentRequest | None = None) -> str:
    """An answer that the role takes, as a model writes it: without what is computed."""
    found = registry.role(role)
    assert found.builtin is not None
    made = json.loads(json.dumps(found.builtin(asked or request(role), StubHost())))
    return json.dumps(_fitting(made, found.schema(), found.schema()), ensure_ascii=False)


def _fitting(value: Any, schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    """Only what the schema asks for."""
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        return {name: _fitting(held, known[name], whole) for name, held in value.items() if name in known}
    if isinstance(value, list) and "items" in schema:
        return [_fitting(held, schema["items"], whole) for held in value]
    return value


def short(seconds: float) -> Limits:
    return Limits(seconds=seconds)
