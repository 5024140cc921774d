"""Git as functions. Must never run in a clone that an agent could write to, nor obey any repository's configuration."""

from conductor.lib.git.clones import (
    ImportRefused,
    clone_for_attempt,
    commit_in_sandbox_argv,
    import_commit,
    remove_clone,
)
from conductor.lib.git.command import GitFailed
from conductor.lib.git.diffs import Diff, changed_files, diff, tree_hash
from conductor.lib.git.merges import MergeConflict, Merged, merge_in_memory
from conductor.lib.git.refs import (
    abandon,
    branch_for,
    check_name,
    committed_at,
    create_branch,
    forget,
    head,
    intent,
    land,
    landed,
    record_intent,
    take_back,
)
from conductor.lib.git.repairs import repair
from conductor.lib.git.sources import Source, check_place, check_source, local_path, make_store, mirror, publish

__all__ = [
    "Diff",
    "GitFailed",
    "ImportRefused",
    "MergeConflict",
    "Merged",
    "Source",
    "abandon",
    "branch_for",
    "changed_files",
    "check_name",
    "check_place",
    "check_source",
    "clone_for_attempt",
    "commit_in_sandbox_argv",
    "committed_at",
    "create_branch",
    "diff",
    "forget",
    "head",
    "import_commit",
    "intent",
    "land",
    "landed",
    "local_path",
    "make_store",
    "merge_in_memory",
    "mirror",
    "publish",
    "record_intent",
    "remove_clone",
    "repair",
    "take_back",
    "tree_hash",
]
