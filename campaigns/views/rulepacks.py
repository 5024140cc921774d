"""Rule packs: the list, one with its text, tests and versions, what it would change, what can be done to it. Thin."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from campaigns.actions.rulepacks import archive_pack, publish_pack, run_pack_tests, save_pack
from campaigns.forms import audits as forms
from campaigns.kinds import rulepacks as packs
from campaigns.models import RulePack, RulePackVersion
from campaigns.queries import rulepacks as rules
from campaigns.queries import what_if
from campaigns.queries.pages import rulepacks as queries
from campaigns.states import PackState
from campaigns.views.frame import PageRequest, Viewer, command, form_page, fragment, is_fragment, page, show
from campaigns.views.panels import Panel, carry_out
from conductor.lib.errors import NotAllowed

STARTER = """\
schema: 1
name: our-rules
version: 1.0.0
title: Our rules
extends: [house]
rules:
  - id: our.no-cheap
    family: prohibited_terms
    severity: high
    category: compliance
    why: We never call our products cheap.
    advice: Say what it costs.
    options:
      terms: [cheap]
      replacements: {cheap: good value}
"""


@page
def rule_packs(request: PageRequest) -> HttpResponse:
    context = {
        "shipped": [(packs.shipped_id(pack.name), pack) for pack in packs.shipped().values()],
        "packs": queries.packs_of(request.viewer.actor),
        "may_write": bool(request.viewer.teams_where("edit_pack")),
        "several": len(request.viewer.roles) > 1,
    }
    return show(request, "rulepacks/list.html", context)


@page
def rule_pack(request: PageRequest, pack_id: UUID) -> HttpResponse:
    shipped = packs.shipped_by_id(pack_id)
    if shipped is not None:
        may_write = bool(request.viewer.teams_where("edit_pack"))
        return show(request, "rulepacks/shipped.html", {"pack": shipped, "may_write": may_write})
    pack = queries.pack_for(request.viewer.actor, pack_id)
    version = queries.version_for(pack, _number(request.GET.get("number")))
    context = {
        "pack": pack,
        "version": version,
        "versions": queries.versions_of(pack),
        "is_active": version.pk == pack.active_id,
        "commands": _panels(request.viewer, pack, version),
        "may_write": request.viewer.may("edit_pack", pack.team_id) and pack.state != PackState.ARCHIVED,
    }
    return show(request, "rulepacks/detail.html", context)


def _panels(viewer: Viewer, pack: RulePack, version: RulePackVersion) -> list[Panel]:
    def at(name: str) -> str:
        return reverse(f"rule-pack-{name}", args=[pack.pk])

    found = []
    number = {"number": version.number}
    if version.tests and viewer.may("edit_pack", pack.team_id):
        found.append(
            Panel("test", "Run its tests", "list-checks", forms.TestPackForm(), f"{at('test')}?number={version.number}")
        )
    if viewer.may("publish_pack", pack.team_id):
        if version.pk != pack.active_id or pack.state != PackState.PUBLISHED:
            form = forms.PublishPackForm(initial=number) if version.tests else forms.PublishUntestedForm(initial=number)
            found.append(Panel("publish", "Publish", "rocket", form, at("publish"), strong=True))
        if pack.state != PackState.ARCHIVED:
            found.append(Panel("archive", "Archive", "archive", forms.ArchivePackForm(), at("archive")))
    return found


@page
def compare(request: PageRequest, pack_id: UUID) -> HttpResponse:
    """What would change if this version acted: a stretch of versions, as a part of the page or as one of its own."""
    pack = queries.pack_for(request.viewer.actor, pack_id)
    version = queries.version_for(pack, _number(request.GET.get("number")))
    every = request.GET.get("every") == "true"
    old = rules.compared_with(pack)
    found = what_if.compare(pack.team_id, old, version.data, every=every, after=_id(request.GET.get("after")))
    context = {
        "pack": pack,
        "version": version,
        "every": every,
        "found": found,
        "said": what_if.as_json(found),
        "old": old,
        "first": not request.GET.get("after"),
    }
    if is_fragment(request):
        return fragment(request, "rulepacks/_what_if.html", context)
    return show(request, "rulepacks/what_if.html", context)


@form_page
def pack_new(request: PageRequest) -> HttpResponse:
    teams = request.viewer.teams_where("edit_pack")
    if not teams:
        raise NotAllowed("This needs the role author in a team.")
    team = queries.team_for(teams, _id(request.GET.get("team")))
    context: dict[str, Any] = {"team": team, "teams": queries.teams_among(teams), "back": reverse("rule-packs")}
    if team is None:
        return show(request, "rulepacks/edit.html", context)
    if request.method == "POST":
        return _save(request, team.pk, context)
    form = forms.PackForm(initial={"source": STARTER, "version": 0})
    return show(request, "rulepacks/edit.html", {**context, "form": form})


@form_page
def pack_edit(request: PageRequest, pack_id: UUID) -> HttpResponse:
    pack = queries.pack_for(request.viewer.actor, pack_id)
    if not request.viewer.may("edit_pack", pack.team_id):
        raise NotAllowed("This needs the role author in the team.")
    context: dict[str, Any] = {"team": pack.team, "pack": pack, "back": reverse("rule-pack", args=[pack.pk])}
    if request.method == "POST":
        return _save(request, pack.team_id, context)
    version = queries.version_for(pack, _number(request.GET.get("number")))
    initial = {"source": version.source, "tests": version.tests, "version": pack.head}
    return show(request, "rulepacks/edit.html", {**context, "form": forms.PackForm(initial=initial)})


def _save(request: PageRequest, team_id: UUID, context: dict[str, Any]) -> HttpResponse:
    return carry_out(
        request,
        forms.PackForm(request.POST),
        lambda said: save_pack(
            team_id=team_id,
            source=said["source"],
            tests=said["tests"],
            note=said["note"],
            version=said["version"],
            actor=request.viewer.actor,
        ),
        back=context["back"],
        done="Saved. It acts in runs once it is published.",
        to=lambda made: reverse("rule-pack", args=[made.pack_id]),
    )


@command
def pack_test(request: PageRequest, pack_id: UUID) -> HttpResponse:
    queries.pack_for(request.viewer.actor, pack_id)
    number = _number(request.GET.get("number"))
    back = reverse("rule-pack", args=[pack_id]) + (f"?number={number}" if number else "")
    return carry_out(
        request,
        forms.TestPackForm(request.POST),
        lambda _: run_pack_tests(pack_id=pack_id, number=number, actor=request.viewer.actor),
        back=back,
        done="The tests were run; what they said stands below.",
    )


@command
def pack_publish(request: PageRequest, pack_id: UUID) -> HttpResponse:
    pack = queries.pack_for(request.viewer.actor, pack_id)
    number = _number(request.POST.get("number")) or pack.head
    tested = bool(queries.version_for(pack, number).tests)
    form = forms.PublishPackForm(request.POST) if tested else forms.PublishUntestedForm(request.POST)
    return carry_out(
        request,
        form,
        lambda said: publish_pack(
            pack_id=pack_id, number=said["number"], force=not tested, reason=said.get("reason", ""),
            actor=request.viewer.actor,
        ),
        back=reverse("rule-pack", args=[pack_id]),
        done="Published: new runs that choose this pack get these rules.",
    )  # fmt: skip


@command
def pack_archive(request: PageRequest, pack_id: UUID) -> HttpResponse:
    queries.pack_for(request.viewer.actor, pack_id)
    return carry_out(
        request,
        forms.ArchivePackForm(request.POST),
        lambda _: archive_pack(pack_id=pack_id, actor=request.viewer.actor),
        back=reverse("rule-pack", args=[pack_id]),
        done="Archived. No new run may choose it.",
    )


def _number(said: str | None) -> int | None:
    return int(said) if said and said.isdecimal() and len(said) < 9 else None


def _id(said: str | None) -> UUID | None:
    try:
        return UUID(said) if said else None
    except ValueError:
        return None
