"""`titer export`, `query`, `ledger` and `replay` from the words typed to what is printed and written."""

import csv
import io
import json

import numpy as np
import pytest

from stored_runs import N, copy_of, rewrite, stored_run
from titer.cli import run
from titer.cli.output import WIDTH


def shown(capsys, *arguments, code=0):
    assert run([str(word) for word in arguments]) == code
    return capsys.readouterr()


def as_json(capsys, *arguments, code=0):
    return json.loads(shown(capsys, *arguments, "--json", code=code).out)


# ---- export ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "suffix"), [("parquet", "parquet"), ("csv", "csv"), ("dataset-json", "json")])
def test_export_writes_six_datasets_and_tells_how_many_records(tmp_path, capsys, form, suffix):
    told = as_json(capsys, "export", stored_run(), "--adam", "--format", form, "--to", tmp_path / "out")
    assert set(told["records"]) == {"ADSL", "ADEX", "ADLB", "ADAE", "ADTTE", "ADRS"}
    assert told["records"]["ADSL"] == 2 * N
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{n.lower()}.{suffix}" for n in told["files"]} | {
        "adam.json"
    }


def test_export_goes_beside_the_run_by_default_and_prints_a_table(tmp_path, capsys):
    results = copy_of(stored_run(), tmp_path / "run")
    out = shown(capsys, "export", results, "--adam", "--normal", "anc=2-7.5", "--study", "MY-1").out
    assert (tmp_path / "run-adam" / "adlb.parquet").exists()
    assert "ADTTE" in out
    assert all(len(line) <= WIDTH for line in out.splitlines() if "/" not in line)


# ---- query -----------------------------------------------------------------------------------------------------------


def test_query_prints_a_table(capsys):
    out = shown(capsys, "query", stored_run(), "SELECT arm, count(*) AS n FROM patients GROUP BY 1 ORDER BY 1").out
    assert out.splitlines() == ["arm   n", "───  ──", f"A    {N}", f"B    {N}", "2 rows"]


def test_query_shows_the_first_rows_of_many(capsys):
    out = shown(capsys, "query", stored_run(), "SELECT patient, day FROM visits", "--rows", "7").out
    assert len(out.splitlines()) == 2 + 7 + 1
    assert "the first 7 rows" in out


def test_query_json_csv_and_file_agree(tmp_path, capsys):
    sql = "SELECT patient, arm, response_day FROM patients ORDER BY ALL"
    told = as_json(capsys, "query", stored_run(), sql)
    rows = list(csv.DictReader(io.StringIO(shown(capsys, "query", stored_run(), sql, "--csv").out)))
    shown(capsys, "query", stored_run(), sql, "--out", tmp_path / "x.json")
    assert json.loads((tmp_path / "x.json").read_text()) == told["rows"]
    assert [int(row["patient"]) for row in rows] == [row["patient"] for row in told["rows"]]
    assert {row["response_day"] for row in rows} >= {""}
    assert [column["name"] for column in told["columns"]] == ["patient", "arm", "response_day"]


def test_query_lists_tables(capsys):
    out = shown(capsys, "query", stored_run(), "--tables").out
    assert f"patients: {2 * N} rows" in out
    told = as_json(capsys, "query", stored_run(), "--tables")
    assert "visits" in [table["name"] for table in told["tables"]]


# ---- ledger ----------------------------------------------------------------------------------------------------------


def test_ledger_tells_every_arm_in_plain_text(capsys):
    out = shown(capsys, "ledger", stored_run(), "--patient", "2").out
    assert out.startswith("Patient 2, arm A:")
    assert "\nPatient 2, arm B:" in out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= WIDTH


def test_ledger_of_one_arm_and_some_days(capsys):
    out = shown(capsys, "ledger", stored_run(), "--patient", "2", "--arm", "B", "--days", "0-20", "--why").out
    assert "arm A" not in out
    told = as_json(capsys, "ledger", stored_run(), "--patient", "2", "--arm", "B", "--days", "0-20")
    assert [row["day"] for row in told["arms"][0]["visits"]] == [0, 7, 14]


# ---- replay ----------------------------------------------------------------------------------------------------------


def test_replay_passes_and_says_how_many(capsys):
    out = shown(capsys, "replay", stored_run(), "--threads", "1").out
    assert out.splitlines()[-1].startswith(f"passed: {2 * N} patients")


def test_replay_of_a_spoilt_run_leaves_with_1(tmp_path, capsys):
    results = copy_of(stored_run(), tmp_path / "run")

    def tamper(columns):
        columns["given"][np.flatnonzero(columns["given"] > 0)[7]] = 0.0

    rewrite(results, "doses", tamper)
    out = shown(capsys, "replay", results, "--threads", "1", code=1).out
    assert "FAILED" in out
    assert "changed since the run wrote it: doses/part-00000.parquet" in out
    assert as_json(capsys, "replay", results, "--threads", "1", code=1)["passed"] is False


# ---- bad input -------------------------------------------------------------------------------------------------------

BAD = [
    (["export", "RUN"], "--adam"),
    (["export", "RUN", "--adam", "--nonmem", "x.csv"], "one of --adam and --nonmem"),
    (["export", "RUN", "--adam", "--format", "xpt"], "xpt"),
    (["export", "RUN", "--adam", "--ctcae", "3"], "CTCAE version '3'"),
    (["export", "RUN", "--adam", "--normal", "anc"], "--normal anc"),
    (["export", "RUN", "--adam", "--normal", "anx=1-2"], "anc"),
    (["export", "RUN", "--adam", "--normal", "anc=7-2"], "the lower first"),
    (["export", "RUN", "--adam", "--study", "a b/c"], "a b/c"),
    (["export", "RUN", "--adam", "--to", "RUN"], "no earlier export"),
    (["export", "NOWHERE", "--adam"], "no finished result"),
    (["query", "RUN"], "neither SQL nor --tables"),
    (["query", "RUN", "SELECT 1", "--tables"], "both"),
    (["query", "RUN", ""], "empty"),
    (["query", "RUN", "SELECT * FROM patient"], "patients"),
    (["query", "RUN", "SELECT agee FROM patients"], "age"),
    (["query", "RUN", "DROP VIEW patients"], "more than read"),
    (["query", "RUN", "SELECT 1", "--out", "x.doc"], ".parquet"),
    (["query", "RUN", "SELECT 1", "--rows", "0"], "--rows"),
    (["query", "NOWHERE", "SELECT 1"], "no finished result"),
    (["ledger", "RUN"], "--patient"),
    (["ledger", "RUN", "--patient", "999"], f"0 to {N - 1}"),
    (["ledger", "RUN", "--patient", "one"], "--patient"),
    (["ledger", "RUN", "--patient", "1", "--arm", "Z"], "A, B"),
    (["ledger", "RUN", "--patient", "1", "--days", "7"], "--days 0-83"),
    (["ledger", "RUN", "--patient", "1", "--days", "9-2"], "--days 0-83"),
    (["ledger", "NOWHERE", "--patient", "1"], "no finished result"),
    (["replay", "RUN", "--patients", "0"], "--patients"),
    (["replay", "RUN", "--tolerance", "0"], "tolerance of 0"),
    (["replay", "NOWHERE"], "no finished result"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD, ids=[" ".join(a) for a, _ in BAD])
def test_bad_input_is_refused_with_2_and_a_sentence(tmp_path, capsys, arguments, said):
    words = [{"RUN": str(stored_run()), "NOWHERE": str(tmp_path / "nowhere")}.get(word, word) for word in arguments]
    told = shown(capsys, *words, code=2)
    assert said in told.err
    assert told.out == ""
    assert "Traceback" not in told.err
    assert as_json(capsys, *words, code=2)["error"]["what"]
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_run_is_told_by_every_command(tmp_path, capsys):
    results = copy_of(stored_run(), tmp_path / "run")
    (results / "manifest.json").unlink()
    for words in (["export", results, "--adam"], ["query", results, "SELECT 1"], ["ledger", results, "--patient", "0"]):
        assert "no finished result" in shown(capsys, *words, code=2).err
    assert "no finished result" in shown(capsys, "replay", results, code=2).err


def test_a_run_that_keeps_only_some_tables_is_told(tmp_path, capsys):
    results = copy_of(stored_run(), tmp_path / "run")
    manifest = json.loads((results / "manifest.json").read_text())
    manifest["files"] = {name: told for name, told in manifest["files"].items() if not name.startswith("doses/")}
    (results / "manifest.json").write_text(json.dumps(manifest))
    for words in (["export", results, "--adam"], ["ledger", results, "--patient", "0"], ["replay", results]):
        assert "no table 'doses'" in shown(capsys, *words, code=2).err


def test_a_damaged_part_is_told(tmp_path, capsys):
    results = copy_of(stored_run(), tmp_path / "run")
    (results / "doses" / "part-00001.parquet").write_bytes(b"not a table")
    assert "cannot be read" in shown(capsys, "ledger", results, "--patient", "15", "--arm", "A", code=1).err
    (results / "doses" / "part-00001.parquet").unlink()
    assert "missing" in shown(capsys, "replay", results, code=1).err
