"""The built-in copywriter: headlines, bodies and calls to action out of the brief's own facts, the same for a seed.

Must not claim what the brief does not say, and must not exceed its limit of words.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agents.builtin.bodies import write_bodies
from agents.builtin.facts import Facts, dice, make_anew, read_facts, refuse_other_languages, uses
from agents.builtin.frames import calls_to_action, choose, fill, parts_of
from agents.builtin.headlines import headlines
from agents.contracts import AgentRequest, Host

__all__ = ["calls_to_action", "choose", "fill", "parts_of", "tone_note", "write_copy"]

HOW: Final = {
    "playful": "short sentences, contractions, questions and a wink",
    "formal": "whole sentences, no contractions and no questions in headlines",
    "warm": "“you” and “we”, everyday words and an open door",
    "bold": "short statements and commands",
    "plain": "simple statements without contractions or ornament",
}


def write_copy(request: AgentRequest, host: Host) -> Mapping[str, Any]:
    refuse_other_languages(request)
    facts = read_facts(request)
    return make_anew("copy", request, lambda turn: _write(facts, dice(request, "copywriting", turn)))


def _write(facts: Facts, rng: random.Random) -> dict[str, Any]:
    calls = calls_to_action(facts, rng)
    warnings = list(facts.warnings)
    lines = headlines(facts, calls, rng, warnings)
    bodies = write_bodies(facts, calls, rng)
    return {
        "headlines": [{"text": text, "construction": construction} for construction, text in lines],
        "bodies": bodies,
        "calls_to_action": [{"text": call} for call in calls],
        "tone_note": tone_note(facts, [*(text for _, text in lines), *(body["text"] for body in bodies)]),
        "language": "en",
        "warnings": warnings,
    }


def tone_note(facts: Facts, texts: Sequence[str] = ()) -> str:
    """How the texts were written, and what was left to a person; only words that stand in them are named as used."""
    asked = f"The brief asks for a tone that is “{facts.tone}”" if facts.tone else "The brief names no tone"
    said = [f"{asked}; the built-in writer used its {facts.voice} voice: {HOW[facts.voice]}."]
    if facts.readers.you:
        said.append(f"It speaks to people who {facts.readers.they}, and opens from there.")
    elif facts.readers.whole:
        said.append(f"It speaks to {facts.readers.whole}.")
    if facts.brand_words:
        said.append(f"The brand's words ({', '.join(facts.brand_words)[:300]}) helped to choose the voice.")
    own = [text.replace(facts.name, "") for text in texts]  # a word of the product's name is no choice of ours
    used = [word for word in facts.prefer if any(uses(text, word) for text in own)]
    unused = [word for word in facts.prefer if word not in used]
    if used:
        said.append(f"Of the words that the brand prefers it uses {', '.join(used)[:300]}.")
    if unused:
        said.append(
            f"It found no place for {', '.join(f'“{word}”' for word in unused)[:300]}, which the brand prefers."
        )
    if facts.guide.understood:
        said.append(f"Of the guidelines it obeys: {', '.join(facts.guide.understood)[:600]}.")
    if facts.guide.left:
        said.append(f"Left to a person, since it does not understand it: {' '.join(facts.guide.left)[:600]}")
    if facts.avoid:
        said.append(f"It keeps clear of {', '.join(f'“{word}”' for word in facts.avoid)[:300]} in its own sentences.")
    if facts.note.text:
        understood = facts.note.understood()
        read = f"was read as: {'; '.join(understood)}" if understood else "only made it choose other sentences"
        said.append(f"The note “{facts.note.text[:300]}” {read}.")
    return " ".join(said)
