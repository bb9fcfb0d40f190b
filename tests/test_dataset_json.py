"""Dataset-JSON 1.1, checked against the attributes of its specification (2024-12-05)."""

import json
import re
from functools import cache

import pytest

from stored_runs import stored_run, temporary_folder
from titer.errors import InputError
from titer.interop.adam.export import DATASETS, export_adam
from titer.interop.dataset_json import Column, created_at, header, write_dataset_json

# attribute → type, required; in the order that the specification recommends
TOP = {
    "datasetJSONCreationDateTime": (str, True),
    "datasetJSONVersion": (str, True),
    "fileOID": (str, False),
    "dbLastModifiedDateTime": (str, False),
    "originator": (str, False),
    "sourceSystem": (dict, False),
    "studyOID": (str, False),
    "metaDataVersionOID": (str, False),
    "metaDataRef": (str, False),
    "itemGroupOID": (str, True),
    "records": (int, True),
    "name": (str, True),
    "label": (str, True),
    "columns": (list, True),
    "rows": (list, False),
}
COLUMN = {
    "itemOID": (str, True),
    "name": (str, True),
    "label": (str, True),
    "dataType": (str, True),
    "targetDataType": (str, False),
    "length": (int, False),
    "displayFormat": (str, False),
    "keySequence": (int, False),
}
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?")
VERSION = re.compile(r"1\.1(\.(0|([1-9][0-9]*)))?")
JSON_TYPES = {
    "string": str,
    "integer": int,
    "decimal": str,
    "float": (int, float),
    "double": (int, float),
    "boolean": bool,
    "datetime": str,
    "date": str,
    "time": str,
    "URI": str,
}


def faults(told):
    """Everything that the specification does not allow."""
    found = _faults_of("", told, TOP)
    if found:
        return found
    if not DATE_TIME.fullmatch(told["datasetJSONCreationDateTime"]):
        found.append("datasetJSONCreationDateTime is no date and time")
    if not VERSION.fullmatch(told["datasetJSONVersion"]):
        found.append("datasetJSONVersion is not 1.1")
    if set(told.get("sourceSystem", {"name": 0, "version": 0})) != {"name", "version"}:
        found.append("sourceSystem needs name and version")
    for place, column in enumerate(told["columns"]):
        found += _faults_of(f"column {place}: ", column, COLUMN)
        if column.get("dataType") not in JSON_TYPES:
            found.append(f"column {place}: dataType")
    for name in ("itemOID", "name"):
        values = [column.get(name) for column in told["columns"]]
        if len(set(values)) < len(values):
            found.append(f"{name} of the columns is not unique")
    return found or _faults_of_rows(told)


def _faults_of(where, told, attributes):
    found = [f"{where}{name} is no attribute of the standard" for name in told if name not in attributes]
    for name, (kind, required) in attributes.items():
        if name not in told:
            found += [f"{where}{name} is missing"] if required else []
        elif not isinstance(told[name], kind) or isinstance(told[name], bool):
            found.append(f"{where}{name} is no {kind.__name__}")
        elif kind is str and not told[name] and name != "label":
            found.append(f"{where}{name} is empty")
        elif kind is int and told[name] < (0 if name == "records" else 1):
            found.append(f"{where}{name} is too small")
    order = [name for name in attributes if name in told]
    if order != [name for name in told if name in attributes]:
        found.append(f"{where}attributes are not in the order of the standard")
    return found


def _faults_of_rows(told):
    rows, columns = told.get("rows", []), told["columns"]
    found = [] if len(rows) == told["records"] else ["records is not the number of rows"]
    for row in rows:
        if len(row) != len(columns):
            return [*found, "a row has another number of values than there are columns"]
        for value, column in zip(row, columns, strict=True):
            kind = JSON_TYPES[column["dataType"]]
            if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
                return [*found, f"{column['name']} holds {value!r}"]
            if isinstance(value, str) and len(value) > column.get("length", len(value)):
                return [*found, f"{column['name']} is longer than its length"]
    return found


@cache
def files():
    return export_adam(stored_run(), temporary_folder() / "adam", form="dataset-json").files


def read(name):
    return json.loads(files()[name].read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [dataset.name for dataset in DATASETS])
def test_every_dataset_is_as_the_specification_says(name):
    told = read(name)
    assert faults(told) == []
    assert told["name"] == name
    assert told["records"] > 0
    keys = sorted(column["keySequence"] for column in told["columns"] if "keySequence" in column)
    assert keys == list(range(1, len(keys) + 1))
    assert len(keys) >= 2


BREAKS = {
    **{f"without {name}": (lambda told, name=name: told.pop(name)) for name, (_, needed) in TOP.items() if needed},
    "another version": lambda told: told.update(datasetJSONVersion="1.0.0"),
    "no date": lambda told: told.update(datasetJSONCreationDateTime="yesterday"),
    "an attribute too many": lambda told: told.update(secret=1),
    "a row too few": lambda told: told["rows"].pop(),
    "a value too many": lambda told: told["rows"][0].append(1),
    "a text for a number": lambda told: told["rows"][0].__setitem__(3, "seven"),
    "a column twice": lambda told: told["columns"].__setitem__(1, told["columns"][0]),
    "a column without label": lambda told: told["columns"][0].pop("label"),
    "an unknown type": lambda told: told["columns"][0].update(dataType="varchar"),
    "half a source": lambda told: told["sourceSystem"].pop("version"),
    "another order": lambda told: told.update(name=told.pop("name")),
    "too short a length": lambda told: told["columns"][0].update(length=1),
}


@pytest.mark.parametrize("name", BREAKS)
def test_the_check_finds_what_is_broken(name):
    told = read("ADSL")
    BREAKS[name](told)
    assert faults(told)


def test_lengths_are_those_of_the_longest_values():
    told = read("ADLB")
    for place, column in enumerate(told["columns"]):
        if column["dataType"] == "string":
            longest = max(len(row[place] or "") for row in told["rows"])
            assert column["length"] == max(1, longest)
        else:
            assert "length" not in column


def test_a_build_can_be_repeated_byte_for_byte(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first, second = (export_adam(stored_run(), tmp_path / name, form="dataset-json") for name in "ab")
    for name, path in first.files.items():
        assert path.read_bytes() == second.files[name].read_bytes()
    assert created_at() == "2023-11-14T22:13:20+00:00"


def test_a_moment_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH"):
        created_at()


def _header(records):
    columns = [Column("AVAL", "Analysis Value", "double"), Column("AVALC", "Analysis Value (C)", "string", 3)]
    return header("ADXX", "Invented", columns, records, "S", {"name": "Titer", "version": "1"}, "2025-01-01T00:00:00")


def test_missing_values_are_null(tmp_path):
    write_dataset_json(tmp_path / "x.json", _header(3), [(1.5, "a"), (float("nan"), None), (float("inf"), 'ü\n"')])
    told = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert told["rows"] == [[1.5, "a"], [None, None], [None, 'ü\n"']]
    assert faults(told) == []


def test_no_rows_are_a_dataset_too(tmp_path):
    write_dataset_json(tmp_path / "x.json", _header(0), [])
    assert faults(json.loads((tmp_path / "x.json").read_text())) == []


@pytest.mark.parametrize(
    ("records", "rows"), [(2, [(1.0, "a")]), (0, [(1.0, "a")]), (1, [(1.0,)]), (1, [(1.0, "a", 2)])]
)
def test_rows_that_do_not_fit_the_header_are_refused(tmp_path, records, rows):
    with pytest.raises(InputError):
        write_dataset_json(tmp_path / "x.json", _header(records), rows)
