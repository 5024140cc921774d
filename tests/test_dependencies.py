"""What pyproject.toml asks for is used, and the locks hold exactly what is needed for it."""

import re
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.txt", "requirements-dev.txt"]
#: Declared, but imported nowhere in the product: why it stays.
NOT_IMPORTED: dict[str, str] = {}
_IMPORT = re.compile(r"^\s*(?:import|from) (\w+)|import_module\(\"(\w+)|\"(\w+)\.\w+", re.MULTILINE)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[(]", name, maxsplit=1)[0]).lower()


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {plain(name) for name in project["dependencies"]}


def locked(lock: str) -> set[str]:
    return {plain(found) for found in re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(), re.MULTILINE)}


def test_every_dependency_is_used_or_says_why_not() -> None:
    text = "\n".join(
        path.read_text() for part in ("agents", "campaigns", "conductor") for path in (ROOT / part).rglob("*.py")
    )
    modules = {name for found in _IMPORT.findall(text) for name in found if name}
    owners = packages_distributions()
    used = {plain(owner) for module in modules for owner in owners.get(module, [])}
    assert declared() - used == set(NOT_IMPORTED)


def test_what_the_packages_read_is_packed_with_them() -> None:
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    folders = {package: ROOT / package.replace(".", "/") for package in packed}
    named = {file for package, folder in folders.items() for glob in packed[package] for file in folder.glob(glob)}
    held = [file for part in ("agents", "campaigns", "conductor") for file in (ROOT / part).rglob("*")]
    data = {file for file in held if file.is_file() and file.suffix not in (".py", ".pyc", ".so")}
    assert {str(file.relative_to(ROOT)) for file in data - named} == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_hold_what_is_declared_and_nothing_that_nobody_needs(lock: str) -> None:
    held = locked(lock)
    assert declared() <= held
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = ["install"] if lock == "requirements.txt" else ["install", "dev"]
    wanted = [*project["dependencies"], *(name for extra in extras for name in project["optional-dependencies"][extra])]
    needed: set[str] = set()
    waiting = {plain(name) for name in wanted}
    while waiting:
        name = waiting.pop()
        needed.add(name)
        waiting |= {plain(other) for other in _requires(name)} - needed
    assert held <= needed


def _requires(name: str) -> list[str]:
    """All that a package may ask for, with any extra and on any system; nothing where it is not installed here."""
    try:
        return requires(name) or []
    except ModuleNotFoundError:
        return []
