"""BCG into the bladder, and BCG as the vaccine against tuberculosis: who may have it, and when.

Answers:  immune deficiency, tuberculosis, infection, bleeding, operations in the bladder, pregnancy, antibiotics,
          route, stage, earlier reactions (bladder); HIV, immunosuppression, malignancy, tuberculin, route (vaccine).
Not for:  BCG into a melanoma; the choice of dose and schedule; treatment of a BCG infection.
Assumed:  a route other than `id` means the bladder; without a route the indication tells which use is meant. A
          temperature of 38.0 degrees or more is a fever. A bladder below 150 mL is small. An infant is below 2 years.
          No label gives these numbers.
Conflict: after an operation in the bladder TICE waits 7 days, TheraCys 14 (its older label 7), OncoTICE 10 to 15 with a
          healed mucosa; we wait 14, block below 7 (US) and below 10 (EU), and warn up to 14 and 15.

Each rule was read in at least one of the labels that it names; not every label was checked for every rule, so the label
in force decides.
"""

from titer.clinic.safety.conditions import (
    ALWAYS,
    Condition,
    by_route,
    diagnosed,
    documented,
    first_known,
    flag,
    given_for,
    gives,
    number,
    receives,
    taking,
    word,
)
from titer.clinic.safety.declare import SafetyRule
from titer.library.labels._sources import TITER, label, memory
from titer.library.labels.medications import group
from titer.library.labels.pregnancy import POSSIBLE
from titer.source import Source

TICE, THERACYS, ONCOTICE = "TICE BCG US label", "TheraCys label (US, Canada)", "OncoTICE EU label"
ALL_THREE = f"{TICE}, {THERACYS} and {ONCOTICE}"
BOTH_US = f"{TICE} and {THERACYS}"
GUIDANCE = label(
    ALL_THREE, "contraindications (immunosuppression); threshold of the guidance on live vaccines, applied here by us"
)
VACCINE = "Labels of BCG vaccines (SSI/AJV)"
ANY, US = "Labels of BCG for the bladder", "US labels of BCG for the bladder"
BCG = ("bcg",)

WEAKENING = label(TITER, "members of the group that a rule on immunosuppression asks for, by pharmacological class")
CORTICOSTEROIDS = (
    "prednisone, prednisolone, methylprednisolone, hydrocortisone, dexamethasone, betamethasone, triamcinolone, "
    "deflazacort, cortisone"
)
IMMUNOSUPPRESSANTS = (
    "tacrolimus, ciclosporin, voclosporin, sirolimus, everolimus, mycophenolate mofetil, azathioprine, methotrexate, "
    "leflunomide, abatacept, belatacept, fingolimod, natalizumab, ocrelizumab, alemtuzumab, tofacitinib, "
    "baricitinib, upadacitinib, ruxolitinib, tocilizumab, ustekinumab, rituximab, obinutuzumab"
)
ANTIMETABOLITES = (
    "fludarabine, cladribine, azacitidine, capecitabine, mercaptopurine, cytarabine, gemcitabine, fluorouracil"
)
KILL_BCG = "streptomycin, aminosalicylic acid=4-aminosalicylic acid, isoniazid, rifampicin, ethambutol"
MEDICATIONS = (
    *group(IMMUNOSUPPRESSANTS, "immunosuppressant", "weakens_immunity", source=WEAKENING),
    *group(CORTICOSTEROIDS, "corticosteroid", "immunosuppressant"),
    *group("melphalan, cyclophosphamide, chlorambucil, bendamustine, busulfan, ifosfamide", "alkylating_agent"),
    *group(ANTIMETABOLITES, "antimetabolite"),
    *group(KILL_BCG, "antituberculous", "kills_bcg"),
    *group("rifabutin, rifapentine, pyrazinamide, cycloserine, capreomycin, bedaquiline", "antituberculous"),
    *group("norfloxacin", "antibiotic", "quinolone"),
)
CONDITIONS = (
    *group("prostatitis, epididymitis, orchitis", "genital_infection"),
    *group("carcinoma in situ of the bladder", "malignancy"),
)

COVERS = {"bcg": ("bladder_cancer", "tuberculosis_prevention")}

# Which use of BCG the regimen means: by its route, else by what it is for.
ELSEWHERE = ("intravesical", "iv", "sc", "im")
IN_SKIN = by_route("bcg", "id") | (~by_route("bcg", *ELSEWHERE) & given_for("tuberculosis_prevention"))
IN_BLADDER = ~IN_SKIN | by_route("bcg", "intravesical")


def shown(fact: str, named: str) -> Condition:
    """The flag, or a diagnosis of the group in the list; that the list lacks it does not answer for the flag."""
    return flag(fact) | documented(diagnosed(named))


TRANSPLANT = word("organ_transplant", "kidney", "liver", "heart", "lung", "pancreas", "bowel", "stem_cell", "other")
FEVER = number("temperature_c") >= 38.0
FEBRILE = first_known(flag("febrile_illness"), FEVER) | documented(FEVER)
STEROID_GIVEN = first_known(number("prednisone_mg_day") > 0, taking("corticosteroid")) | gives("corticosteroid")
STEROID_DOSE = (number("prednisone_mg_day") >= 20) | ((number("age_year") < 18) & (number("prednisone_mg_kg_day") >= 2))
STEROID = STEROID_GIVEN & STEROID_DOSE & (number("prednisone_days") >= 14)
CHEMOTHERAPY = receives("alkylating_agent") | receives("antimetabolite")
PREGNANT = documented(flag("pregnant")) | (POSSIBLE & flag("pregnant"))
BREAST_FEEDING = documented(flag("breast_feeding")) | (POSSIBLE & flag("breast_feeding"))
ANTIBIOTIC = taking("antibiotic") | taking("kills_bcg")
ON_ANTIBIOTIC = first_known(flag("antibiotic_now"), ANTIBIOTIC) | documented(ANTIBIOTIC)
OPERATED = number("bladder_procedure_days_ago")
INJURED = number("traumatic_catheterisation_days_ago")
MYELOMA = word("diagnosis", "multiple_myeloma") | diagnosed("multiple myeloma")
IMID_AND_STEROID = receives("imid") & receives("corticosteroid")
HAD_BCG = flag("prior_bcg")
INFANT = number("age_year") < 2


def since_wound(least: float, below: float) -> Condition:
    """Days since the last operation or injury in the bladder, from `least` to below `below`.

    An injury by a catheter counts where it is documented; every regimen says to look for one.
    """
    return OPERATED.between(least, below) | documented(INJURED.between(least, below))


def bladder(key: str, severity, when: Condition, finding: str, advice: str, source: Source, **more) -> SafetyRule:
    """A rule about BCG in the bladder."""
    return SafetyRule(f"bcg_{key}", BCG, severity, IN_BLADDER & when, finding, advice, source, **more)


def vaccine(key: str, severity, when: Condition, finding: str, advice: str, place: str, **more) -> SafetyRule:
    """A rule about the vaccine."""
    source = label(VACCINE, place)
    return SafetyRule(f"bcg_vaccine_{key}", BCG, severity, IN_SKIN & when, finding, advice, source, **more)


V1 = label(ALL_THREE, "contraindications: immune deficiency, congenital, acquired, by drugs or transplant, HIV")
V3 = label(ALL_THREE, "contraindications: active tuberculosis; tuberculin test before the first instillation")
NO = "Do not give BCG: the live bacteria may spread."

_IMMUNITY = (
    bladder(
        "immunodeficiency", "block", shown("immunodeficiency", "immunodeficiency"),
        "immune deficiency", NO, V1, limit="no immune deficiency",
    ),
    bladder("hiv", "block", shown("hiv", "hiv"), "HIV infection", NO, V1, limit="no HIV infection"),
    bladder("transplant", "block", TRANSPLANT, "organ transplant", NO, V1, limit="no transplant"),
    bladder(
        "immunosuppressant", "block", receives("weakens_immunity"), "a medicine that suppresses immunity", NO, V1,
        limit="no immunosuppressant",
    ),
    bladder(
        "corticosteroid", "block", STEROID, "corticosteroid in an immunosuppressive dose",
        "Do not give BCG until the dose is below 20 mg prednisone a day.", GUIDANCE,
        limit="less than 20 mg prednisone a day (and than 2 mg/kg, asked below 18 years), or for less than 14 days",
    ),
    bladder(
        "chemotherapy", "block", CHEMOTHERAPY, "alkylating agent or antimetabolite",
        "Do not give BCG during this treatment.", GUIDANCE, limit="no alkylating agent or antimetabolite",
    ),
    bladder("tnf_blocker", "block", receives("tnf_blocker"), "TNF blocker", NO, GUIDANCE, limit="no TNF blocker"),
    bladder(
        "radiotherapy", "block", flag("radiotherapy"), "radiotherapy now or lately",
        "Do not give BCG during radiotherapy.", GUIDANCE, limit="no radiotherapy",
    ),
    bladder(
        "myeloma", "block", MYELOMA, "multiple myeloma, a disease of the immune system", NO,
        label(TITER,
        "multiple myeloma weakens immunity, so that the contraindication of immune deficiency (V1) applies"),
        limit="no multiple myeloma", note="an inference of this package; no label names myeloma",
    ),
    bladder(
        "with_imid_and_steroid", "block", IMID_AND_STEROID,
        "a drug of the thalidomide class with a corticosteroid beside live BCG", NO,
        label(TITER, "dexamethasone with a drug of the thalidomide class meets immune suppression by drugs (V1, V2)"),
        limit="not together", note="an inference of this package: nobody has published BCG with this class in people",
    ),
    SafetyRule(
        "imid_and_steroid_with_bcg", ("imid",), "block",
        taking("bcg") & receives("corticosteroid"),
        "live BCG beside a drug of the thalidomide class with a corticosteroid",
        "Do not combine; ask the urologist about another treatment of the bladder.",
        label(TITER, "dexamethasone with a drug of the thalidomide class meets immune suppression by drugs (V1, V2)"),
        limit="not together", note="an inference of this package: nobody has published BCG with this class in people",
    ),
)  # fmt: skip

_INFECTION = (
    bladder(
        "active_tuberculosis", "block", shown("active_tuberculosis", "active_tuberculosis"), "active tuberculosis",
        "Do not give BCG; treat the tuberculosis.", V3, limit="no active tuberculosis",
    ),
    bladder(
        "tuberculin", "require", flag("tuberculin_positive") & ~documented(flag("active_tuberculosis")),
        "positive tuberculin test", "Rule out active tuberculosis first; without it the test does not forbid BCG.", V3,
        limit="tuberculin test at baseline",
    ),
    bladder(
        "fever", "block", FEBRILE, "febrile illness", "Wait until it is over.",
        label(BOTH_US, "contraindications: febrile illness"), limit="no fever",
        note="a temperature of 38.0 degrees or more is read as fever",
    ),
    bladder(
        "urinary_infection", "block", shown("urinary_infection", "urinary_infection"), "urinary infection",
        "Wait until the culture is negative and the antibiotic finished.",
        label(ALL_THREE, "contraindications: urinary tract infection"), limit="negative culture, antibiotic finished",
    ),
    bladder(
        "gross_haematuria", "block", flag("gross_haematuria"), "visible blood in the urine",
        "Wait until it has stopped.",
        label(BOTH_US, "contraindications: gross haematuria"), limit="no visible blood",
    ),
    bladder(
        "antituberculous_drug", "block", receives("kills_bcg"), "an antituberculous drug kills BCG",
        "Do not give BCG with it.", label(ONCOTICE, "contraindications: antituberculous treatment"), authority=("EU",),
        limit="no streptomycin, aminosalicylic acid, isoniazid, rifampicin or ethambutol",
    ),
    bladder(
        "antibiotic", "require", ON_ANTIBIOTIC, "an antibiotic for another infection kills most BCG",
        "Postpone the instillation until the antibiotic is finished.",
        label(BOTH_US, "precautions: antimicrobial therapy for other infections"), authority=("US",),
        limit="no antibiotic",
        note="in a cohort of 276 patients, 7 days or more of a quinolone or cephalosporin lowered recurrence-free "
        "survival at 5 years; pyrazinamide and cycloserine do not kill BCG",
    ),
)  # fmt: skip

WAIT = "Wait; BCG infection is much likelier within 2 weeks of an injury of the bladder."
HEALED = "10 to 15 days and a healed mucosa (EU)"
_BLADDER = (
    bladder(
        "bladder_wound_7_days", "block", since_wound(0, 7),
        "resection, biopsy or traumatic catheterisation within 7 days", WAIT,
        label(TICE, "warnings: at least 7 days after resection, biopsy or traumatic catheterisation"),
        authority=("US",),
        limit="7 days (TICE), 14 days (TheraCys)", topic="bcg_after_bladder_wound",
    ),
    bladder(
        "bladder_wound_14_days", "warn", since_wound(7, 14),
        "resection, biopsy or traumatic catheterisation 7 to 14 days ago", WAIT,
        label(THERACYS, "warnings: at least 14 days (an older label: 7)"), authority=("US",),
        limit="7 days (TICE), 14 days (TheraCys)", topic="bcg_after_bladder_wound",
    ),
    bladder(
        "bladder_wound_eu", "block", since_wound(0, 10), "resection in the bladder within 10 days", WAIT,
        label(ONCOTICE, "10 to 15 days after transurethral resection, mucosa healed"), authority=("EU",),
        limit=HEALED, topic="bcg_after_bladder_wound",
    ),
    bladder(
        "bladder_wound_healing_eu", "warn", since_wound(10, 15), "resection in the bladder 10 to 15 days ago",
        "Give it only when the mucosa has healed.", label(ONCOTICE,
        "10 to 15 days after transurethral resection, mucosa healed"),
        authority=("EU",), limit=HEALED, topic="bcg_after_bladder_wound",
    ),
    bladder(
        "catheterise_gently", "inform", ALWAYS, "each instillation needs a catheter",
        "After a traumatic catheterisation postpone, as after an operation in the bladder.",
        label(BOTH_US, "warnings: traumatic catheterisation"),
    ),
    bladder(
        "low_grade_ta", "warn", word("bladder_tumour", "ta_low_grade") & ~flag("bladder_high_risk"),
        "Ta low-grade tumour without high risk: not indicated", "Choose chemotherapy into the bladder or surveillance.",
        label(TICE, "indications: not for TaG1 unless at high risk of recurrence"), limit="high risk of recurrence",
    ),
    bladder(
        "muscle_invasive", "block", word("bladder_tumour", "muscle_invasive"),
        "muscle-invasive tumour: not indicated", "Refer for radical treatment.",
        memory(TICE, "indications (very sure)"), limit="not muscle-invasive",
    ),
    bladder(
        "small_capacity", "warn", number("bladder_capacity_ml") < 150, "small bladder: it may contract",
        "Weigh the risk of a contracted bladder.", label(BOTH_US, "warnings: small bladder capacity"),
        limit="150 mL", note="the limit of 150 mL is assumed; no label gives a number",
    ),
    bladder(
        "vascular_prosthesis", "warn", flag("vascular_prosthesis_or_aneurysm"),
        "aneurysm or prosthesis: BCG may settle there", "Weigh the risk of an infected aneurysm or prosthesis.",
        label(BOTH_US, "warnings: arterial aneurysms and prosthetic devices"), limit="none",
    ),
    bladder(
        "route", "block", by_route("bcg", "iv", "sc", "im"),
        "never into a vein, under the skin or into a muscle", "Instil it into the bladder.",
        label(TICE, "boxed warning and administration"), limit="intravesical only",
    ),
)  # fmt: skip

_PREGNANCY = (
    bladder(
        "pregnancy", "block", PREGNANT, "pregnancy", "Do not give it.", label(ANY, "pregnancy"),
        limit="not pregnant", note="the US wording is softer (from memory): only where clearly needed",
    ),
    bladder(
        "breast_feeding", "block", BREAST_FEEDING, "breast-feeding", "Do not give it.", label(ANY, "nursing mothers"),
        limit="not breast-feeding", note="the US wording is softer (from memory)",
    ),
)  # fmt: skip

STOP = "Stop BCG for good; two or more antimycobacterials (not pyrazinamide), a corticosteroid in sepsis."
_EARLIER = (
    bladder(
        "local_irritation", "require", HAD_BCG & word("bcg_local_irritation", "severe"),
        "severe irritation of the bladder after the last instillation",
        "Delay the next one; then lower the dose or stop.",
        memory(ONCOTICE, "delay after major local irritability; then reduce or stop"), limit="not severe",
    ),
    bladder(
        "systemic_reaction", "block", HAD_BCG & flag("bcg_systemic_reaction"), "systemic BCG reaction before", STOP,
        label(US, "warnings: systemic BCG reaction"), authority=("US",),
        limit="never fever of 39.5 degrees for 12 h or 38.5 for 48 h, pneumonitis, hepatitis, granuloma or sepsis",
    ),
    bladder(
        "flu_like", "block", HAD_BCG & (number("bcg_flu_like_hours") > 72),
        "flu-like symptoms for more than 72 hours after an instillation", STOP,
        label(US, "warnings: symptoms of more than 72 h, or a temperature of 103 F or more"),
        authority=("US",), limit="72 hours",
        note="a temperature of 103 F after an instillation is not in a patient's file; fever now is a rule of its own",
    ),
    bladder(
        "genital_infection", "block", HAD_BCG & diagnosed("genital_infection"),
        "prostatitis, epididymitis or orchitis after BCG", STOP,
        label(US, "warnings: prostatitis, epididymitis, orchitis of more than 2 days"), authority=("US",),
        limit="none of more than 2 days", note="how long it lasts is not in a patient's file; every one is told",
    ),
    bladder(
        "after_treatment", "inform", ALWAYS, "live bacteria in the urine after each instillation",
        "For 6 hours bleach in the toilet, 15 minutes before flushing; a condom or no intercourse for a week.",
        label(ANY, "information for patients"),
    ),
)  # fmt: skip

_VACCINE = (
    vaccine("hiv", "block", shown("hiv", "hiv"), "HIV infection", "Do not vaccinate.", "contraindications",
    limit="no HIV"),
    vaccine(
        "mother_hiv", "block", documented(flag("mother_hiv")) | (INFANT & flag("mother_hiv")),
        "mother with HIV, infection of the infant not excluded", "Wait until it is excluded.", "contraindications",
        limit="HIV excluded", note="asked below 2 years, an age assumed by us",
    ),
    vaccine(
        "mother_tnf_blocker", "block", documented(flag("mother_tnf_blocker")) | (INFANT & flag("mother_tnf_blocker")),
        "mother on a TNF blocker in pregnancy", "Do not vaccinate now.", "contraindications",
        limit="none in pregnancy", note="asked below 2 years, an age assumed by us",
    ),
    vaccine(
        "immunodeficiency", "block", shown("immunodeficiency", "immunodeficiency"), "immune deficiency",
        "Do not vaccinate.", "contraindications: immunosuppression", limit="no immune deficiency",
    ),
    vaccine(
        "transplant", "block", TRANSPLANT, "organ transplant", "Do not vaccinate.",
        "contraindications: immunosuppression", limit="no transplant",
    ),
    vaccine(
        "immunosuppressant", "block",
        receives("weakens_immunity") | receives("tnf_blocker") | CHEMOTHERAPY | STEROID | flag("radiotherapy"),
        "treatment that suppresses immunity", "Do not vaccinate.", "contraindications: immunosuppression",
        limit="no immunosuppressant; prednisone below 20 mg a day (and 2 mg/kg), or for less than 14 days",
    ),
    vaccine(
        "malignancy", "block", shown("malignancy", "malignancy"), "malignant disease", "Do not vaccinate.",
        "contraindications", limit="no malignant disease",
    ),
    vaccine(
        "antituberculous_drug", "block", receives("antituberculous"), "an antituberculous drug",
        "Do not vaccinate during this treatment.", "contraindications", limit="none",
    ),
    vaccine("fever", "block", FEBRILE, "acute fever", "Postpone.", "contraindications: acute fever", limit="no fever"),
    vaccine(
        "skin_infection", "block", flag("generalised_skin_infection"), "generalised skin infection", "Postpone.",
        "contraindications: generalised infected skin condition", limit="none",
    ),
    vaccine(
        "tuberculin", "block", flag("tuberculin_positive"), "positive tuberculin test: the vaccine has no benefit",
        "Do not vaccinate.", "indications: tuberculin-negative people", limit="negative test",
    ),
    vaccine("pregnancy", "warn", PREGNANT, "pregnancy", "Not recommended.", "pregnancy", limit="not pregnant"),
    vaccine("breast_feeding", "warn", BREAST_FEEDING, "breast-feeding", "Not recommended.", "lactation",
    limit="not breast-feeding"),
)  # fmt: skip
_ROUTE = (
    SafetyRule(
        "bcg_vaccine_route", BCG, "block",
        (given_for("tuberculosis_prevention") | word("diagnosis", "tuberculosis_prevention"))
        & by_route("bcg", *ELSEWHERE),
        "the vaccine goes strictly into the skin", "Give it intradermally.",
        label(VACCINE, "administration: strictly intradermal"), limit="intradermal",
    ),
)  # fmt: skip

RULES = (*_IMMUNITY, *_INFECTION, *_BLADDER, *_PREGNANCY, *_EARLIER, *_VACCINE, *_ROUTE)
