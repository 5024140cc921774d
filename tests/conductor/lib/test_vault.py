"""A sealed secret opens only for what it belongs to, under a secret that the installation still has."""

import pytest

from conductor.lib.errors import BadSetting
from conductor.lib.vault import seal, unseal

SECRET = "sk-canary-0123456789"


def test_what_was_sealed_is_opened_for_its_owner() -> None:
    assert unseal(seal(SECRET, owner="a", secrets=["one"]), owner="a", secrets=["one"]) == SECRET


def test_sealed_text_says_nothing_and_differs_each_time() -> None:
    sealed = seal(SECRET, owner="a", secrets=["one"])
    assert SECRET not in sealed
    assert sealed != seal(SECRET, owner="a", secrets=["one"])


def test_another_owner_is_refused() -> None:
    with pytest.raises(BadSetting, match="belongs to something else"):
        unseal(seal(SECRET, owner="a", secrets=["one"]), owner="b", secrets=["one"])


def test_another_secret_is_refused_by_the_name_of_the_setting() -> None:
    with pytest.raises(BadSetting, match="MODEL_KEY_SECRETS"):
        unseal(seal(SECRET, owner="a", secrets=["one"]), owner="a", secrets=["two"])


def test_the_former_secret_opens_behind_the_present_one() -> None:
    sealed = seal(SECRET, owner="a", secrets=["former"])
    assert unseal(sealed, owner="a", secrets=["present", "former"]) == SECRET


def test_the_first_secret_seals() -> None:
    sealed = seal(SECRET, owner="a", secrets=["present", "former"])
    with pytest.raises(BadSetting):
        unseal(sealed, owner="a", secrets=["former"])


@pytest.mark.parametrize("damaged", ["", "x", "\u00fc", "gAAAAA=="])
def test_damaged_text_is_refused(damaged: str) -> None:
    with pytest.raises(BadSetting):
        unseal(damaged, owner="a", secrets=["one"])
