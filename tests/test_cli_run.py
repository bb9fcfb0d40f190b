"""`titer run` from the words typed to the files written."""

import csv
import json

import pytest

from titer.cli import run
from titer.library import scenarios
from titer.show.course_text import number_text

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


@pytest.mark.parametrize("name", scenarios())
def test_what_entered_and_what_is_to_be_met_are_told(capsys, name):
    shown = printed(capsys, name).out
    entered = shown.splitlines()[1]
    assert all(one.agent.replace("-", " ") in entered for one in scenarios()[name].challenges)
    again = sum(check.at.startswith("again:") for check in scenarios()[name].checks)
    told = [(len(scenarios()[name].checks) - again, "published numbers met")]
    told.append((again, "numbers from running the published equations again met"))
    assert "; ".join(f"{n} of {n} {words}" for n, words in told if n) in shown.splitlines()
    assert max(map(len, shown.splitlines())) <= 100


def test_amount_and_time_of_what_entered_are_told(capsys):
    assert printed(capsys, "endotoxin-infusion").out.splitlines()[1] == "2 ng/kg of endotoxin over 4 h on day 0"
    assert printed(capsys, "prime-boost", "--dose", "100").out.splitlines()[1] == (
        "100 pmol of protein and 350 ng of maturation signal on days 0 and 365"
    )
    assert printed(capsys, "protein-drug").out.splitlines()[1].endswith(" 12 times, day 0 to 154")


def test_a_level_that_is_off_in_the_source_has_a_note(capsys):
    shown = printed(capsys, "influenza-like").out
    assert "CRP rests at 51.5 mg/L in the source" in shown
    assert as_json(capsys, "influenza-like")["note"] in " ".join(shown.split())
    assert "<1e-9" in shown  # what is left of the virus on day 40, below the tolerance of the integration
    for name, scenario in scenarios().items():
        assert ("CRP rests" in scenario.note) == ("crp" in scenario.shown), name


def test_people_have_their_range_below_the_median(capsys):
    arguments = ("endotoxin", "--patients", "5", "--days", "0.5")
    peak = as_json(capsys, *arguments)["peaks"]["tnf"]
    assert peak["low"] < peak["value"] < peak["high"]
    lines = printed(capsys, *arguments).out.splitlines()
    first = next(nth for nth, line in enumerate(lines) if line.startswith("tnf"))
    for line, name in zip(lines[first : first + 3], ("value", "low", "high"), strict=True):
        assert f" {number_text(peak[name])} " in line
    assert [line.split()[0] for line in lines[first + 1 : first + 3]] == ["5%", "95%"]


def test_a_dose_that_cannot_be_followed_is_named(capsys):
    captured = printed(capsys, "endotoxin", "--dose", "1e300", code=1)
    assert "a dose nearer the usual 2 ng/kg, since 1e+300 is" in captured.err


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
    assert {check["published"] for check in shown["checks"]} == {False}
    assert shown["checks"][0]["source"].startswith("Published equations and numbers, run again")
    assert shown["challenges"] == [{"day": 0.0, "agent": "damaged cells", "amount": 1e9, "hours": 0.0, "unit": "cell"}]


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
