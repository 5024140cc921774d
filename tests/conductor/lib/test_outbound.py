"""S46: where calls of the server may go. What is typed is judged by its form, what it stands for at each connection."""

import pytest

from conductor.lib.errors import BadInput
from conductor.lib.outbound import Place, check_address, may_connect

LOCAL = ("localhost", "127.0.0.1:11434", "10.0.0.5", "[::1]", "169.254.169.254", "models.lan")


@pytest.mark.parametrize(
    "address", ["https://models.example.com/v1", "https://models.example.com:8443/v1", "https://93.184.216.34/v1"]
)
def test_public_https_is_allowed(address: str) -> None:
    assert check_address(address) == address


def test_a_slash_at_the_end_does_not_count() -> None:
    assert check_address("https://models.example.com/v1/") == "https://models.example.com/v1"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "models.example.com",
        "http://models.example.com/v1",
        "file:///etc/passwd",
        "gopher://example.com/",
        "ftp://example.com/",
        "https://",
        "https:///v1",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://example.com/?key=1",
        "https://example.com/#x",
        "https://example.com/a b",
        "https://example.com\\@evil.example/",
        "https://example.com/../admin",
        "https://example.com:99999/",
        "https://exa_mple.com/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00:ec2::254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2002:7f00:1::]/",
        "https://[::127.0.0.1]/",
        "https://168.63.129.16/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://example.com/" + "x" * 400,
        "https://example.com/\x00",
    ],
)
def test_anything_else_is_refused_at_its_field(address: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_address(address)
    assert list(refused.value.errors) == ["base_url"]


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:11434/v1",
        "http://127.0.0.1:11434/v1",
        "http://10.0.0.5/v1",
        "http://[::1]:8000",
        "http://models.lan",
    ],
)
def test_a_named_host_is_allowed_over_http(address: str) -> None:
    assert check_address(address, hosts=LOCAL) == address


@pytest.mark.parametrize("address", ["http://127.0.0.1:6379/", "http://10.0.0.6/", "http://evil.localhost/"])
def test_its_neighbours_are_not(address: str) -> None:
    with pytest.raises(BadInput):
        check_address(address, hosts=LOCAL)


def test_metadata_is_refused_even_by_name() -> None:
    with pytest.raises(BadInput):
        check_address("http://169.254.169.254/", hosts=LOCAL)
    assert not may_connect("169.254.169.254", Place("models.lan", 80), LOCAL)


@pytest.mark.parametrize(
    "found", ["127.0.0.1", "10.1.2.3", "::1", "fe80::1%eth0", "::ffff:10.0.0.1", "100.64.0.1", "x"]
)
def test_a_public_name_may_not_stand_for_a_private_address(found: str) -> None:
    assert not may_connect(found, Place("models.example.com", 443), LOCAL)


def test_a_public_name_may_stand_for_a_public_address() -> None:
    assert may_connect("93.184.216.34", Place("models.example.com", 443), ())


def test_a_named_host_may_stand_for_a_private_address() -> None:
    assert may_connect("192.168.7.7", Place("models.lan", 80), LOCAL)
    assert not may_connect("127.0.0.1", Place("127.0.0.1", 6379), LOCAL)
    assert may_connect("127.0.0.1", Place("127.0.0.1", 11434), LOCAL)


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:5",
        "2002:a9fe:a9fe::1",
        "::a9fe:a9fe",
        "::ffff:0:a9fe:a9fe",
        "::ffff:10.0.0.5",
    ],
)
def test_private_address_inside_another_is_seen(address: str) -> None:
    assert not may_connect(address, Place("models.example.com", 443), ())


def test_metadata_inside_another_address_is_refused_for_named_hosts_too() -> None:
    for address in ("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "168.63.129.16"):
        assert not may_connect(address, Place("models.lan", 443), ("models.lan",))


def test_public_address_inside_another_is_public() -> None:
    assert may_connect("64:ff9b::5db8:d822", Place("models.example.com", 443), ())
