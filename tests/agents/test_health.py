"""Which agents could work here."""

import pytest

from agents import registry
from agents.health import check
from conductor.lib.errors import BadInput


@pytest.mark.parametrize("spec", ["builtin", "human", "scripted", "scripted:ok"])
def test_what_needs_nothing_is_well(spec: str) -> None:
    assert check(spec).ok


def test_what_is_not_well_says_why() -> None:
    found = check("scripted:nonsense")
    assert not found.ok
    assert "nonsense" in found.words


def test_a_chain_is_well_when_one_of_it_is() -> None:
    assert check("scripted:nonsense,human").ok


def test_a_bad_spec_is_the_callers_mistake() -> None:
    with pytest.raises(BadInput):
        check("nobody")


def test_a_check_that_breaks_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, model: str | None) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(type(registry.backend("human")), "health", broken)
    found = check("human")
    assert not found.ok
    assert "secret" not in found.words
