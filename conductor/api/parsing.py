"""Reads the body of a request strictly: UTF-8 JSON of bounded size and depth, every name once, only real numbers.

Must not let anything through that a database cannot store.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any, Final

from django.conf import settings
from django.utils.http import parse_header_parameters
from rest_framework.parsers import BaseParser

from conductor.lib.errors import BadInput, ConductorError, TooLarge
from conductor.lib.text import first_twice

DEEPEST: Final = 32
LONGEST_NUMBER: Final = 40


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request = (parser_context or {})["request"]
        _check_headers(request.META, media_type or self.media_type)
        return loads(_read(stream, int(request.META.get("CONTENT_LENGTH") or 0)))


def loads(raw: bytes) -> Any:
    """The structure in these bytes; what is wrong with them is said in words."""
    try:
        found = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_no_constant,
            parse_float=_real,
            parse_int=_whole,
        )
    except UnicodeDecodeError:
        raise BadInput("The body is not valid UTF-8.", code="malformed") from None
    except json.JSONDecodeError as error:
        raise BadInput(
            f"The body is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno}).", code="malformed"
        ) from None
    except RecursionError:
        raise _too_deep() from None
    _check_texts(found, 0)
    return found


def storable(text: str) -> bool:
    """False for text with NUL or halves of characters, which no database takes."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _check_headers(meta: Mapping[str, Any], media_type: str) -> None:
    if meta.get("HTTP_CONTENT_ENCODING", "identity").lower() not in ("", "identity"):
        raise ConductorError("Compressed bodies are not taken.", code="unsupported_format")
    charset = parse_header_parameters(media_type)[1].get("charset", "utf-8")
    if str(charset).strip('"').lower() not in ("utf-8", "utf8"):
        raise ConductorError("JSON is sent as UTF-8.", code="unsupported_format")


def _read(stream: IO[bytes], announced: int) -> bytes:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if announced > most:
        raise _too_large(most)
    raw = stream.read(most + 1)
    if len(raw) > most:
        raise _too_large(most)
    return raw


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"The body is larger than {most:,} bytes.")


def _too_deep() -> BadInput:
    return BadInput(f"The body is nested deeper than {DEEPEST} levels.", code="malformed")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if (twice := first_twice(name for name, _ in pairs)) is not None:
        raise BadInput("A name appears twice in the body.", code="malformed", errors={twice[:80]: "Appears twice."})
    return dict(pairs)


def _no_constant(word: str) -> None:
    raise BadInput(f"{word} is not a number in JSON.", code="malformed")


def _real(digits: str) -> float:
    number = float(digits)
    if len(digits) > LONGEST_NUMBER or not math.isfinite(number):
        raise BadInput("A number in the body is too large or too long.", code="malformed")
    return number


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise BadInput("A number in the body is too long.", code="malformed")
    return int(digits)


def _check_texts(found: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise _too_deep()
    if isinstance(found, str):
        if not storable(found):
            raise BadInput("A text in the body contains NUL or half a character.", code="malformed")
    elif isinstance(found, dict):
        for name, held in found.items():
            _check_texts(name, depth)
            _check_texts(held, depth + 1)
    elif isinstance(found, list):
        for held in found:
            _check_texts(held, depth + 1)
