"""Lenalidomide rules of trials: follicular lymphoma with rituximab, and melphalan, prednisone and lenalidomide (MPR).

Answers:  which counts a cycle of MPR needs; when 20 mg with rituximab are held and at which dose they resume.
Not for:  melphalan and prednisone, which have no model and no rule here; growth factor in MPR, which is a protocol of
          its own to add (support.py).
Assumed:  blood is counted every week; the lymphoma levels below 20 mg are from memory.
"""

from titer.clinic.condition_text import parse_condition as condition
from titer.clinic.protocol import Calendar, CycleRule, HoldRule, Ladder, Protocol, StartRule, VisitPhase
from titer.model.declare import Source

DRUG = "lenalidomide"
REFRACT = Source(
    "REFRACT trial in relapsed follicular lymphoma, protocol, BMC Cancer 2024, table 3",
    doi="10.1186/s12885-024-12112-0",
)
LYMPHOMA_LEVELS = Source("Levels of lenalidomide with rituximab, 20-15-10-5 mg", confirmed=False)
LYMPHOMA_RENAL = Source("REVLIMID (lenalidomide) US prescribing information, section 2, FL and MZL", confirmed=False)
MPR = Source("Palumbo et al., MPR cytopenia analysis, ASH 2008 abstract 2768; Clin Lymphoma Myeloma 2009 9:145")
NO_SCHEDULE = Source("This package: weekly visits, since the schedule of the trial was not read", confirmed=False)

WEEKLY = Calendar(
    (VisitPhase(0, 7),), 7, "Blood count at least every 7 days while held; else assumed weekly", NO_SCHEDULE
)
_RESUME = "Resume at next lower dose level. Do not dose below dose level -3"

LYMPHOMA_RULES = (
    HoldRule(
        name="thrombocytopenia",
        drug=DRUG,
        when=condition("platelets < 50 10^9/L"),
        until=condition("platelets >= 50 10^9/L"),
        first_resume="next lower",
        wording=f"Platelets fall to < 50 x 10^9/L: interrupt. Return to >= 50 x 10^9/L: {_RESUME}",
        source=REFRACT,
    ),
    *(
        HoldRule(
            name=name,
            drug=DRUG,
            when=condition(when),
            until=condition("anc >= 1.0 10^9/L"),
            first_resume="next lower",
            wording="ANC falls < 1.0 x 10^9/L for at least 7 days or falls to < 1.0 x 10^9/L with associated fever "
            f"(body temperature >= 38.5 degC) or falls to < 0.5 x 10^9/L: interrupt. Return to >= 1.0 x 10^9/L: "
            f"{_RESUME}",
            source=REFRACT,
        )
        for name, when in (
            ("neutropenia", "anc < 0.5 10^9/L"),
            ("lasting neutropenia", "anc < 1.0 10^9/L for 7 d"),
            ("febrile neutropenia", "anc < 1.0 10^9/L and temperature >= 38.5 degC"),
        )
    ),
)
LYMPHOMA_STARTS = (
    StartRule(
        name="start below 30 mL/min",
        drug=DRUG,
        when=condition("dialysis >= 1 or crcl < 30 mL/min"),
        dose=5.0,
        wording="CLcr below 30 mL/min: 5 mg once daily, on dialysis days after dialysis",
        source=LYMPHOMA_RENAL,
        note="words from memory",
    ),
    StartRule(
        name="start in moderate renal impairment",
        drug=DRUG,
        when=condition("crcl < 60 mL/min"),
        dose=10.0,
        wording="30 <= CrCl < 60 mL/min: 10 mg once daily",
        source=REFRACT,
        note="the US label lets it rise to 15 mg after two cycles (memory); not encoded",
    ),
)
LYMPHOMA = Protocol(
    "lenalidomide with rituximab, lymphoma",
    (*LYMPHOMA_RULES, *LYMPHOMA_STARTS),
    (Ladder(DRUG, "mg", (20.0, 15.0, 10.0, 5.0), _RESUME, LYMPHOMA_LEVELS),),
    WEEKLY,
)

MPR_TRIAL = Protocol(
    "MPR trial",
    (
        CycleRule(
            name="counts for a cycle",
            needs=condition("anc > 1.0 10^9/L and platelets > 50 10^9/L"),
            drugs=(DRUG,),
            longest_day=14,
            wording="A new cycle needs ANC > 1.0 and platelets > 50 x 10^9/L; a delay of up to 2 weeks is allowed",
            source=MPR,
            note="after a longer delay treatment ends",
        ),
    ),
    (),
    WEEKLY,
)
