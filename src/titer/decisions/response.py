"""What a body answers: assembled models followed from challenges and doses on, without any clinic."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from titer.dosing.drugs import nearest_drug
from titer.dosing.regimen import MINUTES_PER_DAY, MINUTES_PER_HOUR, Regimen, planned_doses
from titer.engine import Ensemble, Events, Kernel, compile_kernel, make_events, merge, no_events
from titer.engine.events import entry_of
from titer.errors import InputError, SolveError, nearest
from titer.library import drugs as library_drugs
from titer.library import models as library_models
from titer.library import outside_studied
from titer.library.signals import SIGNALS
from titer.model import Challenge, Dosing, Model, System, assemble
from titer.model.expression import symbol
from titer.patients.cohort import Cohort
from titer.patients.individuals import sample_individuals
from titer.units import conversion

RTOL, ATOL = 1e-7, 1e-9
HOURS = 24.0
MOST_STEPS, MOST_STEPS_A_DAY = 100_000, 1000  # a dose of every day takes a hundred steps
AT_ONCE = 256  # people in the engine's memory; every piece is told to who waits
BETWEEN = ("ikaros", "coactivation", "steroid", "neutrophils")  # models through which a drug reaches the immune system

Progress = Callable[[float, float], None]


@dataclass(frozen=True, eq=False)
class Response:
    """Trajectories of one typical person or many.

    Args:
        system: what was followed.
        days: times. Shape (n_times,).
        series: flat name of an output, signal or state → values. Shape (n_patients, n_times) each.
        parameters: of each person. Shape (n_patients, n_parameters).
    """

    system: System
    days: NDArray[np.float64]
    series: Mapping[str, NDArray[np.float64]]
    parameters: NDArray[np.float64]

    def unit(self, name: str) -> str:
        return self.system.units[name]


def with_drugs(models: Sequence[Model], given: Sequence[str], between: Sequence[str] = BETWEEN) -> list[Model]:
    """Models with those of some drugs, and with the models between these drugs and the body that the drugs act on.

    A model between joins when a drug, or one that joined before it, provides or modulates a signal that it reads or
    provides; one whose signal has a provider already is left out.

    Args:
        models: of the body.
        given: names of drugs.
        between: keys of the models that may join, in causal order.

    Raises:
        InputError: a drug that the library does not have.

    Example:
        >>> [model.key for model in with_drugs([], ["lenalidomide"], ["ikaros"])]
        ['lenalidomide', 'ikaros']
    """
    known = library_drugs()
    unknown = [name for name in given if name not in known]
    if unknown:
        raise InputError(f"the library has no drug '{unknown[0]}'", hint=nearest_drug(unknown[0], known))
    added = list({known[name].key: known[name] for name in given}.values())  # one model may hold two drugs
    provided = {signal for model in (*models, *added) for signal in model.provides}
    moved = {name.split(".")[0] for model in added for name in (*model.provides, *model.modulates)}
    for key in between:
        model = library_models().get(key)
        if model is None or provided & set(model.provides) or not moved & {*model.reads, *model.provides}:
            continue
        added.append(model)
        provided |= set(model.provides)
        moved |= {name.split(".")[0] for name in (*model.provides, *model.modulates)}
    return [*models, *added]


def prepare(models: Sequence[Model], *, outputs: Sequence[str] | None = None, method: str = "stiff") -> Kernel:
    """The kernel of these models.

    Args:
        models: to be assembled on the register of signals.
        outputs: flat names of the outputs, signals and states that are kept; None for every one.
        method: as in `compile_kernel`. Stiff, since bodies are followed for years: the explicit method needs steps of
            minutes even at rest, and ends with too many of them.

    Raises:
        ModelError, UnitError: they do not fit together.
    """
    system = assemble(models, SIGNALS)
    states = {name: symbol(name) for name in system.states if name not in system.outputs}
    return compile_kernel(replace(system, outputs={**system.outputs, **states}), method=method, outputs=outputs)


def follow_response(
    kernel: Kernel,
    days: Sequence[float] | NDArray,
    *,
    challenges: Sequence[Challenge] = (),
    regimen: Regimen | None = None,
    settle_days: float = 0.0,
    cohort: Cohort | None = None,
    seed: int = 1,
    changed: Mapping[str, float] | None = None,
    rtol: float = RTOL,
    atol: float = ATOL,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Response:
    """Follow a system from day 0.

    Args:
        kernel: of the assembled models (`prepare`).
        days: times to be kept, increasing, the first 0 or later. Shape (n_times,).
        challenges: what enters, and when.
        regimen: doses of drugs that the system has models of; its day 1 is day 0 here.
        settle_days: run before day 0.
        cohort: people with their covariates and spread; the typical person at default covariates where None.
        seed: of their spread.
        changed: flat parameter → value for everybody.
        rtol, atol, threads: as in `Ensemble`.
        progress: called with people done and people in all; many are followed in pieces, so that it has something
            to tell.

    Returns:
        The outputs of the kernel at these times.

    Raises:
        InputError: an agent or a drug that no model of the system takes, or an unknown parameter.
        SolveError: somebody could not be integrated.

    Accuracy: that of the integration; the same bits for a person in any cohort.
    """
    system = kernel.system
    whole = cohort if cohort is not None else Cohort(np.zeros(1, np.int64), {}, {})
    times = np.asarray(days, float)
    doses = doses_of(system, regimen, float(times[-1]) + 1) if regimen is not None else []
    entering = [*challenges, *doses]
    most_steps = max(MOST_STEPS, math.ceil(MOST_STEPS_A_DAY * (settle_days + float(times[-1]))))
    kept, parameters, done = [], [], 0
    for part in whole.chunks(AT_ONCE):
        own = sample_individuals(system, part, seed, overrides=changed or {}, spread=cohort is not None).values
        ensemble = Ensemble(kernel, own, rtol=rtol, atol=atol, threads=threads, max_steps=most_steps)
        if settle_days:
            ensemble.advance(settle_days)
        events = _events(system, own, entering, settle_days)
        upto = settle_days + times
        kept.append(ensemble.advance(upto[-1], events, times=upto))
        _raise_for_status(ensemble, done)
        parameters.append(own)
        done += len(part)
        if progress is not None:
            progress(done, len(whole))
    values = np.concatenate(kept)
    series = {name: values[:, :, i] for i, name in enumerate(kernel.output_names)}
    return Response(system, times, series, np.concatenate(parameters))


def _raise_for_status(ensemble: Ensemble, before: int) -> None:
    """As the ensemble's own; people who were followed before it are counted too."""
    try:
        ensemble.raise_for_status()
    except SolveError as error:
        where = f"{error.where}; patients are counted from {before}" if before else error.where
        raise SolveError(error.what, where=where, hint="parameters nearer their usual values, or fewer days") from None


def challenge_warnings(system: System, challenges: Sequence[Challenge]) -> list[str]:
    """A sentence for each agent given in more, or in less, on one day than its model answers for."""
    totals: dict[tuple[str, int], float] = {}
    for one in challenges:
        totals[one.agent, math.floor(one.day)] = totals.get((one.agent, math.floor(one.day)), 0.0) + one.amount
    told = []
    for agent in dict.fromkeys(one.agent for one in challenges):
        dosing_of(system, agent)
        own = [total for (name, _), total in totals.items() if name == agent]
        model = next(model for model in system.models if any(one.drug == agent for one in model.doses))
        told += outside_studied(model, agent, min(own), max(own))
    return told


def doses_of(system: System, regimen: Regimen, days: float) -> list[Challenge]:
    """Every dose of a regimen until a day, in the units of the system's states; its day 1 is day 0 here.

    Raises:
        InputError: a drug that the system has no model of.
    """
    found = []
    for dose in planned_doses(regimen, math.ceil(days)):
        component = regimen.components[dose["component"]]
        amount = float(dose["amount"]) * conversion(component.unit, dosing_of(system, component.drug).unit)
        day, hours = float(dose["minute"]) / MINUTES_PER_DAY, float(dose["duration"]) / MINUTES_PER_HOUR
        found.append(Challenge(day, component.drug, amount, hours))
    return found


def dosing_of(system: System, agent: str) -> Dosing:
    """How an agent enters the system.

    Raises:
        InputError: nothing takes it.
    """
    if agent not in system.doses:
        raise InputError(f"nothing in the system takes '{agent}'", hint=nearest(agent, system.doses))
    return system.doses[agent]


def _events(system: System, parameters: NDArray, entering: Sequence[Challenge], settle_days: float) -> Events:
    """What enters as changes of states, counted from the beginning of the settling."""
    n = len(parameters)
    parts = [no_events(n)]
    for one in entering:
        dosing_of(system, one.agent)
        entry = entry_of(system, one.agent, parameters)
        what = (np.arange(n), np.full(n, settle_days + one.day), np.full(n, float(one.amount)))
        rows = entry.infusion(*what, np.full(n, one.hours / HOURS)) if one.hours else entry.bolus(*what)
        parts.append(make_events(n, *rows))
    return merge(*parts)
