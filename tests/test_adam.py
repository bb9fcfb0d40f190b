"""A run as ADaM: what goes in comes out, under the right names, and grades are the grades of the values."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stored_runs import ARMS, N, batch_of, copy_of, stored_run, stored_trial, temporary_folder
from titer.clinic.grading import grade
from titer.errors import InputError, StorageError
from titer.interop.adam.adae import spells
from titer.interop.adam.adlb import TESTS
from titer.interop.adam.declare import LONGEST_LABEL, LONGEST_NAME, Dataset, Variable, study_day
from titer.interop.adam.export import ABOUT, DATASETS, export_adam, records, texts
from titer.interop.adam.study import Study
from titer.library.rules.ctcae import VERSIONS, ctcae
from titer.trials.columns import Words
from titer.trials.stored import read_table

NAMES = {"ADSL", "ADEX", "ADLB", "ADAE", "ADTTE", "ADRS"}


@cache
def exported(form="parquet", **options):
    return export_adam(stored_run(), temporary() / f"{form}-{options}", form=form, **options)


@cache
def temporary():
    return temporary_folder()


def table(name, **options):
    return pq.read_table(exported(**options).files[name]).to_pydict()


def study(version="5", normal=None, months=False):
    grades = {test: ctcae(test, version) for test in ("anc", "platelets", "haemoglobin")}
    return Study("S", {"A": "lenalidomide 25 mg daily"}, grades, normal or {}, months)


def stored(name):
    return read_table(stored_run(), name).to_pydict()


# ---- declarations ----------------------------------------------------------------------------------------------------


def test_the_six_datasets_are_there():
    assert {dataset.name for dataset in DATASETS} == NAMES == set(exported().files)


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda d: d.name)
def test_names_and_labels_keep_the_limits_of_adam(dataset):
    assert len(dataset.variables) > 15
    for variable in dataset.variables:
        assert 0 < len(variable.name) <= LONGEST_NAME
        assert variable.name.isupper()
        assert 0 < len(variable.label) <= LONGEST_LABEL
        assert variable.origin
    assert {"STUDYID", "USUBJID", "SUBJID", "SAFFL", "ITTFL"} <= {variable.name for variable in dataset.variables}


@pytest.mark.parametrize(
    ("name", "label"), [("TOOLONGNAME", "x"), ("lower", "x"), ("1AB", "x"), ("GOOD", ""), ("GOOD", "x" * 41)]
)
def test_a_variable_that_adam_does_not_allow_is_refused(name, label):
    with pytest.raises(InputError):
        Variable(name, label, "text", "nowhere")


def test_a_dataset_with_a_variable_twice_is_refused():
    one = Variable("AVAL", "Analysis Value", "float", "somewhere")
    with pytest.raises(InputError, match="AVAL twice"):
        Dataset("ADXX", "Invented", "one record", (one, one), lambda batch, study: {})


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda d: d.name)
def test_keys_identify_a_record(dataset):
    keys = [v.name for v in sorted(dataset.variables, key=lambda v: v.key) if v.key]
    rows = table(dataset.name)
    found = list(zip(*(rows[key] for key in keys), strict=True))
    assert found
    if dataset.name != "ADAE":  # two spells of one term cannot begin on one day, two events can
        assert len(set(found)) == len(found)


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda d: d.name)
def test_subjects_stand_together_in_order_and_their_records_are_numbered(dataset):
    rows = table(dataset.name)
    subjects = rows["USUBJID"]
    assert subjects == sorted(subjects)
    if "ASEQ" in rows:
        expected, seen = [], {}
        for subject in subjects:
            seen[subject] = seen.get(subject, 0) + 1
            expected.append(seen[subject])
        assert rows["ASEQ"] == expected


# ---- rows in, rows out -----------------------------------------------------------------------------------------------


def test_as_many_records_come_out_as_rows_go_in():
    adex, adlb, adrs, adtte, adae = (table(name) for name in ("ADEX", "ADLB", "ADRS", "ADTTE", "ADAE"))
    patients, visits, doses, events = (stored(name) for name in ("patients", "visits", "doses", "events"))
    assert len(table("ADSL")["USUBJID"]) == len(patients["patient"]) == 2 * N
    assert adex["PARAMCD"].count("DOSE") == len(doses["patient"])
    reported = sum(value == value for test in TESTS for value in visits[f"{test}_reported"])
    assert len(adlb["AVAL"]) == reported > 500
    assert adrs["PARAMCD"].count("CBOR") == len(patients["patient"])
    assert adtte["PARAMCD"].count("PFS") == len(patients["patient"])
    assert adtte["PARAMCD"].count("DOR") == sum(day == day for day in patients["response_day"])
    fatal = events["event"].count("death")
    assert adae["AESDTH"].count("Y") == fatal


def test_chunks_leave_no_trace(tmp_path):
    whole = export_adam(stored_run(chunk=1000), tmp_path / "adam")
    for name, path in whole.files.items():
        assert pq.read_table(path).equals(pq.read_table(exported().files[name])), name


def test_doses_and_their_sums_are_those_of_the_run():
    adex, doses = table("ADEX"), stored("doses")
    single = [i for i, code in enumerate(adex["PARAMCD"]) if code == "DOSE"]
    assert sum(adex["AVAL"][i] for i in single) == pytest.approx(sum(doses["given"]))
    assert sum(adex["EXPLDOS"][i] for i in single) == pytest.approx(sum(doses["planned"]))
    assert {adex["AVALU"][i] for i in single} == {"mg"}
    totals = [value for value, code in zip(adex["AVAL"], adex["PARAMCD"], strict=True) if code == "TDOSE"]
    assert sum(totals) == pytest.approx(sum(doses["given"]))
    held = sum(g == 0 for g in doses["given"])
    assert [adex["EXADJ"][i] for i in single].count("held") == held > 0


def test_laboratory_values_baseline_and_change():
    adlb, visits = table("ADLB"), stored("visits")
    rows = [i for i, code in enumerate(adlb["PARAMCD"]) if code == "HGB"]
    key = {(adlb["USUBJID"][i], adlb["ADY"][i]): i for i in rows}
    checked = 0
    for p, arm, day, value, true in zip(
        *(visits[name] for name in ("patient", "arm", "day", "haemoglobin_reported", "haemoglobin")), strict=True
    ):
        if value != value:
            continue
        i = key[f"TITER-5-{arm}-{p:06d}", day + 1]
        base = key[f"TITER-5-{arm}-{p:06d}", 1]
        assert adlb["AVAL"][i] == value
        assert adlb["TRUEVAL"][i] == true
        assert adlb["BASE"][i] == adlb["AVAL"][base]
        assert adlb["ABLFL"][i] == ("Y" if day == 0 else None)
        assert adlb["CHG"][i] == (None if day == 0 else pytest.approx(value - adlb["BASE"][i]))
        assert adlb["AVISIT"][i] == ("Baseline" if day == 0 else f"Week {day // 7}")
        checked += 1
    assert checked == len(rows) > 100


def test_times_to_events_are_those_of_the_table_of_patients():
    adtte, patients = table("ADTTE"), stored("patients")
    rows = {(s, c): i for i, (s, c) in enumerate(zip(adtte["SUBJID"], adtte["PARAMCD"], strict=True))}
    for i, (p, arm) in enumerate(zip(patients["patient"], patients["arm"], strict=True)):
        subject = f"{arm}-{p:06d}"
        pfs = rows[subject, "PFS"]
        assert adtte["AVAL"][pfs] == np.floor(patients["pfs_day"][i]) + 1
        assert adtte["CNSR"][pfs] == (0 if patients["pfs_event"][i] else 1)
        assert (adtte["CNSDTDSC"][pfs] is None) == bool(patients["pfs_event"][i])
        ttp = rows[subject, "TTP"]
        assert adtte["CNSR"][ttp] == (0 if patients["ttp_event"][i] else 1)
        if (subject, "DOR") in rows:
            dor = rows[subject, "DOR"]
            assert adtte["AVAL"][dor] == adtte["ADY"][dor] - adtte["STARTDY"][dor] + 1
        assert adtte["CNSR"][rows[subject, "TTHOLD"]] == (0 if patients["any_hold"][i] else 1)
        severe = patients["anc_worst_grade"][i] >= 3
        assert adtte["CNSR"][rows[subject, "TTNEUT34"]] == (0 if severe else 1)


def test_months_are_days_in_another_unit():
    days, months = table("ADTTE"), table("ADTTE", months=True)
    assert np.allclose(np.array(days["AVAL"]) / 30.4375, months["AVAL"])
    assert set(months["AVALU"]) == {"MONTHS"}
    assert all(name.endswith("(Months)") for name in months["PARAM"])


def test_the_best_response_is_the_patient_s():
    adrs, patients = table("ADRS"), stored("patients")
    words = {"partial": "PR", "very good partial": "VGPR", "complete": "CR", "stable": "SD", "minor": "MR"}
    best = {s: a for s, a, c in zip(adrs["SUBJID"], adrs["AVALC"], adrs["PARAMCD"], strict=True) if c == "CBOR"}
    compared = 0
    for p, arm, told in zip(patients["patient"], patients["arm"], patients["best_response"], strict=True):
        if told in words:
            assert best[f"{arm}-{p:06d}"] == words[told]
            compared += 1
    assert compared > N


def test_adsl_says_who_it_was_and_how_it_ended():
    adsl, patients = table("ADSL"), stored("patients")
    assert adsl["VPATNO"] == patients["patient"] or sorted(adsl["VPATNO"]) == sorted(patients["patient"])
    assert set(adsl["SEX"]) == {"F", "M"}
    assert set(adsl["TRT01P"]) == set(ARMS)
    assert set(adsl["SAFFL"]) == set(adsl["ITTFL"]) == {"Y"}
    by_key = {(p, arm): i for i, (p, arm) in enumerate(zip(patients["patient"], patients["arm"], strict=True))}
    for i, subject in enumerate(adsl["VPATNO"]):
        row = by_key[subject, adsl["ARMCD"][i]]
        assert adsl["AGE"][i] == np.floor(patients["age"][row])
        assert (adsl["DTHFL"][i] == "Y") == (patients["death_day"][row] == patients["death_day"][row])
        assert adsl["TRTSDY"][i] == 1
        assert adsl["TRTDURD"][i] == adsl["TRTEDY"][i] - adsl["TRTSDY"][i] + 1


def test_a_spell_that_led_to_a_hold_says_so():
    adae, decisions = table("ADAE"), stored("decisions")
    holds = [
        (p, arm, day, signal)
        for p, arm, day, signal, action in zip(
            *(decisions[n] for n in ("patient", "arm", "day", "signal", "action")), strict=True
        )
        if action == "hold"
    ]
    terms = {"anc": "Neutrophil count decreased", "platelets": "Platelet count decreased"}
    assert holds
    for p, arm, day, signal in holds:
        own = [i for i, s in enumerate(adae["SUBJID"]) if s == f"{arm}-{p:06d}" and adae["AEDECOD"][i] == terms[signal]]
        inside = [
            i
            for i in own
            if adae["AESTDY"][i] <= day + 1 and (adae["AEENDY"][i] is None or day + 1 < adae["AEENDY"][i])
        ]
        assert [adae["AEACN"][i] for i in inside] == ["DRUG INTERRUPTED"], (p, arm, day)


def test_what_began_long_after_treatment_is_not_treatment_emergent():
    adae, adsl = of_trial("ADAE"), of_trial("ADSL")
    ended = dict(zip(adsl["USUBJID"], adsl["EOTDY"], strict=True))
    flags = [told == "Y" for told in adae["TRTEMFL"]]
    late = [day > ended[s] + 30 for s, day in zip(adae["USUBJID"], adae["ASTDY"], strict=True)]
    assert any(flags)
    assert not any(flag and after for flag, after in zip(flags, late, strict=True))


# ---- grades ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_atoxgr_is_the_grade_of_aval_for_every_record(version):
    rows = table("ADLB", ctcae=version)
    tests = {code: test for test, (code, _, _) in TESTS.items()}
    graded = 0
    for code, value, low, both in zip(rows["PARAMCD"], rows["AVAL"], rows["ATOXGRL"], rows["ATOXGR"], strict=True):
        if code == "MPROT":
            assert low is both is None
            continue
        expected = int(grade(value, ctcae(tests[code], version)))
        assert low == (None if expected < 0 else str(expected))
        assert both == (None if expected < 0 else (f"-{expected}" if expected else "0"))
        graded += expected > 0
    assert graded > 50
    assert set(rows["ATOXGRH"]) == {None}


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.floats(0, 20, width=32), min_size=1, max_size=12),
    version=st.sampled_from(VERSIONS),
    low=st.none() | st.floats(1.6, 3.0),
)
def test_atoxgr_is_the_grade_of_any_value(values, version, low):
    visits = {
        "patient": np.zeros(len(values), np.int64),
        "day": np.arange(len(values)) * 7,
        "anc": np.array(values, np.float32),
        "anc_reported": np.array(values, np.float32),
    }
    batch = batch_of(patients={"patient": np.array([0])}, visits=visits)
    adlb = next(dataset for dataset in DATASETS if dataset.name == "ADLB")
    told = study(version, {} if low is None else {"anc": (low, 30.0)})
    rows = records(adlb, batch, told)
    expected = grade(np.array(values, np.float32), ctcae("anc", version), lln=low if low is not None else np.nan)
    assert texts(rows, "ATOXGRL") == [None if g < 0 else str(g) for g in expected]
    assert texts(rows, "ATOXGR") == [None if g < 0 else (f"-{g}" if g else "0") for g in expected]


def test_limits_of_normal_give_indicators_and_the_first_grade():
    normal = {"anc": (2.0, 7.5)}
    plain, known = table("ADLB"), table("ADLB", normal=_Frozen(normal))
    rows = [i for i, code in enumerate(known["PARAMCD"]) if code == "NEUT"]
    assert {known["ANRIND"][i] for i in rows} == {"LOW", "NORMAL", "HIGH"}
    for i in rows:
        value = known["AVAL"][i]
        assert known["ANRIND"][i] == ("LOW" if value < 2.0 else "HIGH" if value > 7.5 else "NORMAL")
        assert known["ATOXGRL"][i] is not None
    assert set(plain["ANRIND"]) == {None}
    assert any(known["ATOXGRL"][i] == "1" and plain["ATOXGRL"][i] is None for i in rows)


class _Frozen(dict):
    """A dictionary that a cache can keep."""

    def __hash__(self):
        return hash(tuple(self))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 4)), max_size=30))
def test_spells_are_those_of_a_plain_loop(rows):
    rows = sorted(rows, key=lambda row: row[0])
    patient = np.array([p for p, _ in rows], np.int64)
    days = np.array([7.0 * i for i in range(len(rows))])
    grades = np.array([g for _, g in rows], int)
    expected, open_ = [], None
    for i in range(len(rows)):
        if open_ is not None and (patient[i] != open_[0] or grades[i] < 1):
            expected.append((*open_[:2], days[i] if patient[i] == open_[0] else np.nan, open_[2]))
            open_ = None
        if grades[i] >= 1:
            open_ = (patient[i], days[i], grades[i]) if open_ is None else (*open_[:2], max(open_[2], grades[i]))
    if open_ is not None:
        expected.append((*open_[:2], np.nan, open_[2]))
    found = spells(patient, days, grades)
    assert len(found["start"]) == len(expected)
    for i, (p, start, end, worst) in enumerate(expected):
        assert (found["patient"][i], found["start"][i], found["worst"][i]) == (p, start, worst)
        assert found["end"][i] == end or (np.isnan(end) and np.isnan(found["end"][i]))


@given(st.floats(-1000, 1000))
def test_there_is_no_day_zero(day):
    told = float(study_day(day))
    assert told != 0
    assert told == (np.floor(day) + 1 if day >= 0 else np.floor(day))


# ---- formats ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_format_holds_the_same_records(name):
    parquet = table(name)
    told = json.loads(exported("dataset-json").files[name].read_text())
    columns = [column["name"] for column in told["columns"]]
    assert columns == list(parquet)
    assert [list(row) for row in zip(*parquet.values(), strict=True)] == told["rows"]
    options = pacsv.ConvertOptions(strings_can_be_null=True, column_types=pq.read_schema(exported().files[name]))
    csv = pacsv.read_csv(exported("csv").files[name], convert_options=options).to_pydict()
    assert csv == parquet


def test_parquet_carries_labels():
    schema = pq.read_schema(exported().files["ADLB"])
    assert schema.field("AVAL").metadata[b"label"] == b"Analysis Value"
    assert schema.metadata[b"label"] == b"Laboratory Analysis Dataset"


def test_the_export_describes_itself():
    about = json.loads((exported().folder / ABOUT).read_text())
    assert {one["name"]: one["records"] for one in about["datasets"]} == dict(exported().records)
    assert about["ctcae"] == "5"
    assert "first dose" in about["days"]
    assert "responder" in about["left_out"]


# ---- whole or not at all ---------------------------------------------------------------------------------------------


def test_an_earlier_export_is_replaced_only_when_asked(tmp_path):
    export_adam(stored_run(), tmp_path / "out")
    with pytest.raises(InputError, match="earlier export"):
        export_adam(stored_run(), tmp_path / "out", form="csv")
    assert (tmp_path / "out" / "adsl.parquet").exists()
    export_adam(stored_run(), tmp_path / "out", form="csv", overwrite=True)
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".csv", ".json"}


def test_a_folder_of_something_else_is_never_replaced(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(InputError, match="no earlier export"):
        export_adam(stored_run(), tmp_path / "thesis", overwrite=True)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    export_adam(stored_run(), tmp_path / "out")
    before = (tmp_path / "out" / "adsl.parquet").read_bytes()

    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("titer.interop.adam.write.write_dataset_json", full)
    with pytest.raises(StorageError, match="No space left"):
        export_adam(stored_run(), tmp_path / "out", form="dataset-json", overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "adsl.parquet").read_bytes() == before


def test_somebody_who_took_no_dose_is_not_in_the_safety_population():
    patients = {"patient": np.array([7]), "age": np.array([60.5])}
    ended = {"patient": np.array([7]), "status": Words.constant("completed", 1), "day": np.array([28.0])}
    adsl = next(dataset for dataset in DATASETS if dataset.name == "ADSL")
    rows = records(adsl, batch_of(patients=patients, status=ended), study())
    told = {name: texts(rows, name)[0] for name in ("SUBJID", "SAFFL", "ITTFL", "AGE", "SEX", "TRTSDY", "EOTSTT")}
    expected = {"SUBJID": "A-000007", "SAFFL": "N", "ITTFL": "Y", "AGE": 60.0, "SEX": None, "TRTSDY": None}
    assert told == {**expected, "EOTSTT": "COMPLETED"}


def test_an_unfinished_run_is_refused(tmp_path):
    run = copy_of(stored_run(), tmp_path / "run")
    (run / "manifest.json").unlink()
    with pytest.raises(InputError, match="no finished result"):
        export_adam(run, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert Path(run).exists()


# ---- a trial ---------------------------------------------------------------------------------------------------------


@cache
def trial():
    return export_adam(stored_trial(), temporary_folder() / "trial")


def of_trial(name):
    return pq.read_table(trial().files[name]).to_pydict()


def stored_of_trial(name):
    return read_table(stored_trial(), name).to_pydict()


def test_a_patient_of_a_trial_is_one_subject_with_stratum_and_entry():
    adsl, entry = of_trial("ADSL"), stored_of_trial("entry")
    assert sorted(adsl["VPATNO"]) == sorted(entry["patient"])
    assert set(adsl["ARM"]) == set(entry["arm"])
    assert set(adsl["ARMCD"]) == {"A", "B"}
    assert set(adsl["RANDFL"]) == {"Y"}
    assert set(adsl["STUDYID"]) == {"Small"}
    strata = dict(zip(entry["patient"], entry["stratum"], strict=True))
    assert [strata[patient] for patient in adsl["VPATNO"]] == adsl["STRATAR"]


def test_times_of_a_trial_are_those_of_its_analysis():
    adtte, analysis = of_trial("ADTTE"), stored_of_trial("analysis")
    found = {
        (v, c): (a, n) for v, c, a, n in zip(*(adtte[k] for k in ("VPATNO", "PARAMCD", "AVAL", "CNSR")), strict=True)
    }
    for i, patient in enumerate(analysis["patient"]):
        for code, name in (("PFS", "pfs"), ("TTP", "ttp"), ("OS", "os")):
            days, event = analysis[f"{name}_day"][i], analysis[f"{name}_event"][i]
            assert found[patient, code] == (np.floor(days) + 1, 0 if event else 1)


def test_survival_is_there_only_where_patients_are_followed():
    assert "OS" in of_trial("ADTTE")["PARAMCD"]
    run = stored_run(arms=("dexamethasone 40 mg weekly",), n=16, cycles=6)
    assert "progression" in read_table(run, "status").to_pydict()["status"]
    adtte = pq.read_table(export_adam(run, temporary_folder() / "short").files["ADTTE"]).to_pydict()
    assert "PFS" in adtte["PARAMCD"]
    assert "OS" not in adtte["PARAMCD"]


def test_every_assessment_is_a_record():
    adrs, assessments = of_trial("ADRS"), stored_of_trial("assessments")
    assert adrs["PARAMCD"].count("COVR") == assessments["line"].count(0) > 0
    assert adrs["PARAMCD"].count("COVRX") == assessments["line"].count(1)
    crossed = sum(day == day for day in stored_of_trial("patients")["crossover_day"])
    assert of_trial("ADSL")["XOVERFL"].count("Y") == crossed > 0
