from __future__ import annotations

import pytest

from campaigns.kinds.settings import HIGHEST_SAFE, BadValue, Reader, chain, choice, read, refused, seconds, table, whole
from conductor.lib.errors import BadInput

FIELDS: dict[str, Reader] = {
    "count": whole(1, 10),
    "wait": seconds(0.5, 60),
    "mode": choice("fast", "slow", unbuilt={"warp": "Warp is not available yet."}),
    "agent": chain,
    "agents": table({"copy": chain}),
    "later": refused("This is not available yet."),
}


def errors_of(**settings: object) -> dict[str, list[str]]:
    with pytest.raises(BadInput) as caught:
        read(settings, FIELDS)
    return caught.value.errors


def test_values_are_typed_and_null_is_not_given() -> None:
    said = {"count": " 7 ", "wait": 2, "mode": "fast", "agent": "scripted, builtin", "agents": {"copy": ["builtin"]}}
    assert read({**said, "later": None}, FIELDS) == {
        "count": 7, "wait": 2.0, "mode": "fast", "agent": ["scripted", "builtin"], "agents": {"copy": ["builtin"]},
    }  # fmt: skip


@pytest.mark.parametrize(
    "value", [0, 11, -1, 1.0, True, "x", "", "1e3", "٣", [], float("nan"), HIGHEST_SAFE + 1, "9" * 30]
)
def test_a_whole_number_keeps_to_its_bounds(value: object) -> None:
    assert list(errors_of(count=value)) == ["settings.count"]


@pytest.mark.parametrize("value", [0.4, 61, float("nan"), float("inf"), True, "3", None.__class__])
def test_seconds_keep_to_their_bounds(value: object) -> None:
    assert list(errors_of(wait=value)) == ["settings.wait"]


def test_a_word_that_is_not_built_yet_says_so() -> None:
    assert errors_of(mode="warp") == {"settings.mode": ["Warp is not available yet."]}
    assert errors_of(mode="x")["settings.mode"] == ["Must be one of: fast, slow."]
    assert errors_of(later=1) == {"settings.later": ["This is not available yet."]}


@pytest.mark.parametrize("value", ["", "nobody", "builtin:gpt", "builtin,builtin", [], ["builtin", 3], 3, {}])
def test_an_agent_is_refused_under_its_own_field(value: object) -> None:
    assert list(errors_of(agent=value)) == ["settings.agent"]


def test_a_fault_below_is_told_by_its_full_name() -> None:
    assert set(errors_of(agents={"copy": "nobody", "song": "builtin"})) == {
        "settings.agents.copy",
        "settings.agents.song",
    }
    assert list(errors_of(agents="builtin")) == ["settings.agents"]


def test_an_unknown_setting_is_named_safely() -> None:
    assert next(iter(errors_of(**{"a\ud800" + "b" * 100: 1}))).startswith("settings.a\\ud800b")


@pytest.mark.parametrize("raw", [[], "x", 3])
def test_settings_are_an_object(raw: object) -> None:
    with pytest.raises(BadInput):
        read(raw, FIELDS)  # type: ignore[arg-type]


def test_a_reader_alone_says_a_sentence() -> None:
    with pytest.raises(BadValue, match="between 1 and 10"):
        whole(1, 10)(11)
