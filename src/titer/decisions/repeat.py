"""Many trials of one design: power, and with every arm treated as the reference, type I error.

Trial k takes the candidates after those of trial k - 1, with the same seed, so no patient is in two trials, and the
first trial is the one that `titer trial` runs. Trials are judged one by one as their chunks arrive; memory holds one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.clinic.course import End
from titer.decisions.trial import CHUNK, LIGHT_TABLES, arms_of_chunk
from titer.decisions.trial_job import TrialJob
from titer.errors import InputError
from titer.trials.accrual import DAYS_PER_MONTH
from titer.trials.analysis import Judgement, judge, known_days
from titer.trials.chunks import Workers
from titer.trials.design import Design
from titer.trials.enrolment import Enrolment
from titer.trials.followed import Followed, join_light
from titer.trials.runner import ONE_WORKER, run_chunks
from titer.trials.statistics import Figure, exact_fraction, mean
from titer.trials.store import ResultStore

MOST_TRIALS = 100_000
MOST_PATIENTS = 20_000_000
Progress = Callable[[float, float, str], None]


@dataclass(frozen=True)
class OneTrial:
    """What became of one trial.

    Args:
        number: place in the row, from 0.
        judgement: its looks.
        events: primary events at the end.
        month: calendar months from the first patient's entry to the data cut (to the end of follow-up without a cut).
        failed: patients who could not be integrated.
    """

    number: int
    judgement: Judgement
    events: int
    month: float
    failed: int


@dataclass(frozen=True)
class Repeated:
    """A row of trials under one truth.

    Args:
        trials: each of them.
        arms: names of the arms that are compared with the reference.
    """

    trials: tuple[OneTrial, ...]
    arms: tuple[str, ...]

    def shares(self) -> dict[str, Figure]:
        """Share of trials that rejected, that succeeded, and that ended at an interim look, with exact intervals."""
        n = len(self.trials)
        verdicts = [trial.judgement.verdicts for trial in self.trials]
        ends = [trial.judgement.last.decision for trial in self.trials]
        told = {
            "rejected": [any(v.rejected for v in one) for one in verdicts],
            "success": [any(v.success for v in one) for one in verdicts],
            **{f"stopped_for_{word}": [end == word for end in ends] for word in ("efficacy", "futility", "harm")},
        }
        shares = {name: exact_fraction(sum(flags), n) for name, flags in told.items()}
        for place, arm in enumerate(self.arms if len(self.arms) > 1 else ()):
            shares[f"success: {arm}"] = exact_fraction(sum(one[place].success for one in verdicts), n)
        return shares

    def ratios(self, arm: int = 0) -> NDArray:
        """Hazard ratio of the primary endpoint in each trial, NaN where there is none. Shape (n_trials,)."""
        return np.array([trial.judgement.last.verdicts[arm].ratio.value for trial in self.trials])

    def as_json(self) -> dict[str, Any]:
        """Plain numbers; None where there is none."""
        quantiles = {}
        for place, arm in enumerate(self.arms):
            known = self.ratios(place)
            known = known[np.isfinite(known)]
            levels = {"p2.5": 0.025, "p25": 0.25, "median": 0.5, "p75": 0.75, "p97.5": 0.975}
            quantiles[arm] = {n: float(np.quantile(known, q)) if len(known) else None for n, q in levels.items()}
        return {
            "trials": len(self.trials),
            "shares": {name: figure.as_json() for name, figure in self.shares().items()},
            "hazard_ratio": quantiles,
            "events": mean([trial.events for trial in self.trials]).as_json(),
            "duration_month": mean([trial.month for trial in self.trials]).as_json(),
            "failed_patients": sum(trial.failed for trial in self.trials),
            "verdicts": [_row(trial) for trial in self.trials],
        }


def _row(trial: OneTrial) -> dict[str, Any]:
    last = trial.judgement.last
    return {
        "trial": trial.number,
        "decision": last.decision,
        "looks": len(trial.judgement.looks),
        "events": trial.events,
        "month": trial.month if np.isfinite(trial.month) else None,
        "verdicts": [verdict.as_json() for verdict in trial.judgement.verdicts],
    }


@dataclass(frozen=True)
class Operating:
    """Operating characteristics of a design.

    Args:
        design: of the trial.
        planned: trials with the arms as planned: power.
        null: trials with every arm treated as the reference: type I error.
    """

    design: Design
    planned: Repeated
    null: Repeated

    def as_json(self) -> dict[str, Any]:
        """Plain numbers. `power` counts trials that reject in favour of an arm, `type_1_error` all that reject."""
        return {
            "study": self.design.study.name,
            "primary": self.design.study.analysis.primary,
            "alpha": self.design.study.analysis.alpha,
            "power": self.planned.shares()["success"].as_json(),
            "type_1_error": self.null.shares()["rejected"].as_json(),
            "planned": self.planned.as_json(),
            "null": self.null.as_json(),
        }


def repeat_trial(
    design: Design,
    trials: int,
    *,
    stores: Sequence[ResultStore | None] = (None, None),
    workers: Workers = ONE_WORKER,
    resume: bool = False,
    chunk: int = CHUNK,
    threads: int | None = None,
    rtol: float = 1e-5,
    progress: Progress | None = None,
) -> Operating:
    """Run a trial many times, as planned and under the null.

    Args:
        design: of the trial; two arms or more.
        trials: how many of each.
        stores: for the trials as planned, and for those under the null.
        workers, resume, chunk, threads, rtol, progress: as for `titer.decisions.trial.run_trial`.

    Raises:
        InputError: a single arm, or more trials than can be run.

    Accuracy: intervals are exact (Clopper and Pearson); with 400 trials a power of 0.80 is known to within 0.04.

    Example:
        >>> from titer.trials.design import design_of
        >>> from titer.trials.study_file import parse_study
        >>> arms = "".join(f'[[arms]]\\nname = "{mg}"\\nregimen = "dexamethasone {mg} mg weekly"\\n' for mg in (20, 40))
        >>> study = parse_study(f'name = "s"\\npatients = 8\\nfollow_up_month = 2\\n{arms}')
        >>> sorted(repeat_trial(design_of(study), 2).as_json()["power"])
        ['high', 'low', 'value']
    """
    _check(design, trials)
    rows = []
    for place, (one, store) in enumerate(zip((design, design.under_null()), stores, strict=True)):
        job = TrialJob(one, trials=trials, light=True, rtol=rtol, threads=workers.kernel_threads(threads))
        runs = run_chunks(
            job,
            len(job),
            chunk,
            store=store,
            workers=workers,
            resume=resume,
            progress=_share_of(progress, place, len(job)),
        )
        rows.append(Repeated(tuple(_judged(job, runs)), _compared(one)))
    return Operating(design, *rows)


def _check(design: Design, trials: int) -> None:
    if isinstance(trials, bool) or not isinstance(trials, int) or not 1 <= trials <= MOST_TRIALS:
        raise InputError(f"{trials!r} trials", right=f"a whole number from 1 to {MOST_TRIALS:,}")
    if len(design.arms) < 2:
        raise InputError("a study of one arm has no test to repeat", right="two arms or more", where="tables [[arms]]")
    if trials * design.study.patients > MOST_PATIENTS:
        raise InputError(
            f"{trials:,} trials of {design.study.patients:,} patients", right=f"at most {MOST_PATIENTS:,} patients"
        )


def _compared(design: Design) -> tuple[str, ...]:
    return tuple(arm.name for place, arm in enumerate(design.arms) if place != design.study.reference)


def _share_of(progress: Progress | None, place: int, n: int) -> Progress | None:
    """Progress of one of two rows, as part of both."""
    if progress is None:
        return None
    words = ("as planned", "under the null")[place]
    return lambda done, total, told: progress(done + place * n, 2 * n, f"{words}, {told}")


def _judged(job: TrialJob, runs: Any) -> Iterator[OneTrial]:
    """Each trial as soon as all of its patients are there."""
    waiting = list(enumerate(job.enrolments))
    parts: list[Followed] = []
    for _, tables in runs:
        parts += [known for _, known in arms_of_chunk(tables, LIGHT_TABLES, job.days)]
        while waiting and _everybody_there(parts, waiting[0][1]):
            number, enrolment = waiting.pop(0)
            last = enrolment.patients[-1]
            own = [part.select(part.patients <= last) for part in parts]
            parts = [part.select(part.patients > last) for part in parts]  # of the next trials
            parts = [part for part in parts if len(part)]
            yield _one(job.design, number, enrolment, join_light(own))


def _everybody_there(parts: Sequence[Followed], enrolment: Enrolment) -> bool:
    """Whether all patients of the next trial were run; they come before those of later trials."""
    return sum(int((part.patients <= enrolment.patients[-1]).sum()) for part in parts) == len(enrolment)


def _one(design: Design, number: int, enrolment: Enrolment, record: Followed) -> OneTrial:
    judgement = judge(design, enrolment, record)
    cut = judgement.last.cut
    known = known_days(design, enrolment, record)
    day = cut.day if np.isfinite(cut.day) else float((enrolment.entry_day + record.end_day).max())
    events = cut.events if cut.events else int((known <= day).sum())
    return OneTrial(number, judgement, events, day / DAYS_PER_MONTH, int((record.end == End.FAILED).sum()))
