"""The expression tree: same numbers as NumPy, stable digests, substitution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from titer.model.expression import (
    Expression,
    both,
    combine,
    evaluate,
    exp,
    log,
    maximum,
    minimum,
    number,
    sqrt,
    substitute,
    symbol,
    symbols_in,
    where,
)

finite = st.floats(-5, 5)


def formula(a, b):
    return where(
        both(a > b, b > -3), exp(-a) * b + minimum(a, b) ** 2, maximum(a, 1.5) / (2 + b * b) - log(1 + a * a)
    ) + sqrt(abs(b))


@given(finite, finite)
def test_tree_equals_numpy(a, b):
    tree = formula(symbol("a"), symbol("b"))
    assert evaluate([tree], {"a": a, "b": b})[0] == pytest.approx(
        float(formula(np.float64(a), np.float64(b))), rel=1e-14
    )


def test_equal_trees_have_equal_digests():
    x = symbol("x")
    assert exp(-x * 2) == exp(-symbol("x") * 2.0)
    assert exp(-x * 2) != exp(-x * 3)
    assert len({x + 1, symbol("x") + 1.0}) == 1


def test_literals_fold_and_neutral_elements_vanish():
    x = symbol("x")
    assert (number(2) * 3 + 4).value == 10.0
    assert (x + 0) is x
    assert (1 * x) is x
    assert x**1 is x


def test_division_of_literals_by_zero_stays_a_node():
    assert combine("/", 1.0, 0.0).op == "/"


def test_numpy_scalar_on_the_left_makes_a_node():
    assert isinstance(np.float64(2.0) * symbol("x"), Expression)


def test_substitution_replaces_names_once():
    x, y = symbol("x"), symbol("y")
    (tree,) = substitute([x + y], {"x": y, "y": x})
    assert str(tree) == "y + x"
    assert symbols_in(tree) == {"x", "y"}


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (symbol("a") - (symbol("b") - symbol("c")), "a - (b - c)"),
        ((symbol("a") + 1) ** 2, "(a + 1)^2"),
        (symbol("a") / (symbol("b") * symbol("c")), "a/(b*c)"),
        (where(symbol("a") > 0, 1, symbol("b")), "where(a > 0, 1, b)"),
        (-symbol("ka") * symbol("gut"), "-ka*gut"),
        (-(symbol("ka") * symbol("gut")), "-ka*gut"),
        (-symbol("ka") / symbol("v") * symbol("gut") + symbol("in"), "-ka/v*gut + in"),
        (symbol("a") + -symbol("b") * symbol("c"), "a - b*c"),
        (symbol("a") - -symbol("b"), "a + b"),
        (symbol("a") * -symbol("b"), "a*(-b)"),
        (symbol("a") * (-symbol("b") * symbol("c")), "a*(-b*c)"),
        ((-symbol("a")) ** 2, "(-a)^2"),
        (number(-2) ** symbol("a"), "(-2)^a"),
        ((symbol("a") ** symbol("b")) ** 2, "(a^b)^2"),
        (symbol("a") ** (symbol("b") ** 2), "a^b^2"),
        (symbol("a") ** -1, "a^(-1)"),
        (-(symbol("a") + symbol("b")), "-(a + b)"),
        (symbol("a") - (symbol("b") < symbol("c")), "a - (b < c)"),
    ],
)
def test_printed_equation_keeps_its_meaning(tree, text):
    assert str(tree) == text


TREES = st.recursive(
    st.sampled_from([symbol("a"), symbol("b"), number(2), number(-3)]),
    lambda inner: (
        st.builds(combine, st.sampled_from(["+", "-", "*", "/"]), inner, inner)
        | st.builds(combine, st.just("neg"), inner)
    ),
    max_leaves=8,
)


@given(TREES | st.builds(lambda base, n: base**n, TREES, st.sampled_from([2, -1, 3])))
def test_printed_arithmetic_read_as_python_gives_the_same_number(tree):
    values = {"a": 1.7, "b": -0.6}
    with np.errstate(all="ignore"):
        expected = evaluate([tree], values)[0]
    try:
        read = eval(str(tree).replace("^", "**"), {}, values)
    except ZeroDivisionError:
        assert not np.isfinite(expected)
        return
    assert read == pytest.approx(expected, rel=1e-5, abs=1e-5, nan_ok=True)
