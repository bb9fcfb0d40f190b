"""The page that sets predictions beside published numbers: `python -m titer.evidence.report > docs/validation.md`."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from titer.evidence.calibrated import calibration_fits
from titer.evidence.expectations import EXPECTATIONS, SIMULATIONS, Expectation
from titer.evidence.pharmacokinetics import MEASURES, Exposure
from titer.evidence.stored import store_validation
from titer.evidence.validation import (
    RecordedPrediction,
    RowResult,
    judge,
    judge_measure,
    predict_on_record,
    simulate,
)
from titer.library import sources

INTRODUCTION = """\
# Validation: published and predicted

Every outcome row that a prediction is linked to, the published number with the interval that counts as met, and what
Titer predicts for it. This page is generated: `python -m titer.evidence.report > docs/validation.md`.

- **Role.** `calibration`: the number was used to set a parameter, so that meeting it shows only that the fit worked.
  `prediction`: it was not.
- **Interval of the published number.** As printed, or the 95% Wilson interval of a percentage in n patients (*from n*),
  or a declared relative band where neither was printed (*band*).
- **Interval of the prediction.** 95%, from the number of virtual patients; a typical value has none.
- **Met.** The prediction lies inside the published interval. A row that could not be predicted is shown with the
  reason.
- A row marked † is quoted from memory: its source could not be read again.
"""
HEADER = "| row | endpoint | published | predicted | role | met | remark |\n|---|---|---|---|---|---|---|"
MARKS = {True: "yes", False: "**no**", None: "–"}


def write_page(*, n: int = 1000, seed: int = 1, compare=None, progress=None, keep=None) -> str:
    """The whole page as Markdown.

    Args:
        n: virtual patients per simulation.
        seed: seed of the virtual patients.
        compare, progress: as in `titer.evidence.validation.validate`.
        keep: called with all results, n and seed, to store them.
    """
    figures = simulate(SIMULATIONS, n=n, seed=seed, progress=progress, compare=compare)
    clinical = [judge(expectation, figures[expectation.simulation]) for expectation in EXPECTATIONS]
    exposure = [judge_measure(measure) for measure in MEASURES]
    if keep is not None:
        keep(clinical + exposure, n, seed)
    parts = [INTRODUCTION, _summary(clinical + exposure, n, seed)]
    for simulation in SIMULATIONS:
        shown = [result for result in clinical if result.simulation == simulation.name]
        overrides = ", ".join(f"{name} = {value:g}" for name, value in simulation.overrides.items()) or "none"
        setting = (
            f"Population `{simulation.population}`, set for everybody: {overrides}. "
            f"{simulation.cycles} cycles, dose rules `{simulation.protocol}`."
        )
        heading = f"## {simulation.name}\n\n`{simulation.regimen}`\n\n{setting} {simulation.remark}"
        parts.append(f"{heading}\n\n{table(shown, simulation.remark)}")
    parts.append(
        "## Typical patient\n\nExposure to the drugs and the dip of platelets, without spread.\n\n" + table(exposure)
    )
    parts += [_on_record(predict_on_record(figures)), _fits()]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def table(results: Sequence[RowResult], said_above: str = "") -> str:
    """Results as a Markdown table; the part of a remark that was `said_above` is not repeated."""
    return "\n".join([HEADER, *(_line(result, said_above) for result in results)])


def _line(result: RowResult, said_above: str) -> str:
    published = (
        f"{_span(result.published, result.published_low, result.published_high)} {result.unit} ({result.interval})"
    )
    predicted = result.reason or _span(result.predicted, result.predicted_low, result.predicted_high)
    mark = "" if result.confirmed else " †"
    endpoint = " + ".join(row.endpoint for row in result.rows)
    remark = result.remark.replace(said_above, "").strip() if said_above else result.remark
    cells = (result.id + mark, endpoint, published, predicted, result.role, MARKS[result.met], remark)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _span(value: float, low: float, high: float) -> str:
    if math.isnan(low):
        return _number(value)
    if math.isnan(value):  # only a range was printed
        return f"{_number(low)} to {_number(high)}"
    return f"{_number(value)} ({_number(low)} to {_number(high)})"


def _number(value: float) -> str:
    if math.isinf(value) or math.isnan(value):
        return "not reached"
    if abs(value) < 1e-9:  # an interval's lower end, zero but for rounding
        return "0"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _summary(results: Sequence[RowResult], n: int, seed: int) -> str:
    lines = [
        f"{n:,} virtual patients per simulation, seed {seed}.",
        "",
        "| role | rows | met | missed | not predicted |",
    ]
    lines.append("|---|---|---|---|---|")
    for role in ("calibration", "prediction"):
        verdicts = [result.met for result in results if result.role == role]
        counts = [len(verdicts), verdicts.count(True), verdicts.count(False), verdicts.count(None)]
        lines.append(f"| {role} | " + " | ".join(str(count) for count in counts) + " |")
    return "\n".join(lines)


def _on_record(predictions: Sequence[RecordedPrediction]) -> str:
    lines = [
        "## On record",
        "",
        "Predicted before a published row was in the tables. Fractions from 0 to 1, times in months.",
        "",
        "| simulation | figure | predicted |",
        "|---|---|---|",
    ]
    for item in predictions:
        shown = item.estimate.reason or _span(item.estimate.value, item.estimate.low, item.estimate.high)
        lines.append(f"| {item.simulation} | {item.figure} | {shown} |")
    return "\n".join(lines)


def _fits() -> str:
    """Numbers that the calibration scripts set, and their targets that no table above holds."""
    declared: list[Expectation | Exposure] = [*EXPECTATIONS, *MEASURES]
    shown = {row for item in declared for row in item.rows}
    lines = ["## Calibration", "", "What the scripts in `evidence/calibration/` fitted, and how closely.", ""]
    for fit in calibration_fits():
        numbers = ", ".join(f"`{name}` {value:.3g}" for name, value in fit.numbers.items())
        lines += [f"**{fit.name}**: {numbers}.", ""]
        others = [line for line in fit.lines if not shown & set(line["rows"].split("+"))]
        if others:
            lines += ["| target | simulation | figure | published | fitted | role |", "|---|---|---|---|---|---|"]
            lines += [_fit_line(line) for line in others]
            lines.append("")
    return "\n".join(lines)


def _fit_line(line: Mapping[str, Any]) -> str:
    fitted = "not reached" if line["predicted"] is None else _number(line["predicted"])
    target = _target_text(line["rows"])
    cells = (target, line["simulation"], line["figure"], _number(line["published"]), fitted, line["role"])
    return "| " + " | ".join(cells) + " |"


def _target_text(rows: str) -> str:
    """Ids of outcome rows as they are; a publication that no table holds by its citation."""
    if rows == "srimani":
        return "Srimani 2022, model"
    source = getattr(sources, rows, None)
    return source.citation if source else rows


def main() -> None:
    """Write the page to standard output, progress to standard error; store the results for reports."""

    def progress(done: int, total: int, what: str) -> None:
        print(f"{done}/{total} {what}", file=sys.stderr)

    sys.stdout.write(write_page(progress=progress, keep=store_validation))


if __name__ == "__main__":
    main()
