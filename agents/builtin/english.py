"""English grammar for the built-in makers: what kind of statement a text is, and how to turn it safely.

Must not guess: where the grammar of a text is not certain, the text stays as the brief has it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from agents.builtin import lexicon

Form: TypeAlias = Literal["clause", "command", "predicate", "participle", "adjective", "superlative", "phrase"]

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


def tokens(text: str) -> list[str]:
    return _WORD.findall(text)


def sentence(text: str) -> str:
    """The text with a capital and an end mark; nothing else changes."""
    text = text.strip()
    if not text:
        return text
    text = capital(text)
    return text if text[-1] in ".!?…" or text[-2:] in ('."', ".\u201d") else text + "."


_DOUBLED: Final = re.compile(r"(?<!\.)([.!?…])\.(?=[\s)\"\u201d]|$)")


def tidy(text: str) -> str:
    """Without the full stop that a frame sets after a name or message with an end mark of its own."""
    return _DOUBLED.sub(r"\1", text)


def stopped(text: str) -> str:
    """The text with an end mark, so that another can follow it; otherwise word for word."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…:" or text[-2:] in ('."', ".\u201d") else f"{text}."


def capital(text: str) -> str:
    # A first word with a capital further in is a name (iPhone, eBay).
    first = text.split(None, 1)[0] if text.strip() else ""
    return text if first[1:] != first[1:].lower() else text[:1].upper() + text[1:]


def bare(text: str) -> str:
    """A message without its full stop, for use within a line."""
    return text.rstrip(". ")


def is_verb(word: str) -> bool:
    """A finite form: base, third person, or a past that is no participle alone."""
    plain = word.lower()
    return (
        plain in lexicon.VERBS
        or plain in lexicon.PAST
        or plain in lexicon.AUXILIARIES
        or third_to_base(plain) is not None
    )


@lru_cache(maxsize=2048)
def third_to_base(word: str) -> str | None:
    """links -> link, carries -> carry; None if it is no third person of a known verb."""
    plain = word.lower()
    if plain in ("has", "does", "goes", "is"):
        return {"has": "have", "does": "do", "goes": "go", "is": "be"}[plain]
    for ending, instead in (("ies", "y"), ("es", ""), ("s", "")):
        if plain.endswith(ending) and plain[: -len(ending)] + instead in lexicon.VERBS:
            return plain[: -len(ending)] + instead
    return None


def third(base: str) -> str:
    special = {"have": "has", "do": "does", "go": "goes", "be": "is"}
    if base in special:
        return special[base]
    if base.endswith(("s", "x", "z", "ch", "sh")):
        return base + "es"
    return base[:-1] + "ies" if base.endswith("y") and base[-2:-1] not in "aeiou" else base + "s"


def gerund(base: str) -> str | None:
    """book -> booking; None where the form is not certain."""
    plain = base.lower()
    if plain not in lexicon.VERBS:
        return None
    if plain in lexicon.DOUBLED:
        return plain + plain[-1] + "ing"
    if plain.endswith("ie"):
        return plain[:-2] + "ying"
    return plain[:-1] + "ing" if plain.endswith("e") and not plain.endswith("ee") else plain + "ing"


def form_of(text: str) -> Form:
    found = tokens(text)
    first, then = ([word.lower() for word in found] + ["", ""])[:2]
    if _is_command(first, then):
        return "command"
    if third_to_base(first) is not None and first not in ("does", "is") and not _is_verb_of_many(then):
        return "predicate"
    if _is_superlative(first) and then and then not in lexicon.PREPOSITIONS:
        return "superlative"
    if first in lexicon.PARTICIPLES and (then in lexicon.PREPOSITIONS or then.endswith("ly") or not then):
        return "participle"
    if clause_verb(found) is not None:
        return "clause"
    stands = not then or then in lexicon.PREPOSITIONS or then in ("every", "and", "daily", "all", "only")
    tail = 0 < len(found) <= 4 and first != "no" and found[-1].lower() in lexicon.FITNESS
    more = re.match(r"(?:up to |about )?\d+ ?(?:%|percent) (?:\w+er|less|more)\b", text, re.IGNORECASE)
    return "adjective" if (first in lexicon.ADJECTIVES and stands) or tail or more else "phrase"


def _is_verb_of_many(word: str) -> bool:
    """What may follow a plural noun: repairs are, tours start; never drinks, as in "Keeps drinks cold"."""
    plain = word.lower()
    return plain in lexicon.AUXILIARIES | lexicon.VERBS | lexicon.PAST | lexicon.PARTICIPLES


def _is_superlative(word: str) -> bool:
    return word in ("best", "only", "most", "first") or (
        len(word) > 5 and word.endswith("est") and word not in lexicon.NOT_SUPERLATIVE
    )


def _is_command(first: str, then: str) -> bool:
    if first in lexicon.COMMANDS:
        return not (then in lexicon.AUXILIARIES or (third_to_base(then) and then not in lexicon.DETERMINERS))
    if first in lexicon.COMMANDS_OR_NOUNS:
        return then in ("a", "an", "the", "your", "our", "my", "it", "them", "online", "us")
    return first in ("don't", "do", "never", "always") and then in lexicon.VERBS


def clause_verb(found: list[str]) -> int | None:
    return next((place for place in range(1, len(found)) if is_finite(found, place)), None)


def is_finite(found: list[str], place: int) -> bool:
    """Is the word there likely the verb of a sentence: a verb form after something that can be a subject?"""
    if place >= len(found) or not is_verb(found[place]):
        return False
    before = found[place - 1].lower()
    if (
        (before in lexicon.NUMBERS or before.isdigit())
        and place > 2
        and found[place - 2].lower() in lexicon.PREPOSITIONS
    ):
        # "Children under 12 get in": the subject stands before the preposition.
        certain = third_to_base(found[place]) is not None or found[place].lower() in lexicon.AUXILIARIES
        return certain or (place == 3 and is_plural_word(found[0]) and found[place].lower() in lexicon.VERBS)
    if before in lexicon.PREPOSITIONS or before in lexicon.DETERMINERS or before in ("and", "or", "but", "to"):
        return before in ("this", "that", "one", "all", "these", "those")
    plain = found[place].lower()
    if plain in lexicon.AUXILIARIES:
        return True
    plural = before.endswith("s") or before in lexicon.PRONOUNS or is_plural_word(before)
    return plural if plain in lexicon.VERBS else True


def is_plural_word(word: str) -> bool:
    return word.endswith("s") or word.lower() in ("people", "children", "staff", "men", "women")


def is_certain_clause(text: str) -> bool:
    """Surely a whole sentence that can be joined to another: its subject starts with a word that may be lowered."""
    found = tokens(text)
    return form_of(text) == "clause" and may_lower(text) and len(found) >= 4


def may_lower(text: str, names: tuple[str, ...] = ()) -> bool:
    found = text.split()
    if not found:
        return False
    first = found[0].strip(",;:")
    if any(name.startswith(first) for name in names) and first.lower() not in lexicon.PRONOUNS:
        return False
    if first[:1].islower():
        return True
    if first.lower() in lexicon.LOWER:
        return len(found) < 2 or not (
            found[1][:1].isupper() and first.lower() not in ("a", "an", "the", "no", "in", "at")
        )
    then = found[1] if len(found) > 1 else ""
    plural = len(first) > 4 and first.endswith("s") and not first.endswith(("ss", "'s", "us", "is"))
    return plural and then in lexicon.VERBS | {"are", "were", "have", "can", "will"}


def lower_first(text: str, names: tuple[str, ...] = ()) -> str:
    """The text to stand inside a sentence; unchanged where its first word may be a name."""
    return text[:1].lower() + text[1:] if may_lower(text, names) else text


_TELLING: Final = re.compile(r"(?:ed|ing|ive|al|ant|ent|ful|less|able|ible|ous|ic|ly)$|-|[^s]s$")


def item(text: str, names: tuple[str, ...] = ()) -> str:
    """A noun phrase as an entry of a list within a sentence: free wifi all day, fair-trade coffee."""
    text = bare(text)
    first = text.split()[0] if text.split() else ""
    telling = bool(_TELLING.search(first)) or first.lower() in lexicon.ADJECTIVES
    known = first[1:] == first[1:].lower() and not any(name.startswith(first) for name in names)
    return text[:1].lower() + text[1:] if known and (telling or may_lower(text, names)) else text


def listed(items: list[str]) -> str:
    """a, b and c; with semicolons where an entry has a comma."""
    mark = "; " if any("," in entry for entry in items) else ", "
    return (
        mark.join(items[:-1]) + (" and " if mark == ", " else "; and ") + items[-1]
        if len(items) > 1
        else "".join(items)
    )


def with_article(noun: str) -> str:
    return noun if is_plural(noun) else f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def is_plural(noun_phrase: str) -> bool:
    """Is the head of the noun phrase plural: dining tables in ash -> yes, a box of apples -> no."""
    found = tokens(noun_phrase)
    if not found:
        return False
    first = found[0].lower()
    if first in ("a", "an", "one", "this", "each", "every"):
        return False
    if first in lexicon.SMALL_NUMBERS[1:] or first in ("these", "those", "many", "several") or first.isdigit():
        return first != "1"
    head = head_noun(noun_phrase).lower()
    return head.endswith("s") and not head.endswith(("ss", "us", "is", "ings"))


def _is_doing(word: str) -> bool:
    """looking, waiting; not evening or training, which are nouns as a rule."""
    base = word[:-3] if word.endswith("ing") else ""
    return word not in ("training", "building", "painting", "meeting", "heating") and (
        base in lexicon.VERBS or f"{base}e" in lexicon.VERBS
    )


def head_of(noun_phrase: str) -> str:
    """The noun phrase before its first preposition, relative clause or participle."""
    found = list(_WORD.finditer(noun_phrase))
    words = [match.group().lower() for match in found]
    for place in range(1, len(found)):
        word, then = words[place], words[place + 1] if place + 1 < len(words) else ""
        participle = (word in lexicon.PARTICIPLES and word not in ("run", "cut", "led")) or _is_doing(word)
        ends = word in lexicon.PREPOSITIONS or word in ("that", "which", "who", "where", "and")
        if ends or (place > 1 and participle and then in lexicon.PREPOSITIONS):
            return noun_phrase[: found[place].start()].rstrip(" ,")
    return noun_phrase.rstrip(" ,.")


def brief_kind(kind: str) -> str:
    """What it is, without where, for whom and with what: a series of lunchtime concerts."""
    found = re.match(
        r"^(\S+ (?:(?!of\b)\S+ )*?\S+ of (?:\S+ )*?\S+?)(?= (?:at|in|on|with|for|by|about|from|near)\b|,|$)", kind
    )
    return found.group(1) if found and head_of(kind).startswith(found.group(1).split(" of ")[0]) else head_of(kind)


def head_noun(noun_phrase: str) -> str:
    found = tokens(head_of(noun_phrase))
    return found[-1] if found else ""


def is_thing(subject: str) -> bool:
    """Surely something that one calls "it": no person, no group, nothing that could be a name."""
    found = tokens(subject)
    if not found or (len(found) > 1 and found[-1][:1].isupper()):
        return False
    head = head_noun(subject).lower()
    person = head in lexicon.PERSONS or bool(re.search(r"(?:er|or|ist|ian|man|woman|ee)$", head))
    return bool(head) and not person and not is_plural(subject)


def singular(noun: str) -> str:
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if noun.endswith(("xes", "ches", "shes", "sses")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else noun


_YOURS: Final = {"their": "your", "they": "you", "them": "you", "themselves": "yourself", "theirs": "yours"}


def to_you(predicate: str) -> str:
    """want their weekends back -> want your weekends back."""
    return re.sub(r"\b(their|they|them|themselves|theirs)\b", lambda match: _YOURS[match.group(0).lower()], predicate)


_CONTRACTED: Final = {
    "you're": "you are", "you'll": "you will", "you'd": "you would", "it's": "it is", "that's": "that is",
    "here's": "here is", "there's": "there is", "what's": "what is", "who's": "who is", "where's": "where is",
    "we're": "we are", "we'd": "we would", "we'll": "we will", "we've": "we have", "let's": "let us",
    "don't": "do not", "doesn't": "does not", "isn't": "is not", "aren't": "are not", "can't": "cannot",
    "needn't": "need not",
    "won't": "will not", "they're": "they are", "you've": "you have", "i'd": "I would", "how's": "how is",
}  # fmt: skip
_CONTRACTION: Final = re.compile(r"\b(" + "|".join(_CONTRACTED) + r")\b", re.IGNORECASE)


def expanded(text: str) -> str:
    """Without contractions."""

    def whole(match: re.Match[str]) -> str:
        said = _CONTRACTED[match.group().lower()]
        return said[:1].upper() + said[1:] if match.group()[0].isupper() else said

    return _CONTRACTION.sub(whole, text)


def cut_to_clauses(text: str) -> list[str]:
    """A text in its sentences, without the space between."""
    marks = r"(?<=[.!?…])(?<!\bNo\.)(?<!\bSt\.)(?<!\bDr\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bCo\.)(?<!\bVol\.)"
    return [part.strip() for part in re.split(rf"{marks}\s+(?=[A-Z0-9\"\u201c])", text) if part.strip()]
