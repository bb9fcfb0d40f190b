"""The figures of a trial as of its data cut: flow of patients, baseline, endpoints, comparisons, toxicity over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.clinic.course import End
from titer.patients.cohort import Cohort
from titer.trials.analysis import SHARE_COLUMNS, strata_of
from titer.trials.design import Design
from titer.trials.endpoints import DAYS_PER_MONTH, ILLNESSES, MODERATE, SEVERE
from titer.trials.enrolment import Enrolment
from titer.trials.statistics import Figure, fraction, kaplan_meier, mean, share_difference, share_test
from titer.trials.study import SHARES
from titer.trials.survival import (
    HazardRatio,
    TestResult,
    cumulative_incidence,
    hazard_ratio,
    logrank,
)

Outcomes = Mapping[str, NDArray]
TESTS = ("anc", "platelets", "haemoglobin")
TOXICITIES = {"anc": "neutropenia", "platelets": "thrombocytopenia", "haemoglobin": "anaemia"}
COMPARED_TIMES = ("pfs", "ttp", "os")
INCIDENCE_MONTHS = (6, 12)
SURVIVAL = ("median_os_month", "survival_12_month", "survival_24_month")
UNSEEN = "nobody of '{}' is observed after progression"
# First events on treatment that have a curve of cumulative incidence, with the column of their day.
FIRST_EVENTS = {
    "vte": "vte_day",
    "neutropenia_g3": "anc_g3_day",
    "thrombocytopenia_g3": "platelets_g3_day",
    "anaemia_g3": "haemoglobin_g3_day",
    "hold": "hold_day",
    "reduction": "reduction_day",
    "toxicity_stop": "toxicity_stop_day",
}
EVENT, COMPETING = 1, 2


@dataclass(frozen=True)
class TrialOutcomes:
    """Everybody's endpoints as of the data cut, in the order of the enrolment.

    Args:
        columns: endpoint → one value per patient. Shape (n_patients,).
        end, therapy_end: why observation and treatment ended (`End` codes; COMPLETED: goes on at the cut, or the whole
            regimen was given: the column "therapy_ended" tells which).
        analysed: entered by the cut, and integrated.
        entered: entered by the cut.
    """

    columns: Outcomes
    end: NDArray[np.int8]
    therapy_end: NDArray[np.int8]
    analysed: NDArray[np.bool_]
    entered: NDArray[np.bool_]

    def of(self, rows: NDArray[np.bool_]) -> Outcomes:
        """Endpoints of some of those who are analysed."""
        kept = rows & self.analysed
        return {name: values[kept] for name, values in self.columns.items()}


def survival_known(design: Design, arm: int) -> bool:
    """Whether patients of an arm are observed after progression, so that their survival is known."""
    return design.arms[arm].plan.after_progression != "end"


def arm_figures(outcomes: Outcomes, *, survival: bool = True) -> dict[str, Figure]:
    """Figures of one arm: shares of patients (0 to 1), medians in months, means; none of an arm without patients.

    Toxicity counts what was reported on treatment; "weeks" are true weekly values, per patient-year on treatment.

    Args:
        outcomes: of the arm.
        survival: whether patients are observed after progression; else figures of survival are left out.
    """
    if not len(outcomes["end_day"]):
        return {}
    figures = _all_figures(outcomes)
    return figures if survival else {name: told for name, told in figures.items() if name not in SURVIVAL}


def _all_figures(outcomes: Outcomes) -> dict[str, Figure]:
    responders = outcomes["responder"]
    return {
        **{name: fraction(flags) for name, flags in _flags(outcomes).items()},
        **{f"median_{name}_month": median_month(outcomes, name) for name in COMPARED_TIMES},
        "median_dor_month": median_month({n: outcomes[n][responders] for n in ("dor_day", "dor_event")}, "dor"),
        "median_treatment_month": _median_treatment(outcomes),
        **{f"survival_{month}_month": survival_at(outcomes, "os", month) for month in (12, 24)},
        "relative_dose_intensity": mean(outcomes["relative_dose_intensity"], lowest=0.0),
        "cumulative_dose": mean(outcomes["cumulative_dose"], lowest=0.0),
        **{
            name: mean(outcomes[name], lowest=0.0)
            for name in outcomes
            if name.endswith(("_dose", "_auc")) and name != "cumulative_dose"
        },
        **_burden_figures(outcomes),
        **_first_event_figures(outcomes),
    }


def _flags(outcomes: Outcomes) -> dict[str, NDArray[np.bool_]]:
    toxic: dict[str, NDArray[np.bool_]] = {}
    for test, name in TOXICITIES.items():
        toxic[f"{name}_g34"] = outcomes[f"{test}_worst_grade"] >= SEVERE
        toxic[f"{name}_g4"] = outcomes[f"{test}_worst_grade"] > SEVERE
        toxic[f"{name}_g34_weekly"] = outcomes[f"{test}_weekly_worst_grade"] >= SEVERE
    return {
        **{name: outcomes[column] for name, column in SHARE_COLUMNS.items()},
        **toxic,
        "vte": ~np.isnan(_on_treatment(outcomes, "vte_day")),
        **{name: ~np.isnan(_on_treatment(outcomes, day)) for name, day in ILLNESSES.items() if day in outcomes},
        "any_hold": outcomes["any_hold"],
        "any_reduction": outcomes["any_reduction"],
        "any_delay": outcomes["any_delay"],
        "toxicity_stop": ~np.isnan(outcomes["toxicity_stop_day"]),
    }


def _on_treatment(outcomes: Outcomes, column: str) -> NDArray:
    """Day of an event that came while the regimen was given, else NaN."""
    day = outcomes.get(column, np.full(len(outcomes["end_day"]), np.nan))
    with np.errstate(invalid="ignore"):
        return np.where(day <= outcomes["therapy_end_day"], day, np.nan)


def median_month(outcomes: Outcomes, name: str) -> Figure:
    """Kaplan-Meier median of a time, months."""
    day, event = outcomes[f"{name}_day"], outcomes[f"{name}_event"]
    if not len(day):
        return Figure(np.nan, np.nan, np.nan)
    return kaplan_meier(day / DAYS_PER_MONTH, event).median()


def survival_at(outcomes: Outcomes, name: str, month: float) -> Figure:
    """Kaplan-Meier estimate at a time, with its band; NaN beyond the last observation."""
    day, event = outcomes[f"{name}_day"], outcomes[f"{name}_event"]
    if not len(day):
        return Figure(np.nan, np.nan, np.nan)
    curve = kaplan_meier(day / DAYS_PER_MONTH, event)
    if curve.time[-1] < month and curve.survival[-1] > 0:
        return Figure(np.nan, np.nan, np.nan)
    place = int(np.searchsorted(curve.time, month, side="right")) - 1
    if place < 0:
        return Figure(1.0, 1.0, 1.0)
    return Figure(float(curve.survival[place]), float(curve.low[place]), float(curve.high[place]))


def _median_treatment(outcomes: Outcomes) -> Figure:
    ended = outcomes["therapy_ended"]
    day = outcomes["therapy_end_day"]
    return kaplan_meier(day / DAYS_PER_MONTH, ended).median() if len(day) else Figure(np.nan, np.nan, np.nan)


def _burden_figures(outcomes: Outcomes) -> dict[str, Figure]:
    """Weeks at grade 2 or more, and 3 or more, per year on treatment."""
    years = outcomes["therapy_end_day"].sum() / 365.25
    figures = {}
    for test, name in TOXICITIES.items():
        for least in (MODERATE, SEVERE):
            weeks = outcomes[f"{test}_weeks_g{least}"].sum()
            value = float(weeks / years) if years > 0 else np.nan
            figures[f"{name}_weeks_g{least}_per_year"] = Figure(value, np.nan, np.nan)
    return figures


def _first_event_figures(outcomes: Outcomes) -> dict[str, Figure]:
    figures = {}
    for name in FIRST_EVENTS:
        time, cause = first_event(outcomes, name)
        curve = cumulative_incidence(time / DAYS_PER_MONTH, cause)
        for month in INCIDENCE_MONTHS:
            figures[f"{name}_by_{month}_month"] = curve.at(month)
    return figures


def first_event(outcomes: Outcomes, name: str) -> tuple[NDArray, NDArray[np.int64]]:
    """Time to the first event of a kind on treatment; the end of treatment for another reason competes with it.

    Returns:
        Days, and 1 for the event, 2 for the end of treatment or death, 0 for patients still on treatment at the cut or
        who left while treated. Shape (n_patients,) each.
    """
    day, ends = _on_treatment(outcomes, FIRST_EVENTS[name]), outcomes["therapy_end_day"]
    happened = ~np.isnan(day)
    competing = outcomes["therapy_ended"] & ~outcomes["left_on_treatment"]
    cause = np.where(happened, EVENT, np.where(competing, COMPETING, 0))
    return np.where(happened, day, ends), cause.astype(np.int64)


def compare_with_reference(design: Design, enrolment: Enrolment, outcomes: TrialOutcomes, arm: int) -> dict[str, Any]:
    """Every comparison of an arm with the reference: times by hazard ratio and log-rank, shares by their difference."""
    own = outcomes.analysed & np.isin(enrolment.arm, (arm, design.study.reference))
    columns, treated = outcomes.of(own), enrolment.arm[own] == arm
    strata = strata_of(design, enrolment, own)
    times = {}
    for name in COMPARED_TIMES:
        time, event = columns[f"{name}_day"], columns[f"{name}_event"]
        times[name] = (logrank(time, event, treated, strata), hazard_ratio(time, event, treated, strata))
    for number in (design.study.reference, arm):
        if not survival_known(design, number):
            reason = UNSEEN.format(design.arms[number].name)
            times["os"] = (TestResult(np.nan, np.nan, reason), HazardRatio(np.nan, np.nan, np.nan, np.nan, reason))
    shares = {}
    for name, flags in _flags(columns).items():
        z, p, reason = share_test(flags, treated, strata if name in SHARES else None)
        shares[name] = (TestResult(z, p, reason), share_difference(flags[treated], flags[~treated]))
    causes = {}
    for name in FIRST_EVENTS:
        time, cause = first_event(columns, name)
        causes[name] = hazard_ratio(time, cause == EVENT, treated, strata)
    return {"times": times, "shares": shares, "cause_specific": causes}


def forest(
    design: Design, enrolment: Enrolment, outcomes: TrialOutcomes, arm: int
) -> list[tuple[str, int, HazardRatio]]:
    """Hazard ratio of the primary time in all patients and at each level of each stratification factor.

    Returns:
        Rows of label, patients in both arms, hazard ratio (unstratified); empty where the primary endpoint is a share.
    """
    primary = design.study.analysis.primary
    if primary in SHARES:
        return []
    own = outcomes.analysed & np.isin(enrolment.arm, (arm, design.study.reference))
    rows = [("all", own)]
    codes = enrolment.stratum.copy()
    for stratum in reversed(design.strata):
        codes, level = np.divmod(codes, len(stratum.levels))
        rows[1:1] = [(stratum.label(k), own & (level == k)) for k in range(len(stratum.levels))]
    told = []
    for label, kept in rows:
        columns = outcomes.of(kept)
        ratio = hazard_ratio(columns[f"{primary}_day"], columns[f"{primary}_event"], enrolment.arm[kept] == arm)
        told.append((label, int(kept.sum()), ratio))
    return told


def flow(design: Design, enrolment: Enrolment, outcomes: TrialOutcomes) -> dict[str, Any]:
    """Numbers of a CONSORT diagram, as of the cut."""
    arms = []
    for number, arm in enumerate(design.arms):
        own = enrolment.arm == number
        entered = own & outcomes.entered
        ends = {end.name.lower(): int((outcomes.therapy_end[entered] == end).sum()) for end in End}
        ended = int((outcomes.columns["therapy_ended"] & (outcomes.therapy_end == End.COMPLETED))[entered].sum())
        seen = {end.name.lower(): int((outcomes.end[entered] == end).sum()) for end in End}
        arms.append(
            {
                "arm": arm.name,
                "randomised": int(own.sum()),
                "entered_by_cut": int(entered.sum()),
                "treatment": ends | {"completed": ended, "on_treatment": ends["completed"] - ended},
                "observation": {
                    "died": seen["event"],
                    "left": seen["withdrawn"],
                    "ended_at_progression": seen["progression"],
                    "could_not_be_integrated": seen["failed"],
                    "observed_to_cut": seen["completed"],
                },
                "crossed_over": int((~np.isnan(outcomes.columns["crossover_day"][entered])).sum()),
                "analysed": int((own & outcomes.analysed).sum()),
            }
        )
    return {
        "screened": enrolment.screened,
        "excluded": enrolment.excluded,
        "excluded_by": dict(enrolment.failures),
        "randomised": len(enrolment),
        "arms": arms,
    }


def baseline(design: Design, enrolment: Enrolment, cohort: Cohort) -> list[dict[str, Any]]:
    """Covariates before treatment, arm by arm: median and 5th to 95th centile, or the share of patients."""
    rows = []
    for covariate in design.population.covariates:
        values = cohort.column(covariate.name)
        if values.dtype.kind not in "fiub" or len(np.unique(values)) == 1:
            continue
        flag = set(np.unique(values).tolist()) <= {0, 1}
        cells: list[dict[str, Any]] = []
        for number in range(len(design.arms)):
            own = values[enrolment.arm == number].astype(float)
            if not len(own):
                cells.append({})
            elif flag:
                cells.append({"share": float(own.mean()), "count": int(own.sum())})
            else:
                low, middle, high = np.quantile(own, [0.05, 0.5, 0.95]).tolist()
                cells.append({"median": middle, "p5": low, "p95": high})
        rows.append({"name": covariate.name, "meaning": covariate.meaning, "unit": covariate.unit, "arms": cells})
    return rows


def plain_comparison(told: Mapping[str, Any]) -> dict[str, Any]:
    """A comparison as plain numbers."""
    return {
        "times": {n: {"test": t.as_json(), "hazard_ratio": r.as_json()} for n, (t, r) in told["times"].items()},
        "shares": {n: {"test": t.as_json(), "difference": d.as_json()} for n, (t, d) in told["shares"].items()},
        "cause_specific": {name: ratio.as_json() for name, ratio in told["cause_specific"].items()},
    }


def curves(outcomes: Outcomes, names: Sequence[str] = COMPARED_TIMES) -> dict[str, tuple[NDArray, NDArray]]:
    """Months and events of the times that are drawn."""
    return {name: (outcomes[f"{name}_day"] / DAYS_PER_MONTH, outcomes[f"{name}_event"]) for name in names}


# Names of every figure of an arm that does not depend on its drugs.
FIGURES = (
    *SHARE_COLUMNS,
    *(f"{name}{ending}" for name in TOXICITIES.values() for ending in ("_g34", "_g4", "_g34_weekly")),
    "vte",
    *ILLNESSES,
    "any_hold",
    "any_reduction",
    "any_delay",
    "toxicity_stop",
    *(f"median_{name}_month" for name in (*COMPARED_TIMES, "dor", "treatment")),
    "survival_12_month",
    "survival_24_month",
    "relative_dose_intensity",
    "cumulative_dose",
    *(f"{name}_weeks_g{least}_per_year" for name in TOXICITIES.values() for least in (MODERATE, SEVERE)),
    *(f"{name}_by_{month}_month" for name in FIRST_EVENTS for month in INCIDENCE_MONTHS),
)
