"""What every page shares: sign-in, the viewer and their roles, the frame's figures, the one translation of errors.

Must not know a noun, and must not change anything.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, Final, ParamSpec, cast
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from campaigns.permissions import Actor, actor_for, may, roles_of
from campaigns.queries.pages import frame as figures
from campaigns.states import Role
from conductor.lib import logs
from conductor.lib.errors import ConductorError, NotAllowed, NotFound

Context = Mapping[str, Any]
P = ParamSpec("P")

#: Errors that have a page of their own; all others are told by `trouble.html`.
_PAGES: Final[dict[int, str]] = {403: "403.html", 404: "404.html"}
_THEMES: Final = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and what each of their teams lets them do. For showing and hiding; actions ask anew."""

    actor: Actor
    roles: Mapping[UUID, Role]

    def may(self, verb: str, team_id: UUID, *, owner_id: int | None = None) -> bool:
        role = self.roles.get(team_id)
        return role is not None and may(role, verb, own=owner_id is not None and owner_id == self.actor.user_id)

    def sees(self, team_id: UUID) -> None:
        """Raise NotFound for what belongs to a team of others."""
        if team_id not in self.roles:
            raise NotFound

    def teams_where(self, verb: str) -> list[UUID]:
        return [team_id for team_id in self.roles if self.may(verb, team_id)]


class PageRequest(HttpRequest):
    """A request after `page`, `form_page` or `command` let it in."""

    htmx: HtmxDetails
    viewer: Viewer


View = Callable[Concatenate[PageRequest, P], HttpResponseBase]
Door = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(view: View[P]) -> Door[P]:
    """A view that only reads."""
    return _door(view, ("GET", "HEAD"))


def form_page(view: View[P]) -> Door[P]:
    """A form with an address of its own: shown by GET, taken by POST."""
    return _door(view, ("GET", "HEAD", "POST"))


def command(view: View[P]) -> Door[P]:
    """A view that changes something: POST only, so that no link and no prefetch can do it."""
    return _door(view, ("POST",))


def _door(view: View[P], methods: tuple[str, ...]) -> Door[P]:
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        let_in = cast(PageRequest, request)
        actor = actor_for(request.user, logs.correlation())
        let_in.viewer = Viewer(actor, roles_of(actor))
        try:
            return view(let_in, *args, **kwargs)
        except ConductorError as error:
            return trouble(let_in, error)

    return guarded


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page, from where one comes back; a fragment's request moves the whole page there."""
    details: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    back = request.get_full_path() if request.method == "GET" else _came_from(request)
    if details:
        back = details.current_url_abs_path or "/"
    where = f"{reverse('login')}?{urlencode({'next': back})}"
    if not details:
        return HttpResponseRedirect(where)
    response = HttpResponse(status=401)
    response["HX-Redirect"] = where
    return response


def _came_from(request: HttpRequest) -> str:
    """The page of ours on which a form was sent: what was typed there is put back into it."""
    came = urlsplit(request.headers.get("Referer", ""))
    return urlunsplit(("", "", came.path or "/", came.query, "")) if came.netloc == request.get_host() else "/"


def show(request: PageRequest, template: str, context: Context, status: int = 200) -> HttpResponse:
    """A whole page in its frame."""
    framed = {**context, **_frame(request)}
    response = render(request, template, framed, status=status)
    response["Cache-Control"] = "no-store"
    if request.method == "POST":
        response["HX-Push-Url"] = "false"  # The address of a command is not one to reload or share.
    return response


def fragment(request: PageRequest, template: str, context: Context, status: int = 200) -> HttpResponse:
    """A part of a page, the same template that the page itself includes."""
    response = render(request, template, {**context, "viewer": request.viewer}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def is_fragment(request: PageRequest) -> bool:
    return bool(request.htmx) and not request.htmx.boosted


def _frame(request: PageRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    return {
        "viewer": request.viewer,
        "theme": theme if theme in _THEMES else "",
        "inbox_count": figures.open_decisions(request.viewer.actor),
        "may_create": bool(request.viewer.teams_where("create")),
    }


def trouble(request: PageRequest, error: ConductorError) -> HttpResponse:
    """The one translation of an error into a page or a fragment."""
    context = {"error": error, "status": error.status, "correlation": request.viewer.actor.correlation}
    if is_fragment(request):
        return fragment(request, "partials/_trouble.html", context, status=error.status)
    if isinstance(error, NotFound | NotAllowed):
        return show(request, _PAGES[error.status], context, status=error.status)
    return show(request, "trouble.html", context, status=error.status)
