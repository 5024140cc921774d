#!/usr/bin/env python
"""Fetches the pinned front-end files into static/vendor and writes their manifest; needs npm, run by hand.

The results are committed, so nobody needs Node to run, test or deploy. Must not be imported by the product.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
SVG = "http://www.w3.org/2000/svg"
SOURCE_MAP = re.compile(rb"\n?(?://|/\*)# sourceMappingURL=[^\n]*?(?:\*/)?\s*$")

#: Tabler's package carries no licence file of its own, only this notice at the head of each file.
TABLER_LICENCE = """The MIT License (MIT)

Copyright (c) 2018-2026 The Tabler Authors
Copyright (c) 2018-2026 codecalm.net Pawel Kuna
Portions (Bootstrap) copyright (c) 2011-2026 The Bootstrap Authors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.
"""

#: Lucide icons in the sprite, used as <use href=".../icons.svg#name">.
ICONS = """
activity archive arrow-left arrow-right badge-check ban bell bot check chevron-down chevron-right circle
circle-alert circle-check circle-dot circle-pause circle-play circle-question-mark circle-x clipboard-check clock
coins copy download ellipsis eye external-link file-text flag folder-git-2 gauge git-branch git-merge hand history
house image inbox info layers list-checks loader-circle lock log-out megaphone message-square moon network package
pause pencil play plus refresh-cw rocket rotate-ccw save scale search send server settings shield-check
skip-forward sparkles square sun tag target terminal trash-2 triangle-alert type user users x zap
""".split()


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned package, its integrity sum and the files taken from it."""

    name: str
    package: str
    version: str
    licence: str
    integrity: str
    files: dict[str, str] = field(default_factory=dict)
    icons: bool = False


PACKAGES = (
    Package(
        "tabler",
        "@tabler/core",
        "1.6.1",
        "MIT",
        "sha512-lgmR9gcxRp5JlLxcmRi9Rz85JrEvH6Bz71KnlcPVSa97wtwQNjgSs3g3fxwbAlulHyRMghhIV04QUuW3pqDsIg==",
        {"dist/css/tabler.min.css": "tabler.min.css", "dist/js/tabler.min.js": "tabler.min.js"},
    ),
    Package(
        "htmx",
        "htmx.org",
        "2.0.10",
        "0BSD",
        "sha512-kdeJe7ZVwaS6QMz/ebBIVtZdpwen6L0OQ5GOhPV9MKBb196TCZeZu4yA7ZIQsaLKv7EpXz+So7KSXNuHXhj7Cw==",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        "idiomorph",
        "idiomorph",
        "0.8.0",
        "0BSD",
        "sha512-R47JBL+6jHDQvcnbppIUtXXcxi5h6+wuCEEZXnRhUltsgzPFKzThL5PuHppP9ypJuy+7WawcY1TsSBD/iQbMhw==",
        {"dist/idiomorph-ext.min.js": "idiomorph-ext.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        "lucide",
        "lucide-static",
        "1.62.0",
        "ISC",
        "sha512-WBZA/m2PvkFpMGHDtsBck5P2A9G4ehLlYu4GwwICcmEm1BvYVgj00lCDxKRWLlbMlOibLaiwdQ88G5pHkSWgwA==",
        {"LICENSE": "LICENSE"},
        icons=True,
    ),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        entries = [vendor(package, Path(scratch)) for package in PACKAGES]
    (VENDOR / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n")
    total = sum(path.stat().st_size for path in VENDOR.rglob("*") if path.is_file())
    print(f"{len(entries)} packages, {total // 1024} KB in {VENDOR.relative_to(Path.cwd())}")


def vendor(package: Package, scratch: Path) -> dict[str, object]:
    """Fetch one package, check its sum, keep the files used."""
    archive = fetch(package, scratch)
    target = VENDOR / f"{package.name}-{package.version}"
    for old in VENDOR.glob(f"{package.name}-*"):
        shutil.rmtree(old)
    target.mkdir(parents=True)
    with tarfile.open(archive) as tar:
        for source, name in package.files.items():
            content = SOURCE_MAP.sub(b"\n", read(tar, source))
            (target / name).write_bytes(content)
        if package.icons:
            (target / "icons.svg").write_bytes(sprite(tar))
    if not (target / "LICENSE").exists():
        (target / "LICENSE").write_text(TABLER_LICENCE)
    return {
        "name": package.name,
        "package": package.package,
        "version": package.version,
        "licence": package.licence,
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(target.iterdir())},
    }


def fetch(package: Package, scratch: Path) -> Path:
    """The package's archive, from whichever registry npm is set up for."""
    command = ["npm", "pack", f"{package.package}@{package.version}", "--json"]
    said = subprocess.run(command, cwd=scratch, check=True, capture_output=True, text=True).stdout
    archive = scratch / json.loads(said)[0]["filename"]
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.integrity:
        sys.exit(f"{package.package} {package.version}: integrity is {digest}, expected {package.integrity}")
    return archive


def read(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(f"package/{name}")
    if member is None:
        sys.exit(f"{name} is not a file in the package")
    return member.read()


def sprite(tar: tarfile.TarFile) -> bytes:
    """One SVG with a symbol per icon."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.Element(f"{{{SVG}}}svg")
    for name in ICONS:
        icon = ElementTree.fromstring(read(tar, f"icons/{name}.svg"))
        kept = ("viewBox", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")
        symbol = ElementTree.SubElement(root, f"{{{SVG}}}symbol", {"id": name, **{k: icon.attrib[k] for k in kept}})
        symbol.extend(icon)
    ElementTree.indent(root, space=" ")
    return ElementTree.tostring(root) + b"\n"


if __name__ == "__main__":
    main()
