"""The packs that ship pass their own tests, and a test that does not hold is told in words."""

from typing import Any

import pytest
import yaml

from agents.auditing.packtests import parse_tests, read_tests, run_tests
from agents.auditing.rulepacks import house_pack, pack_data, pack_digest, parse_pack, read_pack, shipped
from campaigns.kinds import rulepacks
from conductor.lib.errors import BadInput
from tests.agents.auditing.test_rulepacks import pack


@pytest.mark.parametrize("name", shipped())
def test_a_pack_that_ships_passes_its_own_tests(name: str) -> None:
    assert run_tests(pack_data(name), parse_tests(rulepacks.shipped()[name].tests)) == []


def test_every_rule_of_the_house_is_tested_by_an_example_that_finds_it() -> None:
    tests = parse_tests(rulepacks.shipped()["house"].tests)
    found = {expected.rule for example in tests.examples for expected in example.finds}
    untested = {rule.id for rule in house_pack().rules} - found
    # Off, and so nothing to find; and what needs a slot without a piece, which other tests hand in.
    assert untested == {"house.generic-masculine"}


def given(**example: Any) -> dict[str, Any]:
    return {"schema": 1, "examples": [example]}


def test_an_expected_finding_that_is_missing_is_told() -> None:
    finds = [{"rule": "mine.terms", "quote": "guaranteed"}]
    assert run_tests(pack(), given(text="It is guaranteed.", finds=finds)) == []
    assert run_tests(pack(), given(text="It is fine.", finds=finds)) == [
        "examples[0]: mine.terms did not find 'guaranteed'."
    ]


def test_a_finding_that_is_not_expected_is_told() -> None:
    assert "not expected" in run_tests(pack(), given(text="It is guaranteed.", name="plain"))[0]
    assert "(plain)" in run_tests(pack(), given(text="It is guaranteed.", name="plain"))[0]


def test_the_severity_is_compared_where_it_is_given() -> None:
    wrong = given(text="It is guaranteed.", finds=[{"rule": "mine.terms", "severity": "low"}])
    assert len(run_tests(pack(), wrong)) == 2


def test_patches_are_applied_and_compared() -> None:
    finds = [{"rule": "mine.terms"}]
    good = given(text="It is guaranteed.", finds=finds, patched="It is expected.")
    assert run_tests(pack(), good) == []
    assert "patched it says" in run_tests(pack(), given(text="It is guaranteed.", finds=finds, patched="No."))[0]


def test_only_the_named_rules_are_looked_at() -> None:
    assert run_tests(house_pack(), given(text="THE BEST PRICE EVER! guaranteed", rules=["house.links"])) == []


def test_a_rule_that_the_pack_does_not_have_is_told() -> None:
    assert "no rule 'house.links'" in run_tests(pack(), given(text="x", rules=["house.links"]))[0]


def test_an_example_without_a_text_is_told() -> None:
    assert "neither" in run_tests(pack(), given(name="empty"))[0]


def test_whole_pieces_can_be_an_example() -> None:
    pieces = {"copy": {"content": {"headlines": [{"text": "guaranteed"}]}}, "short_copy": None}
    found = run_tests(pack(), given(pieces=pieces, finds=[{"rule": "mine.terms"}]))
    assert found == []
    assert "cannot be audited" in run_tests(pack(), given(pieces={"video": None}))[0]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"schema": 2, "examples": [{"text": "x"}]}, "schema"),
        ({"schema": 1, "examples": []}, "examples"),
        (given(text=5), "examples[0].text"),
        (given(text="x", kind="video"), "examples[0].kind"),
        (given(text="x", surprise=1), "examples[0].surprise"),
        (given(text="x", finds=[{"quote": "x"}]), "examples[0].finds[0].rule"),
        ([], "tests"),
    ],
)
def test_bad_tests_are_refused_by_field(data: Any, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_tests(data)
    assert any(name.startswith(field) for name in caught.value.errors)


def test_tests_are_read_from_yaml() -> None:
    assert parse_tests(yaml.safe_dump(given(text="x"))).examples[0].text == "x"
    with pytest.raises(BadInput):
        parse_tests("a: &x [1]\nb: *x")


def extending(**changes: Any) -> dict[str, Any]:
    return {"schema": 1, "name": "mine", "version": "1.0.0", "extends": ["house"], "rules": pack()["rules"], **changes}


def test_a_pack_may_extend_one_that_ships() -> None:
    mine = read_pack(extending())
    assert len(mine.rules) == len(house_pack().rules) + 1
    assert (mine.weights, mine.penalties) == (house_pack().weights, house_pack().penalties)


def test_a_rule_of_the_same_id_replaces_and_others_can_be_left_out() -> None:
    own = {**pack()["rules"][0], "id": "house.claims-of-mine"}
    mine = read_pack(extending(rules=[{**own, "id": "house.links"}], without=["house.agreement"]))
    ids = [rule.id for rule in mine.rules]
    assert len(ids) == len(house_pack().rules) - 1
    assert next(rule for rule in mine.rules if rule.id == "house.links").family == "prohibited_terms"
    assert "house.agreement" not in ids


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"extends": ["nothing"]}, "extends[0]"),
        ({"name": "house"}, "extends[0]"),
        ({"without": ["house.magic"]}, "without[0]"),
        ({"extends": [], "weights": {}, "penalties": {}}, "penalties"),
    ],
)
def test_a_pack_that_extends_wrongly_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_pack(extending(**changes))
    assert field in caught.value.errors


def test_the_digest_is_of_the_content_and_of_what_it_extends() -> None:
    one = pack()
    again = dict(reversed(one.items()))
    assert pack_digest(one) == pack_digest(again) == read_pack(one).sha256
    assert pack_digest(one) != pack_digest(pack(version="2.1.1"))
    assert pack_digest(extending()) != pack_digest(extending(extends=[]))
    assert pack_digest(pack_data()) == house_pack().sha256


@pytest.mark.parametrize("term", ["best|second-best", "(very)", "ab*", "(a) (b)"])
def test_a_term_that_cannot_be_read_is_refused_by_path(term: str) -> None:
    options = {"languages": {"en": {"terms": ["fine", term]}}}
    with pytest.raises(BadInput) as caught:
        read_pack(pack(rules=[{**pack()["rules"][0], "family": "claims", "options": options}]))
    assert "rules[0].options.languages.en.terms" in caught.value.errors


def test_notes_in_a_pack_are_yaml_comments() -> None:
    assert parse_pack("# a note\n" + yaml.safe_dump(pack())).name == "mine"


def test_tests_that_take_too_long_have_failed() -> None:
    assert run_tests(pack(), given(text="It is fine."), seconds=-1) == [
        "examples[0]: the tests took longer than -1 seconds, so they end here."
    ]
