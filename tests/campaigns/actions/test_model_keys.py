"""Keys of models: who may add one, what is stored and told of it, what it is used for, how it ends."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from campaigns.actions import model_keys, model_replies
from campaigns.actions.campaigns import file_campaign
from campaigns.actions.runs import start_run
from campaigns.models import Event, ModelKey, ModelReply
from campaigns.permissions import SYSTEM
from campaigns.queries.model_keys import defaults, row
from campaigns.queries.preflight import preflight
from campaigns.states import Role
from conductor.lib import redact
from conductor.lib.errors import BadInput, BadSetting, Conflict, NotFound
from tests.campaigns.people import People
from tests.campaigns.rights import assert_refused
from tests.factories import BRIEF

SECRET = "sk-canary-0123456789abcdefghij"


def add(people: People, **changes: Any) -> ModelKey:
    said = {"provider": "openai", "secret": SECRET, "actor": people.actor("admin"), **changes}
    return model_keys.add_key(team_id=people.team.pk, **said)


def local(people: People, name: str = "local", **changes: Any) -> ModelKey:
    given = {"provider": "openai-compatible", "endpoint": name, "base_url": "https://models.example.com/v1"}
    return add(people, **{**given, **changes})


def test_a_key_is_lent_as_it_was_typed(people: People) -> None:
    add(people, prices={"*": {"input": "2.5", "output": 10}})
    lent = model_keys.lend(people.team.pk, "openai", "")
    assert (lent.key, lent.provider, lent.base_url) == (SECRET, "openai", "")
    assert (lent.prices["*"].input_micros, lent.prices["*"].output_micros) == (2_500_000, 10_000_000)
    assert lent.slice_micros == settings.MODEL_SLICE_CENTS * 10_000


def test_a_key_is_stored_sealed_and_told_by_its_last_four(people: People) -> None:
    key = add(people)
    stored = str(ModelKey.objects.values().get()) + str(list(Event.objects.values())) + str(row(key))
    assert SECRET not in stored
    assert key.last_four == "ghij"
    assert "sealed" not in row(key)


def test_a_key_that_was_lent_is_taken_out_of_what_is_told(people: People) -> None:
    add(people, secret="Aaaa0123456789plain-words")
    model_keys.lend(people.team.pk, "openai", "")
    assert "Aaaa0123456789plain-words" not in redact.redact("it was Aaaa0123456789plain-words.")


def test_only_admins_rule_keys(people: People) -> None:
    key = add(people)
    assert_refused(people, Role.ADMIN, lambda actor: local(people, actor=actor))
    assert_refused(
        people, Role.ADMIN, lambda actor: model_keys.change_key(key_id=key.pk, changes={"uses": []}, actor=actor)
    )
    assert_refused(people, Role.ADMIN, lambda actor: model_keys.revoke_key(key_id=key.pk, actor=actor))
    assert_refused(
        people, Role.OPERATOR, lambda actor: model_keys.check_key(key_id=key.pk, model="gpt-4o", actor=actor)
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"provider": "nobody"}, "provider"),
        ({"secret": ""}, "key"),
        ({"secret": "short"}, "key"),
        ({"secret": "two words of a key"}, "key"),
        ({"secret": "k" * 501}, "key"),
        ({"secret": "schl\u00fcssel-mit-umlaut"}, "key"),
        ({"endpoint": "local"}, "endpoint"),
        ({"base_url": "http://models.example.com"}, "base_url"),
        ({"base_url": "https://169.254.169.254/"}, "base_url"),
        ({"uses": ["poems"], "model": "m"}, "uses"),
        ({"uses": ["copy"]}, "model"),
        ({"model": "no spaces please"}, "model"),
        ({"structured": "json"}, "structured"),
        ({"prices": {"m": {"input": "1"}}}, "prices.m"),
        ({"prices": {"m": {"input": "1", "output": 0.5}}}, "prices.m.output"),
        ({"prices": {"m": {"input": "-1", "output": "1"}}}, "prices.m.input"),
        ({"prices": {"m": {"input": "NaN", "output": "1"}}}, "prices.m.input"),
        ({"prices": {str(n): {"input": "1", "output": "1"} for n in range(60)}}, "prices"),
    ],
)
def test_bad_values_are_refused_at_their_field_and_nothing_is_stored(
    people: People, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        add(people, **changes)
    assert list(refused.value.errors) == [field]
    assert not ModelKey.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"base_url": ""}, "base_url"), ({"endpoint": ""}, "endpoint"), ({"endpoint": "Not A Name"}, "endpoint")],
)
def test_an_endpoint_needs_a_name_and_an_address(people: People, changes: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        local(people, **changes)
    assert list(refused.value.errors) == [field]


def test_a_refusal_does_not_repeat_the_key(people: People) -> None:
    with pytest.raises(BadInput) as refused:
        add(people, secret=f"{SECRET} and more")
    assert SECRET not in str(refused.value) + str(refused.value.errors)


def test_an_endpoint_of_ones_own_may_need_no_key(people: People) -> None:
    key = local(people, secret="")
    assert (key.last_four, model_keys.lend(people.team.pk, "openai-compatible", "local").key) == ("", "")


def test_one_key_per_provider_or_endpoint_and_another_after_it_is_revoked(people: People) -> None:
    first = add(people)
    local(people)
    local(people, "second")
    with pytest.raises(Conflict):
        add(people)
    model_keys.revoke_key(key_id=first.pk, actor=SYSTEM)
    add(people)


def test_a_revoked_key_is_erased_and_not_lent(people: People) -> None:
    key = add(people, model="gpt-4o", uses=["copy"])
    for _ in range(2):
        gone = model_keys.revoke_key(key_id=key.pk, actor=people.actor("admin"))
    assert (gone.sealed, gone.uses) == ("", [])
    assert Event.objects.filter(type="team.model_key_revoked").count() == 1
    with pytest.raises(NotFound):
        model_keys.lend(people.team.pk, "openai", "")
    with pytest.raises(Conflict):
        model_keys.change_key(key_id=key.pk, changes={"uses": []}, actor=SYSTEM)


def test_a_key_serves_its_own_team_only(people: People) -> None:
    add(people)
    with pytest.raises(NotFound):
        model_keys.lend(people.elsewhere.pk, "openai", "")


def test_a_sealed_key_moved_to_another_row_is_not_opened(people: People) -> None:
    key = add(people)
    other = model_keys.add_key(
        team_id=people.elsewhere.pk, provider="openai", secret="sk-of-another-team-0123456789", actor=SYSTEM
    )
    ModelKey.objects.filter(pk=other.pk).update(sealed=key.sealed)
    with pytest.raises(BadSetting):
        model_keys.lend(people.elsewhere.pk, "openai", "")


@pytest.mark.parametrize("moved", [{"base_url": "https://evil.example/v1"}, {"endpoint": "other"}])
def test_a_sealed_key_is_not_opened_for_another_place(people: People, moved: dict[str, str]) -> None:
    """However the row came to say so: a key is for the place it was entered for."""
    key = local(people)
    ModelKey.objects.filter(pk=key.pk).update(**moved)
    with pytest.raises(BadSetting):
        model_keys.lend(people.team.pk, key.provider, moved.get("endpoint", key.endpoint))


def test_neither_the_key_nor_where_it_is_sent_can_be_changed(people: People) -> None:
    key = local(people)
    for name in ("base_url", "secret", "key", "endpoint", "team_id"):
        with pytest.raises(BadInput):
            model_keys.change_key(key_id=key.pk, changes={name: "https://evil.example"}, actor=SYSTEM)


def test_keys_are_sealed_anew_under_a_new_secret(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    add(people)
    monkeypatch.setattr(settings, "MODEL_KEY_SECRETS", ["a new secret", *settings.MODEL_KEY_SECRETS])
    assert model_keys.reseal_keys(actor=SYSTEM) == 1
    monkeypatch.setattr(settings, "MODEL_KEY_SECRETS", ["a new secret"])
    assert model_keys.lend(people.team.pk, "openai", "").key == SECRET
    monkeypatch.setattr(settings, "MODEL_KEY_SECRETS", ["another"])
    with pytest.raises(BadSetting, match="MODEL_KEY_SECRETS"):
        model_keys.lend(people.team.pk, "openai", "")


def test_sealing_anew_is_for_the_machine_itself(people: People) -> None:
    with pytest.raises(NotFound):
        model_keys.reseal_keys(actor=people.actor("admin"))


# --- what a team asks by default --------------------------------------------------------------------------------------


def run_of(people: People, **agents: list[str]) -> dict[str, Any]:
    """The agents that a run of a new campaign pins."""
    said = {"agents": agents} if agents else {}
    actor = people.actor("author")
    campaign = file_campaign(team_id=people.team.pk, kind="creative", brief=BRIEF, settings=said, actor=actor)
    return dict(start_run(campaign_id=campaign.pk, actor=actor).settings["agents"])


def test_one_key_takes_a_team_from_the_built_in_makers_to_a_model(people: People) -> None:
    assert run_of(people)["copy"] == ["builtin"]
    add(people, model="gpt-4o", uses=["copy", "audit"])
    pinned = run_of(people)
    assert pinned["copy"] == pinned["audit"] == ["llm:openai:gpt-4o", "builtin"]
    assert pinned["short_copy"] == ["builtin"]


def test_what_a_campaign_says_goes_before_the_teams_default(people: People) -> None:
    add(people, model="gpt-4o", uses=["copy", "short_copy"])
    pinned = run_of(people, copy=["builtin"])
    assert (pinned["copy"], pinned["short_copy"]) == (["builtin"], ["llm:openai:gpt-4o", "builtin"])


def test_a_part_is_served_by_one_key(people: People) -> None:
    first = add(people, model="gpt-4o", uses=["copy", "short_copy"])
    local(people, model="qwen", uses=["copy"])
    first.refresh_from_db()
    assert first.uses == ["short_copy"]
    assert defaults(people.team.pk)["copy"] == ["llm:openai-compatible:local/qwen", "builtin"]


def test_a_team_without_the_key_cannot_start_with_the_model(people: People) -> None:
    with pytest.raises(BadInput) as refused:
        run_of(people, copy=["llm:openai:gpt-4o"])
    assert "no key for openai" in str(refused.value.errors)


def test_preflight_says_which_agents_would_be_asked_and_what_they_lack(people: People) -> None:
    add(people, model="gpt-4o", uses=["copy"])
    campaign = file_campaign(
        team_id=people.team.pk, kind="creative", brief=BRIEF, actor=people.actor("author"),
        settings={"agents": {"short_copy": ["llm:openai-compatible:lab/m", "builtin"]}},
    )  # fmt: skip
    found = preflight(campaign)
    assert found.ok
    said = {(use.task, use.agent): use.words for use in found.agents}
    assert said["copy", "llm:openai:gpt-4o"] == ""
    assert "no endpoint 'lab'" in said["short_copy", "llm:openai-compatible:lab/m"]
    assert found.estimate is not None
    assert found.estimate.cost_micros is None  # nobody knows yet what the model will cost


def test_a_key_added_later_does_not_change_a_run_that_began(people: People) -> None:
    actor = people.actor("author")
    campaign = file_campaign(team_id=people.team.pk, kind="creative", brief=BRIEF, actor=actor)
    run = start_run(campaign_id=campaign.pk, actor=actor)
    add(people, model="gpt-4o", uses=["copy"])
    run.refresh_from_db()
    assert run.settings["agents"]["copy"] == ["builtin"]


# --- answers kept for replay ------------------------------------------------------------------------------------------


def test_an_answer_is_kept_within_its_team(people: People) -> None:
    model_replies.keep(people.team.pk, "k", "one")
    model_replies.keep(people.team.pk, "k", "two")
    assert model_replies.recall(people.team.pk, "k") == "two"
    assert model_replies.recall(people.elsewhere.pk, "k") is None


def test_the_oldest_make_room(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MODEL_REPLIES_MB", 1)
    for number in range(12):
        model_replies.keep(people.team.pk, str(number), "x" * 100_000)
    kept = [int(key) for key in ModelReply.objects.values_list("key", flat=True)]
    assert sorted(kept) == list(range(2, 12))


def test_what_is_too_large_is_not_kept(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MODEL_REPLIES_MB", 1)
    model_replies.keep(people.team.pk, "k", "x" * 100_001)
    assert not ModelReply.objects.exists()


@pytest.mark.parametrize("text", ['{"a": 1} \x00', '{"a": 1} \ud800'])
def test_an_answer_that_no_database_takes_is_not_kept(people: People, text: str) -> None:
    model_replies.keep(people.team.pk, "k", text)
    assert model_replies.recall(people.team.pk, "k") is None


def test_the_sealed_column_is_the_only_place_of_the_secret(people: People) -> None:
    """Whatever tables there are: none holds the key in clear."""
    add(people)
    model_keys.lend(people.team.pk, "openai", "")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'select * from "{table}"')
            assert SECRET not in repr(cursor.fetchall()), table
