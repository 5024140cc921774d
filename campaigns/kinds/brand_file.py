"""A brand in a YAML file, as the examples and the command line use it. Pure; every fault is told by line and path."""

from __future__ import annotations

from typing import Any

from campaigns.kinds import brands, yaml_source
from conductor.lib.errors import BadInput


def parse(text: str | bytes) -> dict[str, Any]:
    """The brand in its one form. The file holds its fields, perhaps below the name `brand`."""
    source = yaml_source.read(text, what="file", code="malformed")
    raw = source.value
    held = raw["brand"] if isinstance(raw, dict) and set(raw) == {"brand"} else raw
    prefix = "brand." if held is not raw else ""
    try:
        return brands.normalise(held)
    except BadInput as error:
        told = {prefix + field.removeprefix("data."): words for field, words in error.errors.items()}
        raise source.located(BadInput(code=error.code, errors=told)) from None
