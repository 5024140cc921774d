"""How much two headlines say the same in the same order."""

import pytest

from agents.auditing.wordpairs import shared, too_alike, word_pairs


def test_pairs_know_no_case_and_no_marks() -> None:
    assert word_pairs("Meet Trail 40, now") == {("meet", "trail"), ("trail", "40"), ("40", "now")}


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("Repairs are free", "Repairs are free", 1.0),
        ("Repairs are free", "Repairs are free for ten years", 1.0),
        ("Repairs are free for ten years", "A pack that weighs 900 grams", 0.0),
        ("Meet Trail", "This is Trail", 0.0),
        ("Trail", "Trail", 0.0),
        ("we mend it", "we mend sails", 0.5),
    ],
)
def test_share_is_that_of_the_shorter(one: str, other: str, share: float) -> None:
    assert shared(one, other) == shared(other, one) == share


def test_half_is_too_much() -> None:
    assert too_alike(["we mend it", "no one mends", "we mend sails"]) == [(0, 2)]
