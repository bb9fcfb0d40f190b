"""Neutrophils, platelets and haemoglobin: plateaus, nadirs and recoveries that sources print."""

from __future__ import annotations

import numpy as np
import pytest

from library_runs import course_doses, run
from titer.evidence.calibration.platelets import published_nadir
from titer.library import models

HOURS = 24.0
DAYS = np.arange(0.0, 57.0)
MARROW = [models()[key] for key in ("lenalidomide", "ikaros", "neutrophils", "platelets")]


@pytest.fixture(scope="module")
def two_cycles():
    return run(MARROW, course_doses(lenalidomide=25.0, cycles=2), DAYS * HOURS)


@pytest.mark.parametrize("half_block", [0.45, 0.6])
def test_the_cap_on_release_does_not_change_counts(half_block):
    """The source's release reaches 1e17; a cap of 50 moves counts by less than 2.5% of baseline."""
    doses = course_doses(lenalidomide=25.0, cycles=2)
    members = MARROW[:3]
    days = np.arange(0.0, 50.0) * HOURS
    capped = run(members, doses, days, changed={"neutrophils.half_block": half_block})["anc"]
    free = run(members, doses, days, changed={"neutrophils.half_block": half_block, "neutrophils.release_cap": 1e4})[
        "anc"
    ]
    assert capped.min() < 0.8 * capped[0]
    assert np.abs(capped - free).max() < 0.025 * capped[0]
    assert capped.min() == pytest.approx(free.min(), rel=0.01)


def test_neutrophils_hold_a_week_then_fall_then_recover_in_the_week_off(two_cycles):
    counts = two_cycles["anc"] / two_cycles["anc"][0]
    assert counts[7] > 0.85
    assert 10 <= counts[:28].argmin() <= 22
    assert counts[28] > 0.85
    assert counts[29:56].min() == pytest.approx(counts[:28].min(), abs=0.08)  # no deepening over cycles


@pytest.mark.parametrize("half_block", [0.4, 0.5, 0.55])
def test_the_plateau_follows_the_closed_form(half_block):
    """At steady block, counts over baseline are min(1, (1 + slack) x what passes), evidence note on Abbiati 2021."""
    days = np.arange(0.0, 43.0)
    changed = {"neutrophils.half_block": half_block, "lenalidomide.cl": 0.0, "lenalidomide.v": 1.0e3}
    found = run(MARROW[:3], [(0.0, "lenalidomide", 20.0)], days * HOURS, changed=changed)
    slack = next(p.value for p in models()["neutrophils"].parameters if p.name == "slack")
    expected = (1 + slack) * (1 - found["neutrophils.block"][-1])
    assert expected < 0.95
    assert found["anc"][-1] / found["anc"][0] == pytest.approx(expected, rel=0.12)


def abbiati(passing, slack, ratio, feedback, days, baseline=3.2, step=0.02):
    """Counts day by day from the source's own equations, with its amounts and derived rates, by Euler steps in h."""
    k_elimination, k_death = np.log(2) / 30, 0.001
    k_out = k_elimination / ratio
    k4 = (k_death + k_out) * ratio
    k3 = k_death + k4
    k2 = k_death + k3
    k1 = k_death + k2
    half, top = slack * baseline, k3 * (slack * baseline + baseline)
    prol = t1 = t2 = t3 = blood = baseline
    reserve = ratio * baseline
    counts = []
    for i in range(round(days * 24 / step) + 1):
        if i % round(24 / step) == 0:
            counts.append(blood)
        through = top * passing(i * step) * t2 / (half + t2)
        release = k_out * min((baseline / blood) ** 20, 1e4)
        changes = (
            k1 * (baseline / t2) ** feedback * prol - k1 * prol,
            k1 * prol - (k2 + k_death) * t1,
            k2 * t1 - through - k_death * t2,
            through - (k4 + k_death) * t3,
            k4 * t3 - (k_death + release) * reserve,
            release * reserve - k_elimination * blood,
        )
        prol, t1, t2, t3, reserve, blood = (
            value + step * change for value, change in zip((prol, t1, t2, t3, reserve, blood), changes, strict=True)
        )
    return np.array(counts)


def test_neutrophils_are_those_of_the_source_equations():
    """Our states are fractions of rest and the release is capped lower; counts agree within 3% of baseline."""
    hours = np.arange(0.0, 29.0 * 24)
    constant = {"lenalidomide.cl": 0.0, "lenalidomide.v": 200.0}  # a level that stays
    found = run(MARROW[:3], [(0.0, "lenalidomide", 20.0)], hours, changed=constant)
    values = {p.name: p.value for p in models()["neutrophils"].parameters}
    theirs = abbiati(
        lambda hour: 1 - np.interp(hour, hours, found["neutrophils.block"]),
        *(models()["neutrophils"].individual(_Bag(values), _Bag({"baseline_anc": 3.2, "prior_lines": 2.0}))[name]
          for name in ("slack", "reserve_ratio", "feedback")),
        days=28,
    )  # fmt: skip
    ours = found["anc"][::24]
    assert ours.min() < 2.5
    assert np.abs(ours - theirs).max() < 0.03 * 3.2


class _Bag:
    def __init__(self, values):
        self.__dict__.update(values)


@pytest.mark.parametrize("dose", [25.0, 15.0, 10.0])
def test_platelet_nadir_is_that_of_the_source(dose):
    counts = run(MARROW, course_doses(lenalidomide=dose), np.arange(0.0, 29.0) * HOURS)["platelets"]
    counts = counts / counts[0]
    assert counts.min() == pytest.approx(published_nadir(dose), abs=0.012)
    assert 19 <= counts.argmin() <= 22  # near day 20-21
    assert counts[28] > 0.96  # about 97% recovered


def test_renal_impairment_deepens_both_counts():
    doses, days = course_doses(lenalidomide=25.0), np.arange(0.0, 25.0) * HOURS
    normal, impaired = (run(MARROW, doses, days, {"crcl": crcl}) for crcl in (100.0, 35.0))
    assert impaired["anc"].min() < normal["anc"].min()
    assert impaired["platelets"].min() < normal["platelets"].min()


def test_pretreated_marrow_falls_further():
    doses, days = course_doses(lenalidomide=25.0), np.arange(0.0, 25.0) * HOURS
    fresh, spent = (run(MARROW, doses, days, {"prior_lines": lines}) for lines in (1.0, 3.0))
    assert spent["anc"].min() < fresh["anc"].min()
    assert spent["platelets"].min() < fresh["platelets"].min()


def test_haemoglobin_rises_when_the_tumour_goes_and_falls_when_it_grows():
    members = [
        models()[key] for key in ("lenalidomide", "dexamethasone", "ikaros", "killing", "myeloma", "haemoglobin")
    ]
    days = np.array([0.0, 168.0]) * HOURS
    treated = run(members, course_doses(25.0, 40.0, cycles=6), days)["haemoglobin"]
    untreated = run(members, [], days)["haemoglobin"]
    assert treated[1] > treated[0] > untreated[1]
