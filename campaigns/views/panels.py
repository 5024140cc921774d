"""Commands on pages: a button or a panel for each, and the one way in which a posted command is carried out.

Must not know a noun.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect

from campaigns.forms.commands import CommandForm
from campaigns.views.frame import PageRequest, show
from conductor.lib.errors import ConductorError, NotAllowed, NotFound

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Panel:
    """One command that a page offers. `quiet` is small, `strong` is the page's first choice.

    `about` says on what, to those who hear the button and do not see where it stands.
    """

    name: str
    label: str
    icon: str
    form: CommandForm
    action: str
    quiet: bool = False
    strong: bool = False
    about: str = ""

    def __post_init__(self) -> None:
        """Several panels on a page ask for a reason or a note: the ids of their fields must differ."""
        self.form.auto_id = f"id_{self.name}_%s"

    @property
    def asks(self) -> bool:
        """True if something is to be filled in or confirmed before it is sent."""
        return self.form.confirm or bool(self.form.visible_fields())


def carry_out(
    request: PageRequest,
    form: CommandForm,
    act: Callable[[dict[str, Any]], T],
    *,
    back: str,
    done: str | Callable[[T], str],
    to: Callable[[T], str] | None = None,
) -> HttpResponse:
    """Do it, say what was done (nothing where that is empty), and go back.

    Or show the form again, as a page of its own, with what is wrong and what was typed.
    """
    status = 422
    if form.is_valid():
        try:
            result = act(form.cleaned_data)
        except (NotFound, NotAllowed):
            raise
        except ConductorError as error:
            form.take(error)
            status = error.status
        else:
            if words := done if isinstance(done, str) else done(result):
                messages.success(request, words)
            return HttpResponseRedirect(to(result) if to else back)
    return show(request, "command.html", {"form": form, "action": request.path, "back": back}, status=status)
