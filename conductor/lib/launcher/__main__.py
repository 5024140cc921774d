"""Run by path, `python -I -S conductor/lib/launcher MODE PARENT …`: prepares a contained process and becomes it.

    tree PARENT ARGV…                 own PID namespace where possible, nothing else changed
    sandbox PARENT SPEC_FD WORDS_FD   the whole profile; SPEC_FD holds the JSON of `profile.Spec`
Must not start anything before its life is tied to the parent's.
"""

import signal
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[3])

# Not at the top: the path of the package is only known from the line above.
from conductor.lib.launcher import profile, tree  # noqa: E402

if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # an ignored one is inherited, and nobody could be waited for
    if sys.argv[1] == "tree":
        tree.run_tree(int(sys.argv[2]), sys.argv[3:])
    profile.run_sandbox(int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
