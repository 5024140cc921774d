"""Grammar: what a text is, and what may be done to it."""

import pytest

from agents.builtin import english
from agents.builtin.points import completed, parted, point, replaced, topic_of, with_proofs


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Customers book a repair online in under one minute.", "clause"),
        ("Larkspur sends a reminder one day before each appointment", "clause"),
        ("The trial lasts 30 days and needs no credit card", "clause"),
        ("Repairs are free for ten years", "clause"),
        ("A bed for one night costs 18 pounds", "clause"),
        ("A table for six costs 1,450 pounds", "clause"),
        ("You can pause or stop with two taps", "clause"),
        ("Bring your own cup and pay 30 pence less", "command"),
        ("Come as you are and bring your sandwich", "command"),
        ("Book a table online", "command"),
        ("Weighs only 900 grams", "predicate"),
        ("Made from recycled sails", "participle"),
        ("Open every day until ten", "adjective"),
        ("Keeps drinks cold for 24 hours", "predicate"),
        ("Drinks included", "phrase"),
        ("Dishwasher safe", "adjective"),
        ("Lightest shoe we have ever built", "superlative"),
        ("Open an account in 5 minutes", "command"),
        ("Live quartet from Lisbon", "phrase"),
        ("Free delivery across the city", "phrase"),
        ("No contract term", "phrase"),
        ("Seven ingredients, all printed on the front", "phrase"),
        ("", "phrase"),
    ],
)
def test_form_of_a_message(text: str, form: str) -> None:
    assert english.form_of(text) == form


@pytest.mark.parametrize(
    ("text", "plural", "whole"),
    [
        ("Weighs only 900 grams", False, "It weighs only 900 grams"),
        ("Weighs only 900 grams", True, "They weigh only 900 grams"),
        ("Made from recycled sails", False, "It is made from recycled sails"),
        ("Made to measure in eight weeks", True, "They are made to measure in eight weeks"),
        ("Open every day until ten", False, "It is open every day until ten"),
        ("No contract term", False, "There is no contract term"),
        ("No hidden fees", False, "There are no hidden fees"),
        ("A workshop in every borough", False, "There is a workshop in every borough"),
        ("Free delivery across the city", False, "Free delivery across the city"),
        ("Customers book online", False, "Customers book online"),
        ("Dishwasher safe", False, "It is dishwasher safe"),
        ("Lightest shoe we have ever built", False, "It is the lightest shoe we have ever built"),
    ],
)
def test_a_fragment_gets_the_subject_it_lacks(text: str, plural: bool, whole: str) -> None:
    assert completed(text, english.form_of(text), plural=plural) == whole


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It weighs 900 grams and costs 149 euros.", ["It weighs 900 grams.", "It costs 149 euros."]),
        (
            "It runs from 12 to 14 June and a day ticket costs 15 euros.",
            ["It runs from 12 to 14 June.", "A day ticket costs 15 euros."],
        ),
        (
            "It runs on Tuesday and Thursday evenings and costs 680 pounds.",
            ["It runs on Tuesday and Thursday evenings.", "It costs 680 pounds."],
        ),
        ("A set with two panels costs 399 euros.", ["A set with two panels costs 399 euros."]),
        ("Bread and butter wait at the door.", ["Bread and butter wait at the door."]),
    ],
)
def test_a_sentence_that_says_two_things_is_parted(text: str, parts: list[str]) -> None:
    assert parted(text) == parts


@pytest.mark.parametrize(
    ("base", "doing"), [("book", "booking"), ("drive", "driving"), ("run", "running"), ("blorp", None)]
)
def test_gerund(base: str, doing: str | None) -> None:
    assert english.gerund(base) == doing


@pytest.mark.parametrize(
    ("word", "base"), [("fills", "fill"), ("carries", "carry"), ("watches", "watch"), ("grams", None)]
)
def test_third_person_is_traced_to_its_base(word: str, base: str | None) -> None:
    assert english.third_to_base(word) == base


@pytest.mark.parametrize(
    ("text", "lowered"),
    [
        ("Customers book online", "customers book online"),
        ("The trial lasts 30 days", "the trial lasts 30 days"),
        ("Berlin has twelve sites", "Berlin has twelve sites"),
        ("Ines answers the phone", "Ines answers the phone"),
        ("Larkspur sends a reminder", "Larkspur sends a reminder"),
        ("iPhones charge here", "iPhones charge here"),
    ],
)
def test_only_a_first_word_that_is_no_name_is_lowered(text: str, lowered: str) -> None:
    assert english.lower_first(text, ("Larkspur",)) == lowered


def test_a_name_that_starts_with_a_common_word_keeps_its_capital() -> None:
    assert english.lower_first("Forty Minutes starts at noon", ("Forty Minutes",)) == "Forty Minutes starts at noon"


@pytest.mark.parametrize(
    ("phrase", "head", "plural"),
    [
        ("a booking calendar for repair shops that fills hours", "a booking calendar", False),
        ("dining tables in ash and oak built by one joiner", "dining tables", True),
        ("a beginners' evening at Crag Hall", "a beginners' evening", False),
        ("a five-kilometre evening run along the canals", "a five-kilometre evening run", False),
    ],
)
def test_head_and_number_of_what_a_thing_is(phrase: str, head: str, plural: bool) -> None:
    assert (english.head_of(phrase), english.is_plural(phrase)) == (head, plural)


def test_what_is_said_of_many_is_said_to_one() -> None:
    assert english.to_you("want to plan their lives, which belong to them") == (
        "want to plan your lives, which belong to you"
    )


def test_contractions_are_spelled_out() -> None:
    assert english.expanded("That's what you're after, isn't it") == "That is what you are after, is not it"


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("It costs 19 euros a month", "price"),
        ("Full-time pay starts at 33,400 pounds a year", "pay"),
        ("Concerts start at 12:30 every Wednesday", "when"),
        ("Shops in the pilot filled 12 more hours", "result"),
        ("An app shows what the panels make", ""),
    ],
)
def test_topic(text: str, topic: str) -> None:
    assert topic_of(text) == topic


def test_a_claim_gives_its_proof_to_the_message_that_makes_it() -> None:
    points = [point("Shops filled 12 more hours a week", plural=False), point("It is quiet", plural=False)]
    found = with_proofs(
        points, [("Shops filled 12 more hours a week", "a pilot"), ("Nine in ten stay", "a survey")], plural=False
    )
    assert [(entry.source, entry.proof) for entry in found] == [
        ("Shops filled 12 more hours a week", "a pilot"),
        ("It is quiet", ""),
        ("Nine in ten stay", "a survey"),
    ]


def test_a_claim_without_proof_is_not_added() -> None:
    assert with_proofs([], [("We are the first", "")], plural=False) == []


def test_gain_is_time_that_the_reader_wins() -> None:
    assert point("It gives you 12 more hours a week", plural=False).gain == "12 more hours a week"
    assert point("Shops filled 12 more hours a week", plural=False).gain == ""  # they worked more
    assert point("The trial lasts 30 days", plural=False).gain == ""


def test_words_that_the_brand_avoids_are_replaced_whole_and_with_their_capital() -> None:
    assert replaced("Users trust it; superusers too, users do.", {"users": "people"}) == (
        "People trust it; superusers too, people do."
    )


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Free wifi all day", "free wifi all day"),
        ("Fair-trade coffee.", "fair-trade coffee"),
        ("Doors at 7pm", "doors at 7pm"),
        ("GDPR explained in plain language", "GDPR explained in plain language"),
        ("Larkspur for two", "Larkspur for two"),
    ],
)
def test_a_phrase_as_an_entry_of_a_list(text: str, entry: str) -> None:
    assert english.item(text, ("Larkspur",)) == entry


def test_lists_within_a_sentence() -> None:
    assert english.listed(["a", "b", "c"]) == "a, b and c"
    assert english.listed(["a", "b, c"]) == "a; and b, c"
    assert english.listed(["a"]) == "a"
