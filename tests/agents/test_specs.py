"""Specs: `backend[:model]` and fallback chains."""

import pytest

from agents.specs import MAX_CHAIN, Spec, parse
from conductor.lib.errors import BadInput


def test_backend_alone() -> None:
    assert parse("builtin") == (Spec("builtin"),)


def test_model_keeps_its_colons() -> None:
    assert parse("scripted:a:b/c") == (Spec("scripted", "a:b/c"),)
    assert str(parse("scripted:a:b")[0]) == "scripted:a:b"


@pytest.mark.parametrize("chain", ["scripted, human", ["scripted", "human"], ("scripted", " human ")])
def test_chain_keeps_its_order(chain: str | list[str]) -> None:
    assert [link.backend for link in parse(chain)] == ["scripted", "human"]


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ([], "empty"),
        ("builtin,,human", "empty"),
        ("nobody", "nobody"),
        ("builtin:gpt", "takes no model"),
        ("scripted:", "does not name a model"),
        ("scripted:a b", "does not name a model"),
        ("scripted:\x00", "does not name a model"),
        ("scripted:" + "x" * 300, "characters long"),
        ("human," * 2_000, "characters long"),
        (["human", "human"], "twice"),
        ([f"scripted:{number}" for number in range(MAX_CHAIN + 1)], "at most"),
        (None, "text"),
        (7, "text"),
        ([1], "text"),
        ({"builtin": 1}, "text"),
        (b"builtin", "text"),
    ],
)
def test_bad_spec_is_refused_with_the_reason(spec: object, word: str) -> None:
    with pytest.raises(BadInput, match=word) as caught:
        parse(spec)  # type: ignore[arg-type]
    assert caught.value.errors
