"""Parses and checks agent specs: `backend`, `backend:model`, or a list of them as a fallback chain.

Must not reach an agent: whether it answers is health's question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from agents import registry
from conductor.lib.errors import BadInput

MAX_LENGTH: Final = 200
MAX_CHAIN: Final = 5
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]*\Z")


@dataclass(frozen=True, slots=True)
class Spec:
    backend: str
    model: str | None = None

    def __str__(self) -> str:
        return self.backend if self.model is None else f"{self.backend}:{self.model}"


def parse(spec: str | Sequence[str]) -> tuple[Spec, ...]:
    """The chain a spec names, first choice first. Commas separate links in a string. BadInput names what is wrong."""
    if isinstance(spec, str):
        return _parse_text(spec)
    if not isinstance(spec, list | tuple) or not all(isinstance(link, str) for link in spec):
        raise _bad("An agent is named by text such as 'builtin', or by a list of such texts.")
    return _parse_links(tuple(spec))


def access_of(link: str) -> tuple[str, str] | None:
    """Which access to models an agent needs: provider and endpoint; None for one that needs none."""
    spec = parse(link)[0]
    access = getattr(registry.backend(spec.backend), "access", None)
    if access is None or spec.model is None:
        return None
    provider, endpoint = access(spec.model)
    return provider, endpoint


@lru_cache(maxsize=512)
def _parse_text(text: str) -> tuple[Spec, ...]:
    if len(text) > MAX_LENGTH * MAX_CHAIN:
        raise _bad(f"The agent spec is {len(text):,} characters long; the limit is {MAX_LENGTH * MAX_CHAIN}.")
    return _parse_links(tuple(text.split(",")))


@lru_cache(maxsize=512)
def _parse_links(links: tuple[str, ...]) -> tuple[Spec, ...]:
    if not links:
        raise _bad("An agent is needed; the list is empty.")
    if len(links) > MAX_CHAIN:
        raise _bad(f"A fallback chain has at most {MAX_CHAIN} agents; this one has {len(links)}.")
    chain = tuple(_parse_link(link.strip()) for link in links)
    if len(set(chain)) != len(chain):
        raise _bad("The same agent appears twice in the chain.")
    return chain


def _parse_link(link: str) -> Spec:
    if not link:
        raise _bad("An agent is needed; the text is empty.")
    if len(link) > MAX_LENGTH:
        raise _bad(f"The agent spec is {len(link):,} characters long; the limit is {MAX_LENGTH}.")
    name, colon, model = link.partition(":")
    found = registry.backend(name)
    if not colon:
        if found.model == "required":
            raise _bad(f"{name!r} needs a model, as in '{name}:model'.")
        return Spec(name)
    if found.model == "none":
        raise _bad(f"{name!r} takes no model, but {link!r} names one.")
    if not _MODEL.match(model):
        raise _bad(
            f"{link!r} does not name a model: letters, digits and . _ : / @ + - are allowed after the first colon."
        )
    refuse = getattr(found, "refuse", None)  # only a backend whose models have a form of their own has it
    if refuse is not None:
        refuse(model)
    return Spec(name, model)


def _bad(words: str) -> BadInput:
    return BadInput(words, code="unknown_agent", errors={"agent": words})
