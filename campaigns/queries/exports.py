"""The bundle of a run as one ZIP: the same bytes for the same content, every file named in a manifest with its hash."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, Final

from campaigns.queries.posters import posters
from conductor.lib.ids import canonical_json, sha256_hex
from conductor.lib.markdown import literal

#: ZIP has no zone; the same date everywhere keeps the bytes the same.
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
DEEPEST: Final = 12
_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")


def as_zip(bundle: Mapping[str, Any], certificates: Mapping[str, Any] | None = None) -> bytes:
    """Each piece as JSON and readable text, its posters as SVG and PNG, its certificate; the audit, `manifest.json`.

    A drawing that could act when it is opened is left out as a file; the JSON of its piece has it as text.
    """
    files = dict(_files(bundle, certificates or {}))
    listed = [{"name": name, "sha256": sha256_hex(content), "size": len(content)} for name, content in files.items()]
    about = {name: bundle.get(name) for name in ("run", "campaign", "outcome", "brand", "generated_at")}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"manifest.json": _json({**about, "files": listed}), **files}.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def _files(bundle: Mapping[str, Any], certificates: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    yield "bundle.json", _json(bundle)
    for slot, piece in bundle.items():
        if not (isinstance(piece, Mapping) and "sha256" in piece and "content" in piece):
            continue
        name = _NAME.sub("-", slot)
        # Exactly the bytes that the hash of the version is taken over.
        yield f"{name}.json", canonical_json(piece["content"]).encode()
        yield f"{name}.md", _readable(slot, piece["content"]).encode()
        for poster in posters(piece["content"]):
            yield f"{name}-{poster.name}.svg", poster.svg.encode()
            drawn = poster.png()
            if drawn is not None:
                yield f"{name}-{poster.name}.png", drawn
        if slot in certificates:
            yield f"{name}.certificate.json", _json(certificates[slot])
    if bundle["audit"] is not None:
        yield "audit.json", _json(bundle["audit"])


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _readable(slot: str, content: Any) -> str:
    lines = [f"# {_words(slot)}", ""]
    lines += _lines(content, 2)
    return "\n".join(lines) + "\n"


def _lines(value: Any, level: int) -> Iterator[str]:
    if isinstance(value, Mapping) and level < DEEPEST:
        for name, held in value.items():
            if name in ("svg", "posters", "tags"):
                continue
            if isinstance(held, Mapping | list):
                yield f"{'#' * min(level, 6)} {_words(name)}"
                yield ""
                yield from _lines(held, level + 1)
            elif held not in (None, ""):
                yield f"- {_words(name)}: {_said(held)}"
        yield ""
    elif isinstance(value, list) and level < DEEPEST:
        for held in value:
            yield from _lines(held, level + 1) if isinstance(held, Mapping | list) else (f"- {_said(held)}",)
        yield ""
    else:
        yield literal(value)


def _said(held: Any) -> str:
    """What an agent or a person wrote is shown as it is written, and stays within its own item."""
    return literal(held, indent="  ")


def _words(name: str) -> str:
    return literal(str(name).replace("_", " ").capitalize().replace("\n", " "))
