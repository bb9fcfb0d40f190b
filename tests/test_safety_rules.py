"""Every rule of the thalidomide class: a valid patient is silent, one thing broken gives exactly that finding."""

# ruff: noqa: E501 - a case stands on one line

from dataclasses import replace
from importlib import import_module

import pytest

from safety_cases import MAN, MPT, OLD_WOMAN, PATIENTS, PD, RD, RD_LOW, TD, WOMAN, found, screened
from titer.clinic.safety.conditions import Constant, taking
from titer.clinic.safety.declare import Rulebook
from titer.library.labels import rulebook, safety_rules

PVD = "pomalidomide 4 mg days 1-14 of 21 + bortezomib 2.3 mg sc days 1,4,8,11 of 21 + dexamethasone 20 mg weekly"
LEN, POM, THAL = "lenalidomide 10 mg daily", "pomalidomide 4 mg daily", "thalidomide 100 mg daily"
POM_KAPOSI = "pomalidomide 5 mg days 1-21 of 28"
MAINTENANCE = {"indication": "multiple_myeloma_maintenance"}
DEL5Q = {"indication": "mds_del5q"}
ENL = {"indication": "erythema_nodosum_leprosum"}
FOLLICULAR = {"indication": "follicular_lymphoma"}
KAPOSI = {"indication": "kaposi_sarcoma"}
LAST = MAN["prior_therapies"][1]
TEN_DAYS, ONE_DAY = WOMAN["pregnancy_tests"]
DEVICE, CONDOM = WOMAN["contraception"]
RENAL_US_EU = {"renal_severe_us", "renal_severe_eu"}
SUBJECTS = (
    "contraindications",
    "counts",
    "dosing",
    "eligibility",
    "interactions",
    "monitoring",
    "pregnancy",
    "renal",
    "thrombosis",
)

# base, regimen, what is changed (None: not known), options, what is found beyond the valid case
CASES = [
    # Pregnancy and contraception
    (WOMAN, RD, {"pregnant": True}, {}, {"pregnancy_imid"}),
    (WOMAN, PD, {"pregnant": True}, {}, {"pregnancy_imid"}),
    (WOMAN, TD, {"pregnant": True}, {}, {"pregnancy_imid"}),
    (
        WOMAN,
        RD,
        {"pregnancy_tests": [TEN_DAYS, ONE_DAY, {**ONE_DAY, "result": "positive"}]},
        {},
        {"pregnancy_test_positive"},
    ),
    (WOMAN, RD, {"missed_period": True}, {}, {"missed_period"}),
    (WOMAN, RD, {"pregnancy_tests": [ONE_DAY]}, {}, {"pregnancy_tests_us"}),
    (WOMAN, RD, {"pregnancy_tests": [TEN_DAYS, {**ONE_DAY, "days_before_start": 3}]}, {}, {"pregnancy_tests_us"}),
    (
        WOMAN,
        RD,
        {"pregnancy_tests": [TEN_DAYS, {**ONE_DAY, "days_before_start": 5}]},
        {},
        {"pregnancy_tests_us", "pregnancy_tests_eu"},
    ),
    (WOMAN, RD, {"pregnancy_tests": [TEN_DAYS, {**ONE_DAY, "sensitivity_miu_ml": 50}]}, {}, {"pregnancy_tests_eu"}),
    (WOMAN, RD, {"pregnancy_tests": []}, {}, {"pregnancy_tests_us", "pregnancy_tests_eu"}),
    (WOMAN, RD, {"regular_cycles": False}, {}, {"pregnancy_tests_irregular_us"}),
    (WOMAN, RD, {"contraception": [DEVICE]}, {}, {"contraception_us"}),
    (WOMAN, RD, {"contraception": [CONDOM]}, {}, {"contraception_us", "contraception_eu"}),
    (WOMAN, RD, {"contraception": []}, {}, {"contraception_us", "contraception_eu"}),
    (WOMAN, RD, {"contraception": [{"method": "abstinence"}]}, {}, set()),
    (WOMAN, RD, {"contraception": [{**DEVICE, "days_before_start": 27}, CONDOM]}, {}, {"contraception_us", "contraception_eu"}),
    (WOMAN, RD, {"contraception": [{**DEVICE, "method": "intrauterine_device"}, CONDOM]}, {}, {"contraception_eu", "copper_device_eu"}),
    (WOMAN, RD, {"contraception": [DEVICE, CONDOM, {"method": "combined_pill"}]}, {}, {"combined_pill_eu", "dexamethasone_contraception"}),
    (WOMAN, RD, {"breast_feeding": True}, {}, {"breast_feeding_imid"}),
    # Men, donation, the programme
    (MAN, RD, {"partner_can_become_pregnant": True, "condom_use": False}, {}, {"condom_us", "condom_eu"}),
    (MAN, RD, {"partner_can_become_pregnant": True, "condom_use": True}, {}, {"condom_duration_us", "condom_duration_eu"}),
    (MAN, RD, {"partner_pregnant": True}, {}, {"partner_pregnant"}),
    (MAN, RD, {"plans_sperm_donation": True}, {}, {"sperm_donation_us", "sperm_donation_eu"}),
    (MAN, RD, {"plans_blood_donation": True}, {}, {"blood_donation_us", "blood_donation_eu"}),
    (MAN, RD, {"prescriber_certified": False}, {}, {"prescriber_not_certified"}),
    (MAN, RD, {"agreement_signed": False}, {}, {"prescriber_not_certified"}),
    (MAN, RD, {"days_supplied": 56}, {}, {"supply_too_long_us"}),
    (WOMAN, RD, {"days_test_to_dispensing": 8}, {}, {"dispensed_too_late_us"}),
    (OLD_WOMAN, RD, {"days_test_to_dispensing": 8}, {}, set()),
    # Kidney and liver
    (MAN, RD, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 55}, {}, {"renal_moderate_us"}),
    (MAN, RD, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 60}, {}, set()),
    (MAN, RD, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 50}, {}, {"renal_moderate_us"}),
    (MAN, RD, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 49}, {}, {"renal_moderate_us", "renal_moderate_eu"}),
    (MAN, RD, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 30}, {}, {"renal_moderate_us", "renal_moderate_eu"}),
    (MAN, RD, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 29}, {}, RENAL_US_EU),
    (MAN, RD, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 8, "dialysis": True}, {}, {"renal_dialysis_us", "renal_dialysis_eu"}),
    (MAN, LEN, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 55}, {}, set()),
    (MAN, "lenalidomide 15 mg every 48 h", {"serum_creatinine_mg_dl": None, "crcl_ml_min": 20}, {}, set()),
    (MAN, "lenalidomide 15 mg daily", {"serum_creatinine_mg_dl": None, "crcl_ml_min": 20}, {}, RENAL_US_EU),
    (MAN, LEN, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 55}, MAINTENANCE, {"renal_maintenance_moderate_us"}),
    (MAN, LEN, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 20}, MAINTENANCE, {"renal_maintenance_severe_us", "renal_maintenance_severe_eu"}),
    (MAN, LEN, {"dialysis": True}, MAINTENANCE, {"renal_maintenance_dialysis_us", "renal_maintenance_dialysis_eu"}),
    (MAN, LEN, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 45}, DEL5Q, {"renal_maintenance_moderate_us", "renal_mds_moderate_eu"}),
    (MAN, LEN, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 20}, DEL5Q, {"renal_maintenance_severe_us", "renal_mds_severe_eu"}),
    (MAN, LEN, {"dialysis": True}, DEL5Q, {"renal_maintenance_dialysis_us", "renal_mds_dialysis_eu"}),
    (MAN, "lenalidomide 20 mg days 1-21 of 28", {"serum_creatinine_mg_dl": None, "crcl_ml_min": 55}, FOLLICULAR, {"renal_lymphoma_moderate_us", "renal_lymphoma_moderate_eu"}),
    (MAN, LEN, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 20}, FOLLICULAR, {"renal_lymphoma_severe_us", "renal_lymphoma_severe_eu"}),
    (MAN, LEN, {"dialysis": True}, FOLLICULAR, {"renal_lymphoma_dialysis_us", "renal_lymphoma_severe_eu"}),
    (MAN, PD, {"dialysis": True}, {}, {"pomalidomide_dialysis", "pomalidomide_dialysis_timing"}),
    (MAN, POM.replace("4 mg", "5 mg"), {"dialysis": True}, KAPOSI, {"pomalidomide_dialysis_kaposi", "pomalidomide_dialysis_timing"}),
    (MAN, POM, {"child_pugh": "B"}, KAPOSI, {"pomalidomide_child_pugh_ab"}),
    (MAN, PD, {"child_pugh": "A"}, {}, {"pomalidomide_child_pugh_ab"}),
    (MAN, PD, {"child_pugh": "C"}, {}, {"pomalidomide_child_pugh_c"}),
    (MAN, PD, {"serum_creatinine_mg_dl": 3.2}, {}, {"pomalidomide_creatinine_2013"}),
    (MAN, RD, {"child_pugh": "C"}, {}, {"lenalidomide_liver"}),
    # Earlier treatment
    (MAN, PD, {"prior_therapies": [LAST]}, {}, {"pomalidomide_two_therapies_us", "pomalidomide_two_therapies_eu", "pomalidomide_prior_proteasome_inhibitor_us", "pomalidomide_prior_bortezomib_eu"}),
    (MAN, PD, {"prior_therapies": [{"drugs": ["bortezomib"]}, {**LAST, "drugs": ["melphalan"]}]}, {}, {"pomalidomide_prior_lenalidomide"}),
    (MAN, PD, {"prior_therapies": [{"drugs": ["carfilzomib"]}, LAST]}, {}, {"pomalidomide_prior_bortezomib_eu"}),
    (MAN, PD, {"prior_therapies": [{"drugs": ["melphalan"]}, LAST]}, {}, {"pomalidomide_prior_bortezomib_eu", "pomalidomide_prior_proteasome_inhibitor_us"}),
    (MAN, PD, {"prior_therapies": [MAN["prior_therapies"][0], {**LAST, "progression_days_after_end": 61}]}, {}, {"pomalidomide_progression_us", "pomalidomide_progression_eu"}),
    (MAN, PD, {"prior_therapies": [MAN["prior_therapies"][0], {**LAST, "progression_days_after_end": 60}]}, {}, set()),
    (MAN, PD, {"prior_therapies": [MAN["prior_therapies"][0], {"drugs": ["lenalidomide"], "progression_days_after_end": 9}]}, {}, set()),
    (MAN, PVD, {"prior_therapies": []}, {"authority": "eu"}, {"pomalidomide_bortezomib_eu", "pomalidomide_prior_lenalidomide"}),
    # Counts
    (MAN, RD, {"anc_10e9_l": 0.99}, {}, {"lenalidomide_start_anc_eu"}),
    (MAN, RD, {"anc_10e9_l": 1.0}, {}, set()),
    (MAN, RD, {"anc_10e9_l": 0.2}, {"authority": "us"}, set()),
    (MAN, RD, {"platelets_10e9_l": 49}, {}, {"lenalidomide_start_platelets_eu"}),
    (MAN, RD, {"platelets_10e9_l": 60}, {}, {"lenalidomide_start_platelets_2013"}),
    (MAN, RD, {"platelets_10e9_l": 60, "marrow_infiltrated": True}, {}, set()),
    (MAN, LEN, {"platelets_10e9_l": 74}, MAINTENANCE, {"lenalidomide_start_maintenance"}),
    (MAN, LEN, {"anc_10e9_l": 0.9}, MAINTENANCE, {"lenalidomide_start_maintenance", "lenalidomide_start_maintenance_eu"}),
    (MAN, LEN, {"anc_10e9_l": 0.4}, DEL5Q, {"lenalidomide_start_mds_eu"}),
    (MAN, PD, {"anc_10e9_l": 0.8}, {}, {"pomalidomide_cycle_eu"}),
    (MAN, PD, {"anc_10e9_l": 0.4}, {}, {"pomalidomide_cycle_us", "pomalidomide_cycle_eu"}),
    (MAN, POM, {"anc_10e9_l": 0.8}, KAPOSI, {"pomalidomide_start_kaposi"}),
    (MAN, TD, {"anc_10e9_l": 0.7}, {}, {"thalidomide_start_anc"}),
    (MAN, MPT, {"platelets_10e9_l": 49}, {}, {"melphalan_counts"}),
    (MAN, MPT, {"anc_10e9_l": 1.2}, {}, {"melphalan_half_dose"}),
    # Age
    (MAN, RD, {"age_year": 76}, {}, {"dexamethasone_over_75"}),
    (MAN, RD, {"age_year": 75}, {}, set()),
    (MAN, RD_LOW, {"age_year": 76}, {}, set()),
    (MAN, MPT.replace("100 mg daily", "200 mg daily"), {"age_year": 76}, {}, {"thalidomide_over_75_eu"}),
    # Erythema nodosum leprosum
    (MAN, "thalidomide 300 mg daily", {"weight_kg": 45, "serum_creatinine_mg_dl": 0.7}, ENL, {"thalidomide_enl_weight"}),
    (MAN, THAL, {"neuropathy_grade": 2}, ENL, {"thalidomide_enl_neuritis", "thalidomide_neuropathy_mild"}),
    (MAN, THAL, {"allergies": ["dexamethasone"]}, ENL, {"thalidomide_enl_steroid_allergy"}),
    # Other medicines
    (MAN, PD, {"medications": ["Fluvoxamine"]}, {}, {"pomalidomide_cyp1a2_dose"}),
    (MAN, PD.replace("4 mg", "2 mg"), {"medications": ["ciprofloxacin"]}, {}, {"pomalidomide_cyp1a2"}),
    (MAN, PD, {"medications": ["carbamazepine"]}, {}, {"inducer_dexamethasone"}),
    (MAN, PD, {"smoker": True}, {}, {"pomalidomide_smoking"}),
    (MAN, RD, {"medications": ["digoxin"]}, {}, {"lenalidomide_digoxin"}),
    (MAN, RD, {"medications": ["ibuprofen"]}, {}, {"lenalidomide_nephrotoxic"}),
    (MAN, RD, {"medications": ["pembrolizumab"]}, {}, {"pd1_blocker_with_imid"}),
    (MAN, LEN, {"medications": ["pembrolizumab"]}, {}, set()),
    (MAN, RD, {"medications": ["pomalidomide"]}, {}, {"lenalidomide_with_another_imid"}),
    (MAN, PD, {"medications": ["thalidomide"]}, {}, {"pomalidomide_with_another_imid"}),
    (MAN, TD, {"medications": ["lenalidomide"]}, {}, {"thalidomide_with_another_imid"}),
    (MAN, RD, {"medications": ["prednisone"]}, {}, {"steroid_taken_too"}),
    (MAN, TD, {"medications": ["morphine"]}, {}, {"thalidomide_sedatives"}),
    (MAN, TD, {"medications": ["metoprolol"]}, {}, {"thalidomide_bradycardia"}),
    (MAN, TD, {"bradycardia": True}, {}, {"thalidomide_bradycardia"}),
    (MAN, TD, {"medications": ["vincristine"]}, {}, {"thalidomide_neurotoxic"}),
    (MAN, TD, {"conditions": ["bradycardia"]}, {}, {"thalidomide_bradycardia"}),
    (MAN, TD, {"conditions": ["epilepsy"]}, {}, {"thalidomide_seizures"}),
    (MAN, TD, {"conditions": ["polyneuropathy"]}, {}, {"thalidomide_neuropathy_mild"}),
    (MAN, TD, {"alcohol": "regular"}, {}, {"thalidomide_alcohol"}),
    (MAN, TD, {"seizures": True}, {}, {"thalidomide_seizures"}),
    (OLD_WOMAN, RD, {"medications": ["estradiol"]}, {}, {"oestrogen_with_imid"}),
    (MAN, RD, {"medications": ["epoetin"], "erythropoiesis_stimulating_agent": None}, {}, {"esa_with_imid", "impede_intermediate"}),
    (MAN, RD, {"medications": ["xyzmab"]}, {}, {"medications_not_understood"}),
    (MAN, RD, {"conditions": ["xyz"]}, {}, {"conditions_not_understood"}),
    (MAN, RD, {"allergies": ["xyz"]}, {}, {"allergies_not_understood"}),
    (MAN, RD, {"prior_therapies": [{"drugs": ["xyz"]}]}, {}, {"drugs_not_understood"}),
    (WOMAN, RD, {"medications": ["rifampicin"], "contraception": [CONDOM, {"method": "hormonal_implant", "days_before_start": 90}]}, {}, {"inducer_contraception", "inducer_dexamethasone"}),
    # Thrombosis
    (MAN, RD, {"thromboprophylaxis": "none"}, {}, {"thromboprophylaxis_missing", "impede_intermediate", "thromboprophylaxis_too_weak"}),
    (MAN, LEN, {"thromboprophylaxis": "none"}, {}, {"impede_intermediate", "thromboprophylaxis_too_weak"}),
    (MAN, RD, {"thromboprophylaxis_contraindicated": True}, {}, {"thromboprophylaxis_contraindicated"}),
    (MAN, RD, {"recent_surgery": True}, {}, {"saved_high", "prism_high"}),
    (MAN, RD, {"vte_history": True}, {}, {"vte_history", "saved_high", "impede_high", "prism_high"}),
    (MAN, RD, {"arterial_event_history": True}, {}, {"arterial_event_history"}),
    (MAN, RD, {"vte_history": None, "conditions": ["DVT"]}, {}, {"vte_history", "saved_high", "impede_high", "prism_high"}),
    (MAN, RD, {"conditions": ["DVT"]}, {}, {"vte_history", "saved_high", "impede_high", "prism_high"}),  # the flag denies it
    (MAN, RD, {"conditions": ["stroke"]}, {}, {"arterial_event_history"}),
    (MAN, RD, {"conditions": ["hepatitis B"]}, {}, {"hepatitis_b"}),
    (MAN, LEN, {"prednisone_mg_day": 20, "thromboprophylaxis": "none", "medications": []}, {}, {"thromboprophylaxis_missing", "impede_intermediate", "thromboprophylaxis_too_weak"}),
    (MAN, RD, {"thromboprophylaxis": None, "medications": ["aspirin"], "weight_kg": 95}, {}, {"impede_intermediate", "thromboprophylaxis_too_weak"}),
    (MAN, RD, {"pelvic_hip_femur_fracture": True}, {}, {"impede_intermediate"}),
    # Allergy and earlier reactions
    (MAN, RD, {"allergies": ["lenalidomide"]}, {}, {"lenalidomide_allergy", "class_allergy"}),
    (MAN, PD, {"allergies": ["pomalidomide"]}, {}, {"pomalidomide_allergy", "class_allergy"}),
    (MAN, TD, {"allergies": ["thalidomide"]}, {}, {"thalidomide_allergy", "class_allergy"}),
    (MAN, RD, {"allergies": ["thalidomide"]}, {}, {"class_allergy"}),
    (MAN, RD, {"allergies": ["dexamethasone"]}, {}, {"dexamethasone_allergy"}),
    (MAN, RD, {"allergies": ["penicillin"]}, {}, set()),
    (MAN, RD, {"prior_imid_severe_reaction": True}, {}, {"severe_reaction_before"}),
    (MAN, RD, {"hepatitis_b": "past"}, {}, {"hepatitis_b"}),
    (MAN, RD, {"age_year": 17}, {}, {"children_us", "children_eu"}),
    (MAN, RD, {"age_year": 18}, {}, set()),
    (MAN, RD, {"organ_transplant": "kidney"}, {}, {"organ_transplant_imid"}),
    (MAN, TD, {"neuropathy_grade": 3}, {}, {"thalidomide_neuropathy"}),
    (MAN, TD, {"neuropathy_grade": 1}, {}, {"thalidomide_neuropathy_mild"}),
    (MAN, RD, {"stem_cell_collection_planned": True}, {}, {"stem_cell_collection"}),
    (MAN, RD, {"stem_cell_collection_planned": True, "lenalidomide_cycles": 6}, {}, {"stem_cell_collection", "stem_cell_collection_late"}),
    (MAN, RD, {"conditions": ["CLL"]}, {}, {"lenalidomide_cll_too"}),
    (MAN, RD, {"diagnosis": "chronic_lymphocytic_leukaemia"}, {"indication": "multiple_myeloma"}, {"lenalidomide_cll_too"}),
    (MAN, RD, {"diagnosis": "other"}, {"indication": "multiple_myeloma"}, {"indication_differs"}),
]  # fmt: skip

# regimen, options, what is found beyond the regimen beside it, in the same man
REGIMENS = [
    (RD.replace("25 mg", "30 mg"), RD, {}, {"lenalidomide_highest_myeloma"}),
    (RD.replace("days 1-21 of 28", "daily"), RD, {}, {"lenalidomide_highest_myeloma"}),
    (PD.replace("days 1-21 of 28", "daily"), PD, {}, {"pomalidomide_highest_myeloma"}),
    (PD.replace("4 mg", "5 mg"), PD, {}, {"pomalidomide_highest_myeloma"}),
    (POM_KAPOSI.replace("5 mg", "6 mg"), POM_KAPOSI, KAPOSI, {"pomalidomide_highest_kaposi"}),
    (TD.replace("200 mg", "250 mg"), TD, {}, {"thalidomide_highest_myeloma"}),
    (THAL.replace("100 mg", "450 mg"), THAL, ENL, {"thalidomide_highest_enl"}),
    ("lenalidomide 15 mg daily", LEN, MAINTENANCE, {"lenalidomide_maintenance_start"}),
    ("lenalidomide 10 mg daily for 3 cycles then 15 mg daily", LEN, MAINTENANCE, set()),
    ("lenalidomide 10 mg daily for 3 cycles then 20 mg daily", LEN, MAINTENANCE, {"lenalidomide_highest_maintenance"}),
    ("lenalidomide 15 mg daily", LEN, DEL5Q, {"lenalidomide_highest_mds"}),
    ("lenalidomide 25 mg daily", LEN, FOLLICULAR, {"lenalidomide_highest_lymphoma"}),
    ("lenalidomide 30 mg daily", LEN, {"indication": "mantle_cell_lymphoma"}, {"lenalidomide_highest_mantle_cell"}),
    (RD.replace("days 1,8,15,22", "days 1-4,9-12,17-20"), RD, {}, {"dexamethasone_high_dose", "saved_high"}),
    (RD + " + doxorubicin 50 mg iv every 28 days", RD, {}, {"anthracycline_with_imid"}),
    (RD + " + pembrolizumab 200 mg iv every 3 weeks", RD, {}, {"pd1_blocker_with_imid"}),
    (RD + " + thalidomide 100 mg daily", RD, {}, {"lenalidomide_with_another_imid", "thalidomide_with_another_imid"}),
    (TD + " + bortezomib 2.3 mg sc days 1,4,8,11 of 21", TD, {}, {"thalidomide_neurotoxic"}),
    (LEN, LEN, {"indication": "chronic_lymphocytic_leukaemia"}, {"lenalidomide_cll"}),
]


def changed(base, changes):
    both = {**base, **changes}
    return {name: value for name, value in both.items() if value is not None}


def named(cases):
    return [", ".join(sorted(case[4])) or f"silent: {sorted(case[2])}" for case in cases]


@pytest.mark.parametrize("regimen", [RD, PD, TD, MPT])
@pytest.mark.parametrize("name", PATIENTS)
def test_a_valid_patient_is_allowed_and_nothing_but_what_holds_for_all_is_found(name, regimen):
    screening = screened(PATIENTS[name], regimen)
    tests_of_a_woman = {"pregnancy_tests_regular_us", "pregnancy_tests_on_treatment_eu"}
    for finding in screening.findings(0):
        if finding.rule == "no_rules":  # prednisone has none of its own, and that is told
            assert finding.severity == "inform"
            continue
        always = isinstance(safety_rules()[finding.rule].when, Constant)
        assert always or (name == "woman" and finding.rule in tests_of_a_woman), finding
    assert screening.answers.tolist() == [0]


@pytest.mark.parametrize(("base", "regimen", "changes", "options", "expected"), CASES, ids=named(CASES))
def test_one_thing_broken_gives_exactly_that_finding(base, regimen, changes, options, expected):
    before, after = found(base, regimen, **options), found(changed(base, changes), regimen, **options)
    new = {rule for rule in after if rule not in before}
    assert new == expected
    assert all(after[rule][0] in ("found", "not understood") for rule in new)


@pytest.mark.parametrize(("regimen", "beside", "options", "expected"), REGIMENS)
def test_a_regimen_that_is_not_allowed_gives_exactly_that_finding(regimen, beside, options, expected):
    before = found(MAN, beside, **({} if "chronic" in str(options) else options))
    after = found(MAN, regimen, **options)
    inform = {rule for rule, (_, severity) in after.items() if severity == "inform"}
    assert {rule for rule in after if rule not in before} - inform == expected


def test_every_rule_of_the_class_has_a_case():
    expected = {rule for case in (*CASES, *REGIMENS) for rule in case[-1]}
    modules = [import_module(f"titer.library.labels.{name}") for name in SUBJECTS]
    rules = {rule.key: rule for module in modules for rule in module.RULES}
    silent = {key for key, rule in rules.items() if not isinstance(rule.when, Constant)} - expected
    assert len(rules) > 110
    assert silent == {"pregnancy_tests_regular_us", "pregnancy_tests_on_treatment_eu"}  # in the valid woman's file


def test_blocked_and_required_are_told_apart():
    blocked = screened({**MAN, "anc_10e9_l": 0.5}, RD)
    required = screened({**MAN, "age_year": 76}, RD)
    assert blocked.answers.tolist() == [2]
    assert required.answers.tolist() == [0]


MISSPELT = [
    (RD, "pembrolizumb", "pd1_blocker_with_imid"),
    (PD, "fluvoxamin", "pomalidomide_cyp1a2_dose"),
    (RD, "pomalidomid", "lenalidomide_with_another_imid"),
]


@pytest.mark.parametrize(("regimen", "word", "rule"), MISSPELT)
def test_a_misspelt_medicine_that_would_block_is_never_a_pass(regimen, word, rule):
    patient = {**MAN, "medications": ["enoxaparin", word]}
    screening = screened(patient, regimen)
    assert screening.answers.tolist() == [1]
    after = found(patient, regimen)
    assert {key for key, (status, _) in after.items() if status == "not known"} == {rule}
    assert after["medications_not_understood"][0] == "not understood"


DOSES_ABOVE_THE_LABEL = [
    (RD, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 25}, {}),
    (RD, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 8, "dialysis": True}, {}),
    (RD, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 59}, {}),
    (LEN, {"serum_creatinine_mg_dl": None, "crcl_ml_min": 25}, MAINTENANCE | {"authority": "eu"}),
    (PD, {"child_pugh": "B"}, {}),
    (PD, {"dialysis": True}, {}),
    (PD, {"medications": ["fluvoxamine"]}, {}),
    (MPT.replace("100 mg daily", "200 mg daily"), {"age_year": 76}, {}),
]


@pytest.mark.parametrize(("regimen", "changes", "options"), DOSES_ABOVE_THE_LABEL)
def test_a_dose_above_the_label_for_this_patient_blocks(regimen, changes, options):
    assert screened(changed(MAN, changes), regimen, **options).answers.tolist() == [2]


@pytest.mark.parametrize("fact", ["serum_creatinine_mg_dl", "medications", "allergies", "anc_10e9_l"])
def test_a_missing_fact_that_could_block_is_not_a_pass(fact):
    assert screened(changed(MAN, {fact: None}), RD).answers.tolist() == [1]


def test_unknown_pregnancy_is_never_a_pass():
    unknown = {name: value for name, value in WOMAN.items() if name not in ("pregnant", "pregnancy_tests")}
    screening = screened(unknown, RD)
    findings = {one.rule: one for one in screening.findings(0)}
    assert screening.answers.tolist() == [1]
    assert findings["pregnancy_imid"].status == "not known"
    assert set(findings["pregnancy_imid"].missing) == {"pregnant", "pregnancy_tests"}
    assert findings["pregnancy_imid"].finding.startswith("not known: pregnancy status")


@pytest.mark.parametrize(("age", "required"), [(30, True), (49, True), (50, False)])
def test_a_woman_below_50_can_become_pregnant_unless_it_is_shown_that_she_cannot(age, required):
    unknown = {**WOMAN, "age_year": age, "pregnancy_tests": [], "contraception": []}
    del unknown["menses_last_24_months"]
    findings = {one.rule: one.status for one in screened(unknown, RD, authority="us").findings(0)}
    for rule in ("pregnancy_tests_us", "contraception_us"):
        assert findings[rule] == ("found" if required else "not known")


def test_too_much_for_a_bad_kidney_blocks_whether_or_not_dialysis_is_known():
    unknown = {name: value for name, value in MAN.items() if name not in ("dialysis", "serum_creatinine_mg_dl")}
    assert screened({**unknown, "crcl_ml_min": 25}, RD).answers.tolist() == [2]


def test_two_negative_tests_decide_an_unknown_pregnancy():
    unknown = {name: value for name, value in WOMAN.items() if name != "pregnant"}
    assert "pregnancy_imid" not in found(unknown, RD)


@pytest.mark.parametrize("patient", [MAN, OLD_WOMAN])
def test_who_cannot_become_pregnant_is_not_asked(patient):
    asked = {name for one in screened(patient, RD).findings(0) for name in one.missing}
    assert asked == set()


def test_a_man_of_whom_nothing_else_is_known_is_not_asked_about_pregnancy():
    asked = {name for one in screened({"sex": "male"}, RD).findings(0) for name in one.missing}
    assert "anc_10e9_l" in asked
    assert asked.isdisjoint({"pregnant", "menses_last_24_months", "pregnancy_tests", "contraception", "breast_feeding"})


def test_a_low_dose_asks_for_no_kidney_function():
    bare = {name: value for name, value in MAN.items() if name not in ("serum_creatinine_mg_dl", "dialysis")}
    asked = {name for one in screened(bare, "lenalidomide 5 mg daily").findings(0) for name in one.missing}
    assert asked == set()
    assert "crcl_ml_min" in {
        name for one in screened(bare, LEN.replace("10", "25")).findings(0) for name in one.missing
    }


@pytest.mark.parametrize(
    ("facts", "us", "eu"),
    [
        ({"menses_last_24_months": True}, True, True),
        ({"menses_last_24_months": True, "hysterectomy": True}, False, False),
        ({"menses_last_24_months": True, "bilateral_oophorectomy": True}, False, True),
        (
            {"menses_last_24_months": True, "bilateral_oophorectomy": True, "bilateral_salpingectomy": True},
            False,
            False,
        ),
        ({"menses_last_24_months": True, "premature_ovarian_failure": True}, True, False),
        ({"menses_last_24_months": False}, False, True),  # no menses after chemotherapy: still possible in the EU
        ({"age_year": 51, "menses_last_24_months": True, "natural_amenorrhoea_year": 1.2}, True, False),
        ({"age_year": 49, "menses_last_24_months": True, "natural_amenorrhoea_year": 1.2}, True, True),
        ({"menses_last_24_months": False, "turner_syndrome": True}, False, False),
        ({"menses_last_24_months": None, "menarche": False}, False, True),
    ],
)
def test_who_can_become_pregnant_by_each_authority(facts, us, eu):
    patient = {**WOMAN, "pregnancy_tests": [], **facts}
    rules = found(patient, RD)
    assert ("pregnancy_tests_us" in rules, "pregnancy_tests_eu" in rules) == (us, eu)


def test_a_conflict_between_authorities_is_named_with_both_limits():
    findings = {one.rule: one for one in screened(changed(MAN, {"serum_creatinine_mg_dl": 1.5}), RD).findings(0)}
    finding = findings["renal_moderate_us"]
    assert finding.seen["crcl_method"] == "Cockcroft-Gault"
    assert 50 < finding.seen["crcl_ml_min"] < 60
    assert "30 to below 60" in finding.conflict
    assert "30 to below 50" in finding.conflict
    assert "They differ for this patient" in finding.conflict


def test_each_authority_alone_gives_its_own_rules():
    both, us, eu = (found(WOMAN, RD, authority=name) for name in ("both", "us", "eu"))
    assert set(both) == set(us) | set(eu)
    assert "programme_us" not in eu
    assert "programme_eu" not in us


def test_every_group_that_a_rule_asks_for_has_members():
    assert rulebook().unknown_groups() == {}
    broken = replace(safety_rules()["lenalidomide_digoxin"], when=taking("digoksin"))
    assert Rulebook([broken], rulebook().vocabulary).unknown_groups() == {"lenalidomide_digoxin": "digoksin"}


def test_memory_is_marked():
    findings = screened(MAN, RD).findings(0)
    marked = [one for one in findings if not one.confirmed]
    assert marked
    assert all(one.source.endswith("[from memory]") for one in marked)


@pytest.mark.parametrize("key", sorted(safety_rules()))
def test_every_rule_says_what_to_do_and_where_it_stands(key):
    rule = safety_rules()[key]
    assert rule.source.citation
    assert rule.finding
    assert rule.advice.rstrip().endswith(".")


def test_topics_join_only_different_authorities():
    topics = {}
    for rule in safety_rules().values():
        if rule.topic:
            topics.setdefault(rule.topic, []).append(set(rule.authority))
    assert len(topics) > 10
    for topic, authorities in topics.items():
        assert {"US", "EU"} <= set().union(*authorities) or topic.startswith("renal_lymphoma"), topic
