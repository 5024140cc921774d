"""Clones share nothing, and what comes back from them is taken as objects or not at all."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from conductor.lib import git
from conductor.lib.errors import NotFound
from conductor.lib.git import clones, command, refs
from tests.conductor.lib.git import repositories as real
from tests.conductor.lib.git.attempts import BRANCH, WHEN, change, commit_inside

# -- clones and commits -----------------------------------------------------------------------------------------------


def test_clone_shares_nothing_and_knows_nobody(store: Path, clone: Path, repository: Path) -> None:
    assert not (clone / ".git/objects/info/alternates").exists()
    assert not (clone / ".git/hooks").exists()
    assert str(store) not in (clone / ".git/config").read_text()
    assert all(path.stat().st_nlink == 1 for path in (clone / ".git/objects").rglob("*") if path.is_file())
    assert real.git(clone, "rev-parse", "--abbrev-ref", "HEAD") == BRANCH
    assert real.git(clone, "status", "--porcelain") == ""


def test_clone_again_replaces_what_was_there(store: Path, clone: Path) -> None:
    (clone / "junk").mkdir(mode=0o000)
    git.clone_for_attempt(store, BRANCH, clone)
    assert sorted(path.name for path in clone.iterdir()) == [".git", "README", "code.txt"]


def test_clone_can_stand_at_what_an_attempt_made(store: Path, clone: Path, tmp_path: Path) -> None:
    """For proving exactly what was imported, without what the agent left beside it."""
    (clone / ".gitignore").write_text("ignored\n")
    (clone / "ignored").touch()
    commit_inside(clone)
    commit = git.import_commit(store, clone, "a1")
    fresh = tmp_path / "fresh"
    assert git.clone_for_attempt(store, BRANCH, fresh, imported="a1") == commit
    assert sorted(path.name for path in fresh.iterdir()) == [".git", ".gitignore", "README", "code.txt"]
    assert git.committed_at(store, commit) == int(WHEN.timestamp())
    with pytest.raises(NotFound):
        git.clone_for_attempt(store, BRANCH, fresh, imported="never")


def test_commit_inside_gives_the_same_id_for_the_same_work(store: Path, tmp_path: Path) -> None:
    commits = {change(store, tmp_path / f"c{number}", f"a{number}", {"new": "x\n"}) for number in range(2)}
    assert len(commits) == 1
    assert real.git(store, "show", "-s", "--format=%an %ae %at %cn %ct", commits.pop()) == (
        f"Conductor conductor@localhost {int(WHEN.timestamp())} Conductor {int(WHEN.timestamp())}"
    )


def test_commit_inside_without_a_change_is_the_old_commit(store: Path, clone: Path) -> None:
    base = git.head(store, BRANCH)
    assert commit_inside(clone) == base
    assert git.import_commit(store, clone, "a1", base=base) == base


def test_commit_inside_heals_a_lock_left_by_a_killed_program(clone: Path) -> None:
    """F63"""
    (clone / ".git/index.lock").touch()
    (clone / "new").touch()
    assert commit_inside(clone)


@pytest.mark.parametrize("message", ["-m evil", "$(touch /tmp/x)", "two\n\nlines", "", "# not a comment", "üñí"])
def test_message_is_only_a_message(store: Path, clone: Path, message: str) -> None:
    (clone / "new").touch()
    commit_inside(clone, message)
    commit = git.import_commit(store, clone, "a1")
    assert real.git(store, "show", "-s", "--format=%B", commit) == (message or "Work")


def test_import_takes_what_the_agent_committed_itself(store: Path, clone: Path) -> None:
    for number in range(3):
        real.commit_files(clone, {f"f{number}": "x"}, f"step {number}")
    real.git(clone, "checkout", "-q", "-b", "elsewhere")
    real.git(clone, "pack-refs", "--all")
    real.git(clone, "repack", "-q", "-a", "-d", "-b")
    real.git(clone, "commit-graph", "write")
    commit = git.import_commit(store, clone, "a1")
    assert commit == real.git(clone, "rev-parse", "HEAD")
    assert git.changed_files(store, git.head(store, BRANCH), commit) == ("f0", "f1", "f2")
    assert real.git(store, "fsck", "--strict") == ""


def test_import_brings_no_tags_no_branches_and_leaves_no_scraps(store: Path, clone: Path) -> None:
    real.git(clone, "tag", "-a", "-m", "x", "v1")
    before = real.git(store, "for-each-ref", "--format=%(refname)")
    real.commit_files(clone, {"f": "x"}, "x")
    git.import_commit(store, clone, "a1")
    after = real.git(store, "for-each-ref", "--format=%(refname)")
    assert set(after.split()) - set(before.split()) == {"refs/conductor/attempt/a1"}
    assert not list(store.glob("conductor-import-*"))


# -- S34: configuration -----------------------------------------------------------------------------------------------


def test_hostile_clone_executes_nothing_on_the_host(store: Path, clone: Path, tmp_path: Path) -> None:
    """S34, P-G1"""
    marker = tmp_path / "ran"
    base = git.head(store, BRANCH)
    real.make_hostile(clone, marker)
    (clone / "code.txt").write_text("changed\n")
    commit_inside(clone)
    inside = real.markers(marker)
    assert inside == []  # what ran inside could not write here
    commit = git.import_commit(store, clone, "a1", base=base)
    git.diff(store, base, commit, 100_000)
    git.tree_hash(store, commit)
    git.merge_in_memory(store, base, commit)
    git.record_intent(store, "a1", commit)
    git.land(store, "a1", BRANCH, base, commit)
    git.clone_for_attempt(store, BRANCH, tmp_path / "next")
    git.repair(store)
    assert real.markers(marker) == []
    real.git(clone, "status", check=False)
    assert real.markers(marker), "the trap itself must work, or this test proves nothing"


def test_hostile_source_executes_nothing_on_the_host(repository: Path, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    real.make_hostile(repository, marker)
    real.git(repository, "config", "--unset", "url.ext::sh.insteadOf")
    store = tmp_path / "store"
    source = git.check_source(str(repository))
    base = git.mirror(source, store)
    git.create_branch(store, BRANCH, base)
    commit = change(store, tmp_path / "clone", "a1", {"f": "x"})
    git.record_intent(store, "a1", commit)
    git.land(store, "a1", BRANCH, base, commit)
    git.publish(store, source, BRANCH)
    assert real.markers(marker) == []


def test_environment_of_the_worker_does_not_steer_git(
    store: Path, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_SSH_COMMAND", f"touch {tmp_path}/ran.ssh")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {tmp_path}/ran.diff")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nowhere")
    assert "GIT_DIR" not in command.environment()
    real.commit_files(clone, {"f": "x"}, "x")
    commit = git.import_commit(store, clone, "a1")
    assert git.diff(store, git.head(store, BRANCH), commit, 1000).files == ("f",)
    assert real.markers(tmp_path / "ran") == []


# -- S35: what is not taken -------------------------------------------------------------------------------------------


def refused(store: Path, clone: Path, words: str) -> None:
    with pytest.raises(git.ImportRefused, match=words):
        git.import_commit(store, clone, "bad", base=git.head(store, BRANCH))
    assert refs.value(store, refs.attempt_ref("bad")) is None


@pytest.mark.parametrize("name", [".git", ".GIT", "git~1", "sub/.Git"])
def test_tree_with_a_git_directory_is_refused(store: Path, clone: Path, name: str) -> None:
    """S35"""
    blob = real.git(clone, "hash-object", "-w", "README")
    *directories, last = name.split("/")
    tree = _tree(clone, f"100644 blob {blob}\t{last}")
    for directory in reversed(directories):
        tree = _tree(clone, f"040000 tree {tree}\t{directory}")
    _commit_tree(clone, tree)
    refused(store, clone, "not taken")


def _tree(clone: Path, line: str) -> str:
    made = subprocess.run(
        ["git", "-c", "safe.directory=*", "mktree", "--missing"],
        cwd=clone,
        env=real.IDENTITY,
        input=line + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip()


def _commit_tree(clone: Path, tree: str) -> None:
    commit = real.git(clone, "commit-tree", tree, "-p", "HEAD", "-m", "evil")
    real.git(clone, "update-ref", "HEAD", commit)


def test_hostile_submodule_is_refused(store: Path, clone: Path) -> None:
    """S35"""
    real.commit_files(clone, {".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch\n'}, "evil")
    refused(store, clone, "not taken")


def test_repository_inside_the_clone_is_refused(store: Path, clone: Path) -> None:
    """S35"""
    real.make_repository(clone / "nested")
    commit_inside(clone)
    refused(store, clone, "another repository")


@pytest.mark.parametrize("target", ["/etc/passwd", "../../x", "sub/../../x", "../.."])
def test_link_out_of_the_tree_is_refused(store: Path, clone: Path, target: str) -> None:
    """S35"""
    (clone / "link").symlink_to(target)
    commit_inside(clone)
    refused(store, clone, "leads out")


def test_link_inside_the_tree_is_fine(store: Path, clone: Path) -> None:
    (clone / "sub").mkdir()
    (clone / "sub" / "link").symlink_to("../README")
    commit_inside(clone)
    assert git.import_commit(store, clone, "a1")


def test_link_that_was_there_before_is_not_the_agents_fault(repository: Path, tmp_path: Path) -> None:
    (repository / "old").symlink_to("/etc/hosts")
    real.commit_files(repository, {}, "a link")
    store = tmp_path / "store2"
    git.create_branch(store, BRANCH, git.mirror(git.check_source(str(repository)), store))
    assert change(store, tmp_path / "c", "a1", {"new": "x"})


@pytest.mark.parametrize("kind", ["file", "link", "elsewhere"])
def test_git_directory_that_points_elsewhere_is_refused(store: Path, clone: Path, tmp_path: Path, kind: str) -> None:
    """S36"""
    away = tmp_path / "away"
    if kind == "elsewhere":
        shutil.rmtree(clone / ".git/objects")
        (clone / ".git/objects").symlink_to(store / "objects")
    else:
        (clone / ".git").rename(away)
        if kind == "file":
            (clone / ".git").write_text(f"gitdir: {away}\n")
        else:
            (clone / ".git").symlink_to(away)
    refused(store, clone, "not a directory")


@pytest.mark.parametrize("name", ["alternates", "http-alternates"])
def test_borrowed_objects_are_refused(store: Path, clone: Path, tmp_path: Path, name: str) -> None:
    """Else a clone could pull another team's objects in by naming their store."""
    real.commit_files(clone, {"f": "x"}, "x")
    (clone / ".git/objects/info").mkdir(exist_ok=True)
    (clone / ".git/objects/info" / name).write_text(f"{tmp_path}/other/objects\n")
    refused(store, clone, "borrows")


def test_special_files_in_the_object_store_are_refused(store: Path, clone: Path) -> None:
    os.mkfifo(clone / ".git/objects/pack/pipe")
    refused(store, clone, "special file")


def test_odd_heads_are_refused(store: Path, clone: Path) -> None:
    for content in ("ref: refs/heads/../../../../etc/passwd", "ref: /etc/passwd", "x" * 50, "", "0" * 40):
        (clone / ".git/HEAD").write_text(content + "\n")
        refused(store, clone, ".")
    (clone / ".git/HEAD").unlink()
    (clone / ".git/HEAD").symlink_to("/dev/zero")
    refused(store, clone, "HEAD")


def test_damaged_object_is_refused(store: Path, clone: Path) -> None:
    real.commit_files(clone, {"f": "some content\n"}, "x")
    blob = real.git(clone, "rev-parse", "HEAD:f")
    path = clone / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-4])
    refused(store, clone, "not taken|damaged")


def test_huge_repository_is_refused(store: Path, clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S35"""
    monkeypatch.setattr(clones, "MAX_BYTES", 1000)
    with pytest.raises(git.ImportRefused) as caught:
        git.import_commit(store, clone, "a1")
    assert caught.value.code == "agent_output_too_large"


def test_deleted_clone_says_so(store: Path, clone: Path) -> None:
    """F64"""
    shutil.rmtree(clone)
    with pytest.raises(git.GitFailed, match="gone"):
        git.import_commit(store, clone, "a1")


def test_clone_with_closed_directories_can_be_removed(clone: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (clone / "closed").mkdir()
    (clone / "closed" / "deep").mkdir(mode=0o000)
    (clone / "closed").chmod(0o000)
    (clone / "link").symlink_to(outside)
    git.remove_clone(clone)
    git.remove_clone(clone)
    assert not clone.exists()
    assert outside.exists()
