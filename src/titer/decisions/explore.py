"""One threat met by the immune system: the course of the answer, with a drug beside it, in one person or many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.decisions.asked import (
    checked_again,
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
from titer.decisions.course import SERIES, Course, measure_course
from titer.decisions.response import HOURS, RTOL, Progress, follow_response, prepare, with_drugs
from titer.dosing.regimen import Regimen
from titer.engine import Kernel
from titer.errors import InputError, nearest
from titer.library import core_models, threats
from titer.model import Challenge, Model, System, Threat
from titer.units import parse_unit

AGENTS = {"tissue": "threat", "blood": "threat-blood"}  # place → agent that the model of the tissue takes
TISSUE_VOLUME = "antigen.tissue_volume"  # mL
FINE_DAYS, FINE_H, COARSE_H = 2.0, 0.25, 2.0  # values are stored close together in the first days after an encounter


@dataclass(frozen=True, eq=False)
class Exploration:
    """A threat and its course.

    Args:
        threat: what was met.
        dose: of each challenge, in `Threat.unit`.
        place: where it arrived.
        encounter_days: of the challenges.
        lead_days: how long before day 0 the drug began.
        regimen: of the drug; None without.
        patients: virtual people; None for the typical person.
        seed: of these people.
        changed: flat parameter → value that was set.
        limit: below which the threat counts as cleared, in the unit of the antigen; None where it is not counted, and
            1% of each person's highest amount takes its place.
        days: times, negative before the first challenge. Shape (n_times,).
        course: without a drug.
        with_drug: the same people with it; None without.

    Example:
        >>> found = explore("virus", days=2, drug="lenalidomide 25 mg daily")
        >>> "anc" in found.course.series, "anc" in found.with_drug.series
        (False, True)
    """

    threat: Threat
    dose: float
    place: str
    encounter_days: tuple[float, ...]
    lead_days: float
    regimen: Regimen | None
    patients: int | None
    seed: int
    changed: Mapping[str, float]
    limit: float | None
    days: NDArray[np.float64]
    course: Course
    with_drug: Course | None = None

    def as_json(self) -> dict[str, Any]:
        """The course as one JSON object; of many people the median, and 5th and 95th centile as `low` and `high`."""
        shown: dict[str, Any] = {
            "threat": self.threat.key,
            "dose": self.dose,
            "dose_unit": self.threat.unit,
            "place": self.place,
            "encounter_day": list(self.encounter_days),
            "drug": None if self.regimen is None else str(self.regimen),
            "lead_day": self.lead_days,
            "patients": self.patients,
            "seed": self.seed,
            "set": dict(self.changed),
            "cleared_below": self.limit,
            "time_day": self.days.tolist(),
            **self.course.as_json(),
        }
        if self.with_drug is not None:
            shown["with_drug"] = self.with_drug.as_json()
        return shown


def explore(
    threat: str | Threat,
    *,
    dose: float | None = None,
    place: str | None = None,
    days: float | None = None,
    again: Sequence[float] = (),
    drug: Regimen | str | None = None,
    lead_days: float = 0.0,
    patients: int | None = None,
    seed: int = 1,
    changed: Mapping[str, float] | None = None,
    core: Sequence[Model] | None = None,
    rtol: float = RTOL,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Exploration:
    """Follow the answer of the immune system to a threat, and the same people's answer under a drug.

    Args:
        threat: a name of `titer.threats()`, or a threat of your own.
        dose: of the challenge, in the threat's unit; its usual one where None.
        place: "tissue" or "blood", as the threat allows; its usual one where None.
        days: length, counted from the first challenge; where None, as long after the last one as the threat suggests.
        again: days of further challenges of the same dose.
        drug: regimen, as text or read; its models and those between it and the immune system are added for a second
            course.
        lead_days: how long before the first challenge the drug begins.
        patients: virtual people, each with an own deviation; the typical person alone where None.
        seed: of these people.
        changed: flat parameter → value for everybody, as in the example.
        core: models to follow in place of the library's core; they hold the threat already.
        rtol, threads: as in `Ensemble`.
        progress: called with people done and people in all, courses counted one after another.

    Returns:
        The course without the drug and, where one is given, the course with it.

    Raises:
        InputError: a threat, drug, place or parameter that does not exist; a dose, day or number that is none or out
            of range; a lead without a drug.
        SolveError: somebody could not be integrated; the hint names a dose above the usual one.

    Accuracy: peaks are those of stored values, a quarter of an hour apart in the two days after an encounter and two
        hours later on. A person is the same without and with the drug, and in any number of people.

    Example:
        >>> found = explore("virus", days=20)
        >>> found.course.first.peaks["temperature"].unit
        'degC'
        >>> cooler = explore("virus", days=20, changed={"fever.ceiling": 38.0})
        >>> round(cooler.course.first.peaks["temperature"].value, 1)
        38.0
    """
    asked = find_threat(threat)
    amount, where = _dose(asked, dose), _checked_place(asked, place)
    met, length = _encounters(asked, again, days)
    given = read_given(drug)
    lead, cohort, tolerance = checked_lead(lead_days, given), people(patients), checked_rtol(rtol)
    own_seed, wanted = checked_whole("seed", seed, 0), checked_settings(changed)
    n_threads = None if threads is None else checked_whole("threads", threads, 1)
    kernels = [_kernel_of(asked, core, drugs) for drugs in ((), *((given.drugs,) if given else ()))]
    settings = _settings(wanted, kernels)
    stored, limit = stored_times(met, length, lead), clearance_limit(asked, kernels[0].system)

    def follow(kernel: Kernel, regimen: Regimen | None, progressed: Progress | None) -> Course:
        response = follow_response(
            kernel,
            stored + lead,
            challenges=[Challenge(lead + day, AGENTS[where], amount) for day in met],
            regimen=regimen,
            cohort=cohort,
            seed=own_seed,
            changed={name: value for name, value in settings.items() if name in kernel.system.parameters},
            rtol=tolerance,
            threads=n_threads,
            progress=progressed,
        )
        shown = {name: response.series[signal] for name, signal in SERIES.items() if signal in response.series}
        return measure_course(stored, shown, {name: response.unit(SERIES[name]) for name in shown}, met, limit)

    with dose_suspected(amount, asked.dose, asked.unit):
        courses = [
            follow(kernel, given if nth else None, _share_of(progress, nth, len(kernels)))
            for nth, kernel in enumerate(kernels)
        ]
    n = None if cohort is None else len(cohort)
    return Exploration(asked, amount, where, met, lead, given, n, own_seed, settings, limit, stored, *courses)


def find_threat(name: str | Threat) -> Threat:
    """The threat of that name; case and underscores do not matter. One that is a threat already is that.

    Raises:
        InputError: no threat of that name, or no name.
    """
    if isinstance(name, Threat):
        return name
    known = threats()
    if not isinstance(name, str):
        raise InputError(f"the threat is {told(name)}", right="a name, or a threat", hint=nearest("", known))
    wanted = name.strip().lower().replace("_", "-")
    if wanted not in known:
        raise InputError(f"the library has no threat '{name}'", hint=nearest(wanted, known))
    return known[wanted]


def clearance_limit(threat: Threat, system: System) -> float | None:
    """Antigen, 1/mL, below which a threat is gone: one organism, copy or cell in the tissue; None if it is no count.

    Not the `least` of the threat's model, below which growth and infection fade: that says what a remnant can still do,
    and differs between threats (1/mL for a virus, 2,000 copies in the lung). Gone is gone, whatever it could do.
    """
    if not {"[colony_count]", "[copy_count]", "[cell_count]"} & {dim for dim, _ in parse_unit(threat.unit).dims}:
        return None
    return 1.0 / float(system.typical()[system.parameter_index(TISSUE_VOLUME)])


def stored_times(met: Sequence[float], length: float, lead: float) -> NDArray[np.float64]:
    """Times that are kept: close together from each encounter on, and the encounters and the end themselves.

    Example:
        >>> stored_times([0.0], 1.0, 0.0)[:3].tolist()
        [0.0, 0.010416667, 0.020833333]
    """
    fine, coarse = FINE_H / HOURS, COARSE_H / HOURS
    close = [day + np.arange(0.0, FINE_DAYS, fine) for day in met]
    every = np.concatenate([0.0 - lead + np.arange(0.0, lead + length, coarse), *close, np.array([length])])
    times: NDArray[np.float64] = np.unique(np.round(every, 9))  # two ways to the same time differ in the last digits
    return times[times <= length]


def _dose(threat: Threat, dose: float | None) -> float:
    usual = threat.dose
    return usual if dose is None else checked_dose(dose, threat.unit, f"threat '{threat.key}'", f"--dose {usual:g}")


def _checked_place(threat: Threat, place: str | None) -> str:
    chosen = place or threat.place
    if chosen not in threat.places:
        raise InputError(f"a challenge in '{chosen}'", where=f"threat '{threat.key}'", right=" or ".join(threat.places))
    return chosen


def _encounters(threat: Threat, again: Sequence[float], days: float | None) -> tuple[tuple[float, ...], float]:
    """Days of all challenges, and the length of the run."""
    met = (0.0, *checked_again(again))
    length = checked_days(days if days is not None else met[-1] + threat.days)
    if met[-1] >= length:
        raise InputError(f"a further encounter on day {met[-1]:g}", right=f"before the end, day {length:g}")
    return met, length


def _settings(changed: dict[str, float], kernels: Sequence[Kernel]) -> dict[str, float]:
    """What is set, if every name belongs to a model of the run: a number of a drug to the second course alone."""
    known = kernels[-1].system.parameters
    for name in changed:
        if name not in known:
            raise InputError(f"there is no parameter '{name}' to set", hint=nearest(name, known))
    return changed


def _kernel_of(threat: Threat, core: Sequence[Model] | None, drugs: tuple[str, ...]) -> Kernel:
    """Of the core under a threat and these drugs; those of the library are kept, since making one takes longest."""
    if core is None and threats().get(threat.key) == threat:
        return _library_kernel(threat.key, drugs)
    return _kernel(with_drugs(core_models(threat) if core is None else core, drugs))


@cache
def _library_kernel(key: str, drugs: tuple[str, ...]) -> Kernel:
    return _kernel(with_drugs(core_models(threats()[key]), drugs))


def _kernel(models: Sequence[Model]) -> Kernel:
    """Of these models, with the series that are shown."""
    provided = {signal for model in models for signal in model.provides}
    return prepare(models, outputs=[signal for signal in SERIES.values() if signal in provided])


def _share_of(progress: Progress | None, nth: int, n: int) -> Progress | None:
    """Progress of one course out of several."""
    if progress is None:
        return None
    return lambda done, total: progress(nth * total + done, n * total)
