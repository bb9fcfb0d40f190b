"""Rodas5P: coefficients of the stiff method, and one plain step of it in NumPy.

A Rosenbrock method of 8 stages: order 5, embedded order 4 for the error, dense output of order 4, L-stable and stiffly
accurate. One factorisation and eight triangular solves make a step; nothing is iterated, so a step costs the same in
every lane.

With W = I / (gamma h) - df/dx, stage i solves

    W u_i = f(t + c_i h, x + sum_j A_ij u_j) + sum_j (C_ij / h) u_j + h d_i df/dt,      j < i

and the step is x + sum_j A_8j u_j + u_8, with u_8 itself as the estimate of its error. That tells nothing of the inside
of the step: a fast state that follows a rate with a corner ends on what it follows, while the polynomial of the dense
output rounds the corner off. So the dense output is judged too (`dense_error`), and the larger error decides.

Source: Steinebach G., Construction of Rosenbrock-Wanner method Rodas5P and numerical benchmarks within the Julia
Differential Equations package, BIT Numer. Math. 63:27 (2023), doi 10.1007/s10543-023-00967-x. The digits are those of
the author's implementation in OrdinaryDiffEq.jl (`Rodas5PTableau`). tests/test_stiff_coefficients.py checks them
against the order conditions of Hairer & Wanner, Solving Ordinary Differential Equations II, section IV.7.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

STAGES = 8
ORDER, EMBEDDED_ORDER = 5, 4
GAMMA = 0.21193756319429014
LOOK = 0.75  # where in a step the dense output is judged, as a fraction; `dense_error` says why there

_LAST = (-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946)

A: tuple[tuple[float, ...], ...] = (
    (),
    (3.0,),
    (2.849394379747939, 0.45842242204463923),
    (-6.954028509809101, 2.489845061869568, -10.358996098473584),
    (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
    _LAST,
    (*_LAST, 1.0),
    (*_LAST, 1.0, 1.0),
)
C: tuple[tuple[float, ...], ...] = (
    (),
    (-14.155112264123755,),
    (-17.97296035885952, -2.859693295451294),
    (147.12150275711716, -1.41221402718213, 71.68940251302358),
    (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
    (24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471),
    (
        *(30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783),
        *(-19.097331116725623, -28.087943162872662),
    ),
    (
        *(37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047),
        *(-40.06618937091002, -54.66780262877968, -9.48861652309627),
    ),
)
TIMES = (0.0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1.0, 1.0, 1.0)
TIME_SLOPES = (0.21193756319429014, -0.42387512638858027, -0.3384627126235924, 1.8046452872882734, 2.325825639765069)
DENSE: tuple[tuple[float, ...], ...] = (
    (
        *(25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204),
        *(0.524948541321073, 1.1241088310450404, 0.4272876194431874, -0.17202221070155493),
    ),
    (
        *(-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796),
        *(20.176138334709044, 15.98066361424651, -6.789040303419874, -6.710236069923372),
    ),
    (
        *(11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643),
        *(-52.072871366152654, -59.78993625266729, -0.15582684282751913, 4.883087185713722),
    ),
)


def take_step(
    rates: Callable[[float, np.ndarray], np.ndarray],
    jacobian: np.ndarray,
    time_slope: np.ndarray | float,
    t: float,
    x: np.ndarray,
    h: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One step, as the definition says it: what the compiled kernel must meet.

    Args:
        rates: f(t, x), shape (n,).
        jacobian: df/dx at (t, x). Shape (n, n).
        time_slope: df/dt at (t, x). Shape (n,), or 0.
        t, x, h: time, state of shape (n,), and length of the step.

    Returns:
        The new state, its estimated error, and the three terms of the dense output, of shapes (n,), (n,), (3, n).

    Accuracy: order 5 (tests/test_stiff_coefficients.py).
    Source: see the top of this file.

    Example:
        >>> new, error, _ = take_step(lambda t, x: -x, np.array([[-1.0]]), 0.0, 0.0, np.array([1.0]), 0.1)
        >>> bool(abs(new[0] - np.exp(-0.1)) < 1e-8)
        True
    """
    matrix = np.eye(len(x)) / (GAMMA * h) - jacobian
    slopes = (*TIME_SLOPES, 0.0, 0.0, 0.0)
    u: list[np.ndarray] = []
    for i in range(STAGES):
        place = x + sum(a * v for a, v in zip(A[i], u, strict=True))
        memory = sum(c * v for c, v in zip(C[i], u, strict=True)) / h
        u.append(np.linalg.solve(matrix, rates(t + TIMES[i] * h, place) + memory + h * slopes[i] * time_slope))
    new = x + sum(a * v for a, v in zip((*A[-1], 1.0), u, strict=True))
    return new, u[-1], np.array(DENSE) @ np.array(u)


def interpolate(theta: float, old: np.ndarray, new: np.ndarray, dense: np.ndarray) -> np.ndarray:
    """The state at t + theta h inside a step, from the terms that `take_step` returns; order 4.

    Example:
        >>> old, new = np.array([1.0]), np.array([3.0])
        >>> interpolate(0.5, old, new, np.zeros((3, 1)))
        array([2.])
    """
    rest = 1.0 - theta
    return rest * old + theta * (new + rest * (dense[0] + theta * (dense[1] + theta * dense[2])))


def dense_error(
    rates: Callable[[float, np.ndarray], np.ndarray],
    jacobian: np.ndarray,
    t: float,
    h: float,
    old: np.ndarray,
    new: np.ndarray,
    dense: np.ndarray,
) -> np.ndarray:
    """How far the dense output of a step is off at t + LOOK h: its defect there, the rates less its slope, through W.

    Args:
        rates: f(t, x), shape (n,).
        jacobian: df/dx at the start of the step. Shape (n, n).
        t, h: start and length of the step.
        old, new, dense: as for `interpolate`; of shapes (n,), (n,), (3, n).

    Returns:
        The estimate, one step of Newton's method. Shape (n,).

    Accuracy: of order 5. For a fast state it is the error at that place. Wherever in the step a corner lies, that is on
        average 0.6 of the largest error inside, at no other place more, and 0.3 in the middle
        (tests/test_stiff_coefficients.py). In smooth steps it is mostly below the error at the end: the composed immune
        core takes 0.1% (rtol 1e-6) to 1% (1e-4) more steps for it.
    Source: the test of the residual of `Rodas5Pr` in OrdinaryDiffEq.jl (Steinebach), there in the middle, without W.

    Example:
        >>> old, new = np.array([1.0]), np.array([3.0])
        >>> dense_error(lambda t, x: np.array([2.0]), np.zeros((1, 1)), 0.0, 1.0, old, new, np.zeros((3, 1)))
        array([0.])
    """
    rest = 1.0 - LOOK
    bent = dense[0] + LOOK * (dense[1] + LOOK * dense[2])
    slope = (new - old + (rest - LOOK) * bent + LOOK * rest * (dense[1] + 2.0 * LOOK * dense[2])) / h
    defect = rates(t + LOOK * h, interpolate(LOOK, old, new, dense)) - slope
    return np.linalg.solve(np.eye(len(old)) / (GAMMA * h) - jacobian, defect)


def coefficients_in_c() -> str:
    """The coefficients as definitions for `source/rodas5p.c`: RODAS_A21, RODAS_C21, RODAS_T2, RODAS_S2, RODAS_D11, …"""
    lines = [f"#define RODAS_GAMMA {GAMMA!r}", f"#define RODAS_LOOK {LOOK!r}"]
    for letter, rows in (("A", A), ("C", C), ("D", DENSE)):
        lines += [
            f"#define RODAS_{letter}{i}{j} ({v!r})" for i, row in enumerate(rows, 1) for j, v in enumerate(row, 1)
        ]
    lines += [f"#define RODAS_T{i} ({value!r})" for i, value in enumerate(TIMES, 1)]
    lines += [f"#define RODAS_S{i} ({value!r})" for i, value in enumerate(TIME_SLOPES, 1)]
    return "\n".join(lines) + "\n"
