"""Running a trial: enrol, treat chunk by chunk, cut the data, judge.

The record that the judgement needs (assessments, deaths) is kept in memory, about 0.5 kB for each patient; weekly
values, doses and decisions are read again from where they are stored, chunk by chunk, once the data cut is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.clinic.course import End
from titer.decisions.trial_job import TrialJob, counted_drug, dose_on_regimen, drugs_of
from titer.errors import SolveError
from titer.trials.analysis import Judgement, judge, taking_part
from titer.trials.chunks import Chunk, Workers
from titer.trials.columns import ChunkTables, Columns, Words, encode_table
from titer.trials.design import Design, candidates
from titer.trials.endpoints import burden, endpoints
from titer.trials.enrolment import Enrolment
from titer.trials.followed import Followed, followed_of_tables, join_light
from titer.trials.results import take
from titer.trials.runner import ONE_WORKER, Progress, run_chunks
from titer.trials.statistics import Figure
from titer.trials.store import ResultStore
from titer.trials.summary import (
    TESTS,
    TrialOutcomes,
    arm_figures,
    baseline,
    compare_with_reference,
    flow,
    forest,
    plain_comparison,
    survival_known,
)

CHUNK = 500  # patients in memory at once, for each worker
LIGHT_TABLES = ("patients", "assessments", "events")
WHOLE_TABLES = (*LIGHT_TABLES, "visits", "doses", "decisions")
OTHER_COLUMNS = ("best_response", "therapy_end", "end")  # of the table of patients, made anew at the cut


@dataclass(frozen=True, repr=False)
class TrialResult:
    """A trial, judged.

    Args:
        design: of the trial.
        enrolment: its patients.
        judgement: the looks; the last one counts.
        outcomes: everybody's endpoints as of the last look's data cut.
        figures: per arm, name → value with 95% interval.
        comparisons: per arm but the reference: arm number → tests and ratios.
        forests: per arm but the reference: arm number → rows of label, patients, hazard ratio.
        burden: per arm: test → toxicity by cycle (`endpoints.burden`).
        flow: numbers of a CONSORT diagram.
        baseline: covariates by arm.
        not_evaluated: arm → rule → what of it this run does not know; such a rule may still act by the rest of it.
        job: as it was run.
    """

    design: Design
    enrolment: Enrolment
    judgement: Judgement
    outcomes: TrialOutcomes
    figures: tuple[Mapping[str, Figure], ...]
    comparisons: Mapping[int, Mapping[str, Any]]
    forests: Mapping[int, list[Any]]
    burden: tuple[Mapping[str, Mapping[str, NDArray]], ...]
    flow: Mapping[str, Any]
    baseline: list[dict[str, Any]]
    not_evaluated: Mapping[str, Mapping[str, str]]
    job: TrialJob

    def __repr__(self) -> str:
        names = ", ".join(
            f"{arm.name}: {int((self.enrolment.arm == i).sum())}" for i, arm in enumerate(self.design.arms)
        )
        return f"Trial '{self.design.study.name}' of {len(self.enrolment)} patients ({names})"

    def as_json(self) -> dict[str, Any]:
        """The trial as plain numbers: fractions from 0 to 1, times in months, None where there is no value."""
        last = self.judgement.last
        return {
            "study": self.design.study.name,
            "primary": self.design.study.analysis.primary,
            "reference": self.design.arms[self.design.study.reference].name,
            "strata": [stratum.text for stratum in self.design.strata],
            "flow": self.flow,
            "cut": _plain_cut(last.cut),
            "looks": [
                {
                    "fraction": look.fraction,
                    "decision": look.decision,
                    "cut": _plain_cut(look.cut),
                    "verdicts": [verdict.as_json() for verdict in look.verdicts],
                }
                for look in self.judgement.looks
            ],
            "verdicts": [verdict.as_json() for verdict in self.judgement.verdicts],
            "notes": list(self.judgement.notes),
            "arms": [
                {
                    "arm": arm.name,
                    "regimen": arm.regimen.text,
                    "counted_drug": counted_drug(arm.regimen),
                    "figures": {name: figure.as_json() for name, figure in figures.items()},
                    "burden": {test: {n: v.tolist() for n, v in told.items()} for test, told in burdens.items()},
                }
                for arm, figures, burdens in zip(self.design.arms, self.figures, self.burden, strict=True)
            ],
            "comparisons": [
                {"arm": self.design.arms[number].name, **plain_comparison(told)}
                for number, told in self.comparisons.items()
            ],
            "forest": [
                {"arm": self.design.arms[n].name, "stratum": label, "patients": count, "hazard_ratio": ratio.as_json()}
                for n, rows in self.forests.items()
                for label, count, ratio in rows
            ],
            "baseline": self.baseline,
            "not_evaluated": {arm: dict(rules) for arm, rules in self.not_evaluated.items()},
        }


def _plain_cut(cut: Any) -> dict[str, Any]:
    day = cut.day if np.isfinite(cut.day) else None
    month = None if day is None else cut.month
    return {"day": day, "month": month, "events": cut.events, "planned_events": cut.planned_events}


def run_trial(
    design: Design,
    *,
    store: ResultStore | None = None,
    workers: Workers = ONE_WORKER,
    resume: bool = False,
    chunk: int = CHUNK,
    threads: int | None = None,
    rtol: float = 1e-5,
    progress: Progress | None = None,
) -> TrialResult:
    """Run a trial and judge it.

    Args:
        design: of the study.
        store: where tables are written as chunks finish; the table "analysis" (endpoints as of the data cut) is added.
        workers, resume, progress: as for `titer.trials.runner.run_chunks`.
        chunk: patients in memory at once, for each worker. Results do not depend on it.
        threads: of the integration; all cores, shared out among workers, where None.
        rtol: relative tolerance of a step.

    Raises:
        SolveError: not one patient of an arm could be integrated; single failures are counted.

    Example:
        >>> from titer.trials.design import design_of
        >>> from titer.trials.study_file import parse_study
        >>> arm = '[[arms]]\\nname = "d"\\nregimen = "dexamethasone 40 mg weekly"'
        >>> text = f'name = "s"\\npatients = 4\\nfollow_up_month = 2\\n{arm}'
        >>> run_trial(design_of(parse_study(text))).flow["randomised"]
        4
    """
    job = TrialJob(design, rtol=rtol, threads=workers.kernel_threads(threads))
    runs = run_chunks(job, len(job), chunk, store=store, workers=workers, resume=resume, progress=progress)
    kept: list[tuple[Chunk, ChunkTables]] = []
    parts: list[Followed] = []
    for piece, tables in runs:
        parts += [known for _, known in arms_of_chunk(tables, LIGHT_TABLES, job.days)]
        kept.append((piece, tables))
    record = join_light(parts)
    enrolment = job.enrolments[0]
    _check_integrated(design, enrolment, record)
    judgement = judge(design, enrolment, record)
    outcomes, burdens = _at_cut(job, kept, judgement, record, store)
    return _sum_up(job, judgement, outcomes, burdens)


def arms_of_chunk(
    tables: ChunkTables, names: tuple[str, ...], days: NDArray[np.int64]
) -> Iterator[tuple[str, Followed]]:
    """What is known of the patients of each arm in a chunk: the arm's name and its cohort."""
    read = {name: tables.groups(name) for name in names}
    for group in read["patients"]:
        own = {name: _rows_among(groups, group["patient"]) for name, groups in read.items()}
        yield str(group["arm"].texts()[0]), followed_of_tables(own | {"patients": group}, days)


def _rows_among(groups: list[Columns], patients: NDArray[np.int64]) -> Columns:
    """The rows of some patients, who are together in one of the groups; an empty group where they have none."""
    for group in groups:
        rows = np.isin(group["patient"], patients)
        if rows.any():
            return take(group, rows)
    return take(groups[0], np.zeros(len(groups[0]["patient"]), bool))


def _check_integrated(design: Design, enrolment: Enrolment, record: Followed) -> None:
    for number, arm in enumerate(design.arms):
        own = enrolment.arm == number
        if own.any() and (record.end[own] == End.FAILED).all():
            raise SolveError(
                f"none of {int(own.sum())} patients could be integrated",
                where=f"arm '{arm.name}', regimen '{arm.regimen.text}'",
                hint=f"look at what was set for everybody: {dict(design.study.settings)}"
                if design.study.settings
                else "a larger rtol",
            )


def _at_cut(
    job: TrialJob,
    kept: list[tuple[Chunk, ChunkTables]],
    judgement: Judgement,
    record: Followed,
    store: ResultStore | None,
) -> tuple[TrialOutcomes, tuple[dict[str, dict[str, NDArray]], ...]]:
    """Everybody's endpoints as of the data cut, chunk by chunk, and toxicity over time by arm."""
    design, enrolment, cut = job.design, job.enrolments[0], judgement.last.cut
    known_to = cut.day - enrolment.entry_day
    names = [arm.name for arm in design.arms]
    columns: dict[str, NDArray] = {}
    burdens: tuple[dict[str, dict[str, NDArray]], ...] = tuple({} for _ in names)
    part = taking_part(enrolment, record, cut)
    for piece, tables in kept:
        groups = []
        for arm, known in arms_of_chunk(tables, WHOLE_TABLES, job.days):
            places = np.searchsorted(enrolment.patients, known.patients)
            number = names.index(arm)
            seen = known.until(known_to[places])
            made = _endpoints_at_cut(job, seen, number) | _exposure_at_cut(job, seen, tables, number)
            for name, values in made.items():
                columns.setdefault(name, np.zeros(len(enrolment), values.dtype))[places] = values
            _add_burden(burdens[number], seen.select(part[places]), job)
            groups.append(_analysis_rows(design, enrolment, places, number, made, part))
        if store is not None:
            store.add_file(f"analysis/part-{piece.index:05d}.parquet", encode_table(groups).content)
    light = record.until(known_to)
    entered = enrolment.entry_day <= cut.day
    return TrialOutcomes(columns, light.end, light.therapy_end, part, entered), burdens


def _endpoints_at_cut(job: TrialJob, seen: Followed, arm: int) -> dict[str, NDArray]:
    drug = counted_drug(job.design.arms[arm].regimen)
    return {
        **endpoints(seen, job.grades, drug),
        # Observed beyond a treatment that was completed: all of it was given. Else it goes on at the cut.
        "therapy_ended": (seen.therapy_end != End.COMPLETED) | (seen.therapy_end_day < seen.end_day),
        "left_on_treatment": seen.therapy_end == End.WITHDRAWN,
    }


def _exposure_at_cut(job: TrialJob, seen: Followed, tables: ChunkTables, arm: int) -> dict[str, NDArray]:
    """Dose of each drug up to the cut, and the area that belongs to it: each patient's own area per dose stays."""
    people = _rows_among(tables.groups("patients"), seen.patients)
    columns: dict[str, NDArray] = {}
    for drug in drugs_of(job.design):
        dose = dose_on_regimen(seen, drug, job.design.arms[arm].regimen.drugs)
        columns[f"{drug}_dose"] = dose
        if f"{drug}_auc" in people:
            with np.errstate(invalid="ignore"):
                columns[f"{drug}_auc"] = np.where(
                    dose > 0, dose * people[f"{drug}_auc"] / people[f"{drug}_dose"], 0.0 * dose
                )
    return columns


def _add_burden(sums: dict[str, dict[str, NDArray]], seen: Followed, job: TrialJob) -> None:
    for test in TESTS:
        told = burden(seen, job.grades[test])
        for name, values in told.items():
            had = sums.setdefault(test, {})
            had[name] = had[name] + values if name in had else values


def _analysis_rows(
    design: Design, enrolment: Enrolment, places: NDArray, arm: int, made: Mapping[str, NDArray], part: NDArray
) -> Columns:
    from titer.clinic.response import Response

    n = len(places)
    words = [member.name.lower().replace("_", " ") for member in Response]
    return {
        "patient": enrolment.patients[places],
        "arm": Words.constant(design.arms[arm].name, n),
        "regimen": Words.constant(design.arms[arm].regimen.text, n),
        "entry_day": enrolment.entry_day[places],
        "analysed": part[places],
        **made,
        "best_response": Words(made["best_response"], words),
    }


def _sum_up(
    job: TrialJob, judgement: Judgement, outcomes: TrialOutcomes, burdens: tuple[dict[str, dict[str, NDArray]], ...]
) -> TrialResult:
    design, enrolment = job.design, job.enrolments[0]
    others = [number for number in range(len(design.arms)) if number != design.study.reference]
    return TrialResult(
        design=design,
        enrolment=enrolment,
        judgement=judgement,
        outcomes=outcomes,
        figures=tuple(
            arm_figures(outcomes.of(enrolment.arm == number), survival=survival_known(design, number))
            for number in range(len(design.arms))
        ),
        comparisons={n: compare_with_reference(design, enrolment, outcomes, n) for n in others},
        forests={n: forest(design, enrolment, outcomes, n) for n in others},
        burden=burdens,
        flow=flow(design, enrolment, outcomes),
        baseline=baseline(design, enrolment, candidates(design, enrolment.patients)),
        not_evaluated=job.not_evaluated(),
        job=job,
    )
