"""What a client may say, and what is said back to everything else. No database."""

import json
import uuid

import pytest

from campaigns.sockets.frames import (
    LARGEST_SEQ,
    LONGEST_COMMAND,
    Ping,
    Stream,
    Subscribe,
    Unsubscribe,
    read_after,
    read_command,
    read_stream,
)
from conductor.lib.errors import BadInput, ConductorError, TooLarge

RUN = uuid.UUID(int=7, version=4)


def test_subscribe_names_stream_and_number() -> None:
    said = f'{{"subscribe": "run:{RUN}", "after": 7, "most": 2000}}'
    assert read_command(said) == Subscribe(Stream("run", RUN), 7, 2000)


def test_without_after_a_snapshot_is_asked_for() -> None:
    assert read_command(f'{{"subscribe": "team:{RUN}"}}') == Subscribe(Stream("team", RUN))


def test_unsubscribe_names_a_stream() -> None:
    assert read_command('{"unsubscribe": "inbox"}') == Unsubscribe(Stream("inbox"))


def test_ping_needs_no_answer_but_one() -> None:
    assert isinstance(read_command('{"ping": 1}'), Ping)


def test_a_stream_is_written_in_one_way() -> None:
    assert str(read_stream(f"run:{str(RUN).upper()}", "subscribe")) == f"run:{RUN}"
    assert str(read_stream("inbox", "subscribe")) == "inbox"


@pytest.mark.parametrize(
    "after", [-1, 2**63, 2**200, 1.0, 1.5, 1e300, "1", "1e9", "", True, False, [], {}, [1], {"n": 1}]
)
def test_a_bad_number_is_refused_by_name(after: object) -> None:
    with pytest.raises(BadInput) as refused:
        read_command(json.dumps({"subscribe": f"run:{RUN}", "after": after}))
    assert set(refused.value.errors) == {"after"}


@pytest.mark.parametrize(
    "stream",
    [
        None, 1, "", "run", "run:", "run:1", f"task:{RUN}", f"run:{RUN}x", f"run:{{{RUN}}}", f"run:{RUN.hex}",
        f"RUN:{RUN}", f"run:{RUN}\n", f"run:{RUN}\x00", "run:../../etc", "inbox:me", [f"run:{RUN}"], {"run": 1},
        "run:" + "a" * 3_000, "run:٣" * 36,
    ],
)  # fmt: skip
def test_a_bad_stream_is_refused_by_name(stream: object) -> None:
    with pytest.raises(BadInput) as refused:
        read_command(json.dumps({"subscribe": stream}))
    assert set(refused.value.errors) == {"subscribe"}


@pytest.mark.parametrize(
    "said",
    [
        "", " ", "null", "1", '"x"', "[]", "{}", "nonsense", "{", '{"type": "hello"}', '{"after": 1}', "NaN",
        "Infinity", '{"subscribe": NaN}', "[" * 4_000, '{"a":' * 800,
        f'{{"subscribe": "run:{RUN}", "subscribe": "inbox"}}', f'{{"subscribe": "run:{RUN}", "after": 1, "after": 2}}',
        "\ufeff{}", "1" * 4_090,
    ],
)  # fmt: skip
def test_what_is_no_command_is_refused(said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_command(said)
    assert refused.value.code in ("malformed", "invalid")


def test_an_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(BadInput) as refused:
        read_command(f'{{"subscribe": "run:{RUN}", "afterr": 1}}')
    assert set(refused.value.errors) == {"afterr"}


def test_a_long_frame_is_refused_unread() -> None:
    with pytest.raises(TooLarge):
        read_command(" " * (LONGEST_COMMAND + 1))


@pytest.mark.parametrize("said", ["-1", "", "1e9", str(2**63), "9" * 5_000, "1.0", "٣", " 1", "0x1", "null"])
def test_a_bad_after_in_the_address_is_refused(said: str) -> None:
    with pytest.raises(ConductorError) as refused:
        read_after(said)
    assert set(refused.value.errors) == {"after"}


def test_the_largest_number_is_taken() -> None:
    assert read_after(str(LARGEST_SEQ)) == LARGEST_SEQ
    assert read_after(None) is None
