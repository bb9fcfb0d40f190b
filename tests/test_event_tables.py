"""Reading and checking event tables: what is understood, what is refused and how, and that nothing slips through."""

from __future__ import annotations

import contextlib
import csv
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from titer.errors import InputError, TiterError
from titer.interop.event_tables import EventTable, event_table, read_event_table

GOOD = """ID,TIME,AMT,EVID,CMT,RATE,II,ADDL,SS,DV,MDV,WT
1,0,100,1,1,0,24,5,0,.,1,70
1,12,.,0,.,.,.,.,.,3.5,0,70
1,30,.,0,.,.,.,.,.,2.5,0,72
2,0,50,1,1,25,0,0,0,.,1,60
2,4,.,0,.,.,.,.,.,1.5,0,60
"""


def read(tmp_path, text, name="table.csv", **options):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_event_table(path, **options)


# ---- what is understood -------------------------------------------------------------------------------------------


def test_a_table_is_read(tmp_path):
    table = read(tmp_path, GOOD)
    assert isinstance(table, EventTable)
    assert table.id.tolist() == [1, 1, 1, 2, 2]
    assert table.row.tolist() == [2, 3, 4, 5, 6]
    assert table.evid.tolist() == [1, 0, 0, 1, 0]
    assert table.amount.tolist() == [100, 0, 0, 50, 0]
    assert table.rate.tolist() == [0, 0, 0, 25, 0]
    assert table.additional.tolist() == [5, 0, 0, 0, 0]
    assert table.interval[0] == 24 * 3600 * 10**6
    assert table.compartment.tolist() == ["1", "", "", "1", ""]
    np.testing.assert_array_equal(table.dv, [np.nan, 3.5, 2.5, np.nan, 1.5])
    assert table.columns["WT"].tolist() == [70, 70, 72, 60, 60]
    assert table.notes == ()


def same(one, other):
    for name in (
        "id",
        "tick",
        "evid",
        "amount",
        "compartment",
        "rate",
        "interval",
        "additional",
        "steady",
        "dv",
        "mdv",
    ):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    mine, others = ({k.upper(): v for k, v in table.columns.items()} for table in (one, other))
    assert mine.keys() == others.keys()
    for name in mine:
        np.testing.assert_array_equal(mine[name], others[name])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace(",", "  "),
        lambda text: text.replace(".,", ","),
        lambda text: text.replace(",.", ",NA"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.lower(),
        lambda text: "\ufeff" + text,
        lambda text: "# made by hand\n" + text.replace("\n2,0", "\n\n# second patient\n2,0"),
        lambda text: text.replace(",100,", ',"100",').replace(",70", ", 70 "),
        lambda text: text.replace(",100,", ",1.0D2,").replace(",50,", ",+5.e1,"),
    ],
    ids=[
        "tabs",
        "blanks",
        "empty",
        "NA",
        "windows",
        "lower case",
        "byte order mark",
        "comments",
        "quotes",
        "exponents",
    ],
)
def test_other_spellings_mean_the_same(tmp_path, change):
    plain, changed = GOOD.replace("12,.,0", "12,0,0"), change(GOOD.replace("12,.,0", "12,0,0"))
    same(read(tmp_path, plain), read(tmp_path, changed))


def test_columns_stand_in_any_order(tmp_path):
    rows = list(csv.reader(io.StringIO(GOOD)))
    turned = "\n".join(",".join(reversed(row)) for row in rows)
    same(read(tmp_path, GOOD), read(tmp_path, turned))


def test_parquet_holds_the_same_table(tmp_path):
    table = read(tmp_path, GOOD)
    rows = list(csv.reader(io.StringIO(GOOD)))
    columns = {name: [None if c == "." else float(c) for c in cells] for name, *cells in zip(*rows, strict=True)}
    pq.write_table(pa.table(columns), tmp_path / "table.parquet")
    from_parquet = read_event_table(tmp_path / "table.parquet")
    same(table, from_parquet)
    assert from_parquet.row.tolist() == [1, 2, 3, 4, 5]
    same(table, event_table({name: ["" if v is None else v for v in cells] for name, cells in columns.items()}))


def test_words_in_cmt_are_kept(tmp_path):
    table = read(tmp_path, "ID,TIME,AMT,CMT\n1,0,10,Lenalidomide\n1,1,10,2.0\n1,2,10,0\n")
    assert table.compartment.tolist() == ["Lenalidomide", "2", ""]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"AMT": [10, 0, 0]}, [1, 0, 0]),
        ({"AMT": [10, 0, 0], "MDV": [1, 1, 0]}, [1, 2, 0]),
        ({"AMT": [10, 0, 0], "EVID": ["", 0, 2]}, [1, 0, 2]),
        ({"DV": [1, 2, 3]}, [0, 0, 0]),
    ],
)
def test_evid_follows_from_the_rest_where_it_is_missing(columns, expected):
    table = event_table({"ID": [1, 1, 1], "TIME": [0, 1, 2], **columns})
    assert table.evid.tolist() == expected
    assert any("EVID of" in note for note in table.notes)


@pytest.mark.parametrize(("unit", "day"), [("h", 2.0), ("min", 2.0 / 60), ("day", 48.0)])
def test_the_unit_of_time_is_that_of_time_and_ii(unit, day):
    table = event_table({"ID": [1], "TIME": [48], "AMT": [1], "II": [24], "ADDL": [1]}, time_unit=unit)
    assert table.days[0] == pytest.approx(day)
    assert table.interval[0] * 2 == table.tick[0]
    assert table.time[0] == 48


def test_comment_lines_of_nonmem_are_left_out_when_asked(tmp_path):
    text = "ID,TIME,AMT\nC first\n1,0,10\n@ two\n1,4,0\n"
    with pytest.raises(InputError, match="cells"):
        read(tmp_path, text)
    table = read(tmp_path, text, ignore="@")
    assert table.time.tolist() == [0, 4]
    assert "2 lines were left out (lines that begin with # or @ or a letter)" in table.notes
    flagged = "C,ID,TIME,AMT\nC,1,0,10\n.,1,1,10\n.,1,4,0\n"
    assert read(tmp_path, flagged, ignore="C").time.tolist() == [1, 4]


@pytest.mark.parametrize("column", ["ID", "TIME", "AMT", "EVID", "RATE", "II", "ADDL", "SS", "amt"])
def test_a_wrong_cell_of_a_column_that_drives_doses_is_to_be_corrected(tmp_path, column):
    row = {"ID": "1", "TIME": "0", "AMT": "10", "EVID": "1"}
    row = {name: value for name, value in row.items() if name != column.upper()} | {column: "1O0"}
    with pytest.raises(InputError, match="correct the row") as caught:
        read(tmp_path, f"{','.join(row)}\n{','.join(row.values())}\n")
    assert "drop" not in str(caught.value)
    with pytest.raises(InputError, match="--drop SEX"):
        read(tmp_path, "ID,TIME,AMT,SEX\n1,0,10,male\n")


def test_a_column_can_be_dropped(tmp_path):
    text = "ID,TIME,AMT,NAME,DATE\n1,0,10,anna,2020-01-01\n1,4,0,anna,2020-01-01\n"
    assert read(tmp_path, text, drop=["name", "DATE"]).columns == {}
    with pytest.raises(InputError, match="no column 'NAMES' to drop"):
        read(tmp_path, text, drop=["NAMES"])


@pytest.mark.parametrize(
    ("columns", "note"),
    [
        ({"AMT": [0, 0], "EVID": [1, 0]}, "1 doses have AMT 0"),
        ({"AMT": [5, 0], "II": [24, 0]}, "II of 1 records has neither ADDL nor SS"),
        ({"AMT": [5, 0], "EVD": [1, 0]}, "if EVID was meant"),
        ({"AMT": [5, 0], "ADLL": [1, 0]}, "if ADDL was meant"),
    ],
)
def test_what_may_not_be_meant_is_told(columns, note):
    table = event_table({"ID": [1, 1], "TIME": [0, 1], **columns})
    assert any(note in one for one in table.notes)


def test_times_may_go_back_only_at_a_reset():
    table = event_table({"ID": [1, 1, 1], "TIME": [5, 0, 1], "AMT": [1, 2, 0], "EVID": [1, 4, 0]})
    assert table.time.tolist() == [5, 0, 1]


def test_negative_times_are_kept():
    assert event_table({"ID": [1, 1], "TIME": [-2.5, 0], "AMT": [0, 1]}).time.tolist() == [-2.5, 0]


# ---- what is refused ----------------------------------------------------------------------------------------------

HEAD = "ID,TIME,AMT,EVID,CMT,RATE,II,ADDL,SS,DV,MDV\n"
FINE = "1,0,10,1,1,0,0,0,0,.,1\n"

BAD = {
    "no file content": ("", "is empty", ""),
    "only names": (HEAD, "has no record", ""),
    "no names": ("1,0,10\n1,2,0\n", "there are no column names", "line 1"),
    "names behind a #": ("#ID,TIME,AMT\n1,0,10\n", "there are no column names", "line 2"),
    "no ID": ("TIME,AMT\n0,10\n", "there is no column ID", ""),
    "no TIME": ("ID,AMT\n1,10\n", "there is no column TIME", ""),
    "a name twice": ("ID,TIME,AMT,amt\n1,0,1,1\n", "column 'amt' is there twice", "line 1"),
    "a column without a name": ("ID,TIME,,AMT\n1,0,1,1\n", "column 3 has no name", "line 1"),
    "semicolons": ("ID;TIME;AMT\n1;0;10\n", "parted by semicolons", ""),
    "a short line": ("ID,TIME,AMT\n1,0,10\n1,2\n", "the line has 2 cells", "line 3"),
    "a long line": ("ID,TIME,AMT\n1,0,10,7\n", "the line has 4 cells", "line 2"),
    "an open quote": ('ID,TIME,AMT\n1,0,"10\n', "cannot be split into cells", "line 2"),
    "not text": (b"ID,TIME\n1,\xff\xfe\n", "is not text in UTF-8", ""),
    "a word": ("ID,TIME,AMT\n1,0,ten\n", "'ten' is not a number", "line 2, column AMT"),
    "a word in a covariate": ("ID,TIME,AMT,SEX\n1,0,1,2\n1,1,0,male\n", "'male' is not a number", "line 3, column SEX"),
    "a decimal comma": ('ID,TIME,AMT\n1,0,"2,5"\n', "'2,5' is not a number", "line 2, column AMT"),
    "not a number": ("ID,TIME,AMT\n1,nan,10\n", "'nan' is not a number", "line 2, column TIME"),
    "infinity": ("ID,TIME,AMT\n1,0,inf\n", "'inf' is not a number", "line 2, column AMT"),
    "too large a number": ("ID,TIME,AMT\n1,0,1e999\n", "the value is inf", "line 2, column AMT"),
    "an underscore": ("ID,TIME,AMT\n1,0,1_0\n", "'1_0' is not a number", "line 2, column AMT"),
    "digits of another script": ("ID,TIME,AMT\n1,0,١٠\n", "is not a number", "line 2, column AMT"),
    "clock time": ("ID,TIME,AMT\n1,08:30,10\n", "'08:30' is not a number", "line 2, column TIME"),
    "a date": ("ID,DATE,TIME,AMT\n1,1,0,10\n", "dates are not read", "column DATE"),
    "a duration": ("ID,TIME,AMT,DUR\n1,0,10,2\n", "durations of infusions", "column DUR"),
    "ID missing": ("ID,TIME,AMT\n.,0,10\n", "the patient's number is missing", "line 2, column ID"),
    "ID below 0": ("ID,TIME,AMT\n-3,0,10\n", "the patient's number is -3", "line 2, column ID"),
    "ID with a fraction": ("ID,TIME,AMT\n1.5,0,10\n", "the value is 1.5", "line 2, column ID"),
    "ID comes again": ("ID,TIME,AMT\n1,0,9\n2,0,9\n1,5,0\n", "patient 1 comes again", "line 4, column ID"),
    "TIME missing": ("ID,TIME,AMT\n1,.,10\n", "the time is missing", "line 2, column TIME"),
    "TIME goes back": ("ID,TIME,AMT\n1,5,9\n1,4,0\n", "the time goes back to 4", "line 3, column TIME"),
    "TIME too far": ("ID,TIME,AMT\n1,1e14,10\n", "days", "line 2, column TIME"),
    "EVID 5": ("ID,TIME,AMT,EVID\n1,0,10,5\n", "EVID 5 (rxode2: replace", "line 2, column EVID"),
    "EVID 6": ("ID,TIME,AMT,EVID\n1,0,10,6\n", "EVID 6 (rxode2: multiply", "line 2, column EVID"),
    "EVID 7": ("ID,TIME,AMT,EVID\n1,0,10,7\n", "EVID 7 (rxode2: phantom", "line 2, column EVID"),
    "EVID 9": ("ID,TIME,AMT,EVID\n1,0,10,9\n", "EVID is 9", "line 2, column EVID"),
    "EVID with a fraction": ("ID,TIME,AMT,EVID\n1,0,10,0.5\n", "the value is 0.5", "line 2, column EVID"),
    "AMT below 0": ("ID,TIME,AMT\n1,0,-10\n", "the dose is -10", "line 2, column AMT"),
    "AMT in an observation": (
        "ID,TIME,AMT,EVID\n1,0,10,0\n",
        "AMT is 10 in a record with EVID 0",
        "line 2, column AMT",
    ),
    "AMT in a reset": ("ID,TIME,AMT,EVID\n1,0,10,3\n", "AMT is 10 in a record with EVID 3", "line 2, column AMT"),
    "RATE in an observation": (HEAD + FINE + "1,1,0,0,1,5,0,0,0,2,0\n", "RATE is 5 in a record", "line 3, column RATE"),
    "ADDL in an observation": (
        HEAD + FINE + "1,1,0,0,1,0,24,5,0,2,0\n",
        "ADDL is 5 in a record",
        "line 3, column ADDL",
    ),
    "SS in an observation": (HEAD + FINE + "1,1,0,0,1,0,24,0,1,2,0\n", "SS is 1 in a record", "line 3, column SS"),
    "RATE -1": (HEAD + "1,0,10,1,1,-1,0,0,0,.,1\n", "the rate is to come from the model", "line 2, column RATE"),
    "RATE -2": (HEAD + "1,0,10,1,1,-2,0,0,0,.,1\n", "the duration is to come from the model", "line 2, column RATE"),
    "RATE below 0": (HEAD + "1,0,10,1,1,-5,0,0,0,.,1\n", "RATE is -5", "line 2, column RATE"),
    "RATE without AMT": (HEAD + "1,0,0,1,1,5,0,0,1,.,1\n", "infusion without end", "line 2, column RATE"),
    "ADDL below 0": (HEAD + "1,0,10,1,1,0,24,-1,0,.,1\n", "ADDL is -1", "line 2, column ADDL"),
    "ADDL with a fraction": (HEAD + "1,0,10,1,1,0,24,1.5,0,.,1\n", "the value is 1.5", "line 2, column ADDL"),
    "ADDL without II": (HEAD + "1,0,10,1,1,0,0,5,0,.,1\n", "ADDL is 5 and II is 0", "line 2, column II"),
    "II below 0": (HEAD + "1,0,10,1,1,0,-24,0,0,.,1\n", "II is -24", "line 2, column II"),
    "SS 2": (HEAD + "1,0,10,1,1,0,24,0,2,.,1\n", "SS 2 (a steady state added", "line 2, column SS"),
    "SS 3": (HEAD + "1,0,10,1,1,0,24,0,3,.,1\n", "SS is 3", "line 2, column SS"),
    "SS without II": (HEAD + "1,0,10,1,1,0,0,0,1,.,1\n", "SS is 1 and II is 0", "line 2, column SS"),
    "MDV 2": (HEAD + "1,0,10,1,1,0,0,0,0,.,2\n", "MDV is 2", "line 2, column MDV"),
    "a dose that is observed": (
        HEAD + "1,0,10,1,1,0,0,0,0,.,0\n",
        "MDV is 0 in a record with EVID 1",
        "line 2, column MDV",
    ),
    "CMT below 0": (HEAD + "1,0,10,1,-2,0,0,0,0,.,1\n", "compartment '-2'", "line 2, column CMT"),
    "CMT with a fraction": (HEAD + "1,0,10,1,1.5,0,0,0,0,.,1\n", "compartment '1.5'", "line 2, column CMT"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_table_is_refused_with_its_place(tmp_path, name):
    text, what, where = BAD[name]
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert what in caught.value.what
    assert where in caught.value.where
    assert caught.value.right
    assert caught.value.exit_code == 2


def test_there_are_many_bad_tables():
    assert len(BAD) >= 20


@pytest.mark.parametrize(
    ("options", "what"),
    [({"time_unit": "weeks"}, "'weeks' is no unit of time"), ({"ignore": "%"}, "lines to ignore")],
)
def test_bad_options_are_refused(tmp_path, options, what):
    with pytest.raises(InputError, match=what):
        read(tmp_path, GOOD, **options)


@pytest.mark.parametrize(
    ("name", "what"), [("table.xlsx", "is not an event table"), ("table", "is not an event table")]
)
def test_other_endings_are_refused(tmp_path, name, what):
    with pytest.raises(InputError, match=what):
        read(tmp_path, GOOD, name)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_event_table(tmp_path / "nothing.csv")


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"ID": [1], "TIME": [0.0], "ON": [True]}, "the column holds bool"),
        ({"ID": [1], "TIME": [0.0], "AMT": [float("inf")]}, "the value is inf"),
        ({"ID": ["one"], "TIME": [0.0]}, "'one' is not a number"),
    ],
)
def test_bad_parquet_is_refused(tmp_path, columns, what):
    pq.write_table(pa.table(columns), tmp_path / "table.parquet")
    with pytest.raises(InputError, match=what):
        read_event_table(tmp_path / "table.parquet")


def test_a_damaged_parquet_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="is not a Parquet file"):
        read(tmp_path, b"PAR1 and nothing more", "table.parquet")


@pytest.mark.parametrize(
    "columns",
    [{"ID": [1, 2], "TIME": [0]}, {"ID": [[1]], "TIME": [[0]]}, {"ID": [1], "TIME": [0], "id": [1]}, {}],
)
def test_bad_columns_in_memory_are_refused(columns):
    with pytest.raises(InputError):
        event_table(columns)


# ---- fuzz ---------------------------------------------------------------------------------------------------------

MISSING = ("", ".", "NA")
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(content=st.binary(max_size=300))
def test_no_bytes_crash_the_reader(tmp_path, content):
    for name in ("fuzz.csv", "fuzz.parquet"):
        with contextlib.suppress(TiterError):
            assert len(read(tmp_path, content, name)) > 0


CELLS = st.sampled_from(
    [
        "",
        ".",
        "0",
        "1",
        "-1",
        "1.5",
        "2",
        "24",
        "1e3",
        "1e30",
        "-2",
        "x",
        "NaN",
        "inf",
        "0x10",
        "1,5",
        '"',
        "#",
        "08:30",
        "١",
    ]
)


@FUZZ
@given(
    changes=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 11), CELLS), min_size=1, max_size=4),
    turned=st.booleans(),
)
def test_a_changed_table_is_refused_or_means_what_its_cells_say(tmp_path, changes, turned):
    rows = [line.split(",") for line in GOOD.strip().split("\n")]
    for row, column, cell in changes:
        rows[row][column] = cell
    if turned:
        rows[1:] = rows[:0:-1]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    with contextlib.suppress(TiterError):
        accepted(read(tmp_path, out.getvalue(), "fuzz.csv"), rows)


def accepted(table, rows):
    """Every cell is a number or missing, and the table says the same; the rules hold, checked here a second time."""
    names = [name.strip().upper() for name in rows[0]]
    body = [row for row in rows[1:] if not row[0].startswith("#")]
    assert len(table) == len(body)
    for place, row in enumerate(body):
        cells = dict(zip(names, row, strict=True))
        for name, cell in cells.items():
            if name != "CMT":
                assert cell in MISSING or np.isfinite(float(cell)), (name, cell)
        for name, column in (("AMT", table.amount), ("RATE", table.rate), ("ADDL", table.additional)):
            cell = cells.get(name, "")
            assert column[place] == (0 if cell in MISSING else float(cell))
        assert table.id[place] == float(cells["ID"])
        assert table.time[place] == pytest.approx(float(cells["TIME"]))
    assert np.isin(table.evid, (0, 1, 2, 3, 4)).all()
    assert not (table.amount[~table.doses] > 0).any()
    assert (table.interval[(table.additional > 0) | table.steady] > 0).all()
    assert (table.rate >= 0).all()
