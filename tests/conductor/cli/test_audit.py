"""`conductor audit`: what is found is told by line and column, only flagged words are patched, seals are checked."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from agents.auditing import certificates
from conductor.cli import remote
from conductor.cli.verdicts import category, total
from conductor.lib import seals
from conductor.lib.ids import content_hash
from tests.conductor.cli.conftest import Conductor, written

BRIEF = """
objective: Win 500 trial sign-ups in May
product: Larkspur, a booking tool
constraints: {prohibited_terms: [shoddy], disclaimers: ["Terms apply."]}
platforms: [twitter]
"""
PACK = """
schema: 1
name: ours
version: 2.0.0
weights: {tone_consistency: 0, clarity: 0, compliance: 3, accessibility: 0, risk: 1}
penalties: {low: 5, medium: 10, high: 30, critical: 70}
rules:
  - id: ours.words
    family: prohibited_terms
    severity: high
    category: compliance
    why: We do not say so.
    advice: Say it better.
    options: {terms: [shoddy, grubby], replacements: {shoddy: plain}}
"""
GOOD = "Larkspur is a booking tool.\n\nTerms apply.\n"


@pytest.fixture
def brief(tmp_path: Path) -> str:
    return written(tmp_path / "brief.yaml", BRIEF)


@pytest.fixture
def pack(tmp_path: Path) -> str:
    return written(tmp_path / "pack.yaml", PACK)


def test_a_clean_text_passes(conductor: Conductor, tmp_path: Path, brief: str) -> None:
    said = conductor("audit", "check", written(tmp_path / "a.txt", GOOD), "--brief", brief)
    assert said.code == 0, said.out + said.err
    assert "Verdict: pass" in said.out


def test_a_post_is_held_to_the_first_platform_of_the_brief(conductor: Conductor, tmp_path: Path, brief: str) -> None:
    file = written(tmp_path / "a.txt", f"Larkspur is a booking tool. Terms apply. {'It books rooms. ' * 20}")
    asked = ("audit", "check", file, "--kind", "post", "--json")
    rules = [finding["family"] for finding in conductor(*asked, "--brief", brief).json["findings"]]
    assert "platform_limits" in rules
    assert "platform_limits" in {entry["family"] for entry in conductor(*asked).json["not_checked"]}


def test_a_finding_is_told_by_line_and_column(conductor: Conductor, tmp_path: Path, brief: str) -> None:
    file = written(tmp_path / "a.md", f"# Larkspur\n\nIs a **shoddy** tool. {GOOD}")
    said = conductor("audit", "check", file, "--brief", brief)
    assert said.code == 1
    assert f"{file}:3:8  critical  house.prohibited-terms" in said.out
    assert "“shoddy”" in said.out
    assert "Verdict: fail" in said.out


def test_json_has_the_whole_report(conductor: Conductor, tmp_path: Path, brief: str) -> None:
    file = written(tmp_path / "a.txt", f"A shoddy tool, Larkspur. {GOOD}")
    said = conductor("audit", "check", file, "--brief", brief, "--json")
    (finding,) = [one for one in said.json["findings"] if one["family"] == "prohibited_terms"]
    assert (finding["line"], finding["column"], finding["quote"]) == (1, 3, "shoddy")
    assert said.json["verdict"] == "fail"
    assert said.json["pack"]["name"] == "house"


def test_the_score_can_be_done_by_hand(conductor: Conductor, tmp_path: Path, pack: str) -> None:
    file = written(tmp_path / "a.txt", "Grubby and shoddy, a shoddy, grubby thing.")
    said = conductor("audit", "check", file, "--pack", pack)
    assert "compliance        100 - 4 x 30 (high) = 0, never under 0; weight 3" in said.out
    assert "risk              not tested" in said.out
    assert "score             (0 x 3) / 3 = 0.0" in said.out
    assert "Rules: ours 2.0.0" in said.out


def test_the_arithmetic_names_every_term() -> None:
    figures = {"score": 17.0, "weight": 35, "findings": 4}
    costs = [("low", 3), ("critical", 60), ("high", 20), ("low", 0)]
    findings = [{"severity": severity, "points": points} for severity, points in costs]
    words = category("compliance", figures, findings)
    wanted = "100 - 60 (critical) - 20 (high) - 3 (low) = 17; 1 more of the same cost nothing; weight 35"
    assert words == f"compliance        {wanted}"
    report = {
        "score": 58.5,
        "categories": {"a": figures, "b": {"score": 100.0, "weight": 35}, "c": {"score": None, "weight": 10}},
    }
    assert total(report) == "score             (17 x 35 + 100 x 35) / 70 = 58.5"


def test_conditional_is_told_apart_by_strict(conductor: Conductor, tmp_path: Path, pack: str) -> None:
    file = written(tmp_path / "a.txt", "A grubby thing.")
    assert conductor("audit", "check", file, "--pack", pack).code == 0
    said = conductor("audit", "check", file, "--pack", pack, "--strict")
    assert said.code == 1
    assert "Verdict: conditional" in said.out


def test_what_was_not_audited_does_not_pass(conductor: Conductor, tmp_path: Path, pack: str) -> None:
    none = PACK.replace("options: {terms: [shoddy, grubby], replacements: {shoddy: plain}}", "options: {}")
    said = conductor("audit", "check", written(tmp_path / "a.txt", "Hi."), "--pack", written(tmp_path / "n.yaml", none))
    assert said.code == 1
    assert "Verdict: not audited (nothing could be tested" in said.out


def test_html_is_audited_as_it_is_read(conductor: Conductor, tmp_path: Path, brief: str) -> None:
    file = written(tmp_path / "a.html", "<title>shoddy</title>\n<p>Larkspur: not sho<b>ddy</b>. Terms apply.</p>\n")
    said = conductor("audit", "check", file, "--brief", brief)
    assert said.out.count("prohibited-terms") == 1
    assert f"{file}:2:18  critical" in said.out


def test_a_post_is_held_to_the_platform(conductor: Conductor, tmp_path: Path) -> None:
    file = written(tmp_path / "a.txt", "Larkspur books it. " * 20)
    said = conductor("audit", "check", file, "--kind", "post", "--platform", "twitter", "--json")
    assert "platform_limits" in {finding["family"] for finding in said.json["findings"]}
    other = conductor("audit", "check", file, "--kind", "post", "--platform", "linkedin", "--json")
    assert "platform_limits" not in {finding["family"] for finding in other.json["findings"]}


def test_pieces_are_audited_together(conductor: Conductor, tmp_path: Path, brief: str) -> None:
    bundle = {
        "copy": {"content": {"bodies": [{"text": f"Larkspur. {GOOD}"}]}},
        "short_copy": {"platforms": [{"platform": "twitter", "posts": [{"text": "Larkspur, shoddy. Terms apply."}]}]},
    }
    file = written(tmp_path / "a.json", json.dumps(bundle))
    said = conductor("audit", "check", file, "--brief", brief)
    assert f"{file}: short_copy.platforms[0].posts[0].text:10  critical" in said.out


def test_standard_input_is_a_file_too(conductor: Conductor, brief: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"A shoddy tool")))
    assert "-:1:3  critical" in conductor("audit", "check", "-", "--brief", brief).out


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("nowhere.txt",), "FILE"),
        (("{file}", "--brief", "nowhere.yaml"), "--brief"),
        (("{file}", "--pack", "nowhere.yaml"), "--pack"),
        (("{file}", "--kind", "post", "--platform", "myspace"), "--platform"),
        (("{file}", "--format", "json"), "FILE"),
        (("{file}", "--encoding", "klingon"), "--encoding"),
        (("{file}", "--kind", "novel"), "--kind"),
    ],
)
def test_what_cannot_be_audited_is_refused_by_name(
    conductor: Conductor, tmp_path: Path, words: tuple[str, ...], field: str
) -> None:
    file = written(tmp_path / "a.txt", GOOD)
    said = conductor("audit", "check", *(word.replace("{file}", file) for word in words), "--json")
    assert said.code == 2
    assert field in said.json["errors"]


def test_a_pack_that_is_not_valid_is_refused(conductor: Conductor, tmp_path: Path) -> None:
    broken = written(tmp_path / "p.yaml", PACK.replace("family: prohibited_terms", "family: astrology"))
    said = conductor("audit", "check", written(tmp_path / "a.txt", GOOD), "--pack", broken, "--json")
    assert said.code == 2
    assert "rules[0].family" in said.json["errors"]


def test_fix_writes_the_patched_text_and_nothing_else_to_stdout(
    conductor: Conductor, tmp_path: Path, pack: str
) -> None:
    text = "A shoddy  tool,\r\nvery shoddy — 🎩.\r\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    said = conductor("audit", "fix", str(tmp_path / "a.txt"), "--pack", pack)
    assert said.code == 0, said.err
    assert said.out == text.replace("shoddy", "plain")
    assert "ours.words: “shoddy” became “plain”" in said.err
    assert "0 findings left; verdict: pass." in said.err


def test_fix_writes_into_a_file_and_not_over_one(conductor: Conductor, tmp_path: Path, pack: str) -> None:
    file, out = written(tmp_path / "a.txt", "A shoddy tool."), tmp_path / "b.txt"
    assert conductor("audit", "fix", file, "--pack", pack, "--out", str(out)).code == 0
    assert out.read_text() == "A plain tool."
    assert conductor("audit", "fix", file, "--pack", pack, "--out", str(out)).code == 4
    assert conductor("audit", "fix", file, "--pack", pack, "--out", str(out), "--force").code == 0
    assert Path(file).read_text() == "A shoddy tool."


def test_what_has_nothing_to_fix_comes_out_as_it_went_in(conductor: Conductor, tmp_path: Path, pack: str) -> None:
    raw = b"\xef\xbb\xbfA plain tool.\r\n"
    (tmp_path / "a.txt").write_bytes(raw)
    conductor("audit", "fix", str(tmp_path / "a.txt"), "--pack", pack, "--out", str(tmp_path / "b.txt"))
    assert (tmp_path / "b.txt").read_bytes() == raw


def test_fix_leaves_the_tags_of_html_alone(conductor: Conductor, tmp_path: Path, pack: str) -> None:
    file = written(tmp_path / "a.html", '<p class="shoddy">A <i>shoddy</i> tool</p>')
    assert conductor("audit", "fix", file, "--pack", pack).out == '<p class="shoddy">A <i>plain</i> tool</p>'


def test_fix_of_a_piece_counts_anew(conductor: Conductor, tmp_path: Path, pack: str) -> None:
    post = {"text": "shoddy #One", "characters": 11, "over_limit": False, "hashtags": ["#One"]}
    content = {"platforms": [{"platform": "twitter", "posts": [post]}], "language": "en"}
    file = written(tmp_path / "a.json", json.dumps({"content": content, "sha256": "old", "version": 1}))
    said = conductor("audit", "fix", file, "--pack", pack)
    fixed = json.loads(said.out)
    assert fixed["content"]["platforms"][0]["posts"] == [{**post, "text": "plain #One", "characters": 10}]
    assert set(fixed) == {"content"}


def test_fix_with_json_tells_its_rounds(conductor: Conductor, tmp_path: Path, pack: str) -> None:
    said = conductor("audit", "fix", written(tmp_path / "a.txt", "Shoddy, grubby."), "--pack", pack, "--json").json
    assert (said["text"], said["stopped"]) == ("Plain, grubby.", "no_patches")
    assert [step["rule"] for step in said["rounds"][0]["applied"]] == ["ours.words"]
    assert [finding["quote"] for finding in said["report"]["findings"]] == ["grubby"]


# Certificates.

CONTENT = {"headlines": [{"text": "Warm"}], "language": "en"}


def certificate(key: bytes | None = None, **changes: Any) -> dict[str, Any]:
    facts = {
        "report": "r",
        "version": "v",
        "slot": "copy",
        "sha256": content_hash(CONTENT),
        "verdict": "pass",
        "score": 95.0,
        "pack": {"name": "house", "version": "1.0.0", "sha256": "a" * 64},
        "brief_sha256": "b" * 64,
        "waivers": [],
        "issued_at": "2026-11-28T20:00:00+00:00",
    }
    return {**certificates.issue(facts, key or seals.certificate_key()), **changes}


def stored(tmp_path: Path, data: Any, name: str = "certificate.json") -> str:
    return written(tmp_path / name, json.dumps(data))


def test_a_genuine_certificate_is_verified(conductor: Conductor, tmp_path: Path) -> None:
    said = conductor("audit", "verify", stored(tmp_path, certificate()))
    assert said.code == 0
    assert "Genuine and unchanged. Verdict pass, score 95" in said.out


def test_it_may_come_as_the_api_tells_it(conductor: Conductor, tmp_path: Path) -> None:
    assert conductor("audit", "verify", stored(tmp_path, {"certificate": certificate()})).code == 0


@pytest.mark.parametrize("given", [CONTENT, {"content": CONTENT, "version": 3}])
def test_its_content_is_compared(conductor: Conductor, tmp_path: Path, given: Any) -> None:
    file, content = stored(tmp_path, certificate()), stored(tmp_path, given, "copy.json")
    said = conductor("audit", "verify", file, "--content", content, "--json")
    assert (said.code, said.json["ok"]) == (0, True)
    assert "The content is the one that was certified" in said.json["words"]


def test_one_changed_character_fails(conductor: Conductor, tmp_path: Path) -> None:
    content = stored(tmp_path, {"headlines": [{"text": "warm"}], "language": "en"}, "copy.json")
    said = conductor("audit", "verify", stored(tmp_path, certificate()), "--content", content)
    assert said.code == 1
    assert "about other content" in said.out


def test_content_that_is_nothing_is_not_taken_for_compared(conductor: Conductor, tmp_path: Path) -> None:
    content = stored(tmp_path, None, "copy.json")
    assert conductor("audit", "verify", stored(tmp_path, certificate()), "--content", content).code == 2


def test_a_forged_and_a_foreign_certificate_fail(conductor: Conductor, tmp_path: Path) -> None:
    forged = certificate()
    forged["facts"]["verdict"] = "fail"
    assert conductor("audit", "verify", stored(tmp_path, forged)).code == 1
    said = conductor("audit", "verify", stored(tmp_path, certificate(b"x" * 32)), "--json")
    assert (said.code, said.json["ok"]) == (1, False)
    assert "another installation" in said.json["words"]


def test_what_is_no_certificate_fails_and_what_is_no_json_is_refused(conductor: Conductor, tmp_path: Path) -> None:
    assert conductor("audit", "verify", stored(tmp_path, [])).code == 1
    assert conductor("audit", "verify", written(tmp_path / "x.json", "{")).code == 2
    facts = '"facts": {"verdict": "pass"}, "facts": '
    twice = json.dumps(certificate()).replace('"facts": ', facts, 1)
    said = conductor("audit", "verify", written(tmp_path / "twice.json", twice))
    assert (said.code, "'facts' is given twice" in said.err) == (2, True)
    assert conductor("audit", "verify", stored(tmp_path, certificate()), "--content", "nowhere.json").code == 2


@pytest.mark.parametrize("ok", [True, False])
def test_a_server_is_asked_where_one_is_named(
    conductor: Conductor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ok: bool
) -> None:
    asked: list[Any] = []

    def post(self: Any, path: str, body: Any) -> Any:
        asked.append((path, body))
        return {"ok": ok, "words": "As the server says."}

    monkeypatch.setenv("CONDUCTOR_TOKEN", "c" * 40)
    monkeypatch.setattr(remote.Api, "post", post)
    given = certificate(b"x" * 32)
    said = conductor("audit", "verify", stored(tmp_path, given), "--server", "https://conductor.example.org")
    assert said.code == (0 if ok else 1)
    assert "As the server says." in said.out
    assert asked == [("certificates/verify/", {"certificate": given})]
