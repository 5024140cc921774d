"""The twenty sample briefs: what the writers make of them says what it has to, in range, in many ways, and passes."""

import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from agents.auditing.audit import audit_pieces
from agents.auditing.families.coverage import coverage
from agents.auditing.pieces import read_piece
from agents.auditing.platforms import EMOJI, platform
from agents.auditing.wordpairs import too_alike
from agents.auditing.words import holds_term, sentences
from agents.contracts import AgentResult
from agents.invoke import invoke
from tests.agents.stand_ins import StubHost, request

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "briefs"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
RANGES = {"short": (50, 100), "medium": (100, 200), "long": (200, 400)}
SEEDS = (1, 2, 3)
CONTRACTED = ("'re ", "'s one", "n't ", "'ll ", "'d like")


@cache
def read(name: str) -> dict[str, Any]:
    return {"schema": 1, **yaml.safe_load((FOLDER / f"{name}.yaml").read_text())["brief"]}


def made(role: str, brief: dict[str, Any], seed: int = 1) -> dict[str, Any]:
    outcome = invoke(request(role, brief=brief, seed=seed), "builtin", StubHost())
    assert isinstance(outcome, AgentResult), outcome
    return dict(outcome.output)


@cache
def piece(role: str, name: str, seed: int) -> dict[str, Any]:
    return made(role, read(name), seed)


def bodies(name: str, seed: int) -> dict[str, dict[str, Any]]:
    return {body["length"]: body for body in piece("copywriting", name, seed)["bodies"]}


def own_sentences(name: str, seed: int) -> str:
    """Everything written for a brief, without the disclaimers, which are not ours."""
    brief = read(name)
    texts = [text.text for role, slot in (("copywriting", "copy"), ("short_copy", "short_copy"))
             for text in read_piece(slot, {"content": piece(role, name, seed)}).texts]  # fmt: skip
    whole = "\n".join(texts)
    for disclaimer in brief["constraints"].get("disclaimers", []):
        whole = whole.replace(disclaimer, "")
    return whole


def test_there_are_twenty() -> None:
    assert len(NAMES) == 20


def test_they_differ_in_tone_platforms_and_constraints() -> None:
    assert len({read(name)["tone"] for name in NAMES}) == 20
    assert len({tuple(read(name)["platforms"]) for name in NAMES}) >= 10
    assert {platform_ for name in NAMES for platform_ in read(name)["platforms"]} == {
        "twitter", "linkedin", "instagram", "facebook", "threads",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_each_key_message_is_expressed(name: str) -> None:
    for seed in SEEDS:
        copy_, posts = piece("copywriting", name, seed), piece("short_copy", name, seed)
        read_ = [read_piece("copy", {"content": copy_}), read_piece("short_copy", {"content": posts})]
        unsaid = [said.message for said in coverage(read(name)["key_messages"], read_) if said.text is None]
        assert not unsaid, (seed, unsaid)


@pytest.mark.parametrize("name", NAMES)
def test_the_long_body_says_every_message(name: str) -> None:
    for seed in SEEDS:
        body = {"bodies": [{"text": bodies(name, seed)["long"]["text"]}]}
        said = coverage(read(name)["key_messages"], [read_piece("copy", {"content": body})])
        assert all(entry.text for entry in said), seed


@pytest.mark.parametrize("name", NAMES)
def test_no_two_headlines_share_half_their_word_pairs(name: str) -> None:
    for seed in SEEDS:
        headlines = piece("copywriting", name, seed)["headlines"]
        assert len(headlines) >= 3
        assert len({headline["construction"] for headline in headlines}) == len(headlines)
        assert not too_alike([headline["text"] for headline in headlines])


@pytest.mark.parametrize("name", NAMES)
def test_bodies_keep_their_ranges(name: str) -> None:
    for seed in SEEDS:
        for length, body in bodies(name, seed).items():
            low, high = RANGES[length]
            most = read(name)["constraints"].get("max_words") or high
            assert body["words"] <= min(high, most), (seed, length)
            assert body["words"] >= low or (most < low and "allows" in body["note"]), (seed, length, body["words"])


@pytest.mark.parametrize("name", NAMES)
def test_calls_to_action_name_what_they_ask_for(name: str) -> None:
    calls = [call["text"] for call in piece("copywriting", name, 1)["calls_to_action"]]
    assert len(calls) >= 3
    generic = {"find out more", "learn more", "click here", "read more", "start here"}
    assert not generic & {call.casefold() for call in calls}


def test_at_least_eighteen_pass_the_audit() -> None:
    roles = {"copywriting": "copy", "short_copy": "short_copy", "visual_concept": "visual_concept"}
    verdicts = {
        name: audit_pieces(
            read(name), {slot: {"content": piece(role, name, 1), "version": 1} for role, slot in roles.items()}
        )["verdict"]
        for name in NAMES
    }
    assert sum(verdict == "pass" for verdict in verdicts.values()) >= 18, verdicts


@pytest.mark.parametrize("name", NAMES)
def test_brand_words_and_guidelines_are_obeyed(name: str) -> None:
    brief = read(name)
    brand = brief["brand"]
    said = own_sentences(name, 1)
    for entry in [*brand.get("avoid", []), *brief["constraints"].get("prohibited_terms", [])]:
        assert not holds_term(said, entry.split(" -> ")[0]), entry
    guidelines = brand["guidelines"]
    if "exclamation" in guidelines:
        assert "!" not in said
    if "No contractions" in guidelines:
        assert not [mark for mark in CONTRACTED if mark in said]
    if "No emoji" in guidelines or brief["constraints"].get("emoji") == "none":
        assert not EMOJI.search(said)


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_is_broken(name: str) -> None:
    for seed in SEEDS:
        said = own_sentences(name, seed)
        for wrong in ("  ", " .", " ,", "..", "{", "}", ",,", "?.", "!.", " a a ", " the the ", "None", ": ."):
            assert wrong not in said, (seed, wrong)
        for body in bodies(name, seed).values():
            for start, _ in sentences(body["text"]):
                first = body["text"][start]
                assert not first.isalpha() or first.isupper(), body["text"][start : start + 60]


@pytest.mark.parametrize("name", NAMES)
def test_posts_hold_what_the_brief_asks_for(name: str) -> None:
    brief = read(name)
    limits = brief["constraints"]
    for group in piece("short_copy", name, 1)["platforms"]:
        on = platform(group["platform"])
        assert on is not None
        assert len({post["text"] for post in group["posts"]}) == len(group["posts"]) >= 3
        for post in group["posts"]:
            assert not post["over_limit"]
            assert not post["missing_hashtags"]
            assert not post["banned_hashtags"]
            assert len(post["hashtags"]) <= max(on.hashtags, len(limits.get("required_hashtags", [])))
            assert all(disclaimer in post["text"] for disclaimer in limits.get("disclaimers", []))
            if brief.get("link"):
                assert (brief["link"] in post["text"]) is (on.link == "text")
                assert (post["first_comment"] == brief["link"]) is (on.link == "first_comment")


CHANGES: list[tuple[str, Any]] = [
    ("objective", "Raise donations for new lamps"),
    ("audience", "Retired sailors who repair clocks"),
    ("product", "Quillon, a desk lamp that dims by itself. It costs 80 euros."),
    ("key_messages", ["The lamp lasts forty years", "A switch at the foot turns it off"]),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("field", "value"), CHANGES)
def test_a_changed_field_changes_the_sentences_made_of_it(name: str, field: str, value: Any) -> None:
    changed = made("copywriting", {**copy.deepcopy(read(name)), "claims": [], field: value})
    before = piece("copywriting", name, 1)
    texts = [entry["text"] for entry in changed["bodies"]]
    if field == "objective":
        calls = {call["text"] for call in changed["calls_to_action"]}
        assert calls != {call["text"] for call in before["calls_to_action"]}
        assert any("Give" in call or "gift" in call or "lamps" in call for call in calls)
    elif field == "audience":
        assert any("repair clocks" in text for text in texts)
        assert not any("repair clocks" in body["text"] for body in before["bodies"])
    elif field == "product":
        assert all("Quillon" in text and "desk lamp" in text for text in texts)
    else:
        assert any("The lamp lasts forty years" in text for text in texts)
        gone = [message.rstrip(".") for message in read(name)["key_messages"]]
        assert not any(message in text for message in gone for text in texts)


@pytest.mark.parametrize("name", NAMES)
def test_voices_differ_audibly(name: str) -> None:
    """The same brief in five tones: not one body is that of another tone."""
    brief = copy.deepcopy(read(name))
    brief["brand"]["guidelines"] = ""
    texts = [made("copywriting", {**brief, "tone": tone})["bodies"][1]["text"]
             for tone in ("playful", "formal", "warm", "bold", "plain")]  # fmt: skip
    assert len(set(texts)) == 5
    assert not [mark for mark in CONTRACTED if mark in texts[1]]
