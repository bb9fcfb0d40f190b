"""What the labels allow as a dose and as a combination: highest doses, age, two drugs of one class, PD-1 blockers.

Answers:  doses above the label for anyone; dexamethasone and thalidomide above 75 years; pembrolizumab; two drugs of
          the class; diseases in which a drug must not be used.
Assumed:  a dose above the label's is a block, as the label does not allow it; a lower dose is not a finding.
"""

from titer.clinic.safety.conditions import ALWAYS, diagnosed, documented, dose, gives, number, receives, taking, word
from titer.clinic.safety.declare import Authority, SafetyRule
from titer.clinic.safety.plan import CYCLE_DAYS
from titer.library.labels._sources import LEN_US, POM_US, THAL_EU, THAL_US, TITER, label, memory
from titer.source import Source

OVER_75 = number("age_year") > 75
STEROID = receives("corticosteroid")
SLACK = 1 + 1e-9  # sums of doses are not exact
BOTH: tuple[Authority, ...] = ("US", "EU")


def highest(
    key: str,
    drug: str,
    most: float,
    indications: tuple[str, ...],
    words: str,
    source: Source,
    authority: tuple[Authority, ...] = BOTH,
    days: int = CYCLE_DAYS,
) -> SafetyRule:
    """No more than this on one day, mg, and on so many days of 28, in these diseases."""
    most_in_cycle = most * days
    months = f", {most_in_cycle:g} mg in 28 days ({days} of them)" if days < CYCLE_DAYS else ""
    return SafetyRule(
        key=key,
        about=(drug,),
        severity="block",
        when=(dose(drug, "most_on_a_day") > most * SLACK) | (dose(drug, "in_28_days") > most_in_cycle * SLACK),
        finding=f"the planned dose is above the highest of the label for {words}",
        advice=f"Plan {most:g} mg a day or less" + (f", on {days} of 28 days." if days < CYCLE_DAYS else "."),
        source=source,
        authority=authority,
        limit=f"{most:g} mg on a day{months} for {words}",
        indications=indications,
    )


LYMPHOMAS = ("follicular_lymphoma", "marginal_zone_lymphoma")
HIGHEST = (
    highest(
        "lenalidomide_highest_myeloma",
        "lenalidomide",
        25,
        ("multiple_myeloma",),
        "multiple myeloma",
        label(LEN_US, "section 2 (25 mg days 1-21 of 28); EU section 4.2 alike"),
        days=21,
    ),
    highest(
        "lenalidomide_highest_maintenance",
        "lenalidomide",
        15,
        ("multiple_myeloma_maintenance",),
        "maintenance",
        label(LEN_US, "section 2 (10 mg daily, 15 mg after 3 cycles); EU section 4.2 alike"),
    ),
    highest(
        "lenalidomide_highest_mds",
        "lenalidomide",
        10,
        ("mds_del5q", "mds"),
        "myelodysplastic syndrome",
        label(LEN_US, "section 2 (10 mg daily); EU section 4.2: 10 mg"),
    ),
    highest(
        "lenalidomide_highest_mantle_cell",
        "lenalidomide",
        25,
        ("mantle_cell_lymphoma",),
        "mantle cell lymphoma",
        memory(LEN_US, "section 2 (25 mg days 1-21 of 28)"),
        days=21,
    ),
    highest(
        "lenalidomide_highest_lymphoma",
        "lenalidomide",
        20,
        LYMPHOMAS,
        "follicular and marginal zone lymphoma",
        memory(LEN_US, "section 2 (20 mg days 1-21, up to 12 cycles)"),
        days=21,
    ),
    highest(
        "pomalidomide_highest_myeloma",
        "pomalidomide",
        4,
        ("multiple_myeloma",),
        "multiple myeloma",
        label(POM_US, "section 2 (4 mg days 1-21 of 28); EU section 4.2 alike"),
        days=21,
    ),
    highest(
        "pomalidomide_highest_kaposi",
        "pomalidomide",
        5,
        ("kaposi_sarcoma",),
        "Kaposi sarcoma",
        label(POM_US, "section 2 (5 mg days 1-21 of 28)"),
        ("US",),
        days=21,
    ),
    highest(
        "thalidomide_highest_myeloma",
        "thalidomide",
        200,
        ("multiple_myeloma",),
        "multiple myeloma",
        label(THAL_US, "section 2 (200 mg at bedtime); EU section 4.2: 200 mg up to 75 years"),
    ),
    highest(
        "thalidomide_highest_enl",
        "thalidomide",
        400,
        ("erythema_nodosum_leprosum",),
        "erythema nodosum leprosum",
        label(THAL_US, "section 2 (100-300 mg; up to 400 mg in severe or earlier disease)"),
        ("US",),
    ),
)

RULES = (
    *HIGHEST,
    SafetyRule(
        key="lenalidomide_maintenance_start",
        about=("lenalidomide",),
        severity="block",
        when=dose("lenalidomide", "start") > 10,
        finding="maintenance starts above 10 mg a day",
        advice="Start at 10 mg daily; 15 mg after 3 cycles if tolerated.",
        source=label(LEN_US, "section 2 (maintenance); EU section 4.2 alike"),
        limit="10 mg a day for 3 cycles",
        indications=("multiple_myeloma_maintenance",),
    ),
    SafetyRule(
        key="dexamethasone_over_75",
        about=("lenalidomide", "pomalidomide"),
        severity="require",
        when=(dose("dexamethasone", "start") > 20) & OVER_75,
        finding="dexamethasone above 20 mg on a day in a patient over 75 years",
        advice="Start dexamethasone at 20 mg on days 1, 8, 15 and 22.",
        source=label(LEN_US, "section 2; pomalidomide section 2 and EU section 4.2 alike"),
        limit="over 75 years: 20 mg on a day",
        indications=("multiple_myeloma",),
    ),
    SafetyRule(
        key="dexamethasone_high_dose",
        about=("imid",),
        severity="warn",
        when=dose("dexamethasone", "in_28_days") > 160,
        finding="more than 160 mg of dexamethasone in 28 days: more thrombosis and early deaths than weekly "
        "dexamethasone",
        advice="Prefer 40 mg weekly (20 mg over 75 years).",
        source=label("ECOG E4A03, lenalidomide with high-dose or weekly dexamethasone", "thrombosis 26 against 12%"),
        limit="160 mg in 28 days",
    ),
    SafetyRule(
        key="thalidomide_over_75_eu",
        about=("thalidomide",),
        severity="block",
        when=gives("melphalan") & (dose("thalidomide", "start") > 100) & OVER_75,
        finding="thalidomide above 100 mg with melphalan in a patient over 75 years",
        advice="Start at 100 mg; at most 12 cycles of 42 days.",
        source=label(THAL_EU, "section 4.2 (with melphalan and prednisone)"),
        authority=("EU",),
        limit="over 75 years: 100 mg",
        indications=("multiple_myeloma",),
        elsewhere="US: 200 mg at any age, with dexamethasone",
    ),
    SafetyRule(
        key="thalidomide_enl_weight",
        about=("thalidomide",),
        severity="warn",
        when=(dose("thalidomide", "start") > 100) & (number("weight_kg") < 50),
        finding="the starting dose is above the low end for a patient under 50 kg",
        advice="Start at 100 mg.",
        source=label(THAL_US, "section 2 (erythema nodosum leprosum)"),
        authority=("US",),
        limit="under 50 kg: 100 mg",
        indications=("erythema_nodosum_leprosum",),
    ),
    SafetyRule(
        key="thalidomide_enl_neuritis",
        about=("thalidomide",),
        severity="require",
        when=~STEROID & (number("neuropathy_grade") >= 2),
        finding="thalidomide alone in moderate or severe neuritis",
        advice="Add a corticosteroid until the neuritis subsides.",
        source=label(THAL_US, "section 1 (erythema nodosum leprosum: not as monotherapy in neuritis)"),
        authority=("US",),
        indications=("erythema_nodosum_leprosum",),
    ),
    SafetyRule(
        key="pd1_blocker_with_imid",
        about=("imid",),
        severity="block",
        when=STEROID & receives("pd1_pdl1_blocker"),
        finding="a PD-1 or PD-L1 blocker with a drug of this class and dexamethasone: more deaths in two trials",
        advice="Do not combine outside controlled trials.",
        source=label(POM_US, "section 5 (increased mortality with pembrolizumab; KEYNOTE-183); lenalidomide alike"),
        limit="never together",
        indications=("multiple_myeloma", "multiple_myeloma_maintenance"),
    ),
    *(
        SafetyRule(
            key=f"{drug}_with_another_imid",
            about=(drug,),
            severity="block",
            when=receives(first) | receives(second),
            finding=f"two drugs of one class: {drug} with {first} or {second}",
            advice="Give one of them; stop the other first.",
            source=label(TITER, "same class, same harms; neither label describes the combination"),
            limit="one drug of the class at a time",
        )
        for drug, first, second in (
            ("thalidomide", "lenalidomide", "pomalidomide"),
            ("lenalidomide", "thalidomide", "pomalidomide"),
            ("pomalidomide", "lenalidomide", "thalidomide"),
        )
    ),
    SafetyRule(
        key="lenalidomide_cll",
        about=("lenalidomide",),
        severity="block",
        when=ALWAYS,
        finding="lenalidomide in chronic lymphocytic leukaemia: more deaths than chlorambucil",
        advice="Not outside controlled trials.",
        source=label(LEN_US, "section 5 (increased mortality in chronic lymphocytic leukaemia)"),
        indications=("chronic_lymphocytic_leukaemia",),
    ),
    SafetyRule(
        key="lenalidomide_cll_too",
        about=("lenalidomide",),
        severity="warn",
        when=documented(
            diagnosed("chronic_lymphocytic_leukaemia") | word("diagnosis", "chronic_lymphocytic_leukaemia")
        ),
        finding="the patient also has chronic lymphocytic leukaemia, in which lenalidomide raised mortality",
        advice="Weigh another drug; not for the leukaemia outside controlled trials.",
        source=label(LEN_US, "section 5 (increased mortality in chronic lymphocytic leukaemia)"),
    ),
    SafetyRule(
        key="indication_differs",
        about=("imid",),
        severity="warn",
        when=documented(word("diagnosis", "other")),
        finding="the diagnosis is none that these rules know",
        advice="Check the label of the product for it.",
        source=label(TITER, "the rules are for the labels' indications"),
    ),
    SafetyRule(
        key="melphalan_counts",
        about=("melphalan",),
        severity="block",
        when=gives("imid") & ((number("anc_10e9_l") < 1.0) | (number("platelets_10e9_l") < 50)),
        finding="counts are too low for melphalan with a drug of this class",
        advice="Wait until neutrophils are 1.0 and platelets 50 x10^9/L; half the dose of melphalan below 1.5 or 100.",
        source=label(THAL_EU, "section 4.2 (melphalan, prednisone, thalidomide)"),
        authority=("EU",),
        limit="neutrophils 1.0 and platelets 50 x10^9/L",
    ),
    SafetyRule(
        key="melphalan_half_dose",
        about=("melphalan",),
        severity="require",
        when=gives("imid")
        & (number("anc_10e9_l") >= 1.0)
        & (number("platelets_10e9_l") >= 50)
        & ((number("anc_10e9_l") < 1.5) | (number("platelets_10e9_l") < 100)),
        finding="counts call for half the dose of melphalan",
        advice="0.125 mg/kg (0.10 over 75 years) in place of 0.25 (0.20).",
        source=label(THAL_EU, "section 4.2 (melphalan, prednisone, thalidomide)"),
        authority=("EU",),
        limit="neutrophils 1.5 and platelets 100 x10^9/L for the whole dose",
    ),
    SafetyRule(
        key="steroid_taken_too",
        about=("dexamethasone",),
        severity="warn",
        when=taking("corticosteroid") | documented(number("prednisone_mg_day") > 0),
        finding="a corticosteroid is taken besides the planned dexamethasone",
        advice="Count both together for thrombosis, infection and sugar.",
        source=label(TITER, "same class, same harms"),
    ),
)
