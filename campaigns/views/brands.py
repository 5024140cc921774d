"""The brand library: cards, one brand with its draft and what is published, its form, its commands. Thin."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from campaigns.actions import brands as actions
from campaigns.forms import brands as forms
from campaigns.kinds import brand_checks
from campaigns.kinds import brands as kinds
from campaigns.models import Brand
from campaigns.queries import brands as library
from campaigns.queries.pages import brands as queries
from campaigns.queries.pages.campaigns import page_of, teams_of
from campaigns.states import BrandState
from campaigns.views.frame import PageRequest, Viewer, command, form_page, fragment, is_fragment, page, show
from campaigns.views.panels import Panel, carry_out
from conductor.lib.errors import BadInput, ConductorError, NotAllowed, NotFound

PER_PAGE = 24


@page
def brands(request: PageRequest) -> HttpResponse:
    filters = queries.Filters.read(request.GET)
    rows = queries.listing(request.viewer.actor, filters)
    context = {
        "page": page_of(rows, request.GET.get("page", "1"), PER_PAGE),
        "filters": filters,
        "states": list(BrandState),
        "teams": teams_of(request.viewer.actor),
    }
    return show(request, "brands/list.html", context)


@page
def brand(request: PageRequest, brand_id: UUID) -> HttpResponse:
    """The draft; `?show=published` what runs use, `?version=` any earlier one."""
    found = queries.brand_for(request.viewer.actor, brand_id)
    number = _shown(request, found)
    version = library.version(found, number)
    draft = version if number == found.head else library.version(found, found.head)
    against, changes = library.differences(found) if found.published and found.has_draft else (None, ())
    context = {
        "brand": found,
        "version": version,
        "data": version.data,
        "grid": queries.contrast_grid(version.data),
        "missing": [said for sentences in kinds.missing(draft.data).values() for said in sentences],
        "cautions": brand_checks.cautions(version.data),
        "against": against,
        "changes": changes,
        "usage": library.usage(found),
        "versions": queries.versions_shown(found),
        "history": queries.history_of(found),
        "commands": panels(request.viewer, found, complete=not kinds.missing(draft.data)),
        "may_edit": request.viewer.may("edit", found.team_id) and found.state != BrandState.ARCHIVED,
        "phrase": forms.PhraseForm(),
    }
    return show(request, "brands/detail.html", context)


def _shown(request: PageRequest, found: Brand) -> int:
    if request.GET.get("show") == "published" and found.published:
        return found.published
    said = request.GET.get("version", "")
    return int(said) if said.isdecimal() and said.isascii() and 0 < int(said[:9]) <= found.head else found.head


def panels(viewer: Viewer, found: Brand, *, complete: bool) -> list[Panel]:
    def at(name: str) -> str:
        return reverse(f"brand-{name}", args=[found.pk])

    made: list[Panel] = []
    archived = found.state == BrandState.ARCHIVED
    may_publish = viewer.may("publish_brand", found.team_id)
    if may_publish and found.has_draft and complete and not archived:
        form = forms.PublishBrandForm(initial={"number": found.head})
        made.append(Panel("publish", "Publish", "badge-check", form, at("publish"), strong=True))
    if viewer.may("create", found.team_id):
        copy = forms.CloneBrandForm(initial={"name": f"{found.name} (copy)"})
        made.append(Panel("clone", "Copy", "copy", copy, at("clone")))
    if viewer.may("archive_brand", found.team_id):
        if archived:
            made.append(Panel("restore", "Restore", "rotate-ccw", forms.RestoreBrandForm(), at("restore")))
        else:
            made.append(Panel("archive", "Archive", "archive", forms.ArchiveBrandForm(), at("archive")))
    return made


@form_page
def brand_new(request: PageRequest) -> HttpResponse:
    teams = _teams_for_new(request)
    if request.method != "POST":
        return _show_form(request, forms.BrandForm(teams=teams))
    form = forms.BrandForm(request.POST, teams=teams)
    if not form.is_valid():
        return _show_form(request, form, status=422)
    try:
        made = actions.create_brand(
            team_id=UUID(form.cleaned_data["team"] or teams[0][0]), data=form.data_said(), actor=request.viewer.actor
        )
    except (NotFound, NotAllowed):
        raise
    except ConductorError as error:
        form.take(error)
        return _show_form(request, form, status=error.status)
    messages.success(request, "Saved as a draft. Publish it, and campaigns can use it.")
    return HttpResponseRedirect(reverse("brand", args=[made.pk]))


@form_page
def brand_edit(request: PageRequest, brand_id: UUID) -> HttpResponse:
    """Change the draft; what is published stays until the draft is."""
    found = queries.brand_for(request.viewer.actor, brand_id)
    if not request.viewer.may("edit", found.team_id):
        raise NotAllowed("Your role in the team does not let you edit brands.")
    if request.method != "POST":
        data = library.version(found, found.head).data
        initial = forms.initial_of(data, team_id=found.team_id, version=found.version)
        return _show_form(request, forms.BrandForm(initial=initial), brand=found)
    form = forms.BrandForm(request.POST)
    if not form.is_valid():
        return _show_form(request, form, brand=found, status=422)
    try:
        actions.revise_brand(
            brand_id=found.pk,
            version=form.cleaned_data["version"] or 0,
            changes=form.data_said(),
            actor=request.viewer.actor,
        )
    except (NotFound, NotAllowed):
        raise
    except ConductorError as error:
        form.take(error)
        return _show_form(request, form, brand=found, status=error.status)
    messages.success(request, "The draft is saved.")
    return HttpResponseRedirect(reverse("brand", args=[found.pk]))


def _show_form(
    request: PageRequest, form: forms.BrandForm, *, brand: Brand | None = None, status: int = 200
) -> HttpResponse:
    return show(request, "brands/form.html", {"form": form, "brand": brand}, status=status)


def _teams_for_new(request: PageRequest) -> list[tuple[str, str]]:
    allowed = set(request.viewer.teams_where("create"))
    teams = [(str(team.pk), team.name) for team in teams_of(request.viewer.actor) if team.pk in allowed]
    if not teams:
        raise NotAllowed("To make brands you need the role author in a team.")
    return teams


@command
def starter(request: PageRequest) -> HttpResponse:
    made = actions.copy_starter(team_id=UUID(_teams_for_new(request)[0][0]), actor=request.viewer.actor)
    messages.success(request, "This is the starter. Change what you like, then publish it.")
    return HttpResponseRedirect(reverse("brand", args=[made.pk]))


@command
def publish(request: PageRequest, brand_id: UUID) -> HttpResponse:
    return _do(
        request,
        brand_id,
        forms.PublishBrandForm(request.POST),
        lambda said: actions.publish_brand(brand_id=brand_id, number=said["number"], actor=request.viewer.actor),
        "Published. Runs that start from now on use it.",
    )


@command
def archive(request: PageRequest, brand_id: UUID) -> HttpResponse:
    return _do(
        request,
        brand_id,
        forms.ArchiveBrandForm(request.POST),
        lambda _: actions.archive_brand(brand_id=brand_id, actor=request.viewer.actor),
        "Archived.",
    )


@command
def restore(request: PageRequest, brand_id: UUID) -> HttpResponse:
    return _do(
        request,
        brand_id,
        forms.RestoreBrandForm(request.POST),
        lambda _: actions.restore_brand(brand_id=brand_id, actor=request.viewer.actor),
        "Taken out of the archive.",
    )


@command
def clone(request: PageRequest, brand_id: UUID) -> HttpResponse:
    return _do(
        request,
        brand_id,
        forms.CloneBrandForm(request.POST),
        lambda said: actions.clone_brand(brand_id=brand_id, name=said["name"], actor=request.viewer.actor),
        "This is the copy, a draft of its own.",
    )


def _do(request: PageRequest, brand_id: UUID, form: Any, act: Any, done: str) -> HttpResponse:
    """Back to the brand that came of it."""
    back = reverse("brand", args=[queries.brand_for(request.viewer.actor, brand_id).pk])
    return carry_out(request, form, act, back=back, done=done, to=lambda made: reverse("brand", args=[made.pk]))


@command
def phrase(request: PageRequest, brand_id: UUID) -> HttpResponse:
    """What the audit would mark in a phrase, while it is typed; nothing is stored, so nothing is changed."""
    found = queries.brand_for(request.viewer.actor, brand_id)
    number = _shown(request, found)
    form = forms.PhraseForm(request.POST)
    context: dict[str, Any] = {"brand": found, "said": "", "fault": "", "remarks": [], "form": form}
    if form.is_valid() and form.cleaned_data["text"].strip():
        try:
            text = brand_checks.read_phrase(form.cleaned_data["text"])
            context |= {"said": text, "remarks": brand_checks.check_phrase(library.version(found, number).data, text)}
        except BadInput as error:
            context["fault"] = " ".join(words for told in error.errors.values() for words in told)
    if is_fragment(request):
        return fragment(request, "brands/_phrase_said.html", context)
    return show(request, "brands/phrase.html", context)
