"""Parameters of each patient: covariates in the model's units, spread of its own, the same bits in any cohort."""

import numpy as np
import pytest

from titer.errors import InputError, ModelError, UnitError
from titer.model.assemble import assemble
from titer.model.declare import Covariate, Equations, Model, Parameter, Population, Source, State
from titer.model.expression import maximum
from titer.patients.cohort import Cohort
from titer.patients.individuals import individual_parameters, sample_individuals

MANY = np.arange(20_000)


def equations(t, x, p, s):
    return Equations(rates={"central": -p.cl / p.vc * x.central})


def by_kidney(p, c):
    return {"cl": p.cl_rest + p.slope * maximum(c.crcl, 0.0), "vc": p.vc * c.weight / 70.0}


def parameter(name, value, unit="", **spread):
    return Parameter(name, value, unit, name, "definition", "assumed", **spread)


PARAMETERS = (
    parameter("cl", 10.0, "L/h", cv=0.3),
    parameter("vc", 50.0, "L", omega2=0.04),
    parameter("cl_rest", 1.0, "L/h"),
    parameter("slope", 0.1, "L/h/(mL/min)"),
    parameter("shift", -2.0, "", sd=0.5),
)
COVARIATES = (Covariate("crcl", "mL/min", "creatinine clearance", 90.0), Covariate("weight", "kg", "weight", 70.0))


def model(key="drug", parameters=PARAMETERS, individual=by_kidney, correlations=(("cl", "vc", 0.7),)):
    return Model(
        key=key,
        name=f"{key}_invented",
        title="invented",
        doc="",
        time="h",
        sources={"made": Source("made up for tests")},
        population=Population("nobody"),
        states=(State("central", "mg", "drug"),),
        parameters=parameters,
        equations=equations,
        covariates=COVARIATES,
        individual=individual,
        correlations=correlations,
    )


def system(*models):
    return assemble(models or (model(),), {}, units=False)


def cohort(ids=MANY, **units):
    ids = np.asarray(ids)
    columns = {"crcl": 20.0 + ids % 100, "weight": 50.0 + ids % 50}
    return Cohort(ids, columns, {"crcl": "mL/min", "weight": "kg"} | units)


def columns(made, values):
    return {name.split(".")[1]: values[:, made.parameter_index(name)] for name in made.parameters}


def test_typical_values_follow_the_covariates():
    made, people = system(), cohort()
    typical = columns(made, sample_individuals(made, people, 1, spread=False).values)
    assert (typical["cl"] == 1.0 + 0.1 * people.column("crcl")).all()
    assert (typical["vc"] == 50.0 * people.column("weight") / 70.0).all()
    assert set(typical["shift"]) == {-2.0}


def test_spread_and_correlation_are_those_declared():
    made, people = system(), cohort()
    typical = columns(made, sample_individuals(made, people, 1, spread=False).values)
    drawn = columns(made, individual_parameters(made, people, 1))
    cl, vc = (np.log(drawn[name] / typical[name]) for name in ("cl", "vc"))
    near = 4 / np.sqrt(len(MANY))  # four standard errors of a correlation; those of the others are smaller
    assert cl.std() == pytest.approx(np.sqrt(np.log1p(0.09)), rel=near)
    assert vc.std() == pytest.approx(0.2, rel=near)
    assert np.corrcoef(cl, vc)[0, 1] == pytest.approx(0.7, abs=near)
    assert np.std(drawn["shift"]) == pytest.approx(0.5, rel=near)
    assert np.mean(drawn["shift"]) == pytest.approx(-2.0, abs=near)
    assert abs(np.corrcoef(cl, drawn["shift"])[0, 1]) < near
    assert set(drawn["slope"]) == {0.1}


def test_patient_has_the_same_bits_in_any_cohort():
    made = system()
    whole = individual_parameters(made, cohort(), 1)
    for ids in ([17], [5, 17, 19_999], range(900, 0, -7)):
        assert (individual_parameters(made, cohort(ids), 1) == whole[np.array(ids)]).all()
    assert (individual_parameters(made, cohort(), 2) != whole).any(axis=0).sum() == 3


def test_other_models_and_newly_varying_parameters_shift_nothing():
    alone = columns(system(), individual_parameters(system(), cohort(), 1))
    more = (*PARAMETERS[:3], parameter("slope", 0.1, cv=0.2), PARAMETERS[4])
    joined = system(model("other"), model(parameters=more))
    values = individual_parameters(joined, cohort(), 1)
    for name in ("vc", "cl", "shift"):
        assert (values[:, joined.parameter_index(f"drug.{name}")] == alone[name]).all()
        assert (values[:, joined.parameter_index(f"other.{name}")] != alone[name]).all()


def test_correlation_leaves_the_first_of_a_pair_and_the_others_as_they_were():
    tied, free = system(), system(model(correlations=()))
    tied_values, free_values = (columns(s, individual_parameters(s, cohort(), 1)) for s in (tied, free))
    assert (tied_values["cl"] == free_values["cl"]).all()
    assert (tied_values["shift"] == free_values["shift"]).all()
    assert (tied_values["vc"] != free_values["vc"]).all()


def test_unit_of_a_covariate_changes_no_result():
    made, people = system(), cohort()
    grams = Cohort(
        people.ids, {**people.columns, "weight": people.column("weight") * 1000}, {**people.units, "weight": "g"}
    )
    assert individual_parameters(made, grams, 1) == pytest.approx(individual_parameters(made, people, 1), rel=1e-14)


def test_covariate_in_a_unit_of_another_dimension_is_refused():
    with pytest.raises(UnitError, match="cannot be turned into") as error:
        individual_parameters(system(), cohort(weight="cm"), 1)
    assert "covariate 'weight'" in error.value.where


def test_missing_covariates_take_the_default_and_are_reported():
    people = Cohort(np.arange(3), {"weight": [60.0, 70.0, 80.0]}, {"weight": "kg"})
    made = sample_individuals(system(), people, 1, spread=False)
    assert [(d.model, d.covariate, d.value, d.unit) for d in made.defaulted] == [
        ("drug_invented", "crcl", 90.0, "mL/min")
    ]
    assert set(columns(system(), made.values)["cl"]) == {10.0}
    assert sample_individuals(system(), cohort(), 1).defaulted == ()


def test_override_replaces_covariates_and_spread_and_reaches_relations():
    made, people = system(), cohort(range(5))
    fixed = columns(
        made, individual_parameters(made, people, 1, overrides={"drug.cl": 5.0, "drug.vc": [1, 2, 3, 4, 5]})
    )
    assert set(fixed["cl"]) == {5.0}
    assert fixed["vc"].tolist() == [1, 2, 3, 4, 5]
    steep = columns(made, sample_individuals(made, people, 1, overrides={"drug.slope": 0.2}, spread=False).values)
    assert steep["cl"] == pytest.approx(1.0 + 0.2 * people.column("crcl"))


@pytest.mark.parametrize(
    ("what", "overrides"),
    [
        ("no parameter 'drug.lc'", {"drug.lc": 5.0}),
        ("override of 'drug.cl' is nan", {"drug.cl": float("nan")}),
        ("override of 'drug.cl' is 'fast'", {"drug.cl": "fast"}),
        ("has shape", {"drug.cl": [1.0, 2.0]}),
    ],
)
def test_impossible_override_is_refused(what, overrides):
    with pytest.raises(InputError, match=what):
        individual_parameters(system(), cohort(range(5)), 1, overrides=overrides)


@pytest.mark.parametrize(
    ("what", "relation"),
    [
        ("no covariate 'wieght'", lambda p, c: {"cl": p.cl * c.wieght}),
        ("no parameter 'lc'", lambda p, c: {"cl": p.lc}),
        ("cannot be changed", lambda p, c: setattr(p, "cl", 1.0) or {}),
    ],
)
def test_relation_that_reads_an_unknown_name_is_refused(what, relation):
    made = system(model())  # assembled first: tracing refuses such a relation too
    object.__setattr__(made.models[0], "individual", relation)
    with pytest.raises(ModelError, match=what):
        individual_parameters(made, cohort(range(5)), 1)


def test_relation_that_returns_an_unknown_name_or_shape_is_refused():
    for relation, what in [(lambda p, c: {"lc": 1.0}, "no parameter 'lc'"), (lambda p, c: {"cl": [1.0]}, "has shape")]:
        made = system(model())
        object.__setattr__(made.models[0], "individual", relation)
        with pytest.raises(ModelError, match=what):
            individual_parameters(made, cohort(range(5)), 1)


def test_value_that_is_not_finite_names_parameter_and_patient():
    made = system(model())
    object.__setattr__(made.models[0], "individual", lambda p, c: {"cl": np.log(c.crcl - 22.0)})
    with pytest.raises(ModelError, match=r"'drug.cl' is -?nan") as error:
        individual_parameters(made, cohort(range(1, 5)), 1)
    assert error.value.where == "patient 1"


def test_covariate_that_is_not_finite_names_the_patient():
    people = Cohort([4, 9], {"weight": [70.0, np.nan]}, {"weight": "kg"})
    with pytest.raises(InputError, match="nan") as error:
        individual_parameters(system(), people, 1)
    assert error.value.where.endswith("patient 9")


def test_correlation_of_a_parameter_that_does_not_vary_is_refused():
    with pytest.raises(ModelError, match="'slope', which does not vary"):
        individual_parameters(system(model(correlations=(("cl", "slope", 0.5),))), cohort(range(3)), 1)
