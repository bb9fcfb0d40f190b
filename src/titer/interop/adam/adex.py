"""ADEX: one record for each planned dose, and what was taken in all, drug by drug."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from titer.interop.adam.declare import SHARED, Dataset, Variable, chosen, encoded, stacked, study_day
from titer.interop.adam.study import Study
from titer.trials.columns import Columns, Words
from titer.trials.results import Batch, take

MINUTES_PER_DAY = 1440
# PARAMCD, PARAM, as admiral's template of ADEX names them
PARAMETERS = (
    ("DOSE", "Dose Administered"),
    ("TDOSE", "Total Dose Administered"),
    ("TPDOSE", "Total Planned Dose"),
    ("TNDOSE", "Total Number of Doses Administered"),
    ("TDURD", "Overall Duration (Days)"),
    ("AVDDSE", "Average Daily Dose Administered"),
    ("TDOSINT", "Overall Dose Intensity (%)"),
    ("TADJ", "Dose Adjusted during Study"),
)


def build(batch: Batch, study: Study) -> Columns:
    """One record for each row of the table of doses, and the summaries of each patient and drug."""
    names = batch.words("doses", "drug")
    units = batch.units()
    blocks = [_single(batch, names, units)]
    for drug in sorted(set(names)):
        own = names == drug
        blocks += _summaries(batch, take(batch.table("doses"), own), drug, units[own][0], reasons(batch)[own])
    return stacked(blocks)


def reasons(batch: Batch) -> NDArray[np.object_]:
    """Why each dose was what it was: as the run says, else told from planned and given."""
    doses = batch.table("doses")
    if "reason" in doses:
        return batch.words("doses", "reason")
    lowered = np.where(doses["given"] < doses["planned"], "lowered", "planned")
    return np.where((doses["given"] == 0) & (doses["planned"] > 0), "held", lowered).astype(object)


def _single(batch: Batch, names: NDArray, units: NDArray) -> Columns:
    doses, n = batch.table("doses"), len(names)
    day = doses["minute"] / MINUTES_PER_DAY
    why = reasons(batch)
    return _parameter("DOSE", n) | {
        "patient": doses["patient"],
        "PARCAT1": Words.constant("INDIVIDUAL", n),
        "PARCAT2": encoded(names),
        "AVAL": doses["given"],
        "AVALU": encoded(units),
        "EXPLDOS": doses["planned"],
        "EXADJ": encoded(np.where(why == "planned", "", why)),
        "ASTDY": study_day(day),
        "AENDY": study_day((doses["minute"] + doses["duration"]) / MINUTES_PER_DAY),
        "AEXMIN": doses["minute"],
        "EXCOMPN": batch.column("doses", "component", 0) + 1,
        "EXDURMIN": doses["duration"],
    }


def _summaries(batch: Batch, doses: Columns, drug: str, unit: str, why: NDArray) -> list[Columns]:
    """The summaries of one drug, one record for each patient for whom it was planned."""
    patients, place = np.unique(doses["patient"], return_inverse=True)
    day, given = doses["minute"] / MINUTES_PER_DAY, doses["given"] > 0
    first, last = np.full(len(patients), np.inf), np.full(len(patients), -np.inf)
    np.minimum.at(first, place[given], day[given])
    np.maximum.at(last, place[given], day[given])
    some = np.isfinite(first)
    span = np.full(len(patients), np.nan)
    span[some] = np.floor(last[some]) - np.floor(first[some]) + 1
    total, planned = (np.bincount(place, doses[name], len(patients)) for name in ("given", "planned"))
    with np.errstate(invalid="ignore", divide="ignore"):
        intensity = np.where(planned > 0, 100 * total / planned, np.nan)
    values = {
        "TDOSE": (total, unit),
        "TPDOSE": (planned, unit),
        "TNDOSE": (np.bincount(place[given], minlength=len(patients)).astype(float), ""),
        "TDURD": (span, "DAYS"),
        "AVDDSE": (total / span, f"{unit}/day"),
        "TDOSINT": (intensity, "%"),
    }
    blocks = [_summary(code, patients, drug, value, of) for code, (value, of) in values.items()]
    changed = np.zeros(len(patients), bool)
    changed[place[why != "planned"]] = True
    adjusted = _summary("TADJ", patients, drug, np.full(len(patients), np.nan), "")
    return [*blocks, adjusted | {"AVALC": chosen(changed, ["N", "Y"])}]


def _summary(code: str, patients: NDArray, drug: str, value: NDArray, unit: str) -> Columns:
    n = len(patients)
    return _parameter(code, n) | {
        "patient": patients,
        "PARCAT1": Words.constant("OVERALL", n),
        "PARCAT2": Words.constant(drug, n),
        "AVAL": value,
        "AVALU": encoded(np.full(n, unit, object)),
    }


def _parameter(code: str, n: int) -> Columns:
    place = [name for name, _ in PARAMETERS].index(code)
    return {
        "PARAMCD": Words.constant(code, n),
        "PARAM": Words.constant(PARAMETERS[place][1], n),
        "PARAMN": np.full(n, place + 1),
    }


ADEX = Dataset(
    "ADEX",
    "Exposure Analysis Dataset",
    "one record per subject, drug and planned dose; one per subject, drug and summary parameter",
    (
        *SHARED,
        Variable("PARAM", "Parameter", "text", "by PARAMCD"),
        Variable("PARAMCD", "Parameter Code", "text", "DOSE for a single dose, else a summary", key=3),
        Variable("PARAMN", "Parameter (N)", "integer", "number of PARAMCD"),
        Variable("PARCAT1", "Parameter Category 1", "text", "INDIVIDUAL or OVERALL"),
        Variable("PARCAT2", "Parameter Category 2", "text", "doses.drug", key=4),
        Variable("AVAL", "Analysis Value", "float", "doses.given, 0 for a dose not taken; or sums of them"),
        Variable("AVALC", "Analysis Value (C)", "text", "TADJ: Y where any dose was not as planned"),
        Variable("AVALU", "Analysis Value Unit", "text", "unit of the regimen's component, or of the drug"),
        Variable("EXPLDOS", "Planned Dose", "float", "doses.planned"),
        Variable("EXADJ", "Reason for Dose Adjustment", "text", "doses.reason where it is not 'planned'"),
        Variable("ASTDY", "Analysis Start Relative Day", "integer", "doses.minute"),
        Variable("AENDY", "Analysis End Relative Day", "integer", "doses.minute + duration"),
        Variable("AEXMIN", "Minutes from First Dose to Start", "integer", "doses.minute", key=5),
        Variable("EXCOMPN", "Component of the Regimen (N)", "integer", "doses.component, from 1", key=6),
        Variable("EXDURMIN", "Duration of Dose (Minutes)", "integer", "doses.duration; 0 for a tablet"),
    ),
    build,
)
