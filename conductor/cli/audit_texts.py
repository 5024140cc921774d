"""How audits, fixes, certificates, packs and comparisons are told to a person at a terminal. Must not ask anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from conductor.cli.console import Console
from conductor.cli.door import JSON
from conductor.cli.verdicts import short as clipped
from conductor.lib.ids import short

_STOPPED = {
    "clean": "nothing is left to find",
    "no_patches": "what is left takes a person",
    "not_shrinking": "another round would not have found less",
    "rounds": "the rounds are used up",
}


def report(console: Console, said: JSON) -> None:
    verdict, effective = said["verdict"].replace("_", " "), said["effective"]
    if effective["waived"]:
        until = f" until {effective['until'][:10]}" if effective["until"] else ""
        verdict += f"; {effective['verdict'].replace('_', ' ')} with {effective['waived']} waived{until}"
    score = "" if said["score"] is None else f", {said['score']:.1f} of 100"
    console.say(f"{said['scope'].replace('_', ' ').capitalize()}: {verdict}{score}", style="bold")
    console.facts(
        {
            "rules": f"{said['pack']} {said['pack_version']} {said['pack_sha256'][:12]}".strip(),
            "missing": ", ".join(entry["message"] for entry in said["coverage"] if not entry.get("slot")),
            "not checked": "; ".join(sorted({f"{e['family']}: {e['why']}" for e in said["not_checked"]})),
            "report": said["id"],
        }
    )
    rows = [
        (
            short(row["id"]),
            row["severity"],
            row["rule"],
            (row["slot"] or "bundle").replace("_", " "),
            clipped(row["quote"] or row["why"]),
            "waived" if row["waiver"] else "patch" if row["patch"] else "",
        )
        for row in said["findings"]
    ]
    console.table(("id", "severity", "rule", "piece", "what", ""), rows, empty="No findings.")


def fixed(console: Console, done: JSON) -> None:
    for made in done["versions"]:
        console.say(f"Version {made['number']} of the {made['slot'].replace('_', ' ')}: {made['id']}")
    if not done["versions"]:
        console.say("Nothing was changed.")
    console.say(f"{len(done['rounds'])} rounds; {_STOPPED.get(done['stopped'], done['stopped'])}.")
    left, waived = done["findings_left"], done["waived"]
    also = f", {waived} of them waived" if waived else ""
    console.say(f"{left} finding{'' if left == 1 else 's'} left{also}." if left else "No findings left.")
    if done["run"]:
        console.say(f"Run {short(done['run'])} audits the result.")


def waivers(console: Console, rows: Sequence[JSON]) -> None:
    table = [
        (
            short(row["id"]),
            row["rule"],
            row["scope"],
            row["quote"],
            row["reason"],
            row["approved_by"],
            row["expires_at"][:10],
            row["state"],
        )
        for row in rows
    ]
    columns = ("id", "rule", "scope", "words", "reason", "by", "until", "state")
    console.table(columns, table, empty="Nothing is waived.")


def approvals(console: Console, done: JSON) -> None:
    for piece in done["approved"]:
        console.say(f"Approved: {_plain(piece['slot'])}, version {piece['number']}, {piece['sha256'][:12]}.")
    for piece in done["refused"]:
        console.say(f"Not approved: {_plain(piece['slot'])}. {piece['why']}", style="red")


def certificate(console: Console, certified: JSON) -> None:
    said = certified.get("facts") or {}
    console.facts(
        {
            "piece": said.get("slot"),
            "version": said.get("version"),
            "content": said.get("sha256"),
            "verdict": said.get("verdict"),
            "effective": said.get("effective_verdict"),
            "waivers": len(said.get("waivers") or ()) or None,
            "issued": said.get("issued_at"),
        }
    )


def packs(console: Console, rows: Sequence[JSON]) -> None:
    table = [
        (row["name"], row["version"] or "-", "shipped" if row["shipped"] else row["state"], row["rules"], row["id"])
        for row in rows
    ]
    console.table(("name", "version", "state", "rules", "id"), table)


def together(whole: JSON, said: JSON) -> JSON:
    """Two stretches of a comparison as one."""
    if not whole:
        return dict(said)
    rules: Counter[tuple[str, str]] = Counter()
    moves: Counter[tuple[str, str]] = Counter()
    for part in (whole, said):
        for row in part["rules"]:
            rules[row["rule"], "appeared"] += row["appeared"]
            rules[row["rule"], "disappeared"] += row["disappeared"]
        for row in part["verdicts"]:
            moves[row["old"], row["new"]] += row["versions"]
    names = sorted({rule for rule, _ in rules})
    return {
        **said,
        **{name: whole[name] + said[name] for name in ("checked", "changed", "verdicts_changed", "versions")},
        "verdicts": [{"old": old, "new": new, "versions": n} for (old, new), n in sorted(moves.items())],
        "rules": [
            {"rule": rule, "appeared": rules[rule, "appeared"], "disappeared": rules[rule, "disappeared"]}
            for rule in names
        ],
    }


def comparison(console: Console, said: JSON) -> None:
    old, new = said["old"], said["new"]
    console.say(f"{new['name']} {new['version']} instead of {old['name']} {old['version']}:")
    console.say(f"{said['checked']} versions, {said['changed']} differ, {said['verdicts_changed']} verdicts change.")
    for row in said["verdicts"]:
        console.say(f"  {row['versions']} from {_plain(row['old'])} to {_plain(row['new'])}")
    if said["rules"]:
        rules = [(row["rule"], row["appeared"], row["disappeared"]) for row in said["rules"]]
        console.table(("rule", "appear", "disappear"), rules)
    if said["versions"]:
        table = [
            (
                row["name"],
                f"{_plain(row['slot'])} {row['number']}",
                f"{_plain(row['old']['verdict'])} {row['old']['score']}",
                f"{_plain(row['new']['verdict'])} {row['new']['score']}",
                row["version"],
            )
            for row in said["versions"]
        ]
        console.table(("campaign", "version", "now", "then", "id"), table)


def _plain(word: str) -> str:
    return word.replace("_", " ")
