"""Allergy, severe reactions, nerves, infections and later stem-cell collection under the thalidomide class.

Answers:  allergy to the drug or another of its class, earlier severe reactions, hepatitis B, neuropathy before
          thalidomide, collection of stem cells.
"""

from titer.clinic.safety.conditions import (
    allergic_to,
    diagnosed,
    documented,
    flag,
    gives,
    known_or_listed,
    number,
    word,
)
from titer.clinic.safety.declare import SafetyRule
from titer.library.labels._sources import CLASS_EU, CLASS_US, LEN_EU, LEN_US, THAL_EU, THAL_US, label, memory
from titer.library.labels.eligibility import PRIOR_IMID

IMID = ("imid",)
DRUGS = ("thalidomide", "lenalidomide", "pomalidomide")
MYELOMA = ("multiple_myeloma", "multiple_myeloma_maintenance")
NEUROPATHY = number("neuropathy_grade")
MILD_NEUROPATHY = (NEUROPATHY >= 1) & (NEUROPATHY < 3)

RULES = (
    *(
        SafetyRule(
            key=f"{drug}_allergy",
            about=(drug,),
            severity="block",
            when=allergic_to(drug),
            finding=f"allergy to {drug}",
            advice="Contraindicated.",
            source=label(CLASS_US, "section 4 (hypersensitivity); EU section 4.3 alike"),
            limit="no allergy to the drug",
        )
        for drug in DRUGS
    ),
    SafetyRule(
        key="class_allergy",
        about=IMID,
        severity="warn",
        when=documented(allergic_to("imid")),
        finding="allergy to a drug of this class; reactions may cross",
        advice="Watch the first doses closely, or choose another treatment.",
        source=label(CLASS_EU, "section 4.4 (allergic reactions: earlier reactions to thalidomide)"),
    ),
    SafetyRule(
        key="dexamethasone_allergy",
        about=("dexamethasone",),
        severity="block",
        when=allergic_to("dexamethasone"),
        finding="allergy to dexamethasone",
        advice="Contraindicated.",
        source=memory("Dexamethasone tablets, prescribing information", "contraindications"),
    ),
    SafetyRule(
        key="severe_reaction_before",
        about=IMID,
        severity="block",
        when=documented(flag("prior_imid_severe_reaction")) | (PRIOR_IMID & flag("prior_imid_severe_reaction")),
        finding="angioedema, anaphylaxis, grade 4 rash, or an exfoliative or bullous reaction to a drug of this class",
        advice="Do not give the class again.",
        source=memory(CLASS_US, "section 5 (hypersensitivity, severe cutaneous reactions)"),
        limit="no severe reaction before",
    ),
    SafetyRule(
        key="children_eu",
        about=DRUGS,
        severity="block",
        when=number("age_year") < 18,
        finding="a child: not to be used below 18 years",
        advice="Not outside trials.",
        source=label(LEN_EU, "section 4.2 (paediatric patients, 0-17 years); the other summaries from memory"),
        authority=("EU",),
        limit="18 years",
        topic="children",
    ),
    SafetyRule(
        key="children_us",
        about=DRUGS,
        severity="warn",
        when=number("age_year") < 18,
        finding="a child: safety and effect are not established below 18 years (thalidomide: 12)",
        advice="Not outside trials; growth and fertility are not studied.",
        source=memory(CLASS_US, "section 8.4 (paediatric use)"),
        authority=("US",),
        limit="not established below 18 years",
        topic="children",
    ),
    SafetyRule(
        key="organ_transplant_imid",
        about=IMID,
        severity="warn",
        when=documented(word("organ_transplant", "kidney", "liver", "heart", "lung", "pancreas", "bowel", "other")),
        finding="a transplanted organ: rejection has been reported under this class",
        advice="Weigh benefit against the risk of rejection with the transplant centre.",
        source=memory(CLASS_EU, "section 4.4 (solid organ transplant rejection)"),
    ),
    SafetyRule(
        key="hepatitis_b",
        about=("lenalidomide", "pomalidomide"),
        severity="warn",
        when=known_or_listed(word("hepatitis_b", "past", "active"), diagnosed("hepatitis_b")),
        finding="hepatitis B, past or active, can come back",
        advice="Ask a specialist; follow the virus and the liver during treatment.",
        source=memory(CLASS_EU, "section 4.4 (hepatitis B status before treatment)"),
        limit="hepatitis B status known before the first dose",
    ),
    SafetyRule(
        key="thalidomide_neuropathy",
        about=("thalidomide",),
        severity="block",
        when=NEUROPATHY >= 3,
        finding="severe neuropathy before thalidomide",
        advice="Do not start; thalidomide is stopped at grade 3 or 4.",
        source=label(THAL_EU, "section 4.2 (neuropathy: grade 3-4 stop)"),
        limit="neuropathy below grade 3",
        indications=MYELOMA,
    ),
    SafetyRule(
        key="thalidomide_neuropathy_mild",
        about=("thalidomide",),
        severity="warn",
        when=documented(MILD_NEUROPATHY) | (documented(diagnosed("neuropathy")) & ~documented(NEUROPATHY >= 3)),
        finding="neuropathy before thalidomide",
        advice="Weigh another drug; grade 2: lower dose or wait, half the dose when at grade 1 or less.",
        source=label(THAL_EU, "section 4.2 (neuropathy)"),
    ),
    SafetyRule(
        key="stem_cell_collection",
        about=("lenalidomide",),
        severity="require",
        when=documented(flag("stem_cell_collection_planned")),
        finding="stem cells are to be collected later, and lenalidomide lowers the yield",
        advice="Collect within 4 cycles of lenalidomide.",
        source=label(LEN_US, "section 5 (impaired stem-cell mobilisation)"),
        limit="within 4 cycles",
        indications=("multiple_myeloma",),
    ),
    SafetyRule(
        key="stem_cell_collection_late",
        about=("lenalidomide",),
        severity="warn",
        when=documented(flag("stem_cell_collection_planned")) & documented(number("lenalidomide_cycles") > 4),
        finding="more than 4 cycles of lenalidomide before the collection of stem cells",
        advice="Ask a transplant centre about mobilisation with plerixafor.",
        source=label(LEN_US, "section 5 (impaired stem-cell mobilisation)"),
        limit="4 cycles",
        indications=("multiple_myeloma",),
    ),
    SafetyRule(
        key="thalidomide_enl_steroid_allergy",
        about=("thalidomide",),
        severity="inform",
        when=documented(allergic_to("dexamethasone")) & ~gives("dexamethasone"),
        finding="allergy to dexamethasone; neuritis would call for another corticosteroid",
        advice="Plan another corticosteroid.",
        source=label(THAL_US, "section 1 (erythema nodosum leprosum)"),
        indications=("erythema_nodosum_leprosum",),
    ),
)
