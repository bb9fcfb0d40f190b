"""Imiquimod cream: who may have it, where, and how often.

Answers:  transplant, autoimmune disease, immunosuppression, pregnancy, age, site, size and kind of the lesion, broken
          skin, how often and how long by indication.
Not for:  the strength of the cream (5, 3.75 or 2.5%), which a regimen in mg does not tell; morphoeic basal cell
          carcinoma, which a patient's file cannot name.
Assumed:  "low blood counts" means below the limits of CTCAE grade 2 (neutrophils 1.5, platelets 75, lymphocytes 0.8
          x10^9/L, haemoglobin 100 g/L), and only counts that are known are looked at: no label asks for them.
Conflict: warts from 12 years (US) or 18 (EU); a second course on the same area of actinic keratosis is not established
          (US) or allowed once (EU); allergy forbids it (EU), the US label lists no contraindication.
"""

from titer.clinic.safety.conditions import (
    ALWAYS,
    Condition,
    allergic_to,
    diagnosed,
    documented,
    dose,
    first_known,
    flag,
    number,
    receives,
    word,
)
from titer.clinic.safety.declare import SafetyRule
from titer.library.labels._sources import label, memory
from titer.library.labels.bcg import BREAST_FEEDING, PREGNANT, shown
from titer.library.labels.medications import group
from titer.source import Source

US, EU = "Imiquimod cream US labels (Aldara 5%, Zyclara)", "Imiquimod cream EU labels (Aldara 5%, Zyclara)"
BOTH = f"{US}; {EU}"
ABOUT = ("imiquimod",)
KERATOSIS, WARTS, BASAL_CELL = ("actinic_keratosis",), ("genital_warts",), ("superficial_basal_cell_carcinoma",)
MOST_AT_ONCE = 18.75  # mg: two sachets of 250 mg at 3.75%; one sachet at 5% is 12.5 mg

COVERS = {"imiquimod": (*KERATOSIS, *WARTS, *BASAL_CELL, "nodular_basal_cell_carcinoma")}

CONDITIONS = group("molluscum contagiosum", "other")

SOLID_ORGAN = word("organ_transplant", "kidney", "liver", "heart", "lung", "pancreas", "bowel", "other")
FORBIDDEN_SITE = word(
    "lesion_site", "urethral", "intravaginal", "cervical", "rectal", "ocular", "oral", "lip", "nostril"
)
NEAR = number("lesion_to_eye_nose_lip_hairline_cm") < 1
LOW_COUNTS = (
    (number("anc_10e9_l") < 1.5)
    | (number("platelets_10e9_l") < 75)
    | (number("lymphocytes_10e9_l") < 0.8)
    | (number("haemoglobin_g_l") < 100)
)
IMMUNE = shown("hiv", "hiv") | shown("immunodeficiency", "immunodeficiency") | receives("immunosuppressant")
BROKEN = flag("skin_broken") | flag("sunburn")


def listed(fact: str) -> Condition:
    """The flag, else the list of diagnoses; a diagnosis in the list counts whatever the flag says."""
    return first_known(flag(fact), diagnosed(fact)) | documented(diagnosed(fact))


def rule(key: str, severity, when: Condition, finding: str, advice: str, source: Source, **more) -> SafetyRule:
    """A rule about imiquimod."""
    return SafetyRule(f"imiquimod_{key}", ABOUT, severity, when, finding, advice, source, **more)


_PATIENT = (
    rule(
        "transplant", "block", SOLID_ORGAN & receives("immunosuppressant"), "organ transplant under immunosuppression",
        "Do not use it without the transplant centre; fluorouracil did better in recipients.",
        label(EU, "leaflet: organ transplant, discuss with the doctor; made a block by this package"),
        limit="no organ transplant under immunosuppression",
        note="trials: no rejection in 29 to 43 recipients (Ulrich 2007), which leaves up to 12% possible; SPOT 2022",
    ),
    rule(
        "autoimmune", "warn", listed("autoimmune_disease"),
        "autoimmune disease: it may flare", "Weigh it; stop at a flare.", label(BOTH, "warnings: autoimmune disease"),
        limit="none",
    ),
    rule(
        "graft_versus_host", "warn", listed("graft_versus_host_disease"),
        "chronic graft-versus-host disease: the skin may get worse", "Avoid it.",
        memory(BOTH, "warnings: inflammatory conditions of the skin, graft-versus-host disease"), limit="none",
    ),
    rule(
        "immunosuppression", "warn", IMMUNE,
        "weak immunity: less likely to work", "Warts: no second course (EU). Follow the lesion closely.",
        label(EU, "special warnings: immunosuppressed patients; one trial in HIV found no effect"),
        limit="one course on warts (EU)",
    ),
    rule("pregnancy", "warn", PREGNANT, "pregnancy", "Only where clearly needed.", label(BOTH, "pregnancy"),
    limit="not pregnant"),
    rule(
        "breast_feeding", "warn", BREAST_FEEDING, "breast-feeding", "Avoid it.", label(BOTH, "lactation"),
        limit="not breast-feeding",
    ),
    rule(
        "allergy", "block", allergic_to("imiquimod"), "allergy to imiquimod", "Contraindicated.",
        label(EU, "contraindications: hypersensitivity"), authority=("EU",), limit="no allergy",
        elsewhere="US: no contraindication is listed",
    ),
    rule(
        "low_counts", "warn", documented(LOW_COUNTS), "low blood counts: interferon lowers lymphocytes",
        "Check the counts during treatment.", label(BOTH, "warnings: reduced haematologic reserve"),
        limit="neutrophils 1.5, platelets 75, lymphocytes 0.8 x10^9/L, haemoglobin 100 g/L",
        note="the labels give no numbers; these are the limits of CTCAE grade 2, assumed by us",
    ),
    rule(
        "xeroderma", "warn", listed("xeroderma_or_naevus_syndrome"),
        "xeroderma pigmentosum or basal cell naevus syndrome: not established", "Weigh surgery.",
        label(US, "limitations of use"), limit="neither",
    ),
    rule(
        "molluscum", "warn", documented(diagnosed("molluscum contagiosum")), "molluscum contagiosum: it does not work",
        "Choose another treatment.", label(US, "use in children: two trials in molluscum failed"), limit="none",
    ),
)  # fmt: skip

_AGE = (
    rule(
        "age_warts_us", "block", number("age_year") < 12, "below 12 years", "Not for this age.",
        label(US, "indications: warts from 12 years"), authority=("US",), limit="12 years", indications=WARTS,
        topic="imiquimod_age",
    ),
    rule(
        "age_skin_us", "block", number("age_year") < 18, "below 18 years", "Not for this age.",
        label(US, "indications: actinic keratosis and basal cell carcinoma in adults"), authority=("US",),
        limit="18 years", indications=(*KERATOSIS, *BASAL_CELL), topic="imiquimod_age",
    ),
    rule(
        "age_eu", "block", number("age_year") < 18, "below 18 years", "Not for this age.",
        label(EU, "indications: adults"), authority=("EU",), limit="18 years", topic="imiquimod_age",
    ),
)  # fmt: skip

_SITE = (
    rule(
        "site", "block", FORBIDDEN_SITE, "not for this site: urethra, vagina, cervix, rectum, eye, mouth, lip, nostril",
        "Do not put it there.", label(BOTH, "administration: not for internal use, eyes, lips, nostrils"),
        limit="outer skin",
    ),
    rule(
        "skin", "block", BROKEN, "sunburn, open wound or skin not healed at the site",
        "Wait until the skin has healed.",
        label(BOTH, "warnings: not until the skin has healed from any drug, surgery or sunburn"), limit="healed skin",
    ),
    rule(
        "near_eye_nose_lip", "warn", NEAR | word("lesion_site", "eyelid", "nose", "lip"),
        "within 1 cm of eyelid, nose, lip or hairline: not studied", "Choose another treatment.",
        label(EU, "special warnings: basal cell carcinoma within 1 cm of eyelids, nose, lips or hairline"),
        authority=("EU",), limit="1 cm", indications=BASAL_CELL,
    ),
    rule(
        "basal_cell_site", "warn",
        word("lesion_site", "face", "scalp", "hand", "foot", "external_genital", "perianal", "ear", "eyelid", "nose",
        "lip"),
        "superficial basal cell carcinoma away from trunk, neck and limbs: off-label", "Choose another treatment.",
        label(US, "indications: trunk, neck and extremities"), authority=("US",),
        limit="trunk, neck, arms and legs without hands and feet", indications=BASAL_CELL,
    ),
    rule(
        "basal_cell_size", "warn", number("lesion_diameter_cm") > 2, "basal cell carcinoma above 2 cm: off-label",
        "Choose another treatment.", label(US, "indications: at most 2 cm"), limit="2 cm", indications=BASAL_CELL,
    ),
    rule(
        "basal_cell_kind", "warn", word("diagnosis", "nodular_basal_cell_carcinoma"),
        "nodular basal cell carcinoma: off-label, less likely to work", "Choose surgery.",
        label(BOTH, "indications: superficial basal cell carcinoma only"), limit="superficial",
    ),
    rule(
        "hyperkeratotic", "warn", flag("lesion_hyperkeratotic"), "hyperkeratotic actinic keratosis: off-label",
        "Treat the horn first, or choose another treatment.",
        label(BOTH, "indications: nonhyperkeratotic actinic keratosis"), limit="not hyperkeratotic",
        indications=KERATOSIS,
    ),
    rule(
        "keratosis_site", "warn",
        ~word("lesion_site", "face", "scalp", "ear", "nose", "eyelid", "lip"),
        "actinic keratosis outside face and scalp",
        "Off-label; on hands and arms it works less and irritates more.", label(BOTH, "indications: face or scalp"),
        limit="face or scalp", indications=KERATOSIS,
    ),
    rule(
        "keratosis_area", "warn", number("lesion_area_cm2") > 25, "more than 25 cm2 at once",
        "Treat 25 cm2 at a time with the 5% cream; above 100 cm2 a warning of cytokine release was found in a "
        "secondary source.",
        label(US, "administration: 5% cream, at most 25 cm2"), limit="25 cm2 (5% cream)", indications=KERATOSIS,
        note="the 3.75% and 2.5% creams are for the full face or balding scalp",
    ),
    rule(
        "second_course_us", "warn", number("same_area_courses") >= 1, "a second course on the same area",
        "Not established.", label(US, "limitations of use: repeat treatment of the same area"), authority=("US",),
        limit="one course", indications=KERATOSIS, topic="imiquimod_second_course",
    ),
    rule(
        "second_course_eu", "warn", number("same_area_courses") >= 2, "a third course on the same area",
        "Not established.", label(EU, "posology: an optional second course"), authority=("EU",), limit="two courses",
        indications=KERATOSIS, topic="imiquimod_second_course",
    ),
    rule(
        "wart_site", "warn", ~word("lesion_site", "external_genital", "perianal"),
        "warts elsewhere than on the outer genital or perianal skin", "Off-label.",
        label(BOTH, "indications: external genital and perianal warts"), limit="outer genital or perianal skin",
        indications=WARTS,
    ),
)  # fmt: skip

OFTEN = dose("imiquimod", "doses_in_7_days") > 3
_USE = (
    rule(
        "once_a_day", "block", dose("imiquimod", "doses_on_a_day") > 1, "more than once a day exceeds every label",
        "Once a day at most.", label(BOTH, "administration: once a day at most"), limit="once a day",
    ),
    rule(
        "most_at_once", "warn", dose("imiquimod", "most_on_a_day") > MOST_AT_ONCE, "more than any label has at once",
        "One sachet of the 5% cream (12.5 mg), or two of the 3.75% (18.75 mg).",
        label(BOTH, "administration: one sachet (5%), two sachets (3.75%, 2.5%)"), limit="18.75 mg",
    ),
    rule(
        "basal_cell_use", "warn",
        (dose("imiquimod", "doses_in_7_days") > 5) | (dose("imiquimod", "days") > 42),
        "more than 5 times a week or 6 weeks", "5 times a week for 6 weeks; longer is not in the labels.",
        label(BOTH, "administration: basal cell carcinoma"), limit="5 times a week, 6 weeks", indications=BASAL_CELL,
    ),
    rule(
        "wart_use", "warn",
        (dose("imiquimod", "days") > 112) | (OFTEN & (dose("imiquimod", "days") > 56)),
        "longer than 16 weeks, or than 8 weeks at more than 3 times a week",
        "5%: 3 times a week for at most 16 weeks; 3.75%: daily for at most 8.",
        label(BOTH, "administration: genital warts"),
        limit="16 weeks (5%, 3 times a week), 8 weeks (3.75%, daily)", indications=WARTS,
    ),
    rule(
        "keratosis_use", "warn",
        (dose("imiquimod", "days") > 112) | (OFTEN & (dose("imiquimod", "doses") > 42)),
        "longer than 16 weeks, or more than 42 doses at more than 3 times a week",
        "5%: twice a week for 16 weeks (US), or 3 times a week for 4 weeks, once repeated (EU); 3.75%: 2 weeks on, "
        "2 off, 2 on (EU: perhaps a third 2).",
        label(BOTH, "administration: actinic keratosis"), limit="16 weeks; daily: three times 2 weeks",
        indications=KERATOSIS,
    ),
    rule(
        "warts_contraception", "inform", ALWAYS, "the cream weakens condoms and diaphragms",
        "No intercourse while it is on the skin; apply it after, wash it off before.",
        label(BOTH, "information for patients: genital warts"), indications=WARTS,
    ),
    rule(
        "uncircumcised", "inform", documented(flag("uncircumcised")), "uncircumcised: the foreskin may tighten",
        "Retract and wash daily; stop at tightness or a stricture.",
        label(BOTH, "information for patients: genital warts"), indications=WARTS,
    ),
    rule(
        "sun", "inform", ALWAYS, "the treated skin burns easily", "No sun lamps; cover the skin, use sunscreen.",
        label(BOTH, "warnings: exposure to sunlight"),
    ),
    rule(
        "assessment", "inform", ALWAYS, "the result is judged after the end of treatment",
        "Actinic keratosis 8 weeks, basal cell carcinoma 12 weeks after the end; rest days for severe reactions are "
        "not made up.",
        label(BOTH, "administration: assessment"), indications=(*KERATOSIS, *BASAL_CELL),
    ),
)  # fmt: skip

RULES = (*_PATIENT, *_AGE, *_SITE, *_USE)
