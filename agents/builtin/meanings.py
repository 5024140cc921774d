"""What a fact means for the reader, by the words that state it. Must claim nothing that does not follow from the words.

Each line is common sense about facts of that kind, or an invitation to look, ask or compare; none adds a fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

SMALL: Final = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
NUMBER: Final = rf"(?:\d[\d.,]*|{SMALL}|twenty|thirty)"


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
    _line(r"\b(?:pay|saves?)\b[^.]*\b(?:pence|cents)\b", "Small sums, but they add up."),
    _line(r"\b(?:bread|rolls|cakes?|food|meals?)\b[^.]*\bat half price\b", "so it gets eaten, not thrown away"),
    _line(r"\b(?:popcorn|coffee|tea|drinks?|snacks?|soup|cake|fruit|wine|beer)\b[^.]*\bon the house\b",
          "Help yourself.", light=True),
    _line(r"\b(?:check|visit|test|consultation|appointment)\b[^.]*\bis free\b", "No bill comes afterwards."),
    _line(r"\b(?:first|samples?|trials?)\b[^.]*\b(?:is|are) free\.?$", "so trying it costs you nothing"),
    _line(r"\b(?:children|kids)\b[^.]*\b(?:get in|enter|go|come)\b[^.]*\bfree\.?$",
          "so nobody has to look for a babysitter", "join", "visit"),
    _line(r"\b(?:students|pensioners) pay\b", "If you're one of them, say so when you pay."),
    _line(r"\bpays for\b[^.]*\b(?:qualification|training|course|degree)\b",
          "so you can go on learning without paying for it yourself"),
    _line(r"\bfor one \w+ costs\b", "so you know what your gift does", "give"),
    _line(r"\bshoes and \w+ are included\b|\bequipment is included\b", "so you needn't bring your own"),
    _line(r"\bno (?:monthly |hidden |extra |booking |service )fees?\b", "What you see is what you pay."),
    _line(r"\b(?:half|part) of (?:each|every)\b[^.]*\b(?:buys|goes to|pays for|funds|supports)\b",
          "You've done some good before you have even begun.", light=True),
    # --- material, making, origin
    _line(r"\b(?:cut|made|sewn|built|woven) from (?:an? )?(?:old|retired|recycled|reclaimed|used)\b",
          "The material has had one life already, and this is its second."),
    _line(r"\b(?:waste|scraps|leftovers|rubbish|bottles)\b[^.]*\bturned into\b",
          "so what you throw away is put to use"),
    _line(r"\bno two (?!days|weeks|shifts|years|evenings|nights)[^.]*\b(?:same|alike)\b", "Yours is the only one.",
          "buy", "know"),
    _line(r"\b(?:tag|label) inside tells (?:which|where|who)\b",
          "so you know where it has been before it came to you"),
    _line(rf"\bcomes? from [^.]*\b(?:{SMALL}|\d) (?:miles|kilometres|km) away\b", "That's near enough to go and look."),
    _line(r"\bingredients\b[^.]*\b(?:printed|listed|named)\b", "so you know what's in it"),
    _line(r"\bnot in plastic\b|\b(?:without|no) plastic\b", "That's plastic you don't have to throw away."),
    _line(r"\bleaves? the oven\b", "Come early, and they're still warm.", "visit"),
    _line(r"\bmay visit\b|\bopen to visitors\b", "so you can go and see for yourself"),
    _line(r"\b(?:made|sewn|woven|knitted|painted) by hand\b", "so no two are quite the same"),
    # --- weight and place
    _line(r"\b(?:pack|bag|backpack|rucksack)\b[^.]*\bweighs\b", "That's all you carry before the first thing goes in."),
    _line(r"\b(?:station|ferry|bus|tram|train|metro|underground)\b[^.]*\bwalk away\b|"
          r"\bwalk from the (?:station|ferry|bus|tram|train|metro|underground)\b", "so you can leave the car at home"),
    _line(r"\bclosed to (?:cars|traffic)\b", "so nobody has to look left and right first"),
    _line(r"\bground floor\b[^.]*\bbicycles?\b", "so nobody carries a bicycle up the stairs"),
    _line(r"\bown [^.]*\bmeter\b", "so you pay for what you use yourself"),
    _line(rf"\b{NUMBER} of the {NUMBER} (?:flats|rooms|homes|houses|places|seats|plots)\b",
          "Ask which of them are still to be had."),
    _line(r"\bmoves? house\b", "so it doesn't stay behind for the next tenant"),
    _line(r"\b(?:mounts?|installs?|hangs?|attach\w*|fix\w*)\b[^.]*\b(?:without|no) drilling\b",
          "so there are no holes to fill when you move out"),
    _line(r"\blabels\b[^.]*\btwo heights\b", "so nobody has to be lifted up to read them"),
    _line(r"\bplugs? into a normal socket\b", "so no electrician has to come"),
    # --- time
    _line(r"\b(?:tours|trains|buses|boats|shuttles|sessions|classes)\b[^.]*\bevery (?:half )?hour\b",
          "so you needn't plan your day around them"),
    _line(r"\b(?:days|weeks|months) (?:in advance|ahead)\b", "so you can plan ahead"),
    _line(r"\blast working day\b", "so you know when to expect it"),
    _line(r"\bback at (?:your desk|work) by\b", "It fits into a lunch break."),
    _line(r"\bopens at (?:5|6|7)[:.]", "so it lies on your way to work"),
    _line(r"\breplaced at home\b|\brepaired at home\b", "so nothing has to be sent away"),
    _line(r"\b(?:takes|lasts) (?:five|ten|fifteen|5|10|15) minutes\b", "It hardly takes longer than a cup of coffee."),
    _line(r"\bbus stops at the (?:gate|door)\b", "so the way home begins there"),
    _line(r"\bon the weekday that you choose\b", "so somebody is at home when it comes"),
    _line(r"\bends with (?:tea|coffee|a drink)\b", "so there's time to talk afterwards"),
    _line(r"\bhalf portions\b", "so nothing is left on the plate"),
    _line(r"\bwake up in\b", "The night does the travelling."),
    _line(r"\bsetup takes\b", "so you can plan it for a quiet day"),
    _line(r"\b(?:arranges?|answers?|results?|repl\w+)\b[^.]*\b(?:the same week|within a week|within \d+ hours)\b",
          "You won't wait for weeks to know more."),
    _line(r"\b(?:lessons|lectures|talks|sessions|classes)\b[^.]*\brecorded\b", "You catch up when it suits you."),
    _line(r"\blast (?:year|winter|summer|spring|autumn|season)\b",
          "That much is done. The rest depends on what is given now.", "give"),
    # --- ordering, and changing one's mind
    _line(r"\byou can (?:pause|cancel|stop|return)\b|\bcan be (?:paused|cancelled|returned)\b",
          "so you stay free to change your mind"),
    _line(r"\brepairs? (?:is|are) (?:free|included)\b", "so what wears out gets mended, not thrown away"),
    _line(r"\b(?:book|order|register|sign up)\b[^.]*\bonline\b[^.]*\bminute",
          "Nobody has to wait until somebody picks up the phone."),
    _line(r"\byou\b[^.]*\bby (?:phone|telephone)\b[^.]* or\b", "so you decide what suits you"),
    _line(r"\bby (?:phone|telephone), online or\b", "so everyone can take the way they find easiest"),
    _line(r"\b(?:opened|done|filled in|completed) online\b", "so nobody has to travel to a branch or an office"),
    _line(r"\bsends a reminder\b", "so nobody has to think of sending one"),
    _line(r"\bno credit card\b", "so you needn't hand over any payment details"),
    _line(r"\bno (?:earlier|previous|prior) (?:knowledge|experience)\b", "You start at the start."),
    _line(r"\byou (?:can )?choose\b", "The choice is yours, not ours."),
    _line(r"\bsamples come\b", "so you can hold one in your hand before you decide"),
    # --- people
    _line(r"\banswers the phone (?:herself|himself)\b", "so you speak to a person, not to a machine"),
    _line(r"\banswers the phone\b", "so there's a person to ask"),
    _line(r"\b(?:named|personal) adviser\b", "so you speak to somebody whose name you know"),
    _line(r"\bmentor\b", "so there's somebody to ask from the first day"),
    _line(r"\b(?:nurse|doctor|dentist|adviser|trainer|vet)\b[^.]*\btells you what\b",
          "Ask right there if something isn't clear to you."),
    _line(r"\barranges it\b|\btakes? care of (?:it|the)\b", "You don't have to see to it yourself."),
    _line(r"\bexplains? (?:each|every)\b", "so you needn't know anything beforehand"),
    _line(r"\bgroups of (?:at most|up to|no more than)\b|\bsmall groups\b", "so there's room for your questions"),
    _line(r"\bone (?:trainer|teacher|guide|tutor|coach) looks after\b", "so help is never far away"),
    _line(r"\bvolunteers run\b", "They give their time. Your gift does what time can't.", "give"),
    _line(r"\bevery guest gets an? [^.]*\band\b", "Nobody has to ask for it first.", "give"),
    _line(r"\bfollowed by a (?:talk|discussion|conversation)\b",
          "so you can ask what you've always wanted to ask"),
    _line(r"\bjoined\b[^.]*\bstill here\b", "Ask one of them why."),
    _line(r"\bplans? the\b[^.]*\byour\b", "so you don't have to work it out yourself"),
    _line(r"\b(?:walkers|beginners|newcomers|families|pushchairs|everyone)\b[^.]*\b(?:is|are) welcome\b",
          "so nobody has to feel out of place"),
    _line(r"\bcome alone\b", "Either way, there's a place for you."),
    _line(r"\bcome as you are\b", "There's nothing to dress up for."),
    # --- seeing and doing
    _line(r"\bon (?:two|three|four|five|six) (?:screens|stages)\b", "If one isn't yours, walk over to the next.",
          light=True),
    _line(r"\b(?:show|film|screening|concert)\b[^.]*\boutdoors\b", "Nights out of doors get colder than you think."),
    _line(r"\b(?:bands?|musicians?) plays?\b", "Stop and listen if you like.", light=True),
    _line(r"\bwaits? at the (?:finish|end)\b", "You'll have earned it."),
    _line(r"\bchildren\b[^.]*\btake (?:it|them) home\b", "so the day goes on at the kitchen table"),
    _line(r"\bnever existed\b", "See whether you would have believed in them."),
    _line(r"\bcarries a lantern\b", "In the dark you'll see them from a long way off."),
    _line(r"\byou (?:climb|paddle|sail|play|paint|cook|ride|row|build|bake)\b[^.]*\bon your first\b",
          "You don't just watch."),
    _line(r"\b(?:bicycle|bike) travels with\b", "so you can ride off as soon as you arrive"),
    _line(r"\blocks from the inside\b", "You decide who comes in."),
    _line(r"\bno [^.]*\bwith the bar\b", "Whoever wants the bar finds it. You find your sleep.", light=True),
    _line(r"\b(?:list|menu|programme|timetable) hangs\b", "so you know what there is before you go in"),
    # --- evidence and data
    _line(r"\bindependent test\b|\bindependently tested\b", "Somebody else did the measuring."),
    _line(r"\b(?:makes|produces|saves)\b[^.]*\bkilowatt-hours\b",
          "Look at your last bill to see how much of your own use that is."),
    _line(r"\bapp shows\b", "so you can look whenever you like"),
    _line(r"\bdata\b[^.]*\b(?:European Union|Germany|Switzerland)\b",
          "That's one answer ready for your data protection officer."),
    _line(r"\bcan ask for\b[^.]*\bback\b", "so a wrong decision can be put right"),
)  # fmt: skip


def meanings(source: str, action: str, *, light: bool) -> list[str]:
    """The lines that fit a fact of a campaign with that action, nearest first."""

    def fitting(lines: tuple[Meaning, ...]) -> list[str]:
        fit = [line for line in lines if (light or not line.light) and (not line.actions or action in line.actions)]
        return [line.text for line in fit if line.words.search(source)]

    return fitting(MEANINGS) or fitting(GENERIC)
