"""Rule packs are data: read strictly, refused by field, never run."""

from typing import Any

import pytest
import yaml

from agents.auditing.rulepacks import FAMILIES, house_pack, parse_pack, read_pack
from conductor.lib.errors import BadInput


def pack(**changes: Any) -> dict[str, Any]:
    rule = {
        "id": "mine.terms",
        "family": "prohibited_terms",
        "severity": "high",
        "category": "risk",
        "why": "It misleads.",
        "advice": "Say it plainly.",
        "options": {"terms": ["guaranteed"], "replacements": {"guaranteed": "expected"}},
    }
    return {
        "schema": 1,
        "name": "mine",
        "version": "2.1.0",
        "weights": {"risk": 10},
        "penalties": {"low": 1, "medium": 2, "high": 3, "critical": 4},
        "rules": [rule],
        **changes,
    }


def rule(**changes: Any) -> list[dict[str, Any]]:
    return [{**pack()["rules"][0], **changes}]


def test_house_pack_uses_every_family() -> None:
    assert {rule.family for rule in house_pack().rules} == set(FAMILIES)


def test_pack_is_read_from_data_and_from_yaml() -> None:
    assert read_pack(pack()) == parse_pack(yaml.safe_dump(pack()))
    assert read_pack(pack()).rules[0].options["terms"] == ["guaranteed"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (pack(schema=2), "schema"),
        (pack(schema="1"), "schema"),
        (pack(name="Mine!"), "name"),
        (pack(version="two"), "version"),
        (pack(weights={"luck": 1}), "weights.luck.[key]"),
        (pack(weights={"risk": -1}), "weights.risk"),
        (pack(penalties={"low": 1}), "penalties"),
        (pack(rules=[]), "rules"),
        (pack(rules=rule(family="magic")), "rules[0].family"),
        (pack(rules=rule() * 2), "rules[1].id"),
        (pack(rules=rule(severity="awful")), "rules[0].severity"),
        (pack(rules=rule(options={"code": "x"})), "rules[0].options.code"),
        (pack(surprise=1), "surprise"),
        ([], "pack"),
        (None, "pack"),
        ({1, 2}, "pack"),
    ],
)
def test_bad_pack_is_refused_by_its_field(data: Any, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_pack(data)
    assert field in caught.value.errors


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "a: 1\na: 2",
        "1: 2",
        "a: &x [1]\nb: *x",
        "a: !!python/object/apply:os.system ['true']",
        "[" * 5_000,
        "x" * 1_000_001,
        "",
        "just text",
    ],
)
def test_hostile_yaml_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_pack(text)
