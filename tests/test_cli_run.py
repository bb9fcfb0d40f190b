"""`titer run` from the words typed to the files written."""

import csv
import json

import pytest

from titer.cli import run
from titer.library import scenarios

NAME = "sterile-damage"


def printed(capsys, *arguments, code=0):
    assert run(["run", *arguments]) == code
    return capsys.readouterr()


def as_json(capsys, *arguments, code=0):
    return json.loads(printed(capsys, *arguments, "--json", code=code).out)


def test_without_a_name_all_are_listed(capsys):
    assert [line.split()[0] for line in printed(capsys).out.splitlines()] == list(scenarios())
    assert [row["name"] for row in as_json(capsys)["scenarios"]] == list(scenarios())


def test_the_scenarios_are_in_the_list_of_the_library(capsys):
    assert run(["list", "scenarios"]) == 0
    assert NAME in capsys.readouterr().out


def test_published_numbers_stand_beside_those_of_the_run(capsys):
    shown = printed(capsys, NAME).out
    checks = scenarios()[NAME].checks
    assert f"{len(checks)} of {len(checks)} published numbers met" in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_a_short_run_is_told_in_hours(capsys):
    shown = printed(capsys, "endotoxin").out
    assert "at hour" in shown
    assert "value at 2 h" in shown
    assert "at day" in printed(capsys, NAME).out


def test_a_scenario_that_is_to_be_shown_is_pointed_to(capsys):
    assert run(["show", "influenza-like"]) == 2
    assert "titer run influenza-like" in capsys.readouterr().err


def test_json_holds_series_peaks_and_checks(capsys):
    shown = as_json(capsys, NAME)
    assert list(shown["series"]) == list(scenarios()[NAME].shown)
    assert all(len(one["values"]) == len(shown["time_day"]) for one in shown["series"].values())
    assert shown["as_published"] is True
    assert all(check["met"] is True for check in shown["checks"])
    assert {"series", "statistic", "expect", "unit", "within", "value", "met", "at"} <= set(shown["checks"][0])


def test_a_changed_run_is_not_judged(capsys):
    name = next(name for name in as_json(capsys, NAME)["models"])
    arguments = [NAME, "--set", f"{name}.{_a_parameter(name)}=0.04"]
    assert "Not judged" in printed(capsys, *arguments).out
    assert {check["met"] for check in as_json(capsys, *arguments)["checks"]} == {None}


def _a_parameter(key):
    from titer.library import models

    return next(one.name for one in models()[key].free_parameters if one.unit == "1/h")


def test_length_dose_and_people_can_be_chosen(capsys):
    usual = as_json(capsys, NAME, "--days", "2")
    more = as_json(capsys, NAME, "--days", "2", "--dose", "1e10")
    assert usual["time_day"][-1] == 2.0
    assert more["peaks"]["tnf"]["value"] > usual["peaks"]["tnf"]["value"]
    assert set(as_json(capsys, NAME, "--days", "2", "--patients", "3")["series"]["tnf"]) == {
        "unit",
        "values",
        "low",
        "high",
    }


def test_a_drug_is_given(capsys):
    shown = as_json(capsys, NAME, "--days", "2", "--drug", "lenalidomide 25 mg daily")
    assert shown["drug"] == "lenalidomide 25 mg daily"
    assert shown["as_published"] is False


def test_a_challenge_beyond_what_a_model_answers_for_is_warned_of(capsys):
    known = scenarios()
    if "endotoxin" not in known:
        pytest.skip("no scenario of endotoxin")
    assert printed(capsys, "endotoxin", "--days", "0.5").err == ""
    captured = printed(capsys, "endotoxin", "--days", "0.5", "--dose", "40")
    assert "is more than its model answers for" in captured.err


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf", ".csv", ".parquet"])
def test_a_file_is_written_by_its_ending(tmp_path, capsys, ending):
    path = tmp_path / f"series{ending}"
    printed(capsys, NAME, "--days", "2", "--out", str(path))
    assert path.stat().st_size > 1000
    if ending == ".csv":
        with path.open() as file:
            rows = list(csv.DictReader(file))
        assert float(rows[-1]["time_day"]) == 2.0
        assert "tnf [pg/mL]" in rows[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sterile-damag"], "the library has no scenario 'sterile-damag'"),
        ([NAME, "--days", "0"], "a run of 0 days"),
        ([NAME, "--days", "nan"], "a run of nan days"),
        ([NAME, "--dose", "-1"], "a dose of -1"),
        ([NAME, "--dose", "0"], "a dose of 0"),
        ([NAME, "--set", "nothing"], "cannot be read"),
        ([NAME, "--set", "nothing.x=1"], "there is no parameter 'nothing.x'"),
        ([NAME, "--lead", "3"], "a drug that begins 3 days before, and no drug"),
        ([NAME, "--drug", "nothingmab 5 mg daily"], "nothingmab"),
        ([NAME, "--out", "series.doc"], "no ending that says what to write"),
    ],
)
def test_what_cannot_be_used_leaves_with_2_and_one_shape(capsys, arguments, message):
    captured = printed(capsys, *arguments, code=2)
    assert captured.err.startswith("InputError: ")
    assert message in captured.err
    assert "error" in as_json(capsys, *arguments, code=2)
