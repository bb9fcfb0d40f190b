"""ADLB: one record for each value that the laboratory reported, with baseline, change and CTCAE grade.

Grades follow admiral: ATOXGRL is the grade of a low value, ATOXGRH that of a high one, and ATOXGR is ATOXGRH, or
ATOXGRL with a minus sign, or 0. Titer has no table for high blood counts, so ATOXGRH is missing on every record.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.interop.adam.adsl import therapy_end
from titer.interop.adam.declare import SHARED, Dataset, Variable, chosen, encoded, flag, stacked, study_day
from titer.interop.adam.study import Study
from titer.trials.columns import Columns, Words
from titer.trials.results import Batch

# signal → PARAMCD, PARAM, category. NEUT, PLAT and HGB are CDISC's LBTESTCD; MPROT is Titer's own: whether CDISC has a
# code for the serum M-protein could not be looked up.
TESTS = {
    "anc": ("NEUT", "Neutrophils (10^9/L)", "HEMATOLOGY"),
    "platelets": ("PLAT", "Platelets (10^9/L)", "HEMATOLOGY"),
    "haemoglobin": ("HGB", "Hemoglobin (g/L)", "HEMATOLOGY"),
    "m_protein": ("MPROT", "Serum M-Protein (g/L)", "CHEMISTRY"),
}
INDICATORS = ["LOW", "NORMAL", "HIGH"]
GRADE_WORDS = ["0", "1", "2", "3", "4", "-1", "-2", "-3", "-4"]
DAYS_PER_WEEK = 7


def build(batch: Batch, study: Study) -> Columns:
    """The reported values of every test, one below the other."""
    return stacked([_test(batch, study, signal) for signal in TESTS if f"{signal}_reported" in batch.table("visits")])


def reported(batch: Batch, signal: str) -> Columns:
    """Visits at which a test was reported, by patient and day: patient, day, value, true and the patient's baseline.

    The baseline is the last value up to the first dose (a visit is read before the dose of its moment), NaN where there
    is none.
    """
    visits = batch.table("visits")
    value = np.asarray(visits[f"{signal}_reported"], float)
    rows = np.flatnonzero(~np.isnan(value))
    rows = rows[np.lexsort((visits["day"][rows], visits["patient"][rows]))]
    patient, day, value = visits["patient"][rows], np.asarray(visits["day"][rows], float), value[rows]
    place, before = batch.place(patient), np.flatnonzero(day <= 0)
    base, at = np.full(len(batch.patients), np.nan), np.full(len(batch.patients), -1)
    base[place[before]], at[place[before]] = value[before], before  # the last of several stays
    true = np.asarray(visits[signal], float)[rows]
    is_base = np.zeros(len(rows), bool)
    is_base[at[at >= 0]] = True
    return {"patient": patient, "day": day, "value": value, "true": true, "base": base[place], "is_base": is_base}


def _test(batch: Batch, study: Study, signal: str) -> Columns:
    rows = reported(batch, signal)
    n, place = len(rows["patient"]), list(TESTS).index(signal)
    code, name, category = TESTS[signal]
    change = np.where(rows["is_base"], np.nan, rows["value"] - rows["base"])
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(rows["base"] > 0, 100 * change / rows["base"], np.nan)
    week = np.floor(rows["day"] / DAYS_PER_WEEK)
    return {
        "patient": rows["patient"],
        "PARAM": Words.constant(name, n),
        "PARAMCD": Words.constant(code, n),
        "PARAMN": np.full(n, place + 1),
        "PARCAT1": Words.constant(category, n),
        "AVAL": rows["value"],
        "BASE": rows["base"],
        "CHG": change,
        "PCHG": percent,
        "ABLFL": flag(rows["is_base"]),
        "AVISIT": _visit_names(rows["is_base"], week),
        "AVISITN": np.where(rows["is_base"], 0, week),
        "ADY": study_day(rows["day"]),
        "ONTRTFL": flag((rows["day"] > 0) & (rows["day"] <= therapy_end(batch)[1][batch.place(rows["patient"])])),
        "TRUEVAL": rows["true"],
        **_indicators(study, signal, rows),
        **(_grades(study, signal, rows) if signal in study.grades else {}),
    }


def _visit_names(is_base: NDArray[np.bool_], week: NDArray) -> Words:
    last = int(week.max(initial=0))
    codes = np.where(is_base, 0, np.maximum(week, 0)).astype(int)
    return chosen(np.where(~is_base & (codes == 0), last + 1, codes), _week_names(last))


def _week_names(last: int) -> list[str]:
    return ["Baseline", *(f"Week {week}" for week in range(1, last + 1)), "Week 0"]


def _indicators(study: Study, signal: str, rows: Columns) -> Columns:
    """Limits of normal and where the value stands to them; nothing where the limits are not known."""
    if signal not in study.normal:
        return {}
    low, high = study.normal[signal]
    n = len(rows["value"])

    def against(values: NDArray) -> Words:
        codes = 1 + (values > high).astype(int) - (values < low).astype(int)
        return chosen(np.where(np.isnan(values), -1, codes), INDICATORS)

    limits: dict[str, Any] = {"ANRLO": np.full(n, low), "ANRHI": np.full(n, high)}
    return limits | {"ANRIND": against(rows["value"]), "BNRIND": against(rows["base"])}


def _grades(study: Study, signal: str, rows: Columns) -> Columns:
    low, base = study.grade(signal, rows["value"]).astype(int), study.grade(signal, rows["base"]).astype(int)
    return {
        "ATOXDSCL": encoded(np.full(len(low), study.grades[signal].term, object)),
        "ATOXGRL": chosen(low, GRADE_WORDS),
        "ATOXGR": chosen(_signed(low), GRADE_WORDS),
        "BTOXGRL": chosen(base, GRADE_WORDS),
        "BTOXGR": chosen(_signed(base), GRADE_WORDS),
    }


def _signed(low: NDArray) -> NDArray:
    """Place of a low grade among GRADE_WORDS once it carries its minus sign."""
    return np.where(low >= 1, low + 4, low)


ADLB = Dataset(
    "ADLB",
    "Laboratory Analysis Dataset",
    "one record per subject, parameter and visit at which it was reported",
    (
        *SHARED,
        Variable("PARAM", "Parameter", "text", "by PARAMCD"),
        Variable("PARAMCD", "Parameter Code", "text", "column of visits", key=3),
        Variable("PARAMN", "Parameter (N)", "integer", "number of PARAMCD"),
        Variable("PARCAT1", "Parameter Category 1", "text", "HEMATOLOGY or CHEMISTRY"),
        Variable("AVISIT", "Analysis Visit", "text", "Baseline, or week of the visit"),
        Variable("AVISITN", "Analysis Visit (N)", "integer", "0 for baseline, else visits.day / 7"),
        Variable("ADY", "Analysis Relative Day", "integer", "visits.day", key=4),
        Variable("AVAL", "Analysis Value", "float", "visits.*_reported"),
        Variable("BASE", "Baseline Value", "float", "AVAL of the record with ABLFL"),
        Variable("CHG", "Change from Baseline", "float", "AVAL - BASE, missing on the baseline record"),
        Variable("PCHG", "Percent Change from Baseline", "float", "100 x CHG / BASE"),
        Variable("ABLFL", "Baseline Record Flag", "text", "last record up to the first dose"),
        Variable("ONTRTFL", "On Treatment Record Flag", "text", "Y after the first dose, to the end of treatment"),
        Variable("ANRLO", "Analysis Normal Range Lower Limit", "float", "as given to the export"),
        Variable("ANRHI", "Analysis Normal Range Upper Limit", "float", "as given to the export"),
        Variable("ANRIND", "Analysis Reference Range Indicator", "text", "AVAL against ANRLO and ANRHI"),
        Variable("BNRIND", "Baseline Reference Range Indicator", "text", "BASE against ANRLO and ANRHI"),
        Variable("ATOXDSCL", "Analysis Toxicity Description Low", "text", "CTCAE term"),
        Variable("ATOXGR", "Analysis Toxicity Grade", "text", "ATOXGRL with a minus sign where it is 1 or more"),
        Variable(
            "ATOXGRL", "Analysis Toxicity Grade Low", "text", "CTCAE grade of AVAL; missing where none can be told"
        ),
        Variable("ATOXGRH", "Analysis Toxicity Grade High", "text", "missing: Titer has no table for high values"),
        Variable("BTOXGR", "Baseline Toxicity Grade", "text", "ATOXGR of BASE"),
        Variable("BTOXGRL", "Baseline Toxicity Grade Low", "text", "ATOXGRL of BASE"),
        Variable(
            "TRUEVAL", "True Value in the Virtual Patient", "float", "visits.*, before assay and day-to-day noise"
        ),
    ),
    build,
)
