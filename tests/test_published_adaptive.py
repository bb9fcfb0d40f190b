"""Chen 2014 as printed: antibody against an injected protein, against numbers that an own port of the code gave.

Numbers printed with three digits or more are met within 1%; those with one or two digits to half of the last digit.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from titer.decisions.response import follow_response, prepare
from titer.decisions.scenario import run_scenario
from titer.engine.differentiate import differentiate
from titer.library import scenarios
from titer.library.immune.published.adaptive import MODEL, ROOT_STEPS, adaptive_model
from titer.library.signals import SIGNALS
from titer.model import Challenge, assemble
from titer.model.expression import evaluate
from titer.model.roots import free_ligand

DOSE = 40e9 / 148e3  # pmol in 40 mg
ENDOTOXIN = 350.0  # ng with each dose
COURSE = tuple(14.0 * k for k in range(12))
PRIME_BOOST = (0.0, 365.0)
DAYS = np.arange(0.0, 450.0)


@cache
def kernel(clones=17):
    return prepare([MODEL if clones == 1 else adaptive_model(clones)], outputs=["antibody"], method="stiff")


@cache
def antibody(times=COURSE, clones=17, endotoxin=ENDOTOXIN, **changed):
    """nmol/L on each day."""
    given = [Challenge(day, "protein", DOSE) for day in times]
    given += [Challenge(day, "maturation-signal", endotoxin) for day in times]
    numbers = {f"adaptive.{name}": value for name, value in changed.items()}
    return follow_response(kernel(clones), DAYS, challenges=given, changed=numbers).series["antibody"][0]


# The numbers of the port


@pytest.mark.parametrize(
    ("day", "printed", "within"),
    [
        (28, 0.009, 0.0005),
        (42, 2.46, 0.0246),
        (56, 34.4, 0.344),
        (84, 191.0, 1.91),
        (168, 863.0, 8.63),
        (252, 1326.0, 13.26),
        (364, 804.0, 8.04),
    ],
)
def test_antibody_of_17_clones_to_40_mg_every_second_week(day, printed, within):
    assert antibody()[day] == pytest.approx(printed, abs=within)


def test_antibody_of_17_clones_is_highest_after_31_weeks():
    assert antibody().max() == pytest.approx(1425.0, rel=0.01)
    assert antibody().argmax() == pytest.approx(218, abs=1)


def test_one_clone_of_middle_affinity_makes_a_twentieth_of_it():
    assert antibody(clones=1).max() == pytest.approx(70.0, abs=0.5)
    assert antibody(clones=1).argmax() == pytest.approx(243, abs=1)


def test_a_peptide_that_mhc_hardly_binds_gives_little_antibody():
    assert antibody(kd=4e6)[:365].max() == pytest.approx(4.2, abs=0.05)


def test_without_a_maturation_signal_there_is_no_antibody():
    assert antibody(endotoxin=0.0).max() == 0.0


@pytest.mark.parametrize(("day", "printed", "within"), [(60, 6.4, 0.05), (364, 2.55, 0.0255), (449, 124.6, 1.246)])
def test_a_dose_a_year_later_meets_memory(day, printed, within):
    assert antibody(PRIME_BOOST)[day] == pytest.approx(printed, abs=within)


def test_memory_answers_faster_and_twentyfold_higher():
    first, second = antibody(PRIME_BOOST)[:365], antibody(PRIME_BOOST)[365:] - antibody(PRIME_BOOST)[364]
    assert second[84] == pytest.approx(20 * antibody(PRIME_BOOST)[60], rel=0.1)
    assert np.argmax(second > 1.0) < np.argmax(first > 1.0)


# One root for all clones, and the two states that stand for it


@cache
def forms(clones=17):
    """The printed form, the tracked form, and printed states while antibody rises, off by up to a factor of two."""
    plain = assemble([adaptive_model(clones, tracked=False)], SIGNALS)
    tracked = assemble([adaptive_model(clones)], SIGNALS)
    rng = np.random.default_rng(3)
    start = plain.start_values(plain.typical())[0]
    usual = {"depot": 5e4, "antigen": 2e4, "peripheral": 1e4, "signal": 100.0, "mature": 1e6}
    usual |= dict.fromkeys(("endosomal", "peptide", "loaded", "shown", "mhc_outside"), 1e-9)
    guesses = [usual.get(name.split(".")[1], 1e3) for name in plain.states]
    states = np.where(start > 0, start, guesses) * 2 ** rng.uniform(-1, 1, (5, len(start)))
    return plain, tracked, states


def sites_of(plain, values, clones=17):
    """(concentration, affinity) of each clone's antibody and receptors, pmol/L."""
    found = []
    numbers = dict(zip(plain.parameters, plain.typical(), strict=True))
    for end in (f"_{k}" for k in range(1, clones + 1)):
        cells = sum(values[f"adaptive.{n}{end}"] for n in ("naive_b", "active_naive_b", "active_memory_b", "memory_b"))
        sites = 2 * values[f"adaptive.antibody{end}"] + cells * 75000 / 6.02214076e11
        found.append((sites / 2.75, numbers[f"adaptive.affinity{end}"]))
    return found


def completed(plain, tracked, state):
    """A printed state with the two tracked ones at what the others imply."""
    values = dict(zip(plain.states, state, strict=True))
    cells = ("naive_b", "active_naive_b", "active_memory_b", "memory_b")
    values["adaptive.free"] = free_ligand(values["adaptive.antigen"] / 2.75, sites_of(plain, values), ROOT_STEPS[True])
    values["adaptive.b_cells"] = sum(v for n, v in values.items() if n.split(".")[1].rsplit("_", 1)[0] in cells)
    return np.array([values[name] for name in tracked.states])


def test_tracking_the_root_changes_no_rate():
    plain, tracked, states = forms()
    kept = [tracked.state_index(name) for name in plain.states]
    for state in states:
        full = completed(plain, tracked, state)
        judge = plain.derivative(0.0, state, plain.typical())
        found = tracked.derivative(0.0, full, tracked.typical())[kept]
        assert found == pytest.approx(judge, rel=1e-9, abs=1e-12)


def test_the_tracked_root_moves_as_the_root_does():
    """Against differences of the root along the flow, over a millionth of a day."""
    plain, tracked, states = forms()
    step = 1e-6
    for state in states:
        rates = plain.derivative(0.0, state, plain.typical())
        before, after = (completed(plain, tracked, state + sign * step * rates) for sign in (-1, 1))
        found = tracked.derivative(0.0, completed(plain, tracked, state), tracked.typical())
        for name in ("adaptive.free", "adaptive.b_cells"):
            place = tracked.state_index(name)
            assert found[place] == pytest.approx((after[place] - before[place]) / (2 * step), rel=1e-4)


def test_the_tracked_root_stays_on_the_root_for_a_year():
    """1e-5: tolerance of the run, 1e-7, times the hundredfold by which free protein is smaller than bound."""
    tracked = prepare([adaptive_model(3)], method="stiff")
    given = [Challenge(day, "protein", DOSE) for day in COURSE]
    given += [Challenge(day, "maturation-signal", ENDOTOXIN) for day in COURSE]
    series = follow_response(tracked, np.arange(7.0, 365.0, 14.0), challenges=given).series
    plain = forms(3)[0]
    for place in range(len(series["antibody"][0])):
        values = {name: series[name][0, place] for name in plain.states}
        root = free_ligand(values["adaptive.antigen"] / 2.75, sites_of(plain, values, 3), ROOT_STEPS[True])
        assert values["adaptive.antigen"] > 0
        assert series["adaptive.free"][0, place] == pytest.approx(root, rel=1e-5)


def test_derivatives_see_through_the_root():
    """The exact Jacobian of the printed form against differences, for the rate that the root enters most."""
    plain, _, states = forms(3)
    rate = plain.rates[plain.state_index("adaptive.antigen")]
    values = dict(zip(plain.states, states[0], strict=True)) | dict(zip(plain.parameters, plain.typical(), strict=True))
    for name, slope in differentiate([rate], plain.states)[0].items():
        step = 1e-5 * values[name]
        up, down = (float(evaluate([rate], values | {name: values[name] + d})[0]) for d in (step, -step))
        judge = (up - down) / (2 * step)
        assert float(evaluate([slope], values)[0]) == pytest.approx(judge, rel=1e-4, abs=1e-9), name


# The model in the library


@pytest.mark.parametrize("key", ["protein-drug", "prime-boost"])
def test_the_scenario_meets_its_numbers(key):
    assert scenarios()[key].checks
    for result in run_scenario(key).checks:
        assert result.met, result


def test_the_model_of_the_library_has_one_clone_and_the_printed_states():
    assert len(MODEL.states) == 24
    assert len(adaptive_model(17, tracked=False).states) == 136
    assert {"free", "b_cells"} == {s.name for s in adaptive_model().states} - {
        s.name for s in adaptive_model(tracked=False).states
    }


def test_naive_cells_are_spread_over_the_clones_as_a_normal_density():
    typical = {p.name: p.value for p in adaptive_model().parameters}
    cells = [typical[f"nb0_{k}"] for k in range(1, 18)]
    assert sum(cells) == pytest.approx(5200.0)
    assert cells == pytest.approx(cells[::-1])
    assert cells[8] / cells[0] == pytest.approx(np.exp(4.5))
    assert typical["affinity_9"] == 1e-6
    assert typical["affinity_17"] == 1e-6 * 2**8


def test_undosed_nothing_moves():
    system = assemble([MODEL], SIGNALS)
    rates = system.derivative(0.0, system.start_values(system.typical())[0], system.typical())
    assert not np.abs(rates).max() > 0
