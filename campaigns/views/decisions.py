"""The inbox: everything that waits for a person, and the answer to each. Thin."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpResponse
from django.urls import reverse

from agents import registry
from campaigns.actions.decisions import answer_decision
from campaigns.forms.commands import AnswerForm, AnswerWithOutputForm
from campaigns.models import Decision
from campaigns.queries.pages import frame
from campaigns.queries.pages.campaigns import page_of
from campaigns.views.frame import PageRequest, Viewer, command, fragment, is_fragment, page, show
from campaigns.views.panels import Panel, carry_out
from conductor.lib.errors import BadInput, NotFound

PER_PAGE = 25


@page
def inbox(request: PageRequest) -> HttpResponse:
    rows = frame.inbox(request.viewer.actor).select_related("run__campaign", "task")
    decisions = page_of(rows, request.GET.get("page", "1"), PER_PAGE)
    context = {"page": decisions, "items": [(row, answer_form(request.viewer, row)) for row in decisions]}
    if is_fragment(request):
        return fragment(request, "decisions/_list.html", context)
    return show(request, "decisions/list.html", context)


@page
def inbox_count(request: PageRequest) -> HttpResponse:
    """The badge alone."""
    context = {"inbox_count": frame.open_decisions(request.viewer.actor)}
    return fragment(request, "partials/_inbox_count.html", context)


def answer_form(viewer: Viewer, decision: Decision) -> Panel | None:
    """The form that answers it, or None where the viewer's role is too small."""
    if not viewer.may("answer", decision.team_id):
        return None
    action = reverse("decision-answer", args=[decision.pk])
    return Panel(f"answer-{decision.pk}", "Answer", "check", form_for(decision), action)


def form_for(decision: Decision, data: Any = None) -> AnswerForm:
    """Its options as choices, or a free text where it has none."""
    shape = AnswerWithOutputForm if decision.options and _has_shape(decision) else AnswerForm
    form = shape(data, auto_id=f"id_{decision.pk}_%s")
    if decision.options:
        choices = [(option, option) for option in decision.options]
        form.fields["answer"] = django_forms.ChoiceField(
            label="Your answer", choices=choices, widget=django_forms.RadioSelect(), required=False
        )
    return form


@command
def answer(request: PageRequest, decision_id: UUID) -> HttpResponse:
    found = Decision.objects.filter(pk=decision_id, team__in=list(request.viewer.roles)).first()
    if found is None:
        raise NotFound("There is no such question.")
    return carry_out(
        request,
        form_for(found, request.POST),
        lambda said: answer_decision(
            decision_id=decision_id,
            answer=said_by(found, said["answer"], said.get("output", "")),
            actor=request.viewer.actor,
        ),
        back=reverse("inbox"),
        done="Answered.",
    )


def _has_shape(decision: Decision) -> bool:
    """Whether what the task makes has to fit a schema."""
    if decision.task is None:
        return False
    try:
        return registry.role(decision.task.role).output is not None
    except BadInput:  # of a plug-in that is not installed any more
        return False


def said_by(decision: Decision, text: str, output: str = "") -> Any:
    """One of its options as it is, or with what was made; a JSON object as an object; any other text as a summary."""
    if decision.options and output.strip():
        try:
            return {"choice": text, "output": json.loads(output)}
        except (ValueError, RecursionError) as error:
            raise BadInput(errors={"answer.output": f"Is not valid JSON: {error}."}) from None
    if decision.options:
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"summary": text}
