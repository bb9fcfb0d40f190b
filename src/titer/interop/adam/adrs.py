"""ADRS: response by IMWG criteria, at each assessment where the run has them, and over all.

Parameters and their numbers are those of admiralonco's article on IMWG criteria. A run's response at an assessment is
the best confirmed so far, which is COVR there; the unconfirmed response of a visit is not kept by a run. In a trial the
parameters over all are as of its data cut, the assessments those of the whole follow-up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from titer.interop.adam.declare import SHARED, Dataset, Variable, chosen, stacked, study_day
from titer.interop.adam.study import Study
from titer.trials.columns import Columns, Words
from titer.trials.results import ANALYSIS, EVERYONE, Batch

PARAMETERS = {
    "COVR": "Confirmed Response at Time Point",
    "COVRX": "Confirmed Response after Crossover",
    "RSP": "IMWG Response",
    "PD": "Disease Progression",
    "DEATH": "Death",
    "CBOR": "IMWG Best Confirmed Overall Response",
}
# word of the run → AVALC, AVAL
RESPONSES = {
    "progression": ("PD", 1),
    "stable": ("SD", 2),
    "minor": ("MR", 3),
    "partial": ("PR", 4),
    "very good partial": ("VGPR", 5),
    "complete": ("CR", 6),
    "not evaluable": ("NE", 8),
}
WORDS = [word for word, _ in RESPONSES.values()]


def build(batch: Batch, study: Study) -> Columns:
    """Assessments where the run has them, and one record of each other parameter for every patient."""
    blocks = [] if "assessments" not in batch.parts else [_assessments(batch, line) for line in (0, 1)]
    response, progression = batch.outcome("response_day"), batch.outcome("progression_day")
    return stacked(
        [
            *blocks,
            _happened(batch, "RSP", response),
            _happened(batch, "PD", progression),
            _happened(batch, "DEATH", batch.outcome("death_day")),
            _best(batch, response),
        ]
    )


def _assessments(batch: Batch, line: int) -> Columns:
    """Assessments under the regimen (line 0) or after the crossover (line 1)."""
    table = batch.table("assessments")
    rows = np.flatnonzero(batch.column("assessments", "line", 0) == line)
    progressed = np.asarray(table["progressed"], bool)[rows]
    words = batch.words("assessments", "response")[rows]
    codes = np.where(progressed, list(RESPONSES).index("progression"), _codes(words))
    patients, day = np.asarray(table["patient"])[rows], np.asarray(table["day"], float)[rows]
    return {"patient": patients, "ADY": study_day(day), **_response(("COVR", "COVRX")[line], codes)}


def _best(batch: Batch, response: NDArray) -> Columns:
    """Best response; its day is known for a partial response or better."""
    table = ANALYSIS if ANALYSIS in batch.parts else EVERYONE
    codes = _codes(batch.words(table, "best_response")[np.argsort(batch.table(table)["patient"], kind="stable")])
    return {"patient": batch.patients, "ADY": study_day(response), **_response("CBOR", codes)}


def _happened(batch: Batch, code: str, day: NDArray) -> Columns:
    happened = ~np.isnan(day)
    answer = {"AVALC": chosen(happened, ["N", "Y"]), "AVAL": happened.astype(float)}
    return {"patient": batch.patients, "ADY": study_day(day), **answer, **_parameter(code, len(day))}


def _codes(words: NDArray[np.object_]) -> NDArray[np.int64]:
    names = list(RESPONSES)
    return np.array([names.index(word) for word in words], int)


def _response(code: str, codes: NDArray) -> Columns:
    values = np.array([value for _, value in RESPONSES.values()], float)
    return {"AVALC": chosen(codes, WORDS), "AVAL": values[codes], **_parameter(code, len(codes))}


def _parameter(code: str, n: int) -> Columns:
    return {
        "PARAM": Words.constant(PARAMETERS[code], n),
        "PARAMCD": Words.constant(code, n),
        "PARAMN": np.full(n, list(PARAMETERS).index(code) + 1),
        "PARCAT1": Words.constant("IMWG", n),
        "ANL01FL": Words.constant("Y", n),
    }


ADRS = Dataset(
    "ADRS",
    "Response Analysis Dataset",
    "one record per subject and assessment (COVR); one per subject and other parameter",
    (
        *SHARED,
        Variable("PARAM", "Parameter", "text", "by PARAMCD"),
        Variable("PARAMCD", "Parameter Code", "text", "COVR at each assessment, else once", key=3),
        Variable("PARAMN", "Parameter (N)", "integer", "number of PARAMCD"),
        Variable("PARCAT1", "Parameter Category 1", "text", "IMWG: the criteria"),
        Variable("AVAL", "Analysis Value", "float", "number of AVALC as in admiralonco; 1 and 0 for Y and N"),
        Variable("AVALC", "Analysis Value (C)", "text", "CR, VGPR, PR, MR, SD, PD, NE; Y or N"),
        Variable("ADY", "Analysis Relative Day", "integer", "day of the assessment or event", key=4),
        Variable("ANL01FL", "Analysis Flag 01", "text", "Y"),
    ),
    build,
)
