"""Which numbers of the immune core decide its answer: screens all of them, then weighs the most influential.

`write_sensitivity.py` makes the page of it. Needs SALib (`pip install 'titer[docs]'`) for all but `typical_results`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from titer.decisions.course import cleared_days
from titer.decisions.explore import AGENTS, clearance_limit, stored_times
from titer.decisions.response import prepare
from titer.engine import BOLUS, Ensemble, Kernel, make_events
from titer.library import core_models, threats
from titer.library.immune import cytokines
from titer.model import Parameter, Source, System, Threat

SEED = 1
TRAJECTORIES = 60  # of the screening; each costs one run more than there are factors
BASE_SAMPLES = 4096  # of the indices; each costs two runs more than there are factors
MOST = 20  # factors whose indices are worked out
AT_ONCE = 2048  # people in memory
RTOL, ATOL = 1e-6, 1e-8  # no result moves by more than 0.001 (degC, or power of ten) against 1e-9 and 1e-11
LEVELS = 4  # of the screening
KINDS = {"total": "ST", "first": "S1"}

Follow = Callable[[np.ndarray], np.ndarray]  # shares of the ranges → results

# Result → signal that it is read from.
RESULTS = {"igg": "antibody", "il6": "il6", "temperature": "temperature", "cleared": "antigen"}
ASKED = {"virus": tuple(RESULTS), "extracellular-bacterium": ("il6", "temperature", "cleared")}
DAYS = {"virus": 120.0, "extracellular-bacterium": 14.0}  # IgG peaks in the second month
UNDETECTED = 1e-3  # nmol/L; less IgG counts as this much, since no assay tells less from none

USUAL = (0.5, 2.0)
# Other ranges, as multiples: what is a share stays one, also together with its sisters.
SHARES = {
    "antigen.targets": (0.5, 5 / 3),
    "antigen.adjuvanticity": (0.5, 1.0),
    "nk.share_ifn": (0.5, 4 / 3),
    "nk.share_il2": (0.5, 4 / 3),
    "humoral.t_to_memory": (0.5, 1.5),
    "humoral.to_memory": (0.5, 1.5),
    "humoral.lasting": (0.5, 1.3),
}
# Temperatures, as differences: two standard deviations between people; a degree, or half of one, where it is a choice.
DEGREES = {"fever.rest": (-0.4, 0.4), "fever.ceiling": (-1.0, 1.0), "symptoms.warm": (-0.5, 0.5)}
# What moves with another number, so that rest stays rest and one thing keeps one value.
FOLLOWS = {
    "innate.primed_typical": "innate.dendritic_typical",
    "antigen.targets": "antigen.tissue_cells",
    "humoral.affinity": "antigen.affinity",
}
OWN = (
    "own multiple of the typical person's, 1 by definition; each acts as a number that is varied, or on symptoms alone"
)
LEFT_OUT = {
    "antigen.molecules": "unit conversion",
    "humoral.molecules": "unit conversion",
    "humoral.igm_mass": "ratio of two molecular masses",
    "innate.primed_per_dendritic": "cancels with the resting number that follows from it",
    "fever.limit": "scales the rise together with `fever.gain`",
    "fever.rest_typical": "scales the rise together with `fever.gain`",
    "fever.least": "numerical",
    "innate.alertness": OWN,
    "fever.sensitivity": OWN,
    "symptoms.sensitivity": OWN,
    **{f"cytokines.{name}_gain": OWN for name in cytokines.LOCAL},
}


@dataclass(frozen=True)
class Factor:
    """One number that is varied.

    Args:
        name: flat name, of the first model that has it.
        places: flat names that hold it; all move together.
        parameter: its declaration.
        source: of the number.
        low, high: ends of its range, as multiples of the value or, for temperatures, as differences from it.
    """

    name: str
    places: tuple[str, ...]
    parameter: Parameter
    source: Source
    low: float
    high: float

    def moved(self, values: np.ndarray, share: np.ndarray) -> np.ndarray:
        """Values at a share of the range: 0 its low end, 1 its high end, evenly on the scale of its logarithm."""
        if self.name in DEGREES:
            return values + self.low + share * (self.high - self.low)
        return values * self.low * (self.high / self.low) ** share


def factors_of(system: System) -> list[Factor]:
    """Every number of the system that is not left out, a definition, or zero."""
    places: dict[Parameter, list[str]] = {}  # equal declarations come from one shared table
    sources = {}
    for model in system.models:
        for parameter in model.parameters:
            name = f"{model.key}.{parameter.name}"
            if parameter.structural or parameter.at == "definition" or not parameter.value or name in LEFT_OUT:
                continue
            places.setdefault(parameter, []).append(name)
            sources[parameter] = model.sources[parameter.at.split(":")[0]]
    for names in list(places.values()):
        names += [follower for follower, leader in FOLLOWS.items() if leader == names[0]]
    return [
        Factor(names[0], tuple(names), parameter, sources[parameter], *_range(names[0]))
        for parameter, names in places.items()
        if names[0] not in FOLLOWS or names[0] in SHARES  # a share of what it follows has a range of its own
    ]


def _range(name: str) -> tuple[float, float]:
    return DEGREES.get(name) or SHARES.get(name) or USUAL


def kernel_of(threat: Threat) -> Kernel:
    """The core with a threat's numbers, and what the results are read from; implicit, six times faster here."""
    return prepare(core_models(threat), outputs=list(RESULTS.values()), method="stiff")


def results_of(
    kernel: Kernel, threat: Threat, asked: Sequence[str], factors: Sequence[Factor], shares: np.ndarray
) -> np.ndarray:
    """What comes of people who differ in these factors, at shares of their ranges.

    (n_people, n_factors) → (n_people, n_results): logarithms to base 10 of peaks (pg/mL, nmol/L) and of the day of
    clearance; temperature in degC. Who has not cleared the threat by the last day gets the last day.
    """
    parts = range(0, len(shares), AT_ONCE)
    return np.concatenate([_follow(kernel, threat, asked, factors, shares[at : at + AT_ONCE]) for at in parts])


def people_of(system: System, factors: Sequence[Factor], shares: np.ndarray) -> np.ndarray:
    """Parameters of people at shares of the ranges. (n_people, n_factors) → (n_people, n_parameters)."""
    people = np.tile(system.typical(), (len(shares), 1))
    for column, factor in enumerate(factors):
        for place in factor.places:
            at = system.parameter_index(place)
            people[:, at] = factor.moved(people[:, at], shares[:, column])
    return people


def _follow(kernel, threat, asked, factors, shares):
    system, n, days = kernel.system, len(shares), DAYS[threat.key]
    people = people_of(system, factors, shares)
    times = stored_times([0.0], days, 0.0)
    entry = system.doses[AGENTS[threat.place]].state
    challenge = make_events(n, np.arange(n), 0.0, BOLUS, system.state_index(entry), threat.dose)
    ensemble = Ensemble(kernel, people, rtol=RTOL, atol=ATOL)
    values = ensemble.advance(days, challenge, times=times)
    ensemble.raise_for_status()
    series = {name: values[:, :, i] for i, name in enumerate(kernel.output_names)}
    cleared = np.minimum(cleared_days(times, series["antigen"], clearance_limit(threat, system)), days)
    found = {
        "igg": np.log10(np.maximum(series["antibody"].max(axis=1), UNDETECTED)),
        "il6": np.log10(series["il6"].max(axis=1)),
        "temperature": series["temperature"].max(axis=1),
        "cleared": np.log10(cleared),
    }
    return np.stack([found[name] for name in asked], axis=1)


def screen(follow: Follow, factors: Sequence[Factor], trajectories: int, seed: int = SEED) -> np.ndarray:
    """Morris' mean absolute effect of each factor: change of a result over the whole range. (n_factors, n_results)."""
    from SALib.analyze import morris
    from SALib.sample.morris import sample

    problem = _problem([factor.name for factor in factors])
    shares = sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    values = follow(shares)
    found = [morris.analyze(problem, shares, y, num_levels=LEVELS, num_resamples=2, seed=seed) for y in values.T]
    return np.stack([np.asarray(one["mu_star"], float) for one in found], axis=1)


def most_influential(effects: np.ndarray, most: int = MOST) -> list[int]:
    """Places of the factors whose effect on any one result is nearest to that result's largest, most first."""
    score = (effects / effects.max(axis=0)).max(axis=1)
    return [int(at) for at in np.argsort(-score, kind="stable")[:most]]


def weigh(
    follow: Follow, names: Sequence[str], samples: int, groups: Sequence[str] | None = None
) -> tuple[list[dict[str, Any]], np.ndarray]:
    """Sobol indices by Saltelli's sampling, of each factor or of groups of them, in the order of first mention.

    Returns:
        For each result "S1" (alone) and "ST" (total) with the half-widths "S1_conf" and "ST_conf" of their 95%
        intervals; and the results themselves, (n_runs, n_results): every row is a random person.
    """
    from SALib.analyze import sobol
    from SALib.sample.sobol import sample

    problem = _problem(names, groups)
    values = follow(sample(problem, samples, calc_second_order=False, seed=SEED))
    found = [sobol.analyze(problem, y, calc_second_order=False, num_resamples=200, seed=SEED) for y in values.T]
    return found, values


def _problem(names, groups=None):
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    return problem if groups is None else problem | {"groups": list(groups)}


def sweep(key: str, trajectories: int = TRAJECTORIES, samples: int = BASE_SAMPLES) -> dict[str, Any]:
    """Everything that the page tells about one threat."""
    threat, asked = threats()[key], ASKED[key]
    kernel = kernel_of(threat)
    factors = factors_of(kernel.system)

    def following(varied: Sequence[Factor]) -> Follow:
        return lambda shares: results_of(kernel, threat, asked, varied, shares)

    effects = screen(following(factors), factors, trajectories)
    order = most_influential(effects)
    names = [factor.name for factor in factors]
    chosen = [names[at] for at in order]
    indices, _ = weigh(following([factors[at] for at in order]), chosen, samples)
    groups = ["chosen" if name in chosen else "others" for name in names]
    both, everybody = weigh(following(factors), names, samples, groups)
    place = list(dict.fromkeys(groups)).index("chosen")
    not_cleared = everybody[:, asked.index("cleared")] >= math.log10(DAYS[key])
    without_igg = everybody[:, asked.index("igg")] <= math.log10(UNDETECTED) if "igg" in asked else None
    return {
        "days": DAYS[key],
        "runs": trajectories * (len(factors) + 1) + samples * (len(chosen) + 2) + len(everybody),
        "typical": typical_results(key),
        "spread": _by(asked, [[_short(v) for v in np.percentile(y, [5, 50, 95])] for y in everybody.T]),
        "not_cleared": _short(not_cleared.mean()),
        "without_igg": None if without_igg is None else _short(without_igg.mean()),
        "explained": _by(asked, [_interval(one, "S1", place) for one in both]),
        "factors": [
            {"name": factor.name, "value": factor.parameter.value}
            | {"effect": _by(asked, map(_short, effect))}
            | (_weights(asked, indices, chosen.index(factor.name)) if factor.name in chosen else {})
            for factor, effect in zip(factors, effects, strict=True)
        ],
    }


def _weights(asked, indices, at):
    return {kind: _by(asked, [_interval(one, name, at) for one in indices]) for kind, name in KINDS.items()}


def _interval(found, name, at):
    """An index and the half-width of its interval."""
    return [_short(found[name][at]), _short(found[f"{name}_conf"][at])]


def _by(asked, values):
    return dict(zip(asked, values, strict=True))


def typical_results(key: str) -> dict[str, float]:
    """Results of the typical person, as in `results_of`."""
    threat, asked = threats()[key], ASKED[key]
    found = results_of(kernel_of(threat), threat, asked, [], np.zeros((1, 0)))[0]
    return _by(asked, map(_short, found))


def _short(value: float) -> float:
    return float(f"{value:.4g}")
