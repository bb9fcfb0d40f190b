"""How a covariate is spread over a population. Every distribution turns one standard normal into one value.

One draw in, one value out: that is what lets a Gaussian copula correlate any two of them, and keeps a patient the same
whoever else is sampled. A number may be a function of covariates sampled before it, as in
`Normal(lambda c: 4.0 - 0.2 * c.prior_lines, 1.1)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.errors import ModelError
from titer.model.names import Names

Floats = NDArray[np.float64]
Number = float | Callable[[Names], Any]
LEAST_INSIDE = 1e-9  # smallest part of a distribution that limits may leave


class Distribution:
    """A way from standard normals to values. `drawn` is False for one that uses no chance."""

    drawn = True

    def values(self, z: Floats, c: Names) -> NDArray[Any]:
        """Values for standard normals `z`, shape (n_patients,), given the covariates sampled before."""
        raise NotImplementedError

    def check(self) -> None:
        """Raise a ModelError if its plain numbers are impossible."""


def resolve(number: Number, z: Floats, c: Names) -> Floats:
    """A number, or a function of covariates, as one value per patient."""
    value = number(c) if callable(number) else number
    return np.array(np.broadcast_to(np.asarray(value, np.float64), z.shape))


def _check_positive(**numbers: Number) -> None:
    for name, value in numbers.items():
        if not callable(value) and not (np.isfinite(value) and value > 0):
            raise ModelError(f"{name} is {value}", right="a finite number above 0")


@dataclass(frozen=True)
class Normal(Distribution):
    """Normal, by mean and standard deviation.

    Example:
        >>> Normal(70.0, 10.0).values(np.array([-1.0, 0.0]), Names({}, "covariate")).tolist()
        [60.0, 70.0]
    """

    mean: Number
    sd: Number

    def values(self, z: Floats, c: Names) -> Floats:
        return resolve(self.mean, z, c) + resolve(self.sd, z, c) * z

    def standardise(self, x: Floats, z: Floats, c: Names) -> Floats:
        """The standard normal that gives x."""
        return (x - resolve(self.mean, z, c)) / resolve(self.sd, z, c)

    def check(self) -> None:
        _check_positive(sd=self.sd)


@dataclass(frozen=True)
class LogNormal(Distribution):
    """Log-normal, by median and standard deviation of the logarithm.

    Example:
        >>> LogNormal(2.0, 0.5).values(np.array([0.0]), Names({}, "covariate")).tolist()
        [2.0]
    """

    median: Number
    log_sd: Number

    def values(self, z: Floats, c: Names) -> Floats:
        return resolve(self.median, z, c) * np.exp(resolve(self.log_sd, z, c) * z)

    def standardise(self, x: Floats, z: Floats, c: Names) -> Floats:
        """The standard normal that gives x; minus infinity for x = 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(x / resolve(self.median, z, c)) / resolve(self.log_sd, z, c)

    def check(self) -> None:
        _check_positive(median=self.median, log_sd=self.log_sd)


@dataclass(frozen=True)
class Truncated(Distribution):
    """A normal or log-normal that only takes values from `low` to `high`, as if those outside were drawn again.

    Example:
        >>> wide = Truncated(Normal(0.0, 1.0), low=-1.0, high=1.0)
        >>> wide.values(np.array([-9.0, 0.0, 9.0]), Names({}, "covariate")).round(6).tolist()
        [-1.0, 0.0, 1.0]
    """

    inner: Normal | LogNormal
    low: Number = -np.inf
    high: Number = np.inf

    def values(self, z: Floats, c: Names) -> Floats:
        from scipy.special import ndtr, ndtri

        low, high = resolve(self.low, z, c), resolve(self.high, z, c)
        floor = np.maximum(low, 0.0) if isinstance(self.inner, LogNormal) else low
        below, above = ndtr(self.inner.standardise(floor, z, c)), ndtr(self.inner.standardise(high, z, c))
        if np.any(~(above - below >= LEAST_INSIDE)):
            raise ModelError("the limits leave next to nothing of the distribution", right="limits around its middle")
        inside = self.inner.values(ndtri(below + (above - below) * ndtr(z)), c)
        return np.clip(inside, low, high)  # rounding alone can step over a limit

    def check(self) -> None:
        self.inner.check()
        if not callable(self.low) and not callable(self.high) and not self.low < self.high:
            raise ModelError(f"limits are {self.low} and {self.high}", right="low below high")


@dataclass(frozen=True)
class Beta(Distribution):
    """Beta, stretched from `low` to `high`. a = b = 1 is uniform.

    Example:
        >>> Beta(1.0, 1.0, low=10.0, high=20.0).values(np.array([0.0]), Names({}, "covariate")).round(9).tolist()
        [15.0]
    """

    a: Number
    b: Number
    low: float = 0.0
    high: float = 1.0

    def values(self, z: Floats, c: Names) -> Floats:
        from scipy.special import betaincinv, ndtr

        part = betaincinv(resolve(self.a, z, c), resolve(self.b, z, c), ndtr(z))
        return self.low + (self.high - self.low) * part

    def check(self) -> None:
        _check_positive(a=self.a, b=self.b)
        if not self.low < self.high:
            raise ModelError(f"limits are {self.low} and {self.high}", right="low below high")


@dataclass(frozen=True)
class Categorical(Distribution):
    """One of several levels, all numbers or all words; `probabilities` add up to 1.

    Example:
        >>> sex = Categorical(("female", "male"), (0.4, 0.6))
        >>> sex.values(np.array([-2.0, 2.0]), Names({}, "covariate")).tolist()
        ['female', 'male']
    """

    levels: tuple[float | str, ...]
    probabilities: tuple[Number, ...]

    def values(self, z: Floats, c: Names) -> NDArray[Any]:
        from scipy.special import ndtr

        parts = [resolve(probability, z, c) for probability in self.probabilities]
        _check_probabilities(np.stack(parts))
        u, reached, place = ndtr(z), np.zeros_like(z), np.zeros(z.shape, np.int64)
        for part in parts[:-1]:
            reached = reached + part
            place += u >= reached
        return self._level_array()[place]

    def _level_array(self) -> NDArray[Any]:
        words = all(isinstance(level, str) for level in self.levels)
        return np.array(self.levels) if words else np.array(self.levels, np.float64)

    def check(self) -> None:
        if len(self.levels) != len(self.probabilities) or len(set(self.levels)) < len(self.levels) or not self.levels:
            raise ModelError(
                f"levels {self.levels} with {len(self.probabilities)} probabilities", right="one for each level"
            )
        if len({isinstance(level, str) for level in self.levels}) > 1:
            raise ModelError(f"levels {self.levels} mix numbers and words", right="all numbers or all words")
        plain = [float(p) for p in self.probabilities if not callable(p)]
        if len(plain) == len(self.probabilities):
            _check_probabilities(np.array(plain)[:, None])


def yes_no(probability: Number) -> Categorical:
    """1 with a probability, else 0.

    Example:
        >>> yes_no(0.25).levels
        (1.0, 0.0)
    """
    other: Number = (lambda c: 1.0 - np.asarray(probability(c))) if callable(probability) else 1.0 - probability
    return Categorical((1.0, 0.0), (probability, other))


def _check_probabilities(parts: Floats) -> None:
    """Shape (n_levels, n_patients)."""
    total = parts.sum(axis=0)
    if not (np.all(parts >= 0) and np.all(np.abs(total - 1) < 1e-9)):
        worst = float(total[np.argmax(np.abs(total - 1))])
        raise ModelError(f"probabilities add up to {worst:.6g}, smallest {parts.min():.6g}", right="0 or more, sum 1")


@dataclass(frozen=True)
class Derived(Distribution):
    """No draw: a function of covariates sampled before, such as creatinine clearance by Cockcroft and Gault."""

    function: Callable[[Names], Any]
    drawn = False

    def values(self, z: Floats, c: Names) -> NDArray[Any]:
        value = np.asarray(self.function(c))
        return np.array(np.broadcast_to(value, z.shape), value.dtype if value.dtype.kind == "U" else np.float64)
