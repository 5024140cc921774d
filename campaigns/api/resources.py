"""What every resource of the API shares: the actor, what they may see, strict input, versions, answers given once.

Permission is asked before the body is read, so that a refusal never depends on what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet, ViewSetMixin

from campaigns.actions.idempotency import Answer, answer_once, check_key
from campaigns.api.filters import COMMON, QueryFilters, check_query
from campaigns.api.tables import CsvRenderer, refuse_paging, table
from campaigns.models import Team, Token
from campaigns.permissions import Actor, actor_for, may, require, roles_of, visible_teams
from conductor.lib import logs
from conductor.lib.errors import BadInput, ConductorError, NotAllowed, NotFound
from conductor.lib.ids import content_hash

KEY_HEADER: Final = "Idempotency-Key"
_VERSION: Final = re.compile(r'(?:W/)?"(\d{1,9})"')


class Caller(ViewSetMixin, APIView):
    """Who calls, what they sent, and the one answer to it. The root of every view set."""

    filters: ClassVar[Mapping[str, Any]] = {}
    #: Names of the query string that a route reads beside the format; a listing also reads filters, place and order.
    query: ClassVar[tuple[str, ...]] = ()
    listing: ClassVar[bool] = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        listing = self.listing or (self.action == "list" and isinstance(self, Resource))
        is_list = listing and request.method in ("GET", "HEAD")
        check_query(request, (*self.filters, *COMMON) if is_list else (*self.query, "format"))
        if KEY_HEADER in request.headers:
            check_key(request.headers[KEY_HEADER])

    @property
    def actor(self) -> Actor:
        token = self.request.auth
        scope = token.scope if isinstance(token, Token) else "write"
        return actor_for(self.request.user, logs.correlation(), "read" if scope == "read" else "write")

    @property
    def teams(self) -> QuerySet[Any, Any]:
        return visible_teams(self.actor)

    def read(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The body, typed; every fault is told by its field."""
        data = self.request.data
        if not isinstance(data, Mapping):
            raise BadInput(errors={"body": "Must be an object."})
        said = shape(data=data)
        said.is_valid(raise_exception=True)
        return dict(said.validated_data)

    def version(self, body: dict[str, Any]) -> int:
        """The version a change is meant for: from the body, or from If-Match; taken out of the body."""
        named = body.pop("version", None)
        header = self.request.headers.get("If-Match")
        matched = _VERSION.fullmatch(header.strip()) if header else None
        if header and matched is None:
            raise BadInput(code="malformed", errors={"If-Match": 'Must be the version in quotes, as in "3".'})
        by_header = int(matched.group(1)) if matched else None
        found = by_header if named is None else int(named)
        if found is None:
            raise ConductorError(code="precondition_required", errors={"version": "Say which version you mean."})
        if by_header not in (None, found):
            raise BadInput(errors={"version": "Differs from If-Match."})
        return found

    def team_for(self, verb: str, words: str) -> UUID:
        """The team that the body names, else the only one where the actor may do the verb; `words` say what that is.

        Judged before the rest of the body is read, so that who may not do it learns nothing else.
        """
        said = self.request.data.get("team") if isinstance(self.request.data, dict) else None
        if said is not None:
            try:
                team = UUID(said)
            except (ValueError, TypeError, AttributeError):
                raise BadInput(errors={"team": "Must be the id of a team."}) from None
            require(self.actor, verb, team)
            return team
        fitting = [team for team, role in roles_of(self.actor).items() if may(role, verb)]
        if not fitting or self.actor.scope == "read":
            raise NotAllowed(f"You may not {words} in any team.")
        if len(fitting) > 1:
            raise BadInput(errors={"team": "Say in which of your teams."})
        return fitting[0]

    def once(self, work: Callable[[], Answer]) -> Response:
        """The answer of `work`; under an idempotency key the same for every repetition, committed with its effect."""
        key = self.request.headers.get(KEY_HEADER)
        if key is None:
            return _response(work())
        answer, again = answer_once(key=key, request_hash=_hash(self.request), work=work, actor=self.actor)
        response = _response(answer)
        response["Idempotency-Replayed"] = "true" if again else "false"
        return response


class Resource(Caller, GenericViewSet[Any]):
    """A noun of the API with rows of its own. `visible` gives the rows of some teams; `team_path` leads to the team."""

    visible: ClassVar[Callable[[QuerySet[Any, Any]], QuerySet[Any]]]
    team_path: ClassVar[str] = "team_id"
    orderings: ClassVar[tuple[str, ...]] = ("-id",)
    columns: ClassVar[tuple[str, ...]] = ()
    filter_backends = (QueryFilters,)
    lookup_value_converter = "uuid"

    def get_renderers(self) -> list[BaseRenderer]:
        """Lists with columns are tables too."""
        is_table = self.columns and (self.listing or self.action == "list")
        return [JSONRenderer(), CsvRenderer()] if is_table else super().get_renderers()

    def get_queryset(self) -> QuerySet[Any]:
        nobody = getattr(self, "swagger_fake_view", False)  # The schema is made without a caller.
        return type(self).visible(Team.objects.none() if nobody else self.teams)

    def find(self, pk: UUID, verb: str = "view", *, owner: str = "") -> Any:
        """The row, if the actor may see it and do `verb` with it; NotFound for what others own."""
        row = self.get_queryset().filter(pk=pk).first()
        if row is None:
            raise NotFound
        if verb != "view":
            require(self.actor, verb, _follow(row, self.team_path), owner_id=_follow(row, owner) if owner else None)
        return row

    def page(self, queryset: QuerySet[Any], shape: Callable[[Any], Mapping[str, Any]]) -> HttpResponseBase:
        """One page of rows, each in its JSON; or, for a list that is a table, all of them as CSV."""
        rows = self.filter_queryset(queryset)
        if self.as_table:
            refuse_paging(self.request.query_params)
            return table(rows.order_by(*self.sorting()), self.columns, shape, self.basename)
        return self.get_paginated_response([shape(row) for row in self.paginate_queryset(rows) or []])

    @property
    def as_table(self) -> bool:
        return bool(self.request.accepted_renderer.format == "csv")

    def sorting(self) -> tuple[str, ...]:
        said = self.request.query_params.get("ordering") or self.orderings[0]
        if said not in self.orderings:
            raise BadInput(code="malformed", errors={"ordering": f"Must be one of {', '.join(self.orderings)}."})
        return said, "-pk" if said.startswith("-") else "pk"


def tagged(data: Any, version: int) -> Response:
    """An answer that names its version, for If-Match."""
    return Response(data, headers={"ETag": f'"{version}"'})


def _response(answer: Answer) -> Response:
    return Response(answer.body, status=answer.status)


def _hash(request: Request) -> str:
    said = {
        "method": request.method,
        "path": request.get_full_path(),
        "if_match": request.headers.get("If-Match", ""),
        "body": request.data,
    }
    return content_hash(said)


def _follow(row: Model, path: str) -> Any:
    """The value at the end of a dotted path."""
    found: Any = row
    for name in path.split("."):
        found = getattr(found, name)
    return found
