"""Units as SBML can say them: a factor, and powers of its own kinds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element

import numpy as np

from titer.errors import UnitError
from titer.interop.sbml.elements import element
from titer.units import parse_unit

PLAIN = "dimensionless"
DAY = "day"
KINDS = {
    "[mass]": "kilogram",
    "[length]": "metre",
    "[time]": "second",
    "[substance]": "mole",
    "[temperature]": "kelvin",
    "[cell_count]": "item",
    "[colony_count]": "item",
    "[copy_count]": "item",
}  # without a kind of SBML, as the degrees of a thermometer: no dimension, and the name says what it is


def unit_ids(texts: Iterable[str]) -> dict[str, str]:
    """Unit as Titer writes it → identifier of its definition, in order of first use.

    Example:
        >>> unit_ids(["pg/mL", "", "pg/mL"])
        {'pg/mL': 'pg_per_mL', '': 'dimensionless'}
    """
    found = {DAY: DAY, "": PLAIN}
    for text in texts:
        if text not in found:
            found[text] = _free(re.sub(r"\W+", "_", text.replace("/", "_per_").replace("%", "percent")), found)
    return {text: found[text] for text in dict.fromkeys(texts)}


def _free(wanted: str, taken: dict[str, str]) -> str:
    """The identifier, or the first free one that begins with it; a digit gets a word before it."""
    wanted = re.sub(r"_+", "_", wanted).strip("_")
    wanted = wanted if wanted[:1].isalpha() else f"unit_{wanted}"
    names = [wanted, *(f"{wanted}_{k}" for k in range(2, len(taken) + 2))]
    return next(name for name in names if name not in taken.values())


def unit_definition(text: str, sid: str) -> Element:
    """A `unitDefinition`; its name is the unit as Titer writes it.

    Raises:
        UnitError: no unit, or one with a factor that SBML cannot hold.
    """
    unit = parse_unit(text)
    powers = [(KINDS.get(dimension, PLAIN), float(power)) for dimension, power in unit.dims]
    if len(powers) == 1:
        ((kind, power),) = powers
        with np.errstate(over="ignore"):  # of a text from elsewhere, such as 1e9 km^0.001
            factor = np.power(unit.scale, 1 / power)
        rows = [(kind, power, float(f"{factor:.12g}"))]  # a day is 86400 s
    else:
        rows = [(PLAIN, 1.0, unit.scale), *((kind, power, 1.0) for kind, power in powers)]
    if not all(0 < factor < np.inf for _, _, factor in rows):
        raise UnitError(f"'{text}' has a factor that SBML cannot hold", right="units such as mg/L, 1/h")
    kinds = [
        element("unit", {"kind": kind, "exponent": f"{power:g}", "scale": "0", "multiplier": repr(factor)})
        for kind, power, factor in rows
    ]
    return element("unitDefinition", {"id": sid, "name": text}, element("listOfUnits", {}, *kinds))
