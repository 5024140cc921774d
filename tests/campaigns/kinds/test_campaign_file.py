from __future__ import annotations

import pytest

from campaigns.kinds import plan_file
from campaigns.kinds.campaign_file import CampaignFile, parse
from conductor.lib.errors import BadInput

BRIEF = "kind: creative\nname: Spring\nbrief:\n  objective: Sell tea\n  platforms: [x]\nsettings: {seed: 3}\n"
PLAN = "plan:\n  goal: Stock\n  budget: '2'\n  tasks:\n    - {key: a, command: ls}\nrepository_files: {a/b: text}\n"


def refused(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parse(text)
    return caught.value


def test_a_creative_file() -> None:
    found = parse(BRIEF + "budget: 5\nexpected: {state: completed}\n")
    assert (found.kind, found.name, found.settings, found.budget) == ("creative", "Spring", {"seed": 3}, "5")
    assert (found.brief["objective"], found.brief["platforms"]) == ("Sell tea", ["twitter"])
    assert found.expected == {"state": "completed"}


def test_a_coding_file_takes_goal_and_budget_of_its_plan() -> None:
    found = parse(PLAN)
    assert (found.kind, found.goal, found.budget, found.brief) == ("coding", "Stock", "2", {})
    assert found.repository_files == {"a/b": "text"}
    assert parse("goal: Other\nbudget: 7\n" + PLAN).goal == "Other"


def test_a_bare_brief_and_a_bare_plan_are_campaigns_too() -> None:
    assert parse("objective: Sell tea").kind == "creative"
    plan = plan_file.parse("tasks:\n- {key: a, command: ls}")
    assert parse("tasks:\n- {key: a, command: ls}") == CampaignFile("coding", plan=plan)


def test_a_file_may_name_a_brand_of_the_team() -> None:
    assert parse("brand:  larkspur \n" + BRIEF).brand == "larkspur"
    assert parse(BRIEF).brand == ""
    assert "a coding campaign has no brand" in refused("brand: larkspur\n" + PLAN).message.casefold()
    assert list(refused("brand: [a]\n" + BRIEF).errors) == ["brand"]


def test_a_cut_is_told() -> None:
    found = parse(f"objective: {'word ' * 1000}", truncate=True)
    assert found.cuts == ("brief.objective had 4,999 characters; cut to 1,999 (the limit is 2,000).",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: creative\nbrief:\n  objective: 3\n", "line 3: brief.objective: Must be text."),
        ("objective: 3\n", "line 1: objective: Must be text."),
        (
            "plan:\n  tasks:\n  - {key: a, command: ls, needs: [b]}\n",
            "line 3: plan.tasks[0].needs[0]: No task called 'b'.",
        ),
        ("tasks:\n- {key: a, command: ls, needs: [b]}\n", "line 2: tasks[0].needs[0]: No task called 'b'."),
        ("kind: creative\nsettings:\n  mode: x\n", "line 3: settings.mode: Must be one of: parallel, sequential."),
        ("kind: poetry\n", "line 1: kind: Unknown kind 'poetry'; known: coding, creative."),
        ("kind: [a]\n", "line 1: kind: Must be the name of a kind."),
        ("kind: creative\nextra: 1\n", "line 2: extra: There is no such field."),
        (BRIEF + "plan: {tasks: []}\n", "line 7: plan: A creative campaign has a brief, not a plan."),
        (PLAN + "brief: {objective: x}\n", "line 7: brief: A coding campaign has a plan, not a brief."),
        (PLAN.replace("a/b", "../b"), "line 6: repository_files.../b: path '../b' must lead to a file"),
        (PLAN.replace("text", "3"), "line 6: repository_files.a/b: Must be text"),
        ("kind: creative\nbudget: 1.5\n", "line 2: budget: Must be an amount"),
        ("kind: creative\nexpected: 3\n", "line 2: expected: Must be an object."),
        ("- 1\n", "line 1: file: Must be an object"),
        ("a: [\n", "line 1: Not valid YAML"),
    ],
)
def test_every_fault_has_its_line_and_path(text: str, said: str) -> None:
    assert refused(text).message.startswith(said)


def test_a_file_that_is_no_yaml_is_malformed_not_a_bad_plan() -> None:
    assert refused("a: 'open").code == "malformed"
