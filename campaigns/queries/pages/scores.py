"""How the score of an audit comes about, line by line, so that anybody can add it up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    category: str
    score: float | None
    weight: int
    findings: int

    @property
    def product(self) -> float | None:
        return None if self.score is None else self.score * self.weight


@dataclass(frozen=True, slots=True)
class Sum:
    """Categories in which no rule applied have no score and no share."""

    lines: tuple[Line, ...]

    @property
    def products(self) -> float:
        return sum(line.product for line in self.lines if line.product is not None)

    @property
    def weights(self) -> int:
        return sum(line.weight for line in self.lines if line.score is not None)


def arithmetic(categories: Mapping[str, Any]) -> Sum:
    lines = [
        Line(str(name), held.get("score"), int(held.get("weight") or 0), int(held.get("findings") or 0))
        for name, held in categories.items()
        if isinstance(held, Mapping)
    ]
    return Sum(tuple(lines))
