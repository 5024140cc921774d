"""I28 (S54): real processes, real work, a secret in every place that has one; none is found in anything they leave.

Looked through are all tables, all of Redis and what was published there, the logs of all processes, every answer of the
API, the frames of websockets, the pages, the exported archives and the files of the installation.
"""

from __future__ import annotations

import base64
import http.client
import io
import json
import os
import re
import threading
import time
import urllib.parse
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection
from django.urls import reverse

from campaigns.actions import teams, tokens
from campaigns.models import Run
from campaigns.permissions import SYSTEM, actor_for
from campaigns.states import Role
from conductor.cli.websocket import WebSocket
from conductor.lib.errors import Unavailable
from tests.campaigns.api.test_routes import ROUTES
from tests.factories import BRIEF
from tests.faults import scenes
from tests.faults.own_redis import own_redis
from tests.faults.stack import Started, wait_until
from tests.faults.web import Web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.postgres]

SECRETS = {
    "secret key": "canary-of-the-secret-key-0123456789abcdef",
    "database": "canary-of-the/database",
    "redis": "canary-of-redis-77",
    "environment": "canary-of-an-environment-4711",
    "header": "canaryofaheader0123456789",
    "repository": "canaryofarepository4711",
    "shape": "sk-canary0123456789abcdefghij",
    "label": "canary-by-its-label-1",
    "gate": "ghp_canarycanarycanary0123456789",
    "model key": "sk-ant-canaryofamodelkey0123456789",
}


def hidden(name: str, lead: str = "") -> str:
    """A command that says it, without the secret in what a person has typed."""
    return f"echo {base64.b64encode((lead + SECRETS[name]).encode()).decode()} | base64 -d; echo"


PRINTS = f"{hidden('shape')}; {hidden('label', 'password=')} >&2; {hidden('environment')}; sleep 1"
PLAN = {
    "version": 1,
    "goal": "Print secrets",
    "tasks": [
        {
            "key": "prints",
            "command": ["sh", "-c", f"{PRINTS}; echo made > made.txt"],
            "exit": [{"check": "command", "command": ["sh", "-c", hidden("gate")]}],
        },
        {"key": "fails", "command": ["sh", "-c", f"{PRINTS}; exit 3"], "max_attempts": 1},
        {
            "key": "refuted",
            "command": ["sh", "-c", "echo more > more.txt"],
            "max_attempts": 1,
            "exit": [{"check": "command", "command": ["sh", "-c", f"{hidden('gate')} >&2; exit 1"]}],
        },
    ],
}


class Heard:
    """Everything that a thread reads until it is told to stop."""

    def __init__(self, read: Iterator[str]) -> None:
        self.said: list[str] = []
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(read,), daemon=True)
        self._thread.start()

    def _listen(self, read: Iterator[str]) -> None:
        with suppress(Unavailable, redis.RedisError, OSError):
            for one in read:
                self.said.append(one)
                if self.stopping.is_set():
                    return

    def stop(self) -> str:
        self.stopping.set()
        self._thread.join(5)
        return "\n".join(self.said)


def frames(web: Web, run: str, key: str) -> Iterator[str]:
    with WebSocket(f"http://127.0.0.1:{web.port}/ws/runs/{run}/", key) as opened:
        while True:
            yield opened.read(0.5) or ""


def published(url: str) -> Iterator[str]:
    with redis.Redis.from_url(url) as client, client.pubsub() as heard:
        heard.psubscribe("*")
        while True:
            yield str(heard.get_message(timeout=0.5))


class Browser:
    """A session of the pages: signs in with a password, keeps its cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def send(self, method: str, path: str, **form: str) -> tuple[int, bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={said}" for name, said in self.cookies.items())}
        headers["X-CSRFToken"] = self.cookies.get("csrftoken", "")
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        link.request(method, path, urllib.parse.urlencode(form), headers)
        answer = link.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, said = cookie.partition(";")[0].partition("=")
            self.cookies[name] = said
        body = answer.read()
        link.close()
        return answer.status, body

    def sign_in(self, username: str, password: str) -> None:
        self.send("GET", "/sign-in/")
        assert self.send("POST", "/sign-in/", username=username, password=password)[0] == 302


@pytest.fixture
def env(process_environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of all processes, with a secret wherever one belongs; and the Redis that wants its password."""
    with own_redis(tmp_path / "redis") as own:
        with own.client() as client:
            client.config_set("requirepass", SECRETS["redis"])
        url = process_environment["DATABASE_URL"]
        user = re.search(r"://([^:@]+)(?::[^@]*)?@", url)
        assert user is not None
        quoted = urllib.parse.quote(SECRETS["database"], safe="")
        yield {
            **process_environment,
            "DATABASE_URL": url.replace(user[0], f"://{user[1]}:{quoted}@", 1),
            "REDIS_URL": f"unix://:{SECRETS['redis']}@{own.server.socket}?db=0",
            "SECRET_KEY": SECRETS["secret key"],
            "SOME_SERVICE_KEY": SECRETS["environment"],
            "LOG_LEVEL": "debug",
        }


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_secret_is_left_anywhere(s: Started, env: dict[str, str], log_format: str) -> None:
    s.env |= env | {"LOG_FORMAT": log_format}
    admin, password = teams.create_user(username="root", superuser=True, actor=SYSTEM)
    team = scenes.team()
    teams.add_member(team_id=team.pk, username="root", role=Role.ADMIN, actor=SYSTEM)
    actor = actor_for(admin, "canary")
    _, key = tokens.create_token(user_id=int(admin.pk), name="canary", days=1, scope="write", actor=actor)
    canaries = {**SECRETS, "token": key, "password": password}

    heard = Heard(published(env["REDIS_URL"]))
    s.python("manage.py", "witness")
    s.python("manage.py", "worker", "--short", "1", "--long", "1")
    web = s.web().wait()
    answers: list[str] = []
    runs = _work(s, web, key, answers)
    answers += _asked(web, key)
    browser = Browser(web.port)
    browser.sign_in("root", password)
    answers += _looked_at(browser)
    dump = {
        "answers": "\n".join(answers),
        "published": heard.stop(),
        "tables": _tables(),
        "redis": _redis(env["REDIS_URL"]),
        "logs": s.told() and "\n".join(log.read_text(errors="replace") for log in s.logs.iterdir()),
        "files": _files(Path(s.env["CONDUCTOR_HOME"])),
    }
    assert len(runs) == 2
    assert "[redacted]" in dump["tables"]
    assert "[redacted]" in dump["published"]
    found = [(name, place, _around(text, form)) for name, said in canaries.items() for form in _forms(said)
             for place, text in dump.items() if form in text]  # fmt: skip
    assert found == []


def _work(s: Started, web: Web, key: str, answers: list[str]) -> list[str]:
    """A brief and a coding campaign to their ends, with sockets open; and refused requests that hold secrets."""
    bad = {"kind": "coding", "repository": f"https://{SECRETS['repository']}@git.example.org/x.git"}
    answers.append(str(web.post("/api/v1/campaigns/", key, bad)))
    made = web.post("/api/v1/model-keys/", key, {"provider": "anthropic", "key": SECRETS["model key"]})
    assert made.status == 201, made
    answers.append(str(made))
    headers = [f"{scheme} {SECRETS['header']}" for scheme in ("Bearer", "Token", "Basic")]
    answers += [str(web.send("GET", "/api/v1/me/", key, Authorization=said)) for said in headers]
    repository = str(scenes.make_repository(s.folder / "repo"))
    bodies = (
        {"kind": "creative", "brief": BRIEF},
        {"kind": "coding", "goal": "Print", "repository": repository, "plan": PLAN},
    )
    runs, sockets = [], []
    for body in bodies:
        filed = web.post("/api/v1/campaigns/", key, body)
        assert filed.status == 201, filed
        begun = web.post(f"/api/v1/campaigns/{filed.body['id']}/runs/", key, {})
        assert begun.status == 202, begun
        runs.append(begun.body["id"])
        sockets.append(Heard(frames(web, runs[-1], key)))
    wait_until(lambda: not Run.objects.filter(finished_at=None).exists(), 120, told=s.told)
    time.sleep(1)
    heard = [socket.stop() for socket in sockets]
    assert all('"snapshot"' in said and '"run.' in said for said in heard)
    answers += heard
    return runs


def _ids() -> dict[str, list[str]]:
    """Of each noun that addresses name, all there are."""
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_name like 'campaigns_%'")
        tables = {name for (name,) in cursor.fetchall()}
    nouns = {"artifacts": "artifact", "audits": "auditreport", "versions": "artifactversion", "findings": "finding",
             "checkpoints": "checkpoint", "campaigns": "campaign", "runs": "run", "tasks": "task", "teams": "team",
             "budgets": "budget", "decisions": "decision", "brands": "brand", "rule-packs": "rulepack",
             "waivers": "waiver", "model-keys": "modelkey"}  # fmt: skip
    found: dict[str, list[str]] = {"agents": ["shell", "builtin"]}
    with connection.cursor() as cursor:
        for noun, table in nouns.items():
            assert f"campaigns_{table}" in tables, table
            cursor.execute(f"select id from campaigns_{table} limit 40")
            found[noun] = [str(pk) for (pk,) in cursor.fetchall()]
    return found


def _asked(web: Web, key: str) -> list[str]:
    """Every answer of the API to a question, archives unpacked."""
    ids, said = _ids(), []
    run = ids["runs"][0]
    for route in ROUTES:
        if route.method != "get":
            continue
        noun = route.path.partition("/")[0]
        for pk in ids.get(noun, [""]) if "{pk}" in route.path else [""]:
            names = {
                "pk": pk,
                "run": run,
                "team": ids["teams"][0],
                "username": "root",
                "concept": 0,
                "form": "portrait",
            }
            query = f"?{route.query.format(**names)}" if route.query else ""
            answer = web.get(f"/api/v1/{route.path.format(**names)}{query}", key)
            assert answer.status in (200, 404, 409), (route, answer)
            said.append(f"{answer.headers} {_text(answer.body)}")
    tables = ("/api/v1/runs/?format=csv", f"/api/v1/tasks/?run={run}&format=csv")
    said += [_text(web.get(path, key).body) for path in ("/api/schema/", "/healthz", "/readyz", *tables)]
    return said


def _text(body: Any) -> str:
    if isinstance(body, bytes) and body[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(body))
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False)


def _looked_at(browser: Browser) -> list[str]:
    """The pages, the admin's too."""
    ids = _ids()
    tabs = ("pieces", "tasks", "checkpoints", "history", "figures", "evidence", "domains")
    pages = [
        reverse(name) for name in ("now", "status", "inbox", "campaigns", "teams", "tokens", "brands", "rule-packs")
    ]
    pages += [f"{reverse('run', args=[pk])}?tab={tab}" for pk in ids["runs"] for tab in tabs]
    for name, noun in (("campaign", "campaigns"), ("task", "tasks"), ("artifact", "artifacts"), ("audit", "audits")):
        pages += [reverse(name, args=[pk]) for pk in ids[noun]]
    tables = (
        "attempt",
        "taskoutput",
        "gateresult",
        "event",
        "idempotencykey",
        "token",
        "run",
        "checkpoint",
        "invocation",
    )
    pages += [f"/admin/campaigns/{name}/" for name in tables] + ["/admin/", "/nowhere/"]
    found = []
    for where in pages:
        status, body = browser.send("GET", where)
        assert status in (200, 404), where
        found.append(body.decode("utf-8", "replace"))
    return found


def _tables() -> str:
    rows = []
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = 'public'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'select row_to_json(t)::text from "{name}" t')
            rows += [f"{name} {row}" for (row,) in cursor.fetchall()]
    return "\n".join(rows)


def _redis(url: str) -> str:
    reads = {"string": "GET", "hash": "HGETALL", "set": "SMEMBERS"}
    with redis.Redis.from_url(url) as client:
        found = [repr(client.config_get("dir"))]
        for name in client.scan_iter():
            kind = client.type(name).decode()
            if kind == "list":
                found.append(repr((name, client.lrange(name, 0, -1))))
            elif kind == "zset":
                found.append(repr((name, client.zrange(name, 0, -1))))
            else:
                found.append(repr((name, client.execute_command(reads[kind], name))))
    return "\n".join(found)


def _files(home: Path) -> str:
    """What the installation has on its disk, but for its own key."""
    found = []
    for where, _, names in os.walk(home):
        for name in names:
            path = Path(where, name)
            if name != "secret_key" and "/static/" not in str(path) and path.is_file():
                found.append(f"{path} {path.read_bytes().decode('utf-8', 'replace')}")
    return "\n".join(found)


def _forms(secret: str) -> set[str]:
    return {secret, urllib.parse.quote(secret, safe=""), secret[4:-4]}


def _around(text: str, form: str) -> str:
    at = text.index(form)
    return text[max(0, at - 200) : at + len(form) + 100]
