"""A threat met by the immune system: encounters, clearance, drugs, people; mostly on a body of five equations."""

import json
from dataclasses import replace

import numpy as np
import pytest

from immune_fakes import BODY, THREAT, VOLUME_ML
from titer.decisions.course import cleared_days, measure_course
from titer.decisions.explore import explore, find_threat, stored_times
from titer.errors import InputError, ModelError
from titer.library import threats
from titer.show.explored import sentences

DECAY_PER_H = 0.1  # of the threat of `immune_fakes`


def explored(**options):
    return explore(THREAT, core=[BODY], **options)


def test_clearance_is_the_day_on_which_one_organism_is_left():
    # without antibody the threat falls as exp(-0.1 h) from 1e4 CFU, so one is left after ln(1e4) / 0.1 h
    found = explored(changed={"antigen.igm_made": 0.0})
    assert found.limit == pytest.approx(1 / VOLUME_ML)
    expected = np.log(1e4) / DECAY_PER_H / 24
    assert found.course.first.cleared_day == pytest.approx(expected, rel=1e-6)  # exact between two stored values


def test_clearance_is_measured_from_the_last_time_above_the_limit():
    days = np.arange(6.0)
    antigen = np.array([[0.0, 8.0, 0.5, 8.0, 0.5, 0.5], [0.0, 8.0, 8.0, 8.0, 8.0, 8.0], [0.0, 0.1, 0.0, 0.0, 0.0, 0.0]])
    found = cleared_days(days, antigen, 1.0)
    assert found[0] == pytest.approx(3.75)  # from 8 to 1/2 in a day, 1 after three quarters of it
    assert np.isinf(found[1])
    assert found[2] == 0.0  # less than one organism was there


def test_what_cannot_be_counted_is_cleared_below_a_hundredth_of_its_peak():
    days = np.arange(4.0)
    [found] = cleared_days(days, np.array([[0.0, 1000.0, 100.0, 1.0]]))
    assert found == pytest.approx(2.5)
    assert explored().limit is not None
    weighed = explore(replace(THREAT, unit="mg"), core=[BODY], changed={"antigen.igm_made": 0.0})
    assert weighed.limit is None
    peak = weighed.course.first.peaks["antigen"]
    day = peak.day + np.log(100) / DECAY_PER_H / 24
    assert weighed.course.first.cleared_day == pytest.approx(day, rel=1e-5)
    assert sentences(weighed)[0].endswith(f"; down to 1% on day {day:.1f}.")  # not "cleared": 1% of it is left


def test_the_words_for_people_say_how_many_cleared_it():
    assert sentences(explored(patients=3))[0].endswith("; cleared by day 10 in 100% of people, in half by day 2.0.")
    assert sentences(explored(patients=3, days=1.0))[0].endswith("(median); cleared by day 1 in 0% of people.")


def test_half_of_the_people_must_have_cleared_it_for_a_day_to_be_told():
    days = np.array([0.0, 1.0, 2.0])
    antigen = np.array([[0.0, 2.0, 0.5], [0.0, 2.0, 2.0], [0.0, 2.0, 2.0]])
    first = measure_course(days, {"antigen": antigen}, {"antigen": "1/mL"}, [0.0], 1.0).first
    assert first.cleared_day is None
    assert first.cleared_share == pytest.approx(1 / 3)


def test_peaks_belong_to_their_encounter():
    found = explored(again=[20.0, 10.0])
    assert found.encounter_days == (0.0, 10.0, 20.0)
    for start, one in zip(found.encounter_days, found.course.encounters, strict=True):
        assert one.day == start
        assert start < one.peaks["tnf"].day < start + 2
    first, second, _ = found.course.encounters
    assert second.cleared_day - second.day < first.cleared_day - first.day  # antibody is there


def test_a_run_is_long_enough_for_every_encounter():
    assert explored().days[-1] == THREAT.days
    assert explored(again=[100.0]).days[-1] == 100.0 + THREAT.days
    assert explored(again=[3.0], days=5.0).days[-1] == 5.0


def test_stored_times_increase_and_hold_the_encounters():
    times = stored_times([0.0, 7.3], 30.0, 14.0)
    assert times[0] == -14.0
    assert times[-1] == 30.0
    assert {0.0, 7.3} <= set(times.tolist())
    assert np.diff(times).min() > 1e-6
    assert np.diff(times).max() < 2.01 / 24


def test_the_threat_is_not_there_before_the_challenge():
    found = explored(drug="lenalidomide 25 mg daily", lead_days=3.0)
    assert found.days[0] == -3.0
    assert np.all(found.course.series["antigen"][0, found.days <= 0] == 0)
    assert found.with_drug.first.peaks["antigen"].day > 0


def test_a_drug_begins_before_the_challenge_by_the_lead():
    found = explored(drug="lenalidomide 25 mg daily", lead_days=3.0)
    ikaros = found.with_drug.series["ikaros"][0]
    assert "ikaros" not in found.course.series
    assert ikaros[found.days <= -2.9].min() < 0.9
    together = explored(drug="lenalidomide 25 mg daily").with_drug
    assert together.series["ikaros"][0, 0] == 1.0


def test_a_drug_that_acts_on_nothing_here_changes_nothing():
    found = explored(drug="aspirin 75 mg daily")
    for name, values in found.course.series.items():
        # two sequences of steps, each within 1e-7
        assert np.allclose(found.with_drug.series[name], values, rtol=1e-5, atol=1e-6 * np.abs(values).max())
    assert sentences(found)[-1].startswith("The drug changes nothing here")


def test_a_drug_acts_through_the_handles_of_the_body():
    found = explored(drug="lenalidomide 25 mg daily", lead_days=2.0)  # which lowers the production of TNF
    without, with_drug = (course.first.peaks["tnf"].value for course in (found.course, found.with_drug))
    assert with_drug < 0.98 * without
    assert len(sentences(found)) == 2


def test_people_differ_and_are_the_same_in_any_number_with_and_without_a_drug():
    few, many = explored(patients=3), explored(patients=300)  # more than are followed at once
    for name, values in few.course.series.items():
        assert np.array_equal(values, many.course.series[name][:3])
    assert np.ptp(few.course.series["tnf"].max(axis=1)) > 1.0
    found = explored(patients=3, drug="aspirin 75 mg daily")
    tnf = found.course.series["tnf"].max(axis=1)
    assert found.with_drug.series["tnf"].max(axis=1) == pytest.approx(tnf, rel=1e-4)  # the same people


def test_progress_goes_from_nothing_to_everybody_once():
    seen = []
    explored(
        patients=300, days=1.0, drug="aspirin 75 mg daily", progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(256, 600), (300, 600), (556, 600), (600, 600)]


def test_a_setting_reaches_the_models_that_have_it():
    assert explored(changed={"antigen.fever_yield": 0.0}).course.first.peaks["temperature"].value == pytest.approx(36.8)
    of_drug = explored(changed={"ikaros.turnover": 0.0}, drug="lenalidomide 25 mg daily")
    assert of_drug.with_drug.series["ikaros"].min() == 1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dose": 0.0}, "a dose of 0 CFU"),
        ({"dose": -1.0}, "a dose of -1 CFU"),
        ({"dose": float("nan")}, "a dose of nan CFU"),
        ({"dose": float("inf")}, "a dose of inf CFU"),
        ({"place": "blood"}, "a challenge in 'blood'"),
        ({"days": 0.0}, "a run of 0 days"),
        ({"days": float("nan")}, "a run of nan days"),
        ({"again": [0.0]}, "a further encounter on day 0"),
        ({"again": [float("nan")]}, "a further encounter on day nan"),
        ({"again": [5.0], "days": 5.0}, "a further encounter on day 5"),
        ({"lead_days": -1.0}, "begins -1 days before"),
        ({"lead_days": float("nan")}, "begins nan days before"),
        ({"lead_days": 3.0}, "begins 3 days before, and no drug"),
        ({"dose": "many"}, "a dose of 'many' CFU"),
        ({"dose": True}, "a dose of True CFU"),
        ({"days": "x"}, "a run of 'x' days"),
        ({"again": 30}, "again is 30"),
        ({"again": "30"}, "again is '30'"),
        ({"again": ["x"]}, "a further encounter on day 'x'"),
        ({"lead_days": "x"}, "begins 'x' days before"),
        ({"patients": 0}, "patients is 0"),
        ({"patients": 2.5}, "patients is 2.5"),
        ({"patients": True}, "patients is True"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"seed": -1}, "seed is -1"),
        ({"rtol": "x"}, "rtol is 'x'"),
        ({"threads": "x"}, "threads is 'x'"),
        ({"drug": 5}, "the drug is 5"),
        ({"place": 3}, "a challenge in '3'"),
        ({"changed": ["antigen.loss"]}, r"changed is \['antigen.loss'\]"),
        ({"changed": {"antigen.loss": "x"}}, "'antigen.loss' is set to 'x'"),
        ({"drug": "nothingmab 5 mg daily"}, "nothingmab"),
        ({"changed": {"antigen.nothing": 1.0}}, "no parameter 'antigen.nothing'"),
        ({"changed": {"antigen.loss": float("nan")}}, "antigen.loss"),
        ({"changed": {"ikaros.turnover": 0.1}}, "no parameter 'ikaros.turnover'"),
    ],
)
def test_what_cannot_be_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        explored(**options)


def test_an_unknown_threat_gets_the_nearest():
    with pytest.raises(InputError, match="did you mean 'virus'"):
        find_threat("viruss")
    assert find_threat("Extracellular_Bacterium").key == "extracellular-bacterium"
    with pytest.raises(InputError, match="the threat is 5"):
        explore(5)


def test_a_core_without_the_agent_is_refused():
    with pytest.raises((InputError, ModelError), match="threat"):
        explore(THREAT, core=[replace(BODY, doses=())])


def test_json_has_the_promised_shape():
    shown = json.loads(json.dumps(explored().as_json(), allow_nan=False))
    assert {"time_day", "series", "peaks", "cleared_day"} <= set(shown)
    n = len(shown["time_day"])
    assert set(shown["series"]) == {"antigen", "tnf", "igm", "igg", "temperature", "symptom_score"}
    assert all(set(one) == {"unit", "values"} and len(one["values"]) == n for one in shown["series"].values())
    assert all(set(one) == {"value", "unit", "day"} for one in shown["peaks"].values())
    assert shown["cleared_day"] > 0
    assert explored(days=1.0).as_json()["cleared_day"] is None


def test_json_of_many_people_has_a_band():
    shown = explored(patients=30, days=2.0).as_json()
    assert set(shown["peaks"]["tnf"]) == {"value", "unit", "day", "low", "high"}
    tnf = {name: np.array(values) for name, values in shown["series"]["tnf"].items() if name != "unit"}
    assert set(tnf) == {"values", "low", "high"}
    assert np.all((tnf["low"] <= tnf["values"]) & (tnf["values"] <= tnf["high"]))


@pytest.mark.parametrize("key", sorted(threats()))
def test_every_threat_of_the_library_can_be_explored(key):
    found = explore(key, days=3.0)
    assert len(found.course.series) > 15
    assert found.course.first.peaks["antigen"].value > 0
    assert all(np.isfinite(values).all() for values in found.course.series.values())


def test_memory_answers_a_second_encounter_with_a_virus_faster():
    found = explore("virus", again=[180.0])
    first, second = found.course.encounters
    assert second.peaks["infected_cells"].value < 0.5 * first.peaks["infected_cells"].value
    assert second.cleared_day - second.day < first.cleared_day - first.day


def test_a_drug_of_every_day_can_lead_for_years():
    found = explore("vaccine-protein", drug="lenalidomide 25 mg daily", lead_days=1300.0, days=2.0)
    assert found.days[0] == -1300.0
