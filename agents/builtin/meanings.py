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

    light is for voices that may smile, strong a line that a headline can end with; actions, if any, are those of a
    campaign that the line fits.
    """

    words: re.Pattern[str]
    text: str
    light: bool = False
    strong: bool = False
    actions: tuple[str, ...] = ()


def _line(words: str, text: str, *actions: str, light: bool = False, strong: bool = False) -> Meaning:
    return Meaning(re.compile(words, re.IGNORECASE), text, light, strong, actions)


GENERIC: Final[tuple[Meaning, ...]] = (
    _line(r"\bneeds? no\b|\bno \w[^.]*\bneeded\b|\bchanges no\b", "That's one less thing to think about."),
)
"""What is said only where nothing nearer fits."""

MEANINGS: Final[tuple[Meaning, ...]] = (
    # --- money
    _line(r"\bfixed (?:price|fee|cost)\b", "so you know it from the first day"),
    _line(r"\b(?:bread|rolls|cakes?|food|meals?)\b[^.]*\bat half price\b", "so it gets eaten, not thrown away"),
    _line(r"\b(?:popcorn|coffee|tea|drinks?|snacks?|soup|cake|fruit|wine|beer)\b[^.]*\bon the house\b",
          "Help yourself.", light=True, strong=True),
    _line(r"\b(?:first|samples?|trials?)\b[^.]*\b(?:is|are) free\.?$", "so trying it costs you nothing", light=True),
    _line(r"\bpays for\b[^.]*\b(?:qualification|training|course|degree)\b",
          "so you can go on learning without paying for it yourself"),
    _line(r"\bfor one \w+ costs\b", "so you know what your gift does", "give", strong=True),
    _line(r"\bno (?:monthly |hidden |extra |booking |service )fees?\b", "What you see is what you pay."),
    _line(r"\b(?:half|part) of (?:each|every)\b[^.]*\b(?:buys|goes to|pays for|funds|supports)\b",
          "You've done some good before you have even begun.", light=True),
    # --- material, making, origin
    _line(r"\b(?:cut|made|sewn|built|woven) from (?:an? )?(?:old|retired|recycled|reclaimed|used)\b",
          "The material has had one life already, and this is its second."),
    _line(r"\b(?:waste|scraps|leftovers|rubbish|bottles)\b[^.]*\bturned into\b",
          "so what you throw away is put to use"),
    _line(r"\bno two (?!days|weeks|shifts|years|evenings|nights)[^.]*\b(?:same|alike)\b", "Yours is like no other.",
          "buy", "know", strong=True),
    _line(r"\bnot in plastic\b|\b(?:without|no) plastic\b", "That's plastic you don't have to throw away."),
    _line(r"\bleaves? the oven\b", "Come early, and they're still warm.", "visit", strong=True),
    _line(r"\bmay visit\b|\bopen to visitors\b", "so you can go and see for yourself"),
    _line(r"\b(?:made|sewn|woven|knitted|painted) by hand\b", "so no two are quite the same"),
    # --- weight and place
    _line(r"\b(?:pack|bag|backpack|rucksack)\b[^.]*\bweighs\b",
          "That's all you carry before the first thing goes in.", strong=True),
    _line(r"\bground floor\b[^.]*\bbicycles?\b", "so nobody has to carry one up the stairs"),
    _line(r"\bown [^.]*\bmeter\b", "so you pay for what you use yourself"),
    _line(rf"\b{NUMBER} of the {NUMBER} (?:flats|rooms|homes|houses|places|seats|plots)\b",
          "Ask to see one of them."),
    _line(r"\bmoves? house\b", "so it doesn't stay behind for the next tenant"),
    _line(r"\b(?:mounts?|installs?|hangs?|attach\w*|fix\w*)\b[^.]*\b(?:without|no) drilling\b",
          "so there are no holes to fill when you move out"),
    _line(r"\blabels\b[^.]*\btwo heights\b", "so tall and small visitors can read them"),
    _line(r"\bplugs? into a normal socket\b", "so no electrician has to come"),
    # --- time
    _line(r"\b(?:tours|trains|buses|boats|shuttles|sessions|classes)\b[^.]*\bevery (?:half )?hour\b",
          "so you needn't plan your day around them"),
    _line(r"\b(?:published|announced|sent|known)\b[^.]*\b(?:days|weeks|months) (?:in advance|ahead)\b",
          "so you can plan ahead"),
    _line(r"\blast working day\b", "so you know when to expect it"),
    _line(r"\bback at (?:your desk|work) by\b", "It fits into a lunch break."),
    _line(r"\b(?:takes|lasts) (?:five|ten|fifteen|5|10|15) minutes\b", "It hardly takes longer than a cup of coffee."),
    _line(r"\bends with (?:tea|coffee|a drink)\b", "so there's time to talk afterwards"),
    _line(r"\bwake up in\b", "The night does the travelling.", strong=True),
    _line(r"\bsetup takes\b", "so you can plan it for a quiet day"),
    _line(r"\b(?:lessons|lectures|talks|sessions|classes)\b[^.]*\brecorded\b", "You catch up when it suits you."),
    _line(r"\blast (?:year|winter|summer|spring|autumn|season)\b",
          "That much is done. The rest depends on what is given now.", "give"),
    # --- ordering, and changing one's mind
    _line(r"\byou can return\b|\bcan be returned\b", "so you can look at it at home before you decide for good"),
    _line(r"\brepairs? (?:is|are) (?:free|included)\b", "so what wears out gets mended, not thrown away"),
    _line(r"\b(?:book|order|register|sign up)\b[^.]*\bonline\b[^.]*\bminute",
          "Nobody has to wait until somebody picks up the phone."),
    _line(r"\byou\b[^.]*\bby (?:phone|telephone)\b[^.]* or\b", "so you decide what suits you"),
    _line(r"\bby (?:phone|telephone), online or\b", "so everyone can take the way they find easiest"),
    _line(r"\b(?:opened|done|filled in|completed) online\b", "so nobody has to travel for it"),
    _line(r"\bsends a reminder\b", "so nobody has to think of sending one"),
    _line(r"\bsamples come\b", "so you can hold one in your hand before you decide"),
    # --- people
    _line(r"\banswers the phone\b", "so there's a person to ask"),
    _line(r"\b(?:named|personal) adviser\b", "so you speak to somebody whose name you know"),
    _line(r"\bmentor\b", "so there's somebody to ask from the first day"),
    _line(r"\b(?:nurse|doctor|dentist|adviser|trainer|vet)\b[^.]*\btells you what\b",
          "Ask right there if something isn't clear to you."),
    _line(r"\bexplains? (?:each|every)\b", "so you needn't know anything beforehand"),
    _line(r"\bcome as you are\b", "Whatever you wear will do."),
    _line(r"\bgroups of (?:at most|up to|no more than)\b|\bsmall groups\b",
          "so there's room for your questions", strong=True),
    _line(r"\bvolunteers run\b", "They give their time. Your gift does what time can't.", "give", strong=True),
    _line(r"\bfollowed by a (?:talk|discussion|conversation)\b",
          "so you can ask what you've always wanted to ask"),
    _line(r"\bplans? the\b[^.]*\byour\b", "so you don't have to work it out yourself"),
    _line(r"\b(?:walkers|beginners|newcomers|families|pushchairs|everyone)\b[^.]*\b(?:is|are) welcome\b",
          "so nobody has to feel out of place"),
    # --- seeing and doing
    _line(r"\b(?:bands?|musicians?) plays?\b", "Stop and listen if you like.", light=True),
    _line(r"\bwaits? at the (?:finish|end)\b", "You'll have earned it.", strong=True),
    _line(r"\bchildren\b[^.]*\btake (?:it|them) home\b", "so the day goes on at the kitchen table"),
    _line(r"\bnever existed\b", "See whether you would have believed in them."),
    _line(r"\bcarries a lantern\b", "In the dark you'll see them from a long way off."),
    _line(r"\byou (?:climb|paddle|sail|play|paint|cook|ride|row|build|bake)\b[^.]*\bon your first\b",
          "You don't just watch.", strong=True),
    _line(r"\b(?:bicycle|bike) travels with\b", "so you can ride off as soon as you arrive"),
    _line(r"\bno [^.]*\bwith the bar\b",
          "Whoever wants the bar finds it. You find your sleep.", light=True, strong=True),
    _line(r"\b(?:list|menu|programme|timetable) hangs\b", "so you know what there is before you go in"),
    # --- evidence and data
    _line(r"\bsee why\b[^.]*\bcan ask for\b", "so nobody has to take a machine's word for it"),
    _line(r"\bindependent test\b|\bindependently tested\b", "Somebody else did the measuring.", strong=True),
    _line(r"\b(?:makes|produces|saves)\b[^.]*\bkilowatt-hours\b",
          "Look at your last bill to see how much of your own use that is."),
    _line(r"\bdata\b[^.]*\b(?:European Union|Germany|Switzerland)\b",
          "That's one answer ready for your data protection officer."),
)  # fmt: skip


def meanings(source: str, action: str, *, light: bool, strong: bool = False) -> list[str]:
    """The lines that fit a fact of a campaign with that action, nearest first; on request only strong ones."""

    def fitting(lines: tuple[Meaning, ...]) -> list[str]:
        fit = [line for line in lines if (light or not line.light) and (not line.actions or action in line.actions)]
        return [line.text for line in fit if (line.strong or not strong) and line.words.search(source)]

    return fitting(MEANINGS) or fitting(GENERIC)


QUESTIONS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(words, re.IGNORECASE), question)
    for words, question in (
        (r"\b(?:cut|made|sewn|built|woven) (?:from|of)\b", "What is it made of?"),
        (r"\brepairs? (?:is|are)\b", "And if something breaks?"),
        (r"\bweighs\b", "How much does it weigh?"),
        (r"\bchildren\b[^.]*\bfree\b", "And children?"),
        (r"\btrial lasts\b|\bno credit card\b", "What does it take to try it?"),
        (r"\bfor one \w+ costs\b", "What does a gift do?"),
        (r"\bgifts go to\b|\bhalf of (?:each|every)\b", "Where does the money go?"),
        (r"\blast (?:year|winter|summer|season)\b", "What has been done so far?"),
        (r"\b(?:nurse|doctor|dentist) (?:looks|checks|examines)\b", "What happens there?"),
        (r"\bbook by\b|\bbook online or\b", "How do you book?"),
        (r"\border by\b|\border online or\b", "How do you order?"),
        (r"\b(?:suitcases?|bicycle|luggage)\b", "What may you bring?"),
        (r"\bshoes and \w+ are included\b|\bequipment is included\b", "What do you have to bring?"),
        (r"\bgroups of\b", "How large are the groups?"),
        (r"\blessons are recorded\b", "And if you miss a lesson?"),
        (r"\bno (?:earlier|previous|prior) (?:knowledge|experience)\b", "What do you have to know beforehand?"),
        (r"\bwaste is collected\b|\bis emptied\b", "When is it collected?"),
        (r"\bturned into\b", "Where does it go?"),
        (r"\bback at your desk\b|\bback at work\b", "Will you have the time?"),
        (r"\bexplains? each\b", "And if you know nothing about it?"),
        (r"\bmoves? house\b", "And when you move?"),
        (r"\bmounts? it\b|\bwithout drilling\b", "How is it put up?"),
        (r"\bkilowatt-hours\b", "How much does it make?"),
        (r"\bwalk (?:away|from)\b", "How do you get there?"),
        (r"\bcan (?:pause|stop|cancel)\b", "And if you change your mind?"),
        (r"\bcooked in\b|\bbaked in\b|\bmade in\b", "Where is it made?"),
        (r"\bpacked in\b", "How is it packed?"),
        (r"\b(?:is|are) welcome\b", "Who can take part?"),
        (r"\bsetup takes\b", "How long does it take to set up?"),
        (r"\bdata stays?\b", "Where does the data stay?"),
        (r"\bbands? plays?\b", "Is there music?"),
    )
)
"""What a reader would ask before hearing a fact of that kind: a long text may let them ask it."""


def question_for(source: str) -> str:
    """The question that the fact answers, or nothing."""
    return next((question for words, question in QUESTIONS if words.search(source)), "")
