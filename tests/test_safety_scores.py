"""SAVED, IMPEDE and PRISM against sums made by hand, and many patients at once against one by one."""

import numpy as np
import pytest

from safety_cases import MAN, PD, RD
from titer.clinic.safety.conditions import Case
from titer.clinic.safety.plan import Plan
from titer.errors import InputError
from titer.library import load_population
from titer.library.labels import read_checked_regimen, rulebook
from titer.library.labels.thrombosis import IMPEDE, PRISM, SAVED, score_named
from titer.patients.columns import PatientColumns
from titer.patients.population import sample
from titer.patients.record import read_record

HIGH = RD.replace("days 1,8,15,22", "days 1-4,9-12,17-20")
NO_DEX = "lenalidomide 10 mg daily"
LOW_DEX = RD.replace("40 mg", "20 mg")
NONE = {"thromboprophylaxis": "none"}

# score, what differs from a man of 61 years on heparin with nothing else, regimen, points added by hand
HAND = [
    (SAVED, {}, RD, 1),  # dexamethasone 160 mg
    (SAVED, {}, HIGH, 2),  # 480 mg
    (SAVED, {}, LOW_DEX, 0),  # 80 mg
    (SAVED, {}, NO_DEX, 0),
    (SAVED, {"recent_surgery": True}, RD, 3),
    (SAVED, {"race": "asian"}, RD, -2),
    (SAVED, {"vte_history": True}, RD, 4),
    (SAVED, {"age_year": 80}, RD, 2),
    (SAVED, {"age_year": 79.9}, RD, 1),
    (SAVED, {"recent_surgery": True, "race": "asian", "vte_history": True, "age_year": 85}, HIGH, 2 - 3 + 3 + 1 + 2),
    (IMPEDE, {}, RD, 4 + 2 - 3),
    (IMPEDE, NONE, RD, 4 + 2),
    (IMPEDE, NONE, HIGH, 4 + 4),
    (IMPEDE, NONE, NO_DEX, 4),
    (IMPEDE, {"thromboprophylaxis": "aspirin"}, RD, 4 + 2 - 3),
    (IMPEDE, {"thromboprophylaxis": "anticoagulant"}, RD, 4 + 2 - 5),
    (IMPEDE, {**NONE, "weight_kg": 80}, RD, 4 + 2 + 1),  # body mass index 26.1
    (IMPEDE, {**NONE, "pelvic_hip_femur_fracture": True}, RD, 4 + 2 + 4),
    (IMPEDE, {**NONE, "erythropoiesis_stimulating_agent": True}, RD, 4 + 2 + 1),
    (IMPEDE, {**NONE, "central_venous_catheter": True}, RD, 4 + 2 + 2),
    (IMPEDE, {**NONE, "vte_history": True}, RD, 4 + 2 + 5),
    (IMPEDE, {**NONE, "race": "asian"}, RD, 4 + 2 - 3),
    (IMPEDE, {**NONE, "medications": ["pegylated liposomal doxorubicin"]}, RD, 4 + 2 + 3),
    (PRISM, {}, RD, 2),
    (PRISM, {}, PD, 2),
    (PRISM, {"vte_history": True}, RD, 2 + 8),
    (PRISM, {"recent_surgery": True}, RD, 2 + 5),
    (PRISM, {"abnormal_cytogenetics": True}, RD, 2 + 2),
    (PRISM, {"race": "black"}, RD, 2 + 1),
    (PRISM, {"race": "black", "recent_surgery": True, "vte_history": True, "abnormal_cytogenetics": True}, RD, 18),
]


def case_of(columns, regimen):
    return Case(columns, Plan(read_checked_regimen(regimen)), rulebook().vocabulary)


@pytest.mark.parametrize(("score", "facts", "regimen", "points"), HAND)
def test_points_are_those_added_by_hand(score, facts, regimen, points):
    columns = PatientColumns.from_records([read_record({**MAN, **facts})])
    low, high = score.bounds(case_of(columns, regimen))
    assert (low.tolist(), high.tolist()) == ([points], [points])


@pytest.mark.parametrize("score", [SAVED, IMPEDE, PRISM])
def test_many_patients_score_as_one_by_one(score):
    cohort = sample(load_population("relapsed-myeloma"), 2, range(60))
    columns = PatientColumns.from_cohort(cohort, {"medications": []})
    together = score.bounds(case_of(columns, RD))
    for place in range(60):
        alone = score.bounds(case_of(columns.take(place), RD))
        assert [int(bound[place]) for bound in together] == [int(bound[0]) for bound in alone]
    assert (together[0] <= together[1]).all()


def test_saved_of_a_cohort_is_the_published_sum():
    cohort = sample(load_population("relapsed-myeloma"), 3, range(2000))
    low, high = SAVED.bounds(case_of(PatientColumns.from_cohort(cohort), RD))
    race_asian = cohort.column("race") == "asian"
    expected = 2 * cohort.column("recent_surgery") - 3 * race_asian + 3 * cohort.column("vte_history")
    expected = expected + (cohort.column("age") >= 80) + 1
    np.testing.assert_array_equal(low, expected.astype(int))
    np.testing.assert_array_equal(low, high)


def test_a_score_is_found_by_name():
    assert score_named("Impede") is IMPEDE
    with pytest.raises(InputError, match="saved"):
        score_named("savd")
