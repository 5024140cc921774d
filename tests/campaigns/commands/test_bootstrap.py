from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from campaigns.actions.teams import add_member, remove_member
from campaigns.models import Membership, Run, Team
from campaigns.permissions import SYSTEM
from campaigns.states import Role

pytestmark = pytest.mark.django_db


def bootstrap() -> str:
    said = io.StringIO()
    call_command("bootstrap", stdout=said)
    return said.getvalue()


def password_in(said: str) -> str:
    return said.split("password ")[1].split(maxsplit=1)[0]


def test_a_new_installation_gets_a_team_and_an_admin_whose_password_is_shown_once() -> None:
    said = bootstrap()
    admin = User.objects.get()
    assert (admin.username, admin.is_superuser, admin.is_staff) == ("admin", True, True)
    assert admin.check_password(password_in(said))
    assert Membership.objects.get(user=admin, team__name="Home").role == Role.ADMIN
    assert bootstrap() == ""


def test_a_second_time_everything_is_as_it_was() -> None:
    bootstrap()
    before = (list(User.objects.values()), list(Team.objects.values()), list(Membership.objects.values()))
    bootstrap()
    assert before == (list(User.objects.values()), list(Team.objects.values()), list(Membership.objects.values()))


def test_passwords_are_never_the_same() -> None:
    first = password_in(bootstrap())
    User.objects.all().delete()
    assert password_in(bootstrap()) != first
    assert len(first) >= 20


def test_an_admin_by_another_name_is_kept() -> None:
    User.objects.create_superuser("root")
    assert bootstrap() == ""
    assert Membership.objects.get().user.username == "root"
    assert not User.objects.filter(username="admin").exists()


def test_a_team_that_has_an_admin_is_left_alone() -> None:
    bootstrap()
    team = Team.objects.get()
    ann = User.objects.create_user("ann")
    add_member(team_id=team.pk, username="ann", role="admin", actor=SYSTEM)
    remove_member(team_id=team.pk, username="admin", actor=SYSTEM)
    bootstrap()
    assert list(Membership.objects.values_list("user", flat=True)) == [ann.pk]


def test_a_new_installation_begins_with_the_sample_brief_once() -> None:
    bootstrap()
    bootstrap()
    run = Run.objects.get()
    assert (run.state, run.campaign.name.split(":")[0]) == ("queued", "Sample")
