"""Weighted least squares of model numbers to outcome rows, with weak expectations where the rows say little."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from titer.evidence.outcomes import find_outcome
from titer.library import models as library_models
from titer.model import Model

RESULTS = Path(__file__).parent / "results"
Numbers = Mapping[str, float]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Free:
    """A number to be fitted.

    Args:
        name: flat parameter name, "myeloma.growth"; a spread is "myeloma.growth:omega2" (or :cv, :sd).
        expected: what one would guess without the rows, and the starting point.
        doubt: standard deviation of its logarithm around that guess.
        low, high: bounds.
    """

    name: str
    expected: float
    doubt: float
    low: float = 1e-9
    high: float = 1e9


@dataclass(frozen=True)
class Target:
    """A published figure and how closely it should be met.

    Args:
        rows: outcome rows; values add up. Empty for a figure from elsewhere, which then gives `value`.
        simulation: name of the simulation that predicts it.
        figure: name of the predicted figure.
        tolerance: standard deviation; of the logarithm where `relative`.
        used: False for rows that are only predicted.
        value: published value in the unit of the figure, where there is no row.
        source: name of the publication in `titer.library.sources` that has it, or "srimani" for that published model.
    """

    rows: tuple[str, ...]
    simulation: str
    figure: str
    tolerance: float
    relative: bool = False
    used: bool = True
    value: float = math.nan
    remark: str = ""
    source: str = "srimani"

    @property
    def published(self) -> float:
        """Shares as fractions, times in months."""
        if not self.rows:
            return self.value
        rows = [find_outcome(row) for row in self.rows]
        total = sum(row.value for row in rows)
        return total / 100 if rows[0].unit.startswith("%") else total

    def residual(self, predicted: float) -> float:
        if not math.isfinite(predicted):
            return 5.0  # a median that is not reached within the simulated time
        if self.relative:
            return math.log(max(predicted, 1e-6) / self.published) / self.tolerance
        return (predicted - self.published) / self.tolerance


def changed_models(models: Sequence[Model], numbers: Numbers) -> tuple[Model, ...]:
    """The models with other values or spreads of some parameters."""
    return tuple(_changed(model, numbers) for model in models)


def _changed(model: Model, numbers: Numbers) -> Model:
    parameters = []
    for parameter in model.parameters:
        flat = f"{model.key}.{parameter.name}"
        fields: dict[str, Any] = {
            key.partition(":")[2] or "value": v for key, v in numbers.items() if key.split(":")[0] == flat
        }
        parameters.append(replace(parameter, **fields) if fields else parameter)
    return replace(model, parameters=tuple(parameters))


def present(free: Sequence[Free]) -> dict[str, float]:
    """The numbers as the library holds them now, to go on from an earlier fit."""
    held = {}
    for one in free:
        flat, _, field = one.name.partition(":")
        key, _, parameter = flat.partition(".")
        held[one.name] = getattr(library_models()[key].parameter(parameter), field or "value")
    return held


def fit(
    free: Sequence[Free],
    targets: Sequence[Target],
    predict: Callable[[Numbers], Mapping[tuple[str, str], float]],
    *,
    start: Numbers | None = None,
    rounds: int = 4,
    step: float = 0.08,
    tell: Progress = print,
) -> dict[str, float]:
    """Numbers that meet the used targets best (Gauss-Newton on logarithms, with common random numbers).

    Args:
        free: what may change.
        targets: rows; those with `used` are fitted.
        predict: numbers → (simulation, figure) → predicted value; must use the same patients at every call.
        start: where to begin; the expected values where None.
        rounds: evaluations of the gradient at most.
        step: relative step of the difference quotient; large, because shares of patients move in steps.
        tell: called with a line after each evaluation.
    """
    from scipy.optimize import least_squares

    names = [f.name for f in free]
    centre = np.log([f.expected for f in free])
    doubt = np.array([f.doubt for f in free])
    begin = np.log([(start or {}).get(f.name, f.expected) for f in free])
    bounds = np.log([f.low for f in free]), np.log([f.high for f in free])
    used = [t for t in targets if t.used]

    def residuals(x):
        found = predict(dict(zip(names, np.exp(x), strict=True)))
        rows = [t.residual(found[t.simulation, t.figure]) for t in used]
        tell(f"  squares {np.square(rows).sum():8.2f}   " + " ".join(f"{v:.4g}" for v in np.exp(x)))
        return np.array([*rows, *((x - centre) / doubt)])

    def jacobian(x):
        base = residuals(x)
        columns = [(residuals(x + step * unit) - base) / step for unit in np.eye(len(x))]
        return np.stack(columns, axis=1)

    best = least_squares(residuals, begin, jac=jacobian, bounds=bounds, max_nfev=rounds, x_scale=doubt)
    return dict(zip(names, np.exp(best.x).tolist(), strict=True))


def report(
    name: str, numbers: Numbers, targets: Sequence[Target], found: Mapping[tuple[str, str], float], *, note: str = ""
) -> str:
    """Write `results/<name>.json` and give the same as a table to print."""
    rows = [_line(t, found[t.simulation, t.figure]) for t in targets]
    RESULTS.mkdir(exist_ok=True)
    body = {"calibration": name, "note": note, "numbers": dict(numbers), "rows": rows}
    (RESULTS / f"{name}.json").write_text(json.dumps(body, indent=1) + "\n")
    lines = [f"{key:38s} {value:.4g}" for key, value in numbers.items()]
    lines += [
        f"{r['rows']:18s} {r['simulation']:26s} {r['figure']:22s} published {r['published']:8.3f}"
        f"  predicted {r['predicted'] if r['predicted'] is not None else math.nan:8.3f}  {r['role']}"
        for r in rows
    ]
    return "\n".join(lines)


def _line(target: Target, predicted: float) -> dict[str, Any]:
    record = asdict(target)
    kept = {key: record[key] for key in ("simulation", "figure", "remark")}
    return {
        "rows": "+".join(target.rows) or target.source,
        **kept,
        "published": round(target.published, 4),
        "predicted": round(float(predicted), 4) if math.isfinite(predicted) else None,
        "role": "calibration" if target.used else "prediction",
    }
