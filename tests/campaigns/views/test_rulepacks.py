"""Rule packs on pages: those that ship and a team's, its text and tests, what it would change, how it comes to act."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.actions.rulepacks import archive_pack, save_pack
from campaigns.kinds.rulepacks import shipped_id
from campaigns.models import RulePack, RulePackVersion
from campaigns.permissions import SYSTEM
from campaigns.queries import what_if
from campaigns.states import Role
from campaigns.views.rulepacks import STARTER
from tests import factories as make
from tests.campaigns.packs import CHEAP, made_run, pack_text, published, say
from tests.campaigns.views.conftest import People, text

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]

BROKEN = pack_text().replace("family: prohibited_terms", "family: telepathy", 1)


def test_without_packs_the_list_is_a_lesson(visitor: Client) -> None:
    html = text(visitor, "rule-packs")
    assert "No rule pack of your own yet" in html
    assert reverse("rule-pack-new") in html
    assert reverse("rule-pack", args=[shipped_id("house")]) in html


def test_who_may_not_write_sees_no_button(people: People, signed_in: ClientOf) -> None:
    client = signed_in(people.member(Role.VIEWER))
    html = text(client, "rule-packs")
    assert "Your team's audits use the rules of the house." in html
    assert reverse("rule-pack-new") not in html
    assert client.get(reverse("rule-pack-new")).status_code == 403


def test_what_ships_is_read_only(visitor: Client) -> None:
    html = text(visitor, "rule-pack", shipped_id("house"))
    assert "ships with Conductor" in html
    assert "house.prohibited-terms" in html
    assert reverse("rule-pack-publish", args=[shipped_id("house")]) not in html


def test_of_many_versions_the_newest_are_open_and_the_rest_is_counted(visitor: Client, people: People) -> None:
    for number in range(60):
        save_pack(team_id=people.team.pk, source=pack_text(f"1.0.{number}"), actor=SYSTEM)
    html = text(visitor, "rule-pack", RulePack.objects.get().pk)
    assert "<summary>40 older</summary>" in html
    assert "The newest 50 of 60 versions." in html
    assert html.index("1.0.50") < html.index("40 older") < html.index("1.0.49")


def test_an_edit_that_changes_the_name_says_so_and_keeps_the_text(visitor: Client, people: People) -> None:
    pack = save_pack(team_id=people.team.pk, source=pack_text(), actor=SYSTEM).pack
    sent = {"source": pack_text(name="summer"), "tests": "", "note": "", "version": "1"}
    answer = visitor.post(reverse("rule-pack-edit", args=[pack.pk]), sent)
    assert answer.status_code == 409
    assert "a pack keeps its name" in answer.content.decode()
    assert "name: summer" in answer.content.decode()


def test_a_pack_is_written_tested_and_published(visitor: Client, people: People) -> None:
    page = text(visitor, "rule-pack-new")
    assert "our-rules" in page
    sent = {"source": STARTER, "tests": "", "note": "First.", "version": "0"}
    made = visitor.post(reverse("rule-pack-new"), sent)
    pack = RulePack.objects.get()
    assert (made.status_code, made["Location"]) == (302, reverse("rule-pack", args=[pack.pk]))
    assert "nothing shows that its rules find" in text(visitor, "rule-pack", pack.pk)
    publish = reverse("rule-pack-publish", args=[pack.pk])
    assert visitor.post(publish, {"number": "1"}).status_code == 422
    assert visitor.post(publish, {"number": "1", "reason": "Small."}).status_code == 302
    html = text(visitor, "rule-pack", pack.pk)
    assert "Published without tests:" in html
    assert "version 1.0.0, acts" in html


def test_a_fault_in_the_text_is_told_at_the_text(visitor: Client) -> None:
    answer = visitor.post(reverse("rule-pack-new"), {"source": BROKEN, "version": "0"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "line 7: there is no family" in html
    assert "telepathy" in html
    assert not RulePack.objects.exists()


def test_a_part_that_is_missing_in_the_text_is_named(visitor: Client) -> None:
    lacking = pack_text().replace("    why:", "    whyever:", 1)
    html = visitor.post(reverse("rule-pack-new"), {"source": lacking}).content.decode()
    assert re.search(r"rules\[0\]\.why, line \d+: Field required", html)


def test_an_edit_of_an_old_version_is_a_conflict(visitor: Client, people: People) -> None:
    first = save_pack(team_id=people.team.pk, source=pack_text(), actor=SYSTEM)
    save_pack(team_id=people.team.pk, source=pack_text("1.1.0"), actor=SYSTEM)
    where = reverse("rule-pack-edit", args=[first.pack_id])
    assert visitor.post(where, {"source": pack_text("1.2.0"), "version": "1"}).status_code == 409
    assert visitor.post(where, {"source": pack_text("1.2.0"), "version": "2"}).status_code == 302
    assert RulePackVersion.objects.count() == 3


def test_failing_tests_are_shown_in_words(visitor: Client, people: People) -> None:
    tests = "schema: 1\nexamples: [{text: A fine box., finds: [{rule: spring.no-cheap}]}]"
    made = save_pack(team_id=people.team.pk, source=pack_text(), tests=tests, actor=SYSTEM)
    assert "not run yet" in text(visitor, "rule-pack", made.pack_id)
    visitor.post(reverse("rule-pack-test", args=[made.pack_id]))
    html = text(visitor, "rule-pack", made.pack_id)
    assert "1 of 1 failed" in html
    assert "spring.no-cheap did not find" in html
    answer = visitor.post(reverse("rule-pack-publish", args=[made.pack_id]), {"number": "1"})
    assert answer.status_code == 409
    assert "its own tests failed" in answer.content.decode()


def test_what_would_change_is_a_part_of_the_page_and_a_page_of_its_own(visitor: Client, people: People) -> None:
    run = made_run(people.team, "house")
    say(run, "A cheap box of Larkspur")
    made = save_pack(team_id=people.team.pk, source=pack_text(rules=CHEAP), actor=SYSTEM)
    where = reverse("rule-pack-what-if", args=[made.pack_id])
    part = visitor.get(where, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "spring.no-cheap" in part
    assert "3 of 3 versions read" in part
    whole = visitor.get(where, {"every": "true"}).content.decode()
    assert "<html" in whole
    assert "4 of 4 versions read" in whole


def test_a_long_comparison_goes_on_where_it_ended(
    visitor: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_run(people.team, "house")
    made = save_pack(team_id=people.team.pk, source=pack_text(rules=CHEAP), actor=SYSTEM)
    monkeypatch.setattr(what_if.compare, "__kwdefaults__", {**what_if.compare.__kwdefaults__, "limit": 2})
    html = visitor.get(reverse("rule-pack-what-if", args=[made.pack_id])).content.decode()
    assert "2 of 3 versions read" in html
    assert "Read the next ones" in html
    assert "autofocus" not in html
    after = re.search(r'hx-get="([^"]+after=[^"]+)"', html)
    assert after is not None
    following = visitor.get(after[1].replace("&amp;", "&"), HTTP_HX_REQUEST="true").content.decode()
    assert 'tabindex="-1" autofocus' in following.partition("1 of 3 versions read further")[0]


def test_without_pieces_there_is_nothing_to_compare(visitor: Client, people: People) -> None:
    pack = make.make_pack(people.team)
    html = visitor.get(reverse("rule-pack-what-if", args=[pack.pk])).content.decode()
    assert "nothing to compare" in html


def test_an_archived_pack_offers_publishing_only(visitor: Client, people: People) -> None:
    pack = published(people.team)
    archive_pack(pack_id=pack.pk, actor=SYSTEM)
    html = text(visitor, "rule-pack", pack.pk)
    assert reverse("rule-pack-edit", args=[pack.pk]) not in html
    assert reverse("rule-pack-publish", args=[pack.pk]) in html


def test_a_team_is_asked_for_where_there_are_several(visitor: Client, people: People) -> None:
    other = make.make_team("Other team")
    make.make_member(other, people.admin)
    assert "For which team?" in text(visitor, "rule-pack-new")
    html = text(visitor, "rule-pack-new", team=str(other.pk))
    assert "Other team" in html
    stranger = visitor.get(reverse("rule-pack-new"), {"team": str(make.make_team().pk)})
    assert stranger.status_code == 404
