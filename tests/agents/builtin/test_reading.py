"""Audience, product, objective and guidelines, read into parts that sentences can use."""

import pytest

from agents.builtin.goals import read_goal
from agents.builtin.guidelines import read_guidelines
from agents.builtin.readers import read_audience, read_product


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Owners of small repair shops who still book by phone",
            (
                "owners of small repair shops",
                "still book by phone",
                "problem",
                "Do you still book by phone?",
                "Still booking by phone?",
            ),
        ),
        (
            "City travellers who are tired of airports",
            ("city travellers", "are tired of airports", "problem", "Are you tired of airports?", "Tired of airports?"),
        ),
        (
            "Adults who have never climbed",
            ("adults", "have never climbed", "new", "Have you never climbed?", "Never climbed?"),
        ),
        (
            "IT managers of firms without a security team",
            (
                "IT managers of firms without a security team",
                "have no security team",
                "lack",
                "Do you have no security team?",
                "No security team?",
            ),
        ),
        (
            "Nurses who want to plan their lives again",
            (
                "nurses",
                "want to plan your life again",
                "want",
                "Do you want to plan your life again?",
                "Want to plan your life again?",
            ),
        ),
        (
            "Couples looking for two bedrooms",
            (
                "couples",
                "are looking for two bedrooms",
                "want",
                "Are you looking for two bedrooms?",
                "Looking for two bedrooms?",
            ),
        ),
        ("Dog owners who read labels", ("dog owners", "read labels", "habit", "Do you read labels?", "Read labels?")),
        (
            "Adults who want to move but cannot stop working",
            ("adults", "want to move but cannot stop working", "torn", "", ""),
        ),
        ("Families with children between 8 and 14", ("families with children between 8 and 14", "", "habit", "", "")),
        ("A runner who wants more", ("a runner who wants more", "", "habit", "", "")),
        ("", ("", "", "habit", "", "")),
    ],
)
def test_audience(text: str, parts: tuple[str, ...]) -> None:
    found = read_audience(text)
    assert (found.who, found.you, found.type, found.question, found.short) == parts


@pytest.mark.parametrize(
    ("text", "name", "kind", "does", "details"),
    [
        (
            "Larkspur, a booking calendar for repair shops that fills free hours by itself. It costs 19 euros a month.",
            "Larkspur",
            "a booking calendar for repair shops that fills free hours by itself",
            "fills free hours by itself",
            ("It costs 19 euros a month.",),
        ),
        ("Ledgerly: bookkeeping for small firms", "Ledgerly", "bookkeeping for small firms", "", ()),
        ("Larkspur is a booking calendar.", "Larkspur", "a booking calendar", "", ()),
        ("The Lantern Run, an evening run in Ghent", "the Lantern Run", "an evening run in Ghent", "", ()),
        ("Winter Night Shelter", "Winter Night Shelter", "", "", ()),
        (
            "How a Map Lies, an exhibition about maps that were wrong",
            "How a Map Lies",
            "an exhibition about maps that were wrong",
            "",
            (),
        ),
    ],
)
def test_product(text: str, name: str, kind: str, does: str, details: tuple[str, ...]) -> None:
    found = read_product(text)
    assert (found.name, found.kind, found.does, found.details) == (name, kind, does, details)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Flumph.", "Flumph"),
        ("Weaver & Co.", "Weaver & Co."),
        ("Grüner Tee No. 5", "Grüner Tee No. 5"),
        ("U.S.", "U.S."),
    ],
)
def test_the_full_stop_behind_a_name_is_no_part_of_it_unless_the_name_ends_so(text: str, name: str) -> None:
    assert read_product(text).name == name


def test_a_product_without_a_name_is_called_what_it_is() -> None:
    found = read_product("a reusable water bottle that keeps drinks cold for 24 hours")
    assert (found.name, found.named) == ("the reusable water bottle", False)
    assert found.does == "keeps drinks cold for 24 hours"


@pytest.mark.parametrize(
    ("objective", "action", "ask", "noun", "deadline"),
    [
        ("Get 800 residents to book a skin check in May.", "book", "book your skin check in May", "", ""),
        ("Get households to order a free bin before 1 October.", "buy", "order your free bin", "", "before 1 October"),
        ("Recruit 25 nurses who apply before 31 March.", "apply", "apply", "", "before 31 March"),
        ("Sell 10,000 berths on the new train before summer.", "book", "", "berth", ""),
        ("Sell out all 1,200 tickets two weeks before the opening.", "join", "", "ticket", ""),
        ("Win 500 trial sign-ups before the end of July.", "trial", "", "", ""),
        ("Book 120 demos with IT managers this quarter.", "demo", "", "demo", ""),
        ("Sell 1,500 starter boxes to new customers.", "buy", "", "starter box", ""),
        ("Make the brand known", "know", "", "", ""),
    ],
)
def test_goal(objective: str, action: str, ask: str, noun: str, deadline: str) -> None:
    found = read_goal(objective)
    assert (found.action.name, found.ask, found.noun, found.deadline) == (action, ask, noun, deadline)


def test_a_sum_that_is_raised_for_something_may_be_told() -> None:
    found = read_goal("Raise 60,000 pounds for 40 more beds by 1 December.")
    assert (found.sum, found.purpose, found.deadline) == ("60,000 pounds", "40 more beds", "by 1 December")


def test_a_target_of_sales_is_nobody_elses_affair() -> None:
    found = read_goal("Sell 500 backpacks for 149 euros by 1 May")
    assert (found.sum, found.purpose, found.deadline) == ("", "", "")


def test_guidelines() -> None:
    found = read_guidelines(
        "Speak to one owner at a time. No jargon, no exclamation marks. No contractions. Short sentences. "
        'Never use emoji. Avoid "consumers".'
    )
    assert (found.exclamations, found.contractions, found.emoji) == (False, False, False)
    assert found.short
    assert found.questions
    assert found.avoid == ("consumers",)
    assert "one reader is addressed" in found.understood


def test_guidelines_that_say_nothing_known_forbid_nothing() -> None:
    found = read_guidelines("Be yourself.")
    assert (found.understood, found.avoid) == ((), ())


def test_a_common_noun_behind_the_name_says_what_it_is() -> None:
    found = read_product("AeroGlide running shoe")
    assert (found.name, found.kind) == ("AeroGlide", "a running shoe")


def test_place_and_time_do_not_belong_to_the_name() -> None:
    found = read_product("Blue Hour Jazz Night at The Cellar on 3 May")
    assert (found.name, found.where) == ("Blue Hour Jazz Night", "Blue Hour Jazz Night at The Cellar on 3 May")


def test_a_product_text_that_is_a_sentence_names_its_subject() -> None:
    found = read_product("The Riverside Food Bank needs drivers every Tuesday. It has two vans.")
    assert found.name == "the Riverside Food Bank"
    assert found.details == ("The Riverside Food Bank needs drivers every Tuesday.", "It has two vans.")
