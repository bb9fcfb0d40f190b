"""Pomalidomide for multiple myeloma and Kaposi sarcoma, United States and European Union.

Answers:  which counts a cycle needs, when pomalidomide is held, when it resumes and at which dose, when it is stopped;
          where it starts on dialysis, with a diseased liver or with a strong inhibitor of CYP1A2.
Not for:  whether a patient may have it at all (`titer check`); platelet rules in Kaposi sarcoma, European rules on
          organ impairment, both not read; a hold for grade 2 or 3 rash, which the labels let one consider.
Assumed:  a later febrile neutropenia costs 1 mg like any later fall; "3 mg" on first resuming is the next lower level
          of a patient who took 3 mg or less; a neutropenia is over when the count and the temperature are back.
Conflict: the label of the United States resumes at an ANC of 0.5, that of the European Union at 1.0 x 10^9/L.
"""

from titer.clinic.condition_text import parse_condition as condition
from titer.clinic.protocol import (
    Calendar,
    CycleRule,
    HoldRule,
    Ladder,
    Protocol,
    Rule,
    StartRule,
    StopRule,
    VisitPhase,
)
from titer.model.declare import Source

DRUG = "pomalidomide"
US_LABEL = Source("POMALYST (pomalidomide) US prescribing information, section 2, dose modifications for toxicities")
US_ORGANS = Source("POMALYST (pomalidomide) US prescribing information, sections 2, 7 and 8: dialysis, liver, CYP1A2")
US_KAPOSI = Source("POMALYST (pomalidomide) US prescribing information, section 2, Kaposi sarcoma")
US_MONITORING = Source("POMALYST (pomalidomide) US prescribing information, section 5: blood counts", confirmed=False)
EU_LABEL = Source("Imnovid EU summary of product characteristics, section 4.2, dose modification instructions")
EU_REST = Source("Imnovid EU summary of product characteristics, section 4.2, platelets and steps", confirmed=False)
EU_INTERACTION = Source("Imnovid EU summary of product characteristics, sections 4.2 and 4.5: inhibitors of CYP1A2")

_STOP_WORDS = "Permanently discontinue if unable to tolerate 1 mg once daily"
US_LADDER = Ladder(DRUG, "mg", (4.0, 3.0, 2.0, 1.0), _STOP_WORDS, US_LABEL, at_floor="stop")
EU_LADDER = Ladder(
    DRUG,
    "mg",
    (4.0, 3.0, 2.0, 1.0),
    "If adverse reactions occur after dose reductions to 1 mg, the medicinal product should be discontinued",
    EU_REST,
    at_floor="stop",
)
KAPOSI_LADDER = Ladder(DRUG, "mg", (5.0, 4.0, 3.0, 2.0, 1.0), _STOP_WORDS, US_KAPOSI, at_floor="stop")


def _counts(resume_anc: float, anc: Source, platelets: Source, anc_words: str, platelet_words: str) -> tuple[Rule, ...]:
    """The holds of both labels, which differ in the count that lets treatment resume."""
    return (
        HoldRule(
            name="thrombocytopenia",
            drug=DRUG,
            when=condition("platelets < 25 10^9/L"),
            until=condition("platelets >= 50 10^9/L"),
            first_dose=3.0,
            wording=platelet_words,
            source=platelets,
        ),
        HoldRule(
            name="neutropenia",
            drug=DRUG,
            when=condition("anc < 0.5 10^9/L or (anc < 1.0 10^9/L and temperature >= 38.5 degC)"),
            until=condition(f"anc >= {resume_anc} 10^9/L and temperature < 38.5 degC"),
            first_dose=3.0,
            wording=anc_words,
            source=anc,
            note="over when a fever is, too; with and without fever it is one toxicity: each later fall costs 1 mg",
        ),
    )


_US_ANC = (
    "ANC <500 per mcL or febrile neutropenia (fever >=38.5 degC and ANC <1,000 per mcL): Interrupt, follow CBC weekly. "
    "ANC return to >=500 per mcL: Resume at 3 mg daily. For each subsequent drop <500 per mcL: Interrupt. Return to "
    ">=500 per mcL: Resume at 1 mg less than the previous dose"
)
_US_PLATELETS = (
    "Platelets <25,000 per mcL: Interrupt, follow CBC weekly. Return to >50,000 per mcL: Resume at 3 mg daily. For "
    "each subsequent drop <25,000 per mcL: Interrupt. Return to >=50,000 per mcL: Resume at 1 mg less than previous "
    "dose"
)
_EU_ANC = (
    "ANC < 0.5 x 10^9/l or febrile neutropenia (fever >=38.5 degC and ANC <1 x 10^9/l): Interrupt, follow CBC weekly. "
    "ANC return to >=1 x 10^9/l: Resume at 3 mg daily. For each subsequent drop < 0.5 x 10^9/l: Interrupt. ANC return "
    "to >=1 x 10^9/l: Resume at 1 mg less than the previous dose"
)
_EU_PLATELETS = "Platelet count <25 x 10^9/l: Interrupt. Return to >=50 x 10^9/l: Resume at 3 mg daily; later 1 mg less"
US_HOLDS = _counts(0.5, US_LABEL, US_LABEL, _US_ANC, _US_PLATELETS)
EU_HOLDS = _counts(1.0, EU_LABEL, EU_REST, _EU_ANC, _EU_PLATELETS)


def _other_toxicity(source: Source) -> HoldRule:
    return HoldRule(
        name="other toxicity",
        drug=DRUG,
        when=condition("other_toxicity >= grade 3"),
        until=condition("other_toxicity <= grade 2"),
        first_resume="next lower",
        wording="For other Grade 3 or 4 toxicities, hold treatment and restart treatment at 1 mg less than the "
        "previous dose when toxicity has resolved to less than or equal to Grade 2 at the physician's discretion",
        source=source,
    )


STOPS = (
    StopRule(
        name="allergy",
        drugs=(DRUG,),
        when=condition("allergy"),
        wording="Permanently discontinue POMALYST for angioedema, anaphylaxis",
        source=US_LABEL,
    ),
    StopRule(
        name="severe skin reaction",
        drugs=(DRUG,),
        when=condition("severe_skin_reaction or rash >= grade 4"),
        wording="Permanently discontinue POMALYST for Grade 4 rash, skin exfoliation, bullae, or any other severe "
        "dermatologic reaction",
        source=US_LABEL,
    ),
)


def _cycle(source: Source, note: str = "") -> CycleRule:
    return CycleRule(
        name="counts for a cycle",
        needs=condition("anc >= 0.5 10^9/L and platelets >= 50 10^9/L"),
        drugs=(DRUG,),
        wording="To initiate a new cycle, the neutrophil count must be at least 500 per mcL and the platelet count "
        "must be at least 50,000 per mcL",
        source=source,
        note=note,
    )


_ORGAN_WORDS = (
    "Patients on dialysis: 3 mg (25% less), after dialysis. Child-Pugh A or B: 3 mg (25% less). Child-Pugh C: 2 mg "
    "(50% less). Strong CYP1A2 inhibitor: avoid; if it must be used, 2 mg (50% less)"
)


def _start(name: str, when: str, dose: float, words: str, source: Source, note: str = "") -> StartRule:
    return StartRule(name=name, drug=DRUG, when=condition(when), dose=dose, wording=words, source=source, note=note)


# The first that is so decides, so the lower dose comes first.
US_STARTS = (
    _start("start with Child-Pugh C", "child_pugh >= 3", 2.0, _ORGAN_WORDS, US_ORGANS, "in our words"),
    _start(
        "start with a strong inhibitor of CYP1A2",
        "strong_cyp1a2_inhibitor >= 1",
        2.0,
        _ORGAN_WORDS,
        US_ORGANS,
        "in our words; the label advises against the combination",
    ),
    _start("start on dialysis", "dialysis >= 1", 3.0, _ORGAN_WORDS, US_ORGANS, "in our words"),
    _start("start with Child-Pugh A or B", "child_pugh >= 1", 3.0, _ORGAN_WORDS, US_ORGANS, "in our words"),
)
EU_STARTS = (
    _start(
        "start with a strong inhibitor of CYP1A2",
        "strong_cyp1a2_inhibitor >= 1",
        2.0,
        "Strong inhibitors of CYP1A2 (ciprofloxacin, enoxacin, fluvoxamine): reduce the dose of pomalidomide by 50%",
        EU_INTERACTION,
        "2 mg is half of 4 mg",
    ),
)

# Weekly for eight weeks (from day 0), then every 28 days (from day 56).
CALENDAR = Calendar(
    (VisitPhase(0, 7), VisitPhase(56, 28)),
    while_held_every_day=7,
    wording="Complete blood counts weekly for the first 8 weeks and monthly thereafter; weekly while held",
    source=US_MONITORING,
)

US = Protocol(
    "pomalidomide US",
    (*US_HOLDS, _other_toxicity(US_LABEL), *STOPS, _cycle(US_LABEL), *US_STARTS),
    (US_LADDER,),
    CALENDAR,
)
EU = Protocol(
    "pomalidomide EU",
    (*EU_HOLDS, _other_toxicity(EU_REST), *STOPS, _cycle(US_LABEL, "taken over from the US label"), *EU_STARTS),
    (EU_LADDER,),
    CALENDAR,
)

KAPOSI_RULES = (
    HoldRule(
        name="neutropenia",
        drug=DRUG,
        when=condition("anc < 0.5 10^9/L"),
        until=condition("anc >= 1.0 10^9/L"),
        later_resume="same level",
        wording="ANC <500 per mcL: withhold until ANC >=1,000 per mcL",
        source=US_KAPOSI,
        note="the level at which it resumes was not read: it stays the same",
    ),
    CycleRule(
        name="counts for a cycle",
        needs=condition("anc >= 1.0 10^9/L"),
        drugs=(DRUG,),
        wording="ANC 500 to less than 1,000 per mcL on day 1 of a cycle: withhold until ANC >=1,000 per mcL",
        source=US_KAPOSI,
    ),
)
KAPOSI = Protocol(
    "pomalidomide US, Kaposi sarcoma",
    (*KAPOSI_RULES, _other_toxicity(US_LABEL), *STOPS),
    (KAPOSI_LADDER,),
    CALENDAR,
)
