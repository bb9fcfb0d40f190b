"""Gates over every member of the library."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from library_runs import measure, run
from titer.errors import InputError
from titer.evidence.outcomes import find_outcome
from titer.evidence.pharmacokinetics import MEASURES, typical_parameters
from titer.library import drugs, load_population, models, populations, relapsed_myeloma_models, sources
from titer.library.signals import SIGNALS
from titer.model import Source, assemble, check_units, trace
from titer.model.expression import symbols_in

MODELS = list(models().values())
ANCHORS = [(model, anchor) for model in MODELS for anchor in model.anchors]

# What moves without any dose, and why: disease grows, and the hazards of death and clots are never zero.
DRIFTS = {
    "myeloma.response",
    "myeloma.ceiling",
    "myeloma.clone",
    "death.cumulative_hazard",
    "vte.cumulative_hazard",
}
# Outcome rows on exposure that the model of a drug misses by more than 25%, and what of its docstring says so.
RANGES = "prints ranges"  # of creatinine clearance: the remark of the row says it
MISSED = {
    "IMID009": RANGES,
    "IMID010": RANGES,
    "IMID015": "renal study saw 2.4",
    "IMID017": "renal study saw 2.4",
    "IMID024": "7.25",
    "IMID533": "slope on CrCl",
    "IMID536": "slope on CrCl",
    "IMID030": "about 400 ng*h/mL (label)",
    "IMID033": "9.5 h in healthy people",
    "IMID034": "7.5 h in myeloma",
    "IMID037": "62-138 L",
    "IMID042": "Li 2017 has 5.13 L/h",
    "IMID065": "5.5 L/h in Japanese patients",
    "IMID067": "5.5 L/h in Japanese patients",
    "IMID069": "after 50 mg 0.62, here 0.31",
    "IMID073": "1.76 ug/mL (label), here 1.25",
    "IMID078": "here 2.5, at 5.7 h (label 4.3)",
    "IMID081": "3.4 (leprosy)",
}


def test_the_library_is_not_empty():
    assert len(MODELS) >= 10
    assert len(ANCHORS) >= 8
    assert {"thalidomide", "lenalidomide", "pomalidomide", "dexamethasone"} <= set(drugs())


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.key)
def test_units_agree(model):
    check_units(trace(model), SIGNALS)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.key)
def test_a_model_says_what_it_answers_and_assumes(model):
    for heading in ("Answers:", "Not for:", "Assumed:"):
        assert heading in model.doc


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.key)
def test_every_declared_number_and_every_signal_read_is_used(model):
    """In an equation, an individual value, a start or a dose; structural numbers are made visible for it."""
    visible = tuple(replace(p, structural=False) for p in model.parameters)
    traced = trace(replace(model, parameters=visible))
    groups = (traced.rates, traced.outputs, traced.signals, traced.modulates, traced.individual)
    used = symbols_in(*(tree for group in groups for tree in group.values()))
    used |= {f"{model.key}.{state.start}" for state in model.states}
    used |= {f"{model.key}.{name}" for dosing in model.doses for name in (dosing.bioavailability, dosing.lag)}
    assert [p.name for p in model.parameters if f"{model.key}.{p.name}" not in used] == []
    assert [name for name in model.reads if f"signal:{name}" not in used] == []


def test_every_signal_has_a_provider_and_every_factor_a_reader():
    assert set(SIGNALS) == {name for model in MODELS for name in model.provides}
    traced = [trace(model) for model in MODELS]
    trees = (tree for one in traced for group in (one.rates, one.outputs, one.signals) for tree in group.values())
    assert {f"factor:{handle}" for model in MODELS for handle in model.modulates} <= symbols_in(*trees)


def test_every_source_is_cited():
    written = "".join(path.read_text(encoding="utf-8") for path in Path(sources.__file__).parents[1].rglob("*.py"))
    named = [name for name, value in vars(sources).items() if isinstance(value, Source)]
    assert len(named) > 50
    assert [name for name in named if len(re.findall(rf"\b{name}\b", written)) < 2] == []  # 1 is its declaration


def test_keys_and_names_are_unique():
    assert len({m.name for m in MODELS}) == len({m.key for m in MODELS}) == len(MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.key)
def test_every_parameter_has_meaning_source_and_status(model):
    for parameter in model.parameters:
        assert parameter.meaning
        assert parameter.at == "definition" or ": " in parameter.at
        assert parameter.status != "estimated" or not parameter.at.startswith("titer")


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.key)
def test_a_calibrated_parameter_names_a_script_that_exists(model):
    for parameter in model.parameters:
        if parameter.status == "calibrated":
            script = re.search(r"evidence\.calibration\.\w+", parameter.at)
            assert script, f"{model.key}.{parameter.name}: {parameter.at}"
            assert find_spec(f"titer.{script.group()}")


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.key)
def test_outcome_rows_that_are_quoted_exist(model):
    quoted = [row for p in model.parameters for row in re.findall(r"IMID\d{3}", p.at + p.note)]
    quoted += [row for a in model.anchors for row in re.findall(r"IMID\d{3}", a.at)]
    for row in quoted:
        find_outcome(row)


@pytest.mark.parametrize(("model", "anchor"), ANCHORS, ids=lambda a: getattr(a, "name", getattr(a, "key", "")))
def test_anchor_is_reproduced(model, anchor):
    assert measure(model, anchor) == pytest.approx(anchor.expect, rel=anchor.within)


@pytest.mark.parametrize("row", [m.rows[0] for m in MEASURES])
def test_exposure_rows_are_met_or_named_as_conflicts(row):
    exposure = next(m for m in MEASURES if m.rows[0] == row)
    published = find_outcome(row)
    if "value = lower end" in published.endpoint:  # a range without a middle
        missed = not published.low <= exposure.predict() <= published.high
    else:
        missed = abs(exposure.predict() / published.value - 1) > 0.25
    assert missed == (row in MISSED)


@pytest.mark.parametrize("row", [row for row, phrase in MISSED.items() if phrase != RANGES])
def test_missed_exposure_rows_are_told_in_the_docstring(row):
    assert MISSED[row] in " ".join(drugs()[find_outcome(row).drug].doc.split())


def test_the_missed_half_life_of_dexamethasone_is_told():
    values = {p.name: p.value for p in models()["dexamethasone"].parameters}
    half_life = np.log(2) * values["v"] / values["cl"]
    assert half_life == pytest.approx(3.0, abs=0.05)
    assert "half-life of 3.0 h (seen 4.0)" in " ".join(models()["dexamethasone"].doc.split())


def test_undosed_system_stays_at_rest_except_for_what_drifts():
    system = assemble(relapsed_myeloma_models(), SIGNALS)
    parameters = system.typical()
    rates = system.derivative(0.0, system.start_values(parameters)[0], parameters)
    moving = {name for name, rate in zip(system.states, rates, strict=True) if abs(rate) > 1e-12}
    assert moving == DRIFTS


@pytest.mark.parametrize("drug", sorted(drugs()))
def test_a_dose_changes_a_signal(drug):
    """A drug alone with the immune system moves at least one signal that the others read."""
    members = [drugs()[drug], *(m for m in MODELS if m.key in ("ikaros", "killing"))]
    times = np.array([0.0, 6.0, 24.0])
    given = run(members, [(0.0, drug, 20.0)], times)
    without = run(members, [], times)
    moved = [name for name in SIGNALS if name in given and np.ptp(given[name] - without[name]) > 1e-3]
    assert moved


@pytest.mark.parametrize("model", [m for m in MODELS if m.individual], ids=lambda m: m.key)
def test_typical_values_are_those_at_the_default_covariates(model):
    for name, value in typical_parameters(model).items():
        assert value == pytest.approx(model.parameter(name).value, rel=0.01)


def test_drugs_and_diseases_do_not_name_each_other():
    names = set(drugs()) | {"myeloma"}
    for model in MODELS:
        used = {*model.reads, *model.provides, *(h.split(".")[0] for h in model.modulates)}
        assert used <= set(SIGNALS)
        assert not used & names


def test_a_dialysis_session_removes_31_percent_in_4_hours():
    drug = models()["lenalidomide"]
    times = np.linspace(24.0, 28.0, 3)
    covariates = {"crcl": 6.0, "is_patient": 0.0}
    off = run([drug], [(0.0, "lenalidomide", 25.0)], times, covariates)["lenalidomide.conc"]
    on = run([drug], [(0.0, "lenalidomide", 25.0)], times, covariates, {"lenalidomide.dialysis": (24.0, 1.0)})
    conc = on["lenalidomide.conc"]
    by_body = 1 - off[-1] / off[0]
    by_both = 1 - conc[-1] / conc[0]
    values = {p.name: p.value for p in drug.parameters}
    clearance = (values["cl_nonrenal"] + 6 * values["cl_renal"]) / values["patient_ratio"]
    dialyser = by_both * values["cl_dialysis"] / (values["cl_dialysis"] + clearance)
    assert by_body < 0.15
    assert dialyser == pytest.approx(0.31, abs=0.01)  # IMID012


def test_unknown_names_are_refused_with_the_nearest():
    with pytest.raises(InputError, match="lenalidomide"):
        relapsed_myeloma_models(["lenalidomid"])
    with pytest.raises(InputError, match="relapsed-myeloma"):
        load_population("relapsed-mieloma")


def test_populations_give_the_covariates_that_models_read():
    assert "relapsed-myeloma" in populations()
    population = load_population("Relapsed_Myeloma")
    assert population is load_population("relapsed-myeloma")
