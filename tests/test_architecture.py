"""Imports go down only, files stay small, status is written in one place: the rules no linter knows.

`docs/architecture.md` has the picture. Each exception below carries its reason.
"""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("conductor", "campaigns", "agents")
LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_TEMPLATE = 400, 60, 150

#: Row and order inside the row; a module imports only what has a smaller number. The longest matching prefix counts.
ORDER = {
    "conductor.lib": 0,
    "agents": 10,
    "campaigns": 50,
    "campaigns.states": 10,
    "campaigns.models": 11,
    "campaigns.event_types": 20,
    "campaigns.graph": 20,
    "campaigns.permissions": 20,
    "campaigns.queries": 22,
    "campaigns.kinds": 21,
    "campaigns.events": 21,
    "campaigns.transitions": 23,
    "campaigns.actions": 30,
    "campaigns.notifiers": 40,
    "campaigns.engine": 40,
    "campaigns.reactions": 41,
    "campaigns.jobs": 42,
    "conductor": 60,
}
AGENTS_ORDER = {
    "agents.contracts": 0,
    "agents.registry": 1,
    "agents.specs": 2,
    "agents.pricing": 3,
    "agents.auditing": 4,
    "agents.roles": 5,
    "agents.builtin": 5,
    "agents.backends": 6,
    "agents.invoke": 7,
    "agents.health": 7,
}
#: What others may see of the library of agents.
AGENTS_DOORS = (
    "agents.invoke",
    "agents.contracts",
    "agents.registry",
    "agents.auditing",
    "agents.health",
    "agents.specs",
    "agents.sections",
)
#: Only these faces drive the engine; the rest call actions.
DRIVING_FACES = ("campaigns.management",)
#: Faces import each other only to mount routes.
MOUNTING = ("campaigns.urls", "campaigns.routing", "campaigns.api.router", "campaigns.apps")
#: The parts of one face that has more than a package.
ONE_FACE = {"campaigns.sockets": "campaigns.consumers", "campaigns.routing": "campaigns.consumers"}
SHARED_BY_FACES = ("campaigns.forms", "campaigns.templatetags")
PURE = ("campaigns.states", "campaigns.graph", "agents.contracts")

#: (module, imported) -> why it is imported inside a function.
DEFERRED_IMPORTS: dict[tuple[str, str], str] = {}


def files() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if is_ours(path)]


def is_ours(path: Path) -> bool:
    return "migrations" not in path.parts and "__pycache__" not in path.parts


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


@cache
def modules() -> dict[str, Path]:
    return {name_of(path): path for path in files()}


def under(module: str, prefixes: tuple[str, ...]) -> bool:
    return any(module == prefix or module.startswith(f"{prefix}.") for prefix in prefixes)


def order(module: str, table: dict[str, int]) -> int | None:
    matching = [prefix for prefix in table if under(module, (prefix,))]
    return table[max(matching, key=len)] if matching else None


def targets(node: ast.AST, module: str) -> Iterator[str]:
    """The modules of ours that an import statement names."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if under(alias.name, PACKAGES))
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"{module}: relative import"
        if node.module and under(node.module, PACKAGES):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in modules() else node.module


@cache
def imports() -> dict[str, frozenset[str]]:
    """Who imports whom at run time."""
    found = {}
    for module, path in modules().items():
        skipped = {id(node) for branch in ast.walk(tree(path)) if _for_types_only(branch) for node in ast.walk(branch)}
        nodes = [node for node in ast.walk(tree(path)) if id(node) not in skipped]
        found[module] = frozenset(target for node in nodes for target in targets(node, module))
    return found


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def place(path: Path, node: ast.stmt | ast.expr | ast.ExceptHandler) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def edges() -> Iterator[tuple[str, str]]:
    for module, found in imports().items():
        yield from ((module, target) for target in found)


def test_imports_go_down_only() -> None:
    wrong = [
        f"{module} imports {target}"
        for module, target in edges()
        if not under(module, ("agents",)) and not under(target, AGENTS_DOORS)
        if (upper := order(module, ORDER)) is not None and (lower := order(target, ORDER)) is not None
        if lower > upper or (lower == upper and not _same_package(module, target) and upper < 50)
    ]
    assert not wrong


def _same_package(module: str, target: str) -> bool:
    return module.split(".")[:2] == target.split(".")[:2]


def test_the_leaf_knows_nobody() -> None:
    lib = ("conductor.lib",)
    assert not [(module, target) for module, target in edges() if under(module, lib) and not under(target, lib)]


def test_agents_are_a_library() -> None:
    allowed = ("agents", "conductor.lib")
    assert not [
        (module, target) for module, target in edges() if under(module, ("agents",)) and not under(target, allowed)
    ]


def test_the_parts_of_agents_have_an_order() -> None:
    wrong = [
        f"{module} imports {target}"
        for module, target in edges()
        if (upper := order(module, AGENTS_ORDER)) is not None and (lower := order(target, AGENTS_ORDER)) is not None
        if lower > upper
    ]
    assert not wrong


def test_others_use_agents_through_their_doors() -> None:
    outside = [edge for edge in edges() if under(edge[1], ("agents",)) and not under(edge[0], ("agents",))]
    assert not [edge for edge in outside if not under(edge[1], AGENTS_DOORS)]


def test_faces_drive_nothing_and_do_not_know_each_other() -> None:
    wrong = []
    for module, target in edges():
        if order(module, ORDER) != 50 or module == "campaigns":
            continue
        if order(target, ORDER) in (40, 41, 42) and not under(module, DRIVING_FACES):
            wrong.append(f"{module} drives {target}")
        foreign = order(target, ORDER) == 50 and _face(module) != _face(target)
        if foreign and not under(module, MOUNTING) and not under(target, SHARED_BY_FACES):
            wrong.append(f"{module} imports the face {target}")
    assert not wrong


def _face(module: str) -> str:
    package = ".".join(module.split(".")[:2])
    return ONE_FACE.get(package, package)


def test_modules_do_not_import_in_circles() -> None:
    try:
        TopologicalSorter({module: set(found) - {module} for module, found in imports().items()}).prepare()
    except CycleError as cycle:
        pytest.fail(" imports ".join(reversed(cycle.args[1])))


def test_pure_modules_touch_no_database() -> None:
    wrong = []
    for module, path in modules().items():
        if not under(module, PURE):
            continue
        for node in ast.walk(tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            wrong += [f"{place(path, node)} {name}" for name in names if under(name, ("django.db", "redis", "random"))]
    assert not wrong


def test_imports_stand_at_the_top() -> None:
    found = {
        (name_of(path), name)
        for path in files()
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert found == set(DEFERRED_IMPORTS)


def test_modules_and_functions_stay_small() -> None:
    everywhere = [*files(), *(ROOT / "tests").rglob("*.py")]
    assert not [str(path) for path in everywhere if len(path.read_text().splitlines()) > LONGEST_MODULE]
    assert not [
        f"{place(path, function)} {function.name}"
        for path in everywhere
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    ]


def test_every_module_says_what_it_is_for() -> None:
    assert not [str(path) for path in files() if path.read_text().strip() and not ast.get_docstring(tree(path))]


def test_every_function_says_what_it_returns() -> None:
    everywhere = [*files(), *(ROOT / "tests").rglob("*.py")]
    untyped = [place(path, function) for path in everywhere for function in functions(path) if function.returns is None]
    assert not untyped


def test_status_is_written_in_transitions_only() -> None:
    wrong = []
    for module, path in modules().items():
        if under(module, ("campaigns",)) and not under(module, ("campaigns.transitions",)):
            wrong += [f"{place(path, node)}" for node in ast.walk(tree(path)) if _writes_status(node)]
    assert not wrong


def _writes_status(node: ast.AST) -> bool:
    """An assignment to `.state`, or a bulk update of it; birth (a new row) is not a write."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        places = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(where, ast.Attribute) and where.attr == "state" for where in places)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in ("update", "aupdate", "update_or_create"):
            return any(word.arg == "state" for word in node.keywords)
        if node.func.attr == "bulk_update":
            return any(isinstance(part, ast.Constant) and part.value == "state" for part in ast.walk(node))
    return False


def test_every_broad_except_has_its_reason() -> None:
    wrong = []
    for path in files():
        lines = path.read_text().splitlines()
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node) and not isinstance(node.body[-1], ast.Raise):
                near = lines[node.lineno - 1 : node.body[0].lineno]
                wrong += [] if any("#" in line for line in near) else [place(path, node)]
    assert not wrong


def _is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")


def test_templates_stay_small() -> None:
    long = [
        str(path) for path in (ROOT / "templates").rglob("*.html") if path.read_text().count("\n") > LONGEST_TEMPLATE
    ]
    assert not long


def test_only_files_of_the_project_are_tracked() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in tracked if name.endswith((".pyc", ".sqlite3", ".log", ".env")) or ".egg-info" in name]
