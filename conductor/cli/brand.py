"""`conductor brand`: the brand library. BRAND is an id, its last digits, the short name in addresses, or the name."""

from __future__ import annotations

from typing import Any

import click

from campaigns.kinds import brand_file
from conductor.cli import codes, files, finding
from conductor.cli.console import Console
from conductor.cli.door import JSON
from conductor.cli.options import Group, Place, common, in_team
from conductor.lib.errors import BadInput


@click.group(cls=Group)
def brand() -> None:
    """Brands: list, show, make, change, publish, archive, restore, compare, try a phrase."""


@brand.command("list")
@click.option("--state", type=click.Choice(["draft", "published", "archived"]), help="Only these.")
@common
def list_(place: Place, state: str | None) -> int:
    """Every brand, with what runs use of it and in how many campaigns."""
    found = place.door.brands(**({"state": state} if state else {}))
    place.console.answer(found)
    rows = [
        (row["name"], row["slug"], row["state"], _used(row), row["campaigns"], " ".join(row["palette"]))
        for row in found
    ]
    empty = "No brands yet: `conductor brand create examples/brand.yaml` makes the starter."
    place.console.table(("brand", "short name", "state", "version", "campaigns", "palette"), rows, empty)
    return codes.OK


@brand.command()
@click.argument("brand")
@click.option("--published", is_flag=True, help="What runs use, instead of the draft.")
@common
def show(place: Place, brand: str, published: bool) -> int:
    """The draft of BRAND: voice, words, palette with its contrast, rules, claims."""
    found = place.door.brand(finding.brand_of(place.door, brand))
    if published and found["published_data"] is None:
        raise BadInput(errors={"--published": f"No version of {found['name']} is published."})
    place.console.answer(found)
    _tell(place.console, found, found["published_data"] if published else found["data"])
    return codes.OK


@brand.command()
@click.argument("file", metavar="FILE.yaml")
@in_team
@common
def create(place: Place, file: str, team: str) -> int:
    """Make a brand from a file; `examples/brand.yaml` is a starter to copy. It is a draft until it is published."""
    made = place.door.create_brand(brand_file.parse(files.read_bytes(file)), team)
    place.console.answer(made)
    place.console.say(f"{made['name']} is a draft; `conductor brand publish {made['slug']}` lets runs use it.")
    return codes.OK


@brand.command()
@click.argument("brand")
@click.argument("file", metavar="FILE.yaml")
@click.option("--version", type=int, help="Only if the brand is still at this version.")
@common
def edit(place: Place, brand: str, file: str, version: int | None) -> int:
    """Change the draft of BRAND by what stands in FILE: objects are merged, null takes away, lists are replaced."""
    pk = finding.brand_of(place.door, brand)
    at = place.door.brand(pk)["version"] if version is None else version
    changed = place.door.revise_brand(pk, at, files.object_in(files.read_bytes(file), "FILE"))
    place.console.answer(changed)
    place.console.say(f"The draft of {changed['name']} is version {changed['head']}.")
    return codes.OK


@brand.command()
@click.argument("brand")
@click.option("--number", type=int, help="Only if the draft is still this version.")
@common
def publish(place: Place, brand: str, number: int | None) -> int:
    """Let runs that start from now on use the draft of BRAND."""
    done = _steer(place, brand, "publish", {} if number is None else {"number": number})
    place.console.say(f"Version {done['published']} of {done['name']} is published.")
    return codes.OK


@brand.command()
@click.argument("brand")
@common
def archive(place: Place, brand: str) -> int:
    """Keep BRAND, and let no run start with it."""
    place.console.say(f"{_steer(place, brand, 'archive', {})['name']} is archived.")
    return codes.OK


@brand.command()
@click.argument("brand")
@common
def restore(place: Place, brand: str) -> int:
    """Take BRAND out of the archive: published again, if it was."""
    done = _steer(place, brand, "restore", {})
    place.console.say(f"{done['name']} is {done['state']}.")
    return codes.OK


@brand.command()
@click.argument("brand")
@click.argument("name", required=False, default="")
@common
def clone(place: Place, brand: str, name: str) -> int:
    """A new draft called NAME that begins with the last version of BRAND."""
    done = _steer(place, brand, "clone", {"name": name} if name else {})
    place.console.say(f"{done['name']} ({done['slug']}) is a draft.")
    return codes.OK


@brand.command()
@click.argument("brand")
@click.option("--against", type=int, metavar="N", help="Another version than the published one.")
@common
def diff(place: Place, brand: str, against: int | None) -> int:
    """What the draft of BRAND changes, word by word: [-taken away-] {+added+}."""
    found = place.door.brand_diff(finding.brand_of(place.door, brand), against)
    place.console.answer(found)
    if not found["changes"]:
        place.console.say("Nothing: the draft says what is published.")
    for change in found["changes"]:
        place.console.say(f"{change['path']}: {''.join(_part(part) for part in change['parts'])}")
    return codes.OK


@brand.command()
@click.argument("brand")
@common
def usage(place: Place, brand: str) -> int:
    """Which campaigns name BRAND, and how many runs used each of its versions."""
    found = place.door.brand_usage(finding.brand_of(place.door, brand))
    place.console.answer(found)
    rows = [(row["name"], row["state"], row["runs"]) for row in found["campaigns"]]
    place.console.table(("campaign", "state", "runs"), rows, "No campaign names it.")
    for row in found["runs"]:
        place.console.say(f"version {row['version']}: {row['runs']} runs")
    return codes.OK


@brand.command()
@click.argument("brand")
@click.argument("text")
@common
def check(place: Place, brand: str, text: str) -> int:
    """Try a phrase: what the audit would mark in TEXT under BRAND. Exit code 1 if there is something."""
    found = place.door.steer_brand(finding.brand_of(place.door, brand), "check", {"text": text})
    place.console.answer(found)
    for remark in found["remarks"]:
        instead = f" Say {remark['instead']!r} instead." if remark["instead"] else ""
        place.console.say(f"{remark['severity']:<8} {remark['quote']!r}: {remark['why']}{instead}")
    if found["ok"]:
        place.console.say("It goes with the brand.")
    return codes.OK if found["ok"] else codes.FAILED


def _steer(place: Place, brand: str, verb: str, body: JSON) -> JSON:
    done = place.door.steer_brand(finding.brand_of(place.door, brand), verb, body)
    place.console.answer(done)
    return done


def _used(row: JSON) -> str:
    if row["published"] is None:
        return f"draft {row['head']}"
    return f"{row['published']}, draft {row['head']}" if row["has_draft"] else str(row["published"])


def _part(part: JSON) -> str:
    form = {"added": "{{+{}+}}", "removed": "[-{}-]"}.get(part["op"], "{}")
    return form.format(part["text"])


def _tell(console: Console, found: JSON, data: JSON) -> None:
    voice, words, tags = data["voice"], data["words"], data["hashtags"]
    facts: dict[str, Any] = {
        "brand": f"{data['name']} ({found['slug']})",
        "state": found["state"],
        "version": _used(found),
        "tone": voice["tone"],
        "voice": ", ".join(voice["adjectives"]),
        "do": "; ".join(voice["dos"]),
        "do not": "; ".join(voice["donts"]),
        "prefer": ", ".join(words["prefer"]),
        "avoid": ", ".join(words["avoid"]),
        "must appear": ", ".join(data["required_terms"]),
        "may not appear": ", ".join(data["prohibited_terms"]),
        "disclaimers": " | ".join(data["disclaimers"]),
        "hashtags": ", ".join(tags["required"]),
        "never": ", ".join(f"#{tag}" for tag in tags["banned"]),
        "emoji": data["emoji"],
        "platforms": ", ".join(data["platforms"]),
        "link": data["link"],
    }
    console.facts(facts)
    console.table(("colour", "hex", "for"), [(c["name"], c["hex"], c["role"]) for c in data["palette"]], "No colours.")
    console.table(("claim", "proof"), [(c["claim"], c["proof"] or "none") for c in data["claims"]], "No claims.")
    for words_ in (*(said for told in found["missing"].values() for said in told), *found["cautions"]):
        console.note(words_)
