"""Small graphs in one line, and random ones, for the tests of the graph."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from campaigns.graph import Need, Node
from campaigns.kinds.base import TaskSpec
from campaigns.states import Requires

END = Requires.END


def node(key: str, *needs: str, **more: Any) -> Node:
    """A node; a need written as "x!" wants only the end of x."""
    return Node(key, tuple(need_on(word) for word in needs), **more)


def spec(key: str, *needs: str, **more: Any) -> TaskSpec:
    return TaskSpec(key=key, title=key, role="task", needs=tuple(need_on(word) for word in needs), **more)


def need_on(word: str) -> Need:
    return Need(word.removesuffix("!"), END) if word.endswith("!") else Need(word)


def layered(count: int, width: int = 100) -> list[Node]:
    """Layers of so many tasks, each needing three of the layer before."""
    nodes = []
    for number in range(count):
        row, place = divmod(number, width)
        above = {(row - 1) * width + (place + step) % width for step in (0, 1, 7)} if row else set()
        needs = tuple(Need(f"t{index}") for index in sorted(above))
        nodes.append(Node(f"t{number}", needs, position=number, domain=f"d{place % 5}"))
    return nodes


@st.composite
def acyclic(draw: st.DrawFn, most: int = 12) -> list[Node]:
    """A graph without cycles, its nodes in any order."""
    count = draw(st.integers(1, most))
    nodes = []
    for number in range(count):
        below = draw(st.sets(st.integers(0, number - 1), max_size=4)) if number else set()
        needs = tuple(Need(f"n{i}", draw(st.sampled_from(Requires))) for i in sorted(below))
        nodes.append(Node(f"n{number}", needs, priority=draw(st.integers(1, 3)), position=number))
    return draw(st.permutations(nodes))


@st.composite
def any_graph(draw: st.DrawFn, most: int = 10) -> list[Node]:
    """A graph with known keys and any needs among them, cycles included, never a need on itself."""
    count = draw(st.integers(1, most))
    nodes = []
    for number in range(count):
        others = [i for i in range(count) if i != number]
        chosen = draw(st.sets(st.sampled_from(others), max_size=3)) if others else set()
        nodes.append(Node(f"n{number}", tuple(Need(f"n{i}") for i in sorted(chosen)), position=number))
    return nodes
