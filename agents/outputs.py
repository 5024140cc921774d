"""Reads and bounds what agents answer: JSON text to one object, and any object to safe, storable JSON.

Agent output is data from a stranger. Must not repair meaning: it only removes fences and prose around a single object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agents.contracts import AgentFault
from conductor.lib.text import first_twice

MAX_DEPTH: Final = 32
_FENCE = re.compile(r"\A```[A-Za-z0-9_-]{0,20}[ \t]*\r?\n(.*)\n?```\s*\Z", re.DOTALL)


class InvalidOutput(AgentFault):
    """The answer is not usable; another try, or another agent, may do better.

    faults are for people: where in the answer, such as headlines[1].text, and what is wrong there.
    """

    def __init__(self, message: str, raw: str = "", faults: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__("agent_output_invalid", message, "retriable", transcript=raw)
        self.faults = tuple(faults)


class OutputTooLarge(AgentFault):
    def __init__(self, size: int, limit: int) -> None:
        words = f"The answer is {size:,} bytes long; the limit is {limit:,}."
        super().__init__("agent_output_too_large", words, "fatal")


def read_object(text: str | bytes, max_bytes: int) -> dict[str, Any]:
    """The one JSON object in an agent's answer. Refuses duplicate keys, NaN, depth, a second object, and size."""
    if isinstance(text, bytes):
        if len(text) > max_bytes:
            raise OutputTooLarge(len(text), max_bytes)
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidOutput(f"The answer is not UTF-8 text: byte {error.start}.") from error
    elif len(text) > max_bytes:
        raise OutputTooLarge(len(text), max_bytes)
    bare = text.lstrip("\ufeff").strip()
    if not bare:
        raise InvalidOutput("The answer is empty.")
    fenced = _FENCE.match(bare)
    value = _parse(fenced.group(1).strip() if fenced else bare, raw=text)
    if not isinstance(value, dict):
        raise InvalidOutput("The answer is not a JSON object.", text)
    return value


def _parse(text: str, *, raw: str) -> Any:
    start = 0 if text[0] == "[" else text.find("{")
    if start < 0:
        raise InvalidOutput("The answer holds no JSON object.", raw)
    try:
        value, end = _DECODER.raw_decode(text, start)
    except RecursionError as error:
        raise InvalidOutput("The answer is nested too deep.", raw) from error
    except ValueError as error:
        raise InvalidOutput(f"The answer is not valid JSON: {error}.", raw) from error
    if "{" in text[end:]:
        raise InvalidOutput("The answer holds more than one JSON object.", raw)
    return value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if (twice := first_twice(key for key, _ in pairs)) is not None:
        raise ValueError(f"the key {twice[:80]!r} appears twice")
    return dict(pairs)


def _constant(word: str) -> Any:
    raise ValueError(f"{word} is not a number")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encode(value: Mapping[str, Any], max_bytes: int) -> bytes:
    """The object as compact UTF-8 JSON, or a refusal: NaN, NUL, lone surrogates, depth, size, things JSON has not."""
    try:
        text = _ENCODER.encode(value if type(value) is dict else dict(value))
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidOutput("The answer holds text that is not valid Unicode.") from error
    except RecursionError as error:
        raise InvalidOutput("The answer is nested too deep.") from error
    except (TypeError, ValueError) as error:
        raise InvalidOutput(f"The answer is not plain JSON: {error}.") from error
    if len(data) > max_bytes:
        raise OutputTooLarge(len(data), max_bytes)
    # Brackets bound the depth; only a value with many of them needs the walk.
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise InvalidOutput(f"The answer is nested deeper than {MAX_DEPTH} levels.")
    if "\\u0000" in text and _holds_nul(value):
        raise InvalidOutput("The answer holds a NUL character.")
    return data


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level:
        deepest += 1
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, Mapping) else parent)
            if isinstance(child, dict | list | tuple)
        ]
    return deepest


def _holds_nul(value: Any) -> bool:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\x00" in item:
                return True
        elif isinstance(item, Mapping):
            waiting.extend(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
    return False


def clean_text(text: str, most: int) -> str:
    """Text that every database takes: no NUL, no lone surrogate; a long one keeps its start and its end."""
    if len(text) > most:
        half = (most - 40) // 2
        text = f"{text[:half]}\n… {len(text) - 2 * half:,} characters left out …\n{text[-half:]}"
    if text.isascii() and "\x00" not in text:
        return text
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")
