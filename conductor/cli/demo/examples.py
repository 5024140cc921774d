"""Run one example through the REST API and the websocket, with a token, as a tool of somebody else would."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from campaigns.event_types import END_TYPES
from campaigns.kinds import campaign_file
from campaigns.kinds.campaign_file import CampaignFile
from conductor.cli import files, follow
from conductor.cli.api import Api
from conductor.cli.console import Console
from conductor.cli.demo.expectations import Facts, differences
from conductor.cli.door import JSON
from conductor.cli.websocket import WebSocket
from conductor.lib.errors import Unavailable

LONGEST_S: Final = 100.0
LOOK_S: Final = 0.25
PUBLISH_S: Final = 15.0
#: Lines of a piece that are printed.
SHOWN: Final = 30


@dataclass(slots=True)
class Shown:
    """What an example came to, and where that is not as stated."""

    name: str
    run: JSON
    events: int
    packed: bytes = b""
    differences: list[str] = field(default_factory=list)

    def as_json(self) -> JSON:
        pieces = {piece["slot"]: piece["sha256"] for piece in self.run["artifacts"]}
        about = {name: self.run[name] for name in ("id", "state", "outcome")}
        told = {"name": self.name, "run": about, "events": self.events, "pieces": pieces}
        return {**told, "differences": self.differences}


class Demonstration:
    """`tend` is called while waiting; `work` is a folder for repositories."""

    def __init__(self, console: Console, base: str, token: str, tend: Callable[[], None], work: Path) -> None:
        self.console = console
        self.base = base
        self.token = token
        self.tend = tend
        self.work = work
        self.api = Api(base, token, console.note)

    def show(self, file: Path) -> Shown:
        """File the example, start it, print its events, take its pieces, compare."""
        example = campaign_file.parse(file.read_bytes())
        self.console.say(f"\n== {example.name} ({file.name})", style="bold")
        repository = self._repository(file.stem, example)
        filed = self.api.post("campaigns/", self._body(example, repository))
        ready = self.api.post(f"campaigns/{filed['id']}/preflight/", {})
        if not ready["ok"]:
            raise Unavailable(f"{file.name} cannot start: {json.dumps(ready['errors'])}")
        started = self.api.post(f"campaigns/{filed['id']}/runs/", {})
        events = self._watch(started["id"])
        run: JSON = self.api.get(f"runs/{started['id']}/")
        follow.tell_end(self.console, run)
        shown = Shown(file.name, run, len(events), differences=_gaps(events))
        if run["artifacts"]:
            shown.packed = self.api.raw(f"runs/{run['id']}/export/")
            self._tell_bundle(shown.packed)
            shown.differences += self._same_by_command_line(file, run)
        evidence, saved = (self.api.pages(noun, run=run["id"]) for noun in ("gates/", "checkpoints/"))
        facts = Facts(run, events, evidence, saved)
        if repository is not None and example.expected.get("files"):
            facts.repository, facts.branch = repository, self._published(repository, events)
        shown.differences += differences(example.expected, facts)
        self.console.say("As stated." if not shown.differences else "Not as stated.")
        return shown

    def _body(self, example: CampaignFile, repository: Path | None) -> JSON:
        names = ("kind", "name", "goal", "brief", "plan", "settings", "budget")
        said = {name: value for name in names if (value := getattr(example, name))}
        return said | ({"repository": str(repository)} if repository else {})

    def _repository(self, name: str, example: CampaignFile) -> Path | None:
        if not example.repository_files:
            return None
        return files.make_repository(self.work / name, example.repository_files)

    def _watch(self, run: str) -> list[JSON]:
        """Every event, from the websocket, as it arrives; until the one that ends the run."""
        events: list[JSON] = []
        until = time.monotonic() + LONGEST_S
        with WebSocket(f"{self.base}/ws/runs/{run}/?after=0", self.token) as connection:
            while not (events and events[-1]["type"] in END_TYPES):
                if time.monotonic() > until:
                    raise Unavailable(f"The run did not end in {LONGEST_S:.0f} s.")
                self.tend()
                message = connection.read(LOOK_S)
                event = json.loads(message) if message is not None else {}
                if "seq" in event:
                    events.append(event)
                    self.console.say(follow.event_line(event))
        return events

    def _tell_bundle(self, packed: bytes) -> None:
        """The pieces as people read them, from the export."""
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            for name in archive.namelist():
                if name.endswith(".md"):
                    lines = [line for line in archive.read(name).decode().splitlines() if line.strip()]
                    more = [f"… and {len(lines) - SHOWN} more lines"] if len(lines) > SHOWN else []
                    self.console.say("\n".join(["", f"-- {name}", *lines[:SHOWN], *more]))

    def _same_by_command_line(self, file: Path, run: JSON) -> list[str]:
        """The same file once more by the command line, on the same server: the pieces must be the same."""
        done = subprocess.run(
            [sys.executable, "-m", "conductor.cli", "brief", "run", str(file), "--server", self.base, "--json"],
            env={**os.environ, "CONDUCTOR_TOKEN": self.token}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            return [f"By the command line it ended with exit code {done.returncode}: {done.stderr.strip()[-300:]}"]
        here, there = ({p["slot"]: p["sha256"] for p in each["artifacts"]} for each in (run, json.loads(done.stdout)))
        if here != there:
            return ["The command line made other pieces of the same brief and seed."]
        self.console.say("The command line makes the same pieces, byte for byte.")
        return []

    def _published(self, repository: Path, events: list[JSON]) -> str:
        """The run's branch, once it is in the repository: that happens just after the end."""
        branch = next((event["data"]["branch"] for event in events if event["type"] == "merge.landed"), "")
        until = time.monotonic() + PUBLISH_S
        while branch and not (self._has(repository, branch)) and time.monotonic() < until:
            self.tend()
            time.sleep(LOOK_S)
        return branch

    @staticmethod
    def _has(repository: Path, branch: str) -> bool:
        words = ["git", "-C", str(repository), "rev-parse", "-q", "--verify", f"{branch}^{{commit}}"]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0


def _gaps(events: list[JSON]) -> list[str]:
    numbers = [event["seq"] for event in events]
    return [] if numbers == list(range(1, len(numbers) + 1)) else ["Events were missing, doubled or out of order."]
