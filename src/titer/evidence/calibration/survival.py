"""The hazard of death, from median overall survival on lenalidomide with dexamethasone.

Treatment goes on as planned for four years, whatever the M-protein does: nobody printed how later lines changed the
course, so a tumour that grows on, up to `burden_top`, stands for them. The control arm of the trials crossed over to
lenalidomide in many patients; its survival is compared, not fitted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from titer.evidence.calibration.fitting import Free, Numbers, Target, fit, report
from titer.evidence.calibration.trial import Bench

MONTH = 365.25 / 12
DAYS = np.linspace(0.0, 72 * MONTH, 145)
FREE = (Free("death.hazard", 0.0004, 3.0),)
TARGETS = (
    Target(("IMID093",), "rd-high-dose", "median_os_month", 0.03, relative=True),
    Target(("IMID094",), "dexamethasone-high-dose", "median_os_month", 0.1, relative=True, used=False, remark="crossover"),
    Target(("IMID153",), "lenalidomide-alone", "median_os_month", 0.1, relative=True, used=False),
)


def predictor(bench: Bench):
    """numbers → median overall survival of each simulation, month."""

    def predict(numbers: Numbers) -> Mapping[tuple[str, str], float]:
        return {(t.simulation, t.figure): _median(bench, t.simulation, numbers) for t in TARGETS}

    return predict


def _median(bench: Bench, name: str, numbers: Numbers) -> float:
    hazard = bench.unchanging(name, numbers, DAYS, ["death_hazard"])["death_hazard"]
    steps = np.diff(DAYS) * (hazard[:, 1:] + hazard[:, :-1]) / 2
    alive = np.exp(-np.cumsum(steps, axis=1)).mean(axis=0)
    return float(np.interp(-0.5, -alive, DAYS[1:] / MONTH)) if alive[-1] < 0.5 else np.inf


def main(rounds: int = 5, n: int = 300) -> None:
    """Fit, print, write."""
    predict = predictor(Bench.build(n=n))
    numbers = fit(FREE, TARGETS, predict, rounds=rounds)
    print(report("survival", numbers, TARGETS, predict(numbers)))


if __name__ == "__main__":
    main()
