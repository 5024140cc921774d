"""The page on which a person edits a piece: a field for each of its texts, or the whole as JSON. Thin."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from agents import registry
from campaigns.actions.artifacts import checked_content, edit_artifact
from campaigns.forms.commands import EditArtifactForm
from campaigns.forms.piece_parts import (
    PARTS,
    Part,
    State,
    changed_by,
    content_said,
    follow,
    state_of,
    state_said,
    without_blank,
)
from campaigns.forms.pieces import PieceForm
from campaigns.kinds.creative import SLOTS
from campaigns.models import Artifact, ArtifactVersion
from campaigns.queries import diffs
from campaigns.queries.pages import artifacts as queries
from campaigns.views.frame import PageRequest, form_page, fragment, show
from conductor.lib.errors import BadInput, ConductorError, Conflict, NotAllowed, NotFound, StaleVersion

SAVED: Final = "Saved as the next version."


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies before a person who edits a piece. `seen` is the last version they know of; a later one is a conflict.

    The form is filled from `base`: versions are never changed, so its number is enough to find it again.
    """

    artifact: Artifact
    base: ArtifactVersion
    seen: int

    @property
    def parts(self) -> Sequence[Part]:
        return PARTS.get(self.artifact.slot, ())

    def form(self, state: State | None = None, *, note: str = "", on: str = "") -> PieceForm:
        held = state_of(self.parts, self.base.content) if state is None else state
        shape = registry.role(SLOTS[self.artifact.slot].role).output
        return PieceForm(self.parts, held, shape.model_json_schema() if shape else {}, note=note, on=on)

    @property
    def back(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("artifact", args=[self.artifact.pk]))


@form_page
def edit(request: PageRequest, artifact_id: UUID) -> HttpResponse:
    """Shown by GET. A POST with `content` is the whole as JSON, any other is the form or a step in it."""
    found = queries.artifact_for(request.viewer.actor, artifact_id)
    if not request.viewer.may("edit_artifact", found.campaign.team_id):
        raise NotAllowed("Your role in the team does not let you edit pieces.")
    if found.active is None:
        raise Conflict("There is nothing to edit yet.")
    fresh = Desk(found, found.active, found.head)
    if request.method != "POST":
        return _page(request, fresh, fresh.form())
    if "content" in request.POST:
        return _take_json(request, fresh)
    number = _number(request.POST.get("base"))
    base = queries.contents_of(found, number).get(number)
    if base is None:
        raise BadInput("The form does not say which version it began from. Open it again.")
    desk = Desk(found, base, _number(request.POST.get("over") or request.POST.get("version")))
    state = state_said(desk.parts, {name: request.POST[name] for name in request.POST}, base.content)
    if step := _step(request, desk, state):
        return step
    follow(state, base.content)
    return _save(request, desk, without_blank(desk.parts, state))


def _number(said: str | None) -> int:
    return int(said) if said and said.isascii() and said.isdecimal() and len(said) < 9 else 0


def _step(request: PageRequest, desk: Desk, state: State) -> HttpResponse | None:
    """What is done in the form without saving: count one text, add or remove an entry."""
    verb, _, path = request.POST.get("do", "").partition(":")
    if verb == "count":
        return fragment(request, "artifacts/_count.html", {"box": desk.form(state).box_at(path)})
    if verb in ("add", "remove"):
        on = changed_by(desk.parts, state, f"{verb}:{path}")
        return _page(request, desk, desk.form(state, note=request.POST.get("note", ""), on=on))
    return None


def _save(request: PageRequest, desk: Desk, state: State) -> HttpResponse:
    """Store it as the next version; with do=check only say what saving would say."""
    form = desk.form(state, note=request.POST.get("note", ""))
    if not form.is_valid():
        return _page(request, desk, form, status=422)
    content = content_said(desk.parts, state, desk.base.content)
    only_check = request.POST.get("do") == "check"
    if not only_check and desk.base.pk == desk.artifact.active_id and content == desk.base.content:
        messages.info(request, "Nothing was changed, so nothing was saved.")
        return desk.back
    try:
        if only_check:
            checked_content(desk.artifact, content)
            return _page(request, desk, form, sound=True)
        note, actor = form.cleaned_data["note"], request.viewer.actor
        edit_artifact(artifact_id=desk.artifact.pk, version=desk.seen, content=content, note=note, actor=actor)
    except (NotFound, NotAllowed):
        raise
    except ConductorError as error:
        form.take(error)
        stale = _stale(desk, state) if isinstance(error, StaleVersion) else {}
        return _page(request, desk, form, status=error.status, **stale)
    messages.success(request, SAVED)
    return desk.back


def _stale(desk: Desk, state: State) -> dict[str, Any]:
    """The newest version, and what differs in it from what was written: both texts are kept."""
    newest = queries.newest_of(desk.artifact.pk)
    theirs = content_said(desk.parts, state_of(desk.parts, newest.content), {})
    return {"newest": newest, "changes": diffs.changes(theirs, content_said(desk.parts, state, {}))}


def _take_json(request: PageRequest, desk: Desk) -> HttpResponse:
    raw = EditArtifactForm(request.POST, auto_id="id_json_%s")
    status, more = 422, {}
    if raw.is_valid():
        version = _number(request.POST.get("over")) or raw.cleaned_data["version"]
        try:
            content, actor = _json(raw.cleaned_data["content"]), request.viewer.actor
            edit_artifact(artifact_id=desk.artifact.pk, version=version, content=content, actor=actor)
        except (NotFound, NotAllowed):
            raise
        except ConductorError as error:
            raw.take(error)
            status = error.status
            if isinstance(error, StaleVersion):
                more = {"newest": queries.newest_of(desk.artifact.pk)}
        else:
            messages.success(request, SAVED)
            return desk.back
    return _page(request, desk, desk.form(), raw=raw, status=status, **more)


def _page(
    request: PageRequest,
    desk: Desk,
    form: PieceForm,
    *,
    raw: EditArtifactForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    content = json.dumps(desk.base.content, indent=2, ensure_ascii=False)
    initial = {"version": desk.seen, "content": content}
    context = {
        "artifact": desk.artifact,
        "campaign": desk.artifact.campaign,
        "desk": desk,
        # What was sent once can be sent again; nothing typed is hidden.
        "form": form if desk.parts and (form.fits or request.method == "POST") else None,
        "raw": raw or EditArtifactForm(initial=initial, auto_id="id_json_%s"),
        "raw_open": raw is not None,
        **more,
    }
    return show(request, "artifacts/edit.html", context, status=status)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(errors={"content": f"Is not valid JSON: {error}."}) from None
