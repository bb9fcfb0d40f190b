"""Roots inside an equation: a fixed number of Newton's steps, written out as an ordinary tree.

An equation may need what another equation defines only implicitly, such as the free antigen among binding sites. For a
function that increases and bends down (or increases and bends up, from the other side), a step of Newton's from below
never passes the root, so that a fixed number of steps rises to it without any test or bracket.

Each step starts from `held`: its value without its derivatives. The chain rule then sees the last step alone, and gives
what belongs to an implicit function, -(df/dp) / (df/dx), and not the derivative of all the steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from titer.model.expression import absolute, held, sqrt, where


def solve_rising(residual_and_slope: Callable[[Any], tuple[Any, Any]], start: Any, steps: int) -> Any:
    """The root of an increasing function that bends down, from a lower bound.

    Args:
        residual_and_slope: x -> (value of the function, its derivative by x), of numbers or expressions.
        start: at or below the root.
        steps: number of Newton's steps.

    Returns:
        The last step, in the unit of `start`.

    Accuracy: quadratic once near; how many steps that takes is the function's matter (tests/test_roots.py).
    Source: definition (Newton's method; implicit function theorem).

    Example:
        >>> float(solve_rising(lambda x: (1 - 1 / x, 1 / x**2), 0.5, 6))  # 1 - 1/x = 0
        1.0
    """
    root = start
    for _ in range(steps):
        point = held(root)
        residual, slope = residual_and_slope(point)
        root = point - residual / slope
    return root


def positive_root(a: Any, b: Any, c: Any) -> Any:
    """The root of a x^2 + b x = c that is not negative, without cancellation.

    Args:
        a, b, c: numbers or expressions, a > 0 and c >= 0; where c is 0, b is not. The units of a x^2, b x and c agree.

    Example:
        >>> float(positive_root(1.0, 1e8, 1.0)), float(positive_root(1.0, -3.0, 0.0))
        (1e-08, 3.0)
    """
    outer = absolute(b) + sqrt(b * b + 4 * a * c)
    return where(b > 0, 2 * c / outer, outer / (2 * a))


def free_ligand(total: Any, sites: list[tuple[Any, Any]], steps: int) -> Any:
    """What is left unbound of a ligand among independent sites: total = free (1 + sum of sites Ka / (1 + Ka free)).

    Args:
        total: concentration of all of it, 0 or more.
        sites: (concentration, association constant) of each kind, in matching units; the strongest last.
        steps: Newton's steps. With one kind of site the start is exact already.

    Returns:
        Free concentration, in the unit of `total`.

    Accuracy: ten steps leave less than 1e-12 of the total among 17 kinds of site whose affinities differ by 2^16, for
        amounts over twelve orders of magnitude (tests/test_roots.py).
    Source: definition (law of mass action).

    Example:
        >>> round(float(free_ligand(10.0, [(5.0, 0.1), (4.0, 2.0)], 10)), 6)
        4.765963
    """
    strongest = sites[-1][1]
    all_sites = sum(amount for amount, _ in sites)

    def residual_and_slope(free):
        value, slope = free - total, 1
        for amount, affinity in sites:
            open_share = 1 / (1 + affinity * free)
            value = value + amount * affinity * free * open_share
            slope = slope + amount * affinity * open_share * open_share
        return value, slope

    start = positive_root(strongest, 1 + strongest * (all_sites - total), total)
    return solve_rising(residual_and_slope, start, steps)
