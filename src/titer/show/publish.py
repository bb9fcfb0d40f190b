"""A comparison as a folder: tables, plots, report and manifest; a killed run leaves nothing that looks whole."""

from __future__ import annotations

import json
import platform
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from titer.clinic.course import M_PROTEIN
from titer.decisions.compare import Comparison, compare_regimens
from titer.evidence.expectations import EXPECTATIONS, SIMULATIONS
from titer.evidence.stored import Validation, load_validation
from titer.evidence.validation import Estimate, judge
from titer.library import dose_warnings, effect_warnings, protocol_warnings, read_regimen
from titer.library.limits import limits
from titer.library.signals import SIGNALS
from titer.patients.individuals import sample_individuals
from titer.show.comparison import Courses, Seen, captioned_svgs, draw_comparison, png_files, unique_labels
from titer.show.metrics import WITH_CORE
from titer.show.report import Report, render_report, stored_rows, validation_rows
from titer.show.unevaluated import unevaluated_rules, unevaluated_sentence
from titer.trials.endpoints import DAYS_PER_MONTH
from titer.trials.store import ResultStore
from titer.trials.tables import letters

ENDS = {
    "completed": "still treated at the end",
    "progression": "progression",
    "event": "death",
    "withdrawn": "left the study",
    "toxicity": "stopped for toxicity",
    "failed": "could not be integrated",
}
DESCRIBED = 100_000  # patients whose covariates the report sums up


def publish_comparison(out: str | Path, regimens: Sequence[str], *, resume: bool = False, **options: Any) -> Comparison:
    """Compare regimens and write everything about it into a folder.

    Args:
        out: folder; made where it is missing. An earlier result in it is replaced once the new one is whole.
        regimens, options: as for `titer.decisions.compare.compare_regimens`.
        resume: go on with the unfinished run of the same question in the folder.

    Raises:
        StorageError: the folder cannot be written to; the chunks that are whole are kept for `resume`.
        InputError, SolveError: as for the comparison.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     result = publish_comparison(folder, ["dexamethasone 40 mg weekly"], n=4, cycles=1)
        ...     (Path(folder) / "report.html").exists()
        True
    """
    begun = time.perf_counter()
    with ResultStore(out) as store:
        comparison = compare_regimens(regimens, store=store, resume=resume, **options)
        result = comparison.as_json()
        figures = draw_comparison(result, _courses(comparison))
        for name, content in png_files(figures).items():
            store.add_file(name, content)
        manifest = _manifest(comparison, store.asked, time.perf_counter() - begun)
        store.add_file("comparison.json", (json.dumps(result, indent=2) + "\n").encode())
        store.add_file("report.html", _report(comparison, result, figures, manifest).encode())
        store.finish(manifest)
    return comparison


def _courses(comparison: Comparison) -> Courses:
    labels = unique_labels([arm.regimen for arm in comparison.arms])
    arms = dict(zip(labels, comparison.arms, strict=True))
    return Courses(
        **{name: _seen(comparison, name, arms) for name in ("anc", "platelets", "m_protein")},
        pfs={key: (_months(arm.outcomes["pfs_day"]), arm.outcomes["pfs_event"]) for key, arm in arms.items()},
        intensity={key: arm.intensity for key, arm in arms.items()},
        drug=comparison.setting.counted_drug,
    )


def _months(day: np.ndarray) -> np.ndarray:
    return np.asarray(day, float) / DAYS_PER_MONTH


def _seen(comparison: Comparison, signal: str, arms: Mapping[str, Any]) -> Seen:
    """Reported values at the visits that the protocol plans for everybody."""
    protocol = comparison.setting.plan.protocol
    days = comparison.days
    if signal == M_PROTEIN:
        planned = days % protocol.response_every_day == 0
    else:
        planned = np.array([protocol.calendar.planned(int(day)) for day in days])
    return Seen(days[planned], {key: arm.observed[signal][:, planned] for key, arm in arms.items()})


def _manifest(comparison: Comparison, asked: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """How the run was made; all that is needed to make it again.

    Args:
        asked: what `run.json` holds.
        seconds: since this process began, which may have taken over what an earlier one had done.
    """
    return {
        **asked,
        "python": platform.python_version(),
        "matplotlib": version("matplotlib"),
        "warnings": _warnings(comparison),
        "not_evaluated": unevaluated_rules(comparison),
        "covariates_by_default": _defaulted(comparison),
        "statuses": {
            letter: dict(arm.statuses)
            for letter, arm in zip(letters(len(comparison.arms)), comparison.arms, strict=True)
        },
        "wall_time_s": round(seconds, 3),
    }


def _warnings(comparison: Comparison) -> list[str]:
    """What the command warned of before it ran: doses beyond a model, effects never fitted, drugs without a rule."""
    setting = comparison.setting
    told = [
        sentence
        for regimen in setting.regimens
        for sentence in (
            *dose_warnings(regimen),
            *effect_warnings(regimen),
            *protocol_warnings(setting.plan.protocol, regimen),
        )
    ]
    return list(dict.fromkeys(told))


def _limits(manifest: Mapping[str, Any]) -> list[str]:
    """What every result leaves out, and what this run did."""
    told = unevaluated_sentence(manifest["not_evaluated"])
    return [*limits(immune=manifest["immune"]), *manifest["warnings"], *([f"{told}."] if told else [])]


def _defaulted(comparison: Comparison) -> list[dict[str, Any]]:
    """Covariates that a model reads and the population does not have, with the value used instead."""
    setting = comparison.setting
    individuals = sample_individuals(setting.system, comparison.people(1), setting.seed)
    return [asdict(defaulted) for defaulted in individuals.defaulted]


def _report(
    comparison: Comparison, result: Mapping[str, Any], figures: Mapping[str, Any], manifest: Mapping[str, Any]
) -> str:
    models = comparison.setting.system.models
    stored = load_validation()
    return render_report(
        Report(
            result=result,
            question=[
                ("Population", _population_title(comparison)),
                ("Protocol", comparison.setting.plan.protocol.name),
                ("Grades", f"CTCAE {comparison.setting.grades['anc'].version}"),
                ("Longest treatment", f"{comparison.cycles} cycles of {comparison.setting.cycle_days} days"),
                *([("Immune core", WITH_CORE)] if comparison.immune else []),
            ],
            plots=captioned_svgs(figures, shown=_followed(comparison)),
            population=_population_rows(comparison),
            statuses=_status_rows(comparison),
            models=models,
            exposures=comparison.setting.plan.exposures,
            signals=SIGNALS,
            validation=validation_rows(_published_beside(comparison)),
            library_validation=stored_rows(stored.rows),
            library_validation_note=_validation_note(stored),
            limits=_limits(manifest),
            manifest=manifest,
        )
    )


def _followed(comparison: Comparison) -> str:
    """Whose weekly values the plots show, where that is not everybody."""
    followed = len(comparison.arms[0].intensity)
    return "" if followed == comparison.n else f"the first {followed:,} of {comparison.n:,} patients"


def _population_title(comparison: Comparison) -> str:
    title = comparison.setting.population.title
    return title if comparison.n <= DESCRIBED else f"{title} (summed up from the first {DESCRIBED:,} patients)"


def _validation_note(stored: Validation) -> str:
    made = f"{stored.n:,} virtual patients per setting, seed {stored.seed}. † quoted from memory."
    return made if stored.current else f"{made} The library has other numbers by now: this is out of date."


def _population_rows(comparison: Comparison) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    people = comparison.people(DESCRIBED)
    for covariate in comparison.setting.population.covariates:
        values = people.column(covariate.name)
        if values.dtype.kind not in "fiub":
            continue
        if set(np.unique(values)) <= {0, 1}:
            rows.append(
                (re.sub(r"^1 (for |if )?", "", covariate.meaning), "–", f"{np.mean(values):.0%} of patients", "–")
            )
            continue
        low, middle, high = (f"{q:.3g}" for q in np.quantile(values.astype(float), [0.05, 0.5, 0.95]))
        rows.append((covariate.meaning, covariate.unit or "–", middle, f"{low} to {high}"))
    return rows


def _status_rows(comparison: Comparison) -> list[list[str]]:
    """How therapy ended, one column per regimen; failures always have a row."""
    found = {status for arm in comparison.arms for status in arm.statuses} | {"failed"}
    return [
        [ENDS.get(status, status), *(f"{arm.statuses.get(status, 0):,}" for arm in comparison.arms)]
        for status in sorted(found, key=[*ENDS, *sorted(found)].index)
    ]


def _published_beside(comparison: Comparison) -> list[Any]:
    """Published rows of trials that gave one of these regimens to a population like this one."""
    rows: list[Any] = []
    for arm, regimen in zip(comparison.arms, comparison.setting.regimens, strict=True):
        figures = {name: Estimate(f.value, f.low, f.high) for name, f in arm.figures.items()}
        same = [s.name for s in SIMULATIONS if _same(s, str(regimen), comparison)]
        rows += [judge(e, figures) for e in EXPECTATIONS if e.simulation in same and e.figure in figures]
    return rows


def _same(simulation: Any, text: str, comparison: Comparison) -> bool:
    """Whether that simulation stands for this arm: the same regimen in the same patients."""
    if simulation.population != comparison.population or dict(simulation.overrides) != comparison.setting.overrides:
        return False
    return str(read_regimen(simulation.regimen)) == text
