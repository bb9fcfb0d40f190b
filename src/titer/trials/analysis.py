"""The judgement of a trial: when its data are cut, what each look decides, and what the primary test says.

Works on the light record of a trial (`followed.join_light`) in the order of the enrolment. Calendar days count from the
entry of the first patient; a cut takes in everything that was known by the end of that day.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.clinic.course import End
from titer.trials.accrual import DAYS_PER_MONTH
from titer.trials.design import Design
from titer.trials.endpoints import response_endpoints, time_endpoints
from titer.trials.enrolment import Enrolment
from titer.trials.followed import Followed
from titer.trials.looks import boundaries, conditional_power
from titer.trials.statistics import share_test
from titer.trials.study import SHARES
from titer.trials.survival import HazardRatio, TestResult, hazard_ratio, logrank

SHARE_COLUMNS = {"orr": "responder", "vgpr_or_better": "vgpr_or_better", "cr": "complete_response"}
NO_RATIO = HazardRatio(np.nan, np.nan, np.nan, np.nan, "the primary endpoint is a share")


@dataclass(frozen=True)
class Cut:
    """A data cut.

    Args:
        day: calendar day; infinite where every patient is followed to the end.
        events: primary events known by then, over all arms; 0 where the primary endpoint is a share.
        planned_events: what it waited for; None where it did not wait for events.
    """

    day: float
    events: int
    planned_events: int | None = None

    @property
    def month(self) -> float:
        """Months after the first patient entered."""
        return self.day / DAYS_PER_MONTH

    @property
    def reached(self) -> bool:
        """Whether the events it waited for came."""
        return self.planned_events is None or self.events >= self.planned_events


@dataclass(frozen=True)
class Verdict:
    """What a look says of one arm against the reference.

    Args:
        arm: its name.
        test: of the primary endpoint, stratified as the randomisation is.
        ratio: hazard ratio of a time; without value for a share.
        boundary: of |z| at this look.
        conditional_power: chance of success if the trend goes on; NaN at the last look.
    """

    arm: str
    test: TestResult
    ratio: HazardRatio
    boundary: float
    conditional_power: float = math.nan

    @property
    def rejected(self) -> bool:
        """Whether the null is rejected, in whichever direction."""
        return bool(abs(self.test.z) >= self.boundary)

    @property
    def success(self) -> bool:
        """Whether the null is rejected in favour of the arm."""
        return self.rejected and self.test.z > 0

    def as_json(self) -> dict[str, Any]:
        """Plain numbers; None where there is none."""
        finite = {name: getattr(self, name) for name in ("boundary", "conditional_power")}
        return {
            "arm": self.arm,
            "test": self.test.as_json(),
            "hazard_ratio": self.ratio.as_json(),
            **{name: float(value) if np.isfinite(value) else None for name, value in finite.items()},
            "rejected": self.rejected,
            "success": self.success,
        }


@dataclass(frozen=True)
class Look:
    """One look at the data: interim or final.

    Args:
        fraction: of the planned information that was in.
        cut: of the data.
        verdicts: one for each arm but the reference.
        decision: "go on", "efficacy", "harm", "futility" or "final"; with several comparisons a trial goes on until
            each has crossed a boundary or is without hope.
    """

    fraction: float
    cut: Cut
    verdicts: tuple[Verdict, ...]
    decision: str


@dataclass(frozen=True)
class Judgement:
    """All looks up to the one that ended the trial.

    Args:
        looks: in order of time; estimates are those of the last.
        notes: what went otherwise than planned, in sentences.
    """

    looks: tuple[Look, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def last(self) -> Look:
        """The look that ended the trial."""
        return self.looks[-1]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What counts of each arm: the first look at which it crossed a boundary, else the last look."""
        arms = range(len(self.last.verdicts))
        crossed = [
            next((look.verdicts[arm] for look in self.looks if look.verdicts[arm].rejected), None) for arm in arms
        ]
        return tuple(first or self.last.verdicts[arm] for arm, first in zip(arms, crossed, strict=True))

    @property
    def stopped_early(self) -> bool:
        """Whether an interim look ended the trial."""
        return self.last.decision != "final"


def judge(design: Design, enrolment: Enrolment, record: Followed) -> Judgement:
    """Look at a trial as its study file says, and stop where it says so.

    Args:
        design: of the trial.
        enrolment: its patients.
        record: what is known of them to the end of follow-up, in the same order.

    Returns:
        The looks. Patients who could not be integrated, and those who had not entered by a cut, take no part.

    Accuracy: boundaries and tests as in `titer.trials.looks`, `survival` and `statistics`; type I error of the whole
        machinery is in docs/statistics.md.
    """
    asked, known = design.study.analysis, known_days(design, enrolment, record)
    looks: list[Look] = []
    notes: list[str] = []
    for planned in asked.looks:
        cut = cut_by_events(known, math.ceil(planned * (asked.cut_events or 0) - 1e-9))
        if not cut.reached:
            notes.append(f"the interim look at {planned:g} of the events was never reached")
            break
        if cut.events >= (asked.cut_events or 0) or (looks and cut.day <= looks[-1].cut.day):
            notes.append(f"the interim look at {planned:g} of the events fell on the day of the next one")
            continue
        looks.append(_interim(design, enrolment, record, cut, looks))
        if looks[-1].decision != "go on":
            return Judgement(tuple(looks), tuple(notes))
    cut = final_cut(design, enrolment, known)
    if not cut.reached:
        notes.append(f"{cut.events} of {cut.planned_events} events came before the end of follow-up; all are analysed")
    fraction = cut.events / asked.cut_events if asked.cut_events and cut.events else 1.0
    done = [look.fraction for look in looks]
    limit = float(efficacy_boundaries(design, (*done, max([fraction, *(one + 1e-6 for one in done)])), final=True)[-1])
    verdicts = tuple(compare_arms(design, enrolment, record, cut, limit))
    return Judgement((*looks, Look(fraction, cut, verdicts, "final")), tuple(notes))


def _interim(design: Design, enrolment: Enrolment, record: Followed, cut: Cut, before: Sequence[Look]) -> Look:
    """A look that may end the trial. Its information is what came, which may be more than what was waited for."""
    asked = design.study.analysis
    fraction = cut.events / (asked.cut_events or 1)
    done = tuple(look.fraction for look in before)
    limit = float(efficacy_boundaries(design, (*done, fraction))[-1])
    last = float(efficacy_boundaries(design, (*done, fraction, 1.0), final=True)[-1])
    verdicts = []
    for verdict in compare_arms(design, enrolment, record, cut, limit):
        power = conditional_power(verdict.test.z, fraction, last) if not verdict.test.reason else math.nan
        verdicts.append(Verdict(verdict.arm, verdict.test, verdict.ratio, limit, power))
    return Look(fraction, cut, tuple(verdicts), _decision(verdicts, before, asked.futility))


def _decision(verdicts: Sequence[Verdict], before: Sequence[Look], futility: float) -> str:
    """Whether the trial goes on: not where every arm has crossed a boundary, now or earlier, or is without hope."""
    crossed = [[one for look in before if (one := look.verdicts[arm]).rejected] for arm in range(len(verdicts))]
    counts = [earlier[0] if earlier else now for earlier, now in zip(crossed, verdicts, strict=True)]
    done = [one.rejected or now.conditional_power < futility for one, now in zip(counts, verdicts, strict=True)]
    if not verdicts or not all(done):
        return "go on"
    if any(one.success for one in counts):
        return "efficacy"
    return "harm" if any(one.rejected for one in counts) else "futility"


def efficacy_boundaries(design: Design, fractions: Sequence[float], *, final: bool = False) -> NDArray:
    """Boundaries of |z| at some looks; alpha is shared by the comparisons of a trial with more than two arms."""
    asked, comparisons = design.study.analysis, max(len(design.arms) - 1, 1)
    planned = tuple(fractions) if final else (*fractions, 1.0)
    found = _cached_boundaries(planned, asked.alpha / comparisons / 2, asked.spending)
    return np.array(found if final else found[:-1])


@lru_cache(maxsize=4096)
def _cached_boundaries(fractions: tuple[float, ...], alpha: float, spending: Any) -> tuple[float, ...]:
    return tuple(boundaries(fractions, alpha, spending).tolist())


def known_days(design: Design, enrolment: Enrolment, record: Followed) -> NDArray:
    """Calendar day at the end of which each patient's primary event was known, infinite where there is none."""
    primary = design.study.analysis.primary
    progressed = record.known_progression()
    died = np.where(record.end == End.EVENT, record.end_day, np.nan)
    if primary in SHARES:
        return np.full(len(enrolment), np.inf)
    day = {"ttp": progressed, "os": died, "pfs": np.fmin(progressed, died)}[primary]
    day = np.where(record.end == End.FAILED, np.nan, day)
    return np.where(np.isnan(day), np.inf, np.ceil(enrolment.entry_day + day))


def cut_by_events(known: NDArray, wanted: int) -> Cut:
    """The first day on which so many events are known; the last event where so many never come.

    Example:
        >>> cut_by_events(np.array([10.0, 30.0, 20.0, np.inf]), 2)
        Cut(day=20.0, events=2, planned_events=2)
    """
    days = np.sort(known[np.isfinite(known)])
    if len(days) < wanted:
        return Cut(math.inf, len(days), wanted)
    return Cut(float(days[wanted - 1]), int((days <= days[wanted - 1]).sum()), wanted)


def final_cut(design: Design, enrolment: Enrolment, known: NDArray) -> Cut:
    """The planned data cut; where its events never come, the end of everybody's follow-up."""
    asked = design.study.analysis
    if asked.cut_events is not None:
        return cut_by_events(known, asked.cut_events)
    day = math.inf if asked.cut_month is None else float(math.floor(asked.cut_month * DAYS_PER_MONTH))
    return Cut(day, int((np.isfinite(known) & (known <= day)).sum()))


def taking_part(enrolment: Enrolment, record: Followed, cut: Cut) -> NDArray[np.bool_]:
    """Who is analysed at a cut: entered by then, and integrated. Shape (n_patients,)."""
    return (enrolment.entry_day <= cut.day) & (record.end != End.FAILED)


def compare_arms(design: Design, enrolment: Enrolment, record: Followed, cut: Cut, boundary: float) -> list[Verdict]:
    """The primary endpoint of every arm against the reference, at a cut."""
    part = taking_part(enrolment, record, cut)
    outcomes = primary_outcomes(design, record.until(cut.day - enrolment.entry_day))
    verdicts = []
    for number, arm in enumerate(design.arms):
        if number == design.study.reference:
            continue
        own = part & np.isin(enrolment.arm, (number, design.study.reference))
        treated = enrolment.arm[own] == number
        test, ratio = test_arms({n: v[own] for n, v in outcomes.items()}, treated, strata_of(design, enrolment, own))
        verdicts.append(Verdict(arm.name, test, ratio, boundary))
    return verdicts


def strata_of(design: Design, enrolment: Enrolment, rows: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """Codes of the strata that tests are stratified by; None where the randomisation has none."""
    return enrolment.stratum[rows] if design.strata else None


def primary_outcomes(design: Design, record: Followed) -> dict[str, NDArray]:
    """ "time" and "event" of the primary endpoint, or "flag" where it is a share."""
    primary = design.study.analysis.primary
    if primary in SHARES:
        return {"flag": response_endpoints(record)[SHARE_COLUMNS[primary]]}
    times = time_endpoints(record)
    return {"time": times[f"{primary}_day"], "event": times[f"{primary}_event"]}


def test_arms(
    outcomes: Mapping[str, NDArray], treated: NDArray[np.bool_], strata: NDArray[np.int64] | None
) -> tuple[TestResult, HazardRatio]:
    """Test and hazard ratio of two arms."""
    if "flag" in outcomes:
        return TestResult(*share_test(outcomes["flag"], treated, strata)), NO_RATIO
    time, event = outcomes["time"], outcomes["event"]
    return logrank(time, event, treated, strata), hazard_ratio(time, event, treated, strata)


test_arms.__test__ = False  # type: ignore[attr-defined]  # its name is for people, not for a collector of tests
