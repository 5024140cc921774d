"""Checks and computed fields of the creative roles: an agent counts and draws nothing itself."""

import copy
from typing import Any

import pytest

from agents.contracts import AgentResult
from agents.invoke import check_answer, invoke
from conductor.lib.errors import BadInput
from tests.agents.stand_ins import StubHost, brief, request

OVERLAPPING = [
    {"name": "headline", "x": 0.1, "y": 0.1, "width": 0.8, "height": 0.3},
    {"name": "body", "x": 0.1, "y": 0.39, "width": 0.8, "height": 0.2},
    {"name": "call_to_action", "x": 0.1, "y": 0.7, "width": 0.8, "height": 0.1},
]

FLAT = {"name": "focal", "x": 0.1, "y": 0.9, "width": 0.0, "height": 0.1}


def made(role: str, **inputs: Any) -> dict[str, Any]:
    outcome = invoke(request(role, **inputs), "builtin", StubHost())
    assert isinstance(outcome, AgentResult), outcome
    return copy.deepcopy(dict(outcome.output))


def test_words_are_counted_by_us() -> None:
    answer = made("copywriting")
    answer["bodies"][0].update(text="Three plain words", words=999)
    assert check_answer(request("copywriting"), answer)["bodies"][0]["words"] == 3


def test_tags_are_normalised_by_us() -> None:
    answer = made("copywriting", brief=brief(tone="  Warm,\n honest "))
    assert answer["headlines"][0]["tags"] == {
        "type": "headline",
        "platform": None,
        "length": None,
        "tone": "warm, honest",
        "language": "en",
    }
    assert [body["tags"]["length"] for body in answer["bodies"]] == ["short", "medium", "long"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda answer: answer["headlines"].__delitem__(slice(2, None)), "headlines"),
        (lambda answer: answer["headlines"].append(answer["headlines"][0]), "twice"),
        (lambda answer: answer["bodies"][0].update(length="long"), "one short"),
        (lambda answer: answer["calls_to_action"].__delitem__(0) or answer["calls_to_action"].__delitem__(0), "calls"),
        (lambda answer: answer.update(tone_note=" "), "tone_note"),
        (lambda answer: answer.update(more=1), "more"),
    ],
)
def test_copy_that_is_not_whole_is_refused(change: Any, word: str) -> None:
    answer = made("copywriting")
    change(answer)
    with pytest.raises(BadInput, match=word):
        check_answer(request("copywriting"), answer)


def test_copy_beyond_the_limit_of_words_is_refused() -> None:
    with pytest.raises(BadInput, match="the brief allows 20"):
        check_answer(request("copywriting", brief=brief(constraints={"max_words": 20})), made("copywriting"))


def test_characters_are_counted_and_too_long_is_flagged_not_cut() -> None:
    answer = made("short_copy")
    post = answer["platforms"][0]["posts"][0]
    post.update(text="x" * 300 + " #Tag", characters=1, over_limit=False, hashtags=[])
    checked = check_answer(request("short_copy"), answer)["platforms"][0]["posts"][0]
    assert (checked["characters"], checked["over_limit"], checked["hashtags"]) == (305, True, ["#Tag"])
    assert checked["text"] == post["text"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda answer: answer["platforms"][0].update(platform="myspace"), "myspace"),
        (lambda answer: answer["platforms"][0].update(platform="linkedin"), "twice"),
        (lambda answer: answer["platforms"].__delitem__(0), "no posts for twitter"),
        (lambda answer: answer["platforms"][0]["posts"].__delitem__(0), "posts"),
        (lambda answer: answer["platforms"][0]["posts"].append(answer["platforms"][0]["posts"][0]), "twice"),
    ],
)
def test_short_copy_that_is_not_whole_is_refused(change: Any, word: str) -> None:
    answer = made("short_copy")
    change(answer)
    with pytest.raises(BadInput, match=word):
        check_answer(request("short_copy"), answer)


def test_platform_goes_by_its_own_name() -> None:
    answer = made("short_copy")
    answer["platforms"][0]["platform"] = "X"
    assert check_answer(request("short_copy"), answer)["platforms"][0]["platform"] == "twitter"


def test_drawing_of_an_agent_is_not_taken() -> None:
    answer = made("visual_concept")
    answer["concepts"][0]["svg"] = "<svg onload='alert(1)'/>"
    answer["concepts"][0]["contrast"] = 21
    checked = check_answer(request("visual_concept"), answer)["concepts"][0]
    assert "onload" not in checked["svg"]
    assert 4.5 <= checked["contrast"] < 21


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda one, two: two.update(name=one["name"]), "same name"),
        (lambda one, two: two["layout"].update(name=one["layout"]["name"]), "same layout"),
        (lambda one, two: one["palette"][0].update(role="support"), "background"),
        (lambda one, two: one["palette"][0].update(hex="red"), "palette"),
        (lambda one, two: one["layout"]["zones"][0].update(width=1.0, x=0.5), "leaves the poster"),
        (lambda one, two: one["layout"]["zones"].append(one["layout"]["zones"][0]), "appears twice"),
        (lambda one, two: one.update(alt_text=""), "alt_text"),
        (lambda one, two: two.update(palette=one["palette"]), "same palette"),
        (lambda one, two: one["palette"][1].update(hex=one["palette"][0]["hex"]), r"contrast of 1\.0 to 1"),
        (lambda one, two: one["layout"].update(name="my own", zones=OVERLAPPING), "headline and body overlap"),
        (lambda one, two: one["layout"].update(name="my own", zones=[FLAT, *OVERLAPPING]), "focal is too small"),
    ],
)
def test_concepts_that_are_not_whole_are_refused(change: Any, word: str) -> None:
    answer = made("visual_concept")
    change(*answer["concepts"][:2])
    with pytest.raises(BadInput, match=word):
        check_answer(request("visual_concept"), answer)


def test_concepts_need_a_headline_and_a_call_zone() -> None:
    answer = made("visual_concept")
    zones = answer["concepts"][0]["layout"]["zones"]
    zones[:] = [zone for zone in zones if zone["name"] not in ("headline", "call_to_action")]
    with pytest.raises(BadInput, match="headline zone is missing"):
        check_answer(request("visual_concept"), answer)


def pieces() -> dict[str, Any]:
    text = {"headlines": [{"text": "A cheap thrill"}], "bodies": [{"text": "Trail 40 by Nordway. While stocks last."}]}
    return {"copy": {"content": text, "version": 3, "sha256": "a" * 64}}


def audited(**inputs: Any) -> dict[str, Any]:
    return made("audit", pieces=pieces(), **inputs)


def test_audit_runs_as_a_role_and_names_what_it_read() -> None:
    report = audited()
    assert report["verdict"] == "fail"
    assert report["pieces"] == [{"slot": "copy", "version": 3, "sha256": "a" * 64, "present": True, "language": "en"}]
    assert report["findings"][0]["version"] == 3


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda report: report.update(verdict="pass"), "better than"),
        (lambda report: report.update(score=100.0), "score"),
        (lambda report: report["findings"].clear() or report.update(verdict="pass", score=100.0), "score"),
        (lambda report: report["findings"][0].update(start=0), "quote"),
        (lambda report: report["findings"][0].update(path="headlines[9].text"), "no text"),
        (lambda report: report["findings"][0].update(path=""), "path"),
        (lambda report: report["findings"][0].update(severity="awful"), "severity"),
    ],
)
def test_an_audit_that_contradicts_itself_is_refused(change: Any, word: str) -> None:
    report = audited()
    change(report)
    with pytest.raises(BadInput, match=word):
        check_answer(request("audit", pieces=pieces()), report)


def test_an_audit_may_be_stricter_than_the_rules() -> None:
    report = audited()
    report["findings"], report["verdict"] = [], "fail"
    assert check_answer(request("audit", pieces=pieces()), report)["verdict"] == "fail"


def test_not_audited_is_what_an_audit_is_by_default() -> None:
    answer = check_answer(request("audit", pieces=pieces()), {"pack": {"name": "x", "version": "1"}})
    assert answer["verdict"] == "not_audited"
    assert answer["score"] is None


def test_audit_of_nothing_fails() -> None:
    outcome = invoke(request("audit", pieces={}), "builtin", StubHost())
    assert not isinstance(outcome, AgentResult)


def test_headlines_that_share_half_their_word_pairs_are_refused() -> None:
    answer = made("copywriting")
    answer["headlines"][0]["text"] = "Repairs are free for ten years"
    answer["headlines"][1]["text"] = "Repairs are free for ever"
    with pytest.raises(BadInput, match="half of their word pairs"):
        check_answer(request("copywriting"), answer)
