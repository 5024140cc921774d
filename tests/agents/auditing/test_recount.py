"""Counts follow a patch; what a piece does not hold is not added."""

from __future__ import annotations

from typing import Any

from agents.auditing.recount import recounted


def posts(text: str, **counts: Any) -> dict[str, Any]:
    return {
        "platforms": [
            {"platform": "twitter", "posts": [{"text": "left alone", "characters": 1}, {"text": text, **counts}]}
        ]
    }


PATH = "platforms[0].posts[1].text"


def test_characters_limit_and_hashtags_of_a_post_are_counted_anew() -> None:
    before = posts("https://example.org/a/long/address #One #Two", characters=0, over_limit=True, hashtags=[])
    post = recounted("short_copy", before, [PATH])["platforms"][0]["posts"][1]
    assert (post["characters"], post["over_limit"], post["hashtags"]) == (33, False, ["#One", "#Two"])
    assert before["platforms"][0]["posts"][1]["characters"] == 0


def test_only_what_changed_and_what_is_held_is_counted() -> None:
    made = recounted("short_copy", posts("x" * 300), [PATH])
    assert made == posts("x" * 300)


def test_words_of_a_body_are_counted_anew() -> None:
    copy = {"bodies": [{"text": "one two three", "words": 9}], "headlines": [{"text": "one"}]}
    made = recounted("copy", copy, ["bodies[0].text", "headlines[0].text"])
    assert made == {"bodies": [{"text": "one two three", "words": 3}], "headlines": [{"text": "one"}]}
