"""Personal data: e-mail addresses, telephone numbers, numbers of bank accounts and payment cards.

Must not print a whole number of an account or a card in its words: there it is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pydantic import Field

from agents.auditing.findings import Brief, Family, Finding, Found, Options, Rule, Severity, Terms, at
from agents.auditing.pieces import Piece, Text
from agents.auditing.words import Span

_EMAIL: Final = re.compile(
    r"(?<![\w.+-])(?P<who>[\w.+-]{1,64})@(?P<host>(?:[\w-]{1,63}\.){1,5}[a-z]{2,24})(?![\w@])", re.I
)
_PHONE: Final = re.compile(
    r"(?<![\w.,/+€$£-])(?:\+\d{1,3}[\s./-]?\(?0?\)?[\s./-]?|\(0?\d{2,5}\)[\s./-]?|0\d{1,4}[\s./-]{1,3}|0(?=\d{9,11}(?!\d))|\d{3}[-.\s](?=\d{3}[-.\s]\d{4}(?!\d)))"
    r"\d(?:[\s./-]{0,2}\d){4,12}(?![\w]|[.,]\d)"
)
_DATE_LIKE: Final = re.compile(r"^\(?\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:\d{4}|\d{2})?$")
_IBAN: Final = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]{4}){2,7}(?:[ \u00a0]?[A-Z0-9]{1,3})?(?!\w)")
_CARD: Final = re.compile(r"(?<![\w.,-])[3-6]\d{3}(?:[ \u00a0-]?\d){9,15}(?![\w]|[.,]\d)")


class PersonalData(Options):
    """`roles` are the parts before the @ that belong to no person; `free_numbers` start numbers of service lines."""

    roles: Terms = Field(default_factory=list)
    free_numbers: Terms = Field(default_factory=list)
    phones: bool = True
    emails: bool = True
    money: Severity = "high"


def personal_data(rule: Rule, brief: Brief, pieces: tuple[Piece, ...]) -> Found:
    """Addresses and numbers of persons and accounts, unless the brief itself gives them for publishing."""
    options = rule.read(PersonalData)
    given = "\n".join(brief.facts)
    known, digits = given.casefold(), re.sub(r"\D", "", given)
    joined = re.sub(r"\W", "", known)
    for piece in pieces:
        for text in piece.texts:
            taken: list[Span] = []
            for span, words in (*_accounts(text.text), *_cards(text.text)):
                if re.sub(r"\W", "", text.text[slice(*span)]).casefold() not in joined:
                    taken.append(span)
                    yield at(rule, text, span, f"{words} {rule.why}", severity=options.money)
            if options.emails:
                yield from _emails(rule, text, known, tuple(options.roles))
            if options.phones:
                yield from _phones(rule, text, digits, options, taken)


def _accounts(text: str) -> Iterator[tuple[Span, str]]:
    for match in _IBAN.finditer(text):
        plain = re.sub(r"\s", "", match.group())
        if 15 <= len(plain) <= 34 and _mod97(plain):
            yield match.span(), f"This is the number of a bank account ({masked(plain)})."


def _mod97(plain: str) -> bool:
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def _cards(text: str) -> Iterator[tuple[Span, str]]:
    for match in _CARD.finditer(text):
        plain = re.sub(r"\D", "", match.group())
        if 13 <= len(plain) <= 19 and _luhn(plain):
            yield match.span(), f"This is the number of a payment card ({masked(plain)})."


def _luhn(plain: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(plain))]
    return len(set(plain)) > 1 and sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def masked(plain: str) -> str:
    return f"{plain[:4]} •••• {plain[-2:]}"


def _emails(rule: Rule, text: Text, known: str, roles: tuple[str, ...]) -> Iterator[Finding]:
    for match in _EMAIL.finditer(text.text):
        who = match.group("who").casefold()
        if match.group().casefold() not in known and who not in roles and re.split(r"[._+-]", who)[0] not in roles:
            yield at(rule, text, match.span(), f"This is the address of a person. {rule.why}")


def _phones(rule: Rule, text: Text, digits: str, options: PersonalData, taken: list[Span]) -> Iterator[Finding]:
    for match in _PHONE.finditer(text.text):
        plain = re.sub(r"\D", "", match.group())
        said = match.group().strip()
        clash = any(start < match.end() and match.start() < end for start, end in taken)
        free = plain.lstrip("0").startswith(tuple(options.free_numbers)) or plain.startswith(
            tuple(options.free_numbers)
        )
        if clash or not 8 <= len(plain) <= 15 or free or plain in digits or _DATE_LIKE.match(said):
            continue
        if said.count(".") >= 2 and re.match(r"^\d{1,2}\.\d{1,2}\.\d{4}", said):
            continue
        yield at(rule, text, match.span(), f"This is a telephone number. {rule.why}")


PERSONAL_DATA: Final = Family("personal_data", personal_data, PersonalData, "Personal data", topic="links_and_data")
