"""Where an outgoing call may go: public hosts over https, and hosts that the installation names. Judged twice.

A typed address is judged by its form; the addresses behind its name are judged again at each connection, which is then
made to the judged address itself, so that a name cannot change its mind in between. Must not make calls.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from conductor.lib.errors import BadInput

LONGEST: Final = 300
_PORTS: Final = {"https": 443, "http": 80}
_HOST: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.?", re.IGNORECASE)
_PATH: Final = re.compile(r"[A-Za-z0-9._~/-]*")
#: Clouds answer here with credentials of the machine; never a model.
_METADATA: Final = tuple(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "168.63.129.16")))
#: IPv6 networks whose last 32 bits are an IPv4 address that a translator, or the machine itself, would call.
_TRANSLATED: Final = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")))
_LAST: Final = 0xFFFF_FFFF


class Place(NamedTuple):
    host: str
    port: int

    def is_named(self, hosts: Collection[str]) -> bool:
        """True where the installation allows it by name, with or without the port."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return bool({self.host, shown, f"{shown}:{self.port}"} & {host.casefold() for host in hosts})


def check_address(said: str, *, hosts: Collection[str] = (), field: str = "base_url") -> str:
    """The address without a slash at its end, or BadInput: https to a public host, or a host that is named."""
    if len(said) > LONGEST:
        raise _bad(field, f"Is {len(said):,} characters long; the limit is {LONGEST}.")
    if any(char.isspace() or not char.isprintable() for char in said) or "\\" in said:
        raise _bad(field, "Is not a valid address.")
    try:
        parts = urlsplit(said)
        port = parts.port
    except ValueError:
        raise _bad(field, "Is not a valid address.") from None
    host = (parts.hostname or "").casefold()
    if parts.scheme not in _PORTS or not host:
        raise _bad(field, "Must be an https address, such as https://models.example.com/v1.")
    if "@" in parts.netloc or "?" in said or "#" in said or not _PATH.fullmatch(parts.path) or ".." in parts.path:
        raise _bad(field, "Carries no user, password, query or fragment, and a plain path.")
    place = Place(host, port or _PORTS[parts.scheme])
    named = place.is_named(hosts)
    number = _number(host)
    if number is None and not _HOST.fullmatch(host):
        raise _bad(field, "Does not name a valid host.")
    if parts.scheme == "http" and not named:
        raise _bad(field, f"Must be https; http is for hosts that MODEL_HOSTS names, and {host} is none.")
    if number is not None and not _may_reach(number, named):
        raise _bad(field, f"{host} is not a public address; MODEL_HOSTS can allow private ones, but no link-local.")
    return said.rstrip("/")


def may_connect(address: str, place: Place, hosts: Collection[str]) -> bool:
    """May a connection to this place be made to this address, which is one that its name stands for?"""
    number = _number(address)
    return number is not None and _may_reach(number, place.is_named(hosts))


def _number(said: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        number = ipaddress.ip_address(said.partition("%")[0])
    except ValueError:
        return None
    return _within(number) if isinstance(number, ipaddress.IPv6Address) else number


def _within(number: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that this one stands for, if it does."""
    if int(number) <= 1:
        return number  # :: and ::1 are themselves
    if any(number in network for network in _TRANSLATED):
        return ipaddress.IPv4Address(int(number) & _LAST)
    return number.ipv4_mapped or number.sixtofour or number


def _may_reach(number: ipaddress.IPv4Address | ipaddress.IPv6Address, named: bool) -> bool:
    if number.is_link_local or number.is_multicast or number.is_unspecified or number in _METADATA:
        return False
    return named or number.is_global


def _bad(field: str, words: str) -> BadInput:
    return BadInput(errors={field: words})
