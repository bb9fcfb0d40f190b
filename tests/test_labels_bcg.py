"""Rules of BCG: a valid patient is silent, one thing broken gives exactly that finding, what is missing is told."""

import pytest

from safety_cases import found, screened
from titer.clinic.safety.conditions import Constant
from titer.library.labels import bcg, safety_rules

BLADDER = "BCG 81 mg intravesical weekly for 6 weeks"
VACCINE = "BCG 0.1 mg id once"
RD = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly"
MAN = {
    "sex": "male",
    "age_year": 66,
    "diagnosis": "bladder_cancer",
    "bladder_tumour": "t1_high_grade",
    "organ_transplant": "none",
    "immunodeficiency": False,
    "hiv": False,
    "radiotherapy": False,
    "febrile_illness": False,
    "active_tuberculosis": False,
    "tuberculin_positive": False,
    "antibiotic_now": False,
    "urinary_infection": False,
    "gross_haematuria": False,
    "bladder_procedure_days_ago": 21,
    "bladder_capacity_ml": 300,
    "vascular_prosthesis_or_aneurysm": False,
    "prior_bcg": False,
    "medications": [],
    "conditions": [],
    "allergies": [],
}
WOMAN = {
    **MAN,
    "sex": "female",
    "age_year": 38,
    "menses_last_24_months": True,
    "pregnant": False,
    "breast_feeding": False,
}
HAD_BCG = {
    **MAN, "prior_bcg": True, "bcg_systemic_reaction": False, "bcg_local_irritation": "mild", "bcg_flu_like_hours": 24,
}  # fmt: skip
CHILD = {
    "sex": "female",
    "age_year": 0.5,
    "diagnosis": "tuberculosis_prevention",
    "organ_transplant": "none",
    "immunodeficiency": False,
    "hiv": False,
    "mother_hiv": False,
    "mother_tnf_blocker": False,
    "radiotherapy": False,
    "malignancy": False,
    "febrile_illness": False,
    "generalised_skin_infection": False,
    "tuberculin_positive": False,
    "menses_last_24_months": False,
    "pregnant": False,
    "breast_feeding": False,
    "medications": [],
    "conditions": [],
    "allergies": [],
}
ADULT = {**CHILD, "age_year": 30, "menses_last_24_months": True}
TOLD_TO_ALL = {"bcg_catheterise_gently", "bcg_after_treatment"}
EU_WOUND, US_WOUND = "bcg_bladder_wound_eu", "bcg_bladder_wound_7_days"
SYSTEMIC = {"bcg_systemic_reaction"}

# base, regimen, what is changed, what is found beyond the valid case
CASES = [
    # V1: weak immunity
    (MAN, BLADDER, {"immunodeficiency": True}, {"bcg_immunodeficiency"}),
    (MAN, BLADDER, {"conditions": ["common variable immunodeficiency"]}, {"bcg_immunodeficiency"}),
    (MAN, BLADDER, {"hiv": True}, {"bcg_hiv"}),
    (MAN, BLADDER, {"conditions": ["HIV"]}, {"bcg_hiv", "bcg_immunodeficiency"}),
    (MAN, BLADDER, {"organ_transplant": "kidney"}, {"bcg_transplant"}),
    (MAN, BLADDER, {"organ_transplant": "stem_cell"}, {"bcg_transplant"}),
    (MAN, BLADDER, {"medications": ["tacrolimus"]}, {"bcg_immunosuppressant"}),
    (MAN, BLADDER, {"medications": ["Mycophenolate mofetil"]}, {"bcg_immunosuppressant"}),
    # V2: thresholds of the guidance on live vaccines
    (MAN, BLADDER, {"prednisone_mg_day": 20, "prednisone_days": 14}, {"bcg_corticosteroid"}),
    (MAN, BLADDER, {"prednisone_mg_day": 19.9, "prednisone_days": 400}, set()),
    (MAN, BLADDER, {"prednisone_mg_day": 60, "prednisone_days": 13}, set()),
    (MAN, BLADDER, {"age_year": 16, "weight_kg": 8, "prednisone_mg_day": 16, "prednisone_days": 14},
    {"bcg_corticosteroid"}),
    (MAN, BLADDER, {"age_year": 16, "weight_kg": 8.1, "prednisone_mg_day": 16, "prednisone_days": 14}, set()),
    (MAN, BLADDER, {"medications": ["cyclophosphamide"]}, {"bcg_chemotherapy"}),
    (MAN, BLADDER, {"medications": ["fludarabine"]}, {"bcg_chemotherapy"}),
    (MAN, BLADDER + " + melphalan 10 mg daily for 4 days", {}, {"bcg_chemotherapy"}),
    (MAN, BLADDER, {"medications": ["infliximab"]}, {"bcg_tnf_blocker"}),
    (MAN, BLADDER, {"radiotherapy": True}, {"bcg_radiotherapy"}),
    # Inference of this package: myeloma and its treatment
    (MAN, BLADDER, {"conditions": ["multiple myeloma"]}, {"bcg_myeloma"}),
    (MAN, BLADDER, {"diagnosis": "multiple_myeloma"}, {"bcg_myeloma"}),
    (MAN, BLADDER, {"medications": ["lenalidomide", "dexamethasone"], "prednisone_mg_day": 0},
    {"bcg_with_imid_and_steroid"}),
    # V3: tuberculosis
    (MAN, BLADDER, {"active_tuberculosis": True}, {"bcg_active_tuberculosis"}),
    (MAN, BLADDER, {"tuberculin_positive": True}, {"bcg_tuberculin"}),
    (MAN, BLADDER, {"tuberculin_positive": True, "active_tuberculosis": True}, {"bcg_active_tuberculosis"}),
    # V4 to V6
    (MAN, BLADDER, {"febrile_illness": True}, {"bcg_fever"}),
    (MAN, BLADDER, {"temperature_c": 38.0}, {"bcg_fever"}),
    (MAN, BLADDER, {"temperature_c": 37.9}, set()),
    (MAN, BLADDER, {"febrile_illness": None, "temperature_c": 37.0}, set()),
    (MAN, BLADDER, {"urinary_infection": True}, {"bcg_urinary_infection"}),
    (MAN, BLADDER, {"conditions": ["UTI"]}, {"bcg_urinary_infection"}),
    (MAN, BLADDER, {"gross_haematuria": True}, {"bcg_gross_haematuria"}),
    # V7: days since a wound of the bladder, three labels
    (MAN, BLADDER, {"bladder_procedure_days_ago": 0}, {US_WOUND, EU_WOUND}),
    (MAN, BLADDER, {"bladder_procedure_days_ago": 6.9}, {US_WOUND, EU_WOUND}),
    (MAN, BLADDER, {"bladder_procedure_days_ago": 7}, {"bcg_bladder_wound_14_days", EU_WOUND}),
    (MAN, BLADDER, {"bladder_procedure_days_ago": 10}, {"bcg_bladder_wound_14_days", "bcg_bladder_wound_healing_eu"}),
    (MAN, BLADDER, {"bladder_procedure_days_ago": 14}, {"bcg_bladder_wound_healing_eu"}),
    (MAN, BLADDER, {"bladder_procedure_days_ago": 15}, set()),
    (MAN, BLADDER, {"traumatic_catheterisation_days_ago": 3}, {US_WOUND, EU_WOUND}),
    (MAN, BLADDER, {"traumatic_catheterisation_days_ago": 30}, set()),
    # V8: pregnancy and lactation
    (WOMAN, BLADDER, {"pregnant": True}, {"bcg_pregnancy"}),
    (WOMAN, BLADDER, {"breast_feeding": True}, {"bcg_breast_feeding"}),
    # V9, V10: drugs against bacteria
    (MAN, BLADDER, {"medications": ["isoniazid"]}, {"bcg_antituberculous_drug", "bcg_antibiotic"}),
    (MAN, BLADDER, {"medications": ["rifampin"]}, {"bcg_antituberculous_drug", "bcg_antibiotic"}),
    (MAN, BLADDER, {"medications": ["pyrazinamide"]}, set()),
    (MAN, BLADDER, {"medications": ["cycloserine"]}, set()),
    (MAN, BLADDER, {"medications": ["ciprofloxacin"]}, {"bcg_antibiotic"}),
    (MAN, BLADDER, {"antibiotic_now": True}, {"bcg_antibiotic"}),
    # V11: route
    (MAN, "BCG 81 mg iv weekly", {}, {"bcg_route"}),
    (MAN, "BCG 81 mg sc weekly", {}, {"bcg_route"}),
    (MAN, "BCG 81 mg im weekly", {}, {"bcg_route"}),
    (MAN, "BCG 81 mg weekly", {}, set()),
    # V12: stage
    (MAN, BLADDER, {"bladder_tumour": "ta_low_grade", "bladder_high_risk": False}, {"bcg_low_grade_ta"}),
    (MAN, BLADDER, {"bladder_tumour": "ta_low_grade", "bladder_high_risk": True}, set()),
    (MAN, BLADDER, {"bladder_tumour": "muscle_invasive"}, {"bcg_muscle_invasive"}),
    # V13
    (MAN, BLADDER, {"bladder_capacity_ml": 149}, {"bcg_small_capacity"}),
    (MAN, BLADDER, {"vascular_prosthesis_or_aneurysm": True}, {"bcg_vascular_prosthesis"}),
    # V14 to V16: earlier instillations
    (HAD_BCG, BLADDER, {"bcg_local_irritation": "severe"}, {"bcg_local_irritation"}),
    (HAD_BCG, BLADDER, {"bcg_systemic_reaction": True}, SYSTEMIC),
    (HAD_BCG, BLADDER, {"bcg_flu_like_hours": 73}, {"bcg_flu_like"}),
    (HAD_BCG, BLADDER, {"bcg_flu_like_hours": 72}, set()),
    (HAD_BCG, BLADDER, {"conditions": ["epididymitis"]}, {"bcg_genital_infection"}),
    (MAN, BLADDER, {"conditions": ["epididymitis"]}, set()),
    # W1 to W6: the vaccine
    (CHILD, VACCINE, {"hiv": True}, {"bcg_vaccine_hiv"}),
    (CHILD, VACCINE, {"mother_hiv": True}, {"bcg_vaccine_mother_hiv"}),
    (CHILD, VACCINE, {"mother_tnf_blocker": True}, {"bcg_vaccine_mother_tnf_blocker"}),
    (CHILD, VACCINE, {"immunodeficiency": True}, {"bcg_vaccine_immunodeficiency"}),
    (CHILD, VACCINE, {"organ_transplant": "liver"}, {"bcg_vaccine_transplant"}),
    (CHILD, VACCINE, {"medications": ["azathioprine"]}, {"bcg_vaccine_immunosuppressant"}),
    (CHILD, VACCINE, {"medications": ["adalimumab"]}, {"bcg_vaccine_immunosuppressant"}),
    (
        CHILD, VACCINE, {"weight_kg": 7, "prednisone_mg_day": 14, "prednisone_days": 14},
        {"bcg_vaccine_immunosuppressant"},
    ),
    (CHILD, VACCINE, {"weight_kg": 7, "prednisone_mg_day": 13.9, "prednisone_days": 14}, set()),
    (CHILD, VACCINE, {"malignancy": True}, {"bcg_vaccine_malignancy"}),
    (CHILD, VACCINE, {"medications": ["pyrazinamide"]}, {"bcg_vaccine_antituberculous_drug"}),
    (CHILD, VACCINE, {"febrile_illness": True}, {"bcg_vaccine_fever"}),
    (CHILD, VACCINE, {"generalised_skin_infection": True}, {"bcg_vaccine_skin_infection"}),
    (CHILD, VACCINE, {"tuberculin_positive": True}, {"bcg_vaccine_tuberculin"}),
    (ADULT, VACCINE, {"pregnant": True}, {"bcg_vaccine_pregnancy"}),
    (ADULT, VACCINE, {"breast_feeding": True}, {"bcg_vaccine_breast_feeding"}),
    (ADULT, VACCINE, {"bladder_procedure_days_ago": 1, "gross_haematuria": True, "urinary_infection": True}, set()),
]  # fmt: skip


def changed(base, change):
    """The patient with some facts changed; None takes one away."""
    return {name: value for name, value in {**base, **change}.items() if value is not None}


def bcg_findings(patient, regimen, **options):
    """Rules of BCG that found something; the status of each."""
    rules = found(patient, regimen, **options)
    return {key: status for key, (status, _) in rules.items() if key.startswith(("bcg", "imid_and"))}


@pytest.mark.parametrize(("patient", "regimen"), [(MAN, BLADDER), (WOMAN, BLADDER), (HAD_BCG, BLADDER)])
def test_a_valid_patient_is_told_only_what_holds_for_everybody(patient, regimen):
    assert bcg_findings(patient, regimen) == dict.fromkeys(TOLD_TO_ALL, "found")
    assert screened(patient, regimen).answers.tolist() == [0]


@pytest.mark.parametrize("patient", [CHILD, ADULT])
def test_a_valid_vaccine_is_silent(patient):
    assert bcg_findings(patient, VACCINE) == {}
    assert screened(patient, VACCINE).answers.tolist() == [0]


@pytest.mark.parametrize(("base", "regimen", "change", "expected"), CASES)
def test_one_thing_broken_gives_exactly_that_finding(base, regimen, change, expected):
    findings = bcg_findings(changed(base, change), regimen)
    told = TOLD_TO_ALL if "id once" not in regimen else set()
    assert {key for key, status in findings.items() if status == "found"} - told == expected
    assert {key for key, status in findings.items() if status != "found"} == set()


# fact that is not known → the rules that wait for it
MISSING = {
    "immunodeficiency": {"bcg_immunodeficiency"},
    "hiv": {"bcg_hiv"},
    "organ_transplant": {"bcg_transplant"},
    "radiotherapy": {"bcg_radiotherapy"},
    "febrile_illness": {"bcg_fever"},
    "active_tuberculosis": {"bcg_active_tuberculosis"},
    "tuberculin_positive": {"bcg_tuberculin"},
    "urinary_infection": {"bcg_urinary_infection"},
    "gross_haematuria": {"bcg_gross_haematuria"},
    "bladder_procedure_days_ago": {
        US_WOUND, "bcg_bladder_wound_14_days", EU_WOUND, "bcg_bladder_wound_healing_eu",
    },
    "bladder_tumour": {"bcg_low_grade_ta", "bcg_muscle_invasive"},
    "bladder_capacity_ml": {"bcg_small_capacity"},
    "vascular_prosthesis_or_aneurysm": {"bcg_vascular_prosthesis"},
    "prior_bcg": {"bcg_local_irritation", "bcg_systemic_reaction", "bcg_flu_like"},
    "conditions": {"bcg_myeloma"},
    "medications": {
        "bcg_immunosuppressant", "bcg_chemotherapy", "bcg_tnf_blocker", "bcg_antituberculous_drug",
        "bcg_with_imid_and_steroid", "bcg_corticosteroid",
    },
}  # fmt: skip


@pytest.mark.parametrize("fact", sorted(MISSING))
def test_a_missing_fact_is_a_finding_and_never_a_pass(fact):
    findings = bcg_findings(changed(MAN, {fact: None}), BLADDER)
    assert {key for key, status in findings.items() if status == "not known"} == MISSING[fact]
    blocking = any(safety_rules()[key].severity == "block" for key in MISSING[fact])
    assert screened(changed(MAN, {fact: None}), BLADDER).answers.tolist() == [1 if blocking else 0]


def test_missing_facts_of_the_vaccine_are_findings():
    not_asked = {"sex", "age_year", "diagnosis", "allergies", "conditions"}
    not_asked |= {"breast_feeding", "menses_last_24_months", "pregnant"}
    wanted = set(CHILD) - not_asked
    for fact in sorted(wanted):
        findings = bcg_findings(changed(CHILD, {fact: None}), VACCINE)
        assert "not known" in findings.values(), fact
    assert len(wanted) > 10


def test_the_dose_of_a_corticosteroid_that_is_taken_is_asked_for():
    findings = {one.rule: one for one in screened(changed(MAN, {"medications": ["prednisone"]}), BLADDER).findings(0)}
    assert findings["bcg_corticosteroid"].status == "not known"
    assert set(findings["bcg_corticosteroid"].missing) == {"prednisone_mg_day", "prednisone_days"}


def test_myeloma_treatment_and_bcg_refuse_each_other_and_say_that_it_is_an_inference():
    myeloma = {**MAN, "diagnosis": "multiple_myeloma"}
    one = screened(myeloma, f"{BLADDER} + {RD}")
    other = screened({**myeloma, "medications": ["BCG"]}, RD)
    assert one.answers.tolist() == other.answers.tolist() == [2]
    found_one = {finding.rule: finding for finding in one.findings(0)}
    found_other = {finding.rule: finding for finding in other.findings(0)}
    for finding in (found_one["bcg_with_imid_and_steroid"], found_other["imid_and_steroid_with_bcg"]):
        assert (finding.status, finding.severity) == ("found", "block")
        assert "inference of this package" in finding.note
        assert finding.source.startswith("This package")
    assert "inference" in found_one["bcg_myeloma"].note


def test_the_three_labels_on_waiting_are_named():
    findings = {one.rule: one for one in screened(changed(MAN, {"bladder_procedure_days_ago": 8}), BLADDER).findings(0)}
    conflict = findings[EU_WOUND].conflict
    assert "10 to 15 days" in conflict
    assert "7 days (TICE), 14 days (TheraCys)" in conflict
    us = screened(changed(MAN, {"bladder_procedure_days_ago": 8}), BLADDER, authority="us")
    eu = screened(changed(MAN, {"bladder_procedure_days_ago": 8}), BLADDER, authority="eu")
    assert (us.answers.tolist(), eu.answers.tolist()) == ([0], [2])


@pytest.mark.parametrize("regimen", ["BCG 0.1 mg sc once", "BCG 0.1 mg im once", "BCG 0.1 mg intravesical once"])
def test_the_vaccine_goes_into_the_skin(regimen):
    assert bcg_findings(CHILD, regimen)["bcg_vaccine_route"] == "found"


def test_rules_of_the_bladder_and_of_the_vaccine_do_not_mix():
    bladder, vaccine = (
        bcg_findings({"sex": "male", "age_year": 60}, BLADDER),
        bcg_findings({"sex": "male", "age_year": 60}, VACCINE),
    )
    assert len(bladder) > 20
    assert len(vaccine) > 8
    assert not any(key.startswith("bcg_vaccine") for key in bladder if key != "bcg_vaccine_route")
    assert all(key.startswith("bcg_vaccine") for key in vaccine)


def test_bcg_without_a_route_is_what_the_indication_says():
    once = "BCG 0.1 mg once"
    for key, status in bcg_findings(changed(CHILD, {"hiv": True}), once, indication="tuberculosis_prevention").items():
        assert (key, status) == ("bcg_vaccine_hiv", "found")
    assert "bcg_hiv" in bcg_findings(changed(MAN, {"hiv": True}), once)
    wrong = bcg_findings(
        changed(CHILD, {"diagnosis": None}), "BCG 0.1 mg sc once", indication="tuberculosis_prevention"
    )
    assert wrong["bcg_vaccine_route"] == "found"


def test_bcg_for_a_disease_without_rules_is_not_decided():
    screening = screened(MAN, BLADDER, indication="melanoma")
    assert screening.answers.tolist() == [1]
    (gap,) = [one for one in screening.findings(0) if one.rule == "no_rules"]
    assert (gap.status, gap.severity, gap.missing) == ("not known", "block", ("rules about bcg for melanoma",))


@pytest.mark.parametrize(("named", "answer"), [([], 1), (["enoxaparin"], 1), (["tacrolimus"], 2)])
def test_what_an_incomplete_list_does_not_name_is_not_known(named, answer):
    partial = {**MAN, "medications": named, "incomplete_lists": ["medications"]}
    assert screened(partial, BLADDER).answers.tolist() == [answer]
    assert screened({**MAN, "medications": ["enoxaparin"]}, BLADDER).answers.tolist() == [0]
    if named == ["enoxaparin"]:
        gap = next(one for one in screened(partial, BLADDER).findings(0) if one.rule == "bcg_tnf_blocker")
        assert (gap.status, gap.seen) == ("not known", {"medications": "enoxaparin, and maybe others"})


def test_the_us_labels_too_know_that_isoniazid_kills_bcg():
    assert (
        bcg_findings(changed(MAN, {"medications": ["isoniazid"]}), BLADDER, authority="us")["bcg_antibiotic"] == "found"
    )


def test_a_man_is_not_asked_about_pregnancy_and_an_adult_not_about_the_mother():
    asked = {name for one in screened({"sex": "male"}, BLADDER).findings(0) for name in one.missing}
    assert asked.isdisjoint({"pregnant", "breast_feeding", "menses_last_24_months"})
    asked = {name for one in screened({"sex": "female", "age_year": 30}, VACCINE).findings(0) for name in one.missing}
    assert asked.isdisjoint({"mother_hiv", "mother_tnf_blocker"})


def test_what_the_note_marks_as_memory_is_marked():
    unsure = {rule.key for rule in bcg.RULES if not rule.source.confirmed}
    assert unsure == {"bcg_muscle_invasive", "bcg_local_irritation"}
    assert "from memory" in safety_rules()["bcg_pregnancy"].note


def test_every_rule_was_broken_once():
    expected = set().union(*(case[3] for case in CASES)) | {"imid_and_steroid_with_bcg", "bcg_vaccine_route"}
    rules = {rule.key for rule in bcg.RULES if not isinstance(rule.when, Constant)}
    assert len(rules) > 40
    assert rules - expected - TOLD_TO_ALL == set()
