"""What briefs and brands share: hashtags, brand words, claims, emoji, link; and what an older brief lacks."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.kinds import brief as briefs
from campaigns.kinds import wording
from campaigns.kinds.brief import normalise
from conductor.lib.errors import BadInput
from conductor.lib.ids import content_hash

OLD: dict[str, Any] = {
    "schema": 1,
    "objective": "Win 200 subscribers.",
    "audience": "People who work at night.",
    "product": "Coffee.",
    "tone": "warm",
    "key_messages": ["Fresh."],
    "constraints": {"max_words": None, "prohibited_terms": [], "required_terms": [], "disclaimers": []},
    "brand": {"name": "Ember", "adjectives": [], "palette": [], "guidelines": ""},
    "platforms": ["instagram"],
    "language": "en",
    "mode": None,
}


def refused(raw: dict[str, Any]) -> dict[str, list[str]]:
    with pytest.raises(BadInput) as caught:
        normalise(raw)
    return caught.value.errors


def tags(**given: Any) -> dict[str, Any]:
    read: dict[str, Any] = normalise({"constraints": given}).brief["constraints"]
    return read


def words(**given: Any) -> dict[str, Any]:
    read: dict[str, Any] = normalise({"brand": given}).brief["brand"]
    return read


def test_a_brief_without_the_later_fields_keeps_the_hash_it_had() -> None:
    whole = normalise(OLD).brief
    assert set(whole) > set(OLD)
    assert briefs.brief_hash(OLD) == content_hash({name: value for name, value in OLD.items() if name != "mode"})
    assert briefs.brief_hash(whole) == briefs.brief_hash(OLD)
    assert briefs.default_seed(whole) == briefs.default_seed(OLD)


@pytest.mark.parametrize(
    "more",
    [
        {"link": "https://a.example"},
        {"claims": [{"claim": "It is hot."}]},
        {"constraints": {"required_hashtags": ["Ember"]}},
        {"constraints": {"banned_hashtags": ["sale"]}},
        {"constraints": {"emoji": "none"}},
        {"brand": {**OLD["brand"], "prefer": ["roasted"]}},
        {"brand": {**OLD["brand"], "avoid": ["cheap"]}},
    ],
)
def test_what_a_later_field_says_is_content(more: dict[str, Any]) -> None:
    changed = normalise({**OLD, **more}).brief
    assert briefs.brief_hash(changed) != briefs.brief_hash(OLD)
    assert not briefs.same_content(changed, OLD)


def test_a_field_that_is_lacking_is_the_same_as_an_empty_one() -> None:
    assert briefs.same_content(normalise(OLD).brief, OLD)
    assert not briefs.same_content({**OLD, "tone": "dry"}, OLD)


def test_an_old_brief_is_read_without_complaint() -> None:
    assert briefs.missing(OLD) == {}
    assert briefs.clashes(OLD) == {}
    assert briefs.cautions({}) == briefs.cautions(OLD) == []


def test_hashtags_have_no_sign_and_come_once_in_any_case() -> None:
    assert tags(required_hashtags=["#BikeRepair", "bikerepair", " \uff03Köln_2026 ", ""])["required_hashtags"] == [
        "BikeRepair",
        "Köln_2026",
    ]
    assert tags(banned_hashtags=["हिन्दी"])["banned_hashtags"] == ["हिन्दी"]


@pytest.mark.parametrize("wrong", ["two words", "a-b", "2026", "#", "x" * 101, 7, "a#b", "c.d"])
def test_what_is_no_hashtag_is_refused_by_place(wrong: object) -> None:
    assert list(refused({"constraints": {"required_hashtags": ["good", wrong]}})) == [
        "brief.constraints.required_hashtags[1]"
    ]


def test_a_hashtag_cannot_be_required_and_banned() -> None:
    said = refused({"constraints": {"required_hashtags": ["a1", "Sale"], "banned_hashtags": ["#SALE"]}})
    assert said == {"brief.constraints.required_hashtags[1]": ["'Sale' is also banned."]}


def test_hashtags_have_a_number_that_people_would_read() -> None:
    many = [f"tag{n}" for n in range(31)]
    assert "limit is 30" in refused({"constraints": {"banned_hashtags": many}})["brief.constraints.banned_hashtags"][0]


@pytest.mark.parametrize("policy", ["", None, "none", "sparing", "free"])
def test_an_emoji_policy_is_one_of_three_or_that_of_the_platform(policy: str | None) -> None:
    assert tags(emoji=policy)["emoji"] == (policy or "")


@pytest.mark.parametrize("policy", ["lots", True, 1, ["none"]])
def test_another_emoji_policy_is_refused(policy: object) -> None:
    (said,) = refused({"constraints": {"emoji": policy}})["brief.constraints.emoji"]
    assert said == "Must be one of: none, sparing, free."


def test_words_to_avoid_may_name_what_is_said_instead() -> None:
    assert words(avoid=["cheap->fair", "premium", " Cheap => low ", "solution \u2192  thing", "alone ->"])["avoid"] == [
        "cheap -> fair",
        "premium",
        "solution -> thing",
        "alone",
    ]
    assert wording.split_avoided("cheap -> fair") == ("cheap", "fair")
    assert wording.split_avoided("well-known") == ("well-known", "")


@pytest.mark.parametrize(("entry", "said"), [("-> fair", "Say which word"), ("cheap -> not cheap", "holds 'cheap'")])
def test_a_replacement_needs_its_word_and_may_not_hold_it(entry: str, said: str) -> None:
    assert said in refused({"brand": {"avoid": [entry]}})["brief.brand.avoid[0]"][0]


def test_a_word_cannot_be_preferred_and_avoided() -> None:
    said = refused({"brand": {"prefer": ["fair", "Cheap"], "avoid": ["cheap -> fair"]}})
    assert said == {"brief.brand.prefer[1]": ["'Cheap' is also to be avoided."]}


def test_a_required_term_that_holds_an_avoided_word_is_only_a_caution() -> None:
    brief = normalise({"constraints": {"required_terms": ["Cheap Monday"]}, "brand": {"avoid": ["cheap"]}}).brief
    assert briefs.cautions(brief) == ["The required term 'Cheap Monday' holds 'cheap', which is to be avoided."]


def test_claims_come_once_with_their_first_proof() -> None:
    given = [{"claim": "It is hot."}, {"claim": "it is HOT.", "proof": "Measured."}, {"claim": "", "proof": " "}]
    assert normalise({"claims": given}).brief["claims"] == [{"claim": "It is hot.", "proof": "Measured."}]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ("It is hot.", "brief.claims"),
        (["It is hot."], "brief.claims[0]"),
        ([{"claim": 7}], "brief.claims[0].claim"),
        ([{"proof": "Measured."}], "brief.claims[0].claim"),
        ([{"claim": "Hot", "source": "x"}], "brief.claims[0].source"),
        ([{"claim": "c" * 301}], "brief.claims[0].claim"),
        ([{"claim": "c", "proof": "p" * 1_001}], "brief.claims[0].proof"),
    ],
)
def test_a_claim_that_is_none_is_refused_by_place(raw: object, field: str) -> None:
    assert list(refused({"claims": raw})) == [field]


@pytest.mark.parametrize(
    "link", ["https://shop.example/a?b=c#d", "https://shop.example:8443", "https://bücher.example"]
)
def test_a_link_is_an_https_address(link: str) -> None:
    assert normalise({"link": f" {link} "}).brief["link"] == link


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("http://shop.example", "https"),
        ("shop.example", "https"),
        ("javascript:alert(1)", "https"),
        ("https://", "https"),
        ("https:///path", "https"),
        ("https://me:secret@shop.example", "password"),
        ("https://me@shop.example", "password"),
        ("https://shop.example:port", "valid address"),
        ("https://[half", "valid address"),
        ("https://shop.example/a b", "character"),
        ("https://shop.example/" + "a" * 2_000, "limit"),
        (7, "text"),
    ],
)
def test_what_is_no_such_address_is_refused(link: object, said: str) -> None:
    assert said in refused({"link": link})["brief.link"][0]


def test_a_setting_changes_the_limit_of_a_later_field() -> None:
    assert normalise({"claims": [{"claim": "c" * 400}]}, limits={"claim": 500}).brief["claims"][0]["claim"] == "c" * 400
    with pytest.raises(BadInput):
        normalise({"link": "https://a.example/long"}, limits={"link": 10})


def test_a_clash_is_told_for_a_brief_that_was_merged() -> None:
    found = briefs.clashes({"constraints": {"required_terms": ["Best"], "prohibited_terms": ["best"]}})
    assert found == {"brief.constraints.required_terms[0]": ["'Best' is, with those of the brand, also prohibited."]}
