from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from campaigns import graph
from campaigns.graph import Graph, apply_status, build_graph
from campaigns.kinds.base import End, EndFacts, RunInput, TaskFact, TaskSpec
from campaigns.kinds.brief import default_seed, normalise
from campaigns.kinds.creative import SLOTS, CreativeKind
from campaigns.kinds.registry import get_kind
from campaigns.states import Mode, Purpose, Queue, Requires, RunOutcome, RunState, Stage, TaskState
from conductor.lib.errors import BadInput

KIND = CreativeKind()
BRIEF = normalise({"objective": "Sell", "audience": "All", "product": "Tea", "tone": "warm", "platforms": ["x"]}).brief
DONE, FAILED, PENDING = TaskState.COMPLETED, TaskState.FAILED, TaskState.PENDING


def given(mode: Mode = Mode.PARALLEL, purpose: Purpose = Purpose.FULL, **more: Any) -> RunInput:
    settings = KIND.effective_settings(more.pop("settings", {}), BRIEF, {})
    return RunInput(BRIEF, settings, {}, mode, purpose, seed=1, **more)


def planned(*args: Any, **more: Any) -> dict[str, TaskSpec]:
    return {task.key: task for task in KIND.plan(given(*args, **more))}


def maker(slot: str, state: str = DONE) -> TaskFact:
    return TaskFact(slot, SLOTS[slot].role, slot, state)


def audit(state: str = DONE, key: str = "audit") -> TaskFact:
    return TaskFact(key, "audit", "", state)


def ended(makers: list[TaskFact], audits: list[TaskFact], inherited: frozenset[str] = frozenset()) -> End:
    return KIND.end(EndFacts({}, tuple(makers), inherited, tuple(audits)))


def drained(work: Graph, failing: set[str]) -> Graph:
    """Work off the graph in its own order; the named tasks fail."""
    while (task := graph.next_task(work)) is not None:
        work = apply_status(work, task.key, TaskState.IN_PROGRESS)
        work = apply_status(work, task.key, FAILED if task.key in failing else DONE)
    return work


def test_the_registry_knows_the_kind() -> None:
    assert get_kind("creative").slots == ("copy", "short_copy", "visual_concept")


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="poetry"):
        get_kind("poetry")


def test_parallel_fans_out_and_audits_after_the_end_of_all_three() -> None:
    tasks = planned()
    assert [(t.role, t.slot) for t in tasks.values()] == [
        ("copywriting", "copy"),
        ("short_copy", "short_copy"),
        ("visual_concept", "visual_concept"),
        ("audit", ""),
    ]
    assert not any(tasks[slot].needs for slot in SLOTS)
    assert {(need.key, need.requires) for need in tasks["audit"].needs} == {(slot, Requires.END) for slot in SLOTS}
    assert tasks["audit"].inputs["slots"] == list(SLOTS)


def test_creative_tasks_are_tried_once_on_the_short_queue() -> None:
    for task in (*planned().values(), *planned(Mode.SEQUENTIAL).values()):
        assert (task.max_attempts, task.queue, task.backend) == (1, Queue.SHORT, ("builtin",))


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("purpose", Purpose)
def test_every_plan_is_a_sound_graph(mode: Mode, purpose: Purpose) -> None:
    tasks = KIND.plan(given(mode, purpose, slot="copy"))
    graph.check([graph.as_node(task, number) for number, task in enumerate(tasks)])


def test_sequential_goes_piece_by_piece_each_with_its_audit() -> None:
    order = [task.key for task in KIND.plan(given(Mode.SEQUENTIAL))]
    assert order == ["copy", "audit-copy", "short_copy", "audit-short_copy", "visual_concept", "audit-visual_concept"]
    assert list(graph.order(build_graph(KIND.plan(given(Mode.SEQUENTIAL))).nodes)) == order


def test_sequential_starts_one_task_at_a_time() -> None:
    work = build_graph(KIND.plan(given(Mode.SEQUENTIAL)))
    while (task := graph.next_task(work)) is not None:
        assert graph.ready_set(work.nodes) == (task.key,)
        work = apply_status(apply_status(work, task.key, TaskState.IN_PROGRESS), task.key, DONE)


def test_sequential_short_copy_reads_the_copy() -> None:
    assert "copy" in {need.key for need in planned(Mode.SEQUENTIAL)["short_copy"].needs}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("failing", [{"copy"}, {"visual_concept"}, {"audit", "audit-copy"}, set(SLOTS)])
def test_a_failure_stops_nothing_that_follows(mode: Mode, failing: set[str]) -> None:
    work = drained(build_graph(KIND.plan(given(mode))), failing)
    assert {node.key for node in work.nodes if node.state != DONE} == failing & {node.key for node in work.nodes}


def test_regenerate_makes_one_piece_anew_and_audits_the_bundle() -> None:
    tasks = planned(purpose=Purpose.REGENERATE, slot="short_copy", note="shorter", inherited={"short_copy": "v1"})
    assert list(tasks) == ["short_copy", "audit"]
    assert tasks["short_copy"].inputs == {"note": "shorter", "previous": "v1"}
    assert [(need.key, need.requires) for need in tasks["audit"].needs] == [("short_copy", Requires.SUCCESS)]
    assert tasks["audit"].inputs["slots"] == list(SLOTS)


def test_regenerate_of_an_unknown_piece_is_refused() -> None:
    with pytest.raises(BadInput, match="jingle"):
        KIND.plan(given(purpose=Purpose.REGENERATE, slot="jingle"))


@pytest.mark.parametrize("mode", Mode)
def test_an_audit_run_is_one_audit_of_the_bundle(mode: Mode) -> None:
    tasks = planned(mode, Purpose.AUDIT)
    assert list(tasks) == ["audit"]
    assert not tasks["audit"].needs


def test_agents_and_timeouts_of_the_settings_act() -> None:
    settings = {"agents": {"copy": ["scripted", "builtin"]}, "timeouts": {"audit": 7}}
    tasks = planned(settings=settings)
    assert tasks["copy"].backend == ("scripted", "builtin")
    assert tasks["short_copy"].backend == ("builtin",)
    assert (tasks["audit"].timeout_s, tasks["copy"].timeout_s) == (7, 120)


def test_the_mode_is_the_setting_then_the_brief_then_parallel() -> None:
    sequential = {**BRIEF, "mode": "sequential"}
    assert KIND.effective_settings({}, BRIEF, {})["mode"] == "parallel"
    assert KIND.effective_settings({}, sequential, {})["mode"] == "sequential"
    assert KIND.effective_settings({"mode": "parallel"}, sequential, {})["mode"] == "parallel"


def test_the_seed_is_the_setting_then_the_brief() -> None:
    assert KIND.effective_settings({"seed": 0}, BRIEF, {})["seed"] == 0
    assert KIND.effective_settings({}, BRIEF, {})["seed"] == default_seed(BRIEF)


def test_effective_settings_are_settings_themselves() -> None:
    acting = KIND.effective_settings({"max_parallel": 2, "limits": {"tone": 50}}, BRIEF, {})
    assert KIND.check_settings(acting) == acting
    assert KIND.at_once(acting) == 2
    assert acting["limits"]["tone"] == 50


def test_unknown_and_bad_settings_are_refused_by_field() -> None:
    bad = {
        "mode": "zigzag", "seed": -1, "max_parallel": 0, "colour": "red",
        "agents": {"copy": "nobody", "singer": "builtin"}, "timeouts": {"copy": float("nan")}, "limits": {"tone": "x"},
    }  # fmt: skip
    with pytest.raises(BadInput) as caught:
        KIND.check_settings(bad)
    assert set(caught.value.errors) == {
        "settings.mode", "settings.seed", "settings.max_parallel", "settings.colour", "settings.agents.copy",
        "settings.agents.singer", "settings.timeouts.copy", "settings.limits.tone",
    }  # fmt: skip


def test_a_deadline_is_a_setting_of_both_kinds() -> None:
    for kind in (KIND, get_kind("coding")):
        assert kind.check_settings({"deadline_s": 60}) == {"deadline_s": 60}
        with pytest.raises(BadInput):
            kind.check_settings({"deadline_s": 0})


def test_a_brief_is_needed_to_start_and_brings_no_domains() -> None:
    assert list(KIND.missing({**BRIEF, "tone": ""}, {}, "")) == ["brief.tone"]
    assert KIND.domains({}) == {}


def test_a_plan_is_not_for_a_brief() -> None:
    assert KIND.read_plan({}) == {}
    with pytest.raises(BadInput, match="not a plan"):
        KIND.read_plan({"tasks": []})


@pytest.mark.parametrize(
    ("failed", "state", "outcome"),
    [
        ((), RunState.COMPLETED, RunOutcome.SUCCESS),
        (("copy",), RunState.PARTIALLY_COMPLETED, RunOutcome.PARTIAL),
        (("copy", "visual_concept"), RunState.PARTIALLY_COMPLETED, RunOutcome.PARTIAL),
        (tuple(SLOTS), RunState.FAILED, RunOutcome.FAILED),
    ],
)
def test_the_outcome_counts_pieces(failed: tuple[str, ...], state: RunState, outcome: RunOutcome) -> None:
    makers = [maker(slot, FAILED if slot in failed else DONE) for slot in SLOTS]
    assert ended(makers, [audit()]) == End(state, outcome, audit_pending=False)


@pytest.mark.parametrize("state", [FAILED, TaskState.BLOCKED, TaskState.CANCELLED])
def test_an_audit_that_did_not_come_about_is_owed(state: TaskState) -> None:
    whole = ended([maker(slot) for slot in SLOTS], [audit(state)])
    assert whole == End(RunState.COMPLETED, RunOutcome.SUCCESS, audit_pending=True)
    partial = ended([maker("copy"), maker("short_copy", FAILED)], [audit(state)])
    assert partial == End(RunState.PARTIALLY_COMPLETED, RunOutcome.PARTIAL, audit_pending=True)


def test_no_audit_is_owed_where_nothing_was_made() -> None:
    assert not ended([maker(slot, FAILED) for slot in SLOTS], [audit(FAILED)]).audit_pending


def test_a_skipped_audit_is_a_decision_and_a_skipped_piece_is_missing() -> None:
    assert not ended([maker(slot) for slot in SLOTS], [audit(TaskState.SKIPPED)]).audit_pending
    skipped = ended([maker("copy"), maker("short_copy", TaskState.SKIPPED)], [audit()])
    assert skipped.state == RunState.PARTIALLY_COMPLETED


def test_one_failed_audit_of_three_is_owed() -> None:
    audits = [audit(DONE, "audit-copy"), audit(FAILED, "audit-short_copy"), audit(DONE, "audit-visual_concept")]
    assert ended([maker(slot) for slot in SLOTS], audits).audit_pending


def test_superseded_tasks_do_not_count() -> None:
    makers = [maker(slot) for slot in SLOTS]
    audits = [audit(TaskState.SUPERSEDED), audit(DONE, "audit-2")]
    assert ended(makers, audits) == End(RunState.COMPLETED, RunOutcome.SUCCESS)


def test_a_failed_regeneration_is_a_failed_run_whatever_it_inherited() -> None:
    inherited = frozenset(SLOTS)
    assert ended([maker("copy", FAILED)], [audit(TaskState.BLOCKED)], inherited).state == RunState.FAILED
    assert ended([maker("copy")], [audit()], inherited) == End(RunState.COMPLETED, RunOutcome.SUCCESS)


def test_an_audit_run_ends_as_its_audit_and_owes_nothing_itself() -> None:
    assert ended([], [audit()], frozenset(SLOTS)) == End(RunState.COMPLETED, RunOutcome.SUCCESS)
    assert ended([], [audit(FAILED)], frozenset(SLOTS)) == End(RunState.FAILED, RunOutcome.FAILED)
    assert ended([], []).state == RunState.FAILED


def test_stages_follow_the_agents() -> None:
    stages = [KIND.stage_on_start(maker(slot), Mode.PARALLEL) for slot in SLOTS]
    assert stages == [Stage.GENERATING_COPY, Stage.GENERATING_SHORT_COPY, Stage.GENERATING_VISUAL]
    assert KIND.stage_on_start(audit(), Mode.SEQUENTIAL) == Stage.AUDITING
    assert KIND.stage_on_start(TaskFact("x", "task", "", PENDING), Mode.PARALLEL) == ""


def test_generation_is_complete_once_and_in_parallel_only() -> None:
    half = [maker("copy"), maker("short_copy", FAILED), maker("visual_concept", TaskState.IN_PROGRESS)]
    whole = [*half[:2], maker("visual_concept")]
    assert not KIND.generation_complete(Mode.PARALLEL, half)
    assert KIND.generation_complete(Mode.PARALLEL, whole)
    assert not KIND.generation_complete(Mode.SEQUENTIAL, whole)
    assert not KIND.generation_complete(Mode.PARALLEL, [])


def test_a_retried_piece_brings_an_audit_that_stands_in_for_the_one_made() -> None:
    facts = [maker("copy", PENDING), maker("short_copy"), maker("visual_concept"), audit()]
    change = KIND.retry_changes(given(), facts, ["copy"])
    (again,) = change.add
    assert (again.key, again.supersedes, change.supersede) == ("audit-2", "audit", ())
    assert {need.key for need in again.needs} == set(SLOTS)
    assert all(need.requires == Requires.END for need in again.needs)


def test_a_failed_audit_is_set_aside_by_the_new_one() -> None:
    facts = [maker("copy", PENDING), maker("short_copy"), maker("visual_concept"), audit(FAILED)]
    change = KIND.retry_changes(given(), facts, ["copy"])
    assert (change.add[0].supersedes, change.supersede) == ("audit", ("audit",))


def test_a_second_retry_counts_on() -> None:
    facts = [maker("copy", PENDING), audit(TaskState.SUPERSEDED), audit(DONE, "audit-2")]
    assert KIND.retry_changes(given(), facts, ["copy"]).add[0].key == "audit-3"


@pytest.mark.parametrize("state", [PENDING, TaskState.READY, TaskState.IN_PROGRESS])
def test_an_audit_still_to_come_is_left_alone(state: TaskState) -> None:
    assert not KIND.retry_changes(given(), [maker("copy", PENDING), audit(state)], ["copy"]).add


def test_an_audit_retried_itself_is_not_doubled() -> None:
    facts = [maker("copy", PENDING), audit(FAILED)]
    assert not KIND.retry_changes(given(), facts, ["copy", "audit"]).add
    assert not KIND.retry_changes(given(), [maker("copy"), audit(FAILED)], ["audit"]).add


def test_a_sequential_retry_audits_that_piece_only() -> None:
    facts = [maker("copy", PENDING), audit(DONE, "audit-copy"), maker("short_copy"), audit(DONE, "audit-short_copy")]
    (again,) = KIND.retry_changes(given(Mode.SEQUENTIAL), facts, ["copy"]).add
    assert (again.key, again.supersedes, again.inputs["slots"]) == ("audit-copy-2", "audit-copy", ["copy"])
    assert [need.key for need in again.needs] == ["copy"]


def test_a_retry_is_a_change_the_graph_takes() -> None:
    work = drained(build_graph(KIND.plan(given())), {"copy"})
    work = apply_status(work, "copy", TaskState.READY)
    slots = {t.key: t for t in KIND.plan(given())}
    facts = [TaskFact(n.key, slots[n.key].role, slots[n.key].slot, n.state) for n in work.nodes]
    grown = graph.apply_change(work.nodes, KIND.retry_changes(given(), facts, ["copy"]))
    assert grown.states == {"audit-2": PENDING}
    assert drained(build_graph(grown.nodes), set())["audit-2"].state == DONE


def test_a_piece_becomes_a_version_with_the_distinct_tags_of_its_items() -> None:
    tags = {"type": "headline", "platform": None, "length": None, "tone": "warm", "language": "en"}
    output = {
        "headlines": [{"text": "A", "tags": tags}, {"text": "B", "tags": dict(tags)}],
        "bodies": [{"text": "C", "tags": {**tags, "type": "body", "length": "short"}}],
    }
    version = KIND.products(maker("copy"), output, {"note": "shorter"}).version
    assert version is not None
    assert (version.slot, version.content, version.note) == ("copy", output, "shorter")
    assert version.tags == (tags, {**tags, "type": "body", "length": "short"})


def report_of(**more: Any) -> dict[str, Any]:
    return {
        "verdict": "conditional", "score": 71.5, "categories": {"clarity": {"score": 71.5}},
        "findings": [{"rule": "r", "slot": "copy"}], "recommendations": [{"text": "Shorten."}],
        "pieces": [
            {"slot": "copy", "version": "v1", "sha256": "ab", "present": True},
            {"slot": "short_copy", "version": None, "sha256": None, "present": False},
        ],
        "pack": {"name": "standard", "version": "1"}, **more,
    }  # fmt: skip


def test_an_audit_becomes_a_report_that_names_what_was_missing() -> None:
    report = KIND.products(audit(), report_of(), {"scope": "bundle", "slots": list(SLOTS)}).report
    assert report is not None
    assert (report.verdict, report.score, report.scope) == ("conditional", 71.5, "bundle")
    assert report.pieces == {"copy": {"version": "v1", "sha256": "ab"}, "short_copy": None}
    assert (report.pack, report.pack_version) == ("standard", "1")


def test_an_audit_without_a_verdict_is_not_audited() -> None:
    output = report_of()
    del output["verdict"]
    report = KIND.products(audit(), output, {}).report
    assert report is not None
    assert report.verdict == "not_audited"


def test_an_unknown_verdict_is_refused() -> None:
    with pytest.raises(BadInput, match="splendid"):
        KIND.products(audit(), report_of(verdict="splendid"), {})


def test_other_tasks_make_nothing() -> None:
    products = KIND.products(replace(audit(), role="task"), {"x": 1}, {})
    assert (products.version, products.report, products.graph) == (None, None, None)
