"""What the examples of the house pack do not show: spans in odd letters, cost, the arithmetic of the documentation."""

import time
import unicodedata
from typing import Any

import pytest

from agents.auditing.audit import audit_pieces
from agents.auditing.forms import forms, in_compound
from agents.auditing.pieces import text_at
from tests.agents.auditing.test_audit import posts


def found(text: str | list[str], brief: dict[str, Any] | None = None, language: str = "en") -> list[tuple[str, str]]:
    texts = [text] if isinstance(text, str) else text
    pieces = {"copy": {"content": {"bodies": [{"text": one} for one in texts], "language": language}}}
    report = audit_pieces(brief or {}, pieces)
    for finding in report["findings"]:
        if finding["path"]:
            whole = text_at(pieces["copy"]["content"], finding["path"])
            assert whole is not None
            assert whole[finding["start"] : finding["end"]] == finding["quote"]
    return [(finding["rule"].removeprefix("house."), finding["quote"]) for finding in report["findings"]]


@pytest.mark.parametrize(
    "before",
    [
        "👨\u200d👩\u200d👧 ",
        "e\u0301te\u0301 ",
        "שלום ",
        "مرحبا ",
        "\U0001d41a ",
        "🇩🇪🏴\U000e0067\U000e007f ",
        "\u202eabc\u202c ",
    ],
)
def test_spans_are_in_code_points_of_the_very_text(before: str) -> None:
    text = f"{before}Our serum is clinically proven, and it was tested for you."
    assert ("evidence", "clinically proven") in found(text)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_composition_makes_no_difference(form: str) -> None:
    text = unicodedata.normalize(form, "Unsere Creme ist für alle da und heilt Müdigkeit, sagen wir.")
    assert ("evidence", "heilt") in found(text, language="de")
    terms = {"constraints": {"prohibited_terms": ["müdigkeit"]}}
    quote = unicodedata.normalize(form, "Müdigkeit")
    assert ("prohibited-terms", quote) in found(text, terms, "de")


@pytest.mark.parametrize("disguise", ["gu@rantee", "g.u.a.r.a.n.t.e.e", "g u a r a n t e e", "guarаntee", "guaraaantee", "gu*rantee", "ɡuarantee", "guárántee", "g_u_a_r_a_n_t_e_e"])  # fmt: skip  # noqa: E501, RUF001
def test_a_disguised_term_is_found_where_it_stands(disguise: str) -> None:
    terms = {"constraints": {"prohibited_terms": ["guarantee"]}}
    assert found(f"We say {disguise} to you and to all of them.", terms) == [("prohibited-terms", disguise)]


@pytest.mark.parametrize(
    "text",
    [
        "We guard every tree.",
        "Write to guar@ntee.example",
        "A B C D are letters",
        "The café is open",
        "It costs 4 5 6 7 8",
    ],
)
def test_what_is_no_disguise_is_left_alone(text: str) -> None:
    terms = {"constraints": {"prohibited_terms": ["guarantee", "cafe"]}}
    assert [rule for rule, _ in found(text, terms) if rule == "prohibited-terms"] == []


@pytest.mark.parametrize(
    ("word", "language", "form", "is_one"),
    [
        ("cheap", "en", "cheapest", True),
        ("cure", "en", "curing", True),
        ("miracle", "en", "miracles", True),
        ("company", "en", "companies", True),
        ("new", "en", "news", False),
        ("good", "en", "goods", False),
        ("post", "en", "poster", False),
        ("billig", "de", "billigste", True),
        ("heilen", "de", "geheilt", True),
        ("Garantie", "de", "garantien", True),
        ("Kosten", "de", "kostet", False),
    ],
)
def test_forms_of_a_word(word: str, language: str, form: str, is_one: bool) -> None:
    assert (form in forms(word, language)) is is_one


@pytest.mark.parametrize(
    ("token", "term", "whole"),
    [
        ("Wundermittel", "Wunder", True),
        ("Preisgarantie", "Garantie", True),
        ("spottbillig", "billig", True),
        ("Bewunderung", "Wunder", False),
        ("wunderbar", "Wunder", False),
        ("zubilligen", "billig", False),
        ("Versicherung", "sicher", False),
    ],
)
def test_parts_of_a_compound(token: str, term: str, whole: bool) -> None:
    assert (in_compound(token, term) is not None) is whole


def test_a_misspelt_name_is_found_and_mended() -> None:
    brief = {"brand": {"name": "Larkspur"}, "product": "Larkspur, a calendar"}
    report = audit_pieces(brief, {"short_copy": posts("threads", "Larkspurr fills your day, and Larkspurs bloom.")})
    finding = next(f for f in report["findings"] if f["rule"] == "house.agreement")
    assert (finding["quote"], finding["patch"]["replacement"]) == ("Larkspurr", "Larkspur")


def test_pieces_must_agree_where_the_brief_says_nothing() -> None:
    pieces = {
        "copy": {"content": {"bodies": [{"text": "The course costs 40 euros and starts at 7 pm."}]}},
        "short_copy": posts("threads", "The course costs 45 euros and starts at 19:00."),
    }
    told = [f for f in audit_pieces({}, pieces)["findings"] if f["rule"] == "house.agreement"]
    assert [(f["slot"], f["quote"], f["severity"]) for f in told] == [("short_copy", "45 euros", "high")]


def test_the_worked_example_of_the_documentation() -> None:
    text = (
        "Our serum is clinically proven. It is the best cream for you, and we think that it is the best cream for your "
        "friends. Come and ORDER IT NOW from us. It is made in a small town by the sea. We are HAPPY about your visit."
    )
    report = audit_pieces({}, {"copy": {"content": {"bodies": [{"text": text}]}}})
    points = {name: 100 - (entry["score"] or 0) for name, entry in report["categories"].items()}
    assert points == {"tone_consistency": 0, "clarity": 0, "compliance": 20, "accessibility": 6, "risk": 16}
    assert (report["score"], report["verdict"]) == (90.0, "conditional")


HOSTILE = {
    "letters": "a" * 20_000, "digits": "1" * 20_000, "dots": "a." * 10_000, "zeros": "0 " * 10_000,
    "braces": "{{" * 10_000,
    "spaces": " " * 20_000, "marks": "e\u0301" * 10_000, "stars": "*a" * 10_000, "hyphens": "a-" * 10_000,
    "at": "a@" * 10_000, "links": "http://" * 3_000, "dates": "14 June " * 2_500, "emoji": "🎉" * 8_000,
    "leet": "ch3ap " * 3_000, "quotes": '"' * 20_000, "underscores": "_" * 20_000, "negations": "not the best " * 1_500,
}  # fmt: skip


def test_hostile_texts_cost_little_more_than_plain_ones() -> None:
    """Quadratic work on such texts would take minutes; the bound holds on a slow and busy machine too."""
    brief = {
        "product": "Larkspur, a calendar. It costs 19 euros.",
        "constraints": {"prohibited_terms": ["cheap", "Wunder"]},
    }
    found("Warm up.", brief)
    for name, text in HOSTILE.items():
        start = time.process_time()
        audit_pieces(brief, {"copy": {"content": {"bodies": [{"text": text}]}}})
        assert time.process_time() - start < 5, name
