"""A FHIR R4 Bundle as a patient record, with every code that was understood and every one that was not.

    reading = read_bundle(json.load(file))
    reading.record, reading.understood, reading.not_understood, reading.remarks

The codes are in `titer.interop.fhir.codes` and listed in docs/fhir.md. What the bundle does not say stays not known: a
diagnosis or a medicine that is absent from it is not taken for "no", unless the bundle says that there is none.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from titer.errors import InputError
from titer.interop.fhir.account import Account, NotUnderstood, Remark, Understood, settle
from titer.interop.fhir.elements import (
    Coding,
    as_day,
    kind_of,
    moment,
    need_object,
    part,
    parts,
    refuse_modifier,
    shown,
    text,
    wrong,
)
from titer.interop.fhir.observations import VALUES, read_observation
from titer.interop.fhir.patient import read_patient
from titer.interop.fhir.resources import (
    Scene,
    read_allergy,
    read_condition,
    read_list,
    read_medication_request,
    read_medication_statement,
    read_procedure,
)

if TYPE_CHECKING:
    from titer.patients.record import PatientRecord

READERS: dict[str, Callable[[Mapping[str, Any], str, Scene], None]] = {
    "Observation": read_observation,
    "Condition": read_condition,
    "Procedure": read_procedure,
    "MedicationStatement": read_medication_statement,
    "MedicationRequest": read_medication_request,
    "AllergyIntolerance": read_allergy,
    "List": read_list,
}
ABOUT_PATIENT = {"AllergyIntolerance": "patient"}  # where the reference to the patient is not called "subject"


@dataclass(frozen=True)
class BundleReading:
    """What a bundle says.

    Args:
        record: the patient, as `titer.patients.record.PatientRecord`.
        understood: every code that was understood, with what became of it.
        not_understood: every code, resource and extension that is not known, with its place.
        remarks: duplicates, contradictions, gaps, old values.
        reference: the day the record is for; None where the bundle has none and nothing needed it.
    """

    record: PatientRecord
    understood: tuple[Understood, ...]
    not_understood: tuple[NotUnderstood, ...]
    remarks: tuple[Remark, ...]
    reference: date | None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "reference_date": self.reference.isoformat() if self.reference else None,
            "record": self.record.model_dump(exclude_none=True),
            "understood": [asdict(one) for one in self.understood],
            "not_understood": [asdict(one) for one in self.not_understood],
            "remarks": [asdict(one) for one in self.remarks],
        }


def read_bundle(data: Any, as_of: date | str | None = None) -> BundleReading:
    """Read a FHIR R4 Bundle of one patient.

    Args:
        data: the JSON of the bundle.
        as_of: the day the record is for; without it the bundle's `timestamp`, else its `meta.lastUpdated`. The clock of
            the computer is never asked. Ages and days since a procedure are counted to this day, and what is dated
            after it is not taken.

    Raises:
        InputError: with the place in the bundle: no Bundle; no patient or two; a resource about another patient; a
            missing status; a wrong type; a number without a unit, with a unit of another quantity, negative or out of
            range; a malformed date; no reference date where one is needed; facts that contradict each other.

    Example:
        >>> patient = {"resourceType": "Patient", "gender": "female", "birthDate": "1960-03-01"}
        >>> bundle = {"resourceType": "Bundle", "timestamp": "2024-03-01T08:00:00Z", "entry": [{"resource": patient}]}
        >>> reading = read_bundle(bundle)
        >>> reading.record.sex, reading.record.age_year
        ('female', 64.0)
    """
    try:
        return _read(data, as_of)
    except RecursionError:
        raise wrong("the bundle is nested too deep", "the bundle", "a FHIR R4 Bundle") from None


def _read(data: Any, as_of: date | str | None) -> BundleReading:
    bundle = _need_bundle(data)
    account = Account()
    reference = _reference_day(bundle, as_of)
    entries = _entries(bundle, account)
    patient, patient_place, own_names = _the_patient(entries)
    scene = Scene(account, reference, _medicines(entries))
    fields = read_patient(patient, patient_place, scene)
    _read_resources(entries, own_names, scene)
    fields |= settle(account, reference)
    return _reading(fields, account, reference)


def _reading(fields: dict[str, Any], account: Account, reference: date | None) -> BundleReading:
    from titer.patients.record import read_record

    lines = tuple(statement.told for statement in account.statements)
    return BundleReading(read_record(fields), lines, tuple(account.not_understood), tuple(account.remarks), reference)


def _need_bundle(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise InputError(f"the bundle is {kind_of(data)}, not an object", right="the JSON of a FHIR R4 Bundle")
    bundle = need_object(data, "the bundle")
    kind = bundle.get("resourceType")
    if kind != "Bundle":
        raise wrong(f"resourceType is {shown(kind)}", "the bundle", "'Bundle'", "wrap the resources into one Bundle")
    return bundle


def _reference_day(bundle: Mapping[str, Any], as_of: date | str | None) -> date | None:
    if as_of is not None:
        return as_day(as_of, "as_of")
    meta = part(bundle, "meta", "Bundle")
    found = moment(bundle, "timestamp", "Bundle")
    found = found or (moment(meta, "lastUpdated", "Bundle.meta") if meta is not None else None)
    return found.day if found and found.exact_day else None


Entry = tuple[Mapping[str, Any], str, str]  # resource, place, full address


def _entries(bundle: Mapping[str, Any], account: Account) -> list[Entry]:
    """The resources with their places; what is no resource, and what is there twice, is remarked."""
    for link, place in parts(bundle, "link", "Bundle"):
        if text(link, "relation", place) == "next":
            account.remark(place, "the bundle is one page of a longer answer; the other pages were not read")
    found: list[Entry] = []
    seen: dict[str, str] = {}
    for entry, place in parts(bundle, "entry", "Bundle"):
        resource = part(entry, "resource", place)
        if resource is None:
            account.remark(place, "the entry has no resource")
            continue
        where = f"{place}.resource".removeprefix("Bundle.")
        same = seen.setdefault(_content(resource), where)
        if same != where:
            account.remark(where, f"a duplicate of {same}; read once")
            continue
        _remark_version(resource, where, seen, account)
        found.append((resource, where, text(entry, "fullUrl", place)))
    return found


def _content(resource: Mapping[str, Any]) -> str:
    """The same text for the same content."""
    try:
        return json.dumps(resource, sort_keys=True)
    except (TypeError, ValueError):
        return repr(resource)


def _remark_version(resource: Mapping[str, Any], where: str, seen: dict[str, str], account: Account) -> None:
    """A remark where another version of the same resource is there."""
    kind, own = resource.get("resourceType"), resource.get("id")
    if not isinstance(kind, str) or not isinstance(own, str):
        return
    other = seen.setdefault(f"{kind}/{own}", where)
    if other != where:
        account.remark(where, f"a second, different {kind} with id '{own[:40]}' beside {other}; both are read")


def _the_patient(entries: list[Entry]) -> tuple[Mapping[str, Any], str, set[str]]:
    """The one Patient, its place, and the names by which other resources may refer to it."""
    patients = [entry for entry in entries if _type(entry[0], entry[1]) == "Patient"]
    if not patients:
        raise wrong("the bundle has no Patient", "Bundle.entry", "one Patient")
    if len(patients) > 1:
        places = ", ".join(place for _, place, _ in patients[:3])
        where = f"Bundle.entry ({places})"
        raise wrong(f"the bundle has {len(patients)} Patients", where, "one Patient", "one bundle for each patient")
    patient, place, address = patients[0]
    own = text(patient, "id", place)
    return (
        patient,
        place,
        {name for name in (address, f"Patient/{own}" if own else "", f"urn:uuid:{own}" if own else "") if name},
    )


def _type(resource: Mapping[str, Any], place: str) -> str:
    kind = text(resource, "resourceType", place)
    if not kind:
        raise wrong("'resourceType' is missing", place, "e.g. 'Observation'")
    return kind


def _medicines(entries: list[Entry]) -> dict[str, tuple[Mapping[str, Any], str]]:
    """Medication resources by every name that a reference may use."""
    found: dict[str, tuple[Mapping[str, Any], str]] = {}
    for resource, place, address in entries:
        if _type(resource, place) != "Medication":
            continue
        found |= dict.fromkeys(_names_of(resource, place, address), (resource, place))
    return found


def _names_of(resource: Mapping[str, Any], place: str, address: str) -> set[str]:
    """The names by which references may point at a resource."""
    own = text(resource, "id", place)
    names = {f"{_type(resource, place)}/{own}", f"urn:uuid:{own}"} if own else set()
    return names | {address} if address else names


# Elements that are read, by type of resource; and those that say nothing of the patient's state, in any.
READ = {
    "Observation": (
        "code status component hasMember focus dataAbsentReason effectiveDateTime effectiveInstant effectivePeriod "
        + " ".join(VALUES)
    ),
    "Condition": "code clinicalStatus verificationStatus onsetDateTime recordedDate abatementDateTime",
    "Procedure": "code status performedDateTime performedPeriod",
    "MedicationStatement": "status medicationCodeableConcept medicationReference effectiveDateTime effectivePeriod",
    "MedicationRequest": "status intent doNotPerform medicationCodeableConcept medicationReference authoredOn",
    "AllergyIntolerance": "code clinicalStatus verificationStatus recordedDate patient",
    "List": "code status date emptyReason entry",
}
# fmt: off
NO_MATTER = frozenset((
    "resourceType", "id", "meta", "language", "text", "identifier", "subject", "encounter", "context", "issued",
    "performer", "recorder", "asserter", "requester", "recordedDate", "dateAsserted", "informationSource", "authoredOn",
    "basedOn", "partOf", "derivedFrom", "category", "contained", "referenceRange", "interpretation", "specimen",
    "device", "location", "dispenseRequest", "groupIdentifier", "reportedBoolean", "reportedReference", "insurance",
    "priority", "supportingInformation", "source", "mode", "title", "orderedBy",
))
# fmt: on


def _remark_unread(entries: list[Entry], account: Account) -> None:
    """One remark for each type of resource, on the elements that are there and are not read."""
    unread: dict[str, Counter[str]] = defaultdict(Counter)
    first: dict[str, str] = {}
    for resource, place, _ in entries:
        kind = _type(resource, place)
        found = sorted(set(resource) - NO_MATTER - set(READ.get(kind, "").split())) if kind in READ else []
        unread[kind].update(key for key in found if resource[key] is not None)
        if found:
            first.setdefault(kind, place)
    for kind, place in first.items():
        account.remark(place, f"not read in {kind}: " + ", ".join(f"{key} ({n})" for key, n in unread[kind].items()))


def _read_resources(entries: list[Entry], own_names: set[str], scene: Scene) -> None:
    for resource, place, _ in entries:
        kind = _type(resource, place)
        if kind in ("Patient", "Medication"):
            if kind == "Medication":
                scene.account.remark(place, "a Medication, read where a statement or request refers to it")
            continue
        reader = READERS.get(kind)
        if reader is None:
            coding = Coding("FHIR resource", kind, "", place)
            scene.account.unknown(coding, "this type of resource is not read")
            continue
        refuse_modifier(resource, place)
        _refuse_other_patient(resource, kind, place, own_names, scene.account)
        before = scene.account.size()
        reader(resource, place, scene)
        if not any(one == place or one.startswith(f"{place}.") for one in scene.account.places(before)):
            scene.account.remark(place, "it says nothing by itself; what it refers to was read")
    _remark_unread(entries, scene.account)


def _refuse_other_patient(
    resource: Mapping[str, Any], kind: str, place: str, own_names: set[str], account: Account
) -> None:
    key = ABOUT_PATIENT.get(kind, "subject")
    holder = part(resource, key, place)
    reference = text(holder, "reference", f"{place}.{key}") if holder is not None else ""
    plain = reference.split("/_history/")[0]
    if not plain or not own_names:
        if holder is not None:
            told = "the reference cannot be compared with the Patient" if plain else "no reference says"
            account.remark(place, f"whom it is about is taken to be the patient: {told}")
        return
    if plain in own_names or any(plain.endswith(f"/{name}") for name in own_names if name.startswith("Patient/")):
        return
    raise wrong(
        f"the resource is about '{reference[:60]}'", f"{place}.{key}.reference",
        f"the patient of the bundle, {' or '.join(sorted(own_names))}", "one bundle for each patient",
    )  # fmt: skip
