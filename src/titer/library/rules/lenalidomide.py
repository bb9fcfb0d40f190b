"""Lenalidomide in combination for multiple myeloma: dose changes for blood counts, United States and European Union.

Answers:  when lenalidomide is held, when it resumes and at which dose, for falls of neutrophils and platelets; how
          often blood is counted.
Not for:  other grade 3 or 4 toxicity, rash, growth factors, starting criteria, maintenance, del(5q); dexamethasone,
          which has no rule here: it goes on as planned while lenalidomide is held.
Assumed:  "25 mg daily or initial starting dose" after a first neutropenia means the dose level in force, so that it
          never raises a dose that was lowered for platelets before; several toxicities in one hold cost one level; a
          platelet or neutrophil fall that comes while the drug is already held counts as part of that hold.
Conflict: the label of the United States holds at an ANC below 1.0, that of the European Union below 0.5 x 10^9/L.
"""

from titer.clinic.rules import Calendar, HoldRule, Ladder, Protocol, VisitPhase
from titer.model.declare import Source

US_LABEL = Source("REVLIMID (lenalidomide) US prescribing information 2017, section 2.1, table 1")
US_REDUCTIONS = Source("REVLIMID (lenalidomide) US prescribing information 2017, section 2.1: never below 2.5 mg daily")
EU_LABEL = Source("Revlimid EU summary of product characteristics, section 4.2, lenalidomide with dexamethasone, 2013")
US_MONITORING = Source("REVLIMID (lenalidomide) US prescribing information, sections 5.3 and 2.1", confirmed=False)

US_LADDER = Ladder(
    "lenalidomide",
    "mg",
    (25.0, 20.0, 15.0, 10.0, 5.0, 2.5),
    "Resume REVLIMID at next lower dose. Do not dose below 2.5 mg daily",
    US_REDUCTIONS,
)
EU_LADDER = Ladder(
    "lenalidomide",
    "mg",
    (25.0, 15.0, 10.0, 5.0),
    "Starting dose 25 mg, dose level 1 15 mg, dose level 2 10 mg, dose level 3 5 mg. Do not dose below 5 mg once "
    "daily.",
    EU_LABEL,
)

US_PLATELETS = HoldRule(
    name="thrombocytopenia",
    drug="lenalidomide",
    signal="platelets",
    unit="10^9/L",
    hold_below=30.0,
    resume_at=30.0,
    first_resume="next lower",
    later_resume="next lower",
    wording="Fall to <30,000/mcL: Interrupt REVLIMID treatment, follow CBC weekly. Return to >=30,000/mcL: Resume "
    "REVLIMID at next lower dose. For each subsequent drop <30,000/mcL: Interrupt. Return to >=30,000/mcL: Resume at "
    "next lower dose. Do not dose below 2.5 mg daily",
    source=US_LABEL,
)
US_NEUTROPHILS = HoldRule(
    name="neutropenia",
    drug="lenalidomide",
    signal="anc",
    unit="10^9/L",
    hold_below=1.0,
    resume_at=1.0,
    first_resume="same level",
    later_resume="next lower",
    wording="Fall to <1000/mcL: Interrupt REVLIMID treatment, follow CBC weekly. Return to >=1,000/mcL and "
    "neutropenia is the only toxicity: Resume REVLIMID at 25 mg daily or initial starting dose. Return to >=1,000/mcL "
    "and if other toxicity: Resume at next lower dose. For each subsequent drop <1,000/mcL: Interrupt. Return to "
    ">=1,000/mcL: Resume at next lower dose. Do not dose below 2.5 mg daily",
    source=US_LABEL,
    note="the starting dose is read as the dose level in force",
)
EU_PLATELETS = HoldRule(
    name="thrombocytopenia",
    drug="lenalidomide",
    signal="platelets",
    unit="10^9/L",
    hold_below=30.0,
    resume_at=30.0,
    first_resume="next lower",
    later_resume="next lower",
    wording="First fall to < 30 x 10^9/l: Interrupt lenalidomide treatment. Return to >= 30 x 10^9/l: Resume "
    "lenalidomide at Dose Level 1. For each subsequent drop below 30 x 10^9/l: Interrupt. Return: Resume at next "
    "lower dose level",
    source=EU_LABEL,
)
EU_NEUTROPHILS = HoldRule(
    name="neutropenia",
    drug="lenalidomide",
    signal="anc",
    unit="10^9/L",
    hold_below=0.5,
    resume_at=0.5,
    first_resume="same level",
    later_resume="next lower",
    wording="First fall to < 0.5 x 10^9/l: Interrupt lenalidomide treatment. Return to >= 0.5 x 10^9/l when "
    "neutropenia is the only observed toxicity: Resume lenalidomide at Starting Dose once daily. When other "
    "dose-dependent haematological toxicities are observed: Resume at Dose Level 1. For each subsequent drop below "
    "0.5 x 10^9/l: Interrupt. Return: Resume at next lower dose level",
    source=EU_LABEL,
    note="the starting dose is read as the dose level in force",
)

# Weekly in cycles 1 and 2 (from day 0), on days 1 and 15 of cycle 3 (from day 56), then every 28 days (from day 84).
US_CALENDAR = Calendar(
    (VisitPhase(0, 7), VisitPhase(56, 14), VisitPhase(84, 28)),
    while_held_every_day=7,
    wording="Complete blood counts every 7 days (weekly) for the first 2 cycles, on Days 1 and 15 of Cycle 3, and "
    "every 28 days (4 weeks) thereafter; weekly while held",
    source=US_MONITORING,
)

US = Protocol("lenalidomide US", (US_PLATELETS, US_NEUTROPHILS), (US_LADDER,), US_CALENDAR)
EU = Protocol("lenalidomide EU", (EU_PLATELETS, EU_NEUTROPHILS), (EU_LADDER,), US_CALENDAR)
NEVER_ACT = Protocol("never act", (), (), US_CALENDAR)
# By the names that commands, results and pages use.
PROTOCOLS = {"us-label": US, "eu-label": EU, "none": NEVER_ACT}
