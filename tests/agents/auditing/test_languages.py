"""The language of each piece and text is told from itself, and what it does not tell is inherited."""

from typing import Any

import pytest

from agents.auditing.audit import audit_pieces
from agents.auditing.languages import detect, of_piece, of_text, primary


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Customers book a repair online, and we send them a reminder.", "en"),
        ("Kunden buchen eine Reparatur online, und wir erinnern sie daran.", "de"),
        ("Nos clients adorent la qualité de nos produits pour la maison.", "fr"),
        ("Onze klanten houden van de kwaliteit van het product.", "nl"),
        ("Nuestros clientes reservan una cita por la mañana y la reciben en casa.", "es"),
        ("I nostri clienti prenotano una visita e la ricevono anche di sera.", "it"),
        ("Os nossos clientes não precisam de cartão para experimentar.", "pt"),
        ("Våra kunder bokar en tid och får ett svar från oss.", "sv"),
        ("买最好的茶", "zh"),
        ("お茶をどうぞ", "ja"),
        ("Купите чай сегодня", "ru"),
        ("اشتر الشاي اليوم", "ar"),
    ],
)
def test_a_language_is_told(text: str, language: str) -> None:
    found = detect(text)
    assert found
    assert found.language == language


@pytest.mark.parametrize("text", ["", "12 + 3", "🎉", "Larkspur"])
def test_what_says_nothing_has_no_language(text: str) -> None:
    assert not detect(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Risikofrei testen.", "de"),
        ("Unschlagbar günstig.", "de"),
        ("Zufriedenheit garantiert.", "de"),
        ("Zero risk, zero worries.", "en"),
        ("Wir backen täglich.", "de"),
    ],
)
def test_a_few_words_are_told_by_their_letters_where_nothing_else_is_known(text: str, language: str) -> None:
    assert of_piece([text], "", "") == language


def test_a_short_piece_is_in_the_language_it_says_or_the_brief_asks() -> None:
    assert of_piece(["Larkspur"], "de", "en") == "de"
    assert of_piece(["Larkspur"], "", "fr") == "fr"
    assert of_piece(["Larkspur"], "", "") == "en"


def test_a_piece_is_not_in_the_language_it_wrongly_says() -> None:
    assert of_piece(["Customers book a repair online, and we send them a reminder."], "de", "de") == "en"


def test_a_text_within_a_piece_has_its_own_language_only_where_that_is_clear() -> None:
    assert of_text("Wir freuen uns auf Sie und Ihre ganze Familie.", "en") == "de"
    assert of_text("Preise ohne Gewähr.", "en") == "en"


@pytest.mark.parametrize(("code", "name"), [("de-AT", "de"), ("pt_BR", "pt"), ("EN", "en"), (None, ""), (5, "")])
def test_the_language_of_a_code(code: Any, name: str) -> None:
    assert primary(code) == name


def piece(text: str, **content: Any) -> dict[str, Any]:
    return {"copy": {"content": {"bodies": [{"text": text}], **content}}}


FRENCH = "Nos clients adorent la qualité de nos produits, les meilleurs du monde, garantis sans risque pour la maison."


def test_another_language_gets_the_other_rules_and_the_report_says_so() -> None:
    report = audit_pieces({"constraints": {"prohibited_terms": ["garantis"]}}, piece(FRENCH))
    assert report["pieces"][0]["language"] == "fr"
    assert [finding["rule"] for finding in report["findings"]] == ["house.prohibited-terms"]
    skipped = {skip["family"]: skip["why"] for skip in report["not_checked"]}
    assert {"claims", "readability", "inclusive_language"} <= set(skipped)
    assert "fr" in skipped["claims"]
    assert not any(skip["failed"] for skip in report["not_checked"])


def test_a_text_in_another_language_within_a_piece_is_named() -> None:
    content = {
        "bodies": [{"text": "We bake bread for you and for all of our neighbours in the town."}, {"text": FRENCH}]
    }
    report = audit_pieces({}, {"copy": {"content": content}})
    assert report["pieces"][0]["language"] == "en"
    assert {"family": "claims", "slot": "copy"}.items() <= next(
        skip for skip in report["not_checked"] if skip["family"] == "claims"
    ).items()


def test_german_rules_are_not_applied_to_english() -> None:
    assert audit_pieces({}, piece("Our firm hat is the one for rain, and it is made for you."))["findings"] == []
