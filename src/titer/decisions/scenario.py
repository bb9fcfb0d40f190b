"""A model of the library run alone, beside the numbers that it must meet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.decisions.asked import (
    checked_days,
    checked_dose,
    checked_lead,
    checked_rtol,
    checked_settings,
    checked_whole,
    dose_suspected,
    people,
    read_given,
    told,
)
from titer.decisions.course import extreme, series_values
from titer.decisions.response import (
    HOURS,
    RTOL,
    Progress,
    Response,
    challenge_warnings,
    follow_response,
    prepare,
    with_drugs,
)
from titer.dosing.regimen import Regimen
from titer.engine import Kernel
from titer.errors import InputError, nearest
from titer.library import models, scenarios
from titer.library.sources import RUN_AGAIN
from titer.model import Challenge, Check, Scenario
from titer.source import Source
from titer.units import conversion


@dataclass(frozen=True)
class CheckResult:
    """A number to be met beside that of a run.

    Args:
        check: what is to be met.
        source: where it comes from.
        value: of the run, in the unit of the check.
        met: whether it lies within the tolerance; None where the run is not the published one.
    """

    check: Check
    source: Source
    value: float
    met: bool | None

    @property
    def published(self) -> bool:
        """Whether a publication states it; else it comes from running published equations again."""
        return self.source != RUN_AGAIN

    def as_json(self) -> dict[str, Any]:
        cited = {"source": self.source.citation, "published": self.published}
        return {**asdict(self.check), **cited, "value": self.value, "met": self.met}


@dataclass(frozen=True, eq=False)
class ScenarioRun:
    """A scenario that was run.

    Args:
        scenario: as declared.
        response: trajectories of every output, signal and state.
        challenges: what entered.
        checks: the numbers to be met beside those of the run.
        as_published: whether nothing was changed: no parameter, drug, length or spread.
        regimen: drugs that were given; None without.
        lead_days: how long before day 0 they began.

    Example:
        >>> run = run_scenario("sterile-damage", days=1)
        >>> run.response.unit("tnf"), run.as_published
        ('pg/mL', False)
    """

    scenario: Scenario
    response: Response
    challenges: tuple[Challenge, ...]
    checks: tuple[CheckResult, ...]
    as_published: bool
    regimen: Regimen | None = None
    lead_days: float = 0.0

    def unit_of(self, challenge: Challenge) -> str:
        return self.response.system.doses[challenge.agent].unit

    def as_json(self) -> dict[str, Any]:
        """Shown series, their peaks and the checks as one JSON object; of many people the median, `low` and `high`."""
        response, names = self.response, self.scenario.shown
        shown = {name: response.series[name] for name in names}
        units = {name: response.unit(name) for name in names}
        return {
            "scenario": self.scenario.key,
            "title": self.scenario.title,
            "models": list(self.scenario.models),
            "challenges": [asdict(one) | {"unit": self.unit_of(one)} for one in self.challenges],
            "drug": None if self.regimen is None else str(self.regimen),
            "lead_day": self.lead_days,
            "as_published": self.as_published,
            "note": self.scenario.note,
            "time_day": response.days.tolist(),
            "series": {name: {"unit": units[name], **series_values(values)} for name, values in shown.items()},
            "peaks": {name: extreme(response.days, shown[name], units[name]).as_json() for name in names},
            "checks": [result.as_json() for result in self.checks],
        }


def run_scenario(
    scenario: str | Scenario,
    *,
    changed: Mapping[str, float] | None = None,
    regimen: Regimen | str | None = None,
    days: float | None = None,
    dose: float | None = None,
    lead_days: float = 0.0,
    patients: int | None = None,
    seed: int = 1,
    rtol: float = RTOL,
    progress: Progress | None = None,
) -> ScenarioRun:
    """Run a model of the library alone and set the numbers that it must meet beside the result.

    Args:
        scenario: as `titer run` lists it, or one that was declared elsewhere.
        changed: flat parameter → value, on top of the scenario's own.
        regimen: drugs that are given, as text or read; their models are added.
        days: length after the settling; the scenario's own where None.
        dose: of each challenge with what enters first, in place of the scenario's; what else enters stays.
        lead_days: how long before day 0 the drugs begin.
        patients: virtual people, each with an own deviation; the typical person alone where None.
        seed: of these people.
        rtol: relative tolerance of the integration.
        progress: called with people done and people in all.

    Returns:
        Trajectories, and one result for each check. Checks are judged where the run is the published one; a run that is
        shorter than the scenario has none.

    Raises:
        InputError: an unknown scenario, drug or parameter; a length, dose or number that is none or out of range; a
            lead without a drug.
        SolveError: somebody could not be integrated; the hint names a dose above the scenario's.

    Accuracy: that of the integration. Peaks are those of the stored values, a step of `Scenario.step_h` apart.

    Example:
        >>> run = run_scenario("sterile-damage")
        >>> all(result.met for result in run.checks)
        True
    """
    asked = find_scenario(scenario)
    length = asked.days if days is None else checked_days(days)
    given, own = read_given(regimen), checked_settings(changed)
    challenges, lead = _challenges(asked, dose), checked_lead(lead_days, given)
    cohort, seed, rtol = people(patients), checked_whole("seed", seed, 0), checked_rtol(rtol)
    kernel, times = _kernel(asked.models, given.drugs if given else ()), stored_days(length, asked.step_h / HOURS)
    with _suspecting_the_dose(asked, challenges, kernel):
        response = follow_response(
            kernel,
            lead + times,
            challenges=[replace(one, day=lead + one.day) for one in challenges],
            regimen=given,
            settle_days=asked.settle_days,
            cohort=cohort,
            seed=seed,
            changed={**asked.changed, **own},
            rtol=rtol,
            progress=progress,
        )
    response = replace(response, days=times)
    judged = not own and all(one is None for one in (given, days, dose, patients))
    checks = asked.checks if length >= asked.days and patients is None else ()
    results = tuple(judge(response, asked, check, judged) for check in checks)
    return ScenarioRun(asked, response, challenges, results, judged, given, lead)


def _suspecting_the_dose(
    asked: Scenario, challenges: Sequence[Challenge], kernel: Kernel
) -> AbstractContextManager[None]:
    """`dose_suspected` of what enters first, which is what `dose` changes."""
    if not challenges:
        return nullcontext()
    usual = asked.challenges[0]
    return dose_suspected(challenges[0].amount, usual.amount, kernel.system.doses[usual.agent].unit)


def find_scenario(name: str | Scenario) -> Scenario:
    """The scenario of that name; case and underscores do not matter. One that is a scenario already is that.

    Raises:
        InputError: no scenario of that name, or no name.
    """
    if isinstance(name, Scenario):
        return name
    known = scenarios()
    if not isinstance(name, str):
        raise InputError(f"the scenario is {told(name)}", right="a name, or a scenario", hint=nearest("", known))
    wanted = name.strip().lower().replace("_", "-")
    if wanted not in known:
        raise InputError(f"the library has no scenario '{name}'", hint=nearest(wanted, known))
    return known[wanted]


def scenario_warnings(run: ScenarioRun) -> list[str]:
    """A sentence for each challenge outside of what its model answers for."""
    return challenge_warnings(run.response.system, run.challenges)


def _challenges(scenario: Scenario, dose: float | None) -> tuple[Challenge, ...]:
    """The challenges of a scenario, with another amount of what enters first where one is asked for."""
    if dose is None:
        return tuple(scenario.challenges)
    where = f"scenario '{scenario.key}'"
    if not scenario.challenges:
        raise InputError("nothing enters, so there is no dose to change", where=where)
    first = scenario.challenges[0]
    amount = checked_dose(dose, where=where, hint=f"--dose {first.amount:g}")
    return tuple(replace(one, amount=amount) if one.agent == first.agent else one for one in scenario.challenges)


def stored_days(length: float, step: float) -> NDArray[np.float64]:
    """Times from 0 to the end, a step apart, the end included.

    Example:
        >>> stored_days(1.0, 0.4).tolist()
        [0.0, 0.4, 0.8, 1.0]
    """
    whole = np.arange(math.floor(length / step + 1e-9) + 1, dtype=np.float64) * step
    if math.isclose(whole[-1], length):
        return whole
    return np.concatenate([whole, np.array([length])])


def judge(response: Response, scenario: Scenario, check: Check, judged: bool) -> CheckResult:
    """A number to be met beside the first person's, over the length of the scenario."""
    if check.series not in response.series:
        raise InputError(f"there is no series '{check.series}'", hint=nearest(check.series, response.series))
    inside = response.days <= scenario.days * (1 + 1e-12)
    values = response.series[check.series][0, inside]
    found = statistic(response.days[inside], values, check.statistic, check.day)
    value = found * conversion(_unit_of(check, response.unit(check.series)), check.unit)
    off = abs(value - check.expect)
    met = bool(off <= check.within * (1.0 if check.absolute else abs(check.expect)))
    return CheckResult(check, scenario.sources[check.at.partition(":")[0]], value, met if judged else None)


def statistic(days: NDArray, values: NDArray, name: str, day: float | None = None) -> float:
    """One number of a series; days are days, an area is per day.

    Args:
        days: times. Shape (n_times,).
        values: shape (n_times,).
        name: as `Check.statistic`.
        day: at which "at" reads, linear between stored values.

    Example:
        >>> statistic(np.array([0.0, 1.0, 2.0]), np.array([0.0, 3.0, 1.0]), "day_of_max")
        1.0
    """
    return float(_STATISTICS[name](days, values, day))


_STATISTICS: Mapping[str, Any] = {
    "start": lambda t, v, day: v[0],
    "end": lambda t, v, day: v[-1],
    "max": lambda t, v, day: v.max(),
    "min": lambda t, v, day: v.min(),
    "day_of_max": lambda t, v, day: t[v.argmax()],
    "day_of_min": lambda t, v, day: t[v.argmin()],
    "at": lambda t, v, day: np.interp(day, t, v),
    "auc": lambda t, v, day: np.trapezoid(v, t),
}


def _unit_of(check: Check, unit: str) -> str:
    """Unit in which the statistic of a series comes."""
    if check.statistic.startswith("day_of"):
        return "day"
    if check.statistic == "auc" and check.unit != unit:
        return f"({unit or '1'})*day"
    return unit


@cache
def _kernel(keys: tuple[str, ...], given: Sequence[str]) -> Kernel:
    known = models()
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise InputError(f"the library has no model '{unknown[0]}'", hint=nearest(unknown[0], known))
    return prepare(with_drugs([known[key] for key in keys], given))
