"""`titer compare`: the same virtual patients under each regimen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from titer.cli.output import console, counted, print_json, progress_bar, warn
from titer.errors import InputError


def compare(
    regimens: Annotated[list[str], typer.Argument(metavar="REGIMEN", help="Regimens in words, each in quotes.")],
    population: Annotated[str, typer.Option(help="Who is treated; `titer list populations`.")] = "relapsed-myeloma",
    n: Annotated[int, typer.Option("-n", min=1, help="Virtual patients.")] = 1000,
    cycles: Annotated[int, typer.Option(min=1, help="Cycles of treatment, by the first regimen's cycle.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same patients and the same luck.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for tables, plots, manifest and report.html.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads; all cores where not given.")] = None,
    protocol: Annotated[str, typer.Option(help="Dose-modification rules; `titer list protocols`.")] = "us-label",
    ctcae: Annotated[str, typer.Option(help="CTCAE version that grades blood counts: 4.03, 5 or 6.")] = "5",
    fixed: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="The same covariate or parameter for everybody; repeatable."),
    ] = None,
    rtol: Annotated[float, typer.Option(min=1e-12, max=1e-2, help="Relative tolerance of the integration.")] = 1e-5,
) -> None:
    """Compare regimens in the same virtual patients: response, PFS, side effects, dose intensity, differences."""
    options = {
        "population": population,
        "n": n,
        "cycles": cycles,
        "seed": seed,
        "protocol": protocol,
        "ctcae": ctcae,
        "overrides": _numbers(fixed or []),
        "threads": threads,
        "rtol": rtol,
    }
    from titer.library import dose_warnings, read_regimen

    parsed = [read_regimen(text) for text in regimens]
    warn(dict.fromkeys(told for regimen in parsed for told in dose_warnings(regimen)))
    with progress_bar(f"{counted(n, 'patient')} × {counted(len(regimens), 'regimen')}") as progress:
        result = _run(regimens, out, progress=progress, **options)
    if as_json:
        print_json(result.as_json())
        return
    from titer.show.terminal import print_comparison

    print_comparison(console(), result.as_json(), statuses=[arm.statuses for arm in result.arms])
    console().print("What these numbers cannot say: titer show system", markup=False)
    if out is not None:
        console().print(f"Report: {out / 'report.html'}", style="bold", markup=False)


def _numbers(settings: list[str]) -> dict[str, float]:
    """ "name=value" pairs as numbers."""
    numbers = {}
    for setting in settings:
        name, sign, value = setting.partition("=")
        try:
            numbers[name.strip()] = float(value)
        except ValueError:
            sign = ""
        if not sign or not name.strip():
            raise InputError(f"'--set {setting}' cannot be read", right="a name and a number", hint="--set crcl=40")
    return numbers


def _run(regimens: list[str], out: Path | None, **options: Any) -> Any:
    if out is None:
        from titer.decisions.compare import compare_regimens

        return compare_regimens(regimens, **options)
    from titer.show.publish import publish_comparison

    return publish_comparison(out, regimens, **options)
