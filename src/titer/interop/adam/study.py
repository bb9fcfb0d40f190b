"""What the datasets of one export share: the study's name, grading, limits of normal, units, and who a subject is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.clinic.grading import GradeTable, grade
from titer.interop.adam.declare import chosen, yes_no
from titer.library.rules.ctcae import ctcae
from titer.trials.columns import Columns, Words, decode_groups
from titer.trials.results import Batch, Results
from titer.trials.tables import letters

GRADED = ("anc", "platelets", "haemoglobin")
DAYS_PER_MONTH = 30.4375  # a year of 365.25 days in 12, as admiral counts months
DIGITS = 6  # of a subject's number; more where there are more patients


@dataclass(frozen=True)
class Study:
    """One export.

    Args:
        name: STUDYID.
        arms: arm → regimen, in order.
        grades: laboratory test → table that grades it.
        normal: laboratory test → lower and upper limit of normal, in the unit of the table's values.
        months: whether times to an event are given in months of 30.4375 days instead of days.
        survival: whether everybody was followed beyond progression, so that survival is known.
        digits: of a patient's number within a subject's.
    """

    name: str
    arms: Mapping[str, str]
    grades: Mapping[str, GradeTable]
    normal: Mapping[str, tuple[float, float]]
    months: bool
    survival: bool = False
    digits: int = DIGITS

    @classmethod
    def of(
        cls, results: Results, name: str, ctcae_version: str, normal: Mapping[str, tuple[float, float]], months: bool
    ) -> Study:
        """The export of a run, with everything read that can be refused."""
        grades = {test: ctcae(test, ctcae_version) for test in GRADED}
        return cls(name, results.arms, grades, normal, months, _followed(results))

    def arm_code(self, arm: str) -> str:
        """ARMCD: the arm's letter, A for the first."""
        return letters(len(self.arms))[list(self.arms).index(arm)]

    def subject(self, arm: str, patients: ArrayLike) -> NDArray[np.str_]:
        """SUBJID: a patient in an arm, as "A-000017". In a comparison one patient is a subject in each arm."""
        numbers = np.char.zfill(np.asarray(patients, np.int64).astype(str), self.digits)
        return np.char.add(f"{self.arm_code(arm)}-", numbers)

    def grade(self, test: str, values: ArrayLike) -> NDArray[np.int8]:
        """Grades of a test's values: 0 to 4, or -1 where none can be told (`clinic.grading.grade`)."""
        low = self.normal.get(test, (np.nan, np.nan))[0]
        return grade(values, self.grades[test], lln=low)


def _followed(results: Results) -> bool:
    """Whether nobody's observation ended by progression."""
    words = (
        set(group["status"].texts())
        for chunk in results.parts.values()
        for group in decode_groups(chunk["status"], ["status"])
    )
    return not any("progression" in found for found in words)


def taken(batch: Batch) -> NDArray[np.bool_]:
    """Who took at least one dose. Shape (n_patients,)."""
    doses = batch.table("doses")
    found = np.zeros(len(batch.patients), bool)
    found[batch.place(doses["patient"][doses["given"] > 0])] = True
    return found


def analysed(batch: Batch) -> NDArray[np.bool_]:
    """Who takes part in the analysis: integrated, and in a trial entered by the data cut. Shape (n_patients,)."""
    whole = ~(batch.column("patients", "failed", 0) > 0)
    entered = batch.outcome("analysed")
    return whole & ~(entered == 0)


def identifiers(batch: Batch, study: Study, patients: ArrayLike) -> Columns:
    """STUDYID, USUBJID, SUBJID, VPATNO, and the treatment and population flags of each record's subject."""
    place = batch.place(patients)
    subjects = study.subject(batch.arm, batch.patients)
    regimen, n = batch.regimen, len(place)
    number = np.full(n, list(study.arms).index(batch.arm) + 1)
    return {
        "STUDYID": Words.constant(study.name, n),
        "USUBJID": chosen(place, [f"{study.name}-{subject}" for subject in subjects]),
        "SUBJID": chosen(place, subjects.tolist()),
        "VPATNO": np.asarray(patients, np.int64),
        "TRTP": Words.constant(regimen, n),
        "TRTPN": number,
        "TRTA": Words.constant(regimen, n),
        "TRTAN": number,
        "SAFFL": chosen(taken(batch)[place], ["N", "Y"]),
        "ITTFL": yes_no(analysed(batch)[place]),
    }
