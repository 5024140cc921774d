"""The API token of a command: from the environment or a private file, never from the command line, which others see."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from conductor.lib import redact
from conductor.lib.errors import BadInput, NotSignedIn

TOKEN: Final = "CONDUCTOR_TOKEN"  # noqa: S105 - the name of a variable
_LONGEST: Final = 200
_LONGEST_FILE: Final = 1_000


def read(file: str) -> str:
    """The token, remembered so that no message can show it."""
    if file:
        _refuse_a_token(file)
        said = private_text(Path(file), "--token")
    else:
        said = os.environ.get(TOKEN, "").strip()
    if not said:
        raise NotSignedIn(
            f"A server wants a token: put it into {TOKEN}, or name a file that holds it with --token FILE."
        )
    if not (said.isascii() and said.isprintable() and len(said) <= _LONGEST and " " not in said):
        raise BadInput(errors={"--token" if file else TOKEN: "Does not hold one token."})
    redact.remember([said])
    return said


def _refuse_a_token(said: str) -> None:
    if said.startswith("cdr_") and "/" not in said and not Path(said).exists():
        words = (
            "Takes the name of a file, not the token: others on this machine can read command lines."
            f" Put the token into {TOKEN} or a file of mode 600, and revoke this one."
        )
        raise BadInput(errors={"--token": words})


def private_text(file: Path, option: str) -> str:
    """What a file holds that nobody else may read; the option is named where it does not serve."""
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):
            raise BadInput(errors={option: f"{file} is not a file."})
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise BadInput(errors={option: f"Others may read {file}; chmod 600 it, and think about a new token."})
        with file.open() as opened:
            return opened.read(_LONGEST_FILE).strip()
    except OSError as error:
        raise BadInput(errors={option: f"{file} cannot be read: {error.strerror}."}) from error
    except UnicodeDecodeError as error:
        raise BadInput(errors={option: f"{file} does not hold text."}) from error
