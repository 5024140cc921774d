"""Editing a piece in a form: each text has a field, faults name theirs, nothing typed is lost, all else stays."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from django.test import Client

from agents.auditing.platforms import PLATFORMS
from campaigns.states import Role
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People
from tests.campaigns.views.filled import address, fields_of, newest, opened, sound
from tests.campaigns.views.scenes import COPY, PIECES, Scene

SLOTS = tuple(PIECES)


@pytest.fixture
def scene(people: People) -> Scene:
    return scenes.creative_run(people.team, people.admin)


@pytest.mark.parametrize("slot", SLOTS)
def test_the_form_holds_every_text_and_sent_untouched_changes_nothing(visitor: Client, scene: Scene, slot: str) -> None:
    artifact = sound(scene, slot)
    before = newest(artifact)
    sent = opened(visitor, artifact)

    answer = visitor.post(address(artifact), sent, follow=True)

    assert newest(artifact).pk == before.pk
    assert "Nothing was changed" in answer.content.decode()


@pytest.mark.parametrize("slot", SLOTS)
def test_one_changed_text_is_the_next_version_and_all_else_stays(visitor: Client, scene: Scene, slot: str) -> None:
    artifact = sound(scene, slot)
    before = newest(artifact)
    field, path = {
        "copy": ("headlines.1.text", ("headlines", 1, "text")),
        "short_copy": ("platforms.0.posts.2.text", ("platforms", 0, "posts", 2, "text")),
        "visual_concept": ("concepts.1.mood", ("concepts", 1, "mood")),
    }[slot]
    sent = opened(visitor, artifact) | {field: "Quite another text", "note": "Plainer."}

    answer = visitor.post(address(artifact), sent)

    assert answer.status_code == 302, answer.content.decode()[:3000]
    after = newest(artifact)
    assert (after.number, after.note, after.author_id) == (
        before.number + 1,
        "Plainer.",
        int(visitor.session["_auth_user_id"]),
    )
    wanted: Any = copy.deepcopy(before.content)
    place = wanted
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = "Quite another text"
    if slot == "short_copy":
        place |= {"characters": len("Quite another text"), "hashtags": []}
    assert after.content == wanted


def test_several_lines_come_back_as_they_were_typed(visitor: Client, scene: Scene) -> None:
    artifact = scene.artifact
    sent = opened(visitor, artifact) | {"bodies.0.text": "One line.\r\n\r\nAnother line.\r\n"}

    assert visitor.post(address(artifact), sent).status_code == 302
    assert newest(artifact).content["bodies"][0]["text"] == "One line.\n\nAnother line."
    assert newest(artifact).content["bodies"][1]["text"] == COPY["bodies"][1]["text"]


def test_a_text_that_was_not_touched_keeps_its_blanks_and_line_ends(visitor: Client, people: People) -> None:
    artifact = make.make_artifact(make.make_campaign(people.team))
    content = copy.deepcopy(COPY)
    content["tone_note"] = "\nWarm.\r\nPlain.  \n"
    content["headlines"][0]["text"] = "Two\nlines "
    make.make_version(artifact, content)
    artifact.refresh_from_db()
    sent = opened(visitor, artifact) | {"headlines.1.text": "Three farms, one new box"}

    assert visitor.post(address(artifact), sent).status_code == 302
    after = newest(artifact).content
    assert (after["tone_note"], after["headlines"][0]["text"]) == ("\nWarm.\r\nPlain.  \n", "Two\nlines ")


def test_an_entry_is_added_filled_and_removed_without_a_script(visitor: Client, scene: Scene) -> None:
    artifact = scene.artifact
    sent = opened(visitor, artifact) | {"headlines.0.text": "Typed before", "note": "Why"}
    answer = visitor.post(address(artifact), sent | {"do": "add:headlines"})
    assert answer.status_code == 200
    html = answer.content.decode()
    sent = fields_of(html, "base")
    assert (sent["headlines.0.text"], sent["headlines.3.text"], sent["note"]) == ("Typed before", "", "Why")
    assert html.count("autofocus") == 1
    assert newest(artifact).number == 1

    sent |= {"headlines.3.text": "A fourth one, from nowhere else"}
    answer = visitor.post(address(artifact), sent | {"do": "remove:headlines.0"})
    sent = fields_of(answer.content.decode(), "base")
    assert visitor.post(address(artifact), sent | {"do": "save"}).status_code == 302

    after = newest(artifact).content["headlines"]
    assert [one["text"] for one in after] == [
        COPY["headlines"][1]["text"],
        COPY["headlines"][2]["text"],
        "A fourth one, from nowhere else",
    ]
    assert [one["construction"] for one in after] == ["number", "fact", "by hand"]


def test_an_added_entry_in_which_nothing_was_written_is_left_out(visitor: Client, scene: Scene) -> None:
    artifact = scene.artifact
    answer = visitor.post(address(artifact), opened(visitor, artifact) | {"do": "add:headlines"})
    sent = fields_of(answer.content.decode(), "base") | {"tone_note": "Calmer."}

    assert visitor.post(address(artifact), sent).status_code == 302
    assert len(newest(artifact).content["headlines"]) == 3


def test_the_least_number_of_entries_cannot_be_gone_below(visitor: Client, scene: Scene) -> None:
    artifact = scene.artifact
    html = visitor.get(address(artifact)).content.decode()
    assert "remove:headlines" not in html

    answer = visitor.post(address(artifact), opened(visitor, artifact) | {"do": "remove:headlines.2"})
    sent = fields_of(answer.content.decode(), "base")
    answer = visitor.post(address(artifact), sent | {"do": "save"})

    assert answer.status_code == 422
    assert "At least 3 are needed; there are 2." in answer.content.decode()
    assert 'href="#id_headlines_list"' in answer.content.decode()


def test_a_fault_names_its_field_and_what_was_typed_is_kept(visitor: Client, scene: Scene) -> None:
    artifact = scene.artifact
    wrong = {
        "headlines.1.text": "x" * 201,
        "bodies.2.text": " ",
        "language": "English",
        "tone_note": "Kept <b>words</b>.",
    }

    answer = visitor.post(address(artifact), opened(visitor, artifact) | wrong)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#id_headlines.1.text_field">Headline 2</a>: At most 200 characters.' in html
    assert '<a href="#id_bodies.2.text_field">Long body</a>: May not be blank.' in html
    assert '<a href="#id_language_field">Language</a>: Must be a code of a language such as en or de-AT.' in html
    assert html.count('aria-invalid="true"') == 3
    again = fields_of(html, "base")
    assert (again["headlines.1.text"], again["tone_note"]) == ("x" * 201, "Kept <b>words</b>.")
    assert newest(artifact).number == 1


def test_a_fault_of_a_whole_list_stands_at_the_list(visitor: Client, scene: Scene) -> None:
    artifact = scene.artifact
    sent = opened(visitor, artifact) | {"calls_to_action.0.text": "Try one month"}

    answer = visitor.post(address(artifact), sent)

    assert answer.status_code == 422
    assert '<a href="#id_calls_to_action_list">Calls to action</a>: The same text stands there twice.' in (
        answer.content.decode()
    )


def test_a_stale_edit_is_refused_with_both_texts_and_may_be_saved_over(
    visitor: Client, people: People, signed_in: Any, scene: Scene
) -> None:
    artifact = scene.artifact
    mine = opened(visitor, artifact) | {"tone_note": "Mine."}
    theirs = signed_in(people.member(Role.AUTHOR))
    assert theirs.post(address(artifact), opened(theirs, artifact) | {"tone_note": "Theirs."}).status_code == 302

    answer = visitor.post(address(artifact), mine)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "<del>Theirs</del><ins>Mine</ins>" in html
    assert 'name="over" value="2"' in html
    again = fields_of(html, "base")
    assert (again["tone_note"], again["version"]) == ("Mine.", "1")
    assert newest(artifact).content["tone_note"] == "Theirs."
    assert visitor.post(address(artifact), again).status_code == 409  # asked again it is as stale as before

    assert visitor.post(address(artifact), again | {"over": "2"}).status_code == 302
    assert (newest(artifact).number, newest(artifact).content["tone_note"]) == (3, "Mine.")
    assert artifact.versions.get(number=2).content["tone_note"] == "Theirs."


def test_sent_twice_it_is_saved_once(visitor: Client, scene: Scene) -> None:
    sent = opened(visitor, scene.artifact) | {"tone_note": "Once."}

    assert [visitor.post(address(scene.artifact), sent).status_code for _ in range(2)] == [302, 409]
    assert newest(scene.artifact).number == 2


def test_checking_says_what_saving_would_say_and_saves_nothing(visitor: Client, scene: Scene) -> None:
    artifact = scene.artifact
    sent = opened(visitor, artifact) | {"do": "check", "tone_note": "Calmer."}

    good = visitor.post(address(artifact), sent)
    bad = visitor.post(address(artifact), sent | {"tone_note": ""})

    assert (good.status_code, bad.status_code) == (200, 422)
    assert "Nothing stands against saving this" in good.content.decode()
    assert fields_of(good.content.decode(), "base")["tone_note"] == "Calmer."
    assert newest(artifact).number == 1


def test_posts_are_counted_as_their_platform_counts(visitor: Client, scene: Scene) -> None:
    artifact = sound(scene, "short_copy")
    twitter = next(n for n, g in enumerate(newest(artifact).content["platforms"]) if g["platform"] == "twitter")
    field = f"platforms.{twitter}.posts.0.text"
    link = "https://larkspur.example/" + "a" * 300

    sent = opened(visitor, artifact) | {field: f"See {link} \U0001f469‍\U0001f469‍\U0001f467", "do": f"count:{field}"}
    said = visitor.post(address(artifact), sent, headers={"HX-Request": "true"}).content.decode().strip()
    assert said == "30 of 280 characters as Twitter/X counts"

    long = visitor.post(address(artifact), sent | {field: "a" * 281}, headers={"HX-Request": "true"})
    assert "281 of 280 characters as Twitter/X counts, too long" in long.content.decode()
    html = visitor.post(address(artifact), sent | {field: "a" * 281, "do": "check"}).content.decode()
    assert "281 of 280 characters as Twitter/X counts, too long" in html
    assert f"of {PLATFORMS['linkedin'].limit:,} characters as LinkedIn counts" in html
    nowhere = visitor.post(address(artifact), sent | {"do": "count:platforms.9.posts.9.text"})
    assert (nowhere.status_code, nowhere.content.strip()) == (200, b"")


def test_words_on_a_poster_are_drawn_anew_and_what_repeats_them_follows(visitor: Client, scene: Scene) -> None:
    artifact = sound(scene, "visual_concept")
    before = newest(artifact).content["concepts"][0]
    zones = [zone["name"] for zone in before["layout"]["zones"]]
    body = f"concepts.0.layout.zones.{zones.index('body')}.content"
    sent = opened(visitor, artifact)
    assert sent[body] == "Three coffees a month."

    answer = visitor.post(address(artifact), sent | {body: "Four coffees now.", "concepts.0.headline": "Summer box"})

    assert answer.status_code == 302, answer.content.decode()[:3000]
    after = newest(artifact).content["concepts"][0]
    assert "Four coffees now." in after["svg"]
    assert "Summer box" in after["svg"]
    said = {zone["name"]: zone["content"] for zone in after["layout"]["zones"]}
    assert (said["headline"], said["body"]) == ("Summer box", "Four coffees now.")


def test_colours_and_lines_of_fine_print_come_and_go(visitor: Client, scene: Scene) -> None:
    artifact = sound(scene, "visual_concept")
    answer = visitor.post(address(artifact), opened(visitor, artifact) | {"do": "add:concepts.1.palette"})
    sent = fields_of(answer.content.decode(), "base")
    answer = visitor.post(address(artifact), sent | {"do": "remove:concepts.1.fine_print.0"})
    sent = fields_of(answer.content.decode(), "base")
    added = {"concepts.1.palette.3.role": "support", "concepts.1.palette.3.hex": "blue"}

    refused = visitor.post(address(artifact), sent | added)
    assert refused.status_code == 422
    assert "Direction 2: Colour 4: Colour</a>: Must be a colour such as #2B3A67." in refused.content.decode()
    assert visitor.post(address(artifact), sent | added | {"concepts.1.palette.3.hex": "#0000FF"}).status_code == 302

    after = newest(artifact).content["concepts"][1]
    assert after["palette"][3] == {"role": "support", "hex": "#0000FF", "source": "derived"}
    assert after["fine_print"] == []


def test_the_whole_can_still_be_edited_as_json_with_places_in_its_faults(visitor: Client, scene: Scene) -> None:
    artifact = scene.artifact
    sent = opened(visitor, artifact, having="content")
    assert json.loads(sent["content"]) == COPY
    broken = copy.deepcopy(COPY)
    broken["headlines"][2]["text"] = ""

    refused = visitor.post(address(artifact), sent | {"content": json.dumps(broken)})
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "headlines[2].text: May not be blank." in html
    assert json.loads(fields_of(html, "content")["content"]) == broken
    assert html.count('id="form-errors"') == 1

    taken = visitor.post(address(artifact), sent | {"content": json.dumps({**COPY, "tone_note": "As JSON."})})
    assert taken.status_code == 302
    stale = visitor.post(address(artifact), sent)
    assert stale.status_code == 409
    assert "version 2 is in a new tab" in stale.content.decode()
