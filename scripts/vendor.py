#!/usr/bin/env python
"""Fetches the pinned front-end files and fonts and writes their manifests; needs npm, run by hand.

The results are committed, so nobody needs Node to run, test or deploy. Must not be imported by the product.
"""

import base64
import hashlib
import io
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

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
#: In the leaf package: the library of agents measures and outlines with them, the renderer of PNG loads them.
FONTS = ROOT / "conductor" / "lib" / "fonts"
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

#: None of these has a Reserved Font Name, so a smaller version may keep its name.
FONT_PACKAGES = (
    Package(
        "inter",
        "@expo-google-fonts/inter",
        "0.4.2",
        "OFL-1.1",
        "sha512-syfiImMaDmq7cFi0of+waE2M4uSCyd16zgyWxdPOY7fN2VBmSLKEzkfbZgeOjJq61kSqPBNNtXjggiQiSD6gMQ==",
        {
            "400Regular/Inter_400Regular.ttf": "Inter-400.ttf",
            "600SemiBold/Inter_600SemiBold.ttf": "Inter-600.ttf",
            "800ExtraBold/Inter_800ExtraBold.ttf": "Inter-800.ttf",
        },
    ),
    Package(
        "anton",
        "@expo-google-fonts/anton",
        "0.4.2",
        "OFL-1.1",
        "sha512-VXxS6ZppH1W/0ch06c52iVpZhVwHX9sXEctyFy/NiF/gb3i697R4va+qpiDQHB71NI8pLyecdBjNrc5FA9qKrw==",
        {"400Regular/Anton_400Regular.ttf": "Anton-400.ttf"},
    ),
    Package(
        "bricolage-grotesque",
        "@expo-google-fonts/bricolage-grotesque",
        "0.4.1",
        "OFL-1.1",
        "sha512-uijLLg+thOrFgw+gXtYA3dQJTBqqqleabcNFpamaYXqUUcbFe0J18C+4nfL0CyGzSJUicxUBLY4Zv7jdHmTGMA==",
        {"800ExtraBold/BricolageGrotesque_800ExtraBold.ttf": "BricolageGrotesque-800.ttf"},
    ),
    Package(
        "fraunces",
        "@expo-google-fonts/fraunces",
        "0.4.1",
        "OFL-1.1",
        "sha512-gYc9P92ObyWvz1rWPOeWSvVKyBFIuA8hgOdhvo4DSiPBaWLbFA6v8uLIEIBwW+0oWTlXbBzjeBReHQI2H7UNjQ==",
        {"400Regular/Fraunces_400Regular.ttf": "Fraunces-400.ttf", "700Bold/Fraunces_700Bold.ttf": "Fraunces-700.ttf"},
    ),
    Package(
        "fredoka",
        "@expo-google-fonts/fredoka",
        "0.4.1",
        "OFL-1.1",
        "sha512-px3uHDidG1RI7mMAjfKQktK9yZoVn/Uvqgp1G/Zkd6ZN9flXFxhUoPDRZdcCj2knFvkKmlvOx96SD3j4fxq7ig==",
        {"600SemiBold/Fredoka_600SemiBold.ttf": "Fredoka-600.ttf"},
    ),
    Package(
        "instrument-serif",
        "@expo-google-fonts/instrument-serif",
        "0.4.1",
        "OFL-1.1",
        "sha512-1CgCrLbTSgE7RV8ZrTT7i06UAyNQDBrhxQuxkReNnfq5yvUhTmvpOK17grlEsXG5p04lJ1ZXGiIjPeHo6X0sXg==",
        {"400Regular/InstrumentSerif_400Regular.ttf": "InstrumentSerif-400.ttf"},
    ),
    Package(
        "space-grotesk",
        "@expo-google-fonts/space-grotesk",
        "0.4.1",
        "OFL-1.1",
        "sha512-ZVQYw4Ok/pgcSJiufP8oRZE3AVxS9xtmKEUfsurbHkHNdMc/GA1gDXP9G4Cr7KL4KqSc0haexR2TuMigotCn4Q==",
        {
            "500Medium/SpaceGrotesk_500Medium.ttf": "SpaceGrotesk-500.ttf",
            "700Bold/SpaceGrotesk_700Bold.ttf": "SpaceGrotesk-700.ttf",
        },
    ),
)

#: What posters may be set in: Latin with its extensions, Greek, Cyrillic, punctuation, currencies, arrows, some signs.
LETTERS = (
    *range(0x20, 0x7F), *range(0xA0, 0x180), 0x192, 0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x218, 0x21C), 0x237,
    *range(0x2C6, 0x2DE), *range(0x370, 0x530), *range(0x1E80, 0x1E86), 0x1E9E, *range(0x1EA0, 0x1EFA),
    *range(0x1F00, 0x2000), *range(0x2010, 0x2028), 0x202F, *range(0x2030, 0x203B), 0x2044,
    *range(0x2070, 0x2090), *range(0x20A0, 0x20C1), 0x2113, 0x2116, 0x2122,
    0x2126, *range(0x2150, 0x2160), *range(0x2190, 0x2266), 0x25A0, 0x25A1, 0x25B2, 0x25B6, 0x25BC, 0x25C6, 0x25CA,
    0x25CB, 0x25CF, 0x2605, 0x2606, 0x2660, 0x2663, 0x2665, 0x2666, 0x2713, 0x2714, 0x2717, 0x2764,
)  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for place, packages in ((VENDOR, PACKAGES), (FONTS, FONT_PACKAGES)):
            entries = [vendor(package, place, Path(scratch)) for package in packages]
            (place / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n")
            total = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
            print(f"{len(entries)} packages, {total // 1024} KB in {place.relative_to(ROOT)}")


def vendor(package: Package, place: Path, scratch: Path) -> dict[str, object]:
    """Fetch one package, check its sum, keep the files used."""
    archive = fetch(package, scratch)
    target = place / f"{package.name}-{package.version}"
    for old in place.glob(f"{package.name}-[0-9]*"):
        shutil.rmtree(old)
    target.mkdir(parents=True)
    with tarfile.open(archive) as tar:
        for source, name in package.files.items():
            kept = smaller(read(tar, source)) if name.endswith(".ttf") else SOURCE_MAP.sub(b"\n", read(tar, source))
            (target / name).write_bytes(kept)
        if package.icons:
            (target / "icons.svg").write_bytes(sprite(tar))
        if package.licence == "OFL-1.1":
            (target / "LICENSE").write_bytes(read(tar, "LICENSE_FONT"))
    if not (target / "LICENSE").exists():
        (target / "LICENSE").write_text(TABLER_LICENCE)
    return {
        "name": package.name,
        "package": package.package,
        "version": package.version,
        "licence": package.licence,
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(target.iterdir())},
    }


def smaller(font: bytes) -> bytes:
    """The font with the letters of posters and their kerning, without hints for screens."""
    options = subset.Options(layout_features=["kern"], hinting=False, notdef_outline=True, glyph_names=False)
    options.recalc_timestamp = False
    read_in = TTFont(io.BytesIO(font), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(read_in)
    written = io.BytesIO()
    read_in.save(written)
    return written.getvalue()


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
