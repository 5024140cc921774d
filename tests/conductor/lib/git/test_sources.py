"""Where repositories come from, our copy of them, and what goes back: refs only."""

import os
import shutil
from pathlib import Path

import pytest

from conductor.lib import git
from conductor.lib.errors import BadInput, Conflict, NotFound, StaleVersion
from conductor.lib.git import sources
from tests.conductor.lib.git import repositories as real
from tests.conductor.lib.git.attempts import BRANCH, change

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


def test_a_closed_folder_gives_no_repository_whatever_leads_there(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "way-in").symlink_to(repository)
    for path in (repository, tmp_path / "way-in"):
        with pytest.raises(BadInput, match="cannot be used"):
            git.check_source(str(path), roots=[Path("/")], closed=[repository.parent])


# -- stores -----------------------------------------------------------------------------------------------------------


def test_store_is_bare_ours_and_without_hooks(store: Path) -> None:
    assert store.stat().st_mode & 0o777 == 0o700
    assert not (store / "hooks").exists()
    assert real.git(store, "rev-parse", "--is-bare-repository") == "true"


@pytest.mark.parametrize("missing", ["objects", "refs", "config", "HEAD", ""])
def test_a_store_that_a_killed_git_left_half_made_is_completed(tmp_path: Path, repository: Path, missing: str) -> None:
    store = tmp_path / "half.git"
    git.make_store(store)
    (store / "conductor.made").unlink()
    if missing:
        lost = store / missing
        shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
        (store / "config.lock").touch()
        (store / "HEAD.lock").touch()
    head = git.mirror(git.check_source(str(repository)), store)
    assert git.head(store) == head
    assert real.git(store, "config", "core.logAllRefUpdates").strip() == "false"


def test_completing_a_store_loses_nothing_of_it(store: Path) -> None:
    before = git.head(store, BRANCH)
    (store / "conductor.made").unlink()
    git.make_store(store)
    assert git.head(store, BRANCH) == before


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
