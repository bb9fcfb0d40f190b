"""Lenalidomide in combination for multiple myeloma, United States: starts, holds and stops.

Answers:  where treatment starts when the kidneys are impaired; when lenalidomide is held, when it resumes and at which
          dose; when it is stopped for good; how often blood is counted.
Not for:  maintenance, del(5q) and lymphoma, which have files of their own; mantle cell lymphoma; growth factors, which
          the label leaves to the prescriber (see support.py); a hold for grade 2 or 3 rash, which it lets one consider.
Assumed:  "25 mg daily or initial starting dose" after a first neutropenia means the dose level in force, so that it
          never raises a dose that was lowered for platelets before; several toxicities in one hold cost one level; a
          platelet or neutrophil fall that comes while the drug is already held counts as part of that hold; on dialysis
          the dose is taken after the session, which changes no amount.
Conflict: the label of the United States holds at an ANC below 1.0, that of the European Union below 0.5 x 10^9/L; it
          starts lower below a creatinine clearance of 60, that of the European Union below 50 mL/min.
"""

from titer.clinic.condition_text import parse_condition as condition
from titer.clinic.protocol import Calendar, HoldRule, Ladder, Protocol, StartRule, StopRule, VisitPhase
from titer.model.declare import Source

DRUG = "lenalidomide"
TABLE_1 = Source("REVLIMID (lenalidomide) US prescribing information 2017, section 2.1, table 1")
REDUCTIONS = Source("REVLIMID (lenalidomide) US prescribing information 2017, section 2.1: never below 2.5 mg daily")
OTHER = Source("REVLIMID (lenalidomide) US prescribing information 2017, section 2.1, other grade 3/4 toxicities in MM")
RENAL = Source("REVLIMID (lenalidomide) US prescribing information 2017, section 2, starting dose in renal impairment")
MONITORING = Source("REVLIMID (lenalidomide) US prescribing information, sections 5.3 and 2.1", confirmed=False)
HYPERSENSITIVITY = Source(
    "REVLIMID (lenalidomide) US prescribing information, section 5, severe cutaneous reactions and hypersensitivity",
    confirmed=False,
)

LADDER = Ladder(
    DRUG,
    "mg",
    (25.0, 20.0, 15.0, 10.0, 5.0, 2.5),
    "Resume REVLIMID at next lower dose. Do not dose below 2.5 mg daily",
    REDUCTIONS,
)

PLATELETS = HoldRule(
    name="thrombocytopenia",
    drug=DRUG,
    when=condition("platelets < 30 10^9/L"),
    until=condition("platelets >= 30 10^9/L"),
    first_resume="next lower",
    wording="Fall to <30,000/mcL: Interrupt REVLIMID treatment, follow CBC weekly. Return to >=30,000/mcL: Resume "
    "REVLIMID at next lower dose. For each subsequent drop <30,000/mcL: Interrupt. Return to >=30,000/mcL: Resume at "
    "next lower dose. Do not dose below 2.5 mg daily",
    source=TABLE_1,
)
NEUTROPHILS = HoldRule(
    name="neutropenia",
    drug=DRUG,
    when=condition("anc < 1.0 10^9/L"),
    until=condition("anc >= 1.0 10^9/L"),
    wording="Fall to <1000/mcL: Interrupt REVLIMID treatment, follow CBC weekly. Return to >=1,000/mcL and "
    "neutropenia is the only toxicity: Resume REVLIMID at 25 mg daily or initial starting dose. Return to >=1,000/mcL "
    "and if other toxicity: Resume at next lower dose. For each subsequent drop <1,000/mcL: Interrupt. Return to "
    ">=1,000/mcL: Resume at next lower dose. Do not dose below 2.5 mg daily",
    source=TABLE_1,
    note="the starting dose is read as the dose level in force",
)
OTHER_TOXICITY = HoldRule(
    name="other toxicity",
    drug=DRUG,
    when=condition("other_toxicity >= grade 3"),
    until=condition("other_toxicity <= grade 2"),
    first_resume="next lower",
    wording="For other Grade 3/4 toxicities judged to be related to REVLIMID, hold treatment and restart at next lower "
    "dose level when toxicity has resolved to <= Grade 2",
    source=OTHER,
)
HOLDS = (PLATELETS, NEUTROPHILS, OTHER_TOXICITY)

STOPS = (
    StopRule(
        name="allergy",
        drugs=(DRUG,),
        when=condition("allergy"),
        wording="Permanently discontinue REVLIMID for angioedema or anaphylaxis",
        source=HYPERSENSITIVITY,
        note="words from memory",
    ),
    StopRule(
        name="severe skin reaction",
        drugs=(DRUG,),
        when=condition("severe_skin_reaction or rash >= grade 4"),
        wording="Permanently discontinue REVLIMID for Grade 4 rash, exfoliative or bullous rash, or if Stevens-Johnson "
        "syndrome, toxic epidermal necrolysis or DRESS is suspected",
        source=HYPERSENSITIVITY,
        note="words from memory; that grade 2 or 3 rash may be a reason to interrupt is left to the prescriber",
    ),
)

_RENAL_WORDS = (
    "CLcr 30 to 60 mL/min: 10 mg once daily. CLcr below 30 mL/min (not requiring dialysis): 15 mg every other "
)
_RENAL_WORDS += "day. CLcr below 30 mL/min (requiring dialysis): 5 mg once daily; on dialysis days, after dialysis"
STARTS = (
    StartRule(
        name="start on dialysis",
        drug=DRUG,
        when=condition("dialysis >= 1"),
        dose=5.0,
        wording=_RENAL_WORDS,
        source=RENAL,
    ),
    StartRule(
        name="start in severe renal impairment",
        drug=DRUG,
        when=condition("crcl < 30 mL/min"),
        dose=15.0,
        every_day=2,
        wording=_RENAL_WORDS,
        source=RENAL,
    ),
    StartRule(
        name="start in moderate renal impairment",
        drug=DRUG,
        when=condition("crcl < 60 mL/min"),
        dose=10.0,
        wording=_RENAL_WORDS,
        source=RENAL,
    ),
)

# Weekly in cycles 1 and 2 (from day 0), on days 1 and 15 of cycle 3 (from day 56), then every 28 days (from day 84).
CALENDAR = Calendar(
    (VisitPhase(0, 7), VisitPhase(56, 14), VisitPhase(84, 28)),
    while_held_every_day=7,
    wording="Complete blood counts every 7 days (weekly) for the first 2 cycles, on Days 1 and 15 of Cycle 3, and "
    "every 28 days (4 weeks) thereafter; weekly while held",
    source=MONITORING,
)

US = Protocol("lenalidomide US", (*HOLDS, *STOPS, *STARTS), (LADDER,), CALENDAR)
