"""The drive to die and the resistant clone: shape of Srimani 2022, response and time to progression of the trials."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from titer.evidence.calibration.fitting import Free, Numbers, Target, fit, present, report
from titer.evidence.calibration.srimani import m_protein_course
from titer.evidence.calibration.trial import Bench, simulation

WEEKS = (4, 8, 13, 26, 52)
QUARTILES = (0.25, 0.5, 0.75)
SHAPE = "rd-weekly, no dose changes"

FREE = (
    Free("myeloma.kill_ikaros", 0.73, 0.7),
    Free("myeloma.kill_immune", 0.36, 0.7),
    Free("myeloma.kill_glucocorticoid", 0.82, 0.7),
    Free("myeloma.kill_synergy", 1.1, 0.7),
    Free("myeloma.priming_half", 0.075, 0.5),
    Free("myeloma.sensitivity_line", 0.59, 0.5),
    Free("myeloma.k_response", 0.0364, 0.15),
    Free("myeloma.growth", 0.0046, 0.4),
    Free("myeloma.growth:omega2", 0.34, 0.5),
    Free("myeloma.clone_start", 0.0068, 1.0),
    Free("myeloma.clone_start:omega2", 2.65, 0.5),
    Free("myeloma.clone_line", 0.5, 0.7),
    Free("myeloma.clone_control", 0.21, 0.7, high=0.9),
)


def _rows() -> list[Target]:
    weekly, high, alone, mono = "rd-weekly", "rd-high-dose", "dexamethasone-high-dose", "lenalidomide-alone"
    return [
        Target(("IMID268",), weekly, "orr", 0.02),
        Target(("IMID085",), high, "orr", 0.026),
        Target(("IMID095",), high, "vgpr_or_better", 0.03),
        Target(("IMID089",), high, "median_ttp_month", 0.15, relative=True, remark="later cut-off of the two below"),
        Target(("IMID101",), high, "median_ttp_month", 0.15, relative=True),
        Target(("IMID113",), high, "median_ttp_month", 0.15, relative=True),
        Target(("IMID086",), alone, "orr", 0.022),
        Target(("IMID090",), alone, "median_ttp_month", 0.10, relative=True),
        Target(("IMID149",), mono, "orr", 0.03),
        Target(("IMID151",), mono, "median_ttp_month", 0.15, relative=True),
        Target(("IMID585",), weekly, "median_dor_month", 0.1, relative=True, used=False),
        Target(("IMID087",), high, "cr", 0.02, used=False, remark="needs immunofixation, which is not simulated"),
        Target(("IMID091",), high, "median_dor_month", 0.1, relative=True, used=False),
        Target(("IMID088",), alone, "cr", 0.01, used=False),
        Target(("IMID092",), alone, "median_dor_month", 0.15, relative=True, used=False),
        Target(("IMID255",), "rd-weekly-chinese", "orr", 0.036, used=False),
    ]


def shape(bench: Bench, numbers: Numbers) -> np.ndarray:
    """M-protein over its start without dose changes, at WEEKS. Shape (n_patients, n_weeks)."""
    days = 7.0 * np.array((0, *WEEKS))
    values = bench.unchanging("rd-weekly", numbers, days, ["m_protein"])["m_protein"]
    return values[:, 1:] / values[:, :1]


def _shape_targets(bench: Bench) -> list[Target]:
    published = m_protein_course(bench.cohort(simulation("rd-weekly")), 7.0 * np.array(WEEKS), bench.seed)
    return [
        Target((), SHAPE, f"week {week}, quantile {q}", 0.3, relative=True, value=float(value))
        for week, values in zip(WEEKS, np.quantile(published, QUARTILES, axis=0).T, strict=True)
        for q, value in zip(QUARTILES, values, strict=True)
    ]


def predictor(bench: Bench, names: tuple[str, ...], *, smooth: bool):
    """numbers → (simulation, figure) → value: the trials by name and the quantiles of the shape."""

    def predict(numbers: Numbers) -> Mapping[tuple[str, str], float]:
        quantiles = np.quantile(shape(bench, numbers), QUARTILES, axis=0).T
        shapes = {
            (SHAPE, f"week {week}, quantile {q}"): float(value)
            for week, values in zip(WEEKS, quantiles, strict=True)
            for q, value in zip(QUARTILES, values, strict=True)
        }
        return shapes | dict(bench.figures(names, numbers, smooth=smooth))

    return predict


def main(rounds: int = 6, n: int = 1200) -> None:
    """Fit, print, write."""
    bench = Bench.build(n=n)
    targets = [*_rows(), *_shape_targets(bench)]
    fitted = tuple(dict.fromkeys(t.simulation for t in targets if t.used and t.simulation != SHAPE))
    numbers = fit(FREE, targets, predictor(bench, fitted, smooth=True), start=present(FREE), rounds=rounds)
    everything = tuple(dict.fromkeys(t.simulation for t in targets if t.simulation != SHAPE))
    print(report("myeloma", numbers, targets, predictor(bench, everything, smooth=False)(numbers), note=bench.note))


if __name__ == "__main__":
    main()
