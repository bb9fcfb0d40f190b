"""The replay of a stored run: the doses lead to the values, and whoever changes either is found."""

import json

import numpy as np
import pytest

from stored_runs import ARMS, N, copy_of, rewrite, stored_run, stored_trial
from titer.decisions import replay as module
from titer.decisions.replay import STEPS, changed_files, replay_run
from titer.errors import InputError
from titer.trials.results import Results

SIGNALS = {"anc", "platelets", "haemoglobin", "m_protein"}


def test_a_stored_run_comes_back_bit_for_bit():
    found = replay_run(stored_run(), threads=1)
    assert found.passed
    assert found.patients == 2 * N
    assert set(found.differences) >= SIGNALS
    assert all(found.differences[name].compared == found.visits > 500 for name in SIGNALS)
    assert found.worst == 0.0


def test_another_path_of_steps_stays_within_the_tolerance(monkeypatch):
    """All visits in one call of the engine, which then stops nowhere: other steps, the same trajectory."""

    def in_one_go(bodies, schedule, days):
        names, first = bodies.ensemble.kernel.output_names, bodies.look()
        waiting = module.scheduled_events(bodies, schedule)
        values = bodies.ensemble.advance(float(days[-1]), waiting, times=days.astype(float))
        return {name: values[:, :, names.index(name)].astype(np.float32) for name in first}

    monkeypatch.setattr(module, "_run_again", in_one_go)
    found = replay_run(stored_run(), threads=1)
    assert found.passed
    assert 0 < found.worst < found.tolerance / 4  # so that the tolerance is not met by chance


@pytest.mark.parametrize("factor", [0.0, 0.8, 1.2])
def test_one_dose_written_down_otherwise_is_found(tmp_path, factor):
    run = copy_of(stored_run(), tmp_path / "run")

    def tamper(columns):
        own = np.flatnonzero((columns["patient"] == 3) & (columns["given"] > 0) & (columns["component"] == 0))
        columns["given"][own[10]] *= factor

    rewrite(run, "doses", tamper, honest_manifest=True)
    found = replay_run(run, threads=1)
    assert not found.passed
    assert found.changed_files == ()
    assert found.worst > 10 * found.tolerance
    worst = max(found.differences.values(), key=lambda one: one.worst)
    assert worst.patient == 3


def test_a_dose_left_out_is_found(tmp_path):
    run = copy_of(stored_run(), tmp_path / "run")

    def tamper(columns):
        own = np.flatnonzero((columns["patient"] == 5) & (columns["given"] > 0))
        columns["minute"][own[0]] += 100 * 1440

    rewrite(run, "doses", tamper, honest_manifest=True)
    assert not replay_run(run, threads=1).passed


def test_a_value_that_was_changed_is_found(tmp_path):
    run = copy_of(stored_run(), tmp_path / "run")
    rewrite(
        run, "visits", lambda columns: columns["anc"].__setitem__(40, columns["anc"][40] * 1.01), honest_manifest=True
    )
    found = replay_run(run, threads=1)
    assert not found.passed
    assert found.differences["anc"].worst == pytest.approx(0.01, rel=0.05)
    assert found.differences["platelets"].worst == 0


def test_a_parameter_that_was_changed_is_found(tmp_path):
    run = copy_of(stored_run(), tmp_path / "run")

    def tamper(columns):
        columns["lenalidomide.cl"][2] *= 1.05

    rewrite(run, "parameters", tamper, honest_manifest=True)
    assert not replay_run(run, threads=1).passed


def test_a_file_that_was_changed_is_found_by_its_hash(tmp_path):
    run = copy_of(stored_run(), tmp_path / "run")
    rewrite(run, "doses", lambda columns: None)  # the same rows, other bytes
    found = replay_run(run, threads=1)
    assert found.changed_files == ("doses/part-00000.parquet",)
    assert not found.passed
    assert found.worst == 0.0
    assert changed_files(Results.open(stored_run())) == ()


def test_an_event_on_another_day_is_found(tmp_path):
    run = copy_of(stored_run(), tmp_path / "run")

    def tamper(columns):
        own = np.flatnonzero(~np.isnan(columns["death_day"]))
        place = own[0] if len(own) else 0
        columns["death_day"][place] = 17.0 if not len(own) else columns["death_day"][place] + 1

    rewrite(run, "patients", tamper, honest_manifest=True)
    found = replay_run(run, threads=1)
    assert not found.passed
    assert found.differences["event:death"].worst > found.tolerance


def test_some_patients_are_enough():
    found = replay_run(stored_run(), patients=3, threads=1)
    assert found.patients == 6
    assert found.passed


def test_patients_that_failed_in_the_run_are_counted_and_left_out(tmp_path):
    run = copy_of(stored_run(), tmp_path / "run")
    rewrite(run, "patients", lambda columns: columns["failed"].__setitem__(0, True), honest_manifest=True)
    found = replay_run(run, threads=1)
    assert found.failed == 1
    assert found.patients == 2 * N - 1
    assert found.passed


def test_the_tolerance_is_that_of_the_run_s_steps():
    assert replay_run(stored_run(), patients=1, threads=1).tolerance == pytest.approx(STEPS * 1e-5)
    assert replay_run(stored_run(), patients=1, threads=1, tolerance=1e-9).passed


def test_the_answer_is_plain_json():
    told = replay_run(stored_run(), patients=2, threads=1).as_json()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["passed"] is True


def _spoil_run(folder, **changes):
    path = folder / "run.json"
    told = json.loads(path.read_text())
    told.update(changes)
    path.write_text(json.dumps({name: value for name, value in told.items() if value is not ...}))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"what": "weather"}, "weather"),
        ({"regimens": ...}, "regimens"),
        ({"regimens": ["lenalidomid 25 mg daily", "lenalidomide 10 mg daily"]}, "lenalidomide"),
        ({"population": "martians"}, "martians"),
        ({"protocol": "no-label"}, "no-label"),
        ({"models": {"lenalidomide_titer": "0123"}}, "other models"),
        ({"regimens": ["lenalidomide 10 mg daily"]}, "arm 'A' of the tables"),
        ({"regimens": list(ARMS[:1])}, "not there"),
    ],
)
def test_a_run_that_cannot_be_made_again_is_refused(tmp_path, changes, said):
    run = copy_of(stored_run(), tmp_path / "run")
    _spoil_run(run, **changes)
    with pytest.raises(InputError) as told:
        replay_run(run, threads=1)
    assert said in str(told.value)


@pytest.mark.parametrize(
    "options", [{"patients": 0}, {"tolerance": 0.0}, {"tolerance": 2.0}, {"tolerance": float("nan")}]
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(InputError):
        replay_run(stored_run(), threads=1, **options)


def test_a_dose_of_a_component_that_is_not_there_is_refused(tmp_path):
    run = copy_of(stored_run(), tmp_path / "run")
    rewrite(run, "doses", lambda columns: columns["component"].__setitem__(0, 9), honest_manifest=True)
    with pytest.raises(InputError, match="component 9"):
        replay_run(run, threads=1)


def test_a_missing_parameter_is_told(tmp_path):
    run = copy_of(stored_run(), tmp_path / "run")
    rewrite(run, "parameters", lambda columns: columns.pop("lenalidomide.cl"), honest_manifest=True)
    with pytest.raises(InputError, match=r"lenalidomide\.cl"):
        replay_run(run, threads=1)


def test_a_trial_with_crossover_comes_back_too():
    found = replay_run(stored_trial(), threads=1)
    assert found.passed
    assert found.patients == 20
    assert found.worst < 1e-6


def test_a_dose_of_a_crossover_written_down_otherwise_is_found(tmp_path):
    run = copy_of(stored_trial(), tmp_path / "run")

    def tamper(columns):
        own = np.flatnonzero((columns["component"] == 1) & (columns["drug"] == "lenalidomide") & (columns["given"] > 0))
        columns["given"][own[3]] = 0.0

    rewrite(run, "doses", tamper, honest_manifest=True)
    assert not replay_run(run, threads=1).passed
