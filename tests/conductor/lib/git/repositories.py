"""Small real repositories for the git tests. Must not use the code under test to make them."""

import os
import subprocess
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
}


def git(where: Path, *arguments: str, check: bool = True) -> str:
    """Plain git, as a person would run it."""
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "-c", "protocol.file.allow=always", *arguments],
        cwd=where,
        env=IDENTITY,
        check=check,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def make_repository(path: Path, files: dict[str, str] | None = None) -> Path:
    path.mkdir(parents=True)
    git(path, "init", "-q", "-b", "main")
    commit_files(path, files or {"README": "hello\n", "code.txt": "one\ntwo\nthree\n"}, "first")
    return path


def commit_files(path: Path, files: dict[str, str], message: str) -> str:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(content)
    git(path, "add", "--all")
    git(path, "commit", "-q", "-m", message)
    return git(path, "rev-parse", "HEAD")


def make_hostile(repository: Path, marker: Path) -> None:
    """Every key of configuration that can start a program, and attributes that ask for it."""
    order = f"touch {marker}.%s; cat"
    script = repository / ".git" / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {marker}.script\ncat\n")
    script.chmod(0o755)
    settings = {
        "core.fsmonitor": str(script),
        "core.hooksPath": str(repository / ".git" / "evil-hooks"),
        "core.pager": order % "pager",
        "core.editor": order % "editor",
        "core.sshCommand": order % "ssh",
        "core.askPass": str(script),
        "core.alternateRefsCommand": order % "alternates",
        "core.gitProxy": str(script),
        "credential.helper": f"!{order % 'credential'}",
        "filter.evil.clean": order % "clean",
        "filter.evil.smudge": order % "smudge",
        "filter.evil.process": order % "process",
        "diff.evil.textconv": order % "textconv",
        "diff.evil.command": order % "diff",
        "diff.external": str(script),
        "merge.evil.driver": order % "merge",
        "alias.fetch": f"!{order % 'alias'}",
        "alias.upload-pack": f"!{order % 'alias-upload'}",
        "gpg.program": str(script),
        "uploadpack.packObjectsHook": str(script),
        "receive.procReceiveRefs": "refs/",
        "extensions.partialClone": "evil",
        "remote.evil.url": "/nowhere",
        "remote.evil.promisor": "true",
        "remote.evil.uploadpack": order % "promisor",
        "url.ext::sh.insteadOf": "/",
        "includeIf.gitdir:**.path": str(repository / ".git" / "included"),
    }
    git(repository, "config", "core.repositoryFormatVersion", "1")
    for key, value in settings.items():
        git(repository, "config", key, value)
    included = repository / ".git" / "included"
    included.write_text(f'[core]\n\tfsmonitor = {script}\n[alias]\n\tstatus = "!touch {marker}.include"\n')
    hooks = repository / ".git" / "evil-hooks"
    for where in (hooks, repository / ".git" / "hooks"):
        where.mkdir(exist_ok=True)
        for hook in (
            "post-checkout",
            "pre-commit",
            "reference-transaction",
            "post-merge",
            "post-index-change",
            "update",
        ):
            (where / hook).write_text(f"#!/bin/sh\ntouch {marker}.{hook}\n")
            (where / hook).chmod(0o755)
    (repository / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil merge=evil\n")


def markers(marker: Path) -> list[str]:
    return sorted(path.name for path in marker.parent.glob(f"{marker.name}.*"))
