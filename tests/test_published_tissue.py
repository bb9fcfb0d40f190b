"""Rao 2023 and the law of the critical neutrophil concentration, each alone and joined, against published numbers.

"The code" is the right-hand side that the paper's authors published (openPfizer/QSP_model_COVID19), run with SciPy's
LSODA. Numbers printed with two or three digits are met to half of their last digit, the others within 1%.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from titer.decisions.response import follow_response, prepare
from titer.decisions.scenario import run_scenario
from titer.library import models, scenarios
from titer.library.immune.published import bacterium, tissue
from titer.library.signals import SIGNALS
from titer.library.sources import TITER
from titer.model import Challenge, Equations, Model, Parameter, Population, assemble

OURS = (
    "influenza-like",
    "sterile-damage",
    "killed-virus",
    "bacterial-clearance",
    "bacterial-neutropenia",
    "critical-neutrophils",
)
CHECKS = [(key, place) for key in OURS for place in range(len(scenarios()[key].checks))]
CELLS = ("dendritic", "macrophages", "neutrophils", "th1", "th17", "ctl", "treg")


@cache
def published(key):
    return run_scenario(key)


@cache
def changed_by(*factors):
    """The viral course with parameters of the tissue multiplied: (name, factor) pairs."""
    typical = {p.name: p.value for p in tissue.MODEL.parameters}
    return course("influenza-like", **{name: typical[name] * factor for name, factor in factors})


def course(key, amount=None, **parameters):
    """Series of a scenario with parameters of the tissue changed and another amount of its challenge."""
    scenario = scenarios()[key]
    if amount is not None:
        scenario = replace(scenario, challenges=(replace(scenario.challenges[0], amount=amount),))
    run = run_scenario(scenario, changed={f"tissue.{name}": value for name, value in parameters.items()})
    return {"day": run.response.days} | {name: values[0] for name, values in run.response.series.items()}


def rise(series, reference, name):
    """Change of a peak against another run's, as a fraction."""
    return series[name].max() / reference[name].max() - 1


def last_day_above(series, name, level):
    """Day on which a falling series passes a level for good, by the logarithm between stored values."""
    values, days = series[name], series["day"]
    last = np.flatnonzero(values > level)[-1]
    share = np.log(values[last] / level) / np.log(values[last] / values[last + 1])
    return days[last] + share * (days[last + 1] - days[last])


# What was published


def test_there_are_checks():
    assert len(CHECKS) > 60
    assert {key for key, _ in CHECKS} == set(OURS)


@pytest.mark.parametrize(("key", "place"), CHECKS)
def test_a_published_number_is_met(key, place):
    result = published(key).checks[place]
    assert result.met, f"{result.check.series} {result.check.statistic}: {result.value} for {result.check.expect}"


@pytest.mark.parametrize(
    ("cells", "tnf", "il6", "il1b", "crp"),
    [(1e8, 54, 1.22, 7.22, 58), (1e9, 433, 10.4, 25.7, 118), (1e10, 4220, 102, 210, 717)],
)
def test_sterile_damage_of_three_sizes_gives_the_cytokines_of_the_code(cells, tnf, il6, il1b, crp):
    found = course("sterile-damage", cells)
    peaks = {name: found[name].max() for name in ("tnf", "il6", "il1b", "crp")}
    assert peaks == pytest.approx({"tnf": tnf, "il6": il6, "il1b": il1b, "crp": crp}, rel=0.01)


def test_sterile_damage_primes_few_t_cells_and_never_infects():
    infected = published("influenza-like").response.series
    for cells, most in ((1e8, 1.08), (1e10, 2.03)):  # the code: +8% to +100%
        found = course("sterile-damage", cells)
        for cell in ("tissue.th1", "tissue.ctl"):
            assert 1.0 < found[cell].max() / found[cell][0] < most
            assert infected[cell].max() / infected[cell][0, 0] > 100
        assert found["ifn_gamma"].max() < 1.4
        assert not found["tissue.virus"].any()
        assert not found["tissue.infected"].any()


@pytest.mark.parametrize(
    ("copies", "gone", "ifn_gamma", "crp"), [(1e6, 2.3, 5.0, 74), (1e9, 5.8, 13.0, 98), (1e12, 9.2, 34.0, 139)]
)
def test_dose_of_a_killed_virus_acts_through_its_duration(copies, gone, ifn_gamma, crp):
    found = course("killed-virus", copies)
    passed = last_day_above(found, "tissue.virus", 1e4)
    assert passed == pytest.approx(np.log(copies / 1e4) / 0.08325 / 24, abs=1e-3)  # closed form: it only decays
    assert passed == pytest.approx(gone, abs=0.05)
    assert found["ifn_gamma"].max() == pytest.approx(ifn_gamma, abs=0.5)
    assert found["crp"].max() == pytest.approx(crp, abs=0.5)


# Sensitivities that a pharmacologist asks for


def test_three_times_the_type_i_interferon_clears_the_virus_by_day_8():
    found = changed_by(("a_ifnb", 3))
    assert found["tissue.virus"].max() == pytest.approx(1.062e7, rel=0.01)
    assert last_day_above(found, "tissue.virus", 1e4) == pytest.approx(7.92, abs=0.05)


def test_half_the_regulatory_t_cells_raise_interferon_gamma_by_an_eighth():
    assert rise(changed_by(("a_treg", 0.5)), changed_by(), "ifn_gamma") == pytest.approx(0.125, abs=0.005)


def test_twice_the_priming_of_th1_and_cytotoxic_cells_clears_two_days_earlier():
    found = changed_by(("a_ctl", 2), ("a_th1", 2))
    assert found["ifn_gamma"].max() == pytest.approx(228.7, rel=0.01)
    assert last_day_above(found, "tissue.virus", 1e4) == pytest.approx(13.49, abs=0.05)


def test_cytokines_as_an_immunomodulator_sets_them_give_the_course_of_the_code():
    found = changed_by(("a_tnf", 0.6), ("a_il6", 0.5), ("a_il1b", 0.6), ("a_il2", 2.9), ("a_ifng", 2))
    peaks = {name: found[name].max() for name in ("tnf", "il6", "ifn_gamma", "crp")}
    assert peaks == pytest.approx({"tnf": 16.65, "il6": 11.24, "ifn_gamma": 238.1, "crp": 157.3}, rel=0.01)


def test_half_the_life_of_neutrophils_changes_nothing_in_the_viral_case():
    shorter = changed_by(("b_n", 2))
    assert abs(rise(shorter, changed_by(), "tissue.neutrophils")) > 0.4
    for name in ("tissue.virus", "tissue.ctl", "ifn_gamma", "crp"):
        assert abs(rise(shorter, changed_by(), name)) < 0.01


def test_il2_hardly_acts_as_coded():
    found = changed_by(("a_il2", 2.87))
    assert rise(found, changed_by(), "tissue.th1") == pytest.approx(0.03, abs=0.005)
    assert rise(found, changed_by(), "tissue.ctl") == pytest.approx(0.0, abs=0.005)


def test_il2_acts_where_the_line_of_cytotoxic_cells_reads_it_and_less_of_it_saturates():
    halves = {f"half_{cell}_il2": 30 * 7.52976 for cell in ("th1", "ctl")}
    before = course("influenza-like", ctl_uses_il2=1.0, **halves)
    found = course("influenza-like", ctl_uses_il2=1.0, a_il2=259.6608 * 2.87, **halves)
    rises = [rise(found, before, name) for name in ("tissue.th1", "tissue.ctl", "ifn_gamma")]
    assert rises == pytest.approx([0.371, 0.450, 0.444], abs=0.005)  # the code with that line corrected


# Bacteria and neutrophils


@pytest.mark.parametrize("inoculum", [1e3, 1e7])
@pytest.mark.parametrize(("neutrophils", "per_hour"), [(1e5, 0.36), (2e5, 0.24), (8e5, -0.48), (1.2e6, -0.96)])
def test_bacteria_grow_below_the_critical_concentration_and_fall_above_it(neutrophils, per_hour, inoculum):
    """g - k N, whatever the ratio of neutrophils to bacteria; 0.05 leaves room for the logistic brake from 1e7 on."""
    scenario = replace(scenarios()["critical-neutrophils"], challenges=(Challenge(0.0, "bacteria", inoculum),))
    run = run_scenario(scenario, changed={"bacterium.resting_neutrophils": neutrophils})
    bacteria = run.response.series["bacterium.bacteria"][0, -1]
    assert np.log(bacteria / inoculum) / 6.0 == pytest.approx(per_hour, abs=0.05 if inoculum > 1e6 else 1e-3)


@pytest.mark.parametrize(("inoculum", "cleared"), [(1e2, 0.59), (1e4, 0.45), (1e6, 0.41), (1e8, 0.39)])
def test_a_healthy_host_clears_any_inoculum_in_15_hours(inoculum, cleared):
    found = course("bacterial-clearance", inoculum)
    assert last_day_above(found, "bacterium.bacteria", 1.0) == pytest.approx(cleared, abs=0.006)  # step: 0.004 days
    assert found["crp"].max() - found["crp"][0] < 5.0


@pytest.mark.parametrize(
    ("production", "peak", "il6", "crp"),
    [
        (0.5, 178, 1.1, 60),
        (0.25, 592, 2.1, 69),
        (0.1, 1.4e5, 5.8, 104),
        (0.05, 8e7, 10.3, 146),
        (0.02, 2.3e8, 11.5, 156),
    ],
)
def test_fewer_neutrophils_made_leave_bacteria_uncleared(production, peak, il6, crp):
    found = course("bacterial-neutropenia", a_n=7.93543e10 * production)
    assert found["bacterium.bacteria"].max() == pytest.approx(peak, rel=0.01 if peak < 1e3 else 0.05)  # 1-3 digits
    assert found["il6"].max() == pytest.approx(il6, abs=0.051)
    assert found["crp"].max() == pytest.approx(crp, abs=0.51)
    assert found["bacterium.bacteria"][1:].min() > 1.0


def test_without_a_limit_even_a_healthy_host_keeps_some_bacteria():
    """Resting neutrophils are a tenth of the critical concentration: those left call just as many as hold them."""
    run = run_scenario("bacterial-clearance", changed={"bacterium.least": 0.0})
    left = {name: values[0, -1] for name, values in run.response.series.items()}
    assert left["bacterium.bacteria"] == pytest.approx(1.93, abs=0.01)
    assert left["bacterium.neutrophils"] == pytest.approx(left["bacterium.critical"], rel=0.01)


def test_in_gel_a_healthy_host_needs_antibody():
    """A tenth of the killing, as in gel: bacteria fill the tissue, unless enough IgG binds them."""
    immune = Model(
        key="immune",
        name="immune_test",
        title="",
        doc="",
        time="h",
        sources={"titer": TITER},
        population=Population("none"),
        states=(),
        parameters=(Parameter("level", 0.0, "nmol/L", "IgG", "titer: test", "assumed"),),
        equations=lambda t, x, p, s: Equations(rates={}, signals={"antibody": p.level}),
        provides=("antibody",),
    )
    kernel = prepare([tissue.MODEL, bacterium.MODEL, immune])
    days = np.linspace(0.01, 10.0, 100)
    peaks = []
    for level in (0.0, 1000.0):
        found = follow_response(
            kernel,
            days,
            challenges=(Challenge(0.0, "bacteria", 100.0),),
            settle_days=500.0,
            changed={"bacterium.killing": 1.2e-7, "immune.level": level},
        )
        peaks.append(found.series["bacterium.bacteria"][0].max())
    assert peaks[0] > 1e4
    assert peaks[1] < 1e3


# The model itself


@cache
def rested():
    """The tissue assembled, its parameters, and its states by name after 500 days and on day 6 of an infection."""
    system = assemble([tissue.MODEL], SIGNALS)
    series = published("influenza-like").response.series
    days = published("influenza-like").response.days
    place = int(np.flatnonzero(days == 6.0)[0])
    rest, sick = (np.array([series[name][0, i] for name in system.states]) for i in (0, place))
    return system, system.typical(), rest, sick


def test_the_kernel_agrees_with_lsoda():
    """Eight days with LSODA on the plain derivative: past the peak, with all that answers it under way."""
    system, parameters, start, _ = rested()
    start = start.copy()
    start[system.state_index("tissue.virus")] = 1e6
    found = solve_ivp(
        lambda t, y: system.derivative(t, y, parameters), (0, 8), start, "LSODA", rtol=1e-7, atol=1e-9, t_eval=[4, 8]
    ).y
    series, days = published("influenza-like").response.series, published("influenza-like").response.days
    for column, day in enumerate((4.0, 8.0)):
        kernel = np.array([series[name][0, days == day][0] for name in system.states])
        assert found[:, column] == pytest.approx(kernel, rel=1e-4, abs=1e-9)


def test_an_unchallenged_tissue_stays_at_rest():
    kernel = prepare([tissue.MODEL])
    found = follow_response(kernel, [0.0, 1000.0], settle_days=500.0)
    for name in (*tissue.MODEL.provides, "tissue.at1", "tissue.th1"):
        start, end = found.series[name][0]
        assert end == pytest.approx(start, rel=1e-3, abs=1e-3), name
    for signal in tissue.RISES:  # the declared rests are those of the run, to the digits printed
        assert abs(found.series[f"{signal}_rise"][0, 0]) < 1e-3
    assert found.series["tissue_neutrophils"][0, 0] == pytest.approx(1.0, abs=1e-3)
    assert not found.series["tissue.virus"].any()


def test_an_inoculum_below_the_level_that_ends_entry_still_infects():
    found = course("influenza-like", 10.0)
    assert found["tissue.virus"].max() > 5e8
    late = found["tissue.virus"] < 1e4
    assert found["tissue.entry_ended"][~late].max() < 1e-6
    assert found["tissue.entry_ended"][-1] == pytest.approx(1.0, abs=1e-6)


def test_the_rate_of_the_switch_does_not_matter():
    slower = course("influenza-like", switch=5.0)
    for name in ("ifn_gamma", "crp", "tissue.ctl", "tissue.virus"):
        assert abs(rise(slower, changed_by(), name)) < 1e-3


def test_antibody_starts_three_weeks_after_the_virus():
    found = changed_by()
    assert found["tissue.antibody"][found["day"] <= 21.0].max() < 1e-6
    assert found["tissue.antibody"][-1] > 100.0


def test_cells_that_leave_the_tissue_arrive_in_plasma():
    """Exchange alone moves as many cells out of the tissue as into 5 L of plasma; rates are per day."""
    system, parameters, _, sick = rested()
    still = parameters.copy()
    codes = {"macrophages": "m1", "neutrophils": "n"}
    for cell in CELLS:
        still[system.parameter_index(f"tissue.ktr_{codes.get(cell, cell)}")] = 0.0
    moved = system.derivative(0.0, sick, parameters) - system.derivative(0.0, sick, still)
    for cell in CELLS:
        out, into = (moved[system.state_index(f"tissue.{name}")] for name in (cell, f"{cell}_plasma"))
        assert abs(out) > 0
        assert into * 5000 == pytest.approx(-out, rel=1e-6)


def test_plasma_cells_are_lost_at_their_own_rates():
    system, parameters, _, sick = rested()
    values = dict(zip(system.states, sick, strict=True))
    rates = dict(zip(system.states, system.derivative(0.0, sick, parameters) / 24, strict=True))
    loss = {"dendritic": 0.00520833, "macrophages": 4 * 0.00279166667, "neutrophils": 0.123600671}
    loss |= {"th1": 0.0196291667, "th17": 0.0216125, "ctl": 0.0196, "treg": 0.0147916667}
    for cell in CELLS:
        here, there = values[f"tissue.{cell}"], values[f"tissue.{cell}_plasma"]
        expected = (here / 2016 - there) * 2016 / 5000 - loss[cell] * there
        assert rates[f"tissue.{cell}_plasma"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("handle", "parameter"),
    [
        ("tnf.production", "a_tnf"),
        ("il6.production", "a_il6"),
        ("il1b.production", "a_il1b"),
        ("ifn_gamma.production", "a_ifng"),
        ("ifn_alpha.production", "a_ifnb"),
        ("il2.production", "a_il2"),
        ("il12.production", "a_il12"),
        ("il10.production", "a_il10"),
        ("gmcsf.production", "a_gmcsf"),
        ("th1.production", "a_th1"),
        ("effector_t.production", "a_ctl"),
        ("treg.production", "a_treg"),
        ("effector_t.effect", "k_kill"),
    ],
)
def test_a_drug_that_modulates_a_handle_scales_its_production(handle, parameter):
    plain, parameters, _, sick = rested()
    drug = Model(
        key="drug",
        name="drug_test",
        title="",
        doc="",
        time="h",
        sources={"titer": TITER},
        population=Population("none"),
        states=(),
        parameters=(Parameter("factor", 3.0, "", "factor", "titer: test", "assumed"),),
        equations=lambda t, x, p, s: Equations(rates={}, modulates={handle: p.factor}),
        modulates=(handle,),
    )
    both = assemble([tissue.MODEL, drug], SIGNALS)
    scaled = parameters.copy()
    scaled[plain.parameter_index(f"tissue.{parameter}")] *= 3
    with_drug = both.derivative(0.0, sick, both.typical())
    assert np.abs(with_drug - plain.derivative(0.0, sick, parameters)).max() > 0
    assert with_drug == pytest.approx(plain.derivative(0.0, sick, scaled), rel=1e-12)


def test_a_lower_supply_of_neutrophils_is_a_lower_production():
    few = replace(SIGNALS["neutrophil_supply"], rest=0.3)
    plain, parameters, _, sick = rested()
    scarce = assemble([tissue.MODEL], {**SIGNALS, "neutrophil_supply": few})
    scaled = parameters.copy()
    scaled[plain.parameter_index("tissue.a_n")] *= 0.3
    assert scarce.derivative(0.0, sick, parameters) == pytest.approx(plain.derivative(0.0, sick, scaled), rel=1e-12)


def test_every_number_of_the_workbook_that_the_equations_use_is_there():
    """237 rows, of which the code uses 211; two of these belong to given antiviral drugs and antibodies."""
    quoted = [p for p in models()["tissue"].parameters if p.at.startswith("rao: workbook, ")]
    names = {p.at.removeprefix("rao: workbook, ").split(" ")[0] for p in quoted} - {"sheet"}
    assert len(names) == 209
