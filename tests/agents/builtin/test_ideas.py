"""Headlines with an idea and what facts mean: what follows is said, what would be a guess is not."""

from typing import Any

import pytest

from agents.builtin.facts import Facts, read_facts
from agents.builtin.frames import parts_of
from agents.builtin.ideas import counted, ideas, invitation, slogans
from agents.builtin.meanings import GENERIC, MEANINGS, meanings, question_for
from tests.agents.stand_ins import request

BRIEF: dict[str, Any] = {
    "schema": 1,
    "objective": "Sell 10,000 berths before summer.",
    "audience": "City travellers who are tired of airports",
    "product": "Meridian Night, a sleeper train that links Brussels and Vienna.",
    "tone": "bold",
    "key_messages": ["You leave Brussels at 19:40 and wake up in Vienna.", "Two suitcases are included in every fare."],
    "constraints": {},
    "brand": {"name": "Meridian"},
    "platforms": ["twitter"],
    "language": "en",
}


def facts(**changes: Any) -> Facts:
    return read_facts(request("copywriting", brief={**BRIEF, **changes}))


def found(construction: str, **changes: Any) -> list[str]:
    read = facts(**changes)
    return [text for name, text in ideas(read, parts_of(read, "Book your berth")) if name == construction]


def test_the_readers_question_gets_an_answer() -> None:
    assert found("answer") == ["Tired of airports? Wake up in Vienna."]


def test_a_habit_is_no_question_that_needs_an_answer() -> None:
    assert found("answer", audience="Dog owners who read labels") == []


def test_what_a_thing_was_and_what_it_is_now() -> None:
    product = "Trail 40, a 40-litre backpack made from old sails."
    assert found("then and now", product=product, key_messages=["Every pack is cut from a retired racing sail."]) == [
        "Once a racing sail. Now your backpack."
    ]
    assert found("then and now", key_messages=["Collected food waste is turned into gas and fertiliser here."]) == [
        "First food waste. Then gas and fertiliser."
    ]
    assert found("then and now", product=product, key_messages=["Every pack is cut from sailcloth."]) == []


@pytest.mark.parametrize(
    ("source", "items"),
    [
        ("Two people mount it in one hour, without drilling.", ["Two people", "one hour", "no drilling"]),
        ("The trial lasts 30 days and needs no credit card.", ["30 days", "no credit card"]),
        ("Thirty short films run on four screens.", ["Thirty short films", "four screens"]),
        ("The rate is fixed at 3.1 percent a year for two years.", ["3.1 percent a year", "two years"]),
        ("A table for six costs 1,450 pounds.", []),
        ("It costs 19 euros a month after a trial of 30 days.", []),
        ("Doors open at 19:30 and the first of two bands plays.", []),
        ("You choose between four long shifts and five short ones.", []),
        ("Nine in ten nurses are still here.", []),
        ("The pack weighs only 900 grams.", []),
    ],
)
def test_what_a_sentence_counts(source: str, items: list[str]) -> None:
    assert counted(source) == items


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("You leave Brussels at 19:40 and wake up in Vienna.", ["Leave Brussels at 19:40", "Wake up in Vienna"]),
        ("You can buy or rent with two taps.", ["Buy or rent with two taps"]),
        ("You can pause or stop with two taps.", []),
        ("You are back at your desk by 13:20.", ["Be back at your desk by 13:20"]),
        ("You need a ticket for each child.", []),
        ("Your bicycle travels with you.", []),
        ("You book online, by phone or at the desk.", []),
    ],
)
def test_what_you_do_as_something_to_do(source: str, said: list[str]) -> None:
    assert invitation(source) == said


def test_slogans_obey_the_briefs_prohibited_terms() -> None:
    read = facts(constraints={"prohibited_terms": ["Vienna"]})
    assert not [text for text in slogans(read, parts_of(read, "Book")) if "Vienna" in text]


def test_a_conclusion_joins_the_fact_that_a_headline_states() -> None:
    assert found("point", key_messages=["You learn in groups of at most twelve."]) == [
        "You learn in groups of at most twelve, so there's room for your questions"
    ]
    assert found("point", key_messages=["No two packs look the same."], objective="Sell 500 packs.") == [
        "No two packs look the same. Yours is like no other."
    ]


@pytest.mark.parametrize("meaning", [*MEANINGS, *GENERIC], ids=lambda meaning: meaning.text[:30])
def test_every_meaning_is_a_conclusion_or_whole_sentences(meaning: Any) -> None:
    joins = meaning.text.startswith("so ")
    assert meaning.text.endswith(".") is not joins
    assert joins or meaning.text[0].isupper()
    assert not any(letter.isdigit() for letter in meaning.text)


@pytest.mark.parametrize(
    ("source", "action"),
    [
        ("Members pay 200 euros less.", "buy"),
        ("Children ride at half price until nine.", "visit"),
        ("The first lesson is on the house.", "enrol"),
        ("Repairs are free.", "give"),
        ("Half of every lesson is spent outdoors.", "enrol"),
        ("No two days are the same.", "apply"),
        ("The office is 40 miles away.", "visit"),
        ("The hotel is a short walk from the car park.", "book"),
        ("9 of the 10 largest banks use it.", "demo"),
        ("Small holes are treated without drilling.", "book"),
        ("The bus can stop anywhere.", "visit"),
        ("Orders leave the house within 24 hours.", "buy"),
        ("The app tells you what to buy.", "download"),
        ("You get a free drink on your first evening.", "join"),
        ("Your team works outdoors.", "apply"),
    ],
)
def test_nothing_is_concluded_from_words_in_another_sense(source: str, action: str) -> None:
    said = meanings(source, action, light=True)
    assert not set(said) - {"so what wears out gets mended, not thrown away"}


def test_smiles_are_for_voices_that_may() -> None:
    assert meanings("Popcorn is on the house.", "join", light=True) == ["Help yourself."]
    assert meanings("Popcorn is on the house.", "join", light=False) == []


def test_what_is_common_is_said_only_where_nothing_nearer_fits() -> None:
    assert meanings("The check needs no referral.", "book", light=True) == ["That's one less thing to think about."]


def test_only_strong_lines_end_a_headline() -> None:
    source = "Rosters are published eight weeks in advance."
    assert meanings(source, "apply", light=True) == ["so you can plan ahead"]
    assert meanings(source, "apply", light=True, strong=True) == []


def test_a_question_is_asked_only_where_the_fact_answers_it() -> None:
    assert question_for("Repairs are free for ten years.") == "And if something breaks?"
    assert question_for("Popcorn is on the house.") == ""
