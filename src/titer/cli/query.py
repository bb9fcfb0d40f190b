"""`titer query`: SQL over the tables of a finished run."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from titer.cli.output import WIDTH, console, print_json
from titer.errors import InputError

if TYPE_CHECKING:
    from titer.trials.query import Answer

SHOWN = 50  # rows of a table that is only looked at


def query(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.")],
    sql: Annotated[str | None, typer.Argument(metavar="SQL", help="One SELECT, in quotes.")] = None,
    tables: Annotated[bool, typer.Option("--tables", help="List tables, columns and numbers of rows.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values, all rows.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write all rows into FILE: .csv, .json or .parquet.")] = None,
    rows: Annotated[int, typer.Option(min=1, help="Rows to show on the screen.")] = SHOWN,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE where it exists.")] = False,
) -> None:
    """Ask the stored tables with SQL: patients, visits, doses, decisions, events, … A missing value is NULL."""
    if tables == (sql is not None):
        raise InputError("neither SQL nor --tables" if sql is None else "both SQL and --tables", right="one of the two")
    if tables or sql is None:
        _show_tables(results, as_json)
        return
    from titer.trials.answers import check_file, print_csv, write_answer
    from titer.trials.query import ask

    if out is not None:
        check_file(out, overwrite)
    with ask(results, sql) as answer:
        if out is not None:
            n = write_answer(answer, out)
            console().print(f"{n:,} rows: {out}", markup=False)
        elif as_json:
            _print_json(answer)
        elif as_csv:
            print_csv(answer)
        else:
            _print_table(answer, rows)


def _show_tables(results: Path, as_json: bool) -> None:
    from titer.show.grid import text_table
    from titer.trials.query import describe

    found = describe(results)
    if as_json:
        print_json({"tables": [{"name": t.name, "rows": t.rows, "columns": dict(t.columns)} for t in found]})
        return
    for table in found:
        print(f"{table.name}: {table.rows:,} rows")
        columns = [[name, kind] for name, kind in table.columns.items()]
        print("  " + text_table(["column", "type"], columns, WIDTH - 2).replace("\n", "\n  ") + "\n")


def _print_json(answer: Answer) -> None:
    from titer.trials.answers import plain

    rows: list[dict[str, Any]] = [dict(zip(answer.columns, map(plain, row), strict=True)) for row in answer.rows]
    print_json({"columns": [{"name": n, "type": kind} for n, kind in answer.columns.items()], "rows": rows})


def _print_table(answer: Answer, most: int) -> None:
    from titer.show.grid import text_table

    shown = list(islice(answer.rows, most + 1))
    print(text_table(list(answer.columns), shown[:most], max(console().width, 60)))
    if len(shown) > most:
        print(f"… the first {most:,} rows; all of them: --csv, --json, --out FILE, or --rows N")
    else:
        print(f"{len(shown):,} row{'' if len(shown) == 1 else 's'}")
