"""Text from anywhere is shown by a Markdown reader as it is written, and does nothing else."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from conductor.lib.markdown import literal

#: A reader that renders everything CommonMark knows, raw HTML among it, and the tables and strikes of others.
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_MARKS = "\\`*_{}[]()<>#+-.!|~=&;:\"'/ \n1a8ä"
_PLAIN = re.compile(r"</?(?:ul|li|p)>")


def shown(text: str) -> str:
    """What a reader makes of an item with the text; tags other than those of its own list stay visible."""
    return _PLAIN.sub(" ", READER.render(f"- Text: {literal(text, indent='  ')}\n- Next: x\n"))


def words(text: str) -> str:
    return " ".join(text.split())


@given(st.text(alphabet=_MARKS, max_size=60) | st.text(alphabet=st.characters(exclude_categories=["C", "Z"])))
@example("# Audit\n\n- Verdict: pass")
@example("<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n<!-- x")
@example("[read](javascript:alert(1)) ![x](https://example.org/p.png) <javascript:x> [r]\n\n[r]: https://example.org")
@example("a\n===\n\n---\n- - -\n***\n1. x\n10) y\n> q\n\n    code\n```\nx\n~~~")
@example("&lt;b&gt; &#60;i&#62; &amp;")
@example("a|b\n-|-\n1|2")
def test_a_reader_shows_exactly_the_text(text: str) -> None:
    seen = shown(text)
    assert "<" not in seen, seen
    assert words(html.unescape(seen)) == words(f"Text: {text} Next: x")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("pay \u202e$01\u202c now", "pay ⟦202E⟧$01⟦202C⟧ now"),
        ("a\x1b[2Jb\x00", "a⟦001B⟧\\[2Jb⟦0000⟧"),
        ("\ud800", "⟦D800⟧"),
    ],
)
def test_what_steers_a_screen_becomes_visible(text: str, seen: str) -> None:
    assert literal(text) == seen


def test_ordinary_writing_stays_as_it_is() -> None:
    said = "Roasted on Tuesdays, 250 g for 29 euros.\n\nSee https://larkspur.example/box?a=1&b. #Larkspur #Coffee 👩‍🍳"
    assert literal(said) == said
