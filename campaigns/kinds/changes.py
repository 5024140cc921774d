"""What a person may change of a task that has not ended well: each value typed and bounded, faults by field. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from campaigns.kinds.limits import MAX_INPUTS, MAX_TEXT, MAX_TITLE
from campaigns.kinds.settings import BadValue, Reader, chain, seconds, whole
from conductor.lib.errors import BadInput
from conductor.lib.ids import canonical_json
from conductor.lib.text import clean

LONGEST_S: Final = 7 * 86_400.0
_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def _title(value: object) -> str:
    return clean(value, "title", most=MAX_TITLE, required=True)


def _description(value: object) -> str:
    return clean(value, "description", most=MAX_TEXT, lines=True)


def _inputs(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise BadValue("Must be an object.")
    try:
        text = canonical_json(value)
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError):
        raise BadValue("Must be plain JSON without NaN or broken characters.") from None
    if size > MAX_INPUTS:
        raise BadValue(f"Has {size:,} bytes as JSON; the limit is {MAX_INPUTS:,}.")
    if _NUL.search(text):
        raise BadValue("Contains a NUL character.")
    return dict(value)


#: Field to its reader; no other field can be changed.
FIELDS: Final[dict[str, Reader]] = {
    "title": _title,
    "description": _description,
    "priority": whole(0, 100_000),
    "inputs": _inputs,
    "max_attempts": whole(1, 100),
    "timeout_s": seconds(1, LONGEST_S),
    "backend": chain,
}


def read_changes(raw: Mapping[str, Any], allowed: Collection[str] = FIELDS) -> dict[str, Any]:
    """The changes, typed. All faults at once, as BadInput by field; nothing to change is one too."""
    errors: dict[str, str | Sequence[str]] = {}
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in allowed:
            errors[str(name)[:60]] = f"This cannot be changed; what can: {', '.join(allowed)}."
            continue
        try:
            values[name] = FIELDS[name](value)
        except BadValue as error:
            errors[name] = str(error)
        except BadInput as error:
            errors[name] = [words for said in error.errors.values() for words in said] or error.message
    if not raw:
        errors["changes"] = "Say what to change."
    if errors:
        raise BadInput(errors=errors)
    return values
