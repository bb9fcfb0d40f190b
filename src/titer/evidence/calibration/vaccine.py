"""Cells and rates of the humoral model, by the titres of adults after hepatitis A vaccine: their ratios, their spread.

Titres are in units of activity, so that only ratios between them are used. The level in nmol/L follows from the numbers
of cells that are expected in the whole body and from IgG in mass units. 95% of people have 7.5 ug/mL or more against
spike protein after two doses of mRNA vaccine, so that a typical one has 40 with the spread below. Against tetanus
toxin, a protein vaccine with alum, people have 50/390 as much as against part of the spike: 1 to 5 ug/mL. An assay of
all antibody counts binding sites, of which IgM shows five for each of IgG.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from titer.decisions.response import follow_response, prepare
from titer.engine import Kernel
from titer.evidence.calibration.fitting import Free, Numbers, Target, changed_models, fit, report
from titer.library import models, threats
from titer.model import Challenge, Model, with_threat
from titer.patients.cohort import Cohort

MONTH = 365.25 / 12
TWO_DOSES, ONE_DOSE = "doses in months 0 and 6", "one dose"
BOOSTER = 6 * MONTH
TIMES = {"day 14": 14.0, "day 30": 30.0, "month 6": BOOSTER - 1e-3}
TIMES |= {f"month {k}": k * MONTH for k in (7, 12, 36)} | {"year 15": 180 * MONTH}
IGM_SITES = 5.0  # ten binding sites, where IgG has two
PEOPLE, SEED = 400, 2024
VARYING = ("humoral.naive_b_rest", "humoral.naive_t_rest", "humoral.half_t")

FREE = (
    Free("humoral.naive_t_rest", 10000, 0.4),  # seven epitopes, 1445 each (Chen 2014); 0.1 per million of 1e11
    Free("humoral.naive_b_rest", 500000, 0.7),  # 10 per million of 5e10 in the body
    Free("humoral.half_b", 1000, 1.5),
    Free("humoral.divide_b", 2 / 24, 0.3),  # division every 8 hours
    Free("humoral.ripening", 0.7 / 24, 0.5),
    Free("humoral.switching", 0.1 / 24, 0.4),  # titres do not tell; IgM leads for two weeks
    Free("humoral.long", 0.1, 1.5, high=1.0),
    Free("humoral.lasting", 0.3, 1.0, high=1.0),
)
LEVEL = math.sqrt(1.0 * 5.0) / 0.15  # nmol/L: middle of 1 and 5 ug/mL, IgG of 150 kDa


def _titre(figure: str, value: float, tolerance: float, source: str, **more) -> Target:
    return Target((), TWO_DOSES, figure, tolerance, relative=True, value=value, source=source, **more)


TARGETS = (
    _titre("day 14 / day 30", 150 / 380, 0.15, "HEPATITIS_A_1994"),
    _titre("month 6 / day 30", 125 / 380, 0.15, "HEPATITIS_A_1994"),
    _titre("month 7 / month 6", 3090 / 125, 0.15, "HEPATITIS_A_1994"),
    _titre("month 12 / month 7", 0.40, 0.15, "HEPATITIS_A_DECAY_1994"),
    _titre("month 36 / month 12", 0.86**2, 0.1, "HEPATITIS_A_DECAY_1994"),
    _titre("month 7", LEVEL, 0.4, "TETANUS_IGG_2025", remark="nmol/L; with SPIKE_IGG"),
    _titre("year 15 / month 7", 289.2 / 3090, 0.3, "HEPATITIS_A_15_YEARS", used=False, remark="month 7 of 1994"),
)
# Where the search begins: from other points it may end in a state without a proper booster.
START = {
    "humoral.naive_t_rest": 15000,
    "humoral.naive_b_rest": 1.4e6,
    "humoral.half_b": 1200,
    "humoral.divide_b": 0.08,
    "humoral.ripening": 0.038,
    "humoral.switching": 0.0033,
    "humoral.long": 0.043,
    "humoral.lasting": 0.74,
}
# 95% interval of a geometric mean, 190.6-230.6 in 435 people, times the root of their number
PUBLISHED_SPREAD = math.log10(230.6 / 190.6) / (2 * 1.96) * math.sqrt(435)
SPREAD = Target((), ONE_DOSE, "log10 SD, month 12", 0.05, value=PUBLISHED_SPREAD, source="HEPATITIS_A_SPREAD")


def _members(numbers: Numbers) -> list[Model]:
    """The tissue with the vaccine in it, and the humoral model."""
    return [
        with_threat(models()["antigen"], threats()["vaccine-protein"]),
        *changed_models([models()["humoral"]], numbers),
    ]


@cache
def _kernel() -> Kernel:
    return prepare(_members({}), outputs=["antibody", "igm"], method="stiff")


def titres(kernel: Kernel, doses: Sequence[float], days: Sequence[float], **more) -> np.ndarray:
    """Binding sites of all antibody as IgG, nmol/L, after doses on some days. Shape (n_patients, n_times)."""
    given = [Challenge(day, "threat", threats()["vaccine-protein"].dose) for day in doses]
    series = follow_response(kernel, days, challenges=given, seed=SEED, threads=1, **more).series
    return series["antibody"] + IGM_SITES * series["igm"]


def predict(numbers: Numbers) -> Mapping[tuple[str, str], float]:
    """numbers -> titre and ratios of titres of the typical person."""
    values = titres(_kernel(), (0.0, BOOSTER), list(TIMES.values()), changed=numbers)[0]
    found = dict(zip(TIMES, values, strict=True))
    asked = {target.figure: target.figure.partition(" / ") for target in TARGETS}
    return {(TWO_DOSES, figure): found[above] / found.get(below, 1.0) for figure, (above, _, below) in asked.items()}


def spread(numbers: Numbers) -> float:
    """SD of log10 titres a year after one dose."""
    kernel = prepare(_members(numbers), outputs=["antibody", "igm"], method="stiff")
    people = Cohort(np.arange(PEOPLE), {}, {})
    return float(np.log10(titres(kernel, (0.0,), [365.25], cohort=people)[:, 0]).std(ddof=1))


def fit_spread(numbers: Numbers) -> dict[str, float]:
    """One and the same variance of the logarithm for each of `VARYING`, so that titres spread as published."""
    from scipy.optimize import brentq

    def variances(omega2: float) -> dict[str, float]:
        return {f"{name}:omega2": omega2 for name in VARYING}

    found = brentq(lambda omega2: spread({**numbers, **variances(omega2)}) - PUBLISHED_SPREAD, 0.02, 3.0, xtol=1e-3)
    return variances(float(found))


def main(rounds: int = 30) -> None:
    """Fit, print, write."""
    typical = fit(FREE, TARGETS, predict, start=START, rounds=rounds, step=0.02)
    numbers = {**typical, **fit_spread(typical)}
    found = {**predict(typical), (ONE_DOSE, SPREAD.figure): spread(numbers)}
    note = f"ratios of the typical person; spread of {PEOPLE} people, seed {SEED}"
    print(report("vaccine", numbers, (*TARGETS, SPREAD), found, note=note))


if __name__ == "__main__":
    main()
