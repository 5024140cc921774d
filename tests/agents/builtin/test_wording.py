"""What an editor found in the gallery and what clients would find: each was a bad sentence once."""

from typing import Any

import pytest

from agents.auditing.pieces import read_piece
from agents.builtin.english import cut_to_clauses, is_thing, stopped, tidy
from agents.builtin.facts import Facts, read_facts
from agents.builtin.hashtags import hashtags
from agents.builtin.points import parted, point, shared_subject
from agents.builtin.readers import read_audience, read_product
from agents.builtin.sentences import by_name, entry, grouped
from agents.contracts import AgentResult
from agents.invoke import invoke
from tests.agents.stand_ins import StubHost, request

BRIEF: dict[str, Any] = {
    "schema": 1,
    "objective": "Sell 500 backpacks in the spring launch.",
    "audience": "Weekend hikers who carry too much",
    "product": "Trail 40, a backpack made from old sails. It costs 149 euros.",
    "tone": "warm",
    "key_messages": [
        "Repairs are free for ten years.",
        "The pack weighs only 900 grams.",
        "No two packs look the same.",
    ],
    "constraints": {},
    "brand": {"name": "Nordway"},
    "platforms": ["twitter", "instagram"],
    "language": "en",
}


def facts(**changes: Any) -> Facts:
    return read_facts(request("copywriting", brief={**BRIEF, **changes}))


def make(role: str, seed: int = 1, **changes: Any) -> dict[str, Any]:
    outcome = invoke(request(role, brief={**BRIEF, **changes}, seed=seed), "builtin", StubHost())
    assert isinstance(outcome, AgentResult), outcome
    return dict(outcome.output)


def said(slot: str, made: dict[str, Any]) -> str:
    return "\n".join(text.text for text in read_piece(slot, {"content": made}).texts)


def said_of(answer: dict[str, Any]) -> str:
    return said("copy", answer)


def test_a_person_is_never_called_it() -> None:
    bodies = make(
        "copywriting", tone="plain", brand={"guidelines": "Short sentences."},
        key_messages=[
            "A nurse looks at your skin and tells you what she sees.",
            "Setup takes one afternoon and changes no mailbox.",
            "Parking is easy.",
        ],
    )["bodies"]  # fmt: skip
    whole = " ".join(body["text"] for body in bodies)
    assert "A nurse looks at your skin and tells you what she sees." in whole
    assert "Setup takes one afternoon. It changes no mailbox." in whole
    assert "It nurse" not in whole


@pytest.mark.parametrize(
    ("subject", "thing"),
    [("Setup", True), ("The check", True), ("A nurse", False), ("The trainer", False), ("Ines Mora", False)],
)
def test_what_may_be_called_it(subject: str, thing: bool) -> None:
    assert is_thing(subject) is thing


def test_the_shared_subject_is_found_whole() -> None:
    assert shared_subject(parted("A nurse looks at your skin and tells you what she sees.")) == "A nurse"


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("Trail 40 costs 149 euros.", "Costs 149 euros"),
        ("Trail 40 is open every night.", "Open every night"),
        ("They are made to measure.", "Made to measure"),
        ("It moves house with you.", "Moves house with you"),
        ("Trail 40 is not for sale.", "Trail 40 is not for sale"),
        ("Trail 40 can be repaired.", "Trail 40 can be repaired"),
        ("The pack weighs 900 grams.", "The pack weighs 900 grams"),
    ],
)
def test_an_entry_of_a_list_does_not_repeat_the_name_above_it(text: str, listed: str) -> None:
    assert entry(text, facts()) == listed


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("It moves house with you.", "Trail 40 moves house with you."),
        ("Two people mount it in one hour.", "Two people mount Trail 40 in one hour."),
        ("The council delivers it free of charge.", "The council delivers Trail 40 free of charge."),
        ("Players explain each piece before they play it.", "Players explain each piece before they play it."),
    ],
)
def test_a_pronoun_that_stands_alone_gets_the_name(text: str, named: str) -> None:
    assert by_name(text, facts()) == named


def test_a_list_of_one_has_no_heading() -> None:
    long = (
        "Harbour Night Shelter is a registered charity in Leeds, number 0000000, and it answers every letter it gets."
    )
    posts = make(
        "short_copy", platforms=["twitter"], link="https://harbourshelter.example/give/this/winter",
        constraints={"disclaimers": [long], "required_hashtags": ["WarmLeeds"]},
    )["platforms"][0]["posts"]  # fmt: skip
    for post in posts:
        first, *rest = post["text"].split("\n")
        assert not (first.endswith(":") and sum(line.startswith("\u2013") for line in rest) < 2), post["text"]


def test_free_things_are_not_to_be_compared_by_price() -> None:
    free = {
        "objective": "Get households to order a free bin.",
        "product": "The food bin, a small bin. It is free of charge.",
    }
    assert "compare" not in said("copy", make("copywriting", **free)).lower()
    assert "compare the price" in said("copy", make("copywriting", key_messages=BRIEF["key_messages"][:1])).lower()


def test_a_required_brand_is_the_sender() -> None:
    made = make(
        "short_copy", platforms=["twitter"], constraints={"required_terms": ["Nordway"]}, audience="",
        product="The extraordinarily long and complete backpack for every kind of weather, journey and person",
    )  # fmt: skip
    lines = [line for post in made["platforms"][0]["posts"] for line in post["text"].split("\n")]
    assert not [line for line in lines if line == "Nordway."]


@pytest.mark.parametrize(
    "text", ["Popcorn is on the house.", "Thirty films run on four screens.", "It runs on Mondays."]
)
def test_words_in_another_sense_get_no_picture(text: str) -> None:
    posts = make("short_copy", platforms=["instagram"], key_messages=[text], constraints={"emoji": "free"})
    assert not {"🏡", "🏃"} & set(said("short_copy", posts))


def test_a_habit_is_asked_in_a_whole_question() -> None:
    answer = make("copywriting", audience="Dog owners who read labels", key_messages=["Repairs are free."])
    said = said_of(answer)
    assert "Do you read labels?" in said
    assert "Read labels?" not in said.replace("o you read labels?", "")


def test_a_group_keeps_what_makes_it_that_group() -> None:
    assert (
        read_audience("IT managers of firms without a security team").who
        == "IT managers of firms without a security team"
    )


@pytest.mark.parametrize(
    ("product", "brand", "tag"),
    [
        ("How a Map Lies, an exhibition about maps", "Museum", "#HowAMapLies"),
        ("Oat & Ember, a bakery", "", "#OatAndEmber"),
        ("Bowlful, a weekly box of cooked dog food that arrives frozen", "", "#DogFood"),
    ],
)
def test_hashtags_of_names_are_whole_and_others_tell_what_it_is(product: str, brand: str, tag: str) -> None:
    assert tag in hashtags(facts(product=product, brand={"name": brand}))


def test_longer_bodies_name_the_link() -> None:
    bodies = {
        body["length"]: body["text"] for body in make("copywriting", link="https://nordway.example/trail40")["bodies"]
    }
    assert "https://nordway.example/trail40\n" in bodies["medium"] + "\n"
    assert "https://nordway.example/trail40\n" in bodies["long"] + "\n"


def test_a_thin_brief_is_filled_with_nothing_but_advice_and_says_so() -> None:
    body = make("copywriting", key_messages=["Repairs are free."], product="Trail 40", audience="")["bodies"][2]
    assert "nothing was made up instead" in body["note"]
    assert not set("0123456789") & set(body["text"].replace("Trail 40", ""))


@pytest.mark.parametrize("role", ["copywriting", "short_copy", "visual_concept"])
def test_a_brief_in_german_is_told_to_come_out_mixed(role: str) -> None:
    german = {
        "product": "Waldkorn, eine Bäckerei in der Altstadt, die nachts backt und früh öffnet.",
        "audience": "Menschen, die vor acht Uhr zur Arbeit gehen",
        "key_messages": ["Das Brot kommt um sechs aus dem Ofen.", "Das Mehl kommt aus einer Mühle in der Nähe."],
    }
    assert "The brief is in German" in make(role, **german)["warnings"][0]
    assert not [told for told in make(role)["warnings"] if "The brief is in" in told]


def test_what_has_an_end_mark_gets_no_second_one() -> None:
    assert tidy("From the Umbrella Co.. Ready!. Is it?. And so on... Then.") == (
        "From the Umbrella Co. Ready! Is it? And so on... Then."
    )
    assert [stopped(text) for text in ("T&Cs apply", "18+ only!", "")] == ["T&Cs apply.", "18+ only!", ""]


def test_abbreviations_end_no_sentence() -> None:
    assert cut_to_clauses("Grüner Tee No. 5, organic tea. Hand-picked.") == [
        "Grüner Tee No. 5, organic tea.",
        "Hand-picked.",
    ]


def test_the_name_of_a_product_that_is_told_in_a_sentence() -> None:
    assert read_product("Is your roof ready? RoofCheck tells you.").name == "RoofCheck"
    assert read_product("We bake bread for offices.", "Kornhaus").name == "Kornhaus"


def test_questions_and_asides_are_never_items_of_a_list() -> None:
    import random

    of = facts(
        key_messages=["Why wait?", "…and much more", "24/7 support", "Because your skin deserves it", "100% cotton"]
    )
    lines = [each.text for each in grouped(of.points, of, random.Random(1))]
    assert "What you can look forward to: 24/7 support and 100% cotton." in lines
    assert "Why wait?" in lines
    assert point("Is your roof ready?", plural=False).text == "Is your roof ready?"
    assert point("Up to 40% lighter than before", plural=False).text == "It is up to 40% lighter than before."
    assert point("Best before 12/2027", plural=False).text == "Best before 12/2027."


def test_a_plural_before_its_age_is_still_the_subject() -> None:
    assert point("Children under 12 get in free.", plural=False).form == "clause"


def test_a_detail_that_tells_when_and_for_how_much_is_told_line_by_line_in_a_long_body() -> None:
    product = "Forty Minutes, a concert series. It starts at 12:30 every Wednesday and costs 6 pounds. The bar is open."
    body = make("copywriting", product=product)["bodies"][2]["text"]
    assert "It starts at 12:30 every Wednesday.\nCost: 6 pounds." in body.replace("Forty Minutes starts", "It starts")
    assert "Anything else?" not in body


def test_two_clients_of_one_house_do_not_get_the_same_turns_of_phrase() -> None:
    closers = set()
    for name in ("Trail 40", "Ridge 12", "Harbour 9", "Quarry 3", "Meadow 7"):
        product = f"{name}, a backpack made from old sails. It costs 149 euros."
        text = make("copywriting", product=product)["bodies"][0]["text"]
        closers.add(text.replace(name, "X"))
    assert len(closers) > 2


def test_posters_and_posts_may_open_with_an_idea() -> None:
    changes: dict[str, Any] = {
        "key_messages": ["Every pack is cut from a retired racing sail.", "Repairs are free for ten years."]
    }
    headlines = {concept["headline"] for concept in make("visual_concept", **changes)["concepts"]}
    assert "Once a racing sail. Now your backpack." in headlines
    posts = [post["text"] for group in make("short_copy", **changes)["platforms"] for post in group["posts"]]
    assert any(post.startswith("Once a racing sail. Now your backpack.") for post in posts)


def test_what_the_guidelines_ask_for_beyond_the_writers_understanding_is_left_to_a_person() -> None:
    note = make("copywriting", brand={"guidelines": "No exclamation marks. Quote Rilke once."})["tone_note"]
    assert "Left to a person, since it does not understand it: Quote Rilke once." in note
    assert "no exclamation marks" in note


def test_only_preferred_words_that_stand_in_the_texts_are_said_to_be_used() -> None:
    note = make("copywriting", brand={"prefer": ["pack", "companion"]})["tone_note"]
    assert "Of the words that the brand prefers it uses pack." in note
    assert "It found no place for “companion”" in note


def test_a_brief_without_a_link_is_warned_about() -> None:
    warning = "The brief names no link, so no text says where to go."
    assert warning in make("copywriting")["warnings"]
    assert warning not in make("copywriting", link="https://nordway.example")["warnings"]


def test_an_employer_says_whom_it_looks_for() -> None:
    answer = make(
        "copywriting", objective="Recruit 25 nurses who apply before 31 March.",
        product="St Aldric Hospital, a teaching hospital in Bristol.", brand={"name": "St Aldric Hospital"},
    )  # fmt: skip
    assert "Wanted: nurses for St Aldric Hospital" in [entry["text"] for entry in answer["headlines"]]
    assert "looking for nurses" in answer["bodies"][0]["text"]


def test_closers_that_leave_time_do_not_go_with_a_deadline() -> None:
    for seed in range(8):
        answer = make("copywriting", seed, objective="Raise 60,000 pounds for 40 beds by 1 December.")
        assert not [word for word in ("ready", "suits you", "No hurry") if word in said_of(answer)]


def test_platforms_do_not_open_with_the_same_idea_or_fact() -> None:
    platforms = ["twitter", "instagram", "facebook"]
    groups = make("short_copy", platforms=platforms)["platforms"]
    openings = [group["posts"][1]["text"].split("\n")[0].strip("\U0001f392 ") for group in groups]
    assert len(set(openings)) == len(platforms)
