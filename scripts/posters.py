#!/usr/bin/env python
"""Draws the posters of the sample briefs into docs/gallery, so that a person may judge; run by `make gallery`.

Must not be imported by the product.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import yaml

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from agents.builtin.posters.gallery import pictures  # noqa: E402
from agents.builtin.visual_concept import make_concepts  # noqa: E402
from agents.contracts import AgentRequest  # noqa: E402
from agents.invoke import check_answer  # noqa: E402

BRIEFS: Final = ROOT / "examples" / "briefs"
GALLERY: Final = ROOT / "docs" / "gallery"
SEED: Final = 20260701


class NoHost:
    """Built-in makers ask nothing of their host."""

    def reserve(self, call: int, micros: int) -> None: ...

    def settle(self, call: int, micros: int | None) -> None: ...

    def partial(self, text: str) -> None: ...

    def cancelled(self) -> bool:
        return False

    def remaining_s(self) -> float:
        return 60.0


def main() -> None:
    GALLERY.mkdir(parents=True, exist_ok=True)
    written = 0
    for path in sorted(BRIEFS.glob("*.yaml")):
        brief = yaml.safe_load(path.read_text(encoding="utf-8"))["brief"]
        request = AgentRequest(
            attempt="gallery", task="gallery", role="visual_concept", backend="builtin", instructions="",
            inputs={"brief": {"schema": 1, **brief}}, seed=SEED,
        )  # fmt: skip
        content = check_answer(request, make_concepts(request, NoHost()))
        for old in GALLERY.glob(f"{path.stem}-[0-9]-*.png"):
            old.unlink()
        for name, drawn in pictures(content):
            (GALLERY / f"{path.stem}-{name}.png").write_bytes(drawn)
            written += len(drawn)
    print(f"{len(list(GALLERY.glob('*.png')))} posters, {written // 1024} KB in {GALLERY.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
