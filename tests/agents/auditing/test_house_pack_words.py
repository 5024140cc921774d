"""Sentences that the labelled set does not hold, for what it taught the families."""

from __future__ import annotations

from typing import Any

import pytest

from agents.auditing.audit import audit_pieces
from tests.agents.auditing.test_outside import audit_text


def quotes(text: str, family: str, *, language: str = "en", kind: str = "body", **brief: Any) -> list[str]:
    report = audit_text(text, kind=kind, brief=brief, language=language)
    return [finding["quote"] for finding in report["findings"] if finding["family"] == family]


def bundle(family: str, language: str = "en", brief: dict[str, Any] | None = None, **texts: list[str]) -> list[str]:
    content = {name: [{"text": text} for text in given] for name, given in texts.items()}
    pieces = {"copy": {"content": {**content, "language": language}}}
    return [one["quote"] for one in audit_pieces(brief or {}, pieces)["findings"] if one["family"] == family]


@pytest.mark.parametrize(
    ("term", "text", "language"),
    [("battery", "Two batteries are in the box.", "en"), ("Garantie", "Alle Garantien stehen im Heft.", "de")],
)
def test_an_inflected_form_says_a_required_term(term: str, text: str, language: str) -> None:
    assert not quotes(text, "required_terms", language=language, constraints={"required_terms": [term]})
    other = "Nothing of the kind." if language == "en" else "Nichts davon."
    assert quotes(other, "required_terms", language=language, constraints={"required_terms": [term]}) == [""]


@pytest.mark.parametrize(
    "text", ["Falkenberg's boots are back.", "The FALKENBERG boot is back.", "The Falkenburg boots are back."]
)
def test_a_name_is_named_with_a_genitive_in_capitals_or_misspelt(text: str) -> None:
    assert not quotes(text, "product_named", product="Falkenberg Boots")


def test_an_accent_makes_no_other_name() -> None:
    assert not quotes("Die Creme Brulee ist da.", "product_named", language="de", product="Crème Brûlée")
    assert quotes("Die Creme ist da.", "product_named", language="de", product="Crème Brûlée") == [""]


@pytest.mark.parametrize(
    ("text", "language", "quote"),
    [
        ("8 out of 10 parents sleep better with it.", "en", "8 out of 10 parents"),
        ("Four in five owners keep theirs.", "en", "Four in five owners"),
        ("It is 15 % quieter than the old one.", "en", "% quieter than"),
        ("Acht von zehn Familien schlafen besser.", "de", "Acht von zehn Familien"),
        ("Sie ist 15 Prozent leiser als die alte.", "de", "Prozent leiser als"),
    ],
)
def test_shares_of_people_and_measured_comparisons_are_claims(text: str, language: str, quote: str) -> None:
    assert quotes(text, "claims", language=language) == [quote]


@pytest.mark.parametrize("text", ["15 % off until Sunday.", "Eight of the ten chairs are taken.", "We sold 15 % more."])
def test_offers_and_plain_figures_are_no_claims(text: str) -> None:
    assert not quotes(text, "claims")


def test_a_negation_reaches_over_or() -> None:
    assert not quotes("We offer neither the largest choice nor the lowest price.", "claims")
    assert quotes("We offer no parking. Ours is the largest choice.", "claims") != []


def test_numbers_of_two_clauses_are_about_two_things() -> None:
    same = ["The shop opens at 9 am, and the workshop closes at 5 pm."]
    assert not bundle("agreement", headlines=["The shop opens at 9 am"], bodies=same)
    other = ["The shop opens at 10 am, and the workshop closes at 5 pm."]
    assert bundle("agreement", headlines=["The shop opens at 9 am"], bodies=other) == ["10 am"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("Meetings on 4 and 11 July.", []), ("Meetings on July 4 and July 11.", []), ("Meetings on 5 July.", ["5 July"])],
)
def test_a_list_of_days_names_its_month_once(text: str, found: list[str]) -> None:
    assert quotes(text, "agreement", key_messages=["Meetings on 4 and 11 July"]) == found


def test_a_person_has_one_surname() -> None:
    assert bundle("agreement", headlines=["Ms Clara Lindholm sings"], bodies=["Ms Lindholn sings on Friday."]) == [
        "Lindholn"
    ]
    assert not bundle("agreement", headlines=["Ms Lindholm sings"], bodies=["Mr Bergman plays. Ms Lindholms choir."])


def test_a_product_that_is_a_name_is_spelt_as_in_the_brief() -> None:
    assert quotes("The Halcyen Lamp is back.", "agreement", product="Halcyon Lamp") == ["Halcyen"]
    assert not quotes("The Halcyon lamps are back.", "agreement", product="Halcyon Lamp")


def test_an_address_is_not_read_word_by_word() -> None:
    link = "https://example.org/" + "-".join(["word"] * 50)
    assert not quotes(f"The plan of the year is here: {link}", "readability")


def test_a_short_text_may_be_too_dense() -> None:
    dense = (
        "Organisational transformation necessitates interdisciplinary communication. Methodological standardisation "
        "facilitates institutional accountability. Responsibilities accumulate exponentially everywhere."
    )
    assert quotes(dense, "readability") == [dense]
    assert not quotes(
        "The Philharmonic plays at the Conservatory. Tickets cost nine pounds. Bring a friend.", "readability"
    )


def test_circled_letters_are_no_letters() -> None:
    assert quotes("Ⓢⓐⓛⓔ begins at ten.", "styled_letters") == ["Ⓢⓐⓛⓔ"]


def test_a_very_long_hashtag_is_several_words() -> None:
    assert quotes("Come along. #openairconcertinthepark", "hashtag_case", kind="post") == ["#openairconcertinthepark"]
    assert not quotes("Bitte lesen. #verantwortungsbewusstsein", "hashtag_case", kind="post", language="de")


def test_a_word_that_the_brief_sets_may_stand_in_capitals() -> None:
    assert not quotes("ADVERTISEMENT Two nights in Bergen.", "shouting", constraints={"disclaimers": ["Advertisement"]})
    assert quotes("FANTASTIC nights in Bergen.", "shouting") == ["FANTASTIC"]


@pytest.mark.parametrize("guidelines", ["Plain words, no emoji.", "Bitte keine Emojis verwenden."])
def test_guidelines_may_refuse_emoji(guidelines: str) -> None:
    assert quotes("Fresh bread 🥖 daily.", "brand_tone", brand={"guidelines": guidelines}) == ["🥖"]
    assert not quotes("Fresh bread 🥖 daily.", "brand_tone", brand={"guidelines": "Emoji are welcome. No shouting."})


def test_a_few_words_need_not_hold_a_preferred_one() -> None:
    assert not quotes("Bread is ready.", "brand_words", brand={"prefer": ["guests"]})
    assert quotes("Bread is ready and warm. " * 12, "brand_words", brand={"prefer": ["guests"]}) == [""]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["Reserve your table now", "Reserve a table now"], 1),
        (["Reserve a table", "Reserve a room"], 0),
        (["See the menu", "Ask the cook"], 0),
    ],
)
def test_calls_that_say_the_same_are_no_choice(texts: list[str], found: int) -> None:
    assert len(bundle("originality", calls_to_action=texts)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Dear [CUSTOMER NAME], hello.", ["[CUSTOMER NAME]"]),
        ("Hallo [Nachname], willkommen.", ["[Nachname]"]),
        ("She wrote: [sic] and [laughs].", []),
    ],
)
def test_fields_in_brackets_are_placeholders(text: str, found: list[str]) -> None:
    assert quotes(text, "placeholders") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Liebe Mieter, das Wasser wird am Montag abgestellt.", ["Liebe Mieter"]),
        ("Liebe Mieterinnen und Mieter, das Wasser wird abgestellt.", []),
        ("Liebe Mieter und Mieterinnen, das Wasser wird abgestellt.", []),
        ("Sehr geehrte Damen und Herren, das Wasser läuft.", []),
        ("Busfahrer gesucht, ab sofort.", ["Busfahrer gesucht"]),
        ("Busfahrer (m/w/d) gesucht, ab sofort.", []),
        ("Unsere Mieter gießen selbst.", []),
    ],
)
def test_german_readers_are_not_all_addressed_as_men(text: str, found: list[str]) -> None:
    assert quotes(text, "inclusive_language", language="de") == found
