from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.models import Artifact, ArtifactVersion, Run
from tests.campaigns.api.world import World
from tests.campaigns.engine.drive import drive
from tests.campaigns.people import People

ARTIFACTS = "/api/v1/artifacts/"


def post(client: APIClient, piece: Artifact, verb: str, **body: Any) -> Any:
    return client.post(f"{ARTIFACTS}{piece.pk}/{verb}/", body)


def edited(world: World) -> dict[str, Any]:
    """The stored content with its first headline changed."""
    content: dict[str, Any] = {**world.version.content}
    first, *rest = content["headlines"]
    content["headlines"] = [{**first, "text": "Written by hand, for once"}, *rest]
    return content


def test_a_piece_is_read_with_its_content(viewer: APIClient, world: World) -> None:
    said = viewer.get(f"{ARTIFACTS}{world.artifact.pk}/").json()
    assert (said["slot"], said["head"], said["approved"]) == ("copy", 1, False)
    assert said["active"]["content"] == world.version.content
    listed = viewer.get(f"{ARTIFACTS}?campaign={world.creative.pk}&slot=copy").json()["results"]
    assert [row["id"] for row in listed] == [said["id"]]
    assert "content" not in listed[0]["active"]


def test_a_piece_is_made_again_with_a_note(author: APIClient, world: World) -> None:
    started = post(author, world.artifact, "regenerate", note="Shorter, please")
    assert (started.status_code, started.json()["purpose"], started.json()["parent"]) == (
        202, "regenerate", str(world.run.pk),
    )  # fmt: skip
    assert post(author, world.artifact, "regenerate", note="Again").json()["code"] == "already_running"
    child = drive(Run.objects.get(pk=started.json()["id"]))
    assert child.state == "completed"
    versions = author.get(f"{ARTIFACTS}{world.artifact.pk}/versions/").json()["results"]
    assert [version["number"] for version in versions] == [2, 1]
    assert versions[0]["run"] == str(child.pk)
    bundle = author.get(f"/api/v1/runs/{child.pk}/").json()["artifacts"]
    assert {piece["slot"]: piece["inherited"] for piece in bundle} == {
        "copy": False, "short_copy": True, "visual_concept": True,
    }  # fmt: skip


def test_one_section_of_a_piece_is_made_again(author: APIClient, world: World) -> None:
    started = post(author, world.artifact, "regenerate", note="Warmer", section="headlines")
    assert started.status_code == 202
    accepted = author.get(f"/api/v1/runs/{started.json()['id']}/events/").json()["results"]
    assert {event["data"].get("section") for event in accepted if event["type"] == "run.accepted"} == {"headlines"}
    child = drive(Run.objects.get(pk=started.json()["id"]))
    assert child.state == "completed"
    made = author.get(f"{ARTIFACTS}{world.artifact.pk}/").json()["active"]
    assert made["note"] == "Headlines: Warmer"
    kept = ("bodies", "calls_to_action", "tone_note")
    assert [made["content"][field] for field in kept] == [world.version.content[field] for field in kept]


@pytest.mark.parametrize(("body", "named"), [({}, "note"), ({"note": " "}, "note"), ({"note": "n" * 2001}, "note"),
                                             ({"note": "x", "section": "heads"}, "section")])  # fmt: skip
def test_what_is_wrong_with_a_wish_is_named(author: APIClient, world: World, body: dict[str, Any], named: str) -> None:
    refused = post(author, world.artifact, "regenerate", **body)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, [named])
    assert Run.objects.filter(purpose="regenerate").count() == 0


def test_an_edit_is_the_next_version_of_the_number_it_means(author: APIClient, world: World) -> None:
    made = post(author, world.artifact, "edit", version=1, content=edited(world))
    assert (made.status_code, made.json()["number"]) == (201, 2), made.json()
    stale = post(author, world.artifact, "edit", version=1, content=edited(world))
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert post(author, world.artifact, "edit", content=edited(world)).status_code == 428


@pytest.mark.parametrize("content", [None, [], "text", {}, {"headlines": "none"}])
def test_content_that_is_none_is_refused(author: APIClient, world: World, content: Any) -> None:
    assert post(author, world.artifact, "edit", version=1, content=content).status_code == 422
    assert ArtifactVersion.objects.filter(artifact=world.artifact).count() == 1


def test_approval_names_the_content_and_ends_with_it(people: People, author: APIClient, world: World) -> None:
    reviewer = people.client("reviewer")
    assert post(reviewer, world.artifact, "approve", sha256="0" * 64).json()["code"] == "stale_version"
    assert post(reviewer, world.artifact, "approve", sha256="x").status_code == 422
    approved = post(reviewer, world.artifact, "approve", sha256=world.version.sha256).json()
    assert (approved["approved"], approved["approved_by"]) == (True, "reviewer")
    post(author, world.artifact, "edit", version=1, content=edited(world))
    assert reviewer.get(f"{ARTIFACTS}{world.artifact.pk}/").json()["approved"] is False


def test_a_rejection_takes_the_approval_back(people: People, world: World) -> None:
    reviewer = people.client("reviewer")
    post(reviewer, world.artifact, "approve", sha256=world.version.sha256)
    assert list(post(reviewer, world.artifact, "reject").json()["errors"]) == ["note"]
    assert post(reviewer, world.artifact, "reject", note="Too loud").json()["approved"] is False


def test_nothing_is_approved_by_looking(people: People, world: World) -> None:
    assert people.client("reviewer").get(f"{ARTIFACTS}{world.artifact.pk}/approve/").status_code == 405


def test_an_older_version_is_restored_as_the_next(author: APIClient, world: World) -> None:
    post(author, world.artifact, "edit", version=1, content=edited(world))
    restored = post(author, world.artifact, "restore", number=1)
    assert (restored.status_code, restored.json()["number"]) == (201, 3)
    assert restored.json()["sha256"] == world.version.sha256
    assert post(author, world.artifact, "restore", number=9).status_code == 404


def test_versions_are_compared_word_by_word(author: APIClient, world: World) -> None:
    made = post(author, world.artifact, "edit", version=1, content=edited(world)).json()
    said = author.get(f"/api/v1/versions/{made['id']}/diff/").json()
    assert said["against"] == str(world.version.pk)
    assert "headlines[0].text" in [change["path"] for change in said["changes"]]
    same = author.get(f"/api/v1/versions/{made['id']}/diff/?against={made['id']}").json()
    assert same["changes"] == []
    first = author.get(f"/api/v1/versions/{world.version.pk}/diff/").json()
    assert first["against"] is None


def test_a_version_of_another_piece_is_no_match(author: APIClient, world: World) -> None:
    other = ArtifactVersion.objects.exclude(artifact=world.artifact)[0]
    url = f"/api/v1/versions/{world.version.pk}/diff/"
    assert author.get(f"{url}?against={other.pk}").status_code == 404
    assert author.get(f"{url}?against=x").status_code == 400


def test_an_audit_is_read_with_its_findings(viewer: APIClient, world: World) -> None:
    said = viewer.get(f"/api/v1/audits/{world.audit.pk}/").json()
    assert str(world.finding.pk) in [finding["id"] for finding in said["findings"]]
    assert viewer.get(f"/api/v1/audits/?run={world.run.pk}").json()["results"][0]["id"] == str(world.audit.pk)
    found = viewer.get(f"/api/v1/findings/?audit={world.audit.pk}&severity=low&slot=copy").json()["results"]
    assert str(world.finding.pk) in [finding["id"] for finding in found]


@pytest.fixture
def visual(world: World) -> ArtifactVersion:
    return ArtifactVersion.objects.get(artifact__campaign=world.creative, artifact__slot="visual_concept")


def test_the_posters_of_a_visual_concept_are_listed(viewer: APIClient, visual: ArtifactVersion) -> None:
    said = viewer.get(f"/api/v1/versions/{visual.pk}/posters/").json()["results"]
    assert len(said) == 9
    assert {(row["format"], row["width"], row["height"]) for row in said} == {
        ("portrait", 1080, 1350), ("square", 1080, 1080), ("story", 1080, 1920),
    }  # fmt: skip
    assert all(row["contrast"] >= 4.5 for row in said)
    assert [row["concept"] for row in said] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert viewer.get(said[4]["svg"]).content.startswith(b"<svg ")
    assert viewer.get(said[4]["png"]).content.startswith(b"\x89PNG")


def test_a_poster_comes_as_drawing_or_as_picture(viewer: APIClient, visual: ArtifactVersion) -> None:
    url = f"/api/v1/versions/{visual.pk}/posters/0/story/"
    drawn, picture = viewer.get(url), viewer.get(url, headers={"accept": "image/png"})
    assert drawn.content.decode() == visual.content["concepts"][0]["posters"][1]["svg"]
    assert drawn["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert drawn["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert picture["Content-Type"] == "image/png"
    assert picture["Content-Disposition"].endswith('-story-version-1.png"')
    small = viewer.get(f"{url}?format=png&width=270").content
    assert int.from_bytes(small[16:20]) == 270
    assert len(small) < len(picture.content)


@pytest.mark.parametrize(("width", "status"), [("0", 400), ("x", 400), ("-3", 400), ("99999", 422), ("15", 422)])
def test_a_width_out_of_bounds_is_told(viewer: APIClient, visual: ArtifactVersion, width: str, status: int) -> None:
    answer = viewer.get(f"/api/v1/versions/{visual.pk}/posters/0/square/?format=png&width={width}")
    assert (answer.status_code, list(answer.json()["errors"])) == (status, ["width"])


@pytest.mark.parametrize("where", ["posters/9/square/", "posters/0/wide/"])
def test_a_poster_that_is_not_there_is_not_found(viewer: APIClient, visual: ArtifactVersion, where: str) -> None:
    assert viewer.get(f"/api/v1/versions/{visual.pk}/{where}").status_code == 404


def test_other_pieces_have_no_posters(viewer: APIClient, world: World) -> None:
    assert viewer.get(f"/api/v1/versions/{world.version.pk}/posters/").json()["results"] == []


def test_an_outsider_sees_no_posters(outsider: APIClient, visual: ArtifactVersion) -> None:
    for where in ("posters/", "posters/0/square/", "posters/0/square/?format=png"):
        assert outsider.get(f"/api/v1/versions/{visual.pk}/{where}").status_code == 404
