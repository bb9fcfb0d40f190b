"""Dexamethasone with lenalidomide or pomalidomide: the lower dose above 75 years.

Answers:  at which dose of dexamethasone older patients start.
Not for:  dose changes for what steroids do (hyperglycaemia, mood, sleep, muscle, infection): the texts that were read
          hold no rule for it, and none is made up here. One may be written as a rule of one's own (docs).
Assumed:  the age counts at the start of treatment.
"""

from titer.clinic.condition_text import parse_condition as condition
from titer.clinic.protocol import Ladder, Protocol, StartRule
from titer.library.rules.lenalidomide_us import CALENDAR
from titer.model.declare import Source

DRUG = "dexamethasone"
US_LABEL = Source(
    "REVLIMID (lenalidomide) and POMALYST (pomalidomide) US prescribing information, section 2: dexamethasone 40 mg on "
    "days 1, 8, 15 and 22, 20 mg above 75 years"
)
EU_LABEL = Source(
    "Revlimid and Imnovid EU summaries of product characteristics, newer texts, section 4.2", confirmed=False
)


def _elderly(source: Source, note: str = "") -> StartRule:
    return StartRule(
        name="dexamethasone in the elderly",
        drug=DRUG,
        when=condition("age > 75 year"),
        dose=20.0,
        wording="For patients older than 75 years, the starting dose of dexamethasone is 20 mg once daily on days 1, "
        "8, 15 and 22",
        source=source,
        note=note,
    )


def _ladder(source: Source) -> Ladder:
    return Ladder(DRUG, "mg", (40.0, 20.0), "40 mg; 20 mg for patients older than 75 years", source)


US = Protocol("dexamethasone US", (_elderly(US_LABEL),), (_ladder(US_LABEL),), CALENDAR)
EU = Protocol(
    "dexamethasone EU",
    (_elderly(EU_LABEL, "words from memory; the text of 2013 gives 40 mg and names no age"),),
    (_ladder(EU_LABEL),),
    CALENDAR,
)
