"""Patients of the safety tests: complete files under which nothing but what holds for everybody is found."""

from titer.library.labels import check_patients, read_checked_regimen
from titer.patients.columns import PatientColumns
from titer.patients.record import read_record

RD = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28"
PD = "pomalidomide 4 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28"
TD = "thalidomide 200 mg daily + dexamethasone 40 mg days 1,8,15,22 of 28"
MPT = "thalidomide 100 mg daily + melphalan 18 mg days 1-4 of 42 + prednisone 100 mg days 1-4 of 42"
RD_LOW = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 20 mg days 1,8,15,22 of 28"

MAN = {
    "sex": "male",
    "age_year": 61,
    "weight_kg": 74,
    "height_cm": 175,
    "race": "white",
    "serum_creatinine_mg_dl": 0.9,
    "dialysis": False,
    "child_pugh": "none",
    "smoker": False,
    "anc_10e9_l": 3.4,
    "platelets_10e9_l": 210,
    "partner_can_become_pregnant": False,
    "prior_therapies": [
        {"drugs": ["bortezomib", "lenalidomide"], "progressed": False, "response": "PR"},
        {"drugs": ["lenalidomide", "dexamethasone"], "progressed": True, "progression_days_after_end": 20},
    ],
    "prior_imid_severe_reaction": False,
    "neuropathy_grade": 0,
    "hepatitis_b": "none",
    "vte_history": False,
    "arterial_event_history": False,
    "recent_surgery": False,
    "pelvic_hip_femur_fracture": False,
    "central_venous_catheter": False,
    "erythropoiesis_stimulating_agent": False,
    "abnormal_cytogenetics": False,
    "thromboprophylaxis": "prophylactic_heparin",
    "medications": ["enoxaparin"],
    "conditions": [],
    "allergies": [],
}
WOMAN = {
    **{name: value for name, value in MAN.items() if name != "partner_can_become_pregnant"},
    "sex": "female",
    "age_year": 34,
    "pregnant": False,
    "breast_feeding": False,
    "menses_last_24_months": True,
    "regular_cycles": True,
    "pregnancy_tests": [
        {"days_before_start": 12, "sensitivity_miu_ml": 25, "result": "negative"},
        {"days_before_start": 1, "sensitivity_miu_ml": 25, "result": "negative"},
    ],
    "contraception": [
        {"method": "levonorgestrel_iud", "days_before_start": 300},
        {"method": "male_condom", "days_before_start": 40},
    ],
}
OLD_WOMAN = {
    **{name: value for name, value in MAN.items() if name != "partner_can_become_pregnant"},
    "sex": "female",
    "age_year": 71,
    "menses_last_24_months": False,
    "natural_amenorrhoea_year": 20,
}
PATIENTS = {"man": MAN, "woman": WOMAN, "old woman": OLD_WOMAN}


def screened(patient, regimen, **options):
    """The screening of one patient, from a dictionary and a text."""
    columns = PatientColumns.from_records([read_record(patient)])
    return check_patients(columns, read_checked_regimen(regimen), **options)


def found(patient, regimen, **options):
    """Rule → (status, severity) of everything that was found."""
    return {one.rule: (one.status, one.severity) for one in screened(patient, regimen, **options).findings(0)}
