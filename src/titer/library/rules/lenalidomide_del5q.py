"""Lenalidomide in myelodysplastic syndromes with del(5q): United States and European Union.

Answers:  when 10 mg are held, within four weeks of the start by what the patient had before, later by fixed counts; at
          which dose treatment resumes.
Not for:  "without hemostatic failure" on resuming, since a rule cannot ask that an event did not happen; the lowest
          European level, 2.5 mg every other day.
Assumed:  "with platelet transfusions" means one within the last week; within four weeks means before day 28; blood that
          is counted once a week shows "for seven days" at two visits in a row.
Memory:   the thresholds of the United States stood in tables whose headings alone could be read again; the whole
          European table. Every such rule says so. Renal starting doses: the United States give 5 and 2.5 mg (memory), a
          European expert panel of 2008 gave 5 mg daily, 5 mg every 48 h, and 5 mg three times a week after dialysis
          (read). The first stand in the one protocol, the second in the other.
"""

from titer.clinic.condition_text import parse_condition as condition
from titer.clinic.protocol import Calendar, CycleRule, HoldRule, Ladder, Protocol, StartRule, VisitPhase
from titer.library.rules import lenalidomide_eu, lenalidomide_us
from titer.library.rules.lenalidomide_maintenance import low_dose_starts
from titer.model.declare import Source

DRUG = "lenalidomide"
US_DOSE = Source("REVLIMID (lenalidomide) US prescribing information, section 2: 10 mg daily, dose adjustments in MDS")
US_TABLES = Source(
    "REVLIMID (lenalidomide) US prescribing information, section 2, tables of dose adjustments in MDS", confirmed=False
)
US_MONITORING = Source("REVLIMID (lenalidomide) US prescribing information, section 5: MDS, weekly for 8 weeks")
EU_MEMORY = Source(
    "Revlimid EU summary of product characteristics, section 4.2, myelodysplastic syndromes", confirmed=False
)
PANEL = Source(
    "Giagounidis et al. 2008 Ann Hematol 87:345, recommendations on lenalidomide in MDS, table 2",
    doi="10.1007/s00277-008-0449-0",
)
_MEMORY = "thresholds from memory"
_EARLY = "day < 28 day and level > 5 mg"
_LATER = "(day >= 28 day or level <= 5 mg)"

US_LADDER = Ladder(DRUG, "mg", (10.0, 5.0, 2.5), "Resume at 5 mg daily; at 5 mg: resume at 2.5 mg daily", US_TABLES)
EU_LADDER = Ladder(
    DRUG, "mg", (10.0, 5.0, 2.5), "10 mg days 1-21, dose level -1 5 mg, -2 2.5 mg, -3 2.5 mg every other day", EU_MEMORY
)


def _hold(name: str, when: str, until: str, wording: str, source: Source = US_TABLES, note: str = _MEMORY) -> HoldRule:
    return HoldRule(
        name=name,
        drug=DRUG,
        when=condition(when),
        until=condition(until),
        first_resume="next lower",
        wording=wording,
        source=source,
        note=note,
    )


US_PLATELETS = (
    _hold(
        "early thrombocytopenia from normal counts",
        f"{_EARLY} and baseline platelets >= 100 10^9/L and platelets < 50 10^9/L",
        "platelets >= 50 10^9/L",
        "Within 4 weeks of starting at 10 mg, baseline >=100,000/mcL: fall to <50,000/mcL, interrupt; return to "
        ">=50,000/mcL, resume at 5 mg daily",
    ),
    _hold(
        "early thrombocytopenia from low counts",
        f"{_EARLY} and baseline platelets < 100 10^9/L and platelets <= 50% of baseline",
        "(baseline platelets >= 60 10^9/L and platelets >= 50 10^9/L) "
        "or (baseline platelets < 60 10^9/L and platelets >= 30 10^9/L)",
        "Within 4 weeks of starting at 10 mg, baseline <100,000/mcL: fall to 50% of the baseline value, interrupt. If "
        "baseline >=60,000/mcL and returns to >=50,000/mcL, or if baseline <60,000/mcL and returns to >=30,000/mcL: "
        "resume at 5 mg daily",
    ),
    _hold(
        "thrombocytopenia",
        f"{_LATER} and (platelets < 30 10^9/L or (platelets < 50 10^9/L and platelet_transfusion within 7 d))",
        "platelets >= 30 10^9/L",
        "After 4 weeks at 10 mg, or at 5 mg: <30,000/mcL or <50,000/mcL with platelet transfusions, interrupt; return "
        "to >=30,000/mcL (without hemostatic failure), resume at 5 mg, or at 2.5 mg if at 5 mg",
        note=f"{_MEMORY}; transfusions within the last week count; haemostatic failure is not asked for",
    ),
)
US_NEUTROPHILS = (
    _hold(
        "early neutropenia from normal counts",
        f"{_EARLY} and baseline anc >= 1.0 10^9/L and anc < 0.75 10^9/L",
        "anc >= 1.0 10^9/L",
        "Within 4 weeks of starting at 10 mg, baseline ANC >=1,000/mcL: fall to <750/mcL, interrupt; return to "
        ">=1,000/mcL, resume at 5 mg daily",
    ),
    _hold(
        "early neutropenia from low counts",
        f"{_EARLY} and baseline anc < 1.0 10^9/L and anc < 0.5 10^9/L",
        "anc >= 0.5 10^9/L",
        "Within 4 weeks of starting at 10 mg, baseline ANC <1,000/mcL: fall to <500/mcL, interrupt; return to "
        ">=500/mcL, resume at 5 mg daily",
    ),
    _hold(
        "lasting neutropenia",
        f"{_LATER} and anc < 0.5 10^9/L for 7 d",
        "anc >= 0.5 10^9/L",
        "After 4 weeks at 10 mg, or at 5 mg: <500/mcL for >=7 days, interrupt; return to >=500/mcL, resume at 5 mg, or "
        "at 2.5 mg if at 5 mg",
    ),
    _hold(
        "febrile neutropenia",
        f"{_LATER} and anc < 0.5 10^9/L and temperature >= 38.5 degC",
        "anc >= 0.5 10^9/L",
        "After 4 weeks at 10 mg, or at 5 mg: <500/mcL associated with fever (>=38.5 degC), interrupt; return to "
        ">=500/mcL, resume at 5 mg, or at 2.5 mg if at 5 mg",
    ),
)

EU_RULES = (
    _hold(
        "thrombocytopenia",
        "platelets < 25 10^9/L",
        "platelets >= 50 10^9/L or platelets >= 25 10^9/L for 7 d",
        "Fall to < 25 x 10^9/l: interrupt. Return to >= 25 to < 50 x 10^9/l on at least 2 occasions for >= 7 days or "
        "when the count recovers to >= 50 x 10^9/l at any time: resume at next lower dose level",
        EU_MEMORY,
        "words from memory",
    ),
    _hold(
        "neutropenia",
        "anc < 0.5 10^9/L",
        "anc >= 0.5 10^9/L",
        "Fall to < 0.5 x 10^9/l: interrupt. Return to >= 0.5 x 10^9/l: resume at next lower dose level",
        EU_MEMORY,
        "words from memory",
    ),
    lenalidomide_eu.OTHER_TOXICITY,
    CycleRule(
        name="counts to start",
        needs=condition("cycle >= 2 or (anc >= 0.5 10^9/L and platelets >= 25 10^9/L)"),
        drugs=(DRUG,),
        first_cycle=1,
        wording="must not be started if the ANC is < 0.5 x 10^9/l and/or platelet counts are < 25 x 10^9/l",
        source=EU_MEMORY,
        note="words from memory",
    ),
)
_PANEL_WORDS = (
    "Moderate: 5 mg every 24 h. Severe: 5 mg every 48 h. End stage: 5 mg three times a week after each dialysis"
)
PANEL_STARTS = tuple(
    StartRule(
        name=name,
        drug=DRUG,
        when=condition(when),
        dose=5.0,
        every_day=every,
        wording=_PANEL_WORDS,
        source=PANEL,
        note=note,
    )
    for name, when, every, note in (
        ("start on dialysis", "dialysis >= 1", 2, "three times a week is read as every other day"),
        ("start in severe renal impairment", "crcl < 30 mL/min", 2, ""),
        (
            "start in moderate renal impairment",
            "crcl < 50 mL/min",
            1,
            "moderate is read as below 50 mL/min, as in the EU text",
        ),
    )
)

CALENDAR = Calendar(
    (VisitPhase(0, 7), VisitPhase(56, 28)),
    while_held_every_day=7,
    wording="Complete blood counts weekly for the first 8 weeks of therapy and at least monthly thereafter",
    source=US_MONITORING,
)
US = Protocol(
    "lenalidomide del(5q) US",
    (
        *US_PLATELETS,
        *US_NEUTROPHILS,
        lenalidomide_us.OTHER_TOXICITY,
        *lenalidomide_us.STOPS,
        *low_dose_starts(US_TABLES),
    ),
    (US_LADDER,),
    CALENDAR,
)
EU = Protocol("lenalidomide del(5q) EU", (*EU_RULES, *lenalidomide_eu.STOPS, *PANEL_STARTS), (EU_LADDER,), CALENDAR)
