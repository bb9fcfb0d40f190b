"""The command line: what it prints, where errors go, how fast it starts."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import titer
from titer.cli import run
from titer.library import models

WIDTH = 100


def printed(capsys, *arguments, code=0):
    assert run(list(arguments)) == code
    return capsys.readouterr()


def test_version_is_the_package_version(capsys):
    assert printed(capsys, "--version").out == f"titer {titer.__version__}\n"


def test_help_comes_in_less_than_four_tenths_of_a_second():
    command = [sys.executable, "-m", "titer", "--help"]
    walls = []
    for _ in range(5):  # the quickest of five: other programs share the machine
        begun = time.perf_counter()
        shown = subprocess.run(command, capture_output=True, text=True, check=True)
        walls.append(time.perf_counter() - begun)
    assert "compare" in shown.stdout
    assert min(walls) < 0.4


def test_every_command_has_help(capsys):
    for command in ("compare", "list", "show", "regimen", "validate"):
        assert f"Usage: titer {command}" in printed(capsys, command, "--help").out


def test_no_command_prints_help_and_leaves_with_2(capsys):
    captured = printed(capsys, code=2)
    assert "Usage: titer" in captured.err + captured.out


def test_an_error_has_four_parts_on_standard_error(capsys):
    captured = printed(capsys, "regimen", "lenalidomide 25 mg days 1-30 of 28", code=2)
    assert captured.out == ""
    heads = [line.split(":")[0].strip() for line in captured.err.splitlines() if ":" in line]
    assert heads[0] == "InputError"
    assert "where" in heads
    assert "right" in heads


def test_an_error_with_json_is_one_object_on_standard_output(capsys):
    captured = printed(capsys, "regimen", "lenalidomide 25 mg days 1-30 of 28", "--json", code=2)
    error = json.loads(captured.out)["error"]
    assert captured.err == ""
    assert error["kind"] == "InputError"
    assert set(error) <= {"kind", "what", "where", "right", "try"}


def test_a_wrong_option_has_the_same_shape(capsys):
    captured = printed(capsys, "compare", "x", "--cycle", "3", code=2)
    assert captured.err.startswith("InputError: No such option: --cycle")
    assert "try:   titer compare --help" in captured.err


def test_debug_shows_the_traceback(monkeypatch):
    monkeypatch.setenv("TITER_DEBUG", "1")
    with pytest.raises(titer.InputError):
        run(["regimen", "nothing"])


def test_errors_never_show_a_traceback():
    command = [sys.executable, "-m", "titer", "compare", "lenalidomide -5 mg daily"]
    shown = subprocess.run(command, capture_output=True, text=True)
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr
    assert shown.stderr.startswith("InputError: ")


def test_a_fault_of_the_program_has_the_same_shape(monkeypatch, capsys):
    def broken(*_):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("titer.show.listing.contents", broken)
    captured = printed(capsys, "list", code=1)
    assert captured.err.startswith("TiterError: a fault of titer itself: ZeroDivisionError")
    assert "Traceback" not in captured.err
    assert "error" in json.loads(printed(capsys, "list", "--json", code=1).out)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is a device of Linux")
@pytest.mark.parametrize("options", [["list"], ["list", "--json"], ["regimen", "len 25 mg daily"], ["show", "system"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_behind_standard_output_is_a_storage_error(options, unbuffered):
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "titer", *options]
        shown = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment)
    assert shown.returncode == 1
    assert shown.stderr.startswith("StorageError: standard output could not be written: No space left on device\n")
    assert "Traceback" not in shown.stderr
    assert "fault of titer" not in shown.stderr


def test_an_error_of_the_system_that_is_not_of_standard_output_is_a_fault(monkeypatch, capsys):
    def broken(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("titer.show.listing.contents", broken)
    assert printed(capsys, "list", code=1).err.startswith("TiterError: a fault of titer itself: OSError")


def test_list_names_what_the_library_holds(capsys):
    text = printed(capsys, "list").out
    for word in ("lenalidomide", "relapsed-myeloma", "neutrophils", "us-label"):
        assert word in text


def test_list_as_json_has_the_asked_list_only(capsys):
    shown = json.loads(printed(capsys, "list", "drugs", "--json").out)
    assert list(shown) == ["drugs"]
    assert {"lenalidomide", "dexamethasone"} <= {row["name"] for row in shown["drugs"]}


def test_list_of_something_else_is_refused_with_the_nearest(capsys):
    assert "drugs" in printed(capsys, "list", "drug", code=2).err


def test_show_prints_every_number_of_every_model_with_its_status(capsys):
    looked = 0
    for model in models().values():
        text = printed(capsys, "show", model.key).out
        assert max(map(len, text.splitlines())) <= WIDTH
        for parameter in model.parameters:
            looked += 1
            assert parameter.name in text
            assert parameter.status in text
    assert looked > 50


def test_show_system_maps_ikaros(capsys):
    text = printed(capsys, "show", "system").out
    assert "lenalidomide on loss" in text
    assert "provided by   ikaros" in text


@pytest.mark.parametrize("name", ["relapsed-myeloma", "us-label", "eu-label", "none", "Lenalidomide"])
def test_show_finds_members_of_every_kind(capsys, name):
    assert len(printed(capsys, "show", name).out.splitlines()) > 5


def test_a_protocol_has_one_name_everywhere(capsys):
    from titer.library import load_plan

    names = [row["name"] for row in json.loads(printed(capsys, "list", "protocols", "--json").out)["protocols"]]
    assert names[:3] == ["us-label", "eu-label", "none"]
    for name in names:
        assert load_plan(name).protocol.name in printed(capsys, "show", name).out
    for other in ("us", "eu", "uslabel"):
        assert "-label" in printed(capsys, "compare", "dex 40 mg weekly", "--protocol", other, code=2).err
        assert "holds nothing" in printed(capsys, "show", other, code=2).err


def test_show_of_a_drug_without_model_says_so(capsys):
    shown = printed(capsys, "show", "imiquimod", code=2).err
    assert "no model of imiquimod yet" in shown
    assert "did you mean" not in shown


def test_a_dose_above_those_studied_gets_one_line_on_standard_error(capsys):
    shown = printed(capsys, "regimen", "lenalidomide 2500 mg daily", "--json")
    assert json.loads(shown.out)["cycle_day"] == 28
    assert shown.err.startswith("Warning: lenalidomide 2500 mg on one day is more than its model answers for, 50 mg")
    assert len(shown.err.splitlines()) == 1
    assert printed(capsys, "regimen", "lenalidomide 25 mg daily").err == ""


def test_show_of_an_unknown_name_tells_the_nearest(capsys):
    assert "'lenalidomide'" in printed(capsys, "show", "lenalidomid", code=2).err


def test_regimen_prints_a_calendar(capsys):
    text = printed(capsys, "regimen", "len 25 mg d1-21/28 + dex 40 mg weekly").out
    assert "lenalidomide   ●●●●●●● ●●●●●●● ●●●●●●● ·······" in text
    assert "dexamethasone  ●······ ●······ ●······ ●······" in text
    assert "21 doses, 525 mg in 28 days" in text


def test_regimen_as_json_counts_doses(capsys):
    shown = json.loads(printed(capsys, "regimen", "dex 40 mg days 1,8 of 28", "--json").out)
    assert shown["cycle_day"] == 28
    assert shown["components"][0]["n_doses"] == 2


def test_validate_says_what_was_simulated_and_what_its_marks_mean(capsys):
    text = printed(capsys, "validate", "IMID088", "IMID016", "IMID023", "-n", "8").out
    assert "  dexamethasone 40 mg days 1-4,9-12,17-20 of 28 for 4 cycles then 40 mg days 1-4 of 28" in text
    assert "Dimopoulos" in text
    assert "\n†  " in text
    assert "e-1" not in text
    assert "0.5 to 4 h" in text  # a printed range without a middle
    assert max(map(len, text.splitlines())) <= WIDTH


def test_validate_of_one_row_as_json(capsys):
    shown = json.loads(printed(capsys, "validate", "IMID016", "--json").out)
    assert [row["id"] for row in shown["rows"]] == ["IMID016"]
    assert shown["rows"][0]["role"] in ("calibration", "prediction")
