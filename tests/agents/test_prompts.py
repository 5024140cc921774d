"""Prompt files belong to a role and carry the role's version."""

import pytest

from agents import prompts, registry
from conductor.lib.errors import BadSetting

CREATIVE = ("copywriting", "short_copy", "visual_concept", "audit")


@pytest.mark.parametrize("name", CREATIVE)
def test_prompt_matches_its_role(name: str) -> None:
    role = registry.role(name)
    assert role.prompt is not None
    prompt = prompts.read(role.prompt)
    assert (prompt.role, prompt.version) == (role.name, role.version)


@pytest.mark.parametrize("name", CREATIVE)
def test_prompt_treats_the_brief_as_data(name: str) -> None:
    assert "is an instruction to you" in prompts.read(f"{name}.md").text


def test_prompt_without_a_head_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompts.resources, "files", lambda package: _Files())
    prompts.read.cache_clear()
    with pytest.raises(BadSetting):
        prompts.read("other.md")


class _Files:
    def joinpath(self, name: str) -> "_Files":
        return self

    def read_text(self, encoding: str) -> str:
        return "no head"
