"""The report of a trial, or of repeated trials: one HTML file that needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import titer
from titer.show.style import colour
from titer.show.trial_metrics import (
    EVENT_NAMES,
    GROUPS,
    OBSERVATION,
    TIME_NAMES,
    TREATMENT,
    Row,
    look_sentences,
    p_text,
    ratio_text,
    value_text,
    verdict_sentences,
)
from titer.show.trial_terminal import intensity_text, operating_rows
from titer.trials.tables import letters

Cells = Sequence[str]


@dataclass(frozen=True)
class TrialReport:
    """What a report of a trial is made from; see the template `trial.html.j2`.

    Args:
        title, subtitle: head lines.
        arms: name and regimen of each arm.
        question: (word, text) pairs.
        sentences: what was found.
        results: (caption, heads, rows) of tables.
        limits: sentences on what the result leaves out.
        flow: (head, lines) of the boxes of a flow diagram.
        baseline: rows of covariate, unit and one cell for each arm.
        plots: (caption, <svg> element) in order.
        definitions: rows of figure and how it is counted.
        published: published rows beside this trial, from `report.validation_rows`.
        not_evaluated: rows of arm, rule and why.
        manifest: how the run was made.
    """

    title: str
    subtitle: str
    arms: Sequence[tuple[str, str]]
    question: Sequence[tuple[str, str]]
    sentences: Sequence[str]
    results: Sequence[tuple[str, Cells, Sequence[Cells]]]
    limits: Sequence[str] = ()
    flow: Sequence[tuple[str, Sequence[str]]] = ()
    baseline: Sequence[Cells] = ()
    plots: Sequence[tuple[str, str]] = ()
    definitions: Sequence[tuple[str, str]] = ()
    published: Sequence[Mapping[str, str]] = ()
    not_evaluated: Sequence[Cells] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)


def render_trial(report: TrialReport) -> str:
    """The report as HTML: no links, no scripts, pictures inside. All text is escaped except our own <svg> elements."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=False)
    template = environment.from_string(files("titer.show").joinpath("trial.html.j2").read_text(encoding="utf-8"))
    names = letters(len(report.arms))
    told = {name: getattr(report, name) for name in TrialReport.__dataclass_fields__}
    told["arms"] = [
        (name, colour(place), f"{arm}: {regimen}" if arm != regimen else arm)
        for place, (name, (arm, regimen)) in enumerate(zip(names, report.arms, strict=True))
    ]
    told["plots"] = [{"caption": caption, "svg": Markup(svg)} for caption, svg in report.plots]  # made by this package
    told["manifest"] = json.dumps(report.manifest, indent=2, ensure_ascii=False)
    return template.render(names=names, version=titer.__version__, **told)


def trial_sentences(result: Mapping[str, Any]) -> list[str]:
    """What the trial found, in order of time."""
    return [*look_sentences(result), *verdict_sentences(result)]


def figure_tables(result: Mapping[str, Any], further: Sequence[Row]) -> list[tuple[str, Cells, list[list[str]]]]:
    """Tables of figures by arm, and of every comparison."""
    heads = ["", *letters(len(result["arms"]))]
    tables: list[tuple[str, Cells, list[list[str]]]] = []
    for caption, rows in (*GROUPS, ("Exposure", further)):
        told = [[f"{row.label}, {row.unit}", *_cells(result, row)] for row in rows]
        told = [row for row in told if any(cell != "–" for cell in row[1:])]
        if told:
            counted = f". {intensity_text(result['arms'])}" if caption == "Treatment" else ""
            words = "value [95% interval] as of the data cut; NR: not reached; –: not estimable"
            tables.append((f"{caption}: {words}{counted}", heads, told))
    for comparison in result["comparisons"]:
        tables += _comparison_tables(
            result["reference"], comparison, "stratified" if result["strata"] else "unstratified"
        )
    return tables


def _cells(result: Mapping[str, Any], row: Row) -> list[str]:
    return [value_text(arm["figures"].get(row.key), row.unit) for arm in result["arms"]]


def _comparison_tables(reference: str, told: Mapping[str, Any], how: str) -> list[tuple[str, Cells, list[list[str]]]]:
    labels = {row.key: row.label.strip() for _, rows in GROUPS for row in rows}
    times = [
        [TIME_NAMES[name], ratio_text(one["hazard_ratio"]), p_text(one["test"])] for name, one in told["times"].items()
    ]
    events = [[EVENT_NAMES[name], ratio_text(ratio), ""] for name, ratio in told["cause_specific"].items()]
    shares = [
        [labels.get(name, name), value_text(one["difference"], "%", signed=True), p_text(one["test"])]
        for name, one in told["shares"].items()
    ]
    against = f"{told['arm']} against {reference}"
    return [
        (f"{against}: hazard ratio and log-rank test, {how}; nominal p", ["", "hazard ratio [95%]", "p"], times),
        (
            f"{against}: first events on treatment, cause-specific hazard ratio, {how}",
            ["", "hazard ratio [95%]", ""],
            events,
        ),
        (f"{against}: difference of shares, points [95% interval]; nominal p", ["", "difference", "p"], shares),
    ]


def flow_boxes(result: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The boxes of a CONSORT diagram: screening, then one for each arm."""
    flow = result["flow"]
    excluded = [f"{name}: {count:,}" for name, count in flow["excluded_by"].items()]
    reasons = [f"{flow['excluded']:,} excluded (one may fail several criteria)", *excluded] if excluded else []
    boxes = [(f"{flow['screened']:,} candidates screened", reasons), (f"{flow['randomised']:,} randomised", [])]
    for letter, arm in zip(letters(len(flow["arms"])), flow["arms"], strict=True):
        lines = [f"{arm['entered_by_cut']:,} had entered by the data cut"]
        lines += [f"{TREATMENT[name]}: {count:,}" for name, count in arm["treatment"].items() if count]
        lines += [f"crossed over: {arm['crossed_over']:,}"] if arm["crossed_over"] else []
        seen = arm["observation"]
        lines += [f"{words}: {seen[name]:,}" for name, words in OBSERVATION.items() if seen[name]]
        lines += [f"{arm['analysed']:,} analysed"]
        boxes.append((f"{letter}  {arm['arm']}: {arm['randomised']:,}", lines))
    return boxes


def baseline_rows(result: Mapping[str, Any]) -> list[list[str]]:
    """Covariates before treatment, one cell for each arm."""
    rows = []
    for covariate in result["baseline"]:
        meaning = covariate["meaning"].removeprefix("1 for ").removeprefix("1 if ").removeprefix("1 ")
        rows.append([meaning, covariate["unit"] or "–", *(_baseline_cell(cell) for cell in covariate["arms"])])
    return rows


def _baseline_cell(cell: Mapping[str, Any]) -> str:
    if not cell:
        return "–"
    if "share" in cell:
        return f"{cell['count']:,} ({100 * cell['share']:.0f}%)"
    return f"{cell['median']:.3g} ({cell['p5']:.3g} to {cell['p95']:.3g})"


def definitions(further: Sequence[Row]) -> list[tuple[str, str]]:
    """How each figure is counted."""
    return [(row.label.strip(), row.definition) for _, rows in (*GROUPS, ("", further)) for row in rows]


def operating_report(told: Mapping[str, Any], **given: Any) -> str:
    """The report of repeated trials as HTML. given: further fields of `TrialReport`."""
    n = told["planned"]["trials"]
    sentences = [
        f"Power {value_text(told['power'], '%')}% over {n:,} trials as planned (exact 95% interval).",
        f"Type I error {value_text(told['type_1_error'], '%')}% over {n:,} trials in which every arm was treated as "
        f"the reference (planned: {100 * told['alpha']:g}%, two-sided).",
    ]
    rows = [[label, *cells] for label, cells in operating_rows(told)]
    return render_trial(
        TrialReport(
            sentences=sentences,
            results=[("Operating characteristics", ["", "as planned", "under the null"], rows)],
            **given,
        )
    )
