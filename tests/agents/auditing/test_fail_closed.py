"""Whatever goes wrong inside an audit is told, and nothing passes by it."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from agents.auditing import audit, registry
from agents.auditing.audit import audit_pieces
from agents.auditing.findings import Brief, Family, Finding, Found, Options, Patch, Rule, Skip
from agents.auditing.pieces import Piece
from agents.auditing.rulepacks import read_pack
from agents.auditing.scoring import combine
from agents.roles.audit import AuditOutput
from conductor.lib.errors import BadInput
from tests.agents.auditing.test_audit import copy_piece, posts
from tests.agents.auditing.test_rulepacks import pack


class Mood(Options):
    wanted: str = "glad"


def glad(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    text = pieces[0].texts[0]
    if rule.read(Mood).wanted not in text.text:
        yield Finding(rule, text.slot, "It is not glad.", text.path, 0, len(text.text), text.text)


def raises(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    yield Skip("copy", "so far so good")
    raise ZeroDivisionError("by zero")


def lies(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    yield Finding(rule, "copy", "Look here.", "bodies[0].text", 0, 5, "never")


def patches_elsewhere(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    text = pieces[0].texts[0]
    patch = Patch(text.path, 0, len(text.text), "")
    yield Finding(rule, "copy", "Look here.", text.path, 0, 1, text.text[:1], None, patch)


def nonsense(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Any:
    return ["not a finding"]


def endless(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    while True:
        yield Finding(rule, "copy", "Again.")


GLAD = Family("glad", glad, Mood)
RAISES, LIES, NONSENSE = Family("raises", raises), Family("lies", lies), Family("nonsense", nonsense)
PATCHES, ENDLESS, NO_FAMILY = Family("patches", patches_elsewhere), Family("endless", endless), "just text"
OTHER_NAME = Family("something_else", glad)


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    here = __name__
    names = {
        "glad": "GLAD", "raises": "RAISES", "lies": "LIES", "nonsense": "NONSENSE", "patches": "PATCHES",
        "endless": "ENDLESS", "no_family": "NO_FAMILY", "other_name": "OTHER_NAME", "missing": "NOWHERE",
        "claims": "GLAD",
    }  # fmt: skip
    points = [EntryPoint(name, f"{here}:{value}", registry.GROUP) for name, value in names.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == registry.GROUP else [])
    registry.forget()
    yield
    registry.forget()


def with_rule(family: str, **options: Any) -> dict[str, Any]:
    rule = {"id": "mine.rule", "family": family, "severity": "low", "category": "clarity", "why": "w", "advice": "a"}
    return {
        "extends": ["house"],
        "schema": 1,
        "name": "mine",
        "version": "1.0.0",
        "rules": [{**rule, "options": options}],
    }


GOOD = {"copy": copy_piece("This is a plain body that nobody minds at all.")}


def test_a_plug_in_adds_a_family(plugins: None) -> None:
    report = audit_pieces({}, GOOD, pack=with_rule("glad", wanted="plain"))
    assert report["verdict"] == "pass"
    found = audit_pieces({}, GOOD, pack=with_rule("glad", wanted="merry"))["findings"]
    assert [(finding["rule"], finding["family"]) for finding in found] == [("mine.rule", "glad")]


def test_options_of_a_plug_in_are_checked_by_it(plugins: None) -> None:
    with pytest.raises(BadInput) as caught:
        read_pack(with_rule("glad", wished="x"))
    assert "rules[0].options.wished" in caught.value.errors


def test_a_plug_in_cannot_replace_a_family_of_ours(plugins: None) -> None:
    assert registry.family("claims") is registry.FAMILIES["claims"]


@pytest.mark.parametrize(
    "family", ["raises", "lies", "nonsense", "patches", "endless", "no_family", "other_name", "missing"]
)
def test_a_family_that_fails_lets_nothing_pass(plugins: None, family: str) -> None:
    report = audit_pieces({}, GOOD, pack=with_rule(family))
    assert report["verdict"] == "not_audited"
    assert report["not_checked"][0]["failed"]
    if family != "endless":
        assert report["categories"]["clarity"]["score"] is None
        assert report["not_checked"][0]["family"] == family
    AuditOutput.model_validate(report)


def test_what_failed_does_not_hide_what_was_found(plugins: None) -> None:
    report = audit_pieces({"constraints": {"prohibited_terms": ["plain"]}}, GOOD, pack=with_rule("raises"))
    assert report["verdict"] == "fail"
    assert report["findings"][0]["rule"] == "house.prohibited-terms"


def test_a_failed_part_keeps_the_whole_from_passing(plugins: None) -> None:
    good = audit_pieces({}, GOOD)
    bad = audit_pieces({}, {"short_copy": posts("threads", "A post.")}, pack=with_rule("raises"))
    assert good["verdict"] == "pass"
    assert combine([good, bad])["verdict"] == "not_audited"


def test_a_family_of_ours_that_raises_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "family", lambda name: RAISES if name == "readability" else registry.family(name))
    report = audit_pieces({}, GOOD)
    assert report["verdict"] == "not_audited"
    assert "ZeroDivisionError" in report["not_checked"][0]["why"]


@pytest.mark.parametrize(
    "content",
    [
        {"bodies": [{"text": "Fine."}, {"text": 5}]},
        {"bodies": [{"text": "Fine."}, "text"]},
        {"bodies": [{"text": "Fine."}], "headlines": "x"},
        {"bodies": [{"text": "Fine."}], "headlines": [{}]},
    ],
)
def test_a_text_that_cannot_be_read_lets_nothing_pass(content: dict[str, Any]) -> None:
    report = audit_pieces({}, {"copy": {"content": content}})
    assert report["verdict"] == "not_audited"
    assert report["not_checked"][0]["family"] == "pieces"


@pytest.mark.parametrize(
    "content", [{"platforms": [7]}, {"platforms": [{"platform": "x", "posts": [{"text": "A."}, None]}]}]
)
def test_a_post_that_cannot_be_read_lets_nothing_pass(content: dict[str, Any]) -> None:
    assert audit_pieces({}, {"short_copy": {"content": content}})["verdict"] == "not_audited"


def test_a_concept_that_cannot_be_read_lets_nothing_pass() -> None:
    good = {"headline": "Meet us", "alt_text": "A drawing of a harbour in the morning"}
    assert audit_pieces({}, {"visual_concept": {"content": {"concepts": [good]}}})["verdict"] == "pass"
    for bad in ([good, None], [good | {"fine_print": "x"}], [good | {"headline": 5}], [good | {"fine_print": [None]}]):
        assert audit_pieces({}, {"visual_concept": {"content": {"concepts": bad}}})["verdict"] == "not_audited", bad


def test_too_many_findings_let_nothing_pass() -> None:
    body = "guaranteed. " * 2_500
    quiet = {"low": 0, "medium": 0, "high": 0, "critical": 0}
    options = {"languages": {"en": {"terms": ["guaranteed"]}}}
    rules = [{**pack()["rules"][0], "severity": "low", "family": "claims", "options": options}]
    report = audit_pieces({}, {"copy": copy_piece(body)}, pack=pack(rules=rules, penalties=quiet))
    assert report["verdict"] == "not_audited"
    assert len(report["findings"]) == audit.MAX_FINDINGS


def test_a_text_with_too_many_numbers_lets_nothing_pass() -> None:
    report = audit_pieces({"product": "A lamp, bright"}, {"copy": copy_piece("A lamp. " + "17 cats. " * 600)})
    assert report["verdict"] in ("not_audited", "fail")
    assert any(skip["failed"] for skip in report["not_checked"])


def test_a_pack_whose_plug_in_went_away_lets_nothing_pass(plugins: None, monkeypatch: pytest.MonkeyPatch) -> None:
    read = read_pack(with_rule("glad", wanted="plain"))
    monkeypatch.setattr(registry, "entry_points", lambda group: [])
    registry.forget()
    assert audit_pieces({}, GOOD, pack=read)["verdict"] == "not_audited"
