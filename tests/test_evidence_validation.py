"""Predictions beside published rows: every link holds, every verdict follows from its numbers, nothing is left out."""

import json
import math
from types import SimpleNamespace

import pytest

from titer.errors import InputError
from titer.evidence.calibrated import calibrated_rows
from titer.evidence.expectations import EXPECTATIONS, ON_RECORD, POPULATION, SIMULATIONS, Expectation
from titer.evidence.outcomes import UNITS, find_outcome
from titer.evidence.pharmacokinetics import MEASURES, Disposition, lenalidomide
from titer.evidence.report import table, write_page
from titer.evidence.validation import (
    FRACTIONS,
    Estimate,
    judge,
    predict_on_record,
    published_interval,
    simulate,
    validate,
)
from titer.library import load_population, read_regimen

NAMES = [simulation.name for simulation in SIMULATIONS]


def stand_in(figures=None, calls=None):
    """A comparison with known figures, to test the judging without simulating."""
    figures = {"orr": (0.6, 0.57, 0.63), "median_ttp_month": (13.0, 12.0, 14.0)} if figures is None else figures

    def compare(regimens, **options):
        if calls is not None:
            calls.append((regimens, options))
        values = {name: SimpleNamespace(value=v, low=low, high=high) for name, (v, low, high) in figures.items()}
        return SimpleNamespace(arms=[SimpleNamespace(figures=values)])

    return compare


def test_every_expectation_names_rows_a_simulation_and_a_role():
    assert len(EXPECTATIONS) >= 25
    for item in EXPECTATIONS:
        rows = [find_outcome(identifier) for identifier in item.rows]
        assert item.simulation in NAMES
        assert item.role in ("calibration", "prediction")
        expected = "%" if item.figure in FRACTIONS else "month"
        assert {UNITS[row.unit] for row in rows} == {expected}
        known = ("dexamethasone", "pomalidomide", "thalidomide")  # simulations of the others are named after them
        drug = next((one for one in known if item.simulation.startswith(one)), "lenalidomide")
        assert {row.drug for row in rows} == {drug}


def test_roles_are_what_the_calibration_scripts_wrote():
    fitted = calibrated_rows()
    for item in EXPECTATIONS:
        assert item.role == ("calibration" if fitted & set(item.rows) else "prediction")
    assert all(find_outcome(identifier) for identifier in fitted)


def test_overrides_are_covariates_of_the_population():
    names = {covariate.name for covariate in load_population(POPULATION).covariates}
    assert {name for simulation in SIMULATIONS for name in simulation.overrides} <= names


def test_regimens_are_read():
    for simulation in SIMULATIONS:
        assert read_regimen(simulation.regimen).components


def test_a_row_is_predicted_by_the_real_comparison():
    [response] = validate(["IMID268"], n=24, seed=5)
    assert response.reason == ""
    assert 40 < response.predicted < 100
    assert response.predicted_low < response.predicted < response.predicted_high


def test_no_row_is_linked_twice_and_every_simulation_is_used():
    linked = [identifier for item in (*MEASURES, *EXPECTATIONS) for identifier in item.rows]
    assert len(linked) == len(set(linked))
    assert {item.simulation for item in EXPECTATIONS} == set(NAMES)
    assert {name for name, _ in ON_RECORD} <= set(NAMES)


def test_each_simulation_runs_once_with_its_overrides():
    calls, seen = [], []
    results = validate(compare=stand_in(calls=calls), n=7, seed=3, progress=lambda *at: seen.append(at))
    assert [call[0] for call in calls] == [[simulation.regimen] for simulation in SIMULATIONS]
    assert [call[1]["overrides"] for call in calls] == [dict(simulation.overrides) for simulation in SIMULATIONS]
    assert [call[1]["cycles"] for call in calls] == [simulation.cycles for simulation in SIMULATIONS]
    assert calls[1][1]["overrides"]["thromboprophylaxis"] == 0.0
    assert all(call[1]["n"] == 7 and call[1]["seed"] == 3 for call in calls)
    assert all(call[1]["population"] == POPULATION for call in calls)
    assert len(results) == len(MEASURES) + len(EXPECTATIONS)
    assert [done for done, _, _ in seen] == list(range(len(SIMULATIONS) + 1))


def test_only_what_is_asked_for_is_simulated():
    calls = []
    [result] = validate(["IMID268"], compare=stand_in(calls=calls))
    assert len(calls) == 1
    assert (result.published, result.predicted) == (71.5, 60.0)
    assert result.met is False
    assert validate(["IMID001"], compare=stand_in(calls=calls))[0].met is True
    assert len(calls) == 1


@pytest.mark.parametrize(("rows", "message"), [(["IMID9"], "no outcome row"), (["IMID464"], "no prediction is linked")])
def test_rows_that_cannot_be_asked_for_are_refused(rows, message):
    if message == "no prediction is linked":
        find_outcome(rows[0])
    with pytest.raises(InputError, match=message):
        validate(rows, compare=stand_in())


def test_prediction_is_met_inside_the_published_interval_and_missed_outside():
    low, high = published_interval([find_outcome("IMID085")], 0.25, counted=True)[1:3]
    assert (low, high) == pytest.approx((55.4, 65.6), abs=0.1)
    item = Expectation(("IMID085",), "rd-high-dose", "orr", "prediction")
    inside, outside = Estimate(low / 100 + 1e-6, 0.0, 1.0), Estimate(low / 100 - 1e-6, 0.0, 1.0)
    assert judge(item, {"orr": inside}).met is True
    assert judge(item, {"orr": outside}).met is False


def test_rows_that_add_up_are_judged_on_their_sum():
    item = next(item for item in EXPECTATIONS if item.rows == ("IMID133", "IMID137"))
    result = judge(item, {"vte": Estimate(0.11, 0.09, 0.13)})
    assert result.id == "IMID133+IMID137"
    assert result.published == pytest.approx(11.4)
    assert result.met is True


def test_intervals_come_from_print_patients_or_band():
    assert published_interval([find_outcome("IMID024")], 0.25, counted=False) == (7.25, 6.23, 8.56, "printed")
    assert published_interval([find_outcome("IMID021")], 0.25, counted=False)[3] == "printed range"
    assert published_interval([find_outcome("IMID089")], 0.25, counted=False) == (13.4, 10.05, 16.75, "band")
    assert published_interval([find_outcome("IMID019")], 0.25, counted=False)[1:3] == (-62.5, -37.5)


def test_a_range_without_a_middle_is_met_anywhere_inside_and_a_share_ends_at_100():
    value, low, high, kind = published_interval([find_outcome("IMID023")], 0.25, counted=False)
    assert math.isnan(value)
    assert (low, high, kind) == (0.5, 4.0, "printed range")
    assert published_interval([find_outcome("IMID008")], 0.25, counted=False) == (84, 63, 100.0, "band")
    assert published_interval([find_outcome("IMID016")], 0.25, counted=False)[2] > 100  # an increase may exceed it
    [result] = validate(["IMID023"])
    assert result.met is True
    assert result.as_record()["published"] is None
    assert "0.5 to 4 h (printed range)" in table([result])


def test_without_results_of_calibration_no_role_is_made_up(monkeypatch, tmp_path):
    from titer.errors import StorageError
    from titer.evidence import calibrated

    for there in (tmp_path, tmp_path / "calibration"):
        monkeypatch.setattr(calibrated, "files", lambda _, there=there: there)
        (tmp_path / "results").mkdir(exist_ok=True)
        calibrated.calibration_fits.cache_clear()
        with pytest.raises(StorageError, match="no results of calibration") as caught:
            calibrated.calibration_fits()
        assert "results" in caught.value.where
        assert "titer.evidence.calibration" in caught.value.hint
    calibrated.calibration_fits.cache_clear()


def test_what_cannot_be_predicted_is_a_result_with_its_reason():
    def refuse(regimens, **options):
        raise InputError("population 'x' has no covariate 'fed'")

    for compare, reason in ((stand_in({}), "does not report 'orr'"), (refuse, "no covariate 'fed'")):
        [result] = validate(["IMID268"], compare=compare)
        assert result.met is None
        assert math.isnan(result.predicted)
        assert reason in result.reason
    never = stand_in({"median_ttp_month": (math.nan, math.nan, math.nan)})
    assert "not reached" in validate(["IMID089"], compare=never)[0].reason


def test_records_are_plain_json():
    record = json.loads(json.dumps([r.as_record() for r in validate(compare=stand_in())], allow_nan=False))
    assert {"id", "published", "predicted", "met", "role", "reason", "confirmed"} <= set(record[0])
    assert any(entry["predicted"] is None for entry in record)


def test_figures_without_rows_go_on_record():
    figures = simulate(SIMULATIONS[:1], n=5, seed=1, compare=stand_in())
    recorded = predict_on_record(figures)
    assert len(recorded) == len(ON_RECORD)
    assert any(item.figure == "median_ttp_month" and item.estimate.value == 13.0 for item in recorded)


def test_page_holds_every_row_once():
    page = write_page(n=5, compare=stand_in())
    for item in (*MEASURES, *EXPECTATIONS):
        assert page.count("| " + "+".join(item.rows)) == 1
    assert "met" in page
    assert "nan" not in page.lower()


def test_table_marks_rows_from_memory():
    [result] = validate(["IMID141"], compare=stand_in({"thrombocytopenia_g34": (0.12, 0.1, 0.14)}))
    assert "IMID141 †" in table([result])


def test_closed_forms_of_exposure_match_numerical_integration():
    from scipy.integrate import solve_ivp

    person, dose = Disposition(ka=1.3, cl=9.0, v=40.0, bioavailability=0.8), 25.0

    def rates(t, x):
        return [-person.ka * x[0], person.ka * x[0] - person.ke * x[1], x[1] / person.v * 1000]

    run = solve_ivp(rates, (0, 200), [0.8 * dose, 0, 0], rtol=1e-11, atol=1e-13, dense_output=True)
    assert person.area(dose) == pytest.approx(run.y[2, -1], rel=1e-8)
    assert person.peak(dose) == pytest.approx(run.sol(person.time_of_peak)[1] / person.v * 1000, rel=1e-8)
    state = [0.0, 0.0, 0.0]
    for _ in range(8):  # 24 h are five half-lives, so eight days are steady
        state[0] += 0.8 * dose
        day = solve_ivp(rates, (0, 24), state, rtol=1e-11, atol=1e-13, dense_output=True)
        state = list(day.y[:, -1])
    highest = day.sol([h / 100 for h in range(2400)])[1].max() / person.v * 1000
    assert person.peak_at_steady_state(dose) == pytest.approx(highest, rel=1e-4)


def test_peak_is_continuous_where_absorption_equals_elimination():
    equal, nearly = Disposition(ka=0.2, cl=8.0, v=40.0), Disposition(ka=0.2 * (1 + 1e-6), cl=8.0, v=40.0)
    assert equal.peak(25.0) == pytest.approx(nearly.peak(25.0), rel=1e-6)
    assert equal.peak_at_steady_state(25.0) == pytest.approx(nearly.peak_at_steady_state(25.0), rel=1e-4)


def test_area_rises_as_renal_function_falls():
    areas = [lenalidomide(crcl=crcl).area(25.0) for crcl in (100, 65, 38, 22, 6)]
    assert areas == sorted(areas)


def test_the_stored_validation_was_made_with_the_numbers_that_the_library_has():
    """Where this fails, run `python -m titer.evidence.report > docs/validation.md`: a number has changed."""
    from titer.evidence.stored import load_validation

    stored = load_validation()
    assert len(stored.rows) > 40
    assert stored.current
