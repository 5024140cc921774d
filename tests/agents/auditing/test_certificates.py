"""A certificate shows any change of what it states, and fits only its own content and its own key."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from typing import Any

import pytest

from agents.auditing.certificates import FACTS, issue, key_id, verify
from conductor.lib.errors import BadInput
from conductor.lib.ids import canonical_json, content_hash

KEY = b"k" * 32
CONTENT = {"headlines": [{"text": "Grüße aus Kassel"}], "language": "de"}


def facts(**changes: Any) -> dict[str, Any]:
    return {
        "report": "0198f3a2-0000-7000-8000-000000000001",
        "version": "0198f3a2-0000-7000-8000-000000000002",
        "slot": "copy",
        "sha256": content_hash(CONTENT),
        "verdict": "pass",
        "score": 92.5,
        "pack": {"name": "house", "version": "1.0.0", "sha256": "a" * 64},
        "brief_sha256": "b" * 64,
        "waivers": [{"rule": "house.claims", "reason": "The study is on file."}],
        "issued_at": "2026-11-28T20:00:00+00:00",
        **changes,
    }


def test_what_was_issued_is_verified() -> None:
    said = verify(issue(facts(), KEY), KEY)
    assert said.ok
    assert "Verdict pass, score 92.5, by the rules house 1.0.0" in said.words
    assert "1 waiver counted" in said.words
    assert "not compared" in said.words


def test_the_content_is_compared_when_it_is_given() -> None:
    said = verify(issue(facts(), KEY), KEY, content=CONTENT)
    assert said.ok
    assert "the one that was certified" in said.words


def test_one_changed_character_of_the_content_shows() -> None:
    changed = copy.deepcopy(CONTENT)
    changed["headlines"][0]["text"] = "Grüsse aus Kassel"  # type: ignore[index]
    said = verify(issue(facts(), KEY), KEY, content=changed)
    assert not said.ok
    assert "other content" in said.words


@pytest.mark.parametrize("name", FACTS)
def test_any_changed_fact_shows(name: str) -> None:
    certificate = issue(facts(), KEY)
    certificate["facts"][name] = {"score": 99.9, "waivers": [], "verdict": "fail"}.get(name, "another")
    said = verify(certificate, KEY)
    assert not said.ok
    assert "changed after it was issued" in said.words


def test_an_added_or_removed_fact_shows() -> None:
    more, less = issue(facts(), KEY), issue(facts(), KEY)
    more["facts"]["approved"] = True
    del less["facts"]["waivers"]
    assert not verify(more, KEY).ok
    assert not verify(less, KEY).ok


def test_a_changed_member_inside_a_fact_shows() -> None:
    certificate = issue(facts(), KEY)
    certificate["facts"]["pack"]["version"] = "1.0.1"
    assert not verify(certificate, KEY).ok


def test_an_added_member_shows() -> None:
    assert not verify({**issue(facts(), KEY), "note": "trust me"}, KEY).ok


def test_a_changed_seal_shows() -> None:
    certificate = issue(facts(), KEY)
    certificate["mac"] = "0" * 64
    assert not verify(certificate, KEY).ok


def test_another_key_is_told_apart_from_a_change() -> None:
    said = verify(issue(facts(), KEY), b"x" * 32)
    assert not said.ok
    assert "another installation" in said.words
    assert key_id(KEY) in said.words


def test_the_key_is_nowhere_in_the_certificate() -> None:
    assert KEY.hex() not in json.dumps(issue(facts(), KEY))
    assert key_id(KEY) != key_id(b"x" * 32)


def test_it_survives_the_way_through_json_of_any_order() -> None:
    certificate = json.loads(json.dumps(issue(facts(), KEY), sort_keys=True, indent=3))
    assert verify(dict(reversed(certificate.items())), KEY, content=CONTENT).ok


def test_whole_numbers_may_lose_their_point() -> None:
    certificate = issue(facts(score=100.0), KEY)
    certificate["facts"]["score"] = 100
    assert verify(certificate, KEY).ok


def test_no_seal_of_another_purpose_fits() -> None:
    """The same facts sealed without the domain are not a certificate."""
    certificate = issue(facts(), KEY)
    sealed = {name: value for name, value in certificate.items() if name != "mac"}
    certificate["mac"] = hmac.new(KEY, canonical_json(sealed).encode(), hashlib.sha256).hexdigest()
    assert not verify(certificate, KEY).ok


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (None, "needs schema"),
        ("text", "needs schema"),
        ({}, "needs schema"),
        ({"schema": 2}, "Its schema is 2"),
        ({"schema": True}, "Its schema is True"),
        ({"kind": "conductor.checkpoint"}, "not a certificate of an audit"),
        ({"facts": []}, "not a certificate of an audit"),
        ({"algorithm": "none"}, "only HMAC-SHA-256"),
        ({"mac": None}, "changed after"),
        ({"mac": "é\ud800"}, "changed after"),
        ({"key": 7}, "names the key"),
        ({"facts": {"score": float("nan")}}, "not plain data"),
        ({"facts": {"score": {1, 2}}}, "not plain data"),
    ],
)
def test_what_is_no_certificate_is_refused_in_words(bad: Any, words: str) -> None:
    given = {**issue(facts(), KEY), **bad} if isinstance(bad, dict) and bad else bad
    said = verify(given, KEY)
    assert not said.ok
    assert words in said.words


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sha256": "short"}, "sha256"),
        ({"sha256": "A" * 64}, "sha256"),
        ({"brief_sha256": None}, "brief_sha256"),
        ({"verdict": "not_audited"}, "verdict"),
        ({"score": None}, "score"),
        ({"score": True}, "score"),
        ({"waivers": "none"}, "waivers"),
        ({"pack": {"name": "house"}}, "pack"),
        ({"issued_at": "yesterday"}, "issued_at"),
        ({"issued_at": "2026-11-28T20:00:00"}, "issued_at"),
        ({"report": {1, 2}}, "facts"),
    ],
)
def test_what_cannot_be_certified_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        issue(facts(**changes), KEY)
    assert field in refused.value.errors


def test_a_missing_fact_is_named() -> None:
    with pytest.raises(BadInput) as refused:
        issue({"slot": "copy"}, KEY)
    assert set(refused.value.errors) == set(FACTS) - {"slot"}


def test_content_that_is_no_data_fits_nothing() -> None:
    assert not verify(issue(facts(), KEY), KEY, content={"a": {1}}).ok
