"""The built-in makers: whole, honest, obedient, and the same for the same seed."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.auditing.audit import audit_pieces
from agents.auditing.pieces import read_piece
from agents.auditing.platforms import PLATFORMS
from agents.auditing.words import count_words, find_term, holds_term
from agents.contracts import AgentFailure, AgentResult
from agents.invoke import invoke
from tests.agents.stand_ins import StubHost, brief, request

RICH = brief(
    product="Trail 40, a backpack that folds up. It costs 149 euros. A tag tells which boat the sail is from.",
    audience="Weekend hikers who want to carry less and throw away nothing",
    key_messages=[
        "Every pack is cut from a retired racing sail",
        "Repairs are free for ten years",
        "The pack weighs only 900 grams",
        "Straps and buckles can be replaced at home without any tools",
        "You can return a pack for thirty days after you bought it",
    ],
)
SLOTS = {"copywriting": "copy", "short_copy": "short_copy", "visual_concept": "visual_concept"}
BRIEFS: dict[str, dict[str, Any]] = {
    "retail": brief(),
    "common noun": brief(product="a reusable water bottle that keeps drinks cold for 24 hours"),
    "service": brief(
        product="Ledgerly: bookkeeping for small firms",
        objective="Get 200 companies to start a free trial",
        audience="Owners of small firms",
        tone="professional",
        key_messages=[
            "Setup takes ten minutes",
            "Your accountant keeps access",
            "Data stays in Europe",
            "No contract term",
        ],
    ),
    "charity": brief(
        product="Winter Night Shelter", objective="Raise money for 40 beds", tone="hopeful", key_messages=[]
    ),
    "event": brief(product="Port Cinema Days", objective="Sell out all tickets", tone="playful and cheeky"),
    "no lists": brief(
        constraints={"prohibited_terms": [], "required_terms": [], "disclaimers": []}, brand={"palette": []}
    ),
    "one message": brief(key_messages=["We open at six"]),
    "odd letters": brief(
        product="Café Ünïcode — “the” <b>place</b> & more", tone="bold!!", key_messages=["Crêpes & jus d\u2019orange"]
    ),
}


def make(role: str, of: dict[str, Any] | None = None, *, seed: int = 1, **inputs: Any) -> dict[str, Any]:
    outcome = invoke(request(role, brief=of or brief(), seed=seed, **inputs), "builtin", StubHost())
    assert isinstance(outcome, AgentResult), outcome
    return dict(outcome.output)


@pytest.mark.parametrize("name", BRIEFS)
@pytest.mark.parametrize("role", SLOTS)
def test_every_brief_gives_a_whole_piece(role: str, name: str) -> None:
    assert make(role, BRIEFS[name])


@pytest.mark.parametrize("name", BRIEFS)
def test_what_the_makers_make_passes_the_audit(name: str) -> None:
    pieces = {slot: {"content": make(role, BRIEFS[name]), "version": 1} for role, slot in SLOTS.items()}
    report = audit_pieces(BRIEFS[name], pieces)
    others = [finding for finding in report["findings"] if finding["family"] != "originality"]
    assert (report["verdict"], others) == ("pass", [])


@pytest.mark.parametrize("role", SLOTS)
def test_same_seed_same_piece(role: str) -> None:
    assert make(role, seed=7) == make(role, seed=7)


@pytest.mark.parametrize("role", SLOTS)
def test_another_seed_changes_the_text(role: str) -> None:
    assert make(role, seed=1) != make(role, seed=2)


@pytest.mark.parametrize("role", SLOTS)
def test_a_note_changes_the_text(role: str) -> None:
    assert make(role) != make(role, note="Please try something else.")


@pytest.mark.parametrize("role", SLOTS)
def test_the_same_note_twice_still_brings_something_new(role: str) -> None:
    first = make(role, note="Please try something else.")
    second = make(role, note="Please try something else.", previous=first)
    assert first != second
    assert second == make(role, note="Please try something else.", previous=first)


def test_headlines_differ_in_construction() -> None:
    headlines = make("copywriting")["headlines"]
    assert len(headlines) >= 3
    assert len({headline["construction"] for headline in headlines}) == len(headlines)


def test_bodies_have_their_length_where_the_facts_allow() -> None:
    lengths = {body["length"]: body["words"] for body in make("copywriting", RICH)["bodies"]}
    assert 50 <= lengths["short"] <= 100
    assert 100 <= lengths["medium"] <= 200
    assert 200 <= lengths["long"] <= 400


def test_a_body_that_cannot_be_long_says_why() -> None:
    bodies = make("copywriting", brief(key_messages=[], audience="x" * 300, product="Thing"))["bodies"]
    assert bodies[2]["words"] < 200
    assert "facts carry" in bodies[2]["note"]


@pytest.mark.parametrize("most", [1, 5, 20, 60, 150])
def test_limit_of_words_is_obeyed(most: int) -> None:
    answer = make("copywriting", brief(constraints={"max_words": most}))
    assert all(0 < body["words"] <= most for body in answer["bodies"])


def test_what_does_not_fit_is_told() -> None:
    answer = make("copywriting", brief(constraints={"max_words": 4, "disclaimers": ["One two three four five."]}))
    assert "Does not fit in 4 words: One two three four five." in answer["bodies"][0]["note"]


@pytest.mark.parametrize("role", SLOTS)
def test_prohibited_terms_are_avoided(role: str) -> None:
    banned = ["order", "meet", "hello", "look", "one", "make", "list", "sails"]
    answer = make(role, brief(product="Trail 40", constraints={"prohibited_terms": banned}))
    published = [text.text for text in read_piece(SLOTS[role], {"content": answer}).texts]
    assert not [(text, term) for text in published for term in banned if find_term(text, term)]
    assert any("sails" in warning for warning in answer["warnings"])


def test_prohibited_name_is_warned_about() -> None:
    answer = make("copywriting", brief(product="Best Boots", constraints={"prohibited_terms": ["boots"]}))
    assert len(answer["headlines"]) >= 3
    assert any("prohibited" in warning for warning in answer["warnings"])


def test_required_terms_and_disclaimers_stand_in_every_body_and_post() -> None:
    bodies = [body["text"] for body in make("copywriting")["bodies"]]
    posts = [post["text"] for group in make("short_copy")["platforms"] for post in group["posts"]]
    for text in bodies + posts:
        assert holds_term(text, "Nordway")
        assert "While stocks last." in text


def test_posts_keep_to_their_platform() -> None:
    answer = make("short_copy")
    assert [group["platform"] for group in answer["platforms"]] == list(PLATFORMS)
    for group in answer["platforms"]:
        assert len(group["posts"]) >= 3
        assert len({post["text"] for post in group["posts"]}) == len(group["posts"])
        assert not any(post["over_limit"] for post in group["posts"])
        assert all(post["hashtags"] for post in group["posts"])


def test_a_post_that_cannot_fit_is_flagged_and_whole() -> None:
    long = "All offers are subject to terms. " * 12
    answer = make("short_copy", brief(platforms=["twitter"], constraints={"disclaimers": [long.strip()]}))
    post = answer["platforms"][0]["posts"][0]
    assert post["over_limit"]
    assert long.strip() in post["text"]


def test_unknown_platform_is_warned_about_and_none_at_all_fails() -> None:
    answer = make("short_copy", brief(platforms=["threads", "myspace"]))
    assert [group["platform"] for group in answer["platforms"]] == ["threads"]
    assert any("myspace" in warning for warning in answer["warnings"])
    outcome = invoke(request("short_copy", brief=brief(platforms=[])), "builtin", StubHost())
    assert isinstance(outcome, AgentFailure)
    assert outcome.kind == "fatal"


def test_objective_decides_what_is_asked() -> None:
    gives = make("copywriting", brief(objective="Raise donations"))["calls_to_action"]
    sells = make("copywriting", brief(objective="Sell more"))["calls_to_action"]
    assert {call["text"] for call in gives}.isdisjoint(call["text"] for call in sells)


@pytest.mark.parametrize(
    ("field", "value"), [("audience", "Night nurses"), ("product", "Dawn lamp"), ("tone", "playful")]
)
def test_a_changed_field_changes_the_copy(field: str, value: str) -> None:
    assert make("copywriting")["bodies"] != make("copywriting", brief(**{field: value}))["bodies"]


def test_note_shorter_and_longer_are_obeyed() -> None:
    words = {note: make("copywriting", note=note)["bodies"][2]["words"] for note in ("shorter please", "longer please")}
    assert words["shorter please"] < words["longer please"]


def test_note_that_names_a_message_puts_it_first() -> None:
    body = make("copywriting", note="focus on the free repairs")["bodies"][2]["text"]
    assert body.index("Repairs are free") < body.index("made from recycled sails")


def test_note_with_quoted_words_brings_them_in() -> None:
    answer = make("copywriting", note="please say “See you in May” somewhere")
    assert any("See you in May" in body["text"] for body in answer["bodies"])


def test_note_can_change_the_voice_and_says_what_was_understood() -> None:
    note = make("copywriting", note="more playful")["tone_note"]
    assert "playful voice" in note
    assert "was read as" in note
    assert "only made it choose other sentences" in make("copywriting", note="hmm")["tone_note"]


def test_concepts_are_distinct_and_use_brand_colours() -> None:
    first, second, _ = make("visual_concept")["concepts"]
    assert first["layout"]["zones"] != second["layout"]["zones"]
    assert first["palette"] != second["palette"]
    assert any(colour["source"] == "brand" for colour in first["palette"] + second["palette"])
    assert "Trail 40" in first["alt_text"]
    assert "While stocks last." in first["fine_print"]


def test_colour_that_nobody_knows_is_warned_about() -> None:
    warnings = make("visual_concept", brief(brand={"palette": ["dreamy"]}))["warnings"]
    assert any("dreamy" in warning for warning in warnings)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)


WILD = st.fixed_dictionaries(
    {
        "product": WORDS,
        "audience": WORDS,
        "tone": WORDS,
        "key_messages": st.lists(WORDS, max_size=4),
        "constraints": st.fixed_dictionaries(
            {
                "prohibited_terms": st.lists(WORDS, max_size=3),
                "required_terms": st.lists(WORDS, max_size=2),
                "disclaimers": st.lists(WORDS, max_size=2),
                "max_words": st.none() | st.integers(1, 300),
            }
        ),
    }
)


@settings(max_examples=40, deadline=None)
@given(wild=WILD, note=WORDS, role=st.sampled_from(sorted(SLOTS)))
def test_no_brief_breaks_a_maker(wild: dict[str, Any], note: str, role: str) -> None:
    answer = make(role, brief(**wild), note=note)
    most = wild["constraints"]["max_words"]
    if role == "copywriting" and most is not None:
        assert all(count_words(body["text"]) <= most for body in answer["bodies"])


def test_a_name_longer_than_the_limit_is_cut_by_words() -> None:
    bodies = make("copywriting", {"product": "0/0", "constraints": {"max_words": 1}})["bodies"]
    assert {body["words"] for body in bodies} == {1}


@pytest.mark.parametrize("wrong", [{}, {"brief": None}, {"product": 3, "key_messages": "x", "constraints": []}])
@pytest.mark.parametrize("role", ["copywriting", "visual_concept"])
def test_a_brief_of_the_wrong_shape_breaks_nothing(role: str, wrong: dict[str, Any]) -> None:
    assert make(role, wrong or {"schema": 1})
