"""Thrombosis under the thalidomide class: three risk scores, who needs thromboprophylaxis, and with what.

Answers:  SAVED, IMPEDE and PRISM scores with the facts they count; whether prophylaxis is missing or too weak.
Assumed:  a month of dexamethasone is 28 days, so that 40 mg weekly is 160 mg; a high SAVED (2 or more) or IMPEDE (4 or
          more) score asks for more than aspirin, as guidelines read the scores.
Conflict: absolute risks of SAVED differ between its derivation (high: 12% at 6 months) and a validation without
          anticoagulation (32%); one print of IMPEDE gives a therapeutic anticoagulant -4 in place of -5.
"""

from titer.clinic.safety.conditions import (
    Condition,
    diagnosed,
    documented,
    dose,
    first_known,
    flag,
    gives,
    known_or_listed,
    number,
    receives,
    taking,
    word,
)
from titer.clinic.safety.declare import SafetyRule
from titer.clinic.safety.scores import Item, Score
from titer.library.labels._sources import CLASS_EU, CLASS_US, label
from titer.source import Source

IMID = ("imid",)
MYELOMA = ("multiple_myeloma", "multiple_myeloma_maintenance")
DEXAMETHASONE = dose("dexamethasone", "in_28_days")
HIGH_DEXAMETHASONE = DEXAMETHASONE > 160
VTE = known_or_listed(flag("vte_history"), diagnosed("venous_thromboembolism"))
SURGERY = flag("recent_surgery")
ESA = known_or_listed(flag("erythropoiesis_stimulating_agent"), taking("erythropoiesis_stimulating_agent"))
ANY_PROPHYLAXIS = first_known(flag("on_thromboprophylaxis"), taking("antithrombotic"))
# A heparin in the list of medicines may be given in a prophylactic or a therapeutic dose: then neither is known
THERAPEUTIC, PROPHYLACTIC = (
    word("thromboprophylaxis", "anticoagulant"),
    word("thromboprophylaxis", "aspirin", "prophylactic_heparin"),
)
ANTICOAGULANT = first_known(THERAPEUTIC, taking("anticoagulant") | (taking("heparin") & THERAPEUTIC))
LIGHT = first_known(PROPHYLACTIC, taking("light_prophylaxis") | (taking("heparin") & PROPHYLACTIC))
IMID_GIVEN: Condition = gives("imid")

SAVED = Score(
    "SAVED",
    (
        Item(2, SURGERY, "surgery within 90 days"),
        Item(-3, word("race", "asian"), "Asian race"),
        Item(3, VTE, "earlier thromboembolism"),
        Item(1, number("age_year") >= 80, "80 years or more"),
        Item(2, HIGH_DEXAMETHASONE, "dexamethasone above 160 mg in 28 days"),
        Item(1, (DEXAMETHASONE >= 120) & ~HIGH_DEXAMETHASONE, "dexamethasone 120-160 mg in 28 days"),
    ),
    Source("SAVED score, Li et al. 2019 J Natl Compr Canc Netw 17:840; points as in the evidence notes, section d"),
    note="high: 2 or more; thromboembolism in 6 months 7% (low) and 12% (high) where it was derived, 6% and 32% in a "
    "validation without anticoagulation",
)
IMPEDE = Score(
    "IMPEDE",
    (
        Item(4, IMID_GIVEN, "drug of the thalidomide class"),
        Item(1, number("bmi_kg_m2") >= 25, "body mass index 25 or more"),
        Item(4, flag("pelvic_hip_femur_fracture"), "fracture of pelvis, hip or femur"),
        Item(1, ESA, "erythropoiesis-stimulating agent"),
        Item(4, HIGH_DEXAMETHASONE, "high-dose dexamethasone"),
        Item(2, (DEXAMETHASONE > 0) & ~HIGH_DEXAMETHASONE, "low-dose dexamethasone"),
        Item(3, receives("anthracycline"), "doxorubicin"),
        Item(-3, word("race", "asian"), "Asian race"),
        Item(5, VTE, "earlier thromboembolism"),
        Item(2, flag("central_venous_catheter"), "central venous catheter"),
        Item(-5, ANTICOAGULANT, "therapeutic anticoagulant"),
        Item(-3, LIGHT, "prophylactic aspirin or heparin"),
    ),
    Source("IMPEDE VTE score, Sanfilippo et al. 2019 Am J Hematol 94:1176; points as in the evidence notes, section d"),
    note="thromboembolism in 6 months: 3.3% up to 3, 8.3% from 4 to 7, 15.2% from 8; one print: anticoagulant -4",
)
PRISM = Score(
    "PRISM",
    (
        Item(8, VTE, "earlier thromboembolism"),
        Item(5, SURGERY, "surgery within 90 days"),
        Item(2, IMID_GIVEN, "drug of the thalidomide class"),
        Item(2, flag("abnormal_cytogenetics"), "abnormal cytogenetics"),
        Item(1, word("race", "black"), "Black race"),
    ),
    Source("PRISM score, Chakraborty et al. 2022; points as in the evidence notes, section d"),
    note="thromboembolism in 12 months: 6.4% at 0, 10.7% from 1 to 6, 23.8% from 7",
)
SCORES = (SAVED, IMPEDE, PRISM)

LABELS = label(CLASS_US, "boxed warning and section 5 (thromboembolism); EU section 4.4 alike")
STEROID = receives("corticosteroid") | documented(number("prednisone_mg_day") > 0)
HIGH_RISK = (SAVED.value >= 2) | (IMPEDE.value >= 4)
# Nothing, or aspirin alone: said so, or read from the list of medicines
WEAK = documented(
    first_known(
        word("thromboprophylaxis", "none", "aspirin"),
        taking("light_prophylaxis") & ~taking("heparin") & ~taking("anticoagulant"),
    )
)
CONTRAINDICATED = documented(flag("thromboprophylaxis_contraindicated"))

RULES = (
    SafetyRule(
        key="thromboprophylaxis_missing",
        about=IMID,
        severity="require",
        when=STEROID & ~CONTRAINDICATED & ~ANY_PROPHYLAXIS,
        finding="no thromboprophylaxis with a drug of this class and a corticosteroid",
        advice="Give it unless contraindicated: aspirin at low risk, heparin or an anticoagulant at high risk.",
        source=LABELS,
        limit="thromboprophylaxis",
    ),
    SafetyRule(
        key="thromboprophylaxis_contraindicated",
        about=IMID,
        severity="warn",
        when=STEROID & CONTRAINDICATED,
        finding="thromboprophylaxis is contraindicated, and the risk of thrombosis is high",
        advice="Weigh another treatment; watch for signs of thrombosis; treat every other risk factor.",
        source=LABELS,
    ),
    SafetyRule(
        key="thromboprophylaxis_too_weak",
        about=IMID,
        severity="warn",
        when=HIGH_RISK & ~CONTRAINDICATED & WEAK,
        finding="the risk scores ask for more than aspirin",
        advice="Prefer low-molecular-weight heparin or an anticoagulant.",
        source=SAVED.source,
        limit="SAVED 2 or IMPEDE 4 and more: heparin or anticoagulant",
        indications=MYELOMA,
        note="IMPEDE counts the prophylaxis itself; the agent by score is how guidelines read it",
    ),
    SafetyRule(
        key="saved_high",
        about=IMID,
        severity="warn",
        when=SAVED.value >= 2,
        finding="high risk of thromboembolism by SAVED",
        advice="Heparin or an anticoagulant rather than aspirin.",
        source=SAVED.source,
        limit="SAVED 2",
        indications=MYELOMA,
        note=SAVED.note,
    ),
    SafetyRule(
        key="impede_high",
        about=IMID,
        severity="warn",
        when=IMPEDE.value >= 8,
        finding="high risk of thromboembolism by IMPEDE",
        advice="Heparin or an anticoagulant rather than aspirin.",
        source=IMPEDE.source,
        limit="IMPEDE 8",
        indications=MYELOMA,
        note=IMPEDE.note,
    ),
    SafetyRule(
        key="impede_intermediate",
        about=IMID,
        severity="inform",
        when=documented((IMPEDE.value >= 4) & (IMPEDE.value < 8)),
        finding="intermediate risk of thromboembolism by IMPEDE",
        advice="Keep up the prophylaxis; count again when dexamethasone, catheter or prophylaxis change.",
        source=IMPEDE.source,
        limit="IMPEDE 4 to 7",
        indications=MYELOMA,
        note=IMPEDE.note,
    ),
    SafetyRule(
        key="prism_high",
        about=IMID,
        severity="warn",
        when=documented(PRISM.value >= 7),
        finding="high risk of thromboembolism by PRISM",
        advice="Heparin or an anticoagulant rather than aspirin.",
        source=PRISM.source,
        limit="PRISM 7",
        indications=MYELOMA,
        note=PRISM.note,
    ),
    SafetyRule(
        key="vte_history",
        about=IMID,
        severity="warn",
        when=VTE,
        finding="venous thromboembolism before",
        advice="Therapeutic or prophylactic anticoagulant throughout; watch for signs of thrombosis.",
        source=LABELS,
    ),
    SafetyRule(
        key="arterial_event_history",
        about=IMID,
        severity="warn",
        when=known_or_listed(flag("arterial_event_history"), diagnosed("arterial_thromboembolism")),
        finding="myocardial infarction or stroke before; both are more frequent under lenalidomide and dexamethasone",
        advice="Treat every modifiable risk factor (smoking, blood pressure, lipids) and weigh benefit against risk.",
        source=label(CLASS_EU, "section 4.4 (arterial thromboembolism); US boxed warning alike"),
    ),
    SafetyRule(
        key="oestrogen_with_imid",
        about=IMID,
        severity="warn",
        when=taking("oestrogen"),
        finding="oestrogen raises the risk of thrombosis further",
        advice="Stop oestrogen where possible.",
        source=LABELS,
    ),
    SafetyRule(
        key="esa_with_imid",
        about=IMID,
        severity="warn",
        when=ESA,
        finding="an erythropoiesis-stimulating agent raises the risk of thrombosis further",
        advice="Weigh transfusion; stop the agent above 120 g/L haemoglobin (EU).",
        source=LABELS,
    ),
    SafetyRule(
        key="anthracycline_with_imid",
        about=IMID,
        severity="warn",
        when=receives("anthracycline"),
        finding="doxorubicin raises the risk of thrombosis further",
        advice="Heparin or an anticoagulant.",
        source=LABELS,
    ),
)


def score_named(name: str) -> Score:
    """One of the three scores by its name, in capitals or not.

    Raises:
        InputError: there is none of that name.

    Example:
        >>> score_named("saved").items[0].points
        2
    """
    from titer.errors import InputError, nearest

    known = {score.name.lower(): score for score in SCORES}
    if name.lower() not in known:
        raise InputError(f"there is no score '{name}'", hint=nearest(name, known))
    return known[name.lower()]
