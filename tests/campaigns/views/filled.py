"""What a browser would send of a form on a page, line ends as browsers send them; and pieces to be edited in one."""

from __future__ import annotations

import copy
from html.parser import HTMLParser

from django.test import Client
from django.urls import reverse

from campaigns.actions.artifacts import checked_content
from campaigns.models import Artifact, ArtifactVersion
from tests import factories as make
from tests.campaigns.views.scenes import PIECES, Scene


class _Reader(HTMLParser):
    """The forms of a page in their order, each as name -> value."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[dict[str, str]] = []
        self._text: str | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        held = self.forms[-1] if self.forms else {}
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and said.get("type") not in ("submit", "checkbox", "radio"):
            held[said["name"]] = said.get("value", "")
        elif tag == "textarea":
            self._text, held[said["name"]] = said["name"], ""
        elif tag == "select":
            self._select = said["name"]
        elif tag == "option" and (("selected" in said) or self._select not in held):
            held[self._select] = said["value"]

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.forms[-1][self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text is not None:
            held = self.forms[-1][self._text].replace("\r\n", "\n").removeprefix("\n")
            self.forms[-1][self._text], self._text = held.replace("\n", "\r\n"), None


def fields_of(html: str, having: str) -> dict[str, str]:
    """The form of the page that has a field of that name."""
    reader = _Reader()
    reader.feed(html)
    return next(form for form in reader.forms if having in form)


def address(artifact: Artifact) -> str:
    return reverse("artifact-edit", args=[artifact.pk])


def opened(client: Client, artifact: Artifact, having: str = "base") -> dict[str, str]:
    """The form as a browser would send it untouched."""
    answer = client.get(address(artifact))
    assert answer.status_code == 200
    return fields_of(answer.content.decode(), having)


def newest(artifact: Artifact) -> ArtifactVersion:
    found = Artifact.objects.select_related("active").get(pk=artifact.pk).active
    assert found is not None
    return found


def sound(scene: Scene, slot: str) -> Artifact:
    """The piece with a version that its role has checked and completed."""
    artifact = scene.versions[slot].artifact
    content = copy.deepcopy(PIECES[slot])
    if slot == "visual_concept":
        for number, concept in enumerate(content["concepts"]):
            concept["layout"]["name"] = ("split", "bands")[number]
            concept["palette"][2]["hex"] = ("#F4B942", "#F4B900")[number]
            for zone in concept["layout"]["zones"]:
                zone["content"] = concept[zone["name"]]
            concept["layout"]["zones"].append(
                {"name": "body", "x": 0, "y": 0.8, "width": 1, "height": 0.1, "content": "Three coffees a month."}
            )
    if slot == "short_copy":
        for group in content["platforms"]:
            for number, post in enumerate(group["posts"]):
                post["text"] = f"Roasted on {number} Tuesdays.\n\nTry it. #Larkspur"
    make.make_version(artifact, checked_content(artifact, content))
    return Artifact.objects.get(pk=artifact.pk)
