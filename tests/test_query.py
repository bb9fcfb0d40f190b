"""SQL over a stored run: right answers, nothing but reading, and errors that point at the place."""

import json

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from stored_runs import ARMS, N, stored_run
from titer.errors import InputError, StorageError
from titer.trials.answers import check_file, plain, write_answer
from titer.trials.query import SETTINGS, ask, describe
from titer.trials.stored import read_table

GREEDY = "SELECT range FROM range(5000000) ORDER BY hash(range)"


def answer(sql, run=None):
    with ask(run or stored_run(), sql) as found:
        return list(found.columns), list(found.rows)


def test_every_table_is_there_with_its_rows_and_columns():
    told = {one.name: one for one in describe(stored_run())}
    assert set(told) == {"patients", "parameters", "visits", "doses", "decisions", "events", "status"}
    for name, one in told.items():
        stored = read_table(stored_run(), name)
        assert one.rows == stored.num_rows
        assert list(one.columns) == stored.column_names
    assert told["patients"].columns["arm"] == "string"


def test_a_query_counts_what_the_tables_hold():
    columns, rows = answer("SELECT arm, regimen, count(*) AS n FROM patients GROUP BY ALL ORDER BY arm")
    assert columns == ["arm", "regimen", "n"]
    assert rows == [("A", ARMS[0], N), ("B", ARMS[1], N)]


def test_chunks_are_one_table_also_where_a_word_is_missing_from_some():
    _, rows = answer("SELECT event, count(*) FROM events GROUP BY 1 ORDER BY 1")
    stored = read_table(stored_run(), "events").to_pydict()["event"]
    assert dict(rows) == {word: stored.count(word) for word in sorted(set(stored))}


def test_a_missing_number_is_null():
    _, rows = answer("SELECT count(*), count(anc_reported), avg(anc_reported) FROM visits")
    values = np.array(read_table(stored_run(), "visits").to_pydict()["anc_reported"])
    seen = values[~np.isnan(values)]
    assert rows[0][:2] == (len(values), len(seen))
    assert rows[0][0] > rows[0][1]
    assert rows[0][2] == pytest.approx(seen.mean(), rel=1e-5)


def test_tables_can_be_joined():
    _, rows = answer(
        "SELECT count(*) FROM patients p JOIN doses d USING (patient, arm) WHERE d.given < d.planned AND p.any_hold"
    )
    assert rows[0][0] > 0


def test_columns_of_one_name_are_told_apart():
    columns, rows = answer("SELECT a.patient, b.patient FROM patients a JOIN patients b USING (patient) LIMIT 1")
    assert columns == ["patient", "patient_2"]
    assert rows[0][0] == rows[0][1]


@pytest.mark.parametrize(
    "sql", ["DESCRIBE visits", "SUMMARIZE patients", "EXPLAIN SELECT 1", "WITH a AS (SELECT 1) FROM a"]
)
def test_other_ways_of_reading_are_welcome(sql):
    assert answer(sql)[1]


WRITES = (
    "DROP VIEW visits",
    "CREATE TABLE x AS SELECT 1",
    "INSERT INTO patients SELECT * FROM patients",
    "DELETE FROM patients",
    "COPY visits TO '{folder}/stolen.csv'",
    "ATTACH '{folder}/other.db'",
    "SET enable_external_access = true",
    "PRAGMA database_list",
    "INSTALL httpfs",
    "LOAD httpfs",
    "EXPORT DATABASE '{folder}/all'",
    "CALL pragma_version()",
)


@pytest.mark.parametrize("sql", WRITES)
def test_what_would_do_more_than_read_is_refused(sql, tmp_path):
    with pytest.raises(InputError) as told:
        answer(sql.format(folder=tmp_path))
    assert told.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


OUTSIDE = (
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM read_parquet('{part}')",
    "SELECT * FROM '{part}'",
    "SELECT * FROM read_parquet('https://example.org/x.parquet')",
    "SELECT * FROM patients WHERE arm IN (SELECT content FROM read_text('/etc/hostname'))",
)


@pytest.mark.parametrize("sql", OUTSIDE)
def test_no_file_can_be_reached_not_even_of_the_run(sql):
    part = stored_run() / "visits" / "part-00000.parquet"
    with pytest.raises(InputError) as told:
        answer(sql.format(part=part))
    assert "cannot reach files" in told.value.what or "no table '/etc/passwd'" in told.value.what


def test_a_table_is_never_a_variable_of_the_program():
    local = read_table(stored_run(), "patients")
    assert local.num_rows
    with pytest.raises(InputError, match="no table 'local'"):
        answer("SELECT * FROM local")


@pytest.mark.parametrize(
    ("sql", "what", "where", "hint"),
    [
        ("SELECT * FROM visist", "no table 'visist'", "^^^^^^", "'visits'"),
        ("SELECT ancc FROM visits", "ancc", "^^^^", "anc_reported"),
        ("SELEC 1", "syntax error", "^^^^^", "--tables"),
        ("SELECT * FROM visits WHERE", "syntax error", "^^^^^", ""),
        ("SELECT cast('a' AS int)", "Could not convert", "LINE 1", ""),
        ("SELECT nothing(1)", "nothing", "LINE 1", ""),
        ("SELECT 1; SELECT 2", "2 statements", "", "SELECT"),
        ("", "the query is empty", "", "SELECT"),
        ("-- only a remark", "the query is empty", "", "SELECT"),
    ],
)
def test_errors_say_what_where_and_what_is_near(sql, what, where, hint):
    with pytest.raises(InputError) as told:
        answer(sql)
    assert what in told.value.what
    assert where in told.value.where
    assert hint in told.value.hint


def test_the_place_stands_under_the_word():
    with pytest.raises(InputError) as told:
        answer("SELECT * FROM visist")
    line, marks = told.value.where.split("\n")
    assert line[marks.index("^") : marks.index("^") + 6] == "visist"


def test_a_query_that_fails_while_rows_are_read_is_an_error_of_the_query():
    with pytest.raises(InputError):
        answer("SELECT CASE WHEN patient > 3 THEN error('stop') END FROM patients")


def test_a_query_that_needs_too_much_memory_is_refused_and_writes_nothing(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(SETTINGS, "memory_limit", "40MB")
    with pytest.raises(InputError, match="more than 40MB of memory"), ask(stored_run(), GREEDY) as answer:
        list(answer.rows)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(InputError, match="no finished result"):
        answer("SELECT 1", tmp_path)


# ---- answers as files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet"])
def test_an_answer_becomes_a_file_that_reads_back(tmp_path, suffix):
    sql = "SELECT patient, arm, day, anc_reported, anc > 1 AS high FROM visits ORDER BY ALL"
    path = tmp_path / f"out{suffix}"
    with ask(stored_run(), sql) as found:
        n = write_answer(found, path)
    names, rows = answer(sql)
    assert n == len(rows)
    if suffix == ".parquet":
        read = pq.read_table(path)
        assert list(zip(*read.to_pydict().values(), strict=True)) == rows
    elif suffix == ".json":
        read = json.loads(path.read_text())
        assert [tuple(row.values()) for row in read] == rows
    else:
        with duckdb.connect() as connection:
            read = connection.execute(f"SELECT * FROM read_csv('{path}', nullstr='')").fetchall()
        assert len(read) == len(rows)
        assert [row[:3] for row in read] == [row[:3] for row in rows]
        assert [row[3] for row in read] == [row[3] for row in rows]
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert names[-1] == "high"


def test_an_answer_without_rows_is_a_file_too(tmp_path):
    for suffix in (".csv", ".json", ".parquet"):
        with ask(stored_run(), "SELECT patient, arm FROM patients WHERE false") as found:
            assert write_answer(found, tmp_path / f"none{suffix}") == 0
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0
    assert json.loads((tmp_path / "none.json").read_text()) == []


def test_lists_and_sums_of_whole_numbers_are_written(tmp_path):
    with ask(stored_run(), "SELECT arm, list(patient) AS who, sum(patient) AS s FROM patients GROUP BY 1") as found:
        write_answer(found, tmp_path / "x.parquet")
    read = pq.read_table(tmp_path / "x.parquet").to_pydict()
    assert sorted(json.loads(read["who"][0])) == list(range(N))
    assert read["s"] == [sum(range(N))] * 2


def test_a_file_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with ask(stored_run(), "SELECT 1") as found, pytest.raises(StorageError, match="No space left"):
        write_answer(found, tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x.xlsx", "x", "missing/x.csv", "."])
def test_a_name_that_cannot_be_used_is_refused(tmp_path, name):
    with pytest.raises(InputError):
        check_file(tmp_path / name, overwrite=False)


def test_an_existing_file_is_replaced_only_when_asked(tmp_path):
    (tmp_path / "x.csv").write_text("mine")
    with pytest.raises(InputError, match="exists"):
        check_file(tmp_path / "x.csv", overwrite=False)
    check_file(tmp_path / "x.csv", overwrite=True)


def test_numbers_that_json_has_not_are_null():
    assert plain(float("inf")) is None
    assert plain([float("nan"), {"a": 1}]) == [None, {"a": 1}]
