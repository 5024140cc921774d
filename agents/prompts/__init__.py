"""Prompt texts as versioned files, one per role. Must not fill them in: what a brief says is data beside the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from conductor.lib.errors import BadSetting

_HEAD = re.compile(r"\A---\nrole: ([a-z_]+)\nversion: (\d+)\n---\n+")


@dataclass(frozen=True, slots=True)
class Prompt:
    role: str
    version: str
    text: str


@cache
def read(file: str) -> Prompt:
    """The prompt in that file, such as copywriting.md."""
    whole = resources.files("agents.prompts").joinpath(file).read_text("utf-8")
    head = _HEAD.match(whole)
    if head is None:
        raise BadSetting(f"The prompt {file} does not start with its role and version.")
    return Prompt(head.group(1), head.group(2), whole[head.end() :])
