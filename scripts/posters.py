#!/usr/bin/env python
"""Draws the posters of the sample briefs into docs/gallery, so that a person may judge; run by `make gallery`.

Must not be imported by the product.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agents.builtin.posters.gallery import pictures
from scripts.gallery import GALLERY, ROOT, briefs, make


def main() -> None:
    GALLERY.mkdir(parents=True, exist_ok=True)
    written = 0
    for brief, whole in briefs().items():
        for old in GALLERY.glob(f"{brief}-[0-9]-*.png"):
            old.unlink()
        for name, drawn in pictures(make("visual_concept", whole["brief"])):
            (GALLERY / f"{brief}-{name}.png").write_bytes(drawn)
            written += len(drawn)
    print(f"{len(list(GALLERY.glob('*.png')))} posters, {written // 1024} KB in {GALLERY.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
