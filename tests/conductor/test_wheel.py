"""A wheel is the whole product: templates, static files and examples are in it, and are found where it put them."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

from conductor.embedded import paths
from conductor.lib.errors import BadSetting

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("templates", "static", "examples")
SHARE = "share/conductor/"
ASKED = """
import django
django.setup()
from django.conf import settings
from django.test import Client
page, style = (Client().get(path, headers={"host": "localhost"}) for path in ("/sign-in/", "/static/css/parts.css"))
print(settings.FILES_DIR, page.status_code, style.status_code, b"Sign in" in page.content)
"""


def shipped() -> set[str]:
    said = subprocess.run(["git", "ls-files", "-z", *FOLDERS], cwd=ROOT, capture_output=True, check=True, text=True)
    return set(filter(None, said.stdout.split("\0")))


def test_every_folder_beside_the_packages_is_named() -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["data-files"]
    found = {
        str(path.relative_to(ROOT)) for patterns in named.values() for glob in patterns for path in ROOT.glob(glob)
    }
    assert {name.removeprefix(SHARE) for name in named} == {str(Path(file).parent) for file in shipped()}
    assert shipped() <= found


def test_a_wheel_serves_its_pages(tmp_path: Path) -> None:
    pytest.importorskip("pip")
    source = tmp_path / "source"
    for file in (*subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0"),):
        if file and not file.startswith("tests/") and (ROOT / file).is_file():
            (source / file).parent.mkdir(parents=True, exist_ok=True)
            (source / file).write_bytes((ROOT / file).read_bytes())
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    quiet = ["-q", "--no-deps", "--no-index"]
    subprocess.run([*pip, "wheel", *quiet, "--no-build-isolation", "-w", str(tmp_path), "."], cwd=source, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        inside = {name.partition(SHARE)[2] for name in opened.namelist() if SHARE in name}
    assert inside == shipped()

    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python, (site,) = venv / "bin" / "python", venv.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))
    subprocess.run([*pip, "--python", str(python), "install", *quiet, str(wheel)], check=True)
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "DATABASE_URL")}
    env = kept | {"DJANGO_SETTINGS_MODULE": "conductor.settings", "CONDUCTOR_HOME": str(tmp_path / "home")}
    command = [str(python), "-c", ASKED]
    said = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr[-3000:]
    assert said.stdout.splitlines()[-1] == f"{venv / 'share' / 'conductor'} 200 200 True"


def test_without_a_checkout_state_lies_at_home_and_missing_files_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CONDUCTOR_HOME", raising=False)
    assert paths.home() == ROOT / ".conductor"
    assert paths.files() == ROOT

    monkeypatch.setattr(paths, "PROJECT", tmp_path)
    monkeypatch.setattr(paths.metadata, "files", lambda name: [])
    paths.files.cache_clear()
    try:
        assert paths.home() == Path.home() / ".conductor"
        with pytest.raises(BadSetting, match="templates of the pages are not installed"):
            paths.files()
    finally:
        paths.files.cache_clear()
