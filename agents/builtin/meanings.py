"""What a fact means for the reader, by the words that state it. Must claim nothing that does not follow from the words.

Each line is common sense about facts of that kind, or an invitation to look, ask or compare; none adds a fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

NUMBER: Final = r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty)"


@dataclass(frozen=True, slots=True)
class Meaning:
    """words match the fact; text is what it means: "so …" joins its sentence, anything else stands beside it.

    light is for voices that may smile; actions, if any, are those of a campaign that the line fits.
    """

    words: re.Pattern[str]
    text: str
    light: bool = False
    actions: tuple[str, ...] = ()


def _line(words: str, text: str, *actions: str, light: bool = False) -> Meaning:
    return Meaning(re.compile(words, re.IGNORECASE), text, light, actions)


GENERIC: Final[tuple[Meaning, ...]] = (
    _line(r"\bneeds? no\b|\bno \w[^.]*\bneeded\b|\bchanges no\b", "That's one less thing to think about."),
    _line(r"\bare included\b", "so they cost you nothing extra"),
    _line(r"\bis included\b", "so it costs you nothing extra"),
    _line(r"\bby \d{1,2}:\d\d\b", "so you can plan around it"),
)
"""What is said only where nothing nearer fits."""

MEANINGS: Final[tuple[Meaning, ...]] = (
    # --- money
    _line(r"\bpaid in \w+ (?:parts|instalments|installments)\b", "so the whole sum isn't due at once"),
    _line(r"\bfixed (?:price|fee|cost)\b", "so you know it from the first day"),
    _line(r"\brate is fixed\b|\bfixed (?:interest )?rate\b", "What you are told on the first day holds on the last."),
    _line(r"\bpay[^.]*\bless\b|\bsaves? (?:you )?[€£$]?\d", "Small sums, but they add up."),
    _line(r"\bat half price\b", "so it gets eaten, not thrown away", "visit"),
    _line(r"\bon the house\b", "Help yourself.", light=True),
    _line(r"\b(?:check|visit|test|consultation|appointment)\b[^.]*\bis free\b", "No bill comes afterwards."),
    _line(r"\b(?:is|are) free\.?$|\bfree of charge\b",
          "so trying it costs you nothing", "order", "buy", "know", "sign up"),
    _line(r"\bchildren\b[^.]*\bfree\b", "so nobody has to look for a babysitter", "join", "visit"),
    _line(r"\bstudents pay\b|\bpensioners pay\b", "If you're one of them, say so when you pay."),
    _line(r"\bpays for\b[^.]*\b(?:qualification|training|course|degree)\b",
          "so you can go on learning without paying for it yourself"),
    _line(r"\bfor one \w+ costs\b", "so you know what your gift does", "give"),
    _line(r"\bshoes and \w+ are included\b|\bequipment is included\b", "so you needn't bring your own"),
    _line(r"\bno (?:monthly |hidden |extra |booking |service )?fees?\b", "What you see is what you pay."),
    _line(r"\bhalf of (?:each|every)\b|\bpart of (?:each|every)\b",
          "You've done some good before you have even begun.", light=True),
    # --- making, material, origin
    _line(r"\b(?:cut|made|sewn|built|woven) from (?:an? )?(?:old|retired|recycled|reclaimed|used)\b",
          "The material has had one life already, and this is its second."),
    _line(r"\bturned into\b", "so what you throw away is put to use", "order", "know", "sign up"),
    _line(r"\bno two\b[^.]*\b(?:same|alike)\b", "Yours is the only one."),
    _line(r"\btag inside\b|\blabel inside\b", "so you know where it has been before it came to you"),
    _line(r"\b(?:comes?|is|are) (?:from [^.]*)?\w+ (?:miles|kilometres|km) away\b",
          "That's near enough to go and look."),
    _line(r"\bingredients\b[^.]*\b(?:printed|listed|named)\b", "so you know what's in it"),
    _line(r"\bnot in plastic\b|\b(?:without|no) plastic\b", "That's plastic you don't have to throw away."),
    _line(r"\bleaves? the oven\b", "Come early, and they're still warm.", "visit", "know"),
    _line(r"\bmay visit\b|\bopen to visitors\b", "so you can go and see for yourself"),
    _line(r"\bby hand\b", "so no two are quite the same"),
    # --- weight, size, place
    _line(r"\b(?:pack|bag|backpack|rucksack)\b[^.]*\bweighs\b", "That's all you carry before the first thing goes in."),
    _line(r"\bminute walk\b|\bshort walk\b", "so you can leave the car at home"),
    _line(r"\bclosed to (?:cars|traffic)\b", "so nobody has to look left and right first"),
    _line(r"\bstore on the ground floor\b", "so nobody carries a bicycle up the stairs"),
    _line(r"\bown [^.]*\bmeter\b", "so you pay for what you use yourself"),
    _line(rf"\b{NUMBER} of the {NUMBER}\b", "Ask which of them are still to be had.", "book", "buy", "know"),
    _line(r"\bmoves? house\b", "so it doesn't stay behind for the next tenant"),
    _line(r"\bwithout drilling\b|\bno drilling\b", "so there are no holes to fill when you move out"),
    _line(r"\btwo heights\b", "so nobody has to be lifted up to read them"),
    # --- time
    _line(r"\b(?:tours|trains|buses|boats|shuttles|sessions|classes)\b[^.]*\bevery (?:half )?hour\b",
          "so you needn't plan your day around them"),
    _line(r"\b(?:days|weeks|months) (?:in advance|ahead)\b", "so you can plan ahead"),
    _line(r"\blast working day\b", "so you know when to expect it"),
    _line(r"\bback (?:at your desk|at work|home) by\b", "It fits into a lunch break."),
    _line(r"\bopens at (?:5|6|7)[:.]", "so it lies on your way to work"),
    _line(r"\breplaced at home\b|\brepaired at home\b", "so nothing has to be sent away"),
    _line(r"\b(?:takes|lasts) (?:five|ten|fifteen|5|10|15) minutes\b", "It hardly takes longer than a cup of coffee."),
    _line(r"\bstops? at the gate\b|\bstops? at the door\b", "so the way home begins there"),
    _line(r"\bplugs into a normal socket\b", "so no electrician has to come"),
    _line(r"\bon the weekday that you choose\b", "so somebody is at home when it comes"),
    _line(r"\bends with tea\b|\bends with coffee\b|\bends with a drink\b", "so there's time to talk afterwards"),
    _line(r"\bdelivery\b[^.]*\bincluded\b", "so nobody has to hire a van"),
    _line(r"\bhalf portions\b", "so nothing is left on the plate"),
    _line(r"\bwake up in\b", "The night does the travelling."),
    _line(r"\bsetup takes\b|\bset up in\b", "so you can plan it for a quiet day"),
    _line(r"\bthe same week\b|\bwithin (?:a week|24 hours|48 hours)\b", "You won't wait for weeks to know more."),
    _line(r"\brecorded\b", "You catch up when it suits you."),
    _line(r"\blast (?:year|winter|summer|spring|autumn|season)\b",
          "That much is done. The rest depends on what is given now.", "give"),
    # --- booking, buying, changing one's mind
    _line(r"\bcan (?:pause|cancel|stop|return)\b", "so you stay free to change your mind"),
    _line(r"\brepairs? (?:is|are) (?:free|included)\b", "so what wears out gets mended, not thrown away"),
    _line(r"\b(?:book|order|register|sign up)\b[^.]*\bonline\b[^.]*\bminute",
          "Nobody has to wait until somebody picks up the phone."),
    _line(r"\byou\b[^.]*\bby (?:phone|telephone)\b[^.]* or\b", "so you decide what suits you"),
    _line(r"\bby (?:phone|telephone), online or\b", "so everyone can take the way they find easiest"),
    _line(r"\b(?:opened|done|filled in|completed) online\b", "so nobody has to travel to a branch or an office"),
    _line(r"\breminders?\b", "so nobody has to think of sending one"),
    _line(r"\bno (?:credit card|deposit|registration)\b", "so you needn't hand over any payment details", "trial"),
    _line(r"\bno (?:earlier|previous|prior) (?:knowledge|experience)\b", "You start at the start."),
    _line(r"\byou (?:can )?choose\b", "The choice is yours, not ours."),
    _line(r"\bsamples? come\b|\bfree samples?\b", "so you can hold one in your hand before you decide"),
    # --- people
    _line(r"\banswers the phone (?:herself|himself)\b", "so you speak to a person, not to a machine"),
    _line(r"\banswers the phone\b", "so there's a person to ask"),
    _line(r"\bnamed adviser\b|\bpersonal adviser\b", "so you speak to somebody whose name you know"),
    _line(r"\bmentor\b|\bbuddy\b", "so there's somebody to ask from the first day"),
    _line(r"\btells you what\b", "Ask right there if something isn't clear to you."),
    _line(r"\barranges? it\b|\btakes? care of\b|\borganises? it\b", "You don't have to see to it yourself."),
    _line(r"\bexplains? (?:each|every)\b", "so you needn't know anything beforehand"),
    _line(r"\bgroups? of (?:at most|up to|no more than)\b|\bsmall groups?\b", "so there's room for your questions"),
    _line(r"\bone (?:trainer|teacher|guide|tutor|coach) looks after\b", "so help is never far away"),
    _line(r"\btrained staff\b|\btrained volunteers\b", "so you can give your mind to the rest"),
    _line(r"\bvolunteers run\b", "They give their time. Your gift does what time can't.", "give"),
    _line(r"\bgets? an? [^.]*\band\b", "Nobody has to ask for it first.", "give"),
    _line(r"\bfollowed by a (?:talk|discussion|conversation)\b", "so you can ask what you've always wanted to ask"),
    _line(r"\bstill here\b", "Ask one of them why."),
    _line(r"\bplans? the\b[^.]*\byour\b", "so you don't have to work it out yourself"),
    _line(r"\b(?:is|are) welcome\b", "so nobody has to feel out of place"),
    _line(r"\bcome alone\b", "Either way, there's a place for you."),
    _line(r"\bcome as you are\b", "There's nothing to dress up for."),
    # --- seeing and doing
    _line(r"\bon (?:two|three|four|five|six) (?:screens|stages)\b",
          "If one isn't yours, walk over to the next.", light=True),
    _line(r"\boutdoors\b", "Nights out of doors get colder than you think."),
    _line(r"\bbands? plays?\b|\bmusicians? plays?\b", "Stop and listen if you like.", light=True),
    _line(r"\bwaits? at the (?:finish|end)\b", "You'll have earned it."),
    _line(r"\btakes? (?:it|them) home\b", "so the day goes on at the kitchen table"),
    _line(r"\bnever existed\b", "See whether you would have believed in them."),
    _line(r"\bcarr(?:y|ies) a lantern\b", "In the dark you'll see them from a long way off."),
    _line(r"\bon your first (?:evening|day|lesson|visit)\b", "You don't just watch."),
    _line(r"\bbicycle travels with\b|\bbikes? travels? with\b", "so you can ride off as soon as you arrive"),
    _line(r"\blocks? from the inside\b", "You decide who comes in."),
    _line(r"\bno [^.]*\bwith the bar\b", "Whoever wants the bar finds it. You find your sleep.", light=True),
    _line(r"\b(?:list|menu|programme|timetable) hangs\b", "so you know what there is before you go in"),
    # --- evidence and data
    _line(r"\bindependent test\b|\bindependently tested\b", "Somebody else did the measuring."),
    _line(r"\bkilowatt-hours\b|\bkwh\b", "Look at your last bill to see how much of your own use that is."),
    _line(r"\bapp shows\b", "so you can look whenever you like"),
    _line(r"\bdata\b[^.]*\b(?:european union|eu|germany|switzerland|country)\b",
          "That's one answer ready for your data protection officer."),
    _line(r"\bcan ask for\b[^.]*\bback\b", "so a wrong decision can be put right"),
)  # fmt: skip


def meanings(source: str, action: str, *, light: bool) -> list[str]:
    """The lines that fit a fact of a campaign with that action, nearest first."""

    def fitting(lines: tuple[Meaning, ...]) -> list[str]:
        fit = [line for line in lines if (light or not line.light) and (not line.actions or action in line.actions)]
        return [line.text for line in fit if line.words.search(source)]

    return fitting(MEANINGS) or fitting(GENERIC)
