"""The error family: stable codes, sentences, fields."""

import pytest

from conductor.lib import errors
from conductor.lib.errors import CODES, BadInput, ConductorError, InvalidMove, Unavailable


def test_an_error_takes_its_words_and_status_from_the_table() -> None:
    refused = InvalidMove()
    assert (refused.code, refused.status) == ("invalid_move", 409)
    assert str(refused) == "This state does not lead there."


def test_errors_by_field_are_lists_and_shown_with_the_sentence() -> None:
    refused = BadInput("The brief is not valid.", errors={"tone": "is needed", "audience": ["a", "b"]})
    assert refused.errors == {"tone": ["is needed"], "audience": ["a", "b"]}
    assert str(refused) == "The brief is not valid. (tone: is needed; audience: a b)"


def test_a_code_outside_the_table_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        ConductorError(code="no_such_code")


def test_every_class_has_a_code_of_the_table() -> None:
    family = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ConductorError)]
    assert len(family) > 10
    assert all(kind.default_code in CODES for kind in family)


@pytest.mark.parametrize("code", CODES)
def test_every_code_says_a_sentence_and_a_web_status(code: str) -> None:
    info = CODES[code]
    assert info.words.endswith(".")
    assert 400 <= info.status <= 599


def test_what_an_operator_must_mend_may_be_retried() -> None:
    assert Unavailable().retryable
    assert Unavailable().who == "operator"
