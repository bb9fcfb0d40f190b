"""Runs the simulations of `evidence.expectations` with changed model numbers, through engine and clinic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from titer.clinic.bodies import run_course
from titer.decisions.figures import arm_figures
from titer.dosing.regimen import MINUTES_PER_DAY, planned_doses
from titer.engine import BOLUS, Ensemble, Kernel, compile_kernel, make_events
from titer.evidence.calibration.fitting import Numbers, changed_models
from titer.evidence.expectations import SIMULATIONS, Simulation
from titer.library import load_plan, load_population, read_regimen, relapsed_myeloma_models
from titer.library.rules.ctcae import ctcae
from titer.library.signals import SIGNALS
from titer.model import System, assemble
from titer.patients.cohort import Cohort
from titer.patients.individuals import individual_parameters
from titer.patients.population import sample
from titer.trials.endpoints import DAYS_PER_MONTH, endpoints
from titer.trials.statistics import kaplan_meier

GRADED = {test: ctcae(test, "4.03") for test in ("anc", "platelets", "haemoglobin")}


@dataclass(frozen=True)
class Bench:
    """A compiled system and the patients of a calibration; numbers change, patients and their luck do not.

    Args:
        n: patients per simulation.
        seed: of patients and luck.
        cycles: longest treatment.
        protocol: dose rules.
    """

    n: int
    seed: int
    cycles: int
    protocol: str
    system: System
    kernel: Kernel

    @classmethod
    def build(cls, n: int = 600, seed: int = 2024, cycles: int = 24, protocol: str = "us-label-planned-start") -> Bench:
        system = assemble(relapsed_myeloma_models(), SIGNALS, units=False)
        return cls(n, seed, cycles, protocol, system, compile_kernel(system))

    @property
    def note(self) -> str:
        """How the predictions were made, for the report."""
        return f"{self.n} patients per simulation, seed {self.seed}, up to {self.cycles} cycles, {self.protocol}"

    def parameters(self, cohort: Cohort, numbers: Numbers) -> np.ndarray:
        """Of each patient, with changed numbers. Shape (n_patients, n_parameters)."""
        changed = replace(self.system, models=changed_models(self.system.models, numbers))
        return individual_parameters(changed, cohort, self.seed)

    def cohort(self, simulation: Simulation) -> Cohort:
        return sample(load_population(simulation.population), self.seed, np.arange(self.n), simulation.overrides)

    def outcomes(self, name: str, numbers: Numbers) -> dict[str, np.ndarray]:
        """Endpoints of each patient of one simulation."""
        chosen = simulation(name)
        cohort = self.cohort(chosen)
        regimen = read_regimen(chosen.regimen)
        course = run_course(
            self.kernel,
            self.parameters(cohort, numbers),
            cohort.ids,
            regimen,
            load_plan(self.protocol),
            self.cycles * 28,
            self.seed,
            rtol=1e-4,
            atol=1e-7,
        )
        return endpoints(course, GRADED, regimen.drugs[0])

    def unchanging(
        self, name: str, numbers: Numbers, days: np.ndarray, outputs: Sequence[str], *, off_at: float = np.inf
    ) -> dict[str, np.ndarray]:
        """Outputs (or states) without clinic: every planned dose until day `off_at`. Each (n_patients, n_times)."""
        chosen = simulation(name)
        events = self._planned(chosen.regimen, min(off_at, float(days[-1])))
        ensemble = Ensemble(self.kernel, self.parameters(self.cohort(chosen), numbers), rtol=1e-4, atol=1e-7)
        values = ensemble.advance(float(days[-1]), events, times=days)
        return {name: values[:, :, self.system.output_names.index(name)] for name in outputs}

    def _planned(self, text: str, until: float):
        regimen = read_regimen(text)
        table = planned_doses(regimen, round(until))
        places = [self.system.state_index(self.system.doses[c.drug].state) for c in regimen.components]
        days, target = table["minute"] / MINUTES_PER_DAY, np.array(places)[table["component"]]
        who = np.repeat(np.arange(self.n), len(table))
        columns = (np.tile(column, self.n) for column in (days, target, table["amount"]))
        return make_events(self.n, who, next(columns), BOLUS, next(columns), next(columns))

    def figures(
        self, names: Iterable[str], numbers: Numbers, *, smooth: bool = False
    ) -> Mapping[tuple[str, str], float]:
        """(simulation, figure) → value, for every figure of `titer compare`.

        `smooth` lets medians move between visits: a fit needs slopes, and plain medians jump from visit to visit.
        """
        found: dict[tuple[str, str], float] = {}
        for name in names:
            outcomes = self.outcomes(name, numbers)
            found |= {(name, figure): value.value for figure, value in arm_figures(outcomes).items()}
            if smooth:
                found[name, "median_ttp_month"] = smooth_median_month(outcomes["ttp_day"], outcomes["ttp_event"])
        return found


def smooth_median_month(day: np.ndarray, event: np.ndarray) -> float:
    """Median of a Kaplan-Meier curve read off the line between visits, half a visit later, so that it has no bias.

    NaN where the curve stays above one half.

    Example:
        >>> round(smooth_median_month(np.array([30.4375, 60.875, 91.3125, 121.75]), np.array([True] * 4)), 3)
        2.5
    """
    curve = kaplan_meier(np.asarray(day) / DAYS_PER_MONTH, event)
    below = np.flatnonzero(curve.survival <= 0.5)
    if not len(below) or below[0] == 0:
        return float("nan")
    last, first = below[0] - 1, below[0]
    gap = curve.time[first] - curve.time[last]
    share = (curve.survival[last] - 0.5) / (curve.survival[last] - curve.survival[first])
    return float(curve.time[last] + (share + 0.5) * gap)


def simulation(name: str) -> Simulation:
    """The declared simulation of that name."""
    return next(one for one in SIMULATIONS if one.name == name)
