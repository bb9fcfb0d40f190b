"""How a body answered a threat: series over time, their peaks after each encounter, and when the threat was gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Name in results → signal, in causal order. The antibody of the register is IgG; beside IgM it is called so.
SERIES = {
    "antigen": "antigen",
    "infected_cells": "infected_cells",
    "damaged_cells": "damaged_cells",
    "dendritic": "dendritic",
    "macrophages": "macrophages",
    "tissue_neutrophils": "tissue_neutrophils",
    "nk": "nk",
    "tnf": "tnf",
    "il6": "il6",
    "il1b": "il1b",
    "il8": "il8",
    "ifn_alpha": "ifn_alpha",
    "ifn_gamma": "ifn_gamma",
    "il2": "il2",
    "il12": "il12",
    "il10": "il10",
    "th1": "th1",
    "effector_t": "effector_t",
    "treg": "treg",
    "igm": "igm",
    "igg": "antibody",
    "crp": "crp",
    "temperature": "temperature",
    "symptom_score": "symptom_score",
    "fatigue": "fatigue",
    "ikaros": "ikaros",
    "glucocorticoid": "glucocorticoid",
    "anc": "anc",
}
FALLING = ("ikaros", "anc")  # whose lowest value is worth telling
FEVER = 38.0  # degC
LEFT_OF_PEAK = 0.01  # what cannot be counted never falls below one: it is followed to this share of its peak


@dataclass(frozen=True)
class Peak:
    """The highest value of a series between two days; for many people the median of each person's own.

    Args:
        value: in `unit`.
        unit: of the series.
        day: on which it is reached; for many people the median.
        low, high: 5th and 95th centile of the values of many people; None for one person.
    """

    value: float
    unit: str
    day: float
    low: float | None = None
    high: float | None = None

    def as_json(self) -> dict[str, Any]:
        band = {} if self.low is None else {"low": self.low, "high": self.high}
        return {"value": self.value, "unit": self.unit, "day": self.day} | band


@dataclass(frozen=True)
class Encounter:
    """What followed one challenge, until the next one or the end.

    Args:
        day: of the challenge.
        peaks: of each series.
        lows: of those that fall.
        cleared_day: from which on the threat stays below the limit; None where it does not, in half of the people.
        cleared_share: of the people.
    """

    day: float
    peaks: Mapping[str, Peak]
    lows: Mapping[str, Peak]
    cleared_day: float | None
    cleared_share: float

    def as_json(self) -> dict[str, Any]:
        told = {group: {k: v.as_json() for k, v in getattr(self, group).items()} for group in ("peaks", "lows")}
        return {"day": self.day, **told, "cleared_day": self.cleared_day, "cleared_share": self.cleared_share}


@dataclass(frozen=True, eq=False)
class Course:
    """How the body answered.

    Args:
        series: name → values. Shape (n_people, n_times) each.
        units: of the series.
        encounters: one for each challenge.
    """

    series: Mapping[str, Floats]
    units: Mapping[str, str]
    encounters: tuple[Encounter, ...]

    @property
    def first(self) -> Encounter:
        return self.encounters[0]

    def as_json(self) -> dict[str, Any]:
        """Series, peaks and clearance of the first encounter, and every encounter for itself."""
        first = self.first.as_json()
        return {
            "series": {name: {"unit": self.units[name], **series_values(array)} for name, array in self.series.items()},
            "peaks": first["peaks"],
            "lows": first["lows"],
            "cleared_day": first["cleared_day"],
            "encounters": [one.as_json() for one in self.encounters],
        }


def measure_course(
    days: Floats, series: Mapping[str, Floats], units: Mapping[str, str], met: Sequence[float], limit: float | None
) -> Course:
    """Peaks, lows and clearance after each encounter.

    A value at the time of a challenge is that before it, so it belongs to the encounter that ends there.

    Args:
        days: times. Shape (n_times,).
        series: name → values. Shape (n_people, n_times) each.
        units: of the series.
        met: days of the challenges, increasing.
        limit: below which the antigen counts as gone; None for 1% of each person's highest value.

    Example:
        >>> days, values = np.array([0.0, 1.0, 2.0]), np.array([[0.0, 4.0, 0.25]])
        >>> course = measure_course(days, {"antigen": values}, {"antigen": "1/mL"}, [0.0], 1.0)
        >>> course.first.peaks["antigen"].value, course.first.cleared_day
        (4.0, 1.5)
    """
    ends = [*met[1:], float(days[-1])]
    encounters = []
    for start, end in zip(met, ends, strict=True):
        inside = (days >= start) & (days <= end)
        window = {name: values[:, inside] for name, values in series.items()}
        cleared = cleared_days(days[inside], window["antigen"], limit) if "antigen" in window else np.array([np.inf])
        middle = float(np.median(cleared))
        encounters.append(
            Encounter(
                start,
                {name: extreme(days[inside], values, units[name]) for name, values in window.items()},
                {name: extreme(days[inside], window[name], units[name], -1) for name in FALLING if name in window},
                middle if np.isfinite(middle) else None,
                float(np.mean(np.isfinite(cleared))),
            )
        )
    return Course(series, units, tuple(encounters))


def cleared_days(days: Floats, antigen: Floats, limit: float | None = None) -> Floats:
    """Day from which on each person's antigen stays below the limit; infinite where it does not.

    Between two stored values the antigen is taken to fall exponentially.

    Args:
        days: times of one encounter; the first value is that before the challenge and is left out. Shape (n_times,).
        antigen: shape (n_people, n_times).
        limit: in its unit; None for 1% of each person's highest value.

    Returns:
        Shape (n_people,).
    """
    times, values = days[1:], antigen[:, 1:]
    limits = np.full(len(values), limit) if limit is not None else LEFT_OF_PEAK * values.max(axis=1)
    above = values >= limits[:, None]
    last = np.where(above.any(axis=1), values.shape[1] - 1 - above[:, ::-1].argmax(axis=1), -1)
    found = np.full(len(values), days[0])
    for person in np.flatnonzero(last >= 0):
        at = last[person]
        if at == len(times) - 1:
            found[person] = np.inf
            continue
        high, low = values[person, at], max(values[person, at + 1], np.finfo(float).tiny)
        share = np.log(high / limits[person]) / np.log(high / low)
        found[person] = times[at] + share * (times[at + 1] - times[at])
    return found


def extreme(days: Floats, values: Floats, unit: str, sign: int = 1) -> Peak:
    """The highest value (the lowest where `sign` is -1) and its day, each person's own.

    Example:
        >>> extreme(np.array([0.0, 1.0]), np.array([[3.0, 4.0]]), "pg/mL")
        Peak(value=4.0, unit='pg/mL', day=1.0, low=None, high=None)
    """
    at = (sign * values).argmax(axis=1)
    own, day = values[np.arange(len(values)), at], float(np.median(days[at]))
    if len(own) == 1:
        return Peak(float(own[0]), unit, day)
    low, middle, high = (float(value) for value in np.percentile(own, [5, 50, 95]))
    return Peak(middle, unit, day, low, high)


def centiles(values: Floats) -> tuple[Floats, Floats, Floats]:
    """5th, 50th and 95th centile over people. (n_people, n_times) → three of (n_times,)."""
    low, middle, high = np.percentile(values, [5, 50, 95], axis=0)
    return low, middle, high


def series_values(values: Floats) -> dict[str, list[float]]:
    """Values of one person; of many the median, with the 5th and 95th centile as `low` and `high`."""
    if len(values) == 1:
        return {"values": values[0].tolist()}
    low, middle, high = centiles(values)
    return {"values": middle.tolist(), "low": low.tolist(), "high": high.tolist()}
