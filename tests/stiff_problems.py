"""Systems for the tests of the stiff method: published problems, and networks of any size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from titer.model import expression as e
from titer.model.expression import Expression
from titer.model.system import System


def bare_system(
    rates: dict[str, Expression], parameters: tuple[str, ...] = (), starts: tuple[float, ...] | None = None
) -> System:
    """A system of trees alone, without models behind it; its outputs are its states."""
    states = tuple(rates)
    begin = tuple(e.number(v) for v in (starts or [1.0] * len(states)))
    outputs = {name: e.symbol(name) for name in states}
    return System((), {}, states, parameters, begin, tuple(rates.values()), outputs, {}, {})


@dataclass(frozen=True)
class Problem:
    """A published stiff problem: system, end of the run, and the states there."""

    system: System
    until: float
    end: tuple[float, ...]
    atol: float


def _states(*names: str) -> list[Expression]:
    return [e.symbol(name) for name in names]


def robertson() -> Problem:
    """Three reactions with rates 0.04, 3e7 and 1e4; the end is that of the Test Set for IVP Solvers (Bari), ROBER."""
    a, b, c = _states("m.a", "m.b", "m.c")
    slow, fast = 0.04 * a, 3e7 * b * b
    back = 1e4 * b * c
    system = bare_system({"m.a": back - slow, "m.b": slow - back - fast, "m.c": fast}, starts=(1.0, 0.0, 0.0))
    return Problem(system, 1e11, (0.2083340149701255e-07, 0.8333360770334713e-13, 0.9999999791665050), 1e-18)


def hires() -> Problem:
    """Photomorphogenesis, 8 states; Test Set for IVP Solvers (Bari), HIRES."""
    y1, y2, y3, y4, y5, y6, y7, y8 = y = _states(*(f"m.y{i}" for i in range(1, 9)))
    join = 280.0 * y6 * y8
    rates = [
        -1.71 * y1 + 0.43 * y2 + 8.32 * y3 + 0.0007,
        1.71 * y1 - 8.75 * y2,
        -10.03 * y3 + 0.43 * y4 + 0.035 * y5,
        8.32 * y2 + 1.71 * y3 - 1.12 * y4,
        -1.745 * y5 + 0.43 * (y6 + y7),
        -join + 0.69 * y4 + 1.71 * y5 - 0.43 * y6 + 0.69 * y7,
        join - 1.81 * y7,
        -join + 1.81 * y7,
    ]
    named = {str(s.value): r for s, r in zip(y, rates, strict=True)}
    end = (
        *(0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2),
        *(0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2),
    )
    return Problem(bare_system(named, starts=(1.0, 0, 0, 0, 0, 0, 0, 0.0057)), 321.8122, end, 1e-14)


def orego() -> Problem:
    """The Oregonator, a limit cycle; Test Set for IVP Solvers (Bari), OREGO."""
    a, b, c = _states("m.a", "m.b", "m.c")
    rates = {
        "m.a": 77.27 * (b + a * (1.0 - 8.375e-6 * a - b)),
        "m.b": (c - (1.0 + a) * b) / 77.27,
        "m.c": 0.161 * (a - c),
    }
    end = (0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3)
    return Problem(bare_system(rates, starts=(1.0, 2.0, 3.0)), 360.0, end, 1e-10)


def van_der_pol() -> Problem:
    """Relaxation oscillator with 1/epsilon = 1e6; Test Set for IVP Solvers (Bari), VDPOL."""
    a, b = _states("m.a", "m.b")
    rates = {"m.a": b, "m.b": 1e6 * ((1.0 - a**2.0) * b - a)}
    end = (0.1706167732170483e1, -0.8928097010247975e0)
    return Problem(bare_system(rates, starts=(2.0, 0.0)), 2.0, end, 1e-11)


PUBLISHED = {"robertson": robertson, "hires": hires, "orego": orego, "van_der_pol": van_der_pol}


def network(n: int) -> System:
    """n states in a ring with long-range feedback: saturation, Hill terms, a cap and an exponential; about 3 n entries.

    Rates spread over six decades, so it is stiff. One parameter k per state, of size 1.
    """
    x = [e.symbol(f"m.x{i}") for i in range(n)]
    k = [e.symbol(f"m.k{i}") for i in range(n)]
    rates = {}
    for i in range(n):
        speed = 10.0 ** (6.0 * ((5 * i) % n) / max(n - 1, 1) - 3.0)
        before, far = x[i - 1], x[(7 * i + 3) % n]
        made = k[i] * before / (1.0 + before) * (0.2 + far**2.5 / (k[i] ** 2.5 + far**2.5))
        lost = e.minimum(k[i - 1] * x[i], 10.0) - 0.1 * e.exp(-x[i])
        rates[f"m.x{i}"] = speed * (made - lost)
    return bare_system(rates, tuple(f"m.k{i}" for i in range(n)), starts=tuple(np.linspace(0.0, 2.0, n)))
