"""A run is started with the published version of its campaign's brand, and keeps it whatever happens to the brand."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.actions.artifacts import regenerate_artifact
from campaigns.actions.audits import request_audit
from campaigns.actions.brands import archive_brand, create_brand, publish_brand, revise_brand
from campaigns.actions.campaigns import draft_campaign, file_campaign, revise_campaign
from campaigns.actions.checkpoints import fork_run, save_checkpoint
from campaigns.actions.runs import cancel_run, start_run
from campaigns.models import Artifact, Brand, BrandVersion, Campaign, Event, Run
from campaigns.permissions import SYSTEM
from campaigns.queries import artifacts, brands, campaigns, runs
from campaigns.queries.exports import as_zip
from campaigns.queries.invariants.all_checks import violations
from campaigns.queries.preflight import preflight
from conductor.lib.errors import BadInput
from tests.campaigns.engine.drive import drive
from tests.campaigns.people import People
from tests.campaigns.races import race
from tests.factories import make_brand_data

BRIEF: dict[str, Any] = {
    "objective": "Win 500 trial sign-ups in May",
    "audience": "Founders of small shops",
    "product": "Larkspur, a booking tool for small shops. It costs 9 USD a month.",
    "key_messages": ["Set up in ten minutes"],
    "constraints": {"prohibited_terms": ["cheap"]},
}


def make(people: People, *, published: bool = True, **parts: Any) -> Brand:
    said = {"prohibited_terms": ["guaranteed"], "platforms": ["linkedin"], **parts}
    brand = create_brand(team_id=people.team.pk, data=make_brand_data(**said), actor=SYSTEM)
    return publish_brand(brand_id=brand.pk, actor=SYSTEM) if published else brand


def file(people: People, brand: object = "larkspur", **brief: Any) -> Campaign:
    return file_campaign(team_id=people.team.pk, kind="creative", brief={**BRIEF, **brief}, brand=brand, actor=SYSTEM)  # type: ignore[arg-type]


def start(campaign: Campaign) -> Run:
    return start_run(campaign_id=campaign.pk, actor=SYSTEM)


def refused(campaign: Campaign) -> dict[str, list[str]]:
    with pytest.raises(BadInput) as caught:
        start(campaign)
    assert Run.objects.count() == 0
    return caught.value.errors


@pytest.mark.parametrize("said", ["larkspur", "Larkspur", "id", "uuid"])
def test_a_brand_is_named_by_id_slug_or_name(people: People, said: str) -> None:
    brand = make(people)
    assert file(people, {"id": str(brand.pk), "uuid": brand.pk}.get(said, said)).brand == brand


@pytest.mark.parametrize("said", ["nightjar", "00000000-0000-0000-0000-000000000000", 7])
def test_a_brand_that_is_not_there_is_refused_and_nothing_filed(people: People, said: object) -> None:
    create_brand(team_id=people.elsewhere.pk, data=make_brand_data("Nightjar"), actor=SYSTEM)
    with pytest.raises(BadInput) as caught:
        file(people, said)
    assert list(caught.value.errors) == ["brand"]
    assert Campaign.objects.count() == 0


def test_a_coding_campaign_has_no_brand(people: People) -> None:
    make(people)
    with pytest.raises(BadInput, match="valid"):
        file_campaign(team_id=people.team.pk, kind="coding", goal="x", brand="larkspur", actor=SYSTEM)


def test_the_published_version_is_merged_and_pinned(people: People) -> None:
    brand = make(people)
    revise_brand(brand_id=brand.pk, version=brand.version, changes={"emoji": "none"}, actor=SYSTEM)
    run = start(file(people))
    version = BrandVersion.objects.get(number=1)
    record = {"id": str(brand.pk), "name": "Larkspur", "version": 1, "sha256": version.sha256}
    assert run.settings["brand"] == record
    assert run.brand_version == version
    assert run.brief["tone"] == "warm, plain"
    assert run.brief["platforms"] == ["linkedin"]
    assert run.brief["constraints"]["prohibited_terms"] == ["cheap", "guaranteed"]
    assert run.brief["constraints"]["emoji"] == ""
    assert Event.objects.get(stream_id=run.pk, type="run.accepted").data["brand"] == record


def test_what_the_campaign_says_stays_as_it_was_filed(people: People) -> None:
    make(people)
    campaign = file(people)
    start(campaign)
    campaign.refresh_from_db()
    assert campaign.brief["tone"] == ""
    assert campaign.brief["constraints"]["prohibited_terms"] == ["cheap"]


def test_no_later_change_of_the_brand_touches_a_run(people: People) -> None:
    brand = make(people)
    campaign = file(people)
    run = start(campaign)
    before = (run.brief, run.settings)
    changes = {"voice": {"tone": "loud"}, "prohibited_terms": []}
    brand = revise_brand(brand_id=brand.pk, version=brand.version, changes=changes, actor=SYSTEM)
    publish_brand(brand_id=brand.pk, actor=SYSTEM)
    archive_brand(brand_id=brand.pk, actor=SYSTEM)
    run = drive(run)
    assert (run.outcome, (run.brief, run.settings)) == ("success", before)


def test_child_runs_keep_the_brand_of_their_parent(people: People) -> None:
    brand = make(people)
    campaign = file(people)
    run = drive(start(campaign))
    brand = revise_brand(brand_id=brand.pk, version=brand.version, changes={"emoji": "none"}, actor=SYSTEM)
    publish_brand(brand_id=brand.pk, actor=SYSTEM)
    revise_campaign(campaign_id=campaign.pk, version=1, changes={"brand": None}, actor=SYSTEM)
    piece = Artifact.objects.get(campaign=campaign, slot="copy")
    again = drive(regenerate_artifact(artifact_id=piece.pk, note="Shorter.", actor=SYSTEM))
    late = drive(request_audit(run_id=run.pk, actor=SYSTEM))
    for child in (again, late):
        assert child.settings["brand"] == run.settings["brand"]
        assert child.brand_version_id == run.brand_version_id
        assert child.brief == run.brief


def test_a_fork_keeps_the_brand_of_its_run(people: People) -> None:
    make(people)
    run = start(file(people))
    save_checkpoint(run_id=run.pk, actor=SYSTEM)
    child = fork_run(run_id=run.pk, actor=SYSTEM)
    assert (child.settings["brand"], child.brand_version_id) == (run.settings["brand"], run.brand_version_id)
    cancel_run(run_id=child.pk, actor=SYSTEM)


def test_a_run_without_a_brand_says_so(people: People) -> None:
    run = start(file(people, None, tone="dry", platforms=["linkedin"]))
    assert "brand" not in run.settings
    assert (run.brand_version, runs.as_json(run)["brand"]) == (None, None)


@pytest.mark.parametrize("state", ["draft", "archived"])
def test_no_run_starts_with_a_brand_that_is_not_published(people: People, state: str) -> None:
    brand = make(people, published=state != "draft")
    campaign = file(people)
    if state == "archived":
        archive_brand(brand_id=brand.pk, actor=SYSTEM)
    (said,) = refused(campaign)["brand"]
    assert "Larkspur" in said
    assert state in said
    assert preflight(Campaign.objects.get()).errors["brand"] == [said]


def test_a_brief_that_does_not_go_with_the_brand_is_refused_by_field(people: People) -> None:
    make(people, hashtags={"banned": ["Sale"]})
    campaign = file(
        people, constraints={"required_terms": ["Guaranteed"], "required_hashtags": ["sale"]},
    )  # fmt: skip
    errors = refused(campaign)
    assert sorted(errors) == ["brief.constraints.required_hashtags[0]", "brief.constraints.required_terms[0]"]
    assert preflight(campaign).errors == errors


def test_a_caution_and_a_waiting_draft_are_warnings_of_the_preflight(people: People) -> None:
    brand = make(people, words={"avoid": ["tool"]})
    revise_brand(brand_id=brand.pk, version=brand.version, changes={"emoji": "none"}, actor=SYSTEM)
    found = preflight(file(people, constraints={"required_terms": ["booking tool"]}))
    assert found.ok
    assert found.warnings[:2] == (
        "The brand Larkspur has changes that are not published; version 1 is used.",
        "The required term 'booking tool' holds 'tool', which is to be avoided.",
    )


def test_a_look_ahead_knows_the_brand_too(people: People) -> None:
    make(people)
    draft = draft_campaign(team_id=people.team.pk, kind="creative", brief=BRIEF, brand="larkspur")
    assert preflight(draft).ok
    assert Campaign.objects.count() == 0


def test_what_the_brand_gives_is_not_missing(people: People) -> None:
    make(people)
    assert campaigns.as_json(file(people))["missing"] == {}
    assert set(campaigns.as_json(file(people, None))["missing"]) == {"brief.tone", "brief.platforms"}


def test_the_same_brief_with_another_brand_is_no_twin(people: People) -> None:
    make(people)
    first, second = file(people), file(people, None)
    assert list(campaigns.twins(first)) == []
    assert list(campaigns.twins(file(people))) == [first]
    assert second.brief_hash == first.brief_hash


def test_a_brand_is_taken_or_dropped_by_a_revision(people: People) -> None:
    brand = make(people)
    campaign = file(people, None)
    campaign = revise_campaign(campaign_id=campaign.pk, version=1, changes={"brand": "larkspur"}, actor=SYSTEM)
    assert campaign.brand == brand
    campaign = revise_campaign(campaign_id=campaign.pk, version=2, changes={"brand": None}, actor=SYSTEM)
    assert campaign.brand is None
    assert Event.objects.filter(type="campaign.revised").order_by("seq").last().data["fields"] == ["brand"]  # type: ignore[union-attr]


def test_an_older_brief_is_not_told_as_changed(people: People) -> None:
    campaign = file(people, None)
    old = {name: value for name, value in campaign.brief.items() if name not in ("claims", "link")}
    Campaign.objects.filter(pk=campaign.pk).update(brief=old)
    revise_campaign(campaign_id=campaign.pk, version=1, changes={"name": "New"}, actor=SYSTEM)
    assert Event.objects.get(type="campaign.revised").data["fields"] == ["name"]


def test_run_bundle_and_export_say_which_version_was_used(people: People) -> None:
    make(people)
    run = drive(start(file(people)))
    record = run.settings["brand"]
    bundle = artifacts.bundle(run, None)
    assert runs.as_json(run)["brand"] == bundle["brand"] == record
    packed = as_zip(bundle)
    assert b"brand.json" not in packed
    assert b"copy.json" in packed


def test_usage_counts_campaigns_and_runs_by_version(people: People) -> None:
    brand = make(people)
    first, _ = file(people), file(people)
    cancel_run(run_id=start(first).pk, actor=SYSTEM)
    brand = revise_brand(brand_id=brand.pk, version=brand.version, changes={"emoji": "none"}, actor=SYSTEM)
    brand = publish_brand(brand_id=brand.pk, actor=SYSTEM)
    cancel_run(run_id=start(first).pk, actor=SYSTEM)
    used = brands.usage(brand)
    assert used["campaigns_total"] == 2
    assert used["runs"] == [{"version": 2, "runs": 1}, {"version": 1, "runs": 1}]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_run_that_starts_while_its_brand_is_published_has_one_version_whole(people: People) -> None:
    """Which one is not ours to say; what is merged and what is recorded are the same (and the invariants hold)."""
    brand = make(people)
    revise_brand(brand_id=brand.pk, version=brand.version, changes={"voice": {"tone": "loud"}}, actor=SYSTEM)
    campaign = file(people)
    run, published = race(lambda: start(campaign), lambda: publish_brand(brand_id=brand.pk, actor=SYSTEM))
    assert published.published == 2
    assert run.brief["tone"] == {1: "warm, plain", 2: "loud"}[run.settings["brand"]["version"]]


# --- Invariants -----------------------------------------------------------------------------------------------------


def broken(check: str) -> list[str]:
    return [found.words for found in violations(quiet_s=0) if found.check == check]


def test_a_head_that_has_no_version_is_found(people: People, unsound: None) -> None:
    brand = make(people)
    assert broken("I32") == []
    Brand.objects.filter(pk=brand.pk).update(head=5, published=5)
    assert broken("I32") == ["has another number of versions than its head says"]


def test_data_of_another_hash_is_found(people: People, unsound: None) -> None:
    brand = make(people)
    BrandVersion.objects.create(brand=brand, number=2, data={"name": "x"}, sha256="0" * 64, author="test")
    Brand.objects.filter(pk=brand.pk).update(head=2)
    assert broken("I32") == ["has data of another hash than is stored"]


def test_a_run_that_names_another_version_is_found(people: People, unsound: None) -> None:
    make(people)
    run = start(file(people))
    assert broken("I33") == []
    Run.objects.filter(pk=run.pk).update(settings={**run.settings, "brand": {**run.settings["brand"], "version": 9}})
    assert broken("I33") == ["names another brand version than the one it points to"]
