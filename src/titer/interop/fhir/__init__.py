"""FHIR R4 bundles: one patient's resources as a patient record, with every code accounted for.

`bundle` reads, `resources` and `observations` the resources, `patient` the patient, `account` keeps the lines told and
weighs what they say, `elements` typed parts with their places, `codes`, `conditions` and `medicines` are the tables.

Example:
    >>> patient = {"resourceType": "Patient", "gender": "male"}
    >>> read_bundle({"resourceType": "Bundle", "entry": [{"resource": patient}]}).record.sex
    'male'
"""

from titer.interop.fhir.account import NotUnderstood, Remark, Understood
from titer.interop.fhir.bundle import BundleReading, read_bundle

__all__ = ["BundleReading", "NotUnderstood", "Remark", "Understood", "read_bundle"]
