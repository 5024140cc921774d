"""One's own account: a new password. Must never say, store or log one."""

from __future__ import annotations

from django.contrib.auth import get_user_model, password_validation
from django.core.exceptions import ValidationError
from django.db import transaction

from campaigns.actions.tokens import revoke_all
from campaigns.permissions import Actor
from conductor.lib.errors import BadInput, NotFound


def change_password(*, old: str, new: str, again: str, revoke_tokens: bool, actor: Actor) -> int:
    """Replace one's own password; the number of API tokens that were revoked with it. Other sessions end by it."""
    with transaction.atomic():
        user = get_user_model().objects.select_for_update().filter(pk=actor.user_id or 0, is_active=True).first()
        if user is None:
            raise NotFound("There is no such account.")
        if not user.check_password(old):
            raise BadInput(errors={"old": "This is not your present password."})
        if new != again:
            raise BadInput(errors={"again": "The two are not the same."})
        try:
            password_validation.validate_password(new, user)
        except ValidationError as refused:
            raise BadInput(errors={"new": list(refused.messages)}) from refused
        user.set_password(new)
        user.save(update_fields=["password"])
        return revoke_all(user_id=user.pk, actor=actor) if revoke_tokens else 0
