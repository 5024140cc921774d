"""The brand library on pages: cards, one brand, its form, its commands, a phrase tried, and the picker of a brief."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.actions.brands import archive_brand, create_brand, publish_brand
from campaigns.forms.fields import RowsField
from campaigns.models import Brand, BrandVersion, Campaign, Run
from campaigns.permissions import SYSTEM
from campaigns.queries import brands as library
from campaigns.states import Role
from tests.campaigns.views import scenes
from tests.campaigns.views.conftest import People, text
from tests.factories import make_brand_data

WHOLE: dict[str, Any] = {
    "name": "Ember & Oak",
    "tone": "warm",
    "adjectives": "plain\n\ndependable",
    "dos": "Name the number.",
    "avoid": "cheap -> fair\npremium",
    "palette": "#5B2E1A | Bark | text\nf3e5d0\n#c9971c|Gold",
    "prohibited_terms": "best in the world",
    "claims": "Roasted the day it ships. | The roast log",
    "required_hashtags": "#EmberAndOak",
    "emoji": "sparing",
    "platforms": ["linkedin", "threads"],
    "link": "https://ember.example",
    "products": "Box | Three bags\\nof 250 g",
}


def make(people: People, name: str = "Larkspur", **parts: Any) -> Brand:
    brand = create_brand(team_id=people.team.pk, data=make_brand_data(name, **parts), actor=SYSTEM)
    return publish_brand(brand_id=brand.pk, actor=SYSTEM)


def post(client: Client, where: str, *args: object, **said: Any) -> Any:
    return client.post(reverse(where, args=args), said)


def head(brand: Brand) -> dict[str, Any]:
    brand.refresh_from_db()
    return library.version(brand, brand.head).data


def test_the_empty_library_teaches_and_gives_a_starter(visitor: Client, people: People) -> None:
    assert "Copy the starter brand" in text(visitor, "brands")
    answer = post(visitor, "brand-starter")
    brand = Brand.objects.get()
    assert answer["Location"] == reverse("brand", args=[brand.pk])
    assert (brand.name, brand.state, brand.created_by) == ("Larkspur", "draft", people.admin)


def test_a_viewer_is_offered_nothing_that_is_refused(people: People, signed_in: Callable[[User], Client]) -> None:
    viewer = signed_in(people.member(Role.VIEWER))
    assert "starter" not in text(viewer, "brands")
    brand = scenes.brand(people.team)
    shown = text(viewer, "brand", brand.pk)
    for action in ("publish", "archive", "clone", "edit"):
        assert reverse(f"brand-{action}", args=[brand.pk]) not in shown


def test_cards_show_state_colours_and_use(visitor: Client, people: People) -> None:
    scenes.brand(people.team)
    archived = make(people, "Old one")
    archive_brand(brand_id=archived.pk, actor=SYSTEM)
    shown = text(visitor, "brands")
    assert 'fill="#2b3a67"' in shown
    assert "draft waits" in shown
    assert "in 1 campaign<" in shown
    assert "Old one" not in shown
    assert "Old one" in text(visitor, "brands", state="archived")
    assert "No brand fits" in text(visitor, "brands", q="nothing like it")


def test_every_field_is_stored(visitor: Client, people: People) -> None:
    answer = post(visitor, "brand-new", **WHOLE)
    brand = Brand.objects.get()
    assert answer["Location"] == reverse("brand", args=[brand.pk])
    data = head(brand)
    assert data["voice"]["adjectives"] == ["plain", "dependable"]
    assert data["words"]["avoid"] == ["cheap -> fair", "premium"]
    assert data["palette"] == [
        {"name": "Bark", "hex": "#5b2e1a", "role": "text"},
        {"name": "#f3e5d0", "hex": "#f3e5d0", "role": ""},
        {"name": "Gold", "hex": "#c9971c", "role": ""},
    ]
    assert data["claims"] == [{"claim": "Roasted the day it ships.", "proof": "The roast log"}]
    assert data["hashtags"]["required"] == ["EmberAndOak"]
    assert data["products"] == [{"name": "Box", "description": "Three bags\nof 250 g"}]
    assert (data["emoji"], data["platforms"]) == ("sparing", ["linkedin", "threads"])


def test_saving_what_the_form_shows_changes_nothing(visitor: Client, people: People) -> None:
    post(visitor, "brand-new", **WHOLE)
    brand = Brand.objects.get()
    before = head(brand)
    page = text(visitor, "brand-edit", brand.pk)
    form = visitor.get(reverse("brand-edit", args=[brand.pk])).context["form"]
    said = {name: form[name].value() for name in form.fields if name != "team"}
    said = {name: "" if value is None else value for name, value in said.items()}
    said |= {name: form.fields[name].prepare_value(said[name]) for name in said if not isinstance(said[name], str)
             and name != "platforms"}  # fmt: skip
    assert "Edit the draft" in page
    assert post(visitor, "brand-edit", brand.pk, **said).status_code == 302
    assert (head(brand), brand.head) == (before, 1)


def test_a_fault_is_told_at_its_field_and_line_and_what_was_typed_is_kept(visitor: Client, people: People) -> None:
    answer = post(
        visitor, "brand-new", **{**WHOLE, "palette": "#fff\nnavy | Navy", "emoji": "sparing", "link": "ftp://x"}
    )
    assert answer.status_code == 422
    form = answer.context["form"]
    assert form.errors["palette"] == ["Line 2: Must be a colour as #rrggbb, such as #2B3A67."]
    assert list(form.errors) == ["palette", "link"]
    assert "navy | Navy" in answer.content.decode()
    assert Brand.objects.count() == 0


def test_too_many_parts_in_a_line_are_refused(visitor: Client, people: People) -> None:
    answer = post(visitor, "brand-new", **{**WHOLE, "claims": "a | b | c"})
    assert "at most 2 parts" in answer.context["form"].errors["claims"][0]


@pytest.mark.parametrize(
    "record", [{"claim": "a | b", "proof": "c\\d"}, {"claim": "two\nlines", "proof": ""}, {"claim": "", "proof": "x"}]
)
def test_what_a_field_of_records_shows_is_read_back_the_same(record: dict[str, str]) -> None:
    field = RowsField("x", parts=("claim", "proof"))
    (read,) = field.clean(field.written([record]))
    assert {**dict.fromkeys(record, ""), **read} == record


def test_a_stale_form_says_who_changed_what_and_keeps_the_text(visitor: Client, people: People) -> None:
    brand = make(people)
    answer = post(visitor, "brand-edit", brand.pk, name="Larkspur", tone="dry", version="1")
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Version 1 of Larkspur was published." in shown
    assert 'value="dry"' in shown
    assert BrandVersion.objects.count() == 1


def test_a_brand_shows_its_draft_against_what_is_published(visitor: Client, people: People) -> None:
    brand = scenes.brand(people.team)
    shown = text(visitor, "brand", brand.pk)
    assert "What the draft changes" in shown
    assert "<ins>dry</ins>" in shown
    assert "Slate on Night ink has a contrast of 1.95 to 1" in shown
    published = text(visitor, "brand", brand.pk, show="published")
    assert "What the draft changes" not in published
    assert "warm, plain, confident" in published
    assert "warm, plain, confident" in text(visitor, "brand", brand.pk, version="1")
    assert "warm, plain, dry" in text(visitor, "brand", brand.pk, version="99")


def test_publishing_names_the_draft_that_was_looked_at(visitor: Client, people: People) -> None:
    brand = scenes.brand(people.team)
    stale = post(visitor, "brand-publish", brand.pk, number="1")
    assert (stale.status_code, "look again" in stale.content.decode()) == (409, True)
    assert post(visitor, "brand-publish", brand.pk, number="2").status_code == 302
    brand.refresh_from_db()
    assert (brand.published, brand.published_by) == (2, people.admin)


def test_a_brand_is_archived_restored_and_copied(visitor: Client, people: People) -> None:
    brand = make(people)
    post(visitor, "brand-archive", brand.pk)
    assert "Restore" in text(visitor, "brand", brand.pk)
    assert reverse("brand-edit", args=[brand.pk]) not in text(visitor, "brand", brand.pk)
    post(visitor, "brand-restore", brand.pk)
    answer = post(visitor, "brand-clone", brand.pk, name="Second")
    copy = Brand.objects.get(name="Second")
    assert answer["Location"] == reverse("brand", args=[copy.pk])
    assert post(visitor, "brand-clone", brand.pk, name="Second").context["form"].errors["name"] == ["Is taken."]


def test_a_phrase_is_tried_as_a_fragment_and_as_a_page(visitor: Client, people: People) -> None:
    brand = make(people, words={"avoid": ["leverage -> use"]})
    where = reverse("brand-phrase", args=[brand.pk])
    part = visitor.post(where, {"text": "Leverage <b>it</b>."}, headers={"hx-request": "true"}).content.decode()
    assert re.search(r"<mark[^>]*>Leverage</mark> &lt;b&gt;it", part)
    assert "<ins>Use</ins>" in part
    assert "<html" not in part
    whole = visitor.post(where, {"text": "Use it."}).content.decode()
    assert "goes with the brand" in whole
    assert "<html" in whole
    assert "limit is 2,000" in visitor.post(where, {"text": "a" * 2_001}).content.decode()
    assert "Type something" in visitor.post(where, {"text": ""}).content.decode()


# --- The brief and the run ------------------------------------------------------------------------------------------

BRIEF: dict[str, Any] = {
    "objective": "More subscribers by 30 April.",
    "audience": "People who brew at home.",
    "product": "The Larkspur box: three coffees for 29 euros.",
    "claims": "Roasted the day it ships. | The roast log",
    "required_hashtags": "#Larkspur",
    "banned_hashtags": "sale",
    "emoji": "none",
    "link": "https://larkspur.example",
    "prefer": "roasted",
    "avoid": "cheap -> fair",
}


def test_a_brief_names_a_brand_and_its_run_shows_it(visitor: Client, people: People) -> None:
    brand = make(people, platforms=["linkedin"], palette=[{"hex": "#2b3a67"}])
    assert 'fill="#2b3a67"' in text(visitor, "brief-new")
    answer = post(visitor, "brief-new", **BRIEF, brand=str(brand.pk), then="run")
    run = Run.objects.get()
    assert answer["Location"] == reverse("run", args=[run.pk])
    assert (run.campaign.brand, run.settings["brand"]["version"]) == (brand, 1)
    assert "Larkspur</bdi></a>, version 1" in text(visitor, "run", run.pk)
    assert reverse("brand", args=[brand.pk]) in text(visitor, "campaign", run.campaign_id)


def test_the_new_fields_of_a_brief_are_stored_shown_and_kept(visitor: Client, people: People) -> None:
    post(visitor, "brief-new", **BRIEF, then="draft")
    campaign = Campaign.objects.get()
    brief = campaign.brief
    assert brief["claims"] == [{"claim": "Roasted the day it ships.", "proof": "The roast log"}]
    assert (brief["link"], brief["constraints"]["emoji"]) == ("https://larkspur.example", "none")
    assert brief["constraints"]["required_hashtags"] == ["Larkspur"]
    assert brief["brand"]["avoid"] == ["cheap -> fair"]
    shown = text(visitor, "campaign", campaign.pk)
    for said in ("The roast log", "#Larkspur", "#sale", "https://larkspur.example", "cheap -&gt; fair", "roasted"):
        assert said in shown
    form = visitor.get(reverse("brief-edit", args=[campaign.pk])).context["form"]
    assert form["claims"].value() == "Roasted the day it ships. | The roast log"
    assert form["banned_hashtags"].value() == "sale"


@pytest.mark.parametrize(
    ("field", "said", "words"),
    [
        ("link", "http://a.example", "https"),
        ("required_hashtags", "a1\nSale", "also banned"),
        ("claims", "| proof alone", "Line 1: Say what is claimed."),
        ("avoid", "cheap -> so cheap", "holds"),
        ("emoji", "lots", "valid choice"),
    ],
)
def test_a_fault_in_a_new_field_is_told_where_it_is(
    visitor: Client, people: People, field: str, said: str, words: str
) -> None:
    answer = post(visitor, "brief-new", **{**BRIEF, field: said}, then="draft")
    assert words in answer.context["form"].errors[field][0]
    assert Campaign.objects.count() == 0


def test_the_meter_knows_what_the_brand_gives(visitor: Client, people: People) -> None:
    brand = make(people, platforms=["linkedin"])
    answer = post(visitor, "brief-new", **BRIEF, brand=str(brand.pk), then="check")
    assert (answer.context["done"], answer.context["check"].ok) == (5, True)
    assert f'data-givers="{brand.pk}"' in answer.content.decode()
    assert post(visitor, "brief-new", **BRIEF, then="check").context["done"] == 3


def test_only_published_brands_are_offered_and_a_chosen_one_stays_named(visitor: Client, people: People) -> None:
    create_brand(team_id=people.team.pk, data=make_brand_data("Only a draft"), actor=SYSTEM)
    create_brand(team_id=people.outsider.memberships.get().team_id, data=make_brand_data("Foreign"), actor=SYSTEM)
    brand = make(people)
    shown = text(visitor, "brief-new")
    assert "Only a draft" not in shown
    assert "Foreign" not in shown
    post(visitor, "brief-new", **BRIEF, brand=str(brand.pk), then="draft")
    archive_brand(brand_id=brand.pk, actor=SYSTEM)
    campaign = Campaign.objects.get()
    assert "Larkspur (archived, not to be used)" in text(visitor, "brief-edit", campaign.pk)
    assert "The brand Larkspur is archived" in text(visitor, "campaign", campaign.pk)
    answer = visitor.post(reverse("campaign-start", args=[campaign.pk]), {})
    assert (answer.status_code, Run.objects.count()) == (422, 0)
    assert "is archived" in answer.content.decode()


def test_a_brand_of_others_cannot_be_sent(visitor: Client, people: People) -> None:
    foreign = create_brand(
        team_id=people.outsider.memberships.get().team_id, data=make_brand_data("Foreign"), actor=SYSTEM
    )
    answer = post(visitor, "brief-new", **BRIEF, brand=str(foreign.pk), then="draft")
    assert answer.status_code == 422
    assert Campaign.objects.count() == 0


def test_what_a_person_wrote_is_never_markup(visitor: Client, people: People) -> None:
    hostile = '<img src=x onerror="x">'
    brand = make(people, voice={"tone": hostile}, claims=[{"claim": hostile, "proof": hostile}])
    for name in ("brand", "brand-edit"):
        assert hostile not in text(visitor, name, brand.pk)
    assert hostile not in text(visitor, "brands")
    assert hostile not in text(visitor, "brief-new")
