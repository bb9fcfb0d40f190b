"""What a clinic can know of a patient at a visit: the words that rules may use, with their units.

Rules name values, not models. A value that no model of a run provides and no record holds is *not known*: a rule that
needs it neither fires nor clears, and the run lists it (`ClinicPlan` and manifest: "not evaluated").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["laboratory", "sign", "symptom", "event", "patient", "treatment"]
GRADE = "grade"


@dataclass(frozen=True)
class Observable:
    """One thing that can be looked at.

    Args:
        name: as rules write it.
        unit: of its values; "grade" for symptoms graded by CTCAE (0 to 5), "" for flags and counts.
        kind: laboratory value (seen with assay noise), sign (temperature), symptom (a grade), event (happened on a
            day), patient (a fact known before treatment), treatment (where the patient stands with it).
        meaning: in words.
        drug: a treatment whose doses are the event, where it has another name.
        most: the largest value of a grade, class or flag, which begin at 0; None for what is measured or counted.
    """

    name: str
    unit: str
    kind: Kind
    meaning: str
    drug: str = ""
    most: float | None = None


# fmt: off
_ALL = (
    Observable("anc", "10^9/L", "laboratory", "absolute neutrophil count"),
    Observable("platelets", "10^9/L", "laboratory", "platelet count"),
    Observable("haemoglobin", "g/L", "laboratory", "haemoglobin"),
    Observable("m_protein", "g/L", "laboratory", "M-protein in serum"),
    Observable("temperature", "degC", "sign", "body temperature"),
    Observable("rash", GRADE, "symptom", "rash", most=5),
    Observable("neuropathy", GRADE, "symptom", "peripheral sensory neuropathy", most=5),
    Observable("other_toxicity", GRADE, "symptom", "worst other toxicity that is judged to be related to the drug",
               most=5),
    Observable("vte", "", "event", "venous thromboembolism"),
    Observable("fever", "", "event", "first fever of 38.0 degC or more that lasted an hour"),
    Observable("febrile_neutropenia", "", "event", "first fever of an hour with neutrophils below 1.0 x10^9/L"),
    Observable("flu_like", "", "event", "first flu-like illness of grade 2 or more that lasted an hour"),
    Observable("fatigue", "", "event", "first fatigue of grade 2 or more that lasted a day"),
    Observable("allergy", "", "event", "angioedema or anaphylaxis"),
    Observable("severe_skin_reaction", "", "event",
               "exfoliative or bullous rash, Stevens-Johnson syndrome, toxic epidermal necrolysis, DRESS"),
    Observable("bleeding", "", "event", "failure of haemostasis"),
    Observable("platelet_transfusion", "", "event", "platelets were transfused", drug="platelet_concentrate"),
    Observable("pregnancy", "", "event", "pregnancy, or a positive test"),
    Observable("age", "year", "patient", "age"),
    Observable("sex_female", "", "patient", "1 for women", most=1),
    Observable("weight", "kg", "patient", "body weight"),
    Observable("crcl", "mL/min", "patient", "creatinine clearance (Cockcroft-Gault, actual weight)"),
    Observable("dialysis", "", "patient", "1 on dialysis", most=1),
    Observable("child_pugh", "", "patient", "hepatic impairment: 0 none, 1 class A, 2 class B, 3 class C",
               most=3),
    Observable("strong_cyp1a2_inhibitor", "", "patient", "1 with a strong inhibitor of CYP1A2", most=1),
    Observable("marrow_infiltrated", "", "patient", "1 if plasma cells fill half of the marrow or more", most=1),
    Observable("vte_history", "", "patient", "1 after an earlier thromboembolism", most=1),
    Observable("prior_lines", "", "patient", "earlier lines of treatment"),
    Observable("day", "day", "treatment", "days since the first dose of the plan"),
    Observable("cycle", "", "treatment", "number of the cycle, counted from 1"),
    Observable("cycles_since_change", "", "treatment",
               "whole cycles of the plan since the dose level last changed or the drug was last held"),
    Observable("level", "mg", "treatment", "present dose level of the drug, per day of treatment"),
    Observable("responding", "", "treatment", "1 with a partial response or better so far", most=1),
)
# fmt: on
OBSERVABLES: dict[str, Observable] = {one.name: one for one in _ALL}
LABORATORY: dict[str, str] = {one.name: one.unit for one in _ALL if one.kind == "laboratory"}


def event_of(drug: str) -> str:
    """The event that giving a drug is; "" where it is none.

    Example:
        >>> event_of("platelet_concentrate")
        'platelet_transfusion'
    """
    return next((one.name for one in _ALL if one.kind == "event" and drug in (one.name, one.drug)), "")
