"""Thalidomide and pomalidomide: levels, covariates, how much Ikaros each leaves, and the clinic they run in."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

from library_runs import run
from titer.decisions.compare import compare_regimens
from titer.evidence.outcomes import find_outcome
from titer.evidence.pharmacokinetics import area, lenalidomide, parameter
from titer.evidence.profiles import profile
from titer.library import dose_warnings, drugs, effect_warnings, load_protocol, models, protocol_warnings, read_regimen

CLASS = ("thalidomide", "lenalidomide", "pomalidomide")
POM_DEX = "pomalidomide 4 mg days 1-21 of 28 + dexamethasone 40 mg weekly"
POM = "pomalidomide 4 mg days 1-21 of 28"


# Levels


def test_a_profile_meets_the_closed_form_of_one_compartment():
    person = lenalidomide()
    found = profile("lenalidomide", 10.0, 48.0)
    # Stored every 0.02 h: half a step beside the peak the level is ka ke (0.01 h)^2 / 2 = 3e-5 lower.
    assert found.peak == pytest.approx(person.peak(10.0), rel=3e-5)
    assert found.time_of_peak == pytest.approx(person.time_of_peak, abs=0.02)
    assert found.half_life(24.0, 48.0) == pytest.approx(person.half_life, rel=1e-6)
    daily = profile("lenalidomide", 10.0, 120.0, every=24.0)
    assert daily.peak == pytest.approx(person.peak_at_steady_state(10.0), rel=3e-5)


@pytest.mark.parametrize(("drug", "amount"), [("pomalidomide", 4.0), ("thalidomide", 400.0)])
def test_a_profile_is_what_the_compiled_model_gives(drug, amount):
    found = profile(drug, amount, 48.0)
    times = np.array([0.0, 1.0, 3.0, 6.0, 24.0, 48.0])
    compiled = run([drugs()[drug]], [(0.0, drug, amount)], times)[f"{drug}.conc"]
    # The engine runs at 1e-7; thalidomide's absorption has a kink, which costs another digit.
    assert np.interp(times, found.hours, found.level) == pytest.approx(compiled, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(("drug", "amount"), [("pomalidomide", 4.0), ("thalidomide", 200.0)])
def test_the_area_of_a_dose_is_dose_over_clearance(drug, amount):
    times = np.array([0.0, 400.0])  # twenty half-lives of the slowest phase
    found = run([drugs()[drug]], [(0.0, drug, amount)], times)[f"{drug}.auc"]
    assert found[0] == pytest.approx(area(drug, amount), rel=1e-4)


def test_pomalidomide_accumulates_by_a_quarter_under_daily_doses():
    """Label: 27-31%. Area of the tenth day over that of the first."""
    daily = profile("pomalidomide", 4.0, 240.0, every=24.0)
    first, tenth = daily.hours <= 24.0, daily.hours >= 216.0
    ratio = np.trapezoid(daily.level[tenth], daily.hours[tenth]) / np.trapezoid(daily.level[first], daily.hours[first])
    assert 1.25 <= ratio <= 1.31  # the label's interval, widened by 2 points for the misses named in the model's file


@pytest.mark.parametrize(
    ("covariates", "expected"),
    [
        ({"sex_female": 1.0}, 1 / 0.766),
        ({"smoker": 1.0}, 1 / 1.48),
        ({"strong_cyp1a2_inhibitor": 1.0}, 2.251),
        ({"dialysis": 1.0}, 1 / 0.724),
        ({"child_pugh": 1.0}, 1.512),
        ({"child_pugh": 2.0}, 1.575),
        ({"child_pugh": 3.0}, 1.72),
        ({"is_patient": 0.0}, 0.913),
        ({"sex_female": 1.0, "child_pugh": 3.0, "smoker": 1.0}, 1.72 / 0.766 / 1.48),
        ({"weight": 50.0, "total_protein": 60.0}, 1.0),
    ],
)
def test_covariates_of_pomalidomide_change_exposure_as_published(covariates, expected):
    assert area("pomalidomide", 4.0, **covariates) / area("pomalidomide", 4.0) == pytest.approx(expected, rel=1e-9)


def test_the_volume_of_pomalidomide_grows_with_weight_and_protein():
    typical = parameter("pomalidomide", "v")
    assert parameter("pomalidomide", "v", weight=100.0) / typical == pytest.approx((100 / 78.3) ** 0.686, rel=1e-12)
    assert parameter("pomalidomide", "v", total_protein=83.0) / typical == pytest.approx(1.0609, rel=1e-12)
    healthy = {name: parameter("pomalidomide", name, is_patient=0.0) for name in ("v", "v_peripheral", "q", "lag")}
    # Printed for healthy people beside the ratios; three digits each.
    assert healthy == pytest.approx({"v": 58.3, "v_peripheral": 8.45, "q": 1.01, "lag": 0.385}, rel=0.002)


def test_the_peak_of_thalidomide_rises_less_than_its_dose_above_200_mg():
    peaks = {dose: profile("thalidomide", dose, 24.0).peak for dose in (50.0, 200.0, 400.0)}
    assert peaks[200.0] / peaks[50.0] == pytest.approx(4.0, rel=1e-3)  # an undisturbed solution of a linear system
    assert peaks[400.0] / peaks[200.0] < 1.98
    assert area("thalidomide", 400.0) / area("thalidomide", 200.0) == pytest.approx(2.0)


# Ikaros


@cache
def ikaros_under(drug, amount):
    """Ikaros over the day after ten daily doses: mean and lowest."""
    hours = np.linspace(216.0, 240.0, 97)
    doses = [(24.0 * day, drug, amount) for day in range(10)]
    found = run([drugs()[drug], models()["ikaros"]], doses, hours)["ikaros"]
    return float(found.mean()), float(found.min())


def test_at_one_molar_level_pomalidomide_degrades_most_and_thalidomide_least():
    weights = {"thalidomide": 258.23, "lenalidomide": 259.26, "pomalidomide": 273.24}
    lost = {}
    for drug in CLASS:
        level = 100 * weights[drug] / 1000  # 100 nM in ng/mL
        dc50, most = parameter(drug, "dc50"), parameter(drug, "max_loss")
        lost[drug] = most * level / (dc50 + level)
    assert lost["pomalidomide"] > 0.7 > lost["lenalidomide"] > 0.4 > 0.1 > lost["thalidomide"]


def test_at_label_doses_pomalidomide_is_as_lenalidomide_and_thalidomide_weaker():
    (pom, pom_least), (len_, len_least), (thal, _) = (
        ikaros_under("pomalidomide", 4.0),
        ikaros_under("lenalidomide", 25.0),
        ikaros_under("thalidomide", 200.0),
    )
    assert pom == pytest.approx(len_, abs=0.05)  # both are the full dose of relapsed myeloma
    assert thal > max(pom, len_) + 0.1
    # In blood the class leaves 12-33% of Aiolos at the lowest (IMID655-656); pomalidomide's flatter curve leaves more.
    assert 0.12 <= len_least <= 0.33
    assert len_least < pom_least < 0.4


# The clinic


@cache
def compared():
    return compare_regimens(
        [POM_DEX, POM],
        n=300,
        cycles=12,
        seed=1,
        protocol="pomalidomide-us",
        overrides={"prior_lines": 3.0, "prior_imid": 1.0},
    )


def figure(arm, name):
    return 100 * compared().arms[arm].figures[name].value


def test_pomalidomide_is_compared_under_its_own_protocol():
    assert protocol_warnings(load_protocol("pomalidomide-us"), read_regimen(POM_DEX)) == []
    assert dose_warnings(read_regimen(POM_DEX)) == []
    assert "pomalidomide 20 mg on one day" in dose_warnings(read_regimen("pomalidomide 20 mg daily"))[0]
    assert 0 < figure(0, "any_reduction") < 60


def test_neutropenia_under_pomalidomide_is_near_what_was_reported():
    """48% (MM-003) and 49.7% (STRATUS) in grade 3 or 4; the model was calibrated to lenalidomide alone."""
    reported = [find_outcome(row).value for row in ("IMID280", "IMID555")]
    # 300 patients: standard error 3 points; the model is about 7 below. Patients had a median of five lines, not three.
    assert figure(0, "neutropenia_g34") == pytest.approx(np.mean(reported), abs=13)


def test_dexamethasone_adds_to_pomalidomide_what_it_added_in_the_trial():
    """ORR 33 against 18% (MM-002): +15 points. Here both arms respond 9 points more often (three lines, not five)."""
    added = find_outcome("IMID302").value - find_outcome("IMID303").value
    assert figure(0, "orr") - figure(1, "orr") == pytest.approx(added, abs=6)  # paired; standard error 2 points
    assert 0 < figure(0, "orr") - find_outcome("IMID302").value < 20
    assert 0 < figure(1, "orr") - find_outcome("IMID303").value < 20


def test_a_user_is_told_that_effects_of_pomalidomide_and_thalidomide_were_never_fitted():
    assert effect_warnings(read_regimen("lenalidomide 25 mg daily + dexamethasone 40 mg weekly")) == []
    [told] = effect_warnings(read_regimen(POM_DEX))
    published, later = find_outcome("IMID302").value, find_outcome("IMID300").value
    assert f"MM-002 saw {published:g}% and {later:g}" in told
    said = re.search(r"(\d+)% respond and half are without progression for ([\d.]+) months", told)
    # 300 patients: standard error 3 points, and half a month.
    assert figure(0, "orr") == pytest.approx(float(said[1]), abs=6)
    assert compared().arms[0].figures["median_pfs_month"].value == pytest.approx(float(said[2]), abs=1.0)
    assert "neuropathy" in effect_warnings(read_regimen("thalidomide 200 mg daily"))[0]


def test_what_the_clinical_effect_rests_on_is_said_in_the_files():
    for drug in ("thalidomide", "pomalidomide"):
        told = " ".join(drugs()[drug].doc.split())
        assert "was calibrated for lenalidomide 25 mg" in told
        assert "entered any number" in told
