"""Neutrophils, platelets and haemoglobin: the block, the spread and the tumour's share, from grade 3 and 4 events.

Dose rules are active, so a patient whose count falls is held before it falls further, as in the trials.
"""

from __future__ import annotations

from collections.abc import Mapping

from titer.evidence.calibration.fitting import Free, Numbers, Target, fit, report
from titer.evidence.calibration.trial import Bench

HIGH, ALONE, MONO, WEEKLY = "rd-high-dose", "dexamethasone-high-dose", "lenalidomide-alone", "rd-weekly"
FREE = (
    Free("neutrophils.half_block", 0.57, 0.3),
    Free("neutrophils.half_block:cv", 0.27, 0.3),
    Free("platelets.slope:omega2", 1.0, 0.4, high=2.5),
    Free("platelets.slope_line", 0.6, 0.5),
    Free("haemoglobin.crowding", 0.35, 0.3),
    Free("haemoglobin.block", 0.28, 0.5, high=0.6),
)
TARGETS = (
    Target(("IMID139",), HIGH, "neutropenia_g34", 0.025),
    Target(
        ("IMID105",), HIGH, "neutropenia_g34", 0.037, used=False, remark="one of the two trials behind the pooled row"
    ),
    Target(
        ("IMID115",), HIGH, "neutropenia_g34", 0.034, used=False, remark="one of the two trials behind the pooled row"
    ),
    Target(("IMID154",), MONO, "neutropenia_g34", 0.033),
    Target(("IMID141",), HIGH, "thrombocytopenia_g34", 0.017),
    Target(("IMID155",), MONO, "thrombocytopenia_g34", 0.033),
    Target(("IMID143",), HIGH, "anaemia_g34", 0.016),
    Target(("IMID144",), ALONE, "anaemia_g34", 0.012, used=False, remark="causes outside the model"),
    Target(("IMID116",), ALONE, "neutropenia_g34", 0.011, used=False),
    Target(("IMID117",), HIGH, "thrombocytopenia_g34", 0.024, used=False),
    Target(("IMID142",), ALONE, "thrombocytopenia_g34", 0.013, used=False),
)


def predictor(bench: Bench):
    """numbers → figures of the three simulations."""

    def predict(numbers: Numbers) -> Mapping[tuple[str, str], float]:
        return bench.figures((HIGH, ALONE, MONO), numbers)

    return predict


def main(rounds: int = 4, n: int = 1500) -> None:
    """Fit, print, write."""
    bench = Bench.build(n=n)
    predict = predictor(bench)
    numbers = fit(FREE, TARGETS, predict, rounds=rounds, step=0.15)
    print(report("marrow", numbers, TARGETS, predict(numbers), note=bench.note))


if __name__ == "__main__":
    main()
