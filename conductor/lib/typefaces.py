"""The bundled font files: which there are, by family and weight. Must not look at the fonts of the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent / "fonts"
FILES: Final = {path.stem: path for path in sorted(FOLDER.glob("*/*.ttf"))}
"""Such as "Inter-600" to its file. scripts/vendor.py puts them there, with their licences."""

LAST_RESORT: Final = {
    "Inter-400": "Inter-400",
    "Fraunces-400": "Inter-400",
    "InstrumentSerif-400": "Inter-400",
    "SpaceGrotesk-500": "Inter-400",
    "Inter-600": "Inter-600",
    "Inter-800": "Inter-800",
    "Anton-400": "Inter-800",
    "BricolageGrotesque-800": "Inter-800",
    "SpaceGrotesk-700": "Inter-800",
    "Fraunces-700": "Inter-800",
    "Fredoka-600": "Inter-600",
}
"""The face that has the letters a face lacks: Inter knows Latin, Greek and Cyrillic."""
