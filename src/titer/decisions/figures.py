"""The figures of an arm, and the paired differences of two arms, from one value per patient and endpoint."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from titer.trials.endpoints import DAYS_PER_MONTH, ILLNESSES
from titer.trials.statistics import (
    Figure,
    fraction,
    kaplan_meier,
    mean,
    median_difference,
    paired_difference,
    paired_share_difference,
)

INPUTS = (
    *("failed", "responder", "vgpr_or_better", "complete_response", "vte_day", "any_hold", "any_reduction"),
    *("anc_worst_grade", "anc_weekly_worst_grade", "platelets_worst_grade", "platelets_weekly_worst_grade"),
    *("haemoglobin_worst_grade", "relative_dose_intensity", "pfs_day", "pfs_event", "ttp_day", "ttp_event"),
    *("dor_day", "dor_event"),
)  # of all endpoints, those that figures are made from
SEVERE = 3  # CTCAE grade from which an adverse event is counted
Outcomes = Mapping[str, NDArray]


def _flags(outcomes: Outcomes) -> dict[str, NDArray[np.bool_]]:
    """Figures that are shares of patients."""
    return {
        "orr": outcomes["responder"],
        "vgpr_or_better": outcomes["vgpr_or_better"],
        "cr": outcomes["complete_response"],
        "neutropenia_g34": outcomes["anc_worst_grade"] >= SEVERE,
        "neutropenia_g4": outcomes["anc_worst_grade"] > SEVERE,
        "neutropenia_g34_weekly": outcomes["anc_weekly_worst_grade"] >= SEVERE,
        "thrombocytopenia_g34_weekly": outcomes["platelets_weekly_worst_grade"] >= SEVERE,
        "thrombocytopenia_g34": outcomes["platelets_worst_grade"] >= SEVERE,
        "anaemia_g34": outcomes["haemoglobin_worst_grade"] >= SEVERE,
        "vte": ~np.isnan(outcomes["vte_day"]),
        "any_hold": outcomes["any_hold"],
        "any_reduction": outcomes["any_reduction"],
        **{name: ~np.isnan(outcomes[day]) for name, day in ILLNESSES.items() if day in outcomes},
    }


def _rows(outcomes: Outcomes, which: NDArray[np.bool_]) -> Outcomes:
    """What figures need of some patients; nothing is copied where it is all of them."""
    names = (*INPUTS, *(day for day in ILLNESSES.values() if day in outcomes))
    return outcomes if which.all() else {name: outcomes[name][which] for name in names}


def arm_figures(outcomes: Outcomes) -> dict[str, Figure]:
    """Every figure of one arm: shares of patients (0 to 1), medians in months, mean dose intensity.

    Patients whose integration failed have no outcome and are left out; how many they are is told beside the figures.
    """
    outcomes = _rows(outcomes, ~outcomes["failed"])
    responders = outcomes["responder"]
    return {
        **{name: fraction(flags) for name, flags in _flags(outcomes).items()},
        "median_pfs_month": _median_month(outcomes["pfs_day"], outcomes["pfs_event"]),
        "median_ttp_month": _median_month(outcomes["ttp_day"], outcomes["ttp_event"]),
        "median_dor_month": _median_month(outcomes["dor_day"][responders], outcomes["dor_event"][responders]),
        "relative_dose_intensity": mean(outcomes["relative_dose_intensity"], lowest=0.0, highest=1.0),
    }


def _median_month(day: NDArray, event: NDArray) -> Figure:
    if len(day) == 0:
        return Figure(np.nan, np.nan, np.nan)
    return kaplan_meier(_months(day), event).median()


def _months(day: NDArray) -> NDArray[np.float64]:
    return np.asarray(day, float) / DAYS_PER_MONTH


def difference_figures(outcomes: Outcomes, reference: Outcomes, seed: int) -> dict[str, Figure]:
    """Each figure of one arm minus that of the reference arm, in the patients who failed in neither."""
    whole = ~(outcomes["failed"] | reference["failed"])
    outcomes, reference = _rows(outcomes, whole), _rows(reference, whole)
    ours, theirs = _flags(outcomes), _flags(reference)
    return {
        **{name: paired_share_difference(ours[name], theirs[name]) for name in ours},
        "median_pfs_month": median_difference(
            _months(outcomes["pfs_day"]),
            outcomes["pfs_event"],
            _months(reference["pfs_day"]),
            reference["pfs_event"],
            seed=seed,
        ),
        "relative_dose_intensity": paired_difference(
            outcomes["relative_dose_intensity"], reference["relative_dose_intensity"]
        ),
    }
