"""A run's doses as an event table, and back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stored_runs import SEED, stored_run
from titer.cli import run as run_command
from titer.errors import InputError, StorageError
from titer.interop.event_export import DVID, doses_of, event_table_of, export_event_table
from titer.interop.event_run import simulate_table
from titer.interop.event_tables import event_table, read_event_table
from titer.interop.event_tables.write import write_columns, writing
from titer.library import relapsed_myeloma_models
from titer.trials.results import Results

NAMES = ("patient", "drug", "minute", "given", "duration")
DOSES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(1, 2),
        st.one_of(st.integers(0, 40).map(lambda day: 1440 * day), st.integers(0, 50_000)),
        st.sampled_from([0.0, 2.5, 10.0, 25.0, 1 / 3]),
        st.sampled_from([0, 0, 0, 1, 90]),
    ),
    min_size=1,
    max_size=60,
)


def columns_of(rows):
    return {name: np.array([row[i] for row in rows]) for i, name in enumerate(NAMES)}


def in_order(rows):
    return sorted((p, d, m, g, t) for p, d, m, g, t in rows if g > 0)


def found_in(table):
    found = doses_of(table)
    return sorted(
        zip(*(found[name].tolist() for name in ("patient", "compartment", "minute", "given", "duration")), strict=True)
    )


@settings(max_examples=80, deadline=None)
@given(rows=DOSES)
def test_written_and_read_back_the_doses_are_the_same_minute_for_minute(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    wanted = [(p, str(d), m, g, t) for p, d, m, g, t in in_order(rows)]
    if not wanted:
        return
    for ending in ("csv", "parquet"):
        path = folder / f"doses.{ending}"
        write_columns(path, event_table_of(columns_of(rows)))
        assert found_in(read_event_table(path)) == wanted


@pytest.mark.parametrize(
    ("minutes", "records"),
    [
        ([0], [(0, 0, 0)]),
        ([0, 1440, 2880], [(0, 24, 2)]),
        ([1440 * d for d in range(21)] + [1440 * (28 + d) for d in range(21)], [(0, 24, 20), (672, 24, 20)]),
        ([0, 10080, 20160, 20160 + 1440, 20160 + 2880], [(0, 168, 2), (360, 24, 1)]),
        ([0, 20, 40, 60], [(0, 1 / 3, 3)]),
    ],
    ids=["one dose", "a series", "two cycles", "a change of interval", "minutes that are no decimal hour"],
)
def test_equal_doses_at_equal_intervals_are_one_record(minutes, records):
    n = len(minutes)
    table = event_table_of(columns_of([(1, 1, minute, 25.0, 0) for minute in minutes]))
    assert list(zip(table["TIME"], table["II"], table["ADDL"], strict=True)) == records
    assert (table["EVID"] == 1).all()
    assert len(doses_of(event_table({**table, "CMT": [str(c) for c in table["CMT"]]}))["minute"]) == n


def test_doses_of_nothing_are_left_out_and_infusions_have_a_rate():
    table = event_table_of(columns_of([(1, 1, 0, 0.0, 0), (1, 1, 60, 30.0, 90)]))
    assert table["AMT"].tolist() == [30.0]
    assert table["RATE"].tolist() == [20.0]


def test_a_visit_stands_above_the_dose_of_its_moment():
    visits = {"patient": [1, 1], "day": [0, 7], "anc": np.array([3.1, np.nan]), "platelets": np.array([np.nan, 180.0])}
    table = event_table_of(columns_of([(1, 1, 0, 25.0, 0), (1, 1, 7 * 1440, 25.0, 0)]), visits)
    assert table["EVID"].tolist() == [0, 1, 0]
    assert table["DVID"].tolist() == [DVID["anc"], 0, DVID["platelets"]]
    np.testing.assert_array_equal(table["DV"], [3.1, np.nan, 180.0])
    assert table["MDV"].tolist() == [0, 1, 0]


def test_a_dose_that_is_no_number_is_refused():
    with pytest.raises(InputError, match="below 0 or not a number"):
        event_table_of(columns_of([(1, 1, 0, -1.0, 0)]))
    with pytest.raises(InputError, match="below 0 or not a number"):
        event_table_of(columns_of([(1, 1, 0, np.nan, 0)]))


# ---- a stored run -------------------------------------------------------------------------------------------------

ONE_ARM = ("lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly",)


def given_in(results, arm):
    for batch in results.batches([arm]):
        doses = batch.table("doses")
        for row in zip(
            doses["patient"],
            batch.words("doses", "drug"),
            doses["minute"],
            doses["given"],
            doses["duration"],
            strict=True,
        ):
            if row[3] > 0:
                yield row


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_every_dose_of_every_arm_is_exported(tmp_path, ending):
    run = stored_run()
    path = tmp_path / f"doses.{ending}"
    done = export_event_table(run, path)
    assert done.compartments == {1: "dexamethasone", 2: "lenalidomide"}
    assert done.arms == {1: "A", 2: "B"}
    table = read_event_table(path)
    assert len(table) == done.rows
    results = Results.open(run)
    expected = [
        (patient + (place * 100), {"dexamethasone": "1", "lenalidomide": "2"}[drug], minute, amount, length)
        for place, arm in enumerate(results.arms)
        for patient, drug, minute, amount, length in given_in(results, arm)
    ]
    assert len(expected) > 1000
    assert found_in(table) == sorted(expected)
    assert set(np.unique(table.columns["ARM"])) == {1, 2}
    np.testing.assert_array_equal(table.columns["PATIENT"], table.id % 100)


@pytest.mark.parametrize(
    "arms", [ONE_ARM, ("lenalidomide 25 mg days 1-21 of 28", "lenalidomide 10 mg days 1-21 of 28")]
)
def test_a_run_read_back_as_an_event_table_gives_the_stored_counts(tmp_path, arms):
    """The same patients, doses and covariates, by another way through the program: true values of each visit.

    In every arm: a patient is the same person under both regimens.
    """
    run = stored_run(chunk=4, n=6, cycles=2, arms=arms)
    path = tmp_path / "doses.parquet"
    done = export_event_table(run, path)
    table = read_event_table(path)
    predicted = simulate_table(
        relapsed_myeloma_models(),
        table,
        compartments=done.compartments,
        outputs=["anc", "m_protein"],
        spread=True,
        seed=SEED,
        rtol=1e-7,
    )
    compared = 0
    results = Results.open(run)
    for batch in results.batches():
        visits, moved = batch.table("visits"), 10 * list(results.arms).index(batch.arm)
        for patient, day, anc, m_protein in zip(
            *(visits[n] for n in ("patient", "day", "anc", "m_protein")), strict=True
        ):
            rows = np.flatnonzero((predicted.id == patient + moved) & (predicted.time == 24.0 * day))
            if len(rows):
                compared += 1
                np.testing.assert_allclose(predicted.outputs["anc"][rows], anc, rtol=1e-3)  # of rtol 1e-5 in the run
                np.testing.assert_allclose(predicted.outputs["m_protein"][rows], m_protein, rtol=1e-3)
    assert compared >= 6 * 4 * len(arms)


def test_laboratory_values_are_those_reported(tmp_path):
    run = stored_run(chunk=4, n=6, cycles=2, arms=ONE_ARM)
    export_event_table(run, tmp_path / "doses.csv")
    table = read_event_table(tmp_path / "doses.csv")
    for name, number in DVID.items():
        reported = np.concatenate([b.column("visits", f"{name}_reported") for b in Results.open(run).batches()])
        mine = table.dv[(table.columns["DVID"] == number) & (table.evid == 0)]
        np.testing.assert_array_equal(np.sort(mine), np.sort(reported[~np.isnan(reported)].astype(float)))


def test_the_command_exports_and_simulates_what_it_exported(tmp_path, capsys):
    run = stored_run(chunk=4, n=6, cycles=2, arms=ONE_ARM)
    path = tmp_path / "doses.csv"
    assert run_command(["export", str(run), "--nonmem", str(path)]) == 0
    assert str(path) in capsys.readouterr().out
    models = "lenalidomide+dexamethasone"
    meaning = ["--cmt", "1=dexamethasone", "--cmt", "2=lenalidomide"]
    assert run_command(["simulate", models, str(path), *meaning, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["patients"] == 6


# ---- refused ------------------------------------------------------------------------------------------------------


def test_an_unfinished_run_and_another_ending_are_refused(tmp_path):
    with pytest.raises(InputError, match="holds no finished result"):
        export_event_table(tmp_path, tmp_path / "doses.csv")
    with pytest.raises(InputError, match="no ending that says"):
        export_event_table(stored_run(), tmp_path / "doses.xpt")


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    with pytest.raises(RuntimeError), writing(tmp_path / "doses.csv") as file:
        file.add({"ID": np.arange(3)})
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_is_told(tmp_path):
    (tmp_path / "doses.csv").mkdir()
    with pytest.raises(StorageError, match="writing failed"):
        write_columns(tmp_path / "doses.csv", {"ID": np.arange(3)})
