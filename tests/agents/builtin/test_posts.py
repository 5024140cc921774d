"""Posts by platform habit: hashtags, emoji, links, brand words, and what is flagged rather than cut."""

import copy
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.auditing.platforms import EMOJI, PLATFORMS
from agents.auditing.words import holds_term
from agents.contracts import AgentFailure, AgentResult
from agents.invoke import check_answer, invoke
from tests.agents.stand_ins import StubHost, brief, request

LINK = "https://nordway.example/trail40"


def groups(of: dict[str, Any], seed: int = 1, **inputs: Any) -> dict[str, list[dict[str, Any]]]:
    outcome = invoke(request("short_copy", brief=of, seed=seed, **inputs), "builtin", StubHost())
    assert isinstance(outcome, AgentResult), outcome
    return {group["platform"]: group["posts"] for group in outcome.output["platforms"]}


def all_posts(of: dict[str, Any], seed: int = 1) -> list[dict[str, Any]]:
    return [post for posts in groups(of, seed).values() for post in posts]


def limited(**limits: Any) -> dict[str, Any]:
    return brief(constraints=limits)


def test_required_hashtags_stand_in_every_post_and_banned_ones_in_none() -> None:
    of = limited(required_hashtags=["#TrailTales", "slow hiking"], banned_hashtags=["Trail40", "#BACKPACK"])
    for post in all_posts(of):
        tags = [tag.casefold() for tag in post["hashtags"]]
        assert {"#trailtales", "#slowhiking"} <= set(tags)
        assert not {"#trail40", "#backpack"} & set(tags)


def test_a_hashtag_that_is_required_and_banned_is_warned_about() -> None:
    outcome = invoke(
        request("short_copy", brief=limited(required_hashtags=["Sail"], banned_hashtags=["sail"])),
        "builtin",
        StubHost(),
    )
    assert isinstance(outcome, AgentResult)
    assert any("both required and banned" in warning for warning in outcome.output["warnings"])
    assert "#Sail" not in str(outcome.output["platforms"])


def test_a_banned_hashtag_of_another_writer_is_flagged_and_another_offered() -> None:
    of = limited(required_hashtags=["Nordway"], banned_hashtags=["CheapStuff"])
    outcome = invoke(request("short_copy", brief=of), "builtin", StubHost())
    assert isinstance(outcome, AgentResult)
    answer = copy.deepcopy(dict(outcome.output))
    answer["platforms"][0]["posts"][0]["text"] = "Trail 40 by Nordway. While stocks last. #cheapstuff"
    post = check_answer(request("short_copy", brief=of), answer)["platforms"][0]["posts"][0]
    assert post["banned_hashtags"][0]["hashtag"] == "#cheapstuff"
    assert post["banned_hashtags"][0]["instead"].startswith("#")
    assert post["missing_hashtags"] == ["#Nordway"]
    assert "#cheapstuff" in post["text"]


def test_the_link_stands_where_the_platform_wants_it() -> None:
    found = groups(brief(link=LINK))
    for name, posts in found.items():
        for post in posts:
            assert (LINK in post["text"]) is (PLATFORMS[name].link == "text")
            assert (post["first_comment"] == LINK) is (PLATFORMS[name].link == "first_comment")
            assert (LINK in post["note"]) is (PLATFORMS[name].link == "bio")


def test_without_a_link_no_post_speaks_of_one() -> None:
    assert not [post for post in all_posts(brief()) if "link" in post["text"].casefold()]


@pytest.mark.parametrize(("policy", "most"), [("none", 0), ("sparing", 1), ("free", 3)])
def test_emoji_policy_of_the_brief(policy: str, most: int) -> None:
    counts = [len(EMOJI.findall(post["text"])) for post in all_posts(limited(emoji=policy))]
    assert max(counts) <= most
    assert (max(counts) > 0) is (most > 0)


def test_emoji_follow_the_platform_where_the_brief_is_silent() -> None:
    found = groups(brief())
    assert not [post for post in found["linkedin"] if EMOJI.search(post["text"])]
    assert [post for post in found["instagram"] if EMOJI.search(post["text"])]


def test_guidelines_forbid_emoji_whatever_the_brief_says() -> None:
    of = brief(constraints={"emoji": "free"}, brand={"guidelines": "No emoji."})
    assert not [post for post in all_posts(of) if EMOJI.search(post["text"])]


def test_emoji_never_stand_in_a_row_nor_replace_a_word() -> None:
    for seed in range(5):
        for post in all_posts(limited(emoji="free"), seed):
            places = [match.span() for match in EMOJI.finditer(post["text"])]
            assert all(later[0] - earlier[1] > 3 for earlier, later in pairwise(places))


def test_a_word_that_the_brand_avoids_is_replaced_in_the_message() -> None:
    of = brief(key_messages=["Users repair it at home"], brand={"avoid": ["users -> people"]})
    said = " ".join(post["text"] for post in all_posts(of))
    assert "People repair it at home" in said
    assert not holds_term(said, "users")


def test_a_word_that_the_brand_avoids_without_another_is_warned_about() -> None:
    of = brief(key_messages=["Hackers stay out"], brand={"avoid": ["hackers"]})
    outcome = invoke(request("short_copy", brief=of), "builtin", StubHost())
    assert isinstance(outcome, AgentResult)
    assert any("which the brand avoids" in warning for warning in outcome.output["warnings"])


def test_variants_open_in_different_ways() -> None:
    for posts in groups(brief()).values():
        assert len({post["text"].split("\n")[0] for post in posts}) == len(posts)
        assert len({post["note"].split(",")[0] for post in posts}) == len(posts)


@pytest.mark.parametrize("role", ["copywriting", "short_copy"])
@pytest.mark.parametrize("language", ["de", "fr-CA", "pt_BR"])
def test_a_brief_in_another_language_is_refused_in_words(role: str, language: str) -> None:
    outcome = invoke(request(role, brief=brief(language=language)), "builtin", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert outcome.kind == "fatal"
    assert "write English only" in outcome.message
    assert "Choose a model or a person" in outcome.message


@pytest.mark.parametrize("language", ["en", "en-GB", "", None])
def test_english_in_any_form_is_written(language: str | None) -> None:
    assert all_posts(brief(language=language))


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="#\uff03\ufe5f"), max_size=40
)
WORDY = st.lists(
    st.sampled_from("who that want still and for free costs 3 Larkspur a the It no £5 12:30 -> 🚲".split()),
    max_size=9,
)
TEXTS = NAMES | WORDY.map(" ".join)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**40),
    tone=st.sampled_from(["playful", "formal", "warm", "bold", "plain", ""]),
    changed=st.fixed_dictionaries(
        {
            "objective": TEXTS,
            "audience": TEXTS,
            "product": TEXTS,
            "key_messages": st.lists(TEXTS, max_size=5),
            "claims": st.lists(st.fixed_dictionaries({"claim": TEXTS, "proof": TEXTS}), max_size=3),
            "link": st.sampled_from(["", LINK]),
        }
    ),
    limits=st.fixed_dictionaries(
        {
            "required_hashtags": st.lists(NAMES, max_size=3),
            "banned_hashtags": st.lists(NAMES, max_size=3),
            "disclaimers": st.lists(TEXTS, max_size=2),
            "prohibited_terms": st.lists(st.sampled_from(["order", "free", "this", "is", "for"]), max_size=3),
            "emoji": st.sampled_from(["", "none", "sparing", "free"]),
        }
    ),
)
def test_no_brief_breaks_a_hard_constraint(
    seed: int, tone: str, changed: dict[str, Any], limits: dict[str, Any]
) -> None:
    of = brief(tone=tone, constraints={**limits, "required_terms": []}, **changed)
    found = groups(of, seed)
    assert found == groups(of, seed)
    for name, posts in found.items():
        assert len({post["text"] for post in posts}) >= 3
        for post in posts:
            assert not post["banned_hashtags"]
            assert not post["missing_hashtags"]
            assert post["over_limit"] is (post["characters"] > PLATFORMS[name].limit)
            if limits["emoji"] == "none" and "🚲" not in str(of):
                own = post["text"]
                for text in (*limits["disclaimers"], *changed["key_messages"], changed["product"], changed["audience"]):
                    own = own.replace(text, "")
                assert not [sign for sign in ("🛒", "🎟️", "💛", "📅") if sign in own]
