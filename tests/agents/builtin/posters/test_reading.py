"""Figures and dates: what a poster makes large stands in the sentence, and nothing is mistaken for it."""

import pytest

from agents.builtin.posters.reading import date, figure, is_event


@pytest.mark.parametrize(
    ("sentence", "number", "unit"),
    [
        ("Shops in the pilot filled 12 more hours a week", "12", "more hours a week"),
        ("The trial lasts 30 days and needs no credit card", "30", "days"),
        ("The pack weighs only 900 grams", "900", "grams"),
        ("It costs 19 euros a month after a trial", "19", "euros a month"),
        ("The rate is fixed at 3.1 percent a year for two years", "3.1%", "a year"),
        ("Keeps drinks cold for 24 h", "24 h", ""),
        ("Save €40 on the first order", "€40", ""),
        ("Last winter the shelter gave 4,200 nights of sleep", "4,200", "nights of sleep"),
        ("31 of the 48 flats face the garden", "31", "of the 48 flats"),
        ("Palisade stopped 99.2 percent of the phishing mails", "99.2%", ""),
    ],
)
def test_the_figure_of_a_sentence_is_found(sentence: str, number: str, unit: str) -> None:
    found = figure(sentence)
    assert found is not None
    assert (found.number, found.unit) == (number, unit)


@pytest.mark.parametrize(
    "sentence",
    [
        "No figure at all",
        "We open on 14 June",
        "Founded in 1987",
        "You leave Brussels at 19:40 and wake up in Vienna",
        "The bakery opens at 6",
        "Trail 40",
        "Covid-19",
    ],
)
def test_dates_hours_years_and_names_are_no_figures(sentence: str) -> None:
    assert figure(sentence) is None


@pytest.mark.parametrize(
    ("text", "day", "rest"),
    [
        ("It runs from 12 to 14 June 2026 and costs little", "12\u201314", "June 2026"),
        ("Saturday 5 October, 19:30 at the hall", "5", "October · 19:30"),
        ("On June 3, 2026", "3", "June 2026"),
        ("Am 14. Juni um 18:00 Uhr", "14", "Juni · 18:00 Uhr"),
        ("Open from 3 May to 31 August", "3", "May \u2013 31 August"),
        ("Apply by 1 May for the race on 9 May", "9", "May"),
        ("The 3rd of May at 7 pm", "3", "May · 7 pm"),
    ],
)
def test_a_date_is_found_with_its_hour(text: str, day: str, rest: str) -> None:
    assert date([text]) == (day, rest)


@pytest.mark.parametrize(
    "text", ["", "May I come in?", "10:45 June", "45 June", "in June 2026", "Open from 10:00 to 31 August", "by 1 May"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert date([text]) is None


def test_an_event_is_told_from_a_deadline() -> None:
    assert is_event("a three-day film festival in the old harbour")
    assert not is_event("a backpack made from old sails")
