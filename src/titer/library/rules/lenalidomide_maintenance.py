"""Lenalidomide alone after an autologous transplant (maintenance), United States and European Union.

Answers:  from which counts it starts, when it goes from 10 to 15 mg, when it is held and at which dose it resumes.
Not for:  the lowest level of both labels, 5 mg on days 1-21 of 28: a ladder is made of amounts, so patients at 5 mg
          stay at 5 mg daily; renal starting doses of the European text, which were not read.
Assumed:  "ANC >= 1000/mcL and/or platelets >= 75,000/mcL" asks for both; "if tolerated" means no hold and no change of
          dose in three whole cycles, and then every patient goes up; blood is counted as in combination.
Memory:   the platelet rule and the renal starting doses of the United States, and the whole European table. They are
          marked where they stand.
"""

from titer.clinic.condition_text import parse_condition as condition
from titer.clinic.protocol import CycleRule, EscalateRule, HoldRule, Ladder, Protocol, StartRule
from titer.library.rules import lenalidomide_eu, lenalidomide_us
from titer.model.declare import Source

DRUG = "lenalidomide"
US_LABEL = Source(
    "REVLIMID (lenalidomide) US prescribing information, section 2, maintenance following auto-HSCT, and the "
    "manufacturer's dose modification page"
)
US_MEMORY = Source("REVLIMID (lenalidomide) US prescribing information, section 2, maintenance", confirmed=False)
EU_MEMORY = Source(
    "Revlimid EU summary of product characteristics, section 4.2, maintenance after transplant", confirmed=False
)

_FLOOR = "Do not dose below 5 mg daily for Days 1 to 21 of 28 day cycle"
US_LADDER = Ladder(DRUG, "mg", (15.0, 10.0, 5.0), f"Resume REVLIMID at next lower dose. {_FLOOR}", US_LABEL)
EU_LADDER = Ladder(
    DRUG, "mg", (15.0, 10.0, 5.0), "15 mg or 10 mg, dose level -1 10 or 5 mg, then 5 mg on days 1-21", EU_MEMORY
)


def _start_counts(source: Source, wording: str) -> CycleRule:
    return CycleRule(
        name="counts to start",
        needs=condition("cycle >= 2 or (anc >= 1.0 10^9/L and platelets >= 75 10^9/L)"),
        drugs=(DRUG,),
        first_cycle=1,
        wording=wording,
        source=source,
        note="both counts are asked for; the first cycle waits a week at a time until they are there",
    )


def _raise_to_15(source: Source, wording: str) -> EscalateRule:
    return EscalateRule(
        name="15 mg after three cycles",
        drug=DRUG,
        when=condition("cycle >= 4 and cycles_since_change >= 3 and level >= 10 mg"),
        to=15.0,
        wording=wording,
        source=source,
        note="tolerated is read as no hold and no change of dose in three whole cycles; a permission that everybody "
        "uses",
    )


def _neutrophils(source: Source, wording: str, note: str = "") -> HoldRule:
    return HoldRule(
        name="neutropenia",
        drug=DRUG,
        when=condition("anc < 0.5 10^9/L"),
        until=condition("anc >= 0.5 10^9/L"),
        first_resume="next lower",
        wording=wording,
        source=source,
        note=note,
    )


def _platelets(source: Source) -> HoldRule:
    return HoldRule(
        name="thrombocytopenia",
        drug=DRUG,
        when=condition("platelets < 30 10^9/L"),
        until=condition("platelets >= 30 10^9/L"),
        first_resume="next lower",
        wording="Fall to <30 x 10^9/L: interrupt, follow CBC weekly. Return to >=30 x 10^9/L: resume at next lower "
        "dose",
        source=source,
        note="words from memory",
    )


US_RULES = (
    _platelets(US_MEMORY),
    _neutrophils(
        US_LABEL,
        "ANC <500/mcL: Interrupt REVLIMID treatment, follow CBC weekly. Return to >=500/mcL: Resume REVLIMID at next "
        "lower dose, continuously for Days 1-28 of repeated 28-day cycle. If at 5 mg daily dose, for a subsequent "
        f"drop: Interrupt. Return: Resume at 5 mg daily for Days 1 to 21 of 28-day cycle. {_FLOOR}",
        note="at 5 mg the dose stays 5 mg daily: the rest week of the lowest level cannot be said by a ladder",
    ),
    lenalidomide_us.OTHER_TOXICITY,
    _raise_to_15(
        US_LABEL, "After 3 cycles of maintenance therapy, the dose can be increased to 15 mg once daily if tolerated"
    ),
    _start_counts(
        US_LABEL,
        "initiate REVLIMID maintenance therapy after adequate hematologic recovery (ANC >= 1000/mcL and/or platelet "
        "counts >= 75,000/mcL)",
    ),
)
EU_RULES = (
    _platelets(EU_MEMORY),
    _neutrophils(
        EU_MEMORY,
        "Fall to < 0.5 x 10^9/l: interrupt. Return to >= 0.5 x 10^9/l: resume at dose level -1; for each subsequent "
        "drop the next lower dose level",
        note="words from memory",
    ),
    lenalidomide_eu.OTHER_TOXICITY,
    _raise_to_15(
        EU_MEMORY, "After 3 cycles of lenalidomide maintenance, the dose can be increased to 15 mg if tolerated"
    ),
    _start_counts(
        EU_MEMORY, "must not be started if the ANC is < 1.0 x 10^9/L, and/or platelet counts are < 75 x 10^9/L"
    ),
)


def low_dose_starts(source: Source) -> tuple[StartRule, ...]:
    """United States starting doses in renal impairment where 10 mg daily is usual: maintenance and del(5q)."""
    words = "CLcr 30 to 60 mL/min: 5 mg once daily. Below 30 mL/min: 2.5 mg once daily, on dialysis days after dialysis"
    return tuple(
        StartRule(
            name=name,
            drug=DRUG,
            when=condition(when),
            dose=dose,
            wording=words,
            source=source,
            note="words from memory",
        )
        for name, when, dose in (
            ("start on dialysis", "dialysis >= 1", 2.5),
            ("start in severe renal impairment", "crcl < 30 mL/min", 2.5),
            ("start in moderate renal impairment", "crcl < 60 mL/min", 5.0),
        )
    )


US = Protocol(
    "lenalidomide maintenance US",
    (*US_RULES, *lenalidomide_us.STOPS, *low_dose_starts(US_MEMORY)),
    (US_LADDER,),
    lenalidomide_us.CALENDAR,
)
EU = Protocol(
    "lenalidomide maintenance EU", (*EU_RULES, *lenalidomide_eu.STOPS), (EU_LADDER,), lenalidomide_us.CALENDAR
)
