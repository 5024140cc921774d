#!/usr/bin/env python
"""Writes docs/gallery from examples/briefs: what the built-in makers make of each brief, so that a person may judge.

A test says when the gallery is out of date; run `make gallery` then. Must not be imported by the product.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from agents.auditing.platforms import platform  # noqa: E402
from agents.contracts import AgentRequest, Limits  # noqa: E402
from agents.invoke import check_answer  # noqa: E402
from agents.registry import role as role_of  # noqa: E402

BRIEFS: Final = ROOT / "examples" / "briefs"
GALLERY: Final = ROOT / "docs" / "gallery"
SEED: Final = 20260701
MADE_BY: Final = "Made by `make gallery` from [the brief]({brief}); change the makers or the brief, not this file."


def briefs() -> dict[str, dict[str, Any]]:
    """File name without ending -> the whole file."""
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(BRIEFS.glob("*.yaml"))}


def make(role: str, brief: Mapping[str, Any], seed: int = SEED) -> dict[str, Any]:
    """One checked piece, as a run makes it."""
    found = role_of(role)
    request = AgentRequest(
        attempt="gallery", task="gallery", role=role, backend="builtin", instructions="",
        inputs={"brief": {"schema": 1, **brief}}, limits=Limits(), workspace=None, seed=seed,
    )  # fmt: skip
    assert found.builtin is not None
    return dict(check_answer(request, found.builtin(request, NoHost())))


class NoHost:
    """Built-in makers ask nothing of their host."""

    def reserve(self, call: int, micros: int) -> None: ...

    def settle(self, call: int, micros: int | None) -> None: ...

    def partial(self, text: str) -> None: ...

    def cancelled(self) -> bool:
        return False

    def remaining_s(self) -> float:
        return 60.0


def pages() -> dict[str, str]:
    """File name in docs/gallery -> its text."""
    made = {name: _page(name, whole) for name, whole in briefs().items()}
    return {**{f"{name}.md": text for name, (text, _) in made.items()}, "README.md": _index(made)}


def _page(name: str, whole: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    brief = whole["brief"]
    copy, posts = make("copywriting", brief), make("short_copy", brief)
    lines = [
        f"# {whole['name']}",
        MADE_BY.format(brief=f"../../examples/briefs/{name}.yaml"),
        *_brief(brief),
        *_copy(copy),
        *_posts(posts),
        *_posters(name),
    ]
    summary = {"title": whole["name"], "brief": brief, "headline": copy["headlines"][0]["text"]}
    return "\n\n".join(lines) + "\n", summary


def _brief(brief: Mapping[str, Any]) -> Iterator[str]:
    yield "## Brief"
    rows = [
        (key.capitalize(), " ".join(str(brief[key]).split())) for key in ("objective", "audience", "product", "tone")
    ]
    constraints, brand = brief.get("constraints") or {}, brief.get("brand") or {}
    rows.append(("Brand", brand.get("name") or "none"))
    rows.append(("Guidelines", brand.get("guidelines") or "none"))
    rows += [
        (title, ", ".join(brand[key]))
        for key, title in (("adjectives", "Brand words"), ("prefer", "Preferred"), ("avoid", "Avoided"))
        if brand.get(key)
    ]
    if constraints.get("max_words"):
        rows.append(("At most", f"{constraints['max_words']} words"))
    if constraints.get("prohibited_terms"):
        rows.append(("Never", ", ".join(constraints["prohibited_terms"])))
    for key, title in (("required_terms", "Must say"), ("disclaimers", "Fine print")):
        if constraints.get(key):
            rows.append((title, " ".join(constraints[key])))
    for key, title in (("required_hashtags", "Hashtags"), ("banned_hashtags", "Never as hashtags")):
        if constraints.get(key):
            rows.append((title, ", ".join(constraints[key])))
    rows.append(("Link", brief.get("link") or "none"))
    yield "\n".join(f"- **{title}**: {text}" for title, text in rows)
    yield "Key messages:"
    yield "\n".join(f"- {message}" for message in brief["key_messages"])
    if brief.get("claims"):
        yield "Claims and their proofs:"
        yield "\n".join(f"- {entry['claim']}: {entry['proof']}" for entry in brief["claims"])


def _copy(copy: Mapping[str, Any]) -> Iterator[str]:
    yield "## Headlines"
    yield "\n".join(f"- {line['text']} *({line['construction']})*" for line in copy["headlines"])
    yield "## Calls to action"
    yield "\n".join(f"- {call['text']}" for call in copy["calls_to_action"])
    for body in copy["bodies"]:
        yield f"## {body['length'].capitalize()} body, {body['words']} words"
        yield _quoted(body["text"])
        if body["note"]:
            yield f"*{body['note']}*"
    yield "## Note on tone"
    yield copy["tone_note"]
    if copy["warnings"]:
        yield "Warnings:"
        yield "\n".join(f"- {warning}" for warning in copy["warnings"])


def _posts(posts: Mapping[str, Any]) -> Iterator[str]:
    for group in posts["platforms"]:
        known = platform(group["platform"])
        yield f"## {known.title if known else group['platform']}"
        for post in group["posts"]:
            yield _quoted(post["text"])
            below = f" First comment: {post['first_comment']}" if post["first_comment"] else ""
            yield f"*{post['characters']} of {group['limit']} characters. {post['note']}{below}*"


def _posters(name: str) -> Iterator[str]:
    """The posters of the brief, if any were drawn: every PNG in docs/gallery whose name starts as the brief's."""
    found = sorted(path.name for path in GALLERY.glob(f"{name}*.png"))
    if found:
        yield "## Posters"
        yield "Three directions to choose from, not a series; a real logo takes the place of the name."
        yield "\n\n".join(f"![{file.removesuffix('.png').replace('-', ' ')}]({file})" for file in found)


def _quoted(text: str) -> str:
    return (
        "\n".join(f"> {line}\\" if line else ">" for line in text.split("\n"))
        .removesuffix("\\")
        .replace("\\\n>\n", "\n>\n")
    )


def _index(made: Mapping[str, tuple[str, Mapping[str, Any]]]) -> str:
    rows = [
        f"| [{one['title']}]({name}.md) | {one['brief']['tone']} | {', '.join(one['brief']['platforms'])} "
        f"| {one['headline']} |"
        for name, (_, one) in made.items()
    ]
    return "\n".join(
        [
            "# Gallery of the built-in makers",
            "",
            "What copywriter and writer of posts make of twenty briefs, without a model, a key or a network. Made by",
            "`make gallery` from [examples/briefs](../../examples/briefs); same brief and seed, same words.",
            "That all of them pass the house rules is a test, `tests/agents/builtin/test_sample_briefs.py`.",
            "",
            "| Brief | Tone | Platforms | First headline |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def main() -> None:
    GALLERY.mkdir(parents=True, exist_ok=True)
    written = pages()
    for old in GALLERY.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (GALLERY / name).write_text(text, encoding="utf-8")
    print(f"{len(written)} pages written to {GALLERY.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
