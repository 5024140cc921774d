"""The audit finds what is wrong, exactly where it is, and passes nothing that it did not test."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.auditing.audit import audit_pieces
from agents.auditing.findings import CATEGORIES
from agents.auditing.pieces import text_at
from agents.auditing.rulepacks import house_pack
from agents.auditing.scoring import category_score, verdict_of, weighted_total
from conductor.lib.errors import BadInput
from tests.agents.auditing.test_rulepacks import pack
from tests.agents.stand_ins import brief

TEXT = (
    "Trail 40 by Nordway. Made from recycled sails. Repairs are free for ten years. Weighs only 900 grams. "
    "While stocks last."
)


def copy_piece(*bodies: str, headline: str = "Trail 40") -> dict[str, Any]:
    content = {
        "headlines": [{"text": headline}],
        "bodies": [{"text": body} for body in bodies or (TEXT,)],
        "calls_to_action": [{"text": "Order yours"}],
        "language": "en",
    }
    return {"content": content, "version": 2, "sha256": "b" * 64}


def posts(platform: str = "twitter", *texts: str) -> dict[str, Any]:
    content = {"platforms": [{"platform": platform, "posts": [{"text": text} for text in texts or (TEXT,)]}]}
    return {"content": content, "version": 1, "sha256": None}


def visual(**changes: Any) -> dict[str, Any]:
    concept = {
        "headline": "Trail 40",
        "call_to_action": "Order",
        "alt_text": "A poster",
        "fine_print": ["While stocks last.", "Nordway"],
        **changes,
    }
    return {"content": {"concepts": [concept]}, "version": 1, "sha256": None}


def rules_of(report: dict[str, Any]) -> list[str]:
    return [finding["rule"].removeprefix("house.") for finding in report["findings"]]


def audit(of: dict[str, Any] | None = None, **pieces: Any) -> dict[str, Any]:
    return audit_pieces(of or brief(), pieces or {"copy": copy_piece()})


def test_good_copy_passes() -> None:
    report = audit()
    assert (report["verdict"], report["score"], report["findings"]) == ("pass", 100.0, [])
    assert report["pack"] == {"name": "house", "version": house_pack().version, "sha256": house_pack().sha256}


def test_good_bundle_passes() -> None:
    assert audit(copy=copy_piece(), short_copy=posts(), visual_concept=visual())["verdict"] == "pass"


def test_prohibited_term_fails_and_is_quoted_where_it_stands() -> None:
    report = audit(copy=copy_piece(headline="So CHEAP"))
    assert report["verdict"] == "fail"
    finding = report["findings"][0]
    assert (finding["path"], finding["start"], finding["end"], finding["quote"]) == ("headlines[0].text", 3, 8, "CHEAP")
    assert (finding["severity"], finding["category"], finding["slot"]) == ("critical", "compliance", "copy")
    assert finding["patch"] is None


def test_every_place_of_a_term_is_found() -> None:
    assert rules_of(audit(copy=copy_piece(TEXT + " Cheap? Cheap!"))) == ["prohibited-terms"] * 2


def test_patch_is_given_where_the_pack_knows_a_better_word() -> None:
    text = "It is guaranteed to last."
    report = audit_pieces({}, {"copy": copy_piece(text)}, pack=pack())
    patch = report["findings"][0]["patch"]
    assert text[: patch["start"]] + patch["replacement"] + text[patch["end"] :] == "It is expected to last."


def test_required_term_must_be_in_a_body_and_in_each_platform() -> None:
    without = TEXT.replace("Nordway", "us")
    report = audit(copy=copy_piece(without, headline="Nordway"), short_copy=posts("threads", without))
    assert rules_of(report) == ["required-terms"] * 2
    assert "no post for threads" in report["findings"][1]["why"]
    assert report["verdict"] == "conditional"


def test_required_term_must_be_on_the_visual() -> None:
    assert rules_of(audit(visual_concept=visual(fine_print=["While stocks last."])))[0] == "required-terms"


def test_missing_disclaimer_points_to_the_end_and_mends_it() -> None:
    text = TEXT.replace(" While stocks last.", "")
    finding = audit(copy=copy_piece(TEXT, text))["findings"][0]
    assert (finding["rule"], finding["path"], finding["start"]) == ("house.disclaimers", "bodies[1].text", len(text))
    assert finding["quote"] == ""
    assert finding["patch"]["replacement"].strip() == "While stocks last."


def test_disclaimer_that_would_not_fit_is_no_patch() -> None:
    long = "x" * 275
    assert (
        next(f for f in audit(short_copy=posts("twitter", long))["findings"] if "disclaimers" in f["rule"])["patch"]
        is None
    )


def test_disclaimer_is_missing_on_the_poster() -> None:
    assert "disclaimers" in rules_of(audit(visual_concept=visual(fine_print=["Nordway"])))


def test_post_over_its_limit_shows_what_is_too_much() -> None:
    text = TEXT + " " + "y" * 280
    finding = next(
        f for f in audit(short_copy=posts("twitter", text))["findings"] if f["rule"] == "house.platform-limits"
    )
    assert (finding["start"], finding["end"]) == (280, len(text))
    assert str(len(text)) in finding["why"]


def test_unknown_platform_is_said_not_guessed() -> None:
    assert any("myspace" in skip["why"] for skip in audit(short_copy=posts("myspace"))["not_checked"])


def test_body_over_the_limit_of_words() -> None:
    assert rules_of(audit(brief(constraints={"max_words": 5}))) == ["word-limits"]


def test_missing_piece_is_a_finding() -> None:
    report = audit(copy=copy_piece(), short_copy=None)
    assert rules_of(report) == ["missing-pieces"]
    assert report["verdict"] == "conditional"
    assert report["pieces"][1] == {
        "slot": "short_copy",
        "version": None,
        "sha256": None,
        "present": False,
        "language": "en",
    }


@pytest.mark.parametrize(
    "piece", [None, {"content": None}, {"content": {}}, {"content": {"headlines": "x"}}, {"content": []}]
)
def test_nothing_there_is_not_audited(piece: Any) -> None:
    report = audit(copy=piece)
    assert (report["verdict"], report["score"]) == ("not_audited", None)
    assert rules_of(report) == ["missing-pieces"]


def test_key_message_that_nobody_says() -> None:
    report = audit(copy=copy_piece("Trail 40 by Nordway. Repairs are free for ten years. While stocks last."))
    assert rules_of(report) == ["brief-coverage"] * 2
    assert [said["slot"] for said in report["coverage"]] == [None, "copy", None]


def test_key_message_is_mapped_to_its_sentence() -> None:
    said = audit()["coverage"][1]
    assert said["quote"] == "Repairs are free for ten years."
    assert TEXT[said["start"] : said["end"]] == said["quote"]


def test_key_message_in_other_words_of_the_same_stem_counts() -> None:
    assert (
        audit(copy=copy_piece(TEXT.replace("Repairs are free for ten years", "For ten years, repairing it is free")))[
            "findings"
        ]
        == []
    )


def test_what_a_sentence_concludes_from_a_key_message_does_not_take_it_back() -> None:
    for after in (", so nobody pays without having to.", " so you need not pay."):
        text = TEXT.replace("Repairs are free for ten years.", f"Repairs are free for ten years{after}")
        said = audit(copy=copy_piece(text))["coverage"][1]
        assert said["quote"] == "Repairs are free for ten years"
    denied = TEXT.replace("Repairs are free for ten years.", "It is not true that Repairs are free for ten years, so.")
    assert audit(copy=copy_piece(denied))["coverage"][1]["slot"] is None


def test_pieces_about_something_else_do_not_pass() -> None:
    def pieces(product: str) -> dict[str, Any]:
        text = TEXT.replace("Trail 40", product)
        return {"copy": copy_piece(text, headline=product), "short_copy": posts("twitter", text)}

    def bad(product: str) -> list[tuple[str, str]]:
        report = audit(**pieces(product))
        named = [(f["rule"], f["severity"]) for f in report["findings"] if f["family"] == "product_named"]
        return [*named, ("verdict", report["verdict"])]

    assert bad("Trail 40") == [("verdict", "pass")]
    assert bad("Trail") == [("house.product-named", "low")] * 2 + [("verdict", "pass")]
    assert bad("Harbour Tea") == [("house.product-named", "high")] * 2 + [("verdict", "conditional")]


FRENCH = (
    "Notre sac est fait pour vous. Nous le réparons pendant dix ans dans notre atelier. Il est chez nous et chez vous."
)
CLAIM = "It is clinically proven and guaranteed to cure your back in only three days."


@pytest.mark.parametrize("text", [f"{FRENCH} {CLAIM}", f"{CLAIM} {FRENCH}"])
def test_a_claim_in_one_language_is_found_among_sentences_of_another(text: str) -> None:
    report = audit(copy=copy_piece(text, headline=FRENCH))
    found = [entry for entry in report["findings"] if entry["family"] == "claims"]
    assert {entry["quote"] for entry in found} >= {"clinically proven"}
    for entry in found:
        assert text[entry["start"] : entry["end"]] == entry["quote"]
    assert report["verdict"] != "pass"


def test_a_sentence_of_another_language_is_judged_once() -> None:
    german = "Unsere Tasche ist für alle, die gern und oft zu Fuß unterwegs sind und wenig tragen wollen."
    found = [entry for entry in audit(copy=copy_piece(f"{german} {CLAIM}"))["findings"] if entry["family"] == "claims"]
    places = [(entry["path"], entry["start"]) for entry in found]
    assert len(places) == len(set(places)) > 0


def test_product_must_be_named() -> None:
    assert rules_of(audit(copy=copy_piece(TEXT.replace("Trail 40", "It"), headline="New"))) == ["product-named"]


def test_a_category_without_a_rule_has_no_score() -> None:
    categories = audit_pieces(brief(), {"copy": copy_piece()}, pack=pack())["categories"]
    assert set(categories) == set(CATEGORIES)
    assert categories["tone_consistency"]["score"] is None
    assert categories["risk"]["score"] is not None


def test_a_brief_without_wishes_says_what_was_not_checked() -> None:
    families = {skip["family"] for skip in audit_pieces({}, {"copy": copy_piece()})["not_checked"]}
    assert {"prohibited_terms", "required_terms", "disclaimers", "brief_coverage", "word_limits"} <= families
    only = pack(rules=[{**pack()["rules"][0], "options": {}}])
    assert audit_pieces({}, {"copy": copy_piece()}, pack=only)["categories"]["risk"]["score"] is None


def test_of_a_family_with_several_rules_the_one_that_was_not_applied_is_named() -> None:
    said = [entry for entry in audit(copy=copy_piece())["not_checked"] if entry["family"] == "inclusive_language"]
    assert [entry["why"] for entry in said] == [
        (
            "The rule house.generic-masculine was not applied, others of its family were. "
            "The pack has turned this rule off."
        )
    ]
    terms = [entry["why"] for entry in audit_pieces({}, {"copy": copy_piece()})["not_checked"]]
    assert "The brief and the pack prohibit no terms." in terms


def test_a_pack_that_could_test_nothing_gives_no_verdict() -> None:
    only = pack(rules=[{**pack()["rules"][0], "options": {}}])
    assert audit_pieces({}, {"copy": copy_piece()}, pack=only)["verdict"] == "not_audited"


def test_recommendations_are_one_per_rule_and_piece_worst_first() -> None:
    report = audit(copy=copy_piece("cheap cheap", "cheap"))
    first = report["recommendations"][0]
    assert (first["rule"], first["priority"]) == ("house.prohibited-terms", "critical")
    assert len({(r["rule"], r["slot"]) for r in report["recommendations"]}) == len(report["recommendations"])


def test_score_can_be_recomputed_from_the_report() -> None:
    report = audit(copy=copy_piece("cheap"), short_copy=None)
    for name, entry in report["categories"].items():
        if entry["score"] is not None:
            assert entry["score"] == category_score(f["points"] for f in report["findings"] if f["category"] == name)
    assert report["score"] == weighted_total({n: (e["score"], e["weight"]) for n, e in report["categories"].items()})
    assert report["verdict"] == verdict_of(report["score"], [finding["severity"] for finding in report["findings"]])


@pytest.mark.parametrize("pieces", [{}, {"video": None}, {"copy": None, "../x": None}])
def test_unknown_pieces_are_refused(pieces: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="pieces"):
        audit_pieces(brief(), pieces)


@pytest.mark.parametrize(
    "wrong", [{"constraints": []}, {"key_messages": "x"}, {"product": 3}, {"constraints": {"max_words": True}}]
)
def test_a_brief_of_the_wrong_shape_asks_for_nothing(wrong: dict[str, Any]) -> None:
    assert audit_pieces(wrong, {"copy": copy_piece()})["findings"] == []


def test_nul_in_a_brief_does_not_reach_the_report() -> None:
    report = audit_pieces(brief(constraints={"disclaimers": ["\x00", "No\x00pe."]}), {"copy": copy_piece()})
    assert [f["why"].startswith("The disclaimer “Nope.”") for f in report["findings"]] == [True]


def test_audit_changes_nothing_it_is_given() -> None:
    pieces = {"copy": copy_piece(), "short_copy": posts()}
    before = copy.deepcopy(pieces)
    audit_pieces(brief(), pieces)
    assert pieces == before


WILD = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=120)
TERM = st.text(st.sampled_from("cheap bestßé漢 "), min_size=1, max_size=8)


@given(bodies=st.lists(WILD, min_size=1, max_size=3), headline=WILD, terms=st.lists(TERM, max_size=3), post=WILD)
def test_every_quote_is_what_stands_at_its_span(bodies: list[str], headline: str, terms: list[str], post: str) -> None:
    pieces = {
        "copy": copy_piece(*(f"{body} {' '.join(terms)}" for body in bodies), headline=headline),
        "short_copy": posts("twitter", post, post * 9),
    }
    report = audit_pieces(brief(constraints={"prohibited_terms": terms, "disclaimers": terms}), pieces)
    for finding in (*report["findings"], *(said for said in report["coverage"] if said["slot"])):
        if finding["path"]:
            text = text_at(pieces[finding["slot"]]["content"], finding["path"])
            assert text is not None
            assert text[finding["start"] : finding["end"]] == finding["quote"]


@given(body=WILD)
def test_a_safe_patch_removes_its_finding(body: str) -> None:
    piece = copy_piece(body)
    first = [f for f in audit(copy=piece)["findings"] if f["patch"]]
    for finding in first:
        patch = finding["patch"]
        text = piece["content"]["bodies"][0]["text"]
        piece["content"]["bodies"][0]["text"] = text[: patch["start"]] + patch["replacement"] + text[patch["end"] :]
    assert "house.disclaimers" not in [f["rule"] for f in audit(copy=piece)["findings"]]


@pytest.mark.parametrize(
    "path", ["", "headlines", "headlines[0]", "headlines[9].text", "headlines[0].text.more", "x.y"]
)
def test_no_text_at_a_wrong_path(path: str) -> None:
    assert text_at(copy_piece()["content"], path) is None
