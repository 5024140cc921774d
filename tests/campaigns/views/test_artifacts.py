"""The page of a piece: versions, differences, approval of an exact content, editing, drawings that cannot act."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from campaigns.models import Artifact, Run
from campaigns.queries.posters import posters
from campaigns.states import Purpose, Role
from conductor.lib.drawings import is_harmless
from tests import factories as make
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People
from tests.campaigns.views.scenes import COPY, SVG, Scene

HEAD = '<svg xmlns="http://www.w3.org/2000/svg"'


@pytest.fixture
def scene(people: People) -> Scene:
    return scenes.creative_run(people.team, people.admin)


def html_of(client: Client, artifact: Artifact, **query: str) -> str:
    answer = client.get(reverse("artifact", args=[artifact.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def second_version(scene: Scene) -> Artifact:
    changed = copy.deepcopy(COPY)
    changed["headlines"][0]["text"] = "Fresh coffee, every Tuesday"
    make.make_version(scene.artifact, changed, scene.run)
    return Artifact.objects.get(pk=scene.artifact.pk)


def test_findings_are_marked_in_the_text(visitor: Client, scene: Scene) -> None:
    html = html_of(visitor, scene.artifact)

    assert 'title="high: The brief forbids this term."' in html
    assert ">Guaranteed</a></mark> fresh coffee, every Tuesday" in html


def test_the_active_version_is_shown_unless_another_is_asked_for(visitor: Client, scene: Scene) -> None:
    artifact = second_version(scene)

    assert "Guaranteed" not in html_of(visitor, artifact)
    assert "Guaranteed" in html_of(visitor, artifact, version="1")


def test_two_versions_are_compared_word_by_word(visitor: Client, scene: Scene) -> None:
    html = html_of(visitor, second_version(scene), version="2", against="1")

    assert "<del>Guaranteed fresh</del><ins>Fresh</ins>" in html


@pytest.mark.parametrize("query", [{"version": "99"}])
def test_a_version_that_is_not_there_is_not_found(visitor: Client, scene: Scene, query: dict[str, str]) -> None:
    assert visitor.get(reverse("artifact", args=[scene.artifact.pk]), query).status_code == 404


@pytest.mark.parametrize("query", [{"version": "x"}, {"against": "-1"}, {"version": "1", "against": "77"}])
def test_nonsense_in_the_address_shows_the_piece(visitor: Client, scene: Scene, query: dict[str, str]) -> None:
    html_of(visitor, scene.artifact, **query)


def test_a_piece_without_a_version_says_so(visitor: Client, people: People) -> None:
    artifact = make.make_artifact(make.make_campaign(people.team))

    assert "Not made yet" in html_of(visitor, artifact)


def test_approval_holds_for_the_content_that_was_seen(visitor: Client, scene: Scene) -> None:
    sha256 = scene.versions["copy"].sha256

    visitor.post(reverse("artifact-approve", args=[scene.artifact.pk]), {"sha256": sha256})

    assert "approved by" in html_of(visitor, scene.artifact)
    artifact = second_version(scene)
    assert "approved by" not in html_of(visitor, artifact)
    campaign = visitor.get(reverse("campaign", args=[scene.campaign.pk])).content.decode()
    assert "changed since approval" in campaign


def test_approving_what_has_changed_meanwhile_is_refused(visitor: Client, scene: Scene) -> None:
    seen = scene.versions["copy"].sha256
    second_version(scene)

    answer = visitor.post(reverse("artifact-approve", args=[scene.artifact.pk]), {"sha256": seen})

    assert answer.status_code == 409
    assert "look again before approving" in answer.content.decode()
    assert Artifact.objects.get(pk=scene.artifact.pk).approved_sha256 == ""


def test_approval_by_a_link_is_impossible(visitor: Client, scene: Scene) -> None:
    where = reverse("artifact-approve", args=[scene.artifact.pk])

    assert visitor.get(where, {"sha256": scene.versions["copy"].sha256}).status_code == 405


def test_an_author_may_not_approve(people: People, signed_in: Any, scene: Scene) -> None:
    client = signed_in(people.member(Role.AUTHOR))

    answer = client.post(
        reverse("artifact-approve", args=[scene.artifact.pk]), {"sha256": scene.versions["copy"].sha256}
    )

    assert answer.status_code == 403
    assert "Approve" not in html_of(client, scene.artifact)


def test_rejecting_needs_a_reason(visitor: Client, scene: Scene) -> None:
    where = reverse("artifact-reject", args=[scene.artifact.pk])

    assert visitor.post(where, {"note": ""}).status_code == 422
    assert visitor.post(where, {"note": "Too loud."}).status_code == 302


def test_regenerating_starts_a_child_run_with_the_note(visitor: Client, scene: Scene) -> None:
    answer = visitor.post(reverse("artifact-regenerate", args=[scene.artifact.pk]), {"note": "Shorter."})

    child = Run.objects.get(purpose=Purpose.REGENERATE)
    assert answer["Location"] == reverse("run", args=[child.pk])
    assert (child.artifact_id, child.settings["note"]) == (scene.artifact.pk, "Shorter.")


def test_one_section_can_be_chosen_to_be_made_again(visitor: Client, scene: Scene) -> None:
    shown = visitor.get(reverse("artifact", args=[scene.artifact.pk])).content.decode()
    assert '<option value="bodies.short">Short body</option>' in shown

    sent = {"note": "Warmer.", "section": "bodies.short"}
    visitor.post(reverse("artifact-regenerate", args=[scene.artifact.pk]), sent)

    assert Run.objects.get(purpose=Purpose.REGENERATE).settings["section"] == "bodies.short"


def test_a_section_that_is_not_there_is_named_and_the_note_kept(visitor: Client, scene: Scene) -> None:
    sent = {"note": "Warmer, please.", "section": "bodies.tiny"}
    answer = visitor.post(reverse("artifact-regenerate", args=[scene.artifact.pk]), sent)

    assert answer.status_code == 422
    assert "no such section" in answer.content.decode()
    assert "Warmer, please." in answer.content.decode()


def test_regenerating_twice_at_once_is_refused_with_the_note_kept(visitor: Client, scene: Scene) -> None:
    where = reverse("artifact-regenerate", args=[scene.artifact.pk])
    visitor.post(where, {"note": "Shorter."})

    answer = visitor.post(where, {"note": "Longer, please."})

    assert answer.status_code == 409
    assert "Longer, please." in answer.content.decode()


def test_a_note_is_asked_for(visitor: Client, scene: Scene) -> None:
    answer = visitor.post(reverse("artifact-regenerate", args=[scene.artifact.pk]), {"note": "  "})

    assert answer.status_code == 422
    assert "Say what should change." in answer.content.decode()


def test_editing_by_hand_is_the_next_version(visitor: Client, scene: Scene) -> None:
    changed = json.dumps({**COPY, "tone_note": "Calmer."})

    answer = visitor.post(reverse("artifact-edit", args=[scene.artifact.pk]), {"version": 1, "content": changed})

    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert "Calmer." in html_of(visitor, scene.artifact)


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", '{"headlines": []}', "NaN", "[" * 50_000])
def test_a_bad_edit_is_refused_and_kept(visitor: Client, scene: Scene, content: str) -> None:
    answer = visitor.post(reverse("artifact-edit", args=[scene.artifact.pk]), {"version": 1, "content": content})

    assert answer.status_code == 422
    assert Artifact.objects.get(pk=scene.artifact.pk).head == 1


def test_an_edit_of_an_old_version_is_refused(visitor: Client, scene: Scene) -> None:
    second_version(scene)

    answer = visitor.post(
        reverse("artifact-edit", args=[scene.artifact.pk]), {"version": 1, "content": json.dumps(COPY)}
    )

    assert answer.status_code == 409


def test_an_older_version_can_stand_again(visitor: Client, scene: Scene) -> None:
    second_version(scene)

    visitor.post(reverse("artifact-restore", args=[scene.artifact.pk]), {"number": 1})

    artifact = Artifact.objects.select_related("active").get(pk=scene.artifact.pk)
    assert artifact.active is not None
    assert (artifact.active.number, artifact.active.content) == (3, COPY)


def test_a_drawing_is_a_sandboxed_attachment(visitor: Client, scene: Scene) -> None:
    answer = visitor.get(reverse("drawing", args=[scene.versions["visual_concept"].pk, 0, 0]))

    assert answer.content.decode() == SVG
    assert answer["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="1-morning-table-portrait-version-1.svg"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_drawing_is_to_be_had_as_a_picture(visitor: Client, scene: Scene) -> None:
    answer = visitor.get(reverse("picture", args=[scene.versions["visual_concept"].pk, 1, 0]))

    assert answer.content.startswith(b"\x89PNG")
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == 'attachment; filename="2-three-bags-portrait-version-1.png"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("name", ["drawing", "picture"])
@pytest.mark.parametrize(("concept", "poster"), [(9, 0), (0, 9)])
def test_a_drawing_that_is_not_there_is_not_found(
    visitor: Client, scene: Scene, name: str, concept: int, poster: int
) -> None:
    where = reverse(name, args=[scene.versions["visual_concept"].pk, concept, poster])

    assert visitor.get(where).status_code == 404


@pytest.mark.parametrize("name", ["drawing", "picture"])
def test_an_outsider_sees_no_drawing(client: Client, people: People, scene: Scene, name: str) -> None:
    client.force_login(people.outsider)

    assert client.get(reverse(name, args=[scene.versions["visual_concept"].pk, 0, 0])).status_code == 404


def test_the_page_shows_each_format_with_both_files(visitor: Client, scene: Scene) -> None:
    version = scene.versions["visual_concept"]
    content = {**version.content}
    square = {"format": "square", "width": 1080, "height": 1080, "svg": SVG, "contrast": 9.4}
    content["concepts"] = [{**content["concepts"][0], "posters": [square]}, content["concepts"][1]]
    html = render_to_string("artifacts/_visual_concept.html", {"content": content, "version": version})

    assert [html.count(f"/drawings/0/{poster}.{kind}") for poster in (0, 1) for kind in ("svg", "png")] == [2, 1, 2, 1]
    assert '<figure class="square">' in html


@pytest.mark.parametrize(
    "evil",
    [
        f"{HEAD}><script>alert(1)</script></svg>",
        f'{HEAD} onload="alert(1)"/>',
        f"{HEAD}><foreignObject/></svg>",
        f'{HEAD}><image href="https://evil.example/x.png"/></svg>',
        f'{HEAD} xmlns:x="http://www.w3.org/1999/xlink"><use x:href="#a"/></svg>',
        f'{HEAD}><rect style="background:url(https://evil.example)"/></svg>',
        f'{HEAD}><rect fill="url(https://evil.example#a)"/></svg>',
        f'{HEAD}><rect fill="URL ( //evil.example )"/></svg>',
        f'{HEAD}><rect fill="u\\72l(//evil.example)"/></svg>',
        f"{HEAD}><rect mask=\"image-set('//evil.example' 1x)\"/></svg>",
        f"{HEAD}><style>@import url(//evil)</style></svg>",
        f'{HEAD}><a href="javascript:alert(1)"><rect/></a></svg>',
        f'<!DOCTYPE svg [<!ENTITY a "aaaa">]>{HEAD}>&a;</svg>',
        f'<?xml-stylesheet href="//evil"?>{HEAD}/>',
        f"{HEAD}><animate/></svg>",
        "<html><body>x</body></html>",
        f"{HEAD}><rect>",
        "",
        f"{HEAD}>" + " " * 1_000_001 + "</svg>",
    ],
)
def test_a_drawing_that_could_act_is_not_served(evil: str) -> None:
    assert not is_harmless(evil)


def test_a_plain_drawing_is_served() -> None:
    assert is_harmless(SVG)
    assert is_harmless(f'{HEAD}><defs><linearGradient id="a"/></defs><rect fill="url(#a)" aria-label="R&amp;D"/></svg>')


def test_the_drawings_of_the_builtin_maker_are_served() -> None:
    from agents.builtin.posters.draw import draw_concept

    for drawn in draw_concept(scenes.VISUAL["concepts"][0]).posters:
        assert is_harmless(drawn["svg"]), drawn["svg"][:400]


@pytest.mark.parametrize("content", [{}, {"concepts": None}, {"concepts": ["x"]}, {"concepts": [{"svg": 3}]}])
def test_content_of_another_shape_has_no_drawing(content: dict[str, Any]) -> None:
    assert list(posters(content)) == []


@pytest.mark.parametrize("slot", ["copy", "short_copy", "visual_concept"])
@pytest.mark.parametrize("content", [{}, {"headlines": "x", "platforms": [1], "concepts": ["y"]}, {"bodies": None}])
def test_content_of_another_shape_is_no_fault_of_the_page(
    visitor: Client, people: People, slot: str, content: dict[str, Any]
) -> None:
    artifact = make.make_artifact(make.make_campaign(people.team), slot)
    make.make_version(artifact, content)

    html_of(visitor, artifact)


NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> \u202egnp.exe\u2066 \x1b[2J"


#: Words that a schema lists; no agent can say others.
LISTED = {"language", "length", "platform", "format", "role", "hex", "zones", "svg"}


def nasty(value: Any) -> Any:
    """The same content, each of its texts with what must not act behind it."""
    if isinstance(value, dict):
        return {name: held if name in LISTED else nasty(held) for name, held in value.items()}
    if isinstance(value, list):
        return [nasty(held) for held in value]
    return value + NASTY if isinstance(value, str) else value


@pytest.mark.parametrize("slot", ["copy", "short_copy", "visual_concept"])
def test_no_text_of_a_piece_acts_or_turns_what_is_read(visitor: Client, people: People, slot: str) -> None:
    artifact = make.make_artifact(make.make_campaign(people.team), slot)
    make.make_version(artifact, nasty(scenes.PIECES[slot]))
    make.make_version(artifact, nasty(nasty(scenes.PIECES[slot])))

    html = html_of(visitor, artifact, version="2", against="1")
    # What is edited is the text itself, in fields where it is only data.
    read = re.sub(r"<form.*?</form>", "", html, flags=re.DOTALL)

    assert "&lt;script&gt;alert(1)" in read
    assert "<script>alert(1)" not in html
    assert "<img src=x" not in html
    assert [read[max(0, at - 300) : at] for at, char in enumerate(read) if char in "\u202e\u2066\x1b"] == []
