"""Briefs as clients really send them break no maker and no sentence."""

import re
from typing import Any

import pytest

from agents.auditing.audit import audit_pieces
from agents.contracts import AgentResult
from agents.invoke import invoke
from tests.agents.builtin.odd_briefs import odd
from tests.agents.stand_ins import StubHost, request

WRONG = {
    "a doubled word": r"\b(\w+) \1\b",
    "two end marks": r"(?<![.!?])[.!?]{2}(?![.!?])|[!?]\.",
    "a before a vowel": r"\b[Aa] (?!one\b|one-|uni|use|eu)[aeio]\w",
    "an before a consonant": r"\b[Aa]n (?!hour|honest|heir)[bcdfghjklmnpqrstvwxyz]\w",
    "marks in a row": r"[,;:] ?[.,;:!?]",
    "a space before a mark": r"\s[.,;!?](?!\w)",
    "two articles": r"\b(?:the|an?) (?:an?|the|our|your)\b",
    "something to fill": r"[{}]|\bNone\b",
}


def make(role: str, brief: dict[str, Any], seed: int) -> dict[str, Any]:
    outcome = invoke(request(role, brief=brief, seed=seed), "builtin", StubHost())
    assert isinstance(outcome, AgentResult), outcome
    return dict(outcome.output)


def texts_of(copy: dict[str, Any], posts: dict[str, Any]) -> list[str]:
    return [
        *(entry["text"] for part in ("headlines", "bodies", "calls_to_action") for entry in copy[part]),
        *(post["text"] for group in posts["platforms"] for post in group["posts"]),
    ]


def own_words(brief: dict[str, Any]) -> str:
    given = (brief["product"], brief["audience"], brief["objective"], *brief["key_messages"])
    return " ".join((*given, *brief["constraints"]["disclaimers"], *brief["constraints"]["required_terms"]))


@pytest.mark.parametrize("number", range(40))
def test_every_sentence_is_whole(number: int) -> None:
    brief = odd(number)
    copy, posts = make("copywriting", brief, number), make("short_copy", brief, number)
    given = own_words(brief)
    for text in texts_of(copy, posts):
        for fault, pattern in WRONG.items():
            found = [match.group() for match in re.finditer(pattern, text) if match.group() not in given]
            assert not found, (fault, found, text)
    most = brief["constraints"]["max_words"]
    assert all(body["words"] <= most for body in copy["bodies"] if most)
    pieces = {"copy": {"content": copy, "version": 1}, "short_copy": {"content": posts, "version": 1}}
    report = audit_pieces(brief, pieces)
    assert not [entry for entry in report["not_checked"] if entry.get("failed")]
    assert not [entry for entry in report["findings"] if entry["family"] in ("word_limits", "hashtags", "placeholders")]


@pytest.mark.parametrize("number", range(0, 40, 8))
def test_every_poster_is_drawn_and_readable(number: int) -> None:
    for concept in make("visual_concept", odd(number), number)["concepts"]:
        assert concept["contrast"] >= 4.5
        assert all(poster["contrast"] >= 4.5 for poster in concept["posters"])
