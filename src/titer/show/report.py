"""The report of a comparison: one HTML file that needs nothing else."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import titer
from titer.model import Model, Signal
from titer.patients.exposure import Exposure
from titer.show.metrics import figure_text, metric
from titer.show.models import STATUS_MEANING, number_as_written, own_numbers, status_counts
from titer.show.style import colour
from titer.show.system_map import map_svg
from titer.show.terminal import metric_keys
from titer.trials.tables import letters


@dataclass(frozen=True)
class Report:
    """What a report is made from.

    Args:
        result: the JSON object of a comparison.
        question: (word, text) pairs beside the regimens: protocol, cycles, …
        plots: (caption, <svg> element) in order.
        population: (name, unit, median, range) rows as text.
        statuses: rows of how therapy ended, then the number of patients in each regimen.
        models, signals: what was assembled.
        exposures: what patients met by chance.
        validation: published rows beside this run, from `validation_rows`.
        library_validation: published rows beside the stored validation of the library, from `stored_rows`.
        library_validation_note: how that was made.
        limits: sentences on what the result leaves out.
        manifest: how the run was made.
    """

    result: Mapping[str, Any]
    question: Sequence[tuple[str, str]]
    plots: Sequence[tuple[str, str]]
    population: Sequence[Sequence[str]]
    statuses: Sequence[Sequence[Any]]
    models: Sequence[Model]
    signals: Mapping[str, Signal]
    exposures: Sequence[Exposure] = ()
    validation: Sequence[Mapping[str, str]] = ()
    library_validation: Sequence[Mapping[str, str]] = ()
    library_validation_note: str = ""
    limits: Sequence[str] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)


def render_report(report: Report) -> str:
    """The report as HTML: no links, no scripts, pictures inside. All text is escaped except our own <svg> elements."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=False)
    template = environment.from_string(files("titer.show").joinpath("report.html.j2").read_text(encoding="utf-8"))
    arms, differences = report.result["regimens"], report.result["differences"]
    names = letters(len(arms))
    counts = status_counts(report.models)
    return template.render(
        result=report.result,
        question=report.question,
        names=names,
        colours=[colour(i) for i in range(len(arms))],
        values=_figure_rows(arms),
        difference_names=[f"{name} − {names[0]}" for name in names[1:]],
        differences=_figure_rows(differences, signed=True),
        plots=[{"caption": caption, "svg": Markup(svg)} for caption, svg in report.plots],  # made by this package
        population=report.population,
        statuses=report.statuses,
        models=report.models,
        status_counts=counts,
        status_total=sum(counts.values()),
        status_meaning=STATUS_MEANING,
        own_numbers=_own_rows(report.models, report.exposures),
        validation=report.validation,
        library_validation=report.library_validation,
        library_validation_note=report.library_validation_note,
        limits=report.limits,
        map=Markup(map_svg(report.models, report.signals)),
        manifest=json.dumps(report.manifest, indent=2, ensure_ascii=False),
        version=titer.__version__,
    )


def _figure_rows(arms: Sequence[Mapping[str, Any]], *, signed: bool = False) -> list[dict[str, Any]]:
    rows = []
    for key in metric_keys(arms):
        row = metric(key)
        unit = "points" if signed and row.unit == "%" else row.unit
        cells = [figure_text(arm.get(key), row.unit, signed=signed) for arm in arms]
        rows.append({"label": f"{row.label}, {unit}", "cells": cells, "definition": row.definition})
    return rows


def _own_rows(models: Sequence[Model], exposures: Sequence[Exposure]) -> list[tuple[str, ...]]:
    met = [(one.name, number) for one in exposures for number in one.numbers]
    return [
        (key, p.name, number_as_written(p.value), p.unit or "–", p.status, p.meaning, p.at)
        for key, p in (*met, *own_numbers(models))
    ]


def validation_rows(results: Sequence[Any]) -> list[dict[str, str]]:
    """Row results of `titer.evidence.validation`, as words."""
    return stored_rows([result.as_record() for result in results])


def stored_rows(records: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Records of row results, as words. A dagger marks a published number that is quoted from memory."""
    met = {True: "yes", False: "no", None: "–"}
    return [
        {
            "id": record["id"] + ("" if record["confirmed"] else " †"),
            "simulation": record["simulation"],
            "endpoint": record["endpoint"],
            "published": f"{_stored_span(record, 'published')} {record['unit']}",
            "predicted": record["reason"] or _stored_span(record, "predicted"),
            "role": record["role"],
            "met": met[record["met"]],
            "remark": record["remark"],
        }
        for record in records
    ]


def _stored_span(record: Mapping[str, Any], name: str) -> str:
    value, low, high = (record[key] for key in (name, f"{name}_low", f"{name}_high"))
    return span_text(*(math.nan if number is None else number for number in (value, low, high)))


def span_text(value: float, low: float, high: float) -> str:
    """A number with its interval in three significant digits; a bound that was not reached is "NR".

    Example:
        >>> span_text(60.6, 55.4, 65.6), span_text(15.6, 7.36, math.nan), span_text(1070.0, math.nan, math.nan)
        ('60.6 [55.4 to 65.6]', '15.6 [7.36 to NR]', '1070')
    """
    if math.isnan(low) and math.isnan(high):
        return _short(value)
    if math.isnan(value) and math.isfinite(low):  # only a range was printed
        return f"{_short(low)} to {_short(high)}"
    return f"{_short(value)} [{_short(low)} to {_short(high)}]"


def _short(value: float) -> str:
    if not math.isfinite(value):
        return "NR"
    if abs(value) < 1e-9:  # an interval's end, zero but for rounding
        return "0"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
