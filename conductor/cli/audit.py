"""`conductor audit`: audit a text from anywhere, patch what can be patched safely, check a certificate."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from agents.auditing import certificates, outside
from agents.auditing.audit import audit_pieces
from agents.auditing.fixing import Fixed, fix_pieces
from agents.auditing.pieces import text_at
from agents.auditing.platforms import PLATFORMS
from agents.auditing.recount import recounted
from agents.auditing.rulepacks import read_pack
from campaigns.kinds import yaml_source
from conductor.cli import codes, files, sources, verdicts
from conductor.cli.options import Group, Place, common
from conductor.cli.sources import Source
from conductor.lib.errors import BadInput, Conflict


@click.group(cls=Group)
def audit() -> None:
    """Audit a text, fix it, check a certificate."""


def _asked(command: Any) -> Any:
    """The options that say how a file is audited."""
    options = (
        click.option("--kind", type=click.Choice(list(outside.KINDS)), default="body", help="What the text is."),
        click.option("--platform", default="", metavar="NAME", help=f"For a post: {', '.join(PLATFORMS)}."),
        click.option("--brief", "brief_file", metavar="FILE", help="The brief it has to keep to, as YAML."),
        click.option("--pack", "pack_file", metavar="FILE", help="A rule pack as YAML, instead of the house rules."),
        click.option("--language", metavar="CODE", help="Its language, e.g. de; otherwise it is detected."),
        click.option("--format", "form", type=click.Choice(list(sources.FORMS)), help="Instead of the file's ending."),
        click.option("--encoding", default="", metavar="NAME", help="Its encoding, where that is not UTF-8."),
        click.option("--strict", is_flag=True, help="Exit code 1 for a conditional verdict too."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@audit.command("check")
@click.argument("file")
@_asked
@common
def check(place: Place, *, file: str, form: str | None, encoding: str, strict: bool, **asked: Any) -> int:
    """Audit FILE (text, Markdown, HTML, or a piece as JSON; - reads standard input) and print what was found.

    Exit code 0 for pass and conditional, 1 for fail and not audited.
    """
    source = sources.read(file, form=form or "", encoding=encoding)
    brief, pack = _brief(asked["brief_file"]), _pack(asked["pack_file"])
    report = audit_pieces(brief, _pieces(source, brief, **asked), pack=pack)
    place.console.answer(_located(source, report))
    verdicts.tell(place.console, report, lambda finding: _where(source, finding))
    return _code(report, strict)


@audit.command("fix")
@click.argument("file")
@click.option("--out", metavar="FILE", help="Write the patched text here instead of to standard output.")
@click.option("--force", is_flag=True, help="Write --out although the file exists.")
@click.option("--rounds", type=click.IntRange(1, 10), default=3, show_default=True, help="At most so many rounds.")
@_asked
@common
def fix(
    place: Place,
    *,
    file: str,
    out: str | None,
    force: bool,
    rounds: int,
    form: str | None,
    encoding: str,
    strict: bool,
    **asked: Any,
) -> int:
    """Apply the safe patches to FILE, audit again, and write the patched text. Only flagged spans change.

    The exit code is that of `check` for the patched text.
    """
    if out and Path(out).exists() and not force:
        raise Conflict(f"{out} exists; --force writes over it.")
    source = sources.read(file, form=form or "", encoding=encoding)
    brief, pack = _brief(asked["brief_file"]), _pack(asked["pack_file"])
    pieces = _pieces(source, brief, **asked)
    fixed = fix_pieces(brief, pieces, pack=pack, rounds=rounds)
    patched = sources.encode(_patched(source, fixed), source)
    _tell_rounds(place, fixed)
    if out:
        files.write(Path(out), patched)
    place.console.answer(_as_json(source, fixed, out))
    if not out and not place.console.as_json:
        sys.stdout.buffer.write(patched)
        sys.stdout.flush()
    return _code(fixed.report, strict)


@audit.command("verify")
@click.argument("file")
@click.option("--content", "content_file", metavar="FILE", help="The piece's JSON, to compare with what was certified.")
@common
def verify(place: Place, *, file: str, content_file: str | None) -> int:
    """Check the certificate in FILE: was it issued here, and is it unchanged? With --content also: is it about this?

    Exit code 0 if all holds, 1 if not. With --server the server is asked, whose key it then is.
    """
    certificate = sources.read_json(file)
    if isinstance(certificate, dict) and isinstance(certificate.get("certificate"), dict):
        certificate = certificate["certificate"]
    content = sources.read_json(content_file, what="--content") if content_file else None
    if content_file and content is None:
        raise BadInput(errors={"--content": f"{content_file} holds no piece."})
    if content is not None:
        content = sources.content_of(content) or content
    if place.server:
        said = place.door.verify_certificate(certificate, content)
        ok, words = said.get("ok") is True, str(said.get("words", ""))
    else:
        found = certificates.verify(certificate, place.certificate_key(), content=content)
        ok, words = found.ok, found.words
    place.console.answer({"ok": ok, "words": words})
    place.console.say(words, style="bold green" if ok else "bold red")
    return codes.OK if ok else codes.FAILED


def _pieces(
    source: Source, brief: Mapping[str, Any], *, kind: str, platform: str, language: str | None, **_: Any
) -> dict[str, Mapping[str, Any] | None]:
    if source.form == "piece":
        return {slot: {"content": content, "version": None, "sha256": None} for slot, content in source.pieces.items()}
    try:
        slot, content = outside.as_piece(
            source.shown, kind=kind, platform_name=platform, brief=brief, language=language
        )
    except BadInput as error:
        named = {{"text": "FILE"}.get(field, f"--{field}"): said for field, said in error.errors.items()}
        raise BadInput(error.message, errors=named) from error
    return {slot: {"content": content, "version": None, "sha256": None}}


def _brief(file: str | None) -> Mapping[str, Any]:
    if not file:
        return {}
    try:
        return files.read_campaign(file, kind="creative").brief
    except BadInput as error:
        named = {"--brief" if field == "FILE" else field: said for field, said in error.errors.items()}
        raise BadInput(error.message, code=error.code, errors=named) from error


def _pack(file: str | None) -> Any:
    """The pack as plain data, checked; None means the house rules."""
    if not file:
        return None
    data = yaml_source.read(files.read_bytes(file, what="--pack"), what="--pack", code="malformed").value
    read_pack(data)
    return data


def _where(source: Source, finding: Mapping[str, Any]) -> str:
    """Such as page.html:3:14; of a piece its path, and the place in that text."""
    path = finding["path"]
    if source.form == "piece":
        slot = f"{finding['slot']}." if finding["slot"] and len(source.pieces) > 1 else ""
        return f"{source.name}: {slot}{path}:{finding['start']}" if path else f"{source.name}: {slot or 'all of it'}"
    if not path:
        return source.name
    line, column = source.place(finding["start"])
    return f"{source.name}:{line}:{column}"


def _located(source: Source, report: Mapping[str, Any]) -> dict[str, Any]:
    """The report, each finding with its line and column in the file; of a piece they are null."""
    findings = []
    for finding in report["findings"]:
        here = source.form != "piece" and finding["path"]
        line, column = source.place(finding["start"]) if here else (None, None)
        findings.append({**finding, "line": line, "column": column})
    return {**report, "file": source.name, "findings": findings}


def _code(report: Mapping[str, Any], strict: bool) -> int:
    good = ("pass",) if strict else ("pass", "conditional")
    return codes.OK if report["verdict"] in good else codes.FAILED


def _patched(source: Source, fixed: Fixed) -> str:
    if not fixed.paths:
        return source.raw
    if source.form == "piece":
        contents = {slot: recounted(slot, content, fixed.paths.get(slot, ())) for slot, content in fixed.pieces.items()}
        return json.dumps(sources.with_contents(source, contents), indent=2, ensure_ascii=False) + "\n"
    return sources.put_back(source, _only_text(fixed))


def _only_text(fixed: Fixed) -> str:
    """A text from outside is a piece with one text, and it is this one that changed."""
    ((slot, (path,)),) = fixed.paths.items()
    text = text_at(fixed.pieces[slot], path)
    assert text is not None
    return text


def _tell_rounds(place: Place, fixed: Fixed) -> None:
    for entry in fixed.rounds:
        for step in entry.applied:
            place.console.note(f"{step.rule}: {_change(step.quote, step.replacement)}")
        for step in entry.refused:
            place.console.note(f"{step.rule}: not applied: {step.refused}")
    left = len(fixed.report["findings"])
    verdict = fixed.report["verdict"].replace("_", " ")
    place.console.note(f"{left} finding{'' if left == 1 else 's'} left; verdict: {verdict}.")
    if any(path.startswith("concepts[") for path in fixed.paths.get("visual_concept", ())):
        place.console.note("The drawings still show the old words; they are drawn anew when the piece is stored.")


def _change(quote: str, replacement: str) -> str:
    old, new = verdicts.short(quote), verdicts.short(replacement)
    if not old:
        return f"inserted \u201c{new}\u201d"
    return f"\u201c{old}\u201d became \u201c{new}\u201d" if new else f"removed \u201c{old}\u201d"


def _as_json(source: Source, fixed: Fixed, out: str | None) -> dict[str, Any]:
    patched = _patched(source, fixed)
    text = {"content": json.loads(patched)} if source.form == "piece" else {"text": patched}
    rounds = [asdict(entry) for entry in fixed.rounds]
    return {**text, "file": source.name, "out": out, "stopped": fixed.stopped, "rounds": rounds, "report": fixed.report}
