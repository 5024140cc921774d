from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from campaigns.engine import criteria
from campaigns.engine.criteria import Judgement, Verdict, gate, judge, probe_for
from campaigns.kinds.base import CriterionSpec
from conductor.lib import process
from conductor.lib.errors import BadInput


@dataclass(frozen=True)
class Ended:
    exit_code: int | None = 0
    signal: int | None = None
    reason: str = "exited"
    output: bytes = b""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with a few files, and beside it something that is none of its business."""
    (tmp_path / "secret").write_text("password")
    here = tmp_path / "clone"
    (here / "src").mkdir(parents=True)
    (here / "src/app.py").write_text("import os\nPRICE = 5\n")
    (here / "data.json").write_text('{"name": "tea", "price": 5}')
    (here / "broken.json").write_text("{")
    (here / "many.txt").write_text("a" * 40)
    (here / "out").symlink_to(tmp_path)
    (here / "link.py").symlink_to("src/app.py")
    os.mkfifo(here / "pipe")
    return here


def looked(spec: CriterionSpec, clone: Path, seconds: float = 10) -> Judgement:
    probe = probe_for(spec.check, spec.spec)
    assert not probe.sandboxed
    found = process.run(probe.argv, seconds=seconds, cwd=clone, stdin=probe.stdin, contain="group")
    return judge(spec.check, spec.spec, found)


def test_a_command_runs_in_the_sandbox_only_and_is_shown_as_it_is() -> None:
    spec = criteria.command(["make", "test"], timeout=9)
    probe = probe_for(spec.check, spec.spec)
    assert (probe.argv, probe.shown, probe.seconds, probe.sandboxed) == (("make", "test"), ("make", "test"), 9, True)


def test_a_check_of_ours_names_no_path_of_this_machine() -> None:
    spec = criteria.pattern("README.md", "^# ")
    probe = probe_for(spec.check, spec.spec)
    assert probe.shown == ("pattern", "README.md", "^# ")
    assert probe.argv[0] == sys.executable


def test_an_unknown_check_is_refused() -> None:
    with pytest.raises(BadInput, match="vibes"):
        probe_for("vibes", {})


def test_the_wanted_exit_code_proves() -> None:
    spec = criteria.command(["x"], exit_code=3)
    assert judge("command", spec.spec, Ended(3)).verdict == "proved"
    assert judge("command", spec.spec, Ended(0)) == Judgement("refuted", "Ended with exit code 0, not 3.", 0, "")


def test_the_words_of_the_criterion_are_said() -> None:
    spec = criteria.command(["x"], message="The prices are wrong.")
    assert judge("command", spec.spec, Ended(1)).message == "The prices are wrong."


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Ended(0, None, "timeout"), "Took longer than 30 s"),
        (Ended(None, 9, "signal"), "signal 9"),
        (Ended(0, None, "cancelled"), "cancelled"),
        (Ended(0, None, "output_limit"), "output limit"),
        (Ended(0, None, "memory_limit"), "memory limit"),
    ],
)
def test_a_command_cut_short_proves_nothing_whatever_its_exit_code(ended: Ended, words: str) -> None:
    found = judge("command", criteria.command(["x"]).spec, ended)
    assert found.verdict == "error"
    assert words in found.message


def test_long_output_keeps_its_start_and_end() -> None:
    output = b"start" + b"x" * 50_000 + b"\x00end"
    found = judge("command", criteria.command(["x"]).spec, Ended(0, output=output)).output
    assert len(found) < 10_100
    assert found.startswith("start")
    assert found.endswith("\ufffdend")


def test_a_file_is_there_or_not(clone: Path) -> None:
    assert looked(criteria.file_exists("src/app.py"), clone).verdict == "proved"
    assert looked(criteria.file_exists("src/none.py"), clone) == Judgement(
        "refuted", "src/none.py does not exist.", 1, "src/none.py does not exist.\n"
    )


@pytest.mark.parametrize("path", ["out/secret", "link.py", "out"])
def test_links_are_not_followed(clone: Path, path: str) -> None:
    found = looked(criteria.file_exists(path), clone)
    assert found.verdict == "refuted"
    assert "link" in found.message


@pytest.mark.parametrize("path", ["src", "pipe", "src/app.py/deeper"])
def test_what_is_no_file_is_no_file(clone: Path, path: str) -> None:
    assert looked(criteria.file_exists(path), clone).verdict == "refuted"


def test_a_pattern_looks_line_by_line(clone: Path) -> None:
    found = looked(criteria.pattern("src/app.py", r"^PRICE = \d+$"), clone)
    assert (found.verdict, found.message) == ("proved", "src/app.py matches in line 2.")
    assert looked(criteria.pattern("src/app.py", "^COST"), clone).verdict == "refuted"
    assert looked(criteria.pattern("out/secret", "password"), clone).verdict == "refuted"


def test_an_expression_that_never_ends_is_stopped(clone: Path) -> None:
    began = time.monotonic()
    found = looked(criteria.pattern("many.txt", "(a+)+b"), clone, seconds=0.5)
    assert (found.verdict, time.monotonic() - began < 8) == ("error", True)


def test_json_fits_its_schema_or_not(clone: Path) -> None:
    schema = {"type": "object", "required": ["name"], "properties": {"price": {"type": "integer", "minimum": 6}}}
    found = looked(criteria.json_schema("data.json", schema), clone)
    assert (found.verdict, "$.price" in found.message) == ("refuted", True)
    assert looked(criteria.json_schema("data.json", {"required": ["name"]}), clone).verdict == "proved"
    assert looked(criteria.json_schema("broken.json", {}), clone).verdict == "refuted"


def test_a_schema_fetches_nothing(clone: Path) -> None:
    found = looked(criteria.json_schema("data.json", {"$ref": "http://example.invalid/schema"}), clone)
    assert found.verdict == "error"


def test_a_file_too_large_is_not_judged(clone: Path) -> None:
    (clone / "huge").write_bytes(b"x" * 5_000_001)
    assert looked(criteria.pattern("huge", "y"), clone).verdict == "error"


def test_bytes_that_are_no_text_can_be_searched(clone: Path) -> None:
    (clone / "bytes").write_bytes(b"\xff\xfe ok")
    assert looked(criteria.pattern("bytes", "ok"), clone).verdict == "proved"


def test_a_module_in_the_clone_is_not_imported_by_the_check(clone: Path) -> None:
    for name in ("json.py", "re.py", "jsonschema.py"):
        (clone / name).write_text("raise SystemExit(0)")
    assert looked(criteria.pattern("src/app.py", "^COST"), clone).verdict == "refuted"


def test_a_check_that_breaks_is_an_error_not_a_pass() -> None:
    assert judge("pattern", {"path": "a", "pattern": "b"}, Ended(2, output=b"It broke.")).verdict == "error"
    assert judge("pattern", {"path": "a", "pattern": "b"}, Ended(127)).verdict == "error"


def test_only_blocking_criteria_hold_the_gate_shut() -> None:
    results: list[tuple[str, bool, Verdict, str]] = [
        ("Tests", True, "proved", "ok"),
        ("Style", False, "refuted", "two spaces"),
    ]
    assert gate(results) == criteria.Gate(True, (), ("Style: two spaces",))
    assert gate([*results, ("Types", True, "refuted", "no")]).reasons == ("Types: no",)


def test_a_blocking_criterion_that_could_not_be_checked_holds_it_shut_too() -> None:
    assert not gate([("Tests", True, "error", "Took longer than 30 s and was stopped.")]).open


def test_a_gate_without_criteria_is_open() -> None:
    assert gate([]).open


def test_a_schema_that_never_ends_decides_nothing(clone: Path) -> None:
    judged = looked(CriterionSpec("x", "exit", "json_schema", {"path": "data.json", "schema": {"$ref": "#"}}), clone)
    assert (judged.verdict, judged.message) == ("error", "The check could not be made (RecursionError).")


def test_a_schema_that_wants_all_memory_is_stopped(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = criteria.FILE_CHECK.read_text().replace("MOST_MEMORY = 1 << 30", "MOST_MEMORY = 300 << 20")
    small = clone.parent / "file_check.py"
    small.write_text(source.replace('print(CHECKS[request["check"]](request))', "print(len('x' * (1 << 30)))"))
    monkeypatch.setattr(criteria, "FILE_CHECK", small)
    judged = looked(criteria.pattern("many.txt", "a"), clone)
    assert (judged.verdict, judged.message) == ("error", "The check could not be made (MemoryError).")
