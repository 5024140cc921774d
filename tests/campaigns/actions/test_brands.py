"""Brands are made, changed, published, archived, restored and copied, by whom it may, told on the team's stream."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from campaigns.actions.brands import (
    archive_brand,
    clone_brand,
    copy_starter,
    create_brand,
    publish_brand,
    restore_brand,
    revise_brand,
)
from campaigns.models import Brand, BrandVersion, Event
from campaigns.permissions import SYSTEM
from campaigns.states import Role
from conductor.lib.errors import BadInput, Conflict, NotFound, StaleVersion, Unavailable
from conductor.lib.ids import content_hash, new_id
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.campaigns.rights import assert_refused
from tests.factories import make_brand_data


def make(people: People, name: str = "Larkspur", **parts: Any) -> Brand:
    return create_brand(team_id=people.team.pk, data=make_brand_data(name, **parts), actor=people.actor("author"))


def publish(brand: Brand) -> Brand:
    return publish_brand(brand_id=brand.pk, actor=SYSTEM)


def revise(brand: Brand, **changes: Any) -> Brand:
    return revise_brand(brand_id=brand.pk, version=brand.version, changes=changes, actor=SYSTEM)


def told() -> list[str]:
    events = Event.objects.filter(stream="team", type__startswith="brand.").order_by("seq")
    return list(events.values_list("type", flat=True))


def test_a_brand_is_born_as_a_draft_with_its_first_version(people: People) -> None:
    brand = make(people, "Lark & Spur")
    version = BrandVersion.objects.get(brand=brand)
    assert (brand.state, brand.slug, brand.head, brand.published) == ("draft", "lark-spur", 1, None)
    assert brand.created_by == people.users["author"]
    assert (version.number, version.author) == (1, "user:author")
    assert version.sha256 == content_hash(version.data)
    event = Event.objects.get(type="brand.created")
    assert event.data == {"brand": str(brand.pk), "name": "Lark & Spur", "number": 1}


def test_nothing_is_stored_of_a_brand_that_is_not_sound(people: People) -> None:
    with pytest.raises(BadInput) as caught:
        make(people, emoji="many")
    assert list(caught.value.errors) == ["data.emoji"]
    with pytest.raises(BadInput, match="valid"):
        make(people, "!!!")
    assert (Brand.objects.count(), told()) == (0, [])


def test_names_that_look_alike_are_refused(people: People) -> None:
    make(people, "Lark Spur")
    for twin in ("lark spur", "LARK-SPUR", "\uff2cark Spur"):
        with pytest.raises(Conflict) as caught:
            make(people, twin)
        assert caught.value.errors == {"data.name": ["Is taken."]}
    create_brand(team_id=people.elsewhere.pk, data=make_brand_data("Lark Spur"), actor=SYSTEM)
    assert Brand.objects.count() == 2


def test_a_change_is_the_next_version_and_the_old_one_stays(people: People) -> None:
    brand = revise(make(people), voice={"tone": "dry"}, emoji="none")
    first, second = BrandVersion.objects.order_by("number")
    assert (brand.head, brand.version) == (2, 2)
    assert first.data["voice"]["tone"] == "warm, plain"
    assert second.data["voice"] == {**first.data["voice"], "tone": "dry"}
    event = Event.objects.get(type="brand.revised")
    assert event.data["fields"] == ["voice", "emoji"]


def test_null_takes_a_value_away_and_lists_are_replaced(people: People) -> None:
    brand = make(people, emoji="free", prohibited_terms=["a", "b"])
    brand = revise(brand, emoji=None, prohibited_terms=["c"])
    data = BrandVersion.objects.get(brand=brand, number=2).data
    assert (data["emoji"], data["prohibited_terms"]) == ("", ["c"])


def test_saying_the_same_again_changes_nothing(people: People) -> None:
    brand = make(people)
    assert revise(brand, voice={"tone": "warm, plain"}).version == 1
    assert told() == ["brand.created"]


def test_a_stale_change_says_who_changed_what(people: People) -> None:
    brand = make(people)
    revise_brand(brand_id=brand.pk, version=1, changes={"emoji": "none"}, actor=people.actor("reviewer"))
    publish_brand(brand_id=brand.pk, actor=people.actor("admin"))
    with pytest.raises(StaleVersion) as caught:
        revise(brand, emoji="free")
    assert "user:reviewer: The draft of Larkspur was changed: emoji." in caught.value.message
    assert "user:admin: Version 2 of Larkspur was published." in caught.value.message
    assert BrandVersion.objects.count() == 2


def test_publishing_takes_the_draft_and_later_changes_wait(people: People) -> None:
    brand = publish_brand(brand_id=make(people).pk, actor=people.actor("reviewer"))
    assert (brand.state, brand.published, brand.has_draft) == ("published", 1, False)
    assert brand.published_by == people.users["reviewer"]
    brand = revise(brand, name="Larkspur Pro")
    assert (brand.state, brand.name, brand.published, brand.head, brand.has_draft) == (
        "published", "Larkspur", 1, 2, True,
    )  # fmt: skip
    brand = publish(brand)
    assert (brand.name, brand.slug, brand.published) == ("Larkspur Pro", "larkspur", 2)
    last = Event.objects.filter(type="brand.published").order_by("seq").last()
    assert last is not None
    assert (last.data["number"], last.data["sha256"]) == (2, BrandVersion.objects.get(number=2).sha256)


def test_publishing_twice_is_as_good_as_once(people: People) -> None:
    brand = publish(make(people))
    assert publish(brand).version == brand.version
    assert told() == ["brand.created", "brand.published"]


def test_what_is_published_is_what_was_looked_at(people: People) -> None:
    brand = revise(make(people), emoji="none")
    with pytest.raises(StaleVersion, match="version 2 now, not 1"):
        publish_brand(brand_id=brand.pk, number=1, actor=SYSTEM)
    assert publish_brand(brand_id=brand.pk, number=2, actor=SYSTEM).published == 2


def test_a_brand_without_a_voice_is_not_published(people: People) -> None:
    brand = create_brand(team_id=people.team.pk, data={"name": "Mute"}, actor=SYSTEM)
    with pytest.raises(BadInput) as caught:
        publish(brand)
    assert (caught.value.code, list(caught.value.errors)) == ("incomplete", ["data.voice"])


def test_an_archived_brand_stands_still_until_it_is_restored(people: People) -> None:
    brand = archive_brand(brand_id=publish(make(people)).pk, actor=people.actor("reviewer"))
    assert (brand.state, archive_brand(brand_id=brand.pk, actor=SYSTEM).version) == ("archived", brand.version)
    assert brand.archived_at is not None
    with pytest.raises(Conflict, match="archived"):
        revise(brand, emoji="none")
    with pytest.raises(Conflict, match="archived"):
        publish(brand)
    brand = restore_brand(brand_id=brand.pk, actor=people.actor("reviewer"))
    assert (brand.state, brand.archived_at) == ("published", None)
    assert restore_brand(brand_id=brand.pk, actor=SYSTEM).version == brand.version
    assert told() == ["brand.created", "brand.published", "brand.archived", "brand.restored"]


def test_a_draft_is_restored_as_a_draft(people: People) -> None:
    brand = archive_brand(brand_id=make(people).pk, actor=SYSTEM)
    assert restore_brand(brand_id=brand.pk, actor=SYSTEM).state == "draft"


def test_a_copy_is_a_draft_of_its_own(people: People) -> None:
    brand = publish(make(people, emoji="none"))
    copy = clone_brand(brand_id=brand.pk, actor=people.actor("author"))
    assert (copy.name, copy.state, copy.published) == ("Larkspur (copy)", "draft", None)
    assert BrandVersion.objects.get(brand=copy).data["emoji"] == "none"
    with pytest.raises(Conflict):
        clone_brand(brand_id=brand.pk, actor=SYSTEM)
    assert clone_brand(brand_id=brand.pk, name="Second", actor=SYSTEM).slug == "second"


def test_the_starter_is_copied_into_the_team(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    starter = copy_starter(team_id=people.team.pk, actor=people.actor("author"))
    assert (starter.name, starter.state) == ("Larkspur", "draft")
    assert publish(starter).published == 1
    monkeypatch.setattr("campaigns.actions.brands.STARTER", Path("nowhere.yaml"))
    with pytest.raises(Unavailable):
        copy_starter(team_id=people.team.pk, actor=SYSTEM)


def test_who_may(people: People) -> None:
    brand = publish(make(people))
    pk, data = brand.pk, make_brand_data("Other")
    assert_refused(people, Role.AUTHOR, lambda actor: create_brand(team_id=people.team.pk, data=data, actor=actor))
    assert_refused(
        people,
        Role.AUTHOR,
        lambda actor: revise_brand(brand_id=pk, version=brand.version, changes={"emoji": "none"}, actor=actor),
    )
    assert_refused(people, Role.AUTHOR, lambda actor: clone_brand(brand_id=pk, actor=actor))
    assert_refused(people, Role.AUTHOR, lambda actor: copy_starter(team_id=people.team.pk, actor=actor))
    for verb in (publish_brand, archive_brand, restore_brand):
        assert_refused(people, Role.REVIEWER, lambda actor, verb=verb: verb(brand_id=pk, actor=actor))  # type: ignore[misc]
    for verb in (publish_brand, archive_brand, restore_brand, clone_brand):
        with pytest.raises(NotFound):
            verb(brand_id=new_id(), actor=SYSTEM)


def test_the_database_keeps_versions_as_they_were_written(people: People) -> None:
    make(people)
    for act in (lambda: BrandVersion.objects.update(sha256="0" * 64), lambda: BrandVersion.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert BrandVersion.objects.get().number == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_stored(people: People) -> None:
    brand = make(people)
    results = race(
        lambda: revise_brand(brand_id=brand.pk, version=1, changes={"emoji": "none"}, actor=SYSTEM),
        lambda: revise_brand(brand_id=brand.pk, version=1, changes={"emoji": "free"}, actor=SYSTEM),
    )
    assert sorted(type(result).__name__ for result in results) == ["Brand", "StaleVersion"]
    assert list(BrandVersion.objects.values_list("number", flat=True)) == [1, 2]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_three_publications_at_once_one_is_told(people: People) -> None:
    brand = make(people)
    results = race(*[lambda: publish_brand(brand_id=brand.pk, actor=SYSTEM)] * 3)
    assert {result.published for result in results} == {1}
    assert told() == ["brand.created", "brand.published"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_brands_of_one_name_at_once_one_is_made(people: People) -> None:
    results = race(*[lambda: make(people)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Brand", "Conflict"]
