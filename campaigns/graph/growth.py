"""Growth of a running graph: new tasks, further edges, tasks set aside. Checks it all, then says what changes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from campaigns.graph.checks import MAX_ERRORS, check
from campaigns.graph.nodes import ChangeLike, Need, Node, as_node, is_dead, is_met
from campaigns.states import TaskState, may_move
from conductor.lib.errors import BadInput

NOT_BEGUN: Final = frozenset({TaskState.PENDING, TaskState.READY, TaskState.BLOCKED})
FINAL: Final = frozenset({TaskState.COMPLETED, TaskState.SKIPPED})


@dataclass(frozen=True, slots=True)
class Grown:
    """The graph after a change, and what the change did to it.

    `needs_left` and `states` name every task that is new or whose needs changed: pending, ready, or blocked.
    """

    nodes: tuple[Node, ...]
    added: tuple[str, ...]
    superseded: tuple[str, ...]
    edges_added: tuple[tuple[str, Need], ...]
    edges_removed: tuple[tuple[str, str], ...]
    needs_left: dict[str, int]
    states: dict[str, str]


def apply_change(nodes: Sequence[Node], change: ChangeLike) -> Grown:
    """The grown graph, or BadInput by field (`add[i]`, `edges[i]`, `supersede[i]`); nothing is changed in place.

    A task is set aside when `supersede` names it, or when a new task's `supersedes` does and it has not ended well (if
    it has, there is only the link). Its dependants that have not begun then need what stands in for it: the new tasks
    that supersede it and those that `stand_ins` names. Without a stand-in for them the change is refused, unless
    `stand_ins` says so outright.
    """
    old = {node.key: node for node in nodes}
    faults: dict[str, list[str]] = {}
    added = _new_nodes(old, nodes, change, faults)
    aside = _set_aside(old, change, faults)
    stand_ins = _stand_ins(old, change, aside, faults)
    _raise(faults)

    rewired, removed, gained = _rewire(nodes, aside, stand_ins, faults)
    everyone = {node.key: node for node in (*rewired, *added)}
    gained += _add_edges(everyone, old, change, aside, faults)
    _refuse_needs_of_set_aside(added, aside, faults)
    _raise(faults)

    _check_grown(tuple(everyone.values()), len(nodes))
    new = {node.key for node in added}
    left, states = _settle(everyone, new, gained, removed)
    settled = tuple(replace(node, state=states[key]) if key in states else node for key, node in everyone.items())
    edges = [(node.key, need) for node in settled if node.key in new for need in node.needs]
    edges += [edge for edge in gained if edge[0] not in new]
    keys = tuple(node.key for node in added)
    return Grown(settled, keys, tuple(sorted(aside)), tuple(edges), tuple(removed), left, states)


def _new_nodes(
    old: dict[str, Node], nodes: Sequence[Node], change: ChangeLike, faults: dict[str, list[str]]
) -> list[Node]:
    position = max((node.position for node in nodes), default=-1) + 1
    seen: set[str] = set()
    for number, spec in enumerate(change.add):
        if not spec.key:
            _say(faults, f"add[{number}].key", "A task needs a key.")
        elif spec.key in old:
            _say(faults, f"add[{number}].key", f"The run already has a task {spec.key!r}.")
        elif spec.key in seen:
            _say(faults, f"add[{number}].key", f"{spec.key!r} is added twice.")
        seen.add(spec.key)
    return [as_node(spec, position + number) for number, spec in enumerate(change.add)]


def _set_aside(old: dict[str, Node], change: ChangeLike, faults: dict[str, list[str]]) -> set[str]:
    aside: set[str] = set()
    for number, key in enumerate(change.supersede):
        _judge_aside(old, key, f"supersede[{number}]", faults, aside)
    for number, spec in enumerate(change.add):
        key = spec.supersedes
        if key and (key not in old or old[key].state not in FINAL):
            _judge_aside(old, key, f"add[{number}].supersedes", faults, aside)
    return aside


def _judge_aside(old: dict[str, Node], key: str, field: str, faults: dict[str, list[str]], aside: set[str]) -> None:
    if key not in old:
        _say(faults, field, f"No task called {key!r}.")
    elif old[key].state == TaskState.IN_PROGRESS:
        _say(faults, field, f"{key!r} is being worked on; it can be set aside once that attempt has ended.")
    elif not may_move("task", old[key].state, TaskState.SUPERSEDED):
        _say(faults, field, f"{key!r} is {old[key].state} and can no longer be set aside.")
    else:
        aside.add(key)


def _stand_ins(
    old: dict[str, Node], change: ChangeLike, aside: set[str], faults: dict[str, list[str]]
) -> dict[str, list[str]]:
    """What stands in for each task set aside; a task without an entry here must have no dependant that still waits."""
    found: dict[str, list[str]] = {}
    for spec in change.add:
        if spec.supersedes in aside:
            found.setdefault(spec.supersedes, []).append(spec.key)
    known = {spec.key for spec in change.add} | old.keys()
    for number, (key, others) in enumerate(change.stand_ins):
        if key not in aside:
            _say(faults, f"stand_ins[{number}]", f"{key!r} is not being set aside.")
            continue
        into = found.setdefault(key, [])
        for other in others:
            if other not in known or other in aside:
                why = "is being set aside" if other in aside else "is no task of this run"
                _say(faults, f"stand_ins[{number}]", f"{other!r} {why}.")
            elif other not in into:
                into.append(other)
    return found


def _rewire(
    nodes: Sequence[Node], aside: set[str], stand_ins: dict[str, list[str]], faults: dict[str, list[str]]
) -> tuple[list[Node], list[tuple[str, str]], list[tuple[str, Need]]]:
    """The old nodes with the needs of what is set aside handed to what stands in for it."""
    result: list[Node] = []
    removed: list[tuple[str, str]] = []
    gained: list[tuple[str, Need]] = []
    for node in nodes:
        if node.key in aside:
            result.append(replace(node, state=TaskState.SUPERSEDED))
        elif aside and node.state in NOT_BEGUN and any(need.key in aside for need in node.needs):
            kept = {need.key: need for need in node.needs if need.key not in aside}
            for need in node.needs:
                if need.key not in aside:
                    continue
                removed.append((node.key, need.key))
                if need.key not in stand_ins:
                    _say(faults, "supersede", f"{node.key!r} needs {need.key!r}, and nothing stands in for it.")
                for key in stand_ins.get(need.key, ()):
                    if key not in kept:
                        kept[key] = Need(key, need.requires)
                        gained.append((node.key, kept[key]))
            result.append(replace(node, needs=tuple(kept.values())))
        else:
            result.append(node)
    return result, removed, gained


def _add_edges(
    everyone: dict[str, Node],
    old: dict[str, Node],
    change: ChangeLike,
    aside: set[str],
    faults: dict[str, list[str]],
) -> list[tuple[str, Need]]:
    gained: list[tuple[str, Need]] = []
    grown: dict[str, dict[str, Need]] = {}
    for number, (key, need) in enumerate(change.edges):
        field = f"edges[{number}]"
        missing = next((name for name in (key, need.key) if name not in everyone), None)
        if missing is not None:
            _say(faults, field, f"No task called {missing!r}.")
        elif key in aside or need.key in aside:
            _say(faults, field, f"{key if key in aside else need.key!r} is being set aside.")
        elif key in old and old[key].state not in NOT_BEGUN:
            _say(faults, field, f"{key!r} is {old[key].state}; a task that has begun gets no new needs.")
        else:
            needs = grown.setdefault(key, {n.key: n for n in everyone[key].needs})
            known = needs.get(need.key)
            if known is None:
                needs[need.key] = need
                gained.append((key, need))
            elif known.requires != need.requires:
                _say(faults, field, f"{key!r} already needs the {known.requires} of {need.key!r}.")
    for key, needs in grown.items():
        everyone[key] = replace(everyone[key], needs=tuple(needs.values()))
    return gained


def _refuse_needs_of_set_aside(added: Sequence[Node], aside: set[str], faults: dict[str, list[str]]) -> None:
    for number, node in enumerate(added):
        for place, need in enumerate(node.needs):
            if need.key in aside:
                _say(faults, f"add[{number}].needs[{place}]", f"{need.key!r} is being set aside.")


def _check_grown(grown: tuple[Node, ...], before: int) -> None:
    """Unknown needs and cycles, told by the fields of the change where they come from it."""
    try:
        check(grown)
    except BadInput as error:
        told: dict[str, list[str]] = {}
        for field, words in error.errors.items():
            told.setdefault(_in_change(field, before), []).extend(words)
        raise BadInput(code=error.code, errors=told) from None


def _in_change(field: str, before: int) -> str:
    number, _, rest = field.removeprefix("tasks[").partition("]")
    # A fault at an old task can only come from a further edge: the graph was sound before.
    return f"add[{int(number) - before}]{rest}" if int(number) >= before else "edges"


def _settle(
    everyone: dict[str, Node],
    added: set[str],
    gained: list[tuple[str, Need]],
    removed: list[tuple[str, str]],
) -> tuple[dict[str, int], dict[str, str]]:
    """Needs left and state of every task that is new or whose needs changed."""
    left: dict[str, int] = {}
    states: dict[str, str] = {}
    for key in dict.fromkeys((*added, *(key for key, _ in gained), *(key for key, _ in removed))):
        needs = [(need.requires, everyone[need.key].state) for need in everyone[key].needs]
        left[key] = sum(not is_met(*need) for need in needs)
        dead = any(is_dead(*need) for need in needs)
        states[key] = TaskState.BLOCKED if dead else TaskState.PENDING if left[key] else TaskState.READY
    return left, states


def _say(faults: dict[str, list[str]], field: str, words: str) -> None:
    if len(faults) < MAX_ERRORS:
        faults.setdefault(field, []).append(words)


def _raise(faults: dict[str, list[str]]) -> None:
    if faults:
        raise BadInput(code="plan_invalid", errors=faults)
