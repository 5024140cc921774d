"""The built-in art director: directions that differ and suit the content, in the brand's own colours and words."""

import json
from typing import Any

import pytest

from agents import colours
from agents.auditing.audit import audit_pieces
from agents.builtin.posters.gallery import pictures
from agents.builtin.posters.layouts.registry import LAYOUTS
from agents.contracts import AgentResult
from agents.invoke import check_answer, invoke
from tests.agents.stand_ins import StubHost, brief, request

EVENT = brief(
    product="Port Cinema Days, a film festival in the old harbour. It runs from 12 to 14 June 2026 at 20:00.",
    key_messages=["Nine films on three screens", "Popcorn is on the house", "Bring a blanket"],
)
PLAIN = brief(product="Trail 40", key_messages=["Made from recycled sails"])


def make(of: dict[str, Any] | None = None, *, seed: int = 1, **inputs: Any) -> dict[str, Any]:
    outcome = invoke(request("visual_concept", brief=of or brief(), seed=seed, **inputs), "builtin", StubHost())
    assert isinstance(outcome, AgentResult), outcome
    return dict(outcome.output)


def zone(concept: dict[str, Any], name: str) -> str:
    return next((zone["content"] for zone in concept["layout"]["zones"] if zone["name"] == name), "")


@pytest.mark.parametrize("seed", range(8))
def test_three_directions_differ_in_everything_that_is_seen(seed: int) -> None:
    concepts = make(seed=seed)["concepts"]
    assert len(concepts) == 3
    for field in ("name", "theme", "mood", "headline", "svg", "alt_text", "image_prompt"):
        assert len({concept[field] for concept in concepts}) == 3, field
    assert len({concept["layout"]["name"] for concept in concepts}) == 3
    assert len({concept["palette"][0]["hex"] for concept in concepts}) == 3
    assert len({zone(concept, "focal") for concept in concepts}) == 3


def test_seeds_lead_to_many_layouts() -> None:
    used = {concept["layout"]["name"] for seed in range(40) for concept in make(seed=seed)["concepts"]}
    assert len(used) >= 8
    assert used <= set(LAYOUTS)


@pytest.mark.parametrize("seed", range(4))
def test_a_date_makes_a_ticket(seed: int) -> None:
    concept = make(EVENT, seed=seed)["concepts"][0]
    assert concept["layout"]["name"] == "event"
    assert zone(concept, "number") == "12\u201314\nJune 2026 · 20:00"
    assert "Nine films on three screens" in zone(concept, "details")


def test_a_figure_is_shown_large_with_its_sentence() -> None:
    of = brief(key_messages=["Shops in the pilot filled 12 more hours a week", "It is simple"])
    (concept,) = [c for c in make(of)["concepts"] if c["layout"]["name"] == "number"]
    assert zone(concept, "number") == "12\nmore hours a week"
    assert concept["headline"] == "Shops in the pilot filled 12 more hours a week"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Your bicycle travels with you for 10 euros", False), ("A berth costs 79 euros", True),
        ("Students pay 9 euros at the gate", False), ("Tickets from 12 euros", True),
    ],
)  # fmt: skip
def test_a_price_is_shown_large_only_where_it_is_what_the_thing_costs(message: str, shown: bool) -> None:
    of = brief(product="Meridian Night, a sleeper train", key_messages=[message])
    used = {concept["layout"]["name"] for seed in range(8) for concept in make(of, seed=seed)["concepts"]}
    assert ("number" in used) is shown


def test_no_plain_statement_stands_between_quotation_marks() -> None:
    for messages, spoken in ((["Every guest gets a meal", "Volunteers run the kitchen"], False),
                             (["We cook for every guest", "Our door is open"], True)):  # fmt: skip
        of = brief(product="Harbour Shelter, a night shelter", tone="warm", key_messages=messages)
        used = {concept["layout"]["name"] for seed in range(40) for concept in make(of, seed=seed)["concepts"]}
        assert ("quote" in used) is spoken


def test_every_poster_of_an_event_says_when_it_is() -> None:
    for seed in range(6):
        for concept in make(EVENT, seed=seed)["concepts"]:
            assert "12\u201314" in zone(concept, "number") + zone(concept, "body") + concept["headline"]


def test_what_stands_behind_a_figure_is_in_the_fine_print() -> None:
    proven = [{"claim": "The pack weighs only 900 grams", "proof": "weighed without the rain cover, size M"}]
    of = brief(key_messages=["The pack weighs only 900 grams", "It is simple"], claims=proven)
    concepts = [concept for concept in make(of)["concepts"] if "900 grams" in concept["headline"]]
    assert concepts
    for concept in concepts:
        assert concept["fine_print"][0] == "Weighed without the rain cover, size M."


def test_no_figure_no_date_no_list_is_made_up() -> None:
    for seed in range(12):
        for concept in make(PLAIN, seed=seed)["concepts"]:
            assert concept["layout"]["name"] not in ("number", "event", "checklist")
            assert zone(concept, "number") == ""


@pytest.mark.parametrize("seed", range(6))
def test_zones_are_where_things_stand(seed: int) -> None:
    answer = make(EVENT, seed=seed)
    for concept in answer["concepts"]:
        names = [entry["name"] for entry in concept["layout"]["zones"]]
        assert {"headline", "call_to_action"} <= set(names)
        for entry in concept["layout"]["zones"]:
            assert 0 <= entry["x"] < entry["x"] + entry["width"] <= 1.0001, entry
            assert 0 <= entry["y"] < entry["y"] + entry["height"] <= 1.0001, entry
    assert check_answer(request("visual_concept"), answer) == answer


@pytest.mark.parametrize(
    "palette", [["#0b3d2e"], ["#0b3d2e", "#e8590c"], ["#14284b", "#f6c667", "#ffffff"], ["navy", "gold"]]
)
def test_every_direction_reuses_brand_colours(palette: list[str]) -> None:
    known = {colours.parse(colour) for colour in palette}
    for concept in make(brief(brand={"palette": palette}))["concepts"]:
        brand = [entry for entry in concept["palette"] if entry["source"] == "brand"]
        assert brand
        assert {entry["hex"] for entry in brand} <= known
        assert [entry["role"] for entry in concept["palette"]] == ["background", "text", "accent", "surface", "support"]


def test_every_poster_is_readable() -> None:
    for seed in range(6):
        for concept in make(EVENT, seed=seed)["concepts"]:
            assert min(concept["contrast"], *(poster["contrast"] for poster in concept["posters"])) >= 4.5


def test_the_link_is_printed_as_people_read_it() -> None:
    of = {**brief(), "link": "https://www.nordway.example/trail40/"}
    assert {zone(concept, "link") for concept in make(of)["concepts"]} == {"nordway.example/trail40"}


@pytest.mark.parametrize("link", ["", "   ", None, 7, "http://[broken"])
def test_a_link_that_is_none_is_not_printed(link: object) -> None:
    assert {zone(concept, "link") for concept in make({**brief(), "link": link})["concepts"]} == {""}


def test_alt_text_says_subject_purpose_and_mood() -> None:
    for concept in make()["concepts"]:
        assert "Trail 40" in concept["alt_text"]
        assert concept["call_to_action"] in concept["alt_text"]
        assert concept["mood"] in concept["alt_text"]


def test_the_prompt_names_subject_colours_and_forbids_text() -> None:
    for concept in make()["concepts"]:
        prompt = concept["image_prompt"]
        assert "Trail 40" in prompt
        assert concept["palette"][0]["hex"] in prompt
        assert "no text" in prompt


@pytest.mark.parametrize("seed", range(4))
def test_required_terms_and_disclaimers_are_on_every_poster(seed: int) -> None:
    of = brief(constraints={"required_terms": ["Nordway", "Trail 40"], "disclaimers": ["While stocks last."]})
    answer = make(of, seed=seed)
    report = audit_pieces(of, {"visual_concept": {"content": answer, "version": 1}})
    assert [f for f in report["findings"] if "required" in f["why"] or "disclaimer" in f["why"]] == []


def test_letters_that_no_font_has_are_told() -> None:
    answer = make(brief(product="Trail 40 🎒 日本", key_messages=["Sale 🎉 today"]))
    assert any("without the signs" in warning and "🎉" in warning for warning in answer["warnings"])
    boxes = [warning for warning in answer["warnings"] if "must not be printed" in warning]
    assert boxes
    assert all("日 本" in warning and "🎉" not in warning for warning in boxes)


def test_the_alternative_text_names_the_brand_and_says_nothing_twice() -> None:
    of = brief(
        product="Trail 40, a backpack made from old sails.", brand={"name": "Nordway"},
        constraints={"required_terms": ["Nordway"]}, key_messages=["Folds flat", "Weighs little", "Repairs are free"],
    )  # fmt: skip
    found = [concept for seed in range(3) for concept in make(of, seed=seed)["concepts"]]
    assert any(concept["headline"] == "Trail 40" for concept in found)
    for concept in found:
        assert concept["alt_text"].startswith("Poster for Trail 40 by Nordway")
        assert "“Trail 40”" not in concept["alt_text"].split(". ")[0]
        assert "Nordway" not in concept["fine_print"]


def test_a_headline_never_begins_with_a_pronoun_that_stands_for_the_product() -> None:
    for seed in range(3):
        concepts = make(brief(key_messages=["It folds flat.", "It weighs 900 grams."]), seed=seed)["concepts"]
        assert not [concept["headline"] for concept in concepts if concept["headline"].startswith("It ")]


def test_the_heaviest_brief_stays_within_what_an_answer_may_weigh() -> None:
    heavy = brief(
        key_messages=[f"Message {n} says {'a lot of things ' * 16}".strip() for n in range(20)],
        constraints={"disclaimers": [f"Disclaimer {n} {'with many words ' * 29}".strip() for n in range(20)]},
    )
    assert len(json.dumps(make(heavy))) < 1_000_000


def test_pictures_for_documents_are_named_and_small() -> None:
    found = dict(pictures(make(), width=400))
    assert len(found) == 3
    assert all(data.startswith(b"\x89PNG") and len(data) < 80_000 for data in found.values())


def test_an_agent_that_names_our_layout_gets_it_with_its_own_words() -> None:
    answer = make()
    answer["concepts"][0]["layout"] = {
        "name": "Checklist",
        "zones": [
            {"name": "headline", "x": 0.0, "y": 0.0, "width": 0.1, "height": 0.1},
            {"name": "call_to_action", "x": 0.0, "y": 0.0, "width": 0.1, "height": 0.1},
            {"name": "list", "x": 0.0, "y": 0.0, "width": 0.1, "height": 0.1, "content": "One\nTwo\nThree"},
            {"name": "number", "x": 0.0, "y": 0.0, "width": 0.1, "height": 0.1, "content": "7"},
        ],
    }
    checked = check_answer(request("visual_concept"), answer)["concepts"][0]
    assert "| One | Two | Three |" in checked["svg"]
    zones = {entry["name"]: entry for entry in checked["layout"]["zones"]}
    assert zones["list"]["height"] > 0.2
    assert "number" not in zones


CONCERT = brief(
    objective="Fill the hall at the lunchtime concerts.",
    product="Forty Minutes, a series of concerts in Derby. It starts at 12:30 every Wednesday and costs 6 pounds.",
    key_messages=[
        "Players explain each piece.",
        "Bring your sandwich.",
        "Children get in free.",
        "Coffee is sold here.",
    ],
)


@pytest.mark.parametrize("seed", range(6))
def test_every_poster_of_something_to_come_to_says_when_and_for_how_much(seed: int) -> None:
    for concept in make(CONCERT, seed=seed)["concepts"]:
        shown = f"{zone(concept, 'body')} {zone(concept, 'list')} {zone(concept, 'details')} {concept['headline']}"
        assert "12:30" in shown, concept["layout"]["name"]
        assert "6 pounds" in shown, concept["layout"]["name"]


@pytest.mark.parametrize("seed", range(6))
def test_a_list_does_not_repeat_the_headline_above_it(seed: int) -> None:
    for concept in make(seed=seed)["concepts"]:
        assert concept["headline"] not in zone(concept, "list").split("\n")


def test_a_product_and_messages_too_long_for_every_layout_still_make_three_directions() -> None:
    of = brief(product="Donaudampfschifffahrtsgesellschaft" * 12, key_messages=["und " * 60, "oder " * 60])
    concepts = make(of)["concepts"]
    assert len({concept["layout"]["name"] for concept in concepts}) == 3
