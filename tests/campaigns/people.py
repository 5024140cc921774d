"""Five people of one team, one for each role, and an outsider with a team of their own."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from rest_framework.test import APIClient

from campaigns.models import Membership, Team
from campaigns.permissions import Actor, Scope, actor_for
from campaigns.states import Role


@dataclass(frozen=True)
class People:
    """By role name, and `outsider`, who is admin elsewhere."""

    team: Team
    elsewhere: Team
    users: dict[str, User]

    def actor(self, name: str, scope: Scope = "write") -> Actor:
        return actor_for(self.users[name], "test", scope)

    def client(self, name: str) -> APIClient:
        """Signed in by session, without the CSRF check, which has tests of its own."""
        client = APIClient(headers={"host": "localhost"})
        if name != "anonymous":
            client.force_login(self.users[name])
        return client


def make_people() -> People:
    team = Team.objects.create(name="Home", slug="home")
    elsewhere = Team.objects.create(name="Elsewhere", slug="elsewhere")
    users = {name: User.objects.create_user(name) for name in (*Role, "outsider")}
    for role in Role:
        Membership.objects.create(team=team, user=users[role], role=role)
    Membership.objects.create(team=elsewhere, user=users["outsider"], role=Role.ADMIN)
    return People(team, elsewhere, users)
