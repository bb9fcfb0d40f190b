"""Courses as files: tables of every value, or pictures; what kind says the ending."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from titer.errors import InputError

TABLES, PICTURES = (".csv", ".parquet"), (".png", ".svg", ".pdf")


def check_course_ending(path: Path) -> None:
    """Refuse, before anything runs, what could not be written later.

    Raises:
        InputError: another ending, or no such folder.
    """
    if path.suffix.lower() not in TABLES + PICTURES:
        raise InputError(
            f"'{path.name}' has no ending that says what to write", right=f"one of {', '.join(TABLES + PICTURES)}"
        )
    if not path.parent.is_dir():
        raise InputError(f"there is no folder '{path.parent}'", right="a folder that is there")


def write_scenario(path: Path, run: Any) -> None:
    """Every series of a scenario as a table, or those it shows as a picture."""
    if path.suffix.lower() in PICTURES:
        from titer.show.courses import plot_scenario

        _write_picture(path, plot_scenario(run))
        return
    response = run.response
    units = {name: response.unit(name) for name in response.series}
    _write_table(path, _rows(response.days, response.series, units, {}))


def write_exploration(path: Path, found: Any) -> None:
    """Courses as a table, the one with the drug below the one without, or as a picture."""
    if path.suffix.lower() in PICTURES:
        from titer.show.courses import plot_exploration

        _write_picture(path, plot_exploration(found))
        return
    courses = [("", found.course)]
    if found.with_drug is not None:
        courses.append((str(found.regimen), found.with_drug))
    names = list(dict.fromkeys(name for _, course in courses for name in course.series))
    units = {name: unit for _, course in courses for name, unit in course.units.items()}
    parts = []
    for drug, course in courses:
        shape = (len(next(iter(course.series.values()))), len(found.days))
        series = {name: course.series.get(name, np.full(shape, np.nan)) for name in names}
        parts.append(_rows(found.days, series, units, {"drug": drug}))
    _write_table(path, {name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def _rows(
    days: np.ndarray, series: Mapping[str, np.ndarray], units: Mapping[str, str], same: Mapping[str, str]
) -> dict[str, np.ndarray]:
    """One row for each person and time; units stand in brackets."""
    n_people = len(next(iter(series.values())))
    n_rows = n_people * len(days)
    columns = {name: np.full(n_rows, word) for name, word in same.items()}
    columns["person"] = np.repeat(np.arange(n_people), len(days))
    columns["time_day"] = np.tile(days, n_people)
    for name, values in series.items():
        columns[f"{name} [{units[name]}]" if units[name] not in ("", "1") else name] = values.ravel()
    return columns


def _write_table(path: Path, columns: Mapping[str, Any]) -> None:
    from titer.interop.event_tables.write import write_columns

    write_columns(path, columns)


def _write_picture(path: Path, figure: Any) -> None:
    from titer.show.style import to_pdf, to_png, to_svg
    from titer.trials.store import whole_file

    makers = {".png": to_png, ".svg": lambda f: to_svg(f).encode(), ".pdf": to_pdf}
    content = makers[path.suffix.lower()](figure)
    with whole_file(path) as temporary:
        temporary.write_bytes(content)
