"""Calls to a server's REST API with the standard library. Follows no redirect, repeats only what is safe to repeat."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import IO, Any, Final
from urllib.parse import urlencode, urlsplit

from conductor.lib.errors import CODES, BadInput, ConductorError, Unavailable
from conductor.lib.ids import new_id

TIMEOUT_S: Final = 30.0
TRIES: Final = 3
LARGEST: Final = 200_000_000
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_CODE_BY_STATUS: Final = {400: "malformed", 401: "not_signed_in", 403: "not_allowed", 404: "not_found", 409: "conflict",
                          413: "too_large", 422: "invalid", 429: "throttled"}  # fmt: skip


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to wherever the answer says."""

    def redirect_request(  # noqa: PLR0917 - urllib's own signature
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        return None


class Api:
    """The API of one server, for the owner of one token."""

    def __init__(self, server: str, token: str, say: Callable[[str], None]) -> None:
        self.base = _base(server, say)
        self._token = token
        host = urlsplit(self.base).hostname
        proxies = [urllib.request.ProxyHandler({})] if host in _LOOPBACK else []
        self._opener = urllib.request.build_opener(_NoRedirect, *proxies)

    def get(self, path: str, **query: str) -> Any:
        return self._json(self._ask("GET", path, query=query))

    def pages(self, path: str, most: int = 1_000_000, **query: str) -> list[Any]:
        """Every row of a list, page by page."""
        rows: list[Any] = []
        following: str | None = f"{self.base}/api/v1/{path}?{urlencode(query)}"
        while following and len(rows) < most:
            page = self._json(self._open("GET", self._own(following)))
            rows += page["results"]
            following = page["next"]
        return rows[:most]

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """A command, under a key of its own: asked again after a broken connection, it is still done once."""
        return self._json(self._ask("POST", path, body=body, key=str(new_id())))

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """A change of something that has a version; not asked again, for then it would be a change of an older one."""
        return self._json(self._open("PATCH", f"{self.base}/api/v1/{path}", body=body, tries=1))

    def raw(self, path: str) -> bytes:
        return self._ask("GET", path)

    def plain(self, path: str) -> tuple[int, Any]:
        """An address outside the API: status and JSON, whatever the status."""
        try:
            return 200, self._json(self._open("GET", f"{self.base}/{path}", tries=1))
        except _Refused as refused:
            return refused.http_status, refused.problem

    def _ask(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Any = None, key: str = ""
    ) -> bytes:
        asked = f"?{urlencode(query)}" if query else ""
        return self._open(method, f"{self.base}/api/v1/{path}{asked}", body=body, key=key)

    def _open(self, method: str, url: str, *, body: Any = None, key: str = "", tries: int = TRIES) -> bytes:
        headers = {"Authorization": f"Token {self._token}", "Accept": "*/*"}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        headers |= {"Idempotency-Key": key} if key else {}
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310 - checked in _base
        for number in range(tries):
            try:
                with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                    return _whole(answer)
            except urllib.error.HTTPError as refusal:
                raise _refused(refusal) from None
            except (urllib.error.URLError, OSError) as error:
                if number + 1 == tries:
                    raise Unavailable(f"{self.base} does not answer: {_why(error)}.") from None
                time.sleep(0.2 * 2**number)
        raise AssertionError("unreachable")

    def _own(self, following: str) -> str:
        """A link to the next page, on the address we were given: a server behind a proxy may not know its own."""
        parts = urlsplit(following)
        return f"{self.base}{parts.path[len(urlsplit(self.base).path) :]}?{parts.query}" if parts.query else following

    def _json(self, raw: bytes) -> Any:
        try:
            return json.loads(raw)
        except ValueError:
            raise Unavailable(f"{self.base} does not answer like Conductor.") from None


class _Refused(ConductorError):
    """An answer of the API that says no."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        code = str(problem.get("code"))
        if code not in CODES:
            code = _CODE_BY_STATUS.get(status, "unavailable" if status >= 500 else "invalid")
        errors = problem.get("errors")
        super().__init__(
            str(problem.get("detail") or problem.get("title") or ""),
            code=code,
            errors=errors if isinstance(errors, Mapping) else {},
        )
        self.http_status = status
        self.problem = problem

    @property
    def status(self) -> int:
        return self.http_status


def _refused(refusal: urllib.error.HTTPError) -> ConductorError:
    with refusal:
        if 300 <= refusal.code < 400:
            return BadInput(
                errors={"--server": f"Sends elsewhere ({refusal.headers.get('Location', '?')}); give that."}
            )
        try:
            problem = json.loads(refusal.read(1_000_000))
        except (ValueError, OSError):
            problem = {}
    return _Refused(refusal.code, problem if isinstance(problem, dict) else {})


def _whole(answer: Any) -> bytes:
    raw: bytes = answer.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise Unavailable("The server's answer is too large.")
    return raw


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return str(getattr(reason, "strerror", None) or reason or type(reason).__name__).rstrip(".")


def _base(server: str, say: Callable[[str], None]) -> str:
    try:
        parts = urlsplit(server if "://" in server else f"https://{server}")
        _ = parts.port
    except ValueError:
        raise BadInput(errors={"--server": "Is not a valid address."}) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadInput(errors={"--server": "Must look like https://conductor.example.org."})
    if parts.username or parts.password:
        raise BadInput(errors={"--server": "May not hold a user name or password."})
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        say("the token travels unencrypted over http.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
