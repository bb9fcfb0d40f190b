"""The immune core after a virus: what every engine of benchmarks/immune_core.py runs.

A thousand people with the library's own spread, the usual dose of the virus on day 0, 90 days, daily outputs.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from titer.engine import BOLUS, Events, make_events
from titer.library import core_models, threats
from titer.library.signals import SIGNALS
from titer.model import System, assemble
from titer.patients.cohort import Cohort
from titer.patients.individuals import sample_individuals

THREAT, DAYS, SEED = "virus", 90, 1
COMPARED = 40  # people whose course every engine is judged by


@cache
def system() -> System:
    """The core under the threat, with every state as an output."""
    return assemble(core_models(threats()[THREAT]), SIGNALS)


def parameters(n_people: int) -> np.ndarray:
    """The first people of one seed. Shape (n_people, n_parameters)."""
    return sample_individuals(system(), Cohort(np.arange(n_people), {}, {}), SEED).values


def dose() -> tuple[int, float]:
    """Place of the state that the virus enters, and how much."""
    threat = threats()[THREAT]
    return system().state_index(system().doses["threat"].state), threat.dose


def events(n_people: int) -> Events:
    """The virus, for everybody, at the very start."""
    state, amount = dose()
    return make_events(n_people, np.arange(n_people), 0.0, BOLUS, state, amount)


def starts(rows: np.ndarray) -> np.ndarray:
    """States right after the virus came, for engines that start there. Shape (n_people, n_states)."""
    found = system().start_values(rows)
    state, amount = dose()
    found[:, state] += amount
    return found


def output_days() -> np.ndarray:
    """Days 1 to 90: on day 0 engines differ in whether an output is read before the dose. Shape (90,)."""
    return np.arange(1.0, DAYS + 1)


def error(values: np.ndarray, truth: np.ndarray) -> float:
    """Worst difference over people, days and states, relative to the person's own highest value of that state.

    Shapes (n_people, n_days, n_states); people beyond those of the truth are not looked at.
    """
    n = min(len(values), len(truth))
    size = np.abs(truth[:n]).max(axis=1, keepdims=True)
    seen = np.broadcast_to(size > 0, truth[:n].shape)
    return float(np.max(np.abs(values[:n] - truth[:n])[seen] / np.broadcast_to(size, truth[:n].shape)[seen]))
