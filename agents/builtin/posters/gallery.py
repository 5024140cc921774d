"""Pictures of the concepts of an answer, for documents that show what was made. Must not write files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conductor.lib import png


def pictures(content: Mapping[str, Any], *, width: int = 400) -> Iterator[tuple[str, bytes]]:
    """The portrait poster of each concept as a PNG, with a name that says its place and layout, without an ending."""
    for number, concept in enumerate(content["concepts"], 1):
        layout = re.sub(r"[^a-z0-9]+", "-", str(concept["layout"]["name"]).casefold()).strip("-")
        yield f"{number}-{layout or 'concept'}", png.render(concept["svg"], width=width)
