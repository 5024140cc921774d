"""What a person sees of JSON while it is written: its texts, whole or in any pieces."""

import json

import pytest

from agents.backends.llm.readable import Readable

SAID = {
    "headlines": [{"text": 'A "quoted" line', "construction": "question"}, {"text": "Zwei\nZeilen \U0001f33b"}],
    "bodies": [{"length": "short", "text": "Body with {braces} and \\ in it."}],
    "count": 7,
    "ok": True,
    "language": "en",
    "tone_note": "Warm.",
}
SEEN = 'A "quoted" line\nZwei\nZeilen \U0001f33b\nBody with {braces} and \\ in it.\nWarm.\n'


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_only_texts_are_shown_whatever_the_pieces(size: int, ascii_only: bool) -> None:
    text = json.dumps(SAID, ensure_ascii=ascii_only)
    shown = Readable()
    assert "".join(shown.feed(text[at : at + size]) for at in range(0, len(text), size)) == SEEN


def test_a_text_is_shown_before_it_ends() -> None:
    assert Readable().feed('{"text": "Once upon') == "Once upon"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "}}}]]]",
        '"',
        '{"a": "\\uZZZZ"}',
        '{"a": "\\u-001"}',
        '{"a": "\\u 1_1"}',
        '{"a": "\\ud83c"}',
        "prose " * 1_000,
        "\x00",
    ],
)
def test_nothing_breaks_it(text: str) -> None:
    assert isinstance(Readable().feed(text), str)


def test_prose_around_json_is_not_shown() -> None:
    assert Readable().feed('Here you are: {"text": "Hi"} bye') == "Hi\n"
