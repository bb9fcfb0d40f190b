"""Three-valued conditions: what is true, false and not known, and what is asked for."""

import itertools

import pytest

from titer.clinic.safety.conditions import (
    ALWAYS,
    NEVER,
    Case,
    all_of,
    any_of,
    documented,
    dose,
    first_known,
    flag,
    gives,
    lists,
    number,
    some,
    taking,
    word,
)
from titer.clinic.safety.plan import MEASURES, Plan
from titer.clinic.safety.scores import Item, Score
from titer.clinic.safety.vocabulary import Term, Vocabulary
from titer.dosing.parse import parse_regimen
from titer.errors import ModelError
from titer.model.declare import Source
from titer.patients.columns import PatientColumns
from titer.patients.record import read_record

VALUES = {True: {"smoker": True}, False: {"smoker": False}, None: {}}
OTHERS = {True: {"hiv": True}, False: {"hiv": False}, None: {}}
SMOKER, HIV = flag("smoker"), flag("hiv")


def case_of(*patients, regimen="", vocabulary=None):
    columns = PatientColumns.from_records([read_record(patient) for patient in patients])
    drugs = ["lenalidomide", "dexamethasone"]
    return Case(columns, Plan(parse_regimen(regimen, drugs)) if regimen else None, vocabulary)


def answer(condition, *patients, **options):
    truth = case_of(*patients, **options).truth(condition)
    values = [True if yes else False if no else None for yes, no in zip(truth.yes, truth.no, strict=True)]
    return values[0] if len(values) == 1 else values


def kleene_and(a, b):
    return False if a is False or b is False else None if a is None or b is None else True


@pytest.mark.parametrize(("a", "b"), list(itertools.product(VALUES, OTHERS)))
def test_and_or_and_not_are_kleenes(a, b):
    patient = {**VALUES[a], **OTHERS[b]}
    negated = {True: False, False: True, None: None}
    assert answer(SMOKER & HIV, patient) is kleene_and(a, b)
    assert answer(SMOKER | HIV, patient) is negated[kleene_and(negated[a], negated[b])]
    assert answer(~SMOKER, patient) is negated[a]
    assert answer(first_known(SMOKER, HIV), patient) is (b if a is None else a)
    assert answer(documented(SMOKER), patient) is (a is True)


@pytest.mark.parametrize(("a", "b"), list(itertools.product(VALUES, OTHERS)))
def test_only_what_could_decide_is_asked(a, b):
    patient = {**VALUES[a], **OTHERS[b]}
    for condition in (SMOKER & HIV, SMOKER | HIV, ~(SMOKER & ~HIV)):
        asked = condition.asks(case_of(patient))
        assert bool(asked) == (answer(condition, patient) is None)
        for name in asked:
            assert name not in patient


def test_what_is_asked_can_change_the_answer():
    """Each asked fact has a value after which the condition is decided or asks for less."""
    condition = word("sex", "female") & (flag("pregnant") | (number("age_year") < 18))
    assert condition.asks(case_of({})) == ("sex", "pregnant", "age_year")
    assert condition.asks(case_of({"sex": "male"})) == ()
    assert condition.asks(case_of({"sex": "female", "age_year": 12})) == ()
    assert condition.asks(case_of({"sex": "female", "age_year": 30})) == ("pregnant",)


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        (number("crcl_ml_min") < 60, 60, False),
        (number("crcl_ml_min") < 60, 59.9, True),
        (number("crcl_ml_min") <= 60, 60, True),
        (number("crcl_ml_min") > 60, 60, False),
        (number("crcl_ml_min") >= 60, 60, True),
        (number("crcl_ml_min").equals(60), 60, True),
        (number("crcl_ml_min").between(30, 60), 30, True),
        (number("crcl_ml_min").between(30, 60), 60, False),
        (number("crcl_ml_min") < 60, None, None),
    ],
)
def test_numbers_compare_at_the_boundary(condition, value, expected):
    assert answer(condition, {} if value is None else {"crcl_ml_min": value}) is expected


def test_parts_count_what_surely_and_what_possibly_meets():
    negative = word("result", "negative", of="pregnancy_tests")
    early = number("days_before_start", of="pregnancy_tests") >= 10
    both = some("pregnancy_tests", negative & early)
    sure = {"result": "negative", "days_before_start": 12}
    assert answer(both, {}) is None
    assert answer(both, {"pregnancy_tests": []}) is False
    assert answer(both, {"pregnancy_tests": [sure]}) is True
    assert answer(both, {"pregnancy_tests": [{"result": "negative"}]}) is None
    assert answer(both, {"pregnancy_tests": [{"result": "positive"}]}) is False
    assert answer(both, {"pregnancy_tests": [{"result": "positive"}, sure]}) is True
    twice = some("pregnancy_tests", negative & early, at_least=2)
    assert answer(twice, {"pregnancy_tests": [sure]}) is False
    assert answer(twice, {"pregnancy_tests": [sure, {"result": "negative"}]}) is None
    assert answer(twice, {"pregnancy_tests": [sure, sure]}) is True


def test_parts_of_many_patients_stay_with_their_owner():
    sure = {"result": "negative"}
    condition = some("pregnancy_tests", word("result", "negative", of="pregnancy_tests"), at_least=2)
    patients = [{"pregnancy_tests": [sure] * count} for count in (0, 1, 2, 3)] + [{}]
    assert answer(condition, *patients) == [False, False, True, True, None]


def test_the_last_part_is_the_last_of_its_owner():
    last = some("prior_therapies", flag("is_last", of="prior_therapies") & flag("progressed", of="prior_therapies"))
    one, other = {"progressed": True}, {"progressed": False}
    patients = [{"prior_therapies": parts} for parts in ([one, other], [other, one], [one], [])]
    assert answer(last, *patients) == [False, True, True, False]


WORDS = Vocabulary({"medications": [Term("fluvoxamine", ("inhibitor",), also=("luvox",)), Term("aspirin")]})


def test_words_are_found_by_group_by_name_and_by_other_spelling():
    inhibitor = taking("inhibitor")
    for given_ in ("fluvoxamine", "Fluvoxamine", "LUVOX", " luvox "):
        assert answer(inhibitor, {"medications": [given_]}, vocabulary=WORDS) is True
    assert answer(inhibitor, {"medications": ["aspirin"]}, vocabulary=WORDS) is False
    assert answer(inhibitor, {"medications": []}, vocabulary=WORDS) is False
    assert answer(inhibitor, {}, vocabulary=WORDS) is None


def test_a_word_that_is_nearly_known_is_proposed_and_a_strange_one_is_not():
    assert WORDS.nearest("medications", "fluvoxamin") == "fluvoxamine"
    assert WORDS.nearest("medications", "paracetamol") == ""
    assert WORDS.understands("medications", "Luvox").name == "fluvoxamine"


def test_the_regimen_is_always_known():
    rd = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly"
    assert answer(gives("lenalidomide"), {}, regimen=rd) is True
    assert answer(gives("thalidomide"), {}, regimen=rd) is False
    assert answer(dose("lenalidomide") > 24.9, {}, regimen=rd) is True
    assert answer(dose("thalidomide") > 0, {}, regimen=rd) is False
    assert answer(dose("lenalidomide") > 0, {}) is False


@pytest.mark.parametrize(
    ("regimen", "drug", "expected"),
    [
        (
            "lenalidomide 25 mg days 1-21 of 28",
            "lenalidomide",
            {"start": 25, "in_48_hours": 50, "in_28_days": 525, "doses_in_7_days": 7, "doses": float("inf")},
        ),
        ("lenalidomide 15 mg every 48 h", "lenalidomide", {"start": 15, "in_48_hours": 15, "most_at_once": 15}),
        ("lenalidomide 5 mg twice daily", "lenalidomide", {"start": 10, "most_at_once": 5, "most_on_a_day": 10}),
        (
            "lenalidomide 10 mg daily for 3 cycles then 15 mg daily",
            "lenalidomide",
            {"start": 10, "most_on_a_day": 15, "in_48_hours": 20},
        ),
        ("dexamethasone 40 mg weekly", "dexamethasone", {"in_28_days": 160, "doses_in_7_days": 1}),
        ("dexamethasone 40 mg days 1-4,9-12,17-20 of 28", "dexamethasone", {"in_28_days": 480}),
        ("dexamethasone 40 mg daily for 6 days", "dexamethasone", {"doses": 6, "days": 6, "in_28_days": 240}),
        ("dexamethasone 0 mg daily", "dexamethasone", {"start": 0, "in_28_days": 0, "doses": 0}),
    ],
)
def test_measures_of_a_regimen(regimen, drug, expected):
    plan = Plan(parse_regimen(regimen, ["lenalidomide", "dexamethasone"]))
    assert set(expected) <= set(MEASURES)
    assert {name: plan.measure(drug, name) for name in expected} == expected
    assert plan.measure("thalidomide", "start") is None


def test_a_score_leaves_a_range_and_the_range_decides_as_far_as_it_can():
    score = Score(
        "invented",
        (
            Item(3, flag("vte_history"), "thrombosis"),
            Item(-3, word("race", "asian"), "Asian"),
            Item(1, number("age_year") >= 80, "80 years"),
        ),
        Source("invented"),
    )
    case = case_of({"vte_history": True}, {"vte_history": False, "race": "white"}, {})
    low, high = score.bounds(case)
    assert low.tolist() == [0, 0, -3]
    assert high.tolist() == [4, 1, 4]
    assert answer(score.value >= 2, {"vte_history": True}) is None
    assert answer(score.value >= 2, {"vte_history": True, "race": "white"}) is True
    assert answer(score.value >= 2, {"vte_history": False}) is False
    asked = (score.value >= 2).asks(case_of({"vte_history": True}))
    assert asked == ("race", "age_year")


@pytest.mark.parametrize(
    "make",
    [
        lambda: number("crcl"),
        lambda: flag("crcl_ml_min"),
        lambda: word("child_pugh", "D"),
        lambda: lists("anc_10e9_l", "x"),
        lambda: dose("lenalidomide", "on_a_day"),
        lambda: word("result", "negative"),
        lambda: number("result", of="pregnancy_tests"),
        lambda: some("sex", flag("smoker")),
    ],
)
def test_a_rule_about_something_that_does_not_exist_fails_when_it_is_written(make):
    with pytest.raises(ModelError):
        make()


def test_constants_and_empty_joins():
    assert answer(ALWAYS, {}) is True
    assert answer(NEVER, {}) is False
    assert answer(all_of([]), {}) is True
    assert answer(any_of([]), {}) is False
    assert ALWAYS.asks(case_of({})) == ()


def test_conditions_read_as_sentences():
    condition = (number("crcl_ml_min") < 30) & ~flag("dialysis") | word("child_pugh", "A", "B")
    assert str(condition) == "(crcl_ml_min < 30 and not dialysis) or child_pugh is A or B"
