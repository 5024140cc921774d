"""A brand's data: one form, faults by field, what a publication needs, and how it becomes part of a brief."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from campaigns.kinds import brand_checks, brand_file, brands
from campaigns.kinds import brief as briefs
from conductor.lib.errors import BadInput

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "brand.yaml"


def whole(**parts: Any) -> dict[str, Any]:
    return brands.normalise({**brand_file.parse(EXAMPLE.read_bytes()), **parts})


def refused(raw: object) -> dict[str, list[str]]:
    with pytest.raises(BadInput) as caught:
        brands.normalise(raw)
    return caught.value.errors


def brief(**parts: Any) -> dict[str, Any]:
    return briefs.normalise({"objective": "Sell", "audience": "Shops", "product": "A calendar", **parts}).brief


def merged(data: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    return brands.into_brief(brief(**parts), whole() if data is None else data)


def test_the_starter_is_sound_complete_and_without_cautions() -> None:
    data = whole()
    assert brands.missing(data) == {}
    assert brand_checks.cautions(data) == []
    assert brands.normalise(data) == data


def test_a_name_is_enough_for_a_draft_but_not_for_a_publication() -> None:
    data = brands.normalise({"name": " Ember "})
    assert data["name"] == "Ember"
    assert set(data) == {"schema", "name", *brands.PARTS}
    assert list(brands.missing(data)) == ["data.voice"]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (None, "data"),
        ({}, "data.name"),
        ({"name": "n" * 121}, "data.name"),
        ({"name": "a", "logo": "x"}, "data.logo"),
        ({"name": "a", "schema": 2}, "data.schema"),
        ({"name": "a", "voice": "loud"}, "data.voice"),
        ({"name": "a", "voice": {"dos": "x"}}, "data.voice.dos"),
        ({"name": "a", "voice": {"mood": "x"}}, "data.voice.mood"),
        ({"name": "a", "words": {"avoid": ["-> x"]}}, "data.words.avoid[0]"),
        ({"name": "a", "palette": ["#fff"]}, "data.palette[0]"),
        ({"name": "a", "palette": [{"name": "Ink"}]}, "data.palette[0].hex"),
        ({"name": "a", "palette": [{"hex": "navy"}]}, "data.palette[0].hex"),
        ({"name": "a", "palette": [{"hex": "#fff", "role": "sky"}]}, "data.palette[0].role"),
        ({"name": "a", "palette": [{"hex": "#fff", "role": "text"}, {"hex": "#000", "role": "text"}]},
         "data.palette[1].role"),
        ({"name": "a", "palette": [{"hex": f"#0000{n:02}"} for n in range(13)]}, "data.palette"),
        ({"name": "a", "hashtags": {"required": ["x1"], "banned": ["X1"]}}, "data.hashtags.required[0]"),
        ({"name": "a", "required_terms": ["x"], "prohibited_terms": ["X"]}, "data.required_terms[0]"),
        ({"name": "a", "required_terms": ["x"], "words": {"avoid": ["x -> y"]}}, "data.required_terms[0]"),
        ({"name": "a", "words": {"prefer": ["x"]}, "prohibited_terms": ["x"]}, "data.words.prefer[0]"),
        ({"name": "a", "platforms": ["telegraph"]}, "data.platforms[0]"),
        ({"name": "a", "link": "http://a.example"}, "data.link"),
        ({"name": "a", "emoji": "many"}, "data.emoji"),
        ({"name": "a", "claims": ["x"]}, "data.claims[0]"),
        ({"name": "a", "products": [{"description": "x"}]}, "data.products[0].name"),
        ({"name": "a", "personas": [{"name": "x"}, {"name": "X"}]}, "data.personas[1].name"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_its_field(raw: object, field: str) -> None:
    assert list(refused(raw)) == [field]


def test_colours_get_one_form_and_a_name() -> None:
    palette = whole(palette=[{"hex": "fff"}, {"name": "Snow", "hex": "#FFFFFF"}, {"name": "", "hex": ""}])["palette"]
    assert palette == [{"name": "#ffffff", "hex": "#ffffff", "role": ""}]


def test_the_same_brand_has_the_same_hash_however_it_was_written() -> None:
    assert brands.digest(whole()) == brands.digest(brands.normalise(dict(reversed(whole().items()))))
    assert brands.digest(whole()) != brands.digest(whole(emoji="none"))


def test_a_fault_in_a_file_is_told_by_its_line() -> None:
    with pytest.raises(BadInput) as caught:
        brand_file.parse("name: Ember\nvoice:\n  tone: warm\nemoji: lots\n")
    assert caught.value.errors == {"emoji": ["line 4: Must be one of: none, sparing, free."]}
    with pytest.raises(BadInput) as caught:
        brand_file.parse("brand:\n  name: Ember\n  link: ftp://x\n")
    assert list(caught.value.errors) == ["brand.link"]


# --- Into a brief ---------------------------------------------------------------------------------------------------


def test_the_brief_wins_on_what_is_said_once() -> None:
    said = {"tone": "dry", "platforms": ["threads"], "link": "https://own.example", "constraints": {"emoji": "none"},
            "brand": {"name": "Own", "palette": ["#123456"], "guidelines": "Own rules."}}  # fmt: skip
    found = merged(**said)
    assert (found["tone"], found["platforms"], found["link"]) == ("dry", ["threads"], "https://own.example")
    assert found["constraints"]["emoji"] == "none"
    assert (found["brand"]["name"], found["brand"]["palette"]) == ("Own", ["#123456"])
    assert found["brand"]["guidelines"].startswith("Own rules.\nDo: ")


def test_the_brand_gives_what_the_brief_leaves_open() -> None:
    found, data = merged(), whole()
    assert briefs.missing(brief()) != {}
    assert briefs.missing(found) == {}
    assert found["tone"] == data["voice"]["tone"]
    assert found["brand"]["palette"] == [colour["hex"] for colour in data["palette"]]
    assert found["brand"]["name"] == "Larkspur"
    assert found["constraints"]["emoji"] == "sparing"


def test_lists_are_joined_and_nothing_a_brand_forbids_is_lost() -> None:
    found = merged(
        constraints={"prohibited_terms": ["cheap", "Revolutionary"], "banned_hashtags": ["Sale", "deal"]},
        brand={"avoid": ["leverage", "synergy"]},
        claims=[{"claim": "It is fast.", "proof": ""}],
    )
    rules = found["constraints"]
    assert rules["prohibited_terms"] == ["cheap", "Revolutionary", "game-changing", "world's best"]
    assert rules["banned_hashtags"] == ["Sale", "deal", "ad"]
    assert rules["disclaimers"] == ["Prices exclude VAT."]
    assert found["brand"]["avoid"][:2] == ["leverage -> use", "synergy"]
    assert found["claims"][0] == {"claim": "It is fast.", "proof": ""}
    assert len(found["claims"]) == 3


def test_merging_changes_neither_of_the_two() -> None:
    one, data = brief(claims=[{"claim": "It is fast.", "proof": ""}]), whole()
    before = repr((one, data))
    brands.into_brief(one, {**data, "claims": [{"claim": "It is fast.", "proof": "Measured."}]})
    assert repr((one, data)) == before


def test_merging_twice_adds_nothing() -> None:
    once = merged()
    again = brands.into_brief({**once, "brand": {**once["brand"], "guidelines": ""}}, whole())
    assert again == once


def test_an_old_brief_without_the_later_fields_is_merged() -> None:
    old = brief()
    for name in ("claims", "link"):
        del old[name]
    for name in ("required_hashtags", "banned_hashtags", "emoji"):
        del old["constraints"][name]
    for name in ("prefer", "avoid"):
        del old["brand"][name]
    assert brands.into_brief(old, whole()) == merged()


def test_a_product_or_audience_named_like_a_record_is_described_by_it() -> None:
    found = merged(product="larkspur Calendar", audience="Owner of a small repair shop.")
    assert found["product"].startswith("Larkspur calendar: A booking calendar")
    assert found["audience"].startswith("Owner of a small repair shop: Runs")
    assert merged(product="Larkspur calendar for hats")["product"] == "Larkspur calendar for hats"


# --- What can be told without a run ---------------------------------------------------------------------------------


def test_cautions_name_terms_claims_and_unreadable_colours() -> None:
    data = whole(
        required_terms=["The seamless one"],
        claims=[{"claim": "It is fast.", "proof": ""}],
        palette=[{"name": "Mist", "hex": "#eeeeee", "role": "text"},
                 {"name": "Snow", "hex": "#fff", "role": "background"}],
    )  # fmt: skip
    said = brand_checks.cautions(data)
    assert said == [
        "'The seamless one' is required and holds 'seamless', which is not to be used.",
        "The claim 'It is fast.' has no proof.",
        "Mist on Snow has a contrast of 1.16 to 1; text needs 4.5 to 1.",
    ]


def test_a_phrase_is_marked_where_it_does_not_fit() -> None:
    text = "Straße: a seamless, revolutionary day. Leverage it! #SALE"
    found = brand_checks.check_phrase(whole(), text)
    assert all(text[remark.start : remark.end] == remark.quote for remark in found)
    assert [(remark.quote, remark.instead) for remark in found] == [
        ("seamless", ""), ("revolutionary", ""), ("Leverage", "Use"), ("#SALE", ""),
    ]  # fmt: skip


def test_a_phrase_that_fits_has_no_remarks() -> None:
    assert brand_checks.check_phrase(whole(), "Larkspur fills the free hours of a repair shop.") == []


def test_a_phrase_is_text_of_a_sensible_length() -> None:
    for wrong in (None, "", "  ", 7, "a" * 2_001, "a\x00"):
        with pytest.raises(BadInput):
            brand_checks.read_phrase(wrong)


def test_a_place_is_marked_once_though_two_rules_forbid_it() -> None:
    data = whole(words={"avoid": ["revolutionary -> new"]})
    assert [remark.quote for remark in brand_checks.check_phrase(data, "A revolutionary day")] == ["revolutionary"]
