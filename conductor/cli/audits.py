"""`conductor audit …` on what is stored: reports, patches, waivers, certificates, and a team's rule packs.

It adds its commands to the group of `conductor.cli.audit`, which is for files from outside and needs no database.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click

from campaigns.kinds import rulepacks
from conductor.cli import audit_texts as told
from conductor.cli import codes, files
from conductor.cli.audit import audit
from conductor.cli.door import JSON
from conductor.cli.finding import run_of
from conductor.cli.options import Group, Place, common, in_team
from conductor.lib.clock import now
from conductor.lib.errors import BadInput, NotFound

_DAYS: Final = re.compile(r"(\d{1,4})d\Z")
_DIGITS: Final = re.compile(r"[0-9a-f]{4,36}\Z")
LEFT: Final = {"pass": codes.OK, "conditional": codes.OK}


@click.command("show")
@click.argument("run", default="")
@click.option("--report", "report_id", metavar="ID", help="This report, instead of those that stand for a run.")
@common
def show(place: Place, run: str, report_id: str | None) -> int:
    """What the audits of RUN say (default: the newest brief's run), finding by finding.

    Exit code 1 where the verdict, with its waivers, is fail or not audited.
    """
    reports = [place.door.report(pk) for pk in ([report_id] if report_id else _reports_of(place, run))]
    if not reports:
        raise NotFound("This run has no audit report.")
    place.console.answer(reports[0] if report_id else {"reports": reports})
    for report in reports:
        told.report(place.console, report)
    return max(LEFT.get(report["effective"]["verdict"], codes.FAILED) for report in reports)


def _reports_of(place: Place, run: str) -> list[str]:
    found = run_of(place.door, run, kind="creative")
    return list((found["audit"] or {}).get("reports", ()))


@click.command("apply")
@click.argument("finding")
@click.option("--run", default="", help="The run that the last digits of FINDING are looked for in.")
@click.option("--version", type=int, help="Refuse if the piece is at another version than this.")
@common
def apply(place: Place, finding: str, run: str, version: int | None) -> int:
    """Apply the patch of one FINDING to the piece as it stands now: its next version."""
    body: dict[str, Any] = {} if version is None else {"version": version}
    made = place.door.apply_finding(_finding(place, finding, run), body)
    place.console.answer(made)
    place.console.say(
        f"Version {made['number']} of the {made['slot'].replace('_', ' ')} has the patch. Audit it again."
    )
    return codes.OK


@click.command("fix-run")
@click.argument("run", default="")
@click.option("--rounds", type=click.IntRange(1, 10), default=3, show_default=True, help="Rounds at most.")
@common
def fix_run(place: Place, run: str, rounds: int) -> int:
    """Apply all safe patches to the pieces of RUN as they stand now, and have them audited again."""
    done = place.door.fix(run_of(place.door, run, kind="creative")["id"], {"rounds": rounds})
    place.console.answer(done)
    told.fixed(place.console, done)
    return codes.OK


@click.command("waive")
@click.argument("finding")
@click.option("--reason", required=True, help="Why it may stand.")
@click.option("--until", required=True, metavar="DATE|Nd", help="2027-03-01, or 30d for thirty days.")
@click.option(
    "--scope", type=click.Choice(["finding", "version", "campaign", "team"]), default="finding", show_default=True
)
@click.option("--run", default="", help="The run that the last digits of FINDING are looked for in.")
@common
def waive(place: Place, *, finding: str, reason: str, until: str, scope: str, run: str) -> int:
    """Let one FINDING stand for a reason and a time. It stays visible."""
    body = {"reason": reason, "expires_at": _moment(until), "scope": scope}
    made = place.door.waive(_finding(place, finding, run), body)
    place.console.answer(made)
    place.console.say(f"{made['rule']} is waived until {made['expires_at'][:10]} ({made['scope']}).")
    return codes.OK


@click.command("waivers")
@click.option("--all", "every", is_flag=True, help="Also those that have ended.")
@common
def waivers(place: Place, every: bool) -> int:
    """What is waived now, newest first: rule, words, reason, who, until when."""
    rows = [row for row in place.door.waivers() if every or row["state"] == "active"]
    place.console.answer(rows)
    told.waivers(place.console, rows)
    return codes.OK


@click.command("unwaive")
@click.argument("waiver")
@common
def unwaive(place: Place, waiver: str) -> int:
    """Take WAIVER back, an id or its last digits: what it covers counts again."""
    digits = waiver.lower().replace("-", "")
    if len(digits) != 32:
        found = [row["id"] for row in place.door.waivers() if row["id"].replace("-", "").endswith(digits)]
        if len(found) != 1 or not _DIGITS.match(digits):
            words = "fits several waivers" if len(found) > 1 else "fits no waiver"
            raise BadInput(errors={"WAIVER": f"{waiver!r} {words}."})
        waiver = found[0]
    done = place.door.revoke_waiver(waiver)
    place.console.answer(done)
    place.console.say(f"{done['rule']} is not waived any more ({done['scope']}).")
    return codes.OK


def _moment(said: str) -> datetime:
    """A date means its end; Nd means that many days from now."""
    if found := _DAYS.match(said):
        return now() + timedelta(days=int(found[1]))
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise BadInput(errors={"--until": "Must be a date such as 2027-03-01, or days such as 30d."}) from None
    if "T" not in said and " " not in said:
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _finding(place: Place, said: str, run: str) -> str:
    """The id of a finding: whole, or its last digits among the findings that stand for a run."""
    digits = said.lower().replace("-", "")
    if len(digits) == 32 or not _DIGITS.match(digits):
        return said
    rows = [row for pk in _reports_of(place, run) for row in place.door.report(pk)["findings"]]
    found = [row["id"] for row in rows if row["id"].replace("-", "").endswith(digits)]
    if len(found) != 1:
        words = "fits several findings" if found else "fits no finding of that run"
        raise BadInput(errors={"FINDING": f"{said!r} {words}."})
    return str(found[0])


@click.command("certificate")
@click.argument("version")
@click.option("--out", metavar="FILE", help="Write it there.")
@common
def certificate(place: Place, version: str, out: str | None) -> int:
    """What the last audit says of exactly this VERSION, signed."""
    found = place.door.certificate(version)
    place.console.answer(found)
    if out:
        files.write_json(Path(out), found)
        place.console.say(f"The certificate is in {out}.")
    else:
        told.certificate(place.console, found)
    return codes.OK


@click.command("approve")
@click.argument("version")
@click.option("--override", default="", metavar="REASON", help="Why, where the audit fails it or there is none.")
@common
def approve(place: Place, version: str, override: str) -> int:
    """Approve exactly the content of VERSION, which must be the active one."""
    found = place.door.version(version)
    body = {"sha256": found["sha256"]} | ({"override": override} if override else {})
    made = place.door.approve(found["artifact"], body)
    place.console.answer(made)
    place.console.say(f"Approved: {made['slot'].replace('_', ' ')}, {made['approved_sha256'][:12]}.")
    return codes.OK


@click.command("approve-run")
@click.argument("run", default="")
@common
def approve_run(place: Place, run: str) -> int:
    """Approve the pieces of RUN that their audit passes, waivers counted. Exit code 1 if one is not approved."""
    done = place.door.approve_run(run_of(place.door, run, kind="creative")["id"])
    place.console.answer(done)
    told.approvals(place.console, done)
    return codes.FAILED if done["refused"] else codes.OK


@click.command("packs")
@common
def packs(place: Place) -> int:
    """The rule packs a campaign can choose, shipped ones first."""
    rows = place.door.packs()
    place.console.answer(rows)
    told.packs(place.console, rows)
    return codes.OK


@click.command("what-if")
@click.argument("file")
@click.option("--every", is_flag=True, help="All versions, not only the active ones.")
@in_team
@common
def what_if(place: Place, file: str, every: bool, team: str) -> int:
    """What would change in past versions if the pack in FILE acted. Nothing is stored."""
    body: dict[str, Any] = {"source": _text(file), "every": every}
    whole: JSON = {}
    while True:
        said = place.door.what_if(body, team)
        whole = told.together(whole, said)
        if said["next"] is None:
            break
        place.console.note(f"{whole['checked']} of {said['total']} versions.")
        body["after"] = said["next"]
    place.console.answer(whole)
    told.comparison(place.console, whole)
    return codes.OK


@click.group("pack", cls=Group)
def pack() -> None:
    """Rule packs as files: test, save, publish. Tests lie beside: NAME.tests.yaml."""


@pack.command("test")
@click.argument("file")
@common
def pack_test(place: Place, file: str) -> int:
    """Read the pack in FILE and run the tests beside it. Nothing is stored; exit code 1 if one fails."""
    read = rulepacks.read_source(_text(file), _tests(file))
    count, failures = rulepacks.run_tests(read.data, read.tests) if read.tests else (0, [])
    answer = {"name": read.name, "version": read.version, "sha256": read.sha256, "tests": count, "failures": failures}
    place.console.answer(answer)
    for words in failures:
        place.console.say(words, style="red")
    place.console.say(f"{read.name} {read.version}: {count} test{'' if count == 1 else 's'}, {len(failures)} failed.")
    return codes.FAILED if failures else codes.OK


@pack.command("save")
@click.argument("file")
@click.option("--note", default="", help="What changed.")
@in_team
@common
def pack_save(place: Place, file: str, note: str, team: str) -> int:
    """Store FILE, with the tests beside it, as the next version of its pack. It acts once it is published."""
    made = place.door.save_pack({"source": _text(file), "tests": _tests(file), "note": note}, team)
    place.console.answer(made)
    place.console.say(f"{made['name']}: saved as version {made['head']}.")
    return codes.OK


@pack.command("publish")
@click.argument("file")
@click.option("--force", is_flag=True, help="Although it has no tests.")
@click.option("--reason", default="", help="Why it is published without tests.")
@in_team
@common
def pack_publish(place: Place, *, file: str, force: bool, reason: str, team: str) -> int:
    """Store FILE and publish it: new runs that choose the pack get these rules. Its tests must pass."""
    made = place.door.save_pack({"source": _text(file), "tests": _tests(file)}, team)
    done = place.door.publish_pack(made["id"], {"number": made["head"], "force": force, "reason": reason})
    place.console.answer(done)
    place.console.say(f"{done['name']} {done['version']} acts in runs from now on.")
    return codes.OK


@pack.command("archive")
@click.argument("name")
@common
def pack_archive(place: Place, name: str) -> int:
    """No new run may choose NAME, a pack's name or id. Runs that were started with it keep it."""
    found = [row for row in place.door.packs() if name in (row["id"], row["name"]) and not row["shipped"]]
    if not found:
        raise NotFound(f"There is no rule pack {name!r} of a team of yours.")
    if len(found) > 1:
        raise BadInput(errors={"NAME": f"Several teams have a pack {name!r}; say its id."})
    done = place.door.archive_pack(found[0]["id"])
    place.console.answer(done)
    place.console.say(f"{done['name']} is archived.")
    return codes.OK


def _text(name: str) -> str:
    try:
        return files.read_bytes(name).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(errors={"FILE": f"{name} is not UTF-8 text."}) from None


def _tests(name: str) -> str:
    """The tests beside a pack: spring.yaml has spring.tests.yaml, if it is there."""
    file = Path(name)
    beside = file.with_name(f"{file.stem}.tests{file.suffix}")
    return _text(str(beside)) if beside.is_file() else ""


for _command in (
    show,
    apply,
    fix_run,
    waive,
    waivers,
    unwaive,
    certificate,
    approve,
    approve_run,
    packs,
    what_if,
    pack,
):
    audit.add_command(_command)
