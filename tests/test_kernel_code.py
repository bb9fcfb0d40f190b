"""Generated code: compiled equals plain, inline mathematics, cascades found, nothing but trees reaches the C text."""

import ctypes
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine_systems import transit_chain, two_compartments
from titer.engine import Ensemble, compile_kernel
from titer.engine.cascade import affine_parts, find_cascade
from titer.engine.codegen import Writer
from titer.engine.compiler import compile_library, find_compiler
from titer.engine.generate import fixed_file
from titer.engine.textbook import one_compartment, system_of
from titer.errors import InputError, ModelError
from titer.model.expression import (
    absolute,
    both,
    either,
    equal,
    exp,
    log,
    maximum,
    minimum,
    negate,
    sqrt,
    symbol,
    where,
)


def everything():
    """One state per operation, with powers of every kind."""

    def rates(t, x, p):
        return {
            "a": p.k * x.a**2.0 - x.b**0.5 + x.a**-1.5 + x.b**3 - x.a**p.g,
            "b": where(both(x.a > 1.0, negate(x.b <= p.k)), exp(-x.a), log(x.b)) + where(p.k > 1.0, x.a, -x.b),
            "c": minimum(x.a, x.b) * maximum(p.k, x.c) / (p.g + x.c) - absolute(x.a - x.b) + sqrt(x.a * x.b),
            "d": where(either(x.a < 0.5, x.b >= 2.0), 1.0 / x.a, x.a / x.b / p.k) * 24.0 - t * p.k / 2.0,
            "e": 2.0**x.a + x.c ** (x.a / 10.0) - (-x.d) * p.k * 3.0 / p.g + where(equal(p.k, 1.5), 1.0, 0.0) * x.e,
        }

    return system_of(
        "w",
        dict.fromkeys("abcde", 1.0),
        {"k": 1.5, "g": 0.7},
        rates,
        outputs=lambda t, x, p: {"sum": x.a + x.b + t, "share": x.a / (x.a + x.b), "constant": p.k * 2.0},
    )


@pytest.mark.parametrize("make", [everything, one_compartment, two_compartments, transit_chain])
def test_compiled_equals_plain(make):
    system = make()
    kernel = compile_kernel(system, "explicit")
    rng = np.random.default_rng(3)
    for _ in range(200):
        states = rng.uniform(0.1, 3.0, len(system.states))
        parameters = system.typical() * rng.uniform(0.5, 2.0, len(system.parameters))
        plain = system.derivative(0.7, states, parameters)
        # Products are gathered in another order, so the last digits may differ.
        np.testing.assert_allclose(kernel.derivative(0.7, states, parameters), plain, rtol=1e-12, atol=1e-12)


def test_minimum_keeps_a_nan_as_numpy_does():
    system = system_of(
        "m", {"x": 0.0}, {"k": 1.0}, lambda t, x, p: {"x": minimum(p.k, x.x**0.5) + maximum(x.x**0.5, p.k)}
    )
    assert math.isnan(compile_kernel(system, "explicit").derivative(0.0, [-1.0], [1.0])[0])


@settings(max_examples=60, deadline=None)
@given(
    base=st.one_of(st.floats(-5.0, -0.01), st.floats(0.01, 5.0)),
    exponent=st.one_of(st.integers(-40, 40).map(float), st.floats(-4.0, 4.0)),
)
@example(base=-2.0, exponent=2.0)
@example(base=-2.0, exponent=-3.0)
@example(base=-2.0, exponent=0.5)
def test_powers_of_any_sign_are_those_of_numpy(base, exponent):
    system = system_of(
        "p",
        {"x": 1.0, "y": 1.0, "z": 1.0},
        {"n": 2.0},
        lambda t, x, p: {"x": x.x**p.n, "y": x.y**34.0 + x.y**-33.0, "z": x.z**x.x},
    )
    kernel, states = compile_kernel(system, "explicit"), np.array([base, base, -abs(base)])
    with np.errstate(all="ignore"):
        plain = system.derivative(0.0, states, np.array([exponent]))
    np.testing.assert_allclose(kernel.derivative(0.0, states, [exponent]), plain, rtol=1e-12)


def test_powers_at_zero_are_those_of_numpy():
    system = system_of(
        "z",
        dict.fromkeys("abcd", 0.0),
        {"g": 0.0, "h": 0.3},
        lambda t, x, p: {"a": x.a**2.0, "b": x.b**p.g, "c": x.c**p.h, "d": x.d**0.5},
    )
    assert compile_kernel(system, "explicit").derivative(0.0, np.zeros(4), [0.0, 0.3]).tolist() == [0.0, 1.0, 0.0, 0.0]


@pytest.fixture(scope="module")
def mathematics(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mathematics")
    names = {"exponential": "double x", "logarithm": "double x", "power": "double x, double y"}
    calls = {"exponential": "x", "logarithm": "x", "power": "x, y, parity(y)"}
    functions = [f"double titer_{n}({names[n]}) {{ return {n}({calls[n]}); }}" for n in names]
    (folder / "m.c").write_text(fixed_file("mathematics.h") + "\n".join(functions))
    compile_library(find_compiler(), folder / "m.c", folder / "m.so")
    library = ctypes.CDLL(str(folder / "m.so"))
    for name in names:
        function = getattr(library, f"titer_{name}")
        function.restype = ctypes.c_double
        function.argtypes = [ctypes.c_double] * (2 if name == "power" else 1)
    return library


def worst_error_in_units(function, exact, points):
    errors = [abs(function(x) - exact(x)) / math.ulp(exact(x)) for x in points]
    return max(errors)


def test_exponential_and_logarithm_are_accurate_to_about_one_unit(mathematics):
    rng = np.random.default_rng(5)
    some = [*rng.uniform(-700, 700, 20_000), *rng.uniform(-1, 1, 20_000), 0.0, 709.7, -707.9]
    assert worst_error_in_units(mathematics.titer_exponential, math.exp, some) <= 1.5
    some = [*np.exp(rng.uniform(-700, 700, 20_000)), *rng.uniform(0.5, 2.0, 20_000), 5e-324, 1e-310, 1.7e308]
    assert worst_error_in_units(mathematics.titer_logarithm, math.log, some) <= 1.5


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("exponential", (-math.inf,), 0.0),
        ("exponential", (math.inf,), math.inf),
        ("exponential", (-800.0,), 0.0),
        ("exponential", (710.0,), math.inf),
        ("exponential", (math.nan,), math.nan),
        ("logarithm", (0.0,), -math.inf),
        ("logarithm", (-1.0,), math.nan),
        ("logarithm", (math.inf,), math.inf),
        ("logarithm", (math.nan,), math.nan),
        ("logarithm", (1.0,), 0.0),
        ("power", (0.0, 0.2), 0.0),
        ("power", (0.0, 0.0), 1.0),
        ("power", (2.0, 0.0), 1.0),
        ("power", (0.0, -1.0), math.inf),
        ("power", (-1.0, 0.5), math.nan),
        ("power", (-1.0, 3.0), -1.0),
        ("power", (-1.0, -4.0), 1.0),
        ("power", (0.0, 3.0), 0.0),
        ("power", (-1.0, 2.0**53 + 2.0), 1.0),
        ("power", (-2.0, math.inf), math.inf),
        ("power", (-2.0, math.nan), math.nan),
    ],
)
def test_special_values_are_those_of_c(mathematics, name, arguments, expected):
    found = getattr(mathematics, f"titer_{name}")(*arguments)
    assert found == expected or (math.isnan(found) and math.isnan(expected))


def test_linear_parts_are_recognised():
    ka, depot, x = symbol("ka"), symbol("depot"), symbol("x")
    states = ["depot", "x"]
    assert affine_parts(ka * depot * x, states) is None
    assert affine_parts(depot / x, states) is None
    assert affine_parts(symbol("t") * depot, states) is None
    assert affine_parts(where(depot > 0.0, depot, x), states) is None
    assert set(affine_parts(where(ka > 0.0, depot, 2.0 * x) + ka, states)) == {"depot", "x", ""}


def test_what_is_fed_by_a_nonlinear_state_is_not_in_the_cascade():
    assert find_cascade(one_compartment(saturable=True)).states == ("pk.depot",)


def test_long_chains_of_equal_losses_are_left_to_the_method():
    chain = {f"t{i}": 0.0 for i in range(4)}

    def rates(t, x, p):
        found = {"t0": -p.k * x.t0}
        for i in range(1, 4):
            found[f"t{i}"] = p.k * getattr(x, f"t{i - 1}") - p.k * getattr(x, f"t{i}")
        return found

    assert find_cascade(system_of("c", chain, {"k": 1.0}, rates)).states == ()


def test_circles_are_left_to_the_method():
    assert find_cascade(two_compartments()).states == ("pk.depot",)


def test_names_of_a_model_never_reach_the_c_text():
    evil = 'x; system("true"); //'
    writer = Writer([evil])
    text = writer.lines({"dx[0][l]": symbol(evil) * symbol("y")}, {"y": "x[0][l]"}, scope="lanes") + writer.constants()
    assert "system" not in text


def test_an_unknown_name_is_refused():
    with pytest.raises(ModelError, match="'ghost'"):
        Writer([]).lines({"dx[0][l]": symbol("ghost")}, {}, scope="lanes")


def test_equal_subtrees_are_computed_once():
    x = symbol("x")
    text = Writer([]).lines({"a": exp(-x) * 2.0, "b": exp(-x) + 1.0}, {"x": "x[0][l]"}, scope="lanes")
    assert text.count("exponential") == 1


@pytest.mark.parametrize("lanes", [0, -1, 65, 100_000, 2.5, True])
def test_a_number_of_lanes_that_cannot_be_is_refused(lanes):
    with pytest.raises(InputError, match=r"lanes.*1 to 64"):
        compile_kernel(one_compartment(), "explicit", lanes=lanes)


def test_unknown_method_and_output_are_refused():
    with pytest.raises(InputError, match="explicit"):
        compile_kernel(one_compartment(), "explict")
    with pytest.raises(InputError, match=r"did you mean 'pk\.conc'"):
        compile_kernel(one_compartment(), "explicit", outputs=["pk.con"])


def test_a_kernel_of_some_outputs_returns_those():
    assert compile_kernel(one_compartment(), "explicit", outputs=["pk.auc"]).output_names == ("pk.auc",)


def test_a_system_of_many_states_is_cut_into_loops_and_still_agrees():
    """Long loops are cut, since compilers stop vectorising them."""
    names = [f"x{i}" for i in range(150)]

    def rates(t, x, p):
        values = [getattr(x, name) for name in names]
        return {
            name: p.k * values[i - 1] / (1.0 + values[i - 2] * values[i - 3]) - p.k * values[i] * values[i - 4]
            for i, name in enumerate(names)
        }

    kernel = compile_kernel(system_of("l", dict.fromkeys(names, 1.0), {"k": 0.5}, rates), "explicit")
    states = np.random.default_rng(2).uniform(0.1, 2.0, 150)
    np.testing.assert_allclose(
        kernel.derivative(0.0, states, [0.5]), kernel.system.derivative(0.0, states, [0.5]), rtol=1e-12, atol=1e-14
    )


def test_a_system_without_outputs_still_runs():
    kernel = compile_kernel(system_of("s", {"x": 1.0}, {"k": 2.0}, lambda t, x, p: {"x": -p.k * x.x}), "explicit")
    ensemble = Ensemble(kernel, [2.0])
    assert ensemble.advance(1.0).shape == (1, 1, 0)
    np.testing.assert_allclose(ensemble.states, np.exp(-2.0), rtol=1e-14)
