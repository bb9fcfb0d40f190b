"""Bad FHIR bundles: each gives one clear error with its place, and none is half read. A fuzz finds no other ending."""

import copy
import json
import math
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_bundles import (
    ATC,
    ICD,
    LOINC,
    PATIENT,
    SNOMED,
    bundle,
    coded,
    condition,
    load,
    medication,
    observation,
    procedure,
)
from titer.errors import InputError, TiterError
from titer.interop.fhir import read_bundle

PLATELETS = observation("777-3", 150, "10*9/L")
PREGNANCY = observation("82810-3", valueCodeableConcept=coded(SNOMED, "77386006"))


def with_value(**value):
    return bundle({**PLATELETS, "valueQuantity": value})


def changed(path, value, *resources):
    """A bundle with one thing put somewhere else."""
    data = bundle(*(resources or (PLATELETS,)))
    place = data
    for step in path[:-1]:
        place = place[step]
    if value is DROPPED:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return data


DROPPED = object()
FIRST = ("entry", 1, "resource")
BAD = [
    ("not an object", [1, 2], "the bundle is a list", ""),
    ("null", None, "the bundle is null", ""),
    ("another resource", PATIENT, "resourceType is 'Patient'", "the bundle"),
    ("no resource type", {"entry": []}, "resourceType is None", "the bundle"),
    ("no patient", bundle(PLATELETS, patient=None), "the bundle has no Patient", "Bundle.entry"),
    ("empty", {"resourceType": "Bundle"}, "the bundle has no Patient", "Bundle.entry"),
    ("two patients", bundle({**PATIENT, "id": "p2"}), "the bundle has 2 Patients", "Bundle.entry"),
    ("entry is an object", {"resourceType": "Bundle", "entry": {}}, "an object stands where a list should be",
     "Bundle.entry"),
    ("entry of texts", {"resourceType": "Bundle", "entry": ["x"]}, "a text stands where an object", "Bundle.entry[0]"),
    ("resource without type", bundle({"status": "final"}), "'resourceType' is missing", "entry[1].resource"),
    ("resource is a list", changed(FIRST, []), "a list stands where an object", "Bundle.entry[1].resource"),
    ("resource about another patient", bundle({**PLATELETS, "subject": {"reference": "Patient/p9"}}),
     "about 'Patient/p9'", "subject"),
    ("no unit", with_value(value=150), "platelet count 150 has no unit", "valueQuantity"),
    ("unit of another quantity", with_value(value=150, code="mg/dL"), "'mg/dL' is no unit of platelet count",
     "valueQuantity"),
    ("misspelt unit", with_value(value=150, code="10*9/l"), "'10*9/l' is no unit", "valueQuantity"),
    ("rate per area as clearance", bundle(observation("35591-7", 40, "mL/min/{1.73_m2}")),
     "is no unit of creatinine clearance", ""),
    ("value is a text", with_value(value="150", code="10*9/L"), "'150' is a text", "valueQuantity.value"),
    ("value is true", with_value(value=True, code="10*9/L"), "True is true or false", "valueQuantity.value"),
    ("value is NaN", with_value(value=math.nan, code="10*9/L"), "nan is not a finite number", "valueQuantity.value"),
    ("value is huge", with_value(value=10**400, code="10*9/L"), "is not a finite number", "valueQuantity.value"),
    ("value is negative", with_value(value=-5, code="10*9/L"), "platelet count is -5 10*9/L", "valueQuantity"),
    ("value that nobody has", with_value(value=150000, code="10*9/L"), "from 0 to 5000 10^9/L", "valueQuantity"),
    ("Fahrenheit as Celsius", bundle(observation("8310-5", 98.6, "Cel")), "body temperature of 98.6 Cel",
     "valueQuantity"),
    ("a text for a number", bundle({**observation("777-3"), "valueString": "150"}), "given as valueString '150'",
     "valueString"),
    ("a number for an answer", bundle({**observation("82810-3"), "valueQuantity": {"value": 1}}),
     "given as valueQuantity", ""),
    ("no status", changed((*FIRST, "status"), DROPPED), "'status' is missing", "entry[1].resource"),
    ("unknown status", changed((*FIRST, "status"), "finale"), "status 'finale' is not known",
     "entry[1].resource.status"),
    ("status is a number", changed((*FIRST, "status"), 7), "7 is a number", "entry[1].resource.status"),
    ("no code", changed((*FIRST, "code"), DROPPED), "'code' is missing", "entry[1].resource"),
    ("code is a text", changed((*FIRST, "code"), "777-3"), "a text stands where an object", "entry[1].resource.code"),
    ("coding is an object", changed((*FIRST, "code", "coding"), {}), "an object stands where a list", "code.coding"),
    ("code number", changed((*FIRST, "code", "coding", 0, "code"), 777), "777 is a number", "code.coding[0].code"),
    ("date in words", changed((*FIRST, "effectiveDateTime"), "yesterday"), "'yesterday' is not a date",
     "effectiveDateTime"),
    ("day that does not exist", changed((*FIRST, "effectiveDateTime"), "2024-02-30"), "does not exist",
     "effectiveDateTime"),
    ("date as a number", changed((*FIRST, "effectiveDateTime"), 20240228), "20240228 is a number", "effectiveDateTime"),
    ("American date", changed((*FIRST, "effectiveDateTime"), "02/28/2024"), "is not a date", "effectiveDateTime"),
    ("zone of 30 hours", changed((*FIRST, "effectiveDateTime"), "2024-02-28T09:00:00+30:00"), "does not exist", ""),
    ("first year", changed((*FIRST, "effectiveDateTime"), "0001-01-01T00:00:00+05:00"), "does not exist", ""),
    ("born in the future", bundle(patient={**PATIENT, "birthDate": "2025-01-01"}), "after the reference date",
     "birthDate"),
    ("born in 1800", bundle(patient={**PATIENT, "birthDate": "1800-01-01"}), "gives an age of 224 years", "birthDate"),
    ("no reference day", bundle(timestamp=""), "does not say for which day it is", "birthDate"),
    ("gender in German", bundle(patient={**PATIENT, "gender": "weiblich"}), "gender 'weiblich' is not known", "gender"),
    ("dead patient", bundle(patient={**PATIENT, "deceasedBoolean": True}), "the patient has died", "deceased"),
    ("a modifier extension", bundle({**PLATELETS, "modifierExtension": [{"url": "x"}]}), "modifierExtension",
     "entry[1]"),
    ("unknown clinical status", bundle(condition(ICD, "B20", "acute")), "clinicalStatus 'acute' is not known",
     "clinicalStatus"),
    ("unknown verification", bundle(condition(ICD, "B20", verification="maybe")), "'maybe' is not known",
     "verificationStatus"),
    ("medication without status", bundle({"resourceType": "MedicationStatement"}), "'status' is missing",
     "entry[1].resource"),
    ("medication without medicine", bundle({"resourceType": "MedicationStatement", "status": "active"}),
     "no medicine is named", ""),
    ("order without intent", bundle({"resourceType": "MedicationRequest", "status": "active"}), "'intent' is missing",
     ""),
    ("procedure without status", bundle({"resourceType": "Procedure", "code": coded(SNOMED, "236886002")}),
     "'status' is missing", ""),
    ("procedure with a bad date", bundle(procedure(SNOMED, "236886002", "spring 2019")), "'spring 2019' is not a date",
     "performedDateTime"),
    ("unit words against its code", bundle(observation("718-7", valueQuantity={
        "value": 13.2, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/L"})),
     "the code of the unit is g/L and its words are g/dL", "valueQuantity"),
    ("list of an unknown status", bundle({"resourceType": "List", "status": "done"}), "'done' is not known", "status"),
    ("pregnant man", bundle(PREGNANCY), "contradict each other", "patient file"),
    ("clearance against creatinine", bundle(
        observation("35591-7", 150, "mL/min"), observation("2160-0", 3.0, "mg/dL"), observation("29463-7", 70, "kg")
    ), "contradict each other", "patient file"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "what", "where"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_bundle_is_refused_with_its_place(data, what, where):
    with pytest.raises(InputError) as caught:
        read_bundle(data)
    error = caught.value
    assert what in f"{error.what} {error.right}"
    assert where in error.where
    assert error.right or error.hint


def test_there_are_enough_bad_bundles():
    assert len(BAD) >= 50


@pytest.mark.parametrize("day", ["2024-13-01", "yesterday", "2024", 20240301, ""])
def test_a_bad_reference_day_is_refused(day):
    with pytest.raises(InputError):
        read_bundle(bundle(), as_of=day)


def lines_of(reading):
    return [*reading.understood, *reading.not_understood, *reading.remarks]


def assert_whole(data):
    """Either an error of ours, or a line for every resource and every code; never anything else."""
    try:
        reading = read_bundle(data)
    except TiterError:
        return
    places = [one.place for one in lines_of(reading)]
    for n, entry in enumerate(data["entry"]):
        assert any(re.search(rf"entry\[{n}\]", place) for place in places), f"entry {n} left no line"
        for code in codes_in(entry.get("resource")):
            told = {one.code for one in (*reading.understood, *reading.not_understood)}
            assert code in told or any("duplicate" in one.text for one in reading.remarks), code
    json.dumps(reading.as_json(), allow_nan=False)


def codes_in(resource):
    """Codes of the concepts that a resource is about, where it is of a type that is read."""
    read = ("Observation", "Condition", "Procedure", "MedicationStatement", "MedicationRequest", "AllergyIntolerance")
    if not isinstance(resource, dict) or resource.get("resourceType") not in read:
        return []
    named = resource.get("code") or resource.get("medicationCodeableConcept") or {}
    return [one["code"].strip() for one in named.get("coding") or [] if one.get("code")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
WORDS = st.sampled_from([
    "Bundle", "Patient", "Observation", "Condition", "final", "active", "male", "2024-02-28", "2024", "777-3", "C90.0",
    LOINC, SNOMED, ICD, "http://unitsofmeasure.org", "10*9/L", "resolved", "refuted", "Patient/p1", "9999-12-31",
    "0001",
    "2024-02-28T09:00:00+14:00", "<", "unknown",
])  # fmt: skip
KEYS = st.sampled_from([
    "resourceType", "entry", "resource", "code", "coding", "system", "status", "valueQuantity", "value", "unit",
    "subject",
    "reference", "effectiveDateTime", "birthDate", "gender", "clinicalStatus", "text", "extension", "url", "component",
])  # fmt: skip
FHIRLIKE = st.recursive(
    WORDS | st.floats(allow_nan=True) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
QUICK = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(JSON | FHIRLIKE)
def test_any_json_is_read_or_refused(data):
    assert_whole(data) if isinstance(data, dict) and isinstance(data.get("entry"), list) else refused(data)


def refused(data):
    with pytest.raises(TiterError):
        read_bundle(data)


def places_in(data, path=()):
    """Paths to every value of a JSON tree."""
    found = [path] if path else []
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        found += places_in(value, (*path, key))
    return found


WHOLE = bundle(
    {**PLATELETS, "id": "a", "subject": {"reference": "Patient/p1"}},
    observation("98979-8", 39, "mL/min/{1.73_m2}"),
    condition(ICD, "C90.00", onsetDateTime="2019"),
    condition(SNOMED, "90560007"),
    medication(ATC, "L04AD02", effectivePeriod={"start": "2020"}),
    medication(text="oxycodone"),
    procedure(SNOMED, "236886002", "2009-05-01"),
    {"resourceType": "Encounter", "status": "finished"},
    patient={**PATIENT, "gender": "female"},
)
BASES = [WHOLE, load("myeloma"), load("contradictions"), load("pregnant")]


@QUICK
@given(st.data())
def test_a_bundle_with_random_changes_is_read_or_refused(data):
    found = copy.deepcopy(data.draw(st.sampled_from(BASES)))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places_in(found)))
        place = found
        for step in path[:-1]:
            place = place[step]
        change = data.draw(st.sampled_from(["replace", "drop", "double"]))
        if change == "replace":
            place[path[-1]] = data.draw(WORDS | JSON)
        elif change == "drop":
            del place[path[-1]]
        elif isinstance(place, list):
            place.append(copy.deepcopy(place[path[-1]]))
    if isinstance(found.get("entry"), list):
        assert_whole(found)
    else:
        refused(found)


def test_a_deep_tree_is_refused_and_does_not_exhaust_the_stack():
    deep = {}
    for _ in range(5000):
        deep = {"extension": [deep]}
    data = bundle()
    data["entry"][0]["resource"] |= deep
    with pytest.raises(InputError, match="nested too deep"):
        read_bundle(data)
