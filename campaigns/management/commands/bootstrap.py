"""Makes what a new installation needs to be signed in to: the team Home and a first admin. Safe to run again."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

from campaigns.actions import teams
from campaigns.actions.samples import start_sample
from campaigns.models import Membership, Team
from campaigns.permissions import Actor, actor_for
from campaigns.states import Role
from conductor.lib import logs
from conductor.lib.errors import Unavailable
from conductor.lib.ids import new_id

TEAM: Final = "Home"
ADMIN: Final = "admin"


class Command(BaseCommand):
    help = "Make the team Home and a first admin, whose generated password is printed once."

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor(None, "system:bootstrap", logs.correlation() or str(new_id()))
        password = ""
        with transaction.atomic():
            team = Team.objects.order_by("created_at").first() or teams.create_team(name=TEAM, actor=actor)
            admin = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
            if admin is None:
                admin, password = teams.create_user(username=ADMIN, superuser=True, actor=actor)
            if not Membership.objects.filter(team=team, role=Role.ADMIN, user__is_active=True).exists():
                teams.add_member(team_id=team.pk, username=admin.get_username(), role=Role.ADMIN, actor=actor)
        if password:
            self._sample(team, admin)
            self.stdout.write(f"First admin: user {admin.get_username()}, password {password}")
            self.stdout.write("This password is shown only now; change it after signing in.")

    def _sample(self, team: Team, admin: User) -> None:
        """A new installation begins with the sample brief, run by its workers as soon as they are there."""
        try:
            start_sample(team_id=team.pk, actor=actor_for(admin, str(new_id())))
        except Unavailable as error:
            self.stderr.write(error.message)
