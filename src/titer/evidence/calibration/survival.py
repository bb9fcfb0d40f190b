"""The hazard of death, from median overall survival on lenalidomide with dexamethasone.

Treatment goes on as planned for four years, whatever the M-protein does: nobody printed how later lines changed the
course, so a tumour that grows on, up to `burden_top`, stands for them. The control arm of the trials crossed over to
lenalidomide in many patients; its survival is compared, not fitted.
"""

from __future__ import annotations

import numpy as np

from titer.evidence.calibration.fitting import Target, report
from titer.evidence.calibration.trial import Bench

MONTH = 365.25 / 12
DAYS = np.linspace(0.0, 72 * MONTH, 145)
NAME = "death.hazard"
TARGETS = (
    Target(("IMID093",), "rd-high-dose", "median_os_month", 0.03, relative=True),
    Target(
        ("IMID094",), "dexamethasone-high-dose", "median_os_month", 0.1, relative=True, used=False, remark="crossover"
    ),
    Target(("IMID153",), "lenalidomide-alone", "median_os_month", 0.1, relative=True, used=False),
)


def cumulative(bench: Bench, name: str) -> np.ndarray:
    """Cumulative hazard of each patient at DAYS, for a typical hazard of 1 per day. Shape (n_patients, n_times)."""
    now = next(m for m in bench.system.models if m.key == "death").parameter("hazard").value
    found = bench.unchanging(name, {}, DAYS, ["death_hazard"])["death_hazard"]
    steps = np.diff(DAYS) * (found[:, 1:] + found[:, :-1]) / 2
    return np.concatenate([np.zeros((len(found), 1)), np.cumsum(steps, axis=1)], axis=1) / now


def median_month(cumulative_hazard: np.ndarray, hazard: float) -> float:
    """When half of the patients have died, month; infinite where fewer do within the simulated time."""
    alive = np.exp(-hazard * cumulative_hazard).mean(axis=0)
    return float(np.interp(-0.5, -alive, DAYS / MONTH)) if alive[-1] < 0.5 else np.inf


def main(n: int = 1000) -> None:
    """Solve for the hazard, print, write. The hazard scales everything, so one run of each simulation is enough."""
    from scipy.optimize import brentq

    bench = Bench.build(n=n)
    courses = {t.simulation: cumulative(bench, t.simulation) for t in TARGETS}
    wanted = TARGETS[0]
    hazard = brentq(lambda h: median_month(courses[wanted.simulation], h) - wanted.published, 1e-4, 1e-2, xtol=1e-7)
    found = {(t.simulation, t.figure): median_month(courses[t.simulation], hazard) for t in TARGETS}
    print(report("survival", {NAME: hazard}, TARGETS, found, note=f"{n} patients, seed {bench.seed}, no clinic"))


if __name__ == "__main__":
    main()
