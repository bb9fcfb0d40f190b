"""Published formulas of body size and kidney function, for derived covariates. Numbers or arrays of one shape."""

from __future__ import annotations

from typing import Any

import numpy as np

Values = Any  # a number or an array


def cockcroft_gault(age: Values, weight: Values, creatinine: Values, female: Values) -> Values:
    """Creatinine clearance, mL/min.

    Args:
        age: year.
        weight: kg; drug labels mean the actual weight.
        creatinine: in serum, mg/dL.
        female: 1 for women, 0 for men.

    Source: Cockcroft and Gault 1976, Nephron 16:31, doi 10.1159/000180580; women 15% lower.

    Example:
        >>> round(float(cockcroft_gault(60.0, 72.0, 1.0, 0.0)), 9)
        80.0
    """
    return (140.0 - age) * weight / (72.0 * creatinine) * (1.0 - 0.15 * np.asarray(female, float))


def body_surface_area(weight: Values, height: Values) -> Values:
    """Body surface area, m2, by Mosteller.

    Args:
        weight: kg.
        height: cm.

    Source: Mosteller 1987, N Engl J Med 317:1098, doi 10.1056/NEJM198710223171717.

    Example:
        >>> float(body_surface_area(72.0, 180.0)).__round__(3)
        1.897
    """
    return np.sqrt(np.asarray(weight, float) * height / 3600.0)


def body_mass_index(weight: Values, height: Values) -> Values:
    """Body mass index, kg/m2.

    Args:
        weight: kg.
        height: cm.

    Source: definition.

    Example:
        >>> round(float(body_mass_index(75.0, 173.2)), 3)
        25.001
    """
    return weight / (np.asarray(height, float) / 100.0) ** 2


def lean_body_mass(weight: Values, height: Values, female: Values) -> Values:
    """Lean body mass, kg.

    Args:
        weight: kg.
        height: cm.
        female: 1 for women, 0 for men.

    Source: Janmahasatian et al. 2005, Clin Pharmacokinet 44:1051, doi 10.2165/00003088-200544100-00004.

    Example:
        >>> round(float(lean_body_mass(70.0, 175.0, 0.0)), 1)
        55.9
    """
    mass_index = body_mass_index(weight, height)
    man = 9270.0 * weight / (6680.0 + 216.0 * mass_index)
    woman = 9270.0 * weight / (8780.0 + 244.0 * mass_index)
    return np.where(np.asarray(female, float) > 0.5, woman, man)
