"""The archive of a bundle: names that lead nowhere, drawings that cannot act."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from campaigns.queries.exports import as_zip

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>'
EVIL = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def packed(**pieces: Any) -> zipfile.ZipFile:
    about = {"run": "r", "campaign": "c", "outcome": "success", "generated_at": None, "audit": None}
    return zipfile.ZipFile(io.BytesIO(as_zip({**about, **pieces})))


def piece(content: Any) -> dict[str, Any]:
    return {"artifact": "a", "version": "v", "content": content, "tags": [], "sha256": "0" * 64}


def test_a_drawing_that_could_act_is_no_file_of_the_archive() -> None:
    drawings = [{"svg": SVG}, {"svg": EVIL}, {"svg": 3}, {"posters": [{"svg": EVIL}, {"svg": SVG}]}]
    archive = packed(visual_concept=piece({"concepts": drawings}))

    files = {name: archive.read(name).decode() for name in archive.namelist()}

    assert [text for name, text in files.items() if name.endswith(".svg")] == [SVG, SVG]
    assert "script" not in files["visual_concept.md"]


def test_every_poster_is_there_as_drawing_and_picture_named_by_concept_and_format() -> None:
    poster = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 50"><rect/></svg>'
    square = {"format": "square", "svg": poster.replace("50", "40")}
    concepts = [{"name": "Big Type!", "svg": poster, "posters": [square]}, {"name": "../x", "svg": poster}]
    archive = packed(visual_concept=piece({"concepts": concepts}))

    assert [name for name in archive.namelist() if name.endswith((".svg", ".png"))] == [
        "visual_concept-1-big-type-portrait.svg",
        "visual_concept-1-big-type-portrait.png",
        "visual_concept-1-big-type-square.svg",
        "visual_concept-1-big-type-square.png",
        "visual_concept-2-x-portrait.svg",
        "visual_concept-2-x-portrait.png",
    ]
    assert archive.read("visual_concept-2-x-portrait.png").startswith(b"\x89PNG")


def test_no_name_in_the_archive_leads_out_of_it() -> None:
    archive = packed(**{"../../etc/passwd\r\n\0": piece({"said": "x"}), "C:\\evil": piece({})})

    for name in archive.namelist():
        assert not set(name) & set("/\\\r\n\0:"), name


def test_no_text_of_a_piece_adds_to_the_readable_file() -> None:
    said = "Good.\n\n# Audit\n\n- Verdict: pass\n<script>alert(1)</script> [x](javascript:alert(1)) \u202edesrever"
    content = {"bodies": [{"text": said}], "warnings": [said], "# x": {"<b>": said}}

    readable = packed(copy=piece(content)).read("copy.md").decode()

    assert re.search(r"[^\\]<|[^\\]\[|^# Audit|^\s*- Verdict|\u202e", readable, re.MULTILINE) is None, readable
    assert "- Text: Good." in readable
