"""FHIR bundles as patient records: units, dates, status, codes, contradictions; every entry is accounted for."""

import json
import re
import runpy
from pathlib import Path

import pytest

from fhir_bundles import (
    ATC,
    FOLDER,
    ICD,
    LOINC,
    PATIENT,
    RXNORM,
    SNOMED,
    bundle,
    coded,
    condition,
    load,
    medication,
    observation,
    procedure,
    quantity,
)
from titer.cli import run as run_command
from titer.interop.fhir import read_bundle
from titer.interop.fhir.codes import (
    NONE_KNOWN,
    QUANTITIES,
    QUESTIONS,
    RACES,
    SEEN,
    SYSTEMS,
    code_table,
    find_code,
    medicine_table,
    read_lines,
)
from titer.interop.fhir.elements import as_moment
from titer.interop.fhir.resources import medicines_in
from titer.library.labels import check_patients, read_checked_regimen, rulebook
from titer.patients.columns import PatientColumns
from titer.patients.record import PatientRecord

ROOT = Path(__file__).parent.parent
WOMAN = {**PATIENT, "gender": "female"}
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"


def record(*resources, **options):
    return read_bundle(bundle(*resources, **options)).record


def notes(reading):
    return {one.code: one.note for one in reading.understood}


def test_a_whole_bundle_becomes_a_record():
    reading = read_bundle(load("myeloma"))
    assert reading.record.known() == {
        "patient_id": "p1", "sex": "female", "age_year": 62.46, "race": "asian", "smoker": False,
        "weight_kg": 69.9893, "height_cm": 162.56, "temperature_c": 37.0, "anc_10e9_l": 2.1,
        "platelets_10e9_l": 164.0, "haemoglobin_g_l": 104.0, "serum_creatinine_mg_dl": 1.5, "m_protein_g_l": 32.0,
        "hysterectomy": True, "diagnosis": "multiple_myeloma", "malignancy": True, "stem_cell_transplant": True,
        "vte_history": True, "medications": ["dexamethasone", "acetylsalicylic acid", "oxycodone", "lenalidomide"],
        "conditions": ["multiple myeloma", "Gout"], "allergies": ["penicillin"],
        "incomplete_lists": ["medications", "conditions", "allergies"],
    }  # fmt: skip
    assert {one.code for one in reading.not_understood} >= {"2532-0", "90560007", "243670", "24139008", "Encounter"}
    assert reading.reference.isoformat() == "2024-03-01"


def test_the_json_of_a_reading_is_plain():
    reading = read_bundle(load("myeloma"))
    assert json.loads(json.dumps(reading.as_json()))["record"]["anc_10e9_l"] == 2.1


def test_every_entry_of_every_bundle_is_accounted_for():
    names = ["myeloma", "bladder_transplant", "pregnant", "contradictions"]
    for name in names:
        data = load(name)
        lines = read_bundle(data)
        places = " ".join(one.place for one in (*lines.understood, *lines.not_understood, *lines.remarks))
        for n in range(len(data["entry"])):
            assert re.search(rf"entry\[{n}\]", places), f"{name}: entry {n} left no line"


@pytest.mark.parametrize(
    ("code", "value", "unit", "fact", "expected"),
    [
        ("751-8", 2.1, "10*3/uL", "anc_10e9_l", 2.1),
        ("26499-4", 2100, "/uL", "anc_10e9_l", 2.1),
        ("26499-4", 2.1, "10*9/L", "anc_10e9_l", 2.1),
        ("753-4", 2100, "{cells}/uL", "anc_10e9_l", 2.1),
        ("751-8", 2.1, "10*3{cells}/uL", "anc_10e9_l", 2.1),
        ("777-3", 164, "K/uL", "platelets_10e9_l", 164),
        ("26515-7", 164000, "/mm3", "platelets_10e9_l", 164),
        ("718-7", 10.4, "g/dL", "haemoglobin_g_l", 104),
        ("718-7", 104, "g/L", "haemoglobin_g_l", 104),
        ("59260-0", 6.454, "mmol/L", "haemoglobin_g_l", 104.0),
        ("2160-0", 1.5, "mg/dL", "serum_creatinine_mg_dl", 1.5),
        ("14682-9", 132.6, "umol/L", "serum_creatinine_mg_dl", 1.5),
        ("14682-9", 0.1326, "mmol/L", "serum_creatinine_mg_dl", 1.5),
        ("38483-4", 15, "mg/L", "serum_creatinine_mg_dl", 1.5),
        ("35591-7", 42, "mL/min", "crcl_ml_min", 42),
        ("29463-7", 154.3, "[lb_av]", "weight_kg", 69.9893),
        ("29463-7", 70000, "g", "weight_kg", 70),
        ("8302-2", 1.75, "m", "height_cm", 175),
        ("8302-2", 64, "[in_i]", "height_cm", 162.56),
        ("8310-5", 98.6, "[degF]", "temperature_c", 37.0),
        ("8310-5", 38.5, "Cel", "temperature_c", 38.5),
        ("33358-3", 3.2, "g/dL", "m_protein_g_l", 32),
        ("731-0", 0.7, "10*3/uL", "lymphocytes_10e9_l", 0.7),
    ],
)
def test_a_number_is_read_in_the_unit_it_has(code, value, unit, fact, expected):
    found = getattr(record(observation(code, value, unit, when="2024-03-01")), fact)
    assert found == pytest.approx(expected, rel=1e-4)  # molar masses are given to four digits


def test_an_estimated_filtration_rate_is_no_creatinine_clearance():
    reading = read_bundle(bundle(observation("98979-8", 39, "mL/min/{1.73_m2}")))
    assert reading.record.crcl_ml_min is None
    assert "Cockcroft-Gault" in notes(reading)["98979-8"]


def test_the_latest_value_counts_and_the_others_are_told():
    old, new = observation("751-8", 0.9, "10*3/uL", "2024-01-05"), observation("26499-4", 2.1, "10*9/L", "2024-02-28")
    for resources in ((old, new), (new, old)):
        reading = read_bundle(bundle(*resources))
        assert reading.record.anc_10e9_l == 2.1
        assert notes(reading)["751-8"] == "a later one is taken"


def test_times_are_compared_in_one_zone():
    early = observation("751-8", 1.0, "10*3/uL", "2024-02-28T23:30:00-05:00")
    late = observation("751-8", 2.0, "10*3/uL", "2024-02-29T05:00:00Z")
    assert record(early, late).anc_10e9_l == 2.0


def test_two_values_of_one_time_contradict_each_other_and_are_named():
    reading = read_bundle(bundle(observation("718-7", 10.4, "g/dL"), observation("718-7", 8.1, "g/dL")))
    assert reading.record.haemoglobin_g_l is None
    assert "contradicts itself about haemoglobin_g_l" in reading.remarks[-1].text


def test_a_day_and_a_time_on_it_cannot_be_ordered():
    day, hour = (
        observation("751-8", 1.0, "10*3/uL", "2024-02-28"),
        observation("751-8", 2.0, "10*3/uL", "2024-02-28T09:00:00Z"),
    )
    assert record(day, hour).anc_10e9_l is None


def test_the_same_value_twice_is_no_contradiction():
    assert record(observation("751-8", 2, "10*3/uL"), observation("26499-4", 2000, "/uL")).anc_10e9_l == 2.0


def test_an_undated_value_counts_only_where_none_is_dated():
    dated, undated = observation("751-8", 2, "10*3/uL", "2023-12-01"), observation("751-8", 5, "10*3/uL", None)
    assert record(undated).anc_10e9_l == 5
    assert record(undated, dated).anc_10e9_l == 2


def test_an_old_value_is_taken_with_a_remark():
    reading = read_bundle(bundle(observation("777-3", 150, "10*9/L", "2023-12-01")))
    assert reading.record.platelets_10e9_l == 150
    assert any("90 days old" in one.text for one in reading.remarks)


def test_an_old_temperature_is_not_taken():
    assert record(observation("8310-5", 39, "Cel", "2024-02-20")).temperature_c is None
    assert record(observation("8310-5", 39, "Cel", "2024-02-29")).temperature_c == 39


def test_what_is_dated_after_the_reference_day_is_not_taken():
    reading = read_bundle(bundle(observation("777-3", 150, "10*9/L", "2024-03-09")))
    assert reading.record.platelets_10e9_l is None
    assert "after the reference date" in notes(reading)["777-3"]


def test_the_reference_day_can_be_given():
    data = bundle(observation("777-3", 150, "10*9/L", "2024-03-09"))
    assert read_bundle(data, as_of="2024-03-10").record.platelets_10e9_l == 150
    assert read_bundle(data, as_of="2025-02-28").record.age_year == pytest.approx(64.99)


def test_a_bundle_without_a_day_falls_back_on_when_it_was_last_updated():
    data = bundle(timestamp="")
    data["meta"] = {"lastUpdated": "2024-03-01T08:00:00.123+01:00"}
    assert read_bundle(data).record.age_year == 64.0


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2012-03-02", "2024-03-01", 11.99),
        ("2012-03-01", "2024-03-01", 12.0),
        ("2004-02-29", "2022-02-28", 17.99),
        ("2004-02-29", "2022-03-01", 18.0),
        ("1949-03-01", "2024-02-29", 74.99),
        ("2024-03-01", "2024-03-01", 0.0),
    ],
)
def test_age_is_never_rounded_up_over_a_birthday(born, day, age):
    assert read_bundle(bundle(patient={**PATIENT, "birthDate": born}), as_of=day).record.age_year == age


def test_a_year_of_birth_gives_an_age_and_a_remark():
    reading = read_bundle(bundle(patient={**PATIENT, "birthDate": "1950"}))
    assert reading.record.age_year == pytest.approx(73.66)
    assert any("73.2 to 74.2 years" in one.text for one in reading.remarks)


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered", "unknown"])
def test_an_observation_that_does_not_stand_is_told_and_not_taken(status):
    reading = read_bundle(bundle(observation("777-3", 150, "10*9/L", status=status)))
    assert reading.record.platelets_10e9_l is None
    assert notes(reading)["777-3"] == f"status is {status}"


def test_only_a_limit_or_an_absent_value_is_no_value():
    limit = observation("777-3", 5, "10*9/L")
    limit["valueQuantity"]["comparator"] = "<"
    absent = observation("718-7", dataAbsentReason={"text": "haemolysed"})
    reading = read_bundle(bundle(limit, absent))
    assert reading.record.platelets_10e9_l is reading.record.haemoglobin_g_l is None
    assert notes(reading) == notes(reading) | {"777-3": "only a limit is given (<5)", "718-7": "no value: haemolysed"}


def test_components_of_a_panel_are_read():
    panel = {
        "resourceType": "Observation", "status": "final", "code": coded(LOINC, "58410-2"),
        "effectiveDateTime": "2024-02-28",
        "component": [
            {"code": coded(LOINC, "777-3"), "valueQuantity": quantity(150, "10*9/L")},
            {"code": coded(LOINC, "718-7"), "valueQuantity": quantity(12, "g/dL")},
            {"code": coded(LOINC, "6690-2"), "valueQuantity": quantity(5, "10*9/L")},
        ],
    }  # fmt: skip
    reading = read_bundle(bundle(panel))
    assert (reading.record.platelets_10e9_l, reading.record.haemoglobin_g_l) == (150, 120)
    assert [one.code for one in reading.not_understood] == ["58410-2", "6690-2"]


def test_an_observation_about_somebody_else_is_not_taken():
    assert record(observation("777-3", 150, "10*9/L", focus=[{"reference": "Patient/child"}])).platelets_10e9_l is None


@pytest.mark.parametrize(
    ("code", "answer", "fact", "expected"),
    [
        ("82810-3", (SNOMED, "77386006"), "pregnant", True),
        ("82810-3", (SNOMED, "60001007"), "pregnant", False),
        ("82810-3", (LOINC, "LA26683-5"), "pregnant", False),
        ("82810-3", (SNOMED, "146799005"), "pregnant", None),
        ("72166-2", (SNOMED, "449868002"), "smoker", True),
        ("72166-2", (SNOMED, "8517006"), "smoker", False),
        ("72166-2", (SNOMED, "266927001"), "smoker", None),
        ("7917-8", (SNOMED, "260385009"), "hiv", False),
        ("7917-8", (SNOMED, "10828004"), "hiv", True),
    ],
)
def test_an_answer_is_read(code, answer, fact, expected):
    resource = observation(code, valueCodeableConcept=coded(*answer))
    assert getattr(record(resource, patient=WOMAN), fact) is expected


def test_an_unknown_answer_is_listed():
    reading = read_bundle(bundle(observation("72166-2", valueCodeableConcept=coded(SNOMED, "1234567"))))
    assert reading.record.smoker is None
    assert [one.code for one in reading.not_understood] == ["1234567"]


def test_a_pregnancy_test_has_its_day():
    test = observation("2106-3", when="2024-02-20", valueCodeableConcept=coded(SNOMED, "260385009"))
    found = record(test, patient=WOMAN).pregnancy_tests
    assert [(one.result, one.days_before_start) for one in found] == [("negative", 10.0)]


def test_an_old_pregnancy_status_does_not_speak_for_today():
    no = observation("82810-3", when="2023-12-01", valueCodeableConcept=coded(SNOMED, "60001007"))
    yes = observation("82810-3", when="2023-12-01", valueCodeableConcept=coded(SNOMED, "77386006"))
    assert record(no, patient=WOMAN).pregnant is None
    assert record(yes, patient=WOMAN).pregnant is True


@pytest.mark.parametrize(
    ("clinical", "verification", "expected"),
    [
        ("active", "confirmed", True),
        ("recurrence", "confirmed", True),
        ("relapse", "confirmed", True),
        ("resolved", "confirmed", None),
        ("inactive", "confirmed", None),
        ("remission", "confirmed", None),
        ("active", "refuted", None),
        ("active", "entered-in-error", None),
        ("active", "provisional", None),
        ("active", "differential", None),
        ("active", "unconfirmed", None),
    ],
)
def test_a_condition_counts_by_its_status(clinical, verification, expected):
    reading = read_bundle(bundle(condition(ICD, "A15.0", clinical, verification)))
    assert reading.record.active_tuberculosis is expected
    assert bool(notes(reading)["A15.0"]) is (expected is None)


def test_a_history_stays_when_the_disease_is_over():
    assert record(condition(SNOMED, "128053003", "resolved")).vte_history is True
    assert record(condition(SNOMED, "128053003", "resolved", "refuted")).vte_history is None
    assert record(condition(ICD, "C90.01", "remission")).diagnosis == "multiple_myeloma"


def test_an_end_in_the_past_beats_an_active_status():
    reading = read_bundle(bundle(condition(ICD, "R50.9", abatementDateTime="2024-01-04")))
    assert reading.record.febrile_illness is None
    assert any("taken as ended" in one.text for one in reading.remarks)


def test_a_condition_without_status_is_taken_as_active_with_a_remark():
    resource = condition(ICD, "B20")
    del resource["clinicalStatus"]
    reading = read_bundle(bundle(resource))
    assert reading.record.hiv is True
    assert any("taken as active" in one.text for one in reading.remarks)


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("C90.00", {"diagnosis": "multiple_myeloma", "malignancy": True}),
        ("c9000", {"diagnosis": "multiple_myeloma", "malignancy": True}),
        ("C34.1", {"malignancy": True}),
        ("D46.C", {"diagnosis": "mds_del5q"}),
        ("D46.9", {"diagnosis": "mds"}),
        ("D84.821", {"immunodeficiency": True}),
        ("Z94.0", {"organ_transplant": "kidney"}),
        ("I26.99", {"vte_history": True}),
        ("Z99.2", {"dialysis": True}),
        ("N18.6", {}),
        ("D09.0", {"diagnosis": "bladder_cancer", "bladder_tumour": "cis"}),
        ("M10.9", {}),
    ],
)
def test_an_icd_code_means_what_its_category_means(code, facts):
    known = record(condition(ICD, code)).known()
    assert {name: known.get(name) for name in facts} == facts
    if not facts:
        assert set(known) == {"patient_id", "sex", "age_year", "conditions", "incomplete_lists"}


def test_two_diseases_leave_open_which_one_is_treated():
    reading = read_bundle(bundle(condition(ICD, "C67.9"), condition(ICD, "C90.00")))
    assert reading.record.diagnosis is None
    assert reading.record.conditions == ["bladder cancer", "multiple myeloma"]
    assert any("several diseases" in one.text for one in reading.remarks)


def test_the_special_form_of_a_disease_wins():
    assert record(condition(SNOMED, "109995007"), condition(SNOMED, "277597005")).diagnosis == "mds_del5q"


def test_contradicting_diagnoses_are_named_and_not_known():
    reading = read_bundle(
        bundle(condition(SNOMED, "86406008"), condition(SNOMED, "165815009", recordedDate="2024-01-01"))
    )
    assert reading.record.hiv is None
    assert any("contradicts itself about hiv" in one.text for one in reading.remarks)


def test_a_diagnosis_that_is_absent_is_not_known():
    known = record(condition(ICD, "M10.9"))
    assert known.hiv is known.active_tuberculosis is known.organ_transplant is known.immunodeficiency is None


@pytest.mark.parametrize(
    "status", ["completed", "stopped", "on-hold", "intended", "not-taken", "unknown", "entered-in-error"]
)
def test_a_medicine_that_is_not_taken_now_is_told_and_left_out(status):
    reading = read_bundle(bundle(medication(ATC, "L04AD02", status)))
    assert reading.record.medications is None
    assert notes(reading)["L04AD02"] == f"status is {status}"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (medication(ATC, "L04AD02"), ["tacrolimus"]),
        (medication(RXNORM, "9384"), ["rifampicin"]),
        (medication(RXNORM, "999999", text="tacrolimus 1 MG Oral Capsule [Prograf]"), ["tacrolimus"]),
        (medication(text="Oxycodone 5 mg when needed"), ["oxycodone"]),
        (medication(text="trimethoprim/sulfamethoxazole forte"), ["co-trimoxazole"]),
        (medication(text="grandmother's herbal tea"), ["grandmother's herbal tea"]),
    ],
)
def test_a_medicine_is_read_by_code_or_by_text(resource, expected):
    assert record(resource).medications == expected


def test_a_cream_is_not_taken_for_the_tablet():
    reading = read_bundle(bundle(medication(ATC, "D11AH01")))
    assert [one.code for one in reading.not_understood] == ["D11AH01"]


IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"


def test_no_known_medications_is_an_empty_list_and_silence_is_not():
    absent, unsaid = medication(IPS, "no-known-medications"), medication(IPS, "no-medication-info")
    assert record(absent).medications == []
    assert record(medication(SNOMED, "787481004")).medications == []
    assert record(condition(SNOMED, "160245001")).conditions == []
    assert record(unsaid).medications is None
    assert record().medications is None
    both = read_bundle(bundle(absent, medication(ATC, "L04AD02")))
    assert both.record.medications == ["tacrolimus"]
    assert both.record.incomplete_lists == ["medications"]
    assert any("'no known medications' beside tacrolimus" in one.text for one in both.remarks)


@pytest.mark.parametrize(
    "resource",
    [
        medication(SNOMED, "787481004", status="entered-in-error"),
        medication(SNOMED, "787481004", status="not-taken"),
        medication(SNOMED, "787481004", effectiveDateTime="2019-05-01"),
        medication(SNOMED, "787481004", effectiveDateTime="2025-05-01"),
        condition(SNOMED, "160245001", verification="refuted"),
        condition(SNOMED, "160245001", clinical="resolved"),
        condition(SNOMED, "160245001", recordedDate="2019-05-01"),
        {"resourceType": "AllergyIntolerance", "code": coded(SNOMED, "716186003"),
         "verificationStatus": coded("allergyintolerance-verification", "refuted")},
    ],
)  # fmt: skip
def test_none_known_that_does_not_stand_leaves_the_list_open(resource):
    reading = read_bundle(bundle(resource))
    assert {"medications", "conditions", "allergies"}.isdisjoint(reading.record.known())
    assert [one for one in reading.understood if one.says.startswith("no known") and not one.taken and one.note]


def empty_list(code, reason="nilknown", status="current", **more):
    system = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
    made = {"resourceType": "List", "status": status, "mode": "snapshot", "code": coded(LOINC, code)}
    return made | {"emptyReason": coded(system, reason)} | more


def test_a_list_that_is_empty_because_nothing_is_known_closes_it():
    assert record(empty_list("10160-0")).medications == []
    assert record(empty_list("11450-4")).conditions == []
    assert record(empty_list("48765-2")).allergies == []
    assert record(empty_list("10160-0", "notasked")).medications is None
    assert record(empty_list("10160-0", status="retired")).medications is None
    assert record(empty_list("10160-0", date="2019-01-01")).medications is None
    assert record(empty_list("10160-0"), medication(ATC, "L04AD02")).incomplete_lists == ["medications"]


def test_what_the_lists_of_a_bundle_do_not_name_is_not_known():
    """Absence in a bundle must not clear a contraindication."""
    named = [medication(ATC, "B01AB05"), condition(ICD, "C67.2"), condition(ICD, "M10.9")]
    named.append({"resourceType": "AllergyIntolerance", "code": coded(ATC, "J01CA04")})
    found = record(*named)
    assert found.incomplete_lists == ["medications", "conditions", "allergies"]
    columns = PatientColumns.from_records([found])
    screening = check_patients(columns, read_checked_regimen("BCG 81 mg intravesical weekly for 6 weeks"))
    status = {one.rule: one.status for one in screening.findings(0)}
    for rule in ("bcg_tnf_blocker", "bcg_immunosuppressant", "bcg_chemotherapy", "bcg_antituberculous_drug"):
        assert status[rule] == "not known"
    closed = record(medication(SNOMED, "787481004"), condition(ICD, "C67.2"))
    screening = check_patients(PatientColumns.from_records([closed]), screening.plan.regimen)
    assert "bcg_tnf_blocker" not in {one.rule for one in screening.findings(0)}


@pytest.mark.parametrize(
    ("resource", "fact"),
    [
        (condition(SNOMED, "60001007", recordedDate="2022-01-01"), "pregnant"),
        (condition(SNOMED, "60001007"), "pregnant"),
        (condition(SNOMED, "165815009", recordedDate="2019-01-01"), "hiv"),
        (observation("751-8", 3.0, "10*3/uL", when="2022-05-01"), "anc_10e9_l"),
        (observation("2160-0", 0.9, "mg/dL", when="2023-05-01"), "serum_creatinine_mg_dl"),
    ],
)
def test_an_old_word_does_not_speak_for_today(resource, fact):
    woman = {**PATIENT, "gender": "female"}
    reading = read_bundle(bundle(resource, patient=woman))
    assert getattr(reading.record, fact) is None
    assert any("older than" in one.note or "without a date" in one.note for one in reading.understood)


def test_a_text_that_names_another_medicine_than_the_code_counts_too():
    reading = read_bundle(bundle(medication(ATC, "L04AX02", text="lenalidomide 25 mg")))
    assert sorted(reading.record.medications) == ["lenalidomide", "thalidomide"]
    assert any("both are taken" in one.text for one in reading.remarks)
    assert record(medication(ATC, "L04AA06", text="Mycophenolate mofetil 500 mg")).medications == ["mycophenolic acid"]


def test_an_operation_without_a_date_beside_a_dated_one_leaves_the_days_open():
    dated, undated = procedure(PCS, "0TBB8ZZ", "2023-10-01"), procedure(PCS, "0TBB8ZZ", None)
    assert record(dated, undated).bladder_procedure_days_ago is None


def test_elements_that_are_not_read_are_named_once():
    noted = [condition(ICD, "M10.9", note=[{"text": "on prednisone"}]), condition(ICD, "I10", stage=[{}], note=[{}])]
    remarks = [one.text for one in read_bundle(bundle(*noted)).remarks]
    assert "not read in Condition: note (2), stage (1)" in remarks


def test_whom_a_resource_is_about_is_told_where_nobody_can_compare():
    nameless = {"resourceType": "Patient", "gender": "male", "birthDate": "1960-03-01"}
    about = {"subject": {"reference": "Patient/someone"}}
    reading = read_bundle(bundle(observation("751-8", 3.0, "10*3/uL", **about), patient=nameless))
    assert any("taken to be the patient" in one.text for one in reading.remarks)
    reading = read_bundle(bundle(observation("751-8", 3.0, "10*3/uL", subject={"display": "Ann"})))
    assert any("no reference says" in one.text for one in reading.remarks)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ["lenalidomide"]),
        ({"status": "draft"}, None),
        ({"intent": "plan"}, None),
        ({"doNotPerform": True}, None),
        ({"authoredOn": "2024-04-01"}, None),
    ],
)
def test_an_order_counts_when_it_is_in_force(change, expected):
    order = {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order",
        "medicationReference": {"reference": "Medication/m1"},
    }  # fmt: skip
    medicine = {"resourceType": "Medication", "id": "m1", "code": coded(RXNORM, "342369")}
    assert record(order | change, medicine).medications == expected


def test_a_contained_medicine_is_found():
    resource = {
        "resourceType": "MedicationStatement", "status": "active", "medicationReference": {"reference": "#m"},
        "contained": [{"resourceType": "Medication", "id": "m", "code": coded(ATC, "H02AB02")}],
    }  # fmt: skip
    assert record(resource).medications == ["dexamethasone"]


def test_an_active_medicine_with_an_end_in_the_past_is_named():
    reading = read_bundle(bundle(medication(ATC, "L04AD02", effectivePeriod={"start": "2020", "end": "2023-05-01"})))
    assert reading.record.medications is None
    assert any("it ended on 2023-05-01" in one.text for one in reading.remarks)


def test_days_since_the_last_operation_in_the_bladder():
    first, last = (
        procedure(PCS, "0TBB8ZZ", "2024-01-10"),
        procedure("http://www.ama-assn.org/go/cpt", "52204", "2024-02-23"),
    )
    assert record(first, last).bladder_procedure_days_ago == 7
    assert record(procedure(PCS, "0TBB8ZZ", "2024-02")).bladder_procedure_days_ago == 1  # the end of February
    assert record(procedure(PCS, "0TBB8ZZ", None)).bladder_procedure_days_ago is None
    assert record(procedure(PCS, "0TBB8ZZ", status="not-done")).bladder_procedure_days_ago is None
    assert record(procedure(PCS, "0TBB8ZZ", "2024-05-01")).bladder_procedure_days_ago is None


def test_procedures_set_what_they_mean_and_no_more():
    found = record(
        procedure(SNOMED, "441820006"), procedure(SNOMED, "83152002"), procedure(SNOMED, "287664005"), patient=WOMAN
    )
    assert found.hysterectomy is found.bilateral_oophorectomy is found.bilateral_salpingectomy is True
    assert [one.method for one in found.contraception] == ["tubal_ligation"]
    assert record(procedure(SNOMED, "83152002"), patient=WOMAN).bilateral_oophorectomy is None
    assert record(procedure(SNOMED, "410024004")).traumatic_catheterisation_days_ago is None
    assert record(procedure(SNOMED, "23719005")).organ_transplant is None
    assert record(procedure(SNOMED, "70536003", "2010")).organ_transplant == "kidney"


def test_two_organs_are_other():
    reading = read_bundle(bundle(procedure(SNOMED, "70536003", "2010"), condition(ICD, "Z94.83")))
    assert reading.record.organ_transplant == "other"
    assert any("several organs" in one.text for one in reading.remarks)


def test_allergies():
    status = coded("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active")
    past = coded("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "resolved")
    one = {"resourceType": "AllergyIntolerance", "clinicalStatus": status, "code": coded(ATC, "L04AX04")}
    other = {"resourceType": "AllergyIntolerance", "clinicalStatus": past, "code": {"text": "latex"}}
    assert record(one, other).allergies == ["lenalidomide"]
    assert record({"resourceType": "AllergyIntolerance", "code": coded(SNOMED, "716186003")}).allergies == []


RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"


def race_of(*codes):
    inside = [
        {"url": "ombCategory", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": code}}
        for code in codes
    ]
    return record(patient={**PATIENT, "extension": [{"url": RACE, "extension": inside}]}).race


def test_race_is_read_from_the_extension():
    assert [race_of("2028-9"), race_of("2106-3"), race_of("2054-5"), race_of("1002-5")] == [
        "asian",
        "white",
        "black",
        "other",
    ]
    assert race_of("2028-9", "2106-3") is None
    assert race_of("9999-9") is None


def test_gender_and_birth_sex_that_differ_leave_sex_open():
    address = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
    reading = read_bundle(bundle(patient={**PATIENT, "extension": [{"url": address, "valueCode": "F"}]}))
    assert reading.record.sex is None
    assert any("birth sex is F" in one.text for one in reading.remarks)
    assert read_bundle(bundle(patient={**PATIENT, "gender": "other"})).record.sex is None


def test_a_duplicate_is_read_once_and_a_second_version_is_named():
    one = observation("777-3", 150, "10*9/L", id="a")
    twice = read_bundle(bundle(one, one))
    assert twice.record.platelets_10e9_l == 150
    assert any("a duplicate of entry[1].resource" in line.text for line in twice.remarks)
    versions = read_bundle(bundle(one, observation("777-3", 90, "10*9/L", id="a")))
    assert versions.record.platelets_10e9_l is None
    assert any("a second, different Observation with id 'a'" in line.text for line in versions.remarks)


def test_a_page_of_a_longer_answer_is_remarked():
    data = bundle()
    data["link"] = [{"relation": "next", "url": "http://example.org/2"}]
    assert any("one page" in one.text for one in read_bundle(data).remarks)


def test_medicines_are_found_as_words_only():
    assert medicines_in("prednisolone 5 mg") == ["prednisolone"]
    assert medicines_in("methylprednisolone") == ["methylprednisolone"]
    assert medicines_in("immunoglobulin") == []


def test_a_moment_is_as_precise_as_it_is_written():
    assert as_moment("2024-12", "x").latest.isoformat() == "2025-01-01T00:00:00"
    assert as_moment("2024-03-01", "x").earliest >= as_moment("2024-02", "x").latest
    assert as_moment("2024-03-01", "x").earliest < as_moment("2024", "x").latest


def all_lines():
    from titer.interop.fhir.conditions import CONDITIONS, PROCEDURES

    texts = [lines for _, lines in (*CONDITIONS, *PROCEDURES)] + [one.codes for one in (*QUANTITIES, *QUESTIONS)]
    texts += [one.answers for one in QUESTIONS] + [RACES, NONE_KNOWN]
    lines = [line for text in texts for line in read_lines(text)]
    return lines + [(one.system, one.code, one.seen, one.display) for one in medicine_table().values()]


def test_every_code_has_a_known_system_and_says_where_it_was_seen():
    lines = all_lines()
    assert len(lines) > 500
    assert {system for system, _, _, _ in lines} <= set(SYSTEMS)
    assert {seen for _, _, seen, _ in lines} <= set(SEEN)
    from_memory = [code for _, code, seen, _ in lines if seen == "-"]
    assert 0 < len(from_memory) < 30
    assert not find_code(code_table("Procedure"), "http://www.ama-assn.org/go/cpt", "52204").confirmed


def test_no_code_of_a_table_is_listed_twice():
    from titer.interop.fhir.conditions import CONDITIONS, PROCEDURES

    for groups in (CONDITIONS, PROCEDURES):
        codes = [line[:2] for _, lines in groups for line in read_lines(lines)]
        assert len(codes) > 40
        assert len(codes) == len(set(codes))


def test_every_fact_of_the_tables_is_a_field_that_takes_its_value():
    looked = 0
    for kind in ("Condition", "Procedure"):
        for code in code_table(kind).values():
            for fact, value in code.meaning.facts.items():
                looked += 1
                if fact == "contraception":
                    value = [{"method": value}]
                PatientRecord.model_validate({fact: 7.0 if value == "days ago" else value})
    for asked in (*QUANTITIES, *QUESTIONS):
        looked += 1
        assert not asked.fact or asked.fact in PatientRecord.model_fields
    assert looked > 200


def test_every_word_that_goes_into_a_list_is_understood_by_the_rules():
    words = rulebook().vocabulary
    names = {code.meaning.says for code in medicine_table().values()}
    meanings = [code.meaning for code in code_table("Condition").values()]
    conditions = {one.says for one in meanings if "diagnosis" in one.facts or not one.facts}
    assert len(names) > 90
    assert [name for name in sorted(names) if not words.understands("medications", name)] == []
    assert [name for name in sorted(conditions) if not words.understands("conditions", name)] == []


def test_a_code_from_memory_is_told_as_not_confirmed():
    reading = read_bundle(bundle(observation("2118-8", valueCodeableConcept=coded(SNOMED, "260385009")), patient=WOMAN))
    assert [one.confirmed for one in reading.understood if one.code == "2118-8"] == [False]


@pytest.fixture
def check(capsys):
    def checked(*arguments):
        return run_command(["check", *arguments]), capsys.readouterr()

    return checked


def test_check_reads_a_bundle_and_tells_codes(check):
    regimen = "BCG 81 mg intravesical weekly for 6 weeks"
    code, printed = check("--patient", str(FOLDER / "bladder_transplant.json"), "--regimen", regimen, "--json")
    told = json.loads(printed.out)
    assert (code, told["answer"]) == (1, "blocked")
    blocks = {one["rule"] for one in told["findings"] if one["severity"] == "block" and one["status"] == "found"}
    assert blocks == {"bcg_transplant", "bcg_immunosuppressant", "bcg_bladder_wound_eu"}
    assert {one["code"] for one in told["fhir"]["understood"]} >= {"C67.2", "737295003", "L04AD02", "0TBB8ZZ"}


def test_check_prints_what_was_and_was_not_understood(check):
    regimen = "len 10 mg days 1-21 of 28 + dex 20 mg weekly"
    _, printed = check("--patient", str(FOLDER / "myeloma.json"), "--regimen", regimen)
    assert "FHIR CODES: 31 understood, 6 not understood" in printed.out
    assert "anc_10e9_l 2.1 (LOINC 751-8)" in printed.out
    assert "not understood: http://loinc.org 2532-0 Lactate dehydrogenase" in printed.out


def test_check_takes_the_day_for_a_bundle(tmp_path, check):
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle(timestamp="")), encoding="utf-8")
    asked = ("--patient", str(path), "--regimen", "imiquimod 12.5 mg topical twice a week")
    code, printed = check(*asked)
    assert code == 2
    assert "--as-of" in printed.err
    _, printed = check(*asked, "--as-of", "2024-03-01", "--json")
    assert json.loads(printed.out)["patient"]["age_year"] == 64.0


def test_the_page_lists_the_codes_of_the_tables():
    page = (ROOT / "docs" / "fhir.md").read_text(encoding="utf-8")
    writer = runpy.run_path(str(ROOT / "docs" / "write_fhir.py"))
    assert writer["with_tables"](page) == page, "run: python docs/write_fhir.py"
    missing = [code for _, code, _, _ in all_lines() if f"`{code}`" not in page]
    assert missing == []


def test_the_example_of_the_page_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "fhir.md").read_text(encoding="utf-8")
    names = {}
    exec(re.search(r"```python\n(.*?)```", page, re.S)[1], names)
    assert names["reading"].record.organ_transplant == "kidney"


def test_an_allergy_by_text_is_taken_and_told():
    allergy = {"resourceType": "AllergyIntolerance", "code": {"text": "penicillin"}}
    reading = read_bundle(bundle(allergy))
    assert reading.record.allergies == ["penicillin"]
    (line,) = [one for one in reading.understood if one.fact == "allergies"]
    assert line.taken
    assert line.value == "penicillin"
    assert not any("says nothing" in one.text for one in reading.remarks)


def test_a_medicine_by_a_text_that_nobody_knows_is_told_as_a_text():
    from titer.show.safety import account_text

    statement = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": {"text": "warfarn"},
    }
    told = " ".join(account_text(read_bundle(bundle(statement)).as_json()).split())
    assert "not understood: text 'warfarn' without a code" in told
    assert "no system" not in told
