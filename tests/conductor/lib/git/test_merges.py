"""Merges without a work tree, diffs, and the names of branches and commits."""

from pathlib import Path

import pytest

from conductor.lib import git
from conductor.lib.errors import BadInput, NotFound
from tests.conductor.lib.git import repositories as real
from tests.conductor.lib.git.attempts import BRANCH, change

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


# -- merges and diffs -------------------------------------------------------------------------------------------------


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
