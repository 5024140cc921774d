"""No tracked file names a package registry's host or a path of one machine: a clone must work anywhere."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_REGISTRY_WORDS = "pypi|pythonhosted|npmjs|yarnpkg|registry|artifactory|nexus|jfrog|devpi|simple"
REGISTRY = re.compile(rf"://[^\s/\"'<>)]*(?:{_REGISTRY_WORDS})", re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w.$}/-])/(?:work|root|home/\w+|Users/\w+|opt/pypi)/\w{2}")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def found(pattern: re.Pattern[str]) -> list[str]:
    hits = []
    for path in tracked():
        if path == Path(__file__) or "static/vendor" in path.as_posix():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if pattern.search(line):
                hits.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return hits


def test_no_file_names_a_package_registry() -> None:
    assert not found(REGISTRY)


def test_no_file_names_a_path_of_one_machine() -> None:
    assert not found(MACHINE_PATH)


@pytest.mark.parametrize("line", ["see https://pypi.org/simple", "--index-url http://my-nexus.example:8081/x"])
def test_a_registry_would_be_found(line: str) -> None:
    assert REGISTRY.search(line)


@pytest.mark.parametrize("line", ["cd /root/project", 'open("/home/anna/project")'])
def test_a_machine_path_would_be_found(line: str) -> None:
    assert MACHINE_PATH.search(line)
