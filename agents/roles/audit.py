"""Audit: findings with exact spans, category scores, a verdict. Nothing passes by default.

Must not accept a verdict that its own findings contradict: whatever is inconsistent is refused, and stays not audited.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field

from agents.auditing.audit import audit_pieces
from agents.auditing.pieces import text_at
from agents.auditing.scoring import category_score, verdict_of, weighted_total, worse_of
from agents.contracts import Advice, AgentRequest, Host, Role
from agents.roles.fields import Answer, Language, Line, Name, Note, Severity
from conductor.lib.clock import audit_seconds

Verdict: TypeAlias = Literal["not_audited", "pass", "conditional", "fail"]
Slot: TypeAlias = Literal["copy", "short_copy", "visual_concept"]
CategoryName: TypeAlias = Literal["tone_consistency", "clarity", "compliance", "accessibility", "risk"]
Place: TypeAlias = Annotated[int, Field(ge=0)]


class Patch(Answer):
    """Replace [start:end] of the text at path by replacement. Only ever given where that is safe."""

    path: Annotated[str, Field(min_length=1, max_length=300)]
    start: Place
    end: Place
    replacement: Annotated[str, Field(max_length=20_000)]


class Finding(Answer):
    """path is the text within the piece's content, such as headlines[1].text; "" means the whole piece.

    points is what the finding costs its category; 0 where other findings of the same rule have cost enough.
    """

    rule: Name
    family: Name
    slot: Slot | None
    version: int | str | None = None
    path: Annotated[str, Field(max_length=300)] = ""
    start: Place = 0
    end: Place = 0
    quote: Annotated[str, Field(max_length=70_000)] = ""
    severity: Severity
    category: CategoryName
    points: Place = 0
    why: Annotated[str, Field(min_length=1, max_length=2_000)]
    patch: Patch | None = None


class Category(Answer):
    """score is null where no rule of this category applied: untested is not the same as good."""

    score: Annotated[float, Field(ge=0, le=100)] | None
    weight: Annotated[int, Field(ge=0, le=1_000)]
    findings: Place = 0


class Recommendation(Answer):
    text: Line
    priority: Severity
    rule: Name
    slot: Slot | None = None


class AuditedPiece(Answer):
    """Exactly what was read."""

    slot: Slot
    version: int | str | None = None
    sha256: Annotated[str, Field(max_length=64)] | None = None
    present: bool
    language: Language = "en"


class Coverage(Answer):
    """Where a key message of the brief is said; slot null means nowhere."""

    message: Annotated[str, Field(max_length=2_000)]
    slot: Slot | None = None
    path: Annotated[str, Field(max_length=300)] = ""
    start: Place = 0
    end: Place = 0
    quote: Annotated[str, Field(max_length=20_000)] = ""


class NotChecked(Answer):
    """A family that could not be applied, and why; `failed` where it should have been: then nothing may pass."""

    family: Name
    slot: Slot | None = None
    why: Line
    failed: bool = False


class Opinion(Answer):
    """What a model thinks: labelled as such, shown beside the verdict, never able to change it."""

    by: Name
    text: Note
    score: Annotated[float, Field(ge=0, le=100)] | None = None


class Pack(Answer):
    name: Name
    version: Annotated[str, Field(min_length=1, max_length=40)]
    sha256: Annotated[str, Field(max_length=64)] = ""


class AuditOutput(Answer):
    verdict: Verdict = "not_audited"
    score: Annotated[float, Field(ge=0, le=100)] | None = None
    categories: dict[CategoryName, Category] = Field(default_factory=dict)
    findings: Annotated[list[Finding], Field(max_length=5_000)] = Field(default_factory=list)
    recommendations: Annotated[list[Recommendation], Field(max_length=500)] = Field(default_factory=list)
    pieces: Annotated[list[AuditedPiece], Field(max_length=10)] = Field(default_factory=list)
    coverage: Annotated[list[Coverage], Field(max_length=500)] = Field(default_factory=list)
    not_checked: Annotated[list[NotChecked], Field(max_length=200)] = Field(default_factory=list)
    opinions: Annotated[list[Opinion], Field(max_length=10)] = Field(default_factory=list)
    pack: Pack


def check_audit(answer: AuditOutput, request: AgentRequest) -> list[str]:
    said = [
        f"findings[{number}]: {words}"
        for number, finding in enumerate(answer.findings)
        if (words := _wrong_span(finding, request.inputs.get("pieces") or {}))
    ]
    total = weighted_total({name: (entry.score, entry.weight) for name, entry in answer.categories.items()})
    if answer.score != total:
        said.append(f"score: {answer.score} is not what the categories give ({total}).")
    allowed = verdict_of(total, [finding.severity for finding in answer.findings])
    if any(entry.failed for entry in answer.not_checked):
        allowed = worse_of(allowed, "not_audited")
    said += _wrong_points(answer)
    if answer.verdict != "not_audited" and worse_of(answer.verdict, allowed) != answer.verdict:
        said.append(f"verdict: {answer.verdict} is better than score and findings allow ({allowed}).")
    return said


def _wrong_points(answer: AuditOutput) -> list[str]:
    """Categories that are better than their own findings say."""
    said = []
    for name, entry in answer.categories.items():
        least = category_score(finding.points for finding in answer.findings if finding.category == name)
        if entry.score is not None and entry.score > least:
            said.append(f"categories.{name}: {entry.score} is better than its findings allow ({least}).")
    return said


def _wrong_span(finding: Finding, pieces: Mapping[str, Any]) -> str:
    if not finding.path:
        return "" if (finding.start, finding.end, finding.quote) == (0, 0, "") else "a span needs a path."
    piece = pieces.get(finding.slot or "")
    text = text_at(piece["content"], finding.path) if piece else None
    if text is None:
        return f"there is no text at {finding.slot}.{finding.path}."
    if not finding.start <= finding.end <= len(text) or text[finding.start : finding.end] != finding.quote:
        return "the quote is not what stands at its span."
    patch = finding.patch
    if patch is not None and (patch.path != finding.path or not patch.start <= patch.end <= len(text)):
        return "the patch does not touch the flagged text."
    return ""


def run_audit(request: AgentRequest, host: Host | None) -> Mapping[str, Any]:
    return audit_pieces(
        request.inputs.get("brief") or {},
        request.inputs.get("pieces") or {},
        pack=request.inputs.get("pack"),
        seconds=min(audit_seconds(), request.limits.seconds),
    )


class OpinionAsked(Answer):
    """What a model is asked for: who says it, we know."""

    text: Annotated[str, Field(min_length=1, max_length=4_000)]
    score: Annotated[float, Field(ge=0, le=100)] | None = None


class OpinionsAsked(Answer):
    opinions: Annotated[list[OpinionAsked], Field(min_length=1, max_length=10)]


OPINION: Final = "opinion"


def by_our_rules(output: dict[str, Any], request: AgentRequest) -> dict[str, Any]:
    """Whoever audits, the report is what our rules find. Of anybody else only the opinions are taken, under their name.

    That an agent gave none stands among what was not checked.
    """
    if request.backend == "builtin":
        return output
    ours = dict(run_audit(request, None))
    silent = [entry for entry in output["not_checked"] if entry["family"] == OPINION]
    opinions = [{**said, "by": request.backend[:120] or "agent"} for said in output["opinions"]]
    return {**ours, "not_checked": [*ours["not_checked"], *silent], "opinions": opinions}


def _advised(opinions: list[dict[str, Any]], silent: str = "") -> dict[str, Any]:
    """An answer with nothing but opinions, or the reason why there is none."""
    why = [{"family": OPINION, "slot": None, "why": silent[:500]}] if silent else []
    return {"opinions": opinions, "not_checked": why, "pack": {"name": "none", "version": "0"}}


ADVICE = Advice(
    asked=OpinionsAsked,
    shown=lambda request: {"report": _told_to_a_model(run_audit(request, None))},
    given=lambda answer, request: _advised([{**said, "by": "model"} for said in answer["opinions"]]),
    silent=lambda words, request: _advised([], words),
)


def _told_to_a_model(report: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("rule", "slot", "path", "quote", "severity", "why")
    findings = [{name: finding[name] for name in kept} for finding in report["findings"][:100]]
    return {"verdict": report["verdict"], "score": report["score"], "findings": findings}


ROLE = Role(
    name="audit",
    title="Audit",
    output=AuditOutput,
    prompt="audit.md",
    version="2",
    checks=(check_audit,),
    finish=by_our_rules,
    builtin=run_audit,
    advice=ADVICE,
    priority=200,
    seconds=60.0,
)
