"""Parts of a piece that can be made alone: named, found, and put in the place of the former ones."""

from typing import Any

import pytest

from agents.sections import joined, path_of, section_title, sections

COPY: dict[str, Any] = {
    "headlines": [{"text": "A"}],
    "bodies": [{"length": "short", "text": "s"}, {"length": "long", "text": "l"}],
    "calls_to_action": [{"text": "Go"}],
    "tone_note": "warm",
}


def concept(name: str, layout: str, ground: str) -> dict[str, Any]:
    return {"name": name, "layout": {"name": layout}, "palette": [{"role": "background", "hex": ground}]}


def test_every_section_has_a_name_and_a_place() -> None:
    assert sections("copywriting", COPY) == (
        "headlines", "bodies.short", "bodies.long", "calls_to_action", "tone_note",
    )  # fmt: skip
    assert path_of("copywriting", COPY, "bodies.long") == "bodies[1]"
    assert path_of("copywriting", COPY, "bodies.medium") is None


def test_other_roles_have_none() -> None:
    assert sections("worker", COPY) == ()
    assert joined("worker", COPY, COPY, "headlines") is None


def test_only_the_section_is_taken_whatever_else_was_made() -> None:
    made = {**COPY, "bodies": [{"length": "long", "text": "L"}, {"length": "short", "text": "S"}], "tone_note": "cold"}
    assert joined("copywriting", COPY, made, "bodies.long") == {
        **COPY, "bodies": [{"length": "short", "text": "s"}, {"length": "long", "text": "L"}],
    }  # fmt: skip


def test_what_was_not_made_cannot_be_taken() -> None:
    assert joined("copywriting", COPY, {**COPY, "bodies": []}, "bodies.long") is None


def test_of_the_concepts_one_that_repeats_none_of_those_that_stay() -> None:
    before = {"concepts": [concept("One", "event", "#111111"), concept("Two", "window", "#222222")]}
    made = {"concepts": [concept("Two", "list", "#333333"), concept("Three", "list", "#333333")]}
    after = joined("visual_concept", before, made, "concepts.1")
    assert after is not None
    assert [one["name"] for one in after["concepts"]] == ["Three", "Two"]


@pytest.mark.parametrize(
    ("section", "title"),
    [
        ("headlines", "Headlines"), ("bodies.short", "Short body"), ("platforms.linkedin", "Posts for LinkedIn"),
        ("concepts.2", "Concept 2"), ("tone_note", "Tone note"),
    ],
)  # fmt: skip
def test_a_section_has_a_title_for_people(section: str, title: str) -> None:
    assert section_title(section) == title
