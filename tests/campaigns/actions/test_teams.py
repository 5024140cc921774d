from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.actions.teams import add_member, create_team, create_user, remove_member, set_limit
from campaigns.models import Event, Limit, Membership, Team
from campaigns.permissions import SYSTEM, actor_for
from campaigns.states import Role
from conductor.lib.errors import BadInput, Conflict, NotAllowed, NotFound
from tests.campaigns.people import People


def events_of(team: Team) -> list[str]:
    return list(Event.objects.filter(stream="team", stream_id=team.pk).order_by("seq").values_list("type", flat=True))


@pytest.mark.django_db
def test_a_superuser_makes_a_team_and_is_its_admin() -> None:
    root = User.objects.create_superuser("root")
    team = create_team(name="  Brand  ", actor=actor_for(root, "test"))
    assert (team.name, team.slug) == ("Brand", "brand")
    assert Membership.objects.get(team=team, user=root).role == Role.ADMIN
    assert events_of(team) == ["team.created", "team.member_added"]


def test_an_admin_of_a_team_makes_no_other(people: People) -> None:
    with pytest.raises(NotAllowed):
        create_team(name="Mine", actor=people.actor("admin"))


@pytest.mark.parametrize("twin", ["Home", "HOME", " home ", "h\u006fme", "\uff28ome"])
def test_a_name_that_looks_the_same_is_taken(people: People, twin: str) -> None:
    with pytest.raises(Conflict) as refused:
        create_team(name=twin, actor=SYSTEM)
    assert refused.value.errors == {"name": ["Is taken."]}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "   ", "n" * 101, "a\x00b", "a\u202eb", "!!!", "a\nb"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as refused:
        create_team(name=name, actor=SYSTEM)
    assert list(refused.value.errors) == ["name"]
    assert not Team.objects.exists()


def test_a_member_is_brought_in_and_gets_another_role(people: People) -> None:
    admin = people.actor("admin")
    assert add_member(team_id=people.team.pk, username="outsider", role="viewer", actor=admin).role == "viewer"
    assert add_member(team_id=people.team.pk, username="outsider", role="author", actor=admin).role == "author"
    add_member(team_id=people.team.pk, username="outsider", role="author", actor=admin)
    assert events_of(people.team) == ["team.member_added", "team.member_added"]


@pytest.mark.parametrize(("values", "named"), [({"username": "nobody"}, "username"), ({"role": "king"}, "role")])
def test_what_is_wrong_with_a_membership_is_named(people: People, values: dict[str, str], named: str) -> None:
    with pytest.raises(BadInput) as refused:
        add_member(
            team_id=people.team.pk,
            actor=people.actor("admin"),
            **{"username": "outsider", "role": "viewer", **values},
        )
    assert list(refused.value.errors) == [named]


def test_only_an_admin_changes_members(people: People) -> None:
    with pytest.raises(NotAllowed):
        add_member(team_id=people.team.pk, username="outsider", role="viewer", actor=people.actor("operator"))
    with pytest.raises(NotFound):
        add_member(team_id=people.team.pk, username="outsider", role="admin", actor=people.actor("outsider"))


def test_the_last_admin_stays(people: People) -> None:
    admin = people.actor("admin")
    with pytest.raises(Conflict):
        remove_member(team_id=people.team.pk, username="admin", actor=admin)
    with pytest.raises(Conflict):
        add_member(team_id=people.team.pk, username="admin", role="viewer", actor=admin)
    add_member(team_id=people.team.pk, username="operator", role="admin", actor=admin)
    remove_member(team_id=people.team.pk, username="admin", actor=admin)
    assert not Membership.objects.filter(team=people.team, user=people.users["admin"]).exists()


def test_anybody_may_leave_but_not_by_a_read_token(people: People) -> None:
    with pytest.raises(NotAllowed):
        remove_member(team_id=people.team.pk, username="viewer", actor=people.actor("viewer", "read"))
    with pytest.raises(NotAllowed):
        remove_member(team_id=people.team.pk, username="author", actor=people.actor("viewer"))
    remove_member(team_id=people.team.pk, username="viewer", actor=people.actor("viewer"))
    assert events_of(people.team) == ["team.member_removed"]


def test_removing_twice_is_as_good_as_once(people: People) -> None:
    for _ in range(2):
        remove_member(team_id=people.team.pk, username="viewer", actor=people.actor("admin"))
    assert events_of(people.team) == ["team.member_removed"]


def test_a_limit_is_set_changed_and_taken_away(people: People) -> None:
    admin = people.actor("admin")
    for value in (3, 3, 5, None, None):
        set_limit(team_id=people.team.pk, scope="role", name="worker", value=value, actor=admin)
    assert not Limit.objects.exists()
    said = Event.objects.filter(stream="team").order_by("seq").values_list("data__value", flat=True)
    assert list(said) == [3, 5, None]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"scope": "planet"}, "scope"),
        ({"name": "x"}, "name"),
        ({"scope": "role", "name": ""}, "name"),
        ({"scope": "role", "name": "juggler"}, "name"),
        ({"scope": "backend", "name": "abacus"}, "name"),
        ({"value": -1}, "value"),
        ({"value": 10_001}, "value"),
        ({"value": True}, "value"),
    ],
)
def test_what_is_wrong_with_a_limit_is_named(people: People, values: dict[str, object], named: str) -> None:
    said = {"scope": "team", "name": "", "value": 1, **values}
    with pytest.raises(BadInput) as refused:
        set_limit(team_id=people.team.pk, actor=people.actor("admin"), **said)
    assert list(refused.value.errors) == [named]


@pytest.mark.django_db
def test_a_user_is_made_with_a_password_that_works() -> None:
    user, password = create_user(username="ann", actor=SYSTEM)
    assert user.check_password(password)
    assert not user.is_superuser
    with pytest.raises(Conflict):
        create_user(username="ANN", actor=SYSTEM)
    with pytest.raises(BadInput):
        create_user(username="not a name", actor=SYSTEM)


def test_only_a_superuser_makes_users(people: People) -> None:
    with pytest.raises(NotAllowed):
        create_user(username="new", actor=people.actor("admin"))


@pytest.mark.parametrize("username", ["viewer", "nobody-of-that-name"])
def test_an_outsider_does_not_learn_who_has_an_account(people: People, username: str) -> None:
    with pytest.raises(NotFound):
        remove_member(team_id=people.team.pk, username=username, actor=people.actor("outsider"))
    with pytest.raises(NotAllowed):
        remove_member(team_id=people.team.pk, username=username, actor=people.actor("author"))
