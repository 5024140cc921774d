"""Makes what a new installation needs to be signed in to: the team Home and a first admin. Safe to run again."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

from campaigns.actions import teams
from campaigns.models import Membership, Team
from campaigns.permissions import Actor
from campaigns.states import Role
from conductor.lib import logs
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
            self.stdout.write(f"First admin: user {admin.get_username()}, password {password}")
            self.stdout.write("This password is shown only now; change it after signing in.")
