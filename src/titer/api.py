"""Public functions that join two folders, so that a user need not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from titer.clinic.safety.screen import Screening
    from titer.dosing.regimen import Regimen
    from titer.trials.design import Design


def parse_regimen(text: str) -> Regimen:
    """The regimen that a text describes, for the drugs of the library.

    Args:
        text: drug, amount, unit and rhythm; "+" joins drugs. The grammar is in docs/regimens.md.

    Raises:
        InputError: with the offending word pointed at; an unknown drug gets the nearest names, and a route that the
            drug does not have is refused.

    Example:
        >>> str(parse_regimen("len 25 mg d1-21/28 + dex 40 mg weekly"))
        'lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly'
    """
    from titer.library import read_regimen

    return read_regimen(text)


def check_patient(patient: Any, regimen: str, *, indication: str = "", authority: str = "both") -> Screening:
    """Whether one patient may have a regimen, by the labels' rules.

    Args:
        patient: facts as the keys of a patient file (docs/safety.md), a FHIR R4 Bundle as a mapping, the path of a file
            with either, or a record.
        regimen: its text.
        indication: what it is for; the usual one of its drugs where empty.
        authority: "us", "eu" or "both".

    Returns:
        The screening of this one patient: `findings(0)` has what was found, gravest first, and what is not known.

    Raises:
        InputError: an unknown key, an impossible value, or a regimen that cannot be read.

    Example:
        >>> screening = check_patient({"sex": "female", "age_year": 34, "pregnant": True}, "lenalidomide 10 mg daily")
        >>> [finding.rule for finding in screening.findings(0) if finding.severity == "block"][0]
        'pregnancy_imid'
    """
    from titer.interop.patient_file import read_patient_file, read_patient_object
    from titer.library.labels import check_patients, read_checked_regimen
    from titer.patients.columns import PatientColumns
    from titer.patients.record import PatientRecord

    if isinstance(patient, str | Path):
        patient = read_patient_file(patient).record
    elif not isinstance(patient, PatientRecord):
        patient = read_patient_object(patient).record
    columns = PatientColumns.from_records([patient])
    return check_patients(columns, read_checked_regimen(regimen), indication=indication, authority=authority)


def read_trial(path: str | Path) -> Design:
    """The design in a study file, with its protocols read and everything checked that can be before running.

    Args:
        path: TOML (docs/trials.md; `titer trial --example` prints one).

    Raises:
        InputError: the file, a table or a key of it cannot be used; it names the place.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from titer.trials.study_file import example_study
        >>> with TemporaryDirectory() as folder:
        ...     _ = Path(folder, "study.toml").write_text(example_study(), encoding="utf-8")
        ...     [arm.name for arm in read_trial(Path(folder, "study.toml")).arms]
        ['dexamethasone', 'lenalidomide + dexamethasone']
    """
    from titer.trials.design import design_of
    from titer.trials.study_file import read_study

    file = Path(path)
    return design_of(read_study(file), file.parent, file.name)
