"""One patient's file: what is accepted, what is refused and how, and the way to columns, covariates and back."""

import json
import math
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety_cases import MAN, PATIENTS
from titer.errors import InputError, ModelError
from titer.interop.patient_file import read_patient, read_patient_file
from titer.library import load_population
from titer.patients.cohort import Cohort
from titer.patients.columns import COVARIATES, FACTS, PatientColumns
from titer.patients.formulas import cockcroft_gault
from titer.patients.population import sample
from titer.patients.record import PatientRecord, read_json, read_record

# file, what the message says, what the hint or the right value says
BAD_FILES = [
    ("", "no JSON", ""),
    ("{", "no JSON", ""),
    ("[]", "a list, not an object", "age_year"),
    ("null", "null, not an object", ""),
    ("3", "a number, not an object", ""),
    ('"female"', "a text, not an object", ""),
    ("[" * 100_000, "cannot be read", ""),
    ('{"age_year": 1' + "0" * 5000 + "}", "", ""),
    ('{"sex": "female", "sex": "male"}', "'sex' is given twice", "once"),
    ('{"age_year": NaN}', "NaN", "finite"),
    ('{"crcl_ml_min": Infinity}', "Infinity", "finite"),
    ('{"age_year": 1e999}', "age_year is inf", "finite"),
    ('{"age_year": -1}', "age_year is -1", "0 or more"),
    ('{"age_year": 121}', "age_year is 121", "120 or less"),
    ('{"age_year": "34"}', "age_year is '34'", "a number"),
    ('{"age_year": true}', "age_year is true", "a number"),
    ('{"age_year": [34]}', "age_year is a list", "a number"),
    ('{"age_year": {}}', "age_year is an object", "a number"),
    ('{"pregnant": 1}', "pregnant is 1", "true or false"),
    ('{"pregnant": "yes"}', "pregnant is 'yes'", "true or false"),
    ('{"age": 34}', "no key 'age'", "did you mean 'age_year'?"),
    ('{"Sex": "female"}', "no key 'Sex'", "did you mean 'sex'"),
    ('{"crcl": 60}', "no key 'crcl'", "did you mean 'crcl_ml_min'?"),
    ('{"weight": 60}', "no key 'weight'", "did you mean 'weight_kg'?"),
    ('{"pregnnt": true}', "no key 'pregnnt'", "did you mean 'pregnant'"),
    ('{"": 1}', "no key ''", ""),
    ('{"sex": "F"}', "sex is 'F'", "'female' or 'male'"),
    ('{"sex": "femal"}', "sex is 'femal'", "did you mean 'female'"),
    ('{"race": "martian"}', "race is 'martian'", "'white', 'black', 'asian' or 'other'"),
    ('{"child_pugh": "D"}', "child_pugh is 'D'", "'none', 'A', 'B' or 'C'"),
    ('{"child_pugh": 1}', "child_pugh is 1", "'none', 'A', 'B' or 'C'"),
    ('{"ecog": 1.5}', "ecog is 1.5", "a whole number"),
    ('{"ecog": 5}', "ecog is 5", "4 or less"),
    ('{"medications": "tacrolimus"}', "medications is 'tacrolimus'", "a list"),
    ('{"medications": [1]}', "medications[0] is 1", "a text"),
    ('{"medications": [""]}', "medications[0] is ''", "not empty"),
    ('{"medications": ["a", null]}', "medications[1] is null", "a text"),
    ('{"medications": ["' + "a" * 500 + '"]}', "medications[0] is", "200 characters"),
    ('{"pregnancy_tests": [3]}', "pregnancy_tests[0] is 3", "an object"),
    ('{"pregnancy_tests": [{"day": 3}]}', "no key 'day'", "days_before_start"),
    ('{"pregnancy_tests": [{"result": "neg"}]}', "result is 'neg'", "'negative' or 'positive'"),
    ('{"prior_therapies": [{"drugs": "lenalidomide"}]}', "drugs is 'lenalidomide'", "a list"),
    ('{"contraception": [{"method": "pill"}]}', "method is 'pill'", "combined_pill"),
    ('{"resourceType": "Patient"}', "resourceType is 'Patient'", "Bundle"),
    ('{"sex": "male", "pregnant": true}', "sex is male and pregnant is true contradict", "leave out"),
    ('{"sex": "male", "hysterectomy": true}', "sex is male and hysterectomy is true", ""),
    ('{"sex": "female", "vasectomy": true}', "sex is female and vasectomy is true", ""),
    ('{"sex": "male", "pregnancy_tests": [{"result": "positive"}]}', "a pregnancy test is positive", ""),
    ('{"pregnant": true, "hysterectomy": true}', "pregnant is true and hysterectomy is true", ""),
    ('{"pregnant": true, "menarche": false}', "menarche is false", ""),
    ('{"menses_last_24_months": true, "natural_amenorrhoea_year": 3}', "natural_amenorrhoea_year is 3", ""),
    ('{"recent_surgery": true, "surgery_days_ago": 200}', "surgery_days_ago is 200", "90 days"),
    ('{"recent_surgery": false, "surgery_days_ago": 20}', "surgery_days_ago is 20", ""),
    ('{"prior_lines": 3, "prior_therapies": []}', "prior_therapies holds 0", ""),
    (
        '{"prior_therapies": [{"progressed": false, "progression_days_after_end": 3}]}',
        "prior_therapies[0].progressed is false",
        "",
    ),
    ('{"dialysis": true, "crcl_ml_min": 90}', "dialysis is true and crcl_ml_min is 90", ""),
    (
        '{"sex": "male", "age_year": 60, "weight_kg": 72, "serum_creatinine_mg_dl": 1, "crcl_ml_min": 30}',
        "give 80 mL/min (Cockcroft-Gault)",
        "factor of 2",
    ),
]


@pytest.mark.parametrize(("text", "what", "help_"), BAD_FILES, ids=[text[:50] for text, _, _ in BAD_FILES])
def test_a_bad_file_gives_one_clear_error(text, what, help_):
    with pytest.raises(InputError) as caught:
        read_patient(text)
    error = caught.value
    assert what in error.what
    assert help_ in f"{error.right} {error.hint}"
    assert "Traceback" not in str(error)
    assert error.exit_code == 2
    assert len(str(error)) < 600


def test_there_are_enough_bad_files():
    assert len(BAD_FILES) >= 25


def test_several_faults_are_all_named():
    with pytest.raises(InputError) as caught:
        read_record({"age_year": -1, "sex": "x", "pregnnt": True})
    told = caught.value.what
    assert told.startswith("3 things to put right")
    for part in (
        "age_year is -1 (right: 0 or more)",
        "sex is 'x' (right: 'female' or 'male'",
        "did you mean 'pregnant'",
    ):
        assert part in told


def test_very_many_faults_are_cut_and_counted():
    with pytest.raises(InputError) as caught:
        read_record({f"key_{n}": n for n in range(50)})
    assert "50 things to put right" in caught.value.what
    assert "and 30 more" in caught.value.what


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"{\x00"])
def test_a_file_that_is_no_text_is_an_error_with_its_name(tmp_path, content):
    path = tmp_path / "patient.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_patient_file(path)
    assert "patient.json" in caught.value.where


@pytest.mark.parametrize("path", ["/nowhere/patient.json", ".", "a\0b"])
def test_a_path_that_is_no_file_is_an_error(path):
    with pytest.raises(InputError, match="cannot be read"):
        read_patient_file(path)


def test_a_byte_order_mark_is_no_text(tmp_path):
    path = tmp_path / "patient.json"
    path.write_bytes(b"\xef\xbb\xbf" + b'{"sex": "male"}')
    assert read_patient_file(path).record.sex == "male"


@pytest.mark.parametrize(
    "text",
    [
        '{"sex": "female", "age_year": 34, "pregnant": true}',
        '{"sex": "male", "age_year": 61, "organ_transplant": "kidney", "medications": ["tacrolimus"]}',
        "{}",
        '{"age_year": null}',
    ],
)
def test_the_smallest_files_are_read(text):
    record = read_patient(text).record
    assert record.known() == {name: value for name, value in json.loads(text).items() if value is not None}


def test_what_is_known_reads_back_as_the_same_record():
    for patient in PATIENTS.values():
        record = read_record(patient)
        assert read_record(record.known()) == record


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 200) | st.floats() | st.text(max_size=8) | st.just("negative"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["result", "drugs", "days_before_start", "method"]) | st.text(), inner)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(sorted(PatientRecord.model_fields)) | st.text(max_size=12)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_any_object_is_read_or_refused_and_no_key_is_accepted_unseen(data):
    try:
        record = read_record(data)
    except InputError:  # any other exception is a crash, and fails the test
        return
    assert set(data) <= set(PatientRecord.model_fields)
    given_ = {name for name, value in data.items() if value is not None}
    assert set(record.known()) == given_


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=60) | st.dictionaries(KEYS, JSON, max_size=3).map(json.dumps))
def test_any_text_is_read_or_refused(text):
    with suppress(InputError):  # any other exception is a crash, and fails the test
        read_patient(text)


def test_every_field_has_a_meaning_and_a_fact():
    assert len(FACTS) > 100
    for fact in FACTS.values():
        assert fact.meaning
        assert all(part.meaning for part in fact.parts)


@pytest.mark.parametrize(
    ("suffix", "unit"), [("_kg", "kg"), ("_ml_min", "mL/min"), ("_10e9_l", "10^9/L"), ("_year", "year")]
)
def test_units_stand_in_names_and_meanings(suffix, unit):
    named = [fact for fact in FACTS.values() if fact.name.endswith(suffix)]
    assert named
    assert all(unit in fact.meaning for fact in named)


# Columns


def test_clearance_is_computed_where_it_is_not_given_and_says_how():
    given_, computed = MAN | {"crcl_ml_min": 77.0}, MAN
    columns = PatientColumns.from_records([read_record(given_), read_record(computed), read_record({"age_year": 50})])
    assert columns.value("crcl_ml_min", 0) == 77.0
    assert columns.value("crcl_ml_min", 1) == pytest.approx(cockcroft_gault(61, 74, 0.9, 0.0))
    assert columns.value("crcl_ml_min", 2) is None
    assert [columns.value("crcl_method", place) for place in range(3)] == ["given", "Cockcroft-Gault", None]
    assert columns.take(1).value("crcl_method", 0) == "Cockcroft-Gault"


def test_facts_of_the_other_sex_are_known_not_to_hold():
    columns = PatientColumns.from_records([read_record({"sex": "male"}), read_record({"sex": "female"})])
    assert columns.value("pregnant", 0) is False
    assert columns.value("pregnant", 1) is None
    assert columns.value("vasectomy", 0) is None
    assert columns.value("vasectomy", 1) is False


def test_a_record_gives_covariates_and_a_cohort_gives_them_back():
    cohort = sample(load_population("relapsed-myeloma"), 1, range(20))
    columns = PatientColumns.from_cohort(cohort)
    for place in range(20):
        found = columns.covariates(place)
        assert set(found) == set(cohort.columns) - {"fed", "is_patient"}
        for name, value in found.items():
            expected = cohort.column(name)[place]
            assert value == (expected if name == "race" else pytest.approx(expected))


def test_records_come_back_from_columns():
    records = [read_record(patient) for patient in (*PATIENTS.values(), {"sex": "male"}, {})]
    columns = PatientColumns.from_records(records)
    for place, record in enumerate(records):
        again = columns.record(place).known()
        known = record.known()
        assert {name: again[name] for name in known} == known
        assert PatientColumns.from_records([columns.record(place)]).record(0).known() == again


def test_virtual_patients_come_out_as_records():
    columns = PatientColumns.from_cohort(sample(load_population("relapsed-myeloma"), 1, range(30)))
    for place in range(30):
        record = columns.record(place)
        assert record.sex in ("female", "male")
        assert record.prior_lines in (1, 2, 3)
        again = PatientColumns.from_records([record]).covariates(0)
        assert {name for name, value in columns.covariates(place).items() if again.get(name) != value} <= {
            "thromboprophylaxis"  # a record names the agent, and the cohort does not say which
        }


def test_a_cohort_of_records_covariates_is_the_same_patient():
    record = read_record(MAN)
    covariates = {name: np.array([value]) for name, value in record.covariates().items()}
    columns = PatientColumns.from_cohort(Cohort([0], covariates, {}))
    again, first = columns.covariates(0), record.covariates()
    assert again == first
    assert {"age", "sex_female", "crcl", "baseline_anc", "prior_lines"} <= set(first)
    assert first["prior_lines"] == 2
    assert math.isclose(first["crcl"], cockcroft_gault(61, 74, 0.9, 0.0))


def test_covariates_agree_with_the_population_in_name_and_unit():
    declared = {one.name: one.unit for one in load_population("relapsed-myeloma").covariates}
    assert set(COVARIATES.values()) <= set(declared)
    assert declared["crcl"] == "mL/min"
    assert declared["baseline_anc"] == "10^9/L"
    assert declared["baseline_haemoglobin"] == "g/L"


def test_assumed_facts_hold_of_everybody_and_never_replace_what_is_known():
    cohort = sample(load_population("relapsed-myeloma"), 1, range(50))
    columns = PatientColumns.from_cohort(cohort, {"medications": ["aspirin"], "thromboprophylaxis": "aspirin"})
    assert columns.word_lists("medications").any_of(["aspirin"]).all()
    words = columns.column("thromboprophylaxis").values
    assert (words[cohort.column("thromboprophylaxis") < 0.5] == "none").all()
    assert (words[cohort.column("thromboprophylaxis") > 0.5] == "aspirin").all()
    with pytest.raises(InputError, match="the cohort has it"):
        PatientColumns.from_cohort(cohort, {"age_year": 50})
    with pytest.raises(InputError, match="no key"):
        PatientColumns.from_cohort(cohort, {"medication": []})


def test_a_patient_taken_alone_is_the_same_patient():
    records = [read_record(patient) for patient in (*PATIENTS.values(), {"sex": "male"}, {})]
    together = PatientColumns.from_records(records)
    for place, record in enumerate(records):
        alone, taken = PatientColumns.from_records([record]), together.take(place)
        for fact in FACTS.values():
            if fact.kind in ("number", "flag", "word"):
                assert taken.value(fact.name, 0) == alone.value(fact.name, 0), fact.name
            elif fact.kind == "words":
                assert sorted(taken.word_lists(fact.name).rows) == sorted(alone.word_lists(fact.name).rows)
            else:
                assert len(taken.parts(fact.name).owner) == len(alone.parts(fact.name).owner)


def test_an_unknown_fact_is_a_model_error_with_the_nearest():
    with pytest.raises(ModelError, match="crcl_ml_min"):
        PatientColumns.from_records([]).column("crcl_ml_mn")


def test_read_json_accepts_what_the_standard_accepts():
    assert read_json('{"a": [1, 2.5, "x", null, true]}') == {"a": [1, 2.5, "x", None, True]}
