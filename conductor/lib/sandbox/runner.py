"""THE door to untrusted programs: one function, whatever the form of containment.

Must not run anything where containment is missing: it raises SandboxUnavailable with the reason.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from conductor.lib.process import Finished
from conductor.lib.sandbox.contained import Job, SandboxUnavailable, execute
from conductor.lib.sandbox.probing import probe, program


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    seconds: float,
    output_bytes: int,
    memory_bytes: int,
    processes: int,
    cancelled: Callable[[], bool],
    on_output: Callable[[bytes], None] | None = None,
    stdin: bytes | None = None,
    socket: Path | None = None,
    read_only: Sequence[Path] = (),
) -> Finished:
    """Run `argv` with `cwd` as /workspace, the only place it can change, and without network.

    `env` is what it sees beside HOME, PATH and the like. `socket` appears as /run/broker.sock, each path of
    `read_only` under its own name. As root the workspace is handed to an unprivileged number first, and stays its.
    """
    found = probe()
    if found.form is None:
        raise SandboxUnavailable(found.words)
    job = Job(
        argv=tuple(argv),
        cwd=cwd,
        env=env,
        seconds=seconds,
        output_bytes=output_bytes,
        memory_bytes=memory_bytes,
        processes=processes,
        cancelled=cancelled,
        on_output=on_output,
        stdin=stdin,
        socket=socket,
        read_only=tuple(read_only),
    )
    return execute(job, program(found.form))
