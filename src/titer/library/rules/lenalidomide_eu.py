"""Lenalidomide in combination for multiple myeloma, European Union: the text of 2013 and the newer one.

Answers:  below which counts treatment does not start; where it starts when the kidneys are impaired; when lenalidomide
          is held, when it resumes and at which dose; when it is stopped for good.
Not for:  maintenance and del(5q), which have files of their own; combinations with bortezomib or melphalan; growth
          factors, which the text asks the physician to consider (see support.py).
Assumed:  "Starting Dose" after a first neutropenia means the dose level in force; several toxicities in one hold cost
          one level; blood is counted as often as the United States label says, since the schedule of the European text
          was not read again; whether the marrow is infiltrated is known or the higher limit holds.
Conflict: the text of 2013 has levels 25, 15, 10 and 5 mg and starts from 75 platelets (30 where plasma cells fill the
          marrow). The newer one, for newly diagnosed patients, has 25, 20, 15, 10, 5 and 2.5 mg and starts from 50. Its
          own table for the counts at which lenalidomide is held there was not read; the limits of 2013 stand in for it.
"""

from itertools import pairwise

from titer.clinic.condition_text import parse_condition as condition
from titer.clinic.protocol import CycleRule, EscalateRule, HoldRule, Ladder, Protocol, StartRule, StopRule
from titer.library.rules.lenalidomide_us import CALENDAR
from titer.model.declare import Source

DRUG = "lenalidomide"
SMPC_2013 = Source("Revlimid EU summary of product characteristics, section 4.2, lenalidomide with dexamethasone, 2013")
SMPC_NEWER = Source(
    "Revlimid EU summary of product characteristics 2024, section 4.2, newly diagnosed, lenalidomide with dexamethasone"
)
SMPC_STEPS = Source(
    "Revlimid EU summary of product characteristics, newer text, section 4.2, dose reduction steps", confirmed=False
)
HYPERSENSITIVITY = Source(
    "Revlimid EU summary of product characteristics, section 4.4, allergic and severe skin reactions", confirmed=False
)

LADDER = Ladder(
    DRUG,
    "mg",
    (25.0, 15.0, 10.0, 5.0),
    "Starting dose 25 mg, dose level 1 15 mg, dose level 2 10 mg, dose level 3 5 mg. Do not dose below 5 mg once "
    "daily.",
    SMPC_2013,
)
NEWER_LADDER = Ladder(
    DRUG,
    "mg",
    (25.0, 20.0, 15.0, 10.0, 5.0, 2.5),
    "Starting dose 25 mg, dose level -1 20 mg, -2 15 mg, -3 10 mg, -4 5 mg, -5 2.5 mg",
    SMPC_STEPS,
)

PLATELETS = HoldRule(
    name="thrombocytopenia",
    drug=DRUG,
    when=condition("platelets < 30 10^9/L"),
    until=condition("platelets >= 30 10^9/L"),
    first_resume="next lower",
    wording="First fall to < 30 x 10^9/l: Interrupt lenalidomide treatment. Return to >= 30 x 10^9/l: Resume "
    "lenalidomide at Dose Level 1. For each subsequent drop below 30 x 10^9/l: Interrupt. Return: Resume at next "
    "lower dose level",
    source=SMPC_2013,
)
NEUTROPHILS = HoldRule(
    name="neutropenia",
    drug=DRUG,
    when=condition("anc < 0.5 10^9/L"),
    until=condition("anc >= 0.5 10^9/L"),
    wording="First fall to < 0.5 x 10^9/l: Interrupt lenalidomide treatment. Return to >= 0.5 x 10^9/l when "
    "neutropenia is the only observed toxicity: Resume lenalidomide at Starting Dose once daily. When other "
    "dose-dependent haematological toxicities are observed: Resume at Dose Level 1. For each subsequent drop below "
    "0.5 x 10^9/l: Interrupt. Return: Resume at next lower dose level",
    source=SMPC_2013,
    note="the starting dose is read as the dose level in force",
)
OTHER_TOXICITY = HoldRule(
    name="other toxicity",
    drug=DRUG,
    when=condition("other_toxicity >= grade 3"),
    until=condition("other_toxicity <= grade 2"),
    first_resume="next lower",
    wording="For other grade 3 or 4 toxicities judged to be related to lenalidomide, treatment should be stopped and "
    "only restarted at next lower dose level when toxicity has resolved to <= Grade 2",
    source=HYPERSENSITIVITY,
    note="words from memory; that such toxicity calls for a change of dose stands in the text of 2013",
)
HOLDS = (PLATELETS, NEUTROPHILS, OTHER_TOXICITY)

STOPS = (
    StopRule(
        name="allergy",
        drugs=(DRUG,),
        when=condition("allergy"),
        wording="Lenalidomide must be discontinued for angioedema and anaphylactic reaction",
        source=HYPERSENSITIVITY,
        note="words from memory",
    ),
    StopRule(
        name="severe skin reaction",
        drugs=(DRUG,),
        when=condition("severe_skin_reaction or rash >= grade 4"),
        wording="Lenalidomide must be discontinued for Grade 4 rash, exfoliative or bullous rash, or if "
        "Stevens-Johnson syndrome, toxic epidermal necrolysis or DRESS is suspected, and should not be resumed",
        source=HYPERSENSITIVITY,
        note="words from memory; that grade 2 or 3 rash may be a reason to interrupt is left to the physician",
    ),
)

_RENAL_WORDS = "Moderate renal impairment (30 <= CLcr < 50 ml/min): 10 mg once daily. Severe (CLcr < 30 ml/min, not "
_RENAL_WORDS += (
    "requiring dialysis): 15 mg every other day. End stage (requiring dialysis): 5 mg once daily, after dialysis"
)
STARTS = (
    StartRule(
        name="start on dialysis",
        drug=DRUG,
        when=condition("dialysis >= 1"),
        dose=5.0,
        wording=_RENAL_WORDS,
        source=SMPC_2013,
    ),
    StartRule(
        name="start in severe renal impairment",
        drug=DRUG,
        when=condition("crcl < 30 mL/min"),
        dose=15.0,
        every_day=2,
        wording=_RENAL_WORDS,
        source=SMPC_2013,
        note="that 15 mg every other day may become 10 mg once daily where tolerated is left to the physician",
    ),
    StartRule(
        name="start in moderate renal impairment",
        drug=DRUG,
        when=condition("crcl < 50 mL/min"),
        dose=10.0,
        wording=_RENAL_WORDS,
        source=SMPC_2013,
    ),
)
RENAL_ESCALATION = EscalateRule(
    name="more in moderate renal impairment",
    drug=DRUG,
    when=condition(
        "crcl >= 30 mL/min and crcl < 50 mL/min and cycle >= 3 and cycles_since_change >= 2 and responding < 1"
    ),
    to=15.0,
    wording="The dose may be escalated to 15 mg once daily after 2 cycles if patient is not responding to treatment "
    "and is tolerating the treatment",
    source=SMPC_2013,
    note="tolerating is read as no hold and no change of dose in two whole cycles; a permission that everybody uses",
)

_OR_LATER = "cycle >= 2 or (anc >= 1.0 10^9/L and {platelets})"
START_COUNTS = CycleRule(
    name="counts to start",
    needs=condition(
        _OR_LATER.format(
            platelets="platelets >= 30 10^9/L and (platelets >= 75 10^9/L or marrow_infiltrated >= 1)",
        )
    ),
    drugs=(DRUG,),
    first_cycle=1,
    wait_if_not_known=True,
    wording="Lenalidomide treatment must not be started if the Absolute Neutrophil Counts (ANC) < 1.0 x 10^9/l, and/or "
    "platelet counts < 75 x 10^9/l or, dependent on bone marrow infiltration by plasma cells, platelet counts < 30 x "
    "10^9/l",
    source=SMPC_2013,
    note="the first cycle waits a week at a time until the counts are there; where it is not known whether the marrow "
    "is infiltrated, until they are at the higher limit",
)
NEWER_START_COUNTS = CycleRule(
    name="counts to start",
    needs=condition(_OR_LATER.format(platelets="platelets >= 50 10^9/L")),
    drugs=(DRUG,),
    first_cycle=1,
    wording="Lenalidomide treatment must not be started if the ANC is <1.0 x 10^9/L, and/or platelet counts are <50 x "
    "10^9/L",
    source=SMPC_NEWER,
    note="the first cycle waits a week at a time until the counts are there",
)


def _back_up(level: float, to: float) -> EscalateRule:
    """One step up again after two good cycles; patients who started lower for their kidneys stay there."""
    return EscalateRule(
        name=f"back to {to:g} mg",
        drug=DRUG,
        when=condition(
            f"level >= {level} mg and level < {to} mg and crcl >= 50 mL/min and cycles_since_change >= 2 "
            "and anc >= 1.5 10^9/L and platelets >= 100 10^9/L"
        ),
        to=to,
        even_if_lowered=True,
        wording="The dose of lenalidomide may be re-introduced to the next higher dose level (up to the starting dose) "
        "upon improvement in bone marrow function (no hematologic toxicity for at least 2 consecutive cycles: ANC >= "
        "1.5 x 10^9/L with a platelet count >= 100 x 10^9/L at the beginning of a new cycle)",
        source=SMPC_NEWER,
        note="a permission, taken by every patient, once for each level",
    )


_RUNGS = NEWER_LADDER.rungs
BACK_UP = tuple(_back_up(low, high) for high, low in pairwise(_RUNGS))

EU = Protocol("lenalidomide EU", (*HOLDS, *STOPS, *STARTS, RENAL_ESCALATION, START_COUNTS), (LADDER,), CALENDAR)
EU_NEWER = Protocol(
    "lenalidomide EU, newer text",
    (*HOLDS, *STOPS, *STARTS, RENAL_ESCALATION, *BACK_UP, NEWER_START_COUNTS),
    (NEWER_LADDER,),
    CALENDAR,
)
