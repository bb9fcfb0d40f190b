"""A patient's file: our own JSON, or a FHIR R4 Bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from titer.errors import InputError
from titer.patients.record import PatientRecord, read_json, read_record

LARGEST = 50_000_000  # bytes; a patient's whole record in FHIR is a few megabytes


@dataclass(frozen=True)
class PatientFile:
    """What a file said of one patient.

    Args:
        record: the facts.
        account: for a FHIR bundle what became of each code ("understood", "not_understood", "remarks"), plain JSON;
            empty for a file of our own, in which every key is understood or refused.
    """

    record: PatientRecord
    account: Mapping[str, Any] = field(default_factory=dict)


def read_patient_file(path: str | Path, as_of: str = "") -> PatientFile:
    """Read a patient's file.

    Args:
        path: a JSON file with one object: fields of `PatientRecord`, or a FHIR R4 Bundle (`"resourceType": "Bundle"`).
        as_of: for a bundle, the day that ages and dates are counted to; "": the bundle's own.

    Raises:
        InputError: the file cannot be read, is no JSON, or what it says is not a patient; it names the file.
    """
    try:
        return read_patient(_text(Path(path)), as_of)
    except InputError as error:
        where = f"{path}, {error.where}" if error.where else str(path)
        raise type(error)(error.what, where=where, right=error.right, hint=error.hint) from None


def read_patient(text: str, as_of: str = "") -> PatientFile:
    """As `read_patient_file`, from the text.

    Example:
        >>> read_patient('{"sex": "male", "age_year": 61}').record.age_year
        61.0
    """
    return read_patient_object(read_json(text), as_of)


def read_patient_object(data: Any, as_of: str = "") -> PatientFile:
    """As `read_patient_file`, from what its JSON says.

    Example:
        >>> read_patient_object({"sex": "male", "age_year": 61}).record.sex
        'male'
    """
    if isinstance(data, Mapping) and "resourceType" in data:
        if data["resourceType"] != "Bundle":
            raise InputError(
                f"resourceType is {str(data['resourceType'])[:60]!r}",
                right="a FHIR Bundle with the patient and what is known of them, or an object of our own",
            )
        from titer.interop.fhir import read_bundle

        reading = read_bundle(data, as_of or None)
        account = reading.as_json()
        del account["record"]
        return PatientFile(reading.record, account)
    if as_of:
        raise InputError("a day was given, and the file is no FHIR bundle", right="no --as-of for a file of our own")
    return PatientFile(read_record(data))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError("the patient file is too large", right=f"at most {LARGEST // 1_000_000} MB")
        return path.read_text(encoding="utf-8-sig")  # a byte order mark, as some programs write it, is no text
    except UnicodeDecodeError:
        raise InputError("the patient file is no text in UTF-8", right="a JSON file in UTF-8") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a zero character
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"the patient file cannot be read: {reason}", right="a JSON file") from None
