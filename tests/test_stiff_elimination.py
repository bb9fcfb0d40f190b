"""The planned elimination: right for every pattern, and sparse where it can be."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titer.engine.compiler import compile_library, find_compiler
from titer.engine.elimination import factorise, plan_elimination, solve
from titer.engine.stiff import LONGEST, elimination_code

LANES = 8
HARNESS = """
#define W 8
#define LANES _Pragma("omp simd") for (int l = 0; l < W; l++)
#define N %d
#define NLU %d
%s
void titer_solve(const double *diagonal, const double (*jac)[W], double (*lu)[W], double (*b)[W])
{
    factorise(diagonal, jac, lu);
    solve((const double (*)[W])lu, b);
}
"""


def random_matrix(n: int, density: float, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    matrix = np.where(random.random((n, n)) < density, random.normal(size=(n, n)), 0.0)
    return matrix + np.diag(n + random.random(n))  # dominant diagonal, as 1/(gamma h) makes it


def pattern_of(matrix: np.ndarray) -> set[tuple[int, int]]:
    return {(int(i), int(j)) for i, j in zip(*np.nonzero(matrix), strict=True)}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(n=st.integers(1, 14), density=st.floats(0.0, 0.9), seed=st.integers(0, 10_000))
def test_planned_solve_equals_a_dense_solve(n, density, seed):
    matrix = random_matrix(n, density, seed)
    right = np.random.default_rng(seed + 1).normal(size=n)
    plan = plan_elimination(n, pattern_of(matrix))
    ours = solve(plan, factorise(plan, matrix), right)
    # 1e-12: condition numbers here stay below 100
    assert np.allclose(ours, np.linalg.solve(matrix, right), rtol=1e-12, atol=1e-12)


def test_chain_has_no_fill_in():
    chain = {(i, i - 1) for i in range(1, 40)} | {(0, 39)}
    plan = plan_elimination(40, chain)
    assert len(plan.entries) <= 40 + 40 + 39  # a ring of 40: at most one new entry per elimination
    arrow = {(0, j) for j in range(40)} | {(i, 0) for i in range(40)}
    assert len(plan_elimination(40, arrow).entries) == 40 + 2 * 39


def test_order_does_not_depend_on_the_order_of_a_set():
    pattern = sorted(pattern_of(random_matrix(12, 0.3, 5)))
    plans = {plan_elimination(12, set(pattern[k:] + pattern[:k])).order for k in range(len(pattern))}
    assert len(plans) == 1


def test_zero_pivot_gives_a_value_that_is_not_finite():
    plan = plan_elimination(2, {(0, 1), (1, 0)})
    with np.errstate(all="ignore"):
        factors = factorise(plan, np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert not np.all(np.isfinite(factors))


@pytest.mark.parametrize("n", [1, 3, 7])
def test_diagonal_matrix_needs_one_division_per_unknown(n):
    assert plan_elimination(n, set()).n_operations == n


def compiled_solve(plan, entries, folder):
    """The generated elimination as a Python function of (diagonal, jac, b), all by lanes."""
    source, library = folder / "solve.c", folder / "solve.so"
    source.write_text(HARNESS % (len(plan.order), len(plan.entries), elimination_code(plan, entries)))
    compile_library(find_compiler(), source, library)
    code = ctypes.CDLL(str(library))

    def run(diagonal, jac, right):
        lu, b = np.zeros((len(plan.entries), LANES)), right.copy()
        code.titer_solve(*(ctypes.c_void_p(a.ctypes.data) for a in (diagonal, jac, lu, b)))
        return b

    return run


@pytest.mark.parametrize(
    ("n", "density", "by_tables"), [(1, 0.0, False), (6, 0.5, False), (30, 0.1, False), (45, 0.6, True)]
)
def test_generated_code_equals_a_dense_solve_in_every_lane(n, density, by_tables, tmp_path):
    random = np.random.default_rng(n)
    entries = sorted(pattern_of(np.where(random.random((n, n)) < density, 1.0, 0.0)))
    jac = np.ascontiguousarray(random.normal(size=(max(len(entries), 1), LANES)))
    diagonal, right = n + random.random(LANES), random.normal(size=(n, LANES))
    plan = plan_elimination(n, set(entries))
    assert (plan.n_operations + len(plan.entries) > LONGEST) == by_tables
    ours = compiled_solve(plan, entries, tmp_path)(diagonal, jac, right)
    for lane in range(LANES):
        matrix = diagonal[lane] * np.eye(n)
        for value, place in zip(jac[:, lane], entries, strict=False):
            matrix[place] -= value
        assert np.allclose(ours[:, lane], np.linalg.solve(matrix, right[:, lane]), rtol=1e-11, atol=1e-12)
