"""Signing in and out. Failed attempts are counted per account and per address, so that guessing does not pay.

Must not tell whether an account exists.
"""

from __future__ import annotations

import hashlib
import threading
import time
from typing import Any, Final

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle

from campaigns.forms.accounts import SignInForm
from conductor.lib import logs

WINDOW_S: Final = 900
#: Failures in a window: of one account from one address, of one account, from one address.
MOST: Final = {"pair": 10, "account": 100, "address": 50}

log = logs.logger(__name__)


class Tally:
    """Counters in the shared cache; in this process where the cache is down, so that guessing is never free."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._window = -1

    def add(self, key: str) -> None:
        try:
            if not cache.add(key, 1, timeout=WINDOW_S):
                cache.incr(key)
        except ValueError:
            return  # It ran out between the two: a new window begins.
        except (RedisError, OSError) as error:
            log.warning("sign-in attempts are counted locally", error=type(error).__name__)
        with self._lock:
            self._turn()
            self._counts[key] = self._counts.get(key, 0) + 1

    def count(self, key: str) -> int:
        try:
            shared = int(cache.get(key) or 0)
        except (RedisError, OSError):
            shared = 0
        with self._lock:
            self._turn()
            return max(shared, self._counts.get(key, 0))

    def _turn(self) -> None:
        window = int(time.time() // WINDOW_S)
        if window != self._window:
            self._window, self._counts = window, {}


tally = Tally()


class SignIn(LoginView):
    """Django's own, with a brake."""

    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        keys = _keys(request)
        if any(tally.count(key) >= MOST[name] for name, key in keys.items()):
            log.warning("sign-in refused: too many failed attempts")
            return self._refuse()
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> Any:
        for key in _keys(self.request).values():
            tally.add(key)
        response = super().form_invalid(form)
        response.status_code = 422
        return response

    def _refuse(self) -> Any:
        form = self.get_form_class()(self.request)
        words = "Too many failed attempts. Wait a quarter of an hour, or ask your admin."
        form.cleaned_data = {}
        form.errors["__all__"] = form.error_class([ValidationError(words)])
        response = self.render_to_response(self.get_context_data(form=form))
        response.status_code = 429
        response["Retry-After"] = str(WINDOW_S)
        return response


def admin_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """The admin's own form has no brake, so its door is this one. Who is signed in and came here may not go in."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
    return HttpResponseRedirect(f"{reverse('login')}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")


def _keys(request: HttpRequest) -> dict[str, str]:
    account = request.POST.get("username", "")[:200].casefold().strip()
    # As the API counts: of what proxies report only what trusted ones have added is believed.
    address = BaseThrottle().get_ident(request) or ""  # type: ignore[arg-type]
    said = {"pair": f"{account}\n{address}", "account": account, "address": address}
    return {
        name: f"signin:{name}:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"
        for name, text in said.items()
    }
