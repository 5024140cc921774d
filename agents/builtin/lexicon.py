"""Words that the grammar of the built-in makers knows by heart. Must hold nothing but words: rules are in `english`."""

from __future__ import annotations

from typing import Final

VERBS: Final = frozenset(
    "accept add adjust agree allow answer appear apply arrange arrive ask attend avoid bake balance bear "
    "become begin believe belong bite bloom book bring brew brush build burn buy call care carry carve catch "
    "change charge check choose clean clear climb close collect come compare connect contain cook cost count "
    "cover create cross cut cycle dance deal decide deliver depend design detect dig do donate draw drink "
    "drive drop dry earn eat employ empty enable end enjoy enrol enroll ensure enter exist expect explain "
    "explore face fall fear feed feel fight fill find finish fit fix fly focus fold follow forget fund gain "
    "gather get give go grow guide handle hang happen hate have hear heat help hide hire hold host improve "
    "include increase inform install invite join keep know lack land last launch lead learn leave lend let "
    "lie lift light like limit link listen live load look lose love maintain make manage mark match matter "
    "mean measure meet mend mind miss mount move need notice offer open order organise organize own pack pass "
    "pause pay pick plan plant play plug post prefer prepare prevent print produce promise protect prove "
    "provide publish pull push put raise reach react read receive record recommend recover recycle reduce "
    "refund register remain remember remind remove rent repair repeat replace reply report request reserve "
    "rest return reuse ride ring rise run save say see seem select sell send serve set settle shape share "
    "ship show sign sit sleep slow smell solve sort sound speak spend stand start stay steal stop store "
    "struggle study suit support survive swim switch take talk taste teach tell test think throw tour track "
    "trade train travel treat trust try turn understand update upgrade use visit volunteer wait wake walk "
    "want warm wash waste watch water wear weave weigh welcome win wish wonder work worry wrap write".split()
)
DOUBLED: Final = frozenset("begin cut dig drop fit get let plan put run set ship shop sit stop swim win wrap".split())
"""Verbs that double their last letter before -ing."""
PAST: Final = frozenset(
    "ate baked began bought brought built came caught chose cost cut did drew drove earned ended fell felt "
    "filled finished found gave got grew had heard held helped kept knew led left lost made met opened paid "
    "passed put raised ran reached read reduced rose said saved saw sent served showed sold spent stayed "
    "stood stopped taught told took turned used went won worked wrote".split()
)
AUXILIARIES: Final = frozenset(
    "is are was were has have had can cannot could will would may might must shall should does do did can't "
    "won't isn't aren't don't doesn't didn't".split()
)
PARTICIPLES: Final = frozenset(
    "approved assembled backed baked based bound built brewed carved certified chosen cooked cut delivered "
    "designed developed filled financed founded funded grown handmade hosted included insured knitted led "
    "licensed made manufactured milled owned packed picked powered printed produced protected recommended "
    "repaired roasted run sewn sold sourced stored supported taught tested trained trusted used woven written".split()
)
FITNESS: Final = frozenset(
    "safe free ready proof friendly resistant compatible vegan vegetarian washable waterproof certified".split()
)
"""What a short description may end with: dishwasher safe, gluten free."""
NOT_SUPERLATIVE: Final = frozenset(
    "honest modest forest harvest interest request earnest everest protest contest invest".split()
)
ADJECTIVES: Final = frozenset(
    "accessible affordable available easy instant zero extra daily weekly live fast free fresh gentle "
    "handmade light local open organic private quick quiet ready reusable safe secure simple small soft "
    "strong sturdy suitable vegan vegetarian washable waterproof".split()
)
COMMANDS: Final = frozenset(
    "add apply arrange ask become begin bring build buy call carry catch choose climb come compare cook "
    "create cut decide discover donate download draw drink drive earn eat enjoy enrol enroll explore feel "
    "fill find follow forget get give go grow hear help invite join keep know learn leave let listen look "
    "lose make meet move pay pick plan play put read receive register remember rent replace reply reserve "
    "return ride run save say see sell send share show sign sing sit skip sleep speak spend start stay stop "
    "subscribe swap take talk taste teach tell think throw travel try turn unlock use visit volunteer wake "
    "walk watch wear win work write".split()
)
COMMANDS_OR_NOUNS: Final = frozenset(
    "open book order support test train change check post return plan call help".split()
)
PREPOSITIONS: Final = frozenset(
    "about across after against along among around as at before behind below beside between beyond by during "
    "for from in inside into near of off on onto out over past per since than through to towards under until "
    "up via with within without".split()
)
DETERMINERS: Final = frozenset(
    "a an the this that these those every each all no some any both half my our your his her its their one "
    "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty "
    "hundred".split()
)
PRONOUNS: Final = frozenset("i you he she it we they there everyone everybody nobody anyone someone who what".split())
LOWER: Final = (
    DETERMINERS
    | PRONOUNS
    | PREPOSITIONS
    | COMMANDS
    | frozenset(
        "if when while because although once bread breakfast boxes charging children coffee collected concerts "
        "customers data delivery demand dinner dogs entry every experts families farmers films flour food fresh "
        "friends full gifts guests guided help heating hot households interest kids last lessons local lunch "
        "members more most new nurses only parents people players popcorn power prices repairs rosters setup "
        "shoes shops soup staff teachers tickets training visitors volunteers walkers water workers yesterday's "
        "half free doctors engineers riders readers sixty seats support tours young old small".split()
    )
) - {"i"}
NUMBERS: Final = frozenset("one two three four five six seven eight nine ten twelve twenty".split())
SMALL_NUMBERS: Final = "one two three four five six seven eight nine ten eleven twelve".split()

COMPANY: Final = frozenset("colleagues friends neighbours neighbors".split())
"""Whom one may pass something on to."""
PERSONS: Final = frozenset(
    "nurse doctor coach guide child expert friend parent mum dad neighbour neighbor guest chef cook vet student mentor "
    "host staff team crew family somebody someone everybody everyone nobody who she he one client patient pilot "
    "agent".split()
)

DOING: Final = frozenset(
    "brings carries cuts explains fills finds fixes heats helps holds keeps lends makes mends plans plugs "
    "protects reduces repairs saves shows sorts stops teaches tells".split()
)
"""What a thing does on purpose, so that one may ask how."""
