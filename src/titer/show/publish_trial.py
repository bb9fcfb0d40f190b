"""A trial as a folder: tables, plots, report and manifest; repeated trials as two folders and a report."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from titer.decisions.repeat import Operating, repeat_trial
from titer.decisions.trial import TrialResult, run_trial
from titer.decisions.trial_job import drugs_of
from titer.errors import StorageError
from titer.evidence.beside import check_published, published_beside
from titer.library import dose_warnings, effect_warnings
from titer.library.limits import limits
from titer.show.metrics import WITH_CORE
from titer.show.plots import plot_survival
from titer.show.report import validation_rows
from titer.show.style import to_png, to_svg
from titer.show.trial_metrics import EVENT_NAMES, TIME_NAMES, Row, exposure_rows
from titer.show.trial_plots import plot_burden, plot_forest, plot_incidence, plot_ratios
from titer.show.trial_report import (
    TrialReport,
    baseline_rows,
    definitions,
    figure_tables,
    flow_boxes,
    operating_report,
    render_trial,
    trial_sentences,
)
from titer.trials.design import Design
from titer.trials.endpoints import DAYS_PER_MONTH
from titer.trials.store import ResultStore
from titer.trials.study_file import plain
from titer.trials.summary import FIGURES, FIRST_EVENTS, TOXICITIES, curves, first_event, survival_known
from titer.trials.survival import cumulative_incidence

TRIAL_LIMITS = (
    "Intervals and tests treat the virtual patients as a sample of this size. How well the parameters themselves are "
    "known is in none of them: power and type I error hold if the models hold.",
    "After progression a patient gets what the study file says and nothing else; real patients get further lines of "
    "treatment, so survival after progression is not that of practice.",
    "A patient who leaves does so at random (dropout), never because of how he feels.",
)
CAPTIONS = {
    **{name: f"{label}, Kaplan-Meier with 95% bands (log-log)." for name, label in TIME_NAMES.items()},
    "incidence": "First events on treatment: cumulative incidence (Aalen-Johansen) with 95% bands; the end of "
    "treatment for another reason competes.",
    "burden": "Toxicity over time: share of patient-weeks on treatment at grade 2 or more (pale) and 3 or more "
    "(strong), from true weekly values.",
    "ratios": "Hazard ratio of the primary endpoint in each repeated trial.",
}


def publish_trial(out: str | Path, design: Design, **options: Any) -> TrialResult:
    """Run a trial and write everything about it into a folder.

    Args:
        out: folder; made where it is missing. An earlier result in it is replaced once the new one is whole.
        design: of the trial.
        options: as for `titer.decisions.trial.run_trial`.

    Raises:
        StorageError: the folder cannot be written to; whole chunks are kept for `resume`.
        InputError, SolveError: as for the trial.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from titer.trials.design import design_of
        >>> from titer.trials.study_file import parse_study
        >>> arm = '[[arms]]\\nname = "d"\\nregimen = "dexamethasone 40 mg weekly"'
        >>> design = design_of(parse_study(f'name = "s"\\npatients = 8\\nfollow_up_month = 2\\n{arm}'))
        >>> with TemporaryDirectory() as folder:
        ...     _ = publish_trial(folder, design)
        ...     Path(folder, "report.html").exists()
        True
    """
    begun = time.perf_counter()
    check_published(design.study.published, FIGURES)
    with ResultStore(out) as store:
        trial = run_trial(design, store=store, **options)
        result, figures = trial.as_json(), draw_trial(trial)
        for name, figure in figures.items():
            store.add_file(f"{name}.png", to_png(figure))
        manifest = _manifest(trial, store.asked, time.perf_counter() - begun)
        store.add_file("trial.json", _json(result))
        store.add_file("report.html", trial_report(trial, result, figures, manifest).encode())
        store.finish(manifest)
    return trial


def publish_repeat(out: str | Path, design: Design, trials: int, **options: Any) -> Operating:
    """Run a trial many times and write both rows of trials and a report into a folder.

    Args:
        out: folder; the trials as planned come into `planned/`, those under the null into `null/`.
        design, trials, options: as for `titer.decisions.repeat.repeat_trial`.
    """
    folder, begun = Path(out), time.perf_counter()
    with ResultStore(folder / "planned") as planned, ResultStore(folder / "null") as null:
        found = repeat_trial(design, trials, stores=(planned, null), **options)
        told = found.as_json()
        for store, side in ((planned, "planned"), (null, "null")):
            store.add_file("repeat.json", _json(told[side]))
            store.finish({**store.asked, "wall_time_s": round(time.perf_counter() - begun, 3)})
    figure = plot_ratios(found.planned.ratios(), found.null.ratios())
    report = operating_report(
        told,
        title=f"{design.study.name}: operating characteristics",
        subtitle=f"{trials:,} trials of {design.study.patients:,} patients, as planned and under the null.",
        arms=[(arm.name, arm.regimen.text) for arm in design.arms],
        question=_question(design),
        limits=(*TRIAL_LIMITS[:1], *limits(immune=design.study.immune)),
        plots=[(CAPTIONS["ratios"], to_svg(figure))],
        manifest={"study": plain(design.study)},
    )
    _write(folder / "repeat.json", _json(told))
    _write(folder / "report.html", report.encode())
    return found


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise StorageError(
            f"'{path}' could not be written: {error.strerror or error}", where=str(path.parent)
        ) from None


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def draw_trial(trial: TrialResult) -> dict[str, Any]:
    """Every plot of a trial, by name."""
    names = [arm.name for arm in trial.design.arms]
    by_arm = {name: trial.outcomes.of(trial.enrolment.arm == number) for number, name in enumerate(names)}
    by_arm = {name: outcomes for name, outcomes in by_arm.items() if len(outcomes["end_day"])}
    figures: dict[str, Any] = {}
    if not by_arm:
        return figures
    for time_name, label in TIME_NAMES.items():
        unseen = {name for number, name in enumerate(names) if not survival_known(trial.design, number)}
        told = {name: own for name, own in by_arm.items() if time_name != "os" or name not in unseen}
        drawn = {name: curves(outcomes)[time_name] for name, outcomes in told.items()}
        if drawn and max(float(month.max()) for month, _ in drawn.values()) > 0:
            figures[time_name] = plot_survival(drawn, ylabel=f"{label}, %")
    figures |= _incidence(by_arm)
    figures["burden"] = plot_burden(trial.burden, TOXICITIES, names)
    for number, rows in trial.forests.items():
        if rows:
            favours = (names[number], names[trial.design.study.reference])
            figures[f"forest_{number}"] = plot_forest(rows, favours=favours)
    return figures


def _incidence(by_arm: Mapping[str, Any]) -> dict[str, Any]:
    drawn: dict[str, dict[str, Any]] = {}
    longest = max(float(outcomes["end_day"].max()) for outcomes in by_arm.values()) / DAYS_PER_MONTH
    for event in FIRST_EVENTS:
        told = {name: first_event(outcomes, event) for name, outcomes in by_arm.items()}
        if any((cause == 1).any() for _, cause in told.values()):
            drawn[EVENT_NAMES[event]] = {
                name: cumulative_incidence(day / DAYS_PER_MONTH, cause) for name, (day, cause) in told.items()
            }
    return {"incidence": plot_incidence(drawn, list(by_arm), until=longest)} if drawn and longest > 0 else {}


def trial_exposure_rows(trial: TrialResult, result: Mapping[str, Any]) -> tuple[Row, ...]:
    """Rows of doses and areas of the drugs of a trial, with their units."""
    system = trial.job.system
    units: dict[str, str] = {}
    for drug in drugs_of(trial.design):
        state = system.doses[drug].state
        units[f"{drug}_dose"] = system.units[state]
        units[f"{drug}_auc"] = system.units.get(f"{state.partition('.')[0]}.auc", "")
    return exposure_rows([arm["figures"] for arm in result["arms"]], units)


def trial_published(trial: TrialResult) -> list[dict[str, str]]:
    """Published rows that the study file names, beside the figures of this trial, as words."""
    by_arm = {arm.name: figures for arm, figures in zip(trial.design.arms, trial.figures, strict=True)}
    return validation_rows(published_beside(trial.design.study.published, by_arm))


def trial_report(
    trial: TrialResult, result: Mapping[str, Any], figures: Mapping[str, Any], manifest: Mapping[str, Any]
) -> str:
    """The report of a trial as HTML."""
    design, further = trial.design, trial_exposure_rows(trial, result)
    return render_trial(
        TrialReport(
            title=design.study.name,
            subtitle=f"{design.study.patients:,} patients of {design.population.title}, seed {design.study.seed}.",
            arms=[(arm.name, arm.regimen.text) for arm in design.arms],
            question=_question(design),
            sentences=trial_sentences(result),
            results=figure_tables(result, further),
            limits=(*TRIAL_LIMITS, *limits(immune=design.study.immune)),
            flow=flow_boxes(result),
            baseline=baseline_rows(result),
            plots=[(_caption(name, trial), to_svg(figure)) for name, figure in figures.items()],
            definitions=definitions(further),
            published=trial_published(trial),
            not_evaluated=not_evaluated_rows(design, manifest["not_evaluated"]),
            manifest=manifest,
        )
    )


def _caption(name: str, trial: TrialResult) -> str:
    if not name.startswith("forest_"):
        return CAPTIONS[name]
    label = TIME_NAMES[trial.design.study.analysis.primary]
    return f"{label}: hazard ratio with 95% interval in all patients (diamond) and by stratum, unstratified."


def not_evaluated_rows(design: Design, told: Mapping[str, Mapping[str, str]]) -> list[list[str]]:
    """Rows of arm, rule and why it could not be evaluated."""
    return [[arm.name, rule, why] for arm in design.arms for rule, why in told.get(arm.name, {}).items()]


def _question(design: Design) -> list[tuple[str, str]]:
    study, asked = design.study, design.study.analysis
    cut = "end of everybody's follow-up"
    if asked.cut_month is not None:
        cut = f"{asked.cut_month:g} months after the first entry"
    elif asked.cut_events is not None:
        cut = f"{asked.cut_events:,} primary events"
    looks = ", ".join(f"{look:g}" for look in asked.looks)
    blocks = ", ".join(str(size) for size in design.blocks)
    words = [
        ("Protocols", "; ".join(dict.fromkeys(f"{arm.name}: {arm.plan.protocol.name}" for arm in design.arms))),
        ("At progression", "; ".join(f"{arm.name}: {_after(arm.plan.after_progression)}" for arm in design.arms)),
        ("Randomisation", f"{':'.join(map(str, design.ratio))}, {f'blocks of {blocks}' if blocks else 'simple'}"),
        ("Strata", "; ".join(stratum.text for stratum in design.strata) or "none"),
        ("Accrual", f"{design.rate_per_month:.1f} patients a month, ramp-up {study.accrual.ramp_up_month:g} months"),
        ("Dropout", "; ".join(f"{arm.name}: {100 * arm.dropout_per_year:g}% a year" for arm in design.arms)),
        ("Follow-up", f"{study.follow_up_month:g} months at most"),
        ("Primary endpoint", f"{asked.primary}, two-sided alpha {asked.alpha:g}"),
        ("Data cut", cut + (f"; interim looks at {looks} ({asked.spending})" if looks else "")),
        ("Grades", f"CTCAE {asked.ctcae}"),
    ]
    if study.immune:
        words.append(("Immune core", WITH_CORE))
    set_for_all = ", ".join(f"{name} = {value:g}" for name, value in study.settings.items())
    return [*words, ("Set for everybody", set_for_all)] if set_for_all else words


def _after(after: Any) -> str:
    if not isinstance(after, str):
        return f"crossover to {after.text}"
    return {"end": "observation ends", "follow": "followed without drugs"}[after]


def _manifest(trial: TrialResult, asked: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """How the run was made; all that is needed to make it again."""
    return {
        **asked,
        "python": platform.python_version(),
        "matplotlib": version("matplotlib"),
        "statsmodels": version("statsmodels"),
        "warnings": list(
            dict.fromkeys(
                told for one in trial.design.regimens for told in (*dose_warnings(one), *effect_warnings(one))
            )
        ),
        "not_evaluated": trial.not_evaluated,
        "statuses": {arm["arm"]: arm["treatment"] for arm in trial.flow["arms"]},
        "wall_time_s": round(seconds, 3),
    }
