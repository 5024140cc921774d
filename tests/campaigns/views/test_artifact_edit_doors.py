"""Who may edit a piece in a form, and that no forged form and no odd content does harm."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.states import Role
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People
from tests.campaigns.views.filled import address, fields_of, newest, opened
from tests.campaigns.views.scenes import PIECES, Scene

SLOTS = tuple(PIECES)


@pytest.fixture
def scene(people: People) -> Scene:
    return scenes.creative_run(people.team, people.admin)


@pytest.mark.parametrize("method", ["get", "post"])
def test_outsiders_find_nothing_and_readers_may_not(
    client: Client, people: People, signed_in: Any, scene: Scene, method: str
) -> None:
    sent = opened(signed_in(people.admin), scene.artifact)
    client.force_login(people.outsider)
    assert getattr(client, method)(address(scene.artifact), sent).status_code == 404

    reader = signed_in(people.member(Role.VIEWER))
    assert getattr(reader, method)(address(scene.artifact), sent).status_code == 403
    assert "Edit" not in reader.get(reverse("artifact", args=[scene.artifact.pk])).content.decode()


def test_a_piece_without_a_version_has_nothing_to_edit(visitor: Client, people: People) -> None:
    artifact = make.make_artifact(make.make_campaign(people.team))

    assert visitor.get(address(artifact)).status_code == 409


@pytest.mark.parametrize("base", ["", "0", "7", "x", "99999999999"])
def test_a_form_that_does_not_say_where_it_began_is_refused(visitor: Client, scene: Scene, base: str) -> None:
    sent = opened(visitor, scene.artifact) | {"base": base}

    assert visitor.post(address(scene.artifact), sent).status_code == 422


@pytest.mark.parametrize(
    "extra",
    [
        {"headlines": "a text where a list belongs"},
        {"headlines.x.text": "no number"},
        {"headlines.99999999999.text": "a number too far"},
        {"headlines.0.from": "77"},
        {".".join("a" * 50): "deep"},
        {"": "nameless"},
        {"do": "add:"},
        {"do": "add:nothing"},
        {"do": "remove:headlines"},
        {"do": "remove:headlines.9"},
        {"do": "remove:bodies.0"},
        {"do": "add:headlines.0.text"},
        {"do": "remove:tone_note.0"},
        {"do": "count:"},
    ],
)
def test_a_forged_form_does_no_harm(visitor: Client, scene: Scene, extra: dict[str, str]) -> None:
    answer = visitor.post(address(scene.artifact), opened(visitor, scene.artifact) | extra)

    assert answer.status_code in (200, 302, 422)
    assert len(newest(scene.artifact).content["bodies"]) == 3


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize("content", [{}, {"headlines": "x", "platforms": [1], "concepts": ["y"]}, {"bodies": None}])
def test_content_of_another_shape_is_no_fault_of_the_form(
    visitor: Client, people: People, slot: str, content: dict[str, Any]
) -> None:
    artifact = make.make_artifact(make.make_campaign(people.team), slot)
    make.make_version(artifact, content)

    assert visitor.get(address(artifact)).status_code == 200


def test_a_piece_of_more_texts_than_a_form_can_send_is_edited_as_json(visitor: Client, scene: Scene) -> None:
    artifact = scene.versions["short_copy"].artifact
    group = {"platform": "linkedin", "posts": [{"text": f"Post {n}"} for n in range(20)]}
    make.make_version(artifact, {"platforms": [group] * 20, "language": "en", "warnings": []})

    html = visitor.get(address(artifact)).content.decode()

    assert "more texts than a form can send" in html
    assert "add:platforms" not in html
    assert fields_of(html, "content")["version"] == "2"
