"""Runs what `expectations` declares and sets every prediction beside the published number.

Each distinct simulation runs once, through the same public function as `titer compare`. A row that cannot be predicted
is a result too, with the reason; no row is left out of the list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from titer.errors import InputError, nearest
from titer.evidence.expectations import EXPECTATIONS, ON_RECORD, SIMULATIONS, Expectation, Role, Simulation
from titer.evidence.outcomes import OutcomeRow, binomial_interval, find_outcome
from titer.evidence.pharmacokinetics import MEASURES, Exposure

# progress(done, total, what is being computed)
Progress = Callable[[int, int, str], None]
# compare_regimens(regimens, population=, n=, cycles=, seed=, protocol=, overrides=) -> Comparison
Compare = Callable[..., Any]

SHARES_OF_PATIENTS = (
    "orr",
    "vgpr_or_better",
    "cr",
    "neutropenia_g34",
    "thrombocytopenia_g34",
    "anaemia_g34",
    "vte",
    "any_hold",
    "any_reduction",
)
LOWER_END = "value = lower end"  # so says the endpoint of a row whose source prints a range and no middle
FRACTIONS = (*SHARES_OF_PATIENTS, "relative_dose_intensity")


@dataclass(frozen=True)
class Estimate:
    """A predicted figure with its 95% interval; `reason` says why there is none, and the numbers are then NaN."""

    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    reason: str = ""

    def scaled(self, factor: float) -> Estimate:
        return Estimate(self.value * factor, self.low * factor, self.high * factor, self.reason)


@dataclass(frozen=True)
class RowResult:
    """A published number and what is predicted for it, both in the unit of the row.

    Args:
        rows: the outcome rows; more than one where their values add up.
        simulation: name of the simulation, or of the population of a pharmacokinetic check.
        figure: what was predicted.
        unit: unit of all six numbers, as printed in the table.
        published, published_low, published_high: the number (NaN where only a range was printed) and the interval that
            counts as met.
        interval: where that interval comes from: "printed", "printed range", "from n" (95% Wilson) or "band" (declared,
            relative).
        predicted, predicted_low, predicted_high: NaN where nothing could be predicted; the interval is NaN where the
            prediction is a typical value.
        role: "calibration" or "prediction".
        met: the prediction lies inside the published interval; None where nothing could be predicted.
        remark: what differs between the source and the simulation.
        reason: why nothing could be predicted; empty otherwise.
    """

    rows: tuple[OutcomeRow, ...]
    simulation: str
    figure: str
    unit: str
    published: float
    published_low: float
    published_high: float
    interval: str
    predicted: float
    predicted_low: float
    predicted_high: float
    role: Role
    met: bool | None
    remark: str
    reason: str

    @property
    def id(self) -> str:
        """Row ids joined by `+`."""
        return "+".join(row.id for row in self.rows)

    @property
    def confirmed(self) -> bool:
        """Whether every source behind the published number could be read again."""
        return all(row.confirmed for row in self.rows)

    def as_record(self) -> dict[str, Any]:
        """Plain numbers and words, ready for JSON; what could not be predicted is None."""
        record = {name: getattr(self, name) for name in RowResult.__dataclass_fields__ if name != "rows"}
        cleaned = {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in record.items()}
        endpoint = " + ".join(row.endpoint for row in self.rows)
        return {"id": self.id, "endpoint": endpoint, "confirmed": self.confirmed, **cleaned}


@dataclass(frozen=True)
class RecordedPrediction:
    """A figure put on record before a published row of it is in the tables."""

    simulation: str
    figure: str
    estimate: Estimate


def validate(
    rows: Sequence[str] | None = None,
    *,
    n: int = 1000,
    seed: int = 1,
    progress: Progress | None = None,
    compare: Compare | None = None,
) -> list[RowResult]:
    """Every prediction beside the published figure it should meet.

    Args:
        rows: ids of outcome rows; None for all that are linked.
        n: virtual patients per simulation.
        seed: seed of the virtual patients.
        progress: called before each simulation and once at the end.
        compare: function with the signature of `titer.decisions.compare.compare_regimens`, which is the default.

    Returns:
        Pharmacokinetic rows first, then clinical rows, in declared order.

    Raises:
        InputError: a row id that does not exist or that no expectation is linked to.

    Example:
        >>> [result] = validate(["IMID016"])
        >>> result.role, result.unit
        ('calibration', '% increase')
    """
    measures, expectations = _select(rows)
    needed = [s for s in SIMULATIONS if s.name in {e.simulation for e in expectations}]
    figures = simulate(needed, n=n, seed=seed, progress=progress, compare=compare)
    results = [judge_measure(measure) for measure in measures]
    return results + [judge(expectation, figures[expectation.simulation]) for expectation in expectations]


def predict_on_record(figures: Mapping[str, Mapping[str, Estimate]]) -> list[RecordedPrediction]:
    """Figures of simulations already run that no outcome row is linked to yet."""
    return [
        RecordedPrediction(name, figure, _estimate(figures[name], figure))
        for name, figure in ON_RECORD
        if name in figures
    ]


def simulate(
    simulations: Sequence[Simulation],
    *,
    n: int,
    seed: int,
    progress: Progress | None = None,
    compare: Compare | None = None,
) -> dict[str, dict[str, Estimate]]:
    """Figures of every simulation, each run once. Name of the simulation → figure → estimate.

    A simulation that the package refuses (an unknown word in the regimen, a covariate that the population lacks) gives
    no figures; the reason is kept under the figure "".
    """
    figures: dict[str, dict[str, Estimate]] = {}
    for done, simulation in enumerate(simulations):
        _report(progress, done, len(simulations), simulation.name)
        figures[simulation.name] = _run(simulation, n=n, seed=seed, compare=compare or _default_compare())
    _report(progress, len(simulations), len(simulations), "done")
    return figures


def judge(expectation: Expectation, figures: Mapping[str, Estimate]) -> RowResult:
    """One clinical row against one figure."""
    simulation = next(s for s in SIMULATIONS if s.name == expectation.simulation)
    rows = tuple(find_outcome(identifier) for identifier in expectation.rows)
    factor = 100.0 if expectation.figure in FRACTIONS else 1.0
    estimate = _estimate(figures, expectation.figure).scaled(factor)
    remark = " ".join(part for part in (expectation.remark, simulation.remark) if part)
    return _result(rows, expectation, simulation.name, expectation.figure, estimate, remark)


def judge_measure(measure: Exposure) -> RowResult:
    """One pharmacokinetic row against the typical value of the model."""
    rows = tuple(find_outcome(identifier) for identifier in measure.rows)
    return _result(rows, measure, measure.setting, measure.name, Estimate(measure.predict()), measure.remark)


def published_interval(rows: Sequence[OutcomeRow], within: float, *, counted: bool) -> tuple[float, float, float, str]:
    """Value, low and high of a published number, and where the interval comes from.

    Several rows add up. The printed interval is taken where there is one; else, where the number is a share of n
    patients (`counted`), its Wilson interval; else the band `within`, relative to the value, and of a share up to 100%.
    Where the source prints a range and no middle, the value is NaN and the range is what a prediction must meet.

    Example:
        >>> published_interval([find_outcome("IMID024")], 0.25, counted=False)
        (7.25, 6.23, 8.56, 'printed')
    """
    value, first = sum(row.value for row in rows), rows[0]
    if len(rows) == 1 and first.low is not None and first.high is not None:
        if LOWER_END in first.endpoint:
            value = math.nan
        return value, first.low, first.high, "printed range" if first.interval_is_range else "printed"
    if counted and all(row.unit == "%" and row.n for row in rows):
        low, high = binomial_interval(value / 100, min(row.n for row in rows if row.n))
        return value, 100 * low, 100 * high, "from n"
    most = 100.0 if all(row.is_percentage or row.unit == "% of dose" for row in rows) else math.inf
    return value, value - within * abs(value), min(value + within * abs(value), most), "band"


def _result(rows, expectation, simulation: str, figure: str, estimate: Estimate, remark: str) -> RowResult:
    counted = figure in SHARES_OF_PATIENTS
    value, low, high, interval = published_interval(rows, expectation.within, counted=counted)
    met = None if math.isnan(estimate.value) else bool(low <= estimate.value <= high)
    return RowResult(
        rows=rows,
        simulation=simulation,
        figure=figure,
        unit=rows[0].unit,
        published=value,
        published_low=low,
        published_high=high,
        interval=interval,
        predicted=estimate.value,
        predicted_low=estimate.low,
        predicted_high=estimate.high,
        role=expectation.role,
        met=met,
        remark=remark,
        reason=estimate.reason,
    )


def _select(rows: Sequence[str] | None) -> tuple[list[Exposure], list[Expectation]]:
    if rows is None:
        return list(MEASURES), list(EXPECTATIONS)
    wanted = set(rows)
    declared: list[Exposure | Expectation] = [*MEASURES, *EXPECTATIONS]
    linked = {identifier for item in declared for identifier in item.rows}
    for identifier in rows:
        find_outcome(identifier)
        if identifier not in linked:
            raise InputError(f"no prediction is linked to row {identifier}", hint=nearest(identifier, linked))
    return (
        [item for item in MEASURES if wanted & set(item.rows)],
        [item for item in EXPECTATIONS if wanted & set(item.rows)],
    )


def _run(simulation: Simulation, *, n: int, seed: int, compare: Compare) -> dict[str, Estimate]:
    try:
        comparison = compare(
            [simulation.regimen],
            population=simulation.population,
            n=n,
            cycles=simulation.cycles,
            seed=seed,
            protocol=simulation.protocol,
            overrides=dict(simulation.overrides),
        )
    except InputError as refusal:
        return {"": Estimate(reason=str(refusal))}
    (arm,) = comparison.arms
    return {name: Estimate(figure.value, figure.low, figure.high) for name, figure in arm.figures.items()}


def _estimate(figures: Mapping[str, Estimate], figure: str) -> Estimate:
    if "" in figures:
        return figures[""]
    if figure not in figures:
        return Estimate(reason=f"the comparison does not report '{figure}'")
    estimate = figures[figure]
    if estimate.value is None or math.isnan(estimate.value):
        return Estimate(reason=f"'{figure}' was not reached in the simulated time")
    return estimate


def _report(progress: Progress | None, done: int, total: int, what: str) -> None:
    if progress is not None and total:
        progress(done, total, what)


def _default_compare() -> Compare:
    from titer.decisions.compare import compare_regimens  # heavy: brings the engine in

    return compare_regimens
