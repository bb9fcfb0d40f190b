"""Rules of imiquimod: a valid patient is silent, one thing broken gives exactly that finding, gaps are told."""

import pytest

from safety_cases import found, screened
from titer.clinic.safety.conditions import Constant
from titer.library.labels import imiquimod, safety_rules

TWICE = "imiquimod 12.5 mg topical twice a week for 16 weeks"
FIVE = "imiquimod 12.5 mg topical 5 times a week for 6 weeks"
THRICE = "imiquimod 12.5 mg topical 3 times a week for 16 weeks"
MAN = {
    "sex": "male",
    "age_year": 71,
    "diagnosis": "actinic_keratosis",
    "lesion_site": "scalp",
    "lesion_area_cm2": 20,
    "lesion_diameter_cm": 1,
    "lesion_hyperkeratotic": False,
    "lesion_to_eye_nose_lip_hairline_cm": 4,
    "same_area_courses": 0,
    "skin_broken": False,
    "sunburn": False,
    "organ_transplant": "none",
    "immunodeficiency": False,
    "hiv": False,
    "autoimmune_disease": False,
    "graft_versus_host_disease": False,
    "xeroderma_or_naevus_syndrome": False,
    "medications": [],
    "conditions": [],
    "allergies": [],
}
TUMOUR = {**MAN, "diagnosis": "superficial_basal_cell_carcinoma", "lesion_site": "trunk"}
WARTS = {**MAN, "age_year": 24, "diagnosis": "genital_warts", "lesion_site": "perianal"}
GIRL = {
    **WARTS, "sex": "female", "age_year": 19, "menses_last_24_months": True, "pregnant": False, "breast_feeding": False,
}  # fmt: skip
FOR_ALL = {"imiquimod_sun"}
ASSESSED = FOR_ALL | {"imiquimod_assessment"}
OF_WARTS = FOR_ALL | {"imiquimod_warts_contraception"}
VALID = [(MAN, TWICE, ASSESSED), (TUMOUR, FIVE, ASSESSED), (WARTS, THRICE, OF_WARTS), (GIRL, THRICE, OF_WARTS)]
TRANSPLANT = {"organ_transplant": "kidney", "medications": ["tacrolimus"]}
WEAK = "imiquimod_immunosuppression"

# base, regimen, what is changed, what is found beyond the valid case
CASES = [
    (MAN, TWICE, TRANSPLANT, {"imiquimod_transplant", WEAK}),
    (MAN, TWICE, {"organ_transplant": "heart", "medications": ["prednisone"]}, {"imiquimod_transplant", WEAK}),
    (MAN, TWICE, {"organ_transplant": "kidney"}, set()),
    (MAN, TWICE, {"organ_transplant": "stem_cell", "medications": ["ciclosporin"]}, {WEAK}),
    (MAN, TWICE, {"medications": ["azathioprine"]}, {WEAK}),
    (MAN, TWICE, {"hiv": True}, {WEAK}),
    (MAN, TWICE, {"immunodeficiency": True}, {WEAK}),
    (MAN, TWICE, {"autoimmune_disease": True}, {"imiquimod_autoimmune"}),
    (MAN, TWICE, {"autoimmune_disease": None, "conditions": ["psoriasis"]}, {"imiquimod_autoimmune"}),
    (MAN, TWICE, {"graft_versus_host_disease": True}, {"imiquimod_graft_versus_host"}),
    (MAN, TWICE, {"xeroderma_or_naevus_syndrome": True}, {"imiquimod_xeroderma"}),
    (MAN, TWICE, {"conditions": ["molluscum contagiosum"]}, {"imiquimod_molluscum"}),
    (MAN, TWICE, {"conditions": ["hiv infection"], "hiv": None}, {"imiquimod_immunosuppression"}),
    (MAN, TWICE, {"allergies": ["imiquimod"]}, {"imiquimod_allergy"}),
    (MAN, TWICE, {"anc_10e9_l": 1.49}, {"imiquimod_low_counts"}),
    (MAN, TWICE, {"platelets_10e9_l": 74}, {"imiquimod_low_counts"}),
    (MAN, TWICE, {"anc_10e9_l": 1.5, "platelets_10e9_l": 75, "lymphocytes_10e9_l": 0.8, "haemoglobin_g_l": 100}, set()),
    (GIRL, THRICE, {"pregnant": True}, {"imiquimod_pregnancy"}),
    (GIRL, THRICE, {"breast_feeding": True}, {"imiquimod_breast_feeding"}),
    # age: 12 or 18 years
    (WARTS, THRICE, {"age_year": 17.9}, {"imiquimod_age_eu"}),
    (WARTS, THRICE, {"age_year": 12}, {"imiquimod_age_eu"}),
    (WARTS, THRICE, {"age_year": 11.9}, {"imiquimod_age_eu", "imiquimod_age_warts_us"}),
    (MAN, TWICE, {"age_year": 17}, {"imiquimod_age_eu", "imiquimod_age_skin_us"}),
    (TUMOUR, FIVE, {"age_year": 17}, {"imiquimod_age_eu", "imiquimod_age_skin_us"}),
    # the skin and the site
    (MAN, TWICE, {"skin_broken": True}, {"imiquimod_skin"}),
    (MAN, TWICE, {"sunburn": True}, {"imiquimod_skin"}),
    (WARTS, THRICE, {"lesion_site": "urethral"}, {"imiquimod_site", "imiquimod_wart_site"}),
    (WARTS, THRICE, {"lesion_site": "intravaginal"}, {"imiquimod_site", "imiquimod_wart_site"}),
    (WARTS, THRICE, {"lesion_site": "hand"}, {"imiquimod_wart_site"}),
    (MAN, TWICE, {"lesion_site": "lip"}, {"imiquimod_site"}),
    (MAN, TWICE, {"lesion_site": "hand"}, {"imiquimod_keratosis_site"}),
    (MAN, TWICE, {"lesion_hyperkeratotic": True}, {"imiquimod_hyperkeratotic"}),
    (MAN, TWICE, {"lesion_area_cm2": 26}, {"imiquimod_keratosis_area"}),
    (MAN, TWICE, {"same_area_courses": 1}, {"imiquimod_second_course_us"}),
    (MAN, TWICE, {"same_area_courses": 2}, {"imiquimod_second_course_us", "imiquimod_second_course_eu"}),
    (TUMOUR, FIVE, {"lesion_to_eye_nose_lip_hairline_cm": 0.9}, {"imiquimod_near_eye_nose_lip"}),
    (TUMOUR, FIVE, {"lesion_to_eye_nose_lip_hairline_cm": 1}, set()),
    (TUMOUR, FIVE, {"lesion_site": "face"}, {"imiquimod_basal_cell_site"}),
    (TUMOUR, FIVE, {"lesion_site": "eyelid"}, {"imiquimod_basal_cell_site", "imiquimod_near_eye_nose_lip"}),
    (TUMOUR, FIVE, {"lesion_diameter_cm": 2.1}, {"imiquimod_basal_cell_size"}),
    (TUMOUR, FIVE, {"lesion_diameter_cm": 2}, set()),
    # how much, how often, how long
    (
        MAN,
        "imiquimod 12.5 mg topical twice daily for 16 weeks",
        {},
        {"imiquimod_once_a_day", "imiquimod_most_at_once", "imiquimod_keratosis_use"},
    ),
    (MAN, "imiquimod 6 mg topical twice daily days 1 of 7 for 4 weeks", {}, {"imiquimod_once_a_day"}),
    (MAN, "imiquimod 12.5 mg topical daily for 7 weeks", {}, {"imiquimod_keratosis_use"}),
    (MAN, TWICE, {"conditions": ["psoriasis"]}, {"imiquimod_autoimmune"}),
    (WARTS, "imiquimod 9.4 mg topical daily for 8 weeks", {}, set()),
    (WARTS, "imiquimod 9.4 mg topical daily for 9 weeks", {}, {"imiquimod_wart_use"}),
    (MAN, "imiquimod 18.75 mg topical daily for 2 weeks", {}, set()),
    (MAN, "imiquimod 25 mg topical twice a week for 16 weeks", {}, {"imiquimod_most_at_once"}),
    (MAN, "imiquimod 12.5 mg topical twice a week for 17 weeks", {}, {"imiquimod_keratosis_use"}),
    (MAN, "imiquimod 12.5 mg topical twice a week", {}, {"imiquimod_keratosis_use"}),
    (TUMOUR, "imiquimod 12.5 mg topical daily for 6 weeks", {}, {"imiquimod_basal_cell_use"}),
    (TUMOUR, "imiquimod 12.5 mg topical 5 times a week for 7 weeks", {}, {"imiquimod_basal_cell_use"}),
    (WARTS, "imiquimod 12.5 mg topical 3 times a week for 17 weeks", {}, {"imiquimod_wart_use"}),
    (WARTS, THRICE, {"uncircumcised": True}, {"imiquimod_uncircumcised"}),
]


def changed(base, change):
    """The patient with some facts changed; None takes one away."""
    return {name: value for name, value in {**base, **change}.items() if value is not None}


def findings_of(patient, regimen, **options):
    """Rules of imiquimod that found something; the status of each."""
    rules = found(patient, regimen, **options)
    return {key: status for key, (status, _) in rules.items() if key.startswith("imiquimod")}


@pytest.mark.parametrize(("patient", "regimen", "told"), VALID)
def test_a_valid_patient_is_told_only_what_holds_for_everybody(patient, regimen, told):
    assert findings_of(patient, regimen) == dict.fromkeys(told, "found")
    assert screened(patient, regimen).answers.tolist() == [0]


@pytest.mark.parametrize(("base", "regimen", "change", "expected"), CASES)
def test_one_thing_broken_gives_exactly_that_finding(base, regimen, change, expected):
    told = OF_WARTS if base["diagnosis"] == "genital_warts" else ASSESSED
    assert findings_of(changed(base, change), regimen) == dict.fromkeys(told | expected, "found")


def test_a_disease_without_rules_is_not_decided():
    screening = screened(changed(MAN, {"diagnosis": "other"}), TWICE)
    assert screening.answers.tolist() == [1]
    assert "no_rules" in {one.rule for one in screening.findings(0) if one.severity == "block"}


def test_a_nodular_tumour_is_off_label():
    nodular = {**TUMOUR, "diagnosis": "nodular_basal_cell_carcinoma"}
    assert findings_of(nodular, FIVE) == dict.fromkeys(FOR_ALL | {"imiquimod_basal_cell_kind"}, "found")


MISSING = [
    (MAN, TWICE, "organ_transplant", set()),  # no immunosuppressant is taken, so it cannot matter
    (MAN, TWICE, "medications", {WEAK}),
    (MAN, TWICE, "hiv", {WEAK}),
    (MAN, TWICE, "allergies", {"imiquimod_allergy"}),
    (MAN, TWICE, "age_year", {"imiquimod_age_eu", "imiquimod_age_skin_us"}),
    (MAN, TWICE, "skin_broken", {"imiquimod_skin"}),
    (MAN, TWICE, "sunburn", {"imiquimod_skin"}),
    (MAN, TWICE, "lesion_site", {"imiquimod_site", "imiquimod_keratosis_site"}),
    (MAN, TWICE, "lesion_area_cm2", {"imiquimod_keratosis_area"}),
    (MAN, TWICE, "lesion_hyperkeratotic", {"imiquimod_hyperkeratotic"}),
    (MAN, TWICE, "same_area_courses", {"imiquimod_second_course_us", "imiquimod_second_course_eu"}),
    (TUMOUR, FIVE, "lesion_diameter_cm", {"imiquimod_basal_cell_size"}),
    (TUMOUR, FIVE, "lesion_to_eye_nose_lip_hairline_cm", {"imiquimod_near_eye_nose_lip"}),
    (WARTS, THRICE, "lesion_site", {"imiquimod_site", "imiquimod_wart_site"}),
    (GIRL, THRICE, "pregnant", {"imiquimod_pregnancy"}),
    (GIRL, THRICE, "breast_feeding", {"imiquimod_breast_feeding"}),
]


@pytest.mark.parametrize(("base", "regimen", "fact", "expected"), MISSING)
def test_a_missing_fact_is_a_finding(base, regimen, fact, expected):
    findings = findings_of(changed(base, {fact: None}), regimen)
    assert {key for key, status in findings.items() if status == "not known"} == expected


def test_a_transplant_under_an_unknown_list_of_medicines_is_not_decided():
    patient = changed(MAN, {"organ_transplant": "kidney", "medications": None})
    assert findings_of(patient, TWICE)["imiquimod_transplant"] == "not known"
    assert screened(patient, TWICE).answers.tolist() == [1]


def test_the_example_of_a_minimal_file_is_blocked():
    patient = {"sex": "male", "age_year": 61, "organ_transplant": "kidney", "medications": ["tacrolimus"]}
    findings = {one.rule: one for one in screened(patient, TWICE).findings(0)}
    assert screened(patient, TWICE).answers.tolist() == [2]
    assert findings["imiquimod_transplant"].seen["medications"] == "tacrolimus"
    assert "made a block by this package" in findings["imiquimod_transplant"].source


def test_age_and_courses_name_both_authorities():
    findings = {one.rule: one for one in screened({**WARTS, "age_year": 15}, THRICE).findings(0)}
    assert findings["imiquimod_age_eu"].conflict.startswith("EU: 18 years. US: 12 years")
    courses = {one.rule: one for one in screened({**MAN, "same_area_courses": 1}, TWICE).findings(0)}
    assert "EU: two courses" in courses["imiquimod_second_course_us"].conflict
    allergy = {one.rule: one for one in screened({**MAN, "allergies": ["imiquimod"]}, TWICE).findings(0)}
    assert "US: no contraindication" in allergy["imiquimod_allergy"].conflict


def test_each_authority_alone_gives_its_own_age():
    child = {**WARTS, "age_year": 15}
    assert screened(child, THRICE, authority="us").answers.tolist() == [0]
    assert screened(child, THRICE, authority="eu").answers.tolist() == [2]


def test_what_the_note_marks_as_memory_is_marked():
    assert {rule.key for rule in imiquimod.RULES if not rule.source.confirmed} == {"imiquimod_graft_versus_host"}
    assert "assumed by us" in safety_rules()["imiquimod_low_counts"].note


def test_every_rule_was_broken_once():
    expected = set().union(*(case[3] for case in CASES)) | {"imiquimod_basal_cell_kind"}
    rules = {rule.key for rule in imiquimod.RULES if not isinstance(rule.when, Constant)}
    assert len(rules) > 25
    assert rules - expected == set()
