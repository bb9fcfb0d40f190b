"""What every record of an event table must keep, one line each: where it is broken, what is wrong, what is right."""
# ruff: noqa: E501 - a rule stands on one line

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

WHOLE = ("ID", "EVID", "ADDL", "SS", "MDV")
Records = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """A rule over all records at once.

    Args:
        column: that the error names.
        broken: f(columns) → where. Shape (n_records,).
        what: the error's first part; braces hold columns of the record.
        right, hint: its third and fourth.
    """

    column: str
    broken: Callable[[Records], Any]
    what: str
    right: str
    hint: str = ""


def _dosing(t: Records) -> Any:
    return (t["EVID"] == 1) | (t["EVID"] == 4)


def _not_dosing(name: str) -> Callable[[Records], Any]:
    return lambda t: ~_dosing(t) & (t[name] != 0)


def _same_patient(t: Records) -> Any:
    """Which records follow one of the same patient."""
    return np.concatenate([[False], t["ID"][1:] == t["ID"][:-1]])


def _goes_back(t: Records) -> Any:
    earlier = np.concatenate([[False], t["tick"][1:] < t["tick"][:-1]])
    reset = (t["EVID"] == 3) | (t["EVID"] == 4)
    return _same_patient(t) & earlier & ~reset


def _comes_again(t: Records) -> Any:
    first = np.flatnonzero(~_same_patient(t))
    _, seen = np.unique(t["ID"][first], return_index=True)
    again = np.ones(len(first), bool)
    again[seen] = False
    broken = np.zeros(len(t["ID"]), bool)
    broken[first[again]] = True
    return broken


WITHOUT_DOSE = "0 or missing where EVID is 0, 2 or 3"
# fmt: off
RECORD_RULES = (
    Rule("ID", lambda t: np.isnan(t["ID"]), "the patient's number is missing", "a whole number from 0"),
    Rule("ID", lambda t: t["ID"] < 0, "the patient's number is {ID}", "a whole number from 0"),
    Rule("TIME", lambda t: np.isnan(t["TIME"]), "the time is missing", "a number in each record"),
    Rule("EVID", lambda t: t["EVID"] == 5, "EVID 5 (rxode2: replace the amount in a compartment) is not known", "0, 1, 2, 3 or 4", "EVID 4 resets the patient and gives the dose"),
    Rule("EVID", lambda t: t["EVID"] == 6, "EVID 6 (rxode2: multiply the amount in a compartment) is not known", "0, 1, 2, 3 or 4"),
    Rule("EVID", lambda t: t["EVID"] == 7, "EVID 7 (rxode2: phantom dose) is not known", "0, 1, 2, 3 or 4"),
    Rule("EVID", lambda t: ~np.isin(t["EVID"], (0, 1, 2, 3, 4)), "EVID is {EVID}", "0 observation, 1 dose, 2 other, 3 reset, 4 reset and dose"),
    Rule("MDV", lambda t: ~np.isnan(t["MDV"]) & ~np.isin(t["MDV"], (0, 1)), "MDV is {MDV}", "0 or 1"),
    Rule("MDV", lambda t: (t["EVID"] != 0) & (t["MDV"] == 0), "MDV is 0 in a record with EVID {EVID}, AMT {AMT}, which is no observation", "1 where EVID is not 0"),
    Rule("AMT", lambda t: t["AMT"] < 0, "the dose is {AMT}", "0 or more"),
    Rule("AMT", _not_dosing("AMT"), "AMT is {AMT} in a record with EVID {EVID}, which gives no dose", WITHOUT_DOSE, "EVID 1 for a dose"),
    Rule("RATE", _not_dosing("RATE"), "RATE is {RATE} in a record with EVID {EVID}, which gives no dose", WITHOUT_DOSE),
    Rule("ADDL", _not_dosing("ADDL"), "ADDL is {ADDL} in a record with EVID {EVID}, which gives no dose", WITHOUT_DOSE),
    Rule("SS", _not_dosing("SS"), "SS is {SS} in a record with EVID {EVID}, which gives no dose", WITHOUT_DOSE),
    Rule("RATE", lambda t: t["RATE"] == -1, "RATE is -1: the rate is to come from the model, and no model here declares one", "0 for a dose at once, or the rate itself"),
    Rule("RATE", lambda t: t["RATE"] == -2, "RATE is -2: the duration is to come from the model, and no model here declares one", "0 for a dose at once, or AMT over the duration"),
    Rule("RATE", lambda t: t["RATE"] < 0, "RATE is {RATE}", "0 for a dose at once, or the rate of an infusion"),
    Rule("RATE", lambda t: (t["RATE"] > 0) & (t["AMT"] == 0), "RATE is {RATE} and AMT is 0: an infusion without end is not known", "AMT above 0"),
    Rule("ADDL", lambda t: t["ADDL"] < 0, "ADDL is {ADDL}", "0 or more"),
    Rule("II", lambda t: t["II"] < 0, "II is {II}", "0 or more"),
    Rule("II", lambda t: np.isnan(t["II"]), "II is missing", "a number"),
    Rule("II", lambda t: (t["ADDL"] > 0) & (t["interval"] <= 0), "ADDL is {ADDL} and II is {II}", "II above 0 where ADDL is"),
    Rule("SS", lambda t: t["SS"] == 2, "SS 2 (a steady state added to what is there) is not known", "0 or 1", "SS 1 replaces what is there"),
    Rule("SS", lambda t: ~np.isin(t["SS"], (0, 1)), "SS is {SS}", "0 or 1"),
    Rule("SS", lambda t: (t["SS"] == 1) & (t["interval"] <= 0), "SS is 1 and II is {II}", "II above 0 where SS is 1"),
    Rule("SS", lambda t: (t["SS"] == 1) & (t["AMT"] == 0), "SS is 1 and AMT is 0", "AMT above 0 where SS is 1"),
)
ORDER_RULES = (
    Rule("ID", _comes_again, "patient {ID} comes again after another patient; NONMEM would take it for a new one", "the records of a patient together", "sort by ID and TIME, or give the second block a number of its own"),
    Rule("TIME", _goes_back, "the time goes back to {TIME}", "times that do not fall inside a patient, but at a reset (EVID 3 or 4)", "sort by ID and TIME"),
)
# fmt: on
