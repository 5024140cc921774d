from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from campaigns.models import Membership
from campaigns.permissions import (
    OWN,
    SYSTEM,
    VERBS,
    Actor,
    actor_for,
    least_role,
    may,
    require,
    role_in,
    roles_of,
    visible_teams,
)
from campaigns.states import Role
from conductor.lib.errors import NotAllowed, NotFound, NotSignedIn
from tests.campaigns.people import People


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_role_may_what_lesser_roles_may(role: Role, verb: str) -> None:
    ranks = list(Role)
    assert may(role, verb) == (ranks.index(role) >= ranks.index(VERBS[verb]))


def test_what_one_made_oneself_is_never_harder() -> None:
    ranks = list(Role)
    assert all(ranks.index(least_role(verb, own=True)) <= ranks.index(VERBS[verb]) for verb in OWN)


def test_every_verb_is_checked_against_the_members_role(people: People) -> None:
    for verb, least in VERBS.items():
        require(people.actor(least), verb, people.team.pk)
        lesser = list(Role)[: list(Role).index(least)]
        for role in lesser:
            with pytest.raises(NotAllowed):
                require(people.actor(role), verb, people.team.pk)


def test_a_team_one_is_not_in_does_not_exist(people: People) -> None:
    with pytest.raises(NotFound):
        require(people.actor("outsider"), "view", people.team.pk)


def test_an_unknown_verb_is_a_mistake_in_the_code(people: People) -> None:
    with pytest.raises(KeyError):
        require(people.actor("admin"), "levitate", people.team.pk)


def test_an_author_cancels_what_they_made_and_nothing_else(people: People) -> None:
    author = people.actor("author")
    require(author, "cancel", people.team.pk, owner_id=author.user_id)
    with pytest.raises(NotAllowed):
        require(author, "cancel", people.team.pk, owner_id=people.users["admin"].pk)


def test_a_read_token_only_reads(people: People) -> None:
    require(people.actor("admin", "read"), "view", people.team.pk)
    with pytest.raises(NotAllowed, match="may only read"):
        require(people.actor("admin", "read"), "edit", people.team.pk)


def test_a_removed_member_is_out_at_once(people: People) -> None:
    viewer = people.actor("viewer")
    Membership.objects.filter(user_id=viewer.user_id).delete()
    with pytest.raises(NotFound):
        require(viewer, "view", people.team.pk)


def test_a_deactivated_user_is_out_at_once(people: People) -> None:
    admin = people.actor("admin")
    user = people.users["admin"]
    user.is_active = False
    user.save()
    assert role_in(admin, people.team.pk) is None
    assert roles_of(admin) == {}


def test_a_superuser_without_membership_is_an_outsider(people: People) -> None:
    user = people.users["outsider"]
    user.is_superuser = True
    user.save()
    with pytest.raises(NotFound):
        require(people.actor("outsider"), "view", people.team.pk)


def test_the_system_may_everything(people: People) -> None:
    for verb in VERBS:
        require(SYSTEM, verb, people.team.pk)
    require(Actor(None, "system:witness", "c"), "delete", people.team.pk)
    assert visible_teams(SYSTEM).count() == 2


def test_teams_of_others_are_not_visible(people: People) -> None:
    assert [row["team_id"] for row in visible_teams(people.actor("viewer"))] == [people.team.pk]
    assert roles_of(people.actor("viewer")) == {people.team.pk: Role.VIEWER}


def test_nobody_is_no_actor() -> None:
    with pytest.raises(NotSignedIn):
        actor_for(AnonymousUser(), "test")


def test_a_long_name_still_fits_an_event(people: People) -> None:
    user = people.users["viewer"]
    user.username = "n" * 150
    assert len(actor_for(user, "test").label) == 80
