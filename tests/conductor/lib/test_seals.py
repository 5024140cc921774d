"""Keys are drawn as the standard says, one per purpose."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from conductor.lib import seals
from conductor.lib.errors import BadSetting


def test_hkdf_gives_what_the_standard_gives() -> None:
    """RFC 5869, test cases 1 and 3."""
    first = seals.hkdf(
        bytes.fromhex("0b" * 22),
        salt=bytes.fromhex("000102030405060708090a0b0c"),
        info=bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
        length=42,
    )
    assert first.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    third = seals.hkdf(bytes.fromhex("0b" * 22), salt=b"", info=b"", length=42)
    assert third.hex() == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"


def test_each_purpose_has_its_own_key() -> None:
    assert seals.derive("secret", "one") != seals.derive("secret", "two")
    assert seals.derive("secret", "one") != seals.derive("other", "one")
    assert seals.derive("secret", "one") == seals.derive("secret", "one")


def test_the_certificate_key_follows_the_secret(settings: Settings) -> None:
    settings.SECRET_KEY = "a" * 50
    before = seals.certificate_key()
    settings.SECRET_KEY = "b" * 50
    assert len(before) == 32
    assert seals.certificate_key() != before


def test_an_empty_secret_seals_nothing() -> None:
    with pytest.raises(BadSetting):
        seals.derive("", "one")


@pytest.mark.parametrize("length", [0, 255 * 32 + 1])
def test_impossible_lengths_are_refused(length: int) -> None:
    with pytest.raises(ValueError, match="bytes"):
        seals.hkdf(b"x", salt=b"", info=b"", length=length)
