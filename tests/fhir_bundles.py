"""Small FHIR resources and bundles for tests."""

import copy
import json
from pathlib import Path

FOLDER = Path(__file__).parent / "fhir"
SNOMED, LOINC, ICD = "http://snomed.info/sct", "http://loinc.org", "http://hl7.org/fhir/sid/icd-10-cm"
ATC, RXNORM = "http://www.whocc.no/atc", "http://www.nlm.nih.gov/research/umls/rxnorm"
UCUM = "http://unitsofmeasure.org"
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "male", "birthDate": "1960-03-01"}
DAY = "2024-03-01T08:00:00Z"


def load(name):
    """A bundle of the folder tests/fhir."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def coded(system, code, display=""):
    return {"coding": [{"system": system, "code": code, **({"display": display} if display else {})}]}


def quantity(value, unit):
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def observation(code, value=None, unit=None, when="2024-02-28", status="final", **more):
    made = {"resourceType": "Observation", "status": status, "code": coded(LOINC, code)}
    made |= {"effectiveDateTime": when} if when else {}
    made |= {"valueQuantity": quantity(value, unit)} if unit else {}
    return made | more


def condition(system, code, clinical="active", verification="confirmed", **more):
    made = {"resourceType": "Condition", "code": coded(system, code)}
    made |= {"clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/condition-clinical", clinical)}
    made |= {"verificationStatus": coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", verification)}
    return made | more


def medication(system="", code="", status="active", text="", **more):
    named = {**(coded(system, code) if code else {}), **({"text": text} if text else {})}
    return {"resourceType": "MedicationStatement", "status": status, "medicationCodeableConcept": named, **more}


def procedure(system, code, when="2024-02-01", status="completed", **more):
    made = {"resourceType": "Procedure", "status": status, "code": coded(system, code)}
    return made | ({"performedDateTime": when} if when else {}) | more


def bundle(*resources, patient=PATIENT, timestamp=DAY):
    made = {"resourceType": "Bundle", "type": "collection"}
    made |= {"timestamp": timestamp} if timestamp else {}
    found = [patient, *resources] if patient is not None else list(resources)
    return copy.deepcopy(made | {"entry": [{"resource": one} for one in found]})
