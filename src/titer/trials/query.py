"""SQL over the tables of a finished run, through DuckDB: read-only, and blind to every file outside the run.

DuckDB is started without any access to files or networks, and with a limit of memory; the tables are handed to it as
Arrow datasets, so a query that names a file cannot reach it. One statement at a time, and only one that reads.

A value that is missing is NULL in a query (the files hold NaN), so that averages and counts leave it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from titer.errors import InputError, nearest
from titer.trials.stored import part_files, tables

READING = ("SELECT", "EXPLAIN")
ROWS_AT_ONCE = 10_000
SETTINGS: dict[str, Any] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_directory": "",  # nothing is written, not even what does not fit in memory
    "memory_limit": "4GB",
}
UNKNOWN_TABLE = re.compile(r'Table with name "?([^"\s]+)"? does not exist')


@dataclass(frozen=True)
class TableInfo:
    """One table of a run.

    Args:
        name: as queries call it.
        rows: how many.
        columns: column → type.
    """

    name: str
    rows: int
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What a query gave.

    Args:
        columns: column → type, in order.
        rows: one after another; read once.
    """

    columns: Mapping[str, str]
    rows: Iterator[tuple[Any, ...]]


def describe(folder: str | Path) -> list[TableInfo]:
    """Every table with its columns and number of rows.

    Raises:
        InputError: the folder holds no finished run.
    """
    found = []
    for table in tables(folder):
        dataset = _dataset(folder, table)
        columns = {field.name: str(field.type) for field in dataset.schema}
        found.append(TableInfo(table, dataset.count_rows(), columns))
    return found


@contextmanager
def ask(folder: str | Path, sql: str) -> Iterator[Answer]:
    """The answer to one reading statement, as a context: the rows are read as they are taken.

    Args:
        folder: of a finished run; each of its tables is a view of its own name.
        sql: one SELECT (WITH, DESCRIBE, SUMMARIZE and EXPLAIN are of that kind).

    Raises:
        InputError: no finished run, several statements or one that writes, an unknown table or column, bad SQL; with
            the place in the text.
    """
    import duckdb

    names = tables(folder)
    with duckdb.connect(":memory:", config=SETTINGS) as connection:
        _make_views(connection, folder, names)
        try:
            _check_statement(connection, sql)
            connection.execute(sql)
            columns = _unique({}, connection.description)
            yield Answer(columns, _rows(connection))
        except duckdb.Error as error:
            raise _told(error, names) from None


def _rows(connection: Any) -> Iterator[tuple[Any, ...]]:
    while rows := connection.fetchmany(ROWS_AT_ONCE):
        yield from rows


def _unique(found: dict[str, str], description: Any) -> dict[str, str]:
    """Column → type; a name that comes twice gets a number, so that no column hides another."""
    for name, kind, *_ in description:
        told, n = name, 1
        while told in found:
            n += 1
            told = f"{name}_{n}"
        found[told] = str(kind)
    return found


def _make_views(connection: Any, folder: str | Path, names: tuple[str, ...]) -> None:
    connection.execute("SET python_enable_replacements = false")  # or a table could be a variable of this program
    for name in names:
        dataset = _dataset(folder, name)
        connection.register(f"stored_{name}", dataset)
        columns = ", ".join(_view_column(field) for field in dataset.schema)
        connection.execute(f'CREATE VIEW "{name}" AS SELECT {columns} FROM "stored_{name}"')
    connection.execute("SET lock_configuration = true")


def _view_column(field: Any) -> str:
    import pyarrow as pa

    quoted = '"' + field.name.replace('"', '""') + '"'
    if not pa.types.is_floating(field.type):
        return quoted
    return f"CASE WHEN isnan({quoted}) THEN NULL ELSE {quoted} END AS {quoted}"


def _dataset(folder: str | Path, table: str) -> Any:
    """All parts of a table; words as plain text, whatever the dictionary of each part."""
    import pyarrow as pa
    import pyarrow.dataset as dataset

    paths = [str(path) for path in part_files(folder, table)]
    fields = [
        pa.field(field.name, field.type.value_type if pa.types.is_dictionary(field.type) else field.type)
        for field in dataset.dataset(paths, format="parquet").schema
    ]
    return dataset.dataset(paths, schema=pa.schema(fields), format="parquet")


def _check_statement(connection: Any, sql: str) -> None:
    """Refuse anything but one statement that reads."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise InputError(
            f"{len(statements)} statements" if statements else "the query is empty",
            right="one statement",
            hint='titer query DIR "SELECT arm, count(*) FROM patients GROUP BY arm"',
        )
    kind = str(statements[0].type).rpartition(".")[2]
    if kind not in READING:
        raise InputError(f"a query that would do more than read ({kind})", right="SELECT", hint="results are read-only")


def _told(error: Exception, names: tuple[str, ...]) -> InputError:
    """What DuckDB says of a query, in our parts: what, where in the text, what is near."""
    import duckdb

    lines = str(error).split("\n")
    place = next((i for i, line in enumerate(lines) if line.startswith("LINE ")), len(lines))
    what, hints = lines[0].partition(": ")[2] or lines[0], [line for line in lines[1:place] if line]
    unknown = UNKNOWN_TABLE.search(what)
    if unknown:
        what, hints = f"the results have no table '{unknown[1]}'", [nearest(unknown[1], names)]
    elif isinstance(error, duckdb.OutOfMemoryException):
        what = f"the query needs more than {SETTINGS['memory_limit']} of memory"
        hints = ["count or average in the query, or ask for fewer rows or columns"]
    elif "disabled by configuration" in what:
        what, hints = "a query cannot reach files or networks", [f"tables: {', '.join(names)}"]
    where = "\n".join(line for line in lines[place:] if line)
    return InputError(what, where=where, hint=" ".join(hints) or "titer query DIR --tables lists tables and columns")
