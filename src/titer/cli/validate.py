"""`titer validate`: every prediction beside the published figure it should meet."""

from __future__ import annotations

from typing import Annotated

import typer

from titer.cli.output import console, print_json, progress_bar


def validate(
    rows: Annotated[list[str] | None, typer.Argument(metavar="ROW", help="Ids of outcome rows; all if none.")] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="Virtual patients in each simulation.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the virtual patients.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Set every prediction beside the published figure it should meet; say which were used for calibration."""
    from titer.evidence.validation import validate as validate_rows

    with progress_bar("published outcomes") as progress:
        results = validate_rows(rows or None, n=n, seed=seed, progress=progress)
    if as_json:
        print_json({"n": n, "seed": seed, "rows": [result.as_record() for result in results]})
        return
    from titer.show.terminal import print_validation

    print_validation(console(), results)
