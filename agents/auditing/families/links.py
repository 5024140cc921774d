"""Links: insecure, shortened, foreign or bare ones, and tracking leftovers. Must not follow any: it only reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from pydantic import Field

from agents.auditing.findings import Brief, Family, Finding, Found, Options, Rule, Terms, at, replace
from agents.auditing.pieces import Piece, Text
from agents.auditing.words import Span

_URL: Final = re.compile(
    r"(?<![\w@])(?P<scheme>https?)://(?P<rest>[^\s<>\"'\u201c\u201d\u201e]{1,2000})", re.IGNORECASE
)
_BARE: Final = re.compile(
    r"(?<![\w@./:-])(?P<host>(?:[a-z0-9-]{1,63}\.){1,5}(?:com|org|net|de|eu|io|co|at|ch|info|shop|app|ly|gl|gd|me|cc|link))"
    r"(?P<path>/[^\s<>\"'\u201c\u201d]{0,500})?(?![\w@])",
    re.IGNORECASE,
)
_END: Final = ".,;:!?)]}\u2026*"
_CLICK_IDS: Final = (
    "fbclid",
    "gclid",
    "msclkid",
    "dclid",
    "igshid",
    "igsh",
    "mc_eid",
    "mc_cid",
    "yclid",
    "ttclid",
    "twclid",
)


class Links(Options):
    """`shorteners` and `allowed` are hosts; those of the brief's link are always allowed."""

    shorteners: Terms = Field(default_factory=list)
    allowed: Terms = Field(default_factory=list)
    tracking: bool = True
    foreign: bool = True


def links(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    options = rule.read(Links)
    for piece in pieces:
        for text in piece.texts:
            for link in _links_in(text.text):
                yield from _judge(rule, text, link, options, brief.link)


@lru_cache(maxsize=2048)
def _links_in(text: str) -> tuple[tuple[Span, str, str], ...]:
    """Each link with its scheme ("" where it is written without) and what follows it."""
    found: list[tuple[Span, str, str]] = []
    for match in _URL.finditer(text):
        rest = match.group("rest").rstrip(_END)
        if rest:
            found.append(((match.start(), match.start("rest") + len(rest)), match.group("scheme").lower(), rest))
    for match in _BARE.finditer(text):
        rest = match.group().rstrip(_END)
        if not any(start <= match.start() < end for (start, end), _, _ in found):
            found.append(((match.start(), match.start() + len(rest)), "", rest))
    return tuple(sorted(found))


def _host(rest: str) -> str:
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2].casefold()
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return host.removeprefix("www.").rstrip(".")


def _within(host: str, domain: str) -> bool:
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _judge(rule: Rule, text: Text, link: tuple[Span, str, str], options: Links, asked: str) -> Iterator[Finding]:
    span, scheme, rest = link
    host, own = _host(rest), _host(asked.partition("://")[2] or asked)
    start, _ = span
    if _is_ip(host):
        yield at(rule, text, span, f"This link goes to a bare network address. {rule.why}")
        return
    if any(_within(host, short) for short in options.shorteners) and not _within(host, own):
        yield at(rule, text, span, f"“{host}” hides where the link goes. {rule.why}")
        return
    if scheme == "http":
        patch = replace(text, (start, start + 4), "https" if text.text[start : start + 4].islower() else "HTTPS")
        yield at(rule, text, (start, start + 4), f"This link is not encrypted; use https. {rule.why}", patch)
    foreign = options.foreign and own and not _within(host, own)
    if foreign and not any(_within(host, good) for good in options.allowed):
        yield at(rule, text, span, f"The brief's link is on “{own}”; this one goes to “{host}”. {rule.why}")
    if options.tracking:
        yield from _leftovers(rule, text, span, rest, asked)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _leftovers(rule: Rule, text: Text, span: Span, rest: str, asked: str) -> Iterator[Finding]:
    query = rest.partition("?")[2].partition("#")[0]
    names = [pair.partition("=")[0].casefold() for pair in query.split("&") if pair]
    left = [n for n in names if (n in _CLICK_IDS or n.startswith("utm_")) and n not in asked.casefold()]
    if left:
        yield at(
            rule,
            text,
            span,
            f"The link carries tracking leftovers ({', '.join(left)[:100]}). {rule.why}",
            severity="low",
        )


LINKS: Final = Family("links", links, Links, "Links", topic="links_and_data")
