"""Texts from outside are read as a reader sees them, and every character is known by its place in the file."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conductor.cli import sources
from conductor.lib.errors import BadInput

HTML = """<!doctype html>
<html><head><title>Not shown</title><style>p { color: red }</style></head>
<body>
<h1>Bread &amp; tea</h1>
<p>Not <b>cheap</b>,
   but good.<br>Since&nbsp;1921 &#8211; <i>here</i>.</p>
<script>var hidden = "cheap";</script>
</body></html>
"""


def html(tmp_path: Path, text: str = HTML) -> sources.Source:
    file = tmp_path / "page.html"
    file.write_bytes(text.encode())
    return sources.read(str(file))


def write(tmp_path: Path, name: str, raw: bytes) -> str:
    (tmp_path / name).write_bytes(raw)
    return str(tmp_path / name)


def refusal(name: str, **more: str) -> dict[str, list[str]]:
    with pytest.raises(BadInput) as refused:
        sources.read(name, **more)
    return refused.value.errors


def test_html_is_what_a_reader_sees(tmp_path: Path) -> None:
    assert html(tmp_path).shown == "Bread & tea\nNot cheap, but good.\nSince\u00a01921 \u2013 here."


def test_a_place_in_html_is_a_place_in_the_file(tmp_path: Path) -> None:
    source = html(tmp_path)
    assert source.place(source.shown.index("cheap")) == (5, 11)
    assert source.place(source.shown.index("& tea")) == (4, 11)
    assert source.place(source.shown.index("here")) == (6, 44)
    assert source.place(len(source.shown)) == (6, 53)


def test_a_patch_goes_back_between_the_tags(tmp_path: Path) -> None:
    source = html(tmp_path)
    patched = sources.put_back(source, source.shown.replace("cheap", "dear & <rare>") + " Terms apply.")
    assert patched == HTML.replace("cheap</b>", "dear &amp; &lt;rare&gt;</b>").replace(
        "here</i>.</p>", "here</i>. Terms apply.</p>"
    )


def test_a_patch_across_tags_is_refused(tmp_path: Path) -> None:
    source = html(tmp_path)
    with pytest.raises(BadInput) as refused:
        sources.put_back(source, source.shown.replace("cheap, but", "fair:"))
    assert "tags" in refused.value.errors["FILE"][0]


def test_a_reference_is_replaced_as_a_whole(tmp_path: Path) -> None:
    source = html(tmp_path)
    assert sources.put_back(source, source.shown.replace("&", "and")) == HTML.replace(
        "Bread &amp; tea", "Bread and tea"
    )


def test_html_that_shows_nothing_is_refused(tmp_path: Path) -> None:
    name = write(tmp_path, "a.html", b"<html><script>x</script></html>")
    assert "shows no text" in refusal(name)["FILE"][0]


@settings(deadline=None)
@given(st.text(st.sampled_from("ab<>&;/pib \n\u00e9\"='!-"), max_size=60))
def test_any_html_is_read_with_places_that_hold(raw: str) -> None:
    source = sources.Source("x", "html", raw, "utf-8", shown=raw)
    try:
        read = sources._without_tags(source)
    except BadInput:
        return
    assert len(read.shown) == len(read.starts) == len(read.ends)
    assert list(read.starts) == sorted(read.starts)
    for letter, start, end in zip(read.shown, read.starts, read.ends, strict=True):
        assert 0 <= start <= end <= len(raw)
        if not letter.isspace() and raw[start : start + 1] != "&":
            assert raw[start:end] == letter


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_and_unmarked_unicode_is_read_and_written_back(tmp_path: Path, encoding: str) -> None:
    raw = "Grüße 🎩\r\nzwei".encode(encoding)
    source = sources.read(write(tmp_path, "a.txt", raw))
    assert source.shown == "Grüße 🎩\r\nzwei"
    assert sources.encode(source.raw, source) == raw
    assert source.place(source.shown.index("zwei")) == (2, 1)


def test_another_encoding_is_named_with_its_place(tmp_path: Path) -> None:
    name = write(tmp_path, "a.txt", "eins\nGrüße".encode("cp1252"))
    (words,) = refusal(name)["FILE"]
    assert "is not UTF-8 text: byte 7 (0xFC), line 2" in words
    assert "--encoding cp1252" in words
    assert sources.read(name, encoding="cp1252").shown == "eins\nGrüße"


def test_a_letter_that_the_encoding_lacks_is_named(tmp_path: Path) -> None:
    source = sources.read(write(tmp_path, "a.txt", "Grüße".encode("cp1252")), encoding="cp1252")
    with pytest.raises(BadInput) as refused:
        sources.encode("Grüße 🎩", source)
    assert "🎩" in refused.value.errors["--encoding"][0]


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "hex"])
def test_an_unknown_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    assert "--encoding" in refusal(write(tmp_path, "a.txt", b"abc"), encoding=encoding)


@pytest.mark.parametrize(
    ("raw", "words"),
    [(b"", "no text"), (b" \n", "no text"), (b"a\nb\x00c", "NUL character in line 2"), (b"x" * 5_000_001, "larger")],
)
def test_what_is_no_text_is_refused(tmp_path: Path, raw: bytes, words: str) -> None:
    assert words in refusal(write(tmp_path, "a.txt", raw))["FILE"][0]


def test_a_file_that_is_not_there_is_named() -> None:
    assert "No such file" in refusal("nowhere.txt")["FILE"][0]


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("Grüße".encode())))
    assert sources.read("-").shown == "Grüße"


COPY: dict[str, Any] = {"headlines": [{"text": "Warm"}], "language": "en"}
POSTS: dict[str, Any] = {"platforms": [{"platform": "linkedin", "posts": []}]}


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (COPY, {"copy": COPY}),
        (POSTS, {"short_copy": POSTS}),
        ({"concepts": []}, {"visual_concept": {"concepts": []}}),
        ({"content": COPY, "version": 3, "sha256": "x"}, {"copy": COPY}),
        ({"copy": COPY, "short_copy": {"content": POSTS}, "visual_concept": None}, {"copy": COPY, "short_copy": POSTS}),
    ],
)
def test_pieces_are_known_by_what_they_hold(tmp_path: Path, data: Any, wanted: Any) -> None:
    source = sources.read(write(tmp_path, "a.json", json.dumps(data).encode()))
    assert (source.form, source.pieces) == ("piece", wanted)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"{", "not valid JSON: line 1"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "is not a piece"),
        (b'{"facts": {}, "mac": ""}', "is not a piece"),
        (b'{"headlines": "text"}', "is not a piece"),
    ],
)
def test_json_that_is_no_piece_is_refused(tmp_path: Path, raw: bytes, words: str) -> None:
    assert words in refusal(write(tmp_path, "a.json", raw))["FILE"][0]


def test_new_content_takes_the_place_of_the_old() -> None:
    new = {"headlines": [{"text": "Warmer"}]}

    def put(data: Any) -> Any:
        return sources.with_contents(
            sources.Source("x", "piece", "", "utf-8", data=data, pieces=sources._pieces(data)), {"copy": new}
        )

    assert put(COPY) == new
    assert put({"content": COPY, "version": 3, "sha256": "x", "slot": "copy"}) == {"content": new, "slot": "copy"}
    assert put({"copy": {"content": COPY}, "run": "r"}) == {"copy": {"content": new}, "run": "r"}
