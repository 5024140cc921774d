"""Sources, stores, clones, commits, merges and diffs: what a repository may not do to us, and what it must give."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conductor.lib import git, sandbox
from conductor.lib.errors import BadInput, Conflict, NotFound, StaleVersion
from conductor.lib.git import clones, command, refs, sources
from tests.conductor.lib import git_repositories as real

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BRANCH = "conductor/abcd1234/main"


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of a user and our store of it, to be copied for each test."""
    directory = tmp_path_factory.mktemp("pattern")
    repository, store = real.make_repository(directory / "repository"), directory / "store"
    git.create_branch(store, BRANCH, git.mirror(git.check_source(str(repository)), store))
    return directory


@pytest.fixture
def repository(pattern: Path, tmp_path: Path) -> Path:
    return shutil.copytree(pattern / "repository", tmp_path / "repository", symlinks=True)


@pytest.fixture
def store(pattern: Path, tmp_path: Path, repository: Path) -> Path:
    return shutil.copytree(pattern / "store", tmp_path / "store")


@pytest.fixture
def clone(tmp_path: Path, store: Path) -> Path:
    path = tmp_path / "clones" / "one"
    git.clone_for_attempt(store, BRANCH, path)
    return path


def commit_inside(clone: Path, message: str = "Work") -> str:
    """As the product does it: in the sandbox."""
    finished = sandbox.run(
        git.commit_in_sandbox_argv(message, WHEN),
        cwd=clone,
        env={},
        seconds=30,
        output_bytes=10_000,
        memory_bytes=1 << 30,
        processes=32,
        cancelled=lambda: False,
    )
    assert finished.ok, finished.text
    return finished.text.split()[-1]


def change(store: Path, clone: Path, attempt: str, files: dict[str, str]) -> str:
    """One attempt's work, from its own clone to its ref in the store."""
    base = git.clone_for_attempt(store, BRANCH, clone)
    for name, content in files.items():
        (clone / name).write_text(content)
    commit_inside(clone)
    return git.import_commit(store, clone, attempt, base=base)


# -- S32: sources -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "",
        "-uhttps://example.org/x",
        "--upload-pack=touch x",
        "ext::sh -c 'touch /tmp/x'",
        "fd::17/foo",
        "http://example.org/x.git",
        "git://example.org/x.git",
        "ssh://-oProxyCommand=touch/x",
        "ssh://git@example.org/x",
        "git@example.org:x.git",
        "ftp://example.org/x",
        "https://user:secret-pass@example.org/x.git",
        "https://user@example.org/x.git",
        "https://example.org:8443/x.git",
        "https://example.org/x.git?a=b",
        "https://-example.org/x.git",
        "https://exa mple.org/x.git",
        "https://example.org/x\n.git",
        "https:///x.git",
        "https://[::1/x",
        "https://localhost/x.git",
        "https://127.0.0.1/x.git",
        "https://2130706433/x.git",
        "https://0x7f.1/x.git",
        "https://0/x.git",
        "https://[::1]/x.git",
        "https://[::ffff:127.0.0.1]/x.git",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/x.git",
        "relative/path",
        "/etc",
        "/nonexistent/x",
        "/work/../etc",
        "file://evil.example/x",
        "https://example.org/" + "x" * 3000,
    ],
)
def test_odd_sources_are_refused_by_field(said: str) -> None:
    with pytest.raises(BadInput) as caught:
        git.check_source(said)
    assert "repository" in caught.value.errors
    assert "secret-pass" not in str(caught.value)


def test_public_https_address_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "look_up", lambda host: ["93.184.216.34", "2606:2800:220:1::1"])
    source = git.check_source("https://example.org/team/x.git")
    assert (source.kind, source.host) == ("https", "example.org")


def test_host_that_also_answers_from_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "look_up", lambda host: ["93.184.216.34", "10.0.0.7"])
    with pytest.raises(BadInput, match="cannot be used"):
        git.check_source("https://example.org/x.git")


def test_host_is_looked_up_again_at_the_fetch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Between check and use a name may be pointed elsewhere."""
    monkeypatch.setattr(sources, "look_up", lambda host: ["93.184.216.34"])
    source = git.check_source("https://example.org/x.git")
    monkeypatch.setattr(sources, "look_up", lambda host: ["127.0.0.1"])
    with pytest.raises(BadInput):
        git.mirror(source, tmp_path / "store")


def test_inside_host_needs_to_be_permitted() -> None:
    source = git.check_source("https://git.internal:8443/x.git", allow_hosts={"git.internal"})
    assert (source.host, source.port) == ("git.internal", 8443)


def test_local_repository_is_taken_by_path_and_by_file_address(repository: Path) -> None:
    assert git.check_source(str(repository)) == git.check_source(f"file://{repository}")


def test_directory_inside_a_repository_is_not_a_repository(repository: Path) -> None:
    (repository / "sub").mkdir()
    with pytest.raises(BadInput):
        git.check_source(str(repository / "sub"))


def test_local_path_must_be_below_an_allowed_root(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "allowed").mkdir()
    (tmp_path / "allowed" / "way-out").symlink_to(repository)
    assert git.check_source(str(repository), roots=[tmp_path]).kind == "local"
    for path in (repository, tmp_path / "allowed" / "way-out"):
        with pytest.raises(BadInput, match="cannot be used"):
            git.check_source(str(path), roots=[tmp_path / "allowed"])


# -- stores -----------------------------------------------------------------------------------------------------------


def test_store_is_bare_ours_and_without_hooks(store: Path) -> None:
    assert store.stat().st_mode & 0o777 == 0o700
    assert not (store / "hooks").exists()
    assert real.git(store, "rev-parse", "--is-bare-repository") == "true"


def test_mirror_follows_the_source_and_keeps_our_branches(store: Path, repository: Path) -> None:
    before = git.head(store, BRANCH)
    real.git(repository, "checkout", "-q", "-b", "feature/x")
    new = real.commit_files(repository, {"more": "x\n"}, "second")
    real.git(repository, "branch", BRANCH)
    assert git.mirror(git.check_source(str(repository)), store) == new
    assert git.head(store, "feature/x") == new
    assert git.head(store, BRANCH) == before
    real.git(repository, "checkout", "-q", "main")
    real.git(repository, "branch", "-q", "-D", "feature/x")
    real.git(repository, "branch", "feature")
    git.mirror(git.check_source(str(repository)), store)
    with pytest.raises(NotFound):
        git.head(store, "feature/x")


def test_dirty_tree_and_detached_head_of_the_user_are_left_alone(repository: Path, tmp_path: Path) -> None:
    """F63"""
    real.git(repository, "checkout", "-q", "--detach")
    (repository / "README").write_text("not committed\n")
    (repository / ".git" / "index.lock").touch()
    store = tmp_path / "store"
    commit = git.mirror(git.check_source(str(repository)), store)
    git.create_branch(store, BRANCH, commit)
    git.publish(store, git.check_source(str(repository)), BRANCH)
    assert (repository / "README").read_text() == "not committed\n"
    assert (repository / ".git" / "HEAD").read_text().strip() == commit


def test_empty_repository_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    real.git(tmp_path / "empty", "init", "-q")
    with pytest.raises(BadInput, match="no commit"):
        git.mirror(git.check_source(str(tmp_path / "empty")), tmp_path / "store")


def test_worktree_of_the_user_can_be_a_source(repository: Path, tmp_path: Path) -> None:
    real.git(repository, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    new = real.commit_files(tmp_path / "side", {"x": "x"}, "side")
    assert git.mirror(git.check_source(str(tmp_path / "side")), tmp_path / "store2") == new


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can read and give back another user's repository")
def test_repository_of_another_user_is_read_and_given_back(repository: Path, tmp_path: Path) -> None:
    for where, directories, files in os.walk(repository):
        for name in (".", *directories, *files):
            os.chown(Path(where, name), 4321, 4321)
    source = git.check_source(str(repository))
    store = tmp_path / "store"
    git.create_branch(store, BRANCH, git.mirror(source, store))
    change_commit = change(store, tmp_path / "clone", "a1", {"new": "x\n"})
    git.record_intent(store, "a1", change_commit)
    git.land(store, "a1", BRANCH, git.head(store, BRANCH), change_commit)
    git.publish(store, source, BRANCH)
    assert {path.lstat().st_uid for path in (repository / ".git").rglob("*")} == {4321}


def test_deleted_repository_says_so(repository: Path, tmp_path: Path) -> None:
    """F64"""
    source = git.check_source(str(repository))
    shutil.rmtree(repository)
    with pytest.raises(git.GitFailed) as caught:
        git.mirror(source, tmp_path / "store")
    assert caught.value.code == "repository_unavailable"


# -- S33: names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "--upload-pack=x",
        "-x",
        "@{-1}",
        "@",
        "a..b",
        "a b",
        "a\nb",
        "a\0b",
        "x.lock",
        "a/.b",
        "a//b",
        "a/",
        "/a",
        "a~1",
        "refs/heads/../../x",
        "a^",
        "a:b",
        "a?b",
        "a*",
        "a[b",
        "a\\b",
        "",
        "x" * 5000,
        "café",
    ],
)
def test_odd_names_are_refused(store: Path, name: str) -> None:
    with pytest.raises(BadInput):
        git.check_name(name)
    with pytest.raises(BadInput):
        git.head(store, name)


def test_branches_are_named_from_ids_and_never_inside_each_other() -> None:
    names = {git.branch_for("abcd1234"), git.branch_for("abcd1234", "api"), git.branch_for("abcd1234", "api-v2")}
    assert names == {"conductor/abcd1234/main", "conductor/abcd1234/api", "conductor/abcd1234/api-v2"}
    assert not any(one != other and other.startswith(f"{one}/") for one in names for other in names)


@pytest.mark.parametrize("domain", ["main", "a/b", "", "A", "-a", "a-", "..", "a.lock", "x" * 61, "a b"])
def test_domain_that_could_clash_is_refused(domain: str) -> None:
    with pytest.raises(BadInput) as caught:
        git.branch_for("abcd1234", domain)
    assert "domain" in caught.value.errors


@pytest.mark.parametrize("attempt", ["", "../x", "a/b", "-a", "a b", "x" * 65])
def test_odd_attempt_ids_are_refused(store: Path, attempt: str) -> None:
    with pytest.raises(BadInput):
        git.record_intent(store, attempt, git.head(store))


def test_head_knows_source_ours_and_commits(store: Path, repository: Path) -> None:
    commit = real.git(repository, "rev-parse", "HEAD")
    assert {git.head(store, ref) for ref in ("HEAD", "main", "refs/heads/main", BRANCH, commit)} == {commit}
    for missing in ("nope", "conductor/zzz/main", "0" * 40):
        with pytest.raises(NotFound):
            git.head(store, missing)


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


# -- merges and diffs -------------------------------------------------------------------------------------------------


@pytest.fixture
def changes(store: Path, tmp_path: Path) -> tuple[str, str, str]:
    """Three attempts from one base: the first two fit together, the third contradicts the first."""
    return (
        change(store, tmp_path / "c1", "a1", {"code.txt": "ONE\ntwo\nthree\n"}),
        change(store, tmp_path / "c2", "a2", {"other.txt": "new\n"}),
        change(store, tmp_path / "c3", "a3", {"code.txt": "eins\ntwo\nthree\n", "third.txt": "x\n"}),
    )


def test_merge_is_the_same_commit_each_time(store: Path, changes: tuple[str, str, str]) -> None:
    first, second, _ = changes
    merged = [git.merge_in_memory(store, first, second) for _ in range(2)]
    assert merged[0] == merged[1]
    assert isinstance(merged[0], git.Merged)
    assert set(git.changed_files(store, git.head(store), merged[0].commit)) == {"code.txt", "other.txt"}
    assert real.git(store, "rev-list", "--parents", "-1", merged[0].commit).split()[1:] == [first, second]


def test_merge_of_what_is_contained_makes_no_commit(store: Path, changes: tuple[str, str, str]) -> None:
    base, first = git.head(store), changes[0]
    assert git.merge_in_memory(store, base, first) == git.Merged(first)
    assert git.merge_in_memory(store, first, base) == git.Merged(first)
    assert git.merge_in_memory(store, first, first) == git.Merged(first)


def test_conflict_names_the_files_and_changes_nothing(store: Path, changes: tuple[str, str, str]) -> None:
    """F62"""
    before = real.git(store, "for-each-ref")
    assert git.merge_in_memory(store, changes[0], changes[2]) == git.MergeConflict(("code.txt",))
    assert real.git(store, "for-each-ref") == before


def test_merge_of_strangers_fails_in_words(store: Path, tmp_path: Path) -> None:
    stranger = real.make_repository(tmp_path / "stranger", {"a": "b"})
    commit = real.git(stranger, "rev-parse", "HEAD")
    real.git(store, "fetch", "-q", str(stranger), "main")
    with pytest.raises(git.GitFailed, match="unrelated"):
        git.merge_in_memory(store, git.head(store), commit)


def test_diff_is_bounded_and_lists_all_files(store: Path, tmp_path: Path) -> None:
    base = git.head(store)
    commit = change(store, tmp_path / "c", "a1", {f"file-{n}": f"{n}\n" * 200 for n in range(20)})
    whole, cut = git.diff(store, base, commit, 1 << 20), git.diff(store, base, commit, 500)
    assert not whole.truncated
    assert whole.text.count("diff --git") == 20
    assert cut.truncated
    assert len(cut.text) <= 500
    assert whole.text.startswith(cut.text)
    assert cut.files == whole.files
    assert len(whole.files) == 20


def test_odd_file_names_survive(store: Path, tmp_path: Path) -> None:
    commit = change(store, tmp_path / "c", "a1", {"a\nb": "x", "-x": "x", "ü ñ": "x", 'q"t': "x"})
    assert set(git.changed_files(store, git.head(store), commit)) == {"a\nb", "-x", "ü ñ", 'q"t'}


def test_same_content_has_the_same_tree(store: Path, changes: tuple[str, str, str]) -> None:
    merged = [git.merge_in_memory(store, *pair) for pair in (changes[:2], changes[1::-1])]
    assert all(isinstance(one, git.Merged) for one in merged)
    trees = {git.tree_hash(store, one.commit) for one in merged if isinstance(one, git.Merged)}
    assert len(trees) == 1


@pytest.mark.parametrize("commit", ["HEAD", "--output=/tmp/x", "abc", "", "main", "0" * 39])
def test_only_full_ids_are_commits(store: Path, commit: str) -> None:
    for call in (git.changed_files, git.merge_in_memory):
        with pytest.raises(BadInput):
            call(store, git.head(store), commit)
    with pytest.raises(BadInput):
        git.tree_hash(store, commit)


# -- publishing -------------------------------------------------------------------------------------------------------


@pytest.fixture
def landed(store: Path, changes: tuple[str, str, str]) -> str:
    git.record_intent(store, "a1", changes[0])
    git.land(store, "a1", BRANCH, git.head(store, BRANCH), changes[0])
    return changes[0]


def test_published_branch_is_a_ref_and_nothing_more(store: Path, repository: Path, landed: str) -> None:
    source = git.check_source(str(repository))
    before = real.git(repository, "rev-parse", "HEAD", "main")
    assert git.publish(store, source, BRANCH) == landed
    assert git.publish(store, source, BRANCH) == landed
    assert real.git(repository, "rev-parse", BRANCH) == landed
    assert real.git(repository, "rev-parse", "HEAD", "main") == before
    assert real.git(repository, "status", "--porcelain") == ""


def test_branch_that_a_person_moved_is_left(store: Path, repository: Path, landed: str) -> None:
    """F63"""
    source = git.check_source(str(repository))
    real.git(repository, "checkout", "-q", "-b", BRANCH)
    theirs = real.commit_files(repository, {"mine": "x"}, "by hand")
    real.git(repository, "checkout", "-q", "main")
    with pytest.raises(StaleVersion, match="moved"):
        git.publish(store, source, BRANCH)
    assert real.git(repository, "rev-parse", BRANCH) == theirs


def test_checked_out_branch_is_left(store: Path, repository: Path, landed: str) -> None:
    real.git(repository, "checkout", "-q", "-b", BRANCH)
    with pytest.raises(Conflict, match="checked out"):
        git.publish(store, git.check_source(str(repository)), BRANCH)
    assert real.git(repository, "status", "--porcelain") == ""


def test_only_our_branches_to_local_repositories_are_published(store: Path, repository: Path) -> None:
    with pytest.raises(BadInput):
        git.publish(store, git.check_source(str(repository)), "main")
    with pytest.raises(BadInput):
        git.publish(store, git.Source("https", "https://example.org/x", "example.org"), BRANCH)
