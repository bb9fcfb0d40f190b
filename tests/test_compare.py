"""Comparing regimens: the same patients, the same bits, tables that tell the whole story."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from titer.decisions.compare import REPORTED, compare_regimens
from titer.errors import InputError, SolveError
from titer.show.publish import publish_comparison
from titer.trials.store import read_manifest, read_run, read_table, tables

RD25 = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28"
RD10 = "lenalidomide 10 mg daily + dexamethasone 20 mg days 1,8,15,22 of 28"


@pytest.fixture(scope="module")
def comparison():
    return compare_regimens([RD25, RD10], n=60, cycles=6, seed=3)


def same_outcomes(a, b):
    return all(np.array_equal(a.outcomes[name], b.outcomes[name], equal_nan=True) for name in a.outcomes)


@pytest.mark.parametrize("options", [{"chunk": 7}, {"threads": 1}, {"chunk": 25, "threads": 2}])
def test_chunks_and_threads_change_no_bit(comparison, options):
    again = compare_regimens([RD25, RD10], n=60, cycles=6, seed=3, **options)
    assert all(same_outcomes(a, b) for a, b in zip(comparison.arms, again.arms, strict=True))
    assert again.as_json() == comparison.as_json()


def test_a_patient_is_the_same_in_a_smaller_cohort(comparison):
    few = compare_regimens([RD25], n=18, cycles=6, seed=3)
    for name, values in few.arms[0].outcomes.items():
        np.testing.assert_array_equal(values[17], comparison.arms[0].outcomes[name][17], err_msg=name)


def test_another_seed_gives_other_patients(comparison):
    other = compare_regimens([RD25], n=60, cycles=6, seed=4)
    assert not same_outcomes(other.arms[0], comparison.arms[0])


def test_a_regimen_compared_with_itself_differs_by_nothing():
    result = compare_regimens([RD25, RD25], n=20, cycles=2, seed=1)
    for name in REPORTED:
        if name != "median_pfs_month":
            figure = result.differences[0][name]
            assert figure.value == 0, name
            assert figure.low <= 0 <= figure.high, name


def test_more_drug_gives_more_neutropenia_and_lower_counts(comparison):
    high, low = (arm.outcomes["anc_lowest"] for arm in comparison.arms)
    assert np.median(high) < np.median(low)


def test_json_has_the_promised_shape(comparison):
    result = json.loads(json.dumps(comparison.as_json(), allow_nan=False))
    assert set(result) == {"n", "seed", "population", "regimens", "differences"}
    assert [r["regimen"] for r in result["regimens"]] == [RD25, RD10]
    assert set(result["regimens"][0]) == {"regimen", *REPORTED, "failed"}
    for name in REPORTED:
        assert set(result["regimens"][0][name]) == {"value", "low", "high"}
    assert 0 <= result["regimens"][0]["orr"]["value"] <= 1


def test_progress_reaches_the_end():
    seen = []
    compare_regimens([RD25], n=10, cycles=1, progress=lambda done, total, what: seen.append((done, total)))
    assert seen[-1] == (10.0, 10.0)
    assert len(seen) > 3  # also within a chunk
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("regimens", "options", "told"),
    [
        (["lenalidomid 25 mg daily"], {}, "lenalidomide"),
        ([RD25], {"population": "relapsed-mieloma"}, "relapsed-myeloma"),
        ([RD25], {"protocol": "us-labell"}, "us-label"),
        ([RD25], {"n": 0}, "n is 0"),
        ([RD25], {"n": 2.5}, "n is 2.5"),
        ([RD25], {"n": float("nan")}, "n is nan"),
        ([RD25], {"n": True}, "n is True"),
        ([RD25], {"cycles": 10**11}, "cycles is 100000000000"),
        ([RD25], {"overrides": {"prior_linez": 2.0}}, "prior_lines"),
        ([], {}, "regimen"),
    ],
)
def test_bad_input_is_refused_with_what_would_be_right(regimens, options, told):
    with pytest.raises(InputError, match=told):
        compare_regimens(regimens, **({"n": 4, "cycles": 1} | options))


def test_a_killed_comparison_holds_no_file_that_looks_whole(tmp_path):
    out = tmp_path / "results"
    code = f"import titer; titer.publish_comparison({str(out)!r}, [{RD25!r}], n=100_000, cycles=24, chunk=100)"
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        _wait_for(lambda: list(out.glob("unfinished/visits/*.parquet")))
    finally:
        process.kill()
        process.wait()
    assert {p.name for p in out.iterdir()} == {".lock", "unfinished"}
    with pytest.raises(InputError, match="is unfinished"):
        read_manifest(out)


def _wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the comparison wrote nothing in time"
        time.sleep(0.05)


def test_published_folder_holds_the_whole_story(tmp_path, comparison):
    result = publish_comparison(tmp_path / "results", [RD25, RD10], n=60, cycles=6, seed=3, chunk=25)
    assert result.as_json() == comparison.as_json()
    manifest = read_manifest(tmp_path / "results")
    assert {"patients", "parameters", "visits", "doses", "decisions", "events", "status"} == set(
        tables(tmp_path / "results")
    )
    assert manifest["chunks"] == 3
    patients = read_table(tmp_path / "results", "patients").to_pydict()
    chunked = [p for begin, end in ((0, 25), (25, 50), (50, 60)) for _ in "AB" for p in range(begin, end)]
    assert patients["patient"] == chunked
    first = [i for i, arm in enumerate(patients["arm"]) if arm == "A"]
    np.testing.assert_array_equal(np.array(patients["responder"])[first], comparison.arms[0].outcomes["responder"])
    visits = read_table(tmp_path / "results", "visits")
    assert set(visits["regimen"].unique().to_pylist()) == {RD25, RD10}
    report = (tmp_path / "results" / "report.html").read_text()
    assert "not a medical device" in report
    assert "http" not in report.replace("http://www.w3.org", "")


def test_another_ctcae_version_grades_the_same_counts_otherwise(comparison):
    v6 = compare_regimens([RD25], n=60, cycles=6, seed=3, ctcae="6").arms[0]
    v5 = comparison.arms[0]
    np.testing.assert_array_equal(v6.outcomes["anc_lowest"], v5.outcomes["anc_lowest"])
    assert v6.figures["neutropenia_g34"].value == np.mean(v5.outcomes["anc_lowest"] < 0.5)
    assert v5.figures["neutropenia_g34"].value == np.mean(v5.outcomes["anc_lowest"] < 1.0)


def test_failed_patients_are_left_out_of_figures(comparison):
    from titer.decisions.figures import arm_figures, difference_figures

    outcomes = {name: values.copy() for name, values in comparison.arms[0].outcomes.items()}
    outcomes["failed"][:10] = True
    kept = {name: values[10:] for name, values in comparison.arms[0].outcomes.items()}
    assert arm_figures(outcomes)["orr"] == arm_figures(kept)["orr"]
    other = {name: values[10:] for name, values in comparison.arms[1].outcomes.items()}
    whole = difference_figures(comparison.arms[1].outcomes, outcomes, 1)
    assert whole["orr"] == difference_figures(other, kept, 1)["orr"]


def test_dose_intensity_counts_one_drug_in_every_arm():
    result = compare_regimens(["dexamethasone 40 mg weekly", "lenalidomide 25 mg daily"], n=6, cycles=1)
    assert np.isnan(result.arms[0].figures["relative_dose_intensity"].value)
    assert 0 < result.arms[1].figures["relative_dose_intensity"].value <= 1


def test_two_arms_of_one_regimen_are_told_apart_in_the_tables(tmp_path):
    publish_comparison(tmp_path, [RD25, RD25], n=3, cycles=1)
    table = read_table(tmp_path, "patients").to_pydict()
    assert sorted(zip(table["patient"], table["arm"], strict=True)) == [(p, a) for p in range(3) for a in "AB"]


def test_a_parameter_can_be_the_same_for_everybody_or_shifted():
    weak = compare_regimens([RD25], n=20, cycles=2, seed=3, overrides={"lenalidomide.dc50": 1e6})
    normal = compare_regimens([RD25], n=20, cycles=2, seed=3)
    assert weak.arms[0].figures["orr"].value < normal.arms[0].figures["orr"].value
    with pytest.raises(InputError, match=r"lenalidomide\.dc50"):
        compare_regimens([RD25], n=2, cycles=1, overrides={"lenalidomide.dc5": 1.0})


def test_true_weekly_neutropenia_does_not_depend_on_the_calendar_of_visits(comparison):
    for arm in comparison.arms:
        weekly = arm.outcomes["anc_weekly_lowest"] < 1.0
        assert arm.figures["neutropenia_g34_weekly"].value == weekly.mean()


def test_the_parameters_of_each_patient_are_stored(tmp_path):
    publish_comparison(tmp_path, [RD25, RD10], n=5, cycles=1, chunk=2)
    table = read_table(tmp_path, "parameters").to_pydict()
    assert table["patient"] == [0, 1, 2, 3, 4]
    assert len(set(table["lenalidomide.cl"])) == 5


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"baseline_m_protein": 0.0}, "baseline_m_protein"),
        ({"myeloma.growth": -0.01}, "0 or more"),
        ({"crcl": "40"}, "finite number"),
        ({"crcl": None}, "finite number"),
        ({"neutrophils.steepness": 2.5}, "form of the equations"),
    ],
)
def test_impossible_settings_are_refused(overrides, told):
    with pytest.raises(InputError, match=told):
        compare_regimens([RD25], n=3, cycles=1, overrides=overrides)


def test_settings_that_nobody_can_be_integrated_with_are_named():
    with pytest.raises(SolveError, match=r"lenalidomide\.max_loss"):
        compare_regimens([RD25], n=3, cycles=1, overrides={"lenalidomide.max_loss": 1.0})


def test_one_text_instead_of_a_list_is_explained():
    with pytest.raises(InputError, match="a list of texts"):
        compare_regimens(RD25)


def test_units_are_checked_even_when_the_kernel_is_cached(monkeypatch, tmp_path):
    """A changed unit leaves the C text as it was, so the kernel's cache cannot remember the check."""
    from titer.decisions import arm
    from titer.errors import UnitError
    from titer.library import relapsed_myeloma_models

    monkeypatch.setenv("TITER_CACHE", str(tmp_path))
    compare_regimens([RD25], n=2, cycles=1)
    models = relapsed_myeloma_models()
    parameters = tuple(replace(p, unit="mg") if p.name == "cl" else p for p in models[0].parameters)
    broken = [replace(models[0], parameters=parameters), *models[1:]]
    monkeypatch.setattr(arm, "relapsed_myeloma_models", lambda given, *, immune: broken)
    with pytest.raises(UnitError):
        compare_regimens([RD25], n=2, cycles=1)


def test_a_failed_patient_is_marked_and_the_others_are_whole(tmp_path, monkeypatch, comparison):
    from titer.decisions.arm import Setting

    sound = Setting.parameters

    def broken(setting, cohort):
        values = sound(setting, cohort)
        values[cohort.ids == 3, list(setting.system.parameters).index("lenalidomide.max_loss")] = 1.0
        return values

    monkeypatch.setattr(Setting, "parameters", broken)
    result = publish_comparison(tmp_path, [RD25, RD10], n=60, cycles=6, seed=3, chunk=7)
    others = np.arange(60) != 3
    for arm, whole in zip(result.arms, comparison.arms, strict=True):
        assert arm.statuses["failed"] == 1
        for name, values in arm.outcomes.items():
            np.testing.assert_array_equal(values[others], whole.outcomes[name][others], err_msg=name)
    status = read_table(tmp_path, "status").to_pydict()
    assert [p for p, word in zip(status["patient"], status["status"], strict=True) if word == "failed"] == [3, 3]
    assert len(status["patient"]) == 120
    assert [arm["failed"] for arm in result.as_json()["regimens"]] == [1, 1]


def test_weekly_values_are_kept_of_the_first_patients_only(tmp_path, monkeypatch, comparison):
    monkeypatch.setattr("titer.decisions.collect.FOLLOWED", 10)
    monkeypatch.setattr("titer.show.publish.DESCRIBED", 20)
    result = publish_comparison(tmp_path, [RD25, RD10], n=60, cycles=6, seed=3, chunk=7)
    assert result.as_json() == comparison.as_json()
    for arm, whole in zip(result.arms, comparison.arms, strict=True):
        assert len(arm.outcomes["pfs_day"]) == 60
        assert len(arm.intensity) == 10
        np.testing.assert_array_equal(arm.intensity, whole.intensity[:10])
        for name, values in arm.observed.items():
            np.testing.assert_array_equal(values, whole.observed[name][:10], err_msg=name)
    report = (tmp_path / "report.html").read_text()
    assert report.count("Shown: the first 10 of 60 patients.") == 4
    assert "summed up from the first 20 patients" in report


def test_weekly_values_are_what_the_clinic_reported(comparison):
    from titer.clinic.bodies import run_course
    from titer.decisions.arm import facts_of

    setting = comparison.setting
    cohort = comparison.cohort
    course = run_course(
        setting.kernel,
        setting.parameters(cohort),
        cohort.ids,
        setting.regimens[0],
        setting.plan,
        setting.n_days,
        setting.seed,
        facts=facts_of(cohort),
        rtol=setting.rtol,
    )
    assert set(comparison.arms[0].observed) == set(course.observed)
    for name, values in course.observed.items():
        np.testing.assert_array_equal(comparison.arms[0].observed[name], values, err_msg=name)


def test_the_cohort_of_a_comparison_is_the_one_that_was_treated(tmp_path, comparison):
    publish_comparison(tmp_path, [RD25, RD10], n=60, cycles=6, seed=3, chunk=60)
    table = read_table(tmp_path, "patients").to_pydict()
    np.testing.assert_array_equal(comparison.cohort.column("crcl"), table["crcl"][:60])
    assert len(comparison.people(7)) == 7


def test_a_protocol_of_ones_own_is_kept_with_the_result(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text((Path(__file__).parents[1] / "examples" / "protocol.toml").read_text(encoding="utf-8"))
    publish_comparison(tmp_path / "first", [RD25], n=6, cycles=2, protocol=str(own), chunk=3)
    text = own.read_text(encoding="utf-8")
    run = read_run(tmp_path / "first")
    assert (run["protocol"], run["protocol_toml"]) == ("own.toml", text)
    own.write_text(text + "\n# another remark\n")
    with pytest.raises(InputError, match="protocol_toml was"):
        publish_comparison(tmp_path / "first", [RD25], n=6, cycles=2, protocol=str(own), chunk=3, resume=True)
