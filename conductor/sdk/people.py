"""Who acts from a script or a command line on this machine. Must not decide what anybody may do."""

from __future__ import annotations

import getpass
import os

from django.contrib.auth import get_user_model

from campaigns.actions.model_keys import reseal_keys
from campaigns.permissions import SYSTEM, Actor, actor_for
from conductor.lib.errors import NotFound
from conductor.lib.ids import new_id


def local_actor(username: str = "") -> Actor:
    """The operator of this machine, who may do everything (their database is open to them anyway); or a user.

    Every call begins a new correlation id.
    """
    correlation = str(new_id())
    if not username:
        return Actor(None, f"cli:{_login()}"[:80], correlation)
    found = get_user_model().objects.filter(username=username, is_active=True).first()
    if found is None:
        raise NotFound(f"There is no active user called {username!r}.")
    return actor_for(found, correlation)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # A user id without an entry, as in many containers.
        return f"uid-{os.getuid()}"


def reseal_model_keys() -> int:
    """Seal all keys of models anew under the installation's present secret; how many."""
    return reseal_keys(actor=SYSTEM)
