"""The hazard of venous thromboembolism: its level, and the parts of Ikaros loss and glucocorticoid."""

from __future__ import annotations

from collections.abc import Mapping

from titer.evidence.calibration.fitting import Free, Numbers, Target, fit, report
from titer.evidence.calibration.trial import Bench

HIGH, ALONE, MONO = "rd-high-dose", "dexamethasone-high-dose", "lenalidomide-alone"
FREE = (
    Free("vte.hazard", 0.0001, 2.0),
    Free("vte.imid", 1.5, 0.7),
    Free("vte.steroid", 3.0, 0.7),
)
TARGETS = (
    Target(("IMID133", "IMID137"), HIGH, "vte", 0.015, remark="serious DVT and grade 3/4 PE, added up"),
    Target(("IMID134", "IMID138"), ALONE, "vte", 0.01, remark="serious DVT and grade 3/4 PE, added up"),
    Target(("IMID120",), ALONE, "vte", 0.016, used=False),
)


def predictor(bench: Bench):
    """numbers → figures of the two arms."""

    def predict(numbers: Numbers) -> Mapping[tuple[str, str], float]:
        return bench.figures((HIGH, ALONE), numbers)

    return predict


def main(rounds: int = 3, n: int = 3000) -> None:
    """Fit, print, write."""
    bench = Bench.build(n=n)
    predict = predictor(bench)
    numbers = fit(FREE, TARGETS, predict, rounds=rounds, step=0.15)
    print(report("thrombosis", numbers, TARGETS, predict(numbers), note=bench.note))


if __name__ == "__main__":
    main()
