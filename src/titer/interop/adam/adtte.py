"""ADTTE: times to events, from the first dose, or from the response for its duration.

In a trial they are those of its analysis, as of the data cut. Overall survival is there where patients were followed
beyond progression.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.interop.adam.adlb import reported
from titer.interop.adam.adsl import therapy_end
from titer.interop.adam.declare import SHARED, Dataset, Variable, encoded, stacked, study_day
from titer.interop.adam.study import DAYS_PER_MONTH, Study
from titer.trials.columns import Columns, Words
from titer.trials.results import Batch, take

PARAMETERS = {
    "PFS": "Progression Free Survival",
    "TTP": "Time to Progression",
    "DOR": "Duration of Response",
    "OS": "Overall Survival",
    "TTVTE": "Time to First Venous Thromboembolism",
    "TTFEBNEU": "Time to First Febrile Neutropenia",
    "TTNEUT34": "Time to First Grade 3 or 4 Neutropenia",
    "TTHOLD": "Time to First Hold of Any Drug",
}
EVENTS = (  # parameter, column of the day, what happened
    ("TTVTE", "vte_day", "Venous Thromboembolism"),
    ("TTFEBNEU", "febrile_neutropenia_day", "Febrile Neutropenia"),
)
FIRST_OF_SEVERE = 3
HOLDS = ("hold", "delay cycle")


def build(batch: Batch, study: Study) -> Columns:
    """Every time that the run knows of, one below the other."""
    blocks = [_progression_free(batch, study), _to_progression(batch, study), _of_response(batch, study)]
    if study.survival and "os_day" in batch.table("patients"):
        blocks.append(_overall(batch, study))
    blocks += [_to_event(batch, study, *event) for event in EVENTS if event[1] in batch.table("patients")]
    if "anc_reported" in batch.table("visits"):
        blocks.append(_to_neutropenia(batch, study))
    return stacked([*blocks, _to_hold(batch, study)])


def _progression_free(batch: Batch, study: Study) -> Columns:
    day, event = batch.outcome("pfs_day"), batch.outcome("pfs_event") > 0
    what = np.where(_progressed(batch, day), "Disease Progression", "Death")
    return _times(batch, study, "PFS", day, event, what, "Last Response Assessment", ("patients", "pfs_day"))


def _progressed(batch: Batch, day: NDArray) -> NDArray[np.bool_]:
    """Whether a time is that of progression rather than of death."""
    return batch.outcome("progression_day") <= day


def _to_progression(batch: Batch, study: Study) -> Columns:
    day, event = batch.outcome("ttp_day"), batch.outcome("ttp_event") > 0
    died = (batch.outcome("pfs_event") > 0) & ~event
    why = np.where(died, "Death", "Last Response Assessment")
    return _times(batch, study, "TTP", day, event, "Disease Progression", why, ("patients", "ttp_day"))


def _of_response(batch: Batch, study: Study) -> Columns:
    """Responders only; it starts at the response."""
    start, end = batch.outcome("response_day"), batch.outcome("pfs_day")
    event = batch.outcome("pfs_event") > 0
    what = np.where(_progressed(batch, end), "Disease Progression", "Death")
    source = ("patients", "pfs_day")
    rows = _times(batch, study, "DOR", end, event, what, "Last Response Assessment", source, start=start)
    kept = ~np.isnan(start)
    return {name: Words(c.codes[kept], c.words) if isinstance(c, Words) else c[kept] for name, c in rows.items()}


def _overall(batch: Batch, study: Study) -> Columns:
    day, event = batch.outcome("os_day"), batch.outcome("os_event") > 0
    return _times(batch, study, "OS", day, event, "Death", "Last Known Alive", ("patients", "os_day"))


def _to_event(batch: Batch, study: Study, parameter: str, column: str, what: str) -> Columns:
    day, end = batch.outcome(column), batch.outcome("end_day")
    why = np.where(~np.isnan(batch.outcome("death_day")), "Death", "End of Observation")
    last = np.where(np.isnan(day), end, day)
    return _times(batch, study, parameter, last, ~np.isnan(day), what, why, ("events", "day"))


def _to_neutropenia(batch: Batch, study: Study) -> Columns:
    """From reports on treatment after the first dose; those without are censored at their last report."""
    rows, end = reported(batch, "anc"), treated_until(batch)
    rows = take(rows, rows["day"] <= end[batch.place(rows["patient"])])
    place = batch.place(rows["patient"])
    severe = (study.grade("anc", rows["value"]) >= FIRST_OF_SEVERE) & (rows["day"] > 0)
    first, last = _extreme(batch, place[severe], rows["day"][severe]), _extreme(batch, place, -rows["day"])
    event = ~np.isnan(first)
    day = np.where(event, first, np.nan_to_num(-last))
    what, why = "Neutropenia Grade 3 or 4", "Last Neutrophil Count"
    return _times(batch, study, "TTNEUT34", day, event, what, why, ("visits", "anc_reported"))


def _to_hold(batch: Batch, study: Study) -> Columns:
    """The first hold of a drug of the regimen, or delay of its cycle."""
    decisions, end = batch.table("decisions"), treated_until(batch)
    day = np.asarray(decisions["day"], float)
    place = batch.place(decisions["patient"])
    own = np.isin(batch.words("decisions", "action"), HOLDS) & (day <= end[place])
    first = _extreme(batch, place[own], day[own])
    event = ~np.isnan(first)
    what, source = "Drug Held", ("decisions", "day")
    return _times(batch, study, "TTHOLD", np.where(event, first, end), event, what, "End of Treatment", source)


def treated_until(batch: Batch) -> NDArray:
    """Day on which the drugs of the regimen ended, or the data cut before that. Shape (n_patients,)."""
    ended, known = therapy_end(batch)[1], batch.outcome("therapy_end_day")
    return np.fmin(ended, known)


def _extreme(batch: Batch, place: NDArray, day: NDArray) -> NDArray:
    """Lowest of some days for each patient, NaN for patients without. Shape (n_patients,)."""
    lowest = np.full(len(batch.patients), np.inf)
    np.minimum.at(lowest, place, day)
    return np.where(np.isinf(lowest), np.nan, lowest)


def _times(
    batch: Batch,
    study: Study,
    code: str,
    day: NDArray,
    event: NDArray[np.bool_],
    what: ArrayLike,
    why: ArrayLike,
    source: tuple[str, str],
    start: ArrayLike = 0.0,
) -> Columns:
    """The records of one parameter.

    Args:
        day: of event or censoring, since the first dose. Shape (n_patients,), like the following.
        event: whether it is an event.
        what: happened, where it is one.
        why: what the date of censoring is, where it is none.
        source: table and column of the day.
        start: from when the time counts, since the first dose.
    """
    n = len(batch.patients)
    at, begin = study_day(day), np.broadcast_to(study_day(start), n)
    length = at - begin + 1
    ended = np.where(event, what, "").astype(object)
    censored = np.where(event, "", why).astype(object)
    unit = "Months" if study.months else "Days"
    return {
        "patient": batch.patients,
        "PARAM": Words.constant(f"{PARAMETERS[code]} ({unit})", n),
        "PARAMCD": Words.constant(code, n),
        "PARAMN": np.full(n, list(PARAMETERS).index(code) + 1),
        "AVAL": length / DAYS_PER_MONTH if study.months else length,
        "AVALU": Words.constant(unit.upper(), n),
        "CNSR": np.where(event, 0, 1),
        "EVNTDESC": encoded(np.where(event, ended, censored)),
        "CNSDTDSC": encoded(censored),
        "STARTDY": begin,
        "ADY": at,
        "SRCDOM": Words.constant(source[0], n),
        "SRCVAR": Words.constant(source[1], n),
    }


ADTTE = Dataset(
    "ADTTE",
    "Time-to-Event Analysis Dataset",
    "one record per subject and parameter; DOR for responders only",
    (
        *SHARED,
        Variable("PARAM", "Parameter", "text", "by PARAMCD"),
        Variable("PARAMCD", "Parameter Code", "text", "which time", key=3),
        Variable("PARAMN", "Parameter (N)", "integer", "number of PARAMCD"),
        Variable("AVAL", "Analysis Value", "float", "ADY - STARTDY + 1, days; divided by 30.4375 for months"),
        Variable("AVALU", "Analysis Value Unit", "text", "DAYS or MONTHS"),
        Variable("CNSR", "Censor", "integer", "0 event, 1 censored"),
        Variable("EVNTDESC", "Event or Censoring Description", "text", "what happened, or why it was censored"),
        Variable("CNSDTDSC", "Censor Date Description", "text", "what the day of censoring is"),
        Variable("STARTDY", "Relative Day of Time to Event Origin", "integer", "1; DOR: day of response"),
        Variable("ADY", "Analysis Relative Day", "integer", "SRCVAR, in whole days"),
        Variable("SRCDOM", "Source Data", "text", "table of the results"),
        Variable("SRCVAR", "Source Variable", "text", "column of that table"),
    ),
    build,
)
