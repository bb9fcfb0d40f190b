"""Units at the boundary: parse, compare, convert. Never used in an inner loop.

A `Unit` is a scale and the powers of base dimensions; Pint reads the text. Immunology's own units are defined here:
IU (international units of activity), CFU (colony-forming units), cells, copies.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any

from titer.errors import UnitError, nearest

EXTRA_DEFINITIONS = (
    "cell = [cell_count] = cells",
    "CFU = [colony_count] = cfu",
    "IU = [international_units] = iu",  # [activity] is Pint's own: substance per time
    "copy = [copy_count] = copies",
    "dose_unit = [] = doses",
    "celsius = [body_temperature]",  # Pint's own has an offset from kelvin, with which nothing can be multiplied
)
LONGEST_UNIT = 80  # characters
RIGHT = "units such as mg, ng/mL, L/h, 1/day, 10^9/L"
MOST_DIGITS, HIGHEST_POWER = 3, 1000  # of exponents, and of all of them multiplied
COMMON = (
    "mg",
    "ug",
    "ng",
    "g",
    "mg/L",
    "ng/mL",
    "L",
    "mL",
    "L/h",
    "mL/min",
    "h",
    "day",
    "1/h",
    "1/day",
    "10^9/L",
    "g/L",
    "g/dL",
    "kg",
    "cm",
    "year",
    "%",
)


@dataclass(frozen=True)
class Unit:
    """A unit as scale (to SI base) times powers of dimensions. `Unit(1, ())` is a plain number."""

    scale: float
    dims: tuple[tuple[str, Fraction], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        return Unit(self.scale * other.scale, _merge(self.dims, other.dims, 1))

    def __truediv__(self, other: Unit) -> Unit:
        return Unit(self.scale / other.scale, _merge(self.dims, other.dims, -1))

    def __pow__(self, power: float) -> Unit:
        exact = Fraction(power).limit_denominator(1000)
        return Unit(self.scale ** float(power), tuple((d, k * exact) for d, k in self.dims if k * exact))

    def same_dimension(self, other: Unit) -> bool:
        return self.dims == other.dims

    def matches(self, other: Unit) -> bool:
        """Same dimension and same scale, so that values add up without a factor."""
        return self.dims == other.dims and abs(self.scale / other.scale - 1) < 1e-9

    def __str__(self) -> str:
        dims = " ".join(f"{d}^{k}" if k != 1 else d for d, k in self.dims) or "number"
        return dims if abs(self.scale - 1) < 1e-12 else f"{self.scale:.6g} {dims}"


NUMBER = Unit(1.0)


def _merge(left, right, sign: int):
    powers = dict(left)
    for dim, power in right:
        powers[dim] = powers.get(dim, Fraction(0)) + sign * power
    return tuple(sorted((d, k) for d, k in powers.items() if k))


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint  # imported only where a unit's text is read

    registry: Any = pint.UnitRegistry(cache_folder=None)
    for line in EXTRA_DEFINITIONS:
        registry.define(line)
    return registry


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit:
    """The unit that a text names.

    Raises:
        UnitError: no unit of that name.

    Example:
        >>> parse_unit("10^9/L").same_dimension(parse_unit("1/uL"))
        True
    """
    cleaned = text.strip().replace("µ", "u").replace("^", "**").replace("x10", "10").replace("%", "percent")
    if cleaned in ("", "1", "-"):
        return NUMBER
    cleaned = re.sub(r"\bdegC\b", "celsius", cleaned)
    _refuse_towers(text, cleaned)
    try:
        base = _registry().Quantity(1.0, "") * _registry().parse_expression(cleaned)
        base = base.to_base_units()
        scale = float(base.magnitude)
        dims = tuple(sorted((d, Fraction(k).limit_denominator(1000)) for d, k in base.dimensionality.items()))
    except Exception as reason:
        raise _not_a_unit(text, f" ({type(reason).__name__})") from None
    if not 0 < scale < math.inf or not all(power for _, power in dims):
        raise _not_a_unit(text)
    return Unit(scale, dims)


def _not_a_unit(text: str, why: str = "") -> UnitError:
    return UnitError(
        f"'{text[:LONGEST_UNIT]}' is not a unit{why}", right=RIGHT, hint=nearest(text[:LONGEST_UNIT], COMMON)
    )


def _refuse_towers(text: str, cleaned: str) -> None:
    """A text from elsewhere must not ask for 9^9^9^9, which would be worked out digit by digit."""
    powers = [abs(int(power)) for power in re.findall(r"\*\*\s*[-+]?(\d+)", cleaned) if len(power) <= MOST_DIGITS]
    every = len(re.findall(r"\*\*", cleaned)) == len(powers)
    chained = re.search(r"\*\*\s*[-+]?[\d.]+\s*\*\*", cleaned)
    if len(cleaned) > LONGEST_UNIT or chained or not every or prod(powers) > HIGHEST_POWER:
        raise _not_a_unit(text)


def conversion(source: str, target: str) -> float:
    """Factor that turns a value in `source` into a value in `target`.

    Raises:
        UnitError: the two have different dimensions.

    Example:
        >>> round(conversion("mg/L", "ng/mL"), 9)
        1000.0
    """
    if source == target:
        return 1.0  # the usual case; it spares loading Pint
    a, b = parse_unit(source), parse_unit(target)
    if not a.same_dimension(b):
        raise UnitError(
            f"'{source}' cannot be turned into '{target}'", right=f"a unit of the same dimension as '{target}'"
        )
    return a.scale / b.scale
