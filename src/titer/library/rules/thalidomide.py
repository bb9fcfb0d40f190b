"""Thalidomide for multiple myeloma, United States and European Union.

Answers:  below which neutrophil count it does not start and is held; what happens at each grade of neuropathy; when it
          is stopped for rash; how long the European text lets it be given; the lower dose above 75 years there.
Not for:  erythema nodosum leprosum (taper, steroids); melphalan; the limit of six months that neuropathy suggests,
          which is no label's; what the European text says of thromboembolism, which was not read.
Assumed:  "back to baseline" is no neuropathy, as nobody starts with one here; the label's re-evaluation at a low count
          is a hold; half of the dose is the next level, of 400, 200, 100 and 50 mg.
Memory:   all but the European starting dose and its twelve cycles. Every such rule says so.
"""

from titer.clinic.condition_text import parse_condition as condition
from titer.clinic.protocol import (
    Calendar,
    CycleRule,
    HoldRule,
    Ladder,
    Protocol,
    StartRule,
    StopRule,
    VisitPhase,
)
from titer.model.declare import Source

DRUG = "thalidomide"
US_MEMORY = Source("THALOMID (thalidomide) US prescribing information, sections 2 and 5", confirmed=False)
EU_LABEL = Source("Thalidomide Celgene EU summary of product characteristics, section 4.2, table 1")
EU_MEMORY = Source("Thalidomide Celgene EU summary of product characteristics, section 4.2", confirmed=False)
NO_SCHEDULE = Source("This package: blood counts and examination every four weeks", confirmed=False)
_MEMORY = "words from memory"

LADDER = Ladder(
    DRUG,
    "mg",
    (400.0, 200.0, 100.0, 50.0),
    "reduce by half; capsules of 50, 100 and 200 mg",
    Source("This package: halves, as the European text asks for 50%", confirmed=False),
)


def _start_count(source: Source) -> CycleRule:
    return CycleRule(
        name="count to start",
        needs=condition("cycle >= 2 or anc >= 0.75 10^9/L"),
        drugs=(DRUG,),
        first_cycle=1,
        wording="Treatment should not be initiated with an absolute neutrophil count of less than 750/mm3",
        source=source,
        note=_MEMORY,
    )


def _low_count(source: Source) -> HoldRule:
    return HoldRule(
        name="neutropenia",
        drug=DRUG,
        when=condition("anc < 0.75 10^9/L"),
        until=condition("anc >= 0.75 10^9/L"),
        later_resume="same level",
        wording="If ANC decreases to below 750/mm3 while on treatment, the patient's medication regimen should be "
        "re-evaluated and, if the neutropenia persists, consideration should be given to withholding",
        source=source,
        note=f"{_MEMORY}; read as a hold, resumed at the same dose",
    )


US_RULES = (
    _low_count(US_MEMORY),
    HoldRule(
        name="neuropathy",
        drug=DRUG,
        when=condition("neuropathy >= grade 1"),
        until=condition("neuropathy < grade 1"),
        later_resume="same level",
        wording="If symptoms of drug-induced neuropathy develop, discontinue immediately; reinitiate only if the "
        "neuropathy returns to baseline status",
        source=US_MEMORY,
        note=f"{_MEMORY}; baseline is no neuropathy; the dose on return is not said",
    ),
    HoldRule(
        name="rash",
        drug=DRUG,
        when=condition("rash >= grade 1"),
        until=condition("rash < grade 1"),
        later_resume="same level",
        wording="Discontinue if a skin rash occurs and resume only following appropriate clinical evaluation",
        source=US_MEMORY,
        note=f"{_MEMORY}; evaluation is read as the rash being gone",
    ),
    _start_count(US_MEMORY),
)


def _stops(source: Source) -> tuple[StopRule, ...]:
    return (
        StopRule(
            name="severe skin reaction",
            drugs=(DRUG,),
            when=condition("severe_skin_reaction"),
            wording="If the rash is exfoliative, purpuric or bullous, or if Stevens-Johnson syndrome or toxic "
            "epidermal necrolysis is suspected, use should not be resumed",
            source=source,
            note=_MEMORY,
        ),
        StopRule(
            name="allergy",
            drugs=(DRUG,),
            when=condition("allergy"),
            wording="Discontinue for angioedema or anaphylaxis",
            source=source,
            note=_MEMORY,
        ),
    )


EU_RULES = (
    _low_count(EU_MEMORY),
    HoldRule(
        name="neuropathy grade 2",
        drug=DRUG,
        when=condition("neuropathy >= grade 2"),
        until=condition("neuropathy <= grade 1"),
        first_resume="next lower",
        wording="Grade 2: reduce dose or interrupt treatment; if it resolves to Grade 1 or better, restart at 50% of "
        "the previous dose",
        source=EU_MEMORY,
        note=f"{_MEMORY}; of the two, interrupting is taken",
    ),
    StopRule(
        name="neuropathy grade 3",
        drugs=(DRUG,),
        when=condition("neuropathy >= grade 3"),
        wording="Grade 3 or 4: discontinue treatment",
        source=EU_MEMORY,
        note=_MEMORY,
    ),
    StopRule(
        name="twelve cycles",
        drugs=(DRUG,),
        when=condition("day >= 504 day"),
        completes=True,
        wording="A maximum number of 12 cycles of 6 weeks (42 days) should be used",
        source=EU_LABEL,
    ),
    StartRule(
        name="thalidomide in the elderly",
        drug=DRUG,
        when=condition("age > 75 year"),
        dose=100.0,
        wording="> 75 years: 100 mg daily",
        source=EU_LABEL,
    ),
    _start_count(EU_MEMORY),
)

CALENDAR = Calendar(
    (VisitPhase(0, 28),),
    while_held_every_day=7,
    wording="Examine for neuropathy monthly for the first 3 months and periodically thereafter; blood counts on an "
    "ongoing basis",
    source=NO_SCHEDULE,
)
US = Protocol("thalidomide US", (*US_RULES, *_stops(US_MEMORY)), (LADDER,), CALENDAR)
EU = Protocol("thalidomide EU", (*EU_RULES, *_stops(EU_MEMORY)), (LADDER,), CALENDAR)
