"""`titer compare` from the words typed to the files written."""

import inspect
import io
import json
import re
from pathlib import Path

import pytest

from titer.cli import run
from titer.cli.compare import chosen_workers, compare
from titer.cli.output import progress_bar
from titer.decisions.compare import REPORTED, compare_regimens
from titer.show.metrics import METRICS
from titer.trials.chunks import Workers
from titer.trials.endpoints import ILLNESSES

ARMS = ["lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28", "lenalidomide 10 mg daily"]
SMALL = ["-n", "40", "--cycles", "3", "--seed", "5", "--threads", "1"]
TABLES = ("patients", "parameters", "visits", "doses", "decisions", "events", "status")
PLOTS = ("benefit_risk", "anc", "platelets", "m_protein", "pfs", "dose_intensity")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    assert run(["compare", *ARMS, *SMALL, "--out", str(folder)]) == 0
    return folder


def as_json(capsys, *arguments):
    assert run(["compare", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_json_has_the_promised_shape(capsys):
    shown = as_json(capsys, *ARMS, *SMALL)
    assert (shown["n"], shown["seed"], shown["population"]) == (40, 5, "relapsed-myeloma")
    assert [arm["regimen"] for arm in shown["regimens"]] == ARMS
    assert len(shown["differences"]) == 1
    for arm in shown["regimens"] + shown["differences"]:
        assert set(REPORTED) <= set(arm)
        assert all(set(arm[key]) == {"value", "low", "high"} for key in REPORTED)
    for arm in shown["regimens"]:
        fractions = [arm[m.key] for m in METRICS if m.unit == "%" and m.key not in ILLNESSES]
        assert not ILLNESSES.keys() & arm.keys()  # of patients with an immune core only
        assert all(0 <= f["low"] <= f["value"] <= f["high"] <= 1.0000001 for f in fractions)


def test_the_same_seed_gives_the_same_object_on_any_number_of_threads(capsys):
    first = as_json(capsys, ARMS[0], *SMALL)
    assert as_json(capsys, ARMS[0], *SMALL[:-1], "2") == first


def test_a_protocol_that_never_acts_holds_nothing(capsys):
    arm = as_json(capsys, ARMS[0], *SMALL, "--protocol", "none")["regimens"][0]
    assert arm["any_hold"]["value"] == arm["any_reduction"]["value"] == 0
    assert arm["relative_dose_intensity"]["value"] == 1


def test_the_folder_holds_everything_and_nothing_half_written(results):
    names = {path.name for path in results.iterdir()}
    expected = {*TABLES, "chunks", *(f"{p}.png" for p in PLOTS)}
    assert names == expected | {"run.json", "manifest.json", "report.html", "comparison.json"}
    assert [p.name for p in (results / "visits").iterdir()] == ["part-00000.parquet"]


def test_the_manifest_names_every_other_file(results):
    manifest = json.loads((results / "manifest.json").read_text())
    there = {p.relative_to(results).as_posix() for p in results.rglob("*") if p.is_file()}
    assert set(manifest["files"]) == there - {"manifest.json", "run.json", "chunks/00000.json"}
    assert manifest["seed"] == 5
    assert manifest["regimens"] == ARMS


def test_warnings_stand_in_the_manifest_and_on_standard_error(tmp_path, capsys):
    text = "lenalidomide 500 mg daily"
    assert run(["compare", text, text, "-n", "1", "--cycles", "1", "--out", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    [told] = json.loads((tmp_path / "manifest.json").read_text())["warnings"]
    assert captured.err == f"Warning: {told}\n"
    assert "1 virtual patient," in captured.out


@pytest.mark.parametrize("setting", ["crcl=-5", "age=-1", "weight=0", "baseline_anc=-2", "fed=2", "prior_lines=-1"])
def test_a_value_that_nobody_can_have_is_refused(capsys, setting):
    assert run(["compare", ARMS[0], *SMALL, "--set", setting]) == 2
    told = capsys.readouterr().err
    assert f"covariate '{setting.split('=')[0]}' is fixed at" in told
    assert "right:" in told


def test_the_stored_object_is_what_json_prints(results, capsys):
    assert json.loads((results / "comparison.json").read_text()) == as_json(capsys, *ARMS, *SMALL)


def test_the_report_shows_plots_and_figures_and_links_nowhere(results):
    page = (results / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == len(PLOTS) + 1  # and the map of the system
    links = re.findall(r"""(?:src|href)\s*=\s*["']([^"']*)""", page)
    assert [link for link in links if not link.startswith("#")] == []
    for text in ARMS:
        assert text in page


def test_arms_with_and_without_rules_share_the_tables(tmp_path, capsys):
    arms = [ARMS[0], "dexamethasone 40 mg weekly"]
    assert run(["compare", *arms, "-n", "10", "--cycles", "1", "--out", str(tmp_path)]) == 0
    assert run(["compare", *arms[::-1], "-n", "10", "--cycles", "1", "--out", str(tmp_path)]) == 0
    assert "Report: " in capsys.readouterr().out


def test_an_out_that_is_a_file_is_refused(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert run(["compare", ARMS[0], *SMALL, "--out", str(tmp_path / "file")]) == 2
    assert "is a file" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--population", "relapsed-myelom"], ["--protocol", "us-labe"]])
def test_an_unknown_name_is_refused_with_the_nearest(capsys, wrong):
    assert run(["compare", ARMS[0], *SMALL, *wrong]) == 2
    assert "try:" in capsys.readouterr().err


def test_options_default_to_what_the_function_does():
    ours, theirs = inspect.signature(compare).parameters, inspect.signature(compare_regimens).parameters
    shared = set(ours) & set(theirs) - {"regimens", "workers"}
    assert len(shared) >= 10
    assert {name: ours[name].default for name in shared} == {name: theirs[name].default for name in shared}


@pytest.mark.parametrize(
    ("words", "workers"),
    [
        ((1, None, None), Workers()),
        ((3, None, None), Workers(3, "processes")),
        ((2, "threads", None), Workers(2)),
        ((1, None, "tcp://10.0.0.1:8786"), Workers(kind="dask", address="tcp://10.0.0.1:8786")),
    ],
)
def test_words_about_workers_mean_workers(words, workers):
    assert chosen_workers(*words) == workers


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--resume"], "--resume without --out"),
        (["--workers", "2", "--worker-kind", "process"], "did you mean 'processes'"),
        (["--workers", "2", "--dask", "tcp://127.0.0.1:1"], "--dask beside --workers"),
        (["--chunk", "0"], "chunk"),
        (["--workers", "0"], "workers"),
        (["--protocol", "no-such-file.toml"], "cannot be read"),
    ],
)
def test_options_that_cannot_be_used_are_refused(capsys, more, told):
    assert run(["compare", ARMS[0], *SMALL, *more]) == 2
    assert told in capsys.readouterr().err


def test_that_a_finished_result_is_replaced_is_told(tmp_path, capsys):
    asked = ["compare", "dexamethasone 40 mg weekly", "-n", "4", "--cycles", "1", "--out", str(tmp_path / "out")]
    told = []
    for _ in range(2):
        assert run(asked) == 0
        told.append("will be replaced" in capsys.readouterr().err)
    assert told == [False, True]


def test_resuming_a_finished_result_prints_and_keeps_the_same(results, capsys):
    before = {p: p.read_bytes() for p in results.rglob("*.parquet")}
    arguments = ["compare", *ARMS, *SMALL, "--out", str(results), "--resume", "--json"]
    assert run(arguments) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((results / "comparison.json").read_text())
    assert len(before) == len(TABLES)
    assert {p: p.read_bytes() for p in results.rglob("*.parquet")} == before


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_drawn_on_a_terminal_only(monkeypatch, capsys):
    with progress_bar("work") as progress:
        assert progress is None
    assert capsys.readouterr().err == ""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with progress_bar("work") as progress:
        progress(1, 2, "half")
        progress(2, 2)
    assert terminal.getvalue()


def test_progress_of_a_run_tells_patients_and_chunks(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["compare", ARMS[0], "-n", "6", "--cycles", "1", "--chunk", "2"]) == 0
    assert "of 6 patients" in terminal.getvalue()
    assert "of 3 chunks" in terminal.getvalue()


def test_every_column_of_every_table_is_explained(results):
    from titer.library import load_population
    from titer.trials.store import read_table

    page = (Path(__file__).parents[1] / "docs" / "results.md").read_text(encoding="utf-8")
    own = {"patient", *(c.name for c in load_population("relapsed-myeloma").covariates)}
    columns = {name for table in TABLES if table != "parameters" for name in read_table(results, table).column_names}
    assert len(columns) > 40
    columns = {"seen_…" if name.startswith("seen_") else name for name in columns}
    assert sorted(name for name in columns - own if f"`{name}`" not in page) == []
