"""Declaring, tracing, unit-checking and assembling models, on invented ones."""

import dataclasses

import numpy as np
import pytest

from titer.errors import ModelError, UnitError
from titer.model import (
    Dosing,
    Equations,
    Model,
    Output,
    Parameter,
    Population,
    Signal,
    Source,
    State,
    assemble,
    system_map,
)
from titer.model.expression import exp, maximum, where

SIGNALS = {
    "guard": Signal("guard", "", 1.0, "fraction of a guardian protein"),
    "burden": Signal("burden", "g/L", 0.0, "disease burden"),
}


def number(name, value, unit, **more):
    return Parameter(name, value, unit, "invented", "paper: Table 1", "assumed", **more)


def drug_equations(t, x, p, s):
    conc = x.central / p.vc
    return Equations(
        rates={"depot": -p.ka * x.depot, "central": p.ka * x.depot - p.cl * conc},
        outputs={"conc": conc},
        modulates={"guard.loss": 1 + p.emax * conc / (p.ec50 + conc)},
    )


def guard_equations(t, x, p, s):
    return Equations(rates={"level": p.turnover * (1 - x.level * s.factor("guard.loss"))}, signals={"guard": x.level})


def disease_equations(t, x, p, s):
    return Equations(rates={"mass": p.growth * x.mass * (1 - p.kill * (1 - s.guard))}, signals={"burden": x.mass})


def make(key, equations, states, parameters, **more):
    return Model(
        key, f"{key}_invented", "invented", "", more.pop("time", "h"), {"paper": Source("Author 2020")},
        Population("nobody"), states, parameters, equations, **more,
    )  # fmt: skip


DRUG = make(
    "drug",
    drug_equations,
    (State("depot", "mg", "gut"), State("central", "mg", "plasma")),
    (
        number("ka", 1.0, "1/h"),
        number("cl", 5.0, "L/h"),
        number("vc", 50.0, "L"),
        number("emax", 9.0, ""),
        number("ec50", 0.1, "mg/L"),
    ),
    outputs=(Output("conc", "mg/L", "plasma level"),),
    modulates=("guard.loss",),
    doses=(Dosing("examplemab", "depot"),),
)
GUARD = make(
    "guardian",
    guard_equations,
    (State("level", "", "guard", 1.0),),
    (number("turnover", 0.04, "1/h"),),
    provides=("guard",),
)
DISEASE = make(
    "disease",
    disease_equations,
    (State("mass", "g/L", "burden", "start"),),
    (number("growth", 0.01, "1/day"), number("kill", 3.0, ""), number("start", 20.0, "g/L")),
    time="day",
    reads=("guard",),
    provides=("burden",),
)


def test_hours_become_days_and_signals_are_closed():
    system = assemble([DRUG, GUARD, DISEASE], SIGNALS)
    states = np.array([10.0, 5.0, 0.5, 20.0])
    rates = system.derivative(0.0, states, system.typical())
    conc = 5.0 / 50.0
    loss = 1 + 9 * conc / (0.1 + conc)
    expected = [-24 * 10, 24 * (10 - 5 * conc), 24 * 0.04 * (1 - 0.5 * loss), 0.01 * 20 * (1 - 3 * 0.5)]
    np.testing.assert_allclose(rates, expected, rtol=1e-14)


def test_an_unprovided_signal_stays_at_rest():
    system = assemble([DISEASE], SIGNALS)
    assert system.derivative(0.0, np.array([20.0]), system.typical()) == pytest.approx([0.2])


def test_factors_of_two_drugs_multiply():
    twin = dataclasses.replace(DRUG, key="twin", name="twin_invented", doses=(Dosing("twinmab", "depot"),))
    system = assemble([DRUG, twin, GUARD], SIGNALS)
    states = np.array([0.0, 5.0, 0.0, 5.0, 0.5])
    loss = 1 + 9 * 0.1 / 0.2
    assert system.derivative(0.0, states, system.typical())[-1] == pytest.approx(24 * 0.04 * (1 - 0.5 * loss**2))


def test_starts_come_from_parameters_of_each_patient():
    system = assemble([DISEASE], SIGNALS)
    parameters = np.tile(system.typical(), (3, 1))
    parameters[:, system.parameter_index("disease.start")] = [1.0, 2.0, 3.0]
    np.testing.assert_array_equal(system.start_values(parameters), [[1.0], [2.0], [3.0]])


@pytest.mark.parametrize(
    ("models", "told"),
    [
        ([GUARD, dataclasses.replace(GUARD, key="other")], "more than one provider of signal 'guard'"),
        ([GUARD, dataclasses.replace(GUARD, provides=())], "more than one key 'guardian'"),
        ([dataclasses.replace(DISEASE, reads=("gard",))], "did you mean 'guard'"),
        ([DRUG, dataclasses.replace(DRUG, key="twin")], "more than one model that takes doses"),
        ([], "no model to assemble"),
    ],
)
def test_assembling_refuses(models, told):
    with pytest.raises(ModelError, match=told):
        assemble(models, SIGNALS)


@pytest.mark.parametrize("name", ["central", "vc"])
def test_an_output_with_the_name_of_a_state_or_parameter_is_refused(name):
    with pytest.raises(ModelError, match=f"declares \\['{name}'\\] more than once"):
        dataclasses.replace(DRUG, outputs=(Output(name, "mg/L", "plasma level"),))


def test_an_algebraic_loop_is_named():
    def loop(t, x, p, s):
        return Equations(rates={}, signals={"guard": 1 - s.burden / p.scale})

    def back(t, x, p, s):
        return Equations(rates={}, signals={"burden": p.scale * s.guard})

    scale = (number("scale", 1.0, "g/L"),)
    one = make("one", loop, (), scale, reads=("burden",), provides=("guard",))
    two = make("two", back, (), scale, reads=("guard",), provides=("burden",))
    with pytest.raises(ModelError, match="circle"):
        assemble([one, two], SIGNALS)


def with_rate(rate):
    def equations(t, x, p, s):
        return Equations(rates={"amount": rate(t, x, p)})

    parameters = (number("k", 1.0, "1/h"), number("v", 1.0, "L"), number("n", 2.0, ""), number("small", 1.0, "ng"))
    return make("probe", equations, (State("amount", "mg", "amount"),), parameters)


@pytest.mark.parametrize(
    "rate",
    [
        lambda t, x, p: -p.k * x.amount,
        lambda t, x, p: -p.k * where(x.amount > 0, x.amount, 0),
        lambda t, x, p: -p.k * maximum(x.amount, 0) * exp(-p.k * t),
        lambda t, x, p: -p.k * (x.amount**2) ** 0.5,
        lambda t, x, p: p.k * x.amount * (p.k * t) ** p.n,
    ],
)
def test_units_that_fit_pass(rate):
    assemble([with_rate(rate)], SIGNALS)


@pytest.mark.parametrize(
    ("rate", "told"),
    [
        (lambda t, x, p: -p.v * x.amount, "the result has unit"),
        (lambda t, x, p: -p.k * (x.amount + p.small), r"\+.* of units"),
        (lambda t, x, p: -p.k * (x.amount + 1), r"\+.* of units"),
        (lambda t, x, p: -p.k * x.amount * exp(x.amount), "exp of a quantity with unit"),
        (lambda t, x, p: -p.k * x.amount**p.n, "not a literal"),
        (lambda t, x, p: -p.k * x.amount * p.n**p.v, "exponent with unit"),
        (lambda t, x, p: p.k * where(x.amount > p.v, x.amount, 0), "'>' of units"),
        (lambda t, x, p: p.k * maximum(x.amount, p.v), "'max' of units"),
    ],
)
def test_units_that_do_not_fit_are_named_with_their_trail(rate, told):
    with pytest.raises(UnitError, match=told) as caught:
        assemble([with_rate(rate)], SIGNALS)
    assert "rate of amount" in caught.value.where


def dosed(state="mg", dose="mg", share=("", 0.8), lag="h"):
    def equations(t, x, p, s):
        return Equations(rates={"amount": -p.k * x.amount})

    parameters = (number("k", 1.0, "1/h"), number("share", share[1], share[0]), number("lag", 1.0, lag))
    doses = (Dosing("drug", "amount", unit=dose, bioavailability="share", lag="lag"),)
    return make("pk", equations, (State("amount", state, "amount"),), parameters, doses=doses)


@pytest.mark.parametrize("sound", [{}, {"state": "nmol", "dose": "nmol"}, {"lag": "day"}, {"lag": "min"}])
def test_doses_whose_units_fit_pass(sound):
    assert assemble([dosed(**sound)], SIGNALS).doses["drug"].lag == "pk.lag"


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ({"state": "ug"}, "doses in mg enter state 'amount' in ug"),
        ({"state": "nmol"}, "doses in mg enter state 'amount' in nmol"),
        ({"share": ("%", 80.0)}, "bioavailability 'share' is in %"),
        ({"share": ("L", 0.8)}, "bioavailability 'share' is in L"),
        ({"lag": "mg"}, "lag 'lag' is in 'mg'"),
        ({"lag": ""}, "lag 'lag' is in ''"),
    ],
)
def test_doses_whose_units_do_not_fit_are_refused(broken, told):
    with pytest.raises(UnitError, match=told) as caught:
        assemble([dosed(**broken)], SIGNALS)
    assert caught.value.where == "model 'pk_invented', doses of drug"


@pytest.mark.parametrize("role", ["bioavailability", "lag"])
def test_a_dose_names_parameters_that_exist_and_can_differ(role):
    sound = dosed()
    with pytest.raises(ModelError, match="no parameter 'shore'") as caught:
        dataclasses.replace(sound, doses=(Dosing("drug", "amount", **{role: "shore"}),))
    assert "'share'" in caught.value.hint
    fixed = (*sound.parameters, number("whole", 1.0, "", structural=True))
    with pytest.raises(ModelError, match=f"the {role} of drug is 'whole', which is structural"):
        dataclasses.replace(sound, parameters=fixed, doses=(Dosing("drug", "amount", **{role: "whole"}),))


def test_a_lag_in_hours_becomes_days_when_doses_are_made():
    from titer.engine.events import bolus

    system = assemble([dosed(lag="h")], SIGNALS)
    events = bolus(system, "drug", np.atleast_2d(system.typical()), 0, 2.0, 10.0)
    np.testing.assert_allclose([events.time[0], events.value[0]], [2 + 1 / 24, 8.0])


def test_equations_cannot_change_the_values_they_read():
    def careless(t, x, p, s):
        x.amount = 0.0
        return Equations(rates={})

    with pytest.raises(ModelError, match="state 'amount' cannot be changed here"):
        assemble([dataclasses.replace(with_rate(lambda t, x, p: 0.0), equations=careless)], SIGNALS)


def test_a_misspelt_name_in_the_equations_gets_the_nearest():
    with pytest.raises(ModelError, match="did you mean 'amount'"):
        assemble([with_rate(lambda t, x, p: -p.k * x.amoumt)], SIGNALS)


def test_python_if_in_equations_is_explained():
    with pytest.raises(ModelError, match="where"):
        assemble([with_rate(lambda t, x, p: p.k * x.amount if x.amount > 0 else 0)], SIGNALS)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"status": "guessed"}, "status 'guessed'"),
        ({"value": float("nan")}, "value is nan"),
        ({"at": ""}, "no place in a source"),
        ({"at": "elsewhere: Table 1"}, "'elsewhere' is not declared"),
        ({"cv": 0.3, "omega2": 0.1}, "more than one spread"),
    ],
)
def test_a_parameter_without_a_home_is_refused(change, told):
    broken = dataclasses.replace(GUARD.parameters[0], **change)
    with pytest.raises(ModelError, match=told):
        dataclasses.replace(GUARD, parameters=(broken,))


def test_missing_and_surplus_rates_are_named():
    def equations(t, x, p, s):
        return Equations(rates={"lvel": 0.0}, signals={"guard": 1.0})

    with pytest.raises(ModelError, match="level"):
        assemble([dataclasses.replace(GUARD, equations=equations)], SIGNALS)


def test_the_map_says_who_provides_reads_and_modulates():
    uses = {use.signal.name: use for use in system_map([DRUG, GUARD, DISEASE], SIGNALS)}
    assert uses["guard"].provider == "guardian"
    assert uses["guard"].readers == ("disease",)
    assert uses["guard"].modulators == ("drug on loss",)
    assert uses["burden"].readers == ()
