"""Counts anew what a patch put out of date: words of a body; characters, limit and hashtags of a post.

Must not draw: posters are drawn by their role.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agents.auditing.platforms import count, platform
from agents.auditing.words import count_words

_HASHTAG: Final = re.compile(r"(?<![\w&])#(\w*[^\W\d_]\w*)")
_BODY = re.compile(r"bodies\[(\d+)\]\.text")
_POST = re.compile(r"platforms\[(\d+)\]\.posts\[(\d+)\]\.text")


def recounted(slot: str, content: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """The content with the counts of these texts; only counts that it already holds."""
    made = copy.deepcopy(dict(content))
    for path in paths:
        if slot == "copy" and (found := _BODY.fullmatch(path)):
            body = made["bodies"][int(found[1])]
            body |= _held(body, {"words": count_words(body["text"])})
        elif slot == "short_copy" and (found := _POST.fullmatch(path)):
            group = made["platforms"][int(found[1])]
            post = group["posts"][int(found[2])]
            post |= _held(post, _counts(post["text"], str(group.get("platform"))))
    return made


def _held(entry: Mapping[str, Any], counts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in counts.items() if name in entry}


def _counts(text: str, on: str) -> dict[str, Any]:
    known = platform(on)
    length = count(text, known) if known else len(text)
    return {
        "characters": length,
        "over_limit": known is not None and length > known.limit,
        "hashtags": [f"#{tag}" for tag in _HASHTAG.findall(text)][:50],
    }
