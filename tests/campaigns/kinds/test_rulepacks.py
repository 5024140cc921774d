"""Rule packs as text: what acts is written out whole, faults have lines, versions are compared as numbers."""

from __future__ import annotations

import pytest

from agents.auditing.audit import audit_pieces
from agents.auditing.rulepacks import pack_digest, read_pack
from campaigns.kinds.rulepacks import (
    pack_name,
    read_source,
    run_tests,
    shipped,
    shipped_by_id,
    shipped_id,
    version_key,
)
from campaigns.kinds.settings import BadValue
from conductor.lib.errors import BadInput
from tests.campaigns.packs import CHEAP, pack_text

PIECES = {"copy": {"content": {"headlines": [{"text": "A cheap, guaranteed box"}]}}}
BRIEF = {"constraints": {"prohibited_terms": ["guaranteed"]}}


def test_what_ships_is_read_from_the_library() -> None:
    house = shipped()["house"]
    assert house.sha256 == pack_digest(house.data) == read_pack(house.data).sha256
    assert shipped_by_id(shipped_id("house")) == house
    assert shipped_by_id(shipped_id("other")) is None


def test_a_pack_that_extends_acts_as_the_library_says_and_no_longer_needs_it() -> None:
    read = read_source(pack_text(rules=CHEAP))
    assert "extends" not in read.data
    by_text = audit_pieces(BRIEF, PIECES, pack=read_pack({**_as_written(), "rules": read.data["rules"][-1:]}))
    by_data = audit_pieces(BRIEF, PIECES, pack=dict(read.data))
    assert by_text["findings"] == by_data["findings"]
    assert {f["rule"] for f in by_data["findings"]} >= {"spring.no-cheap", "house.prohibited-terms"}
    assert (by_data["score"], by_data["verdict"]) == (by_text["score"], by_text["verdict"])
    assert by_data["pack"]["sha256"] == read.sha256


def _as_written() -> dict[str, object]:
    return {"schema": 1, "name": "spring", "version": "1.0.0", "extends": ["house"]}


def test_rules_of_the_house_can_be_left_out_and_weighed_anew() -> None:
    text = pack_text(rules=CHEAP).replace(
        "extends: [house]", "extends: [house]\nwithout: [house.prohibited-terms]\nweights: {risk: 99}\ncounted: 2"
    )
    data = read_source(text).data
    assert "house.prohibited-terms" not in [rule["id"] for rule in data["rules"]]
    assert data["weights"] == {**shipped()["house"].data["weights"], "risk": 99}
    assert data["counted"] == 2


def test_the_digest_is_that_of_the_rules_not_of_the_text() -> None:
    spaced = pack_text().replace("rules:", "\n# a remark\nrules:")
    assert read_source(spaced).sha256 == read_source(pack_text()).sha256
    assert read_source(pack_text("1.0.1")).sha256 != read_source(pack_text()).sha256


@pytest.mark.parametrize(("lower", "higher"), [("1.9.0", "1.10.0"), ("0.99.99", "1.0.0"), ("1.0.0", "1.0.1")])
def test_versions_are_compared_as_numbers(lower: str, higher: str) -> None:
    assert version_key(lower) < version_key(higher)


@pytest.mark.parametrize("name", ["", "No", "-x", "a" * 61, 3, None])
def test_a_name_that_is_none_is_refused(name: object) -> None:
    with pytest.raises(BadValue):
        pack_name(name)


def test_tests_are_counted_and_told() -> None:
    tests = "schema: 1\nexamples:\n- {kind: headline, text: Fine., finds: [{rule: spring.no-cheap}], rules: []}"
    count, failures = run_tests(read_source(pack_text()).data, tests)
    assert count == 1
    assert "spring.no-cheap did not find" in failures[0]


@pytest.mark.parametrize("tests", ["words", "schema: 1", "schema: 1\nexamples: []", "schema: 1\nexamples: [{mood: x}]"])
def test_tests_that_are_none_are_told_by_line(tests: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_source(pack_text(), tests)
    assert all(path.startswith("tests") for path in refused.value.errors)


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(BadInput):
        read_source("#" * 600_000)


def test_a_pack_of_more_terms_than_can_be_looked_for_is_refused_where_they_become_too_many() -> None:
    rule = (
        "  - {{id: spring.r{0}, family: prohibited_terms, severity: low, category: risk, why: w, advice: a, "
        "options: {1}}}"
    )
    terms = [f"{{terms: [{', '.join(f't{number}x{term}' for term in range(1_000))}]}}" for number in range(11)]
    rules = [rule.format(number, held) for number, held in enumerate(terms)]

    assert read_source(pack_text(rules="\n" + "\n".join(rules[:10]))).name == "spring"
    with pytest.raises(BadInput, match=r"rules\[10\]\.options: .*10,000") as refused:
        read_source(pack_text(rules="\n" + "\n".join(rules)))
    assert list(refused.value.errors) == ["rules[10].options"]
