"""Scenarios: a model run alone, and the numbers that it is judged by."""

from dataclasses import replace

import numpy as np
import pytest

from titer.decisions.response import prepare, with_drugs
from titer.decisions.scenario import find_scenario, run_scenario, statistic, stored_days
from titer.errors import InputError
from titer.library import scenarios
from titer.library.sources import RUN_AGAIN, TITER
from titer.model import Challenge, Check, Scenario
from titer.show.explored import verdict

HALF_LIFE_H = 1 / 0.04 * np.log(2)  # of Ikaros: the turnover of its model


def ikaros_scenario(**fields):
    """Ikaros from full absence on: 1 - exp(-0.04 h), a closed form."""
    given = {
        "key": "ikaros-return",
        "title": "Ikaros comes back",
        "doc": "",
        "models": ("ikaros",),
        "challenges": (),
        "days": 4.0,
        "shown": ("ikaros",),
        "sources": {"titer": TITER},
    }
    return Scenario(**(given | fields))


def drug_scenario(**fields):
    """Lenalidomide by mouth and its Ikaros."""
    return ikaros_scenario(
        models=("lenalidomide", "ikaros"), challenges=(Challenge(1.0, "lenalidomide", 25.0),), **fields
    )


def check(name, expect, unit="", **fields):
    return Check(
        **(
            {"series": "ikaros", "statistic": name, "expect": expect, "unit": unit, "within": 1e-3, "at": "titer: x"}
            | fields
        )
    )


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("start", None, 1.0),
        ("end", None, 2.0),
        ("max", None, 5.0),
        ("min", None, 1.0),
        ("day_of_max", None, 3.0),
        ("day_of_min", None, 0.0),
        ("at", 2.0, 3.0),
        ("auc", None, 9.0 + 3.5),
    ],
)
def test_each_statistic_of_a_known_series(name, day, expected):
    days, values = np.array([0.0, 3.0, 4.0]), np.array([1.0, 5.0, 2.0])
    if name == "at":
        expected = 1.0 + 4.0 * 2 / 3  # linear between day 0 and day 3
    assert statistic(days, values, name, day) == pytest.approx(expected, rel=1e-12)


def test_times_end_at_the_asked_end():
    assert stored_days(2.0, 1 / 24)[-1] == pytest.approx(2.0, rel=1e-12)
    assert stored_days(2.01, 1 / 24)[-1] == 2.01
    assert np.all(np.diff(stored_days(2.01, 1 / 24)) > 0)


def test_a_dose_lowers_ikaros_and_the_checks_say_so():
    # nothing happens before day 1; the dose is read after it acts, so the day of the minimum lies later
    asked = drug_scenario(
        checks=(check("start", 1.0), check("at", 1.0, day=1.0), check("min", 0.0, within=0.9, absolute=True))
    )
    run = run_scenario(asked)
    assert [result.met for result in run.checks] == [True, True, True]
    assert run.checks[2].value < 0.8
    assert run.as_published


def test_a_wrong_number_is_missed():
    run = run_scenario(drug_scenario(checks=(check("min", 0.99),)))
    assert [result.met for result in run.checks] == [False]


def test_a_check_in_another_unit_is_converted():
    asked = drug_scenario(checks=(check("day_of_min", 1.0, "day"), check("day_of_min", 24.0, "h")))
    in_days, in_hours = run_scenario(asked).checks
    assert in_hours.value == pytest.approx(24 * in_days.value, rel=1e-12)
    conc = {"series": "lenalidomide.conc"}
    asked = drug_scenario(checks=(check("max", 1.0, "ng/mL", **conc), check("max", 1.0, "mg/L", **conc)))
    small, large = run_scenario(asked).checks
    assert small.value == pytest.approx(1000 * large.value, rel=1e-12)


def test_an_area_is_per_day_in_its_own_unit():
    asked = drug_scenario(
        checks=(
            check("auc", 1.0, "ng/mL*day", series="lenalidomide.conc"),
            check("auc", 1.0, "ng/mL*h", series="lenalidomide.conc"),
        )
    )
    per_day, per_hour = run_scenario(asked).checks
    assert per_hour.value == pytest.approx(24 * per_day.value, rel=1e-12)


def test_a_changed_run_is_not_judged_but_shown():
    asked = drug_scenario(checks=(check("start", 1.0),))
    run = run_scenario(asked, changed={"ikaros.turnover": 0.05})
    assert [(result.value, result.met) for result in run.checks] == [(1.0, None)]
    assert not run.as_published


def test_a_shorter_run_has_no_checks_and_a_longer_one_looks_at_the_same_days():
    asked = drug_scenario(checks=(check("end", 1.0),))
    assert run_scenario(asked, days=2.0).checks == ()
    longer = run_scenario(asked, days=8.0)
    assert longer.response.days[-1] == 8.0
    assert longer.checks[0].value == pytest.approx(run_scenario(asked).checks[0].value, rel=1e-6)  # solver tolerance


def test_a_drug_brings_its_own_models():
    run = run_scenario(ikaros_scenario(), regimen="lenalidomide 25 mg daily")
    assert run.response.series["ikaros"].min() < 0.8
    assert str(run.regimen) == "lenalidomide 25 mg daily"


def test_a_drug_begins_before_the_challenges_by_the_lead():
    led = run_scenario(ikaros_scenario(), regimen="lenalidomide 25 mg daily", lead_days=2.0)
    assert led.response.days[0] == 0.0
    assert led.response.series["ikaros"][0, 0] < 0.9
    entered = run_scenario(drug_scenario(), regimen="aspirin 75 mg daily", lead_days=2.0)
    before, after = entered.response.days <= 1.0, entered.response.days >= 1.2
    assert entered.response.series["ikaros"][0, before] == pytest.approx(1.0)
    assert entered.response.series["ikaros"][0, after].min() < 0.8


def test_people_differ_and_the_typical_person_does_not_change_with_the_seed():
    many = run_scenario(drug_scenario(), patients=3, seed=2)
    assert many.response.series["ikaros"].shape[0] == 3
    assert np.ptp(many.response.series["ikaros"].min(axis=1)) > 0
    assert many.checks == ()
    one, other = (run_scenario(drug_scenario(), seed=seed).response.series["ikaros"] for seed in (1, 2))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("days", [0.0, -1.0, float("nan"), float("inf"), 1e6])
def test_an_impossible_length_is_refused(days):
    with pytest.raises(InputError, match="a run of"):
        run_scenario(ikaros_scenario(), days=days)


def test_what_is_not_known_is_refused():
    with pytest.raises(InputError, match="no scenario 'nothing'"):
        find_scenario("nothing")
    with pytest.raises(InputError, match="no model 'nothing'"):
        run_scenario(ikaros_scenario(models=("nothing",)))
    with pytest.raises(InputError, match="no parameter"):
        run_scenario(ikaros_scenario(), changed={"ikaros.nothing": 1.0})
    with pytest.raises(InputError, match="no series 'nothing'"):
        run_scenario(ikaros_scenario(checks=(check("max", 1.0, series="nothing"),)))
    with pytest.raises(InputError, match="patients is 0"):
        run_scenario(ikaros_scenario(), patients=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dose": "many"}, "a dose of 'many'"),
        ({"days": "x"}, "a run of 'x' days"),
        ({"lead_days": "x"}, "begins 'x' days before"),
        ({"patients": 2.5}, "patients is 2.5"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"rtol": "x"}, "rtol is 'x'"),
        ({"regimen": 5}, "the drug is 5"),
        ({"changed": {"ikaros.turnover": "x"}}, "'ikaros.turnover' is set to 'x'"),
    ],
)
def test_what_is_no_number_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        run_scenario(drug_scenario(), **options)
    with pytest.raises(InputError, match="the scenario is 5"):
        run_scenario(5, **options)


def test_a_dose_is_of_what_enters_first():
    """What else enters may come in another unit."""
    two = (
        Challenge(0.0, "lenalidomide", 25.0),
        Challenge(0.0, "dexamethasone", 40.0),
        Challenge(1.0, "lenalidomide", 25.0),
    )
    asked = ikaros_scenario(models=("lenalidomide", "dexamethasone", "ikaros"), challenges=two)
    assert [one.amount for one in run_scenario(asked, dose=10.0).challenges] == [10.0, 40.0, 10.0]


def test_numbers_of_equations_run_again_are_not_called_published():
    run = run_scenario(
        drug_scenario(
            sources={"titer": TITER, "again": RUN_AGAIN},
            checks=(check("start", 1.0), check("start", 1.0, at="again: x")),
        )
    )
    assert [result.published for result in run.checks] == [True, False]
    assert verdict(run) == (
        "1 of 1 published numbers met; 1 of 1 numbers from running the published equations again met"
    )


def test_models_between_a_drug_and_the_body_join_only_when_the_drug_reaches_them():
    keys = {model.key for model in with_drugs([], ["aspirin"])}
    assert keys == {"thromboprophylaxis"}
    assert "ikaros" in {model.key for model in with_drugs([], ["lenalidomide"])}
    twice = with_drugs(with_drugs([], ["lenalidomide"], ["ikaros"]), [], ["ikaros"])
    assert [model.key for model in twice] == ["lenalidomide", "ikaros"]


def test_every_state_can_be_looked_at():
    kernel = prepare(with_drugs([], ["lenalidomide"], ["ikaros"]))
    assert set(kernel.system.states) <= set(kernel.system.output_names)


@pytest.mark.parametrize("key", scenarios())
def test_every_scenario_can_be_followed_for_ten_years(key):
    """An explicit method would need steps of minutes all the time, and give up."""
    run = run_scenario(replace(scenarios()[key], step_h=240.0), days=3652.0)
    assert run.response.days[-1] == 3652.0
    assert all(np.isfinite(values).all() for values in run.response.series.values())


def test_every_scenario_of_the_library_can_be_found():
    known = scenarios()
    assert known
    assert [find_scenario(key.upper()).key for key in known] == list(known)
