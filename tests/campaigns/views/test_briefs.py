"""The form of a brief: what is stored, what is refused by field with the input kept, how a run starts from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.kinds import brief as briefs
from campaigns.models import Budget, Campaign, Run
from campaigns.states import CampaignState
from tests.campaigns.views.conftest import People

WHOLE: dict[str, Any] = {
    "objective": "More subscribers by 30 April.",
    "audience": "People who brew at home.",
    "product": "The Larkspur box: three coffees for 29 euros.",
    "tone": "warm",
    "platforms": ["linkedin", "twitter"],
    "key_messages": "Roasted on Tuesdays.\n\nPause at any time.\n",
    "required_terms": "Larkspur",
    "prohibited_terms": "guaranteed\ncheap",
    "disclaimers": "Prices include VAT.",
    "max_words": "200",
    "brand_name": "Larkspur",
    "palette": "#2F3E8F",
    "mode": "sequential",
    "then": "draft",
}


def file(client: Client, **changes: Any) -> Any:
    return client.post(reverse("brief-new"), {**WHOLE, **changes})


def test_every_field_is_stored(visitor: Client, people: People) -> None:
    answer = file(visitor, name="Spring", seed="7", agent_copy="builtin", budget="2.50")

    campaign = Campaign.objects.get()
    assert answer["Location"] == reverse("campaign", args=[campaign.pk])
    assert campaign.name == "Spring"
    assert campaign.created_by == people.admin
    assert campaign.brief["key_messages"] == ["Roasted on Tuesdays.", "Pause at any time."]
    assert campaign.brief["constraints"]["prohibited_terms"] == ["guaranteed", "cheap"]
    assert campaign.brief["constraints"]["max_words"] == 200
    assert campaign.brief["brand"]["palette"] == ["#2F3E8F"]
    assert campaign.brief["platforms"] == ["linkedin", "twitter"]
    assert campaign.brief["mode"] == "sequential"
    assert campaign.settings == {"agents": {"copy": ["builtin"]}, "seed": 7}
    assert Budget.objects.get(scope="campaign").limit_micros == 2_500_000


def test_a_draft_may_be_empty(visitor: Client) -> None:
    answer = visitor.post(reverse("brief-new"), {"then": "draft"})

    assert answer.status_code == 302
    assert Campaign.objects.get().state == CampaignState.DRAFT


def test_running_starts_a_run_and_goes_to_it(visitor: Client) -> None:
    answer = file(visitor, then="run")

    assert answer["Location"] == reverse("run", args=[Run.objects.get().pk])


def test_what_is_missing_for_a_run_is_said_where_it_can_be_mended(visitor: Client) -> None:
    answer = file(visitor, then="run", tone="", platforms=[])

    campaign = Campaign.objects.get()
    assert answer["Location"] == reverse("brief-edit", args=[campaign.pk])
    html = visitor.get(answer["Location"]).content.decode()
    assert "Saved, but not started." in html
    assert "Say how it should sound." in html
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("platforms", ["myspace"], "myspace"),
        ("max_words", "-3", "between 1 and 10,000"),
        ("max_words", "many", "whole number"),
        ("max_words", str(2**63), "between 1 and 10,000"),
        ("seed", "x", "whole number"),
        ("budget", "NaN", "number"),
        ("budget", "-1", "greater than or equal to 0"),
        ("language", "klingon!", "language code"),
        ("tone", "w\u202earm", "not text"),
        ("mode", "sideways", "valid choice"),
        ("required_terms", "guaranteed", "also prohibited"),
        ("agent_copy", "nosuch", "nosuch"),
        ("disclaimers", "x" * 501, "501 characters"),
        ("name", "n" * 201, "201"),
    ],
)
def test_a_bad_value_is_refused_at_its_field_with_the_input_kept(
    visitor: Client, field: str, value: Any, words: str
) -> None:
    answer = file(visitor, **{field: value})

    form = answer.context["form"]
    said = " ".join(form.errors.get(field, []))
    assert answer.status_code == 422
    assert words in said, form.errors
    assert WHOLE["objective"] in answer.content.decode()
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("nasty", ["a\x00b", "<script>alert(1)</script>", "=1+1", "\u202etxt", "  ", "e\u0301" * 900])
def test_nasty_text_is_a_clear_answer_and_never_a_fault(visitor: Client, nasty: str) -> None:
    answer = file(visitor, objective=nasty, name=nasty[:50])

    assert answer.status_code in (302, 422)
    where = answer["Location"] if answer.status_code == 302 else None
    html = (visitor.get(where) if where else answer).content.decode()
    assert "<script>alert" not in html


def test_bytes_that_are_no_text_are_a_clear_answer(visitor: Client) -> None:
    form = b"objective=%ff%fe%00&tone=%ed%a0%80&then=draft"

    answer = visitor.post(reverse("brief-new"), form, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 422
    assert "objective" in answer.context["form"].errors


def test_ten_megabytes_are_refused_without_a_fault(visitor: Client) -> None:
    answer = file(visitor, product="x" * 10_000_000)

    assert answer.status_code in (400, 413, 422)
    assert not Campaign.objects.exists()


def test_an_oversized_text_shows_where_it_would_be_cut(visitor: Client) -> None:
    long = "word " * 500
    answer = file(visitor, objective=long)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "2,499 characters; the limit is 2,000" in html
    assert 'class="cut"' in html
    assert 'name="truncate"' in html


def test_with_the_authors_word_it_is_cut_and_told(visitor: Client) -> None:
    answer = file(visitor, objective="word " * 500, truncate="on")

    html = visitor.get(answer["Location"]).content.decode()
    assert len(Campaign.objects.get().brief["objective"]) <= briefs.DEFAULT_LIMITS["objective"]
    assert "Shortened: brief.objective had 2,499 characters" in html


def test_the_same_brief_twice_is_two_campaigns_and_pointed_out(visitor: Client) -> None:
    file(visitor, name="First")
    answer = file(visitor, name="Second")

    html = visitor.get(answer["Location"]).content.decode()
    assert Campaign.objects.count() == 2
    assert "says the same as this one" in html
    assert "First" in html


def test_a_brief_is_shown_for_editing_as_it_was_written(visitor: Client) -> None:
    file(visitor)
    campaign = Campaign.objects.get()

    html = visitor.get(reverse("brief-edit", args=[campaign.pk])).content.decode()

    assert "guaranteed\ncheap" in html
    assert 'value="200"' in html
    assert 'value="linkedin" class' in html or 'value="linkedin"' in html


def edit(client: Client, campaign: Campaign, **changes: Any) -> Any:
    return client.post(reverse("brief-edit", args=[campaign.pk]), {**WHOLE, "version": campaign.version, **changes})


def test_an_edit_makes_the_next_version(visitor: Client) -> None:
    file(visitor)
    campaign = Campaign.objects.get()

    answer = edit(visitor, campaign, tone="bold", max_words="", disclaimers="")

    campaign.refresh_from_db()
    assert answer.status_code == 302
    assert campaign.version == 2
    assert campaign.brief["tone"] == "bold"
    assert campaign.brief["constraints"]["max_words"] is None
    assert campaign.brief["constraints"]["disclaimers"] == []


def test_an_edit_of_an_old_version_is_refused_and_says_who_was_faster(visitor: Client, people: People) -> None:
    file(visitor)
    campaign = Campaign.objects.get()
    edit(visitor, campaign, tone="bold")

    answer = edit(visitor, campaign, tone="my own words")

    html = answer.content.decode()
    assert answer.status_code == 409
    assert people.admin.username in html
    assert "my own words" in html
    assert Campaign.objects.get().brief["tone"] == "bold"


def test_copying_fills_the_form_and_stores_nothing(visitor: Client) -> None:
    file(visitor, name="First")
    campaign = Campaign.objects.get()

    html = visitor.get(reverse("brief-new"), {"from": str(campaign.pk)}).content.decode()

    assert "Copy of First" in html
    assert Campaign.objects.count() == 1


@pytest.mark.parametrize("said", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_copying_from_nothing_is_not_found(visitor: Client, said: str) -> None:
    assert visitor.get(reverse("brief-new"), {"from": said}).status_code == 404


def test_an_author_may_file_for_their_own_team_only(people: People, signed_in: Callable[[User], Client]) -> None:
    client = signed_in(people.outsider)

    answer = file(client, team=str(people.team.pk))

    assert answer.status_code == 422
    assert not Campaign.objects.exists()


def test_the_sample_is_filed_and_run_with_one_press(visitor: Client) -> None:
    answer = visitor.post(reverse("sample"))

    run = Run.objects.get()
    assert answer["Location"] == reverse("run", args=[run.pk])
    assert run.campaign.brief["brand"]["name"] == "Larkspur"


def test_check_says_what_a_run_would_take_and_stores_nothing(visitor: Client) -> None:
    answer = file(visitor, then="check")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "A run of this would start." in html
    assert "<dt>Tasks</dt><dd>6</dd>" in html
    assert "not known: your team has not run all of this yet" in html
    assert "<dt>Cost</dt><dd>0.00 USD</dd>" in html
    assert WHOLE["objective"] in html
    assert not Campaign.objects.exists()


def test_check_names_what_is_missing_by_the_words_of_the_form(visitor: Client) -> None:
    html = file(visitor, then="check", product="", platforms=[]).content.decode()
    assert "A run of this would not start yet." in html
    assert "<li>Product and facts: " in html
    assert "<li>Platforms: " in html
    assert not Campaign.objects.exists()


def test_check_marks_what_is_not_valid_like_saving_does(visitor: Client) -> None:
    answer = file(visitor, then="check", max_words="-3")
    assert answer.status_code == 422
    assert "Nothing was saved." in answer.content.decode()


def test_check_of_a_stored_brief_looks_at_the_form_and_changes_nothing(visitor: Client) -> None:
    file(visitor)
    campaign = Campaign.objects.get()
    answer = visitor.post(
        reverse("brief-edit", args=[campaign.pk]),
        {**WHOLE, "mode": "parallel", "then": "check", "version": campaign.version},
    )
    html = answer.content.decode()
    assert "<dt>Tasks</dt><dd>4</dd>" in html
    assert "has the same content" not in html
    campaign.refresh_from_db()
    assert (campaign.version, campaign.brief["mode"]) == (1, "sequential")


def test_check_tells_of_a_twin(visitor: Client) -> None:
    file(visitor, name="Spring")
    assert "has the same content; this one runs separately." in file(visitor, then="check").content.decode()


def test_bytes_that_are_not_utf_8_are_refused_at_their_field(visitor: Client) -> None:
    answer = visitor.generic(
        "POST", reverse("brief-new"), b"then=draft&objective=%ff%fe", "application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422
    assert "Objective</a>: Contains a character that could not be read" in answer.content.decode()
    assert not Campaign.objects.exists()


def test_a_fault_of_a_hidden_field_is_said(visitor: Client) -> None:
    answer = file(visitor, version="x")
    assert answer.status_code == 422
    assert "version: Enter a whole number." in answer.content.decode()


def test_a_form_that_is_too_large_is_told_its_limit(visitor: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    answer = file(visitor, product="x" * 2_000)
    assert answer.status_code == 413
    assert "What was sent is larger than 1,000 bytes. Nothing was saved." in answer.content.decode()


def test_a_form_with_too_many_fields_is_told_so(visitor: Client) -> None:
    answer = visitor.post(reverse("brief-new"), {f"f{number}": "x" for number in range(1_500)})
    assert answer.status_code == 400
    assert "more fields or files than any page of ours" in answer.content.decode()
